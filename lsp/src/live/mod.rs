//! When to evaluate: a while after the last change of a document, one document at a time, the one changed last first.
//!
//! ```text
//!   changes ──▶ wanted ──(nothing typed for a while)──▶ thread: one job ──▶ result ──▶ State
//!      └───────────────── any change interrupts ───────────────┘
//! ```
//!
//! Nobody waits for a value: what is not known yet is not told.

mod calls;
mod entries;
pub mod examples;
mod findings;
mod flake;
mod image;
mod job;
mod kept;
pub mod leads;
pub mod members;
mod options;
mod values;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nixscope_engine::session::Pulse;
use tower_lsp::Client;

use crate::blocking::blocking;
use crate::protocol::telling;
use crate::state::{Snapshot, State};

pub use entries::{Entry, EntryKind, literal as path_literal};
pub use image::{ImageOf, look_at};
pub use kept::{Asked, Kept, Member, Written};
pub use values::{LiveText, Seen, Why};

/// How long an evaluation takes before somebody is told of it.
const NOTICEABLE: Duration = Duration::from_millis(500);
/// How many machines are kept for questions.
const MAX_KEPT: usize = 3;
/// How long an editor is waited for that is told of it.
const PATIENCE: Duration = Duration::from_secs(2);

/// What evaluating documents gave, and what is to be evaluated.
#[derive(Debug, Default)]
pub struct Live(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    texts: BTreeMap<String, Arc<LiveText>>,
    /// Documents to evaluate, the next one last.
    wanted: Vec<String>,
    /// What a person chose to run documents by.
    pinned: BTreeMap<String, Entry>,
    /// The documents whose machines are kept, the one asked last at the end.
    kept: Vec<String>,
    /// What can be interrupted.
    running: Option<(u64, Arc<Pulse>)>,
    /// How many jobs there were.
    n_jobs: u64,
    /// Whether the job at hand was interrupted for taking too long, rather than for being of no use any more.
    is_late: bool,
    /// The image that was found undamaged the last time.
    image: Option<image::Mark>,
    /// What was told of an image that is of no use.
    image_told: String,
    /// What is to be told.
    to_tell: Vec<String>,
}

impl Live {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What evaluating a document gave the last time.
    #[must_use]
    pub fn text(&self, uri: &str) -> Option<Arc<LiveText>> {
        self.inner().texts.get(uri).cloned()
    }

    /// A document changed: it is to be evaluated, and so is what read its file.
    pub(crate) fn want(&self, uri: &str, path: Option<&str>) {
        let mut inner = self.inner();
        let readers = inner.texts.values().filter(|it| path.is_some_and(|path| it.reads.contains(path)));
        let mut wanted: Vec<String> = readers.map(|it| it.uri.clone()).filter(|it| it != uri).collect();
        wanted.push(uri.to_owned());
        inner.wanted.retain(|it| !wanted.contains(it));
        inner.wanted.extend(wanted);
        if let Some((_, pulse)) = &inner.running {
            pulse.interrupt();
        }
    }

    /// Everything is to be evaluated again.
    pub(crate) fn want_all(&self, uris: impl IntoIterator<Item = String>) {
        for uri in uris {
            self.want(&uri, None);
        }
    }

    /// A document is closed.
    pub(crate) fn forget(&self, uri: &str) {
        let mut inner = self.inner();
        inner.texts.remove(uri);
        inner.kept.retain(|it| it != uri);
        inner.wanted.retain(|it| it != uri);
    }

    fn take(&self) -> Option<String> {
        self.inner().wanted.pop()
    }

    /// Puts a document back whose evaluation was interrupted, unless somebody wants it already.
    fn put_back(&self, uri: &str) {
        let mut inner = self.inner();
        if !inner.wanted.iter().any(|it| it == uri) {
            inner.wanted.insert(0, uri.to_owned());
        }
    }

    /// A document's turn has come: from now on its time runs.
    fn begin_job(&self) {
        let mut inner = self.inner();
        inner.n_jobs += 1;
        inner.is_late = false;
    }

    /// A machine begins, or another one of the same job.
    fn begin(&self, uri: &str, pulse: Arc<Pulse>) {
        let mut inner = self.inner();
        // It may have changed while everything was made ready.
        if inner.wanted.iter().any(|it| it == uri) {
            pulse.interrupt();
        }
        inner.running = Some((inner.n_jobs, pulse));
    }

    /// The machine has ended. Whether the time of the job was over.
    fn end(&self) -> bool {
        let mut inner = self.inner();
        inner.running = None;
        inner.is_late
    }

    /// Keeps what evaluating a document gave, and lets go of machines that nobody asked for long: together they take no
    /// more bytes than one may.
    fn keep(&self, text: LiveText, limit: u64) {
        let mut inner = self.inner();
        let uri = text.uri.clone();
        inner.kept.retain(|it| *it != uri);
        inner.kept.push(uri.clone());
        inner.texts.insert(uri, Arc::new(text));
        let size = |inner: &Inner, uri: &String| {
            let kept = inner.texts.get(uri).and_then(|it| it.kept.as_ref());
            kept.map_or(0, |it| it.size())
        };
        while inner.kept.len() > 1
            && (inner.kept.len() > MAX_KEPT || inner.kept.iter().map(|it| size(&inner, it)).sum::<u64>() > limit)
        {
            let old = inner.kept.remove(0);
            if let Some(text) = inner.texts.get_mut(&old) {
                Arc::make_mut(text).kept = None;
            }
        }
    }

    /// The image that was found undamaged the last time.
    fn known_image(&self) -> Option<image::Mark> {
        self.inner().image
    }

    fn know_image(&self, mark: image::Mark) {
        self.inner().image = Some(mark);
    }

    fn image_is_fine(&self) {
        self.inner().image_told.clear();
    }

    /// Tells once why an image is of no use: again only after it was of use, or for another reason.
    fn image_is_wrong(&self, why: String) {
        let mut inner = self.inner();
        if inner.image_told != why {
            inner.image_told.clone_from(&why);
            inner.to_tell.push(why);
        }
    }

    /// What is to be told to whoever wants to know why something is as it is.
    pub(crate) fn take_to_tell(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().to_tell)
    }

    /// What a person chose to run a document by.
    pub(crate) fn pinned(&self, uri: &str) -> Option<Entry> {
        self.inner().pinned.get(uri).cloned()
    }

    /// Chooses what a document is run by; `None` leaves it to us.
    pub(crate) fn pin(&self, uri: &str, entry: Option<Entry>) {
        let mut inner = self.inner();
        match entry {
            Some(entry) => inner.pinned.insert(uri.to_owned(), entry),
            None => inner.pinned.remove(uri),
        };
    }
}

/// Evaluates an open document on the calling thread, within limits on instructions and memory. What fails in it.
pub(crate) fn failures(now: &Snapshot, uri: &str) -> Vec<crate::diagnose::Finding> {
    // A document that waits for its turn would be taken to have changed.
    now.live.take();
    job::run(now, uri, &now.live).map(|it| it.findings).unwrap_or_default()
}

/// Who takes jobs, and wakes up those who wait for them to end.
#[derive(Debug, Default)]
struct Door {
    job: Mutex<Option<(Arc<Snapshot>, String)>>,
    knock: Condvar,
}

/// Evaluates what changes, for ever.
pub(crate) async fn evaluate(state: Arc<State>, client: Client) {
    let door: Arc<Door> = Arc::default();
    let (done, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let thread = {
        let (door, state) = (Arc::clone(&door), Arc::clone(&state));
        std::thread::Builder::new().name("live".to_owned()).spawn(move || work(&door, &state, &done))
    };
    // Without a thread there are no values.
    if thread.is_err() {
        return;
    }
    let mut n_jobs = 0;
    loop {
        state.typed.notified().await;
        loop {
            let delay = Duration::from_millis(state.snapshot().config.live.delay.min(10_000));
            while tokio::time::timeout(delay, state.typed.notified()).await.is_ok() {}
            // What is wanted is there by then; the other way round it may have been opened in between.
            let Some(uri) = state.live.take() else { break };
            let now = state.snapshot();
            if !now.config.live.enable || now.open(&uri).is_none() {
                telling::status(&client, &now, &uri, "off", None).await;
                continue;
            }
            telling::status(&client, &now, &uri, "running", None).await;
            let title = format!("Evaluating {}", uri.rsplit('/').next().unwrap_or_default());
            *door.job.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&now), uri.clone()));
            door.knock.notify_one();
            n_jobs += 1;
            let soon = tokio::time::timeout(NOTICEABLE, ended.recv()).await;
            let is_there = if let Ok(it) = soon {
                it.is_some()
            } else {
                // An editor that does not answer keeps nobody from the next job.
                let begin = telling::begin(&client, &now.client, n_jobs, &title);
                let shown = tokio::time::timeout(PATIENCE, begin).await.ok().flatten();
                let it = ended.recv().await;
                if let Some(shown) = shown {
                    telling::end(&client, shown).await;
                }
                it.is_some()
            };
            if !is_there {
                return;
            }
            let client = client.clone();
            let to_tell = state.live.take_to_tell();
            tokio::spawn(async move {
                for text in to_tell {
                    telling::log(&client, text).await;
                }
                let job = {
                    let (now, uri) = (Arc::clone(&now), uri.clone());
                    move || why(&now, &uri)
                };
                let why = blocking(job).await.ok().flatten();
                telling::status(&client, &now, &uri, why.as_ref().map_or("done", Why::state), why.as_ref()).await;
                telling::refresh(&client, &now.client).await;
            });
        }
    }
}

/// Why a document may have no values.
fn why(now: &Snapshot, uri: &str) -> Option<Why> {
    let is_broken = now.open(uri).is_some_and(|it| !it.document().syntax_errors().is_empty());
    if is_broken {
        return Some(Why::Failed(job::BROKEN.to_owned()));
    }
    now.live.text(uri)?.why.clone()
}

fn work(door: &Door, state: &State, done: &tokio::sync::mpsc::UnboundedSender<()>) {
    loop {
        let mut job = door.job.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, uri) = loop {
            if let Some(job) = job.take() {
                break job;
            }
            // A server that has gone has nobody who knocks; the thread goes with the process, or here.
            let (waited, _) =
                door.knock.wait_timeout(job, Duration::from_secs(1)).unwrap_or_else(PoisonError::into_inner);
            job = waited;
            if done.is_closed() {
                return;
            }
        };
        drop(job);
        let text = job::run(&now, &uri, &state.live);
        match text {
            // It may have been closed meanwhile.
            Some(_) if state.snapshot().open(&uri).is_none() => {}
            Some(text) => {
                state.live.keep(text, now.config.live.memory_limit << 20);
                state.touch([uri]);
            }
            None => state.live.put_back(&uri),
        }
        if done.send(()).is_err() {
            return;
        }
    }
}

/// Interrupts a job when its time is over.
pub(crate) async fn watch_time(state: Arc<State>) {
    let mut seen = (0, tokio::time::Instant::now());
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let limit = state.snapshot().config.live.time();
        let mut inner = state.live.inner();
        let Some((number, pulse)) = inner.running.clone() else { continue };
        if seen.0 != number {
            seen = (number, tokio::time::Instant::now());
        } else if seen.1.elapsed() > limit && !pulse.is_interrupted() {
            inner.is_late = true;
            pulse.interrupt();
        }
    }
}

#[cfg(test)]
mod option_tests;
#[cfg(test)]
pub(crate) mod tests;
