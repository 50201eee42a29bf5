//! The insides of strings.

use super::close::Ends;
use super::{Lexer, Mode, class};
use crate::syntax::token::Token;

impl Lexer<'_> {
    /// A string or interpolation begins.
    pub(super) fn open(&mut self, kind: Token, end: usize, mode: Mode) {
        let start = self.at;
        self.push(kind, end);
        self.enter(mode);
        if self.ends != Ends::AsWritten {
            self.opened(start);
        }
    }

    /// `${`
    pub(super) fn interpol(&mut self) {
        self.open(Token::Interpol, self.at + 2, Mode::Interpol);
    }

    /// A string or interpolation ends.
    pub(super) fn close(&mut self, kind: Token, end: usize) {
        self.push(kind, end);
        self.leave();
        if self.ends != Ends::AsWritten {
            self.closed(end);
        }
    }

    /// One token within `"`.
    pub(super) fn quoted(&mut self) {
        let start = self.at;
        let mut at = start;
        let token = loop {
            let Some(&byte) = self.text.get(at) else { break None };
            if class::TABLE[byte as usize] & class::QUOTED == 0 {
                at += 1;
                continue;
            }
            match byte {
                b'"' => break Some(Token::QuoteClose),
                b'\\' => at += 2,
                _ => match self.byte(at + 1) {
                    b'{' => break Some(Token::Interpol),
                    b'"' | b'\\' => at += 1,
                    _ => at += 2,
                },
            }
        };
        let end = at.min(self.text.len());
        if end > start {
            self.push(Token::Text, end);
            if self.has_nul {
                self.refuse_nul(start, end);
            }
        }
        match token {
            Some(Token::Interpol) => self.interpol(),
            Some(close) => self.close(close, end + 1),
            None => {}
        }
    }

    /// One token within `''`.
    pub(super) fn indented(&mut self) {
        let start = self.at;
        let mut at = start;
        let token = loop {
            let Some(len) = memchr::memchr2(b'\'', b'$', &self.text[at.min(self.text.len())..]) else {
                at = self.text.len();
                break None;
            };
            at += len;
            let next = self.byte(at + 1);
            match (self.text[at], next) {
                (b'$', b'{') => break Some(Token::Interpol),
                (b'$', b'\'') => at += 1,
                (b'$', _) => at += 2,
                (_, b'\'') => match self.byte(at + 2) {
                    b'\'' | b'$' => at += 3,
                    b'\\' if at + 3 < self.text.len() => at += 4,
                    _ => break Some(Token::IndClose),
                },
                (_, b'$') => at += 1,
                _ => at += 2,
            }
        };
        let end = at.min(self.text.len());
        if end > start {
            self.push(Token::IndText, end);
            if self.has_nul {
                self.refuse_indented_nul(start, end);
            }
        }
        match token {
            Some(Token::Interpol) => self.interpol(),
            Some(close) => self.close(close, end + 2),
            None => {}
        }
    }
}
