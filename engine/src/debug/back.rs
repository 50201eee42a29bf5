//! Ways back: to the step point before, to the last reason to stop, to where a frame began.
//!
//! A way back is found by going forward: through the interval before now, remembering the last moment that would end it,
//! then through the interval before that.

use crate::vm::{Frame, Stop, Watch};

use super::stepping::{Goal, Start, is_on_another_line, is_worth_a_stop};
use super::timeline::{Found, FoundAt};
use super::{BreakpointId, By, Cx, Debugger, FaultFilter, StopReason, Stopped};

/// Which way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The last point that ends a step from here.
    Step(Goal),
    /// The last reason to stop.
    Continue,
    /// The beginning of the body that runs in the frame at this depth.
    Frame { depth: usize, pc: u32 },
}

impl Way {
    fn is_by_instruction(&self) -> bool {
        let Self::Step(goal) = self else { return false };
        matches!(goal, Goal::Into(By::Instruction) | Goal::Over(By::Instruction) | Goal::Out(By::Instruction))
    }

    /// How many frames there may be where it ends.
    fn depth(&self, start: &Start) -> usize {
        match self {
            Self::Step(Goal::Over(_)) => start.depth,
            Self::Step(Goal::Out(_)) => start.depth.saturating_sub(1),
            Self::Frame { depth, .. } => *depth,
            Self::Step(_) | Self::Continue => usize::MAX,
        }
    }
}

impl Debugger {
    /// Goes to the step point before this one: anywhere, no deeper than here, or less deep than here. If there is none,
    /// to the beginning.
    pub fn step_back(&mut self, cx: &mut Cx<'_>, goal: Goal) -> Stopped {
        let reason = StopReason::Step;
        self.back(cx, &Way::Step(goal), reason)
    }

    /// Goes back to the last reason to stop before now: a breakpoint, a fault that is to be seen, `builtins.break`. If
    /// there is none, to the beginning.
    pub fn reverse_continue(&mut self, cx: &mut Cx<'_>) -> Stopped {
        self.back(cx, &Way::Continue, StopReason::Pause)
    }

    /// Goes back to where the frame at an index began to compute, or if it did not come to that, for example because its
    /// argument does not fit its pattern, to where it began. `None` if that cannot be told.
    pub fn restart_frame(&mut self, cx: &mut Cx<'_>, index: usize) -> Option<Stopped> {
        let frame = *cx.vm.frames().get(index).filter(|it| it.is_code())?;
        let point = cx.vm.program.points_of(frame.code).first().map(|it| it.pc);
        let pc = point.filter(|&pc| pc <= frame.pc).unwrap_or(cx.vm.program.bodies[frame.code as usize].entry);
        let is_there = index + 1 == cx.vm.frames().len() && frame.pc == pc;
        if is_there {
            return self.stopped.clone();
        }
        let was_set = cx.vm.program.set_break(pc);
        let stopped = self.back(cx, &Way::Frame { depth: index + 1, pc }, StopReason::Step);
        if was_set {
            cx.vm.program.clear_break(pc);
        }
        Some(stopped)
    }
    fn back(&mut self, cx: &mut Cx<'_>, way: &Way, reason: StopReason) -> Stopped {
        self.evaluator.end_visit(cx.vm);
        let now = cx.vm.count();
        let is_over = self.stopped.as_ref().is_some_and(|it| it.reason.is_end());
        let mut start = Start::of(cx.vm, &self.skips);
        if is_over {
            start.depth = usize::MAX;
        }
        let until = if is_over { now } else { now.saturating_sub(1) };
        // What is looked at on the way is looked at as it was then.
        self.stopped = None;
        match self.search(cx, way, &start, until) {
            Some(found) => {
                self.travel(cx, found);
                self.arrive(cx, reason)
            }
            None => {
                self.travel(cx, Found::step(self.timeline.start()));
                self.go_to_entry(cx, now);
                let stopped = Stopped { reason: StopReason::Entry, ..self.arrive(cx, StopReason::Entry) };
                self.stopped = Some(stopped.clone());
                stopped
            }
        }
    }

    /// The last moment up to `until` that a way back ends at.
    fn search(&mut self, cx: &mut Cx<'_>, way: &Way, start: &Start, until: u64) -> Option<Found> {
        self.held = None;
        // Moments are kept on the way, so that what is looked through at once is short.
        self.timeline.go_back(cx.vm, until);
        self.timeline.run_to(cx, until);
        let mut end = until;
        // Points are met all the time, reasons to stop are not: between those it can be long.
        let is_fine = *way != Way::Continue;
        loop {
            self.timeline.go_back(cx.vm, end);
            if self.timeline.starts_over(cx.vm) {
                // What was kept is forgotten, as far as that may take: it is kept again.
                self.timeline.run_to(cx, end);
                self.timeline.go_back(cx.vm, end);
            }
            if is_fine {
                self.timeline.go_back_finely(cx, end);
            }
            let begin = cx.vm.count();
            if let Some(found) = self.last_in(cx, way, start, end) {
                return Some(found);
            }
            if begin <= self.timeline.start() || cx.pulse.is_interrupted() {
                return None;
            }
            end = begin - 1;
        }
    }

    /// The last moment at which a way back ends, from where the machine is up to `end`.
    fn last_in(&mut self, cx: &mut Cx<'_>, way: &Way, start: &Start, end: u64) -> Option<Found> {
        let watches = *way != Way::Continue;
        cx.vm.hooks.holds_faults = !watches && !self.fault_filters.is_empty();
        let by_instruction = way.is_by_instruction();
        let mut last = self.candidate_here(cx, way, start);
        let mut since = cx.vm.count();
        let mut passes = true;
        while cx.vm.count() < end {
            let depth = way.depth(start);
            cx.vm.hooks.watch = watches.then_some(Watch { depth, below: depth, since });
            let fuel = if by_instruction { 1 } else { end - cx.vm.count() };
            let stop = if passes { cx.vm.pass() } else { cx.vm.run(fuel) };
            passes = false;
            match stop {
                Stop::Done(_) | Stop::Fault(_) => break,
                Stop::Fuel if by_instruction => last = self.candidate_here(cx, way, start).or(last),
                Stop::Fuel => {}
                Stop::Ask(request) => self.timeline.answer_again(cx, &request),
                Stop::Point | Stop::Break => {
                    last = self.candidate_here(cx, way, start).or(last);
                    since = cx.vm.count();
                    passes = true;
                }
                Stop::Failing(mut fault) => {
                    let is_caught = cx.vm.will_catch(&fault);
                    let is_wanted = |it: &FaultFilter| it.is_match(&fault, is_caught);
                    // The last step may have led beyond the end.
                    let is_before = cx.vm.count() <= end;
                    if is_before && !fault.data().is_told && self.fault_filters.iter().any(is_wanted) {
                        last = Some(Found { count: cx.vm.count(), at: FoundAt::Fault });
                    }
                    fault.data_mut().is_told = true;
                    if cx.vm.fail(fault).is_some() {
                        break;
                    }
                }
            }
        }
        if cx.vm.count() == end {
            last = self.candidate_here(cx, way, start).or(last);
        }
        cx.vm.hooks.watch = None;
        cx.vm.hooks.holds_faults = false;
        last
    }

    /// The moment at which the machine stands, if a way back ends there.
    pub(super) fn candidate_here(&mut self, cx: &mut Cx<'_>, way: &Way, start: &Start) -> Option<Found> {
        let frame = cx.vm.frames().last().copied()?;
        let at = if frame.is_code() || *way != Way::Continue { FoundAt::Step } else { FoundAt::Builtin };
        self.is_candidate(cx, way, start, &frame).then(|| Found { count: cx.vm.count(), at })
    }

    /// Whether a way back ends where the machine stands.
    fn is_candidate(&mut self, cx: &mut Cx<'_>, way: &Way, start: &Start, frame: &Frame) -> bool {
        let is_near = cx.vm.frames().len() <= way.depth(start);
        if way.is_by_instruction() {
            return is_near;
        }
        if !frame.is_code() {
            if *way != Way::Continue || frame.pc != crate::vm::START {
                return false;
            }
            let wanted = self.breakpoints.at_native(frame.code);
            return cx.vm.native(frame.code).name == "break" || self.would_stop(cx, &wanted, 0);
        }
        let is_point = cx.vm.program.is_point(frame.pc) && is_near;
        match way {
            Way::Step(Goal::Into(By::Line) | Goal::Over(By::Line) | Goal::Out(By::Line)) => {
                is_point && is_worth_a_stop(cx.vm, &self.skips, start) && is_on_another_line(cx.vm, start)
            }
            Way::Step(_) => is_point && is_worth_a_stop(cx.vm, &self.skips, start),
            Way::Frame { depth, pc } => frame.pc == *pc && cx.vm.frames().len() == *depth,
            Way::Continue if !cx.vm.program.is_broken(frame.pc) => false,
            Way::Continue => {
                let wanted = self.breakpoints.at(frame.pc);
                self.would_stop(cx, &wanted, frame.thunk)
            }
        }
    }

    /// Whether breakpoints that are met here would stop the program. How often they were met does not count.
    fn would_stop(&mut self, cx: &mut Cx<'_>, wanted: &[BreakpointId], thunk: u32) -> bool {
        let top = cx.vm.frames().len().checked_sub(1);
        for &id in wanted {
            let Some(breakpoint) = self.breakpoints.get(id).filter(|it| it.concerns(thunk)) else { continue };
            if breakpoint.rules.log.is_some() {
                continue;
            }
            if self.condition_holds(cx, id, top).unwrap_or(true) {
                return true;
            }
        }
        false
    }
}
