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
///
/// The tree of a program is rnix's; where a path goes on with `//` behind an interpolation, two path tokens follow each
/// other. The tree of any other text has the same nodes, but
///
/// - an empty `NODE_ERROR` stands where an expression is missing, and one with tokens around what fits nowhere;
/// - keywords, brackets, quotes, `=` and `;` may be missing, and so may the value of a binding, the body of a `let` and
///   the names of an attribute path;
/// - functions, conditionals and the like may be operands, arguments and elements without parentheses;
/// - behind the first expression of the root others may follow.
#[derive(Clone, Debug, Default)]
pub struct Parse {
    /// The walk through the tree.
    pub events: Vec<Event>,
    /// What is wrong. The first is the message Nix gives, at its place; Nix reads no further, so what it minds in a
    /// construct that ends before that place comes earlier still.
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
