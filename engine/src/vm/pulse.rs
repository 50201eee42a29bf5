//! What other threads see of an evaluation, and may ask of it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What other threads see of an evaluation, and may ask of it.
#[derive(Debug, Default)]
pub struct Pulse {
    is_interrupted: AtomicBool,
    is_paused: AtomicBool,
    is_cancelled: AtomicBool,
    is_called_off: AtomicBool,
    is_running: AtomicBool,
    count: AtomicU64,
}

impl Pulse {
    /// Asks the evaluation to end. The fault is [`super::FaultKind::Interrupted`].
    pub fn interrupt(&self) {
        self.is_interrupted.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked the evaluation to end.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.is_interrupted.load(Ordering::Relaxed)
    }

    /// Whether somebody asked the evaluation to end, since this was asked last: it may be gone back in.
    pub fn take_interrupt(&self) -> bool {
        self.is_interrupted.swap(false, Ordering::Relaxed)
    }

    /// Asks a program that is debugged to pause.
    pub fn pause(&self) {
        self.is_paused.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked for a pause since this was asked last.
    pub fn take_pause(&self) -> bool {
        self.is_paused.load(Ordering::Relaxed) && self.is_paused.swap(false, Ordering::Relaxed)
    }

    /// Asks what is evaluated on the side to end.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked what is evaluated on the side to end, since this was asked last.
    pub fn take_cancel(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed) && self.is_cancelled.swap(false, Ordering::Relaxed)
    }

    /// The same for what is about to be evaluated, too: it is remembered until somebody takes it back by
    /// [`Pulse::take_call_off`].
    pub fn call_off(&self) {
        self.is_called_off.store(true, Ordering::Relaxed);
    }

    /// Whether what is evaluated was called off.
    #[must_use]
    pub fn is_called_off(&self) -> bool {
        self.is_called_off.load(Ordering::Relaxed)
    }

    /// Forgets what was called off; whether anything was.
    pub fn take_call_off(&self) -> bool {
        self.is_called_off.swap(false, Ordering::Relaxed)
    }

    /// Whether the machine is at work, so that the evaluation will hear soon.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.is_running.load(Ordering::Relaxed)
    }

    /// Tells whether the machine is at work.
    pub fn set_running(&self, is_running: bool) {
        self.is_running.store(is_running, Ordering::Relaxed);
    }

    /// How many instructions were executed a moment ago.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Tells how many instructions were executed.
    pub fn set_count(&self, count: u64) {
        self.count.store(count, Ordering::Relaxed);
    }
}
