//! The image that evaluations begin with: what it is of, whether it is still what evaluating would give, and a machine
//! that has what it has. Nothing here evaluates; an image that is of no use is as if there were none.

mod of;

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;

use nixscope_engine::builtins;
use nixscope_engine::session::live::Way;
use nixscope_engine::session::{Image, Look, Session, Stamp};
use nixscope_engine::value::Value;
use nixscope_engine::vm::Vm;
use nixscope_engine::world::{CanonPath, FileType, Mappable, Stat};
use serde::{Deserialize, Serialize};

use crate::state::Snapshot;

use self::of::package_set;
use super::Live;
use super::entries::Entry;
use super::world::{self, Checking, LiveSession, Plain};

/// What the package set goes by in expressions that run files.
const NAME: &str = "__packages";

/// What an image says of itself first, for whoever wants to know what its value is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageOf {
    /// The version of nixscope that wrote it.
    pub version: String,
    /// The expression that has its value, and the folder where relative paths in it start; none if nothing that short
    /// has it.
    pub program: Option<(String, String)>,
}

impl ImageOf {
    /// What this version says of an image.
    #[must_use]
    pub fn new(program: Option<(String, String)>) -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), program }
    }

    /// What an image says; what comes after it is for others. `None` if it cannot be understood.
    #[must_use]
    pub fn read(about: &[u8]) -> Option<Self> {
        Some(postcard::take_from_bytes(about).ok()?.0)
    }

    /// Why it is not of this version, if it is not.
    #[must_use]
    pub fn difference(&self) -> Option<String> {
        let version = env!("CARGO_PKG_VERSION");
        (self.version != version).then(|| format!("nixscope {} wrote it, and this is {version}", self.version))
    }
}

/// A machine that begins with what an image has.
pub(super) struct Begun {
    pub(super) session: LiveSession,
    /// How the file is run, with [`Begun::given`].
    pub(super) way: Way,
    /// The package set.
    pub(super) packages: Value,
    /// Files that were read for it.
    pub(super) reads: Vec<String>,
}

impl Begun {
    /// What the expression of the way sees.
    pub(super) fn given(&self) -> [(&'static str, Value); 1] {
        [(NAME, self.packages)]
    }
}

/// Why there is none.
enum Without {
    /// It is of no use for this file, which is as it should be.
    Apt,
    /// It is of no use for any.
    Wrong(String),
}

impl<T: Into<String>> From<T> for Without {
    fn from(why: T) -> Self {
        Self::Wrong(why.into())
    }
}

/// The machine that a file is run in by an entry, if there is an image of the package set that the entry goes through,
/// which did not run that file already. If the image is wrong, that is told.
pub(super) fn begin(now: &Snapshot, file: &CanonPath, entry: &Entry, live: &Live) -> Option<Begun> {
    let path = where_it_is(now)?;
    match try_begin(now, file, entry, live, &path) {
        Ok(begun) => {
            live.image_is_fine();
            Some(begun)
        }
        Err(Without::Apt) => None,
        Err(Without::Wrong(why)) => {
            live.image_is_wrong(format!("values are computed without the image '{path}': {why}"));
            None
        }
    }
}

/// The path of the image; a relative one starts at the first folder of the workspace.
fn where_it_is(now: &Snapshot) -> Option<String> {
    let path = &*now.config.live.image;
    match (path, now.roots.first()) {
        ("", _) => None,
        (_, Some(root)) if !path.starts_with('/') => Some(format!("{root}/{path}")),
        _ => Some(path.to_owned()),
    }
}

fn try_begin(now: &Snapshot, file: &CanonPath, entry: &Entry, live: &Live, path: &str) -> Result<Begun, Without> {
    let Way::Expression { text, folder, through } = &entry.way else { return Err(Without::Apt) };
    let wanted = entry.packages.as_deref().map_or((text.as_str(), folder.as_str()), |it| (it, "/"));
    let wanted_file = package_set(wanted.0, wanted.1, None, &[]).ok_or(Without::Apt)?;
    let (image, mark) = open(path, live.known_image())?;
    let of = ImageOf::read(&image.about).ok_or("it was not written by this version of nixscope")?;
    if let Some(difference) = of.difference() {
        return Err(difference.into());
    }
    let (settings, reading) = image.settings();
    let (program, at) = of.program.as_ref().ok_or(NOT_KNOWN)?;
    let its_file = package_set(program, at, reading.home.as_deref(), &settings.nix_path).ok_or(NOT_KNOWN)?;
    if its_file != wanted_file {
        return Err(Without::Apt);
    }
    let shown = file.to_text();
    let reads: Vec<String> = image.journal.files().iter().map(|it| it.to_text().into_owned()).collect();
    if reads.iter().any(|it| *it == shown) {
        return Err(Without::Apt);
    }
    let own = world::settings(now, &shown);
    let is_for_us = [
        ("it was not built with --for-debugging", settings.keeps_names),
        ("it was built in pure evaluation", !settings.is_pure),
        ("it is for another system", settings.system == own.system),
    ];
    if let Some((why, _)) = is_for_us.iter().find(|it| !it.1) {
        return Err((*why).into());
    }
    let limits = world::limits(now);
    let mut vm = builtins::machine_in(settings.clone(), limits);
    vm.reading = reading.clone();
    let has_same_path = settings.nix_path == own.nix_path && own.nix_path.iter().all(|it| it.1.starts_with('/'));
    let mut outside = world::outside(now, &shown);
    let plain = Plain::new(now, &shown);
    let mut look = |path: &[u8]| if plain.shows(&CanonPath::new(path)) { look_at(path) } else { Look::Unknown };
    let packages = image.take_up(&mut vm, &mut Checking(&mut outside), Some(&mut look));
    let packages = packages.map_err(|it| it.to_string())?;
    live.know_image(mark);
    if !packages.is_attrs() {
        return Err("its value is not a set".into());
    }
    if vm.has_searched() && !has_same_path {
        return Err("its search path is another one than live.nixPath".into());
    }
    if has_run(&vm, &shown) {
        return Err(Without::Apt);
    }
    builtins::resettle(&mut vm, own);
    vm.reading = world::reading(now);
    // What is mapped is there once for all who begin with it.
    let size = vm.heap.bytes_used();
    vm.heap.set_limit(limits.max_heap.saturating_add(size));
    let text = match &entry.packages {
        Some(packages) => text.replace(packages, NAME),
        None => NAME.to_owned(),
    };
    let way = Way::Expression { text, folder: folder.clone(), through: through.clone() };
    Ok(Begun { session: Session::new(vm, outside), way, packages, reads })
}

const NOT_KNOWN: &str = "its value is not that of `import PATH { }`, so what it is of cannot be told";

/// Whether a machine has read a file. What it suspends may be computed already then, unseen.
fn has_run(vm: &Vm, file: &str) -> bool {
    vm.sources.iter().any(|it| it.written_in() == Some(file))
}

/// What tells a file from what it may become.
pub(super) type Mark = (u64, u64, u64, [(i64, i64); 2]);

fn mark_of(it: &Metadata) -> Mark {
    (it.dev(), it.ino(), it.size(), [(it.mtime(), it.mtime_nsec()), (it.ctime(), it.ctime_nsec())])
}

/// Opens an image. One that was found undamaged before, and not written to since, is not read to find damage.
fn open(path: &str, known: Option<Mark>) -> Result<(Image<Mappable<File>>, Mark), String> {
    let failed = |it: std::io::Error| it.to_string();
    // Opening what is no file may take for ever.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err("it is not a file".to_owned());
    }
    let file = File::open(path).map_err(failed)?;
    let stat = file.metadata().map_err(failed)?;
    let mark = mark_of(&stat);
    let image = Image::open(Mappable { file, is_known: known == Some(mark) }, stat.size());
    Ok((image.map_err(|it| it.to_string())?, mark))
}

/// What is at a path, and what tells it from what it may become.
#[must_use]
pub fn look_at(path: &[u8]) -> Look {
    let it = match std::fs::symlink_metadata(OsStr::from_bytes(path)) {
        Ok(it) => it,
        Err(it) if matches!(it.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Look::Nothing,
        Err(_) => return Look::Unknown,
    };
    let file_type = match it.file_type() {
        kind if kind.is_file() => FileType::Regular,
        kind if kind.is_dir() => FileType::Directory,
        kind if kind.is_symlink() => FileType::Symlink,
        _ => FileType::Unknown,
    };
    let is_executable = file_type == FileType::Regular && it.mode() & 0o100 != 0;
    Look::There(Stamp {
        stat: Stat { file_type, is_executable },
        size: it.size(),
        modified: (it.mtime(), it.mtime_nsec()),
        changed: (it.ctime(), it.ctime_nsec()),
        identity: (it.dev(), it.ino()),
    })
}

#[cfg(test)]
mod tests;
