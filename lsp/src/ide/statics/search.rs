//! The search for what an expression may be: a bounded list of expressions to look at, each with what functions around it
//! were called with, and what is still done with its value.

use std::rc::Rc;

use nixscope_engine::syntax::SyntaxKind;

use super::super::files::imported;
use super::super::globals::{self, Builtin};
use super::super::names::{DefId, SetId, Site, SiteKind, Target};
use super::super::tree::NodeId;
use super::super::{Files, syntax};
use super::callers::{self, Caller};
use super::{DefRef, DocRef, Known, Values, is_call_package, path_of, root};

/// How many expressions are looked at for one question.
const MAX_STEPS: usize = 600;
/// The same for a question that comes up while another one is answered.
const MAX_STEPS_INSIDE: usize = 100;
/// How many questions may come up inside of each other.
const MAX_INSIDE: u32 = 2;

/// What is still done with a value.
#[derive(Clone, Debug)]
pub(super) enum Then<'a> {
    Select(Vec<u8>),
    /// It is called, with this if that is known.
    Call(Option<Closure<'a>>),
    Import,
}

/// An expression, and what the functions around it were called with.
#[derive(Clone, Debug)]
pub(super) struct Closure<'a> {
    pub(super) doc: DocRef<'a>,
    pub(super) node: NodeId,
    pub(super) env: Env<'a>,
}

/// What functions were called with.
#[derive(Clone, Debug, Default)]
pub(super) struct Env<'a>(Option<Rc<Frame<'a>>>);

#[derive(Debug)]
struct Frame<'a> {
    doc: DocRef<'a>,
    lambda: NodeId,
    arg: Closure<'a>,
    outer: Env<'a>,
}

impl<'a> Env<'a> {
    /// The same within the body of a function that was called.
    pub(super) fn with(&self, doc: &DocRef<'a>, lambda: NodeId, arg: Closure<'a>) -> Self {
        Self(Some(Rc::new(Frame { doc: doc.clone(), lambda, arg, outer: self.clone() })))
    }

    fn find(&self, doc: &DocRef<'a>, lambda: NodeId) -> Option<Closure<'a>> {
        let mut env = self;
        while let Some(frame) = &env.0 {
            if frame.lambda == lambda && frame.doc.is_same(doc) {
                return Some(frame.arg.clone());
            }
            env = &frame.outer;
        }
        None
    }
}

enum What<'a> {
    Known(Known<'a>),
    /// The packages of a tree that has the customary folders.
    Packages(String),
}

struct Item<'a> {
    what: What<'a>,
    env: Env<'a>,
    /// The next last.
    then: Vec<Then<'a>>,
}

/// Where the value of an argument is written.
#[derive(Clone, Debug)]
pub(in super::super) enum Origin<'a> {
    Def(DefRef<'a>),
    File(String),
}

pub(super) struct Search<'a, 'f> {
    pub(super) files: &'f dyn Files,
    /// The document asked about, if it is one that is only borrowed.
    here: Option<DocRef<'a>>,
    inside: u32,
    todo: Vec<Item<'a>>,
    found: Values<'a>,
    /// Where definitions end the search, those that did.
    origins: Option<Vec<Origin<'a>>>,
}

/// What comes of an expression after something is done with it.
pub(super) fn search<'a>(doc: &DocRef<'a>, node: NodeId, then: Vec<Then<'a>>, files: &dyn Files) -> Values<'a> {
    let mut search = Search::new(doc, files, 0);
    search.plan(doc, node, Env::default(), then);
    search.run(MAX_STEPS);
    search.found
}

/// Where the value of a function's argument is written: in those that call it.
pub(in super::super) fn origins<'a>(doc: &DocRef<'a>, def: DefId, files: &dyn Files) -> Vec<Origin<'a>> {
    let mut search = Search::new(doc, files, 0);
    search.origins = Some(Vec::new());
    let site = doc.names().def(def).main_site();
    if site.is_argument() {
        search.argument(doc, def, site, Env::default(), Vec::new());
    }
    search.run(MAX_STEPS);
    search.origins.unwrap_or_default()
}

/// Where an attribute of an expression is written, or the file that gives it.
pub(in super::super) fn origins_at<'a>(
    doc: &DocRef<'a>,
    node: NodeId,
    path: &[Vec<u8>],
    files: &dyn Files,
) -> Vec<Origin<'a>> {
    let mut search = Search::new(doc, files, 0);
    search.origins = Some(Vec::new());
    search.plan(doc, node, Env::default(), path.iter().rev().map(|it| Then::Select(it.clone())).collect());
    search.run(MAX_STEPS);
    search.origins.unwrap_or_default()
}

impl<'a, 'f> Search<'a, 'f> {
    fn new(doc: &DocRef<'a>, files: &'f dyn Files, inside: u32) -> Self {
        let here = matches!(doc, DocRef::Here(_)).then(|| doc.clone());
        Self { files, here, inside, todo: Vec::new(), found: Values::default(), origins: None }
    }

    /// What an expression may be, for a question that comes up on the way to another one.
    pub(super) fn values(&self, doc: &DocRef<'a>, node: NodeId) -> Vec<Known<'a>> {
        if self.inside >= MAX_INSIDE {
            return Vec::new();
        }
        let mut search = Search::new(doc, self.files, self.inside + 1);
        search.here.clone_from(&self.here);
        search.plan(doc, node, Env::default(), Vec::new());
        search.run(MAX_STEPS_INSIDE);
        search.found.known
    }

    /// The document of a file.
    pub(super) fn open(&self, path: &str) -> Option<DocRef<'a>> {
        match &self.here {
            Some(here) if here.path() == Some(path) => Some(here.clone()),
            _ => self.files.document(path).map(DocRef::There),
        }
    }

    fn run(&mut self, max_steps: usize) {
        let mut n_left = max_steps;
        while let Some(item) = self.todo.pop() {
            if n_left == 0 {
                self.found.is_partial = true;
                return;
            }
            n_left -= 1;
            let Item { what, env, then } = item;
            match what {
                What::Known(Known::Expr(doc, node)) => self.expr(&doc, node, env, then),
                What::Known(Known::Set(doc, set)) => self.set(&doc, set, env, then),
                What::Known(Known::Function(doc, node)) => self.function(&doc, node, env, then),
                What::Known(Known::Builtins) => self.builtins(then),
                What::Known(Known::Builtin(builtin, n_args)) => self.builtin(builtin, n_args, then),
                What::Packages(folder) => self.packages(&folder, then),
            }
        }
    }

    fn push(&mut self, known: Known<'a>, env: Env<'a>, then: Vec<Then<'a>>) {
        self.todo.push(Item { what: What::Known(known), env, then });
    }

    fn plan(&mut self, doc: &DocRef<'a>, node: NodeId, env: Env<'a>, then: Vec<Then<'a>>) {
        self.push(Known::Expr(doc.clone(), node), env, then);
    }

    fn maybe(&mut self, doc: &DocRef<'a>, node: Option<NodeId>, env: Env<'a>, then: Vec<Then<'a>>) {
        match node {
            Some(node) => self.plan(doc, node, env, then),
            None => self.lose(),
        }
    }

    fn lose(&mut self) {
        self.found.is_partial = true;
    }

    fn expr(&mut self, doc: &DocRef<'a>, node: NodeId, env: Env<'a>, mut then: Vec<Then<'a>>) {
        let tree = doc.tree();
        match tree.kind(node) {
            SyntaxKind::NODE_PAREN => self.maybe(doc, tree.nodes(node).next(), env, then),
            SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_WITH | SyntaxKind::NODE_ASSERT => {
                self.maybe(doc, syntax::body(tree, node), env, then);
            }
            SyntaxKind::NODE_LAMBDA => self.function(doc, node, env, then),
            SyntaxKind::NODE_ATTR_SET => match doc.names().set_of(node) {
                Some(set) => self.set(doc, set, env, then),
                None => self.lose(),
            },
            SyntaxKind::NODE_IF_ELSE => {
                let branches: Vec<NodeId> = tree.nodes(node).skip(1).collect();
                for branch in branches.into_iter().rev() {
                    self.plan(doc, branch, env.clone(), then.clone());
                }
            }
            SyntaxKind::NODE_BIN_OP if tree.token(node, SyntaxKind::TOKEN_UPDATE).is_some() => {
                // What the right one has comes first.
                for side in tree.nodes(node) {
                    self.plan(doc, side, env.clone(), then.clone());
                }
            }
            SyntaxKind::NODE_IDENT => self.variable(doc, node, env, then),
            SyntaxKind::NODE_SELECT => self.select(doc, node, env, then),
            SyntaxKind::NODE_APPLY => {
                let Some((function, arg)) = syntax::call(tree, node) else { return self.lose() };
                if is_call_package(doc, function) {
                    then.push(Then::Import);
                    return self.plan(doc, arg, env, then);
                }
                let arg = Closure { doc: doc.clone(), node: arg, env: env.clone() };
                then.push(Then::Call(Some(arg)));
                self.plan(doc, function, env, then);
            }
            SyntaxKind::NODE_PATH_ABS | SyntaxKind::NODE_PATH_REL if matches!(then.last(), Some(Then::Import)) => {
                then.pop();
                self.import(doc, node, then);
            }
            _ if then.is_empty() => self.found.known.push(Known::Expr(doc.clone(), node)),
            _ => self.lose(),
        }
    }

    fn select(&mut self, doc: &DocRef<'a>, node: NodeId, env: Env<'a>, mut then: Vec<Then<'a>>) {
        let tree = doc.tree();
        let Some((set, path, default)) = syntax::select(tree, node) else { return self.lose() };
        if let Some(default) = default {
            self.plan(doc, default, env.clone(), then.clone());
        }
        let path: Vec<NodeId> = tree.nodes(path).collect();
        for name in path.into_iter().rev() {
            let Some(name) = syntax::static_name(doc.text(), tree, name) else { return self.lose() };
            then.push(Then::Select(name.to_vec()));
        }
        self.plan(doc, set, env, then);
    }

    fn variable(&mut self, doc: &DocRef<'a>, node: NodeId, env: Env<'a>, mut then: Vec<Then<'a>>) {
        let Some(it) = doc.names().use_at(node) else { return self.lose() };
        let name = doc.names().text(it.name);
        match it.target {
            Target::Def(def) => self.def(doc, def, env, then),
            Target::Global if name == b"builtins" => self.builtins(then),
            Target::Global => match globals::everywhere(name) {
                Some(builtin) => self.builtin(builtin, 0, then),
                None => self.lose(),
            },
            Target::With(with) => {
                self.lose();
                then.push(Then::Select(name.to_vec()));
                self.maybe(doc, doc.tree().nodes(with).next(), env, then);
            }
            Target::Nothing => self.lose(),
        }
    }

    fn def(&mut self, doc: &DocRef<'a>, def: DefId, env: Env<'a>, mut then: Vec<Then<'a>>) {
        if let Some(origins) = self.origins.as_mut().filter(|_| then.is_empty()) {
            origins.push(Origin::Def(DefRef { doc: doc.clone(), def }));
            return;
        }
        let names = doc.names();
        let it = names.def(def);
        if let Some(set) = it.inner {
            return self.push(Known::Set(doc.clone(), set), env, then);
        }
        let site = it.main_site();
        match site.kind {
            SiteKind::Value => self.maybe(doc, site.value, env, then),
            // A name may be inherited from a set around that inherits it in turn: that is one more step.
            SiteKind::Inherit => self.plan(doc, site.name, env, then),
            SiteKind::InheritFrom => {
                then.push(Then::Select(names.text(it.name).to_vec()));
                self.maybe(doc, site.value, env, then);
            }
            SiteKind::Formal | SiteKind::Arg | SiteKind::Whole => self.argument(doc, def, site, env, then),
            SiteKind::Path => self.lose(),
        }
    }

    /// What a function is given: where it is called on the way here, or else by whoever calls it.
    fn argument(&mut self, doc: &DocRef<'a>, def: DefId, site: Site, env: Env<'a>, mut then: Vec<Then<'a>>) {
        let names = doc.names();
        let name = names.text(names.def(def).name);
        let lambda = names.set(names.def(def).set).node;
        let given = env.find(doc, lambda);
        let callers = match given {
            Some(arg) => vec![Caller::Arg(arg)],
            None => {
                self.lose();
                callers::callers(self, doc, lambda, site, name)
            }
        };
        let with_default = site.value.map(|it| (it, then.clone()));
        if site.kind == SiteKind::Formal {
            then.push(Then::Select(name.to_vec()));
        }
        for caller in callers.into_iter().rev() {
            match caller {
                Caller::Arg(it) => self.plan(&it.doc, it.node, it.env, then.clone()),
                Caller::Body(node) => self.plan(doc, node, env.clone(), then.clone()),
                Caller::Packages(folder) => {
                    self.todo.push(Item { what: What::Packages(folder), env: Env::default(), then: then.clone() });
                }
                Caller::File(path) => {
                    let mut then = then.clone();
                    // It is the argument itself, not a set that has it.
                    if site.kind == SiteKind::Formal {
                        then.pop();
                    }
                    self.file(&path, then);
                }
            }
        }
        // What is pushed last is looked at first: a default is written right there.
        if let Some((default, then)) = with_default {
            self.plan(doc, default, env, then);
        }
    }

    fn set(&mut self, doc: &DocRef<'a>, set: SetId, env: Env<'a>, mut then: Vec<Then<'a>>) {
        match then.pop() {
            None => self.found.known.push(Known::Set(doc.clone(), set)),
            Some(Then::Select(name)) => {
                let found = doc.names().lookup(&name).and_then(|it| doc.names().find(set, it));
                match found {
                    Some(def) => self.def(doc, def, env, then),
                    None => self.lose(),
                }
            }
            Some(Then::Call(arg)) => {
                // A set that is called has the function in `__functor`, which is given the set first.
                let functor = doc.names().lookup(b"__functor").and_then(|it| doc.names().find(set, it));
                let Some(functor) = functor else { return self.lose() };
                then.extend([Then::Call(arg), Then::Call(None)]);
                self.def(doc, functor, env, then);
            }
            Some(Then::Import) => self.lose(),
        }
    }

    fn function(&mut self, doc: &DocRef<'a>, node: NodeId, env: Env<'a>, mut then: Vec<Then<'a>>) {
        match then.pop() {
            None => self.found.known.push(Known::Function(doc.clone(), node)),
            Some(Then::Call(arg)) => {
                let env = match arg {
                    Some(arg) => env.with(doc, node, arg),
                    None => env,
                };
                self.maybe(doc, syntax::body(doc.tree(), node), env, then);
            }
            Some(Then::Select(_) | Then::Import) => self.lose(),
        }
    }

    fn builtins(&mut self, mut then: Vec<Then<'a>>) {
        match then.pop() {
            None => self.found.known.push(Known::Builtins),
            Some(Then::Select(name)) => match globals::member(&name) {
                Some(builtin) => self.builtin(builtin, 0, then),
                None => self.lose(),
            },
            Some(Then::Call(_) | Then::Import) => self.lose(),
        }
    }

    fn builtin(&mut self, builtin: &'static Builtin, n_args: usize, mut then: Vec<Then<'a>>) {
        match then.pop() {
            None => self.found.known.push(Known::Builtin(builtin, n_args)),
            Some(Then::Call(Some(arg))) if builtin.name == "import" => {
                then.push(Then::Import);
                self.plan(&arg.doc, arg.node, arg.env, then);
            }
            Some(Then::Call(_)) if n_args + 1 < builtin.args.len() => {
                self.push(Known::Builtin(builtin, n_args + 1), Env::default(), then);
            }
            Some(select @ Then::Select(_)) if builtin.name == "builtins" => {
                then.push(select);
                self.push(Known::Builtins, Env::default(), then);
            }
            Some(_) => self.lose(),
        }
    }

    fn import(&mut self, doc: &DocRef<'a>, path: NodeId, then: Vec<Then<'a>>) {
        match path_of(doc, path).and_then(|it| imported(self.files, &it)) {
            Some(path) => self.file(&path, then),
            None => self.lose(),
        }
    }

    fn file(&mut self, path: &str, then: Vec<Then<'a>>) {
        if let Some(origins) = self.origins.as_mut().filter(|_| then.is_empty()) {
            origins.push(Origin::File(path.to_owned()));
            return;
        }
        let Some(doc) = self.open(path) else { return self.lose() };
        self.maybe(&doc, root(&doc), Env::default(), then);
    }

    /// A package by its name: from its customary place, or from files that bind packages.
    fn packages(&mut self, folder: &str, mut then: Vec<Then<'a>>) {
        let Some(Then::Select(name)) = then.pop() else { return self.lose() };
        // The packages have themselves.
        if matches!(&*name, b"pkgs" | b"buildPackages" | b"targetPackages") {
            self.todo.push(Item { what: What::Packages(folder.to_owned()), env: Env::default(), then });
            return;
        }
        for def in callers::bound_packages(self, folder, &name).into_iter().rev() {
            self.def(&def.doc, def.def, Env::default(), then.clone());
        }
        if let Some(path) = callers::package_file(self.files, folder, &name) {
            if !then.is_empty() {
                then.push(Then::Call(None));
            }
            self.file(&path, then);
        }
    }
}
