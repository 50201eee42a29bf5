//! What the machine stops for besides what a program itself asks: set by a debugger, and nothing otherwise.
//!
//! Breakpoints in code are instructions of their own ([`crate::bytecode::Op::Break`]); those at natives replace what the
//! native runs. Neither costs anything where it is not met.

use super::native::{AT_ONCE, PureRun};
use super::{Frame, FrameKind, Run, Stop, Vm};

/// What the machine stops for.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    /// Which step points; none in a loop that runs free.
    pub watch: Option<Watch>,
    /// Whether it stops before frames are unwound, with [`super::Stop::Failing`].
    pub holds_faults: bool,
    /// The stop at the native that is the frame at this depth was made: it is not made again.
    pub passes: Option<usize>,
    /// What stopping natives run: their index, and the original.
    natives: Vec<(u32, Run)>,
}

/// Which step points are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// Those with at most so many frames. It is kept up to date when frames are dropped that have nothing left to do.
    pub depth: usize,
    /// As many frames as lie below the one at that depth, kept up to date likewise.
    pub below: usize,
    /// Those reached later than this count.
    pub since: u64,
}

impl Vm {
    /// Stops the machine whenever this native is about to take its first step, its arguments ready.
    ///
    /// # Panics
    /// If there is no such native.
    pub fn stop_at_native(&mut self, native: u32) {
        let run = self.natives[native as usize].run;
        if !matches!(run, Run::Stop) {
            self.hooks.natives.push((native, run));
            self.natives[native as usize].run = Run::Stop;
        }
    }

    /// Undoes [`Vm::stop_at_native`].
    pub fn pass_native(&mut self, native: u32) {
        if let Some(at) = self.hooks.natives.iter().position(|it| it.0 == native) {
            let (native, run) = self.hooks.natives.swap_remove(at);
            self.natives[native as usize].run = run;
        }
    }

    /// Goes on by the one instruction or native step that the machine was stopped at, without stopping there again.
    pub fn pass(&mut self) -> Stop {
        let Some(&frame) = self.frames.last() else { return self.run(1) };
        if !frame.is_code() {
            if frame.pc == super::START && matches!(self.natives[frame.code as usize].run, Run::Stop) {
                if frame.why == AT_ONCE
                    && let Run::Pure(run) = self.native_run(frame.code)
                {
                    return self.pass_at_once(frame, run);
                }
                self.hooks.passes = Some(self.frames.len());
            }
            return self.run(1);
        }
        let pc = frame.pc;
        let was_broken = self.program.lift_break(pc);
        let stop = self.run(1);
        if was_broken {
            self.program.mend_break(pc);
        }
        stop
    }

    /// Does what a native would have done when it was called, had the machine not stopped at it.
    fn pass_at_once(&mut self, frame: Frame, run: PureRun) -> Stop {
        self.frames.pop();
        let result = match frame.kind {
            FrameKind::Helper => {
                self.stack.remove(frame.base as usize - 1);
                let n = self.natives[frame.code as usize].args.len() as u32;
                self.finish_ready(run, n).map(|_| ())
            }
            FrameKind::Builtin | FrameKind::Code => self.finish_builtin(run, frame),
        };
        match result {
            Ok(()) => Stop::Fuel,
            Err(fault) if self.hooks.holds_faults => Stop::Failing(fault),
            Err(fault) => self.fail(fault).map_or(Stop::Fuel, Stop::Fault),
        }
    }

    /// Whether the machine stops at a native that would not have needed a frame.
    pub(super) fn is_stopped_at_once(&self, native: u32) -> bool {
        matches!(self.natives[native as usize].run, Run::Stop) && matches!(self.native_run(native), Run::Pure(_))
    }

    /// What a stopping native runs once it was stopped for.
    pub(super) fn passed(&mut self, native: u32) -> Run {
        self.hooks.passes = None;
        self.hooks.natives.iter().find(|it| it.0 == native).map_or(Run::Stop, |it| it.1)
    }

    /// What a native runs, whether or not the machine stops at it.
    #[must_use]
    pub fn native_run(&self, native: u32) -> Run {
        match self.natives[native as usize].run {
            Run::Stop => self.hooks.natives.iter().find(|it| it.0 == native).map_or(Run::Stop, |it| it.1),
            run => run,
        }
    }
}
