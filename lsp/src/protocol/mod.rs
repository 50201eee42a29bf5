//! The words of the Language Server Protocol, and nothing else: what they mean in ours, and ours in them.

pub mod capabilities;
pub mod from_proto;
pub mod to_proto;
