//! Every file of a tree: it is opened, everything is asked about it at several places, and it is closed. There is always an
//! answer, and no name is called undefined. The tree is our examples, and besides it the one at `NIXSCOPE_TREE`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::{Client, uri};

/// What is asked about a place.
const AT: &[&str] = &[
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/documentHighlight",
    "textDocument/references",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/linkedEditingRange",
    "textDocument/prepareCallHierarchy",
    "textDocument/codeAction",
    "textDocument/selectionRange",
];
/// What is asked about a file.
const WHOLE: &[&str] = &[
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/documentLink",
    "textDocument/semanticTokens/full",
    "textDocument/inlayHint",
    "textDocument/formatting",
    "textDocument/diagnostic",
];
/// At how many places of each file.
const PLACES: usize = 4;

/// The Nix files below a folder.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![root.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read").flatten() {
            let path = entry.path();
            let kind = entry.file_type().expect("it has a kind");
            if kind.is_dir() {
                todo.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|it| it == "nix") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The beginnings of words, evenly spread.
fn places(text: &str) -> Vec<Value> {
    let mut words = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|it| it.1.is_ascii()) {
        let is_word = |it: u8| it.is_ascii_alphanumeric();
        let bytes = line.as_bytes();
        let begins = (0..bytes.len()).find(|&i| is_word(bytes[i]) && !line.trim_start().starts_with('#'));
        words.extend(begins.map(|column| json!({ "line": number, "character": column + 1 })));
    }
    let step = words.len().div_ceil(PLACES).max(1);
    words.into_iter().step_by(step).collect()
}

async fn ask_everything(root: &Path) {
    let options = json!({ "live": { "enable": false } });
    let root = root.canonicalize().expect("the folder is there");
    let name = root.to_str().expect("a name in UTF-8");
    let mut client = Client::start_with(&[name], json!({}), options).await;
    for path in files(&root) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let path = path.to_str().expect("a name in UTF-8");
        client.open(path, &text).await;
        let document = json!({ "uri": uri(path) });
        let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9_999, "character": 0 } });
        for method in WHOLE {
            let options = json!({ "tabSize": 2, "insertSpaces": true });
            let answer =
                client.ask(method, json!({ "textDocument": document, "range": all, "options": options })).await;
            if *method == "textDocument/diagnostic" {
                let items = answer["items"].as_array().expect("a list");
                let undefined = items.iter().find(|it| it["code"] == json!("undefined-variable"));
                assert!(undefined.is_none(), "{path}: {undefined:?}");
            }
        }
        for place in places(&text) {
            let range = json!({ "start": place, "end": place });
            let params = json!({
                "textDocument": document, "position": place, "positions": [place], "range": range,
                "newName": "another", "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1, "isRetrigger": false },
            });
            for method in AT {
                let id = client.begin(method, params.clone()).await;
                let answer = client.answer(id).await;
                // That something cannot be renamed is an answer.
                let is_fine = answer.get("error").is_none() || *method == "textDocument/rename";
                assert!(is_fine, "{path} {place} {method}: {answer}");
            }
        }
        client.tell("textDocument/didClose", json!({ "textDocument": document })).await;
    }
    client.leave().await;
}

#[tokio::test]
async fn the_examples() {
    ask_everything(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")).await;
}

#[tokio::test]
async fn a_tree_that_somebody_named() {
    if let Some(root) = std::env::var_os("NIXSCOPE_TREE") {
        ask_everything(Path::new(&root)).await;
    }
}
