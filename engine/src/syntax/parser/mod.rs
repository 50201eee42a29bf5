//! Tokens to tree, by a machine with a stack of its own: no depth of nesting can exhaust Rust's. Knows nothing of Nix's
//! messages.
//!
//! The machine accepts exactly Nix's grammar while it is strict, and stops at the first token that does not fit. A
//! tolerant one reads any tokens: it leaves holes (empty error nodes) where something is missing, puts what fits nowhere
//! into error nodes, and says so.

mod ahead;
mod expr;
mod output;
mod recover;
mod set;

use rnix::SyntaxKind;

use self::output::{Mark, Output};
use super::event::{Event, SyntaxError};
use super::token::{Lexeme, Token, TokenSet};

/// What to do about a token that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attitude {
    /// Stop.
    Strict,
    /// Make the best of it.
    Tolerant,
}

/// What a run of the machine gives.
#[derive(Debug)]
pub(super) enum Outcome {
    /// All tokens are in the tree; a strict machine has no errors.
    Tree(Vec<Event>, Vec<SyntaxError>),
    /// A strict machine met a token that does not fit.
    Refused,
}

/// Reads tokens, the last of which is `Eof`, as a program.
pub(super) fn parse(text: &[u8], tokens: &[Lexeme], attitude: Attitude) -> Outcome {
    let mut parser = Parser {
        text,
        tokens,
        next: 0,
        here: 0,
        kind: Token::Eof,
        at: 0,
        out: Output::with_capacity(tokens.len() * 2),
        frames: Vec::with_capacity(64),
        attitude,
        refused: false,
        errors: Vec::new(),
        complained: None,
        lacking: if attitude == Attitude::Tolerant { ahead::lacking(tokens) } else { 0 },
    };
    parser.find_next();
    parser.run();
    if parser.refused {
        return Outcome::Refused;
    }
    parser.rest();
    Outcome::Tree(parser.out.walk(SyntaxKind::NODE_ROOT), parser.errors)
}

/// What the machine does next.
///
/// ```text
/// Expr ─► Operand ─► Select ─► Simple ─► Selected ─► Applied ─► Operated ─► Whole ─► as the frame on top says
///            ▲          ▲                   │            │          │
///            │          └── next argument ──┴────────────┘          │
///            └───────────── right operand ──────────────────────────┘
/// ```
///
/// The steps with a mark have just finished an expression of that level; it began at the mark.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A whole expression begins.
    Expr,
    /// An operand of an operator begins.
    Operand,
    /// A primary expression with what is selected from it begins.
    Select,
    /// A primary expression ended.
    Simple(Mark),
    /// So did what is selected from it.
    Selected(Mark),
    /// A function with all arguments so far ended.
    Applied(Mark),
    /// An operand ended.
    Operated(Mark),
    /// A whole expression ended.
    Whole(Mark),
    /// An element of a list, or its end.
    List,
    /// A binding, or the end of a set.
    Bindings,
    /// A name of an attribute path.
    Attr,
    /// A dot, or the end of an attribute path.
    AttrNext,
    /// A name to inherit, or the end of them.
    Inherit,
    /// A piece of a string, or its end.
    Text,
    /// A piece of a path, or its end.
    Path,
    /// A formal argument, or the end of them.
    Formals,
    /// A comma between formal arguments, or the end of them.
    FormalNext,
    /// All is read.
    Done,
}

/// Something begun that the machine will come back to.
#[derive(Clone, Copy, Debug)]
struct Frame {
    what: What,
    /// Where its node begins.
    start: Mark,
    /// Where the attribute path within begins; elsewhere the same.
    inner: Mark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Root,
    Paren,
    List,
    /// `{` or `rec {`
    Set,
    /// `let {`
    LegacyLet,
    /// The bindings of `let … in`.
    Let,
    /// Bindings before which `{` or `let` is missing; how they end tells which.
    Bare,
    /// The value of a binding.
    Binding,
    PathOfBinding,
    PathOfSelect,
    PathOfHas,
    Inherit,
    /// The parenthesis behind `inherit`.
    InheritFrom,
    Str,
    Path(SyntaxKind, PathState),
    /// `${` in a string or path.
    Interpol,
    /// `${` as an attribute's name.
    Dynamic,
    /// An argument; the node begins at the function.
    Arg,
    /// What stands behind `or`.
    Default,
    /// The right operand of an operator of this strength.
    Binary(Token, u8),
    Prefix(u8),
    AssertHead,
    WithHead,
    IfHead,
    IfThen,
    Formals(Binder),
    FormalDefault,
    /// The last expression of a node of this kind.
    Tail(SyntaxKind),
}

/// Nix wants a path with interpolation to begin with at most two pieces of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PathState {
    First,
    Second,
    Interpolated,
}

/// Whether the name of the whole argument stood before its pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Binder {
    Before,
    None,
}

struct Parser<'t> {
    text: &'t [u8],
    tokens: &'t [Lexeme],
    /// The first token that is not in the tree yet.
    next: usize,
    /// The first of those that is not trivia.
    here: usize,
    /// Its kind.
    kind: Token,
    /// Where the token `next` begins.
    at: u32,
    out: Output,
    frames: Vec<Frame>,
    attitude: Attitude,
    refused: bool,
    errors: Vec<SyntaxError>,
    /// The token last complained about.
    complained: Option<usize>,
    /// How many `{` and `let` are missing somewhere, as far as a tolerant machine can tell by counting.
    lacking: usize,
}

impl Parser<'_> {
    fn run(&mut self) {
        let start = self.out.mark();
        self.push(What::Root, start);
        let mut step = Step::Expr;
        loop {
            step = match step {
                Step::Expr => self.expr(),
                Step::Operand => self.operand(),
                Step::Select => self.select(),
                Step::Simple(mark) => self.simple(mark),
                Step::Selected(mark) => self.selected(mark),
                Step::Applied(mark) => self.applied(mark),
                Step::Operated(mark) => self.operated(mark),
                Step::Whole(mark) => self.whole(mark),
                Step::List => self.list(),
                Step::Bindings => self.bindings(),
                Step::Attr => self.attr(),
                Step::AttrNext => self.attr_next(),
                Step::Inherit => self.inherit(),
                Step::Text => self.string_part(),
                Step::Path => self.path_part(),
                Step::Formals => self.formals(),
                Step::FormalNext => self.formal_next(),
                Step::Done => return,
            };
        }
    }

    fn tolerant(&self) -> bool {
        self.attitude == Attitude::Tolerant
    }

    fn push(&mut self, what: What, start: Mark) {
        self.frames.push(Frame { what, start, inner: start });
    }

    /// The frame on top. The root's stays until the end.
    fn top(&self) -> What {
        self.frames.last().map_or(What::Root, |frame| frame.what)
    }

    fn pop(&mut self) -> Frame {
        self.frames.pop().expect("every step that pops runs above the frame that it pops")
    }

    fn find_next(&mut self) {
        let mut here = self.next;
        while let Some(token) = self.tokens.get(here) {
            if !token.kind.is_trivia() {
                self.kind = token.kind;
                break;
            }
            here += 1;
        }
        self.here = here;
    }

    /// The kind of the first token from `from` on that is not trivia, and its index.
    fn look(&self, from: usize) -> (Token, usize) {
        let mut at = from;
        while let Some(token) = self.tokens.get(at) {
            if !token.kind.is_trivia() {
                return (token.kind, at);
            }
            at += 1;
        }
        (Token::Eof, at)
    }

    /// The token after the one at hand.
    fn second(&self) -> Token {
        self.look(self.here + 1).0
    }

    /// Writes the trivia before the token at hand, and says where a node that begins with it begins.
    fn open(&mut self) -> Mark {
        while self.next < self.here {
            let token = self.tokens[self.next];
            self.write(token.kind.syntax(), token.end);
        }
        self.out.mark()
    }

    fn write(&mut self, kind: SyntaxKind, end: u32) {
        if end > self.at {
            self.out.token(kind, end - self.at);
        }
        self.at = end;
        self.next += 1;
    }

    /// Writes the token at hand.
    fn bump(&mut self) {
        self.bump_as(self.kind.syntax());
    }

    fn bump_as(&mut self, kind: SyntaxKind) {
        self.open();
        if self.kind == Token::Eof {
            return;
        }
        let end = self.tokens[self.here].end;
        self.write(kind, end);
        self.find_next();
    }

    /// Writes the token at hand as the only one of a node.
    fn leaf(&mut self, token: SyntaxKind, node: SyntaxKind) -> Mark {
        let start = self.open();
        self.bump_as(token);
        self.out.node(node, start);
        start
    }

    fn name(&mut self) -> Mark {
        self.leaf(SyntaxKind::TOKEN_IDENT, SyntaxKind::NODE_IDENT)
    }

    /// Writes everything left: trivia, and what stands behind a NUL byte.
    fn rest(&mut self) {
        while let Some(&token) = self.tokens.get(self.next) {
            self.write(token.kind.syntax(), token.end);
        }
    }
}
