//! What `builtins` holds: one file for each family, one table for evaluator and editor.

mod attrs;
mod attrs_group;
mod building;
mod context;
mod control;
mod derivation;
mod derivation_outputs;
mod environment;
mod fetch;
mod files;
mod filter;
mod flake_ref;
mod flakes;
mod from_json;
mod from_toml;
mod hashes;
mod import;
mod import_drv;
mod instantiate;
mod lists;
mod lists_call;
mod math;
mod output_of;
mod paths;
mod prelude;
mod regex;
mod search;
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
use crate::vm::{Limits, Native, Settings, Visible, Vm};

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
        from_toml::TABLE,
        to_xml::TABLE,
        derivation::TABLE,
        environment::TABLE,
        fetch::TABLE,
        files::TABLE,
        flakes::TABLE,
        filter::TABLE,
        import::TABLE,
        output_of::TABLE,
        paths::TABLE,
        search::TABLE,
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
    machine_in(Settings { features: features.0.clone(), ..Settings::default() }, limits)
}

/// A machine whose programs see the builtins, and of the outside what `settings` say.
#[must_use]
pub fn machine_in(settings: Settings, limits: Limits) -> Vm {
    let mut vm = Vm::new(&table(), &op_of, limits);
    let features = Features(settings.features.clone());
    vm.settings = settings;
    if vm.settings.keeps_names {
        vm.keep_names();
    }
    let mut attrs = Vec::new();
    for index in 0..vm.natives().len() as u32 {
        let native = *vm.native(index);
        let visible = match native.visible {
            Visible::Internal => continue,
            Visible::Feature(feature) | Visible::FeatureEverywhere(feature) => features.has(feature),
            Visible::Builtins | Visible::Everywhere => true,
        };
        if !visible {
            continue;
        }
        let v = Value::new(Tag::Builtin, index);
        vm.set_builtin(native.name, index);
        let everywhere = matches!(native.visible, Visible::Everywhere | Visible::FeatureEverywhere(_));
        vm.set_global(&if everywhere { native.name.to_owned() } else { format!("__{}", native.name) }, v);
        attrs.push((vm.heap.intern(native.name.as_bytes()), Pos::NONE, v));
    }
    let mut all = constants(&mut vm);
    all.extend(outside_constants(&mut vm));
    for (name, v, everywhere) in all {
        vm.set_global(&if everywhere { name.to_owned() } else { format!("__{name}") }, v);
        attrs.push((vm.heap.intern(name.as_bytes()), Pos::NONE, v));
    }
    // `builtins.builtins` is the set itself: a thunk that is finished once the set is there.
    let cycle = vm.heap.thunk(crate::heap::BodyId(0), 0);
    attrs.push((vm.names.builtins, Pos::NONE, cycle));
    // `derivation` is Nix that uses the other builtins, so it is there last.
    let derivation = vm.heap.thunk(crate::heap::BodyId(0), 0);
    attrs.push((vm.heap.intern(b"derivation"), Pos::NONE, derivation));
    let builtins = vm.heap.attrs_from(attrs);
    vm.heap.finish(cycle.payload(), builtins);
    vm.set_global("builtins", builtins);
    let function = prelude::derivation(&mut vm);
    vm.heap.finish(derivation.payload(), function);
    vm.set_global("derivation", function);
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

/// Gives a machine other settings than the one it was made with. Texts that are read from now on find `<…>` on their
/// search path; `builtins` has the same names as before.
pub fn resettle(vm: &mut Vm, settings: Settings) {
    let is_same = vm.settings.nix_path == settings.nix_path;
    vm.settings = Settings { features: std::mem::take(&mut vm.settings.features), ..settings };
    if !is_same {
        let path = search_path(vm);
        vm.set_global("__nixPath", path);
    }
}

/// Where `<…>` looks, as a list of sets.
fn search_path(vm: &mut Vm) -> Value {
    let entries: Vec<Value> = (vm.settings.nix_path.clone().iter())
        .map(|(prefix, path)| {
            let prefix = vm.heap.plain_string(prefix.as_bytes());
            let path = vm.heap.plain_string(path.as_bytes());
            vm.heap.attrs_from(vec![(vm.names.path, Pos::NONE, path), (vm.names.prefix, Pos::NONE, prefix)])
        })
        .collect();
    vm.heap.list(&entries)
}

/// What `builtins` says of the outside; what changes from run to run is absent from pure ones.
fn outside_constants(vm: &mut Vm) -> Vec<(&'static str, Value, bool)> {
    let mut all = vec![("nixPath", search_path(vm), false)];
    if !vm.settings.is_pure {
        let system = vm.settings.system.clone();
        all.push(("currentSystem", vm.heap.plain_string(system.as_bytes()), false));
        if let Some(clock) = vm.builtin(environment::CURRENT_TIME) {
            let time = vm.lazy_apply(Value::new(Tag::Builtin, clock), Value::NULL);
            all.push(("currentTime", time, false));
        }
    }
    all
}
