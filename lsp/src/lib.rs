//! The language server: the words of the Language Server Protocol, over the engine.
//!
//! [`ide`] answers questions about texts in the words of an editor. The crate may use everything in `nixscope-engine`,
//! and nothing of the debug adapter.

pub mod ide;
