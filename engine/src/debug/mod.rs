//! What a debugger knows of a machine that stands still: what code is called, and by which patterns people mean it.
//!
//! Everything here looks. Nothing forces, runs or changes anything.

mod glob;
pub mod names;
pub mod paths;
pub mod pattern;
pub mod value;
