//! What the outside could not tell, in the words that Nix has for it.

use serde::{Deserialize, Serialize};

use crate::world::CanonPath;

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum WorldError {
    /// Nothing is there.
    #[error("path '{0}' does not exist")]
    NotFound(CanonPath),
    /// A link where links should have been resolved.
    #[error("path '{0}' is a symlink")]
    IsSymlink(CanonPath),
    /// Links that lead to themselves.
    #[error("infinite symlink recursion in path '{0}'")]
    InfiniteSymlinks(CanonPath),
    /// Links that lead to themselves, met by `import`.
    #[error("too many symbolic links encountered while traversing the path '{0}'")]
    TooManySymlinks(CanonPath),
    /// A device, socket or pipe cannot be copied.
    #[error("file '{0}' has an unsupported type")]
    UnsupportedType(CanonPath),
    /// A tree too deep to be copied.
    #[error("path '{0}' exceeds maximum NAR directory depth of 64")]
    TooDeep(CanonPath),
    /// A folder could not be read.
    #[error("cannot read directory \"{path}\": {cause}")]
    ReadDir {
        /// The folder.
        path: CanonPath,
        /// What the system says.
        cause: Box<str>,
    },
    /// A file could not be opened.
    #[error("opening file '{path}': {cause}")]
    Open {
        /// The file.
        path: CanonPath,
        /// What the system says.
        cause: Box<str>,
    },
    /// What was opened could not be read: it is a folder.
    #[error("read of {n_bytes} bytes: {cause}")]
    Read {
        /// How many bytes were tried.
        n_bytes: u64,
        /// What the system says.
        cause: Box<str>,
    },
    /// It could not be found out what is there.
    #[error("getting status of \"{path}\": {cause}")]
    Stat {
        /// The path.
        path: CanonPath,
        /// What the system says.
        cause: Box<str>,
    },
    /// A link could not be read.
    #[error("reading symbolic link \"{path}\": {cause}")]
    ReadLink {
        /// The link.
        path: CanonPath,
        /// What the system says.
        cause: Box<str>,
    },
    /// This world does not let the program see the path. `builtins.pathExists` answers `false`.
    #[error("access to absolute path '{path}' is forbidden {mode}")]
    Forbidden {
        /// The path.
        path: CanonPath,
        /// `in pure evaluation mode (use '--impure' to override)` or `in restricted mode`.
        mode: Box<str>,
    },
    /// What is copied to the store cannot have the name it should have there.
    #[error("{0}")]
    BadStoreName(Box<str>),
    /// Nothing can be mounted: there is no [`VirtualStore`](crate::store::VirtualStore) above. A mistake of ours.
    #[error("this world has no store to copy to")]
    NoStore,
    /// What is replayed does not say: the run is another one than the one that was recorded.
    #[error("the recording does not say: {0}")]
    NotRecorded(Box<str>),
    /// A world answered something else than it was asked: a mistake of ours, not of the program.
    #[error("the answer does not fit the request")]
    UnexpectedAnswer,
}

impl WorldError {
    /// The same about another path: what is read through one path and found at another is told of the first.
    pub fn about(mut self, other: &CanonPath) -> Self {
        match &mut self {
            Self::NotFound(path)
            | Self::IsSymlink(path)
            | Self::InfiniteSymlinks(path)
            | Self::TooManySymlinks(path)
            | Self::UnsupportedType(path)
            | Self::TooDeep(path)
            | Self::ReadDir { path, .. }
            | Self::Open { path, .. }
            | Self::Stat { path, .. }
            | Self::ReadLink { path, .. }
            | Self::Forbidden { path, .. } => *path = other.clone(),
            Self::Read { .. }
            | Self::BadStoreName(_)
            | Self::NoStore
            | Self::NotRecorded(_)
            | Self::UnexpectedAnswer => {}
        }
        self
    }
}
