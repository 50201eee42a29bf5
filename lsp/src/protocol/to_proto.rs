//! Our words in those of the protocol.

use lsp_types::{
    CodeLens, Command, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, DocumentHighlight,
    GotoDefinitionResponse, Hover, HoverContents, InlayHint, InlayHintLabel, InlineValue, InlineValueVariableLookup,
    Location, LocationLink, MarkupContent, MarkupKind, NumberOrString, Position, Range, TextEdit, Url, WorkspaceEdit,
};

use crate::diagnose::{Finding, Level, Place};
use crate::hints::Hint;
use crate::ide::{self, TextRange};
use crate::lenses::Lens;
use crate::state::{Open, Snapshot};
use crate::text::{Encoding, Spot, Spots, Text};

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

/// The text of another file, to tell places in it.
fn with_text<T>(now: &Snapshot, open: &Open, path: Option<&str>, tell: impl FnOnce(&Url, &Text) -> T) -> Option<T> {
    let Some(path) = path else { return Some(tell(&url(&open.uri)?, &open.text)) };
    let uri = file(now, path)?;
    if let Some(other) = now.open_file(path) {
        return Some(tell(&uri, &other.text));
    }
    Some(tell(&uri, &Text::new(String::from_utf8_lossy(&now.text(path)?).into_owned())))
}

fn of_range(text: &Text, encoding: Encoding, it: TextRange) -> Range {
    range(&mut text.spots(encoding), it.start, it.end)
}

/// A range of the document.
#[must_use]
pub fn own_range(now: &Snapshot, open: &Open, it: TextRange) -> Range {
    of_range(&open.text, now.client.encoding, it)
}

/// Where something leads.
#[must_use]
pub fn definitions(now: &Snapshot, open: &Open, found: &ide::Definitions) -> GotoDefinitionResponse {
    let origin = own_range(now, open, found.origin);
    let links = found.locations.iter().filter_map(|it| {
        with_text(now, open, it.path.as_deref(), |uri, text| LocationLink {
            origin_selection_range: Some(origin),
            target_uri: uri.clone(),
            target_range: of_range(text, now.client.encoding, it.full),
            target_selection_range: of_range(text, now.client.encoding, it.focus),
        })
    });
    if now.client.links_definitions {
        return GotoDefinitionResponse::Link(links.collect());
    }
    let plain = links.map(|it| Location { uri: it.target_uri, range: it.target_selection_range });
    GotoDefinitionResponse::Array(plain.collect())
}

/// Places of a name.
#[must_use]
pub fn references(now: &Snapshot, open: &Open, found: &[ide::Reference]) -> Vec<Location> {
    let by_file = found.chunk_by(|a, b| a.path == b.path);
    let locations = by_file.filter_map(|group| {
        with_text(now, open, group[0].path.as_deref(), |uri, text| {
            let spots = &mut text.spots(now.client.encoding);
            let places = group.iter().map(|it| range(spots, it.range.start, it.range.end));
            places.map(|range| Location { uri: uri.clone(), range }).collect::<Vec<_>>()
        })
    });
    locations.flatten().collect()
}

/// Places of a name in the document.
#[must_use]
pub fn highlights(now: &Snapshot, open: &Open, found: &[ide::Reference]) -> Vec<DocumentHighlight> {
    use lsp_types::DocumentHighlightKind as Kind;
    let spots = &mut open.text.spots(now.client.encoding);
    let mut highlight = |it: &ide::Reference| DocumentHighlight {
        range: range(spots, it.range.start, it.range.end),
        kind: Some(if it.is_binding { Kind::WRITE } else { Kind::READ }),
    };
    found.iter().map(&mut highlight).collect()
}

/// Changes of texts.
#[must_use]
pub fn workspace_edit(now: &Snapshot, open: &Open, changes: &[ide::FileEdits]) -> WorkspaceEdit {
    let of_file = |it: &ide::FileEdits| {
        with_text(now, open, it.path.as_deref(), |uri, text| (uri.clone(), edits(now, text, &it.edits)))
    };
    WorkspaceEdit { changes: Some(changes.iter().filter_map(of_file).collect()), ..WorkspaceEdit::default() }
}

/// Changes of a text.
#[must_use]
pub fn edits(now: &Snapshot, text: &Text, edits: &[ide::Edit]) -> Vec<TextEdit> {
    let spots = &mut text.spots(now.client.encoding);
    let mut edit =
        |it: &ide::Edit| TextEdit { range: range(spots, it.range.start, it.range.end), new_text: it.text.clone() };
    edits.iter().map(&mut edit).collect()
}

/// Values behind the names they belong to.
#[must_use]
pub fn hints(now: &Snapshot, open: &Open, hints: &[Hint]) -> Vec<InlayHint> {
    let spots = &mut open.text.spots(now.client.encoding);
    let mut hint = |it: &Hint| InlayHint {
        position: position(spots.spot(it.at)),
        label: InlayHintLabel::String(it.label.clone()),
        kind: None,
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: Some(false),
        data: None,
    };
    hints.iter().map(&mut hint).collect()
}

/// Names whose values the debugger is to be asked for.
#[must_use]
pub fn inline_values(now: &Snapshot, open: &Open, names: Vec<(TextRange, String)>) -> Vec<InlineValue> {
    let spots = &mut open.text.spots(now.client.encoding);
    let mut value = |(it, name): (TextRange, String)| {
        InlineValue::VariableLookup(InlineValueVariableLookup {
            range: range(spots, it.start, it.end),
            variable_name: Some(name),
            case_sensitive_lookup: true,
        })
    };
    names.into_iter().map(&mut value).collect()
}

/// What can be done with a document.
#[must_use]
pub fn lenses(now: &Snapshot, open: &Open, lenses: &[Lens]) -> Vec<CodeLens> {
    let spots = &mut open.text.spots(now.client.encoding);
    let lens = |it: &Lens| {
        let range = range(spots, it.at, it.at);
        let mut argument = serde_json::json!({ "uri": open.uri, "position": range.start });
        if let Some((name, value)) = &it.more {
            argument[*name] = value.clone();
        }
        let command =
            Command { title: it.title.clone(), command: it.command.to_owned(), arguments: Some(vec![argument]) };
        CodeLens { range, command: Some(command), data: None }
    };
    lenses.iter().map(lens).collect()
}
