//! Sets and `let`: slots, thunks, and the order in which they are filled.

use crate::bytecode::{Op, PointKind, Why};
use crate::ir::{AttrsId, BindingValue, ExprId};
use crate::source::Pos;

use super::builder::{Builder, Task};

impl Builder<'_> {
    /// Fills the slots of what `inherit (…)` selects from.
    fn inherit_scopes(&self, id: AttrsId, plan: &mut Vec<Task>) {
        let attrs = &self.unit.module.attrs[id.0 as usize];
        let info = &self.unit.analysis.attrs[id.0 as usize];
        for (&from, &var) in attrs.inherit_from.iter().zip(&info.from_vars) {
            plan.extend([Task::Lazy(from), Task::Store(var)]);
        }
    }

    /// Leaves the value of a binding, lazy.
    fn binding_value(&self, id: AttrsId, index: usize, is_part: bool) -> Task {
        let binding = &self.unit.module.attrs[id.0 as usize].bindings[index];
        match binding.value {
            BindingValue::Plain(value) | BindingValue::Inherit(value) if is_part => Task::Part(value),
            BindingValue::Plain(value) | BindingValue::Inherit(value) => Task::Lazy(value),
            BindingValue::InheritFrom(_, pos) => {
                let body = self.unit.analysis.attrs[id.0 as usize].from_bodies[index].unwrap_or(0);
                Task::Op(Op::Thunk(self.unit.first_body + body), pos)
            }
        }
    }

    /// Fills the slots of all bindings: names inherited from outside first, then the rest in the order of the text.
    fn fill_slots(&self, id: AttrsId, plan: &mut Vec<Task>) {
        let attrs = &self.unit.module.attrs[id.0 as usize];
        let info = &self.unit.analysis.attrs[id.0 as usize];
        let is_outside = |i: &usize| matches!(attrs.bindings[*i].value, BindingValue::Inherit(_));
        for i in (0..attrs.bindings.len()).filter(is_outside) {
            plan.extend([self.binding_value(id, i, attrs.recursive), Task::Store(info.vars[i])]);
        }
        self.inherit_scopes(id, plan);
        for i in (0..attrs.bindings.len()).filter(|i| !is_outside(i)) {
            plan.extend([self.binding_value(id, i, attrs.recursive), Task::Store(info.vars[i])]);
        }
    }

    /// The bindings in the order of the set's keys, and the keys.
    fn sorted(&mut self, id: AttrsId) -> (Vec<usize>, u32) {
        let bindings = &self.unit.module.attrs[id.0 as usize].bindings;
        let mut order: Vec<usize> = (0..bindings.len()).collect();
        order.sort_unstable_by_key(|&i| bindings[i].name);
        self.program.keys.push(order.iter().map(|&i| (bindings[i].name, bindings[i].pos)).collect());
        (order, self.program.keys.len() as u32 - 1)
    }

    pub(super) fn attrs(&mut self, expr: ExprId, id: AttrsId) {
        let unit = self.unit;
        let attrs = &unit.module.attrs[id.0 as usize];
        let info = &unit.analysis.attrs[id.0 as usize];
        let place = unit.module.places[expr.0 as usize];
        let (order, keys) = self.sorted(id);
        let mut plan = Vec::new();
        if attrs.recursive {
            self.fill_slots(id, &mut plan);
            plan.extend(order.iter().map(|&i| Task::Load(info.vars[i])));
        } else {
            self.inherit_scopes(id, &mut plan);
            plan.extend(order.iter().map(|&i| self.binding_value(id, i, true)));
        }
        plan.extend([Task::At(expr), Task::Op(Op::Attrs(keys), place)]);
        if attrs.recursive {
            self.overrides(id, &mut plan);
        }
        for dynamic in &attrs.dynamic {
            plan.extend([
                Task::Strict(dynamic.name),
                Task::Part(dynamic.value),
                Task::At(expr),
                Task::Op(Op::Insert, dynamic.pos),
            ]);
        }
        self.plan(&plan);
    }

    fn overrides(&mut self, id: AttrsId, plan: &mut Vec<Task>) {
        let unit = self.unit;
        let info = &unit.analysis.attrs[id.0 as usize];
        let Some(name) = self.globals.overrides_name else { return };
        let bindings = &unit.module.attrs[id.0 as usize].bindings;
        let Some(index) = bindings.iter().position(|it| it.name == name) else { return };
        let table = bindings.iter().zip(&info.vars).map(|(it, var)| (it.name, unit.analysis.vars[var.0 as usize].slot));
        self.program.overrides.push(table.collect());
        let table = self.program.overrides.len() as u32 - 1;
        plan.extend([
            Task::Load(info.vars[index]),
            Task::Op(Op::Force, Pos::NONE),
            Task::Open(Why::Text("while evaluating the `__overrides` attribute"), Pos::NONE),
            Task::Op(Op::CheckAttrs, Pos::NONE),
            Task::Close,
            Task::Op(Op::Overrides(table), Pos::NONE),
        ]);
    }

    pub(super) fn let_in(&mut self, id: AttrsId, body: ExprId, at: PointKind) {
        let mut plan = Vec::new();
        self.fill_slots(id, &mut plan);
        plan.push(Task::StrictAt(body, at));
        self.plan(&plan);
    }

    /// The body of a binding that selects from the scope of an `inherit (…)`.
    pub(super) fn inherit_from(&mut self, id: AttrsId, index: u32) {
        let unit = self.unit;
        let binding = &unit.module.attrs[id.0 as usize].bindings[index as usize];
        let BindingValue::InheritFrom(from, pos) = binding.value else { return };
        let scope = unit.analysis.attrs[id.0 as usize].from_vars[from as usize];
        let place = unit.module.attrs[id.0 as usize].inherit_from[from as usize];
        self.simple(Task::At(place));
        self.point(place, PointKind::Entry);
        let load = self.load(scope, true);
        let op = Op::Select { hint: 0, name: binding.name.0 };
        self.op(load, unit.module.places[place.0 as usize]);
        self.op(op, pos);
        self.op(Op::Nip(1), Pos::NONE);
        self.point(place, PointKind::Return);
        self.op(Op::Return, Pos::NONE);
    }
}
