//! Faults about values of the wrong kind, in Nix's words.

use crate::emit::BodySource;
use crate::ir::{Expr, Lambda, Symbol};
use crate::print;
use crate::source::Pos;
use crate::text::{escape, suggest};
use crate::value::{Tag, Value};

use super::{Fault, FaultKind, Vm};

impl Vm {
    /// What a value is, as in "found a string".
    #[must_use]
    pub fn type_phrase(&self, v: Value) -> String {
        match v.tag() {
            Tag::Int | Tag::BigInt => "an integer".into(),
            Tag::Float => "a float".into(),
            Tag::Bool => "a Boolean".into(),
            Tag::Null => "null".into(),
            Tag::Str if self.heap.context(v).0 != 0 => "a string with context".into(),
            Tag::Str | Tag::Sym => "a string".into(),
            Tag::Path => "a path".into(),
            Tag::List => "a list".into(),
            Tag::Attrs => "a set".into(),
            Tag::Lambda => "a function".into(),
            Tag::Builtin => {
                let name = self.natives[v.payload() as usize].name;
                format!("the built-in function '{name}'")
            }
            Tag::Partial => match self.heap.partial_parts(v).0 {
                inner if inner.tag() == Tag::Builtin => {
                    let name = self.natives[inner.payload() as usize].name;
                    format!("the partially applied built-in function '{name}'")
                }
                _ => "a function".into(),
            },
            Tag::Thunk | Tag::Unset | Tag::Raw => "a thunk".into(),
        }
    }

    /// A name as messages show it: quoted unless it could be a variable.
    #[must_use]
    pub fn show_name(&self, name: Symbol) -> String {
        let mut out = Vec::new();
        escape::write_attr_name(&mut out, self.heap.symbols.bytes(name));
        String::from_utf8_lossy(&out).into_owned()
    }

    /// What printing looks things up in.
    #[must_use]
    pub fn print_cx(&self) -> print::Cx<'_> {
        print::Cx {
            heap: &self.heap,
            program: &self.program,
            sources: &self.sources,
            builtin_names: &self.builtin_names,
        }
    }

    /// A value as faults show it: bounded in every direction.
    #[must_use]
    pub fn show_in_fault(&self, v: Value) -> String {
        print::in_fault(self.print_cx(), v)
    }

    /// "expected … but found …".
    #[must_use]
    pub fn type_fault(&self, wanted: &str, v: Value) -> Fault {
        let text = format!("expected {wanted} but found {}: {}", self.type_phrase(v), self.show_in_fault(v));
        Fault::new(FaultKind::Type, text)
    }

    /// Where a function was written; none for builtins.
    #[must_use]
    pub fn function_pos(&self, v: Value) -> Pos {
        match v.tag() {
            Tag::Lambda => self.program.bodies[v.aux() as usize].outer_pos,
            Tag::Thunk => self.settled(v).map_or(Pos::NONE, |it| self.function_pos(it)),
            _ => Pos::NONE,
        }
    }

    /// The function that a value is, as it was written; none for builtins. Of a function that was given some of its
    /// arguments, it is the one inside that waits for the next.
    #[must_use]
    pub fn written_function(&self, v: Value) -> Option<&Lambda> {
        let (function, given) = match v.tag() {
            Tag::Partial => {
                let (function, args) = self.heap.partial_parts(v);
                (function, args.len())
            }
            _ => (v, 0),
        };
        if function.tag() != Tag::Lambda {
            return None;
        }
        let body = &self.program.bodies[function.aux() as usize];
        let unit = self.units.get(body.unit)?;
        let BodySource::Lambda(first) = unit.analysis.bodies[body.index as usize].source else { return None };
        let mut lambda = &unit.module.lambdas[first.0 as usize];
        for _ in 0..given {
            let Expr::Lambda(inner) = unit.module.exprs[lambda.body.0 as usize] else { return None };
            lambda = &unit.module.lambdas[inner.0 as usize];
        }
        Some(lambda)
    }

    pub(super) fn not_a_bool(&self, v: Value, pc: u32) -> Fault {
        self.type_fault("a Boolean", v).at(self.place(pc))
    }

    pub(super) fn cannot_select(&self, v: Value, pc: u32) -> Fault {
        let place = self.place(pc);
        self.type_fault("a set", v).within(place, "while selecting an attribute")
    }

    /// Faults if a string has a context.
    pub fn require_plain(&self, v: Value) -> Result<(), Fault> {
        if self.heap.context(v) == crate::value::ContextId::EMPTY { Ok(()) } else { Err(self.has_context_fault(v)) }
    }

    /// A string has a context where none may be.
    #[must_use]
    pub fn has_context_fault(&self, v: Value) -> Fault {
        let context = self.heap.context(v);
        let first = self.heap.contexts.elements(context).first().map(|it| it.shown().to_string()).unwrap_or_default();
        let text =
            format!("the string '{}' is not allowed to refer to a store path (such as '{first}')", self.heap.text(v));
        Fault::new(FaultKind::Eval, text)
    }

    pub(super) fn missing_attribute(&self, set: Value, name: Symbol, pc: u32) -> Fault {
        let text = self.heap.symbols.text(name).into_owned();
        let shown = self.show_name(name);
        let fault = Fault::new(FaultKind::MissingAttribute, format!("attribute '{shown}' missing"));
        fault.at(self.place(pc)).suggesting(self.similar_names(set, &text))
    }

    /// Names of a set that are like `name`.
    #[must_use]
    pub fn similar_names(&self, set: Value, name: &str) -> Vec<String> {
        let names = self.heap.all_names(set);
        let names: Vec<String> = names.into_iter().map(|it| self.heap.symbols.text(it).into_owned()).collect();
        let similar = suggest::best_matches(names.iter().map(String::as_bytes), name.as_bytes());
        similar.into_iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect()
    }

    pub(super) fn undefined_variable(&self, name: Symbol, pc: u32) -> Fault {
        let text = self.heap.symbols.text(name);
        Fault::new(FaultKind::UndefinedVariable, format!("undefined variable '{text}'")).at(self.place(pc))
    }

    /// A place as `{ file, line, column }`, or null.
    pub fn position_value(&mut self, pos: Pos) -> Value {
        let Some((file, at)) = self.sources.locate(pos) else { return Value::NULL };
        let path = match &file.origin {
            crate::source::Origin::File(path) => path.clone(),
            crate::source::Origin::Internal(name) => match name.strip_prefix("«nix-internal»") {
                Some(path) => path.to_owned(),
                None => return Value::NULL,
            },
            crate::source::Origin::String | crate::source::Origin::Stdin => return Value::NULL,
        };
        let file = self.heap.plain_string(path.as_bytes());
        let line = Value((u64::from(at.line) + 1) << 8);
        let column = Value((u64::from(at.column) + 1) << 8);
        let names = &self.names;
        let attrs =
            vec![(names.file, Pos::NONE, file), (names.line, Pos::NONE, line), (names.column, Pos::NONE, column)];
        self.heap.attrs_from(attrs)
    }
}
