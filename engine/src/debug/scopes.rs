//! Where the names in a frame come from, and what they are there. A pure read: nothing is forced.

use rustc_hash::FxHashMap;

use crate::bytecode::Slot;
use crate::emit::{BodySource, Unit, VarKind};
use crate::ir::{ExprId, Symbol};
use crate::source::{Pos, Span};
use crate::value::Value;
use crate::vm::{Frame, Vm};

/// How a variable is found from a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// In the frame.
    Local(u32),
    /// In the environment so many outside of the body's own, which may be its own.
    Env(u32, u32),
}

/// A variable that can be named at some place, or the set of a `with` that is in scope there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visible {
    /// Its name; the sets of `with` and `inherit (…)` have none.
    pub name: Option<Symbol>,
    /// Where it is written.
    pub pos: Pos,
    /// What binds it.
    pub kind: VarKind,
    /// What it can be named in.
    pub scope: Span,
    /// Where it is; `None` if the code was written to run free and nothing inside uses it.
    pub address: Option<Address>,
    /// Whether it hides what is further out though it has no value yet: not where what binds it is itself computed.
    pub hides: bool,
}

/// Names from one binder.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What binds them.
    pub kind: VarKind,
    /// What they can be named in.
    pub span: Span,
    /// How many functions lie between the frame's and the one that binds them.
    pub distance: u32,
    /// The names that have a value, in the order written; of a `with`, its set under no name.
    pub variables: Vec<Variable>,
}

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name; empty for the set of a `with`.
    pub name: String,
    /// The value, perhaps a thunk.
    pub value: Value,
    /// Where the name is written.
    pub pos: Pos,
}

/// Which variables each body of a unit has.
#[derive(Debug, Default)]
pub struct Scopes {
    units: FxHashMap<u32, Box<[Box<[u32]>]>>,
}

impl Scopes {
    fn of_unit(&mut self, unit: &Unit, index: u32) -> &[Box<[u32]>] {
        self.units.entry(index).or_insert_with(|| {
            let mut by_body: Vec<Vec<u32>> = vec![Vec::new(); unit.analysis.bodies.len()];
            for (i, var) in unit.analysis.vars.iter().enumerate() {
                by_body[var.body as usize].push(i as u32);
            }
            by_body.into_iter().map(Vec::into_boxed_slice).collect()
        })
    }

    /// Everything that can be named where an expression of a body is computed, the innermost first. A name that is bound
    /// further in hides one further out, which is not left out here.
    pub fn visible(&mut self, vm: &Vm, body: u32, expr: ExprId) -> Vec<Visible> {
        let code = &vm.program.bodies[body as usize];
        let Some(unit) = vm.unit_of(body) else { return Vec::new() };
        let module = &unit.module;
        let by_body = self.of_unit(unit, code.unit);
        let mut found = Vec::new();
        let mut at = code.index;
        let mut place = module.spans[expr.0 as usize];
        loop {
            for &index in by_body[at as usize].iter().rev() {
                let var = &unit.analysis.vars[index as usize];
                let scope = module.spans[var.scope.0 as usize];
                let holds = scope.start <= place.start && place.end <= scope.end;
                if !holds && var.kind != VarKind::Around {
                    continue;
                }
                let address = match var.slot {
                    Slot::Local(slot) => (at == code.index).then_some(Address::Local(slot)),
                    Slot::Env(slot) => Some(Address::Env(u32::from(unit.analysis.depth(code.index, at)), slot)),
                };
                let hides = at != code.index || scope != place;
                found.push(Visible { name: var.name, pos: var.pos, kind: var.kind, scope, address, hides });
            }
            let info = &unit.analysis.bodies[at as usize];
            let Some(parent) = info.parent else { return found };
            place = match info.source {
                BodySource::Expr(id) => module.spans[id.0 as usize],
                BodySource::Lambda(id) => at_pos(module.lambdas[id.0 as usize].pos),
                BodySource::InheritFrom { attrs, binding } => {
                    at_pos(module.attrs[attrs.0 as usize].bindings[binding as usize].pos)
                }
                BodySource::Root | BodySource::Scope => Span::NONE,
            };
            at = parent;
        }
    }

    /// The names that can be seen from a frame where it computes an expression, by what binds them, the innermost first.
    /// Of several with one name only the innermost is there.
    pub fn of_frame(&mut self, vm: &Vm, frame: &Frame, expr: ExprId) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = Vec::new();
        let mut seen: Vec<Symbol> = Vec::new();
        let visible = self.visible(vm, frame.code, expr);
        for it in &visible {
            let value = value_at(vm, vm.stack(), frame, it.address);
            let name = match it.name {
                Some(name) if seen.contains(&name) => continue,
                Some(name) => {
                    if it.hides || value.is_some() {
                        seen.push(name);
                    }
                    vm.show_name(name)
                }
                None if it.kind == VarKind::With => String::new(),
                None => continue,
            };
            let Some(value) = value else { continue };
            let same = |scope: &&mut Scope| binder(scope.kind) == binder(it.kind) && scope.span == it.scope;
            let variable = Variable { name, value, pos: it.pos };
            match scopes.iter_mut().rev().find(same) {
                Some(scope) if it.kind != VarKind::With => scope.variables.push(variable),
                _ => {
                    let kind = binder(it.kind);
                    scopes.push(Scope { kind, span: it.scope, distance: 0, variables: vec![variable] });
                }
            }
        }
        let mut distance = 0;
        for scope in &mut scopes {
            scope.distance = distance;
            distance += u32::from(scope.kind == VarKind::Argument);
            scope.variables.reverse();
        }
        scopes
    }
}

/// A pattern's names are arguments.
fn binder(kind: VarKind) -> VarKind {
    if kind == VarKind::Formal { VarKind::Argument } else { kind }
}

fn at_pos(pos: Pos) -> Span {
    Span::new(pos, pos)
}

/// What is at an address, if something is. The frame's slots are in `stack`.
#[must_use]
pub fn value_at(vm: &Vm, stack: &[Value], frame: &Frame, address: Option<Address>) -> Option<Value> {
    let value = match address? {
        Address::Local(slot) => *stack.get((frame.base + slot) as usize)?,
        Address::Env(depth, slot) => {
            let unit = vm.unit_of(frame.code)?;
            let index = vm.program.bodies[frame.code as usize].index;
            let is_before = unit.analysis.bodies[index as usize].n_env > 0 && !vm.has_own_env(frame);
            // The body's own environment is not made yet.
            let depth = if is_before { depth.checked_sub(1)? } else { depth };
            let env = vm.heap.env_up(frame.env, depth);
            vm.heap.env_get(env, slot)
        }
    };
    (value != Value::UNSET).then_some(value)
}
