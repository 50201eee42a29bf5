//! A file run to see what its expressions are: what an editor shows while somebody types.
//!
//! ```text
//!   read ──▶ evaluate ──▶ call with its defaults ──▶ force, one by one, what the file itself suspends ──▶ collect
//!                 └────────── each body of the file says when it begins and ends ──────────┘
//! ```
//!
//! Every part has a budget of its own and may fail without the others. Nothing is forced that other files suspend, so
//! that a file which hands on a large package set costs what the file costs.

mod collect;

use std::collections::VecDeque;

use crate::bytecode::{PointKind, Slot};
use crate::debug::scopes::{Address, value_at};
use crate::debug::value::{Laziness, laziness, type_name};
use crate::source::Span;
use crate::value::{Tag, Value};
use crate::vm::{Fault, FaultKind, Frame, Stop, Vm};
use crate::world::{CanonPath, World};

use super::Session;

/// How many applications are forced that builtins such as `map` suspend.
const MAX_OF_BUILTINS: usize = 256;

/// How much may be done to see values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveLimits {
    /// Instructions, for everything.
    pub fuel: u64,
    /// Instructions for one part of the value.
    pub part_fuel: u64,
    /// How many parts are looked at.
    pub parts: usize,
    /// How many runs of one body are noticed; what runs more often is at full speed from then on.
    pub runs: u32,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self { fuel: 2_000_000_000, part_fuel: 100_000_000, parts: 4_000, runs: 1_000 }
    }
}

/// What was seen.
#[derive(Debug)]
pub struct Watched {
    /// The file's value, or why it has none.
    pub outcome: Result<Value, Fault>,
    /// Parts of the value that fail when they are needed.
    pub faults: Vec<Fault>,
    /// What was seen of each expression and name, by place; of what is inside others, the outer first.
    pub values: Vec<LiveValue>,
    /// Whether the file is a function that nobody called, since it wants more than it has defaults for.
    pub wants_arguments: bool,
    /// Whether a limit ended it before everything was seen.
    pub is_cut_short: bool,
}

/// What a place in the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveValue {
    /// The place.
    pub span: Span,
    /// What it was, the last time.
    pub value: Value,
    /// How often it was computed; 0 if nobody counted.
    pub times: u32,
}

/// What is noticed of one body.
#[derive(Clone, Debug, Default)]
struct BodyNotes {
    times: u32,
    /// The last thunk it computed; 0 if none.
    thunk: u32,
    /// Its last environment; 0 if none.
    env: u32,
    /// What it gave the last time it was seen to end.
    result: Option<Value>,
    /// What its variables were that live in its frame, by their numbers.
    locals: Vec<(u32, Value)>,
}

/// What is noticed of a file.
#[derive(Debug)]
struct Notes {
    unit: u32,
    first_body: u32,
    bodies: Vec<BodyNotes>,
    /// For each body, the variables that live in its frame.
    locals: Vec<Vec<(u32, u32)>>,
    limits: LiveLimits,
    /// The count of instructions at which everything ends.
    end: u64,
    /// So many applications were forced that builtins such as `map` suspend.
    n_builtins: usize,
    is_cut_short: bool,
}

impl<W: World> Session<W> {
    /// Runs a file and sees what its expressions are. The machine must keep names, see
    /// [`crate::vm::Settings::keeps_names`].
    pub fn watch(&mut self, path: &CanonPath, limits: LiveLimits) -> Watched {
        let nothing = |fault| Watched {
            outcome: Err(fault),
            faults: Vec::new(),
            values: Vec::new(),
            wants_arguments: false,
            is_cut_short: false,
        };
        let body = match self.read_file(path) {
            Ok(body) => body,
            Err(fault) => return nothing(fault),
        };
        let mut notes = Notes::new(&mut self.vm, body, limits);
        self.pulse.set_running(true);
        self.vm.start(body, 0);
        let mut outcome = self.run_noting(&mut notes, u64::MAX);
        let mut wants_arguments = false;
        if let Ok(v) = outcome
            && v.tag() == Tag::Lambda
        {
            wants_arguments = !self.has_defaults(v);
            if !wants_arguments {
                self.vm.start_call(v, &[Value::EMPTY_ATTRS]);
                outcome = self.run_noting(&mut notes, u64::MAX);
            }
        }
        let mut faults = Vec::new();
        if let Ok(v) = outcome {
            self.force_parts(v, &mut notes, &mut faults);
        }
        self.force_names(&mut notes);
        self.pulse.set_running(false);
        notes.clear_breaks(&mut self.vm);
        let values = collect::collect(&self.vm, &notes, outcome.as_ref().ok().copied());
        Watched { outcome, faults, values, wants_arguments, is_cut_short: notes.is_cut_short }
    }

    /// Whether a function takes a set apart and has a default for everything in it.
    fn has_defaults(&mut self, lambda: Value) -> bool {
        let formals = self.vm.formals_of(lambda);
        let takes_set = self.vm.program.bodies[lambda.aux() as usize].formals.is_some();
        takes_set && formals.iter().all(|it| it.has_default)
    }

    /// Forces what the file suspends in a value, from the outside in.
    fn force_parts(&mut self, v: Value, notes: &mut Notes, faults: &mut Vec<Fault>) {
        let mut queue: VecDeque<Value> = VecDeque::from([v]);
        let mut seen = rustc_hash::FxHashSet::default();
        let mut n_parts = 0;
        while let Some(v) = queue.pop_front() {
            let v = self.vm.heap.peek(v);
            let parts: Vec<Value> = match v.tag() {
                _ if !seen.insert(v) => continue,
                Tag::List => self.vm.heap.elements(v).iter().copied().take(notes.limits.parts).collect(),
                Tag::Attrs if type_name(&self.vm, v) == "derivation" => continue,
                Tag::Attrs => self.vm.heap.layers(v).map(|it| it.2).take(notes.limits.parts).collect(),
                _ => continue,
            };
            for part in parts {
                n_parts += 1;
                if n_parts > notes.limits.parts || notes.is_over(&self.vm) || self.pulse.is_interrupted() {
                    notes.is_cut_short = true;
                    return;
                }
                match self.force_own(part, notes) {
                    Ok(v) => queue.extend(v),
                    Err(fault) => faults.push(fault),
                }
            }
        }
    }

    /// Forces variables of the file that nobody needed. That one fails is no fault of the program.
    fn force_names(&mut self, notes: &mut Notes) {
        for index in 0..notes.bodies.len() {
            let env = notes.bodies[index].env;
            let n = if env == 0 { 0 } else { self.vm.heap.env_len(env) };
            for slot in 0..n {
                if notes.is_over(&self.vm) || self.pulse.is_interrupted() {
                    notes.is_cut_short = true;
                    return;
                }
                let v = self.vm.heap.env_get(env, slot);
                if v != Value::UNSET {
                    let _ = self.force_own(v, notes);
                }
            }
        }
    }

    /// Forces a value if it is suspended, and the file suspended it. The value if it is there.
    fn force_own(&mut self, v: Value, notes: &mut Notes) -> Result<Option<Value>, Fault> {
        if let Some(v) = self.vm.settled(v) {
            return Ok(Some(v));
        }
        if laziness(&self.vm, v) != Laziness::Suspended || !notes.may_force(&self.vm, v) {
            return Ok(None);
        }
        self.vm.start_force(v);
        self.run_noting(notes, notes.limits.part_fuel).map(Some)
    }

    /// Runs what was started to its end, and notices what bodies of the file do.
    fn run_noting(&mut self, notes: &mut Notes, fuel: u64) -> Result<Value, Fault> {
        let end = notes.end.min(self.vm.count().saturating_add(fuel));
        loop {
            let why = match self.pulse.is_interrupted() {
                true => Some("interrupted by the user"),
                false => (self.vm.count() >= end).then_some("the limit of instructions is reached"),
            };
            if let Some(why) = why {
                notes.is_cut_short = true;
                let place = self.vm.current_place();
                self.vm.abandon();
                return Err(Fault::new(FaultKind::Interrupted, why).at(place));
            }
            let fuel = super::SLICE.min(end - self.vm.count());
            let mut stop = self.vm.run(fuel);
            if matches!(stop, Stop::Break) {
                notes.note(&mut self.vm);
                stop = self.vm.pass();
            }
            match stop {
                Stop::Done(v) => return Ok(v),
                Stop::Fault(fault) => return Err(fault),
                Stop::Fuel | Stop::Break | Stop::Point => {}
                Stop::Ask(request) => {
                    let answer = self.world.answer(&request);
                    self.vm.answer(answer);
                }
                Stop::Failing(fault) => {
                    if let Some(fault) = self.vm.fail(fault) {
                        return Err(fault);
                    }
                }
            }
        }
    }
}

impl Notes {
    fn new(vm: &mut Vm, body: u32, limits: LiveLimits) -> Self {
        let unit = vm.program.bodies[body as usize].unit;
        vm.emit_all(unit);
        let it = vm.unit(unit);
        let (first_body, n) = (it.first_body, it.analysis.bodies.len());
        let mut locals = vec![Vec::new(); n];
        for (i, var) in it.analysis.vars.iter().enumerate() {
            if let Slot::Local(slot) = var.slot {
                locals[var.body as usize].push((i as u32, slot));
            }
        }
        let end = vm.count().saturating_add(limits.fuel);
        let notes = Self {
            unit,
            first_body,
            bodies: vec![BodyNotes::default(); n],
            locals,
            limits,
            end,
            n_builtins: 0,
            is_cut_short: false,
        };
        for body in notes.bodies() {
            for pc in notes.places(vm, body) {
                vm.program.set_break(pc);
            }
        }
        notes
    }

    fn bodies(&self) -> std::ops::Range<u32> {
        self.first_body..self.first_body + self.bodies.len() as u32
    }

    /// Where a body begins and ends.
    fn places(&self, vm: &Vm, body: u32) -> Vec<u32> {
        let points = vm.program.points_of(body).iter().enumerate();
        points.filter(|(i, it)| *i == 0 || it.kind == PointKind::Return).map(|(_, it)| it.pc).collect()
    }

    fn clear_breaks(&self, vm: &mut Vm) {
        for body in self.bodies() {
            self.forget(vm, body);
        }
    }

    fn forget(&self, vm: &mut Vm, body: u32) {
        for pc in self.places(vm, body) {
            vm.program.clear_break(pc);
        }
    }

    fn is_over(&self, vm: &Vm) -> bool {
        vm.count() >= self.end
    }

    /// Whether the file wrote what a thunk suspends; or a builtin did, which is as good for the first few.
    fn may_force(&mut self, vm: &Vm, thunk: Value) -> bool {
        let body = vm.heap.thunk_code(thunk).0.0;
        let is_own = self.bodies().contains(&body);
        let may = is_own || (self.n_builtins < MAX_OF_BUILTINS && vm.unit_of(body).is_none());
        self.n_builtins += usize::from(may && !is_own);
        may
    }

    /// Notices the body at whose beginning or end the machine stands.
    fn note(&mut self, vm: &mut Vm) {
        let Some(frame) = vm.frames().last().copied().filter(Frame::is_code) else { return };
        let Some(index) = frame.code.checked_sub(self.first_body).map(|it| it as usize) else { return };
        let Some(note) = self.bodies.get_mut(index) else { return };
        let points = vm.program.points_of(frame.code);
        if points.first().is_some_and(|it| it.pc == frame.pc) {
            note.times = note.times.saturating_add(1);
            note.thunk = frame.thunk;
            note.result = None;
        }
        if points.iter().any(|it| it.pc == frame.pc && it.kind == PointKind::Return) {
            note.result = Some(vm.top());
        }
        if frame.env != 0 && vm.has_own_env(&frame) {
            note.env = frame.env;
        }
        note.locals.clear();
        for &(var, slot) in &self.locals[index] {
            if let Some(v) = value_at(vm, vm.stack(), &frame, Some(Address::Local(slot))) {
                note.locals.push((var, v));
            }
        }
        if note.times >= self.limits.runs && note.result.is_some() {
            self.forget(vm, frame.code);
        }
    }
}

#[cfg(test)]
mod tests;
