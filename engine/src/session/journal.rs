//! What was asked of the outside, and whether it would be answered the same now.
//!
//! Of an answer there is a hash, and where that is possible stamps: what a file system says of files and folders without
//! their content being read. What has its stamp still is not asked again. Nor is what lies in the store at a path that was
//! put there: such a path names its content, and that what is put there goes by this name is asked itself.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::store::STORE_PREFIX;
use crate::world::{Answer, CanonPath, FileType, MountSource, PathSet, Request, World, describe};

/// What a file system says of a file, folder or link without its content being read. While that is the same, so is the
/// content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// When its content, or for a folder the names in it, changed: seconds and nanoseconds since 1970.
    pub modified: (i64, i64),
    /// When anything about it changed.
    pub changed: (i64, i64),
    /// Which file of which file system it is.
    pub identity: (u64, u64),
}

/// What was asked of the outside, and what tells the answers from others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    entries: Vec<Entry>,
    /// Files and folders, each once.
    stamps: Vec<(CanonPath, Stamp)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    request: Request,
    answer: [u8; 32],
    /// What has to be unchanged for the answer to be the same, by index; if nothing is known, it is asked again.
    stamps: Vec<u32>,
    /// Whether it is about the content of a path of the store that was put there before.
    is_settled: bool,
    /// Where in the store a copy is, and of what.
    copy: Option<(CanonPath, CanonPath)>,
}

/// The first answer that is another one than it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is another answer to: {0}")]
pub struct Changed(pub String);

/// Whoever knows stamps of files and folders.
pub type StampOf<'a> = &'a mut dyn FnMut(&CanonPath) -> Option<Stamp>;

impl Journal {
    /// What was asked and answered, as recorded. `stamp_of` gives stamps; it has none for what changed so recently that
    /// it may change again without that being seen. The world tells what is in folders that were copied.
    #[must_use]
    pub fn new(entries: &[(Request, Answer)], world: &mut impl World, stamp_of: StampOf<'_>) -> Self {
        let mut last: FxHashMap<&Request, [u8; 32]> = FxHashMap::default();
        let mut stamps = Stamps { world, stamp_of, mounts: mounts(entries), all: IndexMap::default() };
        let mut journal = Self::default();
        for (request, answer) in entries {
            let hash = hash_of(answer);
            // The same question may be answered otherwise after something was put in the store.
            if last.insert(request, hash) == Some(hash) {
                continue;
            }
            let is_settled = is_settled(&stamps.mounts, request, answer);
            let (stamps, copy) = if is_settled { None } else { stamps.of(request, answer) }.unwrap_or_default();
            let request = request.clone();
            journal.entries.push(Entry { request, answer: hash, stamps, is_settled, copy });
        }
        journal.stamps = stamps.all.into_iter().collect();
        journal
    }

    /// Asks everything again. What has the stamps it had is taken to be what it was.
    ///
    /// # Errors
    /// The first question with another answer.
    pub fn check(&self, world: &mut impl World, stamp_of: StampOf<'_>) -> Result<(), Changed> {
        let mut known = vec![None; self.stamps.len()];
        let mut is_same = |&index: &u32| {
            let (Some(known), Some((path, stamp))) = (known.get_mut(index as usize), self.stamps.get(index as usize))
            else {
                return false;
            };
            *known.get_or_insert_with(|| stamp_of(path).as_ref() == Some(stamp))
        };
        for entry in self.entries.iter().filter(|it| !it.is_settled) {
            if !entry.stamps.is_empty() && entry.stamps.iter().all(&mut is_same) {
                entry.mount(world);
            } else if hash_of(&world.answer(&entry.request)) != entry.answer {
                return Err(Changed(describe(&entry.request)));
            }
        }
        Ok(())
    }

    /// Puts into the store what was put there, whatever else is answered otherwise by now.
    pub fn mount(&self, world: &mut impl World) {
        for entry in &self.entries {
            entry.mount(world);
        }
    }

    /// What was asked, in order, each as a line.
    pub fn questions(&self) -> impl Iterator<Item = String> {
        self.entries.iter().map(|it| describe(&it.request))
    }
}

impl Entry {
    fn mount(&self, world: &mut impl World) {
        let request = match (&self.request, &self.copy) {
            (Request::CopyToStore { filter, .. }, Some((at, path))) => {
                let source = MountSource::Tree { path: path.clone(), filter: filter.clone() };
                Request::Mount { at: at.clone(), source }
            }
            (Request::CopyToStore { .. } | Request::Mount { .. }, _) => self.request.clone(),
            _ => return,
        };
        // What is missing is noticed by who reads it.
        let _ = world.answer(&request);
    }
}

/// Stamps that are being gathered.
struct Stamps<'a, W> {
    world: &'a mut W,
    stamp_of: StampOf<'a>,
    /// Paths of the store that are read elsewhere.
    mounts: FxHashSet<CanonPath>,
    all: IndexMap<CanonPath, Stamp, FxBuildHasher>,
}

impl<W: World> Stamps<'_, W> {
    /// What an answer depends on: the indices of stamps, and for a copy where it is and of what.
    fn of(&mut self, request: &Request, answer: &Answer) -> Option<(Vec<u32>, Option<(CanonPath, CanonPath)>)> {
        match (request, answer) {
            (Request::ReadFile(path), Answer::Bytes(_)) | (Request::ReadDir(path), Answer::Dir(_)) => {
                Some((vec![self.stamp(path)?], None))
            }
            (Request::HashPath { path, filter, .. }, Answer::Sha256(_)) => Some((self.tree(path, filter)?, None)),
            (Request::CopyToStore { path, how, filter, .. }, Answer::Path(at)) => {
                let resolve = Request::Resolve { path: path.clone(), how: *how };
                let path = self.world.answer(&resolve).into_path().ok()?;
                Some((self.tree(&path, filter)?, Some((at.clone(), path))))
            }
            _ => None,
        }
    }

    fn stamp(&mut self, path: &CanonPath) -> Option<u32> {
        if base(path).is_some_and(|it| self.mounts.contains(it)) {
            return None;
        }
        if let Some(index) = self.all.get_index_of(path) {
            return Some(index as u32);
        }
        let stamp = (self.stamp_of)(path)?;
        Some(self.all.insert_full(path.clone(), stamp).0 as u32)
    }

    /// The stamps of all that is in a file or tree.
    fn tree(&mut self, path: &CanonPath, filter: &Option<PathSet>) -> Option<Vec<u32>> {
        let mut stamps = vec![self.stamp(path)?];
        let stat = self.world.answer(&Request::Stat(path.clone())).into_stat().ok()??;
        let mut todo = Vec::from_iter((stat.file_type == FileType::Directory).then(|| path.clone()));
        while let Some(folder) = todo.pop() {
            for entry in &*self.world.answer(&Request::ReadDir(folder.clone())).into_dir().ok()? {
                let path = folder.join(&entry.name);
                if filter.as_ref().is_none_or(|it| it.contains(&path)) {
                    stamps.push(self.stamp(&path)?);
                    todo.extend((entry.file_type == FileType::Directory).then_some(path));
                }
            }
        }
        Some(stamps)
    }
}

/// Whether an answer follows from what paths of the store were put there.
fn is_settled(mounts: &FxHashSet<CanonPath>, request: &Request, answer: &Answer) -> bool {
    let of = |path: &CanonPath| base(path).filter(|it| mounts.contains(*it)).map(<[u8]>::to_vec);
    match (request, answer) {
        (Request::ReadFile(path), Answer::Bytes(_))
        | (Request::ReadDir(path), Answer::Dir(_))
        | (Request::Stat(path), Answer::Stat(_)) => of(path).is_some(),
        // A link may lead out of it.
        (Request::Resolve { path, .. } | Request::ResolveImport(path), Answer::Path(to)) => {
            of(path).is_some_and(|it| of(to) == Some(it))
        }
        _ => false,
    }
}

/// The path in the store that a path lies in.
fn base(path: &CanonPath) -> Option<&[u8]> {
    let rest = path.as_bytes().strip_prefix(STORE_PREFIX.as_bytes())?;
    let end = memchr::memchr(b'/', rest).unwrap_or(rest.len()) + STORE_PREFIX.len();
    Some(&path.as_bytes()[..end])
}

/// The paths of the store that were put there.
fn mounts(entries: &[(Request, Answer)]) -> FxHashSet<CanonPath> {
    let mount = |it: &(Request, Answer)| match it {
        (Request::CopyToStore { .. }, Answer::Path(at)) | (Request::Mount { at, .. }, _) => Some(at.clone()),
        _ => None,
    };
    entries.iter().filter_map(mount).collect()
}

/// What tells answers apart. They may be long, and secret.
fn hash_of(answer: &Answer) -> [u8; 32] {
    // Plain data of known lengths cannot fail to be written.
    Sha256::digest(postcard::to_allocvec(answer).unwrap_or_default()).into()
}
