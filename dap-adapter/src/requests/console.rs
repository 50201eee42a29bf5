//! Lines in the debug console that begin with a colon: the debugger's own commands, for whatever a client has no button
//! for. The words are `nixscope_engine::console`'s; here is only who runs them.

use std::sync::Arc;

use nixscope_engine::console::{Command, Query, Reply};

use crate::adapter::{NixAdapter, Note};
use crate::launch::Session;
use crate::message::{ErrorId, Failure};
use crate::outbox::Ticket;
use crate::progress::Progress;
use crate::shared::{Shared, THREAD, lock};
use crate::types::{Continued, EvaluateBody, Event, InvalidatedAreas, OutputEventCategory};

impl NixAdapter {
    /// Does what a command says, in the frame that the client shows.
    pub(crate) fn command(&mut self, ticket: Ticket, line: String, frame: Option<i64>) {
        match Command::parse(&line) {
            Ok(command) if command.moves() => self.move_by_command(ticket, command, frame),
            Ok(command) => self.look(ticket, move |look| {
                let frame = frame.map(|it| look.frame(it)).transpose()?;
                let mut console = lock(&look.shared.console);
                if let Some(frame) = frame {
                    console.select(look.session, frame);
                }
                drop(console);
                look.aside(|look| {
                    let reply = lock(&look.shared.console).run(look.session, &command);
                    if !matches!(command, Command::Value(Query::Print { .. } | Query::Bare(_)) | Command::Look(_)) {
                        // Others may have gone back and come again, even in vain: what was computed aside is gone.
                        look.shared.handles().forget_values();
                    }
                    answer(look.shared, look.session, reply)
                })
            }),
            Err(why) => ticket.fail(Failure::new(ErrorId::Refused, why)),
        }
    }

    /// A command after which the program stands somewhere else. It is answered at once; where it stands is told then.
    fn move_by_command(&self, ticket: Ticket, command: Command, frame: Option<i64>) {
        let (number, inbox) = (self.n_programs, self.inbox.clone());
        let Some((ticket, program)) = self.set_off(ticket, THREAD) else { return };
        let shared = Arc::clone(&program.shared);
        program.worker.when_idle(move |session| {
            let mut console = lock(&shared.console);
            if let Some(index) = frame.and_then(|it| shared.handles().frame(it)) {
                console.select(session, index);
            }
            match console.goal(session, &command) {
                Ok(Some(goal)) => {
                    drop(console);
                    moving(&shared, ticket);
                    inbox.post(Note::Moving { number, goal });
                }
                Err(why) => {
                    shared.stay();
                    ticket.fail(Failure::new(ErrorId::Refused, why));
                }
                Ok(None) => {
                    let progress = Progress::begin(&shared, "Going back", None);
                    let reply = console.run(session, &command);
                    drop((progress, console));
                    let Some(stopped) = reply.moved else {
                        shared.stay();
                        return ticket.fail(Failure::new(ErrorId::Refused, reply.text));
                    };
                    moving(&shared, ticket);
                    shared.say(OutputEventCategory::Console, format!("{}\n", reply.text), None);
                    shared.arrived(session, stopped);
                }
            }
        });
    }

    /// Runs to the goal of a command.
    pub(crate) fn run_by_command(&self, goal: nixscope_engine::debug::Goal) {
        let Some(program) = &self.program else { return };
        let shared = Arc::clone(&program.shared);
        program.worker.run(nixscope_engine::session::Run::Resume(goal), move |session, stopped| {
            let text = lock(&shared.console).arrived(session, &stopped);
            if !stopped.reason.is_end() {
                shared.say(OutputEventCategory::Console, format!("{text}\n"), None);
            }
            shared.arrived(session, stopped);
        });
    }
}

/// The program goes on, though the client pressed no button.
fn moving(shared: &Shared, ticket: Ticket) {
    ticket.ok(EvaluateBody::default());
    shared.handles().forget();
    shared.outbox.event(Event::Continued(Continued { thread_id: THREAD, all_threads_continued: Some(true) }));
}

fn answer(shared: &Shared, session: &mut Session, reply: Reply) -> Result<EvaluateBody, Failure> {
    if reply.is_failure {
        return Err(Failure::new(ErrorId::Refused, reply.text));
    }
    shared.tell_breakpoints(session);
    if reply.is_stale {
        shared.invalidate(InvalidatedAreas::All);
    }
    if reply.wants_quit {
        shared.quit();
    }
    Ok(EvaluateBody { result: reply.text, ..EvaluateBody::default() })
}
