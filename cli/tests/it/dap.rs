//! A client of `nixscope dap` for transcripts: what the adapter does with files and recordings of this machine. What it
//! does with programs is tested where it lives.
//!
//! ```text
//! → launch {"recording":"a.nixtrace"} … initialized     begins a session; read until the answer and `initialized`
//! → continue … terminated                               sent with {"threadId":1}
//! ```

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Events that come with every file, and with every program.
const NOISE: [&str; 3] = ["loadedSource", "module", "process"];

/// A session with an adapter of its own.
pub(crate) struct Client {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    last_seq: i64,
}

impl Client {
    /// Begins one. The command is that of the adapter.
    pub(crate) fn begin(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the adapter can be run");
        let input = child.stdin.take().expect("it has an input");
        let mut output = BufReader::new(child.stdout.take().expect("it has an output"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut header = String::new();
            while output.read_line(&mut header).is_ok_and(|n| n > 0) {
                if let Some(length) = header.strip_prefix("Content-Length: ") {
                    let mut body = vec![0; length.trim().parse().expect("a length is a number")];
                    output.read_until(b'\n', &mut Vec::new()).expect("an empty line follows");
                    output.read_exact(&mut body).expect("the body follows");
                    let message = serde_json::from_slice(&body).expect("a message is JSON");
                    if sender.send(message).is_err() {
                        return;
                    }
                }
                header.clear();
            }
        });
        let mut client = Self { child, input, messages, last_seq: 0 };
        client.play(r#"initialize {"adapterID":"nix"}"#);
        client
    }

    /// Sends a request and reads what comes of it; gives that as text.
    pub(crate) fn play(&mut self, line: &str) -> String {
        let (request, awaited) = line.split_once(" … ").unwrap_or((line, ""));
        let mut awaited: Vec<&str> = awaited.split_whitespace().collect();
        let (command, arguments) = request.split_once(' ').unwrap_or((request, r#"{"threadId":1}"#));
        let arguments: Value = serde_json::from_str(arguments).expect("arguments are JSON");
        self.last_seq += 1;
        let request =
            json!({ "seq": self.last_seq, "type": "request", "command": command, "arguments": arguments }).to_string();
        let sent = write!(self.input, "Content-Length: {}\r\n\r\n{request}", request.len());
        sent.and_then(|()| self.input.flush()).expect("the adapter reads");
        let (mut out, mut is_answered) = (String::new(), false);
        while !is_answered || !awaited.is_empty() {
            let Ok(message) = self.messages.recv_timeout(PATIENCE) else {
                let _ = writeln!(out, "? no answer, or no {awaited:?}");
                break;
            };
            let event = message["event"].as_str().unwrap_or_default();
            awaited.retain(|it| *it != event);
            is_answered |= message["request_seq"] == json!(self.last_seq);
            if NOISE.contains(&event) {
                continue;
            }
            let body = match &message["body"] {
                Value::Null => String::new(),
                Value::Object(fields) if fields.is_empty() => String::new(),
                body => format!(" {body}"),
            };
            let _ = match message["success"].as_bool() {
                None => writeln!(out, "  {event}{body}"),
                Some(true) => writeln!(out, "←{body}"),
                Some(false) => writeln!(out, "! {}", message["body"]["error"]["format"].as_str().unwrap_or_default()),
            };
        }
        out
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
