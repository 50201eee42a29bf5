//! The past: what the outside answered, moments to go back to, and the way from there to any other moment.
//!
//! Evaluation is a function of the program and of what the outside answered. So a moment is named by the count of
//! instructions, and is reached again by running from an earlier one, with the same answers. While nobody goes back,
//! nothing is written down but the answers. The first way back starts over from the beginning; from then on what is
//! overwritten is written down, and moments are kept on the way, so that later ways back are short.

use crate::heap::WordsCopy;
use crate::vm::{Moment, Stop, Vm, Watch};
use crate::world::{Answer, Request, World};

use super::stepping::{Goal, Start, is_return, is_worth_a_stop};
use super::{By, Cx, Debugger, Returned, StopReason, Stopped};

/// How many moments are kept. When there are more, every second one is dropped, and they lie twice as far apart.
const MAX_MOMENTS: usize = 64;

/// How many instructions lie between moments at first.
const FIRST_STRIDE: u64 = 100_000;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) count: u64,
    /// Whether it is the fault that this instruction ends in.
    pub(super) is_fault: bool,
}

impl Timeline {
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

    /// Runs on to a moment, along a way the program took before, telling nobody.
    fn run_to(&mut self, cx: &mut Cx<'_>, count: u64) {
        let mut passes = true;
        while cx.vm.count() < count {
            if cx.vm.count() >= self.next_at() {
                self.keep(cx.vm);
            }
            let goal = count.min(self.next_at()).max(cx.vm.count() + 1);
            let stop = if passes { cx.vm.pass() } else { cx.vm.run(goal - cx.vm.count()) };
            passes = false;
            match stop {
                Stop::Done(_) | Stop::Fault(_) => return,
                Stop::Break => passes = true,
                Stop::Ask(request) => self.answer_again(cx, &request),
                Stop::Failing(fault) => {
                    if cx.vm.fail(fault).is_some() {
                        return;
                    }
                }
                Stop::Fuel | Stop::Point => {}
            }
        }
    }

    pub(super) fn answer_again(&mut self, cx: &mut Cx<'_>, request: &Request) {
        let (answer, _) = self.answer(cx.world, request);
        cx.vm.answer(answer);
    }
}

/// Which way back.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// The last point that ends a step from here.
    Step(Goal),
    /// The last reason to stop.
    Continue,
    /// The beginning of the body that runs in the frame at this depth.
    Frame { depth: usize, pc: u32 },
}

impl Way {
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

    /// Goes back to where the frame at an index began to compute. `None` if that cannot be told.
    pub fn restart_frame(&mut self, cx: &mut Cx<'_>, index: usize) -> Option<Stopped> {
        let frame = cx.vm.frames().get(index).filter(|it| it.is_code())?;
        let pc = cx.vm.program.points_of(frame.code).first()?.pc;
        let is_there = index + 1 == cx.vm.frames().len() && frame.pc == pc;
        if is_there {
            return self.stopped.clone();
        }
        Some(self.back(cx, &Way::Frame { depth: index + 1, pc }, StopReason::Step))
    }

    /// Goes to a moment, as far as the program ever came.
    pub fn go_to(&mut self, cx: &mut Cx<'_>, count: u64) -> Stopped {
        self.evaluator.end_visit(cx.vm);
        let count = count.clamp(self.timeline.start(), self.timeline.furthest);
        self.travel(cx, Found { count, is_fault: false });
        self.arrive(cx, StopReason::Goto)
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
        match self.search(cx, way, &start, until) {
            Some(found) => {
                self.travel(cx, found);
                self.arrive(cx, reason)
            }
            None => {
                self.travel(cx, Found { count: self.timeline.start(), is_fault: false });
                self.arrive(cx, StopReason::Entry)
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
            if begin <= self.timeline.start() {
                return None;
            }
            end = begin - 1;
        }
    }

    /// The last moment at which a way back ends, from where the machine is up to `end`.
    fn last_in(&mut self, cx: &mut Cx<'_>, way: &Way, start: &Start, end: u64) -> Option<Found> {
        let watches = *way != Way::Continue;
        cx.vm.hooks.holds_faults = !watches && !self.fault_filters.is_empty();
        let mut last = self.candidate_here(cx, way, start);
        let mut since = cx.vm.count();
        let mut passes = true;
        while cx.vm.count() < end {
            cx.vm.hooks.watch = watches.then_some(Watch { depth: way.depth(start), since });
            let stop = if passes { cx.vm.pass() } else { cx.vm.run(end - cx.vm.count()) };
            passes = false;
            match stop {
                Stop::Done(_) | Stop::Fault(_) => break,
                Stop::Fuel => {}
                Stop::Ask(request) => self.timeline.answer_again(cx, &request),
                Stop::Point | Stop::Break => {
                    last = self.candidate_here(cx, way, start).or(last);
                    since = cx.vm.count();
                    passes = true;
                }
                Stop::Failing(mut fault) => {
                    let is_caught = cx.vm.will_catch(&fault);
                    if !fault.data().is_told && self.fault_filters.iter().any(|it| it.is_match(&fault, is_caught)) {
                        last = Some(Found { count: cx.vm.count(), is_fault: true });
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
    fn candidate_here(&mut self, cx: &mut Cx<'_>, way: &Way, start: &Start) -> Option<Found> {
        let is_one = self.is_candidate(cx, way, start);
        is_one.then(|| Found { count: cx.vm.count(), is_fault: false })
    }

    /// Whether a way back ends where the machine stands.
    fn is_candidate(&mut self, cx: &mut Cx<'_>, way: &Way, start: &Start) -> bool {
        let Some(frame) = cx.vm.frames().last().copied() else { return false };
        if !frame.is_code() {
            let is_start = frame.pc == crate::vm::START;
            let is_break = cx.vm.native(frame.code).name == "break";
            let stops = is_break || !self.breakpoints.at_native(frame.code).is_empty();
            return *way == Way::Continue && is_start && stops;
        }
        let is_point = cx.vm.program.is_point(frame.pc) && cx.vm.frames().len() <= way.depth(start);
        match way {
            Way::Step(Goal::Into(By::Line) | Goal::Over(By::Line) | Goal::Out(By::Line)) if is_return(cx.vm) => false,
            Way::Step(_) => is_point && is_worth_a_stop(cx.vm, &self.skips, start),
            Way::Frame { depth, pc } => frame.pc == *pc && cx.vm.frames().len() == *depth,
            Way::Continue => cx.vm.program.is_broken(frame.pc) && self.would_stop(cx, frame.pc, frame.thunk),
        }
    }

    /// Whether a breakpoint at an instruction would stop the program here. How often it was met does not count.
    fn would_stop(&mut self, cx: &mut Cx<'_>, pc: u32, thunk: u32) -> bool {
        let top = cx.vm.frames().len().checked_sub(1);
        for id in self.breakpoints.at(pc) {
            let Some(breakpoint) = self.breakpoints.get(id).filter(|it| it.concerns(thunk)) else { continue };
            if breakpoint.rules.log.is_some() {
                continue;
            }
            let Some(condition) = breakpoint.rules.condition.clone() else { return true };
            let place = self.place(cx.vm, top);
            if self.evaluator.holds(cx, &mut self.scopes, place, &condition).unwrap_or(true) {
                return true;
            }
        }
        false
    }

    /// Brings the machine to a moment.
    pub(super) fn travel(&mut self, cx: &mut Cx<'_>, found: Found) {
        cx.vm.hooks.watch = None;
        cx.vm.hooks.holds_faults = false;
        let count = if found.is_fault { found.count.saturating_sub(1) } else { found.count };
        if self.held.take().is_some() || count < cx.vm.count() || cx.vm.frames().is_empty() {
            self.timeline.go_back(cx.vm, count);
        }
        self.timeline.run_to(cx, count);
        if found.is_fault {
            cx.vm.hooks.holds_faults = true;
            if let Stop::Failing(fault) = cx.vm.pass() {
                self.held = Some(fault);
            }
            cx.vm.hooks.holds_faults = false;
        }
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
                    StopReason::Breakpoint(self.breakpoints.at(frame.pc))
                }
                Some(frame) if !frame.is_code() && cx.vm.native(frame.code).name == "break" => StopReason::BreakCall,
                Some(frame) if !frame.is_code() && !self.breakpoints.at_native(frame.code).is_empty() => {
                    StopReason::Breakpoint(self.breakpoints.at_native(frame.code))
                }
                _ => reason,
            },
        };
        let returned = is_return(cx.vm).then(|| {
            let frame = cx.vm.frames()[cx.vm.frames().len() - 1];
            Returned { body: frame.code, value: cx.vm.top(), count: cx.vm.count() }
        });
        let stopped = Stopped { reason, count: cx.vm.count(), returned, remarks: Vec::new() };
        self.recent.forget_after(stopped.count);
        self.stopped = Some(stopped.clone());
        stopped
    }
}
