//! Numbers.

use crate::bytecode::Op;
use crate::value::{Tag, Value};

use super::{Fault, FaultKind, Vm};

/// A number of either kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
}

impl Vm {
    /// The number that a settled value is.
    pub(super) fn number(&self, v: Value) -> Option<Number> {
        match v.tag() {
            Tag::Int | Tag::BigInt => self.heap.as_int(v).map(Number::Int),
            Tag::Float => self.heap.as_float(v).map(Number::Float),
            _ => None,
        }
    }

    /// `a - b`, `a * b`, `a / b` or `a + b` of numbers.
    pub fn arithmetic(&mut self, op: Op, a: Value, b: Value) -> Result<Value, Fault> {
        let words = Words::of(op);
        if op == Op::Div {
            self.check_divisor(b)?;
        }
        let (Some(x), Some(y)) = (self.number(a), self.number(b)) else {
            // If either is a float Nix wants floats, else integers; the first that is not is what it complains about.
            let wanted = if a.tag() == Tag::Float || b.tag() == Tag::Float { "a float" } else { "an integer" };
            let is_first = self.number(a).is_none();
            let (culprit, which) = if is_first { (a, "first") } else { (b, "second") };
            let why = format!("while evaluating the {which} {}", words.operand);
            return Err(self.type_fault(wanted, culprit).within(crate::source::Pos::NONE, why));
        };
        let overflow = || {
            let (Number::Int(x), Number::Int(y)) = (x, y) else { return Fault::new(FaultKind::Eval, "overflow") };
            let text = format!("integer overflow in {} {x} {} {y}", words.doing, words.sign);
            Fault::new(FaultKind::Eval, text)
        };
        match (x, y) {
            (Number::Int(x), Number::Int(y)) => {
                let result = match op {
                    Op::Sub => x.checked_sub(y),
                    Op::Mul => x.checked_mul(y),
                    Op::Div => x.checked_div(y),
                    _ => x.checked_add(y),
                };
                Ok(self.heap.int(result.ok_or_else(overflow)?))
            }
            _ => {
                let (x, y) = (float(x), float(y));
                let result = match op {
                    Op::Sub => x - y,
                    Op::Mul => x * y,
                    Op::Div => x / y,
                    _ => x + y,
                };
                Ok(self.heap.float(result))
            }
        }
    }
}

impl Vm {
    /// Nix looks at the divisor first: it must be a number, and not zero.
    fn check_divisor(&self, v: Value) -> Result<(), Fault> {
        match self.number(v) {
            Some(n) if float(n) == 0.0 => Err(Fault::new(FaultKind::Eval, "division by zero")),
            Some(_) => Ok(()),
            None => {
                let why = "while evaluating the second operand of the division";
                Err(self.type_fault("a float", v).within(crate::source::Pos::NONE, why))
            }
        }
    }
}

fn float(n: Number) -> f64 {
    match n {
        Number::Int(i) => i as f64,
        Number::Float(f) => f,
    }
}

struct Words {
    operand: &'static str,
    doing: &'static str,
    sign: char,
}

impl Words {
    fn of(op: Op) -> Self {
        match op {
            Op::Sub => Self { operand: "argument of the subtraction", doing: "subtracting", sign: '-' },
            Op::Mul => Self { operand: "argument of the multiplication", doing: "multiplying", sign: '*' },
            Op::Div => Self { operand: "operand of the division", doing: "dividing", sign: '/' },
            _ => Self { operand: "argument of the addition", doing: "adding", sign: '+' },
        }
    }
}
