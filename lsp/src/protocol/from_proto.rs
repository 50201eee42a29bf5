//! What editors say, in our words. What makes no sense is nothing.

use std::path::PathBuf;

use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Notification,
};
use lsp_types::{InitializeParams, MarkupKind, Position, PositionEncodingKind, Url};
use serde_json::Value;

use crate::ide::TextRange;
use crate::state::{ClientTraits, Open, Snapshot, Sync};
use crate::text::{Change, Encoding, Spot};

/// A message that changes which documents are open, or what is in them; `None` for any other.
#[must_use]
pub fn sync(method: &str, params: Option<&Value>) -> Option<Sync> {
    Some(match method {
        DidOpenTextDocument::METHOD => {
            let it = read::<DidOpenTextDocument>(params)?.text_document;
            Sync::Open { path: path(&it.uri), uri: it.uri.to_string(), version: it.version, text: it.text }
        }
        DidChangeTextDocument::METHOD => {
            let it = read::<DidChangeTextDocument>(params)?;
            let changes = it.content_changes.into_iter();
            let changes = changes
                .map(|it| Change { range: it.range.map(|it| (spot(it.start), spot(it.end))), text: it.text })
                .collect();
            Sync::Change { uri: it.text_document.uri.to_string(), version: it.text_document.version, changes }
        }
        DidCloseTextDocument::METHOD => {
            Sync::Close { uri: read::<DidCloseTextDocument>(params)?.text_document.uri.to_string() }
        }
        DidSaveTextDocument::METHOD => {
            Sync::Save { uri: read::<DidSaveTextDocument>(params)?.text_document.uri.to_string() }
        }
        _ => return None,
    })
}

fn read<N: Notification>(params: Option<&Value>) -> Option<N::Params> {
    serde_json::from_value(params?.clone()).ok()
}

/// A place.
#[must_use]
pub fn spot(position: Position) -> Spot {
    Spot { line: position.line, column: position.character }
}

/// The byte at a place.
#[must_use]
pub fn offset(now: &Snapshot, open: &Open, position: Position) -> u32 {
    open.text.offset(spot(position), now.client.encoding)
}

/// The bytes of a range.
#[must_use]
pub fn range(now: &Snapshot, open: &Open, range: lsp_types::Range) -> TextRange {
    TextRange::new(offset(now, open, range.start), offset(now, open, range.end))
}

/// The absolute path of a file; `None` if it is no file of this machine.
#[must_use]
pub fn path(uri: &Url) -> Option<String> {
    if uri.scheme() != "file" {
        return None;
    }
    let path: PathBuf = uri.to_file_path().ok()?;
    path.to_str().map(str::to_owned)
}

/// The folders that somebody works in.
#[must_use]
pub fn roots(params: &InitializeParams) -> Vec<String> {
    let root = params.root_uri.as_ref();
    match &params.workspace_folders {
        Some(folders) if !folders.is_empty() => folders.iter().filter_map(|it| path(&it.uri)).collect(),
        _ => root.and_then(path).into_iter().collect(),
    }
}

/// What the editor can do, as far as it matters.
#[must_use]
pub fn traits(params: &InitializeParams) -> ClientTraits {
    let capabilities = &params.capabilities;
    let encodings = capabilities.general.as_ref().and_then(|it| it.position_encodings.clone()).unwrap_or_default();
    // The editor's favourite comes first; what is not told is UTF-16.
    let encoding = encodings.iter().find_map(|it| match it {
        it if *it == PositionEncodingKind::UTF8 => Some(Encoding::Utf8),
        it if *it == PositionEncodingKind::UTF16 => Some(Encoding::Utf16),
        _ => None,
    });
    let workspace = capabilities.workspace.as_ref();
    let text = capabilities.text_document.as_ref();
    let is_dynamic = |it: Option<bool>| it.unwrap_or(false);
    let options = params.initialization_options.as_ref();
    let commands = options.and_then(|it| it.get("clientCommands")).and_then(|it| it.as_array());
    let commands = commands.into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned));
    ClientTraits {
        commands: commands.collect(),
        wants_status: is_dynamic(
            options.and_then(|it| it.get("statusNotifications")).and_then(serde_json::Value::as_bool),
        ),
        refreshes_lenses: is_dynamic(workspace.and_then(|it| it.code_lens.as_ref()).and_then(|it| it.refresh_support)),
        encoding: encoding.unwrap_or_default(),
        has_configuration: is_dynamic(workspace.and_then(|it| it.configuration)),
        registers_configuration: is_dynamic(
            workspace.and_then(|it| it.did_change_configuration).and_then(|it| it.dynamic_registration),
        ),
        registers_watchers: is_dynamic(
            workspace.and_then(|it| it.did_change_watched_files).and_then(|it| it.dynamic_registration),
        ),
        // The types have another name for what says so than the protocol. Who pulls is asked to pull again.
        refreshes_diagnostics: text.is_some_and(|it| it.diagnostic.is_some()),
        refreshes_hints: is_dynamic(workspace.and_then(|it| it.inlay_hint.as_ref()).and_then(|it| it.refresh_support)),
        has_progress: is_dynamic(capabilities.window.as_ref().and_then(|it| it.work_done_progress)),
        relates: is_dynamic(text.and_then(|it| it.publish_diagnostics.as_ref()).and_then(|it| it.related_information)),
        links_definitions: is_dynamic(text.and_then(|it| it.definition).and_then(|it| it.link_support)),
        has_snippets: is_dynamic(
            text.and_then(|it| it.completion.as_ref())
                .and_then(|it| it.completion_item.as_ref())
                .and_then(|it| it.snippet_support),
        ),
        resolves_actions: text.and_then(|it| it.code_action.as_ref()).is_some_and(|it| {
            let resolves = it.resolve_support.as_ref().is_some_and(|it| it.properties.iter().any(|it| it == "edit"));
            resolves && it.data_support == Some(true)
        }),
        nests_symbols: is_dynamic(
            text.and_then(|it| it.document_symbol.as_ref()).and_then(|it| it.hierarchical_document_symbol_support),
        ),
        has_markdown: is_markdown(text.and_then(|it| it.hover.as_ref()?.content_format.as_deref())),
        completes_markdown: is_markdown(
            text.and_then(|it| it.completion.as_ref()?.completion_item.as_ref()?.documentation_format.as_deref()),
        ),
        signs_markdown: is_markdown(text.and_then(|it| {
            it.signature_help.as_ref()?.signature_information.as_ref()?.documentation_format.as_deref()
        })),
    }
}

/// Whether Markdown is among what can be shown; who does not say can show plain text.
fn is_markdown(formats: Option<&[MarkupKind]>) -> bool {
    formats.is_some_and(|it| it.contains(&MarkupKind::Markdown))
}
