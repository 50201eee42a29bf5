//! Whole sessions as texts: `dap-adapter/tests/sessions/*.md`. A case has a program, which is the file `/demo.nix`, and
//! a transcript: lines that begin with `→` are sent, the others are what comes back.
//!
//! ```text
//! → continue … stopped                 sent with {"threadId":1}, and read until the answer and a `stopped` are there
//! → scopes {"frameId":"@double"}       `@double` is the newest number that something of this name has
//! → scopes {"frameId":"@#1"}           a frame by its place in the last stack trace
//! ```
//!
//! Numbers in what comes back are told by such names, too, and where values are written is left out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use nixscope_testkit::cases::{self, Case};
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use crate::client::Client;
use crate::programs::adapter;

#[test]
fn sessions() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sessions");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be had");
    cases::check(&folder, |case, stage| {
        assert_eq!(stage, "session", "{}: no stage is called `{stage}`", case.title);
        runtime.block_on(session(case))
    });
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Events that come with every file.
const NOISE: [&str; 2] = ["loadedSource", "module"];

async fn session(case: &Case) -> String {
    let program = case.program.clone();
    let mut player = Player { client: Client::new(adapter(&program)), names: BTreeMap::new(), out: String::new() };
    let transcript = case.shown.first().expect("the stage is there");
    let init = json!({ "adapterID": "nix", "supportsInvalidatedEvent": true });
    player.client.ask("initialize", init).await;
    for line in transcript.lines() {
        let Some(request) = line.strip_prefix("→ ") else { continue };
        player.out.push_str(line);
        player.out.push('\n');
        player.play(request).await;
    }
    player.client.send("disconnect", json!({})).await;
    let (_, ending) = player.client.rest().await;
    assert!(matches!(ending, nixscope_dap_adapter::server::Ending::Adapter), "{}: {ending:?}", case.title);
    player.out
}

struct Player {
    client: Client,
    names: BTreeMap<String, Value>,
    out: String,
}

impl Player {
    async fn play(&mut self, request: &str) {
        let (request, awaited) = match request.split_once(" … ") {
            Some((request, events)) => (request, events.split(' ').map(str::to_owned).collect()),
            None => (request, Vec::new()),
        };
        let (command, arguments) = request.split_once(' ').unwrap_or((request, r#"{"threadId":1}"#));
        let mut arguments: Value = serde_json::from_str(arguments).unwrap_or_else(|it| panic!("{request}: {it}"));
        if let Err(name) = self.replace_names(&mut arguments) {
            self.out.push_str(&format!("? nothing is called @{name}\n"));
            return;
        }
        let seq = self.client.send(command, arguments).await;
        let mut awaited: Vec<String> = awaited;
        let mut is_answered = false;
        while !is_answered || !awaited.is_empty() {
            let mut message = match timeout(PATIENCE, self.client.next()).await {
                Ok(Some(message)) => message,
                Ok(None) => return self.out.push_str("the end\n"),
                Err(_) => return self.out.push_str(&format!("? no answer, or no {awaited:?}\n")),
            };
            let name = message["event"].as_str().unwrap_or_default().to_owned();
            awaited.retain(|it| *it != name);
            is_answered |= message["request_seq"] == json!(seq);
            if NOISE.contains(&name.as_str()) {
                continue;
            }
            let mut body = message["body"].take();
            for (i, frame) in body["stackFrames"].as_array().into_iter().flatten().enumerate() {
                self.names.insert(format!("#{i}"), frame["id"].clone());
            }
            self.name(&mut body);
            let line = match (message["type"].as_str(), message["success"].as_bool()) {
                (Some("event"), _) => format!("  {name} {body}"),
                (_, Some(true)) if body.is_null() => "←".to_owned(),
                (_, Some(true)) => format!("← {body}"),
                _ => format!("! {}", message["message"].as_str().unwrap_or_default()),
            };
            let mut line = line.trim_end_matches(" {}").to_owned();
            // What stands in a list is one to a line.
            line = line.replace("},{", "},\n    {");
            self.out.push_str(&line);
            self.out.push('\n');
        }
    }

    fn replace_names(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) => {
                if let Some(name) = text.strip_prefix('@') {
                    *value = self.names.get(name).ok_or_else(|| name.to_owned())?.clone();
                }
                Ok(())
            }
            Value::Object(fields) => fields.values_mut().try_for_each(|it| self.replace_names(it)),
            Value::Array(items) => items.iter_mut().try_for_each(|it| self.replace_names(it)),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    /// Remembers numbers by the names beside them, and shows the names instead.
    fn name(&mut self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                let name = self.name_of(fields);
                for (key, suffix) in
                    [("declarationLocationReference", ".declared"), ("valueLocationReference", ".written")]
                {
                    if let Some(number) = fields.remove(key) {
                        self.names.insert(format!("{name}{suffix}"), number);
                    }
                }
                for key in ["variablesReference", "id"] {
                    let Some(number) = fields.get(key).and_then(Value::as_i64).filter(|&it| it > 0) else { continue };
                    if key == "id" && fields.contains_key("verified") {
                        continue;
                    }
                    self.names.insert(name.clone(), json!(number));
                    fields.insert(key.to_owned(), json!(format!("@{name}")));
                }
                if let Some(pc) = fields.get_mut("instructionPointerReference") {
                    self.names.insert(format!("{name}.pc"), pc.clone());
                    *pc = json!(format!("@{name}.pc"));
                }
                fields.values_mut().for_each(|it| self.name(it));
            }
            Value::Array(items) => items.iter_mut().for_each(|it| self.name(it)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn name_of(&self, fields: &Map<String, Value>) -> String {
        let text = ["name", "label"].iter().find_map(|it| fields.get(*it)?.as_str()).unwrap_or("result");
        text.split(" ← ").next().unwrap_or_default().to_owned()
    }
}
