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
use crate::syntax::{Event, Parse, SyntaxError, SyntaxKind};

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

/// Which literals are frowned upon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rules {
    /// `http://example.org` without quotes (`lint-url-literals`).
    pub url_literals: Lint,
    /// `/etc/passwd` and `~/file` (`lint-absolute-path-literals`).
    pub absolute_paths: Lint,
    /// `dir/file` instead of `./dir/file` (`lint-short-path-literals`).
    pub short_paths: Lint,
}

/// What happens where a lint finds something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Lint {
    /// Nothing.
    #[default]
    Ignore,
    /// A warning.
    Warn,
    /// An error.
    Fatal,
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
    /// When Nix notices, which decides between this and a syntax error.
    pub noticed: Noticed,
    /// Other places concerned, each with a few words.
    pub notes: Vec<LowerNote>,
}

/// How much of the text has been read when Nix, which reads it once and stops at the first error, notices one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// All before this byte offset.
    At(u32),
    /// All before this byte offset and the token that follows, which need not make sense there but has to be a token.
    After(u32),
    /// More than there is: a syntax error is in the way.
    Never,
}

/// A place that belongs to a [`LowerError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowerNote {
    /// What is there.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// The error that Nix reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstError<'a> {
    /// One against the grammar.
    Syntax(&'a SyntaxError),
    /// One that lowering found.
    Lower(&'a LowerError),
}

/// The one error of a text that Nix reports, if there is any.
#[must_use]
pub fn first_error<'a>(parse: &'a Parse, errors: &'a [LowerError]) -> Option<FirstError<'a>> {
    let error = errors.first();
    let Some(syntax) = parse.errors.first() else { return error.map(FirstError::Lower) };
    let is_lower = error.filter(|error| match error.noticed {
        Noticed::At(read) => syntax.start >= read,
        Noticed::After(read) => {
            syntax.start >= read && !(is_no_token(syntax) && syntax.start == next_token(parse, read))
        }
        Noticed::Never => false,
    });
    Some(is_lower.map_or(FirstError::Syntax(syntax), FirstError::Lower))
}

/// Whether the error is that a token could not be read, as against one that is out of place.
fn is_no_token(error: &SyntaxError) -> bool {
    ["invalid ", "path has a trailing slash", "experimental Nix feature", "input string "]
        .iter()
        .any(|beginning| error.message.starts_with(beginning))
}

/// Where the first token at or after a byte offset begins.
fn next_token(parse: &Parse, offset: u32) -> u32 {
    let mut at = 0;
    for event in &parse.events {
        if let Event::Token(kind, len) = *event {
            if at >= offset && !matches!(kind, SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT) {
                break;
            }
            at += len;
        }
    }
    at
}

/// Makes expressions of a tree. A broken tree is lowered too, with [`crate::ir::Expr::Error`] where something is
/// missing.
#[must_use]
pub fn lower(source: &SourceMap, file: FileId, parse: &Parse, cx: &mut LowerCx<'_>) -> Lowered {
    let mut lowerer = walk::Lowerer::new(source, file, cx);
    lowerer.walk(&parse.events);
    lowerer.finish()
}
