//! Questions over time: every run of some code, with what it was given and what it gave.
//!
//! They are answered by going through the program once more, from its beginning.

use rustc_hash::FxHashMap;

use crate::bytecode::PointKind;
use crate::source::{Pos, Span};
use crate::value::Value;
use crate::vm::{Frame, Stop, Vm};

use super::location::PointRef;
use super::pattern::FunctionPattern;
use super::{Cx, Debugger};

/// One call of a function, or one computation of a suspended expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When it began.
    pub count: u64,
    /// What ran.
    pub body: u32,
    /// What it was given, by name; of a pattern its names.
    pub args: Vec<(String, Value)>,
    /// What it gave.
    pub end: CallEnd,
    /// What it was called or needed for.
    pub reason: String,
    /// From where.
    pub from: Option<Span>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// It gave a value.
    Gave {
        /// The value.
        value: Value,
        /// When.
        count: u64,
    },
    /// A fault went through it.
    Failed,
    /// It was not over where the question ends.
    Open,
}

/// Whose runs are asked for.
#[derive(Clone, Debug)]
pub enum Whose {
    /// Functions and attributes by name.
    Named(FunctionPattern),
    /// The body that a step point is in.
    At(PointRef),
}

/// What is known while the program is gone through.
#[derive(Debug, Default)]
struct Gathered {
    /// By instruction: the body, and whether it begins or ends there.
    at: FxHashMap<u32, (u32, bool)>,
    /// Those of them nobody else stops at.
    patched: Vec<u32>,
    n_units: u32,
    calls: Vec<Call>,
    /// Calls at work: which, how many frames there are, and where the frame begins on the stack.
    open: Vec<(usize, usize, u32)>,
}

impl Debugger {
    /// Every run of some code from the beginning of the program to its end, or to where it came so far; at most `max`.
    /// `None` if there is no such code. The machine goes there for it and comes here again: what was evaluated on the
    /// side is gone.
    pub fn calls(&mut self, cx: &mut Cx<'_>, whose: &Whose, max: usize) -> Option<Vec<Call>> {
        self.evaluator.end_visit(cx.vm);
        let here = self.here(cx.vm);
        let stopped = self.stopped.take();
        let is_over = cx.vm.frames().is_empty();
        let end = self.timeline.furthest();
        let mut gathered = Gathered::default();
        let start = self.timeline.start();
        self.timeline.go_back(cx.vm, start);
        self.gather(cx, whose, &mut gathered, end, max);
        for pc in gathered.patched {
            cx.vm.program.clear_break(pc);
        }
        self.travel(cx, here);
        if is_over {
            cx.vm.abandon();
        }
        self.stopped = stopped;
        (!gathered.at.is_empty()).then_some(gathered.calls)
    }

    fn gather(&mut self, cx: &mut Cx<'_>, whose: &Whose, gathered: &mut Gathered, end: u64, max: usize) {
        self.look_into(cx.vm, whose, gathered);
        let mut passes = true;
        while cx.vm.count() < end && gathered.calls.len() < max {
            let stop = if passes { cx.vm.pass() } else { cx.vm.run(end - cx.vm.count()) };
            passes = false;
            match stop {
                Stop::Break => {
                    self.note(cx.vm, gathered);
                    passes = true;
                }
                Stop::Ask(request) => {
                    self.timeline.answer_again(cx, &request);
                    // A text that is read now is looked into before it runs.
                    passes = true;
                }
                Stop::Failing(fault) => {
                    if cx.vm.fail(fault).is_some() {
                        break;
                    }
                }
                Stop::Done(_) | Stop::Fault(_) => break,
                Stop::Fuel | Stop::Point => {}
            }
            if gathered.n_units < cx.vm.n_units() {
                self.look_into(cx.vm, whose, gathered);
            }
        }
        if cx.vm.count() == end {
            // It may begin just now.
            self.note(cx.vm, gathered);
        }
        let depth = cx.vm.frames().len();
        for &(index, at, _) in &gathered.open {
            if at > depth {
                gathered.calls[index].end = CallEnd::Failed;
            }
        }
    }

    /// Finds the code that is asked for in texts that were read since the last time.
    fn look_into(&mut self, vm: &mut Vm, whose: &Whose, gathered: &mut Gathered) {
        let mut bodies = Vec::new();
        match whose {
            Whose::At(point) => bodies.push(point.body),
            Whose::Named(pattern) => {
                for unit in (gathered.n_units..vm.n_units()).filter(|&it| !self.evaluator.is_own(it)) {
                    let first = vm.unit(unit).first_body;
                    bodies.extend(pattern.find(&self.names.of(vm, unit)).into_iter().map(|it| first + it));
                }
            }
        }
        gathered.n_units = vm.n_units();
        for body in bodies {
            vm.emit_body(body);
            let points = vm.program.points_of(body);
            let begin = points.iter().find(|it| it.kind != PointKind::Return).map(|it| it.pc);
            let end = points.iter().find(|it| it.kind == PointKind::Return).map(|it| it.pc);
            for (pc, is_begin) in begin.map(|it| (it, true)).into_iter().chain(end.map(|it| (it, false))) {
                if gathered.at.insert(pc, (body, is_begin)).is_none() && vm.program.set_break(pc) {
                    gathered.patched.push(pc);
                }
            }
        }
    }

    /// A run of the code begins or ends here.
    fn note(&mut self, vm: &Vm, gathered: &mut Gathered) {
        let Some(frame) = vm.frames().last().copied().filter(Frame::is_code) else { return };
        let Some(&(body, is_begin)) = gathered.at.get(&frame.pc) else { return };
        let depth = vm.frames().len();
        while let Some(&(index, at, base)) = gathered.open.last() {
            if at < depth || (at == depth && base == frame.base && !is_begin) {
                break;
            }
            // It is gone, and did not come to its end.
            gathered.calls[index].end = CallEnd::Failed;
            gathered.open.pop();
        }
        if is_begin {
            let index = depth - 1;
            let reason = self.frame(vm, index).reason;
            let from = index.checked_sub(1).and_then(|below| self.span_of(vm, below));
            let args = self.args_of(vm, &frame, body);
            gathered.open.push((gathered.calls.len(), depth, frame.base));
            gathered.calls.push(Call { count: vm.count(), body, args, end: CallEnd::Open, reason, from });
        } else if let Some(&(index, at, base)) = gathered.open.last()
            && at == depth
            && base == frame.base
        {
            gathered.calls[index].end = CallEnd::Gave { value: vm.top(), count: vm.count() };
            gathered.open.pop();
        }
    }

    /// What a function was given: its arguments by their names, of a pattern the names in it.
    fn args_of(&mut self, vm: &Vm, frame: &Frame, body: u32) -> Vec<(String, Value)> {
        let Some(unit) = vm.unit_of(body) else { return Vec::new() };
        let info = &unit.analysis.bodies[vm.program.bodies[body as usize].index as usize];
        let vars = info.args.iter().chain(&info.formals);
        let mut args: Vec<(Pos, String, Value)> = Vec::new();
        for id in vars {
            let var = &unit.analysis.vars[id.0 as usize];
            let Some(name) = var.name else { continue };
            let address = match var.slot {
                crate::bytecode::Slot::Local(slot) => super::scopes::Address::Local(slot),
                crate::bytecode::Slot::Env(slot) => super::scopes::Address::Env(0, slot),
            };
            if let Some(value) = super::scopes::value_at(vm, vm.stack(), frame, Some(address)) {
                args.push((var.pos, vm.show_name(name), value));
            }
        }
        args.sort_by_key(|it| it.0);
        args.into_iter().map(|(_, name, value)| (name, value)).collect()
    }
}
