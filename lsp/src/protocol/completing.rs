//! What may stand at a place, and what functions want, in the words of the protocol.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionResponse, CompletionTextEdit, Documentation,
    MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, SignatureHelp, SignatureInformation, TextEdit,
};

use crate::ide::{self, CompletionKind};
use crate::live::members::{Offer, Offered, Origin};
use crate::state::{Open, Snapshot};

use super::to_proto;

/// How many things are told at once; with more, the editor asks again as more is typed.
const MAX_ITEMS: usize = 1_000;

/// What may stand at a place, of which something is typed already. More of it than that is kept in `offered`.
#[must_use]
pub fn completions(
    now: &Snapshot,
    open: &Open,
    found: ide::Completions,
    typed: &str,
    origin: Option<Origin>,
    offered: &Offered,
) -> CompletionResponse {
    let range = to_proto::own_range(now, open, found.range);
    let mut items = found.items;
    // Others would be sent for nothing.
    items.retain(|it| ide::may_become(typed, &it.label));
    let is_incomplete = items.len() > MAX_ITEMS;
    if is_incomplete {
        items.sort_by_key(|it| !it.label.starts_with(typed));
        items.truncate(MAX_ITEMS);
    }
    let has_origin = origin.is_some();
    let has_more: Vec<bool> = items.iter().map(|it| it.doc.is_some() || (has_origin && is_of_value(it.kind))).collect();
    let docs = items.iter_mut().enumerate().filter_map(|(i, it)| Some((i as u64, it.doc.take()?))).collect();
    let number = has_more.contains(&true).then(|| offered.note(Offer { origin, docs }));
    let item = |(i, it): (usize, ide::Completion)| CompletionItem {
        kind: Some(kind(it.kind)),
        detail: Some(it.detail).filter(|it| !it.is_empty()),
        sort_text: Some(format!("{i:05}")),
        filter_text: (it.insert != it.label).then(|| it.label.clone()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: it.insert })),
        label: it.label,
        data: number.filter(|_| has_more[i]).map(|it| vec![it, i as u64].into()),
        ..CompletionItem::default()
    };
    let items = items.into_iter().enumerate().map(item).collect();
    CompletionResponse::List(CompletionList { is_incomplete, items })
}

/// Whether a value may be asked for more of such a thing.
fn is_of_value(kind: CompletionKind) -> bool {
    match kind {
        CompletionKind::Variable | CompletionKind::Function | CompletionKind::Attribute => true,
        CompletionKind::Parameter
        | CompletionKind::Builtin
        | CompletionKind::Constant
        | CompletionKind::Keyword
        | CompletionKind::File
        | CompletionKind::Folder => false,
    }
}

/// Markdown, or plain text for who takes no other.
pub fn markup(value: String, has_markdown: bool) -> Documentation {
    if has_markdown {
        Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
    } else {
        // Who named no kind takes a string.
        Documentation::String(value)
    }
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Variable | CompletionKind::Parameter => CompletionItemKind::VARIABLE,
        CompletionKind::Function | CompletionKind::Builtin => CompletionItemKind::FUNCTION,
        CompletionKind::Attribute => CompletionItemKind::FIELD,
        CompletionKind::Constant => CompletionItemKind::CONSTANT,
        CompletionKind::Keyword => CompletionItemKind::KEYWORD,
        CompletionKind::File => CompletionItemKind::FILE,
        CompletionKind::Folder => CompletionItemKind::FOLDER,
    }
}

/// The functions that may be called at a place.
#[must_use]
pub fn signatures(now: &Snapshot, found: ide::SignatureHelp) -> SignatureHelp {
    let active = found.active as u32;
    let signature = |it: ide::Signature| {
        let utf16 = |byte: u32| it.label.get(..byte as usize).map_or(0, |it| it.encode_utf16().count()) as u32;
        let parameter = |param: &ide::Parameter| ParameterInformation {
            label: ParameterLabel::LabelOffsets([utf16(param.range.start), utf16(param.range.end)]),
            documentation: param.doc.clone().map(|it| markup(it, now.client.signs_markdown)),
        };
        SignatureInformation {
            parameters: Some(it.params.iter().map(parameter).collect()),
            documentation: it.doc.map(|it| markup(it, now.client.signs_markdown)),
            active_parameter: Some(active),
            label: it.label,
        }
    };
    SignatureHelp {
        signatures: found.signatures.into_iter().map(signature).collect(),
        active_signature: Some(0),
        active_parameter: Some(active),
    }
}
