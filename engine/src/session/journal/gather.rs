//! Why answers are what they are: from which facts each follows, or that it has to be asked.
//!
//! What a file system shows now must give the very answer that was recorded, else nothing is said to follow from it.

use rustc_hash::FxHashSet;

use crate::store::STORE_PREFIX;
use crate::world::{Answer, CanonPath, FileType, MountSource, PathSet, Request, Stat, SymlinkResolution, World};

use super::Because;
use super::facts::{Facts, Gathered, LookAt};

/// A path that leads over more links is none that anybody means.
const MAX_LINKS: usize = 40;

/// Reasons that are being gathered.
pub(super) struct Gathering<'a, W> {
    world: &'a mut W,
    /// Paths of the store that are read elsewhere.
    mounts: FxHashSet<CanonPath>,
    facts: Gathered<'a>,
}

/// Numbers of facts.
type Numbers = Vec<u32>;

impl<'a, W: World> Gathering<'a, W> {
    pub(super) fn new(entries: &[(Request, Answer)], world: &'a mut W, look: LookAt<'a>, before: i64) -> Self {
        let mount = |it: &(Request, Answer)| match it {
            (Request::CopyToStore { .. }, Answer::Path(at)) | (Request::Mount { at, .. }, _) => Some(at.clone()),
            _ => None,
        };
        let mounts = entries.iter().filter_map(mount).collect();
        Self { world, mounts, facts: Gathered::new(look, before) }
    }

    /// From now on everything is noted.
    pub(super) fn begin_last_round(&mut self) {
        self.facts.is_first_round = false;
    }

    pub(super) fn finish(self) -> Facts {
        self.facts.finish()
    }

    /// Why a question has this answer, and what is put into the store by it if that can be done without asking.
    pub(super) fn reason(&mut self, request: &Request, answer: &Answer) -> (Because, Option<Request>) {
        if let Request::Mount { .. } = request {
            self.world.answer(request);
            return (Because::Settled, Some(request.clone()));
        }
        let (because, origin) = match self.settled(request, answer) {
            Some(origin) => (Because::Settled, origin),
            None => match self.facts_of(request, answer) {
                Some((facts, origin)) => (Because::Facts(facts.into()), origin),
                None => (Because::Asked, None),
            },
        };
        let mount = match (request, answer) {
            (Request::CopyToStore { filter, .. }, Answer::Path(at)) => {
                let at = at.clone();
                let mount = origin.map(|path| {
                    let source = MountSource::Tree { path, filter: filter.clone() };
                    Request::Mount { at, source }
                });
                self.world.answer(mount.as_ref().unwrap_or(request));
                mount
            }
            _ => None,
        };
        (because, mount)
    }

    /// Says that an answer follows from what paths of the store were put there, if it does; and of what a copy is.
    fn settled(&mut self, request: &Request, answer: &Answer) -> Option<Option<CanonPath>> {
        let is_in = |path: &CanonPath| base(path).is_some_and(|it| self.mounts.contains(it));
        match (request, answer) {
            (Request::ReadFile(path), Answer::Bytes(_))
            | (Request::ReadDir(path), Answer::Dir(_))
            | (Request::ReadLink(path), Answer::Bytes(_))
            | (Request::Stat(path), Answer::Stat(_))
            | (Request::HashPath { path, .. }, Answer::Sha256(_)) => is_in(path).then_some(None),
            // A link may lead out of it.
            (Request::Resolve { path, .. } | Request::ResolveImport(path), Answer::Path(to)) => {
                (is_in(path) && base(path) == base(to)).then_some(None)
            }
            (Request::CopyToStore { path, how, .. }, Answer::Path(_)) if is_in(path) => {
                let resolve = Request::Resolve { path: path.clone(), how: *how };
                let origin = self.world.answer(&resolve).into_path().ok()?;
                (base(path) == base(&origin)).then_some(Some(origin))
            }
            _ => None,
        }
    }

    /// The facts that an answer follows from, and of what a copy is.
    fn facts_of(&mut self, request: &Request, answer: &Answer) -> Option<(Numbers, Option<CanonPath>)> {
        let mut facts = Vec::new();
        let mut origin = None;
        match (request, answer) {
            (Request::ReadFile(path), Answer::Bytes(_)) => {
                self.plain_folder(path, &mut facts)?;
                facts.push(self.content(path, FileType::Regular)?);
            }
            (Request::ReadDir(path), Answer::Dir(_)) => {
                self.plain_folder(path, &mut facts)?;
                facts.push(self.content(path, FileType::Directory)?);
            }
            (Request::ReadLink(path), Answer::Bytes(_)) => {
                self.plain_folder(path, &mut facts)?;
                facts.push(self.content(path, FileType::Symlink)?);
            }
            (Request::Stat(path), Answer::Stat(stat)) => {
                (self.plain_stat(path, &mut facts)? == *stat).then_some(())?;
            }
            (Request::Resolve { path, how }, Answer::Path(to)) => {
                (self.resolve(path, *how, &mut facts)?.0 == *to).then_some(())?;
            }
            (Request::ResolveImport(path), Answer::Path(to)) => {
                let stat = self.plain_stat(path, &mut facts)??;
                let is_it = match stat.file_type {
                    FileType::Symlink => false,
                    FileType::Directory => path.join(b"default.nix") == *to,
                    FileType::Regular | FileType::Unknown => path == to,
                };
                is_it.then_some(())?;
            }
            (Request::HashPath { path, filter, .. }, Answer::Sha256(_)) => {
                self.plain_folder(path, &mut facts)?;
                self.tree(path, filter.as_ref(), &mut facts)?;
            }
            (Request::CopyToStore { path, how, filter, .. }, Answer::Path(_)) => {
                let path = self.resolve(path, *how, &mut facts)?.0;
                self.tree(&path, filter.as_ref(), &mut facts)?;
                origin = Some(path);
            }
            _ => return None,
        }
        facts.sort_unstable();
        facts.dedup();
        Some((facts, origin))
    }

    fn is_mounted(&self, path: &CanonPath) -> bool {
        base(path).is_some_and(|it| self.mounts.contains(it))
    }

    fn content(&mut self, path: &CanonPath, file_type: FileType) -> Option<u32> {
        if self.is_mounted(path) { None } else { self.facts.content(path, file_type) }
    }

    fn kind(&mut self, path: &CanonPath, facts: &mut Numbers) -> Option<Option<Stat>> {
        if self.is_mounted(path) {
            return None;
        }
        let (stat, fact) = self.facts.kind(path)?;
        facts.push(fact);
        Some(stat)
    }

    /// Where a path leads, and whether something before its last name is missing; as [`Request::Resolve`] does it.
    fn resolve(&mut self, path: &CanonPath, how: SymlinkResolution, facts: &mut Numbers) -> Option<(CanonPath, bool)> {
        let mut resolved = CanonPath::root();
        let (mut is_missing, mut n_links) = (false, 0);
        let mut todo: Vec<Box<[u8]>> = path.names().rev().map(Into::into).collect();
        while let Some(name) = todo.pop() {
            let next = match &*name {
                b"." => continue,
                b".." if is_missing => return None,
                b".." => {
                    resolved = resolved.parent().unwrap_or(resolved);
                    continue;
                }
                _ => resolved.join(&name),
            };
            if is_missing || how == SymlinkResolution::Ancestors && todo.is_empty() {
                resolved = next;
                continue;
            }
            match self.kind(&next, facts)?.map(|it| it.file_type) {
                Some(FileType::Symlink) => {
                    n_links += 1;
                    facts.push(self.content(&next, FileType::Symlink).filter(|_| n_links <= MAX_LINKS)?);
                    let target = self.world.answer(&Request::ReadLink(next)).into_bytes().ok()?;
                    if target.first() == Some(&b'/') {
                        resolved = CanonPath::root();
                    }
                    todo.extend(target.split(|&it| it == b'/').rev().filter(|it| !it.is_empty()).map(Box::from));
                    continue;
                }
                Some(FileType::Directory) => {}
                _ => is_missing = !todo.is_empty(),
            }
            resolved = next;
        }
        Some((resolved, is_missing))
    }

    /// Makes sure that no folder on a path is a link. Whether one is missing.
    fn plain_folder(&mut self, path: &CanonPath, facts: &mut Numbers) -> Option<bool> {
        let Some(folder) = path.parent() else { return Some(false) };
        let (resolved, mut is_missing) = self.resolve(&folder, SymlinkResolution::Full, facts)?;
        if !is_missing && !folder.is_root() {
            is_missing = self.kind(&folder, facts)?.is_none_or(|it| it.file_type != FileType::Directory);
        }
        (resolved == folder).then_some(is_missing)
    }

    /// What is at a path on which no folder is a link.
    fn plain_stat(&mut self, path: &CanonPath, facts: &mut Numbers) -> Option<Option<Stat>> {
        if self.plain_folder(path, facts)? { Some(None) } else { self.kind(path, facts) }
    }

    /// That a file or tree is what it was.
    fn tree(&mut self, path: &CanonPath, filter: Option<&PathSet>, facts: &mut Numbers) -> Option<()> {
        let stat = self.world.answer(&Request::Stat(path.clone())).into_stat().ok()??;
        facts.push(self.content(path, stat.file_type)?);
        let mut todo = Vec::from_iter((stat.file_type == FileType::Directory).then(|| path.clone()));
        while let Some(folder) = todo.pop() {
            for entry in &*self.world.answer(&Request::ReadDir(folder.clone())).into_dir().ok()? {
                let path = folder.join(&entry.name);
                if filter.is_none_or(|it| it.contains(&path)) {
                    facts.push(self.content(&path, entry.file_type)?);
                    todo.extend((entry.file_type == FileType::Directory).then_some(path));
                }
            }
        }
        Some(())
    }
}

/// The path in the store that a path lies in.
fn base(path: &CanonPath) -> Option<&[u8]> {
    let rest = path.as_bytes().strip_prefix(STORE_PREFIX.as_bytes())?;
    let end = memchr::memchr(b'/', rest).unwrap_or(rest.len()) + STORE_PREFIX.len();
    Some(&path.as_bytes()[..end])
}
