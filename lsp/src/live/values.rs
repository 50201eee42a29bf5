//! What evaluating a text gave, and which of it a place in a later text means.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnose::Finding;
use crate::text::Text;

/// What evaluating a document gave.
#[derive(Debug)]
pub struct LiveText {
    /// The document.
    pub uri: String,
    /// The editor's number for the text that was evaluated.
    pub version: i32,
    /// That text.
    pub text: Arc<Text>,
    /// What was seen, by place, the outer first.
    pub seen: Vec<Seen>,
    /// What failed.
    pub findings: Vec<Finding>,
    /// Files that were read.
    pub reads: BTreeSet<String>,
    /// Why there may be no values.
    pub why: Option<Why>,
}

/// What a place was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its first byte.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// The value on one line.
    pub text: Arc<str>,
    /// What it is: "integer", "set" and so on.
    pub type_name: &'static str,
    /// How often it was computed; 0 if nobody counted.
    pub times: u32,
}

/// Why there may be no values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The file is a function, and nobody says what it is called with.
    WantsArguments,
    /// It took too long, or too much.
    Limit,
    /// It wanted something that it may not have.
    Forbidden(String),
    /// It failed.
    Failed(String),
}

impl LiveText {
    /// Where a place of a later text was in the text that was evaluated; `None` if it was not there.
    #[must_use]
    pub fn before(&self, later: &Text, offset: u32) -> Option<u32> {
        let (old, new) = (self.text.as_str().as_bytes(), later.as_str().as_bytes());
        let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        if offset as usize <= head {
            return Some(offset);
        }
        let room = old.len().min(new.len()) - head;
        let tail = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
        let from_end = new.len().checked_sub(offset as usize)?;
        (from_end <= tail).then(|| (old.len() - from_end) as u32)
    }

    /// The innermost that was seen around a place.
    #[must_use]
    pub fn at(&self, offset: u32) -> Option<&Seen> {
        let end = self.seen.partition_point(|it| it.start <= offset);
        let around =
            self.seen[..end].iter().filter(|it| offset < it.end || (offset == it.end && it.end - it.start < 64));
        around.min_by_key(|it| (it.end - it.start, it.end == offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_before_a_change() {
        let live = LiveText {
            uri: String::new(),
            version: 1,
            text: Arc::new(Text::new("one two three".to_owned())),
            seen: Vec::new(),
            findings: Vec::new(),
            reads: BTreeSet::new(),
            why: None,
        };
        for (later, offset, before) in [
            ("one two three", 5, Some(5)),
            ("one 2 two three", 7, Some(5)),
            ("one 2 three", 2, Some(2)),
            ("one 2 three", 8, Some(10)),
            ("one xyz three", 6, None),
            ("", 0, Some(0)),
        ] {
            assert_eq!(live.before(&Text::new(later.to_owned()), offset), before, "{later} {offset}");
        }
    }
}
