//! Every capability that is advertised has an answer.

use serde_json::{Value, json};

use crate::client::{Client, uri};

const PATH: &str = "/w/features.nix";
const TEXT: &str = "\
# A text to ask about.
let
  add = a: b: a + b;
  unused = 1;
  list = [ (add 1 2) ];
in
{
  inherit list;
  page = https://example.org/x;
  twice = map (x: add x x) list;
}
";

async fn client() -> Client {
    let mut client = Client::start(&["/w"]).await;
    client.open(PATH, TEXT).await;
    client
}

/// The place of a piece of the text.
fn at(piece: &str) -> Value {
    let offset = TEXT.find(piece).expect("a piece of the text");
    let before = &TEXT[..offset];
    let column = before.rsplit('\n').next().unwrap_or_default().len();
    json!({ "line": before.matches('\n').count(), "character": column })
}

fn params(piece: &str) -> Value {
    json!({ "textDocument": { "uri": uri(PATH) }, "position": at(piece) })
}

/// The lines on which ranges begin.
fn lines(answer: &Value) -> Vec<u64> {
    let items = answer.as_array().expect("a list").iter();
    items.map(|it| it["range"]["start"]["line"].as_u64().expect("a line")).collect()
}

#[tokio::test]
async fn places_of_names() {
    let mut client = client().await;
    let found = client.ask("textDocument/definition", params("add x x")).await;
    assert_eq!(found[0]["targetSelectionRange"]["start"], at("add = a"));
    let mut wanted = params("add = a");
    wanted["context"] = json!({ "includeDeclaration": true });
    assert_eq!(lines(&client.ask("textDocument/references", wanted.clone()).await), [2, 4, 9]);
    wanted["context"] = json!({ "includeDeclaration": false });
    assert_eq!(lines(&client.ask("textDocument/references", wanted).await), [4, 9]);
    assert_eq!(lines(&client.ask("textDocument/documentHighlight", params("add = a")).await), [2, 4, 9]);
    let linked = client.ask("textDocument/linkedEditingRange", params("add = a")).await;
    assert_eq!(linked["ranges"].as_array().map(Vec::len), Some(3));
    client.leave().await;
}

#[tokio::test]
async fn names_for_a_debugger() {
    let mut client = client().await;
    let stopped = json!({ "start": at("a + b"), "end": at("+ b") });
    let wanted = json!({
        "textDocument": { "uri": uri(PATH) },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 11, "character": 0 } },
        "context": { "frameId": 1, "stoppedLocation": stopped },
    });
    let found = client.ask("textDocument/inlineValue", wanted).await;
    let names = found.as_array().expect("a list").iter().map(|it| it["variableName"].as_str().unwrap_or_default());
    assert_eq!(names.collect::<Vec<_>>(), ["add", "a", "b"]);
    assert_eq!((lines(&found), &found[0]["caseSensitiveLookup"]), (vec![2, 2, 2], &json!(true)));
    client.leave().await;
}

#[tokio::test]
async fn other_names() {
    let mut client = client().await;
    let ready = client.ask("textDocument/prepareRename", params("add = a")).await;
    assert_eq!(ready["placeholder"], json!("add"));
    let mut wanted = params("add = a");
    wanted["newName"] = json!("sum");
    let edit = client.ask("textDocument/rename", wanted.clone()).await;
    assert_eq!(edit["changes"][uri(PATH)].as_array().map(Vec::len), Some(3), "{edit}");
    wanted["newName"] = json!("not a name; at all");
    let id = client.begin("textDocument/rename", wanted).await;
    let refused = client.answer(id).await;
    assert!(refused["error"]["message"].is_string() || refused["result"].is_object(), "{refused}");
    client.leave().await;
}

#[tokio::test]
async fn what_may_stand_somewhere() {
    let mut client = client().await;
    let found = client.ask("textDocument/completion", params("add x x")).await;
    let labels: Vec<&str> =
        found["items"].as_array().expect("items").iter().filter_map(|it| it["label"].as_str()).collect();
    for label in ["add", "list", "x", "map", "builtins"] {
        assert!(labels.contains(&label), "{label} in {labels:?}");
    }
    // What a builtin does is told of the one that is looked at.
    let builtin =
        found["items"].as_array().and_then(|it| it.iter().find(|it| it["label"] == "map")).expect("it is there");
    assert!(builtin.get("documentation").is_none(), "{builtin}");
    let resolved = client.ask("completionItem/resolve", builtin.clone()).await;
    assert!(resolved["documentation"].to_string().contains("list"), "{resolved}");
    let help = client.ask("textDocument/signatureHelp", params("2) ];")).await;
    assert!(help["signatures"][0]["label"].as_str().is_some_and(|it| it.contains("add")), "{help}");
    assert_eq!(help["activeParameter"], json!(1), "{help}");
    let hover = client.ask("textDocument/hover", params("map (x")).await;
    assert!(hover["contents"]["value"].as_str().is_some_and(|it| it.contains("map")), "{hover}");
    client.leave().await;
}

#[tokio::test]
async fn the_text_as_a_whole() {
    let mut client = client().await;
    let document = json!({ "textDocument": { "uri": uri(PATH) } });
    let symbols = client.ask("textDocument/documentSymbol", document.clone()).await;
    let names: Vec<&str> = symbols.as_array().expect("a list").iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["add", "unused", "list", "list", "page", "twice"]);
    let folds = client.ask("textDocument/foldingRange", document.clone()).await;
    assert!(!folds.as_array().expect("a list").is_empty());
    let links = client.ask("textDocument/documentLink", document.clone()).await;
    assert_eq!(links[0]["target"], json!("https://example.org/x"));
    let mut wanted = document.clone();
    wanted["positions"] = json!([at("a + b"), at("unused")]);
    let grown = client.ask("textDocument/selectionRange", wanted).await;
    assert_eq!(grown.as_array().map(Vec::len), Some(2));
    assert!(grown[0]["parent"]["parent"].is_object(), "{grown}");
    let found = client.ask("workspace/symbol", json!({ "query": "twi" })).await;
    assert_eq!(found[0]["name"], json!("twice"), "{found}");
    client.leave().await;
}

#[tokio::test]
async fn colours_and_their_changes() {
    let mut client = client().await;
    let document = json!({ "textDocument": { "uri": uri(PATH) } });
    let whole = client.ask("textDocument/semanticTokens/full", document.clone()).await;
    let mut known: Vec<Value> = whole["data"].as_array().expect("numbers").clone();
    assert!(known.len() > 50 && known.len().is_multiple_of(5));
    let changes = [
        json!([{ "range": { "start": at("unused"), "end": at("unused") }, "text": "other = 2;\n  " }]),
        json!([]),
        json!([{ "text": "1" }]),
    ];
    let mut id = whole["resultId"].clone();
    for (i, change) in changes.into_iter().enumerate() {
        client.change(PATH, 2 + i as i32, change).await;
        let mut wanted = document.clone();
        wanted["previousResultId"] = id;
        let delta = client.ask("textDocument/semanticTokens/full/delta", wanted).await;
        for edit in delta["edits"].as_array().expect("edits") {
            let number = |name: &str| edit[name].as_u64().expect("a number") as usize;
            let start = number("start");
            let new = edit["data"].as_array().cloned().unwrap_or_default();
            known.splice(start..start + number("deleteCount"), new);
        }
        let now = client.ask("textDocument/semanticTokens/full", document.clone()).await;
        assert_eq!(&known, now["data"].as_array().expect("numbers"));
        id = now["resultId"].clone();
    }
    let mut wanted = document.clone();
    wanted["previousResultId"] = json!("unknown");
    assert!(client.ask("textDocument/semanticTokens/full/delta", wanted).await["data"].is_array());
    let mut wanted = document;
    wanted["range"] = json!({ "start": at("let"), "end": at("unused") });
    assert!(client.ask("textDocument/semanticTokens/range", wanted).await["data"].is_array());
    client.leave().await;
}

#[tokio::test]
async fn cures() {
    let mut client = client().await;
    let mut wanted = json!({ "textDocument": { "uri": uri(PATH) }, "context": { "diagnostics": [] } });
    wanted["range"] = json!({ "start": at("unused"), "end": at("unused") });
    let actions = client.ask("textDocument/codeAction", wanted.clone()).await;
    let action = &actions[0];
    assert_eq!(action["kind"], json!("quickfix"), "{actions}");
    assert_eq!(action["edit"]["changes"][uri(PATH)][0]["newText"], json!(""), "{actions}");
    assert_eq!(action["diagnostics"][0]["code"], json!("unused-binding"));
    wanted["context"]["only"] = json!(["source.organizeImports"]);
    assert_eq!(client.ask("textDocument/codeAction", wanted).await, json!([]));
    client.leave().await;
}

#[tokio::test]
async fn values_behind_bindings() {
    let mut client = client().await;
    let mut wanted = json!({ "textDocument": { "uri": uri(PATH) } });
    wanted["range"] = json!({ "start": at("#"), "end": { "line": 99, "character": 0 } });
    let mut hints = json!([]);
    for _ in 0..2_000 {
        hints = client.ask("textDocument/inlayHint", wanted.clone()).await;
        if hints.as_array().is_some_and(|it| !it.is_empty()) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let labels: Vec<&str> = hints.as_array().expect("a list").iter().filter_map(|it| it["label"].as_str()).collect();
    assert_eq!(labels, ["= [ 3 ]", "= \"https://example.org/x\"", "= [ 6 ]"]);
    client.leave().await;
}

#[tokio::test]
async fn formatting() {
    let mut client = client().await;
    let path = "/w/formatting.nix";
    client.open(path, "{\n  a=1;\n  b=2;\n}\n").await;
    let options = json!({ "tabSize": 8, "insertSpaces": false });
    let mut wanted = json!({ "textDocument": { "uri": uri(path) }, "options": options });
    let edits = client.ask("textDocument/formatting", wanted.clone()).await;
    assert_eq!(lines(&edits), [1, 1, 2, 2], "{edits}");
    wanted["range"] = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 3, "character": 0 } });
    let edits = client.ask("textDocument/rangeFormatting", wanted.clone()).await;
    assert_eq!(lines(&edits), [2, 2], "{edits}");
    client.change(path, 2, json!([{ "text": "{\n  a=;\n}\n" }])).await;
    assert_eq!(client.ask("textDocument/formatting", wanted.clone()).await, Value::Null);
    let told = client.wait(|it| it["method"] == "window/showMessage").await;
    let message = told["params"]["message"].as_str().expect("a message");
    assert!(message.starts_with("formatting.nix stays as it is: ") && message.contains("line 2"), "{message}");
    // It is not said again.
    assert_eq!(client.ask("textDocument/formatting", wanted).await, Value::Null);
    client.change(path, 3, json!([{ "text": "1\n" }])).await;
    let again = client.begin("textDocument/hover", params("add x x")).await;
    let next = client.wait(|it| it["method"] == "window/showMessage" || it["id"] == json!(again)).await;
    assert!(next.get("method").is_none(), "{next}");
    client.leave().await;
}

#[tokio::test]
async fn actions() {
    let mut client = client().await;
    let range = json!({ "start": at("unused"), "end": at("unused") });
    let wanted = json!({
        "textDocument": { "uri": uri(PATH) }, "range": range, "context": { "diagnostics": [], "only": ["quickfix"] },
    });
    let found = client.ask("textDocument/codeAction", wanted).await;
    assert_eq!(found[0]["title"], json!("Remove `unused`"), "{found}");
    assert_eq!(found[0]["isPreferred"], json!(true));
    assert_eq!(found[0]["diagnostics"][0]["code"], json!("unused-binding"));
    assert!(found[0]["edit"]["changes"][uri(PATH)].is_array() && found[0].get("data").is_none(), "{found}");
    client.leave().await;
}

#[tokio::test]
async fn actions_that_are_computed_when_chosen() {
    let resolves = json!({ "codeAction": { "dataSupport": true, "resolveSupport": { "properties": ["edit"] } } });
    let mut client = Client::start_with(&["/w"], json!({ "textDocument": resolves }), json!({})).await;
    client.open(PATH, TEXT).await;
    let range = json!({ "start": at("map (x"), "end": at("map (x") });
    let wanted = |only: &str| {
        json!({
            "textDocument": { "uri": uri(PATH) }, "range": range, "context": { "diagnostics": [], "only": [only] },
        })
    };
    let found = client.ask("textDocument/codeAction", wanted("source.fixAll")).await;
    assert_eq!(found[0]["title"], json!("Remove what is not needed"), "{found}");
    assert!(found[0].get("edit").is_none(), "{found}");
    let chosen = client.ask("codeAction/resolve", found[0].clone()).await;
    assert!(chosen["edit"]["changes"][uri(PATH)].is_array(), "{chosen}");
    client.change(PATH, 2, json!([{ "text": "1" }])).await;
    let id = client.begin("codeAction/resolve", found[0].clone()).await;
    let late = client.answer(id).await;
    assert!(late["error"]["message"].as_str().is_some_and(|it| it.contains("changed")), "{late}");
    client.leave().await;
}

#[tokio::test]
async fn calls() {
    let mut client = client().await;
    let found = client.ask("textDocument/prepareCallHierarchy", params("add = a")).await;
    assert_eq!(found[0]["name"], json!("add"), "{found}");
    let incoming = client.ask("callHierarchy/incomingCalls", json!({ "item": found[0] })).await;
    let names: Vec<&Value> = incoming.as_array().expect("a list").iter().map(|it| &it["from"]["name"]).collect();
    assert_eq!(names, ["list", "twice"], "{incoming}");
    assert_eq!(incoming[0]["fromRanges"][0]["start"], at("add 1"), "{incoming}");
    let outgoing = client.ask("callHierarchy/outgoingCalls", json!({ "item": incoming[1]["from"] })).await;
    assert_eq!(outgoing[0]["to"]["name"], json!("add"), "{outgoing}");
    client.leave().await;
}

#[tokio::test]
async fn files_with_other_names() {
    let mut client = client().await;
    client.open("/w/importing.nix", "import ./features.nix").await;
    let files = json!([{ "oldUri": uri(PATH), "newUri": uri("/w/sub/other.nix") }]);
    let edit = client.ask("workspace/willRenameFiles", json!({ "files": files })).await;
    assert_eq!(edit["changes"][uri("/w/importing.nix")][0]["newText"], json!("./sub/other.nix"), "{edit}");
    client.leave().await;
}
