//! What `nix-instantiate --eval` prints: close to Nix, with `<CODE>` and `<LAMBDA>` for what has no text.

use rustc_hash::FxHashSet;

use super::Cx;
use crate::text::escape;
use crate::value::{Tag, Value};

enum Task {
    Value(Value),
    Text(&'static [u8]),
    Name(crate::ir::Symbol),
}

/// Prints a value of any depth. Unless everything in it was needed (`is_deep`), what was only written down is shown as
/// not computed, as Nix has it.
#[must_use]
pub fn ambiguous(cx: Cx<'_>, v: Value, is_deep: bool) -> Vec<u8> {
    let heap = cx.heap;
    let mut out = Vec::new();
    let mut seen: FxHashSet<u32> = FxHashSet::default();
    let mut tasks = vec![Task::Value(v)];
    while let Some(task) = tasks.pop() {
        let v = match task {
            Task::Text(text) => {
                out.extend_from_slice(text);
                continue;
            }
            Task::Name(name) => {
                escape::write_attr_name(&mut out, heap.symbols.bytes(name));
                out.extend_from_slice(b" = ");
                continue;
            }
            Task::Value(slot) if !is_deep && !out.is_empty() && slot.is_unneeded() => {
                out.extend_from_slice(b"<CODE>");
                continue;
            }
            Task::Value(slot) => slot,
        };
        let (slot, v) = (v, heap.peek(v));
        match v.tag() {
            Tag::List | Tag::Attrs if super::identity(slot, v).is_some_and(|it| !seen.insert(it)) => {
                out.extend_from_slice("«repeated»".as_bytes());
            }
            Tag::List => {
                out.extend_from_slice(b"[ ");
                tasks.push(Task::Text(b"]"));
                for &element in heap.elements(v).iter().rev() {
                    tasks.push(Task::Text(b" "));
                    tasks.push(Task::Value(element));
                }
            }
            Tag::Attrs => {
                out.extend_from_slice(b"{ ");
                tasks.push(Task::Text(b"}"));
                let mut attrs = heap.all_attrs(v);
                attrs.sort_unstable_by(|a, b| heap.symbols.bytes(a.0).cmp(heap.symbols.bytes(b.0)));
                for &(name, value) in attrs.iter().rev() {
                    tasks.push(Task::Text(b"; "));
                    tasks.push(Task::Value(value));
                    tasks.push(Task::Name(name));
                }
            }
            _ => cx.write_ambiguous(v, &mut out),
        }
    }
    out
}

impl Cx<'_> {
    /// What [`ambiguous`] prints for anything but lists and sets.
    fn write_ambiguous(&self, v: Value, out: &mut Vec<u8>) {
        if self.write_scalar(out, v) {
            return;
        }
        out.extend_from_slice(match v.tag() {
            Tag::Thunk => match self.heap.thunk_state(v).0 {
                crate::heap::ThunkState::Running => "«potential infinite recursion»".as_bytes(),
                _ => b"<CODE>",
            },
            Tag::Lambda => b"<LAMBDA>",
            Tag::Builtin => b"<PRIMOP>",
            Tag::Partial if self.heap.partial_parts(v).0.tag() == Tag::Lambda => b"<LAMBDA>",
            Tag::Partial => b"<PRIMOP-APP>",
            _ => b"<CODE>",
        });
    }
}
