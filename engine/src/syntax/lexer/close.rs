//! Where to end a string that its author has not ended yet, so that the code behind it is code again.

use super::{Cut, Fault, Features, Lexed, Lexer, Mode, Opened, lex};
use crate::syntax::token::{Lexeme, Token};

/// How many strings are tried as the one to end.
const MAX_TRIED: usize = 12;

/// Cuts a text into tokens; if a string is open at its end, picks one and ends it on its first line, with tokens without
/// text for everything left open in it.
pub(in crate::syntax) fn lex_closed(text: &[u8], features: Features) -> Lexed {
    let mut lexer = Lexer::new(text, features);
    lexer.opened = Some(Vec::new());
    lexer.run();
    let opened = lexer.opened.take().unwrap_or_default();
    let lexed = lexer.finish();
    let Some(first_open) = lexed.open.iter().position(|mode| is_string(*mode)) else { return lexed };

    // The string that was never ended is rarely the last: everything behind it has been read inside out.
    let suspects = opened.iter().filter(|string| spans_lines(text, string, &lexed)).take(MAX_TRIED);
    let last = opened.iter().rev().find(|string| string.kind == lexed.open[first_open]);
    let mut best: Option<(usize, Lexed)> = None;
    for string in suspects.chain(last) {
        let tried = lex_with(text, features, cut_of(text, *string));
        let left_open = tried.open.len() * 2 + usize::from(tried.open.iter().any(|mode| is_string(*mode)));
        if best.as_ref().is_none_or(|(fewest, _)| left_open < *fewest) {
            best = Some((left_open, tried));
        }
        if left_open == 0 {
            break;
        }
    }
    let mut lexed = best.map_or_else(|| lex(text, features), |(_, lexed)| lexed);
    close_rest(&mut lexed);
    lexed
}

fn is_string(mode: Mode) -> bool {
    matches!(mode, Mode::Quoted | Mode::Indented)
}

/// Whether the string, as it was read, goes beyond its line: only such a one can have swallowed code.
fn spans_lines(text: &[u8], string: &Opened, lexed: &Lexed) -> bool {
    let quotes = if string.kind == Mode::Indented { 2 } else { 1 };
    let start = string.at + quotes;
    let next = lexed.tokens.partition_point(|token| (token.end as usize) <= start);
    let end = lexed.tokens.get(next).map_or(text.len(), |token| token.end as usize);
    text[start.min(end)..end].contains(&b'\n')
}

/// A string ends before the first semicolon of its line, or else with the line, closing brackets left out.
fn cut_of(text: &[u8], string: Opened) -> Cut {
    let start = string.at + if string.kind == Mode::Indented { 2 } else { 1 };
    let line = &text[start..];
    let line = &line[..memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len())];
    let len = memchr::memchr(b';', line).unwrap_or_else(|| {
        line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b')' | b']' | b'}')).map_or(0, |last| last + 1)
    });
    Cut { string: string.at, end: start + len }
}

fn lex_with(text: &[u8], features: Features, cut: Cut) -> Lexed {
    let mut lexer = Lexer::new(text, features);
    lexer.cut = Some(cut);
    lexer.run();
    lexer.finish()
}

/// Ends with tokens without text what is open at the end of the text.
fn close_rest(lexed: &mut Lexed) {
    let Some(eof) = lexed.tokens.pop() else { return };
    if let Some(string) = lexed.open.iter().rposition(|mode| is_string(*mode)) {
        let start = eof.end.saturating_sub(1);
        let message = unclosed(lexed.open[string]);
        lexed.faults.push(Fault { token: lexed.tokens.len() as u32, message, start, end: eof.end });
    }
    if lexed.open.iter().any(|mode| is_string(*mode)) {
        while let Some(mode) = lexed.open.pop() {
            lexed.tokens.push(Lexeme { kind: closer(mode), end: eof.end });
        }
    }
    lexed.tokens.push(eof);
}

fn unclosed(mode: Mode) -> String {
    format!("this string is not closed: {} is missing", if mode == Mode::Indented { "''" } else { "\"" })
}

fn closer(mode: Mode) -> Token {
    match mode {
        Mode::Interpol => Token::InterpolEnd,
        Mode::Quoted => Token::QuoteClose,
        Mode::Indented => Token::IndClose,
        Mode::PathRel | Mode::PathAbs | Mode::PathHome => Token::PathEnd,
        Mode::Code | Mode::Brace => Token::RBrace,
    }
}

impl Lexer<'_> {
    /// Reads the string just opened up to the cut, and ends it there.
    pub(super) fn read_cut(&mut self) {
        let Some(cut) = self.cut.take() else { return };
        let text = self.text;
        let depth = self.around.len();
        let kind = self.mode;
        self.text = &text[..cut.end];
        while self.at < cut.end && self.around.len() >= depth {
            match self.mode {
                Mode::Code | Mode::Brace | Mode::Interpol => self.code(),
                Mode::Quoted => self.quoted(),
                Mode::Indented => self.indented(),
                Mode::PathRel | Mode::PathAbs | Mode::PathHome => self.path_part(),
            }
        }
        self.text = text;
        if self.around.len() >= depth {
            self.faults.push(Fault {
                token: self.tokens.len() as u32,
                message: unclosed(kind),
                start: cut.string as u32,
                end: cut.end as u32,
            });
            while self.around.len() >= depth {
                let close = closer(self.mode);
                self.push(close, cut.end);
                self.leave();
            }
        }
    }
}
