//! How questions are put: each on a thread that may take its time, about everything as it was when the request arrived.
//!
//! Who looks at a large text does not want to wait for what takes long with it: such a question has no answer if there is
//! none soon, and one of them at a time is worked on. What would be wrong without an answer is waited for.

use std::sync::Arc;
use std::time::Duration;

use lsp_types::{TextDocumentPositionParams, Url};
use tokio::sync::Semaphore;
use tower_lsp::jsonrpc::{Error, Result};

use crate::blocking::blocking;
use crate::server::Server;
use crate::state::{LARGE, Open, Snapshot};
use crate::transport::arrival;

use super::from_proto;

/// How long an answer about a large text is waited for.
const SOON: Duration = Duration::from_millis(100);
/// One question about a large text at a time.
static TURN: Semaphore = Semaphore::const_new(1);

impl Server {
    /// Asks something about a document. Nothing for a document that is not open, or if there is no answer soon.
    pub(crate) async fn ask<T, F>(&self, uri: &Url, ask: F) -> Result<Option<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Snapshot>, &Arc<Open>) -> T + Send + 'static,
    {
        let now = arrival(&self.state);
        let Some(open) = now.open(uri.as_str()).cloned() else { return Ok(None) };
        if open.text.len() < LARGE {
            return done(blocking(move || ask(&now, &open)).await).map(Some);
        }
        let answer = async move {
            let turn = TURN.acquire().await;
            // The turn is over when the work is, even if nobody waits for it any more.
            let job = move || {
                let answer = ask(&now, &open);
                drop(turn);
                answer
            };
            blocking(job).await
        };
        match tokio::time::timeout(SOON, answer).await {
            Ok(answer) => done(answer).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// The same about a place in it.
    pub(crate) async fn ask_at<T, F>(&self, at: TextDocumentPositionParams, ask: F) -> Result<Option<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Snapshot>, &Arc<Open>, u32) -> Option<T> + Send + 'static,
    {
        let ask = move |now: &Arc<_>, open: &Arc<_>| ask(now, open, from_proto::offset(now, open, at.position));
        Ok(self.ask(&at.text_document.uri, ask).await?.flatten())
    }

    /// Asks something about a document, and waits as long as that takes. Nothing for a document that is not open.
    pub(crate) async fn ask_wholly<T, F>(&self, uri: &Url, ask: F) -> Result<Option<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Snapshot>, &Arc<Open>) -> T + Send + 'static,
    {
        let now = arrival(&self.state);
        let Some(open) = now.open(uri.as_str()).cloned() else { return Ok(None) };
        done(blocking(move || ask(&now, &open)).await).map(Some)
    }

    /// The same about a place in it.
    pub(crate) async fn ask_wholly_at<T, F>(&self, at: TextDocumentPositionParams, ask: F) -> Result<Option<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Snapshot>, &Arc<Open>, u32) -> Option<T> + Send + 'static,
    {
        let ask = move |now: &Arc<_>, open: &Arc<_>| ask(now, open, from_proto::offset(now, open, at.position));
        Ok(self.ask_wholly(&at.text_document.uri, ask).await?.flatten())
    }

    /// Asks something about everything.
    pub(crate) async fn ask_all<T, F>(&self, ask: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Snapshot>) -> T + Send + 'static,
    {
        let now = arrival(&self.state);
        done(blocking(move || ask(&now)).await)
    }
}

fn done<T>(answer: std::result::Result<T, tokio::task::JoinError>) -> Result<T> {
    answer.map_err(|_| Error::internal_error())
}
