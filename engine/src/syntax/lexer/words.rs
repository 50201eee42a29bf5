//! Names, numbers, paths and addresses: the tokens between which only their ends tell. The longest reading wins, as in
//! Nix.

use super::close::Ends;
use super::{Lexer, Mode, Run, class, fault};
use crate::syntax::token::Token;

impl Lexer<'_> {
    /// A token that begins with a letter or an underscore.
    pub(super) fn word(&mut self) {
        let start = self.at;
        let end = self.skip(start + 1, class::ID);
        if matches!(self.byte(end), b'.' | b'+' | b'/' | b':') && (self.path(start) || self.uri(start)) {
            return;
        }
        let kind = match &self.text[start..end] {
            b"if" => Token::If,
            b"in" => Token::In,
            b"or" => Token::OrWord,
            b"let" => Token::Let,
            b"rec" => Token::Rec,
            b"then" => Token::Then,
            b"else" => Token::Else,
            b"with" => Token::With,
            b"assert" => Token::Assert,
            b"inherit" => Token::Inherit,
            _ => Token::Ident,
        };
        self.push(kind, end);
    }

    /// A token that begins with a digit.
    pub(super) fn number(&mut self) {
        let start = self.at;
        let end = self.skip(start + 1, class::DIGIT);
        if (self.is(end, class::PATH) || self.byte(end) == b'/') && self.path(start) {
            return;
        }
        let zero = self.text[start] == b'0';
        if self.byte(end) == b'.' && (!zero || (end == start + 1 && self.is(end + 1, class::DIGIT))) {
            let end = self.skip(end + 1, class::DIGIT);
            return self.float(start, end);
        }
        let digits = &self.text[start..end];
        if digits.len() > 18 && fault::integer(digits).is_none() {
            let message = format!("invalid integer '{}'", String::from_utf8_lossy(digits));
            self.fault(message, start, end);
        }
        self.push(Token::Int, end);
    }

    /// A floating-point number read up to its exponent.
    fn float(&mut self, start: usize, mut end: usize) {
        if matches!(self.byte(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
            if self.is(end + 1 + sign, class::DIGIT) {
                end = self.skip(end + 1 + sign, class::DIGIT);
            }
        }
        let literal = String::from_utf8_lossy(&self.text[start..end]);
        if !fault::float_fits(&literal) {
            let message = format!("invalid float '{literal}'");
            self.fault(message, start, end);
        }
        self.push(Token::Float, end);
    }

    /// `.`, `-` or `+`, and what can begin with them.
    pub(super) fn dot_or_sign(&mut self, byte: u8, next: u8) {
        let at = self.at;
        // Most often a blank follows, or a name without any slash.
        if (next == b'/' || class::TABLE[next as usize] & class::PATH != 0) && self.path(at) {
            return;
        }
        let (kind, len) = match (byte, next) {
            (b'.', b'.') if self.byte(at + 2) == b'.' => (Token::Ellipsis, 3),
            (b'.', b'0'..=b'9') => {
                let end = self.skip(at + 1, class::DIGIT);
                return self.float(at, end);
            }
            (b'.', _) => (Token::Dot, 1),
            (b'-', b'>') => (Token::Implies, 2),
            (b'-', _) => (Token::Minus, 1),
            (_, b'+') => (Token::Concat, 2),
            _ => (Token::Plus, 1),
        };
        self.push(kind, at + len);
    }

    /// `/`, and what can begin with it.
    pub(super) fn slash(&mut self, next: u8) {
        let at = self.at;
        match next {
            b'/' => self.push(Token::Update, at + 2),
            b'*' => self.comment(),
            _ if self.path(at) => {}
            _ => self.push(Token::Slash, at + 1),
        }
    }

    /// `/*`, which begins a comment if one ends.
    fn comment(&mut self) {
        let at = self.at;
        if at < self.comments_end {
            if let Some(len) = memchr::memmem::find(&self.text[at + 2..], b"*/") {
                return self.push(Token::Comment, at + 2 + len + 2);
            }
            self.comments_end = at;
        }
        if self.ends == Ends::AsWritten {
            self.push(Token::Slash, at + 1);
        } else {
            self.unclosed_comment();
        }
    }

    /// `~`, which only begins paths.
    pub(super) fn tilde(&mut self, next: u8) {
        let start = self.at;
        if next != b'/' || !self.path_from(start, start + 1, Token::PathHome, Mode::PathHome) {
            self.push(Token::Invalid, start + 1);
        }
    }

    /// `<`, and what can begin with it.
    pub(super) fn less(&mut self, next: u8) {
        let at = self.at;
        if next == b'=' {
            return self.push(Token::LessEq, at + 2);
        }
        if next == b'|' {
            return self.pipe(Token::PipeLeft);
        }
        let mut end = self.run_end(at + 1);
        if end > at + 1 {
            while self.byte(end) == b'/' && self.is(end + 1, class::PATH) {
                end = self.skip(end + 1, class::PATH);
            }
            if self.byte(end) == b'>' {
                return self.push(Token::PathSearch, end + 1);
            }
        }
        self.push(Token::Less, at + 1);
    }

    /// A path that begins at `start`, if one does.
    fn path(&mut self, start: usize) -> bool {
        let run = self.run_end(start);
        let (kind, mode) = if run == start { (Token::PathAbs, Mode::PathAbs) } else { (Token::PathRel, Mode::PathRel) };
        self.byte(run) == b'/' && self.path_from(start, run, kind, mode)
    }

    /// The first piece of a path whose first slash is at `slash`.
    fn path_from(&mut self, start: usize, slash: usize, kind: Token, mode: Mode) -> bool {
        debug_assert!(start <= slash, "a path begins before its first slash");
        let end = if self.is(slash + 1, class::PATH) {
            self.segments(slash)
        } else if self.byte(slash + 1) == b'$' && self.byte(slash + 2) == b'{' {
            slash + 1
        } else {
            return false;
        };
        self.push(kind, end);
        self.enter(mode);
        true
    }

    /// The end of the segments that begin with the slash at `slash`, a slash behind them included.
    fn segments(&self, slash: usize) -> usize {
        let mut end = slash;
        while self.byte(end) == b'/' && self.is(end + 1, class::PATH) {
            end = self.skip(end + 1, class::PATH);
        }
        end + usize::from(self.byte(end) == b'/')
    }

    /// What follows the first piece of a path.
    pub(super) fn path_part(&mut self) {
        let at = self.at;
        if self.byte(at) == b'$' && self.byte(at + 1) == b'{' {
            return self.interpol();
        }
        let run = self.skip(at, class::PATH);
        let end = if self.byte(run) != b'/' {
            run
        } else if self.is(run + 1, class::PATH) {
            self.segments(run)
        } else {
            run + 1
        };
        if end > at {
            let part = self.mode.path_part();
            return self.push(part, end);
        }
        if self.text[..at].ends_with(b"/") {
            self.trailing_slash();
        }
        self.push(Token::PathEnd, at);
        self.leave();
    }

    fn trailing_slash(&mut self) {
        // At the end of the text, Nix's lexer has not moved on from the piece before.
        let start = if self.at < self.text.len() {
            self.at
        } else {
            let n = self.tokens.len();
            n.checked_sub(2).map_or(0, |i| self.tokens[i].end as usize)
        };
        self.fault(fault::TRAILING_SLASH.to_owned(), start, self.at.max(start + 1).min(self.text.len()));
    }

    /// An address without quotes that begins at `start`, if one does.
    fn uri(&mut self, start: usize) -> bool {
        let run = self.run_end(start);
        let scheme = self.is(start, class::ALPHA) && self.run.underscore.is_none_or(|at| at < start);
        if !scheme || self.byte(run) != b':' || !self.is(run + 1, class::URI) {
            return false;
        }
        self.push(Token::Uri, self.skip(run + 1, class::URI));
        true
    }

    /// The end of the path characters from `start` on.
    fn run_end(&mut self, start: usize) -> usize {
        if start < self.run.start || start >= self.run.end {
            let mut end = start;
            let mut underscore = None;
            while self.is(end, class::PATH) {
                if self.text[end] == b'_' {
                    underscore = Some(end);
                }
                end += 1;
            }
            self.run = Run { start, end, underscore };
        }
        self.run.end
    }
}
