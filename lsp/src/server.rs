//! The table of what can be asked: each method converts, asks, and converts back. Decides nothing itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_types::{
    ConfigurationItem, DidChangeConfigurationParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams, DocumentDiagnosticParams,
    DocumentDiagnosticReport, DocumentDiagnosticReportResult, FileSystemWatcher, FullDocumentDiagnosticReport,
    GlobPattern, InitializeParams, InitializeResult, InitializedParams, Registration,
    RelatedFullDocumentDiagnosticReport, Url,
};
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::{Client, LanguageServer};

use crate::config::{Config, SECTION};
use crate::diagnose;
use crate::protocol::{capabilities, from_proto, to_proto};
use crate::publish::{Asked, publish};
use crate::state::{Open, Snapshot, State, Sync};
use crate::transport::arrival;

/// Answers one client.
#[derive(Debug)]
pub struct Server {
    client: Client,
    state: Arc<State>,
    asked: Arc<Asked>,
    is_ready: AtomicBool,
}

impl Server {
    /// A server of a client.
    #[must_use]
    pub fn new(client: Client, state: Arc<State>) -> Self {
        Self { client, state, asked: Arc::default(), is_ready: AtomicBool::new(false) }
    }

    /// Whether the client said who it is.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    /// Takes a message about documents.
    pub fn sync(&self, message: Sync) {
        self.state.sync(message);
    }

    /// Asks something about a document as it was when the request arrived, on a thread that may take its time. Nothing
    /// for a document that is not open.
    async fn ask<T, F>(&self, uri: &Url, ask: F) -> Result<Option<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Snapshot>, &Arc<Open>) -> T + Send + 'static,
    {
        let now = arrival(&self.state);
        let Some(open) = now.open(uri.as_str()).cloned() else { return Ok(None) };
        let answer = tokio::task::spawn_blocking(move || ask(&now, &open)).await;
        answer.map(Some).map_err(|_| Error {
            code: ErrorCode::InternalError,
            message: "this went wrong".into(),
            data: None,
        })
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
        let mut uris = Vec::new();
        self.state.update(|now| {
            if *now.config != config {
                now.configure(config);
                uris = now.documents.keys().cloned().collect();
            }
        });
        self.state.touch(uris);
    }

    async fn register(&self) {
        let client = Arc::clone(&self.state.snapshot().client);
        let mut wanted = Vec::new();
        let mut want = |method: &str, options: Option<Value>| {
            wanted.push(Registration { id: method.to_owned(), method: method.to_owned(), register_options: options });
        };
        if client.registers_configuration {
            want("workspace/didChangeConfiguration", Some(serde_json::json!({ "section": SECTION })));
        }
        if client.registers_watchers {
            let watcher =
                |glob: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None };
            let watchers = ["**/*.nix", "**/flake.lock"].map(watcher).to_vec();
            let options = DidChangeWatchedFilesRegistrationOptions { watchers };
            want("workspace/didChangeWatchedFiles", serde_json::to_value(options).ok());
        }
        if !wanted.is_empty() {
            // An editor that refuses gets along without.
            let _ = self.client.register_capability(wanted).await;
        }
    }
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
        Ok(answer)
    }

    async fn initialized(&self, _: InitializedParams) {
        self.register().await;
        self.configure(None).await;
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.configure(params.settings.get(SECTION).cloned()).await;
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let mut uris = Vec::new();
        self.state.update(|now| {
            let mut roots = (*now.roots).clone();
            let removed: Vec<String> = params.event.removed.iter().filter_map(|it| from_proto::path(&it.uri)).collect();
            roots.retain(|it| !removed.contains(it));
            roots.extend(params.event.added.iter().filter_map(|it| from_proto::path(&it.uri)));
            now.roots = Arc::new(roots);
            uris = now.documents.keys().cloned().collect();
        });
        self.state.touch(uris);
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        let uris: Vec<String> = self.state.snapshot().documents.keys().cloned().collect();
        self.state.touch(uris);
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let uri = params.text_document.uri;
        if self.asked.note(uri.as_str()) {
            self.state.touch([uri.to_string()]);
        }
        let items =
            self.ask(&uri, |now, open| to_proto::diagnostics(now, open, &diagnose::findings(now, open))).await?;
        let report = FullDocumentDiagnosticReport { result_id: None, items: items.unwrap_or_default() };
        let report =
            RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: report };
        Ok(DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(report)))
    }
}
