//! What Nix's lexer refuses, in its words.

use super::Lexer;

/// `|>` without the feature.
pub(super) const PIPES_DISABLED: &str = "experimental Nix feature 'pipe-operators' is disabled; add \
                                         '--extra-experimental-features pipe-operators' to enable it";
/// `./a/`.
pub(super) const TRAILING_SLASH: &str = "path has a trailing slash";

/// Something that Nix's lexer refuses when the parser asks for the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::syntax) struct Fault {
    /// Which token.
    pub(in crate::syntax) token: u32,
    /// Nix's message.
    pub(in crate::syntax) message: String,
    /// The place Nix names.
    pub(in crate::syntax) start: u32,
    /// One past the last byte concerned.
    pub(in crate::syntax) end: u32,
}

/// The value of decimal digits.
pub(super) fn integer(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0i64, |value, digit| value.checked_mul(10)?.checked_add(i64::from(digit - b'0')))
}

/// Whether C's `strtod` reads the literal without complaint: it minds values too large, and those too small to be exact.
pub(super) fn float_fits(literal: &str) -> bool {
    let Ok(value) = literal.parse::<f64>() else { return false };
    let mantissa = literal.split(['e', 'E']).next().unwrap_or_default();
    value.is_normal() || mantissa.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

impl Lexer<'_> {
    /// Refuses the next token.
    pub(super) fn fault(&mut self, message: String, start: usize, end: usize) {
        self.faults.push(Fault { token: self.tokens.len() as u32, message, start: start as u32, end: end as u32 });
    }

    /// Refuses the piece of text just read if it has a NUL byte.
    pub(super) fn refuse_nul(&mut self, start: usize, end: usize) {
        if has_plain_nul(&self.text[start..end]) {
            let value = unescape(&self.text[start..end]);
            self.refuse_value(&value, start, end);
        }
    }

    /// Refuses the piece of indented text just read if it has a NUL byte. Nix reads it in smaller pieces, and names the
    /// one with the NUL byte.
    pub(super) fn refuse_indented_nul(&mut self, start: usize, end: usize) {
        if !self.text[start..end].contains(&0) {
            return;
        }
        // Blanks up to the end of the first line belong to the opening quotes.
        let mut at = start;
        if self.text[..start].ends_with(b"''") {
            let blanks = self.text[start..end].iter().take_while(|&&byte| byte == b' ').count();
            if self.text.get(start + blanks) == Some(&b'\n') {
                at = start + blanks + 1;
            }
        }
        let mut chunk = at;
        while at < end {
            let escape_len = match &self.text[at..end] {
                [b'\'', b'\'', b'\\', _, ..] => 4,
                [b'\'', b'\'', b'\'' | b'$', ..] => 3,
                [b'$'] | [b'$', b'\'', ..] | [b'\''] | [b'\'', b'$', ..] => 1,
                [b'$' | b'\'', _, ..] => {
                    at += 2;
                    continue;
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            if self.refuse_chunk(chunk, at) {
                return;
            }
            at = (at + escape_len).min(end);
            chunk = at;
        }
        self.refuse_chunk(chunk, end.max(chunk));
    }

    fn refuse_chunk(&mut self, start: usize, end: usize) -> bool {
        let refused = self.text[start..end].contains(&0);
        if refused {
            let value = self.text[start..end].to_vec();
            self.refuse_value(&value, start, end);
        }
        refused
    }

    fn refuse_value(&mut self, value: &[u8], start: usize, end: usize) {
        let shown = String::from_utf8_lossy(value).replace('\0', "␀");
        let message =
            format!("input string '{shown}' cannot be represented as Nix string because it contains null bytes");
        let token = self.tokens.len() as u32 - 1;
        self.faults.push(Fault { token, message, start: start as u32, end: end as u32 });
    }
}

/// Whether there is a NUL byte without a backslash before it: Nix does not look at those with one.
fn has_plain_nul(text: &[u8]) -> bool {
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            0 => return true,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    false
}

/// The value of a piece of text between double quotes.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => value.extend(bytes.next().map(|escaped| match escaped {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                other => other,
            })),
            b'\r' => {
                value.push(b'\n');
                bytes.next_if_eq(&b'\n');
            }
            other => value.push(other),
        }
    }
    value
}
