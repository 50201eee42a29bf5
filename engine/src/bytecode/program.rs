//! Everything emitted so far: instructions of all bodies in one array, and what they refer to.

use bytes::Bytes;
use rustc_hash::FxHashMap;

use crate::ir::Symbol;
use crate::source::Pos;
use crate::world::{Array, Late, Number};

use super::Op;

/// A constant of the program. Literals only: the machine makes values of them.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Slot {
    /// In the frame.
    Local(u32),
    /// In the body's own environment.
    Env(u32),
}

/// A pattern, as the machine needs it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct FormalsTable {
    /// The named attributes, in the order written.
    pub formals: Box<[FormalSlot]>,
    /// Whether others are allowed.
    pub ellipsis: bool,
    /// Which argument of the body is taken apart.
    pub arg: u32,
}

/// One named attribute of a pattern.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
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

/// Why one can stop at a [`Point`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PointKind {
    /// What a body computes begins.
    Entry,
    /// A branch was taken, or names were bound and what they are for begins.
    Branch,
    /// An operation begins: its operands are not computed yet.
    Operation,
    /// A variable is needed.
    Variable,
    /// The body ends; its value is on the stack.
    Return,
}

/// A step point: an instruction at which a person can stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Point {
    /// The instruction.
    pub pc: u32,
    /// The expression of the unit that begins here, or for a return has just been computed.
    pub expr: u32,
    /// Why one can stop here.
    pub kind: PointKind,
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

/// A unit of code: what a frame runs. Plain numbers, as an image has them.
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Body {
    kind: u32,
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
    /// Its regions, innermost first: the first, and one past the last.
    pub regions: [u32; 2],
    /// Its step points, likewise.
    pub points: [u32; 2],
    /// How many arguments it takes at once.
    pub arity: u32,
    name: u32,
    /// Where the function is; for a function of several arguments, where the innermost is.
    pub pos: Pos,
    /// Where the outermost function begins, for a function of several arguments.
    pub outer_pos: Pos,
    formals: u32,
}

impl Body {
    /// The entry of a body whose instructions do not exist yet.
    pub const NOT_EMITTED: u32 = u32::MAX;
    const NONE: u32 = u32::MAX;

    /// A body of a unit whose instructions do not exist yet.
    #[must_use]
    pub fn new(kind: BodyKind, unit: u32, index: u32) -> Self {
        Self {
            kind: kind as u32,
            unit,
            index,
            entry: Self::NOT_EMITTED,
            end: Self::NOT_EMITTED,
            called: 0,
            regions: [0, 0],
            points: [0, 0],
            arity: 0,
            name: Self::NONE,
            pos: Pos::NONE,
            outer_pos: Pos::NONE,
            formals: Self::NONE,
        }
    }

    /// The same, if it is that of a function: its name, as Nix shows it.
    #[must_use]
    pub fn named(self, name: Option<Symbol>) -> Self {
        Self { name: name.map_or(Self::NONE, |it| it.0), ..self }
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> BodyKind {
        match self.kind {
            0 => BodyKind::File,
            1 => BodyKind::Lambda,
            _ => BodyKind::Thunk,
        }
    }

    /// The function's name, as Nix shows it.
    #[must_use]
    pub fn name(&self) -> Option<Symbol> {
        (self.name != Self::NONE).then_some(Symbol(self.name))
    }

    /// The pattern of its last argument, in [`Program::formals`].
    #[inline]
    #[must_use]
    pub fn formals(&self) -> Option<u32> {
        (self.formals != Self::NONE).then_some(self.formals)
    }

    /// Says which pattern its last argument has.
    pub fn set_formals(&mut self, table: u32) {
        self.formals = table;
    }
}

impl Number for Pos {
    fn little_endian(self) -> Self {
        Self(self.0.to_le())
    }
}

impl Number for Body {
    fn little_endian(self) -> Self {
        bytemuck::cast(bytemuck::cast::<Self, [u32; size_of::<Self>() / 4]>(self).map(u32::to_le))
    }
}

/// Everything emitted so far.
#[derive(Debug, Default)]
pub struct Program {
    /// All instructions; none as long as those of an image are packed.
    pub ops: Vec<Op>,
    /// The instructions of an image, until code is first run.
    pub(super) packed_ops: Option<Bytes>,
    /// For each instruction the place Nix names in messages.
    pub places: Array<Pos>,
    /// For each instruction the expression of its unit it was made from.
    pub exprs: Array<u32>,
    /// Regions, those of one body together.
    pub regions: Late<Region>,
    /// Constants.
    pub consts: Late<Const>,
    /// Keys of set literals: names and places, sorted by symbol.
    pub keys: Late<Box<[(Symbol, Pos)]>>,
    /// Patterns.
    pub formals: Late<FormalsTable>,
    /// For [`Op::Overrides`]: the variables of a recursive set.
    pub overrides: Late<Box<[(Symbol, Slot)]>>,
    /// All bodies.
    pub bodies: Array<Body>,
    /// Step points of all bodies, by their instructions.
    pub points: Late<Point>,
    /// For each instruction a bit: whether it is a step point.
    pub(super) point_bits: Array<u64>,
    /// The instructions that [`Op::Break`] stands for.
    pub(super) broken: FxHashMap<u32, Op>,
}

impl Program {
    /// Makes sure that the instructions of an image are there, before one is run or looked at, or others are added.
    pub fn unpack_ops(&mut self) {
        if let Some(packed) = self.packed_ops.take() {
            // The sum was right: these are the instructions that were written.
            self.ops = postcard::from_bytes(&packed).unwrap_or_default();
        }
    }

    /// An instruction, whether or not the machine stops at it.
    #[inline]
    #[must_use]
    pub fn op(&self, pc: u32) -> Op {
        match self.ops[pc as usize] {
            Op::Break => self.broken.get(&pc).copied().unwrap_or(Op::Break),
            op => op,
        }
    }

    /// Makes the machine stop before an instruction. Whether it did not already.
    pub fn set_break(&mut self, pc: u32) -> bool {
        let op = self.ops[pc as usize];
        if op == Op::Break {
            return false;
        }
        self.broken.insert(pc, op);
        self.ops[pc as usize] = Op::Break;
        true
    }

    /// Puts the instruction back that the machine would stop at. Whether it would have.
    pub fn clear_break(&mut self, pc: u32) -> bool {
        let Some(op) = self.broken.remove(&pc) else { return false };
        self.ops[pc as usize] = op;
        true
    }

    /// Puts the instruction back for a moment, until [`Program::mend_break`]. Whether the machine would have stopped there.
    pub(crate) fn lift_break(&mut self, pc: u32) -> bool {
        if self.ops[pc as usize] != Op::Break {
            return false;
        }
        let Some(&op) = self.broken.get(&pc) else { return false };
        self.ops[pc as usize] = op;
        true
    }

    /// Undoes [`Program::lift_break`]; what the instruction learned stays known.
    pub(crate) fn mend_break(&mut self, pc: u32) {
        let op = std::mem::replace(&mut self.ops[pc as usize], Op::Break);
        if op != Op::Break
            && let Some(kept) = self.broken.get_mut(&pc)
        {
            *kept = op;
        }
    }

    /// Whether the machine stops before an instruction.
    #[must_use]
    pub fn is_broken(&self, pc: u32) -> bool {
        self.ops[pc as usize] == Op::Break
    }

    /// Whether one can step to an instruction.
    #[inline(always)]
    #[must_use]
    pub fn is_point(&self, pc: u32) -> bool {
        self.point_bits.get(pc as usize / 64).is_some_and(|bits| bits >> (pc % 64) & 1 != 0)
    }

    /// The step points at an instruction; several if expressions begin with each other.
    #[must_use]
    pub fn points_at(&self, pc: u32) -> &[Point] {
        let (mut start, mut end) = (0, self.points.len());
        while start < end {
            let middle = start.midpoint(end);
            if self.points[middle].pc < pc { start = middle + 1 } else { end = middle }
        }
        let n = (start..self.points.len()).take_while(|&it| self.points[it].pc == pc).count();
        self.points.run(start..start + n)
    }

    /// The same, given which body the instruction is in: there are fewer to look through.
    ///
    /// # Panics
    /// If there is no such body.
    #[must_use]
    pub fn points_in(&self, body: u32, pc: u32) -> &[Point] {
        let points = self.points_of(body);
        let start = points.partition_point(|it| it.pc < pc);
        let n = points[start..].iter().take_while(|it| it.pc == pc).count();
        &points[start..start + n]
    }

    /// The step points of a body that was emitted.
    ///
    /// # Panics
    /// If there is no such body.
    #[must_use]
    pub fn points_of(&self, body: u32) -> &[Point] {
        let [start, end] = self.bodies[body as usize].points;
        self.points.run(start as usize..end as usize)
    }

    /// Adds the step points of a body whose instructions are there.
    pub fn add_points(&mut self, body: u32, points: &[Point]) {
        let start = self.points.len() as u32;
        self.points.extend(points.iter().copied());
        self.bodies[body as usize].points = [start, self.points.len() as u32];
        self.point_bits.resize(self.ops.len().div_ceil(64), 0);
        for point in points {
            self.point_bits[point.pc as usize / 64] |= 1 << (point.pc % 64);
        }
    }

    /// The body whose instructions include `pc`'s, given which body it is.
    ///
    /// # Panics
    /// If there is no such body.
    #[must_use]
    pub fn regions_of(&self, body: u32) -> &[Region] {
        let [start, end] = self.bodies[body as usize].regions;
        self.regions.run(start as usize..end as usize)
    }
}
