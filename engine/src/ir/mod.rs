//! Nix as the machine sees it: desugared expressions, data only.
//!
//! A [`Module`] is the lowered form of one text. Its expressions live in one arena and refer to each other by
//! [`ExprId`]; names are interned [`Symbol`]s; nothing here is resolved to a slot yet.

pub mod dump;
mod expr;
pub mod show;
mod symbol;
mod symbol_image;

pub use expr::{
    AttrName, Attrs, AttrsId, Binding, BindingValue, DynamicBinding, Expr, ExprId, Formal, Lambda, LambdaId, Module,
    Part, Range,
};
pub use symbol::{Symbol, Symbols};
