//! `==`: structural, with lists and sets compared by frames rather than by recursion.

use crate::value::{Tag, Value};

use super::arith::Number;
use super::load::EQUAL;
use super::{Fault, Frame, Next, START, Vm};

impl Vm {
    /// Whether two settled values are equal; `None` if parts of them must be compared first.
    #[must_use]
    pub fn equal_now(&self, a: Value, b: Value) -> Option<bool> {
        let equal = match (a.tag(), b.tag()) {
            (Tag::Int, Tag::Int) | (Tag::Sym, Tag::Sym) | (Tag::Path, Tag::Path) | (Tag::Bool, Tag::Bool) => a == b,
            (Tag::Null, Tag::Null) => true,
            (Tag::Str | Tag::Sym, Tag::Str | Tag::Sym) => self.heap.bytes(a) == self.heap.bytes(b),
            (Tag::List, Tag::List) => {
                let (n_a, n_b) = (self.heap.list_len(a), self.heap.list_len(b));
                if n_a == n_b && n_a > 0 {
                    return None;
                }
                n_a == n_b
            }
            (Tag::Attrs, Tag::Attrs) => {
                if self.heap.attrs_len(a) == 0 && self.heap.attrs_len(b) == 0 {
                    return Some(true);
                }
                let types = self.names.type_;
                let may_be_derivations = self.heap.attr(a, types).is_some() && self.heap.attr(b, types).is_some();
                if self.heap.attrs_len(a) == self.heap.attrs_len(b) || may_be_derivations {
                    return None;
                }
                false
            }
            _ => match (self.number(a), self.number(b)) {
                (Some(Number::Int(x)), Some(Number::Int(y))) => x == y,
                (Some(Number::Int(x)), Some(Number::Float(y))) => x as f64 == y,
                (Some(Number::Float(x)), Some(Number::Int(y))) => x == y as f64,
                (Some(Number::Float(x)), Some(Number::Float(y))) => x == y,
                _ => false,
            },
        };
        Some(equal)
    }

    /// Whether two parts are equal; `None` if they must be forced or compared part by part. The same slot is equal to
    /// itself, whatever it holds once it was forced: so it is in Nix, where parts are compared by address first.
    fn equal_parts(&self, a: Value, b: Value) -> Option<bool> {
        let (x, y) = (self.settled(a)?, self.settled(b)?);
        if a == b { Some(true) } else { self.equal_now(x, y) }
    }
}

const COMPARE: u32 = START + 1;
const TYPE_A: u32 = START + 2;
const TYPE_B: u32 = START + 3;
const OUT_A: u32 = START + 4;
const OUT_B: u32 = START + 5;
const OUT: u32 = START + 6;
const PARTS: u32 = START + 7;
const PART_A: u32 = START + 8;
const PART_B: u32 = START + 9;
const PART: u32 = START + 10;

/// Compares two settled values.
///
/// Slots: a, b, 1 if the result is to be negated, the index of the part compared now, its two sides.
pub(super) fn equal(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let done = |vm: &Vm, equal: bool| {
        let negate = vm.slot(frame, 2).payload() == 1;
        Ok(Next::Return(Value::bool(equal != negate)))
    };
    let (a, b) = (vm.slot(frame, 0), vm.slot(frame, 1));
    match frame.pc {
        START | COMPARE => {
            if let Some(equal) = vm.equal_now(a, b) {
                return done(vm, equal);
            }
            if a.is_list() {
                frame.pc = PARTS;
                vm.push(Value::raw(0));
                return compare_parts(vm, frame);
            }
            match vm.heap.attr(a, vm.names.type_) {
                Some(v) if vm.heap.attr(b, vm.names.type_).is_some() => {
                    vm.push(v);
                    frame.pc = TYPE_A;
                    Ok(Next::Force)
                }
                _ => begin_attrs(vm, frame),
            }
        }
        TYPE_A | TYPE_B => {
            let kind = vm.pop();
            let is_derivation = kind.is_string() && vm.heap.bytes(kind) == b"derivation";
            if !is_derivation {
                return begin_attrs(vm, frame);
            }
            let (next, set, name) = match frame.pc {
                TYPE_A => (TYPE_B, b, vm.names.type_),
                _ => (OUT_A, a, vm.names.out_path),
            };
            match vm.heap.attr(set, name) {
                Some(v) => {
                    vm.push(v);
                    frame.pc = next;
                    Ok(Next::Force)
                }
                None => begin_attrs(vm, frame),
            }
        }
        OUT_A => match vm.heap.attr(b, vm.names.out_path) {
            Some(v) => {
                vm.push(v);
                frame.pc = OUT_B;
                Ok(Next::Force)
            }
            None => {
                vm.pop();
                begin_attrs(vm, frame)
            }
        },
        OUT_B => {
            vm.push(Value::raw(0));
            frame.pc = OUT;
            Ok(Next::Native(EQUAL, 3))
        }
        OUT => {
            let equal = vm.pop() == Value::TRUE;
            done(vm, equal)
        }
        PARTS => compare_parts(vm, frame),
        PART_A => {
            let (x, y) = part(vm, frame);
            if x == y {
                vm.pop();
                return next_part(vm, frame);
            }
            vm.push(y);
            frame.pc = PART_B;
            Ok(Next::Force)
        }
        PART_B => {
            vm.push(Value::raw(0));
            frame.pc = PART;
            Ok(Next::Native(EQUAL, 3))
        }
        _ => {
            if vm.pop() == Value::FALSE {
                return done(vm, false);
            }
            next_part(vm, frame)
        }
    }
}

fn next_part(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let index = vm.slot(frame, 3).payload();
    vm.set_slot(frame, 3, Value::raw(index + 1));
    frame.pc = PARTS;
    compare_parts(vm, frame)
}

/// Begins to compare sets name by name.
fn begin_attrs(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    vm.truncate_to(frame, 3);
    let a = vm.heap.flatten(vm.slot(frame, 0));
    let b = vm.heap.flatten(vm.slot(frame, 1));
    vm.set_slot(frame, 0, a);
    vm.set_slot(frame, 1, b);
    if !vm.heap.same_names(a, b) {
        let negate = vm.slot(frame, 2).payload() == 1;
        return Ok(Next::Return(Value::bool(negate)));
    }
    vm.push(Value::raw(0));
    frame.pc = PARTS;
    compare_parts(vm, frame)
}

fn part(vm: &Vm, frame: &Frame) -> (Value, Value) {
    let index = vm.slot(frame, 3).payload() as usize;
    let (a, b) = (vm.slot(frame, 0), vm.slot(frame, 1));
    if a.is_list() {
        (vm.heap.element(a, index), vm.heap.element(b, index))
    } else {
        (vm.heap.attrs_parts(a).1[index], vm.heap.attrs_parts(b).1[index])
    }
}

/// Goes over the parts that can be compared at once, up to one that cannot.
fn compare_parts(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let a = vm.slot(frame, 0);
    let n = if a.is_list() { vm.heap.list_len(a) } else { vm.heap.attrs_len(a) } as u32;
    let mut index = vm.slot(frame, 3).payload();
    let negate = vm.slot(frame, 2).payload() == 1;
    while index < n {
        let (x, y) = part(vm, frame);
        match vm.equal_parts(x, y) {
            Some(true) => index += 1,
            Some(false) => return Ok(Next::Return(Value::bool(negate))),
            None => {
                vm.push(x);
                frame.pc = PART_A;
                return Ok(Next::Force);
            }
        }
        vm.set_slot(frame, 3, Value::raw(index));
    }
    Ok(Next::Return(Value::bool(!negate)))
}
