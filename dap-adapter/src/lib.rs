//! The debug adapter: the words of the Debug Adapter Protocol, over the engine.
//!
//! Nothing is served yet. The crate stands here so that the engine below it is built with a second reader in mind: it
//! may use everything in `nixscope-engine`, and nothing of the language server.
