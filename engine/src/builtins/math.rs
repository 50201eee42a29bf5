//! Numbers.

use crate::bytecode::Op;
use crate::value::Value;
use crate::vm::{Arg, Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};

const NUMBERS: &[Arg] = &[arg("e1", Need::Any, ""), arg("e2", Need::Any, "")];

const fn bits(first: &'static str, second: &'static str) -> [Arg; 2] {
    [arg("e1", Need::Int, first), arg("e2", Need::Int, second)]
}

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure("add", NUMBERS, |vm, a| vm.arithmetic(Op::Add, a[0], a[1]), "The sum of the numbers *e1* and *e2*."),
    Native::pure(
        "sub",
        NUMBERS,
        |vm, a| vm.arithmetic(Op::Sub, a[0], a[1]),
        "The difference of the numbers *e1* and *e2*.",
    ),
    Native::pure(
        "mul",
        NUMBERS,
        |vm, a| vm.arithmetic(Op::Mul, a[0], a[1]),
        "The product of the numbers *e1* and *e2*.",
    ),
    Native::pure(
        "div",
        NUMBERS,
        |vm, a| vm.arithmetic(Op::Div, a[0], a[1]),
        "The quotient of the numbers *e1* and *e2*.",
    ),
    Native::steps(
        "lessThan",
        NUMBERS,
        less_than,
        "Whether *e1* is less than *e2*; works on numbers, strings, paths and lists.",
    ),
    Native::pure(
        "bitAnd",
        &bits(
            "while evaluating the first argument passed to builtins.bitAnd",
            "while evaluating the second argument passed to builtins.bitAnd",
        ),
        |vm, a| bitwise(vm, a, |x, y| x & y),
        "The bitwise AND of the integers *e1* and *e2*.",
    ),
    Native::pure(
        "bitOr",
        &bits(
            "while evaluating the first argument passed to builtins.bitOr",
            "while evaluating the second argument passed to builtins.bitOr",
        ),
        |vm, a| bitwise(vm, a, |x, y| x | y),
        "The bitwise OR of the integers *e1* and *e2*.",
    ),
    Native::pure(
        "bitXor",
        &bits(
            "while evaluating the first argument passed to builtins.bitXor",
            "while evaluating the second argument passed to builtins.bitXor",
        ),
        |vm, a| bitwise(vm, a, |x, y| x ^ y),
        "The bitwise XOR of the integers *e1* and *e2*.",
    ),
    Native::pure(
        "ceil",
        &[arg("number", Need::Any, "while evaluating the first argument passed to builtins.ceil")],
        |vm, a| round(vm, a[0], "ceil", f64::ceil),
        "*number* rounded up to the next integer.",
    ),
    Native::pure(
        "floor",
        &[arg("number", Need::Any, "while evaluating the first argument passed to builtins.floor")],
        |vm, a| round(vm, a[0], "floor", f64::floor),
        "*number* rounded down to the next integer.",
    ),
];

fn bitwise(vm: &mut Vm, args: &[Value; 3], op: fn(i64, i64) -> i64) -> Result<Value, Fault> {
    match (vm.heap.as_int(args[0]), vm.heap.as_int(args[1])) {
        (Some(x), Some(y)) => Ok(vm.heap.int(op(x, y))),
        _ => Ok(Value::NULL),
    }
}

fn less_than(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc > START {
        return Ok(Next::Return(vm.top()));
    }
    let (a, b) = (vm.slot(frame, 0), vm.slot(frame, 1));
    if let Some(ordering) = vm.compare_now(a, b)? {
        return Ok(Next::Return(Value::bool(ordering.is_lt())));
    }
    frame.pc += 1;
    vm.push(a);
    vm.push(b);
    Ok(Next::Native(crate::vm::LESS, 2))
}

fn round(vm: &mut Vm, v: Value, name: &str, op: fn(f64) -> f64) -> Result<Value, Fault> {
    if let Some(n) = vm.heap.as_int(v) {
        return if n.unsigned_abs() <= 1 << 53 { Ok(v) } else { round_large(n).map(|()| v) };
    }
    let why = format!("while evaluating the first argument passed to builtins.{name}");
    let Some(f) = vm.heap.as_float(v) else {
        return Err(vm.type_fault("a float", v).within(crate::source::Pos::NONE, why));
    };
    let rounded = op(f);
    // The bounds are the integers' as floats: 2^63 itself is out of range.
    if rounded >= -(2f64.powi(63)) && rounded < 2f64.powi(63) {
        return Ok(vm.heap.int(rounded as i64));
    }
    let mut shown = Vec::new();
    crate::text::number::write_general(&mut shown, f);
    let text = format!("NixFloat argument {} is not in the range of NixInt", String::from_utf8_lossy(&shown));
    Err(Fault::new(FaultKind::Eval, text))
}

/// Nix rounds integers as floats, and refuses those that would not come back the same.
fn round_large(n: i64) -> Result<(), Fault> {
    const BUG: &str = "Due to a bug (see https://github.com/NixOS/nix/issues/12899)";
    const HOPE: &str = "Future Nix versions might implement the correct behavior.";
    let rounded = n as f64;
    let text = if rounded >= 2f64.powi(63) {
        format!("{BUG} the NixInt argument {n} caused undefined behavior in previous Nix versions.\n\t{HOPE}")
    } else if rounded as i64 != n {
        let loss = "a loss of precision occurred in previous Nix versions because the NixInt argument";
        format!("{BUG} {loss} {n} was rounded to {}.\n\t{HOPE}", rounded as i64)
    } else {
        return Ok(());
    };
    Err(Fault::new(FaultKind::Eval, text))
}
