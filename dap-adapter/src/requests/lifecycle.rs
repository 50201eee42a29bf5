//! The beginning and the end: `initialize`, `launch`, `configurationDone`, `restart`, `terminate`, `disconnect`, and
//! `threads`, of which there is one.

use std::sync::{Arc, Mutex};

use nixscope_engine::debug::pattern::PathPattern;
use nixscope_engine::debug::{Goal, Skips};
use nixscope_engine::session::{Launch, ProgramText, Run, Worker};
use nixscope_engine::vm::Fault;
use serde_json::Value;

use super::read;
use crate::adapter::{NixAdapter, Note, Program, State};
use crate::capabilities::capabilities;
use crate::convert::Client;
use crate::launch::{LaunchArguments, Made, Session, Waiting, unknown_keys};
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::Ticket;
use crate::shared::{Options, Owner, Shared, THREAD, fault_text, lock};
use crate::types::{
    DisconnectArguments, Event, InitializeArguments, OutputEventCategory, Process, ProcessEventStartMethod,
    RestartArguments, Thread, ThreadsBody,
};

/// Where code lies that its users did not write.
const STORE: &str = "/nix/store/**";

impl NixAdapter {
    pub(crate) fn initialize(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<InitializeArguments>(request, ticket) else { return };
        self.client = Some(Client::new(&arguments));
        ticket.ok(capabilities());
    }

    pub(crate) fn threads(ticket: Ticket) {
        ticket.ok(ThreadsBody { threads: vec![Thread { id: THREAD, name: "evaluation".to_owned() }] });
    }

    pub(crate) fn launch(&mut self, request: &Request, ticket: Ticket) {
        if self.program.is_some() {
            return ticket.fail(Failure::new(ErrorId::Refused, "a program was launched already"));
        }
        match request.arguments_as_sent() {
            Ok(arguments) => self.start(&request.arguments, arguments, ticket, false),
            Err(failure) => ticket.fail(Failure::shown(ErrorId::BadArguments, failure.message)),
        }
    }

    pub(crate) fn restart(&mut self, request: &Request, ticket: Ticket) {
        let Ok(newer) = request.arguments_as_sent::<RestartArguments>() else {
            return ticket.fail(Failure::bad_arguments("restart", "they are no object"));
        };
        if self.waiting.is_some() {
            return ticket.fail(Failure::new(ErrorId::Refused, "a program that was attached to cannot be restarted"));
        }
        let Some(sent) = newer.arguments.filter(Value::is_object).or_else(|| self.launched.clone()) else {
            return ticket.fail(Failure::new(ErrorId::Refused, "nothing was launched that could be restarted"));
        };
        match LaunchArguments::deserialize_from(&sent) {
            Ok(arguments) => {
                self.drop_program();
                self.start(&sent, arguments, ticket, true);
            }
            Err(error) => ticket.fail(Failure::bad_arguments("restart", &error)),
        }
    }

    /// Attaches to the program of this process that waits for it.
    pub(crate) fn attach(&mut self, request: &Request, ticket: Ticket) {
        let arguments: LaunchArguments = match request.arguments_as_sent() {
            Ok(arguments) => arguments,
            Err(failure) => return ticket.fail(Failure::shown(ErrorId::BadArguments, failure.message)),
        };
        let taken = match &self.waiting {
            _ if self.program.is_some() => Err("a program is being debugged already"),
            None => Err("nothing waits here: connect to the address that `nixscope eval --wait-for-debugger` tells"),
            Some(waiting) => lock(waiting).take().ok_or("somebody else has attached already"),
        };
        let Waiting { session, launch, folder, say, end } = match taken {
            Ok(waiting) => waiting,
            Err(why) => return ticket.fail(Failure::shown(ErrorId::Refused, why)),
        };
        let owner = Some(Owner { say, end: Mutex::new(Some(end)) });
        let made = Made { session, folder, image: None, replayed: None, remarks: Vec::new() };
        self.load(&request.arguments, &arguments, made, launch, owner, ticket, false);
    }

    /// Makes a session and has the program loaded in it.
    fn start(&mut self, sent: &Value, arguments: LaunchArguments, ticket: Ticket, begins_at_once: bool) {
        let shown = |text: String| Failure::shown(ErrorId::Refused, text);
        if self.waiting.is_some() {
            return ticket.fail(shown("this process has a program already: attach to it".to_owned()));
        }
        let mut made = match (self.make)(&arguments) {
            Ok(made) => made,
            Err(error) => return ticket.fail(shown(error)),
        };
        let replayed = made.replayed.as_ref().map(|it| it.launch.clone());
        let launch = match replayed {
            Some(launch) => Ok(launch),
            None => arguments.to_launch(&mut made),
        };
        match launch {
            Ok(launch) => self.load(sent, &arguments, made, launch, None, ticket, begins_at_once),
            Err(error) => ticket.fail(shown(error)),
        }
    }

    /// Has the program loaded in a session.
    #[expect(clippy::too_many_arguments, reason = "all of it is what a program is made of, and it is called twice")]
    fn load(
        &mut self,
        sent: &Value,
        arguments: &LaunchArguments,
        made: Made,
        launch: Launch,
        owner: Option<Owner>,
        ticket: Ticket,
        begins_at_once: bool,
    ) {
        let Some(mut client) = self.client.clone() else { return };
        let Made { mut session, folder, replayed, mut remarks, .. } = made;
        client.gives_texts = replayed.is_some_and(|it| it.gives_texts);
        let skips = match skips(arguments) {
            Ok(skips) => skips,
            Err(error) => return ticket.fail(Failure::shown(ErrorId::Refused, error)),
        };
        remarks.extend(unknown_keys(sent).iter().map(|it| format!("the launch argument `{it}` means nothing here")));
        let options = Options {
            stop_on_entry: arguments.stop_on_entry && !arguments.no_debug,
            stop_at_end: arguments.stop_at_end && !arguments.no_debug,
            no_debug: arguments.no_debug,
            is_deep: launch.is_deep,
        };
        let start_method = match owner {
            Some(_) => ProcessEventStartMethod::Attach,
            None => ProcessEventStartMethod::Launch,
        };
        let table = Arc::clone(&self.table);
        let (outbox, pulse) = (self.outbox.clone(), session.pulse());
        let shared = Arc::new(Shared::new(outbox, client, table, pulse, options, &folder.to_text(), owner));
        for remark in remarks {
            shared.say(OutputEventCategory::Console, format!("{remark}\n"), None);
        }
        let teller = Arc::clone(&shared);
        session.listen(move |event| teller.tell(event));
        session.debugger.skips = skips;
        session.debugger.limit_history(arguments.history());
        let worker = match Worker::spawn(session) {
            Ok(worker) => worker,
            Err(error) => return ticket.fail(Failure::shown(ErrorId::Refused, error.to_string())),
        };
        let named = arguments.program.as_ref().or(arguments.recording.as_ref());
        let name = named.cloned().unwrap_or_else(|| match &launch.program {
            ProgramText::File(path) => path.to_text().into_owned(),
            ProgramText::Text { .. } => "an expression".to_owned(),
            ProgramText::Value { .. } => arguments.image.clone().unwrap_or_else(|| "an image".to_owned()),
        });
        self.n_programs += 1;
        self.launched = Some(sent.clone());
        let (number, inbox, job) = (self.n_programs, self.inbox.clone(), Arc::clone(&shared));
        worker.when_idle(move |session| {
            let failed = match read_program(session, &launch, &job) {
                Ok(()) => {
                    job.outbox.event(Event::Process(Process {
                        name,
                        is_local_process: Some(true),
                        start_method: Some(start_method),
                        ..Process::default()
                    }));
                    ticket.ok(());
                    None
                }
                Err(fault) => {
                    let why = fault_text(session, &fault);
                    job.failed_to_load(session, &fault);
                    Some((ticket, Failure::shown(ErrorId::Refused, why.trim_end())))
                }
            };
            inbox.post(Note::Loaded { number, failed });
        });
        self.program = Some(Program { worker, shared, state: State::Loading, begins_at_once });
    }

    /// A program was loaded, or could not be.
    pub(crate) fn loaded(&mut self, failed: Option<(Ticket, Failure)>) {
        let Some(program) = &mut self.program else { return };
        if let Some((ticket, failure)) = failed {
            let was_restarted = program.begins_at_once;
            self.drop_program();
            ticket.fail(failure);
            if was_restarted {
                // There was a program, and the client does not know that there is none any more.
                self.outbox.event(Event::Terminated { restart: None });
            }
            return;
        }
        program.state = State::Loaded;
        if !self.is_ready_told {
            self.is_ready_told = true;
            self.outbox.event(Event::Initialized);
        }
        self.begin();
    }

    pub(crate) fn configuration_done(&mut self, ticket: Ticket) {
        self.is_configured = true;
        ticket.ok(());
        self.begin();
    }

    /// Begins the program if nothing is missing any more.
    fn begin(&mut self) {
        let Some(program) = &mut self.program else { return };
        if program.state != State::Loaded || !(self.is_configured || program.begins_at_once) {
            return;
        }
        program.state = State::Begun;
        program.shared.set_off();
        let shared = Arc::clone(&program.shared);
        let run = Run::Begin { stop_on_entry: shared.options.stop_on_entry };
        program.worker.run(run, move |session, stopped| shared.arrived(session, stopped));
    }

    /// Ends the program. The client is told by events.
    pub(crate) fn terminate(&mut self, ticket: Ticket) {
        ticket.ok(());
        let Some(program) = &self.program else { return };
        if program.shared.is_running() {
            // Its thread hears soon, and tells of the end.
            program.shared.pulse.interrupt();
            return;
        }
        program.shared.quit();
    }

    pub(crate) fn disconnect(&mut self, request: &Request, ticket: Ticket) {
        let wants_end = request.arguments::<DisconnectArguments>().is_ok_and(|it| it.terminate_debuggee == Some(true));
        if wants_end {
            self.drop_program();
        } else {
            self.let_go();
        }
        ticket.ok(());
        self.outbox.end();
    }

    /// Lets go of the program: one that was lent runs on as if nobody had looked, any other ends.
    pub(crate) fn let_go(&mut self) {
        let is_lent = |it: &Program| it.shared.owner.is_some() && !it.shared.is_over();
        let Some(Program { worker, shared, state, .. }) = self.program.take_if(|it| is_lent(it)) else {
            return self.drop_program();
        };
        shared.let_go();
        shared.pulse.cancel();
        worker.anytime(|debugger, cx| {
            let ids: Vec<_> = debugger.breakpoints().iter().map(|it| it.id).collect();
            for id in ids {
                debugger.remove_breakpoint(cx.vm, id);
            }
            debugger.fault_filters.clear();
            debugger.note_stops.clear();
        });
        if shared.set_off() {
            let run = match state {
                State::Begun => Run::Resume(Goal::Continue),
                State::Loading | State::Loaded => Run::Begin { stop_on_entry: false },
            };
            worker.run(run, move |session, stopped| shared.arrived(session, stopped));
        }
        // Dropping it would end the program, whose thread lives as long as the process now.
        std::mem::forget(worker);
    }

    /// Lets go of the program, without a word about its end.
    pub(crate) fn drop_program(&mut self) {
        if let Some(program) = self.program.take() {
            program.shared.give_up();
            drop(program.worker);
        }
    }
}

impl LaunchArguments {
    fn deserialize_from(sent: &Value) -> Result<Self, String> {
        serde::Deserialize::deserialize(sent).map_err(|it: serde_json::Error| it.to_string())
    }
}

/// Reads the program and sets what was to be set in it.
fn read_program(session: &mut Session, launch: &Launch, shared: &Shared) -> Result<(), Fault> {
    if shared.options.no_debug {
        return session.launch(launch);
    }
    session.with(|debugger, cx| lock(&shared.table).install(debugger, cx));
    session.launch(launch)?;
    shared.tell_breakpoints(session);
    Ok(())
}

/// What is not stepped through.
fn skips(arguments: &LaunchArguments) -> Result<Skips, String> {
    let is_just_mine = arguments.just_my_code.unwrap_or(true);
    let is_in_store = arguments.program.as_ref().is_some_and(|it| it.starts_with("/nix/store/"));
    let store = (is_just_mine && !is_in_store).then(|| STORE.to_owned());
    let patterns = arguments.skip.iter().cloned().chain(store);
    let paths = patterns.map(|it| PathPattern::parse(&it).map_err(|it| it.to_string())).collect::<Result<_, _>>()?;
    Ok(Skips { paths, with_internal: !is_just_mine })
}
