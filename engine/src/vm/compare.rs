//! Ordering: `<`, and what `sort` and `genericClosure` compare by.

use std::cmp::Ordering;

use crate::value::{Tag, Value};

use super::arith::Number;
use super::load::LESS;
use super::{Fault, FaultKind, Frame, Next, START, Vm};

impl Vm {
    /// The order of two settled values; `None` if elements of lists must be compared first.
    ///
    /// # Errors
    /// If they have no order.
    pub fn compare_now(&self, a: Value, b: Value) -> Result<Option<Ordering>, Fault> {
        let ordering = match (a.tag(), b.tag()) {
            (Tag::Str | Tag::Sym, Tag::Str | Tag::Sym) | (Tag::Path, Tag::Path) => {
                self.heap.bytes(a).cmp(self.heap.bytes(b))
            }
            (Tag::List, Tag::List) => return Ok(None),
            _ => match (self.number(a), self.number(b)) {
                (Some(Number::Int(x)), Some(Number::Int(y))) => x.cmp(&y),
                (Some(Number::Int(x)), Some(Number::Float(y))) => order(x as f64, y),
                (Some(Number::Float(x)), Some(Number::Int(y))) => order(x, y as f64),
                (Some(Number::Float(x)), Some(Number::Float(y))) => order(x, y),
                _ => return Err(self.cannot_compare(a, b)),
            },
        };
        Ok(Some(ordering))
    }

    fn cannot_compare(&self, a: Value, b: Value) -> Fault {
        let (kind_a, kind_b) = (self.type_phrase(a), self.type_phrase(b));
        let is_comparable = |v: Value| {
            matches!(v.tag(), Tag::Int | Tag::BigInt | Tag::Float | Tag::Str | Tag::Sym | Tag::Path | Tag::List)
        };
        let text = if a.tag() == b.tag() && !is_comparable(a) {
            format!(
                "cannot compare {kind_a} with {kind_b}; values of that type are incomparable (values are {} and {})",
                self.show_in_fault(a),
                self.show_in_fault(b)
            )
        } else {
            format!(
                "cannot compare {kind_a} with {kind_b}; values are {} and {}",
                self.show_in_fault(a),
                self.show_in_fault(b)
            )
        };
        Fault::new(FaultKind::Eval, text)
    }
}

/// NaN is neither less nor greater: it counts as not less, which is all that is ever asked.
fn order(a: f64, b: f64) -> Ordering {
    if a < b {
        Ordering::Less
    } else if a == b {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}

/// `a < b` of two settled values that may be lists.
///
/// Slots: a, b. States: `START + 1 + 2i` forces the i-th elements, the odd ones compare them.
pub(super) fn less(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let (a, b) = (vm.slot(frame, 0), vm.slot(frame, 1));
    if let Some(ordering) = vm.compare_now(a, b)? {
        return Ok(Next::Return(Value::bool(ordering.is_lt())));
    }
    // Above the two slots: the index, and the elements being compared.
    if frame.pc == START {
        frame.pc += 1;
        vm.push(Value::raw(0));
    }
    loop {
        let index = vm.slot(frame, 2).payload();
        let (n_a, n_b) = (vm.heap.list_len(a) as u32, vm.heap.list_len(b) as u32);
        match frame.pc - START {
            1 => {
                if index >= n_b || index >= n_a {
                    return Ok(Next::Return(Value::bool(index < n_b)));
                }
                vm.truncate_to(frame, 3);
                vm.push(vm.heap.element(a, index as usize));
                frame.pc += 1;
                return Ok(Next::Force);
            }
            2 => {
                vm.push(vm.heap.element(b, index as usize));
                frame.pc += 1;
                return Ok(Next::Force);
            }
            3 => {
                let (x, y) = (vm.slot(frame, 3), vm.slot(frame, 4));
                vm.push(x);
                vm.push(y);
                vm.push(Value::raw(0));
                frame.pc += 1;
                return Ok(Next::Native(super::load::EQUAL, 3));
            }
            4 => {
                let equal = vm.pop();
                if equal == Value::TRUE {
                    vm.set_slot(frame, 2, Value::raw(index + 1));
                    frame.pc = START + 1;
                    continue;
                }
                frame.pc += 1;
                frame.why = 1;
                return Ok(Next::Native(LESS, 2));
            }
            _ => return Ok(Next::Return(vm.top())),
        }
    }
}
