//! Questions to a machine that ran a file: more of its values, within limits.

use crate::bytecode::Slot;
use crate::emit::BodySource;
use crate::ir::{BindingValue, Symbol};
use crate::source::{Origin, Pos};
use crate::value::{Tag, Value};
use crate::vm::{Fault, Vm};
use crate::world::World;

use super::super::Session;

/// How many names that are inherited from each other are followed.
const MAX_STEPS: usize = 32;

impl<W: World> Session<W> {
    /// Forces a value with so many instructions at most.
    ///
    /// # Errors
    /// If the program fails, or that is not enough.
    pub fn force_within(&mut self, v: Value, fuel: u64) -> Result<Value, Fault> {
        self.within(fuel, |it| it.force(v))
    }

    /// The value of an expression, with so many instructions at most. Its relative paths start at `folder`.
    ///
    /// # Errors
    /// If it is not Nix, the program fails, or that is not enough.
    pub fn eval_within(&mut self, text: &str, folder: &str, fuel: u64) -> Result<Value, Fault> {
        let body = self.vm.read(Origin::String, text.as_bytes().into(), folder, &[])?;
        self.within(fuel, |it| it.eval(body))
    }

    /// Calls a function, with so many instructions at most.
    ///
    /// # Errors
    /// If the program fails, or that is not enough.
    pub fn call_within(&mut self, function: Value, args: &[Value], fuel: u64) -> Result<Value, Fault> {
        self.within(fuel, |it| it.call(function, args))
    }

    /// Forces a value and what is in it, with so many instructions at most; gives the value, as far as that went.
    pub fn deepen_within(&mut self, v: Value, fuel: u64) -> Value {
        // What fails inside of it is shown as what it is.
        let _ = self.within(fuel, |it| it.force_deep(v).map(|_| ()));
        self.vm.heap.peek(v)
    }

    /// An attribute of a set, forced with so many instructions at most; `None` if there is none, or it fails.
    pub fn attr_within(&mut self, set: Value, name: &str, fuel: u64) -> Option<Value> {
        let name = self.vm.heap.symbols.lookup(name.as_bytes())?;
        let v = self.vm.heap.attr(set, name).filter(|_| set.is_attrs())?;
        self.force_within(v, fuel).ok()
    }

    fn within<T>(&mut self, fuel: u64, run: impl FnOnce(&mut Self) -> T) -> T {
        let max_count = std::mem::replace(&mut self.max_count, self.vm.count().saturating_add(fuel));
        self.pulse.take_interrupt();
        let result = run(self);
        self.max_count = max_count;
        result
    }
}

/// Where the name of an attribute was written that a set has: of one that is inherited, where it comes from.
#[must_use]
pub fn origin(vm: &Vm, set: Value, name: Symbol) -> Option<Pos> {
    let (mut set, mut found) = (set, None);
    for _ in 0..MAX_STEPS {
        let Some((v, pos)) = vm.heap.attr_with_pos(set, name) else { break };
        if !pos.is_some() {
            break;
        }
        found = Some(pos);
        match inherited_from(vm, v).and_then(|it| vm.settled(it)).filter(|it| it.is_attrs()) {
            Some(from) => set = from,
            None => break,
        }
    }
    found
}

/// The set that a value is selected from which `inherit (…)` suspends.
fn inherited_from(vm: &Vm, v: Value) -> Option<Value> {
    if v.tag() != Tag::Thunk {
        return None;
    }
    let (body, mut env) = vm.heap.thunk_code(v);
    let unit = vm.unit_of(body.0)?;
    let analysis = &unit.analysis;
    let info = analysis.bodies.get((body.0 - unit.first_body) as usize)?;
    let BodySource::InheritFrom { attrs, binding } = info.source else { return None };
    let BindingValue::InheritFrom(index, _) = unit.module.attrs[attrs.0 as usize].bindings[binding as usize].value
    else {
        return None;
    };
    let var = &analysis.vars[analysis.attrs[attrs.0 as usize].from_vars.get(index as usize)?.0 as usize];
    let Slot::Env(slot) = var.slot else { return None };
    let mut at = info.parent?;
    while at != var.body {
        if analysis.bodies[at as usize].n_env > 0 {
            env = vm.heap.env_parent(env);
        }
        at = analysis.bodies[at as usize].parent?;
    }
    (env != 0 && slot < vm.heap.env_len(env)).then(|| vm.heap.env_get(env, slot))
}
