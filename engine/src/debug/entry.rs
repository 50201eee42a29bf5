//! The beginning of a program, as a person sees it: its first step point.

use crate::vm::{Stop, Watch};

use super::back::Way;
use super::moments::FIRST_STRIDE;
use super::stepping::{Goal, Start};
use super::timeline::Found;
use super::{By, Cx, Debugger};

impl Debugger {
    /// From the beginning to the first step point, if the program has one that is not later than now.
    pub(super) fn go_to_entry(&mut self, cx: &mut Cx<'_>, now: u64) {
        let start = Start::of(cx.vm, &self.skips);
        let way = Way::Step(Goal::Into(By::Expression));
        let mut passes = true;
        let mut since = cx.vm.count();
        while self.candidate_here(cx, &way, &start).is_none() {
            cx.vm.hooks.watch = Some(Watch { depth: usize::MAX, below: usize::MAX, since });
            let stop = if passes { cx.vm.pass() } else { cx.vm.run(FIRST_STRIDE) };
            passes = matches!(stop, Stop::Point | Stop::Break);
            since = if passes { cx.vm.count() } else { since };
            if let Stop::Ask(request) = &stop {
                self.timeline.answer_again(cx, request);
            }
            let is_over = matches!(stop, Stop::Done(_) | Stop::Fault(_) | Stop::Failing(_));
            if is_over || cx.vm.count() > now {
                self.travel(cx, Found::step(self.timeline.start()));
                break;
            }
        }
        cx.vm.hooks.watch = None;
    }
}
