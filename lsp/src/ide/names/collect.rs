//! What a set, a `let` or a function binds. Looks at bindings only, not at what is in their values; sets that are
//! merged with others are an exception, since they bind together.

use nixscope_engine::syntax::SyntaxKind;

use super::super::syntax;
use super::super::tree::{NodeId, Tree};
use super::{Def, DefId, NameId, Names, Set, SetId, SetKind, Site, SiteKind};

/// The text and its tree.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) text: &'a [u8],
    pub(super) tree: &'a Tree,
}

impl Names {
    pub(super) fn new_set(&mut self, kind: SetKind, node: NodeId, owner: Option<DefId>) -> SetId {
        self.sets.push(Set { kind, node, defs: Vec::new(), is_open: false, owner, is_merged: false, inside: None });
        SetId(self.sets.len() as u32 - 1)
    }

    fn define(&mut self, set: SetId, name: NameId, site: Site) -> DefId {
        let def = *self.in_set.entry((set, name)).or_insert_with(|| {
            let id = DefId(self.defs.len() as u32);
            self.defs.push(Def { name, set, sites: Vec::new(), inner: None, outer: None });
            self.sets[set.0 as usize].defs.push(id);
            id
        });
        self.defs[def.0 as usize].sites.push(site);
        self.site_of.insert(site.name, def);
        def
    }

    /// The set that a definition holds; made if there is none.
    fn inner_set(&mut self, def: DefId, kind: SetKind, node: NodeId) -> SetId {
        if let Some(set) = self.defs[def.0 as usize].inner {
            self.sets[set.0 as usize].is_merged = true;
            return set;
        }
        let set = self.new_set(kind, node, Some(def));
        self.defs[def.0 as usize].inner = Some(set);
        set
    }

    /// Notes what a set or `let` binds, if that is not known yet.
    pub(super) fn collect(&mut self, source: Source<'_>, node: NodeId) -> SetId {
        if let Some(set) = self.set_of(node) {
            return set;
        }
        let set = self.new_set(syntax::set_kind(source.tree, node), node, None);
        let mut todo = vec![(node, set)];
        while let Some((node, set)) = todo.pop() {
            self.set_of.insert(node, set);
            for child in source.tree.nodes(node) {
                match source.tree.kind(child) {
                    SyntaxKind::NODE_ATTRPATH_VALUE => self.collect_binding(source, set, child, &mut todo),
                    SyntaxKind::NODE_INHERIT => self.collect_inherit(source, set, child),
                    _ => {}
                }
            }
        }
        set
    }

    fn collect_binding(&mut self, source: Source<'_>, set: SetId, binding: NodeId, todo: &mut Vec<(NodeId, SetId)>) {
        let Some(path) = source.tree.node(binding, SyntaxKind::NODE_ATTRPATH) else { return };
        let value = syntax::binding_value(source.tree, binding);
        let mut set = set;
        let mut names = source.tree.nodes(path).peekable();
        while let Some(node) = names.next() {
            let Some(text) = syntax::static_name(source.text, source.tree, node) else {
                self.sets[set.0 as usize].is_open = true;
                return;
            };
            let name = self.intern(text);
            if names.peek().is_some() {
                let def = self.define(set, name, Site { kind: SiteKind::Path, name: node, binding, value: None });
                set = self.inner_set(def, SetKind::Plain, binding);
                continue;
            }
            let def = self.define(set, name, Site { kind: SiteKind::Value, name: node, binding, value });
            let literal = value.map(|it| syntax::strip_parens(source.tree, it));
            if let Some(literal) = literal.filter(|&it| source.tree.kind(it) == SyntaxKind::NODE_ATTR_SET) {
                let inner = self.inner_set(def, syntax::set_kind(source.tree, literal), literal);
                todo.push((literal, inner));
            }
        }
    }

    fn collect_inherit(&mut self, source: Source<'_>, set: SetId, inherit: NodeId) {
        let from = source.tree.node(inherit, SyntaxKind::NODE_INHERIT_FROM);
        let value = from.and_then(|it| source.tree.nodes(it).next());
        let kind = if from.is_some() { SiteKind::InheritFrom } else { SiteKind::Inherit };
        for node in syntax::inherited(source.tree, inherit) {
            if let Some(text) = syntax::static_name(source.text, source.tree, node) {
                let name = self.intern(text);
                self.define(set, name, Site { kind, name: node, binding: inherit, value });
            }
        }
    }

    /// Notes a function's arguments.
    pub(super) fn collect_args(&mut self, source: Source<'_>, lambda: NodeId) -> SetId {
        let Source { text, tree } = source;
        let set = self.new_set(SetKind::Args, lambda, None);
        self.set_of.insert(lambda, set);
        let mut define = |kind, name: NodeId, binding, value| {
            let id = self.intern(syntax::slice(text, tree.range(name)));
            self.define(set, id, Site { kind, name, binding, value });
        };
        let Some(param) = tree.nodes(lambda).next() else { return set };
        if tree.kind(param) == SyntaxKind::NODE_IDENT_PARAM {
            if let Some(name) = tree.node(param, SyntaxKind::NODE_IDENT) {
                define(SiteKind::Arg, name, lambda, None);
            }
            return set;
        }
        if tree.kind(param) != SyntaxKind::NODE_PATTERN {
            return set;
        }
        for child in tree.nodes(param) {
            let Some(name) = tree.node(child, SyntaxKind::NODE_IDENT) else { continue };
            match tree.kind(child) {
                SyntaxKind::NODE_PAT_BIND => define(SiteKind::Whole, name, child, None),
                SyntaxKind::NODE_PAT_ENTRY => {
                    define(SiteKind::Formal, name, child, tree.nodes(child).nth(1));
                }
                _ => {}
            }
        }
        set
    }
}
