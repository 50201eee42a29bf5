//! What the features' tests share: texts with a cursor, a small file system, and answers written down as texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use nixscope_engine::syntax::Features;

use super::{Document, EntryKind, FileEntry, Files};

/// Files by path.
#[derive(Default)]
pub(super) struct Memory {
    files: BTreeMap<String, Arc<Document>>,
}

impl Files for Memory {
    fn document(&self, path: &str) -> Option<Arc<Document>> {
        self.files.get(path).cloned()
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        if self.files.contains_key(path) {
            return Some(EntryKind::File);
        }
        let inside = format!("{}/", path.trim_end_matches('/'));
        self.files.keys().any(|it| it.starts_with(&inside)).then_some(EntryKind::Folder)
    }

    fn entries(&self, folder: &str) -> Vec<FileEntry> {
        let inside = format!("{}/", folder.trim_end_matches('/'));
        let mut entries: Vec<FileEntry> = Vec::new();
        for rest in self.files.keys().filter_map(|it| it.strip_prefix(&inside)) {
            let (name, kind) = match rest.split_once('/') {
                Some((name, _)) => (name, EntryKind::Folder),
                None => (rest, EntryKind::File),
            };
            if entries.last().is_none_or(|it| it.name != name) {
                entries.push(FileEntry { name: name.to_owned(), kind });
            }
        }
        entries
    }

    fn workspace(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }
}

/// A document, a cursor in it, and the files around it.
pub(super) struct Fixture {
    pub(super) doc: Arc<Document>,
    pub(super) offset: u32,
    pub(super) files: Memory,
}

/// Reads a fixture: `$0` is the cursor; lines like `//- /lib.nix` begin files; without one the text is `/main.nix`.
pub(super) fn fixture(text: &str) -> Fixture {
    let mut parts: Vec<(String, String)> = Vec::new();
    if text.contains("//- ") {
        for part in text.split("//- ").skip(1) {
            let (path, rest) = part.split_once('\n').unwrap_or((part, ""));
            parts.push((path.trim().to_owned(), rest.to_owned()));
        }
    } else {
        parts.push(("/main.nix".to_owned(), text.to_owned()));
    }
    let mut files = Memory::default();
    let mut found = None;
    for (path, text) in parts {
        let cursor = text.find("$0");
        let doc = Arc::new(document(&path, &text.replacen("$0", "", 1)));
        if found.is_none() || cursor.is_some() {
            found = Some((Arc::clone(&doc), cursor.unwrap_or(0) as u32));
        }
        files.files.insert(path, doc);
    }
    let (doc, offset) = found.expect("a fixture has a text");
    Fixture { doc, offset, files }
}

pub(super) fn document(path: &str, text: &str) -> Document {
    Document::new(Some(path), text.as_bytes(), Features { pipe_operators: true })
}

/// The text with changes made.
pub(super) fn apply(text: &[u8], edits: &[super::Edit]) -> String {
    let mut result = Vec::new();
    let mut at = 0;
    for edit in edits {
        assert!(at <= edit.range.start as usize, "changes are in order and do not overlap");
        result.extend_from_slice(&text[at..edit.range.start as usize]);
        result.extend_from_slice(edit.text.as_bytes());
        at = edit.range.end as usize;
    }
    result.extend_from_slice(&text[at..]);
    String::from_utf8_lossy(&result).into_owned()
}
