//! What the adapter's thread and the program's thread have in common, and what the latter tells the client: that the
//! program stands still, is over, or said something.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nixscope_engine::console::{Console, forgot};
use nixscope_engine::debug::location::Location;
use nixscope_engine::debug::{self, StopReason as Reason};
use nixscope_engine::print;
use nixscope_engine::session::report::{self, Detail, Style};
use nixscope_engine::value::Value;
use nixscope_engine::vm::{Fault, FaultKind, Pulse};
use nixscope_engine::world::NoteKind;

use crate::breakpoints::Table;
use crate::convert::Client;
use crate::handles::Handles;
use crate::launch::{AtEnd, Session};
use crate::outbox::Outbox;
use crate::types::{
    Breakpoint, BreakpointEvent, BreakpointEventReason, Event, Invalidated, InvalidatedAreas, LoadedSourceEvent,
    LoadedSourceEventReason, Module, ModuleEvent, ModuleEventReason, ModuleId, Output, OutputEventCategory, StopReason,
    Stopped,
};

/// The one thread there is.
pub(crate) const THREAD: i64 = 1;

/// How many messages may wait for a client before the program waits, too.
const BACKLOG: usize = 4096;

/// What the names of texts begin with that come with the evaluator.
const INTERNAL: &str = "«nix-internal»";

/// What both threads have in common.
pub(crate) struct Shared {
    pub(crate) outbox: Outbox,
    pub(crate) client: Client,
    pub(crate) table: Arc<Mutex<Table>>,
    /// The debugger's commands, for the debug console.
    pub(crate) console: Mutex<Console>,
    handles: Mutex<Handles>,
    /// Whether the program runs or was told to; what needs it to stand still is refused then.
    is_running: AtomicBool,
    /// Whether the client was told that the program is over.
    is_over: AtomicBool,
    pub(crate) pulse: Arc<Pulse>,
    pub(crate) options: Options,
    /// Who lent the program, if it was not launched for the client.
    pub(crate) owner: Option<Owner>,
    /// Whether the client has left the program to its owner.
    is_let_go: AtomicBool,
    /// What long work the client sees the progress of; 0 for none.
    pub(crate) progress: AtomicI64,
}

/// Who lent a program.
pub(crate) struct Owner {
    pub(crate) say: Box<dyn Fn(&debug::Event) + Send + Sync>,
    pub(crate) end: Mutex<Option<AtEnd>>,
}

/// What of the launch arguments matters later.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    pub(crate) stop_on_entry: bool,
    pub(crate) stop_at_end: bool,
    pub(crate) no_debug: bool,
    pub(crate) is_deep: bool,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(
        outbox: Outbox,
        client: Client,
        table: Arc<Mutex<Table>>,
        pulse: Arc<Pulse>,
        options: Options,
        folder: &str,
        owner: Option<Owner>,
    ) -> Self {
        Self {
            outbox,
            client,
            table,
            console: Mutex::new(Console::new(folder)),
            handles: Mutex::default(),
            is_running: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            pulse,
            options,
            owner,
            is_let_go: AtomicBool::new(false),
            progress: AtomicI64::new(0),
        }
    }

    pub(crate) fn handles(&self) -> MutexGuard<'_, Handles> {
        lock(&self.handles)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.is_running.load(Ordering::Acquire)
    }

    /// Takes the right to run the program; false if it runs already.
    pub(crate) fn set_off(&self) -> bool {
        !self.is_running.swap(true, Ordering::AcqRel)
    }

    /// Gives the right back without having run.
    pub(crate) fn stay(&self) {
        self.is_running.store(false, Ordering::Release);
    }

    /// Whether the client was told that the program is over.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// The program stands still, or is over.
    pub(crate) fn arrived(&self, session: &mut Session, mut stopped: debug::Stopped) {
        if self.is_over() {
            return;
        }
        while (self.options.no_debug || self.is_let_go()) && !stopped.reason.is_end() {
            stopped = session.resume(debug::Goal::Continue);
        }
        for remark in &stopped.remarks {
            self.say(OutputEventCategory::Important, format!("{remark}\n"), None);
        }
        let is_interrupted =
            matches!(&stopped.reason, Reason::Failed(fault) if fault.data().kind == FaultKind::Interrupted);
        let stays =
            self.options.stop_at_end && !self.is_let_go() && !is_interrupted && !lock(&self.handles).is_at_end();
        if stopped.reason.is_end() && !stays {
            return self.ended(session, &stopped.reason);
        }
        let mut handles = self.handles();
        handles.stopped(session.vm().frames().len());
        handles.set_at_end(stopped.reason.is_end());
        drop(handles);
        let event = self.stop_event(&stopped);
        self.is_running.store(false, Ordering::Release);
        self.outbox.event(Event::Stopped(event));
    }

    fn stop_event(&self, stopped: &debug::Stopped) -> Stopped {
        let mut event = Stopped::new(StopReason::Step, THREAD);
        match &stopped.reason {
            Reason::Entry => event.reason = StopReason::Entry,
            Reason::Step => {}
            Reason::Goto => event.reason = StopReason::Goto,
            Reason::Pause => event.reason = StopReason::Pause,
            Reason::Breakpoint(met) => {
                let (ids, reason) = lock(&self.table).hit(met);
                event.reason = reason;
                event.hit_breakpoint_ids = Some(ids);
            }
            Reason::BreakCall => {
                event.reason = StopReason::Breakpoint;
                event.description = Some("Paused at builtins.break".to_owned());
            }
            Reason::Fault(stop) => {
                event.reason = StopReason::Exception;
                event.description = Some(fault_name(stop.fault.data().kind).1.to_owned());
                event.text = Some(stop.fault.data().message.clone());
            }
            Reason::Note(kind, text) => {
                event.reason = StopReason::Exception;
                event.description = Some(note_name(*kind).to_owned());
                event.text = Some(text.clone());
            }
            Reason::Finished(_) => {
                event.reason = StopReason::Pause;
                event.description = Some("The program has its value".to_owned());
            }
            Reason::Failed(fault) => {
                event.reason = StopReason::Exception;
                event.description = Some("The program failed".to_owned());
                event.text = Some(fault.data().message.clone());
            }
        }
        event
    }

    /// The program is over: what came of it is told, once.
    fn ended(&self, session: &mut Session, reason: &Reason) {
        if self.is_over.swap(true, Ordering::AcqRel) {
            return;
        }
        let exit_code = match reason {
            Reason::Failed(fault) => {
                self.say(OutputEventCategory::Stderr, fault_text(session, fault), None);
                1
            }
            Reason::Finished(v) => {
                self.say(OutputEventCategory::Stdout, self.result_text(session, *v), None);
                0
            }
            _ => 0,
        };
        self.handles().forget();
        self.outbox.event(Event::Exited { exit_code });
        self.outbox.event(Event::Terminated { restart: None });
        let Some(owner) = &self.owner else { return };
        let outcome = match reason {
            Reason::Finished(v) => Some(Ok(*v)),
            Reason::Failed(fault) => Some(Err(&**fault)),
            _ => None,
        };
        if let (Some(outcome), Some(end)) = (outcome, lock(&owner.end).take()) {
            end(session, outcome);
        }
        self.outbox.end();
    }

    /// There will be no program: its owner is told.
    pub(crate) fn failed_to_load(&self, session: &mut Session, fault: &Fault) {
        self.is_over.store(true, Ordering::Release);
        if let Some(end) = self.owner.as_ref().and_then(|it| lock(&it.end).take()) {
            end(session, Err(fault));
        }
    }

    /// Leaves the program to its owner: nothing stops it any more, and its end is not told here.
    pub(crate) fn let_go(&self) {
        self.is_let_go.store(true, Ordering::Release);
    }

    fn is_let_go(&self) -> bool {
        self.is_let_go.load(Ordering::Acquire)
    }

    fn result_text(&self, session: &Session, v: Value) -> String {
        let text = print::ambiguous(session.vm().print_cx(), v, self.options.is_deep);
        format!("{}\n", String::from_utf8_lossy(&text))
    }

    /// The program ends before its end, as somebody wants it.
    pub(crate) fn quit(&self) {
        if self.give_up() {
            self.outbox.event(Event::Exited { exit_code: 1 });
            self.outbox.event(Event::Terminated { restart: None });
        }
    }

    /// The program is given up: nothing will be told of it any more.
    pub(crate) fn give_up(&self) -> bool {
        self.pulse.interrupt();
        self.pulse.cancel();
        !self.is_over.swap(true, Ordering::AcqRel)
    }

    /// Text for the console.
    pub(crate) fn say(&self, category: OutputEventCategory, output: String, at: Option<&Location>) {
        let range = at.map(|it| self.client.range(it));
        self.outbox.event(Event::Output(Output {
            category: Some(category),
            output,
            source: at.map(|it| self.client.source(it)),
            line: range.map(|it| it.line),
            column: range.map(|it| it.column),
            ..Output::default()
        }));
    }

    /// What a client has seen may look different now.
    pub(crate) fn invalidate(&self, areas: InvalidatedAreas) {
        if self.client.has_invalidated {
            self.outbox.event(Event::Invalidated(Invalidated { areas: Some(vec![areas]), ..Invalidated::default() }));
        }
    }

    /// Tells of what happens besides stopping. Waits for a client that does not keep up.
    pub(crate) fn tell(&self, event: debug::Event) {
        if let Some(owner) = &self.owner {
            (owner.say)(&event);
        }
        if self.is_let_go() {
            return;
        }
        while self.outbox.backlog() > BACKLOG && !self.is_let_go() && !self.pulse.is_interrupted() {
            thread::sleep(Duration::from_millis(1));
        }
        match event {
            debug::Event::Note { kind, text, is_aside, at } => {
                let text = format!("{}{text}\n", kind.prefix());
                let category = if is_aside { OutputEventCategory::Console } else { OutputEventCategory::Stderr };
                self.say(category, text, at.as_ref());
            }
            debug::Event::Log { text, at, .. } => {
                self.say(OutputEventCategory::Console, format!("{text}\n"), at.as_ref());
            }
            debug::Event::Forgot { start } => {
                self.say(OutputEventCategory::Important, format!("{}\n", forgot(start)), None);
            }
            debug::Event::Breakpoint { breakpoint, at } => {
                let report = lock(&self.table).report(&breakpoint, at.as_ref(), &self.client);
                self.tell_breakpoint(report);
            }
            debug::Event::Loaded { unit, name, is_file } => {
                let source = self.client.source_of(&name, is_file, Some(unit));
                let reason = LoadedSourceEventReason::New;
                self.outbox.event(Event::LoadedSource(LoadedSourceEvent { reason, source }));
                let module = self.module(unit, &name, is_file);
                self.outbox.event(Event::Module(ModuleEvent { reason: ModuleEventReason::New, module }));
            }
        }
    }

    /// Tells of all breakpoints that are not what the client was told last.
    pub(crate) fn tell_breakpoints(&self, session: &Session) {
        let changed = lock(&self.table).changed(&session.debugger, session.vm(), &self.client);
        for breakpoint in changed {
            self.tell_breakpoint(Some(breakpoint));
        }
    }

    fn tell_breakpoint(&self, breakpoint: Option<Breakpoint>) {
        if let Some(breakpoint) = breakpoint {
            let reason = BreakpointEventReason::Changed;
            self.outbox.event(Event::Breakpoint(BreakpointEvent { reason, breakpoint }));
        }
    }

    /// A text as a module.
    pub(crate) fn module(&self, unit: u32, name: &str, is_file: bool) -> Module {
        let source = self.client.source_of(name, is_file, Some(unit));
        Module {
            id: ModuleId::Number(i64::from(unit)),
            name: source.name.unwrap_or_default(),
            path: source.path,
            is_optimized: None,
            is_user_code: Some(is_file || !name.starts_with(INTERNAL)),
            version: None,
            symbol_status: None,
            symbol_file_path: None,
            date_time_stamp: None,
            address_range: None,
        }
    }
}

/// A fault with its trace, as the command line prints it.
pub(crate) fn fault_text(session: &Session, fault: &Fault) -> String {
    let diagnostic = report::diagnose(fault, &session.vm().sources, Detail::Full);
    String::from_utf8_lossy(&report::text(&diagnostic, Style::Plain)).into_owned()
}

/// A kind of fault as it is called in messages and to people.
pub(crate) fn fault_name(kind: FaultKind) -> (&'static str, &'static str) {
    match kind {
        FaultKind::Throw => ("throw", "builtins.throw"),
        FaultKind::Abort => ("abort", "builtins.abort"),
        FaultKind::Assertion => ("assertion", "A false assertion"),
        FaultKind::Type => ("type", "A value of the wrong type"),
        FaultKind::MissingAttribute => ("missingAttribute", "A missing attribute"),
        FaultKind::UndefinedVariable => ("undefinedVariable", "An undefined variable"),
        FaultKind::InfiniteRecursion => ("infiniteRecursion", "Infinite recursion"),
        FaultKind::StackOverflow => ("stackOverflow", "Too many calls"),
        FaultKind::OutOfMemory => ("outOfMemory", "Too much memory"),
        FaultKind::Syntax => ("syntax", "A text that is not Nix"),
        FaultKind::Outside => ("outside", "Something outside"),
        FaultKind::Interrupted => ("interrupted", "An interruption"),
        FaultKind::Eval => ("evaluation", "A failed evaluation"),
    }
}

/// A kind of note to people.
pub(crate) fn note_name(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::Trace => "builtins.trace",
        NoteKind::EvaluationWarning => "builtins.warn",
        NoteKind::Warning => "A warning",
    }
}
