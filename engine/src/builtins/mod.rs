//! What `builtins` holds: one file for each family, one table for evaluator and editor.

mod attrs;
mod attrs_group;
mod context;
mod control;
mod from_json;
mod hashes;
mod lists;
mod lists_call;
mod math;
mod regex;
mod sort;
mod strings;
mod to_json;
mod to_xml;
mod types;
mod versions;

pub use to_json::start_json;
pub use to_xml::start_xml;

use crate::bytecode::Op;
use crate::source::Pos;
use crate::value::{Tag, Value};
use crate::vm::{Limits, Native, Visible, Vm};

/// Which experimental features are on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features(Vec<String>);

impl Features {
    /// These features, by Nix's names.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self(names)
    }

    /// Whether a feature is on.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|it| it == name)
    }
}

/// Every builtin: name, arguments, documentation and what it does.
#[must_use]
pub fn table() -> Vec<Native> {
    let families: &[&[Native]] = &[
        types::TABLE,
        math::TABLE,
        control::TABLE,
        lists::TABLE,
        lists_call::TABLE,
        sort::TABLE,
        attrs::TABLE,
        attrs_group::TABLE,
        strings::TABLE,
        versions::TABLE,
        hashes::TABLE,
        context::TABLE,
        regex::TABLE,
        to_json::TABLE,
        from_json::TABLE,
        to_xml::TABLE,
    ];
    families.concat()
}

/// The instruction that does what a builtin does.
fn op_of(name: &str) -> Option<Op> {
    match name {
        "sub" => Some(Op::Sub),
        "mul" => Some(Op::Mul),
        "div" => Some(Op::Div),
        "lessThan" => Some(Op::Less),
        _ => None,
    }
}

/// A machine whose programs see the builtins.
#[must_use]
pub fn machine(features: &Features, limits: Limits) -> Vm {
    let mut vm = Vm::new(&table(), &op_of, limits);
    let mut attrs = Vec::new();
    for index in 0..vm.natives().len() as u32 {
        let native = *vm.native(index);
        let visible = match native.visible {
            Visible::Internal => continue,
            Visible::Feature(feature) => features.has(feature),
            Visible::Builtins | Visible::Everywhere => true,
        };
        if !visible {
            continue;
        }
        let v = Value::new(Tag::Builtin, index);
        vm.set_builtin(native.name, index);
        let everywhere = native.visible == Visible::Everywhere;
        vm.set_global(&if everywhere { native.name.to_owned() } else { format!("__{}", native.name) }, v);
        attrs.push((vm.heap.intern(native.name.as_bytes()), Pos::NONE, v));
    }
    for (name, v, everywhere) in constants(&mut vm) {
        vm.set_global(&if everywhere { name.to_owned() } else { format!("__{name}") }, v);
        attrs.push((vm.heap.intern(name.as_bytes()), Pos::NONE, v));
    }
    // `builtins.builtins` is the set itself: a thunk that is finished once the set is there.
    let cycle = vm.heap.thunk(crate::heap::BodyId(0), 0);
    attrs.push((vm.names.builtins, Pos::NONE, cycle));
    let builtins = vm.heap.attrs_from(attrs);
    vm.heap.finish(cycle.payload(), builtins);
    vm.set_global("builtins", builtins);
    vm
}

/// What `builtins` holds besides functions: name, value, and whether it is seen under its own name everywhere.
fn constants(vm: &mut Vm) -> Vec<(&'static str, Value, bool)> {
    let language_version = Value(6 << 8);
    vec![
        ("true", Value::TRUE, true),
        ("false", Value::FALSE, true),
        ("null", Value::NULL, true),
        ("langVersion", language_version, false),
        ("nixVersion", vm.heap.plain_string(b"2.34.8"), false),
        ("storeDir", vm.heap.plain_string(crate::store::STORE_DIR.as_bytes()), false),
    ]
}
