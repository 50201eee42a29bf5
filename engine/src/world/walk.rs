//! Answers that are made of other answers: following links, hashing trees. Every world may use these for itself.

use std::io;

use sha2::Digest as _;

use crate::world::{
    Answer, CanonPath, FileType, HashMethod, PathSet, Request, SymlinkResolution, World, WorldError, write_nar,
};

/// How many links a path may lead over, and how many `import` follows, as in Nix.
const MAX_LINKS: usize = 1024;

/// Answers the requests that are made of others, asking `world` those; any other request is given back as `None`.
pub fn answer_composed(world: &mut (impl World + ?Sized), request: &Request) -> Option<Answer> {
    let res = match request {
        Request::Resolve { path, how } => resolve(world, path, *how).map(Answer::Path),
        Request::ResolveImport(path) => resolve_import(world, path).map(Answer::Path),
        Request::HashPath { path, method, filter } => {
            hash_path(world, path, *method, filter.as_ref()).map(Answer::Sha256)
        }
        Request::ReadFile(_)
        | Request::Stat(_)
        | Request::ReadDir(_)
        | Request::ReadLink(_)
        | Request::CopyToStore { .. }
        | Request::Mount { .. }
        | Request::Env(_)
        | Request::CurrentTime
        | Request::Note { .. } => return None,
    };
    Some(res.into())
}

/// Follows the links in `path`, name by name.
fn resolve(
    world: &mut (impl World + ?Sized),
    path: &CanonPath,
    how: SymlinkResolution,
) -> Result<CanonPath, WorldError> {
    let mut resolved = CanonPath::root();
    let mut n_links = 0;
    let mut todo: Vec<Box<[u8]>> = path.names().rev().map(Into::into).collect();
    while let Some(name) = todo.pop() {
        match &*name {
            b"." => continue,
            b".." => {
                resolved = resolved.parent().unwrap_or(resolved);
                continue;
            }
            _ => {}
        }
        let next = resolved.join(&name);
        if how == SymlinkResolution::Ancestors && todo.is_empty() {
            return Ok(next);
        }
        let stat = world.answer(&Request::Stat(next.clone())).into_stat()?;
        if stat.is_none_or(|it| it.file_type != FileType::Symlink) {
            resolved = next;
            continue;
        }
        n_links += 1;
        if n_links > MAX_LINKS {
            return Err(WorldError::InfiniteSymlinks(path.clone()));
        }
        let target = world.answer(&Request::ReadLink(next)).into_bytes()?;
        if target.first() == Some(&b'/') {
            resolved = CanonPath::root();
        }
        todo.extend(target.split(|&it| it == b'/').rev().filter(|it| !it.is_empty()).map(Box::from));
    }
    Ok(resolved)
}

/// Finds the file that `import` of `path` reads.
fn resolve_import(world: &mut (impl World + ?Sized), path: &CanonPath) -> Result<CanonPath, WorldError> {
    let mut path = path.clone();
    let mut n_links = 0;
    while let (Some(parent), Some(name)) = (path.parent(), path.file_name()) {
        n_links += 1;
        if n_links >= MAX_LINKS {
            return Err(WorldError::TooManySymlinks(path));
        }
        let request = Request::Resolve { path: parent.clone(), how: SymlinkResolution::Full };
        let real = world.answer(&request).into_path()?.join(name);
        match world.answer(&Request::Stat(real.clone())).into_stat()? {
            None => return Err(WorldError::NotFound(real)),
            Some(stat) if stat.file_type != FileType::Symlink => break,
            Some(_) => {}
        }
        path = CanonPath::new_at(&world.answer(&Request::ReadLink(real)).into_bytes()?, &parent);
    }
    let request = Request::Resolve { path: path.clone(), how: SymlinkResolution::Full };
    let real = world.answer(&request).into_path()?;
    match world.answer(&Request::Stat(real.clone())).into_stat()? {
        None => Err(WorldError::NotFound(real)),
        Some(stat) if stat.file_type == FileType::Directory => Ok(path.join(b"default.nix")),
        Some(_) => Ok(path),
    }
}

/// Hashes the file or tree at `path`.
fn hash_path(
    world: &mut (impl World + ?Sized),
    path: &CanonPath,
    method: HashMethod,
    filter: Option<&PathSet>,
) -> Result<[u8; 32], WorldError> {
    match method {
        HashMethod::Flat => {
            let contents = world.answer(&Request::ReadFile(path.clone())).into_bytes()?;
            Ok(sha2::Sha256::digest(contents).into())
        }
        HashMethod::Nar => {
            let hasher = write_nar(world, path, filter, HashWriter(sha2::Sha256::new()))?;
            Ok(hasher.0.finalize().into())
        }
    }
}

/// A hash that is written to.
struct HashWriter(sha2::Sha256);

impl io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::world::Memory;

    /// The tree that the expected values were recorded on.
    pub(in crate::world) fn sample(root: &str) -> Memory {
        let mut world = Memory::new();
        world
            .file(&format!("{root}/t/a.txt"), "hello")
            .file(&format!("{root}/t/a-b"), "y")
            .executable(&format!("{root}/t/run.sh"), "#!/bin/sh\n")
            .file(&format!("{root}/t/sub/f"), "x")
            .file(&format!("{root}/t/sub/zero"), "")
            .directory(&format!("{root}/t/empty"))
            .symlink(&format!("{root}/t/link"), "a.txt")
            .symlink(&format!("{root}/t/dirlink"), "sub")
            .symlink(&format!("{root}/t/loop1"), "loop2")
            .symlink(&format!("{root}/t/loop2"), "loop1")
            .file(&format!("{root}/t3/d/default.nix"), "1")
            .directory(&format!("{root}/t3/e"))
            .symlink(&format!("{root}/t3/ld"), "d")
            .symlink(&format!("{root}/t3/lf"), "../t3/ld/default.nix")
            .symlink(&format!("{root}/t3/dang"), "nope")
            .symlink(&format!("{root}/t3/slash"), "/");
        world
    }

    fn hex(hash: [u8; 32]) -> String {
        hash.iter().map(|it| format!("{it:02x}")).collect()
    }

    #[test]
    fn nar_hashes_agree_with_nix() {
        let mut world = sample("");
        let cases = [
            ("/t", "b648116e3a4270998c14c162a03deb88fe8f8c432cd25371c6b660227981c277"),
            ("/t/sub", "07c0fc9b3db43e0cb58fb32d84245a490a66a86306acf111b6e9a36b8ec46da1"),
            ("/t/a.txt", "0a430879c266f8b57f4092a0f935cf3facd48bbccde5760d4748ca405171e969"),
            ("/t/run.sh", "6283c1668260f903d1a895c0cd6b822fa4b68762bb0b17cedef2d39d97e26554"),
            ("/t/link", "8d3c00cfa866e4d1b809772afeac240786246221eb2c574d69c4bba168834e81"),
        ];
        for (path, expected) in cases {
            let request = Request::HashPath { path: path.into(), method: HashMethod::Nar, filter: None };
            assert_eq!(world.answer(&request).into_sha256().map(hex).as_deref(), Ok(expected), "{path}");
        }
    }

    #[test]
    fn trees_deeper_than_nix_takes_are_refused() {
        let mut world = Memory::new();
        world.file(&"/d".repeat(64), "deep enough");
        let hash = |world: &mut Memory| {
            let request = Request::HashPath { path: "/d".into(), method: HashMethod::Nar, filter: None };
            world.answer(&request).into_sha256()
        };
        assert!(hash(&mut world).is_ok());
        let too_deep = "/d".repeat(65);
        world = Memory::new();
        world.file(&too_deep, "too deep");
        let fault = format!("path '{too_deep}' exceeds maximum NAR directory depth of 64");
        assert_eq!(hash(&mut world).map_err(|it| it.to_string()), Err(fault));
    }

    #[test]
    fn imports_find_their_files() {
        let mut world = sample("");
        let cases = [
            ("/t3/d", Ok("/t3/d/default.nix")),
            ("/t3/ld", Ok("/t3/d/default.nix")),
            ("/t3/e", Ok("/t3/e/default.nix")),
            ("/t3/lf", Ok("/t3/ld/default.nix")),
            ("/t3/dang", Err("path '/t3/nope' does not exist")),
            ("/nope", Err("path '/nope' does not exist")),
            ("/t/loop1", Err("too many symbolic links encountered while traversing the path '/t/loop2'")),
        ];
        for (path, expected) in cases {
            let res = world.answer(&Request::ResolveImport(path.into())).into_path();
            let res = res.map(|it| it.to_text().into_owned()).map_err(|it| it.to_string());
            assert_eq!(res, expected.map(Into::into).map_err(Into::into), "{path}");
        }
    }
}
