//! The real machine. The only file of the engine that touches files, the environment, the clock and standard error.
//!
//! What was seen once stays so: one look at each path and one listing of each folder, until [`Disk::forget`].

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::world::path::parent_of;
use crate::world::walk::answer_composed;
use crate::world::{
    Answer, CanonPath, DirEntry, FileType, HashMethod, Request, Stat, SymlinkResolution, World, WorldError,
};

/// How much Nix reads at once: its message says how much it tried to read of a folder.
const READ_CHUNK: u64 = 64 * 1024;

/// The real machine, with what was seen of it.
#[derive(Debug, Default)]
pub struct Disk {
    stats: FxHashMap<CanonPath, Option<Stat>>,
    dirs: FxHashMap<CanonPath, Arc<[DirEntry]>>,
    /// Folders on whose path there is no link.
    plain_dirs: FxHashSet<CanonPath>,
    /// Trees hashed without a filter.
    hashes: FxHashMap<(CanonPath, HashMethod), [u8; 32]>,
}

impl Disk {
    /// The machine, nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what was seen: files may have changed.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    fn try_answer(&mut self, request: &Request) -> Result<Answer, WorldError> {
        match request {
            Request::ReadFile(path) => self.read_file(path).map(Answer::Bytes),
            Request::Stat(path) => {
                self.check_plain(path.parent())?;
                self.stat(path).map(Answer::Stat)
            }
            Request::ReadDir(path) => self.read_dir(path).map(Answer::Dir),
            Request::ReadLink(path) => {
                self.check_plain(path.parent())?;
                match fs::read_link(os_path(path)) {
                    Ok(target) => Ok(Answer::Bytes(target.into_os_string().into_vec())),
                    Err(it) => Err(WorldError::ReadLink { path: path.clone(), cause: cause(&it) }),
                }
            }
            Request::Resolve { path, how } if self.needs_no_resolving(path, *how)? => Ok(Answer::Path(path.clone())),
            Request::HashPath { path, method, filter: None } => {
                let key = (path.clone(), *method);
                if let Some(&hash) = self.hashes.get(&key) {
                    return Ok(Answer::Sha256(hash));
                }
                let answer = answer_composed(self, request).ok_or(WorldError::UnexpectedAnswer)?;
                if let Answer::Sha256(hash) = answer {
                    self.hashes.insert(key, hash);
                }
                Ok(answer)
            }
            Request::Resolve { .. } | Request::ResolveImport(_) | Request::HashPath { .. } => {
                answer_composed(self, request).ok_or(WorldError::UnexpectedAnswer)
            }
            Request::CopyToStore { .. } | Request::Mount { .. } => Err(WorldError::NoStore),
            Request::Env(name) => {
                // The system has no such variables, and asking for them is not allowed.
                let is_impossible = name.is_empty() || name.contains(&b'=') || name.contains(&0);
                let value = if is_impossible { None } else { std::env::var_os(OsStr::from_bytes(name)) };
                Ok(Answer::Env(value.map(|it| it.into_vec())))
            }
            Request::CurrentTime => Ok(Answer::Time(seconds_now())),
            Request::Note { kind, text } => {
                let line = [kind.prefix().as_bytes(), text, b"\n"].concat();
                // Nobody may be listening: then the line is lost, as it is for Nix.
                let _ = io::stderr().lock().write_all(&line);
                Ok(Answer::Done)
            }
        }
    }

    /// Looks at a path, whatever leads there.
    fn stat(&mut self, path: &CanonPath) -> Result<Option<Stat>, WorldError> {
        if let Some(&stat) = self.stats.get(path) {
            return Ok(stat);
        }
        let stat = match fs::symlink_metadata(os_path(path)) {
            Ok(it) => {
                let file_type = file_type(it.file_type());
                let is_executable = file_type == FileType::Regular && it.permissions().mode() & 0o100 != 0;
                Some(Stat { file_type, is_executable })
            }
            Err(it) if matches!(it.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
            Err(it) => return Err(WorldError::Stat { path: path.clone(), cause: cause(&it) }),
        };
        self.stats.insert(path.clone(), stat);
        Ok(stat)
    }

    /// Refuses a path with a link in it, naming the last one.
    fn check_plain(&mut self, path: Option<CanonPath>) -> Result<(), WorldError> {
        let mut folders = Vec::new();
        let mut rest = path;
        let mut is_there = true;
        while let Some(path) = rest {
            if path.is_root() || self.plain_dirs.contains(&path) {
                break;
            }
            match self.stat(&path)?.map(|it| it.file_type) {
                Some(FileType::Symlink) => return Err(WorldError::IsSymlink(path)),
                Some(FileType::Directory) => {}
                _ => is_there = false,
            }
            rest = path.parent();
            folders.push(path);
        }
        if is_there {
            self.plain_dirs.extend(folders);
        }
        Ok(())
    }

    /// Whether the path is known to lead over no link; saves looking at each of its names.
    fn needs_no_resolving(&mut self, path: &CanonPath, how: SymlinkResolution) -> Result<bool, WorldError> {
        let is_plain = |it: &[u8]| it == b"/" || self.plain_dirs.contains(it);
        if !parent_of(path.as_bytes()).is_none_or(is_plain) {
            match self.check_plain(path.parent()) {
                Err(WorldError::IsSymlink(_)) => return Ok(false),
                res => res?,
            }
        }
        match how {
            SymlinkResolution::Ancestors => Ok(true),
            SymlinkResolution::Full => Ok(self.stat(path)?.is_none_or(|it| it.file_type != FileType::Symlink)),
        }
    }

    /// Looks at what is about to be read.
    fn expect(&mut self, path: &CanonPath) -> Result<FileType, WorldError> {
        self.check_plain(path.parent())?;
        match self.stat(path)? {
            None => Err(WorldError::NotFound(path.clone())),
            Some(stat) if stat.file_type == FileType::Symlink => Err(WorldError::IsSymlink(path.clone())),
            Some(stat) => Ok(stat.file_type),
        }
    }

    fn read_file(&mut self, path: &CanonPath) -> Result<Vec<u8>, WorldError> {
        if self.expect(path)? == FileType::Unknown {
            // Nix reads as much as the system says is there, and of a device or pipe that is nothing. Not opening it
            // at all also keeps a pipe from making us wait.
            return Ok(Vec::new());
        }
        let open_failed = |it: io::Error| WorldError::Open { path: path.clone(), cause: cause(&it) };
        let file = fs::File::open(os_path(path)).map_err(open_failed)?;
        let size = file.metadata().map_err(open_failed)?.len();
        if size == 0 {
            return Ok(Vec::new());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let read_failed = |it: io::Error| WorldError::Read { n_bytes: size.min(READ_CHUNK), cause: cause(&it) };
        file.take(size).read_to_end(&mut bytes).map_err(read_failed)?;
        Ok(bytes)
    }

    fn read_dir(&mut self, path: &CanonPath) -> Result<Arc<[DirEntry]>, WorldError> {
        if let Some(entries) = self.dirs.get(path) {
            return Ok(entries.clone());
        }
        self.expect(path)?;
        let failed = |it: io::Error| WorldError::ReadDir { path: path.clone(), cause: cause(&it) };
        let mut entries = Vec::new();
        for entry in fs::read_dir(os_path(path)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let file_type = entry.file_type().map_or(FileType::Unknown, file_type);
            entries.push(DirEntry { name: entry.file_name().into_vec().into(), file_type });
        }
        entries.sort_unstable();
        let entries: Arc<[DirEntry]> = entries.into();
        self.dirs.insert(path.clone(), entries.clone());
        Ok(entries)
    }
}

impl World for Disk {
    fn answer(&mut self, request: &Request) -> Answer {
        self.try_answer(request).into()
    }
}

fn os_path(path: &CanonPath) -> &Path {
    Path::new(OsStr::from_bytes(path.as_bytes()))
}

fn file_type(it: fs::FileType) -> FileType {
    if it.is_file() {
        FileType::Regular
    } else if it.is_dir() {
        FileType::Directory
    } else if it.is_symlink() {
        FileType::Symlink
    } else {
        FileType::Unknown
    }
}

/// What the system says, without the number that Rust adds.
fn cause(error: &io::Error) -> Box<str> {
    let text = error.to_string();
    text.split(" (os error ").next().unwrap_or(&text).into()
}

fn seconds_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.ok().and_then(|it| i64::try_from(it.as_secs()).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A folder that goes away with its test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("nixscope-disk-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            for dir in ["t/sub", "t/empty"] {
                fs::create_dir_all(path.join(dir)).expect("a temporary folder");
            }
            for (file, text) in [("t/a.txt", "hello"), ("t/a-b", "y"), ("t/run.sh", "#!/bin/sh\n")] {
                fs::write(path.join(file), text).expect("a temporary file");
            }
            fs::set_permissions(path.join("t/run.sh"), fs::Permissions::from_mode(0o755)).expect("our own file");
            for (file, text) in [("t/sub/f", "x"), ("t/sub/zero", "")] {
                fs::write(path.join(file), text).expect("a temporary file");
            }
            let links = [("a.txt", "link"), ("sub", "dirlink"), ("loop2", "loop1"), ("loop1", "loop2")];
            for (target, link) in links {
                std::os::unix::fs::symlink(target, path.join("t").join(link)).expect("a temporary link");
            }
            Self(fs::canonicalize(path).expect("just made"))
        }

        fn path(&self, path: &str) -> CanonPath {
            CanonPath::new(self.0.join(path).as_os_str().as_bytes())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn answers_are_those_of_nix() {
        let folder = Folder::new("answers");
        let root = folder.0.display().to_string();
        let mut disk = Disk::new();
        let mut check = |request: Request, expected: &str| {
            let answer = match disk.answer(&request) {
                Answer::Bytes(it) => String::from_utf8_lossy(&it).into_owned(),
                Answer::Stat(it) => it.map_or("nothing", |it| it.file_type.name()).to_owned(),
                Answer::Path(it) => it.to_string(),
                Answer::Failed(it) => it.to_string(),
                Answer::Sha256(it) => it.iter().map(|it| format!("{it:02x}")).collect(),
                Answer::Dir(it) => {
                    let entry =
                        |it: &DirEntry| format!("{} {}", String::from_utf8_lossy(&it.name), it.file_type.name());
                    it.iter().map(entry).collect::<Vec<_>>().join(", ")
                }
                other => format!("{other:?}"),
            };
            assert_eq!(answer.replace(&root, ""), expected, "{request:?}");
        };
        let resolve = |path: &str, how| Request::Resolve { path: folder.path(path), how };
        // Twice, since the second time the answers come from memory.
        for _ in 0..2 {
            check(Request::ReadFile(folder.path("t/a.txt")), "hello");
            check(Request::ReadFile(folder.path("t/link")), "path '/t/link' is a symlink");
            check(Request::ReadFile(folder.path("t/dirlink/f")), "path '/t/dirlink' is a symlink");
            check(Request::ReadFile(folder.path("t/a.txt/x")), "path '/t/a.txt/x' does not exist");
            check(Request::Stat(folder.path("t/dirlink/f")), "path '/t/dirlink' is a symlink");
            check(Request::Stat(folder.path("t/link")), "symlink");
            check(Request::Stat(folder.path("t/a.txt/x")), "nothing");
            check(Request::ReadDir(folder.path("t/a.txt")), "cannot read directory \"/t/a.txt\": Not a directory");
            check(Request::ReadDir(folder.path("t/nope")), "path '/t/nope' does not exist");
            check(Request::ReadLink(folder.path("t/link")), "a.txt");
            check(
                Request::ReadDir(folder.path("t")),
                "a-b regular, a.txt regular, dirlink symlink, empty directory, link symlink, loop1 symlink, \
                 loop2 symlink, run.sh regular, sub directory",
            );
            check(resolve("t/dirlink/f", SymlinkResolution::Full), "/t/sub/f");
            check(resolve("t/dirlink", SymlinkResolution::Ancestors), "/t/dirlink");
            check(resolve("t/dirlink/nope", SymlinkResolution::Full), "/t/sub/nope");
            check(resolve("t/loop1", SymlinkResolution::Full), "infinite symlink recursion in path '/t/loop1'");
            check(
                Request::HashPath { path: folder.path("t"), method: HashMethod::Nar, filter: None },
                "b648116e3a4270998c14c162a03deb88fe8f8c432cd25371c6b660227981c277",
            );
        }
        check(Request::ReadFile(CanonPath::from("/dev/null")), "");
        check(Request::Stat(CanonPath::from("/dev/null")), "unknown");
    }

    #[test]
    fn a_folder_is_not_read_as_a_file() {
        let folder = Folder::new("folder");
        let answer = Disk::new().answer(&Request::ReadFile(folder.path("t/sub")));
        let size = fs::metadata(folder.0.join("t/sub")).expect("just made").len();
        let expected = WorldError::Read { n_bytes: size.min(READ_CHUNK), cause: "Is a directory".into() };
        assert_eq!(answer, Answer::Failed(expected));
    }

    #[test]
    fn what_was_seen_stays_until_forgotten() {
        let folder = Folder::new("forget");
        let mut disk = Disk::new();
        let path = folder.path("t/later");
        assert_eq!(disk.answer(&Request::Stat(path.clone())), Answer::Stat(None));
        fs::write(folder.0.join("t/later"), "x").expect("a temporary file");
        assert_eq!(disk.answer(&Request::Stat(path.clone())), Answer::Stat(None));
        disk.forget();
        assert!(matches!(disk.answer(&Request::Stat(path)), Answer::Stat(Some(_))));
    }

    #[test]
    fn strange_variables_are_not_set() {
        let mut disk = Disk::new();
        for name in ["", "a=b", "a\0b", "NIXSCOPE_NO_SUCH_VARIABLE"] {
            assert_eq!(disk.answer(&Request::Env(name.as_bytes().into())), Answer::Env(None));
        }
        assert!(matches!(disk.answer(&Request::Env(b"PATH".as_slice().into())), Answer::Env(Some(_))));
        assert!(disk.answer(&Request::CurrentTime).into_time().is_ok_and(|it| it > 1_700_000_000));
    }
}
