//! What changes the course of evaluation.

use crate::value::Value;
use crate::vm::{CAUGHT, Fault, FaultKind, Frame, HANDLED, HANDLING, IF_VALUE, Native, Need, Next, START, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure(
        "seq",
        &[arg("e1", Need::Any, ""), arg("e2", Need::Lazy, "")],
        |_, a| Ok(a[1]),
        "Evaluates *e1*, then gives *e2*.",
    ),
    Native::steps(
        "deepSeq",
        &[arg("e1", Need::Any, ""), arg("e2", Need::Lazy, "")],
        deep_seq,
        "Evaluates *e1* and everything in it, then gives *e2*.",
    ),
    Native::steps(
        "tryEval",
        &[arg("e", Need::Lazy, "")],
        try_eval,
        "Tries to evaluate *e*, not deeply. Gives a set with `success`, and `value` if it worked; a `throw` or a failed \
         `assert` gives `false` for both.",
    ),
    Native::pure(
        "throw",
        &[arg(
            "s",
            Need::Coerced { more: false, copy: false },
            "while evaluating the error message passed to builtin.throw",
        )],
        |vm, a| Err(Fault::new(FaultKind::Throw, vm.heap.text(a[0]))),
        "Fails with the message *s*, in a way that `tryEval` can catch.",
    )
    .everywhere(),
    Native::pure(
        "abort",
        &[arg(
            "s",
            Need::Coerced { more: false, copy: false },
            "while evaluating the error message passed to builtins.abort",
        )],
        |vm, a| {
            let text = format!("evaluation aborted with the following error message: '{}'", vm.heap.text(a[0]));
            Err(Fault::new(FaultKind::Abort, text))
        },
        "Ends evaluation with the message *s*.",
    )
    .everywhere(),
    Native::steps(
        "addErrorContext",
        &[arg("s", Need::Lazy, ""), arg("e", Need::Lazy, "")],
        add_error_context,
        "Gives *e*; if evaluating it fails, the message *s* is shown with the error.",
    )
    .whys(&["while evaluating the error message passed to builtins.addErrorContext"]),
    Native::pure("break", &[arg("v", Need::Lazy, "")], |_, a| Ok(a[0]), "Gives *v*. A debugger stops here.")
        .everywhere(),
];

/// Slots: the message, the value.
fn add_error_context(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            frame.pc += 1;
            vm.push(vm.slot(frame, 1));
            Ok(Next::Force)
        }
        HANDLING => {
            vm.push(vm.slot(frame, 0));
            frame.pc = TEXT_FORCED;
            Ok(Next::Force)
        }
        TEXT_FORCED => {
            vm.push(Value::raw(0));
            frame.pc = TEXT_READY;
            frame.why = 1 | IF_VALUE;
            Ok(Next::Native(crate::vm::COERCE, 2))
        }
        TEXT_READY => {
            let text = vm.pop();
            frame.pc = HANDLED;
            match vm.resume_fault(text) {
                Some(fault) => Err(fault),
                None => Ok(Next::Return(vm.slot(frame, 1))),
            }
        }
        _ => Ok(Next::Return(vm.top())),
    }
}

const TEXT_FORCED: u32 = HANDLING + 1;
const TEXT_READY: u32 = HANDLING + 2;

fn try_eval(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            frame.pc += 1;
            vm.push(vm.slot(frame, 0));
            Ok(Next::Force)
        }
        state => {
            let (success, value) = if state == CAUGHT { (Value::FALSE, Value::FALSE) } else { (Value::TRUE, vm.top()) };
            let keys = match vm.caches.try_eval_keys {
                0 => {
                    let mut names = [vm.names.success, vm.names.value];
                    names.sort_unstable();
                    let keys = vm.heap.keys(names.into_iter().map(|it| (it, crate::source::Pos::NONE)));
                    vm.caches.try_eval_keys = keys;
                    keys
                }
                keys => keys,
            };
            let mut values = [success, value];
            if vm.names.success > vm.names.value {
                values.reverse();
            }
            Ok(Next::Return(vm.heap.attrs(keys, &values)))
        }
    }
}

/// Slots: the first value, the second. The first is forced deeply by a native of its own.
fn deep_seq(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc == START {
        frame.pc += 1;
        vm.push(vm.slot(frame, 0));
        return Ok(Next::Native(crate::vm::DEEP_FORCE, 1));
    }
    Ok(Next::Return(vm.slot(frame, 1)))
}
