//! What the attributes of a derivation say of its outputs: their names, and how they are hashed.

use crate::store::{ContentMethod, HashAlgorithm};
use crate::value::Value;
use crate::vm::{Fault, FaultKind, Frame, Vm};

use super::derivation::{ALGORITHM, METHOD, NAME, OUTPUTS};

/// Remembers the algorithm of `outputHashAlgo`. One that is unknown is none.
pub(super) fn take_algorithm(vm: &mut Vm, frame: &Frame, text: Value) -> Result<(), Fault> {
    let algorithm = HashAlgorithm::parse_opt(&vm.heap.text(text));
    let algorithm = algorithm.map_err(|it| Fault::new(FaultKind::Eval, it.to_string()))?;
    vm.set_slot(frame, ALGORITHM, algorithm.map_or(Value::NULL, |_| text));
    Ok(())
}

/// The algorithm in [`ALGORITHM`].
pub(super) fn algorithm(vm: &Vm, frame: &Frame) -> Option<HashAlgorithm> {
    let text = vm.slot(frame, ALGORITHM);
    if text == Value::NULL { None } else { HashAlgorithm::parse_opt(&vm.heap.text(text)).ok().flatten() }
}

/// Checks and remembers `outputHashMode`.
pub(super) fn take_mode(vm: &mut Vm, frame: &Frame, text: Value) -> Result<(), Fault> {
    let mode = vm.heap.text(text);
    let name = vm.heap.text(vm.slot(frame, NAME));
    match ContentMethod::parse_output_hash_mode(&mode) {
        None => {
            let text = format!("invalid value '{mode}' for 'outputHashMode' attribute");
            return Err(Fault::new(FaultKind::Eval, text));
        }
        Some(ContentMethod::Text) => {
            let reason = format!(" (text-hashed derivation '{name}', outputHashMode = \"text\")");
            require_feature(vm, "dynamic-derivations", &reason)?;
        }
        Some(ContentMethod::Git) => require_feature(vm, "git-hashing", "")?,
        Some(ContentMethod::Flat | ContentMethod::Nar) => {}
    }
    vm.set_slot(frame, METHOD, text);
    Ok(())
}

/// The method in [`METHOD`].
pub(super) fn method(vm: &Vm, frame: &Frame) -> Option<ContentMethod> {
    let text = vm.slot(frame, METHOD);
    if text == Value::NULL { None } else { ContentMethod::parse_output_hash_mode(&vm.heap.text(text)) }
}

/// Checks and remembers the names of outputs.
pub(super) fn take_outputs(vm: &mut Vm, frame: &Frame, outputs: &[Value]) -> Result<(), Fault> {
    let mut names: Vec<&[u8]> = Vec::with_capacity(outputs.len());
    let fault = |text: String| Err(Fault::new(FaultKind::Eval, text));
    for &output in outputs {
        let name = vm.heap.bytes(output);
        if names.contains(&name) {
            return fault(format!("duplicate derivation output '{}'", vm.heap.text(output)));
        }
        if name == b"drvPath" {
            return fault("invalid derivation output name 'drvPath'".into());
        }
        names.push(name);
    }
    if names.is_empty() {
        return fault("derivation cannot have an empty set of outputs".into());
    }
    let list = vm.heap.list(outputs);
    vm.set_slot(frame, OUTPUTS, list);
    Ok(())
}

/// Faults unless an experimental feature is on.
pub(super) fn require_feature(vm: &Vm, feature: &str, reason: &str) -> Result<(), Fault> {
    if vm.settings.has_feature(feature) {
        return Ok(());
    }
    let text = format!(
        "experimental Nix feature '{feature}' is disabled{reason}; add '--extra-experimental-features {feature}' to \
         enable it"
    );
    Err(Fault::new(FaultKind::Eval, text))
}
