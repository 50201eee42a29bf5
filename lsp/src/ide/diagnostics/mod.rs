//! What is wrong with a text, or could be said more simply. Reads one text and follows no imports.

mod oddities;
mod undefined;
mod unused;

#[cfg(test)]
mod tests;

use super::edit::{Action, Edit};
use super::{Document, TextRange};

/// Something an editor underlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub range: TextRange,
    /// How bad it is.
    pub severity: Severity,
    /// Which kind of thing it is.
    pub code: Code,
    /// What it is, in one sentence without a full stop.
    pub message: String,
    /// How an editor may show it besides.
    pub tag: Option<Tag>,
    /// Other places of the text that belong to it.
    pub related: Vec<Related>,
    /// Ways to cure it, the best first.
    pub fixes: Vec<Action>,
}

/// A place that belongs to a [`Diagnostic`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub range: TextRange,
    /// What is there.
    pub message: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nix refuses the text.
    Error,
    /// Probably a mistake.
    Warning,
    /// Could be written more simply.
    Hint,
}

/// How an editor may show it besides underlining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Faded out.
    Unnecessary,
    /// Struck through.
    Deprecated,
}

/// The kinds of [`Diagnostic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The grammar does not allow it.
    Syntax,
    /// An attribute or argument is bound twice, and other things that only lowering sees.
    Invalid,
    /// Nix warns about it.
    Warned,
    /// A name that means nothing.
    UndefinedVariable,
    /// A `let` binding that nothing uses.
    UnusedBinding,
    /// A function's argument that nothing uses.
    UnusedArgument,
    /// A `with` in which nothing is looked up.
    UnusedWith,
    /// A recursive set that does not refer to itself.
    UnusedRec,
    /// A `let` or `inherit` without names.
    Empty,
    /// A name that hides a builtin.
    ShadowedBuiltin,
    /// `let { body = …; }`
    LegacyLet,
    /// A URL without quotes.
    UrlLiteral,
}

impl Code {
    /// The code as settings and messages have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Invalid => "invalid",
            Self::Warned => "nix-warning",
            Self::UndefinedVariable => "undefined-variable",
            Self::UnusedBinding => "unused-binding",
            Self::UnusedArgument => "unused-argument",
            Self::UnusedWith => "unused-with",
            Self::UnusedRec => "unused-rec",
            Self::Empty => "empty",
            Self::ShadowedBuiltin => "shadowed-builtin",
            Self::LegacyLet => "legacy-let",
            Self::UrlLiteral => "url-literal",
        }
    }
}

impl Diagnostic {
    fn new(code: Code, severity: Severity, range: TextRange, message: impl Into<String>) -> Self {
        Self { range, severity, code, message: message.into(), tag: None, related: Vec::new(), fixes: Vec::new() }
    }

    fn unnecessary(self) -> Self {
        Self { tag: Some(Tag::Unnecessary), ..self }
    }

    fn deprecated(self) -> Self {
        Self { tag: Some(Tag::Deprecated), ..self }
    }

    fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fixes.push(Action::fix(title, edits));
        self
    }
}

/// Everything that can be said of a text, in its order.
#[must_use]
pub fn diagnostics(doc: &Document) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for error in doc.syntax_errors() {
        let range = TextRange::new(error.start, error.end.max(error.start));
        found.push(Diagnostic::new(Code::Syntax, Severity::Error, range, &*error.message));
    }
    let problems = doc.problems();
    let lowered =
        [(&problems.errors, Code::Invalid, Severity::Error), (&problems.warnings, Code::Warned, Severity::Warning)];
    for (list, code, severity) in lowered {
        for problem in list {
            let mut diagnostic = Diagnostic::new(code, severity, problem.range, &*problem.message);
            let related = |(message, range): &(String, TextRange)| Related { range: *range, message: message.clone() };
            diagnostic.related = problem.notes.iter().map(related).collect();
            found.push(diagnostic);
        }
    }
    undefined::undefined(doc, &mut found);
    unused::unused(doc, &mut found);
    oddities::oddities(doc, &mut found);
    found.sort_by_key(|it| (it.range, it.severity));
    found
}

/// Whether what stands in a range was read with certainty: no syntax error is in it.
fn is_sound(doc: &Document, range: TextRange) -> bool {
    let errors = doc.syntax_errors();
    !errors.iter().any(|it| it.start <= range.end && range.start <= it.end.max(it.start))
}
