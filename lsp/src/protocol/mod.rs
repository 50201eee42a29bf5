//! The words of the Language Server Protocol, and nothing else: what they mean in ours, and ours in them.

pub mod actions;
mod asking;
pub mod calls;
pub mod capabilities;
pub mod commands;
pub mod completing;
pub mod files;
pub mod from_proto;
pub mod outline;
pub mod telling;
pub mod to_proto;
pub mod tokens;
