//! TOML 1.0 for `builtins.fromTOML`.
//!
//! The toml_parser crate finds the tokens and their structure; what they mean, what may be defined twice and how faults
//! are told follows the toml11 library that Nix uses. Only the first fault is told, where toml11 goes on and tells more.
//! Nesting within a value is limited, since the crate recurses with it.

mod build;
mod fault;
mod scalar;
mod string;
mod syntax;

use crate::text::json::zero_byte_message;
use fault::Fault;
use toml_parser::Source;
use toml_parser::parser::{Event as Token, RecursionGuard, parse_document};

/// How deep arrays and inline tables can be nested.
const MAX_DEPTH: u32 = 200;

/// Why a text is not TOML that Nix takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlError(Vec<u8>);

impl TomlError {
    /// What Nix says behind "while parsing TOML: ". Bytes, since it can quote what is not UTF-8.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.0
    }
}

/// The place of a node in a [`Document`].
pub type NodeId = usize;

/// A value of a [`Document`].
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Names, each once, in the order they were met, and what they stand for.
    Table(Vec<(String, NodeId)>),
    /// Values in order.
    Array(Vec<NodeId>),
    /// A string without zero bytes.
    String(String),
    /// An integer.
    Int(i64),
    /// A float, infinite or not a number too.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// A date, a time or both, as text; the value of a set with the `_type` of a timestamp.
    Timestamp(String),
}

/// A TOML text read to the end. Node 0 is the table of the whole document.
#[derive(Clone, Debug)]
pub struct Document {
    nodes: Vec<Node>,
}

/// One thing met while walking through a [`Document`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'d> {
    /// A table begins; names, each followed by the events of its value, then [`Event::End`].
    Table,
    /// An array begins; the events of the elements, then [`Event::End`].
    Array,
    /// The table or array begun last ends.
    End,
    /// The name of what follows.
    Key(&'d str),
    /// Anything that is neither table nor array.
    Value(&'d Node),
}

impl Document {
    /// Reads `text`. Without `timestamps`, dates and times are faults.
    pub fn parse(text: &[u8], timestamps: bool) -> Result<Self, TomlError> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let (valid, broken_at) = match std::str::from_utf8(text) {
            Ok(valid) => (valid, None),
            Err(error) => {
                let end = error.valid_up_to();
                (std::str::from_utf8(&text[..end]).unwrap_or_default(), Some(end))
            }
        };
        let document = read(valid, broken_at).map_err(|fault| TomlError(fault.render(text)))?;
        document.check(timestamps)?;
        Ok(document)
    }

    /// Refuses what TOML has and Nix has not.
    fn check(&self, timestamps: bool) -> Result<(), TomlError> {
        let zero_byte = |text: &str| match text.contains('\0') {
            true => Err(TomlError([b"error: ", &zero_byte_message(text.as_bytes())[..]].concat())),
            false => Ok(()),
        };
        for event in self.events() {
            match event {
                Event::Key(text) => zero_byte(text)?,
                Event::Value(Node::String(text)) => zero_byte(text)?,
                Event::Value(Node::Timestamp(_)) if !timestamps => {
                    return Err(TomlError(b"Dates and times are not supported".to_vec()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The nodes; a table or array refers to others by their place.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Everything in the document, from the outside in. Takes no stack for nesting.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        Events { document: self, open: Vec::new(), next: Some(0) }
    }
}

struct Events<'d> {
    document: &'d Document,
    /// Containers begun, and how many of their members were handed out.
    open: Vec<(NodeId, usize)>,
    /// The node to hand out next, if its turn has come.
    next: Option<NodeId>,
}

impl<'d> Iterator for Events<'d> {
    type Item = Event<'d>;

    fn next(&mut self) -> Option<Event<'d>> {
        if let Some(id) = self.next.take() {
            let node = &self.document.nodes[id];
            let event = match node {
                Node::Table(_) => Event::Table,
                Node::Array(_) => Event::Array,
                _ => return Some(Event::Value(node)),
            };
            self.open.push((id, 0));
            return Some(event);
        }
        let (id, done) = self.open.last_mut()?;
        let at = *done;
        *done += 1;
        match &self.document.nodes[*id] {
            Node::Table(members) if at < members.len() => {
                let (name, value) = &members[at];
                self.next = Some(*value);
                Some(Event::Key(name))
            }
            Node::Array(elements) if at < elements.len() => {
                self.next = Some(elements[at]);
                self.next()
            }
            _ => {
                self.open.pop();
                Some(Event::End)
            }
        }
    }
}

fn read(text: &str, broken_at: Option<usize>) -> Result<Document, Fault> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events: Vec<Token> = Vec::new();
    let mut errors = Vec::new();
    parse_document(&tokens, &mut RecursionGuard::new(&mut events, MAX_DEPTH), &mut errors);
    let mut wrong = syntax::first_error(&errors);
    if let Some(at) = broken_at {
        wrong = wrong.filter(|(position, _)| *position < at).or(Some((at, "invalid UTF-8")));
    }
    build::build(source, &events, wrong)
}

#[cfg(test)]
mod tests;
