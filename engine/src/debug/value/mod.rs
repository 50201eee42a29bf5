//! How a debugger shows values: a line, its parts, the whole text, and where it was written.
//!
//! All of it only reads: nothing is forced, nothing is allocated on the heap, and what it costs follows what is shown,
//! not how large or deep the value is.

mod children;
mod clean;
mod closure;
mod derivation;
mod full;
mod function;
mod line;
mod place;

pub use children::{Child, ChildKind, Filter, children};
pub use full::full_text;
pub use place::written;

use crate::heap::ThunkState;
use crate::value::{Tag, Value};
use crate::vm::Vm;

/// A value on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What to show: one line without control characters.
    pub text: String,
    /// What it is: "integer", "set", "thunk" and so on.
    pub type_name: &'static str,
    /// Whether somebody needed it.
    pub state: Laziness,
    /// How many children with names [`children()`] gives.
    pub n_named: usize,
    /// How many children with numbers it gives.
    pub n_indexed: usize,
}

/// Whether somebody needed a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Laziness {
    /// It is there.
    Evaluated,
    /// Nobody needed it yet.
    Suspended,
    /// It is being computed right now.
    Running,
}

/// How much of a value a line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The most characters.
    pub width: usize,
    /// How many lists and sets inside each other are opened; what is deeper is only counted. At most 8.
    pub depth: usize,
    /// The most elements or attributes of one list or set.
    pub items: usize,
}

/// A value on one line.
#[must_use]
pub fn show(vm: &Vm, v: Value, budget: Budget) -> Shown {
    let (n_named, n_indexed) = children::counts(vm, v);
    Shown { text: line::line(vm, v, budget), type_name: type_name(vm, v), state: laziness(vm, v), n_named, n_indexed }
}

/// What a value is. A thunk that is finished is what its value is.
#[must_use]
pub fn type_name(vm: &Vm, v: Value) -> &'static str {
    let v = vm.heap.peek(v);
    match v.tag() {
        Tag::Int | Tag::BigInt => "integer",
        Tag::Float => "float",
        Tag::Bool => "Boolean",
        Tag::Null => "null",
        Tag::Str if vm.heap.context(v).0 != 0 => "string with context",
        Tag::Str | Tag::Sym => "string",
        Tag::Path => "path",
        Tag::List => "list",
        Tag::Attrs if derivation::is_derivation(vm, v) => "derivation",
        Tag::Attrs => "set",
        Tag::Lambda => "function",
        Tag::Builtin => "built-in function",
        Tag::Partial => match vm.heap.partial_parts(v).0.tag() {
            Tag::Builtin => "built-in function",
            _ => "function",
        },
        Tag::Thunk | Tag::Unset | Tag::Raw => "thunk",
    }
}

/// Whether somebody needed a value.
#[must_use]
pub fn laziness(vm: &Vm, v: Value) -> Laziness {
    match v.tag() {
        Tag::Thunk => match vm.heap.thunk_state(v).0 {
            ThunkState::Suspended => Laziness::Suspended,
            ThunkState::Running => Laziness::Running,
            ThunkState::Done => Laziness::Evaluated,
        },
        Tag::Unset => Laziness::Suspended,
        _ => Laziness::Evaluated,
    }
}

/// The text of a name as Nix would write it: quoted if need be.
fn name_text(vm: &Vm, name: crate::ir::Symbol) -> String {
    let mut out = Vec::new();
    crate::text::escape::write_attr_name(&mut out, vm.heap.symbols.bytes(name));
    clean::lossy(&out)
}

#[cfg(test)]
mod tests;
