//! Sessions with an adapter that only echoes: who is answered, when, and what ends it.

use nixscope_dap_adapter::message::{ErrorId, Failure, Request};
use nixscope_dap_adapter::outbox::{Outbox, Ticket};
use nixscope_dap_adapter::server::{Adapter, Ending, Inbox, QUEUED};
use nixscope_dap_adapter::types::{Capabilities, Event, StopReason, Stopped};
use serde_json::{Value, json};

use crate::client::Client;

/// Knows a few commands of its own; keeps the tickets of `nixscope/later`.
pub(crate) struct Echo {
    outbox: Outbox,
    inbox: Inbox<Note>,
    kept: Vec<Ticket>,
}

pub(crate) enum Note {
    Reply(Value),
    Cancelled,
}

impl Echo {
    pub(crate) fn new(outbox: Outbox, inbox: Inbox<Note>) -> Self {
        outbox.event(Event::Custom { name: "nixscope/early".to_owned(), body: json!({}) });
        Self { outbox, inbox, kept: Vec::new() }
    }
}

impl Adapter for Echo {
    type Note = Note;

    fn handle(&mut self, request: Request, ticket: Ticket) {
        match request.command.as_str() {
            "initialize" => {
                ticket.ok(Capabilities::default());
                self.outbox.event(Event::Initialized);
            }
            "next" => {
                ticket.ok(());
                self.outbox.event(Event::Stopped(Stopped::new(StopReason::Step, 1)));
            }
            "nixscope/echo" => ticket.ok(request.arguments),
            "nixscope/later" => {
                let inbox = self.inbox.clone();
                ticket.cancel().on_cancel(move || {
                    inbox.post(Note::Cancelled);
                });
                self.kept.push(ticket);
            }
            "nixscope/now" => {
                for ticket in self.kept.drain(..) {
                    ticket.ok(());
                }
                ticket.ok(());
            }
            "nixscope/forget" => drop(ticket),
            "nixscope/panic" => {
                let _ticket = ticket;
                std::panic::resume_unwind(Box::new("a handler fails"));
            }
            "nixscope/terminal" => {
                let inbox = self.inbox.clone();
                let on_reply = Box::new(move |reply: nixscope_dap_adapter::message::Reply| {
                    inbox.post(Note::Reply(reply.body));
                });
                ticket.ok(());
                self.outbox.ask("runInTerminal", json!({ "cwd": "/", "args": ["ls"] }), on_reply);
            }
            "disconnect" => {
                ticket.ok(());
                self.outbox.end();
            }
            command => {
                let failure = Failure::unknown_command(command);
                ticket.fail(failure);
            }
        }
    }

    fn note(&mut self, note: Note) {
        match note {
            Note::Reply(body) => self.outbox.event(Event::Custom { name: "nixscope/reply".to_owned(), body }),
            Note::Cancelled => {
                for ticket in std::mem::take(&mut self.kept) {
                    if ticket.cancel().is_cancelled() {
                        ticket.fail(Failure::cancelled());
                    } else {
                        self.kept.push(ticket);
                    }
                }
            }
        }
    }

    fn cancel_progress(&mut self, progress_id: &str) {
        let body = json!({ "id": progress_id });
        self.outbox.event(Event::Custom { name: "nixscope/progress".to_owned(), body });
    }

    fn end(&mut self) {
        for ticket in self.kept.drain(..) {
            ticket.fail(Failure::new(ErrorId::Refused, "over"));
        }
        self.outbox.event(Event::Terminated { restart: None });
    }
}

async fn initialized() -> Client {
    let mut client = Client::new(Echo::new);
    let answer = client.ask("initialize", json!({ "adapterID": "nix" })).await;
    assert_eq!(answer, ["← 1 initialize {}"]);
    assert_eq!(client.line().await, "event nixscope/early {}");
    assert_eq!(client.line().await, "event initialized {}");
    client
}

#[tokio::test]
async fn events_wait_for_initialize() {
    let mut client = Client::new(Echo::new);
    client.bytes(b"rubbish\n").await;
    assert_eq!(client.ask("next", json!({})).await, ["← 1 next {}"]);
    assert_eq!(client.ask("initialize", json!({})).await, ["← 2 initialize {}"]);
    let mut held = [client.line().await, client.line().await, client.line().await];
    // What the reader tells and what the adapter tells have no order between them.
    held.sort();
    assert_eq!(held[0], "event nixscope/early {}");
    assert!(held[1].contains("8 bytes between messages"), "{held:?}");
    assert!(held[2].starts_with("event stopped"), "{held:?}");
    assert_eq!(client.line().await, "event initialized {}");
}

#[tokio::test]
async fn everybody_is_answered_with_the_command() {
    let mut client = initialized().await;
    let cases = [
        ("nixscope/echo", json!({ "a": { "b": null, "c": [1] } }), r#"← 2 nixscope/echo {"a":{"c":[1]}}"#),
        ("nobody/knows", json!({ "a": 1 }), "! 3 nobody/knows the command `nobody/knows` is not known here"),
        ("", json!(null), "! 4  a request has no command"),
        ("nixscope/forget", json!({}), "! 5 nixscope/forget `nixscope/forget` was given up without an answer"),
        ("nixscope/panic", json!({}), "! 6 nixscope/panic `nixscope/panic` was given up without an answer"),
        ("cancel", json!(null), "← 7 cancel {}"),
        ("cancel", json!({ "requestId": "x" }), "! 8 cancel the arguments of `cancel` are wrong: invalid type: string"),
        ("cancel", json!({ "requestId": 99.0 }), "← 9 cancel {}"),
    ];
    for (command, arguments, expected) in cases {
        let lines = client.ask(command, arguments).await;
        assert!(lines.len() == 1 && lines[0].starts_with(expected), "{lines:?} is not {expected}");
    }
    client.message(json!({ "type": "request", "command": "next" })).await;
    assert_eq!(client.line().await, "← 0 next {}");
    assert!(client.line().await.starts_with("event stopped"));
    client.message(json!({ "seq": 20, "type": "request" })).await;
    assert_eq!(client.line().await, "! 20  a request has no command");
    client.message(json!([])).await;
    assert!(client.line().await.contains("not a JSON object"));
    let (rest, ending) = client.close().await;
    assert_eq!(rest, ["event terminated {}"]);
    assert!(matches!(ending, Ending::Input));
}

#[tokio::test]
async fn what_is_asked_later_may_be_answered_first() {
    let mut client = initialized().await;
    let slow = client.send("nixscope/later", json!({})).await;
    assert_eq!(client.ask("next", json!({})).await, ["← 3 next {}"]);
    assert!(client.line().await.starts_with("event stopped"));
    assert_eq!(
        client.ask("nixscope/now", json!({})).await,
        [format!("← {slow} nixscope/later {{}}"), "← 4 nixscope/now {}".to_owned()]
    );
}

#[tokio::test]
async fn a_request_can_be_cancelled() {
    let mut client = initialized().await;
    let first = client.send("nixscope/later", json!({})).await;
    let second = client.send("nixscope/later", json!({})).await;
    // The answer to a later request shows that both tickets are kept.
    client.ask("nixscope/echo", json!({})).await;
    client.send("cancel", json!({ "requestId": second })).await;
    let mut lines = [client.line().await, client.line().await];
    lines.sort();
    assert_eq!(lines, ["! 3 nixscope/later cancelled", "← 5 cancel {}"]);
    assert_eq!(client.ask("nixscope/now", json!({})).await[0], format!("← {first} nixscope/later {{}}"));
    client.send("cancel", json!({ "progressId": "p" })).await;
    let mut lines = [client.line().await, client.line().await];
    lines.sort();
    assert_eq!(lines, [r#"event nixscope/progress {"id":"p"}"#, "← 7 cancel {}"]);
}

#[tokio::test]
async fn the_client_can_be_asked() {
    let mut client = initialized().await;
    assert_eq!(client.ask("nixscope/terminal", json!({})).await, ["← 2 nixscope/terminal {}"]);
    let asked = client.next().await.expect("the adapter asks");
    assert_eq!((&asked["command"], &asked["type"]), (&json!("runInTerminal"), &json!("request")));
    let reply = json!({
        "seq": 9, "type": "response", "request_seq": asked["seq"], "success": true, "command": "runInTerminal",
        "body": { "processId": 3 },
    });
    client.message(reply.clone()).await;
    assert_eq!(client.line().await, r#"event nixscope/reply {"processId":3}"#);
    // Nobody asked twice.
    client.message(reply).await;
    assert_eq!(client.ask("nixscope/echo", json!({})).await, ["← 3 nixscope/echo {}"]);
}

#[tokio::test]
async fn a_session_ends_with_its_input() {
    let mut client = initialized().await;
    client.send("nixscope/later", json!({})).await;
    client.send("nixscope/echo", json!({})).await;
    let (rest, ending) = client.close().await;
    assert_eq!(rest, ["← 3 nixscope/echo {}", "! 2 nixscope/later over", "event terminated {}"]);
    assert!(matches!(ending, Ending::Input));
}

#[tokio::test]
async fn a_session_ends_when_the_adapter_says_so() {
    let mut client = initialized().await;
    // Twice: some clients make sure.
    assert_eq!(client.ask("disconnect", json!(null)).await, ["← 2 disconnect {}"]);
    assert_eq!(client.ask("disconnect", json!({})).await, ["← 3 disconnect {}"]);
    let (rest, ending) = client.rest().await;
    assert_eq!(rest, ["event terminated {}"]);
    assert!(matches!(ending, Ending::Adapter));
}

#[tokio::test]
async fn a_session_ends_inside_a_message() {
    let mut client = initialized().await;
    client.bytes(b"Content-Length: 100\r\n\r\n{\"seq\":").await;
    let (rest, ending) = client.close().await;
    assert!(rest[0].contains("the input ended inside a message, 7 bytes in"), "{rest:?}");
    assert!(matches!(ending, Ending::Input));
}

#[tokio::test]
async fn a_browser_is_not_served() {
    let mut client = Client::new(Echo::new);
    client.bytes(b"POST / HTTP/1.1\r\nContent-Length: 57\r\n\r\n").await;
    client.bytes(br#"{"seq":1,"type":"request","command":"initialize"}        "#).await;
    let (rest, ending) = client.rest().await;
    assert!(rest.is_empty(), "{rest:?}");
    assert!(matches!(ending, Ending::Http));
}

#[tokio::test]
async fn an_adapter_that_cannot_be_made_still_answers() {
    fn make(_: Outbox, _: Inbox<Note>) -> Echo {
        std::panic::resume_unwind(Box::new("no adapter"))
    }
    let mut client = Client::new(make);
    let answer = client.ask("initialize", json!({})).await;
    assert_eq!(answer, ["! 1 initialize `initialize` was given up without an answer"]);
}

#[tokio::test]
async fn many_requests_at_once_are_answered_in_order() {
    let mut client = initialized().await;
    for round in 0..4 {
        let from = client.send("nixscope/echo", json!({})).await;
        for _ in 1..QUEUED {
            client.send("nixscope/echo", json!({})).await;
        }
        for i in 0..QUEUED {
            let expected = format!("← {} nixscope/echo {{}}", from + i64::try_from(i).expect("it is small"));
            assert_eq!(client.line().await, expected, "round {round}");
        }
    }
}

#[tokio::test]
async fn rubbish_is_told_of_but_not_at_any_length() {
    let mut client = initialized().await;
    for _ in 0..100 {
        client.bytes(b"Content-Length: 1\r\n\r\n?").await;
    }
    let lines = client.ask("nixscope/echo", json!({})).await;
    assert_eq!(lines.len(), 21, "{lines:?}");
}
