//! `outputOf`: the path of an output, or what stands for it.

use crate::store::{ContextElement, DRV_SUFFIX, Output, StorePath, parse_derivation, unknown_output_placeholder};
use crate::value::Value;
use crate::vm::{Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};
use crate::world::{CanonPath, Request};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[Native::steps(
    "outputOf",
    &[
        arg("derivation-reference", Need::Str, "while evaluating the first argument to builtins.outputOf"),
        arg("output-name", Need::PlainStr, "while evaluating the second argument to builtins.outputOf"),
    ],
    output_of,
    "The path of an output of a derivation, or a text that stands for it while it is not known.",
)
.feature("dynamic-derivations")
.whys(&["while evaluating the first argument to builtins.outputOf"])];

fn fault(text: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Eval, text)
}

/// Slots: the derivation's path, the output's name.
fn output_of(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc == START {
        frame.pc += 1;
        frame.why = 1;
        let path = derivation(vm, vm.slot(frame, 0))?;
        frame.why = 0;
        return Ok(vm.ask(Request::ReadFile(CanonPath::new(path.as_str().as_bytes()))));
    }
    let drv = derivation(vm, vm.slot(frame, 0))?;
    let shown = drv.as_str();
    let Ok(text) = vm.answer_bytes() else { return Err(fault(format!("path '{shown}' is not a valid store path"))) };
    let name = drv.as_ref().name();
    let name = name.strip_suffix(DRV_SUFFIX).unwrap_or(name);
    let parsed =
        parse_derivation(&text, name).map_err(|it| fault(format!("error parsing derivation '{shown}': {it}")))?;
    let output = vm.heap.text(vm.slot(frame, 1));
    let kind = parsed.outputs.iter().find(|it| it.0 == output).map(|it| &it.1);
    let path = match kind {
        None => return Err(fault(format!("derivation '{shown}' does not have output '{output}'"))),
        Some(Output::InputAddressed(path)) => path.as_str().to_owned(),
        Some(Output::Fixed { method, hash }) => {
            StorePath::fixed(name, *method, hash, &[]).map_err(|it| fault(it.to_string()))?.as_str().to_owned()
        }
        Some(_) => unknown_output_placeholder(drv.as_ref(), &output),
    };
    let context = vm.heap.contexts.single(ContextElement::Built { drv, output: output.into() });
    Ok(Next::Return(vm.heap.string(path.as_bytes(), context)))
}

/// The one derivation that a string refers to.
fn derivation(vm: &Vm, v: Value) -> Result<StorePath, Fault> {
    let text = vm.heap.text(v);
    let elements = vm.heap.contexts.elements(vm.heap.context(v));
    match elements {
        [ContextElement::Opaque(path)] if path.as_str() == text => Ok(path.clone()),
        [ContextElement::Opaque(path)] => {
            Err(fault(format!("path string '{text}' has context with the different path '{}'", path.as_str())))
        }
        [ContextElement::DrvDeep(_)] => Err(fault(format!(
            "string '{text}' has a context which refers to a complete source and binary closure. This is not supported \
             at this time"
        ))),
        [ContextElement::Built { .. }] => Err(fault("outputs of outputs are not supported by nixscope")),
        _ => Err(fault(format!(
            "string '{text}' has {} entries in its context. It should only have exactly one entry",
            elements.len()
        ))),
    }
}
