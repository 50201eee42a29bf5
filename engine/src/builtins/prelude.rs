//! Builtins written in Nix: `derivation`, and the files that programs find under `<nix/…>`.
//!
//! They are read like any other text, so that they can be stepped through.

use std::sync::Arc;

use crate::heap::BodyId;
use crate::source::Origin;
use crate::value::Value;
use crate::vm::{Fault, Stop, Vm};
use crate::world::WorldError;

/// One text.
#[derive(Debug)]
struct Text {
    /// What programs and traces call it.
    name: &'static str,
    text: &'static str,
}

const DERIVATION: Text =
    Text { name: "«nix-internal»/derivation-internal.nix", text: include_str!("prelude/derivation.nix") };

const IMPORTED_DERIVATION: Text = Text {
    name: "«nix-internal»/imported-drv-to-derivation.nix",
    text: include_str!("prelude/imported-derivation.nix"),
};

/// What `<nix/…>` can be when no search path has it.
const FILES: &[Text] = &[Text { name: "<nix/fetchurl.nix>", text: include_str!("prelude/fetchurl.nix") }];

/// The path of a file under `<nix/…>`, by what stands between the brackets.
pub(super) fn find(vm: &mut Vm, name: &[u8]) -> Option<Value> {
    let is_it = |it: &&Text| it.name.as_bytes().get(1..it.name.len() - 1) == Some(name);
    let path = FILES.iter().find(is_it)?.name;
    Some(Value::path(vm.heap.intern(path.as_bytes())))
}

/// Whether a path is one that [`find`] gave. No other path begins without a slash.
pub(super) fn is_internal(vm: &Vm, path: Value) -> bool {
    vm.heap.bytes(path).first() == Some(&b'<')
}

/// Reads the file of a path that [`find`] gave: gives the body to run.
pub(super) fn read(vm: &mut Vm, path: Value) -> Result<u32, Fault> {
    let found = FILES.iter().find(|it| it.name.as_bytes() == vm.heap.bytes(path));
    match found {
        Some(text) => read_text(vm, text),
        None => Err(WorldError::NotFound(vm.canon_path(path)).into()),
    }
}

fn read_text(vm: &mut Vm, text: &Text) -> Result<u32, Fault> {
    vm.read(Origin::Internal(text.name), Arc::from(text.text.as_bytes()), "/", &[])
}

/// The function `derivation`. The machine must know the other builtins by now.
pub(super) fn derivation(vm: &mut Vm) -> Value {
    let body = read_text(vm, &DERIVATION).expect("our own text is Nix");
    vm.start(body, 0);
    // A function evaluates to itself in a few instructions, unless there is no memory even for that.
    match vm.run(16) {
        Stop::Done(v) => v,
        _ => {
            vm.abandon();
            vm.heap.thunk(BodyId(body), 0)
        }
    }
}

/// The function that makes a set like those of `derivation` from what is in a derivation's file; not evaluated.
pub(super) fn imported_derivation(vm: &mut Vm) -> Result<Value, Fault> {
    let body = read_text(vm, &IMPORTED_DERIVATION)?;
    Ok(vm.heap.thunk(BodyId(body), 0))
}
