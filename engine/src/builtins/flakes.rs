//! References to flakes, and `getFlake`, which needs more than there is.

use crate::source::Pos;
use crate::value::{Tag, Value};
use crate::vm::{Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};

use super::fetch::cannot_fetch;
use super::flake_ref::{self, Attr, Attrs};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure(
        "parseFlakeRef",
        &[arg("flake-ref", Need::PlainStr, "while evaluating the argument passed to builtins.parseFlakeRef")],
        |vm, a| {
            let attrs = parse(vm, a[0])?;
            let attrs = attrs.into_iter().map(|(name, attr)| {
                let v = match attr {
                    Attr::Str(text) => vm.heap.plain_string(text.as_bytes()),
                    Attr::Int(n) => vm.heap.int(i64::try_from(n).unwrap_or(i64::MAX)),
                    Attr::Bool(b) => Value::bool(b),
                };
                (vm.heap.intern(name.as_bytes()), Pos::NONE, v)
            });
            let attrs = attrs.collect();
            Ok(vm.heap.attrs_from(attrs))
        },
        "The parts of a reference to a flake, as a set.",
    ),
    Native::steps(
        "flakeRefToString",
        &[arg("attrs", Need::Attrs, "while evaluating the argument passed to builtins.flakeRefToString")],
        flake_ref_to_string,
        "The reference to a flake whose parts are in *attrs*, as a URL.",
    ),
    Native::pure(
        "getFlake",
        &[arg("args", Need::PlainStr, "while evaluating the argument passed to builtins.getFlake")],
        |vm, a| {
            parse(vm, a[0])?;
            Err(cannot_fetch(&format!("the flake '{}'", vm.heap.text(a[0]))))
        },
        "The outputs of a flake. It cannot be had.",
    ),
];

fn parse(vm: &Vm, text: Value) -> Result<Attrs, Fault> {
    flake_ref::parse(&vm.heap.text(text), vm.settings.has_feature("flakes"))
        .map_err(|it| Fault::new(FaultKind::Eval, it))
}

/// A value as part of a reference, if it can be one.
pub(super) fn attr_of(vm: &Vm, v: Value) -> Option<Attr> {
    Some(match v.tag() {
        Tag::Str | Tag::Sym | Tag::Path => Attr::Str(vm.heap.text(v)),
        Tag::Bool => Attr::Bool(v == Value::TRUE),
        Tag::Int | Tag::BigInt => Attr::Int(u64::try_from(vm.heap.as_int(v)?).ok()?),
        _ => return None,
    })
}

/// Slots: the set, the index of the attribute at hand.
fn flake_ref_to_string(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let fault = |text: String| Fault::new(FaultKind::Eval, text);
    let index = if frame.pc == START {
        frame.pc += 1;
        let flat = vm.heap.flatten(vm.slot(frame, 0));
        vm.set_slot(frame, 0, flat);
        vm.push(Value::raw(0));
        0
    } else {
        let v = vm.pop();
        let index = vm.slot(frame, 1).payload();
        let (name, ..) = vm.heap.own_attrs(vm.slot(frame, 0))[index as usize];
        let name = vm.heap.symbols.text(name);
        if let Some(n) = vm.heap.as_int(v).filter(|it| *it < 0) {
            return Err(fault(format!("negative value given for flake ref attr {name}: {n}")));
        }
        if v.tag() == Tag::Path || attr_of(vm, v).is_none() {
            return Err(fault(format!(
                "flake reference attribute sets may only contain integers, Booleans, and strings, but attribute \
                 '{name}' is {}",
                vm.type_phrase(v)
            )));
        }
        vm.set_slot(frame, 1, Value::raw(index + 1));
        index + 1
    };
    let attrs = vm.heap.own_attrs(vm.slot(frame, 0));
    if let Some(&(_, _, v)) = attrs.get(index as usize) {
        vm.push(v);
        return Ok(Next::Force);
    }
    let mut parts = Attrs::new();
    for (name, _, v) in attrs {
        if let Some(attr) = attr_of(vm, vm.heap.peek(v)) {
            parts.insert(vm.heap.symbols.text(name).into_owned(), attr);
        }
    }
    let text = flake_ref::show(&parts, vm.settings.has_feature("flakes")).map_err(fault)?;
    Ok(Next::Return(vm.heap.plain_string(text.as_bytes())))
}
