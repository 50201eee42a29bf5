//! What can be said of values without evaluating: which sets and functions an expression may be. Follows names,
//! selections, calls and imports for a bounded number of steps; what it cannot follow it leaves out and says so.
//!
//! What a function is given is known where it is called ([`mod@search`]), or else from who calls it ([`mod@callers`]): in the same
//! text, through `import ./it.nix { }` in others, or by what is customary (`callPackage`, `final: prev:`).

mod callers;
mod search;

use std::ops::Deref;
use std::sync::Arc;

use nixscope_engine::syntax::SyntaxKind;

use self::search::{Then, search};
use super::files::absolute;
use super::globals::Builtin;
use super::names::{DefId, SetId};
use super::tree::NodeId;
use super::{Document, Files, syntax};

pub(super) use search::{Origin, origins, origins_at};

/// The document asked about, or another one.
#[derive(Clone, Debug)]
pub(super) enum DocRef<'a> {
    Here(&'a Document),
    There(Arc<Document>),
}

impl Deref for DocRef<'_> {
    type Target = Document;

    fn deref(&self) -> &Document {
        match self {
            Self::Here(doc) => doc,
            Self::There(doc) => doc,
        }
    }
}

impl DocRef<'_> {
    /// The path of the document, if it is another one than the one asked about.
    pub(super) fn elsewhere(&self) -> Option<String> {
        match self {
            Self::Here(_) => None,
            Self::There(doc) => doc.path().map(str::to_owned),
        }
    }

    /// Whether both are the same document, or versions of the same file.
    pub(super) fn is_same(&self, other: &Document) -> bool {
        std::ptr::eq::<Document>(&raw const **self, other) || (self.path().is_some() && self.path() == other.path())
    }
}

/// A definition in some document.
#[derive(Clone, Debug)]
pub(super) struct DefRef<'a> {
    pub(super) doc: DocRef<'a>,
    pub(super) def: DefId,
}

impl DefRef<'_> {
    /// Whether both are the same definition.
    pub(super) fn is(&self, other: &DefRef<'_>) -> bool {
        self.def == other.def && self.doc.is_same(&other.doc)
    }
}

/// Something a value may be.
#[derive(Clone, Debug)]
pub(super) enum Known<'a> {
    Set(DocRef<'a>, SetId),
    Function(DocRef<'a>, NodeId),
    Builtins,
    /// One of them, called with so many arguments.
    Builtin(&'static Builtin, usize),
    /// Anything else that is written down.
    Expr(DocRef<'a>, NodeId),
}

/// What a value may be.
#[derive(Debug, Default)]
pub(super) struct Values<'a> {
    /// The likeliest first.
    pub(super) known: Vec<Known<'a>>,
    /// Whether it may be something else.
    pub(super) is_partial: bool,
}

/// What an expression may be.
pub(super) fn values<'a>(doc: &DocRef<'a>, expr: NodeId, files: &dyn Files) -> Values<'a> {
    search(doc, expr, Vec::new(), files)
}

/// What an attribute of an expression may be, along a path.
pub(super) fn values_at<'a>(doc: &DocRef<'a>, expr: NodeId, path: &[Vec<u8>], files: &dyn Files) -> Values<'a> {
    let then = path.iter().rev().map(|it| Then::Select(it.clone())).collect();
    search(doc, expr, then, files)
}

/// The definitions of a name in what an expression may be.
pub(super) fn attribute<'a>(doc: &DocRef<'a>, expr: NodeId, path: &[Vec<u8>], files: &dyn Files) -> Vec<DefRef<'a>> {
    let Some((name, before)) = path.split_last() else { return Vec::new() };
    let found = members(&values_at(doc, expr, before, files), name);
    if !found.is_empty() {
        return found;
    }
    let def = |it| match it {
        Origin::Def(def) => Some(def),
        Origin::File(_) => None,
    };
    origins_at(doc, expr, path, files).into_iter().filter_map(def).collect()
}

/// The definitions of a name in values.
pub(super) fn members<'a>(values: &Values<'a>, name: &[u8]) -> Vec<DefRef<'a>> {
    let find = |it: &Known<'a>| match it {
        Known::Set(doc, set) => {
            let def = doc.names().lookup(name).and_then(|it| doc.names().find(*set, it))?;
            Some(DefRef { doc: doc.clone(), def })
        }
        _ => None,
    };
    values.known.iter().filter_map(find).collect()
}

/// The expression that a document is.
pub(super) fn root(doc: &Document) -> Option<NodeId> {
    doc.tree().nodes(doc.tree().root()).find(|&it| syntax::is_expr(doc.tree().kind(it)))
}

/// The path that a literal means, if nothing in it is computed.
pub(super) fn path_of(doc: &Document, node: NodeId) -> Option<String> {
    let tree = doc.tree();
    match tree.kind(node) {
        SyntaxKind::NODE_PATH_ABS | SyntaxKind::NODE_PATH_REL if tree.nodes(node).next().is_none() => {
            Some(absolute(doc.folder()?, &doc.show(tree.range(node))))
        }
        _ => None,
    }
}

/// Whether a function has the name that is customary for what imports a file and calls it with what it asks for and
/// a set. As far as names go, that is what importing the file gives.
pub(super) fn is_call_package(doc: &Document, function: NodeId) -> bool {
    let text = doc.slice(doc.tree().range(function));
    text == b"callPackage" || text.ends_with(b".callPackage")
}
