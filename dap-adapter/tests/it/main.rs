//! Tests of the debug adapter: the protocol, message by message.

mod adapter;
mod client;
mod messages;
mod programs;
mod schema;
mod server;
mod sessions;
mod sockets;
mod wire;
