//! What is noticed while a file runs: each time one of its bodies begins or ends, and which branches are taken.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::bytecode::{PointKind, Slot};
use crate::debug::scopes::{Address, value_at};
use crate::emit::BodySource;
use crate::ir::Expr;
use crate::source::{Pos, Span};
use crate::value::Value;
use crate::vm::{Frame, Vm};

use super::LiveLimits;

/// How many runs of one body are kept.
const MAX_RUNS: usize = 4;
/// How many places of those are kept who waited for a run.
const MAX_DEMAND: usize = 24;
/// Of later runs than so many only the nearest is.
const WELL_KNOWN: u32 = 16;
/// How many applications are forced that builtins such as `map` suspend.
const MAX_OF_BUILTINS: usize = 256;

/// What is noticed of one body.
#[derive(Clone, Debug, Default)]
pub(super) struct BodyNotes {
    /// How often it began.
    pub(super) times: u32,
    /// Its last runs, the latest last.
    pub(super) runs: VecDeque<RunNotes>,
}

/// What is noticed of one run of a body.
#[derive(Clone, Debug, Default)]
pub(super) struct RunNotes {
    /// The thunk it computes; 0 if none.
    pub(super) thunk: u32,
    /// Its environment; 0 if none.
    pub(super) env: u32,
    /// What it gave, if it was seen to end.
    pub(super) result: Option<Value>,
    /// What its variables were that live in its frame, by their numbers.
    pub(super) locals: Vec<(u32, Value)>,
    /// Where the frames below were, the nearest first.
    pub(super) demand: Vec<Pos>,
}

/// What is noticed of a file.
#[derive(Debug)]
pub(super) struct Notes {
    pub(super) unit: u32,
    first_body: u32,
    pub(super) bodies: Vec<BodyNotes>,
    /// For each body, the variables that live in its frame.
    locals: Vec<Vec<(u32, u32)>>,
    /// Instructions where a branch begins that was not taken, and which.
    branches: FxHashMap<u32, Branch>,
    /// Instructions where a body begins or ends.
    ends: FxHashSet<u32>,
    runs: u32,
    /// So many applications were forced that builtins such as `map` suspend.
    n_builtins: usize,
}

#[derive(Clone, Copy, Debug)]
struct Branch {
    body: u32,
    expr: u32,
}

impl Notes {
    pub(super) fn new(vm: &mut Vm, unit: u32, limits: LiveLimits) -> Self {
        vm.emit_all(unit);
        let it = vm.unit(unit);
        let (first_body, n) = (it.first_body, it.analysis.bodies.len());
        let mut locals = vec![Vec::new(); n];
        for (i, var) in it.analysis.vars.iter().enumerate() {
            if let Slot::Local(slot) = var.slot {
                locals[var.body as usize].push((i as u32, slot));
            }
        }
        let mut choices = FxHashSet::default();
        for expr in &it.module.exprs {
            if let Expr::If { then, otherwise, .. } = expr {
                choices.extend([then.0, otherwise.0]);
            }
        }
        let mut notes = Self {
            unit,
            first_body,
            bodies: vec![BodyNotes::default(); n],
            locals,
            branches: FxHashMap::default(),
            ends: FxHashSet::default(),
            runs: limits.runs,
            n_builtins: 0,
        };
        for body in notes.bodies() {
            for (i, point) in vm.program.points_of(body).iter().enumerate() {
                if i == 0 || point.kind == PointKind::Return {
                    notes.ends.insert(point.pc);
                }
                if point.kind == PointKind::Branch && choices.contains(&point.expr) {
                    notes.branches.insert(point.pc, Branch { body: body - first_body, expr: point.expr });
                }
            }
        }
        for &pc in notes.ends.iter().chain(notes.branches.keys()) {
            vm.program.set_break(pc);
        }
        notes
    }

    fn bodies(&self) -> std::ops::Range<u32> {
        self.first_body..self.first_body + self.bodies.len() as u32
    }

    pub(super) fn clear_breaks(&self, vm: &mut Vm) {
        for &pc in self.ends.iter().chain(self.branches.keys()) {
            vm.program.clear_break(pc);
        }
    }

    /// Whether the file wrote what a thunk suspends; or a builtin did, which is as good for the first few.
    pub(super) fn may_force(&mut self, vm: &Vm, thunk: Value) -> bool {
        let body = vm.heap.thunk_code(thunk).0.0;
        let is_own = self.bodies().contains(&body);
        let may = is_own || (self.n_builtins < MAX_OF_BUILTINS && vm.unit_of(body).is_none());
        self.n_builtins += usize::from(may && !is_own);
        may
    }

    /// Whether the text was run, and if it is a function, called.
    pub(super) fn is_reached(&self, vm: &Vm) -> bool {
        self.outermost(vm).is_some_and(|it| it.times > 0)
    }

    /// Whether each of the functions that the text is, one in the other, was called; of a text that is none, whether what
    /// it gives is none.
    pub(super) fn is_called(&self, vm: &Vm) -> bool {
        let unit = vm.unit(self.unit);
        let mut at = unit.module.root;
        while let Expr::Lambda(id) = unit.module.exprs[at.0 as usize] {
            let source = BodySource::Lambda(id);
            let Some(body) = unit.analysis.bodies.iter().position(|it| it.source == source) else { return false };
            if self.bodies.get(body).is_none_or(|it| it.times == 0) {
                return false;
            }
            let first = &unit.module.lambdas[id.0 as usize];
            at = unit.analysis.innermost(&unit.module, first, unit.analysis.bodies[body].arity).body;
        }
        at != unit.module.root || self.value(vm).is_some_and(|it| !it.is_function())
    }

    /// What the text gave the last time; a function, when it was called.
    pub(super) fn value(&self, vm: &Vm) -> Option<Value> {
        let run = self.outermost(vm)?.runs.back()?;
        vm.settled(run.result()?)
    }

    /// What was noticed of the text's outermost body; of a function, of what it does when it is called.
    fn outermost(&self, vm: &Vm) -> Option<&BodyNotes> {
        let unit = vm.unit(self.unit);
        let root = match unit.module.exprs[unit.module.root.0 as usize] {
            Expr::Lambda(id) => BodySource::Lambda(id),
            _ => BodySource::Root,
        };
        let at = unit.analysis.bodies.iter().position(|it| it.source == root)?;
        self.bodies.get(at)
    }

    /// What bodies gave the last time, and what their environments hold.
    pub(super) fn gave(&self) -> impl Iterator<Item = (Option<Value>, u32)> + '_ {
        self.bodies.iter().filter_map(|it| it.runs.back()).map(|it| (it.result(), it.env))
    }

    /// Branches not taken, in bodies that ran.
    pub(super) fn dead(&self, vm: &Vm) -> Vec<Span> {
        let module = &vm.unit(self.unit).module;
        let ran = self.branches.values().filter(|it| self.bodies[it.body as usize].times > 0);
        let mut dead: Vec<Span> =
            ran.map(|it| module.spans[it.expr as usize]).filter(|it| it.start.is_some()).collect();
        dead.sort_by_key(|it| (it.start, u32::MAX - it.end.0));
        // What is in a branch that was not taken needs no telling.
        let mut end = Pos::NONE;
        dead.retain(|it| {
            let is_outer = it.start >= end;
            end = end.max(it.end);
            is_outer
        });
        dead
    }

    /// Notices the body at whose beginning or end the machine stands, or the branch that begins there.
    pub(super) fn note(&mut self, vm: &mut Vm) {
        let Some(frame) = vm.frames().last().copied().filter(Frame::is_code) else { return };
        let Some(index) = frame.code.checked_sub(self.first_body).map(|it| it as usize) else { return };
        if index >= self.bodies.len() {
            return;
        }
        if self.branches.remove(&frame.pc).is_some() && !self.ends.contains(&frame.pc) {
            vm.program.clear_break(frame.pc);
            return;
        }
        let points = vm.program.points_of(frame.code);
        let begins = points.first().is_some_and(|it| it.pc == frame.pc);
        let ends = points.iter().any(|it| it.pc == frame.pc && it.kind == PointKind::Return);
        let note = &mut self.bodies[index];
        if begins {
            note.times = note.times.saturating_add(1);
            if note.runs.len() == MAX_RUNS {
                note.runs.pop_front();
            }
            let depth = if note.times <= WELL_KNOWN { MAX_DEMAND } else { 1 };
            note.runs.push_back(RunNotes { thunk: frame.thunk, demand: below(vm, depth), ..RunNotes::default() });
        }
        let Some(run) = note.runs.back_mut() else { return };
        if ends {
            run.result = Some(vm.top());
        }
        if frame.env != 0 && vm.has_own_env(&frame) {
            run.env = frame.env;
        }
        run.locals.clear();
        for &(var, slot) in &self.locals[index] {
            if let Some(v) = value_at(vm, vm.stack(), &frame, Some(Address::Local(slot))) {
                run.locals.push((var, v));
            }
        }
        if note.times >= self.runs && ends {
            for point in vm.program.points_of(frame.code).to_vec() {
                if self.ends.remove(&point.pc) && !self.branches.contains_key(&point.pc) {
                    vm.program.clear_break(point.pc);
                }
            }
        }
    }
}

impl RunNotes {
    /// What it gave, as far as anybody knows.
    pub(super) fn result(&self) -> Option<Value> {
        let of_thunk = (self.thunk != 0).then(|| Value::new(crate::value::Tag::Thunk, self.thunk));
        self.result.or(of_thunk)
    }
}

/// Where the frames below stand that belong to texts.
fn below(vm: &Vm, depth: usize) -> Vec<Pos> {
    let frames = vm.frames();
    let code = frames[..frames.len() - 1].iter().rev().filter(|it| it.is_code());
    code.map(|it| vm.place(it.pc.saturating_sub(1))).filter(|it| it.is_some()).take(depth).collect()
}
