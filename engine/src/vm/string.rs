//! Strings, paths and lists put together.

use crate::heap::MAX_STRING;
use crate::value::{ContextId, Tag, Value};

use super::arith::Number;
use super::coerce::CoerceFlags;
use super::load::{ADD, COERCE};
use super::{Fault, FaultKind, Frame, Next, START, Vm};

/// Strings longer than this make room on the heap before they are built.
const LONG: usize = 1 << 16;

impl Vm {
    /// `settled settled → settled`: `+`, the first operand being a number, a string or a path.
    pub(super) fn add(&mut self, pc: u32) -> Result<(), Fault> {
        let b = self.top();
        let a = self.stack[self.stack.len() - 2];
        let place = self.place(pc);
        match (self.number(a), self.number(b)) {
            (Some(Number::Int(x)), Some(Number::Int(y))) => {
                let sum = x.checked_add(y).ok_or_else(|| {
                    Fault::new(FaultKind::Eval, format!("integer overflow in adding {x} + {y}")).at(place)
                })?;
                self.pop();
                let v = self.heap.int(sum);
                self.set_top(v);
                return Ok(());
            }
            (Some(_), Some(_)) => {
                let v = self.arithmetic(crate::bytecode::Op::Add, a, b)?;
                self.pop();
                self.set_top(v);
                return Ok(());
            }
            (Some(n), None) => {
                let kind = if matches!(n, Number::Int(_)) { "an integer" } else { "a float" };
                let text = format!("cannot add {} to {kind}", self.type_phrase(b));
                return Err(Fault::new(FaultKind::Type, text).at(place));
            }
            (None, _) => {}
        }
        if b.is_string() || (b.tag() == Tag::Path && a.tag() == Tag::Path) {
            let b = self.pop();
            let v = self.join(a, b).map_err(|it| it.at(self.expression_place(pc)))?;
            self.set_top(v);
            return Ok(());
        }
        self.push_native(ADD, 2, super::FrameKind::Helper, place);
        Ok(())
    }

    /// A string or path followed by a string.
    fn join(&mut self, a: Value, b: Value) -> Result<Value, Fault> {
        if a.tag() == Tag::Path {
            if self.heap.context(b) != ContextId::EMPTY {
                let text = "a string that refers to a store path cannot be appended to a path";
                return Err(Fault::new(FaultKind::Eval, text));
            }
            let mut text = self.heap.bytes(a).to_vec();
            text.extend_from_slice(self.heap.bytes(b));
            return Ok(self.path_value(&text));
        }
        self.check_length(self.heap.bytes(a).len() + self.heap.bytes(b).len())?;
        Ok(self.heap.string_append(a, b))
    }

    /// A path in canonical form.
    pub fn path_value(&mut self, text: &[u8]) -> Value {
        let canonical = canonical_path(text);
        Value::path(self.heap.intern(&canonical))
    }

    /// Faults if a string would be too long.
    pub fn check_length(&mut self, len: usize) -> Result<(), Fault> {
        if len > MAX_STRING || len as u64 > self.heap.bytes_left() || (len > LONG && !self.heap.reserve(len / 2)) {
            let text = format!("out of memory: a string of {len} bytes does not fit");
            return Err(Fault::new(FaultKind::OutOfMemory, text));
        }
        Ok(())
    }

    /// `string… → string`
    pub(super) fn concat_strings(&mut self, n: usize) -> Result<(), Fault> {
        let at = self.stack.len() - n;
        let mut context = ContextId::EMPTY;
        let mut len = 0;
        for i in at..self.stack.len() {
            let part = self.stack[i];
            len += self.heap.bytes(part).len();
            context = self.heap.contexts.union(context, self.heap.context(part));
        }
        self.check_length(len)?;
        let parts = &self.stack[at..];
        let v = self.heap.string_of(n, len, context, |_, i| parts[i]);
        self.stack.truncate(at);
        self.stack.push(v);
        Ok(())
    }

    /// `path string… → path`
    pub(super) fn concat_path(&mut self, n: usize, pc: u32) -> Result<(), Fault> {
        let at = self.stack.len() - n;
        let first = self.stack[at];
        self.concat_strings(n)?;
        let joined = self.top();
        if first.tag() == Tag::Path {
            if self.heap.context(joined) != ContextId::EMPTY {
                let text = "a string that refers to a store path cannot be appended to a path";
                return Err(Fault::new(FaultKind::Eval, text).at(self.place(pc)));
            }
            let text = self.heap.bytes(joined).to_vec();
            let path = self.path_value(&text);
            self.set_top(path);
        }
        Ok(())
    }

    /// `list list → list`
    pub(super) fn concat_lists(&mut self, pc: u32) -> Result<(), Fault> {
        let b = self.pop();
        let a = self.top();
        for v in [a, b] {
            if !v.is_list() {
                let place = self.place(pc);
                let why = "while evaluating one of the elements to concatenate";
                return Err(self.type_fault("a list", v).within(place, why));
            }
        }
        if !self.heap.reserve_for_concat(a, b) {
            return Err(Fault::new(FaultKind::OutOfMemory, "out of memory: a list does not fit"));
        }
        let v = self.heap.list_concat(a, b);
        self.set_top(v);
        Ok(())
    }
}

/// `+` whose second operand must be made a string first.
pub(super) fn add(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc == START {
        frame.pc += 1;
        let copy = if vm.slot(frame, 0).is_string() { CoerceFlags::COPY } else { 0 };
        vm.push(vm.slot(frame, 1));
        vm.push(Value::raw(copy));
        frame.why = 1;
        return Ok(Next::Native(COERCE, 2));
    }
    let b = vm.pop();
    let a = vm.slot(frame, 0);
    let adds_at = vm.frames[vm.frames.len() - 2].pc - 1;
    vm.join(a, b).map(Next::Return).map_err(|it| it.at(vm.expression_place(adds_at)))
}

/// An absolute path without `.`, `..` and repeated slashes.
#[must_use]
pub(super) fn canonical_path(text: &[u8]) -> Vec<u8> {
    let mut path: Vec<u8> = Vec::with_capacity(text.len());
    for part in text.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                let parent = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                path.truncate(parent);
            }
            part => {
                path.push(b'/');
                path.extend_from_slice(part);
            }
        }
    }
    if path.is_empty() {
        path.push(b'/');
    }
    path
}
