//! A program under the debugger, and what can be compared of it.

use std::fmt::Write as _;

use nixscope_engine::debug::{By, Goal, StopReason, Stopped};
use nixscope_engine::print;
use nixscope_engine::session::{DebugSession, Launch, Session};
use nixscope_engine::store::VirtualStore;
use nixscope_engine::value::Value;
use nixscope_engine::vm::{Counters, Fault, Limits, Settings, Stop, Vm};
use nixscope_engine::world::Memory;
use nixscope_testkit::generate::Rng;

use super::programs::files;

/// A program under the debugger.
pub(super) type Debugged = DebugSession<VirtualStore<Memory>>;

/// What a program came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) outcome: String,
    pub(super) count: u64,
    pub(super) counters: Counters,
}

/// A program that is about to begin; none if it is not Nix.
pub(super) fn launched(program: &str, keeps_names: bool, is_deep: bool) -> Option<Debugged> {
    let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
    let settings = Settings { keeps_names, ..Settings::default() };
    let mut vm = nixscope_engine::builtins::machine_in(settings, limits);
    vm.reading.home = Some("/home/me".to_owned());
    let mut session = DebugSession::over(Session::new(vm, VirtualStore::new(files())));
    session.launch(&Launch { is_deep, ..Launch::text(program) }).ok()?;
    Some(session)
}

/// Runs what was launched without a debugger; nothing if that takes more than `limit` instructions.
pub(super) fn run_free(debugged: &mut Debugged, limit: u64) -> Option<End> {
    let session = debugged.session();
    while session.vm.count() < limit {
        let result = match session.vm.run(limit - session.vm.count()) {
            Stop::Done(v) => Ok(v),
            Stop::Fault(fault) => Err(fault),
            Stop::Fuel => return None,
            Stop::Ask(request) => {
                let answer = session.ask(&request);
                session.vm.answer(answer);
                continue;
            }
            other @ (Stop::Break | Stop::Point | Stop::Failing(_)) => panic!("nobody asked for {other:?}"),
        };
        return Some(end_of(&session.vm, result.as_ref().map(|&v| v)));
    }
    None
}

/// What running free comes to.
pub(super) fn free(program: &str, keeps_names: bool, is_deep: bool, limit: u64) -> Option<End> {
    run_free(&mut launched(program, keeps_names, is_deep)?, limit)
}

fn end_of(vm: &Vm, result: Result<Value, &Fault>) -> End {
    End { outcome: outcome(vm, result), count: vm.count(), counters: vm.counters() }
}

/// What a program came to that is over.
pub(super) fn end(session: &Debugged) -> End {
    end_of(session.vm(), session.outcome().expect("the program is over"))
}

/// A value with what is suspended in it, or a fault with its whole trace.
pub(super) fn outcome(vm: &Vm, result: Result<Value, &Fault>) -> String {
    let place = |pos| match vm.sources.locate(pos) {
        Some((file, at)) => format!("{}:{}:{}", file.name(), at.line + 1, at.column + 1),
        None => String::new(),
    };
    match result {
        Ok(v) => String::from_utf8_lossy(&print::ambiguous(vm.print_cx(), v, true)).into_owned(),
        Err(fault) => {
            let data = fault.data();
            let mut text = format!("{:?}: {} {}", data.kind, data.message, place(data.pos));
            for line in &data.trace {
                let _ = write!(
                    text,
                    "\n… {} {}{}",
                    line.text,
                    place(line.pos),
                    if line.is_custom { " custom" } else { "" }
                );
            }
            text
        }
    }
}

/// One way to go on.
pub(super) fn random_goal(rng: &mut Rng) -> Goal {
    let by = match rng.below(6) {
        0 => By::Line,
        1 => By::Instruction,
        _ => By::Expression,
    };
    match rng.below(8) {
        0 | 1 => Goal::Over(by),
        2 => Goal::Out(by),
        _ => Goal::Into(by),
    }
}

/// Goes on until the program is over.
pub(super) fn run_out(session: &mut Debugged) -> Stopped {
    loop {
        let stopped = session.resume(Goal::Continue);
        if stopped.reason.is_end() {
            return stopped;
        }
    }
}

/// What is seen where the program stands, without running anything: frames, names and values, and what lies on the
/// stack of the machine by its numbers.
pub(super) fn seen(session: &mut Debugged) -> String {
    let n_frames = session.vm().frames().len();
    let mut text = format!("count {} frames {n_frames} stack {}\n", session.vm().count(), session.vm().stack().len());
    let frames = session.frames(0, 12);
    for (nth, frame) in frames.iter().enumerate() {
        let at = frame.span.and_then(|it| session.locate(it)).map(|it| (it.name, it.start, it.end));
        let _ = writeln!(text, "{} {:?} {} ({}) {:?}", frame.index, frame.kind, frame.name, frame.reason, at);
        if nth > 3 {
            continue;
        }
        for scope in session.scopes(frame.index) {
            let _ = writeln!(text, "  {:?} at {}", scope.kind, scope.distance);
            for it in scope.variables {
                let shown = session.show(it.value);
                let _ = writeln!(text, "    {} = {} {:?}", it.name, shown.text, shown.state);
            }
        }
        for it in session.builtin_args(frame.index) {
            let _ = writeln!(text, "  {} = {}", it.name, session.show(it.value).text);
        }
    }
    text
}

/// Why a program stopped, in a word.
pub(super) fn word(stopped: &Stopped) -> &'static str {
    match stopped.reason {
        StopReason::Entry => "entry",
        StopReason::Step => "step",
        StopReason::Goto => "goto",
        StopReason::Pause => "pause",
        StopReason::Breakpoint(_) => "breakpoint",
        StopReason::BreakCall => "break",
        StopReason::Fault(_) => "fault",
        StopReason::Note(..) => "note",
        StopReason::Finished(_) => "finished",
        StopReason::Failed(_) => "failed",
    }
}
