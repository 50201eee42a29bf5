//! The server as an editor meets it.

mod client;
mod manners;
mod values;
