//! What the engine asks of the outside, and what it is told. Plain data: the journal of a run is made of these.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::world::{CanonPath, WorldError};

/// A set of paths, as accepted by a filter.
pub type PathSet = Arc<BTreeSet<CanonPath>>;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Request {
    /// The bytes of a file. Answered by [`Answer::Bytes`]. No name in the path may be a symbolic link.
    ReadFile(CanonPath),
    /// What is at a path, symbolic links not followed. Answered by [`Answer::Stat`]. No folder in it may be a link.
    Stat(CanonPath),
    /// What is in a folder. Answered by [`Answer::Dir`].
    ReadDir(CanonPath),
    /// Where a symbolic link leads. Answered by [`Answer::Bytes`].
    ReadLink(CanonPath),
    /// The same path without symbolic links. Answered by [`Answer::Path`]; what does not exist stays as it is.
    Resolve {
        /// The path.
        path: CanonPath,
        /// Whether the last name is followed too.
        how: SymlinkResolution,
    },
    /// The file that `import` of a path reads: links followed, `default.nix` added to a folder. Answered by
    /// [`Answer::Path`], which may still lead through links to folders: resolve it to read it.
    ResolveImport(CanonPath),
    /// The SHA-256 hash of a file or tree, as a copy in the store would have it. Answered by [`Answer::Sha256`].
    HashPath {
        /// The file or tree.
        path: CanonPath,
        /// What is hashed of it.
        method: HashMethod,
        /// Which paths below it are in the copy; `None` for all. A folder left out leaves out what is in it.
        filter: Option<PathSet>,
    },
    /// Copies a file or tree to the store, or does as if: from now on it can be read there. Answered by
    /// [`Answer::Path`], which is the store path.
    CopyToStore {
        /// The file or tree.
        path: CanonPath,
        /// Which links in `path` are followed first: interpolation follows those of its folders, `builtins.path` all.
        how: SymlinkResolution,
        /// What the copy is called.
        name: Box<str>,
        /// What is hashed of it.
        method: HashMethod,
        /// Which paths below it are copied; `None` for all. A folder left out leaves out what is in it.
        filter: Option<PathSet>,
    },
    /// Lets a path in the store be read from now on, though the store need not exist. Answered by [`Answer::Done`].
    Mount {
        /// The store path.
        at: CanonPath,
        /// What is there.
        source: MountSource,
    },
    /// An environment variable. Answered by [`Answer::Env`].
    Env(Box<[u8]>),
    /// Seconds since 1970. Answered by [`Answer::Time`].
    CurrentTime,
    /// A line for whoever runs the program. Answered by [`Answer::Done`].
    Note {
        /// What it is.
        kind: NoteKind,
        /// The line, without what [`NoteKind::prefix`] puts in front.
        text: Box<[u8]>,
    },
}

/// Which links [`Request::Resolve`] follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SymlinkResolution {
    /// All.
    Full,
    /// All but the last name's.
    Ancestors,
}

/// What is hashed of a file or tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HashMethod {
    /// The bytes of the file.
    Flat,
    /// The NAR of the tree.
    Nar,
}

/// What is read at a mounted store path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MountSource {
    /// A file or tree elsewhere.
    Tree {
        /// Where it is.
        path: CanonPath,
        /// Which paths below `path` are there; `None` for all.
        filter: Option<PathSet>,
    },
    /// A file with these bytes.
    Text(Arc<[u8]>),
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NoteKind {
    /// From `builtins.trace`.
    Trace,
    /// From `builtins.warn`.
    EvaluationWarning,
    /// From the evaluator itself.
    Warning,
}

impl NoteKind {
    /// What stands in front of the line.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Trace => "trace: ",
            Self::EvaluationWarning => "evaluation warning: ",
            Self::Warning => "warning: ",
        }
    }
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Bytes of a file or link.
    Bytes(Vec<u8>),
    /// What is there; `None` for nothing.
    Stat(Option<Stat>),
    /// What is in a folder, sorted by name.
    Dir(Arc<[DirEntry]>),
    /// A path.
    Path(CanonPath),
    /// A hash.
    Sha256([u8; 32]),
    /// The variable's value; `None` if it is not set.
    Env(Option<Vec<u8>>),
    /// Seconds since 1970.
    Time(i64),
    /// It was done.
    Done,
    /// It could not be told.
    Failed(WorldError),
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    /// Of what kind it is.
    pub file_type: FileType,
    /// Whether it is a file that its owner may run.
    pub is_executable: bool,
}

/// Of what kind something is, as `builtins.readFileType` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FileType {
    /// A file.
    Regular,
    /// A folder.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device, socket or pipe.
    Unknown,
}

impl FileType {
    /// The word that Nix has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::Unknown => "unknown",
        }
    }
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DirEntry {
    /// The name.
    pub name: Box<[u8]>,
    /// Of what kind it is.
    pub file_type: FileType,
}

impl From<Result<Answer, WorldError>> for Answer {
    fn from(res: Result<Answer, WorldError>) -> Self {
        res.unwrap_or_else(Answer::Failed)
    }
}

impl Answer {
    /// Takes [`Answer::Bytes`] out.
    pub fn into_bytes(self) -> Result<Vec<u8>, WorldError> {
        if let Self::Bytes(it) = self { Ok(it) } else { Err(self.into_error()) }
    }

    /// Takes [`Answer::Stat`] out.
    pub fn into_stat(self) -> Result<Option<Stat>, WorldError> {
        if let Self::Stat(it) = self { Ok(it) } else { Err(self.into_error()) }
    }

    /// Takes [`Answer::Dir`] out.
    pub fn into_dir(self) -> Result<Arc<[DirEntry]>, WorldError> {
        if let Self::Dir(it) = self { Ok(it) } else { Err(self.into_error()) }
    }

    /// Takes [`Answer::Path`] out.
    pub fn into_path(self) -> Result<CanonPath, WorldError> {
        if let Self::Path(it) = self { Ok(it) } else { Err(self.into_error()) }
    }

    /// Takes [`Answer::Sha256`] out.
    pub fn into_sha256(self) -> Result<[u8; 32], WorldError> {
        if let Self::Sha256(it) = self { Ok(it) } else { Err(self.into_error()) }
    }

    /// Takes [`Answer::Env`] out.
    pub fn into_env(self) -> Result<Option<Vec<u8>>, WorldError> {
        if let Self::Env(it) = self { Ok(it) } else { Err(self.into_error()) }
    }

    /// Takes [`Answer::Time`] out.
    pub fn into_time(self) -> Result<i64, WorldError> {
        if let Self::Time(it) = self { Ok(it) } else { Err(self.into_error()) }
    }

    /// Expects [`Answer::Done`].
    pub fn into_done(self) -> Result<(), WorldError> {
        if matches!(self, Self::Done) { Ok(()) } else { Err(self.into_error()) }
    }

    fn into_error(self) -> WorldError {
        if let Self::Failed(it) = self { it } else { WorldError::UnexpectedAnswer }
    }
}
