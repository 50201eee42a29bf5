//! Values as text. Printing never forces: what is not evaluated is shown as that.

mod ambiguous;
mod fault;
mod plain;

pub use ambiguous::ambiguous;
pub use fault::in_fault;
pub use plain::plain;

use crate::bytecode::Program;
use crate::heap::Heap;
use crate::source::{Pos, SourceMap};
use crate::value::{Tag, Value};

/// What printing looks things up in.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// Objects.
    pub heap: &'a Heap,
    /// Names and places of functions.
    pub program: &'a Program,
    /// Texts, for places.
    pub sources: &'a SourceMap,
    /// The names of builtins.
    pub builtin_names: &'a [&'static str],
}

impl std::fmt::Debug for Cx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cx")
    }
}

impl Cx<'_> {
    /// A function as `«lambda name @ file:line:column»`, a builtin as `«primop name»`.
    fn write_function(&self, out: &mut Vec<u8>, v: Value) {
        let text = match v.tag() {
            Tag::Lambda => {
                let body = &self.program.bodies[v.aux() as usize];
                let name = body.name.map_or(String::new(), |it| format!(" {}", self.heap.symbols.text(it)));
                format!("«lambda{name} @ {}»", self.show_place(body.outer_pos))
            }
            Tag::Builtin => format!("«primop {}»", self.builtin_names[v.payload() as usize]),
            _ => match self.heap.partial_parts(v).0 {
                inner if inner.tag() == Tag::Builtin => {
                    format!("«partially applied primop {}»", self.builtin_names[inner.payload() as usize])
                }
                inner => {
                    let body = &self.program.bodies[inner.aux() as usize];
                    let name = body.name.map_or(String::new(), |it| format!(" {}", self.heap.symbols.text(it)));
                    format!("«lambda{name} @ {}»", self.show_place(body.pos))
                }
            },
        };
        out.extend_from_slice(text.as_bytes());
    }

    /// A place as `file:line:column`.
    #[must_use]
    pub fn show_place(&self, pos: Pos) -> String {
        match self.sources.locate(pos) {
            Some((file, at)) => format!("{}:{}:{}", file.name(), at.line + 1, at.column + 1),
            None => "«none»".into(),
        }
    }

    /// A number, string, path, Boolean or null as Nix writes it; whether it was one.
    fn write_scalar(&self, out: &mut Vec<u8>, v: Value) -> bool {
        use crate::text::{escape, number};
        match v.tag() {
            Tag::Int | Tag::BigInt => number::write_int(out, self.heap.as_int(v).unwrap_or(0)),
            Tag::Float => number::write_general(out, self.heap.as_float(v).unwrap_or(0.0)),
            Tag::Bool => out.extend_from_slice(if v == Value::TRUE { b"true" } else { b"false" }),
            Tag::Null => out.extend_from_slice(b"null"),
            Tag::Str | Tag::Sym => escape::write_string(out, self.heap.bytes(v)),
            Tag::Path => out.extend_from_slice(self.heap.bytes(v)),
            _ => return false,
        }
        true
    }
}
