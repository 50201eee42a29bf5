//! Our words in those of the protocol.

use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Hover, HoverContents, Location,
    MarkupContent, MarkupKind, NumberOrString, Position, Range, Url,
};

use crate::diagnose::{Finding, Level, Place};
use crate::state::{Open, Snapshot};
use crate::text::{Spot, Spots};

/// A name that an editor gave.
#[must_use]
pub fn url(uri: &str) -> Option<Url> {
    Url::parse(uri).ok()
}

/// The name of a file: that under which it is open, if it is.
#[must_use]
pub fn file(now: &Snapshot, path: &str) -> Option<Url> {
    match now.open_file(path) {
        Some(open) => url(&open.uri),
        None => Url::from_file_path(path).ok(),
    }
}

/// A place.
#[must_use]
pub fn position(spot: Spot) -> Position {
    Position { line: spot.line, character: spot.column }
}

/// A range of bytes.
#[must_use]
pub fn range(spots: &mut Spots<'_>, start: u32, end: u32) -> Range {
    Range { start: position(spots.spot(start)), end: position(spots.spot(end.max(start))) }
}

/// What is wrong with a document.
#[must_use]
pub fn diagnostics(now: &Snapshot, open: &Open, found: &[Finding]) -> Vec<Diagnostic> {
    let spots = &mut open.text.spots(now.client.encoding);
    found.iter().map(|it| diagnostic(now, open, spots, it)).collect()
}

fn diagnostic(now: &Snapshot, open: &Open, spots: &mut Spots<'_>, it: &Finding) -> Diagnostic {
    let related = it.related.iter().filter(|_| now.client.relates).filter_map(|related| {
        let location = match &related.place {
            Place::Here(start, end) => Location { uri: url(&open.uri)?, range: range(spots, *start, *end) },
            Place::File(path, [start, end]) => {
                let at = |it: &(u32, u32)| Position { line: it.0, character: it.1 };
                Location { uri: file(now, path)?, range: Range { start: at(start), end: at(end) } }
            }
        };
        Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
    });
    let related: Vec<_> = related.collect();
    let tags = [(it.is_unnecessary, DiagnosticTag::UNNECESSARY), (it.is_deprecated, DiagnosticTag::DEPRECATED)];
    let tags: Vec<_> = tags.into_iter().filter_map(|(has, tag)| has.then_some(tag)).collect();
    Diagnostic {
        range: range(spots, it.range.0, it.range.1),
        severity: Some(match it.level {
            Level::Error => DiagnosticSeverity::ERROR,
            Level::Warning => DiagnosticSeverity::WARNING,
            Level::Hint => DiagnosticSeverity::HINT,
        }),
        code: Some(NumberOrString::String(it.code.to_owned())),
        source: Some("nixscope".to_owned()),
        message: it.message.clone(),
        related_information: (!related.is_empty()).then_some(related),
        tags: (!tags.is_empty()).then_some(tags),
        ..Diagnostic::default()
    }
}

/// What is told when a cursor rests on something: Markdown, or plain text for who cannot show it.
#[must_use]
pub fn hover(now: &Snapshot, open: &Open, text: String, (start, end): (u32, u32)) -> Hover {
    let kind = if now.client.has_markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value: text }),
        range: Some(range(&mut open.text.spots(now.client.encoding), start, end)),
    }
}
