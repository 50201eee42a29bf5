//! The instruction set and its container. Plain data: nothing here runs.

pub mod disasm;
mod image;
mod op;
mod program;

pub use op::{Arith, Op, Target};
pub use program::{Body, BodyKind, Const, FormalSlot, FormalsTable, Point, PointKind, Program, Region, Slot, Why};
