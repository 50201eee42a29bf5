//! What the names of files mean that other files bind: found out while nobody asks, kept of every file of the workspace,
//! and taken for true for as long as what it rests on is as it was. Knows when, not what.

use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use tokio::sync::Notify;

use crate::ide::{Files as _, Meanings};
use crate::state::{Snapshot, State};

/// How long nothing is to happen on disk before files are read for this.
const PAUSE: Duration = Duration::from_millis(1500);

/// What is known of files.
#[derive(Debug, Default)]
pub(crate) struct Known {
    inner: Mutex<Inner>,
    /// Files are new or changed.
    pub(crate) news: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    files: FxHashMap<Arc<str>, Entry>,
    paths: FxHashSet<Arc<str>>,
}

#[derive(Debug)]
struct Entry {
    meanings: Arc<Meanings>,
    /// When it was last seen to be true.
    checked: Edition,
}

/// A number for everything that is open, and one for everything that is not.
type Edition = (u64, u64);

impl Known {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn share(&mut self, path: &str) -> Arc<str> {
        if let Some(known) = self.paths.get(path) {
            return Arc::clone(known);
        }
        let path: Arc<str> = path.into();
        self.paths.insert(Arc::clone(&path));
        path
    }
}

impl Snapshot {
    /// What is known of a file, if it is true of everything as it is.
    pub(crate) fn known_meanings(&self, path: &str) -> Option<Arc<Meanings>> {
        let edition = self.edition();
        let meanings = match self.disk.known.inner().files.get(path)? {
            it if it.checked == edition => return Some(Arc::clone(&it.meanings)),
            it => Arc::clone(&it.meanings),
        };
        let is_true = meanings.ways == self.all_ways() && meanings.upon.iter().all(|it| self.stamp(&it.0) == it.1);
        if !is_true {
            return None;
        }
        if let Some(it) = self.disk.known.inner().files.get_mut(path) {
            it.checked = edition;
        }
        Some(meanings)
    }

    /// What has to be as it was besides the texts that were looked at.
    pub(crate) fn all_ways(&self) -> u64 {
        let (kept, open) = self.mentions();
        let mut hasher = FxHasher::default();
        let mut ways = kept.ways();
        for (path, it) in open {
            ways = ways.wrapping_sub(kept.words(path).map_or(0, |it| it.ways())).wrapping_add(it.words().ways());
        }
        (ways, self.disk.n_forgotten(), self.nixpkgs(), self.config.pipe_operators).hash(&mut hasher);
        hasher.finish()
    }

    fn edition(&self) -> Edition {
        (self.edition, self.closed_mentions().serial())
    }

    fn stamp(&self, path: &str) -> Option<u64> {
        if let Some(open) = self.open_file(path) {
            return Some(open.document().stamp());
        }
        match self.closed_mentions().words(path) {
            Some(words) => Some(words.stamp()),
            None => self.document(path).map(|it| it.stamp()),
        }
    }

    /// Finds out what the names of a file mean, unless that is known.
    fn learn(&self, path: &str) {
        if self.known_meanings(path).is_some() {
            return;
        }
        let edition = self.edition();
        let share = &mut |it: &str| self.disk.known.inner().share(it);
        if let Some(meanings) = Meanings::new(path, self, share) {
            let entry = Entry { meanings: Arc::new(meanings), checked: edition };
            let path = share(path);
            self.disk.known.inner().files.insert(path, entry);
        }
    }
}

/// Finds out what the names of all files of the workspace mean, whenever files are new. Never ends.
pub(crate) async fn learn(state: Arc<State>) {
    loop {
        let disk = Arc::clone(&state.snapshot().disk);
        disk.known.news.notified().await;
        while tokio::time::timeout(PAUSE, disk.known.news.notified()).await.is_ok() {}
        let state = Arc::clone(&state);
        let all = move || {
            for path in state.snapshot().closed_files().iter() {
                let begin = Instant::now();
                // What is typed meanwhile counts at once.
                state.snapshot().learn(path);
                // Somebody may want the processor for something that is waited for.
                std::thread::sleep(begin.elapsed() / 4);
            }
        };
        // If it panics, what was found out so far is true nevertheless.
        drop(tokio::task::spawn_blocking(all).await);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::disk::DiskFiles;
    use crate::ide::{self, FileEdits, Reference};
    use crate::live::tests::Workspace;

    use super::*;

    const TREE: &str = "//- /lib/default.nix
let
  inherit (import ./fix.nix { inherit lib; }) makeExtensible;
  lib = makeExtensible (self: let callLibs = file: import file { lib = self; }; in {
    lists = callLibs ./lists.nix;
    attrs = callLibs ./attrs.nix;
    inherit (self.lists) fold first;
  });
in lib
//- /lib/fix.nix
{ lib }: rec {
  fix = f: let x = f x // { it = f; }; in x;
  makeExtensible = rattrs: fix (self: rattrs self // { name = 1; });
}
//- /lib/lists.nix
{ lib }: let inherit (lib.attrs) names; in rec { fold = x: y: names; first = fold; }
//- /lib/attrs.nix
{ lib }: { names = s: lib.fold; \"names\" = 1; inherit (lib) first; }
//- /pkgs/top-level/all-packages.nix
{ lib }: res: pkgs: super: with pkgs; { tool = callPackage ../tool { first = 1; }; other = pkgs.tool.name; }
//- /pkgs/tool/default.nix
{ lib, first, hello }: with lib; rec { name = fold first; src = name; inherit (lib.attrs) names; }
//- /pkgs/by-name/he/hello/package.nix
{ lib, tool }: let inherit (lib) fold; in { name = tool.name; x = fold; y = lib.lists.fold or fold; }
//- /use.nix
let l = import ./lib; hello = import ./pkgs/by-name/he/hello/package.nix { tool = 1; lib = l; }; in l.fold hello.name
";

    /// Where something is used, and what giving it another name changes.
    type Answers = BTreeMap<(String, u32), (Vec<Reference>, Result<Vec<FileEdits>, String>)>;

    /// That of everything at any place of any file.
    fn all(now: &Snapshot) -> Answers {
        let mut answers = Answers::new();
        for path in now.closed_files().iter() {
            let doc = now.document(path).expect("it is there");
            for offset in 0..doc.text().len() as u32 {
                let mut found = ide::references(&doc, now, offset);
                found.sort();
                let renamed = ide::rename(&doc, now, offset, "newer");
                answers.insert((path.clone(), offset), (found, renamed));
            }
        }
        answers
    }

    /// Compares what is answered with what is answered by somebody who knows nothing yet.
    fn check(workspace: &Workspace) -> Answers {
        let now = workspace.state.snapshot();
        let ignorant = Snapshot { disk: Arc::new(DiskFiles::default()), ..(*now).clone() };
        let (known, fresh) = (all(&now), all(&ignorant));
        for (at, found) in &fresh {
            assert_eq!(&known[at], found, "{at:?}");
        }
        fresh
    }

    fn learn(workspace: &Workspace) -> usize {
        let now = workspace.state.snapshot();
        let files = now.closed_files();
        let n_unknown = files.iter().filter(|it| now.known_meanings(it).is_none()).count();
        files.iter().for_each(|it| now.learn(it));
        assert!(files.iter().all(|it| now.known_meanings(it).is_some()));
        n_unknown
    }

    #[test]
    fn what_is_known_is_what_would_be_found() {
        let workspace = Workspace::new(TREE);
        let before = check(&workspace);
        assert!(before.values().any(|it| it.0.iter().filter(|it| it.path.is_some()).count() > 3));
        assert_eq!(learn(&workspace), 8);
        assert_eq!(check(&workspace), before);
        assert_eq!(learn(&workspace), 0);
    }

    #[test]
    fn what_rests_on_a_text_goes_with_it() {
        let workspace = Workspace::new(TREE);
        learn(&workspace);
        // One more name before the others, so that they have other numbers.
        let text = "{ lib }: let inherit (lib.attrs) names; in rec { fold2 = 1; fold = x: y: names; first = fold; }";
        workspace.show("lib/lists.nix", text.to_owned());
        let now = workspace.state.snapshot();
        let is_known = |path: &str| now.known_meanings(&workspace.path(path)).is_some();
        assert!(is_known("lib/fix.nix") && !is_known("lib/lists.nix") && !is_known("pkgs/tool/default.nix"));
        check(&workspace);
        assert!(learn(&workspace) > 2);
        check(&workspace);
    }

    #[test]
    fn a_file_that_somebody_else_imports_is_looked_at_again() {
        let workspace = Workspace::new("//- /a.nix\n{ x }: x.y\n//- /b.nix\n{ y = 1; }\n//- /c.nix\n1\n");
        learn(&workspace);
        workspace.show("c.nix", "import ./a.nix { x = import ./b.nix; }".to_owned());
        check(&workspace);
        assert_eq!(learn(&workspace), 3);
        check(&workspace);
    }
}
