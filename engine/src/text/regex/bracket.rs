//! Bracket expressions: `[a-z]`, `[^[:space:]]`, `[[.hyphen.]]`, `[[=e=]]`.
//!
//! Bytes of 128 and more count as negative in ranges, as they do for the library Nix uses.

use super::RegexError;
use super::set::{self, ByteSet};

/// Reads what follows an opening bracket: the bytes meant, and how much was read.
pub(super) fn parse(text: &[u8]) -> Result<(ByteSet, usize), RegexError> {
    let negated = text.first() == Some(&b'^');
    let mut bracket =
        Bracket { text, at: usize::from(negated), peeked: Token::Dash, set: ByteSet::EMPTY, last: Last::None };
    bracket.peeked = bracket.scan(true)?;
    match bracket.peeked {
        Token::Char(byte) => {
            bracket.last = Last::Char(byte);
            bracket.peeked = bracket.scan(false)?;
        }
        // A dash in the first place is itself.
        Token::Dash => {
            bracket.last = Last::Char(b'-');
            bracket.peeked = bracket.scan(false)?;
        }
        _ => {}
    }
    bracket.terms()?;
    bracket.flush();
    let set = if negated { bracket.set.complement() } else { bracket.set };
    Ok((set, bracket.at))
}

#[derive(Clone, Copy)]
enum Token<'t> {
    Char(u8),
    Dash,
    Close,
    Class(&'t [u8]),
    Collating(&'t [u8]),
    Equivalent(&'t [u8]),
}

/// What came last: a range can begin with a character only.
#[derive(Clone, Copy)]
enum Last {
    None,
    Char(u8),
    Class,
}

struct Bracket<'t> {
    text: &'t [u8],
    at: usize,
    peeked: Token<'t>,
    set: ByteSet,
    last: Last,
}

impl<'t> Bracket<'t> {
    fn scan(&mut self, first: bool) -> Result<Token<'t>, RegexError> {
        let byte = *self.text.get(self.at).ok_or(RegexError::Invalid)?;
        self.at += 1;
        match byte {
            b'-' => Ok(Token::Dash),
            b']' if !first => Ok(Token::Close),
            b'[' => match self.text.get(self.at) {
                None => Err(RegexError::Invalid),
                Some(b':') => Ok(Token::Class(self.name(b':')?)),
                Some(b'.') => Ok(Token::Collating(self.name(b'.')?)),
                Some(b'=') => Ok(Token::Equivalent(self.name(b'=')?)),
                Some(_) => Ok(Token::Char(b'[')),
            },
            _ => Ok(Token::Char(byte)),
        }
    }

    /// The name between `mark` and `mark` with a closing bracket behind it.
    fn name(&mut self, mark: u8) -> Result<&'t [u8], RegexError> {
        let rest = &self.text[self.at + 1..];
        let length = rest.iter().position(|&byte| byte == mark).ok_or(RegexError::Invalid)?;
        if rest.get(length + 1) != Some(&b']') {
            return Err(RegexError::Invalid);
        }
        self.at += length + 3;
        Ok(&rest[..length])
    }

    /// Takes in the character that might have begun a range.
    fn flush(&mut self) {
        if let Last::Char(byte) = self.last {
            self.set.insert(byte);
        }
    }

    fn push(&mut self, byte: u8) {
        self.flush();
        self.last = Last::Char(byte);
    }

    fn push_set(&mut self, set: ByteSet) {
        self.flush();
        self.set = self.set.union(set);
        self.last = Last::Class;
    }

    fn terms(&mut self) -> Result<(), RegexError> {
        loop {
            match self.peeked {
                Token::Close => return Ok(()),
                Token::Char(byte) => self.push(byte),
                Token::Collating(name) => {
                    let byte = set::collating_character(name).ok_or(RegexError::Invalid)?;
                    self.push(byte);
                }
                Token::Equivalent(name) => {
                    let byte = set::collating_character(name).ok_or(RegexError::Invalid)?;
                    self.push_set(ByteSet::of(|other| other.eq_ignore_ascii_case(&byte)));
                }
                Token::Class(name) => self.push_set(set::class(name).ok_or(RegexError::Invalid)?),
                Token::Dash => {
                    if self.dash()? {
                        return Ok(());
                    }
                }
            }
            self.peeked = self.scan(false)?;
        }
    }

    /// A dash that is not the first token; true if the bracket closes behind it.
    fn dash(&mut self) -> Result<bool, RegexError> {
        let next = self.scan(false)?;
        if let Token::Close = next {
            self.push(b'-');
            return Ok(true);
        }
        let Last::Char(start) = self.last else { return Err(RegexError::Invalid) };
        let end = match next {
            Token::Char(byte) => byte,
            Token::Dash => b'-',
            _ => return Err(RegexError::Invalid),
        };
        let (start, end) = (start.cast_signed(), end.cast_signed());
        if start > end {
            return Err(RegexError::Invalid);
        }
        self.set = self.set.union(ByteSet::of(|byte| (start..=end).contains(&byte.cast_signed())));
        self.last = Last::None;
        Ok(false)
    }
}
