//! Messages in and out. Says in which order things happen: what changes documents, and what cancels a request, takes
//! effect where it stands in the input; requests are answered whenever their answers are there, each from a picture of
//! everything as it was when it arrived.
//!
//! ```text
//!             ┌─ documents ─▶ State          (at once, in order)
//!   input ────┼─ cancel, exit                (at once, in order)
//!             └─ requests ─▶ tasks ─┐
//!   output ◀──────────────────────── ┴─◀─ what we ask and tell
//! ```
//!
//! Nothing in the input ends the server but `exit` and its end: what is no message is answered with an error.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Sink, SinkExt as _, StreamExt as _};
use nixscope_engine::text::json::mend_lone_surrogates;
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tower_lsp::jsonrpc::{Request, Response};
use tower_lsp::{Client, LspService};
use tower_service::Service as _;

use crate::protocol::from_proto;
use crate::server::Server;
use crate::state::{Snapshot, State};

tokio::task_local! {
    /// Everything as it was when the request at hand arrived.
    static ARRIVAL: Arc<Snapshot>;
}

/// The largest message that is read, in bytes.
const MAX_MESSAGE: usize = 1 << 29;
/// The longest line of a header.
const MAX_HEADER: u64 = 1 << 13;
/// How long answers under way are waited for after the input ended.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// How long what was said before `exit` may take to be written.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How a client left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With `shutdown` and `exit`.
    Exit,
    /// With `exit` alone.
    Abrupt,
    /// Its end of the input is closed.
    Closed,
}

/// Everything as it was when the request at hand arrived.
pub(crate) fn arrival(state: &State) -> Arc<Snapshot> {
    ARRIVAL.try_with(Arc::clone).unwrap_or_else(|_| state.snapshot())
}

/// Serves one client until it leaves.
pub async fn serve<I, O>(input: I, output: O) -> Ending
where
    I: AsyncRead + Unpin + Send + 'static,
    O: AsyncWrite + Unpin + Send + 'static,
{
    let state = Arc::new(State::default());
    let (service, socket) = LspService::build(|client: Client| Server::new(client, Arc::clone(&state)))
        .custom_method("nixscope/text", Server::text)
        .custom_method("workspace/textDocumentContent", Server::text)
        .finish();
    let (out, messages) = unbounded_channel();
    let writer = tokio::spawn(write(output, messages));
    let (mut ours, answers) = socket.split();
    let asking = {
        let out = out.clone();
        tokio::spawn(async move {
            while let Some(request) = ours.next().await {
                send(&out, &request);
            }
        })
    };
    let mut dispatch = Dispatch { state, service, out, answers, tasks: JoinSet::new(), has_shut_down: false };
    let ending = dispatch.read(BufReader::with_capacity(1 << 16, input)).await;
    if ending == Ending::Closed {
        let _ = tokio::time::timeout(LAST_ANSWERS, async { while dispatch.tasks.join_next().await.is_some() {} }).await;
    }
    dispatch.tasks.abort_all();
    asking.abort();
    drop(dispatch);
    let _ = tokio::time::timeout(LAST_WORDS, writer).await;
    ending
}

/// Who takes messages apart.
struct Dispatch<A> {
    state: Arc<State>,
    service: LspService<Server>,
    out: UnboundedSender<Vec<u8>>,
    answers: A,
    tasks: JoinSet<()>,
    has_shut_down: bool,
}

impl<A: Sink<Response> + Unpin> Dispatch<A> {
    async fn read(&mut self, mut input: impl AsyncBufRead + Unpin) -> Ending {
        loop {
            let Ok(Some(body)) = frame(&mut input).await else { return Ending::Closed };
            let Ok(value) = serde_json::from_slice::<Value>(mend_lone_surrogates(&body).as_deref().unwrap_or(&body))
            else {
                self.complain(&Value::Null, -32700, "this is not JSON");
                continue;
            };
            drop(body);
            let messages = match value {
                Value::Array(messages) if !messages.is_empty() => messages,
                value => vec![value],
            };
            for message in messages {
                if let Some(ending) = self.take(message).await {
                    return ending;
                }
            }
            while self.tasks.try_join_next().is_some() {}
        }
    }

    /// Takes one message. How the client left, if it did.
    async fn take(&mut self, message: Value) -> Option<Ending> {
        let id = message.get("id").cloned();
        if message.get("method").is_none() {
            match serde_json::from_value::<Response>(message) {
                // Whoever asked may not wait any more.
                Ok(response) => drop(self.answers.send(response).await),
                Err(_) => self.complain(&id.unwrap_or_default(), -32600, "this is neither a request nor an answer"),
            }
            return None;
        }
        let Ok(request) = serde_json::from_value::<Request>(message) else {
            self.complain(&id.unwrap_or_default(), -32600, "this is no request");
            return None;
        };
        let method = request.method().to_owned();
        if request.id().is_none()
            && self.service.inner().is_ready()
            && let Some(message) = from_proto::sync(&method, request.params())
        {
            self.service.inner().sync(message);
            return None;
        }
        self.has_shut_down |= method == "shutdown";
        if poll_fn(|cx| self.service.poll_ready(cx)).await.is_err() {
            return Some(Ending::Abrupt);
        }
        let answer = self.service.call(request);
        match &*method {
            // The service takes nothing else before it is set up, and cancels at once.
            "initialize" | "$/cancelRequest" | "exit" => {
                if let Ok(Some(response)) = answer.await {
                    send(&self.out, &response);
                }
            }
            _ => {
                let (snapshot, out) = (self.state.snapshot(), self.out.clone());
                self.tasks.spawn(ARRIVAL.scope(snapshot, async move {
                    if let Ok(Some(response)) = answer.await {
                        send(&out, &response);
                    }
                }));
            }
        }
        let ending = if self.has_shut_down { Ending::Exit } else { Ending::Abrupt };
        (method == "exit").then_some(ending)
    }

    fn complain(&self, id: &Value, code: i32, message: &str) {
        let id = if id.is_number() || id.is_string() { id } else { &Value::Null };
        send(&self.out, &json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }));
    }
}

fn send(out: &UnboundedSender<Vec<u8>>, message: &impl serde::Serialize) {
    if let Ok(body) = serde_json::to_vec(message) {
        // If nobody writes any more, nobody is left to be told.
        let _ = out.send(body);
    }
}

/// Writes messages until there are none to come, or nobody reads them.
async fn write(mut output: impl AsyncWrite + Unpin, mut messages: UnboundedReceiver<Vec<u8>>) {
    while let Some(body) = messages.recv().await {
        let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        bytes.extend_from_slice(&body);
        if output.write_all(&bytes).await.is_err() || output.flush().await.is_err() {
            return;
        }
    }
}

/// The body of the next message; `None` at the end. Lines that are no header are passed over.
async fn frame(input: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut *input).take(MAX_HEADER).read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
        let Some(n) = length.filter(|_| text.trim().is_empty()) else { continue };
        if n > MAX_MESSAGE {
            tokio::io::copy(&mut (&mut *input).take(n as u64), &mut tokio::io::sink()).await?;
            length = None;
            continue;
        }
        // Memory is taken as bytes come, not as they are announced.
        let mut body = Vec::new();
        (&mut *input).take(n as u64).read_to_end(&mut body).await?;
        return Ok((body.len() == n).then_some(body));
    }
}
