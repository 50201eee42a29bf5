//! The debug adapter: the Debug Adapter Protocol, over the engine.
//!
//! First the protocol, which knows nothing of the engine: bytes and messages ([`wire`], [`message`]), what they carry
//! ([`types`]), the way out ([`outbox`]), the session of one client ([`server`]) and where clients come from
//! ([`transport`]). Somebody who implements [`server::Adapter`] has a debug adapter. Then the one for Nix: what can be
//! launched ([`launch`]), and who answers ([`adapter`], with one file for each kind of requests).
//!
//! It may use everything in `nixscope-engine`, and nothing of the language server.

pub mod wire;

pub mod types;

pub mod message;

pub mod outbox;

pub mod server;

pub mod transport;

pub mod launch;

pub mod adapter;

mod breakpoints;
mod capabilities;
mod convert;
mod handles;
mod progress;
mod requests;
mod shared;

pub use adapter::NixAdapter;
pub use server::serve;
