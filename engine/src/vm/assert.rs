//! What a failed `assert a == b` says: where its sides differ.

use crate::source::Pos;
use crate::value::{Tag, Value};

use super::arith::Number;
use super::load::ASSERT_EQUAL;
use super::{Fault, FaultKind, Frame, Next, START, Vm};

const LEFT: u32 = START + 1;
const RIGHT: u32 = START + 2;
const PARTS: u32 = START + 3;
/// Comparing two derivations by their `outPath`.
const OUT_PATH: u32 = START + 4;

/// Faults where two values first differ; gives null if they do not. Slots: the values; the index of the part at hand.
pub(super) fn assert_equal(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            frame.pc = LEFT;
            vm.push(vm.slot(frame, 0));
            Ok(Next::Force)
        }
        LEFT => {
            let a = vm.pop();
            vm.set_slot(frame, 0, a);
            frame.pc = RIGHT;
            vm.push(vm.slot(frame, 1));
            Ok(Next::Force)
        }
        RIGHT => {
            let b = vm.pop();
            vm.set_slot(frame, 1, b);
            vm.push(Value::raw(0));
            compare(vm, frame)
        }
        OUT_PATH => Ok(Next::Return(Value::NULL)),
        _ => {
            vm.pop();
            let index = vm.slot(frame, 2).payload();
            vm.set_slot(frame, 2, Value::raw(index + 1));
            compare_part(vm, frame)
        }
    }
}

fn compare(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let (a, b) = (vm.slot(frame, 0), vm.slot(frame, 1));
    if let Some(text) = vm.scalar_difference(a, b) {
        return Err(Fault::new(FaultKind::Assertion, text));
    }
    match a.tag() {
        Tag::List => {
            frame.pc = PARTS;
            compare_part(vm, frame)
        }
        Tag::Attrs => {
            if let (Some(x), Some(y)) = (vm.known_out_path(a), vm.known_out_path(b)) {
                frame.pc = OUT_PATH;
                vm.push(x);
                vm.push(y);
                return Ok(Next::Native(ASSERT_EQUAL, 2));
            }
            let (a, b) = (vm.heap.flatten(a), vm.heap.flatten(b));
            vm.set_slot(frame, 0, a);
            vm.set_slot(frame, 1, b);
            vm.name_difference(a, b).map_or(Ok(()), |text| Err(Fault::new(FaultKind::Assertion, text)))?;
            frame.pc = PARTS;
            compare_part(vm, frame)
        }
        _ => Ok(Next::Return(Value::NULL)),
    }
}

fn compare_part(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let (a, b) = (vm.slot(frame, 0), vm.slot(frame, 1));
    let index = vm.slot(frame, 2).payload() as usize;
    let (x, y) = if a.is_list() {
        (vm.heap.elements(a).get(index).copied(), vm.heap.elements(b).get(index).copied())
    } else {
        (vm.heap.attrs_parts(a).1.get(index).copied(), vm.heap.attrs_parts(b).1.get(index).copied())
    };
    match (x, y) {
        (Some(x), Some(y)) => {
            vm.push(x);
            vm.push(y);
            Ok(Next::Native(ASSERT_EQUAL, 2))
        }
        _ => Ok(Next::Return(Value::NULL)),
    }
}

impl Vm {
    /// How two settled values differ, unless they are lists of one length, sets, or equal.
    fn scalar_difference(&self, a: Value, b: Value) -> Option<String> {
        let (kind_a, kind_b) = (self.type_phrase(a), self.type_phrase(b));
        let (text_a, text_b) = (self.show_in_fault(a), self.show_in_fault(b));
        if let (Some(x), Some(y)) = (self.number(a), self.number(b)) {
            if self.equal_now(a, b) == Some(true) {
                return None;
            }
            return Some(match (x, y) {
                (Number::Int(x), Number::Int(y)) => {
                    format!("{kind_a} with value '{x}' is not equal to {kind_b} with value '{y}'")
                }
                _ => format!("{kind_a} with value '{text_a}' is not equal to {kind_b} with value '{text_b}'"),
            });
        }
        let both = |is: fn(Value) -> bool| is(a) && is(b);
        if both(Value::is_string) {
            let differs = self.heap.bytes(a) != self.heap.bytes(b);
            return differs.then(|| format!("string '{text_a}' is not equal to string '{text_b}'"));
        }
        if both(Value::is_function) {
            let text = "distinct functions and immediate comparisons of identical functions compare as unequal";
            return Some(text.into());
        }
        if a.tag() != b.tag() {
            return Some(format!("{kind_a} of value '{text_a}' is not equal to {kind_b} of value '{text_b}'"));
        }
        match a.tag() {
            Tag::Bool if a != b => Some(format!("boolean '{text_a}' is not equal to boolean '{text_b}'")),
            Tag::Path if a != b => Some(format!("path '{text_a}' is not equal to path '{text_b}'")),
            Tag::List if self.heap.list_len(a) != self.heap.list_len(b) => Some(format!(
                "list of size '{}' is not equal to list of size '{}', left hand side is '{text_a}', right hand side is \
                 '{text_b}'",
                self.heap.list_len(a),
                self.heap.list_len(b),
            )),
            _ => None,
        }
    }

    /// How the names of two flat sets differ.
    fn name_difference(&self, a: Value, b: Value) -> Option<String> {
        let (text_a, text_b) = (self.show_in_fault(a), self.show_in_fault(b));
        if self.heap.attrs_len(a) != self.heap.attrs_len(b) {
            return Some(format!("attribute names of attribute set '{text_a}' differs from attribute set '{text_b}'"));
        }
        let (names_a, names_b) = (self.heap.all_names(a), self.heap.all_names(b));
        let (x, y) = names_a.iter().zip(&names_b).find(|(x, y)| x != y)?;
        Some(if self.heap.attr(b, *x).is_none() {
            let name = self.show_name(*x);
            format!("attribute name '{name}' is contained in '{text_a}', but not in '{text_b}'")
        } else {
            let name = self.show_name(*y);
            format!("attribute name '{name}' is missing in '{text_a}', but is contained in '{text_b}'")
        })
    }

    /// The `outPath` of a set that is known to be a derivation.
    fn known_out_path(&self, v: Value) -> Option<Value> {
        let kind = self.heap.attr(v, self.names.type_).and_then(|it| self.settled(it))?;
        let is_derivation = kind.is_string() && self.heap.bytes(kind) == b"derivation";
        if is_derivation { self.heap.attr(v, self.names.out_path) } else { None }
    }

    /// The lines of trace of a comparison that a fault passes through.
    pub(super) fn trace_assert(&self, fault: &mut Fault, frame: &Frame) {
        let pos = frame.call_pos();
        if frame.pc == OUT_PATH {
            return fault.push_trace(pos, "while comparing a derivation by its 'outPath' attribute");
        }
        if frame.pc != PARTS {
            return;
        }
        let (a, b) = (self.slot(frame, 0), self.slot(frame, 1));
        let index = self.slot(frame, 2).payload();
        if a.is_list() {
            return fault.push_trace(pos, format!("while comparing list element {index}"));
        }
        let (name, left) = self.heap.key(self.heap.attrs_parts(a).0, index);
        let (_, right) = self.heap.key(self.heap.attrs_parts(b).0, index);
        for (pos, text) in [(right, "where right hand side is"), (left, "where left hand side is")] {
            if pos != Pos::NONE {
                fault.push_trace(pos, text);
            }
        }
        fault.push_trace(pos, format!("while comparing attribute '{}'", self.show_name(name)));
    }

    /// "assertion … failed", about the expression at `pc`.
    pub(super) fn assertion_failed(&self, pc: u32) -> Fault {
        let text = format!("assertion '{}' failed", self.expression_text(pc));
        Fault::new(FaultKind::Assertion, text).at(self.place(pc))
    }

    /// The expression that the instruction at `pc` of the top frame was made from, as Nix shows it.
    pub(super) fn expression_text(&self, pc: u32) -> String {
        let found = self.expression_at(pc);
        found.map(|(module, id)| crate::ir::show::expr(module, &self.heap.symbols, id)).unwrap_or_default()
    }

    /// The place of that expression, where the instruction names that of an operand.
    pub(super) fn expression_place(&self, pc: u32) -> Pos {
        self.expression_at(pc).map_or(Pos::NONE, |(module, id)| module.places[id.0 as usize])
    }

    fn expression_at(&self, pc: u32) -> Option<(&crate::ir::Module, crate::ir::ExprId)> {
        let body = self.program.bodies.iter().find(|body| body.entry <= pc && pc < body.end)?;
        let module = &self.units.get(body.unit)?.module;
        Some((module, crate::ir::ExprId(self.program.exprs[pc as usize])))
    }
}
