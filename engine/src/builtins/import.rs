//! `import` and `scopedImport`: files as programs.
//!
//! A file is found, read and parsed once; its value is a thunk, so that a file that needs itself is told from one that
//! is merely deep.

use std::sync::Arc;

use crate::heap::BodyId;
use crate::ir::Symbol;
use crate::source::{Origin, Pos};
use crate::value::Value;
use crate::vm::{Fault, Frame, Native, Need, Next, START, Vm, arg};
use crate::world::{CanonPath, Request, SymlinkResolution};

use super::import_drv;
use super::prelude;

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "import",
        &[arg("path", Need::Path, "")],
        import,
        "The value of the Nix expression in the file *path*, or in `default.nix` if it is a folder. Each file is read \
         and evaluated once.",
    )
    .everywhere()
    .explaining(|vm, frame, _, fault| {
        if frame.pc == EVALUATING && frame.why != 0 {
            let file = vm.heap.text(vm.slot(frame, FILE));
            fault.push_trace(Pos::NONE, format!("while evaluating the file '{file}':"));
        }
    }),
    Native::steps(
        "scopedImport",
        &[
            arg("scope", Need::Attrs, "while evaluating the first argument passed to builtins.scopedImport"),
            arg("path", Need::Path, ""),
        ],
        scoped_import,
        "As `import`, with the attributes of *scope* as variables around the file. The file is evaluated anew each time.",
    )
    .everywhere()
    .backward(),
];

const FOUND: u32 = START + 1;
const RESOLVED: u32 = START + 2;
const READ: u32 = START + 3;
const EVALUATING: u32 = START + 4;
const DERIVATION: u32 = START + 5;
const DERIVATION_READ: u32 = START + 6;

/// The slot of the file that is evaluated.
const FILE: u32 = 1;

/// Slots: the path; then the file found, then the file's thunk.
fn import(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let path = vm.slot(frame, 0);
    match frame.pc {
        START => {
            if let Some(known) = vm.caches.outside.imports.get(&path.symbol()) {
                let (file, value) = (Value::path(known.file), known.value);
                vm.push(file);
                return Ok(evaluate(vm, frame, value));
            }
            if prelude::is_internal(vm, path) {
                vm.push(path);
                let body = prelude::read(vm, path)?;
                return Ok(remember(vm, frame, body));
            }
            if import_drv::is_derivation_path(vm.heap.bytes(path)) {
                frame.pc = DERIVATION;
                return Ok(import_drv::begin(vm, path));
            }
            frame.pc = FOUND;
            let path = vm.canon_path(path);
            Ok(vm.ask(Request::ResolveImport(path)))
        }
        FOUND => {
            let file = vm.answer_path()?;
            let file = vm.path_of(&file);
            vm.push(file);
            if let Some(&value) = vm.caches.outside.files.get(&file.symbol()) {
                know(vm, path.symbol(), file.symbol(), value);
                return Ok(evaluate(vm, frame, value));
            }
            frame.pc = RESOLVED;
            Ok(resolve(vm, file))
        }
        RESOLVED => {
            frame.pc = READ;
            read_resolved(vm)
        }
        READ => {
            let file = vm.slot(frame, FILE);
            let body = parse(vm, file, &[])?;
            Ok(remember(vm, frame, body))
        }
        DERIVATION => match vm.answer_stat()? {
            Some(_) => {
                frame.pc = DERIVATION_READ;
                Ok(import_drv::read(vm, path))
            }
            None => {
                frame.pc = FOUND;
                let path = vm.canon_path(path);
                Ok(vm.ask(Request::ResolveImport(path)))
            }
        },
        DERIVATION_READ => {
            frame.pc = EVALUATING;
            frame.why = 0;
            import_drv::call(vm, path)
        }
        _ => Ok(Next::Return(vm.top())),
    }
}

/// Makes a body the value of the file.
fn remember(vm: &mut Vm, frame: &mut Frame, body: u32) -> Next {
    let value = vm.heap.thunk(BodyId(body), 0);
    let (path, file) = (vm.slot(frame, 0).symbol(), vm.slot(frame, FILE).symbol());
    vm.caches.outside.files.insert(file, value);
    know(vm, path, file, value);
    evaluate(vm, frame, value)
}

fn know(vm: &mut Vm, path: Symbol, file: Symbol, value: Value) {
    vm.caches.outside.imports.insert(path, crate::vm::Import { file, value });
}

/// Forces the value of a file. Only whoever starts to compute it says so in a trace.
fn evaluate(vm: &mut Vm, frame: &mut Frame, value: Value) -> Next {
    if let Some(v) = vm.settled(value) {
        return Next::Return(v);
    }
    frame.pc = EVALUATING;
    frame.why = u16::from(vm.heap.thunk_state(value).0 == crate::heap::ThunkState::Suspended);
    vm.push(value);
    Next::Force
}

fn resolve(vm: &mut Vm, file: Value) -> Next {
    let path = vm.canon_path(file);
    vm.ask(Request::Resolve { path, how: SymlinkResolution::Full })
}

fn read_resolved(vm: &mut Vm) -> Result<Next, Fault> {
    let real = vm.answer_path()?;
    Ok(vm.ask(Request::ReadFile(real)))
}

/// Reads the text of a file that was asked for.
fn parse(vm: &mut Vm, file: Value, scope: &[Symbol]) -> Result<u32, Fault> {
    let text: Arc<[u8]> = vm.answer_bytes()?.into();
    let path = vm.canon_path(file);
    let folder = path.parent().unwrap_or_else(CanonPath::root);
    vm.read(Origin::File(path.to_text().into_owned()), text, &folder.to_text(), scope)
}

/// Slots: the scope, the path; then the file found.
fn scoped_import(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let path = vm.slot(frame, 1);
    match frame.pc {
        START => {
            frame.pc = FOUND;
            let path = vm.canon_path(path);
            Ok(vm.ask(Request::ResolveImport(path)))
        }
        FOUND => {
            let file = vm.answer_path()?;
            let file = vm.path_of(&file);
            vm.push(file);
            frame.pc = RESOLVED;
            Ok(resolve(vm, file))
        }
        RESOLVED => {
            frame.pc = READ;
            read_resolved(vm)
        }
        READ => {
            let scope = vm.heap.flatten(vm.slot(frame, 0));
            let attrs = vm.heap.own_attrs(scope);
            let names: Vec<Symbol> = attrs.iter().map(|it| it.0).collect();
            let file = vm.pop();
            let body = parse(vm, file, &names)?;
            let values: Vec<Value> = attrs.iter().map(|it| it.2).collect();
            let env = vm.heap.env_of(0, &values);
            let value = vm.heap.thunk(BodyId(body), env);
            vm.push(value);
            frame.pc = EVALUATING;
            Ok(Next::Force)
        }
        _ => Ok(Next::Return(vm.top())),
    }
}
