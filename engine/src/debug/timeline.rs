//! The past: what the outside answered, moments to go back to, and the way from there to any other moment.
//!
//! Evaluation is a function of the program and of what the outside answered. So a moment is named by the count of
//! instructions, and is reached again by running from an earlier one, with the same answers. While nobody goes back,
//! nothing is written down but the answers. The first way back starts over from the beginning; from then on what is
//! overwritten is written down, and moments are kept on the way, so that later ways back are short.

use crate::heap::WordsCopy;
use crate::vm::{FaultKind, Moment, Stop, Vm};
use crate::world::{Answer, NoteKind, Request, World};

use super::stepping::is_return;
use super::{Cx, Debugger, Returned, StopReason, Stopped};

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
    journal: Vec<Asked>,
    /// So many answers were given on the way to where the machine is.
    cursor: usize,
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

/// A moment, and how much the outside had been asked.
#[derive(Clone, Debug)]
struct Kept {
    moment: Moment,
    cursor: usize,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            origin: None,
            moments: Vec::new(),
            stride: FIRST_STRIDE,
            journal: Vec::new(),
            cursor: 0,
            furthest: 0,
            end: None,
        }
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
        let moment = vm.moment();
        vm.heap.forget_trail();
        let cursor = self.cursor;
        self.furthest = moment.count();
        self.end = None;
        self.origin = Some((Kept { moment, cursor }, vm.heap.copy_words()));
        self.moments.clear();
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
    pub(super) fn run_to(&mut self, cx: &mut Cx<'_>, count: u64) -> Option<StopReason> {
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
