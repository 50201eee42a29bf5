//! The machine and the tables are two accounts of one grammar: on any tokens, they agree about what a program is.

use super::{PIPES, parse};
use crate::syntax::lexer::lex;
use crate::syntax::parser::{Attitude, Outcome};
use crate::syntax::{parser, verdict};

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

const PIECES: &[&str] = &[
    "a",
    "b",
    "x:",
    "1",
    "\"s\"",
    "\"s${",
    "}\"",
    "''t''",
    "./p",
    "./p/${",
    "<n>",
    "u:v",
    "if",
    "then",
    "else",
    "assert",
    "with",
    "let",
    "in",
    "rec",
    "inherit",
    "==",
    "<",
    "//",
    "++",
    "&&",
    "->",
    "or",
    "<|",
    "|>",
    "${",
    "...",
    "+",
    "-",
    "*",
    "?",
    ":",
    "@",
    ";",
    "!",
    ".",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "=",
    ",",
    "{ a, b }:",
    "{ }:",
    "a@{",
    "let {",
    "{ x = 1; }",
    "[ a ]",
    "a = b;",
    "a.b",
    "a ? b",
    "inherit a;",
    "(a)",
    "if a then b else",
    "let a = b; in",
    "with a;",
    "f a",
    "{ inherit",
    "./a//b",
];

#[test]
fn machine_and_tables_agree() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut n_programs = 0;
    for _ in 0..200_000 {
        let n_pieces = 1 + dice.roll(7);
        let pieces: Vec<&str> = (0..n_pieces).map(|_| PIECES[dice.roll(PIECES.len())]).collect();
        let text = pieces.join(" ");
        let lexed = lex(text.as_bytes(), PIPES);
        if !lexed.faults.is_empty() {
            continue;
        }
        let accepted = matches!(parser::parse(text.as_bytes(), &lexed.tokens, Attitude::Strict), Outcome::Tree(..));
        let said = verdict::verdict(text.as_bytes(), &lexed);
        assert_eq!(accepted, said.is_none(), "{text}: {said:?}");
        n_programs += usize::from(accepted);
        if !accepted {
            let errors = parse(text.as_bytes(), PIPES).errors;
            assert_eq!(errors.first(), said.as_ref(), "{text}");
        }
    }
    assert!(n_programs > 2_000, "some soups are programs: {n_programs}");
}
