//! Files that are not open, as features see them: read when asked for, kept while there is room, read again when they
//! changed. Reads only; follows no folder that Nix would not care for.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use nixscope_engine::syntax::Features;
use rustc_hash::FxHashMap;

use crate::ide::{self, Document, EntryKind, FileEntry, Files, Meanings};
use crate::index::{Index, Mentions};
use crate::meanings::Known;
use crate::state::{Open, Snapshot};

/// The largest file that is read.
const MAX_FILE: u64 = 4 << 20;
/// How many bytes of text are kept; what is known of a text takes several times as much.
const MAX_KEPT: usize = 5 << 20;
/// How long a file is taken to be as it was when it was last looked at: one question asks for the same one many times.
const PATIENCE: Duration = Duration::from_millis(300);
/// How many paths are remembered to be files or not.
const MAX_KINDS: usize = 20_000;
/// How many files of a workspace are looked at.
const MAX_WORKSPACE: usize = 4_000;
/// How many folders are looked into for them.
const MAX_FOLDERS: usize = 20_000;

/// What was read.
#[derive(Debug, Default)]
pub struct DiskFiles {
    kept: Mutex<Kept>,
    index: Index,
    n_forgotten: AtomicU64,
    pub(crate) known: Known,
}

#[derive(Debug, Default)]
struct Kept {
    documents: FxHashMap<String, Entry>,
    n_bytes: usize,
    /// Counts questions, to tell what was asked for last.
    now: u64,
    workspace: Option<(Vec<String>, Arc<[String]>)>,
    kinds: FxHashMap<String, (Option<EntryKind>, Instant)>,
}

#[derive(Debug)]
struct Entry {
    changed: Option<SystemTime>,
    features: Features,
    document: Arc<Document>,
    used: u64,
    /// When it was last seen to be as it was on disk.
    looked: Option<Instant>,
}

impl DiskFiles {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Files came or went.
    pub fn forget_workspace(&self) {
        let mut kept = self.kept();
        kept.workspace = None;
        kept.kinds.clear();
        kept.documents.values_mut().for_each(|it| it.looked = None);
        drop(kept);
        self.n_forgotten.fetch_add(1, Ordering::Relaxed);
        self.index.forget();
        self.known.news.notify_one();
    }

    /// How often files came or went.
    pub(crate) fn n_forgotten(&self) -> u64 {
        self.n_forgotten.load(Ordering::Relaxed)
    }

    fn document(&self, path: &str, features: Features) -> Option<Arc<Document>> {
        let mut kept = self.kept();
        kept.now += 1;
        let now = kept.now;
        if let Some(entry) = kept.documents.get_mut(path)
            && entry.looked.is_some_and(|it| it.elapsed() < PATIENCE)
            && entry.features == features
        {
            entry.used = now;
            return Some(Arc::clone(&entry.document));
        }
        drop(kept);
        let stat = std::fs::metadata(path).ok().filter(|it| it.is_file() && it.len() <= MAX_FILE)?;
        let changed = stat.modified().ok();
        let looked = Some(Instant::now());
        let mut kept = self.kept();
        if let Some(entry) = kept.documents.get_mut(path)
            && entry.changed == changed
            && entry.features == features
        {
            (entry.used, entry.looked) = (now, looked);
            return Some(Arc::clone(&entry.document));
        }
        drop(kept);
        let text = std::fs::read(path).ok()?;
        let document = Arc::new(Document::new(Some(path), text, features).kept_small());
        self.kept().keep(path, Entry { changed, features, document: Arc::clone(&document), used: now, looked });
        Some(document)
    }

    fn text(&self, path: &str) -> Option<Arc<[u8]>> {
        if let Some(entry) = self.kept().documents.get(path)
            && entry.looked.is_some_and(|it| it.elapsed() < PATIENCE)
        {
            return Some(Arc::clone(entry.document.text()));
        }
        let is_small = std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() <= MAX_FILE);
        is_small.then(|| std::fs::read(path).ok())?.map(Into::into)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        if let Some((kind, looked)) = self.kept().kinds.get(path)
            && looked.elapsed() < PATIENCE
        {
            return *kind;
        }
        let looked = Instant::now();
        let stat = std::fs::metadata(path).ok();
        let kind = stat.map(|it| if it.is_dir() { EntryKind::Folder } else { EntryKind::File });
        let mut kept = self.kept();
        if kept.kinds.len() >= MAX_KINDS {
            kept.kinds.clear();
        }
        kept.kinds.insert(path.to_owned(), (kind, looked));
        kind
    }

    fn workspace(&self, roots: &[String]) -> Arc<[String]> {
        if let Some((of, files)) = &self.kept().workspace
            && of == roots
        {
            return Arc::clone(files);
        }
        let files: Arc<[String]> = find(roots).into();
        self.kept().workspace = Some((roots.to_vec(), Arc::clone(&files)));
        files
    }
}

impl Kept {
    fn keep(&mut self, path: &str, entry: Entry) {
        let size = |it: &Entry| it.document.text().len();
        self.n_bytes += size(&entry);
        let before = self.documents.insert(path.to_owned(), entry);
        self.n_bytes -= before.as_ref().map_or(0, size);
        if self.n_bytes > MAX_KEPT {
            let mut ages: Vec<u64> = self.documents.values().map(|it| it.used).collect();
            let middle = ages.len() / 2;
            let (_, &mut middle, _) = ages.select_nth_unstable(middle);
            self.documents.retain(|_, it| it.used >= middle);
            self.n_bytes = self.documents.values().map(size).sum();
        }
    }
}

/// The Nix files below folders, in order. Links are not followed.
fn find(roots: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<String> = roots.to_vec();
    let mut n_folders = 0;
    while let Some(folder) = folders.pop() {
        n_folders += 1;
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else { continue };
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            if kind.is_dir() && !name.starts_with('.') && !matches!(&*name, "node_modules" | "target") {
                folders.push(path);
            } else if kind.is_file() && name.ends_with(".nix") {
                found.push(path);
            }
        }
        if found.len() >= MAX_WORKSPACE || n_folders >= MAX_FOLDERS {
            break;
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl Snapshot {
    /// The text of a file, for who wants to know no more of it.
    pub(crate) fn text(&self, path: &str) -> Option<Arc<[u8]>> {
        match self.open_file(path) {
            Some(open) => Some(open.text.as_str().as_bytes().into()),
            None => self.disk.text(path),
        }
    }

    /// The files of the workspace as they are on disk.
    pub(crate) fn closed_files(&self) -> Arc<[String]> {
        self.disk.workspace(&self.roots)
    }

    /// What the files of the workspace mention as they are on disk.
    pub(crate) fn closed_mentions(&self) -> Arc<Mentions> {
        let paths = self.disk.workspace(&self.roots);
        self.disk.index.mentions(&paths, self.features(), self.client.registers_watchers)
    }

    /// What the files of the workspace mention that are not open, and those that are.
    pub(crate) fn mentions(&self) -> (Arc<Mentions>, BTreeMap<&str, &Arc<Open>>) {
        (self.closed_mentions(), self.documents.values().filter_map(|it| Some((it.path.as_deref()?, it))).collect())
    }
}

impl Files for Snapshot {
    fn document(&self, path: &str) -> Option<Arc<Document>> {
        match self.open_file(path) {
            Some(open) => Some(Arc::clone(open.document())),
            None => self.disk.document(path, self.features()),
        }
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        if self.open_file(path).is_some() {
            return Some(EntryKind::File);
        }
        self.disk.kind(path)
    }

    fn entries(&self, folder: &str) -> Vec<FileEntry> {
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let entry = |it: std::fs::DirEntry| {
            let name = it.file_name().into_string().ok()?;
            let is_folder = Path::new(&it.path()).is_dir();
            Some(FileEntry { name, kind: if is_folder { EntryKind::Folder } else { EntryKind::File } })
        };
        let mut found: Vec<FileEntry> = entries.flatten().filter_map(entry).collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    fn workspace(&self) -> Vec<String> {
        let mut files = self.disk.workspace(&self.roots).to_vec();
        files.extend(self.documents.values().filter_map(|it| it.path.clone()));
        files.sort_unstable();
        files.dedup();
        files
    }

    fn mentioning(&self, name: &[u8]) -> Vec<String> {
        let (kept, open) = self.mentions();
        let closed = kept.mentioning(name).filter(|it| !open.contains_key(it)).map(str::to_owned);
        let here = open.iter().filter(|it| it.1.words().may_mention(name)).map(|it| (*it.0).to_owned());
        let mut found: Vec<String> = closed.chain(here).collect();
        found.sort_unstable();
        found
    }

    fn binding_packages(&self, name: &[u8]) -> Vec<String> {
        let (kept, open) = self.mentions();
        let closed = kept.binding_packages(name).filter(|it| !open.contains_key(it)).map(str::to_owned);
        let here = open.iter().filter(|it| ide::binds_packages(it.0) && it.1.words().may_mention(name));
        let mut found: Vec<String> = closed.chain(here.map(|it| (*it.0).to_owned())).collect();
        found.sort_unstable();
        found
    }

    fn meanings(&self, path: &str) -> Option<Arc<Meanings>> {
        self.known_meanings(path)
    }

    fn ways(&self) -> u64 {
        self.all_ways()
    }

    fn importers(&self, path: &str) -> Vec<(String, u32)> {
        let (kept, open) = self.mentions();
        let closed = kept.importers(path).filter(|it| !open.contains_key(it.0)).map(|it| (it.0.to_owned(), it.1));
        let here = open.iter().flat_map(|(&file, it)| it.words().leading_to(path).map(move |at| (file.to_owned(), at)));
        let mut found: Vec<(String, u32)> = closed.chain(here).collect();
        found.sort_unstable();
        found
    }

    fn nixpkgs(&self) -> Option<String> {
        let path = self.config.live.nix_path.iter().find_map(|it| it.strip_prefix("nixpkgs="))?;
        path.starts_with('/').then(|| path.trim_end_matches('/').to_owned())
    }
}
