//! Why evaluation stopped without a value.

use crate::source::Pos;
use crate::world::WorldError;

/// What went wrong with the program. Not our own failure: that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(Box<FaultData>);

/// What a [`Fault`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultData {
    /// What kind it is.
    pub kind: FaultKind,
    /// Nix's message, without place.
    pub message: String,
    /// The place it is about; may be none.
    pub pos: Pos,
    /// What was being done, innermost first.
    pub trace: Vec<TraceLine>,
    /// Names that were perhaps meant.
    pub suggestions: Vec<String>,
    /// Whose the fault is, as seen from the frame that waits.
    pub blame: Blame,
    /// Whether somebody was shown it already.
    pub is_told: bool,
}

/// Whose a fault is, as seen from the frame that waits for what failed. Nix says why a value was to be made a string
/// only if that value cannot be one, not if computing it failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blame {
    /// Something further in.
    #[default]
    Inner,
    /// The value itself: it cannot be what it was to become.
    Value,
    /// Whoever gave the value: it is of the right type, yet not to be used so.
    Giver,
}

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceLine {
    /// Where; may be none.
    pub pos: Pos,
    /// What was being done.
    pub text: String,
    /// Whether `builtins.addErrorContext` wrote it, so that it is shown without `--show-trace` too.
    pub is_custom: bool,
}

/// The kinds of fault that somebody may want to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum FaultKind {
    /// `throw`.
    Throw,
    /// `abort`.
    Abort,
    /// `assert`.
    Assertion,
    /// A value of the wrong type.
    Type,
    /// An attribute that is not there.
    MissingAttribute,
    /// A variable that means nothing.
    UndefinedVariable,
    /// A value that needs itself.
    InfiniteRecursion,
    /// Too many frames.
    StackOverflow,
    /// Too much memory.
    OutOfMemory,
    /// A text that is not Nix.
    Syntax,
    /// The outside did not answer as hoped.
    Outside,
    /// Somebody wanted it to stop.
    Interrupted,
    /// Anything else.
    Eval,
}

impl Fault {
    /// A fault without place.
    #[must_use]
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(FaultData {
            kind,
            message,
            pos: Pos::NONE,
            trace: Vec::new(),
            suggestions: Vec::new(),
            blame: Blame::Inner,
            is_told: false,
        }))
    }

    /// The same at a place, unless it has one.
    #[must_use]
    pub fn at(mut self, pos: Pos) -> Self {
        self.0.pos = self.0.pos.or(pos);
        self
    }

    /// The same with one more line of trace around it.
    #[must_use]
    pub fn within(mut self, pos: Pos, text: impl Into<String>) -> Self {
        self.push_trace(pos, text);
        self
    }

    /// The same with names that were perhaps meant.
    #[must_use]
    pub fn suggesting(mut self, suggestions: Vec<String>) -> Self {
        self.0.suggestions = suggestions;
        self
    }

    /// The same with blame.
    #[must_use]
    pub fn blaming(mut self, blame: Blame) -> Self {
        self.0.blame = blame;
        self
    }

    /// Adds a line of trace around what is there.
    pub fn push_trace(&mut self, pos: Pos, text: impl Into<String>) {
        self.0.trace.push(TraceLine { pos, text: text.into(), is_custom: false });
    }

    /// What it says.
    #[must_use]
    pub fn data(&self) -> &FaultData {
        &self.0
    }

    /// What it says, to be changed.
    pub fn data_mut(&mut self) -> &mut FaultData {
        &mut self.0
    }

    /// Whether `builtins.tryEval` stops it.
    #[must_use]
    pub fn is_catchable(&self) -> bool {
        matches!(self.0.kind, FaultKind::Throw | FaultKind::Assertion)
    }
}

impl From<WorldError> for Fault {
    fn from(error: WorldError) -> Self {
        Self::new(FaultKind::Outside, error.to_string())
    }
}
