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

/// What makes a value the same as one printed before. A set is the set, wherever it is; a list belongs to the variable,
/// element or attribute that has it, since that is what Nix compares. `v` is what `slot` holds.
fn identity(slot: Value, v: Value) -> Option<u32> {
    if v.payload() == 0 {
        return None;
    }
    Some(if v.is_list() { slot.payload() } else { v.payload() })
}

/// The same in messages, where all empty sets are one.
fn identity_in_message(slot: Value, v: Value) -> Option<u32> {
    if v.is_attrs() { Some(v.payload()) } else { identity(slot, v) }
}

impl Cx<'_> {
    /// A function as `«lambda name @ file:line:column»`, a builtin as `«primop name»`.
    fn write_function(&self, out: &mut Vec<u8>, v: Value) {
        let text = match v.tag() {
            Tag::Lambda => {
                let body = &self.program.bodies[v.aux() as usize];
                let name = body.name().map_or(String::new(), |it| format!(" {}", self.heap.symbols.text(it)));
                format!("«lambda{name} @ {}»", self.show_place(body.outer_pos))
            }
            Tag::Builtin => format!("«primop {}»", self.builtin_names[v.payload() as usize]),
            _ => match self.heap.partial_parts(v).0 {
                inner if inner.tag() == Tag::Builtin => {
                    format!("«partially applied primop {}»", self.builtin_names[inner.payload() as usize])
                }
                inner => {
                    let body = &self.program.bodies[inner.aux() as usize];
                    let name = body.name().map_or(String::new(), |it| format!(" {}", self.heap.symbols.text(it)));
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

#[cfg(test)]
mod tests {
    use crate::builtins::{Features, machine};
    use crate::source::Origin;
    use crate::value::Value;
    use crate::vm::{DEEP_FORCE, Limits, Stop, Vm};

    fn run(vm: &mut Vm) -> Result<Value, String> {
        match vm.run(100_000) {
            Stop::Done(v) => Ok(v),
            Stop::Fault(fault) => Err(fault.data().message.clone()),
            other => Err(format!("{other:?}")),
        }
    }

    /// What `nix-instantiate --eval --strict` prints, or the text of the fault.
    fn print(text: &str) -> String {
        let mut vm = machine(&Features::default(), Limits { max_depth: 1000, max_heap: 1 << 24 });
        let body = vm.read(Origin::String, text.as_bytes().into(), "/", &[]).expect("the text is Nix");
        vm.start(body, 0);
        let result = run(&mut vm).and_then(|v| {
            vm.start_native(DEEP_FORCE, &[v]);
            run(&mut vm)
        });
        result.map_or_else(|it| it, |v| String::from_utf8_lossy(&super::ambiguous(vm.print_cx(), v, true)).into_owned())
    }

    #[test]
    fn a_list_is_that_of_one_variable_and_a_set_is_itself() {
        // Said by Nix 2.34.8.
        let cases = [
            ("let y = { a = { b = 1; }; }; in [ y.a y.a ]", "[ { b = 1; } «repeated» ]"),
            ("let y = { a = [ 1 ]; }; in [ y.a y.a ]", "[ [ 1 ] [ 1 ] ]"),
            ("let f = _: { a = { b = 1; }; }; in [ (f 1).a (f 1).a ]", "[ { b = 1; } { b = 1; } ]"),
            ("let inherit ({ a = [ 1 ]; }) a; in [ a a ]", "[ [ 1 ] «repeated» ]"),
            ("let l = [ (1 + 1) ]; f = x: x; in [ l (f l) l ]", "[ [ 2 ] [ 2 ] «repeated» ]"),
            ("let y = { a = [ { } [ ] { c = 1; } ]; }; in y.a ++ y.a", "[ { } [ ] { c = 1; } { } [ ] «repeated» ]"),
            ("let x = [ 1 2 ]; in { a = x; b = x; c = x ++ [ ]; }", "{ a = [ 1 2 ]; b = «repeated»; c = [ 1 2 ]; }"),
            ("let x = [ 1 [ 2 ] ]; in [ (builtins.tail x) (builtins.tail x) ]", "[ [ [ 2 ] ] [ «repeated» ] ]"),
            ("let x = [ 1 ]; in map (y: y) [ x x ]", "[ [ 1 ] [ 1 ] ]"),
            ("rec { c = b; b = a; a = [ 1 ]; }", "{ a = [ 1 ]; b = [ 1 ]; c = [ 1 ]; }"),
            ("rec { c = b; b = a; a = { x = 1; }; }", "{ a = { x = 1; }; b = «repeated»; c = «repeated»; }"),
        ];
        for (text, printed) in cases {
            assert_eq!(print(text), printed, "{text}");
        }
    }

    #[test]
    fn all_empty_sets_are_one_in_messages() {
        let forced = |set: &str| print(&format!("let x = {set}; in builtins.deepSeq x (toString x)"));
        let message = |shown: &str| format!("cannot coerce a set to a string: {shown}");
        assert_eq!(forced("{ a = { }; b = { }; }"), message("{ a = { }; b = «repeated»; }"));
        assert_eq!(forced("{ a = [ ]; b = [ ]; }"), message("{ a = [ ]; b = [ ]; }"));
        assert_eq!(forced("{ a = [ 1 ]; b = x.a; }"), message("{ a = [ 1 ]; b = [ 1 ]; }"));
    }
}
