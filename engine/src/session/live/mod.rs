//! A file run to see what its expressions are: what an editor shows while somebody types.
//!
//! ```text
//!   way ──▶ evaluate ──▶ force, one by one, what the file itself suspends ──▶ collect
//!              └── each body of the file says when it begins and ends ──┘
//! ```
//!
//! The way to a file is the file itself, called with its defaults, or an expression that imports and calls it. Every part
//! has a budget of its own and may fail without the others. Nothing is forced that other files suspend, so that a file
//! which hands on a large package set costs what the file costs.

mod ask;
mod collect;
mod notes;
mod run;

pub use ask::origin;

use crate::source::{Pos, Span};
use crate::value::Value;
use crate::vm::Fault;
use crate::world::CanonPath;

/// How a file comes to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By itself: a function that has a default for everything is called with them.
    Itself,
    /// By an expression that imports it.
    Expression {
        /// The expression.
        text: String,
        /// Where its relative paths start.
        folder: String,
        /// The files that lead from there to it, each without links: what they suspend is forced until it is reached.
        through: Vec<CanonPath>,
    },
}

/// How much may be done to see values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveLimits {
    /// Instructions, for everything.
    pub fuel: u64,
    /// Instructions for one part of the value.
    pub part_fuel: u64,
    /// How many parts are looked at.
    pub parts: usize,
    /// How many runs of one body are noticed; what runs more often is at full speed from then on.
    pub runs: u32,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self { fuel: 2_000_000_000, part_fuel: 100_000_000, parts: 4_000, runs: 1_000 }
    }
}

/// What was seen.
#[derive(Debug)]
pub struct Watched {
    /// The value of the way, or why it has none.
    pub outcome: Result<Value, Fault>,
    /// The file's own value; of a function, what it gave the last time.
    pub value: Option<Value>,
    /// Parts of the value that fail when they are needed.
    pub faults: Vec<Fault>,
    /// What was seen of each expression and name, by place; of what is inside others, the outer first.
    pub values: Vec<LiveValue>,
    /// Branches of what was run that were not taken, by place.
    pub dead: Vec<Span>,
    /// What evaluating modules gave, if that led to the file.
    pub configuration: Option<Value>,
    /// Whether the file was read, and called if it is a function.
    pub is_reached: bool,
    /// Whether all functions that the file is, one in the other, were called; of a file that is none, whether its value is
    /// none.
    pub is_called: bool,
    /// Whether the file is a function that nobody called, since it wants more than it has defaults for.
    pub wants_arguments: bool,
    /// Whether a limit ended it before everything was seen.
    pub is_cut_short: bool,
}

/// What a place in the text was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveValue {
    /// The place.
    pub span: Span,
    /// What it was, the last time.
    pub value: Value,
    /// How often it was computed; 0 if nobody counted.
    pub times: u32,
    /// What else it was, the latest first; only a few.
    pub others: Vec<Value>,
    /// Who waited for it, the last time: the call, or what needed it, and so on.
    pub demand: Vec<Pos>,
    /// The set it was taken from, if it was.
    pub owner: Option<Value>,
}

impl Watched {
    fn nothing(fault: Fault) -> Self {
        Self {
            outcome: Err(fault),
            value: None,
            faults: Vec::new(),
            values: Vec::new(),
            dead: Vec::new(),
            configuration: None,
            is_reached: false,
            is_called: false,
            wants_arguments: false,
            is_cut_short: false,
        }
    }
}

#[cfg(test)]
mod tests;
