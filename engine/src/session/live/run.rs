//! Runs a file by its way, notices what its bodies do, and forces what it suspends.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use crate::debug::location::name_of;
use crate::debug::value::{Laziness, laziness, type_name};
use crate::ir::Symbol;
use crate::source::{FileId, Origin};
use crate::value::{Tag, Value};
use crate::vm::{Fault, FaultKind, Stop};
use crate::world::{CanonPath, Request, World};

use super::super::{SLICE, Session};
use super::collect;
use super::notes::Notes;
use super::{LiveLimits, Watched, Way};

/// How often it is looked again what the file suspends, since forcing it made more.
const MAX_ROUNDS: usize = 8;

/// One time a file is run and looked at.
struct Look {
    path: CanonPath,
    through: Vec<CanonPath>,
    /// The units of files that lead there.
    leading: FxHashSet<u32>,
    n_units: u32,
    notes: Option<Notes>,
    limits: LiveLimits,
    /// The count of instructions at which everything ends.
    end: u64,
    n_parts: usize,
    is_cut_short: bool,
    seen: FxHashSet<Value>,
    configuration: Option<Value>,
    faults: Vec<Fault>,
}

impl<W: World> Session<W> {
    /// Runs a file, given without links, and sees what its expressions are. The machine must keep names, see
    /// [`crate::vm::Settings::keeps_names`].
    pub fn watch(&mut self, path: &CanonPath, way: &Way, limits: LiveLimits) -> Watched {
        self.watch_given(path, way, &[], limits)
    }

    /// The same in a machine that may have computed something already, but nothing of the file. The expression of the
    /// way sees values by names.
    pub fn watch_given(&mut self, path: &CanonPath, way: &Way, given: &[(&str, Value)], limits: LiveLimits) -> Watched {
        let mut look = Look {
            path: path.clone(),
            through: Vec::new(),
            leading: FxHashSet::default(),
            n_units: self.vm.n_units(),
            notes: None,
            limits,
            end: self.vm.count().saturating_add(limits.fuel),
            n_parts: 0,
            is_cut_short: false,
            seen: FxHashSet::default(),
            configuration: None,
            faults: Vec::new(),
        };
        self.pulse.set_running(true);
        let watched = match way {
            Way::Itself => self.watch_itself(&mut look),
            Way::Expression { text, folder, through } => {
                look.through.clone_from(through);
                look.meet_earlier(&self.vm);
                self.watch_by(&mut look, (text, folder), given)
            }
        };
        self.pulse.set_running(false);
        watched
    }

    fn watch_itself(&mut self, look: &mut Look) -> Watched {
        let path = look.path.clone();
        let body = match self.read_file(&path) {
            Ok(body) => body,
            Err(fault) => return Watched::nothing(fault),
        };
        let unit = self.vm.program.bodies[body as usize].unit;
        look.notes = Some(Notes::new(&mut self.vm, unit, look.limits));
        look.n_units = self.vm.n_units();
        self.vm.start(body, 0);
        let mut outcome = self.run_noting(look, u64::MAX);
        let mut wants_arguments = false;
        if let Ok(v) = outcome
            && v.tag() == Tag::Lambda
        {
            wants_arguments = !self.has_defaults(v);
            if !wants_arguments {
                self.vm.start_call(v, &[Value::EMPTY_ATTRS]);
                outcome = self.run_noting(look, u64::MAX);
            }
        }
        self.finish(look, outcome, wants_arguments, true)
    }

    fn watch_by(&mut self, look: &mut Look, (text, folder): (&str, &str), given: &[(&str, Value)]) -> Watched {
        let names: Vec<Symbol> = given.iter().map(|it| self.vm.heap.intern(it.0.as_bytes())).collect();
        let body = match self.vm.read(Origin::String, text.as_bytes().into(), folder, &names) {
            Ok(body) => body,
            Err(fault) => return Watched::nothing(fault),
        };
        look.leading.insert(self.vm.program.bodies[body as usize].unit);
        look.n_units = self.vm.n_units();
        let values: Vec<Value> = given.iter().map(|it| it.1).collect();
        let env = if values.is_empty() { 0 } else { self.vm.heap.env_of(0, &values) };
        self.vm.start(body, env);
        let outcome = self.run_noting(look, u64::MAX);
        if let Ok(v) = outcome {
            self.lead(v, look);
        }
        self.finish(look, outcome, false, false)
    }

    /// Whether a function takes a set apart and has a default for everything in it.
    fn has_defaults(&mut self, lambda: Value) -> bool {
        let formals = self.vm.formals_of(lambda);
        let takes_set = self.vm.program.bodies[lambda.aux() as usize].formals().is_some();
        takes_set && formals.iter().all(|it| it.has_default)
    }

    /// Forces what the file suspends, and tells what was seen.
    fn finish(
        &mut self,
        look: &mut Look,
        outcome: Result<Value, Fault>,
        wants_arguments: bool,
        is_own: bool,
    ) -> Watched {
        if let (Ok(v), true) = (&outcome, is_own) {
            self.force_parts(*v, look);
        }
        for _ in 0..MAX_ROUNDS {
            let n_parts = look.n_parts;
            self.force_given(look);
            if look.n_parts == n_parts || self.is_over(look) {
                break;
            }
        }
        let Some(notes) = look.notes.take() else {
            return Watched { outcome, is_cut_short: look.is_cut_short, ..Watched::nothing(unreached()) };
        };
        notes.clear_breaks(&mut self.vm);
        let of_file = outcome.as_ref().ok().copied().filter(|_| is_own);
        Watched {
            values: collect::collect(&self.vm, &notes, of_file),
            value: notes.value(&self.vm).or(of_file),
            dead: notes.dead(&self.vm),
            configuration: look.configuration,
            is_reached: notes.is_reached(&self.vm),
            is_called: notes.is_called(&self.vm),
            outcome,
            faults: std::mem::take(&mut look.faults),
            wants_arguments,
            is_cut_short: look.is_cut_short,
        }
    }

    /// Forces what leading files suspend in a value until the file is reached: what it has by name first, then what it
    /// is configured to be.
    fn lead(&mut self, v: Value, look: &mut Look) {
        let mut queue: VecDeque<Value> = VecDeque::from([v]);
        let mut seen = FxHashSet::default();
        while let Some(v) = queue.pop_front() {
            let v = self.vm.heap.peek(v);
            if !seen.insert(v) {
                continue;
            }
            let is_configuration = self.is_configuration(v);
            if is_configuration {
                look.configuration = Some(v);
            }
            for part in self.parts_of(v, look) {
                if look.is_reached(&self.vm) {
                    return;
                }
                if self.is_over(look) {
                    look.is_cut_short = true;
                    return;
                }
                let settled = self.vm.settled(part);
                let may = is_configuration || look.leads(&self.vm, part);
                if settled.is_none() && (!may || laziness(&self.vm, part) != Laziness::Suspended) {
                    continue;
                }
                look.n_parts += 1;
                // A way that fails is none: what fails in the file itself is told when that is forced.
                queue.extend(self.force_part(part, look).ok());
            }
        }
    }

    /// Whether a set is what evaluating modules gives.
    fn is_configuration(&self, v: Value) -> bool {
        let heap = &self.vm.heap;
        let has = |name: &str| heap.symbols.lookup(name.as_bytes()).is_some_and(|it| heap.attr(v, it).is_some());
        v.is_attrs() && has("config") && has("options") && has("extendModules")
    }

    fn parts_of(&self, v: Value, look: &Look) -> Vec<Value> {
        match v.tag() {
            Tag::List => self.vm.heap.elements(v).iter().copied().take(look.limits.parts).collect(),
            Tag::Attrs if type_name(&self.vm, v) == "derivation" => Vec::new(),
            Tag::Attrs => self.vm.heap.layers(v).map(|it| it.2).take(look.limits.parts).collect(),
            _ => Vec::new(),
        }
    }

    /// Forces what the file suspends in a value, from the outside in.
    fn force_parts(&mut self, v: Value, look: &mut Look) {
        let mut queue: VecDeque<Value> = VecDeque::from([v]);
        while let Some(v) = queue.pop_front() {
            let v = self.vm.heap.peek(v);
            if !look.seen.insert(v) {
                continue;
            }
            if look.configuration.is_none() && self.is_configuration(v) {
                look.configuration = Some(v);
            }
            for part in self.parts_of(v, look) {
                if self.is_over(look) {
                    look.is_cut_short = true;
                    return;
                }
                match self.force_own(part, look) {
                    Ok(v) => queue.extend(v),
                    Err(fault) => look.faults.push(fault),
                }
            }
        }
    }

    /// Forces parts of what the file's bodies gave, and variables that nobody needed. That one of these fails is no fault
    /// of the program.
    fn force_given(&mut self, look: &mut Look) {
        let given: Vec<_> = look.notes.iter().flat_map(Notes::gave).collect();
        for (result, env) in given {
            if let Some(v) = result.and_then(|it| self.vm.settled(it)) {
                self.force_parts(v, look);
            }
            let n = if env == 0 { 0 } else { self.vm.heap.env_len(env) };
            for slot in 0..n {
                if self.is_over(look) {
                    look.is_cut_short = true;
                    return;
                }
                let v = self.vm.heap.env_get(env, slot);
                if v != Value::UNSET {
                    let _ = self.force_own(v, look);
                }
            }
        }
    }

    /// Forces a value if it is suspended, and the file suspended it. The value if it is there.
    fn force_own(&mut self, v: Value, look: &mut Look) -> Result<Option<Value>, Fault> {
        if let Some(v) = self.vm.settled(v) {
            return Ok(Some(v));
        }
        let may = laziness(&self.vm, v) == Laziness::Suspended
            && look.notes.as_mut().is_some_and(|it| it.may_force(&self.vm, v));
        if !may {
            return Ok(None);
        }
        look.n_parts += 1;
        self.force_part(v, look).map(Some)
    }

    fn force_part(&mut self, v: Value, look: &mut Look) -> Result<Value, Fault> {
        if let Some(v) = self.vm.settled(v) {
            return Ok(v);
        }
        self.vm.start_force(v);
        self.run_noting(look, look.limits.part_fuel)
    }

    fn is_over(&self, look: &Look) -> bool {
        look.n_parts > look.limits.parts || self.vm.count() >= look.end || self.pulse.is_interrupted()
    }

    /// Runs what was started to its end, and notices what bodies of the file do.
    fn run_noting(&mut self, look: &mut Look, fuel: u64) -> Result<Value, Fault> {
        let end = look.end.min(self.vm.count().saturating_add(fuel));
        loop {
            let why = match self.pulse.is_interrupted() {
                true => Some("interrupted by the user"),
                false => (self.vm.count() >= end).then_some("the limit of instructions is reached"),
            };
            if let Some(why) = why {
                look.is_cut_short = true;
                let place = self.vm.current_place();
                self.vm.abandon();
                return Err(Fault::new(FaultKind::Interrupted, why).at(place));
            }
            let mut stop = self.vm.run(SLICE.min(end - self.vm.count()));
            if matches!(stop, Stop::Break) {
                if let Some(notes) = &mut look.notes {
                    notes.note(&mut self.vm);
                }
                stop = self.vm.pass();
            }
            while let Stop::Ask(request) = stop {
                let answer = self.world.answer(&request);
                self.vm.answer(answer);
                stop = Stop::Fuel;
                if matches!(request, Request::ReadFile(_)) {
                    // The next step of the builtin that asked reads the text.
                    stop = self.vm.run(1);
                    look.meet(&mut self.vm);
                }
            }
            match stop {
                Stop::Done(v) => return Ok(v),
                Stop::Fault(fault) => return Err(fault),
                Stop::Failing(fault) => {
                    if let Some(fault) = self.vm.fail(fault) {
                        return Err(fault);
                    }
                }
                Stop::Fuel | Stop::Break | Stop::Point | Stop::Ask(_) => {}
            }
        }
    }
}

/// What is said of a way that does not lead to the file.
fn unreached() -> Fault {
    Fault::new(FaultKind::Eval, "the file is not reached")
}

impl Look {
    /// Looks at texts that the machine had read before, for those that lead to the file.
    fn meet_earlier(&mut self, vm: &crate::vm::Vm) {
        if self.through.is_empty() {
            return;
        }
        for (id, file) in (0..).map(FileId).zip(vm.sources.iter()) {
            let leads = |it: &str| self.through.contains(&CanonPath::new(it.as_bytes()));
            if file.written_in().is_some_and(leads) {
                self.leading.extend(vm.unit_of_file(id));
            }
        }
    }

    /// Looks at texts that were read since the last time.
    fn meet(&mut self, vm: &mut crate::vm::Vm) {
        for unit in self.n_units..vm.n_units() {
            let name = name_of(vm.sources.file(vm.unit(unit).module.file));
            let path = CanonPath::new(name.as_bytes());
            if path == self.path && self.notes.is_none() {
                self.notes = Some(Notes::new(vm, unit, self.limits));
            } else if self.through.contains(&path) {
                self.leading.insert(unit);
            }
        }
        self.n_units = vm.n_units();
    }

    fn is_reached(&self, vm: &crate::vm::Vm) -> bool {
        self.notes.as_ref().is_some_and(|it| it.is_reached(vm))
    }

    /// Whether a file that leads there wrote what a thunk suspends, or a builtin did.
    fn leads(&self, vm: &crate::vm::Vm, v: Value) -> bool {
        if v.tag() != Tag::Thunk {
            return false;
        }
        let body = vm.heap.thunk_code(v).0.0;
        let unit = vm.program.bodies.get(body as usize).map(|it| it.unit).filter(|it| *it != u32::MAX);
        unit.is_none_or(|it| self.leading.contains(&it))
    }
}
