//! Running until there is a reason to stop.
//!
//! ```text
//!        ┌──▶ pass what the machine stands at ──▶ run ──┐
//!        │                                              ▼
//!        └──── not a reason to stop ◀── Break, Point, Failing, Ask, Fuel ──▶ Stopped
//! ```

use rustc_hash::FxHashSet;

use crate::source::Span;
use crate::value::Value;
use crate::vm::{Fault, FaultKind, Stop};
use crate::world::Request;

use super::location::locate;
use super::stepping::{Start, is_return};
use super::{BreakpointId, By, Cx, Debugger, Event, FaultStop, Goal, Returned, StopReason, Stopped};

/// How many instructions are run before somebody who wants something in between is heard.
const SLICE: u64 = 1 << 17;

/// What is called between slices: it may change breakpoints, for example.
pub type Between<'a> = dyn FnMut(&mut Debugger, &mut Cx<'_>) + 'a;

/// One way from stop to stop.
struct Way {
    goal: Goal,
    start: Start,
    /// Where it began in time.
    began: u64,
    /// Instructions to stop at just this time.
    temporary: FxHashSet<u32>,
    /// Those of them that nobody else stops at.
    patched: Vec<u32>,
    returned: Option<Returned>,
    remarks: Vec<String>,
    /// A pause was asked for: the next point will do, and if there is none soon, no point.
    pausing_until: Option<u64>,
}

/// What a stop of the machine comes to.
enum Verdict {
    Stop(StopReason),
    /// Go on; what the machine stands at is to be passed first.
    Pass,
    /// Go on.
    GoOn,
}

/// How long a pause looks for a step point.
const PAUSE_FUEL: u64 = 1_000_000;

impl Debugger {
    /// Begins: what was started on the machine is the program. It stops at its first point, or runs to its first stop.
    pub fn begin(&mut self, cx: &mut Cx<'_>, stop_on_entry: bool, between: &mut Between<'_>) -> Stopped {
        self.timeline.begin(cx.vm);
        self.stops.forget();
        if let Some(native) = cx.vm.builtin("break") {
            cx.vm.stop_at_native(native);
        }
        self.sync(cx);
        let goal = if stop_on_entry { Goal::Into(By::Expression) } else { Goal::Continue };
        let mut stopped = self.run(cx, goal, between);
        if stop_on_entry && matches!(stopped.reason, StopReason::Step) {
            stopped.reason = StopReason::Entry;
            self.stopped = Some(stopped.clone());
        }
        stopped
    }

    /// Goes on until something stops the program. After its end, the end is told again.
    pub fn run(&mut self, cx: &mut Cx<'_>, goal: Goal, between: &mut Between<'_>) -> Stopped {
        if let Some(stopped) = self.stopped.as_ref().filter(|it| it.reason.is_end()) {
            return stopped.clone();
        }
        self.evaluator.end_visit(cx.vm);
        let mut way = self.set_out(cx, goal);
        let before = self.stopped.take();
        let was_told = before.is_some();
        let reason = match self.let_fail(cx, before) {
            Some(fault) => StopReason::Failed(Box::new(fault)),
            None => self.go(cx, &mut way, was_told, between),
        };
        if !reason.is_end() && !matches!(reason, StopReason::Fault(_)) && is_return(cx.vm) {
            way.start.depth = usize::MAX;
            self.note_return(cx, &mut way);
        }
        for pc in &way.patched {
            cx.vm.program.clear_break(*pc);
        }
        cx.vm.hooks.watch = None;
        cx.vm.hooks.holds_faults = false;
        // A step by instruction may have read a text that nobody looked at yet.
        self.sync(cx);
        cx.pulse.set_running(false);
        // One that was asked for before this way began is heard on it; one that comes too late is for no other.
        cx.pulse.take_pause();
        cx.pulse.set_count(cx.vm.count());
        let Way { returned, remarks, .. } = way;
        let stopped = Stopped { reason, count: cx.vm.count(), returned, remarks };
        self.timeline.reached(&stopped);
        self.stopped = Some(stopped.clone());
        self.remember(cx.vm, &stopped);
        stopped
    }

    fn set_out(&mut self, cx: &mut Cx<'_>, goal: Goal) -> Way {
        let start = Start::of(cx.vm, &self.skips);
        let began = cx.vm.count();
        let temporary: FxHashSet<u32> = match &goal {
            Goal::RunTo(pcs) => pcs.iter().copied().collect(),
            Goal::Target(pc) => std::iter::once(*pc).collect(),
            Goal::Continue | Goal::Into(_) | Goal::Over(_) | Goal::Out(_) => FxHashSet::default(),
        };
        let patched = temporary.iter().copied().filter(|&pc| cx.vm.program.set_break(pc)).collect();
        cx.vm.hooks.holds_faults = !self.fault_filters.is_empty();
        cx.vm.hooks.watch = match goal {
            Goal::Target(_) => None,
            _ => goal.watch(&start, began),
        };
        cx.pulse.set_running(true);
        Way { goal, start, began, temporary, patched, returned: None, remarks: Vec::new(), pausing_until: None }
    }

    /// Lets the fault unwind that the program was stopped for. Gives it back if nothing catches it.
    fn let_fail(&mut self, cx: &mut Cx<'_>, before: Option<Stopped>) -> Option<Fault> {
        let StopReason::Fault(stop) = before?.reason else { return None };
        let mut fault = self.held.take().unwrap_or(stop.fault);
        fault.data_mut().is_told = true;
        cx.vm.fail(fault)
    }

    /// Runs until there is a reason to stop. `was_told` if somebody was told of where the machine stands.
    fn go(&mut self, cx: &mut Cx<'_>, way: &mut Way, was_told: bool, between: &mut Between<'_>) -> StopReason {
        if is_return(cx.vm) {
            self.note_return(cx, way);
        }
        let mut verdict = if was_told { Verdict::Pass } else { Verdict::GoOn };
        let by_instruction =
            matches!(way.goal, Goal::Into(By::Instruction) | Goal::Over(By::Instruction) | Goal::Out(By::Instruction));
        loop {
            let stop = match verdict {
                Verdict::Stop(reason) => return reason,
                Verdict::Pass => cx.vm.pass(),
                Verdict::GoOn if by_instruction => cx.vm.run(1),
                Verdict::GoOn => cx.vm.run(SLICE),
            };
            verdict = self.judge(cx, way, stop, between);
            if by_instruction && matches!(verdict, Verdict::GoOn) && self.ends_by_instruction(cx, way) {
                verdict = Verdict::Stop(StopReason::Step);
            }
        }
    }

    fn ends_by_instruction(&self, cx: &Cx<'_>, way: &Way) -> bool {
        let depth = cx.vm.frames().len();
        let is_there = match way.goal {
            Goal::Over(_) => depth <= way.start.depth,
            Goal::Out(_) => depth < way.start.depth,
            _ => true,
        };
        is_there && cx.vm.count() > way.began
    }

    fn judge(&mut self, cx: &mut Cx<'_>, way: &mut Way, stop: Stop, between: &mut Between<'_>) -> Verdict {
        // Frames that had nothing left to do may be gone, the one where the way began among them.
        match (&way.goal, cx.vm.hooks.watch) {
            (Goal::Over(_), Some(watch)) => way.start.depth = way.start.depth.min(watch.depth),
            (Goal::Out(_), Some(watch)) => way.start.depth = way.start.depth.min(watch.below.saturating_add(1)),
            _ => {}
        }
        match stop {
            Stop::Done(v) => Verdict::Stop(StopReason::Finished(v)),
            Stop::Fault(fault) => Verdict::Stop(StopReason::Failed(Box::new(fault))),
            Stop::Fuel => self.in_between(cx, way, between),
            Stop::Ask(request) => match self.answer(cx, way, &request) {
                // A program that asks often never uses up a slice.
                Verdict::GoOn => self.in_between(cx, way, between),
                verdict => verdict,
            },
            Stop::Failing(_) => self.judge_simple(cx, stop),
            Stop::Break => self.at_break(cx, way),
            Stop::Point => self.at_point(cx, way),
        }
    }

    /// Between two slices, or after what the machine stood at was passed.
    fn in_between(&mut self, cx: &mut Cx<'_>, way: &mut Way, between: &mut Between<'_>) -> Verdict {
        self.sync(cx);
        if let Some(start) = self.timeline.on_the_way(cx.vm) {
            (cx.out)(Event::Forgot { start });
        }
        let count = cx.vm.count();
        if way.pausing_until.is_some_and(|until| count >= until) {
            return Verdict::Stop(StopReason::Pause);
        }
        if count.wrapping_sub(self.heard_at) < SLICE / 2 && way.pausing_until.is_none() && !cx.pulse.is_interrupted() {
            return Verdict::GoOn;
        }
        self.heard_at = count;
        cx.pulse.set_count(count);
        between(self, cx);
        if cx.pulse.is_interrupted() {
            cx.vm.abandon();
            let fault = Fault::new(FaultKind::Interrupted, "interrupted by the user");
            return Verdict::Stop(StopReason::Failed(Box::new(fault)));
        }
        if way.pausing_until.is_none() && cx.pulse.take_pause() {
            way.pausing_until = Some(count + PAUSE_FUEL);
            cx.vm.hooks.watch = Goal::Into(By::Expression).watch(&way.start, count);
        }
        Verdict::GoOn
    }

    /// Asks the outside. A text that was read is looked at before it runs.
    fn answer(&mut self, cx: &mut Cx<'_>, way: &Way, request: &Request) -> Verdict {
        let is_file = matches!(request, Request::ReadFile(_));
        let (answer, is_new) = self.timeline.answer(cx.world, request, cx.vm.count());
        cx.vm.answer(answer);
        if let Request::Note { kind, text } = request {
            let text = String::from_utf8_lossy(text).into_owned();
            if is_new {
                let place = cx.vm.current_place();
                let at = locate(cx.vm, Span::new(place, place));
                (cx.out)(Event::Note { kind: *kind, text: text.clone(), is_aside: false, at });
            }
            if self.note_stops.contains(kind) {
                return Verdict::Stop(StopReason::Note(*kind, text));
            }
        }
        if is_new && !matches!(request, Request::Note { .. }) && cx.pulse.take_pause() {
            // Whoever answers may want to see who asked.
            return Verdict::Stop(StopReason::Pause);
        }
        if is_file && !matches!(way.goal, Goal::Into(By::Instruction)) {
            // The next step of the builtin that asked reads the text.
            let stop = cx.vm.run(1);
            self.sync(cx);
            return self.judge_simple(cx, stop);
        }
        Verdict::GoOn
    }

    /// What the one step after a text was read can end in.
    fn judge_simple(&mut self, cx: &mut Cx<'_>, stop: Stop) -> Verdict {
        match stop {
            Stop::Done(v) => Verdict::Stop(StopReason::Finished(v)),
            Stop::Fault(fault) => Verdict::Stop(StopReason::Failed(Box::new(fault))),
            Stop::Ask(request) => {
                let (answer, _) = self.timeline.answer(cx.world, &request, cx.vm.count());
                cx.vm.answer(answer);
                Verdict::GoOn
            }
            Stop::Failing(fault) => match self.wants_fault(cx, &fault) {
                Some(stop) => {
                    self.held = Some(fault);
                    Verdict::Stop(StopReason::Fault(stop))
                }
                None => match cx.vm.fail(fault) {
                    Some(fault) => Verdict::Stop(StopReason::Failed(Box::new(fault))),
                    None => Verdict::GoOn,
                },
            },
            Stop::Fuel | Stop::Break | Stop::Point => Verdict::GoOn,
        }
    }

    /// The stop for a fault, if somebody wants to see it.
    fn wants_fault(&mut self, cx: &mut Cx<'_>, fault: &Fault) -> Option<Box<FaultStop>> {
        if fault.data().is_told || fault.data().kind == FaultKind::Interrupted {
            return None;
        }
        let is_caught = cx.vm.will_catch(fault);
        let wanted = self.fault_filters.iter().any(|it| it.is_match(fault, is_caught));
        wanted.then(|| Box::new(self.fault_stop(cx, fault, is_caught)))
    }

    /// What is to be told of a fault that is held.
    pub(super) fn fault_stop(&mut self, cx: &mut Cx<'_>, fault: &Fault, is_caught: bool) -> FaultStop {
        let mut circle = Vec::new();
        if fault.data().kind == FaultKind::InfiniteRecursion {
            for index in cx.vm.circle() {
                let frame = cx.vm.frames()[index];
                if frame.is_code() {
                    circle.push(self.names.describe(cx.vm, frame.code).text);
                }
            }
        }
        let fault = if is_caught { fault.clone() } else { cx.vm.traced(fault) };
        FaultStop { fault, is_caught, circle }
    }

    fn at_break(&mut self, cx: &mut Cx<'_>, way: &mut Way) -> Verdict {
        let Some(frame) = cx.vm.frames().last().copied() else { return Verdict::Pass };
        let wanted = if frame.is_code() {
            if let (Goal::Target(pc), true) = (&way.goal, way.temporary.contains(&frame.pc)) {
                return self.at_target(cx, way, *pc);
            }
            if way.temporary.contains(&frame.pc) {
                return Verdict::Stop(StopReason::Goto);
            }
            self.breakpoints.at(frame.pc)
        } else {
            if cx.vm.native(frame.code).name == "break" {
                return Verdict::Stop(StopReason::BreakCall);
            }
            self.breakpoints.at_native(frame.code)
        };
        self.decide(cx, way, &wanted).map_or(Verdict::Pass, Verdict::Stop)
    }

    /// At the call that is to be stepped into: into it.
    fn at_target(&mut self, cx: &mut Cx<'_>, way: &mut Way, pc: u32) -> Verdict {
        if cx.vm.frames().len() != way.start.depth {
            return Verdict::Pass;
        }
        way.temporary.remove(&pc);
        way.goal = Goal::Into(By::Expression);
        cx.vm.hooks.watch = way.goal.watch(&way.start, cx.vm.count());
        Verdict::Pass
    }

    fn at_point(&mut self, cx: &mut Cx<'_>, way: &mut Way) -> Verdict {
        if way.pausing_until.is_some() {
            return Verdict::Stop(StopReason::Pause);
        }
        let Some(frame) = cx.vm.frames().last().copied() else { return Verdict::Pass };
        if is_return(cx.vm) {
            self.note_return(cx, way);
        }
        if cx.vm.program.is_broken(frame.pc) {
            let verdict = self.at_break(cx, way);
            if matches!(verdict, Verdict::Stop(_)) {
                return verdict;
            }
        }
        if way.goal.ends_at_point(cx.vm, &self.skips, &way.start) {
            return Verdict::Stop(StopReason::Step);
        }
        let count = cx.vm.count();
        if let Some(watch) = &mut cx.vm.hooks.watch {
            watch.since = count;
        }
        Verdict::Pass
    }

    fn note_return(&mut self, cx: &Cx<'_>, way: &mut Way) {
        let Some(frame) = cx.vm.frames().last() else { return };
        if cx.vm.frames().len() <= way.start.depth {
            let returned = Returned { body: frame.code, value: cx.vm.top(), count: cx.vm.count() };
            self.recent.note(returned);
            way.returned = Some(returned);
        }
    }

    /// Whether breakpoints that were met stop the program: the reason if so.
    fn decide(&mut self, cx: &mut Cx<'_>, way: &mut Way, wanted: &[BreakpointId]) -> Option<StopReason> {
        let top = cx.vm.frames().len().checked_sub(1);
        let thunk = cx.vm.frames().last().map_or(0, |it| it.thunk);
        let mut stopping = Vec::new();
        for &id in wanted {
            let Some(breakpoint) = self.breakpoints.get(id) else { continue };
            if !breakpoint.concerns(thunk) {
                continue;
            }
            match self.condition_holds(cx, id, top) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(why) => {
                    way.remarks.push(why);
                    stopping.push(id);
                    continue;
                }
            }
            let Some(breakpoint) = self.breakpoints.get_mut(id) else { continue };
            breakpoint.n_hits += 1;
            if breakpoint.rules.hits.is_some_and(|it| !it.holds(breakpoint.n_hits)) {
                continue;
            }
            let Some(log) = breakpoint.rules.log.clone() else {
                stopping.push(id);
                continue;
            };
            let place = self.place(cx.vm, top);
            let text = self.evaluator.fill(cx, &mut self.scopes, place, &log);
            let at = top.and_then(|top| self.span_of(cx.vm, top)).and_then(|it| locate(cx.vm, it));
            (cx.out)(Event::Log { id, text, at });
        }
        (!stopping.is_empty()).then_some(StopReason::Breakpoint(stopping))
    }

    /// Whether the condition of a breakpoint holds in a frame. Without one it does.
    ///
    /// # Errors
    /// If it fails: what is to be told of that.
    pub(super) fn condition_holds(
        &mut self,
        cx: &mut Cx<'_>,
        id: BreakpointId,
        frame: Option<usize>,
    ) -> Result<bool, String> {
        // It is lent rather than copied: this may be done millions of times.
        let lent = self.breakpoints.get_mut(id).and_then(|it| it.rules.condition.take());
        let Some(condition) = lent else { return Ok(true) };
        let place = self.place(cx.vm, frame);
        let result = self.evaluator.holds(cx, &mut self.scopes, place, &condition);
        let result = result.map_err(|why| format!("the condition '{condition}' failed: {why}"));
        if let Some(breakpoint) = self.breakpoints.get_mut(id) {
            breakpoint.rules.condition = Some(condition);
        }
        result
    }

    /// Forces a value for good. Gives it back settled.
    ///
    /// # Errors
    /// If the computation fails, or is cancelled: then it is as it was before.
    pub fn force(&mut self, cx: &mut Cx<'_>, v: Value) -> Result<Value, Fault> {
        self.evaluator.keep_visit(cx.vm);
        let result = self.evaluator.force_for_good(cx, v);
        // What was done is no part of the program: there is no way back beyond.
        self.timeline.begin(cx.vm);
        self.stops.forget();
        result
    }
}
