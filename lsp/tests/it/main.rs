//! The server as an editor meets it.

mod client;
mod entries;
mod features;
mod manners;
mod tree;
mod values;
