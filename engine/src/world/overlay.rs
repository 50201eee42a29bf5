//! Texts laid over another world: what an editor has open but has not saved.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::world::memory::{children, is_above_any};
use crate::world::walk::answer_composed;
use crate::world::{Answer, CanonPath, DirEntry, FileType, Request, Stat, World, WorldError};

/// A world, some of whose files have other contents, or are there though they are not in the world below.
#[derive(Clone, Debug, Default)]
pub struct Overlay<W> {
    below: W,
    buffers: BTreeMap<CanonPath, Arc<[u8]>>,
}

impl<W: World> Overlay<W> {
    /// Nothing laid over yet.
    pub fn new(below: W) -> Self {
        Self { below, buffers: BTreeMap::new() }
    }

    /// Lays a text over the file at `path`, where no name is a symbolic link.
    pub fn put(&mut self, path: CanonPath, text: impl Into<Arc<[u8]>>) {
        self.buffers.insert(path, text.into());
    }

    /// Lets the file below show again.
    pub fn remove(&mut self, path: &CanonPath) {
        self.buffers.remove(path);
    }

    /// The world below.
    pub fn below_mut(&mut self) -> &mut W {
        &mut self.below
    }

    fn has_buffer_in(&self, path: &CanonPath) -> bool {
        self.buffers.contains_key(path) || is_above_any(&self.buffers, path)
    }

    fn stat(&mut self, path: &CanonPath) -> Result<Option<Stat>, WorldError> {
        let below = self.below.answer(&Request::Stat(path.clone())).into_stat();
        if self.buffers.contains_key(path) {
            let is_executable = below.ok().flatten().is_some_and(|it| it.is_executable);
            return Ok(Some(Stat { file_type: FileType::Regular, is_executable }));
        }
        match below? {
            None if is_above_any(&self.buffers, path) => {
                Ok(Some(Stat { file_type: FileType::Directory, is_executable: false }))
            }
            it => Ok(it),
        }
    }

    fn read_dir(&mut self, path: &CanonPath) -> Result<Arc<[DirEntry]>, WorldError> {
        let entries = self.below.answer(&Request::ReadDir(path.clone())).into_dir();
        let own = children(&self.buffers, path);
        let entries = match entries {
            Err(WorldError::NotFound(_)) if !own.is_empty() => [].into(),
            it => it?,
        };
        if own.is_empty() {
            return Ok(entries);
        }
        let mut all: BTreeMap<&[u8], FileType> = entries.iter().map(|it| (&*it.name, it.file_type)).collect();
        for (name, buffer) in own {
            if buffer.is_some() {
                all.insert(name, FileType::Regular);
            } else {
                all.entry(name).or_insert(FileType::Directory);
            }
        }
        Ok(all.into_iter().map(|(name, file_type)| DirEntry { name: name.into(), file_type }).collect())
    }
}

impl<W: World> World for Overlay<W> {
    fn answer(&mut self, request: &Request) -> Answer {
        match request {
            Request::ReadFile(path) => match self.buffers.get(path) {
                Some(text) => Answer::Bytes(text.to_vec()),
                None => self.below.answer(request),
            },
            Request::Stat(path) => self.stat(path).map(Answer::Stat).into(),
            Request::ReadDir(path) => self.read_dir(path).map(Answer::Dir).into(),
            Request::ReadLink(path) if self.buffers.contains_key(path) => {
                Answer::Failed(WorldError::ReadLink { path: path.clone(), cause: "Invalid argument".into() })
            }
            // A folder that only buffers make has no links in it, so that links are the world below's alone.
            Request::ResolveImport(path) | Request::HashPath { path, .. } if self.has_buffer_in(path) => {
                answer_composed(self, request).unwrap_or(Answer::Failed(WorldError::UnexpectedAnswer))
            }
            _ => self.below.answer(request),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::walk::tests::sample;
    use crate::world::{HashMethod, Memory};

    fn names(answer: Answer) -> String {
        let entries = answer.into_dir().expect("a folder");
        entries.iter().map(|it| String::from_utf8_lossy(&it.name).into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn buffers_show_instead_of_files() {
        let mut world = Overlay::new(sample(""));
        let hash = Request::HashPath { path: "/t/sub".into(), method: HashMethod::Nar, filter: None };
        let before = world.answer(&hash);
        world.put("/t/sub/f".into(), b"changed".as_slice());
        world.put("/t/new/dir/default.nix".into(), b"1".as_slice());
        assert_eq!(world.answer(&Request::ReadFile("/t/sub/f".into())), Answer::Bytes(b"changed".into()));
        assert_ne!(world.answer(&hash), before);
        assert_eq!(names(world.answer(&Request::ReadDir("/t/sub".into()))), "f zero");
        assert_eq!(names(world.answer(&Request::ReadDir("/t/new".into()))), "dir");
        assert_eq!(
            names(world.answer(&Request::ReadDir("/t".into()))),
            "a-b a.txt dirlink empty link loop1 loop2 new run.sh sub"
        );
        let import = world.answer(&Request::ResolveImport("/t/new/dir".into()));
        assert_eq!(import, Answer::Path("/t/new/dir/default.nix".into()));
        world.remove(&"/t/sub/f".into());
        assert_eq!(world.answer(&hash), before);
    }

    #[test]
    fn a_buffer_hides_nothing_else() {
        let mut world = Overlay::new(Memory::new());
        world.put("/a/b".into(), b"x".as_slice());
        assert_eq!(world.answer(&Request::Stat("/a/c".into())), Answer::Stat(None));
        assert!(matches!(world.answer(&Request::ReadDir("/c".into())), Answer::Failed(WorldError::NotFound(_))));
    }
}
