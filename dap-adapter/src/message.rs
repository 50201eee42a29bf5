//! The envelope: requests as they come, and responses and events as they go.
//!
//! A request is read as JSON first and as its own type later, so that every request can be answered with its
//! `command`: unknown ones, ones with strange arguments, ones without a `seq`. Nothing is sent that is null. Every event
//! has a `body`; an answer that says no more than that it was done has none. This never looks into what a command means.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::types::Event;

/// The largest whole number that a float holds exactly; beyond it a number with a point is no integer.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// The one key whose null says something: a `dataBreakpointInfo` without a `dataId` answers "not here".
const NULL_SPEAKS: &str = "dataId";

/// A message of the client.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// It asks.
    Request(Request),
    /// It answers a request of ours.
    Reply(Reply),
}

/// A request of the client.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The client's number for it; 0 if it gave none.
    pub seq: i64,
    /// What is asked; empty if the client did not say.
    pub command: String,
    /// The arguments as they were sent; an empty object if there were none.
    pub arguments: Value,
}

/// The client's answer to a request of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The number of our request.
    pub request_seq: i64,
    /// Whether the client did what it was asked to do.
    pub success: bool,
    /// Why not.
    pub message: Option<String>,
    /// The result; an empty object if there was none.
    pub body: Value,
}

/// Why a message is neither a request nor a reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// Not a JSON object.
    #[error("a message is not a JSON object and was skipped")]
    NotAnObject,
    /// Neither a request nor a response.
    #[error("a message of the type `{0}` was skipped")]
    Type(String),
}

impl Incoming {
    /// Reads the envelope.
    ///
    /// # Errors
    /// If it is no object, or an event, or of a type that nobody knows.
    pub fn read(message: Value) -> Result<Self, BadMessage> {
        let Value::Object(mut fields) = message else { return Err(BadMessage::NotAnObject) };
        let kind = fields.get("type").and_then(Value::as_str).map(str::to_owned);
        let is_request = match kind.as_deref() {
            Some(kind) => kind == "request",
            None => fields.contains_key("command") && !fields.contains_key("request_seq"),
        };
        if is_request {
            let seq = fields.get("seq").and_then(integer).unwrap_or_default();
            let command = match fields.remove("command") {
                Some(Value::String(text)) => text,
                _ => String::new(),
            };
            return Ok(Self::Request(Request { seq, command, arguments: object_or_as_is(fields.remove("arguments")) }));
        }
        if kind.as_deref() == Some("response") {
            return Ok(Self::Reply(Reply {
                request_seq: fields.get("request_seq").and_then(integer).unwrap_or_default(),
                success: fields.get("success").and_then(Value::as_bool).unwrap_or_default(),
                message: fields.get("message").and_then(Value::as_str).map(str::to_owned),
                body: object_or_as_is(fields.remove("body")),
            }));
        }
        Err(BadMessage::Type(kind.unwrap_or_default()))
    }
}

impl Request {
    /// The arguments as a type of the protocol. Nulls count as absent and `1.0` as `1`.
    ///
    /// # Errors
    /// A failure to answer with, if an argument is missing or of the wrong kind.
    pub fn arguments<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let mut arguments = self.arguments.clone();
        strip_nulls(&mut arguments);
        make_whole_numbers_integers(&mut arguments);
        self.typed(arguments)
    }

    /// The arguments with every null and float as they were sent: for `launch` and `attach`, where a user's own values
    /// are among them.
    ///
    /// # Errors
    /// As [`Request::arguments`].
    pub fn arguments_as_sent<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        self.typed(self.arguments.clone())
    }

    fn typed<T: DeserializeOwned>(&self, arguments: Value) -> Result<T, Failure> {
        T::deserialize(arguments).map_err(|error| Failure::bad_arguments(&self.command, &error.to_string()))
    }
}

/// Why a request was not done, in the words of its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The short form: `cancelled`, `notStopped`, or the text itself.
    pub message: String,
    /// What is told at length; none for what no user should see.
    pub error: Option<ErrorMessage>,
}

/// The structured error of a failed response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorMessage {
    /// A number for the kind of error, see [`ErrorId`].
    pub id: ErrorId,
    /// The text.
    pub format: String,
    /// Whether the client should show it to its user of its own accord.
    pub show_user: bool,
}

/// Kinds of error. The numbers are ours, and stay what they are once given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorId {
    /// Nobody knows the command.
    UnknownCommand = 1,
    /// An argument is missing or of the wrong kind.
    BadArguments = 2,
    /// The program must be stopped for this.
    NotStopped = 3,
    /// Our own side failed.
    Internal = 4,
    /// The request itself makes sense, but not here or not now.
    Refused = 5,
}

impl Serialize for ErrorId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(*self as i64)
    }
}

impl Failure {
    /// A failure with a text that the request's asker sees, where it asked.
    pub fn new(id: ErrorId, text: impl Into<String>) -> Self {
        let text = text.into();
        let error = ErrorMessage { id, format: text.clone(), show_user: false };
        Self { message: text, error: Some(error) }
    }

    /// The same, also put before the user: for requests that nobody waits for, such as `launch`.
    pub fn shown(id: ErrorId, text: impl Into<String>) -> Self {
        let mut failure = Self::new(id, text);
        if let Some(error) = &mut failure.error {
            error.show_user = true;
        }
        failure
    }

    /// The request was cancelled by the client, which therefore needs no telling.
    #[must_use]
    pub fn cancelled() -> Self {
        Self { message: "cancelled".to_owned(), error: None }
    }

    /// The program runs, and this needs it stopped.
    #[must_use]
    pub fn not_stopped() -> Self {
        Self { message: "notStopped".to_owned(), ..Self::new(ErrorId::NotStopped, "the program is not stopped") }
    }

    /// Nobody knows the command.
    #[must_use]
    pub fn unknown_command(command: &str) -> Self {
        let text = match command {
            "" => "a request has no command".to_owned(),
            _ => format!("the command `{command}` is not known here"),
        };
        Self::new(ErrorId::UnknownCommand, text)
    }

    /// An argument is missing or of the wrong kind.
    #[must_use]
    pub fn bad_arguments(command: &str, why: &str) -> Self {
        Self::new(ErrorId::BadArguments, format!("the arguments of `{command}` are wrong: {why}"))
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The number of the request.
    pub request_seq: i64,
    /// Its command.
    pub command: String,
    /// The body, or why there is none.
    pub result: Result<Value, Failure>,
}

/// A message of ours, before it has its number.
#[derive(Debug, Clone)]
pub enum Outgoing {
    /// An answer.
    Response(Response),
    /// Something happened.
    Event(Box<Event>),
    /// We ask the client.
    Request {
        /// What is asked.
        command: String,
        /// With which arguments.
        arguments: Value,
    },
}

impl Outgoing {
    /// The message as it is sent, under a number; without any null.
    #[must_use]
    pub fn to_json(&self, seq: i64) -> Value {
        let mut message = match self {
            // Helix takes an empty object for a mistake, where the protocol has no body.
            Self::Response(Response { request_seq, command, result: Ok(body) }) => json!({
                "seq": seq, "type": "response", "request_seq": request_seq, "success": true,
                "command": command, "body": Some(body).filter(|it| **it != json!({})),
            }),
            Self::Response(Response { request_seq, command, result: Err(failure) }) => json!({
                "seq": seq, "type": "response", "request_seq": request_seq, "success": false,
                "command": command, "message": failure.message, "body": { "error": failure.error },
            }),
            Self::Event(event) => json!({
                "seq": seq, "type": "event", "event": event.name(), "body": event.body(),
            }),
            Self::Request { command, arguments } => json!({
                "seq": seq, "type": "request", "command": command, "arguments": arguments,
            }),
        };
        strip_nulls(&mut message);
        message
    }
}

/// Takes every null out, at any depth.
pub fn strip_nulls(value: &mut Value) {
    let mut todo = vec![value];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(fields) => {
                fields.retain(|key, value| !value.is_null() || key == NULL_SPEAKS);
                todo.extend(fields.values_mut());
            }
            Value::Array(items) => {
                items.retain(|item| !item.is_null());
                todo.extend(items.iter_mut());
            }
            _ => {}
        }
    }
}

/// Writes `1.0` as `1`, at any depth: some languages have only one kind of number.
fn make_whole_numbers_integers(value: &mut Value) {
    let mut todo = vec![value];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(fields) => todo.extend(fields.values_mut()),
            Value::Array(items) => todo.extend(items.iter_mut()),
            Value::Number(number) if number.is_f64() => {
                if let Some(whole) = integer(value) {
                    *value = whole.into();
                }
            }
            _ => {}
        }
    }
}

/// A number as an integer, however it was written.
#[expect(clippy::cast_possible_truncation, reason = "it is whole and within what a float holds exactly")]
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|it| it.fract() == 0.0 && it.abs() <= MAX_EXACT)?;
        Some(number as i64)
    })
}

fn object_or_as_is(value: Option<Value>) -> Value {
    match value {
        None | Some(Value::Null) => Value::Object(Map::new()),
        Some(value) => value,
    }
}
