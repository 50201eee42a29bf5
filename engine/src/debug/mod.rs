//! The debugger: where a program stops, why, and what can be seen of it there.
//!
//! ```text
//!            ┌───────────── run(goal) ──────────────┐
//!            ▼                                      │
//!   Stopped(reason) ──▶ look: frames, scopes, values, expressions on the side
//!            │                                      │
//!            └──── go_to(count): back in time ──────┘
//! ```
//!
//! A [`Debugger`] owns what is known of the program besides the machine itself; the machine, the outside and whoever
//! listens are lent to it as a [`Cx`] for each call. Looking forces, runs and changes nothing. What a step is, is said
//! in `docs/stepping.md`.

mod back;
mod breakpoint;
mod calls;
mod entry;
mod evaluate;
pub mod frames;
mod glob;
mod history;
pub mod hit;
mod landmarks;
pub mod location;
mod moments;
pub mod names;
pub mod paths;
pub mod pattern;
mod run;
pub mod scopes;
mod simple;
mod skip;
mod stepping;
mod stop;
mod timeline;
pub mod value;

pub use breakpoint::{Access, Breakpoint, BreakpointId, BreakpointState, Breakpoints, Rules, Target};
pub use calls::{Call, CallEnd, Whose};
pub use history::{Forced, ForcedFrame};
pub use landmarks::{Landmark, LandmarkKind};
pub use moments::HistoryLimits;
pub use run::Between;
pub use skip::Skips;
pub use stepping::{By, Goal, StepTarget, step_targets};
pub use stop::{FaultFilter, FaultStop, MessagePattern, Returned, StopReason, Stopped};
pub use timeline::{Found, History, Timeline};

use crate::emit::BodySource;
use crate::ir::{Expr, ExprId};
use crate::source::Span;
use crate::value::Value;
use crate::vm::{Budget, Fault, Frame, Pulse, Vm};
use crate::world::{NoteKind, World};

use breakpoint::Places;
use evaluate::{Evaluator, Place};
use location::{Location, Locations, PointRef, locate};
use names::{BodyName, Names};
use pattern::FunctionPattern;
use scopes::{Scope, Scopes};
use stop::Recent;

/// What a debugger is lent.
pub struct Cx<'a> {
    /// The machine.
    pub vm: &'a mut Vm,
    /// The outside.
    pub world: &'a mut dyn World,
    /// Who may want something in between.
    pub pulse: &'a Pulse,
    /// Who is told what happens.
    pub out: &'a mut dyn FnMut(Event),
}

impl std::fmt::Debug for Cx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cx").field("vm", &self.vm).finish_non_exhaustive()
    }
}

/// What happens while a program runs, besides stopping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The program or the evaluator said something.
    Note {
        /// What it is.
        kind: NoteKind,
        /// What was said.
        text: String,
        /// Whether an expression evaluated on the side said it, and not the program.
        is_aside: bool,
        /// Where it was said.
        at: Option<Location>,
    },
    /// A breakpoint that does not stop was met.
    Log {
        /// Which one.
        id: BreakpointId,
        /// What it says.
        text: String,
        /// Where.
        at: Option<Location>,
    },
    /// What a breakpoint means is known now.
    Breakpoint {
        /// The breakpoint as it is now.
        breakpoint: Box<Breakpoint>,
        /// Where it is.
        at: Option<Location>,
    },
    /// What is kept of the past takes more than it may: the oldest of it was forgotten for good.
    Forgot {
        /// From when on one can still go back.
        start: u64,
    },
    /// A text was read.
    Loaded {
        /// Which one.
        unit: u32,
        /// The path of the file, or the name of a text that is no file.
        name: String,
        /// Whether it is a file.
        is_file: bool,
    },
}

/// A debugger of one program.
#[derive(Debug, Default)]
pub struct Debugger {
    breakpoints: Breakpoints,
    locations: Locations,
    names: Names,
    scopes: Scopes,
    evaluator: Evaluator,
    timeline: Timeline,
    /// Which faults to stop for.
    pub fault_filters: Vec<FaultFilter>,
    /// Which notes to stop for.
    pub note_stops: Vec<NoteKind>,
    /// What is not stepped through.
    pub skips: Skips,
    stopped: Option<Stopped>,
    /// The fault the program is stopped for, as it will go on to unwind.
    held: Option<Fault>,
    recent: Recent,
    stops: landmarks::Stops,
    /// So many units were told of.
    n_units: u32,
    /// When somebody was last asked whether they want something.
    heard_at: u64,
}

impl Debugger {
    /// Where the program stands; none before it began.
    #[must_use]
    pub fn stopped(&self) -> Option<&Stopped> {
        self.stopped.as_ref()
    }

    /// All breakpoints.
    #[must_use]
    pub fn breakpoints(&self) -> &Breakpoints {
        &self.breakpoints
    }

    /// The bodies that ended last on the ways taken, the last one first.
    pub fn recent(&self) -> impl Iterator<Item = &Returned> {
        self.recent.iter()
    }

    /// The past.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Sets what may be kept of the past, from the next beginning on.
    pub fn limit_history(&mut self, limits: HistoryLimits) {
        self.timeline.set_limits(limits);
    }

    /// Sets how many instructions lie between the moments that are kept once somebody goes back: fewer make ways back
    /// shorter and take more memory. With more moments than [`HistoryLimits`] allow, they lie further apart.
    pub fn keep_moments_every(&mut self, n: u64) {
        self.timeline.keep_every(n);
    }

    /// Makes a breakpoint. What it means may be known at once, later, or never: see [`Breakpoint::state`].
    pub fn add_breakpoint(&mut self, vm: &mut Vm, target: Target, rules: Rules) -> BreakpointId {
        let mut places = Places { locations: &mut self.locations, names: &mut self.names };
        self.breakpoints.add(vm, &mut places, &self.evaluator, target, rules)
    }

    /// Says how often a breakpoint was met before.
    pub fn set_hits(&mut self, id: BreakpointId, n_hits: u64) {
        if let Some(breakpoint) = self.breakpoints.get_mut(id) {
            breakpoint.n_hits = n_hits;
        }
    }

    /// Takes a breakpoint away. Whether there was one.
    pub fn remove_breakpoint(&mut self, vm: &mut Vm, id: BreakpointId) -> bool {
        self.breakpoints.remove(vm, id)
    }

    /// The rules of a breakpoint, to be changed.
    pub fn rules_mut(&mut self, id: BreakpointId) -> Option<&mut Rules> {
        self.breakpoints.get_mut(id).map(|it| &mut it.rules)
    }

    /// The bodies that a pattern names in texts that were read.
    pub fn find(&mut self, vm: &Vm, pattern: &FunctionPattern) -> Vec<u32> {
        let units = (0..vm.n_units()).filter(|&it| !self.evaluator.is_own(it));
        let mut found = Vec::new();
        for unit in units {
            let first = vm.unit(unit).first_body;
            found.extend(pattern.find(&self.names.of(vm, unit)).into_iter().map(|it| first + it));
        }
        found
    }

    /// Looks at texts that were read since the last time: breakpoints may mean something in them.
    pub fn sync(&mut self, cx: &mut Cx<'_>) {
        if cx.vm.n_units() == self.n_units {
            return;
        }
        let mut places = Places { locations: &mut self.locations, names: &mut self.names };
        let changed = self.breakpoints.sync(cx.vm, &mut places, &self.evaluator);
        for unit in self.n_units..cx.vm.n_units() {
            if !self.evaluator.is_own(unit) {
                let file = cx.vm.sources.file(cx.vm.unit(unit).module.file);
                let is_file = matches!(file.origin, crate::source::Origin::File(_));
                let name = location::name_of(file);
                (cx.out)(Event::Loaded { unit, name, is_file });
            }
        }
        self.n_units = cx.vm.n_units();
        for id in changed {
            let Some(breakpoint) = self.breakpoints.get(id) else { continue };
            let at = breakpoint.span().and_then(|it| locate(cx.vm, it));
            (cx.out)(Event::Breakpoint { breakpoint: Box::new(breakpoint.clone()), at });
        }
    }

    /// The point that a line, or a place in it, means in a text that was read.
    pub fn point_at(&mut self, vm: &mut Vm, unit: u32, line: u32, column: Option<u32>) -> Option<PointRef> {
        breakpoint::place_in(vm, &mut self.locations, unit, line, column)
    }

    /// All points that begin in a range of a text that was read, one for each place.
    pub fn points_within(&mut self, vm: &mut Vm, unit: u32, range: Span) -> Vec<PointRef> {
        self.locations.within(vm, unit, range)
    }

    /// What code is called.
    pub fn name_of(&mut self, vm: &Vm, body: u32) -> BodyName {
        self.names.describe(vm, body)
    }

    /// Whether something was computed on the side since the program stopped, and can still be looked at.
    #[must_use]
    pub fn has_visitors(&self) -> bool {
        self.evaluator.is_visited()
    }

    /// Whether a unit is an expression that somebody evaluated, rather than a part of the program.
    #[must_use]
    pub fn is_own(&self, unit: u32) -> bool {
        self.evaluator.is_own(unit)
    }

    /// The expression that a frame computes: the innermost is at a step point or has just failed, the others wait for
    /// the frame above.
    #[must_use]
    pub fn expr_of(&self, vm: &Vm, index: usize) -> Option<ExprId> {
        let frame = vm.frames().get(index)?;
        if !frame.is_code() || vm.unit_of(frame.code).is_none() {
            return None;
        }
        let is_top = index + 1 == vm.frames().len();
        let is_failing = matches!(self.stopped.as_ref().map(|it| &it.reason), Some(StopReason::Fault(_)));
        let is_ahead = is_top && !is_failing;
        let at = if is_ahead { frame.pc } else { frame.pc.saturating_sub(1) };
        if let Some(function) = takes_argument(vm, frame.code, at) {
            return Some(function);
        }
        if let Some(point) = vm.program.points_at(at).first().filter(|_| is_ahead) {
            return Some(ExprId(point.expr));
        }
        vm.program.exprs.get(at as usize).map(|&it| ExprId(it))
    }

    /// The span of what a frame computes.
    #[must_use]
    pub fn span_of(&self, vm: &Vm, index: usize) -> Option<Span> {
        let expr = self.expr_of(vm, index)?;
        let unit = vm.unit_of(vm.frames()[index].code)?;
        unit.module.spans.get(expr.0 as usize).copied()
    }

    /// Where the names in a frame come from.
    pub fn scopes_of(&mut self, vm: &Vm, index: usize) -> Vec<Scope> {
        let Some(expr) = self.expr_of(vm, index) else { return Vec::new() };
        let frame: Frame = vm.frames()[index];
        self.scopes.of_frame(vm, &frame, expr)
    }

    fn place(&self, vm: &Vm, index: Option<usize>) -> Place {
        let found = index.and_then(|index| Some((self.expr_of(vm, index)?, *vm.frames().get(index)?)));
        match found {
            Some((expr, frame)) => Place { frame: Some(frame), expr },
            None => Place { frame: None, expr: ExprId(0) },
        }
    }

    /// Evaluates an expression in the scope of a frame, or outside of all frames, on the side: the program does not
    /// notice. The value can be looked at until the program goes on.
    ///
    /// # Errors
    /// If it is not Nix, fails, takes too long, or is cancelled.
    pub fn evaluate(
        &mut self,
        cx: &mut Cx<'_>,
        frame: Option<usize>,
        text: &str,
        budget: Budget,
    ) -> Result<Value, Fault> {
        let place = self.place(cx.vm, frame);
        let result = self.evaluator.evaluate(cx, &mut self.scopes, place, text, budget);
        self.sync(cx);
        result
    }

    /// Forces a value on the side: what it would be. Everything stays as it is, and the value can be looked at until the
    /// program goes on.
    ///
    /// # Errors
    /// If the computation fails, takes too long, or is cancelled.
    pub fn preview(&mut self, cx: &mut Cx<'_>, v: Value, budget: Budget) -> Result<Value, Fault> {
        let result = self.evaluator.preview(cx, v, budget);
        self.sync(cx);
        result
    }

    /// The breakpoints that want to stop at an instruction.
    #[must_use]
    pub fn breakpoints_at(&self, pc: u32) -> Vec<BreakpointId> {
        self.breakpoints.at(pc).to_vec()
    }
}

/// The function that a body is, if what is before an instruction only takes its argument apart: that belongs to no
/// expression inside, and none of the names in it is there yet.
fn takes_argument(vm: &Vm, body: u32, pc: u32) -> Option<ExprId> {
    let first = vm.program.points_of(body).first().filter(|it| pc < it.pc)?;
    let unit = vm.unit_of(body)?;
    let index = vm.program.bodies[body as usize].index;
    let BodySource::Lambda(id) = unit.analysis.bodies[index as usize].source else { return None };
    let is_it = |it: &Expr| matches!(it, Expr::Lambda(found) if *found == id);
    // A function comes after what it consists of.
    let inside = first.expr as usize;
    let found = unit.module.exprs.get(inside..)?.iter().position(is_it)?;
    Some(ExprId((inside + found) as u32))
}
