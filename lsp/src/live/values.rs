//! What evaluating a text gave, and which of it a place in a later text means.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnose::Finding;
use crate::state::Open;
use crate::text::Text;

use super::entries::Entry;
use super::kept::Kept;

/// What evaluating a document gave.
#[derive(Clone, Debug)]
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
    /// Branches that were not taken, in bytes.
    pub dead: Vec<(u32, u32)>,
    /// By what it was run.
    pub entry: Option<Entry>,
    /// Whether the package set came from an image.
    pub is_from_image: bool,
    /// Whether a person chose that.
    pub is_pinned: bool,
    /// By what it could be run.
    pub entries: Vec<Entry>,
    /// How long it took.
    pub millis: u64,
    /// How many instructions it took.
    pub instructions: u64,
    /// The machine that ran it, for questions.
    pub kept: Option<Arc<Kept>>,
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
    /// How many attributes or elements it has.
    pub size: Option<usize>,
    /// How often it was computed; 0 if nobody counted.
    pub times: u32,
    /// What else it was, the latest first.
    pub others: Vec<Arc<str>>,
    /// The file and line, from 0, that it was computed for.
    pub from: Option<(String, u32)>,
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

impl Why {
    /// The same in a word.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::WantsArguments => "wants arguments",
            Self::Limit => "limit",
            Self::Forbidden(_) => "restricted",
            Self::Failed(_) => "failed",
        }
    }

    /// The same in a sentence.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::WantsArguments => "this is a function, and nobody says what it is called with".to_owned(),
            Self::Limit => "evaluation was stopped at a limit".to_owned(),
            Self::Forbidden(why) | Self::Failed(why) => why.clone(),
        }
    }
}

impl LiveText {
    /// Nothing, of a document as it is.
    #[must_use]
    pub fn empty(open: &Open) -> Self {
        Self {
            uri: open.uri.clone(),
            version: open.version,
            text: Arc::clone(&open.text),
            seen: Vec::new(),
            findings: Vec::new(),
            reads: BTreeSet::new(),
            why: None,
            dead: Vec::new(),
            entry: None,
            is_from_image: false,
            is_pinned: false,
            entries: Vec::new(),
            millis: 0,
            instructions: 0,
            kept: None,
        }
    }

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

    /// What was seen of exactly these bytes.
    #[must_use]
    pub fn of(&self, start: u32, end: u32) -> Option<&Seen> {
        let first = self.seen.partition_point(|it| it.start < start);
        self.seen[first..].iter().take_while(|it| it.start == start).find(|it| it.end == end)
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
    use nixscope_engine::syntax::Features;

    use super::*;

    #[test]
    fn places_before_a_change() {
        let open = Open::new(
            "file:///a.nix".to_owned(),
            None,
            1,
            Arc::new(Text::new("one two three".to_owned())),
            Features::default(),
        );
        let live = LiveText::empty(&open);
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
