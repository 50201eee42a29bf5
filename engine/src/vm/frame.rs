//! Frames: what is being done, as plain data.

use crate::source::Pos;

/// One entry of the demand stack: a body being run, or a builtin at work.
///
/// On the value stack a frame owns everything from `base` up to the next frame. Just below `base` is what it replaces:
/// the function called or the thunk forced. When the frame ends, that slot gets its result and the rest is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Bytecode, or a native.
    pub kind: FrameKind,
    /// Why a native waits: an index into its reasons.
    pub why: u16,
    /// The body, or which native.
    pub code: u32,
    /// The next instruction, or the state of a native.
    pub pc: u32,
    /// The environment, or for a native the place it was called from.
    pub env: u32,
    /// Where its part of the value stack begins.
    pub base: u32,
    /// The thunk that gets the result; 0 if none does.
    pub thunk: u32,
}

/// What a frame runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// Instructions.
    Code,
    /// A native that a program called: it appears in traces.
    Builtin,
    /// A native that works for an instruction or for another native.
    Helper,
}

impl Frame {
    /// The place a native was called from.
    #[must_use]
    pub fn call_pos(&self) -> Pos {
        Pos(self.env)
    }

    /// The place that what a native asks for is done from: builtins have none, what works for an instruction has its.
    #[must_use]
    pub fn asking_pos(&self) -> Pos {
        if self.kind == FrameKind::Helper { self.call_pos() } else { Pos::NONE }
    }

    /// Whether it runs instructions.
    #[inline(always)]
    #[must_use]
    pub fn is_code(&self) -> bool {
        matches!(self.kind, FrameKind::Code)
    }
}
