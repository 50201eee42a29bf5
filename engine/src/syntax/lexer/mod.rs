//! Bytes to tokens, as Nix cuts them. Never fails and never looks at what may stand where: what Nix's lexer refuses
//! becomes a [`Fault`] beside the tokens.
//!
//! The text need not be UTF-8. A lone carriage return ends a line; a NUL byte between tokens ends the program.

mod close;
mod fault;
mod strings;
mod words;

use self::close::Ends;
use super::Features;
use super::token::{Lexeme, Token};

pub(super) use close::{Cut, cuts, lex_cut};
pub(super) use fault::Fault;

/// What a byte may be part of.
mod class {
    pub(super) const ID: u8 = 1;
    pub(super) const PATH: u8 = 2;
    pub(super) const URI: u8 = 4;
    pub(super) const DIGIT: u8 = 8;
    pub(super) const ALPHA: u8 = 16;
    pub(super) const SPACE: u8 = 32;
    /// Stops the scan of a string.
    pub(super) const QUOTED: u8 = 64;

    pub(super) const TABLE: [u8; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let byte = i as u8;
            let mut bits = 0;
            if byte.is_ascii_alphabetic() {
                bits |= ALPHA;
            }
            if byte.is_ascii_digit() {
                bits |= DIGIT;
            }
            if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\'' | b'-') {
                bits |= ID;
            }
            if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+') {
                bits |= PATH;
            }
            if byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'%' | b'/'
                        | b'?'
                        | b':'
                        | b'@'
                        | b'&'
                        | b'='
                        | b'+'
                        | b'$'
                        | b','
                        | b'-'
                        | b'_'
                        | b'.'
                        | b'!'
                        | b'~'
                        | b'*'
                        | b'\''
                )
            {
                bits |= URI;
            }
            if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                bits |= SPACE;
            }
            if matches!(byte, b'"' | b'$' | b'\\') {
                bits |= QUOTED;
            }
            table[i] = bits;
            i += 1;
        }
        table
    };
}

/// What the bytes at hand are part of.
///
/// ```text
/// Code   { pushes Code as Brace, ${ as Interpol, " as Quoted, '' as Indented, the first piece of a path as Path…
/// Brace, Interpol   are Code that a } ends
/// Quoted, Indented, Path…   are left at their ends, and interrupted by ${
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Code,
    Brace,
    Interpol,
    Quoted,
    Indented,
    PathRel,
    PathAbs,
    PathHome,
}

/// The tokens of a text.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    /// All tokens, trivia included; the last is `Eof`.
    pub(super) tokens: Vec<Lexeme>,
    /// What Nix's lexer refuses, in order.
    pub(super) faults: Vec<Fault>,
    /// What was open at the end.
    pub(super) open: Vec<Mode>,
}

/// Cuts a text into tokens.
pub(super) fn lex(text: &[u8], features: Features) -> Lexed {
    let mut lexer = Lexer::new(text, features);
    lexer.run();
    lexer.finish()
}

pub(super) struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    features: Features,
    mode: Mode,
    /// The modes around `mode`.
    around: Vec<Mode>,
    tokens: Vec<Lexeme>,
    faults: Vec<Fault>,
    /// The run of path characters looked at last, and its last underscore: a chain of names is looked through once.
    run: Run,
    /// No comment closes from here on.
    comments_end: usize,
    /// Whether a pipe has been refused: once is enough.
    pipes_refused: bool,
    /// Whether strings must be looked through for NUL bytes.
    has_nul: bool,
    /// What to do about strings without end.
    ends: Ends,
}

#[derive(Clone, Copy, Debug, Default)]
struct Run {
    start: usize,
    end: usize,
    underscore: Option<usize>,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t [u8], features: Features) -> Self {
        Self {
            text,
            at: 0,
            features,
            mode: Mode::Code,
            around: Vec::new(),
            tokens: Vec::with_capacity(text.len() / 3 + 4),
            faults: Vec::new(),
            run: Run::default(),
            comments_end: usize::MAX,
            pipes_refused: false,
            has_nul: memchr::memchr(0, text).is_some(),
            ends: Ends::AsWritten,
        }
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            self.step();
        }
    }

    fn step(&mut self) {
        match self.mode {
            Mode::Code | Mode::Brace | Mode::Interpol => self.code(),
            Mode::Quoted => self.quoted(),
            Mode::Indented => self.indented(),
            Mode::PathRel | Mode::PathAbs | Mode::PathHome => self.path_part(),
        }
    }

    fn finish(mut self) -> Lexed {
        if matches!(self.mode, Mode::PathRel | Mode::PathAbs | Mode::PathHome) {
            self.path_part();
        }
        self.push(Token::Eof, self.at);
        self.around.push(self.mode);
        self.around.retain(|&mode| mode != Mode::Code);
        Lexed { tokens: self.tokens, faults: self.faults, open: self.around }
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn is(&self, at: usize, class: u8) -> bool {
        class::TABLE[self.byte(at) as usize] & class != 0
    }

    /// The first offset from `at` on whose byte is not of `class`.
    fn skip(&self, mut at: usize, class: u8) -> usize {
        while self.is(at, class) {
            at += 1;
        }
        at
    }

    fn push(&mut self, kind: Token, end: usize) {
        self.tokens.push(Lexeme { kind, end: end as u32 });
        self.at = end;
    }

    fn enter(&mut self, mode: Mode) {
        self.around.push(self.mode);
        self.mode = mode;
    }

    fn leave(&mut self) {
        self.mode = self.around.pop().unwrap_or(Mode::Code);
    }

    /// One token of code.
    fn code(&mut self) {
        let at = self.at;
        let byte = self.text[at];
        let next = self.byte(at + 1);
        let two = |lexer: &mut Self, kind| lexer.push(kind, at + 2);
        let one = |lexer: &mut Self, kind| lexer.push(kind, at + 1);
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.push(Token::Whitespace, self.skip(at + 1, class::SPACE)),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'.' | b'-' | b'+' => self.dot_or_sign(byte, next),
            b'/' => self.slash(next),
            b'~' => self.tilde(next),
            b'<' => self.less(next),
            b';' => one(self, Token::Semicolon),
            b'=' if next == b'=' => two(self, Token::Equal),
            b'=' => one(self, Token::Assign),
            b'{' => {
                one(self, Token::LBrace);
                self.enter(Mode::Brace);
            }
            b'}' if self.mode == Mode::Interpol => self.close(Token::InterpolEnd, at + 1),
            b'}' => {
                one(self, Token::RBrace);
                self.leave();
            }
            b'"' => self.open(Token::Quote, at + 1, Mode::Quoted),
            b'\'' if next == b'\'' => self.open(Token::IndOpen, at + 2, Mode::Indented),
            b'$' if next == b'{' => self.interpol(),
            b'(' => one(self, Token::LParen),
            b')' => one(self, Token::RParen),
            b'[' => one(self, Token::LBrack),
            b']' => one(self, Token::RBrack),
            b':' => one(self, Token::Colon),
            b',' => one(self, Token::Comma),
            b'@' => one(self, Token::At),
            b'?' => one(self, Token::Question),
            b'*' => one(self, Token::Star),
            b'#' => {
                let rest = &self.text[at..];
                let len = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                self.push(Token::Comment, at + len);
            }
            b'!' if next == b'=' => two(self, Token::NotEqual),
            b'!' => one(self, Token::Bang),
            b'&' if next == b'&' => two(self, Token::And),
            b'|' if next == b'|' => two(self, Token::Or),
            b'|' if next == b'>' => self.pipe(Token::PipeRight),
            b'>' if next == b'=' => two(self, Token::MoreEq),
            b'>' => one(self, Token::More),
            0 => self.nul(),
            _ => self.invalid(),
        }
    }

    /// A piped application, which a feature must allow.
    fn pipe(&mut self, kind: Token) {
        if !self.features.pipe_operators && !self.pipes_refused {
            self.pipes_refused = true;
            self.fault(fault::PIPES_DISABLED.to_owned(), self.at, self.at + 2);
        }
        self.push(kind, self.at + 2);
    }

    /// Nix takes a NUL byte for the end of the program. What follows is kept in the tree as a comment.
    fn nul(&mut self) {
        self.tokens.push(Lexeme { kind: Token::Eof, end: self.at as u32 + 1 });
        self.push(Token::Comment, self.text.len());
    }

    /// A byte without meaning; bytes of one character stay together.
    fn invalid(&mut self) {
        let mut end = self.at + 1;
        if self.text[self.at] >= 0x80 {
            while self.byte(end) & 0xc0 == 0x80 {
                end += 1;
            }
        }
        self.push(Token::Invalid, end);
    }
}

impl Mode {
    /// The token for a piece of such a path behind its first.
    fn path_part(self) -> Token {
        match self {
            Self::PathAbs => Token::PartAbs,
            Self::PathHome => Token::PartHome,
            Self::Code | Self::Brace | Self::Interpol | Self::Quoted | Self::Indented | Self::PathRel => Token::PartRel,
        }
    }
}
