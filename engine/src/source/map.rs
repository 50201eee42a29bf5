//! Every text the engine has seen.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::{LineCol, LineIndex, Pos};

/// Which text of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct FileId(pub u32);

/// Where a text came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A file, by its absolute path.
    File(String),
    /// Given on the command line or typed at a prompt.
    String,
    /// Read from standard input.
    Stdin,
    /// Part of the engine itself, with the name shown for it.
    Internal(&'static str),
}

/// One text with its origin.
#[derive(Debug)]
pub struct SourceFile {
    /// Where it came from.
    pub origin: Origin,
    /// Its bytes, which need not be UTF-8.
    pub text: Bytes,
    base: u32,
    lines: OnceLock<LineIndex>,
    /// What it is a copy of, if it is one in the store.
    copy_of: Option<Box<str>>,
}

impl SourceFile {
    /// The position of the byte at `offset`.
    #[must_use]
    pub fn pos(&self, offset: u32) -> Pos {
        Pos(self.base + offset)
    }

    /// The byte offset of a position in this text.
    #[must_use]
    pub fn offset(&self, pos: Pos) -> u32 {
        pos.0 - self.base
    }

    /// Where its lines begin; computed at first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::up_to(&self.text, self.shown().len()))
    }

    /// What of its text messages show: Nix knows a program that is no file only up to its first zero byte.
    #[must_use]
    pub fn shown(&self) -> &[u8] {
        match self.origin {
            Origin::File(_) | Origin::Internal(_) => &self.text,
            Origin::String | Origin::Stdin => self.text.split(|&byte| byte == 0).next().unwrap_or(&self.text),
        }
    }

    /// The path of the file somebody wrote: of a copy in the store, that of what was copied. `None` if it is no file.
    #[must_use]
    pub fn written_in(&self) -> Option<&str> {
        match (&self.origin, &self.copy_of) {
            (Origin::File(_), Some(path)) => Some(path),
            (Origin::File(path), None) => Some(path),
            (Origin::String | Origin::Stdin | Origin::Internal(_), _) => None,
        }
    }

    /// The name by which Nix's messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.origin {
            Origin::File(path) => path,
            Origin::String => "«string»",
            Origin::Stdin => "«stdin»",
            Origin::Internal(name) => name,
        }
    }
}

/// Every text the engine has seen; positions of all of them share one space.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// What was copied to the store: the path there, and where it is from.
    copies: BTreeMap<Box<str>, Box<str>>,
}

impl SourceMap {
    /// Adds a text. `None` if the space of positions (4 GiB of text) is used up.
    pub fn add(&mut self, origin: Origin, text: Arc<[u8]>) -> Option<FileId> {
        self.add_part(origin, Bytes::from_owner(text))
    }

    /// The same for a text that is a part of something larger.
    pub fn add_part(&mut self, origin: Origin, text: Bytes) -> Option<FileId> {
        let base = self.files.last().map_or(1, |last| last.base as u64 + last.text.len() as u64 + 1);
        let end = base + text.len() as u64 + 1;
        u32::try_from(end).ok()?;
        let copy_of = match &origin {
            Origin::File(path) => self.copied_from(path),
            Origin::String | Origin::Stdin | Origin::Internal(_) => None,
        };
        self.files.push(SourceFile { origin, text, base: base as u32, lines: OnceLock::new(), copy_of });
        Some(FileId(self.files.len() as u32 - 1))
    }

    /// Notes that a file or folder was copied to the store. Files that are read there from now on are known to be copies.
    pub fn note_copy(&mut self, there: &str, from: &str) {
        self.copies.insert(there.into(), from.into());
    }

    /// What was copied to the store: the path there, and where it is from.
    pub fn copies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.copies.iter().map(|(there, from)| (&**there, &**from))
    }

    /// What a path leads to a copy of.
    fn copied_from(&self, path: &str) -> Option<Box<str>> {
        let (copy, from) = self.copies.range::<str, _>((Bound::Unbounded, Bound::Included(path))).next_back()?;
        let below = path.strip_prefix(&**copy).filter(|it| it.is_empty() || it.starts_with('/'))?;
        Some(format!("{from}{below}").into())
    }

    /// One text.
    ///
    /// # Panics
    /// If `id` came from another map.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The text a position lies in; `None` for [`Pos::NONE`].
    #[must_use]
    pub fn file_of(&self, pos: Pos) -> Option<&SourceFile> {
        self.files.get(self.id_of(pos)?.0 as usize)
    }

    /// Which text a position lies in; `None` for [`Pos::NONE`].
    #[must_use]
    pub fn id_of(&self, pos: Pos) -> Option<FileId> {
        if !pos.is_some() {
            return None;
        }
        let after = self.files.partition_point(|file| file.base <= pos.0);
        Some(FileId(after.checked_sub(1)? as u32))
    }

    /// The text, line and column of a position; `None` for [`Pos::NONE`].
    #[must_use]
    pub fn locate(&self, pos: Pos) -> Option<(&SourceFile, LineCol)> {
        let file = self.file_of(pos)?;
        Some((file, file.lines().line_col(file.offset(pos))))
    }

    /// All texts in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_known_by_what_they_are_copies_of() {
        let mut map = SourceMap::default();
        map.note_copy("/nix/store/abc-lib", "/src/lib");
        map.note_copy("/nix/store/abd.nix", "/src/one.nix");
        for (path, expected) in [
            ("/nix/store/abc-lib/a/b.nix", "/src/lib/a/b.nix"),
            ("/nix/store/abd.nix", "/src/one.nix"),
            ("/nix/store/abc-libs/a.nix", "/nix/store/abc-libs/a.nix"),
            ("/nix/store/zzz", "/nix/store/zzz"),
            ("/a.nix", "/a.nix"),
        ] {
            let id = map.add(Origin::File(path.to_owned()), Arc::from(*b"1")).expect("there is room");
            assert_eq!((map.file(id).written_in(), map.file(id).name()), (Some(expected), path));
        }
        let id = map.add(Origin::String, Arc::from(*b"1")).expect("there is room");
        assert_eq!(map.file(id).written_in(), None);
    }
}
