//! Paths as names: taken apart, made from strings, and made to stand for what the store would hold.

use std::sync::Arc;

use crate::store::{ContextElement, STORE_PREFIX, StorePath, StorePathRef, output_placeholder, sha256};
use crate::value::{Tag, Value};
use crate::vm::{
    COERCE, COERCE_PATH, Fault, FaultKind, Frame, IF_VALUE, Native, Need, Next, PathContext, START, Vm, arg,
};
use crate::world::{CanonPath, MountSource, Request, SymlinkResolution};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure(
        "baseNameOf",
        &[arg(
            "x",
            Need::Coerced { more: false, copy: false },
            "while evaluating the first argument passed to builtins.baseNameOf",
        )],
        base_name_of,
        "What follows the last slash of the path or string *x*; one slash at its end does not count.",
    )
    .everywhere(),
    Native::steps(
        "dirOf",
        &[arg("s", Need::Any, "")],
        dir_of,
        "What precedes the last slash of the path or string *s*; `.` if it has none.",
    )
    .everywhere()
    .whys(&["while evaluating the first argument passed to 'builtins.dirOf'"]),
    Native::steps(
        "toPath",
        &[arg("s", Need::Lazy, "")],
        to_path,
        "The absolute path *s* in canonical form, as a string.",
    )
    .whys(&["while evaluating the first argument passed to builtins.toPath"]),
    Native::pure(
        "placeholder",
        &[arg("output", Need::PlainStr, "while evaluating the first argument passed to builtins.placeholder")],
        |vm, a| {
            let text = output_placeholder(&vm.heap.text(a[0]));
            Ok(vm.heap.plain_string(text.as_bytes()))
        },
        "A text that stands for the path of the *output* of the derivation it is used in.",
    )
    .everywhere(),
    Native::steps(
        "toFile",
        &[
            arg("name", Need::PlainStr, "while evaluating the first argument passed to builtins.toFile"),
            arg("s", Need::Str, "while evaluating the second argument passed to builtins.toFile"),
        ],
        to_file,
        "The path of a file in the store that is called *name* and holds the text *s*.",
    ),
    Native::steps(
        "storePath",
        &[arg("path", Need::Lazy, "")],
        store_path,
        "The path *path*, which is in the store already, as a string that depends on it.",
    )
    .whys(&["while evaluating the first argument passed to 'builtins.storePath'"]),
];

fn base_name_of(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let text = vm.heap.bytes(args[0]);
    // The first byte stays, even if it is a slash.
    let end = if text.len() > 1 && text.ends_with(b"/") { text.len() - 1 } else { text.len() };
    let start = memchr::memrchr(b'/', &text[..end]).map_or(0, |at| at + 1);
    if start == 0 && end == text.len() {
        return Ok(args[0]);
    }
    let name = text[start..end].to_vec();
    let context = vm.heap.context(args[0]);
    Ok(vm.heap.string(&name, context))
}

const READY: u32 = START + 1;
const ANSWERED: u32 = START + 2;

/// Slots: the path or string.
fn dir_of(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let v = vm.slot(frame, 0);
    if frame.pc == START {
        if v.tag() == Tag::Path {
            let path = vm.canon_path(v);
            let folder = path.parent().unwrap_or(path);
            return Ok(Next::Return(vm.path_of(&folder)));
        }
        vm.push(v);
        vm.push(Value::raw(0));
        frame.pc = READY;
        frame.why = 1 | IF_VALUE;
        return Ok(Next::Native(COERCE, 2));
    }
    let text = vm.top();
    let context = vm.heap.context(text);
    let bytes = vm.heap.bytes(text);
    let folder = match memchr::memrchr(b'/', bytes) {
        None => b".".to_vec(),
        Some(0) => b"/".to_vec(),
        Some(at) => bytes[..at].to_vec(),
    };
    Ok(Next::Return(vm.heap.string(&folder, context)))
}

/// Starts to make the argument a path without losing its context.
pub(super) fn keep_path(vm: &mut Vm, frame: &mut Frame, v: Value) -> Next {
    vm.push(v);
    vm.push(Value::raw(PathContext::KEPT));
    frame.pc = READY;
    frame.why = 1 | IF_VALUE;
    Next::Native(COERCE_PATH, 2)
}

/// A path with its context, as a string.
fn path_as_string(v: Value) -> Value {
    if v.tag() == Tag::Path { Value::sym(v.symbol()) } else { v }
}

/// Slots: what is made a path.
fn to_path(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc == START {
        let v = vm.slot(frame, 0);
        return Ok(keep_path(vm, frame, v));
    }
    Ok(Next::Return(path_as_string(vm.top())))
}

/// Slots: the name, the text; then the path.
fn to_file(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc != START {
        vm.answer_other().into_done()?;
        return Ok(Next::Return(vm.top()));
    }
    let (name, text) = (vm.heap.text(vm.slot(frame, 0)), vm.slot(frame, 1));
    let context = vm.heap.context(text);
    let mut references: Vec<StorePathRef<'_>> = Vec::new();
    for element in vm.heap.contexts.elements(context) {
        let ContextElement::Opaque(path) = element else {
            let text = format!(
                "files created by builtins.toFile may not reference derivations, but {name} references {element}"
            );
            return Err(Fault::new(FaultKind::Eval, text));
        };
        references.push(path.as_ref());
    }
    let bytes = vm.heap.bytes(text);
    let path = StorePath::text(&name, &sha256(bytes), &references)
        .map_err(|it| Fault::new(FaultKind::Eval, it.to_string()))?;
    let source = MountSource::Text(Arc::from(bytes));
    let at = CanonPath::new(path.as_str().as_bytes());
    vm.caches.outside.text_contexts.insert(path.clone(), context);
    let v = vm.store_path_string(path);
    vm.push(v);
    frame.pc = ANSWERED;
    Ok(vm.ask(Request::Mount { at, source }))
}

/// Slots: the path; then the same as a path.
fn store_path(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START if vm.settings.is_pure => {
            Err(Fault::new(FaultKind::Eval, "'builtins.storePath' is not allowed in pure evaluation mode"))
        }
        START => {
            let v = vm.slot(frame, 0);
            Ok(keep_path(vm, frame, v))
        }
        READY => {
            frame.why = 0;
            let path = vm.canon_path(vm.top());
            // A link that is itself in the store is not followed.
            if is_in_store(path.as_bytes()) && path.names().count() == 3 {
                return as_store_path(vm, &path);
            }
            frame.pc = ANSWERED;
            Ok(vm.ask(Request::Resolve { path, how: SymlinkResolution::Full }))
        }
        _ => {
            let path = vm.answer_path()?;
            as_store_path(vm, &path)
        }
    }
}

fn as_store_path(vm: &mut Vm, path: &CanonPath) -> Result<Next, Fault> {
    let fault = |text: String| Fault::new(FaultKind::Eval, text);
    if !is_in_store(path.as_bytes()) {
        return Err(fault(format!("path '{path}' is not in the Nix store")));
    }
    let text = path.to_text();
    let (at, _) = StorePathRef::parse_prefix(&text).map_err(|it| fault(it.to_string()))?;
    let own = vm.heap.contexts.single(ContextElement::Opaque(at.to_store_path()));
    let given = vm.heap.context(vm.top());
    let context = vm.heap.contexts.union(own, given);
    Ok(Next::Return(vm.heap.string(path.as_bytes(), context)))
}

/// Whether a path is below the store's folder.
pub(super) fn is_in_store(path: &[u8]) -> bool {
    path.len() > STORE_PREFIX.len() && path.starts_with(STORE_PREFIX.as_bytes())
}
