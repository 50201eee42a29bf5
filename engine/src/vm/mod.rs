//! The machine: frames, a value stack, and one instruction at a time.
//!
//! ```text
//!            start               run, step
//!   (idle) ────────▶ (running) ────────────▶ Stop::Done      one frame fewer than when it started
//!                        ▲ │                 Stop::Fault     frames unwound, thunks as they were
//!                        │ ├───────────────▶ Stop::Fuel      between two instructions; run goes on
//!                        │ └───────────────▶ Stop::Ask       a request for the outside
//!                        └── answer ◀──────────────┘
//! ```
//!
//! Nothing here calls itself with the depth of the program: what a value needs first becomes a frame.

mod apply;
mod arith;
mod assert;
mod attrs;
mod choose;
mod coerce;
mod compare;
mod deep;
mod equality;
mod fault;
mod force;
mod fork;
mod frame;
mod hooks;
mod image;
mod keys;
mod listing;
mod load;
mod native;
mod outside;
mod pattern;
mod pulse;
mod source;
mod step;
mod string;
mod types;
mod units;
mod unwind;

pub use choose::{AtEnd, parse_path};
pub use coerce::CoerceFlags;
pub use fault::{Blame, Fault, FaultData, FaultKind, TraceLine};
pub use fork::{Aside, Budget, Fork, Moment, Visit};
pub use frame::{Frame, FrameKind};
pub use hooks::{Hooks, Watch};
pub use keys::KeySet;
pub use load::{
    ADD, APPLY, ASSERT_EQUAL, CHOOSE, COERCE, COERCE_PATH, DEEP_FORCE, DEEP_PART, EQUAL, FORCE, FUNCTOR, LESS, NATIVES,
    NO_UNIT, Names,
};
pub use native::{Arg, Explain, FINISHING, IF_VALUE, Native, Need, Next, Order, PureRun, Run, START, Visible, arg};
pub use outside::{Import, PathContext, Settings};
pub use pulse::Pulse;
pub use source::Reading;
pub use step::Stop;
pub use unwind::{CAUGHT, HANDLED, HANDLING};

use crate::bytecode::Program;
use crate::emit::{Globals, Unit};
use crate::heap::Heap;
use crate::source::{Pos, SourceMap};
use crate::value::Value;
use crate::world::{Answer, Request};

/// The machine.
pub struct Vm {
    /// Objects, names and contexts.
    pub heap: Heap,
    /// Instructions.
    pub program: Program,
    /// Texts.
    pub sources: SourceMap,
    /// Symbols the machine itself uses.
    pub names: Names,
    /// What the builtins remember between calls.
    pub caches: crate::vm::load::Caches,
    natives: Vec<Native>,
    builtin_names: Vec<&'static str>,
    units: units::Units,
    globals: Globals,
    global_values: Vec<Value>,
    consts: Vec<Value>,
    keys: Vec<u32>,
    stack: Vec<Value>,
    frames: Vec<Frame>,
    count: u64,
    counters: Counters,
    compact_at: usize,
    limits: Limits,
    request: Option<Request>,
    answer: Option<Answer>,
    apply_bodies: [u32; 3],
    /// While a fault is traced: where the value that the frame at hand waits for would have gone.
    waiting_at: usize,
    /// The thunk that needed itself, when the last infinite recursion was met.
    reentered: u32,
    /// Faults that wait for the text `addErrorContext` adds to them, innermost last.
    pending: Vec<Fault>,
    seen: deep::Seen,
    /// A clock in nanoseconds, lent by whoever wants to know [`Vm::phases`]. Nothing a program computes depends on it.
    pub clock: Option<fn() -> u64>,
    phases: Phases,
    /// How texts are read.
    pub reading: Reading,
    /// What programs may learn of the outside.
    pub settings: Settings,
    warnings: Vec<(Pos, String)>,
    /// Room for frames and values of work on the side.
    spare: (Vec<Frame>, Vec<Value>),
    /// The bodies of files read before, by path and text.
    files_read: rustc_hash::FxHashMap<String, Vec<source::FileRead>>,
    /// What the machine stops for.
    pub hooks: Hooks,
}

/// How much was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counters {
    /// Calls of functions.
    pub calls: u64,
    /// Calls of builtins.
    pub builtin_calls: u64,
    /// Thunks that were computed.
    pub forced: u64,
}

/// Where time went, in nanoseconds, as far as a clock was lent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// Parsing texts.
    pub parsing: u64,
    /// Making expressions of them and resolving names.
    pub lowering: u64,
    /// Writing instructions.
    pub emitting: u64,
}

/// What evaluation may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// How many frames may wait for each other.
    pub max_depth: usize,
    /// How many bytes objects may take.
    pub max_heap: u64,
}

impl std::fmt::Debug for Vm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vm").field("count", &self.count).field("depth", &self.frames.len()).finish_non_exhaustive()
    }
}

impl Vm {
    /// How many instructions were executed: the machine's clock.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Where time went.
    #[must_use]
    pub fn phases(&self) -> Phases {
        self.phases
    }

    /// What the lent clock shows; 0 without one.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.clock.map_or(0, |clock| clock())
    }

    /// How much was done.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// All frames, the outermost first.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The value stack.
    #[must_use]
    pub fn stack(&self) -> &[Value] {
        &self.stack
    }

    /// A native by its index.
    ///
    /// # Panics
    /// If there is no such native.
    #[must_use]
    pub fn native(&self, index: u32) -> &Native {
        &self.natives[index as usize]
    }

    /// All natives.
    #[must_use]
    pub fn natives(&self) -> &[Native] {
        &self.natives
    }

    /// A text that was loaded.
    ///
    /// # Panics
    /// If there is no such unit.
    #[must_use]
    pub fn unit(&self, index: u32) -> &Unit {
        self.units.get(index).expect("there is such a unit")
    }

    /// What every program sees.
    #[must_use]
    pub fn globals(&self) -> &Globals {
        &self.globals
    }

    /// What a name that every program sees stands for.
    #[must_use]
    pub fn global_value(&self, index: u32) -> Option<Value> {
        self.global_values.get(index as usize).copied()
    }

    /// What evaluation may use.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Puts a value on the stack.
    #[inline(always)]
    pub fn push(&mut self, v: Value) {
        self.stack.push(v);
    }

    /// Takes the value on top of the stack.
    ///
    /// # Panics
    /// If the stack is empty, which no instruction or native leaves it.
    #[inline(always)]
    pub fn pop(&mut self) -> Value {
        self.stack.pop().expect("every instruction finds what it takes")
    }

    /// The value on top of the stack.
    #[inline(always)]
    #[must_use]
    pub fn top(&self) -> Value {
        self.stack[self.stack.len() - 1]
    }

    /// Replaces the value on top of the stack.
    #[inline(always)]
    pub fn set_top(&mut self, v: Value) {
        let top = self.stack.len() - 1;
        self.stack[top] = v;
    }

    /// A slot of a frame.
    #[inline(always)]
    #[must_use]
    pub fn slot(&self, frame: &Frame, index: u32) -> Value {
        self.stack[(frame.base + index) as usize]
    }

    /// Fills a slot of a frame.
    #[inline(always)]
    pub fn set_slot(&mut self, frame: &Frame, index: u32, v: Value) {
        self.stack[(frame.base + index) as usize] = v;
    }

    /// The list of what lies on the stack from `first` on.
    pub fn list_of_stack(&mut self, first: usize) -> Value {
        self.heap.list(&self.stack[first..])
    }

    /// The pattern of a function of one argument.
    #[must_use]
    pub fn formals_of(&mut self, lambda: Value) -> Vec<crate::bytecode::FormalSlot> {
        self.entry(lambda.aux());
        match self.program.bodies[lambda.aux() as usize].formals() {
            Some(table) => self.program.formals[table as usize].formals.to_vec(),
            None => Vec::new(),
        }
    }

    /// Drops what lies above the first `n` slots of a frame.
    pub fn truncate_to(&mut self, frame: &Frame, n: u32) {
        self.stack.truncate((frame.base + n) as usize);
    }

    /// The value if it is there already.
    #[inline(always)]
    #[must_use]
    pub fn settled(&self, v: Value) -> Option<Value> {
        self.heap.settled(v)
    }

    /// The answer to the request asked last.
    pub fn take_answer(&mut self) -> Option<Answer> {
        self.answer.take()
    }

    /// Sets the request that [`Next::Ask`] asks.
    pub fn ask(&mut self, request: Request) -> Next {
        self.request = Some(request);
        Next::Ask
    }

    /// The place Nix names for the instruction at `pc`.
    #[must_use]
    pub fn place(&self, pc: u32) -> Pos {
        self.program.places[pc as usize]
    }

    /// The frames of a circle of values that need each other, from the one that computes the first to the innermost;
    /// none unless the program is failing of infinite recursion.
    #[must_use]
    pub fn circle(&self) -> std::ops::Range<usize> {
        let n = self.frames.len();
        let first = self.frames.iter().position(|it| it.thunk != 0 && it.thunk == self.reentered);
        first.unwrap_or(n)..n
    }

    /// The unit that was made of a text.
    #[must_use]
    pub fn unit_of_file(&self, file: crate::source::FileId) -> Option<u32> {
        self.units.of_file(file)
    }

    /// How many texts were loaded.
    #[must_use]
    pub fn n_units(&self) -> u32 {
        self.units.len()
    }

    /// Whether a body belongs to a text.
    #[must_use]
    pub fn unit_of(&self, body: u32) -> Option<&Unit> {
        self.units.get(self.program.bodies[body as usize].unit)
    }

    /// Writes the instructions of a body, if that has not been done.
    ///
    /// # Panics
    /// If there is no such body.
    pub fn emit_body(&mut self, body: u32) {
        self.entry(body);
    }

    /// Writes the instructions of all bodies of a text, for whoever wants to stop in them.
    ///
    /// # Panics
    /// If there is no such unit.
    pub fn emit_all(&mut self, unit: u32) {
        let Unit { first_body: first, ref analysis, .. } = *self.unit(unit);
        let n = analysis.bodies.len() as u32;
        for body in first..first + n {
            self.entry(body);
        }
    }
}
