//! The second half of `derivationStrict`: what its attributes became is checked, and paths are computed.
//!
//! The derivation borrows its strings from the heap, so they are copied once only: into the text that is hashed.

use std::borrow::Cow;

use crate::heap::Heap;
use crate::ir::Symbol;
use crate::source::Pos;
use crate::store::{
    Bytes, ContentMethod, ContextElement, DRV_SUFFIX, Derivation, DerivationError, Hash, HashAlgorithm, HashFormat,
    HashModuloMemo, InputDrv, Instantiated, Output, StorePath, StorePathRef, parse_derivation,
};
use crate::text::json;
use crate::value::{ContextId, Value};
use crate::vm::{Fault, FaultKind, Frame, Next, Vm};
use crate::world::{CanonPath, NoteKind, Request};

use super::derivation::{
    ALGORITHM, ARGUMENT_KEY, BUILDER, CONTENT_ADDRESSED, CONTEXT_KEY, FLAGS, GATHERED, HASH, IMPURE, METHOD, NAME,
    OUTPUTS, PAIRS, STRUCTURED, SYSTEM, UNKNOWN_KEY,
};
use super::derivation_outputs::{algorithm, method};

const WARNED: u32 = GATHERED + 1;
const UNKNOWN_READ: u32 = GATHERED + 2;

/// How many derivations may be read because others need them, one inside the other.
const MAX_UNKNOWN: usize = 100_000;

/// What may keep a derivation from being instantiated.
enum Obstacle {
    Fault(Fault),
    /// A derivation that was not instantiated here must be read first.
    Unknown(StorePath),
}

impl From<DerivationError> for Obstacle {
    fn from(error: DerivationError) -> Self {
        match error {
            DerivationError::UnknownInput(path) => Self::Unknown(path),
            error => Self::Fault(fault(error)),
        }
    }
}

fn fault(error: impl std::fmt::Display) -> Fault {
    Fault::new(FaultKind::Eval, error.to_string())
}

pub(super) fn step(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        GATHERED => {
            check(vm, frame)?;
            let hash = vm.slot(frame, HASH);
            if hash != Value::NULL && vm.heap.bytes(hash).is_empty() {
                let zero = promised_hash(vm, frame, hash)?.format(HashFormat::Sri);
                let text = format!("found empty hash, assuming '{zero}'").into_bytes().into();
                frame.pc = WARNED;
                return Ok(vm.ask(Request::Note { kind: NoteKind::Warning, text }));
            }
            finish(vm, frame)
        }
        WARNED => {
            vm.answer_other().into_done()?;
            finish(vm, frame)
        }
        _ => {
            learn(vm)?;
            if vm.stack()[vm.stack().len() - 2] == Value::raw(UNKNOWN_KEY) {
                read_unknown(vm, frame)
            } else {
                finish(vm, frame)
            }
        }
    }
}

/// What Nix checks once all attributes are known.
fn check(vm: &Vm, frame: &Frame) -> Result<(), Fault> {
    for (slot, name) in [(BUILDER, "builder"), (SYSTEM, "system")] {
        if vm.heap.bytes(vm.slot(frame, slot)).is_empty() {
            return Err(fault(format!("required attribute '{name}' missing")));
        }
    }
    let has_only_out = only_out(vm, frame);
    let is_text = vm.slot(frame, METHOD) != Value::NULL && method(vm, frame) == Some(ContentMethod::Text);
    if vm.heap.bytes(vm.slot(frame, NAME)).ends_with(DRV_SUFFIX.as_bytes()) && !(is_text && has_only_out) {
        let text = "derivation names are allowed to end in '.drv' only if they produce a single derivation file";
        return Err(fault(text));
    }
    let flags = vm.slot(frame, FLAGS).payload();
    if vm.slot(frame, HASH) != Value::NULL {
        if !has_only_out {
            return Err(fault("multiple outputs are not supported in fixed-output derivations"));
        }
    } else if flags & CONTENT_ADDRESSED != 0 && flags & IMPURE != 0 {
        return Err(fault("derivation cannot be both content-addressed and impure"));
    }
    Ok(())
}

fn only_out(vm: &Vm, frame: &Frame) -> bool {
    let outputs = vm.slot(frame, OUTPUTS);
    outputs == Value::NULL || matches!(vm.heap.elements(outputs), [it] if vm.heap.bytes(*it) == b"out")
}

fn promised_hash(vm: &Vm, frame: &Frame, hash: Value) -> Result<Hash, Fault> {
    let algorithm = if vm.slot(frame, ALGORITHM) == Value::NULL { None } else { algorithm(vm, frame) };
    Hash::parse_allow_empty(&vm.heap.text(hash), algorithm).map_err(fault)
}

fn finish(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match instantiate(vm, frame) {
        Ok((names, instantiated)) => Ok(Next::Return(result(vm, &names, instantiated))),
        Err(Obstacle::Fault(fault)) => Err(fault),
        Err(Obstacle::Unknown(path)) => {
            vm.push(Value::raw(UNKNOWN_KEY));
            let path = vm.heap.plain_string(path.as_str().as_bytes());
            vm.push(path);
            read_unknown(vm, frame)
        }
    }
}

/// What programs get: the paths, each as a string that depends on what makes it.
fn result(vm: &mut Vm, names: &[Symbol], instantiated: Instantiated) -> Value {
    let Instantiated { drv_path, outputs } = instantiated;
    let mut attrs = Vec::with_capacity(1 + outputs.len());
    let context = vm.heap.contexts.single(ContextElement::DrvDeep(drv_path.clone()));
    attrs.push((vm.names.drv_path, Pos::NONE, vm.heap.string(drv_path.as_str().as_bytes(), context)));
    for (&name, path) in names.iter().zip(outputs) {
        let output = vm.heap.symbols.text(name).as_ref().into();
        let context = vm.heap.contexts.single(ContextElement::Built { drv: drv_path.clone(), output });
        attrs.push((name, Pos::NONE, vm.heap.string(path.as_bytes(), context)));
    }
    vm.heap.attrs_from(attrs)
}

/// Asks for the text of the derivation on top of the stack.
fn read_unknown(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = UNKNOWN_READ;
    let path = CanonPath::new(vm.heap.bytes(vm.top()));
    Ok(vm.ask(Request::ReadFile(path)))
}

/// Learns a derivation from its text, or finds another that must be learnt before.
fn learn(vm: &mut Vm) -> Result<(), Fault> {
    let path = vm.heap.text(vm.top());
    let path = StorePathRef::parse(&path).map_err(fault)?;
    let Ok(text) = vm.answer_bytes() else { return Err(fault(format!("path '{}' is not valid", path.base()))) };
    let name = path.name().strip_suffix(DRV_SUFFIX).unwrap_or(path.name());
    let parsed = parse_derivation(&text, name);
    let drv = parsed.map_err(|it| fault(format!("error parsing derivation '{}': {it}", path.as_str())))?;
    match vm.caches.derivations.learn(path, &drv) {
        Ok(()) => {
            vm.pop();
            vm.pop();
            Ok(())
        }
        Err(DerivationError::UnknownInput(input)) if vm.stack().len() < MAX_UNKNOWN => {
            vm.push(Value::raw(UNKNOWN_KEY));
            let input = vm.heap.plain_string(input.as_str().as_bytes());
            vm.push(input);
            Ok(())
        }
        Err(error) => Err(fault(error)),
    }
}

/// Everything that the strings of a derivation depend on.
struct Inputs<'h> {
    drvs: Vec<InputDrv<'h>>,
    srcs: Vec<StorePathRef<'h>>,
}

/// Puts the derivation together and computes its paths and those of its outputs, which are given in order.
fn instantiate(vm: &mut Vm, frame: &Frame) -> Result<(Vec<Symbol>, Instantiated), Obstacle> {
    let outputs = outputs(vm, frame).map_err(Obstacle::Fault)?;
    let is_structured = vm.slot(frame, FLAGS).payload() & STRUCTURED != 0;
    let json = if is_structured { structured(vm, frame) } else { Vec::new() };
    // The memo is changed while the derivation borrows from the heap.
    let mut memo = std::mem::take(&mut vm.caches.derivations);
    let res = instantiate_with(vm, frame, &mut memo, &outputs, is_structured.then_some(&*json));
    vm.caches.derivations = memo;
    Ok((outputs.into_iter().map(|it| it.0).collect(), res?))
}

fn instantiate_with(
    vm: &Vm,
    frame: &Frame,
    memo: &mut HashModuloMemo,
    outputs: &[(Symbol, Output)],
    json: Option<&[u8]>,
) -> Result<Instantiated, Obstacle> {
    let heap = &vm.heap;
    let pairs = &vm.stack()[(frame.base + PAIRS) as usize..];
    let mut args = Vec::new();
    let mut env: Vec<(Bytes<'_>, Bytes<'_>)> = Vec::with_capacity(pairs.len() / 2);
    let mut contexts: Vec<ContextId> = Vec::new();
    for pair in pairs.chunks_exact(2) {
        let (key, v) = (pair[0].payload(), pair[1]);
        let context = heap.context(v);
        if context != ContextId::EMPTY {
            contexts.push(context);
        }
        match key {
            UNKNOWN_KEY | CONTEXT_KEY => {}
            ARGUMENT_KEY => args.push(Cow::Borrowed(heap.bytes(v))),
            _ if json.is_some() => {}
            key => env.push((Cow::Borrowed(heap.symbols.bytes(Symbol(key))), Cow::Borrowed(heap.bytes(v)))),
        }
    }
    if let Some(json) = json {
        env.push((Cow::Borrowed(b"__json"), Cow::Borrowed(json)));
    }
    contexts.sort_unstable();
    contexts.dedup();
    let closures = closures(heap, memo, &contexts)?;
    let inputs = inputs(heap, memo, &contexts, &closures);
    let name = String::from_utf8_lossy(heap.bytes(vm.slot(frame, NAME)));
    let mut drv = Derivation {
        name,
        outputs: outputs.iter().map(|(name, output)| (heap.symbols.text(*name), output.clone())).collect(),
        input_drvs: inputs.drvs,
        input_srcs: inputs.srcs,
        platform: Cow::Borrowed(heap.bytes(vm.slot(frame, SYSTEM))),
        builder: Cow::Borrowed(heap.bytes(vm.slot(frame, BUILDER))),
        args,
        env,
    };
    Ok(memo.instantiate(&mut drv)?)
}

/// The outputs, sorted by name.
fn outputs(vm: &mut Vm, frame: &Frame) -> Result<Vec<(Symbol, Output)>, Fault> {
    let flags = vm.slot(frame, FLAGS).payload();
    let hash = vm.slot(frame, HASH);
    let list = vm.slot(frame, OUTPUTS);
    let nar = |vm: &Vm| method(vm, frame).unwrap_or(ContentMethod::Nar);
    let sha256 = |vm: &Vm| algorithm(vm, frame).unwrap_or(HashAlgorithm::Sha256);
    let output = if hash != Value::NULL {
        let method = method(vm, frame).unwrap_or(ContentMethod::Flat);
        Output::Fixed { method, hash: promised_hash(vm, frame, hash)? }
    } else if flags & IMPURE != 0 {
        Output::Impure { method: nar(vm), algorithm: sha256(vm) }
    } else if flags & CONTENT_ADDRESSED != 0 {
        Output::Floating { method: nar(vm), algorithm: sha256(vm) }
    } else {
        Output::Deferred
    };
    let mut outputs = Vec::new();
    if list == Value::NULL {
        outputs.push((vm.heap.intern(b"out"), output));
    } else {
        for i in 0..vm.heap.list_len(list) {
            let name = vm.name_of(vm.heap.element(list, i));
            outputs.push((name, output.clone()));
        }
        outputs.sort_by(|a, b| vm.heap.symbols.bytes(a.0).cmp(vm.heap.symbols.bytes(b.0)));
    }
    Ok(outputs)
}

/// The attributes as the one JSON object that structured derivations have instead of an environment.
fn structured(vm: &Vm, frame: &Frame) -> Vec<u8> {
    let mut out = vec![b'{'];
    for pair in vm.stack()[(frame.base + PAIRS) as usize..].chunks_exact(2) {
        let key = pair[0].payload();
        if matches!(key, ARGUMENT_KEY | CONTEXT_KEY | UNKNOWN_KEY) {
            continue;
        }
        if out.len() > 1 {
            out.push(b',');
        }
        let name = vm.heap.symbols.text(Symbol(key));
        let _ = json::write_json_string(&mut out, name.as_bytes());
        out.push(b':');
        out.extend_from_slice(vm.heap.bytes(pair[1]));
    }
    out.push(b'}');
    out
}

/// What is below the derivations that are needed with everything below them.
fn closures(heap: &Heap, memo: &HashModuloMemo, contexts: &[ContextId]) -> Result<Vec<StorePath>, Obstacle> {
    let mut all = Vec::new();
    for &context in contexts {
        for element in heap.contexts.elements(context) {
            if let ContextElement::DrvDeep(drv) = element {
                match memo.closure(drv.as_ref()) {
                    Some(paths) => all.extend(paths),
                    None => return Err(Obstacle::Unknown(drv.clone())),
                }
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn inputs<'h>(heap: &'h Heap, memo: &HashModuloMemo, contexts: &[ContextId], closures: &'h [StorePath]) -> Inputs<'h> {
    let mut inputs = Inputs { drvs: Vec::new(), srcs: Vec::new() };
    for &context in contexts {
        for element in heap.contexts.elements(context) {
            match element {
                ContextElement::Opaque(path) => inputs.srcs.push(path.as_ref()),
                ContextElement::DrvDeep(_) => {}
                ContextElement::Built { drv, output } => {
                    inputs.drvs.push(InputDrv { drv: drv.as_ref(), output: Some(Cow::Borrowed(output)) });
                }
            }
        }
    }
    for path in closures {
        let path = path.as_ref();
        inputs.srcs.push(path);
        for output in memo.output_names(path).unwrap_or_default() {
            inputs.drvs.push(InputDrv { drv: path, output: Some(Cow::Owned(output.to_string())) });
        }
    }
    inputs.drvs.sort_unstable();
    inputs.drvs.dedup();
    inputs.srcs.sort_unstable();
    inputs.srcs.dedup();
    inputs
}
