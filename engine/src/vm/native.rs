//! How a native asks: builtins, and what works for instructions, as functions from one state to the next.
//!
//! A native's arguments and everything it remembers are on the value stack or in its [`Frame`]; between two of its
//! steps nothing of it is anywhere else. So it can be stopped, copied, written to a file and looked at.

use crate::source::Pos;
use crate::value::Value;

use super::{Blame, Fault, Frame, Vm};

/// A native: what `builtins` has, or what works for instructions.
#[derive(Clone, Copy, Debug)]
pub struct Native {
    /// Its name in `builtins`, and in traces.
    pub name: &'static str,
    /// Its arguments.
    pub args: &'static [Arg],
    /// What it does once its arguments are ready.
    pub run: Run,
    /// What it may wait for, as lines of a trace; [`Frame::why`] counts them from 1.
    pub whys: &'static [&'static str],
    /// What a person is told about it.
    pub doc: &'static str,
    /// Where the name can be seen.
    pub visible: Visible,
    /// In which order its arguments are computed.
    pub order: Order,
    /// Adds to a fault what only this native knows of what it was doing.
    pub explain: Option<Explain>,
}

/// Adds lines of a trace to a fault that climbs out of a native, given its frame and whose the fault is.
pub type Explain = fn(&Vm, &Frame, Blame, &mut Fault);

/// In which order arguments are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first one first.
    Forward,
    /// The last one first.
    Backward,
}

/// Where a native can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visible {
    /// Nowhere: it works for instructions.
    Internal,
    /// In `builtins`, and as `__name` everywhere.
    Builtins,
    /// In `builtins`, and under its own name everywhere.
    Everywhere,
    /// As [`Visible::Builtins`], if this experimental feature is on.
    Feature(&'static str),
    /// As [`Visible::Everywhere`], if this experimental feature is on.
    FeatureEverywhere(&'static str),
}

/// Added to [`Frame::why`]: the line is for a value that cannot be what it was to become, not for one whose
/// computation fails.
pub const IF_VALUE: u16 = 1 << 15;

/// One argument of a native.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Its name in documentation.
    pub name: &'static str,
    /// What it must be when the native begins.
    pub need: Need,
    /// What is being done while it is computed and checked, as a line of a trace; empty for none.
    pub why: &'static str,
}

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Anything, not evaluated.
    Lazy,
    /// Anything, evaluated.
    Any,
    /// An integer.
    Int,
    /// An integer that is not negative: where a substring starts.
    Start,
    /// A Boolean.
    Bool,
    /// A string.
    Str,
    /// A string without context.
    PlainStr,
    /// A list.
    List,
    /// A set.
    Attrs,
    /// A function, or a set that can be called.
    Function,
    /// The same, unless the last argument is the empty list: then it may be anything.
    FunctionOver,
    /// Whatever can be made a string. It arrives as one.
    Coerced {
        /// Whether numbers, lists, Booleans and null can.
        more: bool,
        /// Whether paths are copied to the store.
        copy: bool,
    },
    /// Whatever can be made a path. It arrives as one.
    Path,
}

impl Need {
    /// Whether the line of a trace that says why the argument is needed belongs to a fault met on the way.
    pub(super) fn concerns(self, blame: Blame) -> bool {
        match self {
            Self::Coerced { .. } | Self::List | Self::Attrs => blame == Blame::Value,
            _ => blame != Blame::Giver,
        }
    }
}

/// What computes a result from arguments at once.
pub type PureRun = fn(&mut Vm, &[Value; 3]) -> Result<Value, Fault>;

/// What a native does once its arguments are ready.
#[derive(Clone, Copy)]
pub enum Run {
    /// Computes the result at once.
    Pure(PureRun),
    /// Takes one step; the frame's state says which. The first has state [`START`].
    Steps(fn(&mut Vm, &mut Frame) -> Result<Next, Fault>),
    /// Stops the machine first, see [`Vm::stop_at_native`].
    Stop,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pure(_) => "Pure",
            Self::Steps(_) => "Steps",
            Self::Stop => "Stop",
        })
    }
}

/// The state in which a native's own steps begin; states below it count the arguments that are ready.
pub const START: u32 = 16;

/// The [`Frame::why`] of a native that has a frame only because the machine stops at it: its result is computed at once.
pub(super) const AT_ONCE: u16 = 1;

/// The state of a native whose result is being computed by somebody else.
pub const FINISHING: u32 = START + 200;

/// What a native wants next. Results arrive on top of the value stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Its result. It may be a thunk: the machine forces it on the native's behalf.
    Return(Value),
    /// To force what is on top of the stack, in place.
    Force,
    /// To call a function with this many arguments, all on top of the stack.
    Call(u32),
    /// To have another native work on this many arguments on top of the stack.
    Native(u32, u32),
    /// The same, for something that was written at a place.
    NativeAt(u32, u32, Pos),
    /// To be stepped again.
    Again,
    /// To ask the outside; the request is in the machine.
    Ask,
    /// To stop the machine before its own first step.
    Stop,
}

/// One argument of a native.
#[must_use]
pub const fn arg(name: &'static str, need: Need, why: &'static str) -> Arg {
    Arg { name, need, why }
}

impl Native {
    /// A builtin that computes its result at once.
    #[must_use]
    pub const fn pure(
        name: &'static str,
        args: &'static [Arg],
        run: fn(&mut Vm, &[Value; 3]) -> Result<Value, Fault>,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            args,
            run: Run::Pure(run),
            whys: &[],
            doc,
            visible: Visible::Builtins,
            order: Order::Forward,
            explain: None,
        }
    }

    /// A builtin that takes steps.
    #[must_use]
    pub const fn steps(
        name: &'static str,
        args: &'static [Arg],
        run: fn(&mut Vm, &mut Frame) -> Result<Next, Fault>,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            args,
            run: Run::Steps(run),
            whys: &[],
            doc,
            visible: Visible::Builtins,
            order: Order::Forward,
            explain: None,
        }
    }

    /// The same under its own name everywhere, not only in `builtins`.
    #[must_use]
    pub const fn everywhere(self) -> Self {
        Self { visible: Visible::Everywhere, ..self }
    }

    /// The same with lines of a trace for what it may wait for. [`Frame::why`] counts them from 1.
    #[must_use]
    pub const fn whys(self, whys: &'static [&'static str]) -> Self {
        Self { whys, ..self }
    }

    /// The same, if an experimental feature is on.
    #[must_use]
    pub const fn feature(self, feature: &'static str) -> Self {
        Self { visible: Visible::Feature(feature), ..self }
    }

    /// The same under its own name everywhere, if an experimental feature is on.
    #[must_use]
    pub const fn feature_everywhere(self, feature: &'static str) -> Self {
        Self { visible: Visible::FeatureEverywhere(feature), ..self }
    }

    /// The same, its last argument computed first.
    #[must_use]
    pub const fn backward(self) -> Self {
        Self { order: Order::Backward, ..self }
    }

    /// The same, with lines of a trace that only it knows how to write.
    #[must_use]
    pub const fn explaining(self, explain: Explain) -> Self {
        Self { explain: Some(explain), ..self }
    }

    /// The same, not to be seen by programs.
    #[must_use]
    pub const fn internal(self) -> Self {
        Self { visible: Visible::Internal, ..self }
    }
}
