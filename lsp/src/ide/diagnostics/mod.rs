//! What is wrong with a text, or could be said more simply. Reads one text and follows no imports.

mod oddities;
mod parens;
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

/// Declares the kinds of [`Diagnostic`]: each with its name and what it is, in one sentence.
macro_rules! codes {
    ($($variant:ident $name:literal $explanation:literal)*) => {
        /// The kinds of [`Diagnostic`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $explanation] $variant,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The code as settings and messages have it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it is, in one sentence.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Self::$variant => $explanation,)*
                }
            }
        }
    };
}

codes! {
    Syntax "syntax" "The grammar does not allow it."
    Invalid "invalid" "An attribute or argument is bound twice, or something else that Nix refuses before it runs a program."
    Warned "nix-warning" "Nix warns about it."
    UndefinedVariable "undefined-variable" "A name that means nothing."
    UnusedBinding "unused-binding" "A `let` binding that nothing uses."
    UnusedArgument "unused-argument" "A function's argument that nothing uses."
    UnusedWith "unused-with" "A `with` in which nothing is looked up."
    UnusedRec "unused-rec" "A recursive set that does not refer to itself."
    Empty "empty" "A `let` or `inherit` without names."
    UselessParens "useless-parens" "Parentheses around what needs none."
    ShadowedBuiltin "shadowed-builtin" "A name that hides a builtin."
    LegacyLet "legacy-let" "A `let { body = …; }`, an old way to write `let … in`."
    UrlLiteral "url-literal" "A URL without quotes."
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
    parens::parens(doc, &mut found);
    found.sort_by_key(|it| (it.range, it.severity));
    found
}

/// Whether what stands in a range was read with certainty: no syntax error is in it.
fn is_sound(doc: &Document, range: TextRange) -> bool {
    let errors = doc.syntax_errors();
    !errors.iter().any(|it| it.start <= range.end && range.start <= it.end.max(it.start))
}
