//! What a text takes from elsewhere: names that it selects, inherits or looks up in a `with`, names that it binds as
//! attributes, and paths. Small enough to be kept of every file of a workspace; what the names mean is not known here.

use std::hash::{Hash as _, Hasher as _};

use nixscope_engine::syntax::{Features, SyntaxKind};
use rustc_hash::FxHasher;

use super::files::{binds_packages, leads_to};
use super::names::{SetKind, Target};
use super::{Document, statics, syntax};

/// The names and paths that a text takes from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Numbers that stand for names, in order. Two names may have the same.
    names: Box<[u32]>,
    /// Where path literals begin, and the absolute paths they mean.
    paths: Box<[(u32, Box<str>)]>,
    stamp: u64,
    ways: u64,
}

impl Words {
    /// What a file's text takes.
    #[must_use]
    pub fn new(path: &str, text: &[u8], features: Features) -> Self {
        Self::of(&Document::new(Some(path), text, features))
    }

    /// What a document takes.
    #[must_use]
    pub fn of(doc: &Document) -> Self {
        let (tree, names) = (doc.tree(), doc.names());
        let mut found: Vec<u32> = Vec::new();
        for node in tree.all() {
            let is_taken = match tree.kind(node) {
                SyntaxKind::NODE_ATTRPATH => tree.parent_kind(node) != SyntaxKind::NODE_ATTRPATH_VALUE,
                SyntaxKind::NODE_INHERIT => true,
                _ => false,
            };
            if is_taken {
                let name = |it| syntax::static_name(doc.text(), tree, it).map(Self::number);
                found.extend(tree.nodes(node).filter_map(name));
            }
        }
        let from_with = names.uses().iter().filter(|it| matches!(it.target, Target::With(_)));
        found.extend(from_with.map(|it| Self::number(names.text(it.name))));
        let is_attribute = |kind| matches!(kind, SetKind::Plain | SetKind::Rec);
        let bound = names.defs().filter(|(_, it)| is_attribute(names.set(it.set).kind));
        found.extend(bound.map(|(_, it)| Self::number(names.text(it.name))));
        found.sort_unstable();
        found.dedup();
        let paths: Box<[(u32, Box<str>)]> =
            paths(doc).into_iter().map(|(at, path)| (at, path.into_boxed_str())).collect();
        let mut ways = FxHasher::default();
        doc.path().hash(&mut ways);
        paths.iter().for_each(|it| it.1.hash(&mut ways));
        if doc.path().is_some_and(binds_packages) {
            found.hash(&mut ways);
        }
        Self { names: found.into(), paths, stamp: doc.stamp(), ways: ways.finish() }
    }

    /// Whether the text may take something of this name, or bind an attribute of this name.
    #[must_use]
    pub fn may_mention(&self, name: &[u8]) -> bool {
        self.names.binary_search(&Self::number(name)).is_ok()
    }

    /// The stamp of the text.
    #[must_use]
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// A number for what the text adds to [`super::Files::ways`]: which paths it has, and for one that binds packages,
    /// which names.
    #[must_use]
    pub fn ways(&self) -> u64 {
        self.ways
    }

    /// The number that stands for a name. Others may have the same.
    #[must_use]
    pub fn number(name: &[u8]) -> u32 {
        let mut hasher = FxHasher::default();
        hasher.write(name);
        (hasher.finish() >> 32) as u32
    }

    /// The numbers of the names it mentions, in order, each once.
    #[must_use]
    pub fn names(&self) -> &[u32] {
        &self.names
    }

    /// Where path literals begin, and the absolute paths they mean.
    #[must_use]
    pub fn paths(&self) -> &[(u32, Box<str>)] {
        &self.paths
    }

    /// Where path literals begin that lead to a file.
    pub fn leading_to(&self, file: &str) -> impl Iterator<Item = u32> {
        self.paths.iter().filter(move |it| leads_to(&it.1, file)).map(|it| it.0)
    }
}

/// The path literals of a document: where they begin, and the absolute paths they mean.
pub(super) fn paths(doc: &Document) -> Vec<(u32, String)> {
    let tree = doc.tree();
    let path = |node| Some((tree.range(node).start, statics::path_of(doc, node)?));
    tree.all().filter_map(path).collect()
}
