//! What a person can tell the debugger, as data. Never runs anything and knows no program.

use crate::debug::hit::{Hits, LogMessage};
use crate::debug::pattern::{FunctionPattern, PathPattern};
use crate::debug::{Access, FaultFilter, Goal, Rules};
use crate::world::NoteKind;

/// A line, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Nothing was said.
    Nothing,
    /// Goes on, or back.
    Move(Move),
    /// Something about what stops the program.
    Stops(Stops),
    /// Looks at something.
    Look(Look),
    /// Evaluates or finds something.
    Value(Query),
    /// Asks for every run of some code.
    Calls(Calls),
    /// Lists what the program said.
    Said {
        /// Whether the moments are told.
        with_times: bool,
    },
    /// Changes what is stepped through.
    Skip(Skip),
    /// Tells what can be said.
    Help(Option<String>),
    /// Ends the session.
    Quit,
}

/// A way to another stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Goes on.
    Resume(Goal),
    /// Into one of the calls at hand, counted from 1.
    Target(usize),
    /// Goes on to a place.
    Until(PlaceText),
    /// Goes back by a step.
    Back(Goal),
    /// Goes back to the last reason to stop.
    ReverseContinue,
    /// Goes to a moment.
    Time(u64),
    /// Goes to the beginning.
    Begin,
    /// Goes back to where a frame began; the innermost is 0, and the selected one is meant if there is no number.
    Restart(Option<usize>),
}

/// A place as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceText {
    /// The file; without one, that of the selected frame.
    pub file: Option<String>,
    /// The line, from 0.
    pub line: u32,
    /// The character of the line, from 0.
    pub column: Option<u32>,
}

/// What to stop at, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// Where the selected frame is.
    Here,
    /// A place.
    Place(PlaceText),
    /// Code by its name.
    Name(FunctionPattern),
    /// An instruction.
    Instruction(u32),
}

/// Something about what stops the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stops {
    /// Makes a breakpoint.
    Break {
        /// What to stop at.
        at: At,
        /// When.
        rules: Rules,
        /// Whether it is taken away when it stopped the program.
        is_temporary: bool,
    },
    /// Makes a breakpoint on a thunk.
    Watch {
        /// What names the thunk.
        path: String,
        /// What about it.
        access: Access,
    },
    /// Stops for faults.
    Catch(FaultFilter),
    /// Stops for what programs say.
    CatchNotes(NoteKind),
    /// Stops for neither any longer.
    CatchNothing,
    /// Tells which faults are stopped for.
    Caught,
    /// Lists breakpoints.
    List,
    /// Takes breakpoints away; all if none is named.
    Delete(Vec<u32>),
    /// Changes a breakpoint.
    Change {
        /// Which one.
        id: u32,
        /// What of it.
        change: Change,
    },
}

/// What of a breakpoint changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its condition.
    Condition(Option<String>),
    /// Its hit count.
    Hits(Option<Hits>),
    /// What it writes.
    Log(Option<LogMessage>),
}

/// Looks at something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// The demand stack; also what is passed through if `all`.
    Frames {
        /// Whether all of it.
        all: bool,
    },
    /// Selects a frame, the innermost being 0, or shows the selected one.
    Frame(Option<usize>),
    /// Selects a frame that waits for this one.
    Up(usize),
    /// Selects a frame that this one waits for.
    Down(usize),
    /// Names of the innermost function.
    Locals,
    /// All names.
    Scopes,
    /// What the builtin was given.
    Args,
    /// Source.
    List(ListAt),
    /// Texts that were read.
    Sources,
    /// Instructions of a frame.
    Disassemble(Option<usize>),
    /// Why the selected frame runs.
    Why,
    /// The fault at hand.
    Fault,
    /// The calls that can be stepped into.
    Targets,
    /// What ended last.
    Recent {
        /// Whether also when.
        with_times: bool,
    },
    /// The clock.
    Time,
    /// What is kept of the past.
    History,
    /// What was done so far.
    Stats,
}

/// A question for every run of some code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calls {
    /// Which code.
    pub of: Of,
    /// How many are told of at most.
    pub max: usize,
    /// Whether the moments are told.
    pub with_times: bool,
}

/// Which code, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// What goes by a name.
    Name(FunctionPattern),
    /// What is computed at a place.
    Place(PlaceText),
}

/// What to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListAt {
    /// Where the selected frame is.
    Here,
    /// Around a place.
    Place(PlaceText),
    /// Lines from one to another, both from 0.
    Lines(u32, u32),
    /// Code by its name.
    Name(FunctionPattern),
}

/// Evaluates or finds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A value on one line.
    Print(String),
    /// The same for a line that names no command.
    Bare(String),
    /// A value as a whole text.
    Show(String),
    /// What a value is.
    Type(String),
    /// Computes a value of the program for good.
    Force(String),
    /// What the expression at hand will give.
    Preview,
    /// Where a value is written.
    Where(String),
    /// For whom a value of the program was first needed.
    Forced {
        /// What names the value.
        path: String,
        /// Whether also when is wanted.
        with_time: bool,
    },
}

/// What is stepped through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// Tells.
    Tell,
    /// Files matching this are passed through.
    Files(PathPattern, String),
    /// No files are passed through.
    Off,
    /// Whether also the evaluator's own Nix is stepped through.
    Internal(bool),
}

impl Command {
    /// Whether the program will stand somewhere else afterwards.
    #[must_use]
    pub fn moves(&self) -> bool {
        matches!(self, Self::Move(_))
    }

    /// Whether it is worth repeating when an empty line follows: it steps.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        match self {
            Self::Move(it) => matches!(it, Move::Resume(_) | Move::Back(_) | Move::ReverseContinue),
            Self::Look(it) => matches!(it, Look::Up(_) | Look::Down(_)),
            _ => false,
        }
    }
}
