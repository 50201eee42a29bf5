//! The walk that gives each variable its meaning: one pass over the flat tree, with what is bound at each moment in a
//! table by name. What a scope hid is put back when the walk passes its end.

use nixscope_engine::syntax::SyntaxKind;

use super::super::tree::{NodeId, Tree};
use super::super::{globals, syntax};
use super::collect::Source;
use super::{DefId, NameId, Names, SetId, SetKind, SiteKind, Target, Use};

/// What to put back when the walk comes to an element.
enum Undo {
    /// Names hidden since there were so many.
    Names(usize),
    With(Option<NodeId>),
    Inside(Option<DefId>),
}

struct Resolver<'a, 'n> {
    source: Source<'a>,
    names: &'n mut Names,
    bound: Vec<Option<DefId>>,
    hidden: Vec<(NameId, Option<DefId>)>,
    undo: Vec<(NodeId, Undo)>,
    with: Option<NodeId>,
    inside: Option<DefId>,
    /// Bodies of `with`s, and values of bindings in `let`s, that the walk will come to; the next last.
    ahead: Vec<(NodeId, Entry)>,
    /// For each `with` that around it.
    outer_withs: rustc_hash::FxHashMap<NodeId, Option<NodeId>>,
}

#[derive(Clone, Copy)]
enum Entry {
    WithBody(NodeId),
    LetValue(DefId),
}

/// Finds all names of a text.
pub(super) fn run(names: &mut Names, text: &[u8], tree: &Tree) {
    let mut resolver = Resolver {
        source: Source { text, tree },
        names,
        bound: Vec::new(),
        hidden: Vec::new(),
        undo: Vec::new(),
        with: None,
        inside: None,
        ahead: Vec::new(),
        outer_withs: rustc_hash::FxHashMap::default(),
    };
    for node in tree.all() {
        resolver.leave_before(node);
        resolver.enter_ahead(node);
        if !tree.is_token(node) {
            resolver.visit(node);
        }
    }
}

impl Resolver<'_, '_> {
    fn leave_before(&mut self, node: NodeId) {
        while let Some((_, undo)) = self.undo.pop_if(|it| it.0 <= node) {
            match undo {
                Undo::Names(n) => {
                    for (name, before) in self.hidden.drain(n..).rev() {
                        self.bound[name.0 as usize] = before;
                    }
                }
                Undo::With(before) => self.with = before,
                Undo::Inside(before) => self.inside = before,
            }
        }
    }

    fn enter_ahead(&mut self, node: NodeId) {
        while let Some((_, entry)) = self.ahead.pop_if(|it| it.0 <= node) {
            let end = self.source.tree.after(node);
            match entry {
                Entry::WithBody(with) => {
                    self.outer_withs.insert(with, self.with);
                    self.undo.push((end, Undo::With(self.with)));
                    self.with = Some(with);
                }
                Entry::LetValue(def) => {
                    self.undo.push((end, Undo::Inside(self.inside)));
                    self.inside = Some(def);
                }
            }
        }
    }

    fn visit(&mut self, node: NodeId) {
        let tree = self.source.tree;
        match tree.kind(node) {
            SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_LEGACY_LET | SyntaxKind::NODE_ATTR_SET => {
                let set = self.names.collect(self.source, node);
                self.names.sets[set.0 as usize].inside = self.inside;
                if self.names.set(set).kind != SetKind::Plain {
                    self.bind(set, tree.after(node));
                }
            }
            SyntaxKind::NODE_LAMBDA => {
                let set = self.names.collect_args(self.source, node);
                self.bind(set, tree.after(node));
            }
            SyntaxKind::NODE_ATTRPATH_VALUE => self.binding(node),
            SyntaxKind::NODE_WITH => {
                if let Some(body) = tree.nodes(node).nth(1) {
                    self.ahead.push((body, Entry::WithBody(node)));
                }
            }
            SyntaxKind::NODE_INHERIT => self.inherit(node),
            SyntaxKind::NODE_IDENT if syntax::is_variable(tree, node) => {
                let name = self.names.intern(syntax::slice(self.source.text, tree.range(node)));
                let target = self.meaning(name, None);
                self.names.uses.push(Use { name, node, target, inside: self.inside });
            }
            _ => {}
        }
    }

    fn bind(&mut self, set: SetId, end: NodeId) {
        self.undo.push((end, Undo::Names(self.hidden.len())));
        for i in 0..self.names.sets[set.0 as usize].defs.len() {
            let id = self.names.sets[set.0 as usize].defs[i];
            let name = self.names.defs[id.0 as usize].name;
            let before = self.lookup(name);
            let index = name.0 as usize;
            if index >= self.bound.len() {
                self.bound.resize(index + 1, None);
            }
            self.hidden.push((name, before));
            self.bound[index] = Some(id);
            if before != Some(id) {
                self.names.defs[id.0 as usize].outer = before;
            }
        }
    }

    fn lookup(&self, name: NameId) -> Option<DefId> {
        self.bound.get(name.0 as usize).copied().flatten()
    }

    /// `a.b.c = value;`: the value sees the names of recursive sets that the path leads through.
    fn binding(&mut self, binding: NodeId) {
        let tree = self.source.tree;
        let Some(path) = tree.node(binding, SyntaxKind::NODE_ATTRPATH) else { return };
        let mut names = tree.nodes(path).filter_map(|it| self.names.def_at(it)).peekable();
        let first = names.peek().copied();
        let mut scopes = Vec::new();
        while let Some(def) = names.next() {
            if let (Some(_), Some(set)) = (names.peek(), self.names.defs[def.0 as usize].inner)
                && self.names.set(set).kind == SetKind::Rec
            {
                scopes.push(set);
            }
        }
        for set in scopes {
            self.bind(set, tree.after(binding));
        }
        if let (Some(def), Some(value)) = (first, syntax::binding_value(tree, binding))
            && self.names.set(self.names.def(def).set).kind == SetKind::Let
        {
            self.ahead.push((value, Entry::LetValue(def)));
        }
    }

    /// `inherit name;` is a variable of the scope around the set.
    fn inherit(&mut self, inherit: NodeId) {
        let tree = self.source.tree;
        let set = tree.parent(inherit).and_then(|it| self.names.set_of(it));
        if let Some(from) = tree.node(inherit, SyntaxKind::NODE_INHERIT_FROM) {
            let first = syntax::inherited(tree, inherit).next();
            let def = first.and_then(|it| self.names.def_at(it));
            let is_one = syntax::inherited(tree, inherit).nth(1).is_none();
            if let (Some(def), Some(value)) = (def, tree.nodes(from).next())
                && is_one
                && self.names.set(self.names.def(def).set).kind == SetKind::Let
            {
                self.ahead.push((value, Entry::LetValue(def)));
            }
            return;
        }
        for node in syntax::inherited(tree, inherit) {
            let Some(text) = syntax::static_name(self.source.text, tree, node) else { continue };
            let name = self.names.intern(text);
            let target = self.meaning(name, set);
            let is_let = set.is_some_and(|it| self.names.set(it).kind == SetKind::Let);
            let inside = if is_let { self.names.def_at(node).or(self.inside) } else { self.inside };
            self.names.uses.push(Use { name, node, target, inside });
        }
    }

    /// What a name means here, or around a set.
    fn meaning(&mut self, name: NameId, around: Option<SetId>) -> Target {
        let mut def = self.lookup(name);
        if let (Some(found), Some(set)) = (def, around)
            && self.names.def(found).set == set
            && self.names.set(set).kind != SetKind::Plain
        {
            def = self.names.def(found).outer;
        }
        if let Some(def) = def {
            return Target::Def(def);
        }
        if globals::everywhere(self.names.text(name)).is_some() {
            return Target::Global;
        }
        let Some(innermost) = self.with else { return Target::Nothing };
        let mut with = Some(innermost);
        while let Some(node) = with {
            // Those around one that is used were marked before.
            if !self.names.used_withs.insert(node) {
                break;
            }
            with = self.outer_withs.get(&node).copied().flatten();
        }
        Target::With(innermost)
    }
}

impl super::Site {
    /// Whether the name is bound by a function's pattern or argument.
    #[must_use]
    pub fn is_argument(&self) -> bool {
        matches!(self.kind, SiteKind::Arg | SiteKind::Formal | SiteKind::Whole)
    }
}
