//! `import` of a derivation's file: it gives the set that `derivation` would have given.

use std::sync::Arc;

use crate::source::Pos;
use crate::store::{ContextElement, Output, STORE_PREFIX, StorePath, parse_derivation, unknown_output_placeholder};
use crate::value::Value;
use crate::vm::{Fault, FaultKind, Next, Vm};
use crate::world::Request;

use super::prelude;

/// Whether a path is one in the store that derivations are kept at.
pub(super) fn is_derivation_path(path: &[u8]) -> bool {
    let Some(base) = path.strip_prefix(STORE_PREFIX.as_bytes()) else { return false };
    base.ends_with(crate::store::DRV_SUFFIX.as_bytes()) && !base.contains(&b'/')
}

/// Asks whether it is there.
pub(super) fn begin(vm: &mut Vm, path: Value) -> Next {
    let path = vm.canon_path(path);
    vm.ask(Request::Stat(path))
}

/// Asks for its text.
pub(super) fn read(vm: &mut Vm, path: Value) -> Next {
    let path = vm.canon_path(path);
    vm.ask(Request::ReadFile(path))
}

/// With its text as answer: puts the function that makes the set, and what it is made from, on the stack.
pub(super) fn call(vm: &mut Vm, path: Value) -> Result<Next, Fault> {
    let text = vm.answer_bytes()?;
    let shown = vm.heap.text(path);
    let fault = |it: String| Fault::new(FaultKind::Eval, it);
    let at = StorePath::parse(&shown).map_err(|it| fault(it.to_string()))?;
    let name = at.as_ref().name().strip_suffix(crate::store::DRV_SUFFIX).unwrap_or_default();
    let drv = parse_derivation(&text, name).map_err(|it| fault(format!("error parsing derivation '{shown}': {it}")))?;
    let mut attrs = Vec::with_capacity(3 + drv.outputs.len());
    let mut names = Vec::with_capacity(drv.outputs.len());
    for (output, kind) in &drv.outputs {
        let path: Arc<str> = match kind {
            Output::InputAddressed(path) => path.as_str().into(),
            Output::Fixed { method, hash } => {
                let path = StorePath::fixed(name, *method, hash, &[]).map_err(|it| fault(it.to_string()))?;
                path.as_str().into()
            }
            Output::Deferred | Output::Floating { .. } | Output::Impure { .. } => {
                unknown_output_placeholder(at.as_ref(), output).into()
            }
        };
        let element = ContextElement::Built { drv: at.clone(), output: (**output).into() };
        let context = vm.heap.contexts.single(element);
        let v = vm.heap.string(path.as_bytes(), context);
        attrs.push((vm.heap.intern(output.as_bytes()), Pos::NONE, v));
        names.push(vm.heap.symbol_string(output.as_bytes()));
    }
    let own_name = drv.env.iter().find(|it| *it.0 == *b"name").map_or(&b""[..], |it| &it.1);
    let own_name = vm.heap.plain_string(own_name);
    let context = vm.heap.contexts.single(ContextElement::DrvDeep(at.clone()));
    let drv_path = vm.heap.string(at.as_str().as_bytes(), context);
    let outputs = vm.heap.list(&names);
    let outputs_name = vm.heap.intern(b"outputs");
    for (name, v) in [(vm.names.drv_path, drv_path), (vm.names.name, own_name), (outputs_name, outputs)] {
        attrs.insert(0, (name, Pos::NONE, v));
    }
    let set = vm.heap.attrs_from(attrs);
    // Whatever needs an output later has what it takes; what this derivation needs itself may be unknown.
    let _ = vm.caches.derivations.learn(at.as_ref(), &drv);
    let function = prelude::imported_derivation(vm)?;
    vm.push(function);
    vm.push(set);
    Ok(Next::Call(1))
}
