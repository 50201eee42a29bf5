//! Tells a client that something takes long, once it does. Knows nothing of how far it is: evaluation does not know that
//! of itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::shared::Shared;
use crate::types::{Event, ProgressEnd, ProgressStart};

/// How long something may take without a word.
const PATIENCE: Duration = Duration::from_millis(500);

static LAST: AtomicI64 = AtomicI64::new(0);

/// Work that may take long; over when it is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    /// Never sends: its end is what is heard.
    _done: Option<Sender<()>>,
}

impl Progress {
    /// Something begins. It can be cancelled if it is the evaluation that a request asked for.
    pub(crate) fn begin(shared: &Arc<Shared>, title: &str, request: Option<i64>) -> Self {
        if !shared.client.has_progress {
            return Self { _done: None };
        }
        let (done, is_done) = channel::<()>();
        let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        if request.is_some() {
            shared.progress.store(id, Ordering::Release);
        }
        let (shared, title) = (Arc::clone(shared), title.to_owned());
        let tell = move || {
            if is_done.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let progress_id = format!("work {id}");
            shared.outbox.event(Event::ProgressStart(ProgressStart {
                progress_id: progress_id.clone(),
                title,
                request_id: request,
                cancellable: Some(request.is_some()),
                ..ProgressStart::default()
            }));
            let _ = is_done.recv();
            let _ = shared.progress.compare_exchange(id, 0, Ordering::AcqRel, Ordering::Relaxed);
            shared.outbox.event(Event::ProgressEnd(ProgressEnd { progress_id, message: None }));
        };
        // Without a thread there is no word of it, and nothing else is lost.
        let _ = thread::Builder::new().name("progress".to_owned()).spawn(tell);
        Self { _done: Some(done) }
    }
}

impl Shared {
    /// Cancels work that the client sees the progress of.
    pub(crate) fn cancel_progress(&self, id: &str) {
        let current = self.progress.load(Ordering::Acquire);
        if current != 0 && id == format!("work {current}") {
            self.pulse.call_off();
        }
    }
}
