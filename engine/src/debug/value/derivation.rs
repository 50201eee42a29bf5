//! Sets that are derivations, as far as what is evaluated tells.

use crate::ir::Symbol;
use crate::store::StorePathRef;
use crate::value::Value;
use crate::vm::Vm;

use super::clean;

/// How much of a name is looked at, in bytes.
const MAX_NAME: usize = 1024;

/// The text of an attribute that is an evaluated string.
fn text_of(vm: &Vm, attrs: Value, name: Symbol) -> Option<&[u8]> {
    let v = vm.heap.settled(vm.heap.attr(attrs, name)?)?;
    v.is_string().then(|| vm.heap.bytes(v))
}

/// Whether a set is known to be a derivation by now.
pub(super) fn is_derivation(vm: &Vm, attrs: Value) -> bool {
    text_of(vm, attrs, vm.names.type_) == Some(b"derivation")
}

/// A derivation by its path, else by its name, as far as these are evaluated.
pub(super) fn shown(vm: &Vm, attrs: Value, limit: usize) -> String {
    let name = match text_of(vm, attrs, vm.names.drv_path) {
        Some(path) => Some(path_name(path)),
        None => text_of(vm, attrs, vm.names.name).map(|it| clean::lossy(&it[..it.len().min(MAX_NAME)])),
    };
    match name {
        Some(name) => {
            let room = limit.saturating_sub(clean::width("«derivation »"));
            if room < 4 {
                return clean::fit("«derivation»".into(), limit);
            }
            format!("«derivation {}»", clean::fit(name, room))
        }
        None => clean::fit("«derivation»".into(), limit),
    }
}

/// What a store path is called; of what is no store path, the last part.
fn path_name(path: &[u8]) -> String {
    let text = clean::lossy(&path[..path.len().min(MAX_NAME)]);
    match StorePathRef::parse(&text) {
        Ok(path) => path.name().to_owned(),
        Err(_) => text.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}
