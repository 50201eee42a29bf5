//! Outlines, folds, selections and links, in the words of the protocol.

use lsp_types::{
    DocumentLink, DocumentSymbol, DocumentSymbolResponse, FoldingRange, FoldingRangeKind, Location, SelectionRange,
    SymbolInformation, SymbolKind, Url,
};

use crate::ide::{self, Files as _, LinkTarget};
use crate::state::{Open, Snapshot};
use crate::text::{Spots, Text};

use super::to_proto::{self, range};

pub(super) fn kind(kind: ide::SymbolKind) -> SymbolKind {
    match kind {
        ide::SymbolKind::Attribute => SymbolKind::PROPERTY,
        ide::SymbolKind::Variable => SymbolKind::VARIABLE,
        ide::SymbolKind::Function => SymbolKind::FUNCTION,
        ide::SymbolKind::Set => SymbolKind::NAMESPACE,
        ide::SymbolKind::Inherited => SymbolKind::FIELD,
    }
}

/// The outline of a document: a tree, or for who cannot show one a list.
#[must_use]
pub fn symbols(now: &Snapshot, open: &Open, found: Vec<ide::Symbol>) -> DocumentSymbolResponse {
    let spots = &mut open.text.spots(now.client.encoding);
    let tree: Vec<DocumentSymbol> = found.into_iter().map(|it| symbol(spots, it)).collect();
    if now.client.nests_symbols {
        return DocumentSymbolResponse::Nested(tree);
    }
    let mut flat = Vec::new();
    if let Some(uri) = to_proto::url(&open.uri) {
        for it in tree {
            flatten(&uri, it, None, &mut flat);
        }
    }
    DocumentSymbolResponse::Flat(flat)
}

/// Outlines have a bounded depth, see [`ide::document_symbols`].
#[expect(deprecated, reason = "the type has a field that is not used any more")]
fn symbol(spots: &mut Spots<'_>, it: ide::Symbol) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> = it.children.into_iter().map(|it| symbol(spots, it)).collect();
    DocumentSymbol {
        // No editor takes a symbol without a name.
        name: if it.name.trim().is_empty() { "\"\"".to_owned() } else { it.name },
        detail: Some(it.detail).filter(|it| !it.is_empty()),
        kind: kind(it.kind),
        tags: None,
        deprecated: None,
        range: range(spots, it.range.start, it.range.end),
        selection_range: range(spots, it.focus.start, it.focus.end),
        children: (!children.is_empty()).then_some(children),
    }
}

#[expect(deprecated, reason = "the type has a field that is not used any more")]
fn flatten(uri: &Url, it: DocumentSymbol, container: Option<&str>, out: &mut Vec<SymbolInformation>) {
    out.push(SymbolInformation {
        name: it.name.clone(),
        kind: it.kind,
        tags: None,
        deprecated: None,
        location: Location { uri: uri.clone(), range: it.selection_range },
        container_name: container.map(str::to_owned),
    });
    for child in it.children.unwrap_or_default() {
        flatten(uri, child, Some(&it.name), out);
    }
}

/// How many symbols of a workspace are told at once.
const MAX_FOUND: usize = 400;

/// Bindings anywhere in the workspace whose names have the letters of a query.
#[must_use]
#[expect(deprecated, reason = "the type has a field that is not used any more")]
pub fn workspace_symbols(now: &Snapshot, query: &str) -> Vec<SymbolInformation> {
    let mut told = Vec::new();
    for path in now.workspace() {
        let Some(document) = now.document(&path) else { continue };
        let found = ide::workspace_symbols(&document, query);
        let Some(uri) = to_proto::file(now, &path).filter(|_| !found.is_empty()) else { continue };
        let text = Text::new(String::from_utf8_lossy(document.text()).into_owned());
        let spots = &mut text.spots(now.client.encoding);
        told.extend(found.into_iter().map(|it| SymbolInformation {
            name: it.name,
            kind: kind(it.kind),
            tags: None,
            deprecated: None,
            location: Location { uri: uri.clone(), range: range(spots, it.focus.start, it.focus.end) },
            container_name: Some(it.container).filter(|it| !it.is_empty()),
        }));
        if told.len() >= MAX_FOUND {
            told.truncate(MAX_FOUND);
            break;
        }
    }
    told
}

/// What can be folded.
#[must_use]
pub fn folds(now: &Snapshot, open: &Open, found: &[ide::Fold]) -> Vec<FoldingRange> {
    let spots = &mut open.text.spots(now.client.encoding);
    let mut fold = |it: &ide::Fold| {
        let range = range(spots, it.range.start, it.range.end);
        FoldingRange {
            start_line: range.start.line,
            start_character: Some(range.start.character),
            end_line: range.end.line,
            end_character: Some(range.end.character),
            kind: Some(if it.is_comment { FoldingRangeKind::Comment } else { FoldingRangeKind::Region }),
            collapsed_text: None,
        }
    };
    found.iter().map(&mut fold).collect()
}

/// How a selection grows, at each of some places.
#[must_use]
pub fn selections(now: &Snapshot, open: &Open, offsets: &[u32]) -> Vec<SelectionRange> {
    let at = |offset: &u32| {
        let mut ranges = ide::selection_ranges(open.document(), *offset);
        if ranges.is_empty() {
            ranges.push(ide::TextRange::at(*offset));
        }
        let outwards = ranges.into_iter().rev();
        let grown = outwards.fold(None, |parent, it| {
            let range = to_proto::own_range(now, open, it);
            Some(Box::new(SelectionRange { range, parent }))
        });
        grown.map(|it| *it)
    };
    offsets.iter().filter_map(at).collect()
}

/// Links in a document.
#[must_use]
pub fn links(now: &Snapshot, open: &Open, found: &[ide::Link]) -> Vec<DocumentLink> {
    let spots = &mut open.text.spots(now.client.encoding);
    let mut link = |it: &ide::Link| {
        let target = match &it.target {
            LinkTarget::File(path) => to_proto::file(now, path),
            LinkTarget::Url(address) => to_proto::url(address),
        };
        let range = range(spots, it.range.start, it.range.end);
        Some(DocumentLink { range, target: Some(target?), tooltip: None, data: None })
    };
    found.iter().filter_map(&mut link).collect()
}
