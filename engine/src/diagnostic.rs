//! What a person is told, as plain data: an editor underlines it, a terminal prints it. Never decides how it looks.

use crate::source::{Pos, SourceMap};

/// Something a person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in one or more lines.
    pub message: String,
    /// Whether the message is a program's own, so that quotes in it mean nothing.
    pub is_own: bool,
    /// Where it is.
    pub place: Option<Place>,
    /// What was being done, outermost first.
    pub trace: Vec<TraceEntry>,
    /// Names that were perhaps meant.
    pub suggestions: Vec<String>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Evaluation stopped.
    Error,
    /// Evaluation went on.
    Warning,
    /// A program warned, and evaluation went on.
    EvaluationWarning,
}

/// One part of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceEntry {
    /// Something that was being done.
    Line {
        /// What.
        text: String,
        /// Whether the text is a program's own.
        is_own: bool,
        /// Where.
        place: Option<Place>,
    },
    /// This many lines that were there before.
    Repeated(usize),
    /// From here on, lines were left out.
    Truncated,
}

/// A place with the text around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The position itself.
    pub pos: Pos,
    /// The name of the text.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in bytes, counted from 1.
    pub column: u32,
    /// The line before, if there is one. Lines are bytes: they need not be UTF-8.
    pub before: Option<Vec<u8>>,
    /// The line itself.
    pub text: Option<Vec<u8>>,
    /// The line after, if there is one.
    pub after: Option<Vec<u8>>,
}

impl Diagnostic {
    /// Something to tell without place.
    #[must_use]
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            is_own: false,
            place: None,
            trace: Vec::new(),
            suggestions: Vec::new(),
        }
    }

    /// The same at a place.
    #[must_use]
    pub fn at(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }
}

impl Place {
    /// The place of a position; `None` for [`Pos::NONE`].
    #[must_use]
    pub fn of(pos: Pos, sources: &SourceMap) -> Option<Self> {
        let (file, at) = sources.locate(pos)?;
        let text = file.shown();
        let line_text = |line: u32| -> Option<Vec<u8>> {
            if text.is_empty() {
                return None;
            }
            let start = file.lines().line_start(line)? as usize;
            let end = file.lines().line_start(line + 1).map_or(text.len(), |it| it as usize);
            let line = text.get(start..end.min(text.len()))?;
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            Some(line.strip_suffix(b"\r").unwrap_or(line).to_vec())
        };
        Some(Self {
            pos,
            file: file.name().to_owned(),
            line: at.line + 1,
            column: at.column + 1,
            before: at.line.checked_sub(1).and_then(line_text),
            text: line_text(at.line),
            after: line_text(at.line + 1),
        })
    }
}
