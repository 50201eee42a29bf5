//! One line on a terminal that says an evaluation is under way, once it takes longer than a second.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nixscope_engine::session::Pulse;

use crate::terminal;

/// When the line appears.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it changes.
const INTERVAL: Duration = Duration::from_millis(200);

/// The line. It goes away with this value.
#[derive(Debug)]
pub(crate) struct Progress {
    ends: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Shows what a session does from now on.
    pub(crate) fn show(pulse: Arc<Pulse>) -> Self {
        let (ends, end) = mpsc::channel();
        let thread = std::thread::Builder::new().name("progress".into()).spawn(move || {
            let start = Instant::now();
            let mut wait = PATIENCE;
            while end.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = INTERVAL;
                if pulse.is_running() {
                    let steps = in_words(pulse.count());
                    terminal::show_status(&format!("evaluating: {steps} steps, {} s", start.elapsed().as_secs()));
                }
            }
            terminal::clear_status();
        });
        // Without the thread there is no line, and nothing else is missing.
        Self { ends: Some(ends), thread: thread.ok() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.ends.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A big number, rounded.
fn in_words(n: u64) -> String {
    match n {
        0..1_000_000 => n.to_string(),
        1_000_000..1_000_000_000 => format!("{}.{} M", n / 1_000_000, n / 100_000 % 10),
        _ => format!("{}.{} G", n / 1_000_000_000, n / 100_000_000 % 10),
    }
}
