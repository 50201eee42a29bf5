//! What an evaluation may see: open documents as they are in the editor, and of the disk no more than the workspace.

use std::collections::BTreeSet;

use nixscope_engine::builtins;
use nixscope_engine::session::Session;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::vm::{Limits, Reading, Settings};
use nixscope_engine::world::{Answer, CanonPath, Disk, Overlay, Request, Restricted, World, WorldError};

use crate::state::{Open, Snapshot};

use super::entries::folder_of;

/// How deep calls may go: what Nix allows.
const MAX_DEPTH: usize = 10_000;
/// Where sources of flakes are, which anybody may read.
const STORE: &str = "/nix/store";
/// How a file that may not be read is told of.
pub(super) const MODE: &str = "outside of the workspace";

/// The session of a document.
pub(super) type LiveSession = Session<Quiet>;

/// The path without links in it.
pub(super) fn real(path: &str) -> String {
    let real = std::fs::canonicalize(path).ok().and_then(|it| it.into_os_string().into_string().ok());
    real.unwrap_or_else(|| path.to_owned())
}

/// A session that sees what a document may see.
pub(super) fn session(now: &Snapshot, path: &str) -> LiveSession {
    let mut vm = builtins::machine_in(settings(now, path), limits(now));
    vm.reading = reading(now);
    Session::new(vm, outside(now, path))
}

/// What programs learn of the outside.
pub(super) fn settings(now: &Snapshot, path: &str) -> Settings {
    Settings {
        nix_path: now.config.live.nix_path.iter().map(|it| entry(it)).collect(),
        working_dir: folder_of(path).to_owned(),
        system: format!("{}-{}", std::env::consts::ARCH, if cfg!(target_os = "macos") { "darwin" } else { "linux" }),
        is_restricted: true,
        keeps_names: true,
        ..Settings::default()
    }
}

/// How far evaluation may go.
pub(super) fn limits(now: &Snapshot) -> Limits {
    Limits { max_depth: MAX_DEPTH, max_heap: now.config.live.memory_limit.clamp(16, 1 << 20) << 20 }
}

/// How texts are read.
pub(super) fn reading(now: &Snapshot) -> Reading {
    Reading { pipe_operators: now.config.pipe_operators, ..Reading::default() }
}

/// The disk, as far as an evaluation may see it.
fn disk(now: &Snapshot, path: &str) -> Option<Restricted<Disk>> {
    let config = &now.config.live;
    if config.trust {
        return None;
    }
    let folder = folder_of(path).to_owned();
    let roots = if now.roots.is_empty() { std::slice::from_ref(&folder) } else { &now.roots };
    let allowed = roots.iter().cloned().chain(config.nix_path.iter().map(|it| entry(it).1));
    let allowed = allowed.flat_map(|it| [real(&it), it]).chain([STORE.to_owned()]);
    Some(Restricted::new(Disk::new(), allowed.map(|it| CanonPath::new(it.as_bytes())), MODE))
}

/// Open documents that are files, without links, and their texts.
fn open_files(now: &Snapshot) -> impl Iterator<Item = (CanonPath, &Open)> {
    let with_path = now.documents.values().filter_map(|it| Some((it.path.as_deref()?, it)));
    with_path.map(|(path, it)| (CanonPath::new(real(path).as_bytes()), &**it))
}

/// What a document may see.
pub(super) fn outside(now: &Snapshot, path: &str) -> Quiet {
    let below: Box<dyn World + Send> = match disk(now, path) {
        Some(disk) => Box::new(disk),
        None => Box::new(Disk::new()),
    };
    let mut overlay = Overlay::new(below);
    for (path, open) in open_files(now) {
        overlay.put(path, open.text.as_str().as_bytes());
    }
    Quiet { below: VirtualStore::new(overlay), reads: BTreeSet::new() }
}

/// What of the disk shows as it is: what may be seen, and is not laid over by an open document.
pub(super) struct Plain {
    disk: Option<Restricted<Disk>>,
    /// Open documents, and the folders that they are in: they may be the only ones there.
    covered: BTreeSet<CanonPath>,
}

impl Plain {
    pub(super) fn new(now: &Snapshot, path: &str) -> Self {
        let open = open_files(now).flat_map(|(path, _)| {
            let folders = std::iter::successors(path.parent(), CanonPath::parent);
            // Of folders that are there the innermost has another list of names.
            let is_there = |it: &CanonPath| std::fs::symlink_metadata(&*it.to_text()).is_ok();
            let n_missing = folders.clone().take_while(|it| !is_there(it)).count();
            folders.take(n_missing + 1).chain([path.clone()]).collect::<Vec<_>>()
        });
        Self { disk: disk(now, path), covered: open.collect() }
    }

    /// Whether what is at a path shows as it is.
    pub(super) fn shows(&self, path: &CanonPath) -> bool {
        !self.covered.contains(path) && self.disk.as_ref().is_none_or(|it| it.is_allowed(path))
    }
}

/// What is asked when it is seen whether an image is what evaluating would give. What is hidden is as if it were not
/// there; and what is asked of the environment is compared, and told to nobody.
pub(super) struct Checking<'a>(pub(super) &'a mut Quiet);

impl World for Checking<'_> {
    fn answer(&mut self, request: &Request) -> Answer {
        match (request, self.0.answer(request)) {
            (Request::Env(_), _) => Disk::new().answer(request),
            (Request::Stat(_), Answer::Failed(WorldError::Forbidden { .. })) => Answer::Stat(None),
            (_, answer) => answer,
        }
    }
}

fn entry(text: &str) -> (String, String) {
    let (prefix, path) = text.split_once('=').unwrap_or(("", text));
    (prefix.to_owned(), path.to_owned())
}

/// A world that says nothing of the environment and to nobody, and remembers which files were read.
pub(super) struct Quiet {
    below: VirtualStore<Overlay<Box<dyn World + Send>>>,
    /// Files that were read.
    pub(super) reads: BTreeSet<String>,
}

impl std::fmt::Debug for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quiet").field("reads", &self.reads).finish_non_exhaustive()
    }
}

impl World for Quiet {
    fn answer(&mut self, request: &Request) -> Answer {
        match request {
            Request::Env(_) => Answer::Env(None),
            Request::CurrentTime => Answer::Time(0),
            Request::Note { .. } => Answer::Done,
            Request::ReadFile(path) => {
                self.reads.insert(path.to_text().into_owned());
                self.below.answer(request)
            }
            _ => self.below.answer(request),
        }
    }
}
