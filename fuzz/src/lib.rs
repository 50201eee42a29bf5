//! What must hold for all bytes and all programs. A target panics if it does not, and says nothing if it does.

mod targets;

pub use targets::{evaluate, parse_to_bytecode};
