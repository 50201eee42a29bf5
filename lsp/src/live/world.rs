//! What an evaluation may see: open documents as they are in the editor, and of the disk no more than the workspace.

use std::collections::BTreeSet;

use nixscope_engine::builtins;
use nixscope_engine::session::Session;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::vm::{Limits, Settings};
use nixscope_engine::world::{Answer, CanonPath, Disk, Overlay, Request, Restricted, World};

use crate::state::Snapshot;

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
    let config = &now.config.live;
    let nix_path: Vec<(String, String)> = config.nix_path.iter().map(|it| entry(it)).collect();
    let folder = folder_of(path).to_owned();
    let below: Box<dyn World + Send> = if config.trust {
        Box::new(Disk::new())
    } else {
        let roots = if now.roots.is_empty() { std::slice::from_ref(&folder) } else { &now.roots };
        let allowed = roots.iter().chain(nix_path.iter().map(|it| &it.1));
        let allowed = allowed.flat_map(|it| [it.clone(), real(it)]).chain([STORE.to_owned()]);
        let allowed: Vec<CanonPath> = allowed.map(|it| CanonPath::new(it.as_bytes())).collect();
        Box::new(Restricted::new(Disk::new(), allowed, MODE))
    };
    let mut overlay = Overlay::new(below);
    for open in now.documents.values() {
        if let Some(path) = &open.path {
            overlay.put(CanonPath::new(real(path).as_bytes()), open.text.as_str().as_bytes());
        }
    }
    let settings = Settings {
        nix_path,
        working_dir: folder,
        system: format!("{}-{}", std::env::consts::ARCH, if cfg!(target_os = "macos") { "darwin" } else { "linux" }),
        is_restricted: true,
        keeps_names: true,
        ..Settings::default()
    };
    let limits = Limits { max_depth: MAX_DEPTH, max_heap: config.memory_limit.clamp(16, 1 << 20) << 20 };
    let mut vm = builtins::machine_in(settings, limits);
    vm.reading.pipe_operators = now.config.pipe_operators;
    Session::new(vm, Quiet { below: VirtualStore::new(overlay), reads: BTreeSet::new() })
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
