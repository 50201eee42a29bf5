//! The other texts, as somebody else keeps them. Works on paths as text; touches no disk.

use std::sync::Arc;

use super::{Document, Meanings};

/// Texts by absolute path. What the editor has open comes before what is on disk.
pub trait Files {
    /// The document of a file, if there is one and it can be read. Asked often: answers are to be kept.
    fn document(&self, path: &str) -> Option<Arc<Document>>;

    /// What kind of thing a path is, if there is anything.
    fn kind(&self, path: &str) -> Option<EntryKind>;

    /// What is in a directory, sorted by name.
    fn entries(&self, folder: &str) -> Vec<FileEntry>;

    /// The Nix files of the workspace, for what has to look at all of them.
    fn workspace(&self) -> Vec<String>;

    /// Those that may take something of a name from elsewhere, or bind an attribute of that name.
    fn mentioning(&self, name: &[u8]) -> Vec<String> {
        let mentions =
            |it: &String| self.document(it).is_some_and(|it| memchr::memmem::find(it.text(), name).is_some());
        self.workspace().into_iter().filter(mentions).collect()
    }

    /// The path literals in the workspace that lead to a file, also through its folder if it is a `default.nix`: the file
    /// of each, and the byte at which it begins.
    fn importers(&self, path: &str) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        for other in self.workspace() {
            let Some(doc) = self.document(&other) else { continue };
            let leads = |it: &(u32, String)| leads_to(&it.1, path);
            found.extend(super::words::paths(&doc).into_iter().filter(leads).map(|it| (other.clone(), it.0)));
        }
        found
    }

    /// What the names of a file mean, if that is known of the file as it is.
    fn meanings(&self, _path: &str) -> Option<Arc<Meanings>> {
        None
    }

    /// A number for what [`Files::kind`], [`Files::importers`], [`Files::nixpkgs`] and [`Files::binding_packages`] answer:
    /// another one if any of that may be something else.
    fn ways(&self) -> u64 {
        0
    }

    /// Those that are named like files that bind packages, and may mention a name.
    fn binding_packages(&self, name: &[u8]) -> Vec<String> {
        self.mentioning(name).into_iter().filter(|it| binds_packages(it)).collect()
    }

    /// Where the packages of nixpkgs are, if somebody said.
    fn nixpkgs(&self) -> Option<String> {
        None
    }
}

/// Something in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What a path leads to, symbolic links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Folder,
}

/// There are no other texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn document(&self, _path: &str) -> Option<Arc<Document>> {
        None
    }

    fn kind(&self, _path: &str) -> Option<EntryKind> {
        None
    }

    fn entries(&self, _folder: &str) -> Vec<FileEntry> {
        Vec::new()
    }

    fn workspace(&self) -> Vec<String> {
        Vec::new()
    }
}

/// How many folders around a file are looked at.
const MAX_FOLDERS: usize = 24;

/// The folders around a file, innermost first. The root of all is the empty text.
pub fn around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/').map(|it| it.0), |it| it.rsplit_once('/').map(|it| it.0))
        .take(MAX_FOLDERS)
}

/// The folder of the package set that a file lies in: one like nixpkgs.
#[must_use]
pub fn packages_around<'a>(files: &dyn Files, path: &'a str) -> Option<&'a str> {
    around(path).find(|it| files.kind(&format!("{it}/pkgs/top-level")) == Some(EntryKind::Folder))
}

/// Whether a file is named like one that binds packages.
#[must_use]
pub fn binds_packages(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|it| it.ends_with("packages.nix"))
}

/// The absolute path that a path literal means, without `.` and `..` in it.
pub(super) fn absolute(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let from = if path.starts_with('/') { "" } else { folder };
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Whether importing a path reads a file.
pub(super) fn leads_to(path: &str, file: &str) -> bool {
    path == file || file.strip_suffix("/default.nix").is_some_and(|folder| path == folder)
}

/// The file that importing a path reads: of a directory, its `default.nix`.
pub(super) fn imported(files: &dyn Files, path: &str) -> Option<String> {
    match files.kind(path)? {
        EntryKind::File => Some(path.to_owned()),
        EntryKind::Folder => {
            let path = format!("{}/default.nix", path.trim_end_matches('/'));
            (files.kind(&path)? == EntryKind::File).then_some(path)
        }
    }
}
