//! What an editor can have done by name: values at length, entries, examples, instructions. Each takes one object.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::live::{Entry, EntryKind, LiveText, examples};
use crate::state::{Open, Snapshot, State};

use super::{from_proto, to_proto};

/// All of them.
pub const ALL: &[&str] = &[
    "nixscope.value",
    "nixscope.entries",
    "nixscope.pin",
    "nixscope.bytecode",
    "nixscope.attributes",
    "nixscope.why",
    "nixscope.runExample",
    "nixscope.reload",
];

/// Those that ask the machine that ran a document.
const ASK_MACHINES: &[&str] =
    &["nixscope.value", "nixscope.bytecode", "nixscope.attributes", "nixscope.why", "nixscope.runExample"];

/// How documents are called that show a value.
const VALUE: &str = "nixscope-value";
/// How documents are called that show instructions.
const BYTECODE: &str = "nixscope-bytecode";
/// How long somebody waits for a machine that was given up and has to run again.
const REVIVAL: Duration = Duration::from_secs(10);
/// What stands in such a document if nothing is known any more.
const NOTHING: &str = "# There is no value here: it was not computed, or the text has changed.\n";

#[derive(Debug, Deserialize)]
struct At {
    #[serde(rename = "textDocument")]
    document: lsp_types::TextDocumentIdentifier,
    position: lsp_types::Position,
}

#[derive(Debug, Deserialize)]
struct Of {
    #[serde(rename = "textDocument")]
    document: lsp_types::TextDocumentIdentifier,
    /// Which entry to pin; none takes the pin away.
    entry: Option<String>,
    /// An expression to pin.
    expression: Option<String>,
    /// An attribute path.
    #[serde(default)]
    path: Vec<String>,
}

/// What a virtual document shows.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shown {
    uri: String,
    range: Option<(u32, u32)>,
}

/// Does what an editor asks for by name.
///
/// # Errors
/// If there is no such command, or its argument is not what it takes: in words.
pub fn execute(state: &State, now: &Snapshot, command: &str, argument: Value) -> Result<Value, String> {
    let said = |it: Option<Value>| Ok(it.unwrap_or(Value::Null));
    if ASK_MACHINES.contains(&command) {
        revive(state, now, &argument);
    }
    match command {
        "nixscope.value" => {
            let at: At = read(argument)?;
            said(document(now, &at.document).and_then(|open| value(now, open, at.position)))
        }
        "nixscope.entries" => {
            let of: Of = read(argument)?;
            said(document(now, &of.document).map(|open| entries(now, state, open)))
        }
        "nixscope.pin" => pin(state, now, &read(argument)?),
        "nixscope.bytecode" => {
            let of: Of = read(argument)?;
            said(document(now, &of.document).and_then(|open| {
                let text = bytecode(now, &open.uri)?;
                Some(json!({ "uri": shown_uri(BYTECODE, open, None), "text": text }))
            }))
        }
        "nixscope.attributes" => {
            let of: Of = read(argument)?;
            said(document(now, &of.document).and_then(|open| attributes(now, open, &of.path)))
        }
        "nixscope.why" => {
            let at: At = read(argument)?;
            said(document(now, &at.document).and_then(|open| why(now, open, at.position)))
        }
        "nixscope.runExample" => {
            let at: At = read(argument)?;
            said(document(now, &at.document).and_then(|open| run_example(now, open, at.position)))
        }
        "nixscope.reload" => {
            now.disk.forget_workspace();
            state.renew();
            Ok(Value::Null)
        }
        _ => Err(format!("there is no command `{command}`")),
    }
}

/// What is in a virtual document.
#[must_use]
pub fn content(now: &Snapshot, uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let (_, query) = rest.split_once('?')?;
    let query = percent_encoding::percent_decode_str(query).decode_utf8().ok()?;
    let shown: Shown = serde_json::from_str(&query).ok()?;
    let text = match scheme {
        VALUE => full(now, &shown.uri, shown.range?).map(|it| it.0),
        BYTECODE => bytecode(now, &shown.uri),
        _ => return None,
    };
    Some(text.unwrap_or_else(|| NOTHING.to_owned()))
}

/// Has the document of an argument evaluated again if its machine was given up for those of others, and waits for it.
fn revive(state: &State, now: &Snapshot, argument: &Value) {
    let uri = argument.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
    let Some(old) = now.live.text(uri).filter(|it| it.kept.is_none()) else { return };
    state.live.want(uri, None);
    state.typed.notify_one();
    let begin = Instant::now();
    while begin.elapsed() < REVIVAL && now.live.text(uri).is_some_and(|it| Arc::ptr_eq(&it, &old)) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn read<T: DeserializeOwned>(argument: Value) -> Result<T, String> {
    serde_json::from_value(argument).map_err(|it| format!("the argument is not what the command takes: {it}"))
}

fn document<'a>(now: &'a Snapshot, of: &lsp_types::TextDocumentIdentifier) -> Option<&'a Open> {
    now.open(of.uri.as_str()).map(|it| &**it)
}

/// The name of a virtual document: its path is what a person sees, what it shows stands behind the `?`.
fn shown_uri(scheme: &str, open: &Open, range: Option<(u32, u32)>) -> String {
    let shown = serde_json::to_string(&Shown { uri: open.uri.clone(), range }).unwrap_or_default();
    let encode = |it: &str| percent_encoding::utf8_percent_encode(it, percent_encoding::NON_ALPHANUMERIC).to_string();
    let name = open.uri.rsplit('/').next().unwrap_or_default();
    let place = range.map(|it| format!(":{}", it.0)).unwrap_or_default();
    format!("{scheme}:/{}?{}", encode(&format!("{name}{place}")), encode(&shown))
}

/// The live text of a document and the innermost place of it around a position.
fn seen(now: &Snapshot, open: &Open, position: lsp_types::Position) -> Option<(Arc<LiveText>, (u32, u32))> {
    let live = now.live.text(&open.uri)?;
    let offset = live.before(&open.text, from_proto::offset(now, open, position))?;
    let range = live.at(offset).map(|it| (it.start, it.end))?;
    Some((live, range))
}

fn value(now: &Snapshot, open: &Open, position: lsp_types::Position) -> Option<Value> {
    let (live, range) = seen(now, open, position)?;
    let (text, type_name) = full(now, &open.uri, range)?;
    let is_fresh = live.version == open.version;
    let shown = to_proto::own_range(now, open, crate::ide::TextRange::new(range.0, range.1));
    Some(json!({
        "uri": shown_uri(VALUE, open, Some(range)),
        "text": text,
        "type": type_name,
        "range": is_fresh.then_some(shown),
    }))
}

fn full(now: &Snapshot, uri: &str, range: (u32, u32)) -> Option<(String, &'static str)> {
    let live = now.live.text(uri)?;
    live.kept.clone()?.ask(|asked| {
        let value = asked.at(range)?.value;
        let value = asked.spread(value);
        Some((asked.full(value), asked.type_of(value)))
    })
}

fn bytecode(now: &Snapshot, uri: &str) -> Option<String> {
    now.live.text(uri)?.kept.clone()?.ask(crate::live::Asked::bytecode)
}

fn entries(now: &Snapshot, state: &State, open: &Open) -> Value {
    let live = now.live.text(&open.uri);
    let pinned = state.live.pinned(&open.uri).map(|it| it.id);
    let all = live.as_ref().map(|it| it.entries.clone()).unwrap_or_default();
    let entry =
        |it: &Entry| json!({ "id": it.id, "kind": it.kind.name(), "label": it.label, "expression": it.expression() });
    json!({
        "active": live.as_ref().and_then(|it| it.entry.as_ref()).map(|it| it.id.clone()),
        "pinned": pinned,
        "entries": all.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn pin(state: &State, now: &Snapshot, of: &Of) -> Result<Value, String> {
    let Some(open) = document(now, &of.document) else { return Ok(Value::Null) };
    let folder = open.path.as_deref().and_then(|it| it.rsplit_once('/')).map_or("/", |it| it.0);
    let entry = match (&of.entry, &of.expression) {
        (_, Some(text)) => Some(Entry::said(EntryKind::Setting, text.clone(), folder)),
        (Some(id), None) => {
            let live = now.live.text(&open.uri);
            let found = live.and_then(|live| live.entries.iter().find(|it| it.id == *id).cloned());
            Some(found.ok_or_else(|| format!("there is no entry `{id}`"))?)
        }
        (None, None) => None,
    };
    state.live.pin(&open.uri, entry);
    state.live.want(&open.uri, None);
    state.typed.notify_one();
    Ok(Value::Null)
}

fn attributes(now: &Snapshot, open: &Open, path: &[String]) -> Option<Value> {
    let live = now.live.text(&open.uri)?;
    live.kept.clone()?.ask(|asked| {
        let value = asked.outcome()?;
        let value = asked.along(value, path)?;
        let all: Vec<Value> =
            asked.members(value, "").iter().map(|it| json!({ "name": it.name, "type": it.type_name })).collect();
        Some(json!(all))
    })
}

fn why(now: &Snapshot, open: &Open, position: lsp_types::Position) -> Option<Value> {
    let (live, range) = seen(now, open, position)?;
    let demand = live.kept.clone()?.ask(|asked| Some(asked.demand(range)))?;
    let line = |(path, line, text): &(String, u32, String)| {
        let start = lsp_types::Position { line: *line, character: 0 };
        let uri = path.starts_with('/').then(|| to_proto::file(now, path)).flatten();
        json!({ "text": text, "uri": uri, "range": lsp_types::Range { start, end: start } })
    };
    Some(json!({ "lines": demand.iter().map(line).collect::<Vec<_>>() }))
}

fn run_example(now: &Snapshot, open: &Open, position: lsp_types::Position) -> Option<Value> {
    let live = now.live.text(&open.uri)?;
    let offset = from_proto::offset(now, open, position);
    let all = examples::examples(open.document());
    let example = all.iter().find(|it| it.at <= offset && offset <= it.end)?;
    let folder = open.document().folder().unwrap_or("/").to_owned();
    let checked = live.kept.clone()?.ask(|asked| Some(asked.check(example, &folder)))?;
    let text = match checked.is_right {
        true => format!("{} is {}", one_line(&example.text), checked.text),
        false => format!("{} is {}, not {}", one_line(&example.text), checked.text, one_line(&example.expected)),
    };
    Some(json!({ "ok": checked.is_right, "text": text }))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
