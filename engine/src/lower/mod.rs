//! Tree to expressions. Never fails, never recurses with the program, never touches the outside: directories are given.
//!
//! The walk through the tree ([`walk`]) is a stack machine. Finished expressions wait on a stack of [`value`]s until the
//! node around them ends; two kinds of expression stay open there, since what follows may still add to them: calls take
//! further arguments (`(f a) b` is one call), and sets take further bindings (`a = { … }; a.b = …;`).

mod bindings;
mod function;
mod ind_string;
mod merge;
mod operator;
mod path;
mod string;
mod value;
mod walk;

#[cfg(test)]
mod tests;

use crate::ir::{Module, Symbols};
use crate::source::{FileId, Pos, SourceMap, Span};
use crate::syntax::Parse;

/// What lowering needs to know besides the text.
#[derive(Debug)]
pub struct LowerCx<'a> {
    /// Where names are interned.
    pub symbols: &'a mut Symbols,
    /// The absolute directory that relative paths start from.
    pub base_dir: &'a str,
    /// What `~` stands for; `None` in pure mode, where `~/…` is an error.
    pub home: Option<&'a str>,
    /// What the settings forbid.
    pub rules: Rules,
}

/// Which of the language's disputed parts may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// `http://example.org` without quotes (`lint-url-literals`).
    pub url_literals: Lint,
    /// `/etc/passwd` and `~/file` (`lint-absolute-path-literals`).
    pub absolute_paths: Lint,
    /// `dir/file` instead of `./dir/file` (`lint-short-path-literals`).
    pub short_paths: Lint,
    /// `x |> f` and `f <| x` (the experimental feature `pipe-operators`).
    pub pipe_operators: Feature,
}

/// What happens where a lint finds something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lint {
    /// Nothing.
    #[default]
    Ignore,
    /// A warning.
    Warn,
    /// An error.
    Fatal,
}

/// Whether an experimental feature may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Feature {
    /// Its use is an error.
    #[default]
    Disabled,
    /// It may be used.
    Enabled,
}

/// What lowering gives: a module, always, and what is wrong with the text besides its grammar.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The expressions.
    pub module: Module,
    /// What is wrong, in the order in which Nix would notice it; Nix reports the first alone.
    pub errors: Vec<LowerError>,
    /// What Nix warns about.
    pub warnings: Vec<LowerError>,
}

/// One thing that is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowerError {
    /// Nix's message, without place and without "error: ".
    pub message: String,
    /// The place Nix names.
    pub pos: Pos,
    /// What to underline.
    pub span: Span,
    /// How much of the text has to be read before Nix notices, in bytes. A syntax error that starts before this is
    /// reported instead.
    pub read: u32,
    /// Other places concerned, each with a few words.
    pub notes: Vec<LowerNote>,
}

/// A place that belongs to a [`LowerError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowerNote {
    /// What is there.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// Makes expressions of a tree. A broken tree is lowered too, with [`crate::ir::Expr::Error`] where something is
/// missing.
#[must_use]
pub fn lower(source: &SourceMap, file: FileId, parse: &Parse, cx: &mut LowerCx<'_>) -> Lowered {
    let mut lowerer = walk::Lowerer::new(source, file, cx);
    lowerer.walk(&parse.events);
    lowerer.finish()
}
