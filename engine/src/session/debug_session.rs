//! A program that is debugged: the one door for whoever shows it to a person.
//!
//! ```text
//!   new ──▶ launch ──▶ begin ──▶ Stopped ──▶ look, evaluate, go back
//!                                  ▲  │
//!                                  └──┴── resume(goal)
//! ```
//!
//! A [`DebugSession`] runs on the thread that calls it. [`Pulse`] is what other threads have of it: to pause it, to end
//! it, to cancel what it evaluates on the side.
//!
//! ```
//! use nixscope_engine::debug::{By, Goal, StopReason};
//! use nixscope_engine::session::{DebugSession, Launch};
//! use nixscope_engine::vm::{Budget, Limits, Settings};
//! use nixscope_engine::world::Memory;
//!
//! let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
//! let mut session = DebugSession::new(Settings::default(), limits, Memory::default());
//! session.launch(&Launch::text("let double = x: x * 2; in double 21"))?;
//! let stopped = session.begin(true);
//! assert!(matches!(stopped.reason, StopReason::Entry));
//! session.resume(Goal::Into(By::Expression));
//! let frame = session.frames(0, 1).remove(0);
//! assert_eq!(frame.name, "double");
//! let twice = session.evaluate(Some(frame.index), "x + x", Budget::default())?;
//! assert_eq!(session.show(twice).text, "42");
//! let stopped = session.resume(Goal::Continue);
//! assert!(matches!(stopped.reason, StopReason::Finished(_)));
//! # Ok::<(), nixscope_engine::vm::Fault>(())
//! ```

use std::sync::Arc;

use crate::builtins;
use crate::debug::frames::{BuiltinArg, FrameView};
use crate::debug::location::{Location, PointRef, locate};
use crate::debug::scopes::Scope;
use crate::debug::value::{self, Shown};
use crate::debug::{
    Breakpoint, BreakpointId, Call, Cx, Debugger, Event, Forced, Goal, Landmark, Rules, StepTarget, StopReason,
    Stopped, Target, Whose,
};
use crate::heap::BodyId;
use crate::source::{Origin, Pos, Span};
use crate::value::Value;
use crate::vm::{AtEnd, Budget, Fault, Limits, Pulse, Settings, Vm};
use crate::world::{CanonPath, World};

use super::Session;

/// What is debugged.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program.
    pub program: ProgramText,
    /// The attribute path of what is wanted of its value; empty for all.
    pub attr: String,
    /// What functions on the way are called with, by name.
    pub args: Vec<(String, Argument)>,
    /// Whether everything in the value is wanted, rather than its outermost constructor.
    pub is_deep: bool,
}

/// Where a program comes from.
#[derive(Clone, Debug)]
pub enum ProgramText {
    /// A file, or a folder with a `default.nix`.
    File(CanonPath),
    /// An expression, and the folder its relative paths begin in.
    Text {
        /// The expression.
        text: String,
        /// The folder.
        folder: String,
        /// Whether it came from standard input.
        is_stdin: bool,
    },
    /// A value that the machine has already, such as that of an image, and the folder that relative paths in arguments
    /// begin in.
    Value {
        /// The value.
        value: Value,
        /// The folder.
        folder: String,
    },
}

/// An argument for a function on the way.
#[derive(Clone, Debug)]
pub enum Argument {
    /// An expression.
    Expr(String),
    /// A string.
    Str(String),
}

impl Launch {
    /// An expression, evaluated to its end.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let program = ProgramText::Text { text: text.to_owned(), folder: "/".to_owned(), is_stdin: false };
        Self { program, attr: String::new(), args: Vec::new(), is_deep: true }
    }

    /// A file, evaluated to its end.
    #[must_use]
    pub fn file(path: CanonPath) -> Self {
        Self { program: ProgramText::File(path), attr: String::new(), args: Vec::new(), is_deep: true }
    }
}

/// A program that is debugged.
pub struct DebugSession<W> {
    session: Session<W>,
    /// Breakpoints, filters, and what is not stepped through.
    pub debugger: Debugger,
    out: Box<dyn FnMut(Event) + Send>,
}

impl<W> std::fmt::Debug for DebugSession<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DebugSession").field("debugger", &self.debugger).finish_non_exhaustive()
    }
}

impl<W: World> DebugSession<W> {
    /// A session without a program. Every name in scope will be there in every frame.
    #[must_use]
    pub fn new(settings: Settings, limits: Limits, world: W) -> Self {
        let settings = Settings { keeps_names: true, ..settings };
        Self::over(Session::new(builtins::machine_in(settings, limits), world))
    }

    /// The same over a session that somebody made. Frames tell all names in scope only if its machine keeps them, see
    /// [`Settings::keeps_names`].
    #[must_use]
    pub fn over(session: Session<W>) -> Self {
        Self { session, debugger: Debugger::default(), out: Box::new(|_| {}) }
    }

    /// Who is told what happens besides stopping.
    pub fn listen(&mut self, out: impl FnMut(Event) + Send + 'static) {
        self.out = Box::new(out);
    }

    /// The machine, to be looked at.
    #[must_use]
    pub fn vm(&self) -> &Vm {
        &self.session.vm
    }

    /// The session below: whoever starts something on it instead of calling [`DebugSession::launch`] debugs that.
    pub fn session(&mut self) -> &mut Session<W> {
        &mut self.session
    }

    /// What other threads have of it.
    #[must_use]
    pub fn pulse(&self) -> Arc<Pulse> {
        self.session.pulse()
    }

    /// Lends everything to something.
    pub fn with<R>(&mut self, f: impl FnOnce(&mut Debugger, &mut Cx<'_>) -> R) -> R {
        let Session { vm, world, pulse, .. } = &mut self.session;
        let mut cx = Cx { vm, world, pulse, out: &mut *self.out };
        f(&mut self.debugger, &mut cx)
    }

    /// Reads a program and starts it, without running anything yet.
    ///
    /// # Errors
    /// If it cannot be read, or is not Nix.
    pub fn launch(&mut self, launch: &Launch) -> Result<(), Fault> {
        let program = match &launch.program {
            ProgramText::File(path) => {
                let body = self.session.read_file(path)?;
                self.session.vm.heap.thunk(BodyId(body), 0)
            }
            ProgramText::Text { text, folder, is_stdin } => {
                let origin = if *is_stdin { Origin::Stdin } else { Origin::String };
                let body = self.session.vm.read(origin, text.as_bytes().into(), folder, &[])?;
                self.session.vm.heap.thunk(BodyId(body), 0)
            }
            ProgramText::Value { value, .. } => *value,
        };
        let folder = match &launch.program {
            ProgramText::File(path) => path.parent().unwrap_or_else(CanonPath::root).to_text().into_owned(),
            ProgramText::Text { folder, .. } | ProgramText::Value { folder, .. } => folder.clone(),
        };
        let vm = &mut self.session.vm;
        let mut args = Vec::new();
        for (name, argument) in &launch.args {
            let value = match argument {
                Argument::Expr(text) => {
                    let body = vm.read(Origin::String, text.as_bytes().into(), &folder, &[])?;
                    vm.heap.thunk(BodyId(body), 0)
                }
                Argument::Str(text) => vm.heap.plain_string(text.as_bytes()),
            };
            args.push((vm.heap.intern(name.as_bytes()), Pos::NONE, value));
        }
        args.sort_by_key(|it| it.0);
        args.dedup_by_key(|it| it.0);
        let calls = !args.is_empty();
        let args = vm.heap.attrs_from(args);
        vm.start_choose(program, &launch.attr, args, AtEnd { calls, is_deep: launch.is_deep })?;
        self.with(|debugger, cx| debugger.sync(cx));
        Ok(())
    }

    /// Begins to run what was started: to its first step point, or to the first reason to stop.
    pub fn begin(&mut self, stop_on_entry: bool) -> Stopped {
        self.with(|debugger, cx| debugger.begin(cx, stop_on_entry, &mut |_, _| {}))
    }

    /// Goes on until something stops the program.
    pub fn resume(&mut self, goal: Goal) -> Stopped {
        self.with(|debugger, cx| debugger.run(cx, goal, &mut |_, _| {}))
    }

    /// Goes back by a step.
    pub fn step_back(&mut self, goal: Goal) -> Stopped {
        self.with(|debugger, cx| debugger.step_back(cx, goal))
    }

    /// Goes back to the last reason to stop.
    pub fn reverse_continue(&mut self) -> Stopped {
        self.with(Debugger::reverse_continue)
    }

    /// Goes back to where a frame began. `None` if that cannot be told.
    pub fn restart_frame(&mut self, index: usize) -> Option<Stopped> {
        self.with(|debugger, cx| debugger.restart_frame(cx, index))
    }

    /// Goes to a moment.
    pub fn go_to(&mut self, count: u64) -> Stopped {
        self.with(|debugger, cx| debugger.go_to(cx, count))
    }

    /// Where the program stands; none before it began.
    #[must_use]
    pub fn stopped(&self) -> Option<&Stopped> {
        self.debugger.stopped()
    }

    /// Makes a breakpoint.
    pub fn add_breakpoint(&mut self, target: Target, rules: Rules) -> BreakpointId {
        self.debugger.add_breakpoint(&mut self.session.vm, target, rules)
    }

    /// Takes a breakpoint away. Whether there was one.
    pub fn remove_breakpoint(&mut self, id: BreakpointId) -> bool {
        self.debugger.remove_breakpoint(&mut self.session.vm, id)
    }

    /// A breakpoint, and where it is.
    #[must_use]
    pub fn breakpoint(&self, id: BreakpointId) -> Option<(&Breakpoint, Option<Location>)> {
        let breakpoint = self.debugger.breakpoints().get(id)?;
        Some((breakpoint, breakpoint.span().and_then(|it| self.locate(it))))
    }

    /// Frames, the innermost first: `count` of them, after the first `start`.
    pub fn frames(&mut self, start: usize, count: usize) -> Vec<FrameView> {
        self.debugger.frames(&self.session.vm, start, count)
    }

    /// Where the names in a frame come from, the innermost first.
    pub fn scopes(&mut self, index: usize) -> Vec<Scope> {
        self.debugger.scopes_of(&self.session.vm, index)
    }

    /// The arguments of the builtin in a frame; none for code.
    #[must_use]
    pub fn builtin_args(&self, index: usize) -> Vec<BuiltinArg> {
        self.debugger.builtin_args(&self.session.vm, index)
    }

    /// Evaluates an expression in a frame, or outside of all, on the side.
    ///
    /// # Errors
    /// If it is not Nix, fails, takes too long, or is cancelled.
    pub fn evaluate(&mut self, frame: Option<usize>, text: &str, budget: Budget) -> Result<Value, Fault> {
        self.with(|debugger, cx| debugger.evaluate(cx, frame, text, budget))
    }

    /// What a value would be, computed on the side.
    ///
    /// # Errors
    /// If the computation fails, takes too long, or is cancelled.
    pub fn preview(&mut self, v: Value, budget: Budget) -> Result<Value, Fault> {
        self.with(|debugger, cx| debugger.preview(cx, v, budget))
    }

    /// Forces a value for good: the program will find it computed. There is no way back beyond this.
    ///
    /// # Errors
    /// If the computation fails, or is cancelled.
    pub fn force(&mut self, v: Value) -> Result<Value, Fault> {
        self.with(|debugger, cx| debugger.force(cx, v))
    }

    /// When a thunk was forced, and by whom, found by going back and coming here again. `None` if nobody needed it yet.
    pub fn forced_at(&mut self, thunk: Value) -> Option<Forced> {
        self.with(|debugger, cx| debugger.forced_at(cx, thunk))
    }

    /// Every run of some code so far, with what it was given and what it gave; at most `max`. `None` if there is no such
    /// code.
    pub fn calls(&mut self, whose: &Whose, max: usize) -> Option<Vec<Call>> {
        self.with(|debugger, cx| debugger.calls(cx, whose, max))
    }

    /// The moments that a person may want to go to: the beginning, what was said, and where the program was stopped.
    #[must_use]
    pub fn landmarks(&self) -> Vec<Landmark> {
        self.debugger.landmarks(&self.session.vm)
    }

    /// What code is called.
    pub fn name_of(&mut self, body: u32) -> String {
        self.debugger.name_of(&self.session.vm, body).text
    }

    /// All builtins, as a set.
    #[must_use]
    pub fn builtins(&self) -> Value {
        self.session.vm.global("builtins").unwrap_or(Value::EMPTY_ATTRS)
    }

    /// A value on one line.
    #[must_use]
    pub fn show(&self, v: Value) -> Shown {
        value::show(&self.session.vm, v, value::Budget { width: 100, depth: 3, items: 10 })
    }

    /// Where a span is.
    #[must_use]
    pub fn locate(&self, span: Span) -> Option<Location> {
        locate(&self.session.vm, span)
    }

    /// The calls that can be stepped into from here.
    #[must_use]
    pub fn step_targets(&self) -> Vec<StepTarget> {
        let vm = &self.session.vm;
        let here = vm.frames().len().checked_sub(1).and_then(|index| self.debugger.span_of(vm, index));
        here.map_or_else(Vec::new, |here| crate::debug::step_targets(vm, here))
    }

    /// The unit whose text goes by a name: the path of a file, or a name in guillemets.
    #[must_use]
    pub fn unit_named(&self, name: &str) -> Option<u32> {
        let vm = &self.session.vm;
        let is_named = |unit: &u32| {
            !self.debugger.is_own(*unit)
                && crate::debug::location::name_of(vm.sources.file(vm.unit(*unit).module.file)) == name
        };
        (0..vm.n_units()).find(is_named)
    }

    /// The step point that a line, or a place in it, means in a text that was read. Lines and bytes count from 0.
    pub fn point_at(&mut self, unit: u32, line: u32, byte: Option<u32>) -> Option<PointRef> {
        self.debugger.point_at(&mut self.session.vm, unit, line, byte)
    }

    /// All step points that begin in a range of a text that was read, one for each place.
    pub fn points_within(&mut self, unit: u32, range: Span) -> Vec<PointRef> {
        self.debugger.points_within(&mut self.session.vm, unit, range)
    }

    /// What the program gave or failed with, if it is over.
    #[must_use]
    pub fn outcome(&self) -> Option<Result<Value, &Fault>> {
        match &self.debugger.stopped()?.reason {
            StopReason::Finished(v) => Some(Ok(*v)),
            StopReason::Failed(fault) => Some(Err(fault)),
            _ => None,
        }
    }
}
