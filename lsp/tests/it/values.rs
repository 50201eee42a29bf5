//! What a hover says of values, and what evaluation says is wrong.

use serde_json::{Value, json};

use crate::client::{Client, uri};

/// A folder of its own for a test.
pub(crate) struct Folder(std::path::PathBuf);

impl Folder {
    pub(crate) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("nixscope-lsp-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        for (name, text) in files {
            std::fs::write(path.join(name), text).expect("a file can be written");
        }
        Self(path.canonicalize().expect("it is there"))
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The hover at the `|` of a text, which is open without it.
async fn hover(client: &mut Client, path: &str, marked: &str) -> String {
    let before = marked.split('|').next().unwrap_or_default();
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    let position = json!({ "line": line, "character": column });
    let params = json!({ "textDocument": { "uri": uri(path) }, "position": position });
    let answer = client.ask("textDocument/hover", params).await;
    answer["contents"]["value"].as_str().unwrap_or("nothing").to_owned()
}

/// Asks until the hover says so: values come when they are there.
pub(crate) async fn hover_says(client: &mut Client, path: &str, marked: &str, expected: &str) {
    let mut said = String::new();
    for _ in 0..2_000 {
        said = hover(client, path, marked).await;
        if said.contains(expected) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{marked}: {said}");
}

async fn start(folder: &Folder, options: Value) -> Client {
    Client::start_with(&[&folder.path("")], json!({}), options).await
}

fn messages(diagnostics: &Value) -> Vec<String> {
    let items = diagnostics.as_array().expect("a list").iter();
    items
        .map(|it| {
            let at = &it["range"];
            let spot = |it: &Value| format!("{}:{}", it["line"], it["character"]);
            let first = it["message"].as_str().unwrap_or_default().lines().next().unwrap_or_default().to_owned();
            format!("{}-{} {} {first}", spot(&at["start"]), spot(&at["end"]), it["code"].as_str().unwrap_or_default())
        })
        .collect()
}

#[tokio::test]
async fn names_and_expressions_have_values() {
    let folder = Folder::new("names", &[("lib.nix", "{ double = x: x * 2; }")]);
    let mut client = start(&folder, json!({})).await;
    let cases = [
        ("{ po|rt = 8000 + 80; }", "8080"),
        ("let x = [ 1 2 ]; in { y = |x; }", "[ 1 2 ]"),
        ("{ a ? 20 }: { b = |a + 22; }", "20"),
        ("{ a ? 20 }: { b = a |+ 22; }", "42"),
        ("{ a = (import ./lib.nix).double 2|1; }", "42"),
        ("let f = x: x + 1; in map f |[ 1 2 ]", "[ 2 3 ]"),
        ("let go = n: if n == 0 then 0 else go (|n - 1); in { x = go 3; }", "the last of"),
    ];
    for (i, (marked, expected)) in cases.into_iter().enumerate() {
        let path = folder.path(&format!("{i}.nix"));
        client.open(&path, &marked.replace('|', "")).await;
        hover_says(&mut client, &path, marked, expected).await;
    }
    client.leave().await;
}

#[tokio::test]
async fn what_is_in_the_editor_counts() {
    let folder = Folder::new("overlay", &[("b.nix", "1"), ("a.nix", "")]);
    let mut client = start(&folder, json!({ "live": { "delay": 1 } })).await;
    let (a, b) = (folder.path("a.nix"), folder.path("b.nix"));
    client.open(&a, "{ x = import ./b.nix + 1; }").await;
    hover_says(&mut client, &a, "{ |x = import ./b.nix + 1; }", "\n2\n").await;
    client.open(&b, "41").await;
    hover_says(&mut client, &a, "{ |x = import ./b.nix + 1; }", "\n42\n").await;
    // What was known stays, and says that it is old.
    client.change(&a, 2, json!([{ "text": "rec { y = ; x = import ./b.nix + 1; }" }])).await;
    hover_says(&mut client, &a, "rec { y = ; |x = import ./b.nix + 1; }", "before the last change").await;
    client.change(&a, 3, json!([{ "text": "rec { y = 5; x = import ./b.nix + y; }" }])).await;
    hover_says(&mut client, &a, "rec { y = 5; |x = import ./b.nix + y; }", "\n46\n").await;
    client.leave().await;
}

#[tokio::test]
async fn faults_are_told_where_they_are() {
    let folder = Folder::new("faults", &[("lib.nix", "{ bad = x: x + { }; }")]);
    let mut client = start(&folder, json!({ "live": { "delay": 1 } })).await;
    let cases: [(&str, &[&str]); 7] = [
        ("{ a = 1 + { }; }", &["0:10-0:13 evaluation cannot add a set to an integer"]),
        ("{ a = { b = 1; }; c = { b = 1; }.d; }", &["0:22-0:34 evaluation attribute 'd' missing"]),
        ("let f = { x }: x; in f { }", &["0:8-0:16 evaluation function 'f' called without required argument 'x'"]),
        ("{ a = (import ./lib.nix).bad 1; }", &["0:6-0:30 evaluation cannot add a set to an integer"]),
        ("{ a = throw \"gone\"; }", &[]),
        ("{ a = import /etc/hostname; b = <nixpkgs>; c = builtins.getEnv \"HOME\"; }", &[]),
        ("{ x }: x.y", &[]),
    ];
    for (i, (text, expected)) in cases.into_iter().enumerate() {
        let path = folder.path(&format!("{i}.nix"));
        client.open(&path, text).await;
        let mut told = messages(&client.diagnostics(&path, 1).await);
        if told != expected {
            told = messages(&client.diagnostics(&path, 1).await);
        }
        assert_eq!(told, expected, "{text}");
    }
    client.leave().await;
}

#[tokio::test]
async fn what_has_no_end_is_in_nobodys_way() {
    let folder = Folder::new("endless", &[]);
    let options = json!({ "live": { "delay": 1, "timeLimit": 100, "memoryLimit": 64 } });
    let mut client = start(&folder, options).await;
    let big = format!("[ {} ]", "1 ".repeat(1 << 20));
    let noise: String = (0..100_000_u32).map(|i| char::from((i.wrapping_mul(2_654_435_761) >> 24) as u8)).collect();
    let texts = [
        "let f = n: f (n + 1); in { a = 1 + 1; b = f 0; }",
        "let f = n: [ n ] ++ f (n + 1); in f 0",
        "let f = s: f (s + s); in f \"x\"",
        "let f = n: 1 + f (n + 1); in f 0",
        "builtins.genList (x: x) 1000000000",
        &big,
        &noise,
        "{ ok = 1 + 1; }",
    ];
    let last = texts.len() - 1;
    for (i, text) in texts.into_iter().enumerate() {
        let path = folder.path(&format!("{i}.nix"));
        client.open(&path, text).await;
        let since = std::time::Instant::now();
        hover(&mut client, &path, "").await;
        // Generous, for machines with much else to do and code that was not optimised.
        assert!(since.elapsed() < std::time::Duration::from_secs(10), "{i}");
    }
    hover_says(&mut client, &folder.path(&format!("{last}.nix")), "{ |ok = 1 + 1; }", "\n2\n").await;
    hover_says(&mut client, &folder.path("0.nix"), "let f = n: f (n + 1); in { |a = 1 + 1; b = f 0; }", "\n2\n").await;
    client.leave().await;
}

#[tokio::test]
async fn what_takes_long_is_told_of() {
    let folder = Folder::new("progress", &[]);
    let capabilities = json!({
        "window": { "workDoneProgress": true },
        "workspace": { "inlayHint": { "refreshSupport": true } },
    });
    let options = json!({ "live": { "delay": 1, "timeLimit": 1000 } });
    let mut client = Client::start_with(&[&folder.path("")], capabilities, options).await;
    client.open(&folder.path("a.nix"), "let f = n: f (n + 1); in f 0").await;
    let created = client.wait(|it| it["method"] == "window/workDoneProgress/create").await;
    let token = created["params"]["token"].clone();
    for kind in ["begin", "end"] {
        client.wait(|it| it["params"]["token"] == token && it["params"]["value"]["kind"] == kind).await;
    }
    client.wait(|it| it["method"] == "workspace/inlayHint/refresh").await;
    client.leave().await;
}
