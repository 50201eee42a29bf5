//! NAR: a file or tree as one stream of bytes, the same on every machine.
//!
//! [`NarWriter`] writes the pieces; [`write_nar`] walks a tree in a [`World`]. Neither keeps more than one file.

use std::io::{self, Write};
use std::sync::Arc;

use crate::world::{CanonPath, DirEntry, FileType, PathSet, Request, World, WorldError};

/// How deep folders may be nested, as in Nix.
const MAX_DEPTH: usize = 64;

/// Writes a NAR piece by piece: [`NarWriter::new`], one node, [`NarWriter::finish`]. A folder is opened, its entries
/// are each named and followed by a node, in the order of their names' bytes, and it is closed.
#[derive(Debug)]
pub struct NarWriter<W> {
    out: W,
    /// Tokens between contents, collected so that `out` sees few writes.
    pending: Vec<u8>,
}

impl<W: Write> NarWriter<W> {
    /// Begins.
    pub fn new(out: W) -> Self {
        let mut res = Self { out, pending: Vec::with_capacity(256) };
        res.token(b"nix-archive-1");
        res
    }

    /// A file.
    pub fn file(&mut self, is_executable: bool, contents: &[u8]) -> io::Result<()> {
        self.tokens(&[b"(", b"type", b"regular"]);
        if is_executable {
            self.tokens(&[b"executable", b""]);
        }
        self.token(b"contents");
        self.pending.extend_from_slice(&(contents.len() as u64).to_le_bytes());
        self.flush_pending()?;
        self.out.write_all(contents)?;
        self.pad(contents.len());
        self.token(b")");
        Ok(())
    }

    /// A symbolic link.
    pub fn symlink(&mut self, target: &[u8]) {
        self.tokens(&[b"(", b"type", b"symlink", b"target", target, b")"]);
    }

    /// Opens a folder.
    pub fn open_dir(&mut self) {
        self.tokens(&[b"(", b"type", b"directory"]);
    }

    /// Names the next node.
    pub fn open_entry(&mut self, name: &[u8]) {
        self.tokens(&[b"entry", b"(", b"name", name, b"node"]);
    }

    /// Ends what [`NarWriter::open_entry`] began.
    pub fn close_entry(&mut self) {
        self.token(b")");
    }

    /// Ends what [`NarWriter::open_dir`] began.
    pub fn close_dir(&mut self) {
        self.token(b")");
    }

    /// Writes out what is left and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush_pending()?;
        Ok(self.out)
    }

    fn tokens(&mut self, tokens: &[&[u8]]) {
        for token in tokens {
            self.token(token);
        }
    }

    fn token(&mut self, token: &[u8]) {
        self.pending.extend_from_slice(&(token.len() as u64).to_le_bytes());
        self.pending.extend_from_slice(token);
        self.pad(token.len());
    }

    fn pad(&mut self, len: usize) {
        self.pending.extend_from_slice(&[0; 8][..len.next_multiple_of(8) - len]);
    }

    fn flush_pending(&mut self) -> io::Result<()> {
        self.out.write_all(&self.pending)?;
        self.pending.clear();
        Ok(())
    }
}

/// A folder whose entries are being written.
struct OpenDir {
    path: CanonPath,
    entries: Arc<[DirEntry]>,
    next: usize,
}

/// Writes the NAR of what is at `path`, leaving out what `filter` lacks, and gives `out` back.
pub fn write_nar<W: Write>(
    world: &mut (impl World + ?Sized),
    path: &CanonPath,
    filter: Option<&PathSet>,
    out: W,
) -> Result<W, WorldError> {
    let write_failed = |it: io::Error| WorldError::Read { n_bytes: 0, cause: it.to_string().into() };
    let mut nar = NarWriter::new(out);
    let mut open: Vec<OpenDir> = Vec::new();
    let mut node = Some(path.clone());
    loop {
        if let Some(path) = node.take() {
            if open.len() >= MAX_DEPTH {
                return Err(WorldError::TooDeep(path));
            }
            let stat = world.answer(&Request::Stat(path.clone())).into_stat()?;
            let Some(stat) = stat else { return Err(WorldError::NotFound(path)) };
            match stat.file_type {
                FileType::Regular => {
                    let contents = world.answer(&Request::ReadFile(path)).into_bytes()?;
                    nar.file(stat.is_executable, &contents).map_err(write_failed)?;
                }
                FileType::Symlink => nar.symlink(&world.answer(&Request::ReadLink(path)).into_bytes()?),
                FileType::Directory => {
                    let entries = world.answer(&Request::ReadDir(path.clone())).into_dir()?;
                    nar.open_dir();
                    open.push(OpenDir { path, entries, next: 0 });
                    continue;
                }
                FileType::Unknown => return Err(WorldError::UnsupportedType(path)),
            }
            if !open.is_empty() {
                nar.close_entry();
            }
        }
        let Some(dir) = open.last_mut() else { return nar.finish().map_err(write_failed) };
        let Some(entry) = dir.entries.get(dir.next) else {
            nar.close_dir();
            open.pop();
            if !open.is_empty() {
                nar.close_entry();
            }
            continue;
        };
        dir.next += 1;
        let path = dir.path.join(&entry.name);
        if filter.is_none_or(|it| it.contains(&path)) {
            nar.open_entry(&entry.name);
            node = Some(path);
        }
    }
}
