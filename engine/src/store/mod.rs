//! The store: paths, hashes and derivations as pure computations.
//!
//! Nothing here reads or writes: a store path is what it would be, whether or not a store exists.

pub mod aterm;
pub mod aterm_reader;
pub mod content_address;
pub mod context;
pub mod derivation;
pub mod encoding;
pub mod hash;
pub mod modulo;
pub mod placeholder;
pub mod store_path;
