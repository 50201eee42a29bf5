//! What a text mentions: its names and paths, without their meanings. Small enough to be kept of every file of a workspace.

use std::hash::Hasher as _;

use nixscope_engine::syntax::{Event, Features, SyntaxKind, parse};
use rustc_hash::FxHasher;

use super::files::{absolute, leads_to};
use super::tree::Tree;
use super::{Document, statics};

/// The names and paths that a text mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Numbers that stand for names, in order. Two names may have the same.
    names: Box<[u32]>,
    /// Where path literals begin, and the absolute paths they mean.
    paths: Box<[(u32, Box<str>)]>,
}

impl Words {
    /// What a text mentions that lies in a folder.
    #[must_use]
    pub fn new(folder: &str, text: &[u8], features: Features) -> Self {
        let mut names = Vec::new();
        let mut paths = Vec::new();
        let mut at = 0usize;
        let parsed = parse(text, features);
        let mut previous = None;
        for event in &parsed.events {
            let Event::Token(kind, len) = *event else {
                previous = Some(*event);
                continue;
            };
            let token = text.get(at..at + len as usize).unwrap_or_default();
            match kind {
                SyntaxKind::TOKEN_IDENT => names.push(number(token)),
                // Names may stand in quotes.
                SyntaxKind::TOKEN_STRING_CONTENT if token.len() <= MAX_NAME => names.push(number(token)),
                SyntaxKind::TOKEN_PATH_REL | SyntaxKind::TOKEN_PATH_ABS if is_whole(previous) => {
                    let path = absolute(folder, &String::from_utf8_lossy(token));
                    paths.push((at as u32, path.into_boxed_str()));
                }
                _ => {}
            }
            at += len as usize;
            previous = Some(*event);
        }
        names.sort_unstable();
        names.dedup();
        Self { names: names.into(), paths: paths.into() }
    }

    /// Whether a name may be in the text.
    #[must_use]
    pub fn may_mention(&self, name: &[u8]) -> bool {
        name.len() > MAX_NAME || self.names.binary_search(&number(name)).is_ok()
    }

    /// Where path literals begin that lead to a file.
    pub fn leading_to(&self, file: &str) -> impl Iterator<Item = u32> {
        self.paths.iter().filter(move |it| leads_to(&it.1, file)).map(|it| it.0)
    }
}

/// Longer strings are not taken for names.
const MAX_NAME: usize = 64;

fn number(name: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(name);
    (hasher.finish() >> 32) as u32
}

/// Whether a token begins its path.
fn is_whole(previous: Option<Event>) -> bool {
    matches!(previous, Some(Event::Enter(SyntaxKind::NODE_PATH_REL | SyntaxKind::NODE_PATH_ABS)))
}

/// The path literals of a document: where they begin, and the absolute paths they mean.
pub(super) fn paths(doc: &Document) -> Vec<(u32, String)> {
    let tree: &Tree = doc.tree();
    let path = |node| Some((tree.range(node).start, statics::path_of(doc, node)?));
    tree.all().filter_map(path).collect()
}
