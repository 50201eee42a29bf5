//! Everything emitted so far: instructions of all bodies in one array, and what they refer to.

use crate::ir::Symbol;
use crate::source::Pos;

use super::Op;

/// A constant of the program. Literals only: the machine makes values of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A string.
    Str(Symbol),
    /// A path.
    Path(Symbol),
    /// A builtin, by its index in the table.
    Builtin(u32),
    /// A value the machine has under this index in its table of globals.
    Global(u32),
    /// A list of constants.
    List(Box<[u32]>),
    /// A set of constants with the keys of a literal.
    Attrs(u32, Box<[u32]>),
}

/// Where a variable lives in its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// In the frame.
    Local(u32),
    /// In the body's own environment.
    Env(u32),
}

/// A pattern, as the machine needs it.
#[derive(Clone, Debug)]
pub struct FormalsTable {
    /// The named attributes, in the order written.
    pub formals: Box<[FormalSlot]>,
    /// Whether others are allowed.
    pub ellipsis: bool,
    /// Which argument of the body is taken apart.
    pub arg: u32,
}

/// One named attribute of a pattern.
#[derive(Clone, Copy, Debug)]
pub struct FormalSlot {
    /// Its name.
    pub name: Symbol,
    /// Where its value goes.
    pub slot: Slot,
    /// Whether it may be missing.
    pub has_default: bool,
    /// Where its name is written.
    pub pos: Pos,
}

/// What code was doing when a fault passed through it; becomes a line of the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A sentence.
    Text(&'static str),
    /// A sentence that is said only if the value at hand cannot be made a string.
    Coercion(&'static str),
    /// Calling this builtin.
    Builtin(u32),
    /// The argument of this builtin.
    BuiltinArg(u32, u16),
}

/// A run of instructions that does one thing on behalf of something around it.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// The first instruction.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// What it is done for.
    pub why: Why,
    /// The place Nix names; may be none.
    pub pos: Pos,
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// A whole text.
    File,
    /// A function.
    Lambda,
    /// A suspended expression.
    Thunk,
}

/// A unit of code: what a frame runs.
#[derive(Clone, Debug)]
pub struct Body {
    /// What it is.
    pub kind: BodyKind,
    /// Which unit (text) it belongs to.
    pub unit: u32,
    /// Which body of that unit.
    pub index: u32,
    /// The first instruction; [`Body::NOT_EMITTED`] until somebody runs it.
    pub entry: u32,
    /// One past the last instruction.
    pub end: u32,
    /// The first instruction after the argument was matched with the pattern: what fails before that has not been
    /// called yet.
    pub called: u32,
    /// Its regions, innermost first.
    pub regions: (u32, u32),
    /// How many arguments it takes at once.
    pub arity: u32,
    /// The function's name, as Nix shows it.
    pub name: Option<Symbol>,
    /// Where the function is; for a function of several arguments, where the innermost is.
    pub pos: Pos,
    /// Where the outermost function begins, for a function of several arguments.
    pub outer_pos: Pos,
    /// The pattern of its last argument, in [`Program::formals`].
    pub formals: Option<u32>,
}

impl Body {
    /// The entry of a body whose instructions do not exist yet.
    pub const NOT_EMITTED: u32 = u32::MAX;
}

/// Everything emitted so far.
#[derive(Debug, Default)]
pub struct Program {
    /// All instructions.
    pub ops: Vec<Op>,
    /// For each instruction the place Nix names in messages.
    pub places: Vec<Pos>,
    /// For each instruction the expression of its unit it was made from.
    pub exprs: Vec<u32>,
    /// Regions, those of one body together.
    pub regions: Vec<Region>,
    /// Constants.
    pub consts: Vec<Const>,
    /// Keys of set literals: names and places, sorted by symbol.
    pub keys: Vec<Box<[(Symbol, Pos)]>>,
    /// Patterns.
    pub formals: Vec<FormalsTable>,
    /// For [`Op::Overrides`]: the variables of a recursive set.
    pub overrides: Vec<Box<[(Symbol, Slot)]>>,
    /// All bodies.
    pub bodies: Vec<Body>,
}

impl Program {
    /// The body whose instructions include `pc`'s, given which body it is.
    ///
    /// # Panics
    /// If there is no such body.
    #[must_use]
    pub fn regions_of(&self, body: u32) -> &[Region] {
        let (start, end) = self.bodies[body as usize].regions;
        &self.regions[start as usize..end as usize]
    }
}
