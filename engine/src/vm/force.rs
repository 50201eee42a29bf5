//! Frames come: thunks forced, functions entered, and what happens when there are too many.

use crate::bytecode::{Body, Op};
use crate::heap::ThunkState;
use crate::source::Pos;
use crate::value::Value;

use super::{Fault, FaultKind, Frame, FrameKind, Vm};

impl Vm {
    /// The first instruction of a body, which is emitted now if nobody ran it before.
    #[inline(always)]
    pub(super) fn entry(&mut self, body: u32) -> u32 {
        let entry = self.program.bodies[body as usize].entry;
        // What is not emitted is nowhere, and nothing of an image is before it is unpacked.
        if entry as usize >= self.program.ops.len() { self.emit(body) } else { entry }
    }

    #[cold]
    fn emit(&mut self, body: u32) -> u32 {
        self.program.unpack_ops();
        let Body { unit, entry, .. } = self.program.bodies[body as usize];
        if entry != Body::NOT_EMITTED {
            return entry;
        }
        let begin = self.now();
        if let Some(unit) = self.units.get(unit) {
            unit.emit(body, &self.globals, &mut self.program);
        }
        self.load_constants();
        self.phases.emitting += self.now() - begin;
        self.program.bodies[body as usize].entry
    }

    /// Starts to compute the thunk on top of the stack, on behalf of the instruction at `pc`.
    #[inline(always)]
    pub(super) fn enter_thunk(&mut self, thunk: Value, pc: u32) -> Result<(), Fault> {
        let (state, argument) = self.heap.thunk_state(thunk);
        if state != ThunkState::Suspended {
            // The instruction failed with its operands as they were.
            self.pop();
            self.waiting_at = self.stack.len();
            self.reentered = thunk.payload();
            return Err(infinite_recursion(self.forcing_place(self.frames.len() - 1, pc)));
        }
        self.begin_thunk(thunk, argument)
    }

    #[inline(always)]
    fn begin_thunk(&mut self, thunk: Value, argument: Value) -> Result<(), Fault> {
        let (body, env) = self.heap.thunk_code(thunk);
        let pc = self.entry(body.0);
        self.heap.enter(thunk.payload());
        self.counters.forced += 1;
        let base = self.stack.len() as u32;
        if argument != Value::UNSET {
            self.stack.push(argument);
        }
        self.push_frame(Frame { kind: FrameKind::Code, why: 0, code: body.0, pc, env, base, thunk: thunk.payload() })
    }

    /// Forces what is on top of the stack, for a native.
    pub(super) fn force_top(&mut self) -> Result<(), Fault> {
        let v = self.top();
        if !v.is_thunk() {
            return Ok(());
        }
        let (state, inner) = self.heap.thunk_state(v);
        match state {
            ThunkState::Done => {
                self.set_top(inner);
                Ok(())
            }
            ThunkState::Running => {
                self.reentered = v.payload();
                Err(infinite_recursion(Pos::NONE))
            }
            ThunkState::Suspended => self.begin_thunk(v, inner),
        }
    }

    /// Starts to run a function whose arguments lie on the stack from `base` on.
    #[inline(always)]
    pub(super) fn enter_lambda(&mut self, function: Value, base: u32) -> Result<(), Fault> {
        let body = function.aux();
        let pc = self.entry(body);
        self.counters.calls += 1;
        let env = function.payload();
        self.push_frame(Frame { kind: FrameKind::Code, why: 0, code: body, pc, env, base, thunk: 0 })
    }

    #[inline(always)]
    pub(super) fn push_frame(&mut self, frame: Frame) -> Result<(), Fault> {
        self.frames.push(frame);
        self.check_depth()
    }

    /// Faults if there are too many frames.
    #[inline(always)]
    pub(super) fn check_depth(&mut self) -> Result<(), Fault> {
        if self.frames.len() >= self.compact_at { self.too_many_frames() } else { Ok(()) }
    }

    /// Drops frames that have nothing left to do. If most have, there may be more of them before it is tried again.
    ///
    /// A tail call is an ordinary call until there are many frames: up to then, traces are complete, and beyond it,
    /// tail calls take constant space.
    #[cold]
    fn too_many_frames(&mut self) -> Result<(), Fault> {
        let overflow = || Fault::new(FaultKind::StackOverflow, "stack overflow; max-call-depth exceeded");
        if self.calls_itself_forever() {
            return Err(overflow().at(self.caller_place(self.frames.len() - 1)));
        }
        self.drop_finished_frames();
        let depth = self.frames.len();
        if depth >= self.limits.max_depth {
            return Err(overflow().at(self.caller_place(depth - 1)));
        }
        if depth > self.compact_at / 2 {
            self.compact_at = (self.compact_at * 2).min(self.limits.max_depth);
        }
        Ok(())
    }

    /// Whether all a code frame still does is to return what the frame above it gives.
    pub(super) fn is_finished(&self, index: usize) -> bool {
        let frame = &self.frames[index];
        if !frame.is_code() || frame.thunk != 0 {
            return false;
        }
        let mut pc = frame.pc;
        while let Op::Jump(target) = self.program.op(pc) {
            pc = target;
        }
        self.program.op(pc) == Op::Return
    }

    /// Whether the function on top was called before with the very same arguments by frames that only wait for it:
    /// then it will call itself with them again, for ever.
    fn calls_itself_forever(&self) -> bool {
        let top = self.frames.len() - 1;
        let what = |frame: &Frame| {
            let arity = self.program.bodies[frame.code as usize].arity;
            (frame.code, &self.stack[frame.base as usize - 1..(frame.base + arity) as usize])
        };
        let frame = &self.frames[top];
        if !frame.is_code() || frame.thunk != 0 {
            return false;
        }
        let mut index = top;
        while index > 0 && self.is_finished(index - 1) {
            index -= 1;
            if what(&self.frames[index]) == what(frame) {
                return true;
            }
        }
        false
    }

    fn drop_finished_frames(&mut self) {
        let last = self.frames.len() - 1;
        let mut kept: Vec<Frame> = Vec::with_capacity(self.frames.len());
        let mut write = 0;
        let mut read_from = 0;
        let watched = self.hooks.watch;
        for index in 0..=last {
            let frame = self.frames[index];
            let start = frame.base as usize - 1;
            if index == 0 {
                write = start;
                read_from = start;
            }
            let end = if index == last { self.stack.len() } else { self.frames[index + 1].base as usize - 1 };
            debug_assert!(read_from <= start, "frames own consecutive parts of the stack");
            read_from = end;
            if index != last && self.is_finished(index) {
                if let (Some(before), Some(watch)) = (watched, &mut self.hooks.watch) {
                    watch.depth -= usize::from(index < before.depth);
                    watch.below -= usize::from(index < before.below);
                }
                continue;
            }
            self.stack.copy_within(start..end, write);
            kept.push(Frame { base: write as u32 + 1, ..frame });
            write += end - start;
        }
        self.stack.truncate(write);
        self.frames = kept;
    }

    /// For a thunk that applies a function: where that function is.
    fn applied_function_pos(&self, index: usize) -> Pos {
        let frame = &self.frames[index];
        let applies = frame.is_code() && self.program.bodies[frame.code as usize].unit == super::load::NO_UNIT;
        // What `mapAttrs` makes is applied twice, and has no place in Nix.
        let applies = applies && frame.code != self.apply_bodies[2];
        if applies { self.function_pos(self.heap.env_get(frame.env, 0)) } else { Pos::NONE }
    }

    /// The place that the call at `pc` of the top frame is made from: for a thunk that applies a function, the place
    /// it is forced from.
    pub(super) fn call_place(&self, pc: u32) -> Pos {
        let top = self.frames.len() - 1;
        if self.program.bodies[self.frames[top].code as usize].unit == super::load::NO_UNIT {
            return self.caller_place(top);
        }
        self.place(pc)
    }

    /// The place of what is being done now: the innermost that is known.
    #[must_use]
    pub fn current_place(&self) -> Pos {
        let place = |frame: &Frame| match frame.is_code() {
            true => self.place(frame.pc.saturating_sub(1)),
            false => frame.call_pos(),
        };
        self.frames.iter().rev().map(place).find(|it| it.is_some()).unwrap_or(Pos::NONE)
    }

    /// The place the frame at `index` was called or forced from.
    pub(super) fn caller_place(&self, index: usize) -> Pos {
        let Some(below) = index.checked_sub(1) else { return Pos::NONE };
        let caller = &self.frames[below];
        if !caller.is_code() {
            let is_forcing = matches!(caller.code, super::load::DEEP_PART | super::load::FORCE | super::load::CHOOSE);
            let forces_deeply =
                is_forcing && self.frames[index].thunk != 0 || self.natives[caller.code as usize].name == "deepSeq";
            return if forces_deeply { self.applied_function_pos(index) } else { caller.asking_pos() };
        }
        if self.program.bodies[caller.code as usize].unit == super::load::NO_UNIT {
            return self.caller_place(below);
        }
        let pc = caller.pc.saturating_sub(1);
        match self.program.op(pc) {
            // What a builtin forces has no place.
            Op::CallBuiltin { .. } => Pos::NONE,
            _ if self.frames[index].thunk == 0 => self.place(pc),
            _ => self.forcing_place(below, pc),
        }
    }
}

fn infinite_recursion(pos: Pos) -> Fault {
    Fault::new(FaultKind::InfiniteRecursion, "infinite recursion encountered").at(pos)
}
