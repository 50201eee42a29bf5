//! JSON for `fromJSON` and `toJSON`.
//!
//! [`Reader`] hands out one [`Event`] at a time and keeps the nesting in a vector, so depth is bounded by memory only.
//! Reading and its faults follow nlohmann's library, whose texts Nix shows to people: which tokens it expects where, and
//! at which byte it gives up. No crate words or places them so, which is why the scanner is written here.
//! Building values is the caller's.

mod error;
mod lexer;
mod lone;
mod write;

pub use error::JsonError;
pub(in crate::text) use error::zero_byte_message;
pub use lone::mend_lone_surrogates;
pub use write::{InvalidUtf8, write_json_string};

use lexer::{Lexer, Token};

/// One thing met while reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'r> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number that fits an integer.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string; valid UTF-8 without zero bytes.
    String(&'r [u8]),
    /// `[`; the events of the elements follow, then [`Event::EndArray`].
    StartArray,
    /// `]`
    EndArray,
    /// `{`; keys, each followed by the events of its value, then [`Event::EndObject`]. Of equal keys the last counts.
    StartObject,
    /// The name of a member; valid UTF-8 without zero bytes.
    Key(&'r [u8]),
    /// `}`
    EndObject,
    /// The document is complete; no event follows.
    End,
}

/// What the next event can be.
#[derive(Clone, Copy, Debug)]
enum Expect {
    Value,
    FirstElement,
    FirstMember,
    Colon,
    AfterValue,
}

/// Where a container sits, as far as its end is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Array,
    Object,
}

/// Reads one JSON document.
#[derive(Debug)]
pub struct Reader<'t> {
    lexer: Lexer<'t>,
    expect: Expect,
    open: Vec<Container>,
}

/// An event that still refers to the lexer's string by name only.
enum Step {
    Plain(Event<'static>),
    String,
    Key,
}

impl<'t> Reader<'t> {
    /// A reader at the beginning of `text`.
    #[must_use]
    pub fn new(text: &'t [u8]) -> Self {
        Self { lexer: Lexer::new(text), expect: Expect::Value, open: Vec::new() }
    }

    /// How many arrays and objects are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next event. After a fault or [`Event::End`] there is nothing more to ask for.
    pub fn next_event(&mut self) -> Result<Event<'_>, JsonError> {
        match self.step()? {
            Step::Plain(event) => Ok(event),
            Step::String => Ok(Event::String(self.lexer.checked_string()?)),
            Step::Key => Ok(Event::Key(self.lexer.checked_string()?)),
        }
    }

    fn step(&mut self) -> Result<Step, JsonError> {
        match self.expect {
            Expect::Value => {
                let token = self.lexer.scan();
                self.value(token)
            }
            Expect::FirstElement => match self.lexer.scan() {
                Token::CloseBracket => Ok(self.close(Event::EndArray)),
                token => self.value(token),
            },
            Expect::FirstMember => match self.lexer.scan() {
                Token::CloseBrace => Ok(self.close(Event::EndObject)),
                token => self.key(token),
            },
            Expect::Colon => match self.lexer.scan() {
                Token::Colon => {
                    let token = self.lexer.scan();
                    self.value(token)
                }
                token => Err(self.lexer.unexpected(token, "object separator", "':'")),
            },
            Expect::AfterValue => self.after_value(),
        }
    }

    fn after_value(&mut self) -> Result<Step, JsonError> {
        match (self.open.last(), self.lexer.scan()) {
            (None, Token::End) => Ok(Step::Plain(Event::End)),
            (None, token) => Err(self.lexer.unexpected(token, "value", "end of input")),
            (Some(Container::Array), Token::Comma) => {
                let token = self.lexer.scan();
                self.value(token)
            }
            (Some(Container::Array), Token::CloseBracket) => Ok(self.close(Event::EndArray)),
            (Some(Container::Array), token) => Err(self.lexer.unexpected(token, "array", "']'")),
            (Some(Container::Object), Token::Comma) => {
                let token = self.lexer.scan();
                self.key(token)
            }
            (Some(Container::Object), Token::CloseBrace) => Ok(self.close(Event::EndObject)),
            (Some(Container::Object), token) => Err(self.lexer.unexpected(token, "object", "'}'")),
        }
    }

    fn value(&mut self, token: Token) -> Result<Step, JsonError> {
        self.expect = Expect::AfterValue;
        let event = match token {
            Token::Null => Event::Null,
            Token::Bool(value) => Event::Bool(value),
            Token::Int(value) => Event::Int(value),
            Token::Unsigned(value) => return Err(JsonError::IntegerRange(value)),
            Token::Float(value) if value.is_finite() => Event::Float(value),
            Token::Float(_) => return Err(self.lexer.overflow()),
            Token::String => return Ok(Step::String),
            Token::OpenBracket => {
                self.open.push(Container::Array);
                self.expect = Expect::FirstElement;
                Event::StartArray
            }
            Token::OpenBrace => {
                self.open.push(Container::Object);
                self.expect = Expect::FirstMember;
                Event::StartObject
            }
            Token::Bad(_) => return Err(self.lexer.unexpected(token, "value", "")),
            Token::End if self.lexer.is_empty_input() => return Err(self.lexer.empty_input()),
            Token::End | Token::CloseBracket | Token::CloseBrace | Token::Colon | Token::Comma => {
                return Err(self.lexer.unexpected(token, "value", "'[', '{', or a literal"));
            }
        };
        Ok(Step::Plain(event))
    }

    fn key(&mut self, token: Token) -> Result<Step, JsonError> {
        if let Token::String = token {
            self.expect = Expect::Colon;
            Ok(Step::Key)
        } else {
            Err(self.lexer.unexpected(token, "object key", "string literal"))
        }
    }

    fn close(&mut self, event: Event<'static>) -> Step {
        self.open.pop();
        self.expect = Expect::AfterValue;
        Step::Plain(event)
    }
}

#[cfg(test)]
mod tests;
