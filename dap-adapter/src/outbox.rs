//! The way out: one queue that everybody may put messages into, and a ticket for each request that waits for its
//! answer. Nothing here blocks, and nothing here writes: that is the writer's, in `dap-adapter/src/server.rs`.
//!
//! The order in the queue is the order on the wire. Who first answers a request and then sends the events that follow
//! from it, from one thread, has them arrive in that order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::message::{ErrorId, Failure, Outgoing, Reply, Request, Response};
use crate::types::{Event, to_body};

/// What to do with the client's answer to a request of ours. It runs on the task that reads, so it must not block;
/// putting the answer into an inbox is what it is for. It is dropped uncalled if the session ends first.
pub type OnReply = Box<dyn FnOnce(Reply) + Send>;

/// What the writer finds in its queue.
pub(crate) enum Item {
    Message(Outgoing),
    Ask { command: String, arguments: Value, on_reply: OnReply },
    Close,
}

/// Puts messages into the queue. Copies put into the same one.
#[derive(Clone)]
pub struct Outbox {
    queue: UnboundedSender<Item>,
    shared: Arc<Shared>,
}

/// What the reader, the writer and the tickets know together.
#[derive(Default)]
pub(crate) struct Shared {
    /// How many messages wait for the writer.
    backlog: AtomicUsize,
    /// Requests without an answer yet.
    open: Mutex<BTreeMap<i64, Cancel>>,
    /// Requests of ours without an answer yet.
    asked: Mutex<BTreeMap<i64, OnReply>>,
    /// Told when the adapter wants no more.
    is_ending: Notify,
}

impl Outbox {
    pub(crate) fn new() -> (Self, UnboundedReceiver<Item>) {
        let (queue, items) = unbounded_channel();
        (Self { queue, shared: Arc::default() }, items)
    }

    /// Sends an event. Events before the answer to `initialize` are held back until it has gone out. After the end of
    /// the session this does nothing.
    pub fn event(&self, event: Event) {
        self.put(Item::Message(Outgoing::Event(Box::new(event))));
    }

    /// Asks the client for something (`runInTerminal`, `startDebugging`).
    pub fn ask(&self, command: &str, arguments: impl Serialize, on_reply: OnReply) {
        self.put(Item::Ask { command: command.to_owned(), arguments: to_body(arguments), on_reply });
    }

    /// Ends the session, after everything in the queue has been written and the client has had a moment to close its
    /// side. Requests that still come are handled.
    pub fn end(&self) {
        self.shared.is_ending.notify_one();
    }

    /// Has the writer write what is in the queue, close the output and stop.
    pub(crate) fn close(&self) {
        self.put(Item::Close);
    }

    /// How many messages wait to be written. A source of many events (the output of a program, say) should pause or
    /// join them while a slow client has not read what there is.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.shared.backlog.load(Ordering::Relaxed)
    }

    pub(crate) fn ticket(&self, request: &Request) -> Ticket {
        let cancel = Cancel::default();
        self.shared.open().insert(request.seq, cancel.clone());
        Ticket {
            request_seq: request.seq,
            command: request.command.clone(),
            outbox: self.clone(),
            cancel,
            is_answered: false,
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    fn put(&self, item: Item) {
        self.shared.backlog.fetch_add(1, Ordering::Relaxed);
        // The queue is closed when the session is over; nobody is there to read then.
        let _ = self.queue.send(item);
    }
}

impl Shared {
    /// Cancels an open request. One that was answered already, or never made, is no error.
    pub(crate) fn cancel(&self, request_seq: i64) {
        let cancel = self.open().get(&request_seq).cloned();
        if let Some(cancel) = cancel {
            cancel.cancel();
        }
    }

    /// Hands an answer to whoever asked. One to no question is nobody's.
    pub(crate) fn reply(&self, reply: Reply) {
        let on_reply = self.asked().remove(&reply.request_seq);
        if let Some(on_reply) = on_reply {
            on_reply(reply);
        }
    }

    pub(crate) fn expect_reply(&self, seq: i64, on_reply: OnReply) {
        self.asked().insert(seq, on_reply);
    }

    /// Waits until the adapter wants no more.
    pub(crate) async fn ending(&self) {
        self.is_ending.notified().await;
    }

    pub(crate) fn written(&self) {
        self.backlog.fetch_sub(1, Ordering::Relaxed);
    }

    /// Lets go of what waits for a client that is gone: cancels what runs for it.
    pub(crate) fn end(&self) {
        let open = std::mem::take(&mut *self.open());
        self.asked().clear();
        for cancel in open.into_values() {
            cancel.cancel();
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<i64, Cancel>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, BTreeMap<i64, OnReply>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right, and the duty, to answer one request. It may be kept and used later, from any thread. A ticket that is
/// dropped answers that nothing was done, so that no client waits for ever.
#[derive(Debug)]
#[must_use = "a request wants an answer"]
pub struct Ticket {
    request_seq: i64,
    command: String,
    outbox: Outbox,
    cancel: Cancel,
    is_answered: bool,
}

impl Ticket {
    /// It was done. `()` for those without a result.
    pub fn ok(self, body: impl Serialize) {
        self.settle(Ok(to_body(body)));
    }

    /// It was not done.
    pub fn fail(self, failure: Failure) {
        self.settle(Err(failure));
    }

    /// One or the other.
    pub fn answer(self, result: Result<impl Serialize, Failure>) {
        self.settle(result.map(to_body));
    }

    /// Where the client's wish to have it no longer arrives.
    #[must_use]
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// The number of the request.
    #[must_use]
    pub fn request_seq(&self) -> i64 {
        self.request_seq
    }

    /// The command of the request.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    fn settle(mut self, result: Result<Value, Failure>) {
        self.send(result);
    }

    fn send(&mut self, result: Result<Value, Failure>) {
        self.is_answered = true;
        let mut open = self.outbox.shared.open();
        // A client that gives a number twice has the newer request under it.
        if open.get(&self.request_seq).is_some_and(|it| it.is(&self.cancel)) {
            open.remove(&self.request_seq);
        }
        drop(open);
        // It may hold whatever would have been stopped, this ticket's own state included.
        *self.cancel.hook() = None;
        let command = std::mem::take(&mut self.command);
        let response = Response { request_seq: self.request_seq, command, result };
        self.outbox.put(Item::Message(Outgoing::Response(response)));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.is_answered {
            let text = format!("`{}` was given up without an answer", self.command);
            self.send(Err(Failure::new(ErrorId::Internal, text)));
        }
    }
}

/// Whether the client still wants the answer. Copies are the same one.
#[derive(Clone, Default)]
pub struct Cancel(Arc<CancelState>);

#[derive(Default)]
struct CancelState {
    is_cancelled: AtomicBool,
    hook: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Cancel {
    /// Whether it was cancelled. Cheap enough to be asked often.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }

    /// Calls this when it is cancelled, or now if it was already; in place of what was to be called before. It runs on
    /// the task that reads, so it must not block.
    pub fn on_cancel(&self, hook: impl FnOnce() + Send + 'static) {
        *self.hook() = Some(Box::new(hook));
        if self.is_cancelled() {
            self.cancel();
        }
    }

    pub(crate) fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Release);
        let hook = self.hook().take();
        if let Some(hook) = hook {
            hook();
        }
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn hook(&self) -> MutexGuard<'_, Option<Box<dyn FnOnce() + Send>>> {
        self.0.hook.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.is_cancelled()).finish()
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("backlog", &self.backlog()).finish_non_exhaustive()
    }
}
