//! The debug adapter: the Debug Adapter Protocol, over the engine.
//!
//! So far the protocol alone, which knows nothing of the engine: bytes and messages ([`wire`], [`message`]), what they
//! carry ([`types`]), the way out ([`outbox`]), the session of one client ([`server`]) and where clients come from
//! ([`transport`]). Somebody who implements [`server::Adapter`] has a debug adapter.
//!
//! It may use everything in `nixscope-engine`, and nothing of the language server.

pub mod wire;

pub mod types;

pub mod message;

pub mod outbox;

pub mod server;

pub mod transport;

pub use server::serve;
