//! Where to end a string, interpolation or comment that its author has not ended yet, so that the code behind it is code
//! again. Never used for a text that Nix accepts.

use super::{Fault, Features, Lexed, Lexer, Mode};
use crate::syntax::token::{Lexeme, Token};

/// How many places of each kind are proposed.
const MAX_PROPOSED: usize = 5;
/// In texts beyond this size, fewer: every proposal is read.
const LONG_TEXT: usize = 256 * 1024;

/// What a lexer does about strings and interpolations without end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// As Nix does: the text ends in them.
    AsWritten,
    /// That, and notes where strings and interpolations begin and end.
    Noted(Noted),
    /// Ends one early.
    Cut(Cut),
    /// Has ended it.
    Done,
}

/// All strings and interpolations read, in the order in which they begin, and which of them are open.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Noted {
    all: Vec<Opened>,
    open: Vec<usize>,
}

/// Where a string or interpolation begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Opened {
    at: usize,
    kind: Mode,
    end: Option<usize>,
}

/// Ends at `end` what begins at `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) struct Cut {
    start: usize,
    end: usize,
}

/// Where a text that is no program may lack the end of a string or interpolation, the likeliest first. `None` stands for
/// leaving it as it is written, if it can be.
pub(in crate::syntax) fn cuts(text: &[u8], features: Features) -> Vec<Option<Cut>> {
    let mut lexer = Lexer::new(text, features);
    lexer.ends = Ends::Noted(Noted::default());
    lexer.run();
    let Ends::Noted(noted) = lexer.ends else { return vec![None] };

    // The one without end is rarely the last: everything behind it has been read inside out, until chance or another
    // mistake turned it back.
    let max = if text.len() > LONG_TEXT { 1 } else { MAX_PROPOSED };
    let touching = noted.all.iter().filter(|opened| touches(text, opened)).take(max);
    let touching = touching.flat_map(|opened| cuts_of(text, *opened));
    let Some(outermost) = noted.open.first() else {
        return std::iter::once(None).chain(touching.map(Some)).collect();
    };
    let spans_lines = |opened: &&Opened| opened.end.is_none_or(|end| text[opened.at..end].contains(&b'\n'));
    let suspects = noted.all.iter().filter(spans_lines);
    let interpols = suspects.clone().filter(|opened| opened.kind == Mode::Interpol).take(max);
    let strings = suspects.filter(|opened| opened.kind != Mode::Interpol).take(max);
    let spanning = strings.chain([&noted.all[*outermost]]).chain(interpols);
    touching.chain(spanning.flat_map(|opened| cuts_of(text, *opened))).map(Some).collect()
}

/// Whether a string has no blank between it and a word or another string: then it is what lies between two strings.
fn touches(text: &[u8], opened: &Opened) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'"';
    opened.kind != Mode::Interpol
        && (text[..opened.at].last().is_some_and(u8::is_ascii_alphanumeric)
            || opened.end.is_some_and(|end| text.get(end).is_some_and(word)))
}

/// A string ends before the first semicolon of its line, or else with the line, closing brackets left out; or it ends
/// with its first word. An interpolation ends with its first words.
fn cuts_of(text: &[u8], opened: Opened) -> impl Iterator<Item = Cut> {
    let start = opened.at + if opened.kind == Mode::Quoted { 1 } else { 2 };
    let end = opened.end.map_or(text.len(), |end| end - (start - opened.at)).max(start);
    let line = &text[start..end];
    let line = &line[..memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len())];
    let cut = move |len: usize| Cut { start: opened.at, end: start + len };
    if opened.kind == Mode::Interpol {
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        return [Some(cut(line.iter().take_while(|byte| word(byte)).count())), None].into_iter().flatten();
    }
    let closes = |byte: &u8| matches!(byte, b' ' | b'\t' | b')' | b']' | b'}');
    let by_line = memchr::memchr(b';', line)
        .unwrap_or_else(|| line.iter().rposition(|byte| !closes(byte)).map_or(0, |last| last + 1));
    let by_word = line.iter().position(|byte| closes(byte) || matches!(byte, b';' | b','));
    let by_word = by_word.filter(|len| *len != by_line);
    [Some(cut(by_line)), by_word.map(cut)].into_iter().flatten()
}

/// Cuts a text into tokens and ends what `cut` says, with tokens without text for everything open in it. What is open at
/// the end of the text is ended there; a comment without end ends with its line.
pub(in crate::syntax) fn lex_cut(text: &[u8], features: Features, cut: Option<Cut>) -> Lexed {
    let mut lexer = Lexer::new(text, features);
    lexer.ends = cut.map_or(Ends::Done, Ends::Cut);
    lexer.run();
    let mut lexed = lexer.finish();
    if lexed.open.iter().any(|mode| matches!(mode, Mode::Quoted | Mode::Indented)) {
        close_rest(&mut lexed);
    }
    lexed
}

/// Ends with tokens without text what is open at the end of the text.
fn close_rest(lexed: &mut Lexed) {
    let Some(eof) = lexed.tokens.pop() else { return };
    let message = unclosed(lexed.open.last().copied().unwrap_or(Mode::Code));
    let token = lexed.tokens.len() as u32;
    lexed.faults.push(Fault { token, message, start: eof.end.saturating_sub(1), end: eof.end });
    while let Some(mode) = lexed.open.pop() {
        lexed.tokens.push(Lexeme { kind: closer(mode), end: eof.end });
    }
    lexed.tokens.push(eof);
}

fn unclosed(mode: Mode) -> String {
    match mode {
        Mode::Indented => "this string is not closed: '' is missing".to_owned(),
        Mode::Quoted => "this string is not closed: \" is missing".to_owned(),
        _ => "this is not closed: '}' is missing".to_owned(),
    }
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
    /// The string or interpolation that begins at `start` has been entered.
    pub(super) fn opened(&mut self, start: usize) {
        match &mut self.ends {
            Ends::Noted(noted) => {
                noted.open.push(noted.all.len());
                noted.all.push(Opened { at: start, kind: self.mode, end: None });
            }
            Ends::Cut(cut) if cut.start == start => {
                let cut = *cut;
                self.ends = Ends::Done;
                self.read_cut(cut);
            }
            _ => {}
        }
    }

    /// A string or interpolation has been left.
    pub(super) fn closed(&mut self, end: usize) {
        if let Ends::Noted(noted) = &mut self.ends
            && let Some(closed) = noted.open.pop().and_then(|at| noted.all.get_mut(at))
        {
            closed.end = Some(end);
        }
    }

    /// Reads what has just been entered up to the cut, and ends it there.
    fn read_cut(&mut self, cut: Cut) {
        let text = self.text;
        let depth = self.around.len();
        let kind = self.mode;
        self.text = &text[..cut.end];
        while self.at < cut.end && self.around.len() >= depth {
            self.step();
        }
        self.text = text;
        if self.around.len() < depth {
            return;
        }
        let token = self.tokens.len() as u32;
        let (start, end) = (cut.start as u32, cut.end as u32);
        self.faults.push(Fault { token, message: unclosed(kind), start, end });
        while self.around.len() >= depth {
            self.push(closer(self.mode), cut.end);
            self.leave();
        }
    }

    /// `/*` without end: a comment up to the end of the line.
    pub(super) fn unclosed_comment(&mut self) {
        let rest = &self.text[self.at..];
        let end = self.at + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        self.fault("this comment is not closed: '*/' is missing".to_owned(), self.at, self.at + 2);
        self.push(Token::Comment, end);
    }
}
