//! What can be said of values without evaluating: which sets and functions an expression may be. Follows names,
//! selections, calls and imports for a bounded number of steps; what it cannot follow it leaves out and says so.

use std::ops::Deref;
use std::sync::Arc;

use nixscope_engine::syntax::SyntaxKind;

use super::files::{absolute, imported};
use super::globals::{self, Builtin};
use super::names::{DefId, SetId, SiteKind, Target};
use super::tree::NodeId;
use super::{Document, Files, syntax};

/// How many expressions are looked at for one question.
const MAX_STEPS: usize = 300;

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

/// What is still done with a value.
#[derive(Clone, Debug)]
enum Then<'a> {
    Select(Vec<u8>),
    Call(DocRef<'a>, NodeId),
}

struct Item<'a> {
    what: Known<'a>,
    /// The next last.
    then: Vec<Then<'a>>,
}

struct Search<'a, 'f> {
    files: &'f dyn Files,
    todo: Vec<Item<'a>>,
    found: Values<'a>,
}

/// What an expression may be.
pub(super) fn values<'a>(doc: &DocRef<'a>, expr: NodeId, files: &dyn Files) -> Values<'a> {
    search(Known::Expr(doc.clone(), expr), Vec::new(), files)
}

/// What an attribute of an expression may be, along a path.
pub(super) fn values_at<'a>(doc: &DocRef<'a>, expr: NodeId, path: &[Vec<u8>], files: &dyn Files) -> Values<'a> {
    let then = path.iter().rev().map(|it| Then::Select(it.clone())).collect();
    search(Known::Expr(doc.clone(), expr), then, files)
}

/// The definitions of a name in what an expression may be.
pub(super) fn attribute<'a>(doc: &DocRef<'a>, expr: NodeId, path: &[Vec<u8>], files: &dyn Files) -> Vec<DefRef<'a>> {
    let Some((name, path)) = path.split_last() else { return Vec::new() };
    members(&values_at(doc, expr, path, files), name)
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

fn search<'a>(what: Known<'a>, then: Vec<Then<'a>>, files: &dyn Files) -> Values<'a> {
    let mut search = Search { files, todo: vec![Item { what, then }], found: Values::default() };
    search.run();
    search.found
}

impl<'a> Search<'a, '_> {
    fn run(&mut self) {
        let mut n_left = MAX_STEPS;
        while let Some(item) = self.todo.pop() {
            if n_left == 0 {
                self.found.is_partial = true;
                return;
            }
            n_left -= 1;
            match item.what {
                Known::Expr(doc, node) => self.expr(&doc, node, item.then),
                Known::Set(doc, set) => self.set(&doc, set, item.then),
                Known::Function(doc, node) => self.function(&doc, node, item.then),
                Known::Builtins => self.builtins(item.then),
                Known::Builtin(builtin, n_args) => self.builtin(builtin, n_args, item.then),
            }
        }
    }

    fn plan(&mut self, doc: &DocRef<'a>, node: NodeId, then: Vec<Then<'a>>) {
        self.todo.push(Item { what: Known::Expr(doc.clone(), node), then });
    }

    fn expr(&mut self, doc: &DocRef<'a>, node: NodeId, mut then: Vec<Then<'a>>) {
        let tree = doc.tree();
        match tree.kind(node) {
            SyntaxKind::NODE_PAREN => self.maybe(doc, tree.nodes(node).next(), then),
            SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_WITH | SyntaxKind::NODE_ASSERT => {
                self.maybe(doc, syntax::body(tree, node), then);
            }
            SyntaxKind::NODE_LAMBDA => self.function(doc, node, then),
            SyntaxKind::NODE_ATTR_SET => match doc.names().set_of(node) {
                Some(set) => self.set(doc, set, then),
                None => self.found.is_partial = true,
            },
            SyntaxKind::NODE_IF_ELSE => {
                let branches: Vec<NodeId> = tree.nodes(node).skip(1).collect();
                for branch in branches.into_iter().rev() {
                    self.plan(doc, branch, then.clone());
                }
            }
            SyntaxKind::NODE_BIN_OP if tree.token(node, SyntaxKind::TOKEN_UPDATE).is_some() => {
                // What the right one has comes first.
                for side in tree.nodes(node) {
                    self.plan(doc, side, then.clone());
                }
            }
            SyntaxKind::NODE_IDENT => self.variable(doc, node, then),
            SyntaxKind::NODE_SELECT => {
                let Some((set, path, default)) = syntax::select(tree, node) else { return self.lose() };
                if let Some(default) = default {
                    self.plan(doc, default, then.clone());
                }
                let path: Vec<NodeId> = tree.nodes(path).collect();
                for name in path.into_iter().rev() {
                    let Some(name) = syntax::static_name(doc.text(), tree, name) else { return self.lose() };
                    then.push(Then::Select(name.to_vec()));
                }
                self.plan(doc, set, then);
            }
            SyntaxKind::NODE_APPLY => {
                let Some((function, arg)) = syntax::call(tree, node) else { return self.lose() };
                if is_call_package(doc, function) {
                    return self.import(doc, arg, then);
                }
                then.push(Then::Call(doc.clone(), arg));
                self.plan(doc, function, then);
            }
            _ if then.is_empty() => self.found.known.push(Known::Expr(doc.clone(), node)),
            _ => self.lose(),
        }
    }

    fn lose(&mut self) {
        self.found.is_partial = true;
    }

    fn maybe(&mut self, doc: &DocRef<'a>, node: Option<NodeId>, then: Vec<Then<'a>>) {
        match node {
            Some(node) => self.plan(doc, node, then),
            None => self.lose(),
        }
    }

    fn variable(&mut self, doc: &DocRef<'a>, node: NodeId, mut then: Vec<Then<'a>>) {
        let Some(it) = doc.names().use_at(node) else { return self.lose() };
        let name = doc.names().text(it.name);
        match it.target {
            Target::Def(def) => self.def(doc, def, then),
            Target::Global if name == b"builtins" => self.builtins(then),
            Target::Global => match globals::everywhere(name) {
                Some(builtin) => self.builtin(builtin, 0, then),
                None => self.lose(),
            },
            Target::With(with) => {
                self.lose();
                then.push(Then::Select(name.to_vec()));
                self.maybe(doc, doc.tree().nodes(with).next(), then);
            }
            Target::Nothing => self.lose(),
        }
    }

    fn def(&mut self, doc: &DocRef<'a>, def: DefId, mut then: Vec<Then<'a>>) {
        let names = doc.names();
        let it = names.def(def);
        if let Some(set) = it.inner {
            self.todo.push(Item { what: Known::Set(doc.clone(), set), then });
            return;
        }
        let site = it.main_site();
        match site.kind {
            SiteKind::Value => self.maybe(doc, site.value, then),
            SiteKind::Inherit => self.variable_at_inherit(doc, site.name, then),
            SiteKind::InheritFrom => {
                then.push(Then::Select(names.text(it.name).to_vec()));
                self.maybe(doc, site.value, then);
            }
            SiteKind::Formal => {
                self.lose();
                if let Some(default) = site.value {
                    self.plan(doc, default, then);
                }
            }
            SiteKind::Path | SiteKind::Arg | SiteKind::Whole => self.lose(),
        }
    }

    fn variable_at_inherit(&mut self, doc: &DocRef<'a>, name: NodeId, then: Vec<Then<'a>>) {
        // A name may be inherited from a set around that inherits it in turn: that is one more step of the search.
        match doc.names().use_at(name).map(|it| it.target) {
            Some(Target::Def(def)) => {
                let site = doc.names().def(def).main_site();
                let is_plain = site.kind == SiteKind::Value && doc.names().def(def).inner.is_none();
                match (is_plain, site.value) {
                    (true, Some(value)) => self.plan(doc, value, then),
                    _ => self.todo.push(Item { what: Known::Expr(doc.clone(), name), then }),
                }
            }
            Some(_) => self.variable(doc, name, then),
            None => self.lose(),
        }
    }

    fn set(&mut self, doc: &DocRef<'a>, set: SetId, mut then: Vec<Then<'a>>) {
        match then.pop() {
            None => self.found.known.push(Known::Set(doc.clone(), set)),
            Some(Then::Select(name)) => {
                let found = doc.names().lookup(&name).and_then(|it| doc.names().find(set, it));
                match found {
                    Some(def) => self.def(doc, def, then),
                    None => self.lose(),
                }
            }
            Some(Then::Call(call_doc, arg)) => {
                // A set that is called has the function in `__functor`, which is given the set first.
                let functor = doc.names().lookup(b"__functor").and_then(|it| doc.names().find(set, it));
                let Some(functor) = functor else { return self.lose() };
                then.push(Then::Call(call_doc.clone(), arg));
                then.push(Then::Call(call_doc, arg));
                self.def(doc, functor, then);
            }
        }
    }

    fn function(&mut self, doc: &DocRef<'a>, node: NodeId, mut then: Vec<Then<'a>>) {
        match then.pop() {
            None => self.found.known.push(Known::Function(doc.clone(), node)),
            Some(Then::Call(..)) => self.maybe(doc, syntax::body(doc.tree(), node), then),
            Some(Then::Select(_)) => self.lose(),
        }
    }

    fn builtins(&mut self, mut then: Vec<Then<'a>>) {
        match then.pop() {
            None => self.found.known.push(Known::Builtins),
            Some(Then::Select(name)) => match globals::member(&name) {
                Some(builtin) => self.builtin(builtin, 0, then),
                None => self.lose(),
            },
            Some(Then::Call(..)) => self.lose(),
        }
    }

    fn builtin(&mut self, builtin: &'static Builtin, n_args: usize, mut then: Vec<Then<'a>>) {
        match then.pop() {
            None => self.found.known.push(Known::Builtin(builtin, n_args)),
            Some(Then::Call(doc, arg)) if builtin.name == "import" => self.import(&doc, arg, then),
            Some(Then::Call(..)) if n_args + 1 < builtin.args.len() => {
                self.todo.push(Item { what: Known::Builtin(builtin, n_args + 1), then });
            }
            Some(select @ Then::Select(_)) if builtin.name == "builtins" => {
                then.push(select);
                self.todo.push(Item { what: Known::Builtins, then });
            }
            Some(_) => self.lose(),
        }
    }

    fn import(&mut self, doc: &DocRef<'a>, arg: NodeId, then: Vec<Then<'a>>) {
        let path = path_of(doc, syntax::strip_parens(doc.tree(), arg));
        let file = path.and_then(|it| imported(self.files, &it)).and_then(|it| self.files.document(&it));
        let Some(file) = file else { return self.lose() };
        let root = root(&file);
        self.maybe(&DocRef::There(file), root, then);
    }
}
