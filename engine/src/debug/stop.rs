//! Why a person sees the program pause.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::value::Value;
use crate::vm::{Fault, FaultKind};
use crate::world::NoteKind;

use super::BreakpointId;

/// A pause of the program, or its end.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// Why.
    pub reason: StopReason,
    /// When: the count of instructions.
    pub count: u64,
    /// What the last body gave that ended on the way here, no deeper than where the way began.
    pub returned: Option<Returned>,
    /// What is to be told besides: conditions that failed, for example.
    pub remarks: Vec<String>,
}

/// A body that ended, and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The body.
    pub body: u32,
    /// What it gave.
    pub value: Value,
    /// When.
    pub count: u64,
}

/// The bodies that ended last on the ways taken, the last one first: what they gave stays to be seen when the program
/// has moved on.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent(VecDeque<Returned>);

impl Recent {
    const MAX: usize = 16;

    pub(super) fn note(&mut self, returned: Returned) {
        if self.0.front().is_none_or(|it| it.count != returned.count) {
            self.0.push_front(returned);
            self.0.truncate(Self::MAX);
        }
    }

    /// Forgets what has not happened yet.
    pub(super) fn forget_after(&mut self, count: u64) {
        self.0.retain(|it| it.count <= count);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Returned> {
        self.0.iter()
    }
}

/// Why a program pauses.
#[derive(Clone, Debug)]
pub enum StopReason {
    /// It is about to begin.
    Entry,
    /// A step is done.
    Step,
    /// The place that was to be run to is reached.
    Goto,
    /// Somebody asked for it.
    Pause,
    /// Breakpoints.
    Breakpoint(Vec<BreakpointId>),
    /// `builtins.break`.
    BreakCall,
    /// A fault, before anything was unwound.
    Fault(Box<FaultStop>),
    /// `builtins.trace`, `builtins.warn` or a warning of the evaluator.
    Note(NoteKind, String),
    /// The program has its value.
    Finished(Value),
    /// The program failed.
    Failed(Box<Fault>),
}

/// A fault that is about to unwind the program.
#[derive(Clone, Debug)]
pub struct FaultStop {
    /// The fault, with the whole trace it would have in the end.
    pub fault: Fault,
    /// Whether a `tryEval` will catch it.
    pub is_caught: bool,
    /// For infinite recursion: what the values are called that need each other, the first one needing the second, and
    /// the last one the first.
    pub circle: Vec<String>,
}

impl StopReason {
    /// Whether there is a program left to go on with.
    #[must_use]
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Finished(_) | Self::Failed(_))
    }
}

/// Which faults to stop for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultFilter {
    /// Which kinds; all if empty.
    pub kinds: Vec<FaultKind>,
    /// Whether also those that a `tryEval` catches.
    pub with_caught: bool,
    /// What the message must match.
    pub message: Option<MessagePattern>,
}

/// What a message must be like.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum MessagePattern {
    /// It must contain this.
    Contains(String),
    /// A part of it must match this.
    Matches(Box<regex_automata::meta::Regex>, String),
}

impl TryFrom<String> for MessagePattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<MessagePattern> for String {
    fn from(pattern: MessagePattern) -> Self {
        pattern.text().to_owned()
    }
}

impl PartialEq for MessagePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for MessagePattern {}

impl MessagePattern {
    /// Reads `/regular expression/`, or a text to be contained.
    ///
    /// # Errors
    /// If it is not a regular expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.strip_prefix('/').and_then(|it| it.strip_suffix('/')).filter(|it| !it.is_empty()) {
            Some(pattern) => match regex_automata::meta::Regex::new(pattern) {
                Ok(regex) => Ok(Self::Matches(Box::new(regex), text.to_owned())),
                Err(error) => Err(format!("not a regular expression: {pattern}: {error}")),
            },
            None => Ok(Self::Contains(text.to_owned())),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Contains(text) | Self::Matches(_, text) => text,
        }
    }

    /// Whether a message is like that.
    #[must_use]
    pub fn is_match(&self, message: &str) -> bool {
        match self {
            Self::Contains(text) => message.contains(text.as_str()),
            Self::Matches(regex, _) => regex.is_match(message),
        }
    }
}

impl FaultFilter {
    /// Whether a fault is one to stop for.
    #[must_use]
    pub fn is_match(&self, fault: &Fault, is_caught: bool) -> bool {
        let data = fault.data();
        (self.kinds.is_empty() || self.kinds.contains(&data.kind))
            && (self.with_caught || !is_caught)
            && self.message.as_ref().is_none_or(|it| it.is_match(&data.message))
    }
}
