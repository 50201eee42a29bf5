//! When a value was computed, and for whom: found by going back, and coming here again.

use crate::source::Span;
use crate::value::{Tag, Value};
use crate::vm::Stop;

use super::{Cx, Debugger};

/// The moment at which a value was first needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forced {
    /// When.
    pub count: u64,
    /// Who waited, the innermost first; the first of them is the value's own computation.
    pub frames: Vec<ForcedFrame>,
}

/// Somebody who waited for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForcedFrame {
    /// What it is called.
    pub name: String,
    /// What it computed.
    pub span: Option<Span>,
    /// What its own value was needed for.
    pub reason: String,
}

/// How many frames are told of.
const MAX_FRAMES: usize = 50;

impl Debugger {
    /// When a thunk was forced, and by whom. `None` if it is none, nobody needed it yet, or it was before the beginning.
    ///
    /// The machine goes back for this and comes here again: what was evaluated on the side is gone.
    pub fn forced_at(&mut self, cx: &mut Cx<'_>, thunk: Value) -> Option<Forced> {
        self.stopped.as_ref()?;
        if thunk.tag() != Tag::Thunk || cx.vm.heap.thunk_state(thunk).0 == crate::heap::ThunkState::Suspended {
            return None;
        }
        self.evaluator.end_visit(cx.vm);
        let (here, now) = (self.here(cx.vm), cx.vm.count());
        let is_over = cx.vm.frames().is_empty();
        let stopped = self.stopped.clone();
        let found = self.find_entry(cx, thunk, now);
        let forced = found.map(|count| {
            // As it was then: nothing was stopped for.
            self.stopped = None;
            let n = cx.vm.frames().len();
            let frames = (0..n).rev().take(MAX_FRAMES).map(|index| {
                let view = self.frame(cx.vm, index);
                ForcedFrame { name: view.name, span: view.span, reason: view.reason }
            });
            Forced { count, frames: frames.collect() }
        });
        self.travel(cx, here);
        if is_over {
            cx.vm.abandon();
        }
        self.stopped = stopped;
        forced
    }

    /// Brings the machine to where a thunk begins to be computed.
    fn find_entry(&mut self, cx: &mut Cx<'_>, thunk: Value, now: u64) -> Option<u64> {
        let body = cx.vm.heap.thunk_code(thunk).0.0;
        cx.vm.emit_body(body);
        let pc = cx.vm.program.bodies[body as usize].entry;
        let start = self.timeline.start();
        self.timeline.go_back(cx.vm, start);
        let was_set = cx.vm.program.set_break(pc);
        let mut found = None;
        let mut passes = true;
        while cx.vm.count() < now {
            let stop = if passes { cx.vm.pass() } else { cx.vm.run(now - cx.vm.count()) };
            passes = false;
            match stop {
                Stop::Break => {
                    let frame = cx.vm.frames().last().copied();
                    if frame.is_some_and(|it| it.is_code() && it.pc == pc && it.thunk == thunk.payload()) {
                        found = Some(cx.vm.count());
                        break;
                    }
                    passes = true;
                }
                Stop::Ask(request) => self.timeline.answer_again(cx, &request),
                Stop::Failing(fault) => {
                    if cx.vm.fail(fault).is_some() {
                        break;
                    }
                }
                Stop::Done(_) | Stop::Fault(_) => break,
                Stop::Fuel | Stop::Point => {}
            }
        }
        if was_set {
            cx.vm.program.clear_break(pc);
        }
        found
    }
}
