//! Tells the editor what is wrong with documents: one task, one message at a time, so that the last word about a
//! document is about its last text.
//!
//! A document that was just opened is told of at once, and so is one change by itself; while somebody types, when they pause.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tower_lsp::Client;

use crate::diagnose;
use crate::protocol::to_proto;
use crate::state::{Snapshot, State};

/// How long nothing must change before documents are told of.
const PAUSE: Duration = Duration::from_millis(40);
/// How long changes put it off at most.
const PATIENCE: Duration = Duration::from_millis(250);

/// Documents of which the editor asks itself: they are not told of, too.
#[derive(Debug, Default)]
pub(crate) struct Asked(Mutex<BTreeSet<String>>);

impl Asked {
    /// Notes that the editor asked. Whether it had not before.
    pub(crate) fn note(&self, uri: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(uri.to_owned())
    }

    fn has(&self, uri: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(uri)
    }

    fn forget(&self, uri: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(uri);
    }
}

/// Tells, for ever.
pub(crate) async fn publish(state: Arc<State>, client: Client, asked: Arc<Asked>) {
    // What was told last of each document: its version, and whether there was something.
    let mut told: BTreeMap<String, bool> = BTreeMap::new();
    let mut last: Option<Instant> = None;
    loop {
        state.changed.notified().await;
        let mut dirty = state.take_dirty();
        let since = Instant::now();
        let is_alone = last.is_none_or(|it| it + PAUSE < since);
        while !is_alone && !dirty.iter().any(|it| !told.contains_key(it)) && since.elapsed() < PATIENCE {
            if tokio::time::timeout(PAUSE, state.changed.notified()).await.is_err() {
                break;
            }
            dirty.extend(state.take_dirty());
        }
        for uri in dirty {
            let now = state.snapshot();
            if now.open(&uri).is_none() {
                asked.forget(&uri);
                if told.remove(&uri) == Some(true) {
                    tell(&client, &now, &uri, Vec::new()).await;
                }
            } else if asked.has(&uri) {
                if told.insert(uri.clone(), false) == Some(true) {
                    tell(&client, &now, &uri, Vec::new()).await;
                }
            } else {
                let found = find(Arc::clone(&now), uri.clone()).await;
                // A later text is dirty again, and told of in its turn.
                let version = |now: &Snapshot| now.open(&uri).map(|it| it.version);
                if version(&now) == version(&state.snapshot()) {
                    told.insert(uri.clone(), !found.is_empty());
                    tell(&client, &now, &uri, found).await;
                }
            }
        }
        last = Some(Instant::now());
    }
}

async fn find(now: Arc<Snapshot>, uri: String) -> Vec<diagnose::Finding> {
    let job = move || now.open(&uri).map(|open| diagnose::findings(&now, open)).unwrap_or_default();
    tokio::task::spawn_blocking(job).await.unwrap_or_default()
}

async fn tell(client: &Client, now: &Snapshot, uri: &str, found: Vec<diagnose::Finding>) {
    let Some(url) = to_proto::url(uri) else { return };
    let open = now.open(uri);
    let items = open.map(|open| to_proto::diagnostics(now, open, &found)).unwrap_or_default();
    client.publish_diagnostics(url, items, open.map(|it| it.version)).await;
}
