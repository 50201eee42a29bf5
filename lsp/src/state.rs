//! What the server knows: one writer changes it, and whoever answers a request reads a picture of it that stays as it was
//! when the request arrived.
//!
//! ```text
//!   messages, in order of arrival ──▶ State::sync, State::update ──▶ Snapshot (Arc)
//!                                                 │                      ▲
//!                                                 └── what is dirty ──▶ publisher, evaluation
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use nixscope_engine::syntax::Features;
use tokio::sync::Notify;

use crate::config::Config;
use crate::disk::DiskFiles;
use crate::ide::{Document, Words};
use crate::live::Live;
use crate::text::{Change, Encoding, Text};

/// What is done with a text of more bytes may take longer than somebody waits.
pub(crate) const LARGE: u32 = 1 << 19;

/// A message about which documents are open, or what is in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sync {
    /// A document is open now; the editor has its text.
    Open {
        /// Its name.
        uri: String,
        /// The file it is, if it is one.
        path: Option<String>,
        /// The editor's number for this text.
        version: i32,
        /// The text.
        text: String,
    },
    /// It has another text.
    Change {
        /// Its name.
        uri: String,
        /// The editor's number for the new text.
        version: i32,
        /// What changed, one after the other.
        changes: Vec<Change>,
    },
    /// It was written to its file.
    Save {
        /// Its name.
        uri: String,
    },
    /// The file counts again.
    Close {
        /// Its name.
        uri: String,
    },
}

/// What the editor can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientTraits {
    /// How it counts columns.
    pub encoding: Encoding,
    /// It can be asked for settings.
    pub has_configuration: bool,
    /// It tells of changed settings if it is asked to.
    pub registers_configuration: bool,
    /// It watches files if it is asked to.
    pub registers_watchers: bool,
    /// It asks for diagnostics again if it is asked to.
    pub refreshes_diagnostics: bool,
    /// It asks for inlay hints again if it is asked to.
    pub refreshes_hints: bool,
    /// It shows progress.
    pub has_progress: bool,
    /// It shows places that belong to a diagnostic.
    pub relates: bool,
    /// It takes definitions with what they span.
    pub links_definitions: bool,
    /// It fills in places to go on typing at.
    pub has_snippets: bool,
    /// It asks for the changes of an action when that is chosen.
    pub resolves_actions: bool,
    /// It shows symbols inside of each other.
    pub nests_symbols: bool,
    /// It shows Markdown in hovers.
    pub has_markdown: bool,
    /// It shows Markdown in completions.
    pub completes_markdown: bool,
    /// It shows Markdown in signatures.
    pub signs_markdown: bool,
    /// Commands that it carries out itself.
    pub commands: Vec<String>,
    /// It wants to know how evaluations go.
    pub wants_status: bool,
    /// It asks for lenses again if it is asked to.
    pub refreshes_lenses: bool,
}

/// An open document.
#[derive(Debug)]
pub struct Open {
    /// Its name.
    pub uri: String,
    /// The file it is, if it is one.
    pub path: Option<String>,
    /// The editor's number for this text.
    pub version: i32,
    /// Its text.
    pub text: Arc<Text>,
    features: Features,
    document: OnceLock<Arc<Document>>,
    words: OnceLock<Arc<Words>>,
}

impl Open {
    /// A document that nothing was asked about.
    #[must_use]
    pub fn new(uri: String, path: Option<String>, version: i32, text: Arc<Text>, features: Features) -> Self {
        Self { uri, path, version, text, features, document: OnceLock::new(), words: OnceLock::new() }
    }

    /// Whether it was read.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.document.get().is_some()
    }

    /// What features see of it; read at first use.
    #[must_use]
    pub fn document(&self) -> &Arc<Document> {
        self.document
            .get_or_init(|| Arc::new(Document::new(self.path.as_deref(), self.text.as_str().as_bytes(), self.features)))
    }

    /// What it mentions; read at first use.
    #[must_use]
    pub fn words(&self) -> &Arc<Words> {
        self.words.get_or_init(|| Arc::new(Words::of(self.document())))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // To give back what a large text took can take longer than anybody who lets go of it should.
        if self.text.len() >= LARGE
            && let Some(document) = self.document.take()
        {
            // Without a thread it is given back here.
            let _ = std::thread::Builder::new().name("drop".to_owned()).spawn(move || drop(document));
        }
    }
}

/// Everything as it was at some time.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// What the editor can do.
    pub client: Arc<ClientTraits>,
    /// What a person has set.
    pub config: Arc<Config>,
    /// The folders somebody works in.
    pub roots: Arc<Vec<String>>,
    /// Open documents by name.
    pub documents: BTreeMap<String, Arc<Open>>,
    /// Files that are not open.
    pub disk: Arc<DiskFiles>,
    /// What evaluating documents gave: also what became known after this was how everything was.
    pub live: Arc<Live>,
    /// Another number after each change.
    pub edition: u64,
}

/// What the server knows.
#[derive(Debug)]
pub struct State {
    now: RwLock<Arc<Snapshot>>,
    dirty: Mutex<BTreeSet<String>>,
    /// Something is dirty.
    pub changed: Notify,
    /// Something is to be evaluated.
    pub typed: Notify,
    /// What evaluating documents gave.
    pub live: Arc<Live>,
}

impl Default for State {
    fn default() -> Self {
        let live: Arc<Live> = Arc::default();
        let now = Snapshot { live: Arc::clone(&live), ..Snapshot::default() };
        Self {
            now: RwLock::new(Arc::new(now)),
            dirty: Mutex::default(),
            changed: Notify::new(),
            typed: Notify::new(),
            live,
        }
    }
}

impl State {
    /// Everything as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what is known besides documents.
    pub fn update(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let now = Arc::make_mut(&mut now);
        change(now);
        now.edition += 1;
    }

    /// Takes a message about documents. The name of the document, if there is such a one.
    pub fn sync(&self, message: Sync) -> Option<String> {
        let is_of_disk = matches!(message, Sync::Save { .. } | Sync::Close { .. });
        let mut uri = None;
        self.update(|now| uri = now.sync(message));
        if let Some(uri) = &uri {
            match self.snapshot().open(uri) {
                Some(open) => self.live.want(uri, open.path.as_deref()),
                None => self.live.forget(uri),
            }
            if is_of_disk {
                self.snapshot().disk.known.news.notify_one();
            }
            self.touch([uri.clone()]);
            self.typed.notify_one();
        }
        uri
    }

    /// What is said of documents has to be said anew.
    pub fn touch(&self, uris: impl IntoIterator<Item = String>) {
        self.dirty().extend(uris);
        self.changed.notify_one();
    }

    /// All open documents are to be evaluated and told of anew.
    pub fn renew(&self) {
        let uris: Vec<String> = self.snapshot().documents.keys().cloned().collect();
        self.live.want_all(uris.clone());
        self.touch(uris);
        self.typed.notify_one();
    }

    /// The names of the documents of which something has to be said anew, each given once.
    #[must_use]
    pub fn take_dirty(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.dirty())
    }

    fn dirty(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.dirty.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Snapshot {
    /// An open document.
    #[must_use]
    pub fn open(&self, uri: &str) -> Option<&Arc<Open>> {
        self.documents.get(uri)
    }

    /// The open document that is a file.
    #[must_use]
    pub fn open_file(&self, path: &str) -> Option<&Arc<Open>> {
        self.documents.values().find(|it| it.path.as_deref() == Some(path))
    }

    /// Takes settings. Documents are read anew if that makes them other programs.
    pub fn configure(&mut self, config: Config) {
        let rereads = config.pipe_operators != self.config.pipe_operators;
        self.config = Arc::new(config);
        if rereads {
            for open in std::mem::take(&mut self.documents).into_values() {
                self.put(open.uri.clone(), open.path.clone(), open.version, Arc::clone(&open.text));
            }
        }
    }

    /// What of the language is switched on.
    #[must_use]
    pub fn features(&self) -> Features {
        Features { pipe_operators: self.config.pipe_operators }
    }

    fn put(&mut self, uri: String, path: Option<String>, version: i32, text: Arc<Text>) {
        let document = Open::new(uri.clone(), path, version, text, self.features());
        self.documents.insert(uri, Arc::new(document));
    }

    fn sync(&mut self, message: Sync) -> Option<String> {
        match message {
            Sync::Open { uri, path, version, text } => {
                self.put(uri.clone(), path, version, Arc::new(Text::new(text)));
                Some(uri)
            }
            Sync::Change { uri, version, changes } => {
                // Of a document that nobody opened only a whole text is of use.
                let (path, mut text) = match self.documents.get(&uri) {
                    Some(open) => (open.path.clone(), Arc::clone(&open.text)),
                    None => return None,
                };
                let encoding = self.client.encoding;
                for change in &changes {
                    Arc::make_mut(&mut text).change(change, encoding);
                }
                self.put(uri.clone(), path, version, text);
                Some(uri)
            }
            Sync::Save { uri } => self.documents.contains_key(&uri).then_some(uri),
            Sync::Close { uri } => self.documents.remove(&uri).map(|_| uri),
        }
    }
}
