//! What files and folders hold, and whether they are there.

use crate::source::Pos;
use crate::store::{Hash, HashAlgorithm, HashFormat, STORE_PREFIX, StorePathRef};
use crate::value::{ContextId, Value};
use crate::vm::{COERCE_PATH, Fault, FaultKind, Frame, Native, Need, Next, PathContext, START, Vm, arg};
use crate::world::{FileType, Request, SymlinkResolution, WorldError};

const PATH: crate::vm::Arg = arg("path", Need::Path, "");

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps("readFile", &[PATH], read_file, "The contents of the file *path*."),
    Native::steps(
        "readDir",
        &[PATH],
        read_dir,
        "A set with the names in the folder *path*; each value is `\"regular\"`, `\"directory\"`, `\"symlink\"` or \
         `\"unknown\"`.",
    ),
    Native::steps(
        "readFileType",
        &[PATH],
        read_file_type,
        "What is at *path*: `\"regular\"`, `\"directory\"`, `\"symlink\"` or `\"unknown\"`.",
    ),
    Native::steps(
        "pathExists",
        &[arg("path", Need::Any, "")],
        path_exists,
        "Whether something is at *path*; a folder, if it ends in a slash.",
    ),
    Native::steps(
        "hashFile",
        &[
            arg("type", Need::PlainStr, "while evaluating the first argument passed to builtins.hashFile"),
            arg("path", Need::Lazy, ""),
        ],
        hash_file,
        "The hash of the file *path* in hexadecimal; *type* is `\"md5\"`, `\"sha1\"`, `\"sha256\"` or `\"sha512\"`.",
    ),
];

const RESOLVED: u32 = START + 1;
const ANSWERED: u32 = START + 2;
const PATH_READY: u32 = START + 3;

/// Asks where a path leads to.
pub(super) fn resolve(vm: &mut Vm, frame: &mut Frame, path: Value, how: SymlinkResolution) -> Next {
    frame.pc = RESOLVED;
    let path = vm.canon_path(path);
    vm.ask(Request::Resolve { path, how })
}

/// What a failure to follow links says.
pub(super) fn unresolved(vm: &Vm, path: Value, error: WorldError) -> Fault {
    let path = vm.heap.text(path);
    Fault::from(error).within(Pos::NONE, format!("while realising the context of path '{path}'"))
}

/// Slots: the path.
fn read_file(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let path = vm.slot(frame, 0);
    match frame.pc {
        START => Ok(resolve(vm, frame, path, SymlinkResolution::Full)),
        RESOLVED => {
            let real = vm.answer_path().map_err(|it| unresolved(vm, path, it))?;
            frame.pc = ANSWERED;
            Ok(vm.ask(Request::ReadFile(real)))
        }
        _ => {
            let bytes = vm.answer_bytes()?;
            if memchr::memchr(0, &bytes).is_some() {
                let text =
                    format!("the contents of the file '{}' cannot be represented as a Nix string", vm.heap.text(path));
                return Err(Fault::new(FaultKind::Eval, text));
            }
            vm.check_length(bytes.len())?;
            let context = context_of_file(vm, path, &bytes);
            Ok(Next::Return(vm.heap.string(&bytes, context)))
        }
    }
}

/// What a file in the store is known to mention.
fn context_of_file(vm: &mut Vm, path: Value, bytes: &[u8]) -> ContextId {
    let text = vm.heap.bytes(path);
    if !text.starts_with(STORE_PREFIX.as_bytes()) {
        return ContextId::EMPTY;
    }
    let Some(text) = str::from_utf8(text).ok() else { return ContextId::EMPTY };
    let Ok((at, _)) = StorePathRef::parse_prefix(text) else { return ContextId::EMPTY };
    let Some(&context) = vm.caches.outside.text_contexts.get(&at.to_store_path()) else { return ContextId::EMPTY };
    let is_mentioned = |it: &&crate::store::ContextElement| {
        memchr::memmem::find(bytes, it.path().as_ref().hash_part().as_bytes()).is_some()
    };
    let mentioned = vm.heap.contexts.elements(context).iter().filter(is_mentioned).cloned().collect();
    vm.heap.contexts.intern(mentioned)
}

/// Slots: the path.
fn read_dir(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let path = vm.slot(frame, 0);
    match frame.pc {
        START => match vm.caches.outside.dirs.get(&path.symbol()) {
            Some(&set) => Ok(Next::Return(set)),
            None => Ok(resolve(vm, frame, path, SymlinkResolution::Full)),
        },
        RESOLVED => {
            let real = vm.answer_path().map_err(|it| unresolved(vm, path, it))?;
            frame.pc = ANSWERED;
            Ok(vm.ask(Request::ReadDir(real)))
        }
        _ => {
            let entries = vm.answer_other().into_dir()?;
            let mut attrs = Vec::with_capacity(entries.len());
            for entry in entries.iter() {
                let name = vm.heap.intern(&entry.name);
                attrs.push((name, Pos::NONE, file_type_value(vm, entry.file_type)));
            }
            let set = vm.heap.attrs_from(attrs);
            vm.caches.outside.dirs.insert(path.symbol(), set);
            Ok(Next::Return(set))
        }
    }
}

/// Of what kind something is, as a string.
pub(super) fn file_type_value(vm: &mut Vm, file_type: FileType) -> Value {
    vm.heap.symbol_string(file_type.name().as_bytes())
}

/// Slots: the path.
fn read_file_type(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let path = vm.slot(frame, 0);
    if frame.pc == START {
        frame.pc = ANSWERED;
        let path = vm.canon_path(path);
        return Ok(vm.ask(Request::Stat(path)));
    }
    match vm.answer_stat()? {
        Some(stat) => Ok(Next::Return(file_type_value(vm, stat.file_type))),
        None => Err(WorldError::NotFound(vm.canon_path(path)).into()),
    }
}

/// Slots: the path, as it was given; then as a path.
fn path_exists(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let given = vm.slot(frame, 0);
    let wants_folder = given.is_string() && {
        let text = vm.heap.bytes(given);
        text.ends_with(b"/") || text.ends_with(b"/.")
    };
    match frame.pc {
        START => {
            vm.push(given);
            vm.push(Value::raw(PathContext::REALISED));
            frame.pc = PATH_READY;
            Ok(Next::Native(COERCE_PATH, 2))
        }
        PATH_READY => {
            let path = vm.top();
            let how = if wants_folder { SymlinkResolution::Full } else { SymlinkResolution::Ancestors };
            Ok(resolve(vm, frame, path, how))
        }
        RESOLVED => {
            let real = match vm.answer_path() {
                Ok(real) => real,
                Err(WorldError::Forbidden { .. }) => return Ok(Next::Return(Value::FALSE)),
                Err(error) => return Err(unresolved(vm, vm.top(), error)),
            };
            frame.pc = ANSWERED;
            Ok(vm.ask(Request::Stat(real)))
        }
        _ => match vm.answer_stat() {
            Ok(stat) => {
                let is_there = stat.is_some_and(|it| !wants_folder || it.file_type == FileType::Directory);
                Ok(Next::Return(Value::bool(is_there)))
            }
            Err(WorldError::Forbidden { .. }) => Ok(Next::Return(Value::FALSE)),
            Err(error) => Err(error.into()),
        },
    }
}

/// Slots: the kind of hash, the path.
fn hash_file(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            algorithm(vm, frame)?;
            vm.push(vm.slot(frame, 1));
            vm.push(Value::raw(PathContext::REALISED));
            frame.pc = PATH_READY;
            Ok(Next::Native(COERCE_PATH, 2))
        }
        PATH_READY => {
            let path = vm.top();
            Ok(resolve(vm, frame, path, SymlinkResolution::Full))
        }
        RESOLVED => {
            let real = vm.answer_path().map_err(|it| unresolved(vm, vm.top(), it))?;
            frame.pc = ANSWERED;
            Ok(vm.ask(Request::ReadFile(real)))
        }
        _ => {
            let bytes = vm.answer_bytes()?;
            let digits = Hash::of(algorithm(vm, frame)?, &bytes).format(HashFormat::Base16);
            Ok(Next::Return(vm.heap.plain_string(digits.as_bytes())))
        }
    }
}

fn algorithm(vm: &Vm, frame: &Frame) -> Result<HashAlgorithm, Fault> {
    HashAlgorithm::parse(&vm.heap.text(vm.slot(frame, 0))).map_err(|it| Fault::new(FaultKind::Eval, it.to_string()))
}
