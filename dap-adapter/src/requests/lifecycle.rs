//! The beginning and the end: `initialize`, `launch`, `configurationDone`, `restart`, `terminate`, `disconnect`, and
//! `threads`, of which there is one.

use std::sync::Arc;

use nixscope_engine::debug::Skips;
use nixscope_engine::debug::pattern::PathPattern;
use nixscope_engine::session::{Run, Worker};
use serde_json::Value;

use super::read;
use crate::adapter::{NixAdapter, Note, Program, State};
use crate::capabilities::capabilities;
use crate::convert::Client;
use crate::launch::{LaunchArguments, Made, Session, unknown_keys};
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::Ticket;
use crate::shared::{Options, Shared, THREAD, fault_text, lock};
use crate::types::{
    Event, InitializeArguments, OutputEventCategory, Process, ProcessEventStartMethod, RestartArguments, Thread,
    ThreadsBody,
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

    /// Makes a session and has the program loaded in it.
    fn start(&mut self, sent: &Value, arguments: LaunchArguments, ticket: Ticket, begins_at_once: bool) {
        let Some(client) = self.client.clone() else { return };
        let shown = |text: String| Failure::shown(ErrorId::Refused, text);
        let skips = match skips(&arguments) {
            Ok(skips) => skips,
            Err(error) => return ticket.fail(shown(error)),
        };
        let Made { mut session, folder, mut remarks } = match (self.make)(&arguments) {
            Ok(made) => made,
            Err(error) => return ticket.fail(shown(error)),
        };
        remarks.extend(unknown_keys(sent).iter().map(|it| format!("the launch argument `{it}` means nothing here")));
        let options = Options {
            stop_on_entry: arguments.stop_on_entry && !arguments.no_debug,
            stop_at_end: arguments.stop_at_end && !arguments.no_debug,
            no_debug: arguments.no_debug,
            is_deep: false,
        };
        let launch = arguments.to_launch(&mut session, &folder);
        let launch = match launch {
            Ok(launch) => launch,
            Err(error) => return ticket.fail(shown(error)),
        };
        let options = Options { is_deep: launch.is_deep, ..options };
        let table = Arc::clone(&self.table);
        let shared =
            Arc::new(Shared::new(self.outbox.clone(), client, table, session.pulse(), options, &folder.to_text()));
        for remark in remarks {
            shared.say(OutputEventCategory::Console, format!("{remark}\n"), None);
        }
        let teller = Arc::clone(&shared);
        session.listen(move |event| teller.tell(event));
        session.debugger.skips = skips;
        let worker = match Worker::spawn(session) {
            Ok(worker) => worker,
            Err(error) => return ticket.fail(shown(error.to_string())),
        };
        self.n_programs += 1;
        self.launched = Some(sent.clone());
        let (number, inbox, job) = (self.n_programs, self.inbox.clone(), Arc::clone(&shared));
        worker.when_idle(move |session| {
            let failed = match load(session, &launch, &job) {
                Ok(()) => {
                    job.outbox.event(Event::Process(Process {
                        name: arguments.program.unwrap_or_else(|| "an expression".to_owned()),
                        is_local_process: Some(true),
                        start_method: Some(ProcessEventStartMethod::Launch),
                        ..Process::default()
                    }));
                    ticket.ok(());
                    None
                }
                Err(why) => Some((ticket, Failure::shown(ErrorId::Refused, why.trim_end()))),
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

    pub(crate) fn disconnect(&mut self, ticket: Ticket) {
        self.drop_program();
        ticket.ok(());
        self.outbox.end();
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
fn load(session: &mut Session, launch: &nixscope_engine::session::Launch, shared: &Shared) -> Result<(), String> {
    if shared.options.no_debug {
        return session.launch(launch).map_err(|fault| fault_text(session, &fault));
    }
    session.with(|debugger, cx| lock(&shared.table).install(debugger, cx));
    session.launch(launch).map_err(|fault| fault_text(session, &fault))?;
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
