//! Breakpoints: what a person wants to stop at, and which instructions that means.
//!
//! ```text
//!   add ──▶ Pending ──a text is read──▶ Verified ──▶ hit: condition? count? ──▶ log or stop
//!              │                           ▲
//!              └──── nothing to stop at ───┘ Rejected: the reason is told
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::bytecode::PointKind;
use crate::source::Span;
use crate::value::{Tag, Value};
use crate::vm::Vm;

use super::evaluate::Evaluator;
use super::hit::{Hits, LogMessage};
use super::location::{Locations, PointRef, text_of};
use super::names::Names;
use super::pattern::FunctionPattern;

/// Which breakpoint. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BreakpointId(pub u32);

/// What to stop at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A place in a text.
    Source {
        /// Which text: the path of a file, or the name of a text that is no file.
        name: String,
        /// The line, from 0.
        line: u32,
        /// The byte of the line, from 0; without it, the outermost expression of the line is meant.
        column: Option<u32>,
    },
    /// Functions and attributes by name, or builtins.
    Function(FunctionPattern),
    /// A suspended expression.
    Thunk {
        /// The thunk.
        thunk: Value,
        /// What about it.
        access: Access,
    },
    /// One instruction of the machine.
    Instruction(u32),
}

/// What about a thunk is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    /// It is forced.
    Force,
    /// It gets its value.
    Value,
}

/// When a breakpoint that is met stops the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// An expression that must be true in the frame.
    pub condition: Option<String>,
    /// How often it must have been met.
    pub hits: Option<Hits>,
    /// What to write instead of stopping.
    pub log: Option<LogMessage>,
}

/// Where a breakpoint stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BreakpointState {
    /// What it means has not been read yet.
    Pending(String),
    /// The program will stop at it; this is where, if that is a place in a text.
    Verified(Option<Span>),
    /// It means nothing.
    Rejected(String),
}

/// A breakpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakpoint {
    /// Which one.
    pub id: BreakpointId,
    /// What to stop at.
    pub target: Target,
    /// When.
    pub rules: Rules,
    /// Where it stands.
    pub state: BreakpointState,
    /// How often it was met with its condition true.
    pub n_hits: u64,
    /// The instructions it means.
    pcs: Vec<u32>,
    /// The builtins it means.
    natives: Vec<u32>,
}

/// All breakpoints.
#[derive(Debug, Default)]
pub struct Breakpoints {
    all: BTreeMap<BreakpointId, Breakpoint>,
    next: u32,
    /// Who wants to stop at an instruction.
    at: FxHashMap<u32, Arc<[BreakpointId]>>,
    at_native: FxHashMap<u32, Arc<[BreakpointId]>>,
    /// So many units were looked through.
    n_units: u32,
}

/// What finding out where a breakpoint is needs.
pub(super) struct Places<'a> {
    pub(super) locations: &'a mut Locations,
    pub(super) names: &'a mut Names,
}

impl Breakpoints {
    /// All breakpoints, in the order they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Breakpoint> {
        self.all.values()
    }

    /// One breakpoint.
    #[must_use]
    pub fn get(&self, id: BreakpointId) -> Option<&Breakpoint> {
        self.all.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: BreakpointId) -> Option<&mut Breakpoint> {
        self.all.get_mut(&id)
    }

    /// Who wants to stop at an instruction.
    pub(super) fn at(&self, pc: u32) -> Arc<[BreakpointId]> {
        self.at.get(&pc).cloned().unwrap_or_default()
    }

    /// Who wants to stop at a builtin.
    pub(super) fn at_native(&self, native: u32) -> Arc<[BreakpointId]> {
        self.at_native.get(&native).cloned().unwrap_or_default()
    }

    /// Makes a breakpoint.
    pub(super) fn add(
        &mut self,
        vm: &mut Vm,
        places: &mut Places<'_>,
        evaluator: &Evaluator,
        target: Target,
        rules: Rules,
    ) -> BreakpointId {
        self.next += 1;
        let id = BreakpointId(self.next);
        let state = BreakpointState::Pending("nothing it could mean was read yet".to_owned());
        let breakpoint = Breakpoint { id, target, rules, state, n_hits: 0, pcs: Vec::new(), natives: Vec::new() };
        self.all.insert(id, breakpoint);
        self.settle_at_once(vm, id);
        for unit in (0..self.n_units).filter(|&it| !evaluator.is_own(it)) {
            self.settle_in(vm, places, id, unit);
        }
        id
    }

    /// Takes a breakpoint away. Whether there was one.
    pub(super) fn remove(&mut self, vm: &mut Vm, id: BreakpointId) -> bool {
        let Some(breakpoint) = self.all.remove(&id) else { return false };
        for pc in breakpoint.pcs {
            if leave(&mut self.at, pc, id) {
                vm.program.clear_break(pc);
            }
        }
        for native in breakpoint.natives {
            if leave(&mut self.at_native, native, id) && Some(native) != vm.builtin("break") {
                vm.pass_native(native);
            }
        }
        true
    }

    /// Looks through texts that were read since the last time. Gives the breakpoints whose state changed.
    pub(super) fn sync(&mut self, vm: &mut Vm, places: &mut Places<'_>, evaluator: &Evaluator) -> Vec<BreakpointId> {
        let mut changed = Vec::new();
        for unit in (self.n_units..vm.n_units()).filter(|&it| !evaluator.is_own(it)) {
            for id in self.all.keys().copied().collect::<Vec<_>>() {
                let before = self.all.get(&id).map(|it| it.state.clone());
                self.settle_in(vm, places, id, unit);
                if self.all.get(&id).map(|it| &it.state) != before.as_ref() && !changed.contains(&id) {
                    changed.push(id);
                }
            }
        }
        self.n_units = vm.n_units();
        changed
    }

    /// Finds what does not depend on texts.
    fn settle_at_once(&mut self, vm: &mut Vm, id: BreakpointId) {
        let Some(target) = self.all.get(&id).map(|it| it.target.clone()) else { return };
        match target {
            Target::Source { .. } => {}
            Target::Function(pattern) => {
                for (name, native) in vm.builtin_table() {
                    let is_internal = vm.native(native).visible == crate::vm::Visible::Internal;
                    if !is_internal && pattern.matches_builtin(name) {
                        self.stop_at_native(vm, id, native);
                    }
                }
            }
            Target::Instruction(pc) => {
                if (pc as usize) < vm.program.ops.len() {
                    self.stop_at(vm, id, pc, None);
                } else {
                    self.reject(id, "there is no such instruction");
                }
            }
            Target::Thunk { thunk, access } => self.settle_thunk(vm, id, thunk, access),
        }
    }

    fn settle_thunk(&mut self, vm: &mut Vm, id: BreakpointId, thunk: Value, access: Access) {
        if thunk.tag() != Tag::Thunk {
            return self.reject(id, "this is a value already");
        }
        if vm.settled(thunk).is_some() {
            return self.reject(id, "it has its value already");
        }
        let body = vm.heap.thunk_code(thunk).0.0;
        vm.emit_body(body);
        let points = vm.program.points_of(body);
        let code = &vm.program.bodies[body as usize];
        let pc = match access {
            Access::Force => points.first().map_or(code.entry, |it| it.pc),
            Access::Value => points.last().map_or(code.end - 1, |it| it.pc),
        };
        self.stop_at(vm, id, pc, super::value::written(vm, thunk));
    }

    /// Finds what a breakpoint means in a text.
    fn settle_in(&mut self, vm: &mut Vm, places: &mut Places<'_>, id: BreakpointId, unit: u32) {
        let Some(target) = self.all.get(&id).map(|it| it.target.clone()) else { return };
        match target {
            Target::Source { name, line, column } => {
                if !is_named(vm, unit, &name) {
                    return;
                }
                match place_in(vm, places.locations, unit, line, column) {
                    Some(point) => self.stop_at(vm, id, point.pc, Some(point.span)),
                    None => self.reject(id, "there is nothing to stop at here"),
                }
            }
            Target::Function(pattern) => {
                let first = vm.unit(unit).first_body;
                let found = pattern.find(&places.names.of(vm, unit));
                let bodies: Vec<u32> = found.into_iter().map(|it| first + it).collect();
                for &body in &bodies {
                    vm.emit_body(body);
                    if let Some(&point) = vm.program.points_of(body).iter().find(|it| it.kind != PointKind::Return) {
                        let span = vm.unit(unit).module.spans[point.expr as usize];
                        self.stop_at(vm, id, point.pc, Some(span));
                    }
                }
            }
            Target::Thunk { .. } | Target::Instruction(_) => {}
        }
    }

    fn stop_at(&mut self, vm: &mut Vm, id: BreakpointId, pc: u32, span: Option<Span>) {
        let Some(breakpoint) = self.all.get_mut(&id) else { return };
        if breakpoint.pcs.contains(&pc) {
            return;
        }
        breakpoint.pcs.push(pc);
        if !matches!(breakpoint.state, BreakpointState::Verified(Some(_))) {
            breakpoint.state = BreakpointState::Verified(span);
        }
        join(&mut self.at, pc, id);
        vm.program.set_break(pc);
    }

    fn stop_at_native(&mut self, vm: &mut Vm, id: BreakpointId, native: u32) {
        let Some(breakpoint) = self.all.get_mut(&id) else { return };
        breakpoint.natives.push(native);
        breakpoint.state = BreakpointState::Verified(None);
        join(&mut self.at_native, native, id);
        vm.stop_at_native(native);
    }

    fn reject(&mut self, id: BreakpointId, why: &str) {
        if let Some(breakpoint) = self.all.get_mut(&id)
            && breakpoint.pcs.is_empty()
        {
            breakpoint.state = BreakpointState::Rejected(why.to_owned());
        }
    }
}

impl Breakpoint {
    /// Whether it concerns the thunk that a frame computes.
    pub(super) fn concerns(&self, thunk: u32) -> bool {
        match self.target {
            Target::Thunk { thunk: wanted, .. } => wanted.payload() == thunk,
            Target::Source { .. } | Target::Function(_) | Target::Instruction(_) => true,
        }
    }

    /// Where it is in a text, if it is known and is in one.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self.state {
            BreakpointState::Verified(span) => span,
            BreakpointState::Pending(_) | BreakpointState::Rejected(_) => None,
        }
    }

    /// The instructions it means, as far as they are known.
    #[must_use]
    pub fn pcs(&self) -> &[u32] {
        &self.pcs
    }
}

/// Puts one more on a list.
fn join(at: &mut FxHashMap<u32, Arc<[BreakpointId]>>, key: u32, id: BreakpointId) {
    let before = at.entry(key).or_default();
    *before = before.iter().copied().chain([id]).collect();
}

/// Takes one off a list; whether it was the last.
fn leave(at: &mut FxHashMap<u32, Arc<[BreakpointId]>>, key: u32, id: BreakpointId) -> bool {
    let Some(before) = at.get_mut(&key) else { return false };
    *before = before.iter().copied().filter(|it| *it != id).collect();
    let is_empty = before.is_empty();
    if is_empty {
        at.remove(&key);
    }
    is_empty
}

/// Whether a unit's text goes by this name.
fn is_named(vm: &Vm, unit: u32, name: &str) -> bool {
    text_of(vm, unit).is_some_and(|file| super::location::name_of(file) == name)
}

/// The point at a line and perhaps a column of a text.
pub(super) fn place_in(
    vm: &mut Vm,
    locations: &mut Locations,
    unit: u32,
    line: u32,
    column: Option<u32>,
) -> Option<PointRef> {
    let Some(column) = column else { return locations.at_line(vm, unit, line) };
    let file = text_of(vm, unit)?;
    let start = file.lines().line_start(line)?;
    let pos = file.pos((start + column).min(file.text.len() as u32));
    locations.at_column(vm, unit, pos)
}
