//! A store that is not there: paths "copied to the store" are read from where they were copied from.
//!
//! Evaluation only needs to know what a path would be called in the store. What is asked about such a path later is
//! asked of the world below about the original, and its faults are told of the store path.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::store::{ContentMethod, Hash, STORE_DIR, STORE_PREFIX, StorePath};
use crate::world::{
    Answer, CanonPath, FileType, HashMethod, MountSource, PathSet, Request, Stat, SymlinkResolution, World, WorldError,
    answer_composed,
};

/// How often a copy may be of something in a copy, before we take it for a circle.
const MAX_NESTING: usize = 64;

/// A world with a store laid over it.
#[derive(Clone, Debug, Default)]
pub struct VirtualStore<W> {
    below: W,
    mounts: FxHashMap<CanonPath, MountSource>,
}

/// Where a path in the store really is.
enum Place {
    /// Where it says: nothing is mounted there.
    Itself,
    /// In the world below, seen through these filters, each with the path as it was filtered.
    At(CanonPath, Vec<(PathSet, CanonPath)>),
    /// Here.
    Text(Arc<[u8]>),
    /// Nowhere: filtered out, or below a file.
    Nowhere,
}

impl<W: World> VirtualStore<W> {
    /// An empty store.
    pub fn new(below: W) -> Self {
        Self { below, mounts: FxHashMap::default() }
    }

    /// The world below.
    pub fn below_mut(&mut self) -> &mut W {
        &mut self.below
    }

    fn copy(
        &mut self,
        path: &CanonPath,
        how: SymlinkResolution,
        name: &str,
        method: HashMethod,
        filter: Option<&PathSet>,
    ) -> Result<CanonPath, WorldError> {
        let path = self.answer(&Request::Resolve { path: path.clone(), how }).into_path()?;
        let request = Request::HashPath { path: path.clone(), method, filter: filter.cloned() };
        let hash = Hash::from_sha256(self.answer(&request).into_sha256()?);
        let method = match method {
            HashMethod::Flat => ContentMethod::Flat,
            HashMethod::Nar => ContentMethod::Nar,
        };
        let at =
            StorePath::fixed(name, method, &hash, &[]).map_err(|it| WorldError::BadStoreName(it.to_string().into()))?;
        let at = CanonPath::from(at.as_str());
        // The same content under the same name is the same path: whichever was copied first serves as well.
        let source = || MountSource::Tree { path, filter: filter.cloned() };
        self.mounts.entry(at.clone()).or_insert_with(source);
        Ok(at)
    }

    /// What is mounted at or above a path, and what of the path is below that.
    fn mount_of<'a>(&self, path: &'a CanonPath) -> Option<(&MountSource, &'a [u8])> {
        if self.mounts.is_empty() {
            return None;
        }
        let base = path.as_bytes().strip_prefix(STORE_PREFIX.as_bytes())?;
        let end = STORE_PREFIX.len() + memchr::memchr(b'/', base).unwrap_or(base.len());
        let (at, rest) = path.as_bytes().split_at(end);
        self.mounts.get(at).map(|it| (it, rest))
    }

    fn place_of(&self, path: &CanonPath) -> Place {
        let mut filters = Vec::new();
        let mut real = path.clone();
        for nesting in 0..MAX_NESTING {
            match self.mount_of(&real) {
                None if nesting == 0 => return Place::Itself,
                None => return Place::At(real, filters),
                Some((MountSource::Text(text), b"")) => return Place::Text(text.clone()),
                Some((MountSource::Text(_), _)) => return Place::Nowhere,
                Some((MountSource::Tree { path: origin, filter }, rest)) => {
                    let next = if rest.is_empty() { origin.clone() } else { join_rest(origin, rest) };
                    if let Some(filter) = filter {
                        if !is_accepted(filter, origin, &next) {
                            return Place::Nowhere;
                        }
                        filters.push((filter.clone(), next.clone()));
                    }
                    real = next;
                }
            }
        }
        Place::Nowhere
    }

    /// Answers a request about one path, of which `request_at` makes the same about another.
    fn answer_at(
        &mut self,
        path: &CanonPath,
        request: &Request,
        request_at: fn(CanonPath) -> Request,
        answer_text: fn(&CanonPath, &[u8]) -> Result<Answer, WorldError>,
    ) -> Answer {
        match self.place_of(path) {
            // The store itself exists, whether or not this machine has one.
            Place::Itself if path.as_bytes() == STORE_DIR.as_bytes() && matches!(request, Request::Stat(_)) => {
                match self.below.answer(request) {
                    Answer::Stat(None) | Answer::Failed(_) => {
                        Answer::Stat(Some(Stat { file_type: FileType::Directory, is_executable: false }))
                    }
                    answer => answer,
                }
            }
            Place::Itself => self.below.answer(request),
            Place::Text(text) => answer_text(path, &text).into(),
            Place::Nowhere if matches!(request, Request::Stat(_)) => Answer::Stat(None),
            Place::Nowhere => Answer::Failed(WorldError::NotFound(path.clone())),
            Place::At(real, filters) => match self.below.answer(&request_at(real)) {
                Answer::Failed(error) => Answer::Failed(error.about(path)),
                Answer::Dir(entries) if !filters.is_empty() => {
                    let is_there = |name: &[u8]| filters.iter().all(|(filter, at)| filter.contains(&at.join(name)));
                    Answer::Dir(entries.iter().filter(|it| is_there(&it.name)).cloned().collect())
                }
                answer => answer,
            },
        }
    }

    /// Answers a request made of others. The world below knows short cuts, but not the store.
    fn answer_composed(&mut self, path: &CanonPath, request: &Request) -> Answer {
        let is_in_store = |it: &CanonPath| it.as_bytes().starts_with(STORE_PREFIX.as_bytes());
        if self.mounts.is_empty() || !is_in_store(path) {
            let answer = self.below.answer(request);
            let leads_into_store = match &answer {
                Answer::Path(it) | Answer::Failed(WorldError::NotFound(it)) => is_in_store(it),
                _ => false,
            };
            if self.mounts.is_empty() || !leads_into_store {
                return answer;
            }
        }
        answer_composed(self, request).unwrap_or(Answer::Failed(WorldError::UnexpectedAnswer))
    }
}

impl<W: World> World for VirtualStore<W> {
    fn answer(&mut self, request: &Request) -> Answer {
        match request {
            Request::ReadFile(path) => {
                self.answer_at(path, request, Request::ReadFile, |_, text| Ok(Answer::Bytes(text.to_vec())))
            }
            Request::Stat(path) => self.answer_at(path, request, Request::Stat, |_, _| {
                Ok(Answer::Stat(Some(Stat { file_type: FileType::Regular, is_executable: false })))
            }),
            Request::ReadDir(path) => self.answer_at(path, request, Request::ReadDir, |path, _| {
                Err(WorldError::ReadDir { path: path.clone(), cause: "Not a directory".into() })
            }),
            Request::ReadLink(path) => self.answer_at(path, request, Request::ReadLink, |path, _| {
                Err(WorldError::ReadLink { path: path.clone(), cause: "Invalid argument".into() })
            }),
            Request::Resolve { path, .. } | Request::ResolveImport(path) | Request::HashPath { path, .. } => {
                self.answer_composed(path, request)
            }
            Request::CopyToStore { path, how, name, method, filter } => {
                self.copy(path, *how, name, *method, filter.as_ref()).map(Answer::Path).into()
            }
            Request::Mount { at, source } => {
                self.mounts.insert(at.clone(), source.clone());
                Answer::Done
            }
            Request::Env(_) | Request::CurrentTime | Request::Note { .. } => self.below.answer(request),
        }
    }
}

/// `origin` and what follows it, which begins with a slash.
fn join_rest(origin: &CanonPath, rest: &[u8]) -> CanonPath {
    CanonPath::new_at(rest.strip_prefix(b"/").unwrap_or(rest), origin)
}

/// Whether `path` and every folder between it and `origin` passed the filter.
fn is_accepted(filter: &PathSet, origin: &CanonPath, path: &CanonPath) -> bool {
    let mut path = path.clone();
    while path != *origin {
        if !filter.contains(&path) {
            return false;
        }
        match path.parent() {
            Some(parent) => path = parent,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Memory;

    /// The tree that the expected values were recorded on.
    fn sample(root: &str) -> Memory {
        let mut world = Memory::new();
        let path = |it: &str| format!("{root}{it}");
        world.file(&path("/t/a.txt"), "hello").file(&path("/t/a-b"), "y").executable(&path("/t/run.sh"), "#!/bin/sh\n");
        world.file(&path("/t/sub/f"), "x").file(&path("/t/sub/zero"), "").directory(&path("/t/empty"));
        world.symlink(&path("/t/link"), "a.txt").symlink(&path("/t/dirlink"), "sub");
        world.symlink(&path("/t/loop1"), "loop2").symlink(&path("/t/loop2"), "loop1");
        world.symlink(&path("/t3/dang"), "nope");
        world
    }

    const T: &str = "/nix/store/yw56l9jhf6p9nsrfjk27bx93rpv61llk-t";
    const FOO: &str = "/nix/store/vxjiwkjkn7x4079qvh1jkl5pn05j2aw0-foo";

    fn tree(path: &str, accepted: Option<&[&str]>) -> MountSource {
        let filter = accepted.map(|it| Arc::new(it.iter().map(|&it| it.into()).collect()));
        MountSource::Tree { path: path.into(), filter }
    }

    fn ask(world: &mut impl World, request: Request) -> String {
        match world.answer(&request) {
            Answer::Bytes(it) => String::from_utf8_lossy(&it).into_owned(),
            Answer::Stat(it) => it.map_or("nothing", |it| it.file_type.name()).to_owned(),
            Answer::Path(it) => it.to_string(),
            Answer::Failed(it) => it.to_string(),
            Answer::Dir(it) => {
                it.iter().map(|it| String::from_utf8_lossy(&it.name).into_owned()).collect::<Vec<_>>().join(" ")
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn copies_are_read_from_their_originals() {
        let mut world = VirtualStore::new(sample("/src"));
        let text = MountSource::Text(b"bar".as_slice().into());
        world.answer(&Request::Mount { at: FOO.into(), source: text });
        world.answer(&Request::Mount { at: T.into(), source: tree("/src/t", None) });
        let below = |rest: &str| CanonPath::from(&*format!("{T}{rest}"));
        let resolve = |rest| Request::Resolve { path: below(rest), how: SymlinkResolution::Full };
        let cases = [
            (Request::ReadFile(FOO.into()), "bar".to_owned()),
            (Request::Stat(FOO.into()), "regular".into()),
            (Request::Stat(CanonPath::from(FOO).join(b"x")), "nothing".into()),
            (Request::ReadFile(below("/a.txt")), "hello".into()),
            (Request::ReadFile(below("/x")), format!("path '{T}/x' does not exist")),
            (Request::ReadDir(below("/a.txt")), format!("cannot read directory \"{T}/a.txt\": Not a directory")),
            (Request::ReadDir(below("/sub")), "f zero".into()),
            (resolve("/dirlink/f"), format!("{T}/sub/f")),
            (resolve("/loop1"), format!("infinite symlink recursion in path '{T}/loop1'")),
            (Request::ReadFile("/src/t/a.txt".into()), "hello".into()),
            (Request::Stat("/nix/store/other".into()), "nothing".into()),
        ];
        for (request, expected) in cases {
            assert_eq!(ask(&mut world, request.clone()), expected, "{request:?}");
        }
        let hash = |path: CanonPath| Request::HashPath { path, method: HashMethod::Nar, filter: None };
        assert_eq!(world.answer(&hash(T.into())), world.answer(&hash("/src/t".into())));
    }

    #[test]
    fn filters_hide_what_they_leave_out() {
        let mut world = VirtualStore::new(sample(""));
        let source = tree("/t", Some(&["/t/sub", "/t/sub/f", "/t/empty/x"]));
        world.answer(&Request::Mount { at: T.into(), source });
        // A copy of something in a copy, filtered by the names it had there.
        let inner = "/nix/store/zg8f5whrpc9k9fdhfk6ji0xzy8pbaw72-sub";
        let (sub, zero) = (format!("{T}/sub"), format!("{T}/sub/zero"));
        world.answer(&Request::Mount { at: inner.into(), source: tree(&sub, Some(&[&zero])) });
        let cases = [
            (Request::ReadDir(T.into()), "sub".to_owned()),
            (Request::ReadDir((&*sub).into()), "f".into()),
            (Request::ReadFile((&*zero).into()), format!("path '{zero}' does not exist")),
            (Request::Stat((&*format!("{T}/empty/x")).into()), "nothing".into()),
            (Request::ReadDir(inner.into()), String::new()),
            (Request::Stat((&*format!("{inner}/f")).into()), "nothing".into()),
        ];
        for (request, expected) in cases {
            assert_eq!(ask(&mut world, request.clone()), expected, "{request:?}");
        }
    }

    #[test]
    fn circles_end() {
        let mut world = VirtualStore::new(sample(""));
        world.answer(&Request::Mount { at: T.into(), source: tree(FOO, None) });
        world.answer(&Request::Mount { at: FOO.into(), source: tree(T, None) });
        assert_eq!(world.answer(&Request::Stat(T.into())), Answer::Stat(None));
    }

    #[test]
    fn copies_are_named_as_nix_names_them() {
        let mut world = VirtualStore::new(sample(""));
        let all_but_sub = ["a-b", "a.txt", "dirlink", "empty", "link", "loop1", "loop2", "run.sh"];
        let (all, parents) = (SymlinkResolution::Full, SymlinkResolution::Ancestors);
        let cases: [(&str, _, HashMethod, Option<&[&str]>, &str); 10] = [
            ("/t", all, HashMethod::Nar, None, "yw56l9jhf6p9nsrfjk27bx93rpv61llk-t"),
            ("/t", all, HashMethod::Nar, Some(&all_but_sub), "jcxzp77ilnifyd63c2ya9yrxsyjq4s96-t"),
            ("/t/sub", all, HashMethod::Nar, Some(&["f"]), "dvcj6a5qkhg5gn7gszpsdgc1115l3qsi-sub"),
            ("/t/a.txt", parents, HashMethod::Nar, None, "x4djsr7wzfy2k392chci01jvgjig0vd6-a.txt"),
            ("/t/a.txt", all, HashMethod::Flat, None, "9ywzl3azd62gr87wdf3qy59cf9cz4rgz-a.txt"),
            ("/t/run.sh", parents, HashMethod::Nar, None, "78sw4kgnlwlwp82n9crq3226z2pb1g91-run.sh"),
            ("/t/link", parents, HashMethod::Nar, None, "hsfpb0gqgq1qhwi2c1pgrb4vhawrwxld-link"),
            ("/t/link", all, HashMethod::Nar, None, "gshx42vrr5yba6n4yhzz2fdz4zass3q5-link"),
            ("/t/dirlink/f", parents, HashMethod::Nar, None, "pg2p85sxajsp1p6x7drg1hf10is1qfjf-f"),
            ("/t3/dang", parents, HashMethod::Nar, None, "f6fcih9ix44i1r5d1bch5np140zhf27f-dang"),
        ];
        for (path, how, method, accepted, expected) in cases {
            let path = CanonPath::from(path);
            let name = String::from_utf8_lossy(path.file_name().expect("a name")).into();
            let filter = accepted.map(|it| Arc::new(it.iter().map(|it| path.join(it.as_bytes())).collect()));
            let request = Request::CopyToStore { path, how, name, method, filter };
            assert_eq!(ask(&mut world, request), format!("/nix/store/{expected}"));
        }
        let copied = "/nix/store/yw56l9jhf6p9nsrfjk27bx93rpv61llk-t/a.txt";
        assert_eq!(ask(&mut world, Request::ReadFile(copied.into())), "hello");
        assert_eq!(
            ask(&mut world, Request::ReadDir("/nix/store/jcxzp77ilnifyd63c2ya9yrxsyjq4s96-t".into())),
            all_but_sub.join(" ")
        );
    }
}
