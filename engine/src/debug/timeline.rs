//! The past: what the outside answered, moments to go back to, and the way from there to any other moment.
//!
//! Evaluation is a function of the program and of what the outside answered. So a moment is named by the count of
//! instructions, and is reached again by running from an earlier one, with the same answers. While nobody goes back,
//! nothing is written down but the answers. The first way back starts over from the beginning; from then on what is
//! overwritten is written down, and moments are kept on the way, so that later ways back are short.

use crate::heap::WordsCopy;
use crate::vm::{Frame, Moment, Stop, Vm, Watch};
use crate::world::{Answer, Request, World};

use super::stepping::{Goal, Start, is_on_another_line, is_return, is_worth_a_stop};
use super::{BreakpointId, By, Cx, Debugger, FaultFilter, Returned, StopReason, Stopped};

/// How many moments are kept. When there are more, every second one is dropped, and they lie twice as far apart.
const MAX_MOMENTS: usize = 64;

/// How many instructions lie between moments at first.
pub(super) const FIRST_STRIDE: u64 = 100_000;

/// What is known of the past.
#[derive(Debug)]
pub struct Timeline {
    origin: Option<(Kept, WordsCopy)>,
    moments: Vec<Kept>,
    stride: u64,
    journal: Vec<(Request, Answer)>,
    /// So many answers were given on the way to where the machine is.
    cursor: usize,
    /// How far the program ever came.
    furthest: u64,
}

/// A moment, and how much the outside had been asked.
#[derive(Clone, Debug)]
struct Kept {
    moment: Moment,
    cursor: usize,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { origin: None, moments: Vec::new(), stride: FIRST_STRIDE, journal: Vec::new(), cursor: 0, furthest: 0 }
    }
}

/// Where the machine can be brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// When.
    pub(super) count: u64,
    /// What it is.
    pub(super) at: FoundAt,
}

/// What is found at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum FoundAt {
    /// An instruction, or anything else that is about to be done.
    Step,
    /// The fault that what was done last ended in.
    Fault,
    /// A builtin whose arguments are ready.
    Builtin,
}

impl Found {
    pub(super) fn step(count: u64) -> Self {
        Self { count, at: FoundAt::Step }
    }
}

impl Timeline {
    /// Sets how many instructions lie between moments that are kept, as long as there are few.
    pub(super) fn keep_every(&mut self, n: u64) {
        self.stride = n.max(1);
    }

    /// The first moment of the program.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.origin.as_ref().map_or(0, |it| it.0.moment.count())
    }

    /// How far the program ever came.
    #[must_use]
    pub fn furthest(&self) -> u64 {
        self.furthest
    }

    pub(super) fn reached(&mut self, count: u64) {
        self.furthest = self.furthest.max(count);
    }

    /// The program begins here: there is no way back beyond.
    pub(super) fn begin(&mut self, vm: &mut Vm) {
        let moment = vm.moment();
        vm.heap.forget_trail();
        let cursor = self.cursor;
        self.furthest = moment.count();
        self.origin = Some((Kept { moment, cursor }, vm.heap.copy_words()));
        self.moments.clear();
    }

    /// What the outside says, and whether it was asked just now rather than on an earlier way through here.
    pub(super) fn answer(&mut self, world: &mut dyn World, request: &Request) -> (Answer, bool) {
        if let Some((asked, answer)) = self.journal.get(self.cursor)
            && asked == request
        {
            self.cursor += 1;
            return (answer.clone(), false);
        }
        let answer = match request {
            Request::Note { .. } => Answer::Done,
            request => world.answer(request),
        };
        self.journal.truncate(self.cursor);
        self.journal.push((request.clone(), answer.clone()));
        self.cursor += 1;
        (answer, true)
    }

    /// Brings the machine to the latest kept moment that is not later than `count`.
    pub(super) fn go_back(&mut self, vm: &mut Vm, count: u64) {
        while self.moments.last().is_some_and(|it| it.moment.count() > count) {
            self.moments.pop();
        }
        if let Some(kept) = self.moments.last() {
            vm.go_back(&kept.moment);
            self.cursor = kept.cursor;
            return;
        }
        let Some((kept, words)) = &self.origin else { return };
        vm.start_over(words, &kept.moment);
        self.cursor = kept.cursor;
        self.keep(vm);
    }

    fn keep(&mut self, vm: &mut Vm) {
        if self.moments.len() >= MAX_MOMENTS {
            let mut index = 0;
            self.moments.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.stride *= 2;
        }
        let cursor = self.cursor;
        self.moments.push(Kept { moment: vm.moment(), cursor });
    }

    /// When the next moment is to be kept.
    fn next_at(&self) -> u64 {
        self.moments.last().map_or(u64::MAX, |it| it.moment.count() + self.stride)
    }

    /// Runs on to a moment, along a way the program took before, telling nobody. If that is its end: how it ended.
    fn run_to(&mut self, cx: &mut Cx<'_>, count: u64) -> Option<StopReason> {
        let mut passes = true;
        while cx.vm.count() < count && !cx.pulse.is_interrupted() {
            if cx.vm.count() >= self.next_at() {
                self.keep(cx.vm);
            }
            let goal = count.min(self.next_at()).max(cx.vm.count() + 1);
            let stop = if passes { cx.vm.pass() } else { cx.vm.run(goal - cx.vm.count()) };
            passes = false;
            match stop {
                Stop::Done(v) => return Some(StopReason::Finished(v)),
                Stop::Fault(fault) => return Some(StopReason::Failed(Box::new(fault))),
                Stop::Break => passes = true,
                Stop::Ask(request) => self.answer_again(cx, &request),
                Stop::Failing(fault) => {
                    if let Some(fault) = cx.vm.fail(fault) {
                        return Some(StopReason::Failed(Box::new(fault)));
                    }
                }
                Stop::Fuel | Stop::Point => {}
            }
        }
        None
    }

    pub(super) fn answer_again(&mut self, cx: &mut Cx<'_>, request: &Request) {
        let (answer, _) = self.answer(cx.world, request);
        cx.vm.answer(answer);
    }
}

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

    /// Begins, and goes to a moment without telling anything of the way: the program took it before.
    pub fn begin_at(&mut self, cx: &mut Cx<'_>, found: Found) -> Stopped {
        self.timeline.begin(cx.vm);
        if let Some(native) = cx.vm.builtin("break") {
            cx.vm.stop_at_native(native);
        }
        self.sync(cx);
        let end = self.travel(cx, found);
        self.sync(cx);
        self.timeline.reached(cx.vm.count());
        self.arrive(cx, end.unwrap_or(StopReason::Goto))
    }

    /// Where the program stands, to be brought there again.
    #[must_use]
    pub fn here(&self, vm: &crate::vm::Vm) -> Found {
        let is_fault = matches!(self.stopped.as_ref().map(|it| &it.reason), Some(StopReason::Fault(_)));
        let is_builtin = vm.frames().last().is_some_and(|it| !it.is_code() && it.pc == crate::vm::START);
        let at = match () {
            () if is_fault => FoundAt::Fault,
            () if is_builtin => FoundAt::Builtin,
            () => FoundAt::Step,
        };
        Found { count: vm.count(), at }
    }

    /// Goes to a moment, as far as the program ever came.
    pub fn go_to(&mut self, cx: &mut Cx<'_>, count: u64) -> Stopped {
        self.evaluator.end_visit(cx.vm);
        self.stopped = None;
        let count = count.clamp(self.timeline.start(), self.timeline.furthest);
        let end = self.travel(cx, Found::step(count));
        self.arrive(cx, end.unwrap_or(StopReason::Goto))
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
        loop {
            self.timeline.go_back(cx.vm, end);
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

    /// Brings the machine to a moment. If that is the end of the program: how it ended.
    pub(super) fn travel(&mut self, cx: &mut Cx<'_>, found: Found) -> Option<StopReason> {
        cx.vm.hooks.watch = None;
        cx.vm.hooks.holds_faults = false;
        // What failed took one step or two.
        let before = if found.at == FoundAt::Fault { found.count.saturating_sub(2) } else { found.count };
        if self.held.take().is_some() || before < cx.vm.count() || cx.vm.frames().is_empty() {
            self.timeline.go_back(cx.vm, before);
        }
        let end = self.timeline.run_to(cx, before);
        match found.at {
            FoundAt::Step => {}
            FoundAt::Fault => self.run_into_fault(cx, found.count),
            FoundAt::Builtin => {
                // This takes no time if its arguments are there, but perhaps they were not laid out yet.
                cx.vm.run(1);
            }
        }
        end
    }

    /// Runs on until the fault that the program meets at a moment is held.
    fn run_into_fault(&mut self, cx: &mut Cx<'_>, count: u64) {
        cx.vm.hooks.holds_faults = true;
        while cx.vm.count() < count {
            match cx.vm.pass() {
                Stop::Failing(fault) if cx.vm.count() >= count => self.held = Some(fault),
                Stop::Failing(fault) => {
                    if cx.vm.fail(fault).is_some() {
                        break;
                    }
                }
                Stop::Ask(request) => self.timeline.answer_again(cx, &request),
                Stop::Done(_) | Stop::Fault(_) => break,
                Stop::Fuel | Stop::Point | Stop::Break => {}
            }
        }
        cx.vm.hooks.holds_faults = false;
    }

    /// The machine stands where it was to be brought: the reason is told.
    fn arrive(&mut self, cx: &mut Cx<'_>, reason: StopReason) -> Stopped {
        let held = self.held.clone();
        let reason = match held {
            Some(fault) => {
                let is_caught = cx.vm.will_catch(&fault);
                StopReason::Fault(Box::new(self.fault_stop(cx, &fault, is_caught)))
            }
            None => match cx.vm.frames().last().copied() {
                Some(frame) if frame.is_code() && !self.breakpoints.at(frame.pc).is_empty() => {
                    StopReason::Breakpoint(self.breakpoints.at(frame.pc).to_vec())
                }
                Some(frame) if !frame.is_code() && cx.vm.native(frame.code).name == "break" => StopReason::BreakCall,
                Some(frame) if !frame.is_code() && !self.breakpoints.at_native(frame.code).is_empty() => {
                    StopReason::Breakpoint(self.breakpoints.at_native(frame.code).to_vec())
                }
                _ => reason,
            },
        };
        let is_end = self.held.is_none() && is_return(cx.vm);
        let returned = is_end.then(|| {
            let frame = cx.vm.frames()[cx.vm.frames().len() - 1];
            Returned { body: frame.code, value: cx.vm.top(), count: cx.vm.count() }
        });
        let stopped = Stopped { reason, count: cx.vm.count(), returned, remarks: Vec::new() };
        self.recent.forget_after(stopped.count);
        self.stopped = Some(stopped.clone());
        stopped
    }
}
