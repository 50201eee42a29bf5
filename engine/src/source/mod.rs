//! Text and places: every text the engine has seen, and where a byte of it is.
//!
//! All texts share one space of 32-bit positions: a file has a base, and a [`Pos`] is that base plus a byte offset.
//! A position therefore fits in a word's half, and says its file without naming it.

mod line_index;
mod map;
mod span;

pub use line_index::{LineCol, LineIndex};
pub use map::{FileId, Origin, SourceFile, SourceMap};
pub use span::{Pos, Span};
