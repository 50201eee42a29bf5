//! Values built from the inside out, for what reads other notations.

use rustc_hash::FxHashMap;

use crate::ir::Symbol;
use crate::source::Pos;
use crate::value::Value;
use crate::vm::Vm;

/// A value half built.
#[derive(Default)]
pub(super) struct Building {
    /// Elements of what is open, the innermost last.
    values: Vec<Value>,
    /// Names of attributes of the sets that are open.
    names: Vec<Symbol>,
    /// Where in `values` and `names` each open list or set begins.
    open: Vec<(usize, usize)>,
    shapes: FxHashMap<Box<[Symbol]>, Shape>,
    sorted: Vec<Value>,
}

/// What sets with the same names in the same order share.
struct Shape {
    keys: u32,
    /// For each key, the last value given that name.
    members: Box<[u32]>,
}

/// How many shapes are remembered.
const MAX_SHAPES: usize = 1024;

impl Building {
    /// A value: the whole, an element of the list or, behind its name, an attribute of the set that was begun last.
    pub(super) fn value(&mut self, v: Value) {
        self.values.push(v);
    }

    /// The name of what follows.
    pub(super) fn name(&mut self, vm: &mut Vm, name: &[u8]) {
        self.names.push(vm.heap.intern(name));
    }

    /// Begins a list or set.
    pub(super) fn begin(&mut self) {
        self.open.push((self.values.len(), self.names.len()));
    }

    /// What was begun last is a list, and complete.
    pub(super) fn end_list(&mut self, vm: &mut Vm) {
        let (start, _) = self.open.pop().expect("every end has its beginning");
        let list = vm.heap.list(&self.values[start..]);
        self.values.truncate(start);
        self.values.push(list);
    }

    /// The whole.
    pub(super) fn finish(&self) -> Value {
        self.values[0]
    }

    /// What was begun last is a set, and complete. Of values with one name, the last counts.
    pub(super) fn end_set(&mut self, vm: &mut Vm) {
        let (first_value, first_name) = self.open.pop().expect("every end has its beginning");
        let names = &self.names[first_name..];
        let fresh;
        let shape = match self.shapes.get(names) {
            Some(shape) => shape,
            None => {
                let shape = Shape::new(vm, names);
                if self.shapes.len() < MAX_SHAPES {
                    self.shapes.entry(names.into()).or_insert(shape)
                } else {
                    fresh = shape;
                    &fresh
                }
            }
        };
        self.sorted.clear();
        self.sorted.extend(shape.members.iter().map(|&member| self.values[first_value + member as usize]));
        let set = vm.heap.attrs(shape.keys, &self.sorted);
        self.values.truncate(first_value);
        self.names.truncate(first_name);
        self.values.push(set);
    }
}

impl Shape {
    fn new(vm: &mut Vm, names: &[Symbol]) -> Self {
        let mut members: Vec<(Symbol, u32)> = names.iter().copied().zip(0..).collect();
        members.sort_by_key(|&(name, member)| (name, std::cmp::Reverse(member)));
        members.dedup_by_key(|it| it.0);
        let keys = if members.is_empty() { 0 } else { vm.heap.keys(members.iter().map(|it| (it.0, Pos::NONE))) };
        Self { keys, members: members.into_iter().map(|it| it.1).collect() }
    }
}
