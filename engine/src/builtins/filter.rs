//! `path` and `filterSource`: copies of files and folders in the store, of all or of what a function accepts.
//!
//! The function is asked about each name in the order in which Nix writes the copy, folders before what is in them;
//! what it accepted is one request in the end.

use std::sync::Arc;

use crate::ir::Symbol;
use crate::source::Pos;
use crate::store::{ContentMethod, Hash, HashAlgorithm, StorePath};
use crate::value::{ContextId, Tag, Value};
use crate::vm::{
    Blame, COERCE_PATH, Fault, FaultKind, Frame, IF_VALUE, Native, Need, Next, PathContext, START, Vm, arg,
};
use crate::world::{CanonPath, FileType, HashMethod, NoteKind, Request, SymlinkResolution};

use super::attrs::check_name;
use super::files::file_type_value;
use super::paths::is_in_store;

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "filterSource",
        &[arg("e1", Need::Lazy, ""), arg("e2", Need::Lazy, "")],
        filter_source,
        "A copy of the folder *e2* in the store, with only those files for which *e1*, called with path and type, \
         gives `true`.",
    )
    .whys(WHYS)
    .explaining(explain),
    Native::steps(
        "path",
        &[arg("args", Need::Attrs, "while evaluating the argument passed to 'builtins.path'")],
        path,
        "A copy of `path` in the store, called `name`. Optional: `filter`, `recursive` (if `false`, the bytes of the \
         file are hashed, not the tree), `sha256` (what the hash must be).",
    )
    .whys(WHYS)
    .explaining(explain),
];

const WHYS: &[&str] = &[
    "while evaluating the second argument (the path to filter) passed to 'builtins.filterSource'",
    "while evaluating the first argument passed to builtins.filterSource",
    "while evaluating the return value of the path filter function",
];
const FILTER_RETURNED: u16 = 3;

const PATH_READY: u32 = START + 1;
const FILTER_READY: u32 = START + 2;
const ATTR: u32 = START + 3;
const NOTED: u32 = START + 4;
// From here on a path is being added, and traces say so.
const ADDING: u32 = START + 5;
const REALISED: u32 = START + 6;
const EXPECTED: u32 = START + 7;
const RESOLVED: u32 = START + 8;
const ROOT_SEEN: u32 = START + 9;
const LISTED: u32 = START + 10;
const ANSWERED: u32 = START + 11;
const COPIED: u32 = START + 12;

// Slots. The first two are arguments; `path` keeps the index of the attribute at hand in the second.
const INDEX: u32 = 1;
const PATH: u32 = 2;
const NAME: u32 = 3;
const FILTER: u32 = 4;
const METHOD: u32 = 5;
const SHA256: u32 = 6;
/// Where the path really is.
const REAL: u32 = 7;
/// The folder at hand: its path, the names in it, what they are, and which is next.
const FOLDER: u32 = 8;
const NAMES: u32 = 9;
const TYPES: u32 = 10;
const NEXT: u32 = 11;
/// The folder around it: the same four as a list, and its own.
const AROUND: u32 = 12;
/// The paths that were accepted.
const ACCEPTED: u32 = 13;

const NAR: Value = Value::raw(0);
const FLAT: Value = Value::raw(1);

fn explain(vm: &Vm, frame: &Frame, blame: Blame, fault: &mut Fault) {
    if frame.pc >= ADDING {
        let path = vm.heap.text(vm.slot(frame, PATH));
        fault.push_trace(Pos::NONE, format!("while adding path '{path}'"));
    } else if frame.pc == ATTR {
        let (name, pos, _) = vm.heap.own_attrs(vm.slot(frame, 0))[vm.slot(frame, INDEX).payload() as usize];
        let why = match vm.heap.symbols.bytes(name) {
            b"path" if blame != Blame::Value => return,
            b"path" => "while evaluating the 'path' attribute passed to 'builtins.path'",
            b"name" => "while evaluating the `name` attribute passed to builtins.path",
            b"filter" => "while evaluating the `filter` parameter passed to builtins.path",
            b"recursive" => "while evaluating the `recursive` attribute passed to builtins.path",
            b"sha256" => "while evaluating the `sha256` attribute passed to builtins.path",
            _ => return,
        };
        fault.push_trace(pos, why);
    }
}

fn filter_source(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            vm.push(vm.slot(frame, 1));
            vm.push(Value::raw(PathContext::KEPT));
            frame.pc = PATH_READY;
            frame.why = 1 | IF_VALUE;
            Ok(Next::Native(COERCE_PATH, 2))
        }
        PATH_READY => {
            frame.pc = FILTER_READY;
            frame.why = 2;
            vm.push(vm.slot(frame, 0));
            Ok(Next::Force)
        }
        FILTER_READY => {
            let filter = vm.pop();
            check_function(vm, filter)?;
            frame.why = 0;
            for v in [Value::NULL, filter, NAR, Value::NULL] {
                vm.push(v);
            }
            begin(vm, frame)
        }
        _ => add(vm, frame),
    }
}

fn check_function(vm: &Vm, v: Value) -> Result<(), Fault> {
    let is_callable = v.is_function() || (v.is_attrs() && vm.heap.attr(v, vm.names.functor).is_some());
    if is_callable { Ok(()) } else { Err(vm.type_fault("a function", v)) }
}

fn path(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            let flat = vm.heap.flatten(vm.slot(frame, 0));
            vm.set_slot(frame, 0, flat);
            for v in [Value::raw(0), Value::NULL, Value::NULL, Value::NULL, NAR, Value::NULL] {
                vm.push(v);
            }
            next_attr(vm, frame)
        }
        ATTR => {
            let v = vm.pop();
            let index = vm.slot(frame, INDEX).payload();
            let (name, pos, _) = vm.heap.own_attrs(vm.slot(frame, 0))[index as usize];
            take_attr(vm, frame, name, v).map_err(|it| it.at(pos))?;
            vm.set_slot(frame, INDEX, Value::raw(index + 1));
            next_attr(vm, frame)
        }
        NOTED => {
            vm.answer_other().into_done()?;
            begin(vm, frame)
        }
        _ => add(vm, frame),
    }
}

/// Checks and remembers the value of an attribute.
fn take_attr(vm: &mut Vm, frame: &Frame, name: Symbol, v: Value) -> Result<(), Fault> {
    match vm.heap.symbols.bytes(name) {
        b"path" => vm.set_slot(frame, PATH, v),
        b"name" => {
            check_name(vm, v)?;
            vm.set_slot(frame, NAME, v);
        }
        b"filter" => {
            check_function(vm, v)?;
            vm.set_slot(frame, FILTER, v);
        }
        b"recursive" => {
            if v.tag() != Tag::Bool {
                return Err(vm.type_fault("a Boolean", v));
            }
            vm.set_slot(frame, METHOD, if v == Value::TRUE { NAR } else { FLAT });
        }
        _ => {
            check_name(vm, v)?;
            vm.set_slot(frame, SHA256, v);
        }
    }
    Ok(())
}

/// Forces the next attribute, if there is one.
fn next_attr(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = START;
    let index = vm.slot(frame, INDEX).payload() as usize;
    let attrs = vm.heap.own_attrs(vm.slot(frame, 0));
    let Some(&(name, pos, v)) = attrs.get(index) else {
        let fault = |text: &str| Err(Fault::new(FaultKind::Eval, text));
        if vm.slot(frame, PATH) == Value::NULL {
            return fault("missing required 'path' attribute in the first argument to 'builtins.path'");
        }
        let hash = vm.slot(frame, SHA256);
        if hash != Value::NULL {
            let parsed = expected_hash(vm, hash)?;
            if vm.heap.bytes(hash).is_empty() {
                let zero = parsed.format(crate::store::HashFormat::Sri);
                let text = format!("found empty hash, assuming '{zero}'").into_bytes().into();
                frame.pc = NOTED;
                return Ok(vm.ask(Request::Note { kind: NoteKind::Warning, text }));
            }
        }
        return begin(vm, frame);
    };
    match vm.heap.symbols.bytes(name) {
        b"path" => {
            frame.pc = ATTR;
            vm.push(v);
            vm.push(Value::raw(PathContext::KEPT));
            Ok(Next::Native(COERCE_PATH, 2))
        }
        b"name" | b"filter" | b"recursive" | b"sha256" => {
            frame.pc = ATTR;
            vm.push(v);
            Ok(Next::Force)
        }
        _ => {
            let text = format!("unsupported argument '{}' to 'builtins.path'", vm.heap.symbols.text(name));
            Err(Fault::new(FaultKind::Eval, text).at(pos))
        }
    }
}

fn expected_hash(vm: &Vm, hash: Value) -> Result<Hash, Fault> {
    Hash::parse_allow_empty(&vm.heap.text(hash), Some(HashAlgorithm::Sha256))
        .map_err(|it| Fault::new(FaultKind::Eval, it.to_string()))
}

/// Starts to add the path, now that everything about it is known.
fn begin(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let path = vm.slot(frame, PATH);
    let name = vm.slot(frame, NAME);
    if name == Value::NULL || vm.heap.bytes(name).is_empty() {
        let name = CanonPath::new(vm.heap.bytes(path)).file_name().unwrap_or(b"source").to_vec();
        let name = vm.heap.plain_string(&name);
        vm.set_slot(frame, NAME, name);
    }
    frame.pc = ADDING;
    if vm.heap.context(path) != ContextId::EMPTY && is_in_store(vm.heap.bytes(path)) {
        vm.push(path);
        vm.push(Value::raw(PathContext::REALISED));
        frame.pc = REALISED;
        return Ok(Next::Native(COERCE_PATH, 2));
    }
    vm.push(path);
    expect(vm, frame)
}

/// Looks whether what should come out is in the store already; else where the path is.
fn expect(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match expected_path(vm, frame)? {
        Some(expected) => {
            frame.pc = EXPECTED;
            Ok(vm.ask(Request::Stat(CanonPath::new(expected.as_str().as_bytes()))))
        }
        None => Ok(resolve(vm, frame)),
    }
}

fn expected_path(vm: &Vm, frame: &Frame) -> Result<Option<StorePath>, Fault> {
    let hash = vm.slot(frame, SHA256);
    if hash == Value::NULL {
        return Ok(None);
    }
    let method = if vm.slot(frame, METHOD) == FLAT { ContentMethod::Flat } else { ContentMethod::Nar };
    let name = vm.heap.text(vm.slot(frame, NAME));
    StorePath::fixed(&name, method, &expected_hash(vm, hash)?, &[])
        .map(Some)
        .map_err(|it| Fault::new(FaultKind::Eval, it.to_string()))
}

fn resolve(vm: &mut Vm, frame: &mut Frame) -> Next {
    frame.pc = RESOLVED;
    let path = vm.canon_path(vm.slot(frame, REAL));
    vm.ask(Request::Resolve { path, how: SymlinkResolution::Full })
}

fn add(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        REALISED => expect(vm, frame),
        EXPECTED => match vm.answer_stat()? {
            Some(_) => {
                let expected = expected_path(vm, frame)?.expect("this state is entered with an expectation");
                Ok(Next::Return(vm.store_path_string(expected)))
            }
            None => Ok(resolve(vm, frame)),
        },
        RESOLVED => {
            let real = vm.answer_path()?;
            let v = vm.path_of(&real);
            vm.set_slot(frame, REAL, v);
            if vm.slot(frame, FILTER) == Value::NULL || vm.slot(frame, METHOD) == FLAT {
                return copy(vm, frame, None);
            }
            frame.pc = ROOT_SEEN;
            Ok(vm.ask(Request::Stat(real)))
        }
        ROOT_SEEN => match vm.answer_stat()? {
            Some(stat) if stat.file_type == FileType::Directory => {
                let real = vm.slot(frame, REAL);
                for v in [real, Value::EMPTY_LIST, Value::EMPTY_LIST, Value::raw(0), Value::NULL] {
                    vm.push(v);
                }
                frame.pc = LISTED;
                let path = vm.canon_path(real);
                Ok(vm.ask(Request::ReadDir(path)))
            }
            _ => copy(vm, frame, None),
        },
        LISTED => {
            let entries = vm.answer_other().into_dir()?;
            let names: Vec<Value> = entries.iter().map(|it| vm.heap.symbol_string(&it.name)).collect();
            let types: Vec<Value> = entries.iter().map(|it| file_type_value(vm, it.file_type)).collect();
            let (names, types) = (vm.heap.list(&names), vm.heap.list(&types));
            vm.set_slot(frame, NAMES, names);
            vm.set_slot(frame, TYPES, types);
            vm.set_slot(frame, NEXT, Value::raw(0));
            next_name(vm, frame)
        }
        ANSWERED => answered(vm, frame),
        COPIED => {
            let copy = vm.answer_store_path()?;
            if let Some(expected) = expected_path(vm, frame)?
                && expected != copy
            {
                let path = vm.heap.text(vm.slot(frame, PATH));
                let text = format!("store path mismatch in (possibly filtered) path added from '{path}'");
                return Err(Fault::new(FaultKind::Eval, text));
            }
            vm.note_copy(vm.slot(frame, REAL), &copy);
            Ok(Next::Return(vm.store_path_string(copy)))
        }
        _ => Ok(Next::Return(vm.top())),
    }
}

/// Asks the filter about the next name, here or in a folder around.
fn next_name(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    loop {
        let index = vm.slot(frame, NEXT).payload() as usize;
        let names = vm.slot(frame, NAMES);
        if index < vm.heap.list_len(names) {
            let path = path_at(vm, frame, index);
            let file_type = vm.heap.element(vm.slot(frame, TYPES), index);
            let filter = vm.slot(frame, FILTER);
            frame.pc = ANSWERED;
            vm.push(filter);
            vm.push(Value::sym(path));
            vm.push(file_type);
            return Ok(Next::Call(2));
        }
        let around = vm.slot(frame, AROUND);
        if around == Value::NULL {
            let first = (frame.base + ACCEPTED) as usize;
            let accepted = vm.stack()[first..].iter().map(|it| CanonPath::new(vm.heap.bytes(*it))).collect();
            return copy(vm, frame, Some(Arc::new(accepted)));
        }
        for (i, slot) in (FOLDER..=AROUND).enumerate() {
            let v = vm.heap.element(around, i);
            vm.set_slot(frame, slot, v);
        }
    }
}

/// The path of a name in the folder at hand.
fn path_at(vm: &mut Vm, frame: &Frame, index: usize) -> Symbol {
    let folder = vm.canon_path(vm.slot(frame, FOLDER));
    let name = vm.heap.element(vm.slot(frame, NAMES), index);
    let path = folder.join(vm.heap.bytes(name));
    vm.heap.intern(path.as_bytes())
}

/// Takes the filter's answer about a name; goes into the folder that it is, if it is one.
fn answered(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let v = vm.pop();
    if v.tag() != Tag::Bool {
        frame.why = FILTER_RETURNED;
        return Err(vm.type_fault("a Boolean", v));
    }
    let index = vm.slot(frame, NEXT).payload();
    vm.set_slot(frame, NEXT, Value::raw(index + 1));
    if v == Value::FALSE {
        return next_name(vm, frame);
    }
    let path = path_at(vm, frame, index as usize);
    vm.push(Value::path(path));
    let file_type = vm.heap.element(vm.slot(frame, TYPES), index as usize);
    if vm.heap.bytes(file_type) != FileType::Directory.name().as_bytes() {
        return next_name(vm, frame);
    }
    let around: Vec<Value> = (FOLDER..=AROUND).map(|slot| vm.slot(frame, slot)).collect();
    let around = vm.heap.list(&around);
    vm.set_slot(frame, FOLDER, Value::path(path));
    vm.set_slot(frame, AROUND, around);
    frame.pc = LISTED;
    let path = vm.canon_path(Value::path(path));
    Ok(vm.ask(Request::ReadDir(path)))
}

fn copy(vm: &mut Vm, frame: &mut Frame, filter: Option<crate::world::PathSet>) -> Result<Next, Fault> {
    frame.pc = COPIED;
    let path = vm.canon_path(vm.slot(frame, REAL));
    let name = vm.heap.text(vm.slot(frame, NAME)).into();
    let method = if vm.slot(frame, METHOD) == FLAT { HashMethod::Flat } else { HashMethod::Nar };
    Ok(vm.ask(Request::CopyToStore { path, how: SymlinkResolution::Full, name, method, filter }))
}
