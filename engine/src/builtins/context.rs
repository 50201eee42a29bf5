//! Contexts: what strings say they depend on, looked at and changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ir::Symbol;
use crate::source::Pos;
use crate::store::{ContextElement, StorePath};
use crate::text::escape;
use crate::value::{ContextId, Tag, Value};
use crate::vm::{Blame, Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};

const TO_STRING: Need = Need::Coerced { more: false, copy: true };

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure(
        "hasContext",
        &[arg("s", Need::Str, "while evaluating the argument passed to builtins.hasContext")],
        |vm, a| Ok(Value::bool(vm.heap.context(a[0]) != ContextId::EMPTY)),
        "Whether the string *s* depends on store paths.",
    ),
    Native::pure(
        "getContext",
        &[arg("s", Need::Str, "while evaluating the argument passed to builtins.getContext")],
        get_context,
        "What the string *s* depends on: a set whose names are store paths. Its values say how: `path = true` for the \
         path itself, `outputs` lists outputs of a derivation, `allOutputs = true` stands for a derivation with all it \
         needs.",
    ),
    Native::steps(
        "appendContext",
        &[
            arg("s", Need::Str, "while evaluating the first argument passed to builtins.appendContext"),
            arg("context", Need::Attrs, "while evaluating the second argument passed to builtins.appendContext"),
        ],
        append_context,
        "The string *s*, depending also on what *context* says, a set as `getContext` gives it.",
    )
    .explaining(|vm, frame, blame, fault| {
        if let Some((pos, why)) = appending(vm, frame, blame) {
            fault.push_trace(pos, why);
        }
    }),
    Native::pure(
        "unsafeDiscardStringContext",
        &[arg("s", TO_STRING, "while evaluating the argument passed to builtins.unsafeDiscardStringContext")],
        |vm, a| Ok(vm.heap.with_context(a[0], ContextId::EMPTY)),
        "The string *s* without what it depends on.",
    ),
    Native::pure(
        "unsafeDiscardOutputDependency",
        &[arg("s", TO_STRING, "while evaluating the argument passed to builtins.unsafeDiscardOutputDependency")],
        discard_output_dependency,
        "The string *s*, depending on derivations as files only where it depended on them with all they need.",
    ),
    Native::pure(
        "addDrvOutputDependencies",
        &[arg("s", TO_STRING, "while evaluating the argument passed to builtins.addDrvOutputDependencies")],
        add_drv_output_dependencies,
        "The string *s*, which must depend on one derivation's file, depending on that derivation with all it needs.",
    ),
];

fn get_context(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    #[derive(Default)]
    struct Mentioned {
        path: bool,
        all_outputs: bool,
        outputs: Vec<Arc<str>>,
    }
    let mut paths: BTreeMap<StorePath, Mentioned> = BTreeMap::new();
    for element in vm.heap.contexts.elements(vm.heap.context(args[0])) {
        let mentioned = paths.entry(element.path().clone()).or_default();
        match element {
            ContextElement::Opaque(_) => mentioned.path = true,
            ContextElement::DrvDeep(_) => mentioned.all_outputs = true,
            ContextElement::Built { output, .. } => mentioned.outputs.push(output.clone()),
        }
    }
    let mut attrs = Vec::with_capacity(paths.len());
    for (path, mentioned) in paths {
        let mut how = Vec::new();
        if mentioned.path {
            how.push((vm.names.path, Pos::NONE, Value::TRUE));
        }
        if mentioned.all_outputs {
            how.push((vm.heap.intern(ALL_OUTPUTS), Pos::NONE, Value::TRUE));
        }
        if !mentioned.outputs.is_empty() {
            let outputs: Vec<Value> = mentioned.outputs.iter().map(|it| vm.heap.symbol_string(it.as_bytes())).collect();
            let outputs = vm.heap.list(&outputs);
            how.push((vm.heap.intern(OUTPUTS), Pos::NONE, outputs));
        }
        let how = vm.heap.attrs_from(how);
        attrs.push((vm.heap.intern(path.as_str().as_bytes()), Pos::NONE, how));
    }
    Ok(vm.heap.attrs_from(attrs))
}

const ALL_OUTPUTS: &[u8] = b"allOutputs";
const OUTPUTS: &[u8] = b"outputs";

fn discard_output_dependency(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let elements = vm.heap.contexts.elements(vm.heap.context(args[0])).iter();
    let elements = elements.map(|element| match element {
        ContextElement::DrvDeep(drv) => ContextElement::Opaque(drv.clone()),
        other => other.clone(),
    });
    let elements = elements.collect();
    let context = vm.heap.contexts.intern(elements);
    Ok(vm.heap.with_context(args[0], context))
}

fn add_drv_output_dependencies(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let fault = |text: String| Err(Fault::new(FaultKind::Eval, text));
    let deep = match vm.heap.contexts.elements(vm.heap.context(args[0])) {
        [ContextElement::Opaque(path)] if !path.as_ref().is_derivation() => {
            return fault(format!("path '{}' is not a derivation", path.as_str()));
        }
        [ContextElement::Opaque(path) | ContextElement::DrvDeep(path)] => ContextElement::DrvDeep(path.clone()),
        [ContextElement::Built { output, .. }] => {
            return fault(format!(
                "`addDrvOutputDependencies` can only act on derivations, not on a derivation output such as '{output}'"
            ));
        }
        elements => {
            let text = vm.heap.text(args[0]);
            return fault(format!(
                "context of string '{text}' must have exactly one element, but has {}",
                elements.len()
            ));
        }
    };
    let context = vm.heap.contexts.single(deep);
    Ok(vm.heap.with_context(args[0], context))
}

const HOW: u32 = START + 1;
const PATH: u32 = START + 2;
const ALL: u32 = START + 3;
const LIST: u32 = START + 4;
const OUTPUT: u32 = START + 5;

/// Slots: the string, the set; the index of the store path at hand, the context so far, how the path is mentioned, the
/// outputs, the index of the output at hand.
fn append_context(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            let set = vm.heap.flatten(vm.slot(frame, 1));
            vm.set_slot(frame, 1, set);
            let context = vm.heap.context(vm.slot(frame, 0));
            vm.push(Value::raw(0));
            vm.push(Value::raw(context.0));
            next_path(vm, frame)
        }
        HOW => {
            let v = vm.top();
            if !v.is_attrs() {
                return Err(vm.type_fault("a set", v).blaming(Blame::Value));
            }
            frame.pc = PATH;
            match vm.heap.attr(v, vm.names.path) {
                Some(v) => {
                    vm.push(v);
                    Ok(Next::Force)
                }
                None => all_outputs(vm, frame),
            }
        }
        PATH => {
            if pop_bool(vm, frame)? {
                let path = store_path(vm, frame)?;
                add(vm, frame, ContextElement::Opaque(path));
            }
            all_outputs(vm, frame)
        }
        ALL => {
            if pop_bool(vm, frame)? {
                let path = derivation(vm, frame, "tried to add all-outputs context of")?;
                add(vm, frame, ContextElement::DrvDeep(path));
            }
            outputs(vm, frame)
        }
        LIST => {
            let v = vm.top();
            if !v.is_list() {
                return Err(vm.type_fault("a list", v).blaming(Blame::Value));
            }
            if vm.heap.list_len(v) > 0 {
                derivation(vm, frame, "tried to add derivation output context of")?;
            }
            vm.push(Value::raw(0));
            next_output(vm, frame)
        }
        _ => {
            let v = vm.pop();
            if !v.is_string() {
                return Err(vm.type_fault("a string", v).at(appended_at(vm, frame)));
            }
            vm.require_plain(v)?;
            let output = vm.heap.text(v).into();
            let drv = store_path(vm, frame)?;
            add(vm, frame, ContextElement::Built { drv, output });
            let index = vm.slot(frame, 6).payload();
            vm.set_slot(frame, 6, Value::raw(index + 1));
            next_output(vm, frame)
        }
    }
}

fn next_path(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    vm.truncate_to(frame, 4);
    frame.pc = START;
    let set = vm.slot(frame, 1);
    let index = vm.slot(frame, 2).payload();
    let (_, values) = vm.heap.attrs_parts(set);
    let Some(&v) = values.get(index as usize) else {
        let context = ContextId(vm.slot(frame, 3).payload());
        return Ok(Next::Return(vm.heap.with_context(vm.slot(frame, 0), context)));
    };
    store_path(vm, frame)?;
    vm.push(v);
    frame.pc = HOW;
    Ok(Next::Force)
}

fn all_outputs(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = ALL;
    let name = vm.heap.intern(ALL_OUTPUTS);
    match vm.heap.attr(vm.slot(frame, 4), name) {
        Some(v) => {
            vm.push(v);
            Ok(Next::Force)
        }
        None => outputs(vm, frame),
    }
}

fn outputs(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = LIST;
    let name = vm.heap.intern(OUTPUTS);
    match vm.heap.attr(vm.slot(frame, 4), name) {
        Some(v) => {
            vm.push(v);
            Ok(Next::Force)
        }
        None => done_with_path(vm, frame),
    }
}

fn next_output(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = OUTPUT;
    let (list, index) = (vm.slot(frame, 5), vm.slot(frame, 6).payload() as usize);
    if index == vm.heap.list_len(list) {
        return done_with_path(vm, frame);
    }
    vm.push(vm.heap.element(list, index));
    Ok(Next::Force)
}

fn done_with_path(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let index = vm.slot(frame, 2).payload();
    vm.set_slot(frame, 2, Value::raw(index + 1));
    next_path(vm, frame)
}

fn pop_bool(vm: &mut Vm, frame: &Frame) -> Result<bool, Fault> {
    let v = vm.pop();
    match v.tag() {
        Tag::Bool => Ok(v == Value::TRUE),
        _ => Err(vm.type_fault("a Boolean", v).at(appended_at(vm, frame))),
    }
}

fn add(vm: &mut Vm, frame: &Frame, element: ContextElement) {
    let so_far = ContextId(vm.slot(frame, 3).payload());
    let more = vm.heap.contexts.single(element);
    let context = vm.heap.contexts.union(so_far, more);
    vm.set_slot(frame, 3, Value::raw(context.0));
}

/// The name at hand and where it was written.
fn path_key(vm: &Vm, frame: &Frame) -> (Symbol, Pos) {
    let (keys, _) = vm.heap.attrs_parts(vm.slot(frame, 1));
    vm.heap.key(keys, vm.slot(frame, 2).payload())
}

fn store_path(vm: &Vm, frame: &Frame) -> Result<StorePath, Fault> {
    let (name, pos) = path_key(vm, frame);
    StorePath::parse(&vm.heap.symbols.text(name)).map_err(|_| {
        let text = format!("context key '{}' is not a store path", shown_name(vm, name));
        Fault::new(FaultKind::Eval, text).at(pos)
    })
}

/// The path at hand, which must be a derivation's.
fn derivation(vm: &Vm, frame: &mut Frame, tried: &str) -> Result<StorePath, Fault> {
    let path = store_path(vm, frame)?;
    if path.as_ref().is_derivation() {
        return Ok(path);
    }
    let (name, pos) = path_key(vm, frame);
    // The value was fine: no line of trace about it.
    frame.pc = START;
    let text = format!("{tried} {}, which is not a derivation, to a string", shown_name(vm, name));
    Err(Fault::new(FaultKind::Eval, text).at(pos))
}

fn shown_name(vm: &Vm, name: Symbol) -> String {
    let mut shown = Vec::new();
    escape::write_attr_name(&mut shown, vm.heap.symbols.bytes(name));
    String::from_utf8_lossy(&shown).into_owned()
}

/// Where what is being computed was written, and why it is.
fn appending(vm: &Vm, frame: &Frame, blame: Blame) -> Option<(Pos, &'static str)> {
    let why = match frame.pc {
        // Of sets and lists, Nix says why they were wanted only if something else came.
        HOW | LIST if blame != Blame::Value => return None,
        HOW => "while evaluating the value of a string context",
        PATH => "while evaluating the `path` attribute of a string context",
        ALL => "while evaluating the `allOutputs` attribute of a string context",
        LIST => "while evaluating the `outputs` attribute of a string context",
        OUTPUT => "while evaluating an output name within a string context",
        _ => return None,
    };
    Some((appended_at(vm, frame), why))
}

fn appended_at(vm: &Vm, frame: &Frame) -> Pos {
    let name: &[u8] = match frame.pc {
        PATH => b"path",
        ALL => ALL_OUTPUTS,
        LIST | OUTPUT => OUTPUTS,
        _ => return path_key(vm, frame).1,
    };
    let symbol = vm.heap.symbols.lookup(name);
    let attr = symbol.and_then(|name| vm.heap.attr_with_pos(vm.slot(frame, 4), name));
    attr.map_or(Pos::NONE, |attr| attr.1)
}
