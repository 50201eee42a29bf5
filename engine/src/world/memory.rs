//! Files held in memory, for tests and for programs that need no machine.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::world::walk::answer_composed;
use crate::world::{Answer, CanonPath, DirEntry, FileType, NoteKind, Request, Stat, World, WorldError};

/// A small world of its own. Folders are there because something is in them.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    nodes: BTreeMap<CanonPath, Node>,
    env: BTreeMap<Vec<u8>, Vec<u8>>,
    time: i64,
    notes: Vec<(NoteKind, Vec<u8>)>,
}

#[derive(Clone, Debug)]
enum Node {
    File {
        bytes: Arc<[u8]>,
        is_executable: bool,
    },
    Symlink(Arc<[u8]>),
    /// A folder with nothing in it.
    Directory,
}

impl Memory {
    /// An empty world, in 1970.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file there.
    pub fn file(&mut self, path: &str, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.put(path, Node::File { bytes: bytes.as_ref().into(), is_executable: false })
    }

    /// Puts a program there.
    pub fn executable(&mut self, path: &str, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.put(path, Node::File { bytes: bytes.as_ref().into(), is_executable: true })
    }

    /// Puts a symbolic link there.
    pub fn symlink(&mut self, path: &str, target: &str) -> &mut Self {
        self.put(path, Node::Symlink(target.as_bytes().into()))
    }

    /// Puts an empty folder there.
    pub fn directory(&mut self, path: &str) -> &mut Self {
        self.put(path, Node::Directory)
    }

    /// Sets an environment variable.
    pub fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Sets the clock.
    pub fn time(&mut self, seconds: i64) -> &mut Self {
        self.time = seconds;
        self
    }

    /// The lines said so far.
    pub fn notes(&self) -> &[(NoteKind, Vec<u8>)] {
        &self.notes
    }

    fn put(&mut self, path: &str, node: Node) -> &mut Self {
        self.nodes.insert(CanonPath::from(path), node);
        self
    }

    fn try_answer(&mut self, request: &Request) -> Result<Answer, WorldError> {
        match request {
            Request::ReadFile(path) => match self.expect(path)? {
                Some(Node::File { bytes, .. }) => Ok(Answer::Bytes(bytes.to_vec())),
                Some(Node::Symlink(_)) => Err(WorldError::IsSymlink(path.clone())),
                Some(Node::Directory) | None => Err(WorldError::Read { n_bytes: 4096, cause: "Is a directory".into() }),
            },
            Request::Stat(path) => self.stat(path).map(Answer::Stat),
            Request::ReadDir(path) => match self.expect(path)? {
                Some(Node::Symlink(_)) => Err(WorldError::IsSymlink(path.clone())),
                Some(Node::File { .. }) => {
                    Err(WorldError::ReadDir { path: path.clone(), cause: "Not a directory".into() })
                }
                Some(Node::Directory) | None => {
                    let entry = |(name, node): (&[u8], Option<&Node>)| DirEntry {
                        name: name.into(),
                        file_type: node.map_or(FileType::Directory, Node::file_type),
                    };
                    Ok(Answer::Dir(children(&self.nodes, path).into_iter().map(entry).collect()))
                }
            },
            Request::ReadLink(path) => match self.expect(path)? {
                Some(Node::Symlink(target)) => Ok(Answer::Bytes(target.to_vec())),
                _ => Err(WorldError::ReadLink { path: path.clone(), cause: "Invalid argument".into() }),
            },
            Request::Resolve { .. } | Request::ResolveImport(_) | Request::HashPath { .. } => {
                answer_composed(self, request).ok_or(WorldError::UnexpectedAnswer)
            }
            Request::CopyToStore { .. } | Request::Mount { .. } => Err(WorldError::NoStore),
            Request::Env(name) => Ok(Answer::Env(self.env.get(&**name).cloned())),
            Request::CurrentTime => Ok(Answer::Time(self.time)),
            Request::Note { kind, text } => {
                self.notes.push((*kind, text.to_vec()));
                Ok(Answer::Done)
            }
        }
    }

    fn stat(&self, path: &CanonPath) -> Result<Option<Stat>, WorldError> {
        let mut above = path.parent();
        while let Some(folder) = above {
            match self.nodes.get(&folder) {
                Some(Node::Symlink(_)) => return Err(WorldError::IsSymlink(folder)),
                Some(Node::File { .. }) => return Ok(None),
                Some(Node::Directory) | None => above = folder.parent(),
            }
        }
        Ok(match self.nodes.get(path) {
            Some(node) => {
                let is_executable = matches!(node, Node::File { is_executable: true, .. });
                Some(Stat { file_type: node.file_type(), is_executable })
            }
            None if path.is_root() || is_above_any(&self.nodes, path) => {
                Some(Stat { file_type: FileType::Directory, is_executable: false })
            }
            None => None,
        })
    }

    /// What is there; `None` is a folder with something in it.
    fn expect(&self, path: &CanonPath) -> Result<Option<&Node>, WorldError> {
        match self.stat(path)? {
            Some(_) => Ok(self.nodes.get(path)),
            None => Err(WorldError::NotFound(path.clone())),
        }
    }
}

impl World for Memory {
    fn answer(&mut self, request: &Request) -> Answer {
        self.try_answer(request).into()
    }
}

impl Node {
    fn file_type(&self) -> FileType {
        match self {
            Self::File { .. } => FileType::Regular,
            Self::Symlink(_) => FileType::Symlink,
            Self::Directory => FileType::Directory,
        }
    }
}

/// `path` and a slash, with which everything below it begins.
fn prefix_of(path: &CanonPath) -> Vec<u8> {
    if path.is_root() { b"/".to_vec() } else { [path.as_bytes(), b"/"].concat() }
}

/// Whether any key of `map` is below `folder`.
pub(super) fn is_above_any<V>(map: &BTreeMap<CanonPath, V>, folder: &CanonPath) -> bool {
    let prefix = prefix_of(folder);
    let mut below = map.range::<[u8], _>((Bound::Included(&*prefix), Bound::Unbounded));
    below.next().is_some_and(|(path, _)| path.as_bytes().starts_with(&prefix))
}

/// The names in `folder`, sorted, that the keys of `map` make; `None` for a name that is itself a folder.
pub(super) fn children<'a, V>(
    map: &'a BTreeMap<CanonPath, V>,
    folder: &CanonPath,
) -> BTreeMap<&'a [u8], Option<&'a V>> {
    let prefix = prefix_of(folder);
    let mut res = BTreeMap::new();
    let mut from = Bound::Included(prefix.clone());
    loop {
        let next = map.range::<[u8], _>((from.as_ref().map(|it| &**it), Bound::Unbounded)).next();
        let Some((path, value)) = next.filter(|(path, _)| path.as_bytes().starts_with(&prefix)) else { return res };
        let rest = &path.as_bytes()[prefix.len()..];
        match memchr::memchr(b'/', rest) {
            None => {
                res.entry(rest).or_insert(Some(value));
                from = Bound::Excluded(path.as_bytes().to_vec());
            }
            Some(at) => {
                res.insert(&rest[..at], None);
                // The byte after the slash: everything in this folder comes before it.
                from = Bound::Included([&prefix, &rest[..at], b"0"].concat());
            }
        }
    }
}
