//! Whether a message that is sent is a valid one, by `dap-adapter/tests/schema/messages.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// The fields of a thing: name, whether it must be there, type.
type Fields = Vec<(&'static str, bool, &'static str)>;

static SHAPES: LazyLock<BTreeMap<&'static str, Fields>> = LazyLock::new(|| {
    let mut shapes = BTreeMap::new();
    let lines = include_str!("../schema/messages.txt").lines().filter(|it| !it.is_empty() && !it.starts_with('#'));
    for line in lines {
        let (name, fields) = match line.split_once(" = ") {
            Some((name, same)) => (name, Fields::clone(&shapes[same])),
            None => {
                let (name, fields) = line.split_once(':').expect("a shape has a colon");
                (name, fields.split(", ").map(str::trim).filter(|it| !it.is_empty()).map(field).collect())
            }
        };
        assert!(shapes.insert(name, fields).is_none(), "{name} stands there twice");
    }
    shapes
});

fn field(text: &'static str) -> (&'static str, bool, &'static str) {
    let (name, kind) = text.split_once(' ').expect("a field has a name and a type");
    (name.trim_end_matches('?'), !name.ends_with('?'), kind)
}

/// Fails the test if a message of ours is not what a client may expect.
#[track_caller]
pub(crate) fn assert_valid(message: &Value) {
    let problems = problems(message);
    assert!(problems.is_empty(), "{message:#}\n{}", problems.join("\n"));
}

/// What is wrong with it.
pub(crate) fn problems(message: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let envelope: &[(&str, &str)] = match message["type"].as_str() {
        Some("response") => {
            &[("seq", "int"), ("type", "str"), ("request_seq", "int"), ("success", "bool"), ("command", "str")]
        }
        Some("event") => &[("seq", "int"), ("type", "str"), ("event", "str")],
        Some("request") => &[("seq", "int"), ("type", "str"), ("command", "str")],
        _ => return vec!["no message: no `type`".to_owned()],
    };
    let mut rest: Map<String, Value> = message.as_object().cloned().unwrap_or_default();
    for (name, kind) in envelope {
        match rest.remove(*name) {
            Some(value) => check(&value, kind, name, &mut found),
            None => found.push(format!("{name}: missing")),
        }
    }
    if message["seq"].as_i64() < Some(1) {
        found.push("seq: counts from 1".to_owned());
    }
    let payload = match message["type"].as_str() {
        Some("request") => "arguments",
        _ => "body",
    };
    let done = (message["success"] == json!(true)).then(|| json!({}));
    let Some(body) = rest.remove(payload).or(done) else {
        found.push(format!("{payload}: missing"));
        return found;
    };
    let is_failure = message["success"] == json!(false);
    if is_failure {
        match rest.remove("message") {
            Some(text) => check(&text, "str", "message", &mut found),
            None => found.push("message: missing in a failure".to_owned()),
        }
        check(&body, "ErrorBody", "body", &mut found);
    } else {
        let name = message["event"].as_str().or(message["command"].as_str()).unwrap_or_default();
        let shape = format!("{} {name}", message["type"].as_str().unwrap_or_default());
        check(&body, if name.starts_with("nixscope/") { "any" } else { &shape }, payload, &mut found);
    }
    found.extend(rest.keys().map(|name| format!("{name}: not known")));
    found
}

fn check(value: &Value, kind: &str, path: &str, found: &mut Vec<String>) {
    let is_right = match kind {
        "str" => value.is_string(),
        "int" => value.is_i64() || value.is_u64(),
        "num" => value.is_number(),
        "bool" => value.is_boolean(),
        "obj" => value.is_object(),
        "any" => true,
        _ => {
            if let Some(fields) = SHAPES.get(kind) {
                return check_fields(value, fields, path, found);
            }
            if let Some(item) = kind.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                let Some(items) = value.as_array() else {
                    found.push(format!("{path}: {value} is no list"));
                    return;
                };
                for (i, value) in items.iter().enumerate() {
                    check(value, item, &format!("{path}[{i}]"), found);
                }
                return;
            }
            kind.contains('|')
                && kind.split('|').any(|word| match word {
                    "null" => value.is_null(),
                    "int" | "str" => {
                        let mut problems = Vec::new();
                        check(value, word, path, &mut problems);
                        problems.is_empty()
                    }
                    word => value == word,
                })
        }
    };
    if !is_right {
        found.push(format!("{path}: {value} is no {kind}"));
    }
}

fn check_fields(value: &Value, fields: &Fields, path: &str, found: &mut Vec<String>) {
    let Some(values) = value.as_object() else {
        found.push(format!("{path}: {value} is no object"));
        return;
    };
    for (name, is_required, kind) in fields {
        match values.get(*name) {
            Some(value) => check(value, kind, &format!("{path}.{name}"), found),
            None if *is_required => found.push(format!("{path}.{name}: missing")),
            None => {}
        }
    }
    let is_known = |name: &str| fields.iter().any(|(it, ..)| *it == name);
    found.extend(values.keys().filter(|it| !is_known(it)).map(|it| format!("{path}.{it}: not known")));
}

#[test]
fn what_is_wrong_is_found() {
    let response = |command: &str, body: Value| json!({ "seq": 1, "type": "response", "request_seq": 1, "success": true, "command": command, "body": body });
    let event = |name: &str, body: Value| json!({ "seq": 1, "type": "event", "event": name, "body": body });
    let cases = [
        (event("initialized", json!({})), ""),
        (json!({ "seq": 1, "type": "event", "event": "initialized" }), "body: missing"),
        (json!({ "seq": 0, "type": "event", "event": "initialized", "body": {} }), "seq: counts from 1"),
        (event("stopped", json!({ "reason": "function" })), "body.reason: \"function\" is no step|"),
        (event("stopped", json!({ "reason": "function breakpoint" })), ""),
        (event("stopped", json!({ "reason": "step", "text": null })), "body.text: null is no str"),
        (event("rebooted", json!({})), "body: {} is no event rebooted"),
        (event("nixscope/rebooted", json!({ "a": 1 })), ""),
        (response("continue", json!({ "all_threads_continued": true })), "body.all_threads_continued: not known"),
        (
            response("setBreakpoints", json!({ "breakpoints": [{ "line": 1 }] })),
            "body.breakpoints[0].verified: missing",
        ),
        (response("dataBreakpointInfo", json!({ "dataId": null, "description": "" })), ""),
        (response("modules", json!({ "modules": [{ "id": 1, "name": "" }] })), ""),
        (response("initialize", json!({ "supportsStepBack": 1 })), "body.supportsStepBack: 1 is no bool"),
        (
            json!({ "seq": 1, "type": "response", "request_seq": 1, "success": false, "message": "", "body": {} }),
            "command: missing",
        ),
        (
            json!({ "seq": 1, "type": "response", "request_seq": 1, "success": false, "message": "", "body": {},
                "command": "next", "error": null }),
            "error: not known",
        ),
    ];
    for (message, expected) in cases {
        let found = problems(&message).join("\n");
        assert!(found.starts_with(expected) && found.is_empty() == expected.is_empty(), "{message}: {found}");
    }
}
