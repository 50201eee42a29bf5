//! A value as `builtins.trace` shows it: all of it that was evaluated, and nothing more.

use rustc_hash::FxHashSet;

use super::Cx;
use crate::text::escape;
use crate::value::{Tag, Value};

enum Task {
    Value(Value),
    Text(&'static [u8]),
    Name(crate::ir::Symbol),
}

/// Prints a value of any depth.
#[must_use]
pub fn plain(cx: Cx<'_>, v: Value) -> Vec<u8> {
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
            Task::Value(slot) => slot,
        };
        let (slot, v) = (v, heap.peek(v));
        match v.tag() {
            Tag::List | Tag::Attrs if super::identity_in_message(slot, v).is_some_and(|it| !seen.insert(it)) => {
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
            Tag::Lambda | Tag::Builtin | Tag::Partial => cx.write_function(&mut out, v),
            Tag::Thunk if heap.thunk_state(v).0 == crate::heap::ThunkState::Running => {
                out.extend_from_slice("«potential infinite recursion»".as_bytes());
            }
            _ => {
                if !cx.write_scalar(&mut out, v) {
                    out.extend_from_slice("«thunk»".as_bytes());
                }
            }
        }
    }
    out
}
