//! Tests of the debug adapter: the protocol, message by message.

mod client;
mod messages;
mod schema;
mod server;
mod sockets;
mod wire;
