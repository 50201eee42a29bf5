//! What runs a file, and what is asked of the machine that did: by commands, completion, definition and lenses.

use serde_json::{Value, json};

use crate::client::{Client, uri};
use crate::values::{Folder, hover_says};

const CALLER: &str =
    "{ lib = rec { inherit (import ./more.nix) twice; two = import ./a.nix { n = 2; inherit twice; }; }; }";
const MORE: &str = "{\n  /* Twice as much. */\n  twice = x: x * 2;\n}";
const TEXT: &str = "{ n, twice }: rec {
  four = twice n;
  some = if n == 2 then 1 + 1 else 3 + 3;
  # four + 1
  # => 5
  # four
  # => 3
  deep = { a = [ four ]; };
}";

async fn start(folder: &Folder) -> Client {
    let capabilities = json!({
        "textDocument": { "completion": { "completionItem": { "documentationFormat": ["markdown"] } } },
    });
    let commands = ["nixscope.showValue", "nixscope.debug", "nixscope.showResult"];
    let options = json!({ "live": { "delay": 1 }, "statusNotifications": true, "clientCommands": commands });
    Client::start_with(&[&folder.path("")], capabilities, options).await
}

fn folder(name: &str) -> Folder {
    Folder::new(name, &[("default.nix", CALLER), ("more.nix", MORE), ("a.nix", TEXT)])
}

/// Where a mark stands in the text.
fn position(marked: &str) -> Value {
    let before = marked.split('|').next().unwrap_or_default();
    json!({ "line": before.matches('\n').count(), "character": before.rsplit('\n').next().unwrap_or_default().len() })
}

async fn command(client: &mut Client, path: &str, name: &str, more: Value) -> Value {
    let mut argument = json!({ "textDocument": { "uri": uri(path) } });
    for (name, value) in more.as_object().into_iter().flatten() {
        argument[name] = value.clone();
    }
    client.ask("workspace/executeCommand", json!({ "command": name, "arguments": [argument] })).await
}

/// Why a request is refused.
async fn refused(client: &mut Client, method: &str, params: Value) -> String {
    let id = client.begin(method, params).await;
    client.answer(id).await["error"]["message"].as_str().unwrap_or_default().to_owned()
}

/// The same as often as it takes, until the answer is there: values come when they are there.
async fn command_says(client: &mut Client, path: &str, name: &str, more: Value, expected: &str) -> Value {
    let mut said = Value::Null;
    for _ in 0..2_000 {
        said = command(client, path, name, more.clone()).await;
        if said.to_string().contains(expected) {
            return said;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{name}: no {expected} in {said}");
}

#[tokio::test]
async fn a_file_is_run_as_its_caller_does() {
    let folder = folder("caller");
    let mut client = start(&folder).await;
    let path = folder.path("a.nix");
    client.open(&path, TEXT).await;
    let status = client.wait(|it| it["method"] == "nixscope/status" && it["params"]["state"] == "done").await;
    assert_eq!(status["params"]["entry"], json!({ "kind": "importer", "label": "default.nix" }));
    assert!(status["params"]["instructions"].as_u64() > Some(0), "{status}");
    hover_says(&mut client, &path, &TEXT.replace("twice n", "tw|ice n"), "Twice as much").await;
    hover_says(&mut client, &path, &TEXT.replace("  four", "  fo|ur"), "by importer `default.nix`").await;
    // A name of another file, through what the caller inherits.
    let params =
        json!({ "textDocument": { "uri": uri(&path) }, "position": position(&TEXT.replace("= twice", "= t|wice")) });
    let found = client.ask("textDocument/definition", params).await;
    assert_eq!(found[0]["uri"].as_str().unwrap_or_default(), uri(&folder.path("more.nix")), "{found}");
    // What was not taken is grey.
    let told = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": uri(&path) } })).await;
    let dead = told["items"].as_array().into_iter().flatten().find(|it| it["code"] == "branch-not-taken");
    assert_eq!(dead.map(|it| it["range"]["start"].clone()), Some(json!({ "line": 2, "character": 35 })), "{told}");
    client.leave().await;
}

#[tokio::test]
async fn entries_can_be_pinned() {
    let folder = folder("pinned");
    let mut client = start(&folder).await;
    let path = folder.path("a.nix");
    client.open(&path, TEXT).await;
    let said = command_says(&mut client, &path, "nixscope.entries", json!({}), "default.nix").await;
    assert_eq!((said["pinned"].clone(), said["entries"][0]["kind"].clone()), (Value::Null, json!("importer")));
    let text = "import ./a.nix { n = 50; twice = x: x * 2; }";
    command(&mut client, &path, "nixscope.pin", json!({ "expression": text })).await;
    hover_says(&mut client, &path, &TEXT.replace("  four", "  fo|ur"), "\n100\n").await;
    let said = command(&mut client, &path, "nixscope.entries", json!({})).await;
    assert_eq!(said["pinned"], json!(format!("setting:{text}")));
    command(&mut client, &path, "nixscope.pin", json!({})).await;
    hover_says(&mut client, &path, &TEXT.replace("  four", "  fo|ur"), "\n4\n").await;
    command(&mut client, &path, "nixscope.pin", json!({ "entry": said["entries"][0]["id"] })).await;
    command_says(&mut client, &path, "nixscope.entries", json!({}), "\"pinned\":\"importer").await;
    let argument = json!({ "textDocument": { "uri": uri(&path) }, "entry": "none" });
    let params = json!({ "command": "nixscope.pin", "arguments": [argument] });
    assert_eq!(refused(&mut client, "workspace/executeCommand", params).await, "there is no entry `none`");
    client.leave().await;
}

#[tokio::test]
async fn values_can_be_looked_at_at_length() {
    let folder = folder("length");
    let mut client = start(&folder).await;
    let path = folder.path("a.nix");
    client.open(&path, TEXT).await;
    let at = json!({ "position": position(&TEXT.replace("  deep", "  de|ep")) });
    let said = command_says(&mut client, &path, "nixscope.value", at.clone(), "4").await;
    assert_eq!(said["type"], "set");
    let shown = client.ask("workspace/textDocumentContent", json!({ "uri": said["uri"] })).await;
    assert_eq!(shown["text"], said["text"]);
    let code = command(&mut client, &path, "nixscope.bytecode", json!({})).await;
    assert!(code["text"].as_str().is_some_and(|it| it.contains("return")), "{code}");
    let shown = client.ask("nixscope/text", json!({ "uri": code["uri"] })).await;
    assert_eq!(shown["text"], code["text"]);
    let wrong = refused(&mut client, "nixscope/text", json!({ "uri": "nixscope-value:/a?x" })).await;
    assert_eq!(wrong, "there is no such document");
    let names = command(&mut client, &path, "nixscope.attributes", json!({ "path": ["deep"] })).await;
    assert_eq!(names, json!([{ "name": "a", "type": "list" }]));
    let why = command(&mut client, &path, "nixscope.why", at).await;
    assert!(why["lines"].as_array().is_some_and(|it| !it.is_empty()), "{why}");
    assert_eq!(command(&mut client, &path, "nixscope.reload", json!({})).await, Value::Null);
    let wrong = refused(&mut client, "workspace/executeCommand", json!({ "command": "nixscope.nothing" })).await;
    assert_eq!(wrong, "there is no command `nixscope.nothing`");
    let wrong = json!({ "command": "nixscope.value", "arguments": [3] });
    assert!(refused(&mut client, "workspace/executeCommand", wrong).await.contains("not what the command takes"));
    client.leave().await;
}

#[tokio::test]
async fn examples_are_checked() {
    let folder = folder("examples");
    let mut client = start(&folder).await;
    let path = folder.path("a.nix");
    client.open(&path, TEXT).await;
    let lenses = client.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri(&path) } })).await;
    let titles: Vec<&str> =
        lenses.as_array().into_iter().flatten().filter_map(|it| it["command"]["title"].as_str()).collect();
    assert_eq!(titles, ["Evaluate", "Debug", "Run example", "Run example"]);
    for (i, expected) in [(2, "true"), (3, "four is 4, not 3")] {
        let position = &lenses[i]["command"]["arguments"][0]["position"];
        command_says(&mut client, &path, "nixscope.runExample", json!({ "position": position }), expected).await;
    }
    client.leave().await;
}

#[tokio::test]
async fn completion_knows_what_values_have() {
    let folder = folder("completion");
    let mut client = start(&folder).await;
    let path = folder.path("b.nix");
    let whole = "let made = builtins.listToAttrs [ { name = \"alpha\"; value = 1; } { name = \"a b\"; value = 2; } ]; more = import ./more.nix; in { x = made; y = with made; 1; }";
    client.open(&path, whole).await;
    hover_says(&mut client, &path, &whole.replace("x = made", "x| = made"), "alpha").await;
    for (version, typed, label, detail) in [
        (2, "x = made.|; y", "alpha", "1"),
        (3, "x = made.a|; y", "a b", "2"),
        (4, "x = more.|; y", "twice", "function"),
        (5, "x = 1; inherit (made) |; y", "alpha", "1"),
        (6, "x = 1; z = with made; [ al|]; y", "alpha", "1"),
    ] {
        let marked = whole.replace("x = made; y", typed);
        client.change(&path, version, json!([{ "text": marked.replace('|', "") }])).await;
        let params = json!({ "textDocument": { "uri": uri(&path) }, "position": position(&marked) });
        let found = client.ask("textDocument/completion", params).await;
        let item = found["items"].as_array().into_iter().flatten().find(|it| it["label"] == label);
        let item = item.unwrap_or_else(|| panic!("{marked}: {found}")).clone();
        assert_eq!(item["detail"], detail, "{marked}");
        if label == "twice" {
            let item = client.ask("completionItem/resolve", item).await;
            assert!(item["documentation"]["value"].as_str().is_some_and(|it| it.contains("Twice as much")), "{item}");
        }
    }
    client.leave().await;
}

#[tokio::test]
async fn what_is_too_long_to_show_is_counted() {
    let folder = folder("counted");
    let mut client = start(&folder).await;
    let path = folder.path("c.nix");
    client
        .open(&path, "{ l = builtins.genList (x: x * 1000) 30; s = { a = 1; } // { b = throw \"\"; }; k = [ 1 2 ]; }")
        .await;
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 0 } });
    let wanted = json!({ "textDocument": { "uri": uri(&path) }, "range": range });
    client.wait(|it| it["method"] == "nixscope/status" && it["params"]["state"] == "done").await;
    let hints = client.ask("textDocument/inlayHint", wanted).await;
    let labels: Vec<&str> = hints.as_array().into_iter().flatten().filter_map(|it| it["label"].as_str()).collect();
    assert_eq!(labels, ["= 30 elements", "= 2 attributes"]);
    client.leave().await;
}

#[tokio::test]
async fn an_image_that_is_of_no_use_is_told_of_once() {
    let folder = folder("image");
    let options = json!({ "live": { "delay": 1, "image": "none.img" }, "statusNotifications": true });
    let mut client = Client::start_with(&[&folder.path("")], json!({}), options).await;
    let path = folder.path("a.nix");
    client.open(&path, TEXT).await;
    let is_done = |it: &Value| it["method"] == "nixscope/status" && it["params"]["state"] == "done";
    let told = client.wait(is_done).await;
    assert_eq!(told["params"]["isFromImage"], json!(false));
    let told = client.wait(|it| it["method"] == "window/logMessage").await;
    let message = told["params"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("without the image") && message.contains("/none.img"), "{message}");
    for version in 2..4 {
        client.change(&path, version, json!([{ "text": format!("{TEXT}\n# {version}") }])).await;
        client.wait(is_done).await;
    }
    assert_eq!(client.n_told("window/logMessage"), 0);
    client.leave().await;
}
