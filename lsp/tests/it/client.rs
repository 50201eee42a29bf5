//! An editor for tests: it speaks to a server over pipes in memory, and waits for answers instead of sleeping.

use std::time::Duration;

use nixscope_lsp::Ending;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream};
use tokio::task::JoinHandle;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// An editor with a server.
pub(crate) struct Client {
    to: DuplexStream,
    from: BufReader<DuplexStream>,
    server: JoinHandle<Ending>,
    next_id: i64,
    /// What came while something else was waited for.
    waiting: Vec<Value>,
    /// The text of each section of settings.
    pub(crate) settings: Value,
}

impl Client {
    /// An editor that has connected, and said nothing yet.
    pub(crate) fn connect() -> Self {
        let (to, input) = tokio::io::duplex(1 << 20);
        let (output, from) = tokio::io::duplex(1 << 20);
        let server = tokio::spawn(nixscope_lsp::serve(input, output));
        Self { to, from: BufReader::new(from), server, next_id: 0, waiting: Vec::new(), settings: Value::Null }
    }

    /// An editor that can do everything, in some folders.
    pub(crate) async fn start(roots: &[&str]) -> Self {
        Self::start_with(roots, json!({}), json!({})).await
    }

    /// The same with other capabilities and settings besides.
    pub(crate) async fn start_with(roots: &[&str], capabilities: Value, options: Value) -> Self {
        let mut client = Self::connect();
        client.initialize(roots, capabilities, options).await;
        client
    }

    /// Says who it is. The server's capabilities.
    pub(crate) async fn initialize(&mut self, roots: &[&str], capabilities: Value, options: Value) -> Value {
        let folders: Vec<Value> = roots.iter().map(|it| json!({ "uri": uri(it), "name": it })).collect();
        let mut all = json!({
            "textDocument": {
                "publishDiagnostics": { "relatedInformation": true },
                "hover": { "contentFormat": ["markdown"] },
                "definition": { "linkSupport": true },
                "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            },
        });
        for (name, value) in capabilities.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        let params = json!({
            "processId": null, "capabilities": all, "workspaceFolders": folders, "initializationOptions": options,
        });
        let answer = self.ask("initialize", params).await;
        self.tell("initialized", json!({})).await;
        answer["capabilities"].clone()
    }

    /// Sends bytes as they are.
    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) {
        self.to.write_all(bytes).await.expect("the server reads");
    }

    /// Sends a message.
    pub(crate) async fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
    }

    /// Tells something.
    pub(crate) async fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Asks something, without waiting. The number of the question.
    pub(crate) async fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message).await;
        id
    }

    /// The whole answer to a question.
    pub(crate) async fn answer(&mut self, id: i64) -> Value {
        self.wait(|it| it.get("method").is_none() && it["id"] == json!(id)).await
    }

    /// Asks something and waits for the result.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params).await;
        let mut answer = self.answer(id).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Opens a document.
    pub(crate) async fn open(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": uri(path), "languageId": "nix", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    /// Gives a document another text.
    pub(crate) async fn change(&mut self, path: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri(path), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes })).await;
    }

    /// What is told next of a text of a document.
    pub(crate) async fn diagnostics(&mut self, path: &str, version: i32) -> Value {
        let uri = json!(uri(path));
        let told = self
            .wait(|it| {
                let params = &it["params"];
                it["method"] == "textDocument/publishDiagnostics"
                    && params["uri"] == uri
                    && params["version"] == json!(version)
            })
            .await;
        told["params"]["diagnostics"].clone()
    }

    /// How often something was told that was not waited for.
    pub(crate) fn n_told(&self, method: &str) -> usize {
        self.waiting.iter().filter(|it| it["method"] == method).count()
    }

    /// Forgets what came and was not waited for.
    pub(crate) fn forget(&mut self) {
        self.waiting.clear();
    }

    /// The first message that is so, also of those that came before.
    pub(crate) async fn wait(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.waiting.iter().position(&is_wanted) {
            return self.waiting.remove(at);
        }
        loop {
            let message = tokio::time::timeout(PATIENCE, self.read()).await.expect("it comes in time");
            let message = message.expect("the server speaks");
            if is_wanted(&message) {
                return message;
            }
            self.waiting.push(message);
        }
    }

    /// The next message; what the server asks is answered.
    async fn read(&mut self) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            match line.trim().split_once(": ") {
                Some((_, n)) => length = n.parse().expect("a length"),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).await.ok()?;
        let message: Value = serde_json::from_slice(&body).expect("the server speaks JSON");
        if let (Some(method), Some(id)) = (message.get("method"), message.get("id")) {
            let result = if method == "workspace/configuration" { json!([self.settings]) } else { Value::Null };
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result })).await;
        }
        Some(message)
    }

    /// Leaves as one should.
    pub(crate) async fn leave(mut self) -> Ending {
        self.ask("shutdown", Value::Null).await;
        self.tell("exit", Value::Null).await;
        self.ended().await
    }

    /// Waits until the server ends.
    pub(crate) async fn ended(self) -> Ending {
        tokio::time::timeout(PATIENCE, self.server).await.expect("it ends in time").expect("it does not panic")
    }

    /// Closes the pipe to the server, and waits until it ends.
    pub(crate) async fn hang_up(self) -> Ending {
        let Self { to, from, server, .. } = self;
        drop(to);
        let ending = tokio::time::timeout(PATIENCE, server).await.expect("it ends in time").expect("it does not panic");
        drop(from);
        ending
    }
}

/// The name of a file.
pub(crate) fn uri(path: &str) -> String {
    format!("file://{path}")
}
