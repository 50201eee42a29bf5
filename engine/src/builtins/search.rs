//! `findFile`: what `<…>` means.

use crate::source::Pos;
use crate::value::Value;
use crate::vm::{COERCE, Fault, FaultKind, Frame, IF_VALUE, Native, Need, Next, START, Vm, arg};
use crate::world::{CanonPath, NoteKind, Request, SymlinkResolution};

use super::attrs::{check_name, missing};
use super::prelude;

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[Native::steps(
    "findFile",
    &[
        arg("search-path", Need::List, "while evaluating the first argument passed to builtins.findFile"),
        arg("lookup-path", Need::Lazy, ""),
    ],
    find_file,
    "Finds *lookup-path* in *search-path*, a list of sets with `path` and `prefix`. This is what `<…>` does.",
)
.whys(&[
    "while evaluating an element of the list passed to builtins.findFile",
    "while evaluating the `prefix` attribute of an element of the list passed to builtins.findFile",
    "in an element of the __nixPath",
    "while evaluating the `path` attribute of an element of the list passed to builtins.findFile",
    "while evaluating the second argument passed to builtins.findFile",
])];

const ELEMENT_FORCED: u32 = START + 1;
const PREFIX_FORCED: u32 = START + 2;
const PATH_READY: u32 = START + 3;
const WANTED_FORCED: u32 = START + 4;
const BASE_RESOLVED: u32 = START + 5;
const BASE_SEEN: u32 = START + 6;
const WARNED: u32 = START + 7;
const RESOLVED: u32 = START + 8;
const SEEN: u32 = START + 9;

// Slots: the list, what is wanted; then the index of the element at hand, and prefix and path of each before it.
const INDEX: u32 = 2;
const ENTRIES: u32 = 3;

fn find_file(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            vm.push(Value::raw(0));
            next_element(vm, frame)
        }
        ELEMENT_FORCED => {
            let element = vm.top();
            frame.why = 1;
            if !element.is_attrs() {
                return Err(vm.type_fault("a set", element));
            }
            match vm.heap.attr(element, vm.names.prefix) {
                Some(prefix) => {
                    frame.why = 2;
                    frame.pc = PREFIX_FORCED;
                    vm.push(prefix);
                    Ok(Next::Force)
                }
                None => {
                    let empty = Value::sym(vm.names.empty);
                    vm.push(empty);
                    path_of_element(vm, frame)
                }
            }
        }
        PREFIX_FORCED => {
            check_name(vm, vm.top())?;
            path_of_element(vm, frame)
        }
        PATH_READY => {
            let index = vm.slot(frame, INDEX).payload();
            vm.set_slot(frame, INDEX, Value::raw(index + 1));
            next_element(vm, frame)
        }
        WANTED_FORCED => {
            let wanted = vm.pop();
            check_name(vm, wanted)?;
            frame.why = 0;
            vm.set_slot(frame, 1, wanted);
            vm.set_slot(frame, INDEX, Value::raw(0));
            look_up(vm, frame)
        }
        _ => look(vm, frame),
    }
}

/// Forces the next element of the search path; after the last, what is wanted.
fn next_element(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let index = vm.slot(frame, INDEX).payload() as usize;
    let list = vm.slot(frame, 0);
    if index < vm.heap.list_len(list) {
        frame.why = 1 | IF_VALUE;
        frame.pc = ELEMENT_FORCED;
        vm.push(vm.heap.element(list, index));
    } else {
        frame.why = 5;
        frame.pc = WANTED_FORCED;
        vm.push(vm.slot(frame, 1));
    }
    Ok(Next::Force)
}

/// With an element and its prefix on top of the stack: puts the prefix and then the path there.
fn path_of_element(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let prefix = vm.pop();
    let element = vm.pop();
    frame.why = 3;
    let Some(path) = vm.heap.attr(element, vm.names.path) else { return Err(missing("path")) };
    frame.why = 4 | IF_VALUE;
    frame.pc = PATH_READY;
    vm.push(prefix);
    vm.push(path);
    vm.push(Value::raw(0));
    Ok(Next::Native(COERCE, 2))
}

/// What of `wanted` is to be found below an entry with this prefix.
fn suffix_below<'w>(wanted: &'w [u8], prefix: &[u8]) -> Option<&'w [u8]> {
    let n = prefix.len();
    let needs_separator = n > 0 && wanted.len() > n;
    if needs_separator && wanted[n] != b'/' {
        return None;
    }
    wanted.strip_prefix(prefix).map(|rest| if needs_separator { &rest[1..] } else { rest })
}

/// Looks at the next entry that could have what is wanted.
fn look_up(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let n = vm.heap.list_len(vm.slot(frame, 0)) as u32;
    let wanted = vm.slot(frame, 1);
    loop {
        let index = vm.slot(frame, INDEX).payload();
        if index == n {
            return not_found(vm, wanted);
        }
        let prefix = vm.slot(frame, ENTRIES + 2 * index);
        if suffix_below(vm.heap.bytes(wanted), vm.heap.bytes(prefix)).is_some() {
            let entry = vm.heap.bytes(vm.slot(frame, ENTRIES + 2 * index + 1));
            match vm.caches.outside.search_paths.get(entry) {
                Some(Some(base)) => return Ok(below(vm, frame, &base.clone())),
                Some(None) => {}
                None if is_remote(entry) => {
                    let entry = String::from_utf8_lossy(entry);
                    let text = format!("Nix search path entry '{entry}' cannot be downloaded, ignoring");
                    return Ok(ignore(vm, frame, text));
                }
                None => {
                    frame.pc = BASE_RESOLVED;
                    let path = base_of(vm, entry);
                    return Ok(vm.ask(Request::Resolve { path, how: SymlinkResolution::Full }));
                }
            }
        }
        vm.set_slot(frame, INDEX, Value::raw(index + 1));
    }
}

fn base_of(vm: &Vm, entry: &[u8]) -> CanonPath {
    CanonPath::new_at(entry, &CanonPath::new(vm.settings.working_dir.as_bytes()))
}

/// Whether an entry names something on the network.
fn is_remote(entry: &[u8]) -> bool {
    const SCHEMES: [&[u8]; 7] = [b"http", b"https", b"file", b"channel", b"git", b"s3", b"ssh"];
    entry.starts_with(b"channel:")
        || entry.starts_with(b"flake:")
        || memchr::memmem::find(entry, b"://").is_some_and(|at| SCHEMES.contains(&&entry[..at]))
}

/// Warns, once, that an entry is of no use.
fn ignore(vm: &mut Vm, frame: &mut Frame, text: String) -> Next {
    let index = vm.slot(frame, INDEX).payload();
    let entry = vm.heap.bytes(vm.slot(frame, ENTRIES + 2 * index + 1)).to_vec();
    vm.caches.outside.search_paths.insert(entry, None);
    frame.pc = WARNED;
    vm.ask(Request::Note { kind: NoteKind::Warning, text: text.into_bytes().into() })
}

/// Asks where what is wanted is below an entry's folder.
fn below(vm: &mut Vm, frame: &mut Frame, base: &CanonPath) -> Next {
    let index = vm.slot(frame, INDEX).payload();
    let prefix = vm.heap.bytes(vm.slot(frame, ENTRIES + 2 * index));
    let suffix = suffix_below(vm.heap.bytes(vm.slot(frame, 1)), prefix).unwrap_or_default();
    let suffix = CanonPath::new(suffix);
    let path = CanonPath::new(&[base.as_bytes(), suffix.as_bytes()].concat());
    frame.pc = RESOLVED;
    vm.ask(Request::Resolve { path, how: SymlinkResolution::Full })
}

fn look(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let index = vm.slot(frame, INDEX).payload();
    match frame.pc {
        BASE_RESOLVED => {
            let real = vm.answer_path()?;
            frame.pc = BASE_SEEN;
            Ok(vm.ask(Request::Stat(real)))
        }
        BASE_SEEN => {
            let entry = vm.heap.bytes(vm.slot(frame, ENTRIES + 2 * index + 1)).to_vec();
            if vm.answer_stat()?.is_none() {
                let shown = String::from_utf8_lossy(&entry);
                let text = format!("Nix search path entry '{shown}' does not exist, ignoring");
                return Ok(ignore(vm, frame, text));
            }
            let base = base_of(vm, &entry);
            vm.caches.outside.search_paths.insert(entry, Some(base.clone()));
            Ok(below(vm, frame, &base))
        }
        WARNED => {
            vm.answer_other().into_done()?;
            look_up(vm, frame)
        }
        RESOLVED => {
            let real = vm.answer_path()?;
            let v = vm.path_of(&real);
            vm.push(v);
            frame.pc = SEEN;
            Ok(vm.ask(Request::Stat(real)))
        }
        _ => {
            let found = vm.pop();
            if vm.answer_stat()?.is_some() {
                let (wanted, path) = (vm.heap.bytes(vm.slot(frame, 1)).to_vec(), vm.canon_path(found));
                vm.caches.outside.found.insert(wanted, path);
                return Ok(Next::Return(found));
            }
            vm.set_slot(frame, INDEX, Value::raw(index + 1));
            look_up(vm, frame)
        }
    }
}

fn not_found(vm: &mut Vm, wanted: Value) -> Result<Next, Fault> {
    let name = vm.heap.bytes(wanted).to_vec();
    if let Some(path) = prelude::find(vm, &name) {
        return Ok(Next::Return(path));
    }
    let name = String::from_utf8_lossy(&name);
    let text = if vm.settings.is_pure {
        format!("cannot look up '<{name}>' in pure evaluation mode (use '--impure' to override)")
    } else {
        format!("file '{name}' was not found in the Nix search path (add it using $NIX_PATH or -I)")
    };
    Err(Fault::new(FaultKind::Throw, text).at(Pos::NONE))
}
#[cfg(test)]
mod tests {
    use super::suffix_below;

    #[test]
    fn prefixes_end_at_names() {
        let cases: [(&str, &str, Option<&str>); 6] = [
            ("nixpkgs/lib", "nixpkgs", Some("lib")),
            ("nixpkgs", "nixpkgs", Some("")),
            ("nixpkgs2", "nixpkgs", None),
            ("nixpkgs", "", Some("nixpkgs")),
            ("a", "nixpkgs", None),
            ("", "", Some("")),
        ];
        for (wanted, prefix, expected) in cases {
            assert_eq!(suffix_below(wanted.as_bytes(), prefix.as_bytes()), expected.map(str::as_bytes), "{wanted}");
        }
    }
}
