//! Two sets for one name: `a = { b = 1; }; a = { c = 2; };`.

use super::bindings::held;
use super::walk::Lowerer;
use crate::ir::{AttrName, AttrsId, Binding, BindingValue, Symbol};
use crate::source::Pos;

/// A set that is being emptied into another.
struct Merging {
    into: AttrsId,
    from: std::vec::IntoIter<Binding>,
    /// How many sources of `inherit (e)` the other had: the numbers of the new ones grow by it.
    shift: u32,
}

impl Lowerer<'_, '_> {
    /// Moves the bindings of `from` to `into`, which keeps its place and whether it is recursive. The path by which both
    /// are reached starts at `first` in [`Lowerer::names`].
    pub(super) fn merge(&mut self, into: AttrsId, from: AttrsId, first: usize) {
        let mut inner: Vec<Symbol> = Vec::new();
        let mut clashes: Vec<(Vec<Symbol>, Binding, Pos)> = Vec::new();
        let mut stack = vec![self.start_merge(into, from)];
        while let Some(top) = stack.last_mut() {
            let Some(mut binding) = top.from.next() else {
                stack.pop();
                inner.pop();
                continue;
            };
            if let BindingValue::InheritFrom(source, pos) = binding.value {
                binding.value = BindingValue::InheritFrom(source + top.shift, pos);
            }
            let into = top.into;
            let Some(at) = self.find(into, binding.name) else {
                self.insert(into, binding);
                continue;
            };
            let before = self.attrs(into).bindings[at];
            let sets = match (before.value, binding.value) {
                (BindingValue::Plain(old), BindingValue::Plain(new)) => held(old).zip(held(new)),
                _ => None,
            };
            inner.push(binding.name);
            if let Some((into, from)) = sets {
                stack.push(self.start_merge(into, from));
            } else {
                clashes.push((inner.clone(), binding, before.pos));
                inner.pop();
            }
        }
        self.report_clashes(clashes, first);
    }

    fn start_merge(&mut self, into: AttrsId, from: AttrsId) -> Merging {
        let from = self.empty_set(from);
        let shift = self.attrs(into).inherit_from.len() as u32;
        self.add_merged(into, from.dynamic, from.inherit_from);
        Merging { into, from: from.bindings.into_iter(), shift }
    }

    /// Nix goes through the second set in the order in which it first met the names.
    fn report_clashes(&mut self, mut clashes: Vec<(Vec<Symbol>, Binding, Pos)>, first: usize) {
        clashes.sort_by(|a, b| a.0.cmp(&b.0));
        for (inner, binding, before) in clashes {
            let mut path = self.names[first..].to_vec();
            path.extend(inner.into_iter().map(|name| AttrName::Static(name, Pos::NONE)));
            let path = crate::ir::show::attr_path(&self.module, self.cx.symbols, &path);
            self.duplicate(&path, binding.pos, before);
        }
    }
}
