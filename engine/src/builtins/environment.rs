//! What a program learns of who runs it, and what it tells them: variables, the clock, lines of text.

use crate::print;
use crate::value::Value;
use crate::vm::{Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};
use crate::world::{NoteKind, Request};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "getEnv",
        &[arg("s", Need::PlainStr, "while evaluating the first argument passed to builtins.getEnv")],
        get_env,
        "The environment variable *s*, or an empty string if it is not set.",
    ),
    Native::steps(
        "trace",
        &[arg("e1", Need::Any, ""), arg("e2", Need::Lazy, "")],
        |vm, frame| note(vm, frame, NoteKind::Trace),
        "Shows *e1* on standard error, then gives *e2*.",
    ),
    Native::steps(
        "traceVerbose",
        &[arg("e1", Need::Lazy, ""), arg("e2", Need::Lazy, "")],
        trace_verbose,
        "As `trace` if `trace-verbose` is on; else just *e2*.",
    ),
    Native::steps(
        "warn",
        &[
            arg("e1", Need::Str, "while evaluating the first argument; the message passed to builtins.warn"),
            arg("e2", Need::Lazy, ""),
        ],
        |vm, frame| note(vm, frame, NoteKind::EvaluationWarning),
        "Shows the warning *e1* on standard error, then gives *e2*.",
    ),
    Native::steps(CURRENT_TIME, &[arg("ignored", Need::Lazy, "")], current_time, "").internal(),
];

/// The native that `builtins.currentTime` is suspended with: the clock is not asked unless somebody wants to know.
pub(super) const CURRENT_TIME: &str = "currentTime";

const ANSWERED: u32 = START + 1;
const FORCED: u32 = START + 2;

/// Slots: the name.
fn get_env(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc == START {
        if vm.settings.is_pure || vm.settings.is_restricted {
            return Ok(Next::Return(Value::sym(vm.names.empty)));
        }
        frame.pc = ANSWERED;
        let name = vm.heap.bytes(vm.slot(frame, 0)).into();
        return Ok(vm.ask(Request::Env(name)));
    }
    let value = vm.answer_other().into_env()?.unwrap_or_default();
    Ok(Next::Return(vm.heap.plain_string(&value)))
}

/// Slots: what is shown, what is given.
fn note(vm: &mut Vm, frame: &mut Frame, kind: NoteKind) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            frame.pc = ANSWERED;
            let v = vm.slot(frame, 0);
            let text = if v.is_string() { vm.heap.bytes(v).into() } else { print::plain(vm.print_cx(), v).into() };
            Ok(vm.ask(Request::Note { kind, text }))
        }
        ANSWERED => {
            vm.answer_other().into_done()?;
            if kind == NoteKind::EvaluationWarning && vm.settings.abort_on_warn {
                let text = "aborting to reveal stack trace of warning, as abort-on-warn is set";
                return Err(Fault::new(FaultKind::Eval, text));
            }
            give_second(vm, frame)
        }
        _ => Ok(Next::Return(vm.top())),
    }
}

/// Forces the second argument, with this frame in the trace.
fn give_second(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = FORCED;
    vm.push(vm.slot(frame, 1));
    Ok(Next::Force)
}

/// Slots: what is shown, what is given.
fn trace_verbose(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START if !vm.settings.trace_verbose => give_second(vm, frame),
        START => {
            frame.pc = SHOWN_FORCED;
            vm.push(vm.slot(frame, 0));
            Ok(Next::Force)
        }
        SHOWN_FORCED => {
            let v = vm.pop();
            vm.set_slot(frame, 0, v);
            frame.pc = START;
            note(vm, frame, NoteKind::Trace)
        }
        _ => note(vm, frame, NoteKind::Trace),
    }
}

const SHOWN_FORCED: u32 = START + 3;

fn current_time(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc == START {
        frame.pc = ANSWERED;
        return Ok(vm.ask(Request::CurrentTime));
    }
    let time = vm.answer_other().into_time()?;
    Ok(Next::Return(vm.heap.int(time)))
}
