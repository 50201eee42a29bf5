//! A client for tests: a session over a pipe in memory, every message of which is checked against the schema.

use nixscope_dap_adapter::outbox::Outbox;
use nixscope_dap_adapter::server::{Adapter, Ending, Inbox, serve};
use nixscope_dap_adapter::wire::{Decoder, encode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

use crate::schema::assert_valid;

/// The client's side of a session.
pub(crate) struct Client {
    input: ReadHalf<DuplexStream>,
    output: Option<WriteHalf<DuplexStream>>,
    decoder: Decoder,
    last_seq: i64,
    last_seen: i64,
    session: JoinHandle<Ending>,
}

impl Client {
    /// Begins a session with an adapter.
    pub(crate) fn new<A: Adapter + 'static>(make: impl FnOnce(Outbox, Inbox<A::Note>) -> A + Send + 'static) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (read, write) = tokio::io::split(theirs);
        let session = tokio::spawn(serve::<A, _, _>(read, write, make));
        let (input, output) = tokio::io::split(ours);
        Self { input, output: Some(output), decoder: Decoder::default(), last_seq: 0, last_seen: 0, session }
    }

    /// Sends bytes as they are.
    pub(crate) async fn bytes(&mut self, bytes: &[u8]) {
        self.output.as_mut().expect("the output is open").write_all(bytes).await.expect("the adapter reads");
    }

    /// Sends a message as it is.
    pub(crate) async fn message(&mut self, message: Value) {
        self.bytes(&encode(message.to_string().as_bytes())).await;
    }

    /// Sends a request; gives its number.
    pub(crate) async fn send(&mut self, command: &str, arguments: Value) -> i64 {
        self.last_seq += 1;
        let seq = self.last_seq;
        self.message(json!({ "seq": seq, "type": "request", "command": command, "arguments": arguments })).await;
        seq
    }

    /// The next message, which must be valid and have the next number; none at the end.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(message) = self.decoder.next_message() {
                let message = message.expect("the adapter sends messages");
                assert_valid(&message);
                self.last_seen += 1;
                assert_eq!(message["seq"], json!(self.last_seen), "{message}");
                return Some(message);
            }
            let mut chunk = [0; 4096];
            match self.input.read(&mut chunk).await {
                Ok(0) | Err(_) => return None,
                Ok(n) => self.decoder.push(&chunk[..n]),
            }
        }
    }

    /// The next message as one short line.
    pub(crate) async fn line(&mut self) -> String {
        self.next().await.map_or_else(|| "the end".to_owned(), |it| line(&it))
    }

    /// Sends a request and reads until its answer; gives everything up to it, as lines.
    pub(crate) async fn ask(&mut self, command: &str, arguments: Value) -> Vec<String> {
        let seq = self.send(command, arguments).await;
        let mut lines = Vec::new();
        while let Some(message) = self.next().await {
            lines.push(line(&message));
            if message["request_seq"] == json!(seq) {
                break;
            }
        }
        lines
    }

    /// Closes the input of the adapter and reads what still comes.
    pub(crate) async fn close(mut self) -> (Vec<String>, Ending) {
        if let Some(mut output) = self.output.take() {
            let _ = output.shutdown().await;
        }
        self.rest().await
    }

    /// Reads to the end.
    pub(crate) async fn rest(mut self) -> (Vec<String>, Ending) {
        let mut lines = Vec::new();
        while let Some(message) = self.next().await {
            lines.push(line(&message));
        }
        (lines, self.session.await.expect("a session does not panic"))
    }
}

/// `← 3 next {}`, `! 3 next why`, `event stopped {…}`, `→ runInTerminal {…}`.
fn line(message: &Value) -> String {
    let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
    match (message["type"].as_str(), message["success"].as_bool()) {
        (Some("event"), _) => format!("event {} {}", text("event"), message["body"]),
        (Some("request"), _) => format!("→ {} {}", text("command"), message["arguments"]),
        (_, Some(true)) => {
            let body = message.get("body").cloned().unwrap_or_else(|| json!({}));
            format!("← {} {} {body}", message["request_seq"], text("command"))
        }
        _ => format!("! {} {} {}", message["request_seq"], text("command"), text("message")),
    }
}
