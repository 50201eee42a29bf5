//! The engine of nixscope: Nix from text to value, one step at a time.
//!
//! *text* ([`source`]) becomes a *tree* ([`syntax`]), the tree becomes *expressions* ([`lower`] makes [`ir`]),
//! expressions become *chunks*, and chunks become *values*.

pub mod builtins;
pub mod bytecode;
pub mod console;
pub mod debug;
pub mod diagnostic;
pub mod emit;
pub mod heap;
pub mod ir;
pub mod lower;
pub mod print;
pub mod session;
pub mod source;
pub mod store;
pub mod syntax;
pub mod text;
pub mod value;
pub mod vm;
pub mod world;
