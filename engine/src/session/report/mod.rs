//! A fault told to a person: as a [`Diagnostic`] and as the text that `nix-instantiate` prints for it.
//!
//! Which lines of a trace are worth telling is decided here; nothing here looks at values.

mod filter;
mod text;

#[cfg(test)]
mod tests;

pub use filter::{filter_bytes, without_escapes};
pub use text::{Style, text};

use rustc_hash::FxHashSet;

use crate::diagnostic::{Diagnostic, Place, Severity, TraceEntry};
use crate::source::{Pos, SourceMap};
use crate::vm::{Fault, FaultKind, TraceLine};

/// How much of a trace is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The outermost few lines, without calls of functions.
    Short,
    /// All (`--show-trace`).
    Full,
}

/// How many points of trace are told at most before the rest is left out; a line is worth one, its place another.
const SHORT_TRACE: usize = 3;
/// How many lines in a row that were there before are told once more, rather than their number.
const FEW_REPEATED: usize = 5;

/// What there is to tell about a fault.
#[must_use]
pub fn diagnose(fault: &Fault, sources: &SourceMap, detail: Detail) -> Diagnostic {
    let data = fault.data();
    let mut teller =
        Teller { sources, entries: Vec::new(), seen: FxHashSet::default(), repeated: Vec::new(), points: 0 };
    let mut is_truncated = false;
    let inner = data.trace.iter().rev().skip(1).map(Some).chain([None]);
    let lines = data.trace.iter().rev().zip(inner).filter(|(line, inner)| is_told(line, *inner, detail));
    for (line, _) in lines {
        is_truncated |= detail == Detail::Short && teller.points > SHORT_TRACE;
        if is_truncated && !line.is_custom {
            continue;
        }
        if !teller.seen.insert((line.pos, &line.text)) {
            teller.repeated.push(line);
            continue;
        }
        teller.tell_repeated();
        teller.points += 1;
        teller.tell(line);
    }
    teller.tell_repeated();
    if is_truncated {
        teller.entries.push(TraceEntry::Truncated);
    }
    Diagnostic {
        severity: Severity::Error,
        message: data.message.clone(),
        is_own: data.kind == FaultKind::Throw,
        place: Place::of(data.pos, sources),
        trace: teller.entries,
        suggestions: data.suggestions.clone(),
    }
}

/// What there is to tell about a warning.
#[must_use]
pub fn warning(pos: Pos, message: &str, sources: &SourceMap) -> Diagnostic {
    Diagnostic::new(Severity::Warning, message).at(Place::of(pos, sources))
}

/// Whether a line is told, given the one inside it.
fn is_told(line: &TraceLine, inner: Option<&TraceLine>, detail: Detail) -> bool {
    if line.text.is_empty() {
        return false;
    }
    // A call that failed before the function was entered is told, unlike one that failed in it.
    let is_call = is_function_call(line) || (line.text == "from call site" && inner.is_some_and(is_function_call));
    line.is_custom || detail == Detail::Full || !is_call
}

/// Whether the line is about being in a function written in Nix.
fn is_function_call(line: &TraceLine) -> bool {
    let text = &line.text;
    let is_named = text.starts_with("while calling '") && text.ends_with('\'');
    !line.is_custom && (is_named || text == "while calling anonymous lambda")
}

struct Teller<'a> {
    sources: &'a SourceMap,
    entries: Vec<TraceEntry>,
    seen: FxHashSet<(Pos, &'a str)>,
    /// Lines in a row that were there before, not told yet.
    repeated: Vec<&'a TraceLine>,
    points: usize,
}

impl<'a> Teller<'a> {
    fn tell(&mut self, line: &'a TraceLine) {
        let place = Place::of(line.pos, self.sources);
        self.points += usize::from(place.is_some());
        self.entries.push(TraceEntry::Line { text: line.text.clone(), is_own: line.is_custom, place });
    }

    fn tell_repeated(&mut self) {
        let repeated = std::mem::take(&mut self.repeated);
        if repeated.len() > FEW_REPEATED {
            self.entries.push(TraceEntry::Repeated(repeated.len()));
        } else {
            for line in repeated {
                self.tell(line);
            }
        }
    }
}
