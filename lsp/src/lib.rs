//! The language server: the words of the Language Server Protocol, over the engine.
//!
//! Nothing is served yet. The crate stands here so that the engine below it is built with a second reader in mind: it
//! may use everything in `nixscope-engine`, and nothing of the debug adapter.
