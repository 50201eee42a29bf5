//! Every text the engine has seen.

use std::sync::{Arc, OnceLock};

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
    pub text: Arc<[u8]>,
    base: u32,
    lines: OnceLock<LineIndex>,
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
}

impl SourceMap {
    /// Adds a text. `None` if the space of positions (4 GiB of text) is used up.
    pub fn add(&mut self, origin: Origin, text: Arc<[u8]>) -> Option<FileId> {
        let base = self.files.last().map_or(1, |last| last.base as u64 + last.text.len() as u64 + 1);
        let end = base + text.len() as u64 + 1;
        u32::try_from(end).ok()?;
        self.files.push(SourceFile { origin, text, base: base as u32, lines: OnceLock::new() });
        Some(FileId(self.files.len() as u32 - 1))
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
