//! What a function closes over: the variables of the environments around it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::bytecode::Slot;
use crate::heap::BodyId;
use crate::source::Pos;
use crate::value::Value;
use crate::vm::Vm;

use super::place;

/// A variable that a function or thunk can see.
pub(super) struct Captured {
    /// Its name; `with` for the scope of one.
    pub(super) name: String,
    /// Its value.
    pub(super) value: Value,
    /// Where its name is written.
    pub(super) pos: Pos,
}

/// The variables around a body that is run in an environment, the innermost first. What an inner one hides is left out.
pub(super) fn captured(vm: &Vm, body: BodyId, env: u32) -> Vec<Captured> {
    let Some((unit, index)) = place::unit_of(vm, body) else { return Vec::new() };
    let analysis = &unit.analysis;
    // For each body around it, how far out that is and its environment.
    let mut envs: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
    let (mut env, mut at) = (env, analysis.bodies[index as usize].parent);
    while let Some(outer) = at
        && env != 0
    {
        let info = &analysis.bodies[outer as usize];
        if info.n_env > 0 {
            envs.insert(outer, (envs.len() as u32, env));
            env = vm.heap.env_parent(env);
        }
        at = info.parent;
    }
    if envs.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u32, u32, u32, &crate::emit::Var)> = Vec::new();
    for var in &analysis.vars {
        if let (Slot::Env(slot), Some(&(distance, env))) = (var.slot, envs.get(&var.body))
            && slot < vm.heap.env_len(env)
        {
            found.push((distance, slot, env, var));
        }
    }
    found.sort_unstable_by_key(|&(distance, slot, ..)| (distance, slot));
    let mut seen = FxHashSet::default();
    found.retain(|(.., var)| var.name.is_none_or(|name| seen.insert(name)));
    found
        .into_iter()
        .map(|(_, slot, env, var)| Captured {
            name: var.name.map_or("with".into(), |it| super::name_text(vm, it)),
            value: vm.heap.env_get(env, slot),
            pos: var.pos,
        })
        .collect()
}
