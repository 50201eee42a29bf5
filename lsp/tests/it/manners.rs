//! What must hold of a server whatever it is asked: order, cancelling, leaving, and messages that are none.

use nixscope_lsp::Ending;
use serde_json::{Value, json};

use crate::client::{Client, uri};

const PATH: &str = "/w/a.nix";

/// Asks about the document without waiting.
async fn begin(client: &mut Client) -> i64 {
    client.begin("textDocument/diagnostic", json!({ "textDocument": { "uri": uri(PATH) } })).await
}

fn change(start: (u32, u32), end: (u32, u32), text: &str) -> Value {
    let at = |(line, character)| json!({ "line": line, "character": character });
    json!({ "range": { "start": at(start), "end": at(end) }, "text": text })
}

fn ranges(diagnostics: &Value) -> String {
    let at = |it: &Value| format!("{}:{}", it["line"], it["character"]);
    let items = diagnostics.as_array().expect("a list").iter();
    let shown = |it: &Value| format!("{}-{} {}", at(&it["range"]["start"]), at(&it["range"]["end"]), it["code"]);
    items.map(shown).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn many_requests_at_once_are_all_answered() {
    let mut client = Client::start(&["/w"]).await;
    client.open(PATH, "{ a = ").await;
    let mut ids = Vec::new();
    for _ in 0..40 {
        ids.push(begin(&mut client).await);
    }
    for id in ids {
        let answer = client.answer(id).await;
        assert_eq!(answer["result"]["items"].as_array().map(Vec::len), Some(1), "{answer}");
    }
    assert_eq!(client.leave().await, Ending::Exit);
}

#[tokio::test]
async fn cancelled_requests_are_answered_too() {
    let mut client = Client::start(&["/w"]).await;
    client.open(PATH, "1").await;
    let mut ids = Vec::new();
    for _ in 0..40 {
        ids.push(begin(&mut client).await);
    }
    for id in &ids {
        client.tell("$/cancelRequest", json!({ "id": id })).await;
    }
    client.tell("$/cancelRequest", json!({ "id": 4711 })).await;
    for id in ids {
        let answer = client.answer(id).await;
        assert!(answer.get("result").is_some() || answer["error"]["code"] == json!(-32800), "{answer}");
    }
    assert_eq!(client.leave().await, Ending::Exit);
}

#[tokio::test]
async fn a_request_is_about_the_text_it_was_asked_of() {
    let mut client = Client::start(&["/w"]).await;
    client.open(PATH, "1").await;
    let mut asked = Vec::new();
    for version in 2..30 {
        let text = "]".repeat(version as usize % 3);
        client.change(PATH, version, json!([{ "text": format!("1{text}") }])).await;
        asked.push((begin(&mut client).await, text));
    }
    for (id, text) in asked {
        let answer = client.answer(id).await;
        let n = answer["result"]["items"].as_array().map(Vec::len);
        assert_eq!(n > Some(0), !text.is_empty(), "{text:?}: {answer}");
    }
}

#[tokio::test]
async fn changes_are_made_one_after_the_other() {
    for (encoding, column) in [("utf-16", 5), ("utf-8", 7)] {
        let general = json!({ "general": { "positionEncodings": [encoding] } });
        let mut client = Client::connect();
        let told = client.initialize(&["/w"], general, json!({})).await;
        assert_eq!(told["positionEncoding"], json!(encoding));
        client.open(PATH, "\"😀\"\n").await;
        assert_eq!(ranges(&client.diagnostics(PATH, 1).await), "");
        // First a bracket behind the text, then a blank before the bracket, then two lines before all.
        let after = column - 1;
        let changes = json!([
            change((0, after), (0, after), "]"),
            change((0, after), (0, after), " "),
            change((0, 0), (0, 0), "\r\n\n"),
        ]);
        client.change(PATH, 2, changes).await;
        let told = ranges(&client.diagnostics(PATH, 2).await);
        assert_eq!(told, format!("2:{column}-2:{} \"syntax\"", column + 1), "{encoding}");
        assert_eq!(client.leave().await, Ending::Exit);
    }
}

#[tokio::test]
async fn the_last_word_is_about_the_last_text() {
    let mut client = Client::start(&["/w"]).await;
    client.open(PATH, "1").await;
    for version in 2..=60 {
        let text = if version % 2 == 0 { "1 ]" } else { "1" };
        client.change(PATH, version, json!([{ "text": text }])).await;
    }
    assert_eq!(ranges(&client.diagnostics(PATH, 60).await), "0:2-0:3 \"syntax\"");
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(PATH) } })).await;
    let told = client.wait(|it| it["method"] == "textDocument/publishDiagnostics" && it["params"]["version"].is_null());
    assert_eq!(told.await["params"]["diagnostics"], json!([]));
}

#[tokio::test]
async fn what_is_asked_for_is_not_told_too() {
    let mut client = Client::start(&["/w"]).await;
    client.open(PATH, "1 ]").await;
    assert_eq!(ranges(&client.diagnostics(PATH, 1).await), "0:2-0:3 \"syntax\"");
    let id = begin(&mut client).await;
    assert_eq!(ranges(&client.answer(id).await["result"]["items"]), "0:2-0:3 \"syntax\"");
    assert_eq!(ranges(&client.diagnostics(PATH, 1).await), "");
}

#[tokio::test]
async fn what_is_no_message_does_no_harm() {
    let mut client = Client::connect();
    // Before anything else.
    let id = client.begin("textDocument/hover", json!({})).await;
    assert_eq!(client.answer(id).await["error"]["code"], json!(-32002));
    client.open("/w/early.nix", "1").await;
    client.initialize(&["/w"], json!({}), json!({ "live": 3 })).await;
    client.send_raw(b"Nonsense\r\nContent-Length: x\r\n\r\nContent-Length: 3\r\n\r\n{{{").await;
    assert_eq!(client.wait(|it| it["id"].is_null() && it.get("error").is_some()).await["error"]["code"], json!(-32700));
    for message in [
        json!([]),
        json!(3),
        json!({ "jsonrpc": "2.0" }),
        json!({ "jsonrpc": "1.0", "id": 7, "method": "shutdown" }),
        json!({ "jsonrpc": "2.0", "id": {}, "method": "shutdown" }),
        json!({ "jsonrpc": "2.0", "id": 77, "result": 1 }),
        json!([{ "jsonrpc": "2.0", "method": "$/none" }, { "jsonrpc": "2.0", "method": "none" }]),
        json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": 1 } }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": [] }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/didClose", "params": { "textDocument": { "uri": "a b" } } }),
    ] {
        client.send(&message).await;
    }
    client.change("/w/unknown.nix", 3, json!([{ "text": "1" }])).await;
    client.open(PATH, "1").await;
    client.open(PATH, "2 ]").await;
    let far = change((7, 7), (3, 9999), "]");
    client.change(PATH, 2, json!([far])).await;
    assert_ne!(client.diagnostics(PATH, 2).await, json!([]));
    let id = client.begin("textDocument/none", json!({})).await;
    assert_eq!(client.answer(id).await["error"]["code"], json!(-32601));
    let id = client.begin("textDocument/diagnostic", json!({ "textDocument": {} })).await;
    assert_eq!(client.answer(id).await["error"]["code"], json!(-32602));
    assert_eq!(client.leave().await, Ending::Exit);
}

#[tokio::test]
async fn ways_to_leave() {
    let mut client = Client::start(&["/w"]).await;
    client.tell("exit", Value::Null).await;
    assert_eq!(client.ended().await, Ending::Abrupt);

    let mut client = Client::start(&["/w"]).await;
    client.open(PATH, "1").await;
    begin(&mut client).await;
    assert_eq!(client.hang_up().await, Ending::Closed);

    let mut client = Client::start(&["/w"]).await;
    client.ask("shutdown", Value::Null).await;
    let id = client.begin("textDocument/diagnostic", json!({ "textDocument": { "uri": uri(PATH) } })).await;
    assert_eq!(client.answer(id).await["error"]["code"], json!(-32600));
    client.tell("exit", Value::Null).await;
    assert_eq!(client.ended().await, Ending::Exit);
}

#[tokio::test]
async fn settings_are_asked_for() {
    let mut client = Client::connect();
    client.settings = json!({ "pipeOperators": false });
    let workspace = json!({ "workspace": {
        "configuration": true,
        "didChangeConfiguration": { "dynamicRegistration": true },
        "didChangeWatchedFiles": { "dynamicRegistration": true },
    } });
    client.initialize(&["/w"], workspace, json!({})).await;
    let registered = client.wait(|it| it["method"] == "client/registerCapability").await;
    let methods: Vec<_> =
        registered["params"]["registrations"].as_array().expect("a list").iter().map(|it| &it["method"]).collect();
    assert_eq!(methods, ["workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles"]);
    client.open(PATH, "1 |> (x: x)").await;
    client.wait(|it| it["method"] == "workspace/configuration").await;
    client.wait(|it| it["params"]["diagnostics"].as_array().is_some_and(|it| !it.is_empty())).await;
    client.settings = json!({ "pipeOperators": true });
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null })).await;
    client.wait(|it| it["params"]["diagnostics"] == json!([])).await;
}

/// A thousand keys, while a program without end runs: what is said in the end is about the last text, and nothing about an
/// earlier one is said after that.
#[tokio::test]
async fn a_storm_of_keys() {
    const N_KEYS: i32 = 1_000;
    let options = json!({ "live": { "timeLimit": 300, "delay": 1 } });
    let mut client = Client::start_with(&["/w"], json!({}), options).await;
    client.open(PATH, "let f = x: f (x + 1); in [ (f 0) ]\n").await;
    for version in 2..N_KEYS {
        let (line, text) = if version % 50 == 0 { (1, "") } else { (0, " ") };
        client.change(PATH, version, json!([change((line, 0), (line, 0), text)])).await;
        if version % 100 == 0 {
            let params = json!({ "textDocument": { "uri": uri(PATH) }, "position": { "line": 0, "character": 0 } });
            client.ask("textDocument/hover", params).await;
        }
    }
    client.change(PATH, N_KEYS, json!([{ "text": "{ a = ; }" }])).await;
    let found = client.diagnostics(PATH, N_KEYS).await;
    assert_eq!(ranges(&found), "0:6-0:7 \"syntax\"");
    for _ in 0..5 {
        begin(&mut client).await;
    }
    let last = begin(&mut client).await;
    let is_told = |it: &Value| it["method"] == json!("textDocument/publishDiagnostics");
    // What was said on the way came before.
    client.forget();
    loop {
        let next = client.wait(|it| is_told(it) || it["id"] == json!(last)).await;
        if !is_told(&next) {
            break;
        }
        let version = next["params"]["version"].as_i64();
        assert_eq!(version, Some(i64::from(N_KEYS)), "{next}");
    }
    assert_eq!(client.leave().await, Ending::Exit);
}

#[tokio::test]
async fn half_a_character_is_taken() {
    let mut client = Client::start(&["/w"]).await;
    let uri = uri(PATH);
    let opened = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"{uri}","languageId":"nix","version":1,"text":"\"\ud83d\" + x"}}}}}}"#
    );
    client.send_raw(format!("Content-Length: {}\r\n\r\n{opened}", opened.len()).as_bytes()).await;
    let id = begin(&mut client).await;
    let answer = client.answer(id).await;
    assert_eq!(ranges(&answer["result"]["items"]), "0:6-0:7 \"undefined-variable\"", "{answer}");
    assert_eq!(client.leave().await, Ending::Exit);
}
