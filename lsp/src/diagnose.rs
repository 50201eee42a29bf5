//! What is wrong with an open document: what its text tells, and what evaluating it told. Knows no protocol.

use crate::ide;
use crate::state::{Open, Snapshot};

/// Something an editor underlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where, in bytes.
    pub range: (u32, u32),
    /// How bad it is.
    pub level: Level,
    /// Which kind of thing it is.
    pub code: &'static str,
    /// What it is.
    pub message: String,
    /// What stands there is not needed: it may be shown faded out.
    pub is_unnecessary: bool,
    /// What stands there is not to be written any more.
    pub is_deprecated: bool,
    /// Other places that belong to it.
    pub related: Vec<Related>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nix refuses the text, or fails.
    Error,
    /// Probably a mistake.
    Warning,
    /// Could be better.
    Hint,
}

/// A place that belongs to a [`Finding`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is there.
    pub message: String,
}

/// A place in this document or another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the document, in bytes.
    Here(u32, u32),
    /// In a file: its path, and line and column in UTF-16 code units where it begins and ends, from 0.
    File(String, [(u32, u32); 2]),
}

/// No more are told of one document.
const MAX_FINDINGS: usize = 500;

/// What is wrong with a document, in the order of the text.
#[must_use]
pub fn findings(now: &Snapshot, open: &Open) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        ide::diagnostics(open.document()).into_iter().take(MAX_FINDINGS).map(finding).collect();
    // What evaluation said of an earlier text is of no use.
    if let Some(live) = now.live.text(&open.uri).filter(|it| it.version == open.version) {
        found.extend(live.findings.iter().cloned());
        found.extend(live.dead.iter().map(|&range| Finding {
            range,
            level: Level::Hint,
            code: "branch-not-taken",
            message: "this branch was not taken".to_owned(),
            is_unnecessary: true,
            is_deprecated: false,
            related: Vec::new(),
        }));
        found.sort_by_key(|it| (it.range, it.level));
    }
    found
}

/// What an editor underlines of what a text tells.
#[must_use]
pub fn finding(it: ide::Diagnostic) -> Finding {
    let related = |it: ide::Related| Related { place: Place::Here(it.range.start, it.range.end), message: it.message };
    Finding {
        range: (it.range.start, it.range.end),
        level: match it.severity {
            ide::Severity::Error => Level::Error,
            ide::Severity::Warning => Level::Warning,
            ide::Severity::Hint => Level::Hint,
        },
        code: it.code.name(),
        message: it.message,
        is_unnecessary: it.tag == Some(ide::Tag::Unnecessary),
        is_deprecated: it.tag == Some(ide::Tag::Deprecated),
        related: it.related.into_iter().map(related).collect(),
    }
}
