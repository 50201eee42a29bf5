//! A tree as the walk through it.

use rnix::SyntaxKind;

/// One step of a walk through rnix's lossless tree, parents before children. The texts of all tokens, in order, are the
/// text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Into a node.
    Enter(SyntaxKind),
    /// Over a token of this many bytes.
    Token(SyntaxKind, u32),
    /// Out of the node entered last.
    Leave,
}

/// What parsing gives: a tree, always, and what is wrong with the text.
#[derive(Clone, Debug, Default)]
pub struct Parse {
    /// The walk through the tree.
    pub events: Vec<Event>,
    /// What is wrong; the first is the message Nix gives.
    pub errors: Vec<SyntaxError>,
}

/// One thing that is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Nix's message, without place and without "error: ".
    pub message: String,
    /// Byte offset of the place Nix names.
    pub start: u32,
    /// One past the last byte concerned.
    pub end: u32,
}
