//! One text as editors' features see it: its tree, its names, and what lowering minds. Made of any bytes, never fails,
//! never changes.

use std::hash::Hasher as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use nixscope_engine::ir::Symbols;
use nixscope_engine::lower::{self, LowerCx, LowerError, Rules};
use nixscope_engine::source::{Origin, Pos, SourceMap};
use nixscope_engine::syntax::{self as engine_syntax, Features, Parse, SyntaxError};
use rustc_hash::FxHasher;

use super::names::{NameId, Names, SetId, SetKind};
use super::tree::{NodeId, Tree};
use super::{TextRange, syntax};

/// One text. Shared by `Arc`; a changed text is another document.
#[derive(Debug)]
pub struct Document {
    path: Option<String>,
    text: Arc<[u8]>,
    stamp: u64,
    errors: Vec<SyntaxError>,
    /// The walk through the tree, for lowering: many documents are never lowered, and need not keep it.
    walk: Mutex<Option<Parse>>,
    features: Features,
    tree: Tree,
    names: Names,
    /// What lowering found: errors and warnings, in bytes of this text.
    lowered: OnceLock<Problems>,
}

/// What lowering minds.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) errors: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
}

/// One thing that lowering minds.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) range: TextRange,
    pub(super) notes: Vec<(String, TextRange)>,
}

impl Document {
    /// The document of a text. `path` is the absolute path of its file, if it is one.
    #[must_use]
    pub fn new(path: Option<&str>, text: impl Into<Arc<[u8]>>, features: Features) -> Self {
        let text: Arc<[u8]> = text.into();
        let mut parse = engine_syntax::parse(&text, features);
        let tree = Tree::new(&parse);
        let names = Names::new(&text, &tree);
        let errors = std::mem::take(&mut parse.errors);
        let (walk, lowered) = (Mutex::new(Some(parse)), OnceLock::new());
        let stamp = stamp(&text);
        Self { path: path.map(str::to_owned), text, stamp, errors, walk, features, tree, names, lowered }
    }

    /// Keeps less of it, for who will not ask what is wrong with it.
    #[must_use]
    pub fn kept_small(self) -> Self {
        Self { walk: Mutex::new(None), ..self }
    }

    /// The absolute path of its file.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The directory that its relative paths start from.
    #[must_use]
    pub fn folder(&self) -> Option<&str> {
        let (folder, _) = self.path()?.rsplit_once('/')?;
        Some(if folder.is_empty() { "/" } else { folder })
    }

    /// Its bytes.
    #[must_use]
    pub fn text(&self) -> &Arc<[u8]> {
        &self.text
    }

    /// A number for its bytes: other bytes have another one, as good as always.
    #[must_use]
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// What is wrong with its grammar.
    #[must_use]
    pub fn syntax_errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Its tree.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Its names.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The bytes of a range.
    #[must_use]
    pub fn slice(&self, range: TextRange) -> &[u8] {
        syntax::slice(&self.text, range)
    }

    /// A range as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn show(&self, range: TextRange) -> String {
        String::from_utf8_lossy(self.slice(range)).into_owned()
    }

    pub(super) fn show_name(&self, name: NameId) -> String {
        String::from_utf8_lossy(self.names.text(name)).into_owned()
    }

    /// The sets whose names are seen at a node as variables, innermost first.
    pub(super) fn scopes_at(&self, node: NodeId) -> impl Iterator<Item = SetId> + '_ {
        let set = |it: NodeId| self.names.set_of(it).filter(|&set| self.names.set(set).kind != SetKind::Plain);
        self.tree.ancestors(node).filter_map(set)
    }

    /// What lowering minds; found out at first use.
    pub(super) fn problems(&self) -> &Problems {
        self.lowered.get_or_init(|| self.lower().unwrap_or_default())
    }

    fn lower(&self) -> Option<Problems> {
        let walk = self.walk.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut parse = walk.unwrap_or_else(|| engine_syntax::parse(&self.text, self.features));
        parse.errors.clone_from(&self.errors);
        let mut source = SourceMap::default();
        let origin = self.path().map_or(Origin::String, |it| Origin::File(it.to_owned()));
        let file = source.add(origin, Arc::clone(&self.text))?;
        let mut symbols = Symbols::default();
        let base_dir = self.folder().unwrap_or("/");
        let mut cx = LowerCx { symbols: &mut symbols, base_dir, home: Some("/"), rules: Rules::default() };
        let lowered = lower::lower(&source, file, &parse, &mut cx);
        let first = source.file(file).pos(0).0;
        let offset = |pos: Pos| pos.0.saturating_sub(first);
        let problem = |error: LowerError| Problem {
            message: error.message,
            range: TextRange::new(offset(error.span.start), offset(error.span.end)),
            notes: (error.notes.into_iter())
                .map(|it| (it.message, TextRange::new(offset(it.span.start), offset(it.span.end))))
                .collect(),
        };
        Some(Problems {
            errors: lowered.errors.into_iter().map(problem).collect(),
            warnings: lowered.warnings.into_iter().map(problem).collect(),
        })
    }
}

fn stamp(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    hasher.finish()
}
