//! The table of what can be asked: each method converts, asks, and converts back. Decides nothing itself.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeAction, CodeActionParams, CodeActionResponse,
    CodeLens, CodeLensParams, CompletionItem, CompletionParams, CompletionResponse, ConfigurationItem,
    DidChangeConfigurationParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, DocumentFormattingParams,
    DocumentHighlight, DocumentHighlightParams, DocumentLink, DocumentLinkParams, DocumentRangeFormattingParams,
    DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandParams, FoldingRange, FoldingRangeParams,
    FullDocumentDiagnosticReport, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams,
    InitializeResult, InitializedParams, InlayHint, InlayHintParams, InlineValue, InlineValueParams,
    LinkedEditingRangeParams, LinkedEditingRanges, Location, MessageType, PrepareRenameResponse, ReferenceParams,
    RelatedFullDocumentDiagnosticReport, RenameFilesParams, RenameParams, SelectionRange, SelectionRangeParams,
    SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensFullDeltaResult,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult, SignatureHelp,
    SignatureHelpParams, SymbolInformation, TextDocumentPositionParams, TextEdit, Url, WorkspaceEdit,
    WorkspaceSymbolParams,
};
use serde::Deserialize as _;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::{Client, LanguageServer};

use crate::blocking::turn;
use crate::config::{Config, SECTION};
use crate::diagnose;
use crate::format;
use crate::hints;
use crate::hover;
use crate::ide::{self, TextRange};
use crate::lenses;
use crate::live::{self, leads, members};
use crate::meanings;
use crate::protocol::{
    actions, calls, capabilities, commands, completing, files, from_proto, outline, telling, to_proto, tokens,
};
use crate::publish::{Asked, publish};
use crate::state::{State, Sync};
use crate::transport::arrival;

/// Answers one client.
#[derive(Debug)]
pub struct Server {
    client: Client,
    pub(crate) state: Arc<State>,
    asked: Arc<Asked>,
    colours: tokens::Colours,
    offered: Arc<members::Offered>,
    /// What was said last of a document that could not be formatted.
    unformatted: Mutex<BTreeMap<String, String>>,
    is_ready: AtomicBool,
}

impl Server {
    /// A server of a client.
    #[must_use]
    pub fn new(client: Client, state: Arc<State>) -> Self {
        let (asked, colours, offered, unformatted) = Default::default();
        Self { client, state, asked, colours, offered, unformatted, is_ready: AtomicBool::new(false) }
    }

    /// Whether the client said who it is.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    /// Takes a message about documents.
    pub fn sync(&self, message: Sync) {
        if let Sync::Close { uri } = &message {
            self.colours.forget(uri);
        }
        self.state.sync(message);
    }

    /// The changes that format a document, or a range of it. Why there are none is said, but not the same twice.
    async fn format(&self, uri: &Url, range: Option<lsp_types::Range>) -> Result<Option<Vec<TextEdit>>> {
        let now = arrival(&self.state);
        let Some(open) = now.open(uri.as_str()) else { return Ok(None) };
        let within = range.map(|it| from_proto::range(&now, open, it));
        let found = format::edits(&now, open, within).await;
        let said = {
            let mut last = self.unformatted.lock().unwrap_or_else(PoisonError::into_inner);
            match &found {
                Ok(_) => last.remove(uri.as_str()).and(None),
                Err(why) => (last.insert(uri.to_string(), why.clone()).as_ref() != Some(why)).then(|| why.clone()),
            }
        };
        if let Some(why) = said {
            let name = uri.path().rsplit('/').next().unwrap_or_default();
            self.client.show_message(MessageType::WARNING, format!("{name} stays as it is: {why}")).await;
        }
        Ok(found.ok().map(|it| to_proto::edits(&now, &open.text, &it)))
    }

    /// Asks the client for our settings.
    async fn configure(&self, told: Option<Value>) {
        let asked = if self.state.snapshot().client.has_configuration {
            let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
            self.client.configuration(vec![item]).await.ok().and_then(|mut it| it.pop())
        } else {
            None
        };
        if let Some(section) = asked.or(told) {
            self.set(Config::read(&section));
        }
    }

    fn set(&self, config: Config) {
        let mut has_changed = false;
        self.state.update(|now| {
            has_changed = *now.config != config;
            if has_changed {
                now.configure(config);
            }
        });
        if has_changed {
            self.state.renew();
            // What is shown may depend on settings alone.
            let (client, traits) = (self.client.clone(), Arc::clone(&self.state.snapshot().client));
            tokio::spawn(async move { telling::refresh(&client, &traits).await });
        }
    }

    async fn register(&self) {
        let wanted = capabilities::registrations(&self.state.snapshot().client);
        if !wanted.is_empty() {
            // An editor that refuses gets along without.
            let _ = self.client.register_capability(wanted).await;
        }
    }
}

impl Server {
    /// What is in a virtual document: `workspace/textDocumentContent`, and `nixscope/text` for editors without it.
    ///
    /// # Errors
    /// If there is no such document.
    pub async fn text(&self, params: TextOf) -> Result<Value> {
        let text = self.ask_all(move |now| commands::content(now, &params.uri)).await?;
        text.map(|text| serde_json::json!({ "text": text })).ok_or_else(|| failed("there is no such document"))
    }
}

/// Which virtual document.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct TextOf {
    /// Its name.
    pub uri: String,
}

#[tower_lsp::async_trait]
impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let client = from_proto::traits(&params);
        let answer = capabilities::initialize(&client);
        let options = params.initialization_options.as_ref().map(Config::read).unwrap_or_default();
        self.state.update(|now| {
            now.client = Arc::new(client);
            now.roots = Arc::new(from_proto::roots(&params));
            now.configure(options);
        });
        self.is_ready.store(true, Ordering::Release);
        tokio::spawn(publish(Arc::clone(&self.state), self.client.clone(), Arc::clone(&self.asked)));
        tokio::spawn(live::evaluate(Arc::clone(&self.state), self.client.clone()));
        tokio::spawn(meanings::learn(Arc::clone(&self.state)));
        tokio::spawn(live::watch_time(Arc::clone(&self.state)));
        Ok(answer)
    }

    async fn initialized(&self, _: InitializedParams) {
        self.register().await;
        self.configure(None).await;
        // Whoever asks about the whole workspace first does not want to wait for it to be read.
        let now = self.state.snapshot();
        tokio::task::spawn_blocking(move || {
            drop(now.closed_mentions());
            now.disk.known.news.notify_one();
        });
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.configure(params.settings.get(SECTION).cloned()).await;
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.state.update(|now| {
            let mut roots = (*now.roots).clone();
            let removed: Vec<String> = params.event.removed.iter().filter_map(|it| from_proto::path(&it.uri)).collect();
            roots.retain(|it| !removed.contains(it));
            roots.extend(params.event.added.iter().filter_map(|it| from_proto::path(&it.uri)));
            now.roots = Arc::new(roots);
        });
        self.state.renew();
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.state.snapshot().disk.forget_workspace();
        self.state.renew();
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let uri = params.text_document.uri;
        if self.asked.note(uri.as_str()) {
            self.state.touch([uri.to_string()]);
        }
        let items =
            self.ask_wholly(&uri, |now, open| to_proto::diagnostics(now, open, &diagnose::findings(now, open))).await?;
        let report = FullDocumentDiagnosticReport { result_id: None, items: items.unwrap_or_default() };
        let report =
            RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: report };
        Ok(DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(report)))
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.ask_at(params.text_document_position_params, |now, open, offset| {
            let found = hover::hover(now, open, offset)?;
            Some(to_proto::hover(now, open, found.text, found.range))
        })
        .await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let offered = Arc::clone(&self.offered);
        self.ask_at(params.text_document_position, move |now, open, offset| {
            let mut found = ide::completion(open.document(), &**now, offset);
            let typed = open.document().show(TextRange::new(found.range.start, offset.max(found.range.start)));
            let origin = members::extend(now, open, &mut found, &typed);
            Some(completing::completions(now, open, found, &typed, origin, &offered))
        })
        .await
    }

    async fn completion_resolve(&self, mut item: CompletionItem) -> Result<CompletionItem> {
        let data: Option<(u64, u64)> = item.data.as_ref().and_then(|it| <(u64, u64)>::deserialize(it).ok());
        let offer = data.and_then(|it| Some((self.offered.get(it.0)?, it.1)));
        let (Some((offer, i)), None) = (offer, &item.documentation) else { return Ok(item) };
        let label = item.label.clone();
        let said = self.ask_all(move |now| {
            let of_value = offer.origin.as_ref().and_then(|it| members::about(now, it, &label));
            let said = of_value.or_else(|| offer.docs.get(&i).cloned());
            said.map(|it| completing::markup(it, now.client.completes_markdown))
        });
        item.documentation = said.await?;
        Ok(item)
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        self.ask_at(params.text_document_position_params, |now, open, offset| {
            ide::signature_help(open.document(), &**now, offset).map(|it| completing::signatures(now, it))
        })
        .await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.ask(&params.text_document.uri, |now, open| {
            outline::symbols(now, open, ide::document_symbols(open.document()))
        })
        .await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<Vec<SymbolInformation>>> {
        self.ask_all(move |now| Some(outline::workspace_symbols(now, &params.query))).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask(&params.text_document.uri, |now, open| {
            outline::folds(now, open, &ide::folding_ranges(open.document()))
        })
        .await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.ask(&params.text_document.uri, move |now, open| {
            let offsets: Vec<u32> = params.positions.iter().map(|it| from_proto::offset(now, open, *it)).collect();
            outline::selections(now, open, &offsets)
        })
        .await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.ask(&params.text_document.uri, |now, open| {
            outline::links(now, open, &ide::document_links(open.document(), &**now))
        })
        .await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let uri = params.text_document.uri;
        let Some(data) = self.ask(&uri, |now, open| tokens::all(now, open)).await? else { return Ok(None) };
        let result_id = Some(self.colours.keep(uri.as_str(), data.clone()).0);
        Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id, data })))
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let uri = params.text_document.uri;
        let Some(data) = self.ask(&uri, |now, open| tokens::all(now, open)).await? else { return Ok(None) };
        let (result_id, before) = self.colours.keep(uri.as_str(), data.clone());
        let result_id = Some(result_id);
        Ok(Some(match before.filter(|it| it.0 == params.previous_result_id) {
            Some((_, before)) => {
                let edits = tokens::delta(&before, &data);
                SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })
            }
            None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data }),
        }))
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let data = self.ask(&params.text_document.uri, move |now, open| {
            let within = from_proto::range(now, open, params.range);
            tokens::tokens(now, open, &ide::semantic_tokens(open.document(), Some(within)))
        });
        let tokens = |data| SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data });
        Ok(data.await?.map(tokens))
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.ask(&params.text_document.uri, move |now, open| {
            let within = from_proto::range(now, open, params.range);
            let hints = hints::hints(now, open, (within.start, within.end));
            to_proto::hints(now, open, &hints)
        })
        .await
    }

    async fn inline_value(&self, params: InlineValueParams) -> Result<Option<Vec<InlineValue>>> {
        self.ask(&params.text_document.uri, move |now, open| {
            let (within, stopped) = (params.range, params.context.stopped_location);
            let [within, stopped] = [within, stopped].map(|it| from_proto::range(now, open, it));
            to_proto::inline_values(now, open, ide::inline_variables(open.document(), within, stopped))
        })
        .await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(&params.text_document.uri, |now, open| to_proto::lenses(now, open, &lenses::lenses(now, open))).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let state = Arc::clone(&self.state);
        let argument = params.arguments.into_iter().next().unwrap_or_default();
        let done = self.ask_all(move |now| commands::execute(&state, now, &params.command, argument)).await?;
        done.map(Some).map_err(failed)
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.ask_at(at, |now, open, offset| {
            let found = leads::definition(now, open, offset)?;
            Some(to_proto::definitions(now, open, &found))
        })
        .await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let with_bindings = params.context.include_declaration;
        let _turn = turn().await;
        self.ask_wholly_at(params.text_document_position, move |now, open, offset| {
            let mut found = ide::references(open.document(), &**now, offset);
            found.retain(|it| with_bindings || !it.is_binding);
            Some(to_proto::references(now, open, &found))
        })
        .await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        self.ask_at(params.text_document_position_params, |now, open, offset| {
            Some(to_proto::highlights(now, open, &ide::document_highlight(open.document(), offset)))
        })
        .await
    }

    async fn linked_editing_range(&self, params: LinkedEditingRangeParams) -> Result<Option<LinkedEditingRanges>> {
        self.ask_at(params.text_document_position_params, |now, open, offset| {
            let found = ide::linked_editing(open.document(), offset);
            let ranges: Vec<_> = found.into_iter().map(|it| to_proto::own_range(now, open, it)).collect();
            (!ranges.is_empty()).then_some(LinkedEditingRanges { ranges, word_pattern: None })
        })
        .await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        self.ask_wholly_at(params, |now, open, offset| {
            // An editor that is told nothing says that this cannot be renamed.
            let (range, placeholder) = ide::prepare_rename(open.document(), &**now, offset).ok()?;
            let range = to_proto::own_range(now, open, range);
            Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder })
        })
        .await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let new = params.new_name;
        let _turn = turn().await;
        let result = self.ask_wholly_at(params.text_document_position, move |now, open, offset| {
            let changes = ide::rename(open.document(), &**now, offset, &new);
            Some(changes.map(|it| to_proto::workspace_edit(now, open, &it)))
        });
        match result.await? {
            None => Ok(None),
            Some(Ok(edit)) => Ok(Some(edit)),
            Some(Err(why)) => Err(failed(why)),
        }
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.format(&params.text_document.uri, None).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.format(&params.text_document.uri, Some(params.range)).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.ask_wholly(&params.text_document.uri, move |now, open| {
            let asked = from_proto::range(now, open, params.range);
            actions::actions(now, open, asked, &params.context)
        })
        .await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        self.ask_wholly_at(params.text_document_position_params, |now, open, offset| calls::prepare(now, open, offset))
            .await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        self.ask_all(move |now| calls::incoming(now, &params.item)).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        self.ask_all(move |now| calls::outgoing(now, &params.item)).await
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        self.ask_all(move |now| Some(files::moved(now, &params))).await
    }

    async fn code_action_resolve(&self, chosen: CodeAction) -> Result<CodeAction> {
        self.ask_all(move |now| actions::resolve(now, chosen)).await?.map_err(failed)
    }
}

fn failed(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error { code: ErrorCode::ServerError(-32803), message: message.into(), data: None }
}
