//! A value inside a message: bounded in every direction.

use rustc_hash::FxHashSet;

use super::Cx;
use crate::ir::Symbol;
use crate::text::escape;
use crate::value::{Tag, Value};

const MAX_DEPTH: usize = 10;
const MAX_ITEMS: usize = 10;
const MAX_STRING: usize = 1024;

/// Prints a value as messages show it. Recursion is bounded by the depth shown.
#[must_use]
pub fn in_fault(cx: Cx<'_>, v: Value) -> String {
    let mut printer = Printer { cx, out: Vec::new(), seen: FxHashSet::default(), n_attrs: 0, n_items: 0 };
    printer.value(v, 0);
    String::from_utf8_lossy(&printer.out).into_owned()
}

struct Printer<'a> {
    cx: Cx<'a>,
    out: Vec<u8>,
    seen: FxHashSet<u32>,
    n_attrs: usize,
    n_items: usize,
}

impl Printer<'_> {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn value(&mut self, slot: Value, depth: usize) {
        let heap = self.cx.heap;
        let v = heap.peek(slot);
        match v.tag() {
            Tag::Str | Tag::Sym => escape::write_string_up_to(&mut self.out, heap.bytes(v), MAX_STRING),
            Tag::Attrs => self.attrs(slot, v, depth),
            Tag::List => self.list(slot, v, depth),
            Tag::Lambda | Tag::Builtin | Tag::Partial => self.cx.write_function(&mut self.out, v),
            Tag::Thunk if heap.thunk_state(v).0 == crate::heap::ThunkState::Running => {
                self.text("«potential infinite recursion»");
            }
            _ => {
                if !self.cx.write_scalar(&mut self.out, v) {
                    self.text("«thunk»");
                }
            }
        }
    }

    fn is_repeated(&mut self, slot: Value, v: Value) -> bool {
        super::identity_in_message(slot, v).is_some_and(|it| !self.seen.insert(it))
    }

    fn attrs(&mut self, slot: Value, v: Value, depth: usize) {
        let heap = self.cx.heap;
        if depth > MAX_DEPTH - 1 && heap.attrs_len(v) > 0 {
            return self.text("{ ... }");
        }
        if self.is_repeated(slot, v) {
            return self.text("«repeated»");
        }
        self.text("{");
        let mut attrs: Vec<(Symbol, Value)> = heap.all_attrs(v);
        attrs.sort_by(|a, b| heap.symbols.bytes(a.0).cmp(heap.symbols.bytes(b.0)));
        let total = attrs.len();
        for (i, (name, v)) in attrs.into_iter().enumerate() {
            self.text(" ");
            if self.n_attrs >= MAX_ITEMS {
                escape::write_elided(&mut self.out, total - i, "attribute", "attributes");
                break;
            }
            escape::write_attr_name(&mut self.out, heap.symbols.bytes(name));
            self.text(" = ");
            self.value(v, depth + 1);
            self.text(";");
            self.n_attrs += 1;
        }
        self.text(" }");
    }

    fn list(&mut self, slot: Value, v: Value, depth: usize) {
        let heap = self.cx.heap;
        if depth > MAX_DEPTH - 1 && heap.list_len(v) > 0 {
            return self.text("[ ... ]");
        }
        if self.is_repeated(slot, v) {
            return self.text("«repeated»");
        }
        self.text("[");
        let elements = heap.elements(v).to_vec();
        let total = elements.len();
        for (i, v) in elements.into_iter().enumerate() {
            self.text(" ");
            if self.n_items >= MAX_ITEMS {
                escape::write_elided(&mut self.out, total - i, "item", "items");
                break;
            }
            self.value(v, depth + 1);
            self.n_items += 1;
        }
        self.text(" ]");
    }
}
