//! The past: what the outside answered, moments to go back to, and the way from there to any other moment.
//!
//! Evaluation is a function of the program and of what the outside answered. So a moment is named by the count of
//! instructions, and is reached again by running from an earlier one, with the same answers. While nobody goes back,
//! nothing is written down but the answers. The first way back starts over from the beginning; from then on what is
//! overwritten is written down, and moments are kept on the way, so that later ways back are short.

use crate::vm::{FaultKind, Stop, Vm};
use crate::world::{Answer, NoteKind, Request, World};

use super::moments::{HistoryLimits, Moments};
use super::stepping::is_return;
use super::{Cx, Debugger, Returned, StopReason, Stopped};

/// What is known of the past.
#[derive(Debug, Default)]
pub struct Timeline {
    moments: Moments,
    journal: Vec<Asked>,
    /// So many answers were given on the way to where the machine is.
    cursor: usize,
    /// When the program began.
    begun: u64,
    /// How far the program ever came.
    furthest: u64,
    /// When the program was over, if it ever came to its end.
    end: Option<u64>,
}

/// What was asked of the outside.
#[derive(Clone, Debug)]
struct Asked {
    request: Request,
    answer: Answer,
    /// When.
    count: u64,
}

/// What is kept of the past, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// From when on one can go back.
    pub start: u64,
    /// When the program began; what lies between was forgotten.
    pub begun: u64,
    /// How many moments are kept; none as long as nobody goes back.
    pub n_moments: usize,
    /// How many instructions lie between them, where nobody goes back step by step.
    pub stride: u64,
    /// About how many bytes they take, with what was overwritten since the first.
    pub memory: u64,
    /// What may be kept.
    pub limits: HistoryLimits,
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
        self.moments.keep_every(n);
    }

    pub(super) fn set_limits(&mut self, limits: HistoryLimits) {
        self.moments.set_limits(limits);
    }

    /// The first moment of the program that one can go back to.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.moments.start()
    }

    /// What is kept to go back to.
    #[must_use]
    pub fn history(&self, vm: &Vm) -> History {
        History {
            start: self.start(),
            begun: self.begun,
            n_moments: self.moments.len(),
            stride: self.moments.stride(),
            memory: self.moments.memory(vm),
            limits: self.moments.limits(),
        }
    }

    /// What the program said so far, as far as it ever came: when, and what.
    pub fn said(&self) -> impl Iterator<Item = (u64, NoteKind, &[u8])> {
        self.journal.iter().filter_map(|it| match &it.request {
            Request::Note { kind, text } => Some((it.count, *kind, &**text)),
            _ => None,
        })
    }

    /// How far the program ever came.
    #[must_use]
    pub fn furthest(&self) -> u64 {
        self.furthest
    }

    /// When the program was over, if it ever came to its end.
    #[must_use]
    pub fn end(&self) -> Option<u64> {
        self.end
    }

    /// The program came as far as a stop.
    pub(super) fn reached(&mut self, stopped: &Stopped) {
        self.furthest = self.furthest.max(stopped.count);
        let is_over = match &stopped.reason {
            StopReason::Finished(_) => true,
            StopReason::Failed(fault) => fault.data().kind != FaultKind::Interrupted,
            _ => false,
        };
        if is_over {
            self.end = Some(stopped.count);
        }
    }

    /// The program begins here: there is no way back beyond.
    pub(super) fn begin(&mut self, vm: &mut Vm) {
        self.moments.begin(vm, self.cursor);
        self.begun = vm.count();
        self.furthest = vm.count();
        self.end = None;
    }

    /// What the outside says, and whether it was asked just now rather than on an earlier way through here.
    pub(super) fn answer(&mut self, world: &mut dyn World, request: &Request, count: u64) -> (Answer, bool) {
        if let Some(asked) = self.journal.get(self.cursor)
            && asked.request == *request
        {
            self.cursor += 1;
            return (asked.answer.clone(), false);
        }
        let answer = match request {
            Request::Note { .. } => Answer::Done,
            request => world.answer(request),
        };
        self.journal.truncate(self.cursor);
        self.journal.push(Asked { request: request.clone(), answer: answer.clone(), count });
        self.cursor += 1;
        (answer, true)
    }

    /// Brings the machine to the latest kept moment that is not later than `count`, or to the first.
    pub(super) fn go_back(&mut self, vm: &mut Vm, count: u64) {
        if let Some(cursor) = self.moments.go_back(vm, count) {
            self.cursor = cursor;
        }
    }

    /// Whether the machine stands at the beginning, and nothing is kept from there to where it is to go.
    pub(super) fn starts_over(&self, vm: &Vm) -> bool {
        vm.count() == self.start() && self.moments.len() <= 1 && !self.moments.is_without_origin()
    }

    /// The same as [`Timeline::go_back`], where somebody goes back step by step: moments are kept close together before
    /// `count` first.
    pub(super) fn go_back_finely(&mut self, cx: &mut Cx<'_>, count: u64) {
        self.go_back(cx.vm, count);
        if self.moments.be_fine(cx.vm.count(), count) {
            self.run_to(cx, count);
            self.go_back(cx.vm, count);
        }
    }

    /// The program goes on for the first time. If there is no origin, moments are kept on this way, too. Gives from when
    /// on one can go back, if something was forgotten for good.
    pub(super) fn on_the_way(&mut self, vm: &mut Vm) -> Option<u64> {
        if self.moments.is_without_origin() && vm.count() >= self.moments.next_at() {
            self.moments.keep(vm, self.cursor, true);
        }
        self.moments.take_forgotten()
    }

    /// Runs on to a moment, along a way the program took before, telling nobody. If that is its end: how it ended.
    pub(super) fn run_to(&mut self, cx: &mut Cx<'_>, count: u64) -> Option<StopReason> {
        let mut passes = true;
        while cx.vm.count() < count && !cx.pulse.is_interrupted() {
            if cx.vm.count() >= self.moments.next_at() {
                self.moments.keep(cx.vm, self.cursor, false);
            }
            let goal = count.min(self.moments.next_at()).max(cx.vm.count() + 1);
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
        let (answer, _) = self.answer(cx.world, request, cx.vm.count());
        cx.vm.answer(answer);
    }
}

impl Debugger {
    /// Begins, and goes to a moment without telling anything of the way: the program took it before.
    pub fn begin_at(&mut self, cx: &mut Cx<'_>, found: Found) -> Stopped {
        self.timeline.begin(cx.vm);
        self.stops.forget();
        if let Some(native) = cx.vm.builtin("break") {
            cx.vm.stop_at_native(native);
        }
        self.sync(cx);
        let end = self.travel(cx, found);
        self.sync(cx);
        let stopped = self.arrive(cx, end.unwrap_or(StopReason::Goto));
        self.timeline.reached(&stopped);
        stopped
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

    /// Goes to a moment, as far as the program ever came. If somebody saw the program stand there, it stands as it did.
    pub fn go_to(&mut self, cx: &mut Cx<'_>, count: u64) -> Stopped {
        self.evaluator.end_visit(cx.vm);
        self.stopped = None;
        let count = count.clamp(self.timeline.start(), self.timeline.furthest);
        let found = self.stops.at(count).unwrap_or(Found::step(count));
        let end = self.travel(cx, found);
        self.arrive(cx, end.unwrap_or(StopReason::Goto))
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
    pub(super) fn arrive(&mut self, cx: &mut Cx<'_>, reason: StopReason) -> Stopped {
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
        self.remember(cx.vm, &stopped);
        stopped
    }
}
