//! The debug adapter of one client: who may ask what when, and who answers.
//!
//! ```text
//!            initialize            launch                   configurationDone
//!   nobody ─────────────▶ asked ───────────▶ program loads ───────────────────▶ runs ⇄ stands still
//!                           ▲                     │                               │
//!                           └──── it could not ───┘◀──────── restart ─────────────┤
//!                                                                                 ▼
//!                                                           terminate, its end: over
//! ```
//!
//! Breakpoints may be set from `initialize` on. `initialized` is sent once the program is loaded, so that breakpoints in
//! it are known to be right at once. Requests that need the program to stand still are refused while it runs, rather
//! than kept for later. The adapter's own thread only hands out work: looking, evaluating and running happen on the
//! program's thread, in the order in which they were asked for.

use std::sync::{Arc, Mutex};

use nixscope_engine::debug::{Cx, Debugger, Goal};
use nixscope_engine::session::{Run, Worker};
use serde::Serialize;
use serde_json::Value;

use crate::breakpoints::Table;
use crate::convert::Client;
use crate::launch::{Make, Outside, Session, Waiting};
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::{Cancel, Outbox, Ticket};
use crate::server::{Adapter, Inbox};
use crate::shared::{Shared, THREAD};

/// Answers the requests of one client about Nix programs.
pub struct NixAdapter {
    pub(crate) outbox: Outbox,
    pub(crate) inbox: Inbox<Note>,
    pub(crate) make: Make,
    pub(crate) client: Option<Client>,
    pub(crate) table: Arc<Mutex<Table>>,
    pub(crate) program: Option<Program>,
    /// How many programs there were.
    pub(crate) n_programs: u64,
    /// The newest arguments of `launch`, as they were sent.
    pub(crate) launched: Option<Value>,
    /// A program that waits for somebody to attach, until one does.
    pub(crate) waiting: Option<Arc<Mutex<Option<Waiting>>>>,
    /// Whether the client has said that it has set its breakpoints.
    pub(crate) is_configured: bool,
    /// Whether the client was told that it may set them.
    pub(crate) is_ready_told: bool,
}

impl std::fmt::Debug for NixAdapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NixAdapter").field("n_programs", &self.n_programs).finish_non_exhaustive()
    }
}

/// A program that is debugged.
pub(crate) struct Program {
    pub(crate) worker: Worker<Outside>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) state: State,
    /// Whether it is to begin as soon as it is loaded, whatever the client has said: after `restart`.
    pub(crate) begins_at_once: bool,
}

/// How far a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is being read.
    Loading,
    /// It could begin.
    Loaded,
    /// It has begun; whether it runs, stands still or is over is known to [`Shared`].
    Begun,
}

/// What the program's thread tells the adapter's.
#[derive(Debug)]
pub enum Note {
    /// A program was loaded, or could not be.
    Loaded {
        /// Which program.
        number: u64,
        /// Who asked, and why not, if it could not be.
        failed: Option<(Ticket, Failure)>,
    },
    /// What is to be run to is there.
    Checked {
        /// In which program.
        number: u64,
        /// What is run to.
        goal: Goal,
        /// Who asked.
        ticket: Ticket,
    },
    /// A command in the console is about to run the program.
    Moving {
        /// Which program.
        number: u64,
        /// What is run to.
        goal: Goal,
    },
}

/// What a job that looks at a program that stands still is lent.
pub(crate) struct Look<'a> {
    pub(crate) session: &'a mut Session,
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) cancel: &'a Cancel,
    /// The number of the request.
    pub(crate) seq: i64,
}

impl Program {
    /// Answers, and lets the program run to a goal. The right to has been taken.
    fn run(&self, ticket: Ticket, goal: Goal, body: impl Serialize) {
        ticket.ok(body);
        let (before, after) = (Arc::clone(&self.shared), Arc::clone(&self.shared));
        self.worker.when_idle(move |_| before.handles().forget());
        self.worker.run(Run::Resume(goal), move |session, stopped| after.arrived(session, stopped));
    }
}

impl NixAdapter {
    /// An adapter for a client that has said nothing yet. `make` makes sessions of launch arguments.
    #[must_use]
    pub fn new(outbox: Outbox, inbox: Inbox<Note>, make: Make) -> Self {
        Self {
            outbox,
            inbox,
            make,
            client: None,
            table: Arc::default(),
            program: None,
            n_programs: 0,
            launched: None,
            waiting: None,
            is_configured: false,
            is_ready_told: false,
        }
    }

    /// The same, for a client that can only attach to a program of this process. Who comes first takes it.
    #[must_use]
    pub fn waiting(outbox: Outbox, inbox: Inbox<Note>, make: Make, waiting: Arc<Mutex<Option<Waiting>>>) -> Self {
        Self { waiting: Some(waiting), ..Self::new(outbox, inbox, make) }
    }

    fn dispatch(&mut self, request: &Request, ticket: Ticket) -> Result<(), (Ticket, Failure)> {
        let refused = |ticket, text: &str| Err((ticket, Failure::new(ErrorId::Refused, text)));
        match (request.command.as_str(), &self.client) {
            ("initialize", None) => self.initialize(request, ticket),
            ("initialize", Some(_)) => return refused(ticket, "initialize was asked already"),
            ("disconnect", _) => self.disconnect(request, ticket),
            ("launch", Some(_)) => self.launch(request, ticket),
            ("attach", Some(_)) => self.attach(request, ticket),
            ("restart", Some(_)) => self.restart(request, ticket),
            ("configurationDone", Some(_)) => self.configuration_done(ticket),
            ("terminate", Some(_)) => self.terminate(ticket),
            ("threads", Some(_)) => Self::threads(ticket),
            (_, Some(client)) => {
                let client = client.clone();
                return self.dispatch_rest(request, ticket, &client);
            }
            (_, None) => return refused(ticket, "nothing can be asked before initialize"),
        }
        Ok(())
    }

    fn dispatch_rest(&mut self, request: &Request, ticket: Ticket, client: &Client) -> Result<(), (Ticket, Failure)> {
        match request.command.as_str() {
            "setBreakpoints" => self.set_breakpoints(request, ticket, client),
            "setFunctionBreakpoints" => self.set_function_breakpoints(request, ticket),
            "setDataBreakpoints" => self.set_data_breakpoints(request, ticket),
            "setInstructionBreakpoints" => self.set_instruction_breakpoints(request, ticket),
            "setExceptionBreakpoints" => self.set_exception_breakpoints(request, ticket),
            "dataBreakpointInfo" => self.data_breakpoint_info(request, ticket),
            "breakpointLocations" => self.breakpoint_locations(request, ticket, client),
            "continue" => self.go_on(request, ticket),
            "next" => self.next(request, ticket),
            "stepIn" => self.step_in(request, ticket),
            "stepOut" => self.step_out(request, ticket),
            "goto" => self.go_to(request, ticket),
            "gotoTargets" => self.goto_targets(request, ticket, client),
            "stepInTargets" => self.step_in_targets(request, ticket),
            "pause" => self.pause(request, ticket),
            "stepBack" => self.step_back(request, ticket),
            "reverseContinue" => self.reverse_continue(request, ticket),
            "restartFrame" => self.restart_frame(request, ticket),
            "stackTrace" => self.stack_trace(request, ticket),
            "scopes" => self.scopes(request, ticket),
            "variables" => self.variables(request, ticket),
            "locations" => self.locations(request, ticket),
            "exceptionInfo" => self.exception_info(request, ticket),
            "evaluate" => self.evaluate(request, ticket),
            "completions" => self.completions(request, ticket),
            "source" => self.source(request, ticket),
            "loadedSources" => self.loaded_sources(ticket),
            "modules" => self.modules(request, ticket),
            "nixscope/timeline" => self.timeline(ticket),
            "nixscope/goTo" => self.go_to_moment(request, ticket),
            "nixscope/demand" => self.demand(request, ticket),
            "disassemble" => self.disassemble(request, ticket),
            command => {
                let failure = Failure::unknown_command(command);
                return Err((ticket, failure));
            }
        }
        Ok(())
    }

    /// The program, if it has begun and is not over.
    fn begun(&self) -> Result<&Program, Failure> {
        let refused = |text: &str| Failure::new(ErrorId::Refused, text);
        let program = self.program.as_ref().ok_or_else(|| refused("no program was launched"))?;
        match program.state {
            State::Loading | State::Loaded => Err(refused("the program has not begun yet")),
            State::Begun if program.shared.is_over() => Err(refused("the program is over")),
            State::Begun => Ok(program),
        }
    }

    /// Looks at the program, which must stand still, and answers.
    pub(crate) fn look<T: Serialize>(
        &self,
        ticket: Ticket,
        job: impl FnOnce(&mut Look<'_>) -> Result<T, Failure> + Send + 'static,
    ) {
        let program = match self.begun() {
            Ok(program) if !program.shared.is_running() => program,
            Ok(_) => return ticket.fail(Failure::not_stopped()),
            Err(failure) => return ticket.fail(failure),
        };
        let shared = Arc::clone(&program.shared);
        program.worker.when_idle(move |session| {
            if ticket.cancel().is_cancelled() {
                return ticket.fail(Failure::cancelled());
            }
            let cancel = ticket.cancel().clone();
            let seq = ticket.request_seq();
            let answer = job(&mut Look { session, shared: &shared, cancel: &cancel, seq });
            ticket.answer(answer);
            // Nobody can call it off any more, and what comes next was not meant.
            shared.pulse.take_call_off();
        });
    }

    /// Does something with the program, whether it runs or not, and answers.
    pub(crate) fn anytime<T: Serialize>(
        &self,
        ticket: Ticket,
        job: impl FnOnce(&mut Debugger, &mut Cx<'_>, &Shared) -> Result<T, Failure> + Send + 'static,
    ) {
        let Some(program) = &self.program else {
            return ticket.fail(Failure::new(ErrorId::Refused, "no program was launched"));
        };
        let shared = Arc::clone(&program.shared);
        program.worker.anytime(move |debugger, cx| ticket.answer(job(debugger, cx, &shared)));
    }

    /// Lets the program run to a goal, after answering that it does.
    pub(crate) fn run(&self, ticket: Ticket, thread: i64, goal: Goal, body: impl Serialize) {
        let Some((ticket, program)) = self.set_off(ticket, thread) else { return };
        program.run(ticket, goal, body);
    }

    /// Takes the right to move the program, or answers why it cannot be moved.
    pub(crate) fn set_off(&self, ticket: Ticket, thread: i64) -> Option<(Ticket, &Program)> {
        let refusal = match self.begun() {
            _ if thread != THREAD => Failure::new(ErrorId::BadArguments, format!("there is no thread {thread}")),
            Ok(program) if program.shared.set_off() => return Some((ticket, program)),
            Ok(_) => Failure::not_stopped(),
            Err(failure) => failure,
        };
        ticket.fail(refusal);
        None
    }
}

impl Adapter for NixAdapter {
    type Note = Note;

    fn handle(&mut self, request: Request, ticket: Ticket) {
        if let Err((ticket, failure)) = self.dispatch(&request, ticket) {
            ticket.fail(failure);
        }
    }

    fn note(&mut self, note: Note) {
        match note {
            Note::Loaded { number, failed } if number == self.n_programs => self.loaded(failed),
            Note::Checked { number, goal, ticket } if number == self.n_programs => {
                if let Some(program) = &self.program {
                    program.run(ticket, goal, ());
                }
            }
            Note::Moving { number, goal } if number == self.n_programs => self.run_by_command(goal),
            Note::Loaded { .. } | Note::Checked { .. } | Note::Moving { .. } => {}
        }
    }

    fn cancel_progress(&mut self, progress_id: &str) {
        if let Some(program) = &self.program {
            program.shared.cancel_progress(progress_id);
        }
    }

    fn end(&mut self) {
        // A client that is just gone has said nothing of the program's end.
        self.let_go();
    }
}
