//! The session of one client: who runs, who may wait for what, and who can end it. What a request means is the
//! [`Adapter`]'s; nothing here knows the engine.
//!
//! ```text
//!              bytes                    requests, notes                 answers, events              bytes
//!   client ───────────▶ reader task ───────────────────▶ adapter thread ───────────────▶ writer task ─────▶ client
//!                          │   ▲                            ▲      │                        ▲
//!                  cancel, │   └ replies                    │notes │commands                │ late answers
//!                  at once ▼                                │      ▼                        │ (tickets)
//!                       tickets ──────────────────────────▶ the adapter's own workers ──────┘
//! ```
//!
//! - The **reader** waits for the input, and for room when [`QUEUED`] requests wait to be handled. It never waits for
//!   an answer. It answers `cancel` itself and hands replies to whoever asked, so both work while the adapter is busy.
//! - The **adapter** has a thread to itself, which owns all of its state: no locks. It waits for its inbox only. A
//!   handler that takes long delays every later request, `pause` too: long work belongs to a worker that keeps the
//!   ticket, or that posts a note to the inbox when it is done.
//! - The **writer** waits for the queue and for the output. It numbers messages, so that numbers run on the wire from 1
//!   without a gap. It holds events back until `initialize` has been answered.
//!
//! A session ends when the input ends or breaks, when the output breaks, when the other side turns out to speak HTTP,
//! or when somebody calls [`Outbox::end`] and [`LINGER`] has passed. Then what was read before is still handled,
//! [`Adapter::end`] is called, what is open still is cancelled, and what is in the queue is written. An adapter that
//! does not come back within [`GRACE`] is left behind. A message that is none costs a line in the client's console. A
//! handler that panics costs its own request only.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use crate::message::{Incoming, Outgoing, Request, Response};
use crate::outbox::{Item, Outbox, Shared, Ticket};
use crate::types::{CancelArguments, Event, Output, OutputEventCategory};
use crate::wire::{self, Decoder, Defect};

/// How many requests may wait to be handled before reading pauses.
pub const QUEUED: usize = 512;

/// How long the end of a session waits for the adapter, and then for the output.
pub const GRACE: Duration = Duration::from_secs(2);

/// How long a client may go on after [`Outbox::end`]. Some say `disconnect` twice, and fail if nobody is there any more.
pub const LINGER: Duration = Duration::from_millis(200);

/// How many events are kept for after `initialize`.
const HELD: usize = 256;

/// How many defects of the input a client is told of.
const DEFECTS_TOLD: usize = 20;

/// How many bytes are read, and about how many are written, in one go.
const CHUNK: usize = 16 << 10;

/// What answers the requests of one client.
pub trait Adapter {
    /// What the adapter's own workers tell it.
    type Note: Send + 'static;

    /// A request. The ticket is used now or kept for later; dropped, it answers with a failure. Must not take long.
    fn handle(&mut self, request: Request, ticket: Ticket);

    /// Something a worker has posted to the inbox. Must not take long.
    fn note(&mut self, note: Self::Note);

    /// The client cancels something long that it knows by a `progressStart` event.
    fn cancel_progress(&mut self, _progress_id: &str) {}

    /// The session is over: stop the workers. Nobody hears answers any more after this returns.
    fn end(&mut self) {}
}

/// How others reach the adapter's thread.
#[derive(Debug)]
pub struct Inbox<N>(UnboundedSender<Input<N>>);

impl<N> Clone for Inbox<N> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<N> Inbox<N> {
    /// Has [`Adapter::note`] called with this. Says whether anybody is there to hear it.
    pub fn post(&self, note: N) -> bool {
        self.0.send(Input::Note(note)).is_ok()
    }
}

#[derive(Debug)]
enum Input<N> {
    Request(Request, Ticket, OwnedSemaphorePermit),
    CancelProgress(String),
    Note(N),
    End,
}

/// Why a session ended.
#[derive(Debug)]
pub enum Ending {
    /// There is nothing more to read.
    Input,
    /// The adapter has ended it, after `disconnect` as a rule.
    Adapter,
    /// The other side speaks HTTP.
    Http,
    /// Reading or writing failed.
    Broken(io::Error),
    /// There is nothing more to read, and nothing that was read was a message: this is what was wrong with it.
    Garbled(String),
}

impl Ending {
    /// What went wrong, if anything did that the other side was not told.
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        match self {
            Self::Input | Self::Adapter => None,
            Self::Http => Some(Defect::Http.to_string()),
            Self::Broken(error) => Some(error.to_string()),
            Self::Garbled(defect) => Some(defect.clone()),
        }
    }
}

/// Serves one client until its session ends. `make` makes the adapter, on the thread that will be its own.
pub async fn serve<A, R, W>(
    input: R,
    output: W,
    make: impl FnOnce(Outbox, Inbox<A::Note>) -> A + Send + 'static,
) -> Ending
where
    A: Adapter,
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (outbox, items) = Outbox::new();
    let (sender, inputs) = unbounded_channel();
    let inbox = Inbox(sender);
    let (is_over, over) = oneshot::channel::<()>();
    let spawned = thread::Builder::new().name("adapter".to_owned()).spawn({
        let (outbox, inbox) = (outbox.clone(), inbox.clone());
        move || {
            let _is_over = is_over;
            guard(|| run(make(outbox, inbox), inputs));
        }
    });
    if let Err(error) = spawned {
        return Ending::Broken(error);
    }
    let mut writer = tokio::spawn(write(output, items, outbox.shared().clone()));
    let mut written = None;
    let mut reading = pin!(read(input, &outbox, &inbox));
    let ending = tokio::select! {
        ending = &mut reading => ending,
        () = outbox.shared().ending() => {
            let _ = timeout(LINGER, &mut reading).await;
            Ending::Adapter
        }
        result = &mut writer => {
            written = Some(());
            // It stops by itself only because it cannot go on.
            let error = result.map_err(io::Error::other).and_then(|it| it).err();
            Ending::Broken(error.unwrap_or_else(|| io::ErrorKind::BrokenPipe.into()))
        }
    };
    let _ = inbox.0.send(Input::End);
    let _ = timeout(GRACE, over).await;
    outbox.shared().end();
    outbox.close();
    if written.is_none() && timeout(GRACE, &mut writer).await.is_err() {
        writer.abort();
    }
    ending
}

/// The adapter's thread.
fn run<A: Adapter>(mut adapter: A, mut inputs: UnboundedReceiver<Input<A::Note>>) {
    while let Some(input) = inputs.blocking_recv() {
        match input {
            Input::Request(_, ticket, _permit) if ticket.cancel().is_cancelled() => {
                ticket.fail(crate::message::Failure::cancelled());
            }
            Input::Request(request, ticket, _permit) => guard(|| adapter.handle(request, ticket)),
            Input::CancelProgress(id) => guard(|| adapter.cancel_progress(&id)),
            Input::Note(note) => guard(|| adapter.note(note)),
            Input::End => break,
        }
    }
    guard(|| adapter.end());
}

/// Keeps a panic of one handler from ending the session. The ticket that unwinds answers for it, and the panic's own
/// message has gone to standard error.
fn guard(action: impl FnOnce()) {
    let _: Result<(), Box<dyn Any + Send>> = catch_unwind(AssertUnwindSafe(action));
}

/// The reader's task.
async fn read<R: AsyncRead + Unpin, N>(mut input: R, outbox: &Outbox, inbox: &Inbox<N>) -> Ending {
    let mut reader = Reader { outbox, inbox, room: Arc::new(Semaphore::new(QUEUED)), defects_left: DEFECTS_TOLD };
    let mut decoder = Decoder::default();
    let mut chunk = vec![0; CHUNK];
    // Whoever never sent a message is told nothing: events wait for the answer to the first one.
    let (mut has_message, mut first_defect) = (false, None);
    loop {
        while let Some(message) = decoder.next_message() {
            match message {
                Ok(message) => {
                    has_message = true;
                    reader.take(message).await;
                }
                Err(Defect::Http) => return Ending::Http,
                Err(defect) => {
                    reader.tell(&defect.to_string());
                    first_defect.get_or_insert(defect);
                }
            }
        }
        match input.read(&mut chunk).await {
            Ok(0) => break,
            Ok(n) => decoder.push(&chunk[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Ending::Broken(error),
        }
    }
    if let Some(defect) = decoder.finish() {
        reader.tell(&defect.to_string());
        first_defect.get_or_insert(defect);
    }
    match first_defect {
        Some(defect) if !has_message => Ending::Garbled(defect.to_string()),
        _ => Ending::Input,
    }
}

struct Reader<'a, N> {
    outbox: &'a Outbox,
    inbox: &'a Inbox<N>,
    room: Arc<Semaphore>,
    defects_left: usize,
}

impl<N> Reader<'_, N> {
    async fn take(&mut self, message: Value) {
        match Incoming::read(message) {
            Ok(Incoming::Request(request)) => self.request(request).await,
            Ok(Incoming::Reply(reply)) => self.outbox.shared().reply(reply),
            Err(bad) => self.tell(&bad.to_string()),
        }
    }

    async fn request(&mut self, request: Request) {
        let ticket = self.outbox.ticket(&request);
        if request.command == "cancel" {
            match request.arguments::<CancelArguments>() {
                Ok(arguments) => self.cancel(arguments, ticket),
                Err(failure) => ticket.fail(failure),
            }
            return;
        }
        let room = self.room.clone().acquire_owned().await.expect("the semaphore is never closed");
        // An adapter that is gone drops the ticket, which answers for it.
        let _ = self.inbox.0.send(Input::Request(request, ticket, room));
    }

    /// Success says that the wish was heard: the request itself tells how it ended.
    fn cancel(&self, arguments: CancelArguments, ticket: Ticket) {
        if let Some(seq) = arguments.request_id {
            self.outbox.shared().cancel(seq);
        }
        if let Some(id) = arguments.progress_id {
            let _ = self.inbox.0.send(Input::CancelProgress(id));
        }
        ticket.ok(());
    }

    /// A client that sends rubbish should be able to find out, but not at any length.
    fn tell(&mut self, defect: &str) {
        if self.defects_left > 0 {
            self.defects_left -= 1;
            self.outbox.event(Event::Output(Output {
                category: Some(OutputEventCategory::Console),
                output: format!("debug adapter: {defect}\n"),
                ..Output::default()
            }));
        }
    }
}

/// The writer's task.
async fn write<W: AsyncWrite + Unpin>(
    mut output: W,
    mut items: UnboundedReceiver<Item>,
    shared: Arc<Shared>,
) -> io::Result<()> {
    let mut writer = Writer { shared, last_seq: 0, held: Some(Vec::new()), bytes: Vec::new(), is_closed: false };
    while !writer.is_closed
        && let Some(item) = items.recv().await
    {
        writer.put(item);
        while !writer.is_closed
            && writer.bytes.len() < CHUNK
            && let Ok(item) = items.try_recv()
        {
            writer.put(item);
        }
        output.write_all(&writer.bytes).await?;
        output.flush().await?;
        writer.bytes.clear();
    }
    output.shutdown().await
}

struct Writer {
    shared: Arc<Shared>,
    last_seq: i64,
    /// Events from before the answer to `initialize`; none once it has been given.
    held: Option<Vec<Event>>,
    bytes: Vec<u8>,
    is_closed: bool,
}

impl Writer {
    fn put(&mut self, item: Item) {
        self.shared.written();
        match item {
            Item::Close => self.is_closed = true,
            Item::Ask { command, arguments, on_reply } => {
                self.shared.expect_reply(self.last_seq + 1, on_reply);
                self.send(&Outgoing::Request { command, arguments });
            }
            Item::Message(Outgoing::Event(event)) => match &mut self.held {
                Some(held) if held.len() < HELD => held.push(*event),
                Some(_) => {}
                None => self.send(&Outgoing::Event(event)),
            },
            Item::Message(message) => {
                self.send(&message);
                if matches!(&message, Outgoing::Response(Response { command, result: Ok(_), .. }) if command == "initialize")
                {
                    for event in self.held.take().into_iter().flatten() {
                        self.send(&Outgoing::Event(Box::new(event)));
                    }
                }
            }
        }
    }

    fn send(&mut self, message: &Outgoing) {
        self.last_seq += 1;
        let body = message.to_json(self.last_seq).to_string();
        self.bytes.extend_from_slice(&wire::encode(body.as_bytes()));
    }
}
