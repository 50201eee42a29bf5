//! Going on, and going back: `continue` and the steps, `goto`, `pause`, `stepBack`, `reverseContinue`, `restartFrame`.

use std::sync::Arc;

use nixscope_engine::debug::frames::quote;
use nixscope_engine::debug::location::{byte_of_utf16, locate, name_of};
use nixscope_engine::debug::{By, Cx, Debugger, Goal, Stopped};

use super::read;
use crate::adapter::{NixAdapter, Note};
use crate::breakpoints::{name_in_program, reference};
use crate::convert::{Client, unit_of};
use crate::launch::Session;
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::Ticket;
use crate::progress::Progress;
use crate::shared::THREAD;
use crate::types::{
    ContinueArguments, ContinueBody, GotoArguments, GotoTarget, GotoTargetsArguments, GotoTargetsBody, NextArguments,
    PauseArguments, RestartFrameArguments, ReverseContinueArguments, Source, StepBackArguments, StepInArguments,
    StepInTarget, StepInTargetsArguments, StepInTargetsBody, StepOutArguments, SteppingGranularity,
};

/// What counts as one step.
fn by(granularity: Option<&SteppingGranularity>) -> By {
    match granularity {
        None | Some(SteppingGranularity::Statement) => By::Expression,
        Some(SteppingGranularity::Line) => By::Line,
        Some(SteppingGranularity::Instruction) => By::Instruction,
    }
}

impl NixAdapter {
    pub(crate) fn go_on(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<ContinueArguments>(request, ticket) else { return };
        let body = ContinueBody { all_threads_continued: Some(true) };
        self.run(ticket, arguments.thread_id, Goal::Continue, body);
    }

    pub(crate) fn next(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<NextArguments>(request, ticket) else { return };
        self.run(ticket, arguments.thread_id, Goal::Over(by(arguments.granularity.as_ref())), ());
    }

    pub(crate) fn step_in(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<StepInArguments>(request, ticket) else { return };
        let goal = match arguments.target_id {
            None => Goal::Into(by(arguments.granularity.as_ref())),
            Some(target) => match u32::try_from(target) {
                Ok(pc) => Goal::Target(pc),
                Err(_) => return ticket.fail(no_target()),
            },
        };
        if !matches!(goal, Goal::Target(_)) {
            return self.run(ticket, arguments.thread_id, goal, ());
        }
        self.run_if(ticket, arguments.thread_id, goal, |session, goal| {
            session.step_targets().iter().any(|it| Goal::Target(it.pc) == *goal)
        });
    }

    pub(crate) fn step_out(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<StepOutArguments>(request, ticket) else { return };
        self.run(ticket, arguments.thread_id, Goal::Out(by(arguments.granularity.as_ref())), ());
    }

    /// Answered once the program will hear of it.
    pub(crate) fn pause(&mut self, request: &Request, ticket: Ticket) {
        let Some((_, ticket)) = read::<PauseArguments>(request, ticket) else { return };
        self.anytime(ticket, |_, cx, shared| {
            if shared.is_running() {
                cx.pulse.pause();
            }
            Ok(())
        });
    }

    pub(crate) fn go_to(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<GotoArguments>(request, ticket) else { return };
        let Ok(pc) = u32::try_from(arguments.target_id) else {
            return ticket.fail(no_target());
        };
        self.run_if(ticket, arguments.thread_id, Goal::RunTo(vec![pc]), move |session, _| {
            let program = &session.vm().program;
            (pc as usize) < program.ops.len() && program.is_point(pc)
        });
    }

    /// Runs to a target, if it is still one: that is known on the program's thread only.
    fn run_if(
        &self,
        ticket: Ticket,
        thread: i64,
        goal: Goal,
        is_there: impl FnOnce(&mut Session, &Goal) -> bool + Send + 'static,
    ) {
        let number = self.n_programs;
        let inbox = self.inbox.clone();
        let Some((ticket, program)) = self.set_off(ticket, thread) else { return };
        let shared = Arc::clone(&program.shared);
        program.worker.when_idle(move |session| {
            if is_there(session, &goal) {
                inbox.post(Note::Checked { number, goal, ticket });
            } else {
                shared.stay();
                ticket.fail(no_target());
            }
        });
    }

    pub(crate) fn goto_targets(&mut self, request: &Request, ticket: Ticket, client: &Client) {
        let Some((arguments, ticket)) = read::<GotoTargetsArguments>(request, ticket) else { return };
        let Some(line) = client.line_from(arguments.line) else {
            return ticket.ok(GotoTargetsBody { targets: vec![] });
        };
        let column = arguments.column.map(|it| client.column_from(it));
        let source = arguments.source;
        self.anytime(ticket, move |debugger, cx, shared| {
            let unit = unit_meant(debugger, cx, &source, &shared.client);
            let point = unit.and_then(|unit| {
                let file = cx.vm.sources.file(cx.vm.unit(unit).module.file);
                let byte = column.and_then(|it| byte_of_utf16(file, line, it));
                debugger.point_at(cx.vm, unit, line, byte)
            });
            let target = point.and_then(|point| {
                let at = locate(cx.vm, point.span)?;
                let range = shared.client.range(&at);
                Some(GotoTarget {
                    id: i64::from(point.pc),
                    label: quote(cx.vm, point.span, LABEL),
                    line: range.line,
                    column: Some(range.column),
                    end_line: Some(range.end_line),
                    end_column: Some(range.end_column),
                    instruction_pointer_reference: Some(reference(point.pc)),
                })
            });
            Ok(GotoTargetsBody { targets: target.into_iter().collect() })
        });
    }

    pub(crate) fn step_in_targets(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<StepInTargetsArguments>(request, ticket) else { return };
        self.look(ticket, move |look| {
            let index = look.frame(arguments.frame_id)?;
            // Only what runs can be stepped into.
            let is_innermost = index + 1 == look.session.vm().frames().len();
            let found = if is_innermost { look.session.step_targets() } else { Vec::new() };
            let targets = found.into_iter().map(|it| {
                let range = look.session.locate(it.span).map(|at| look.shared.client.range(&at)).unwrap_or_default();
                StepInTarget {
                    id: i64::from(it.pc),
                    label: it.label,
                    line: Some(range.line),
                    column: Some(range.column),
                    end_line: Some(range.end_line),
                    end_column: Some(range.end_column),
                }
            });
            Ok(StepInTargetsBody { targets: targets.collect() })
        });
    }

    pub(crate) fn step_back(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<StepBackArguments>(request, ticket) else { return };
        let goal = Goal::Over(by(arguments.granularity.as_ref()));
        self.go_back(ticket, arguments.thread_id, move |session| session.step_back(goal));
    }

    pub(crate) fn reverse_continue(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<ReverseContinueArguments>(request, ticket) else { return };
        self.go_back(ticket, arguments.thread_id, Session::reverse_continue);
    }

    /// Brings the program back to an earlier moment.
    fn go_back(&self, ticket: Ticket, thread: i64, way: impl FnOnce(&mut Session) -> Stopped + Send + 'static) {
        let Some((ticket, program)) = self.set_off(ticket, thread) else { return };
        let shared = Arc::clone(&program.shared);
        program.worker.when_idle(move |session| {
            ticket.ok(());
            shared.handles().forget();
            let progress = Progress::begin(&shared, "Going back", None);
            let stopped = way(session);
            drop(progress);
            shared.arrived(session, stopped);
        });
    }

    pub(crate) fn restart_frame(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<RestartFrameArguments>(request, ticket) else { return };
        let Some((ticket, program)) = self.set_off(ticket, THREAD) else { return };
        let shared = Arc::clone(&program.shared);
        program.worker.when_idle(move |session| {
            let index = shared.handles().frame(arguments.frame_id);
            let is_code = |index: &usize| session.vm().frames().get(*index).is_some_and(|it| it.is_code());
            let Some(index) = index.filter(is_code) else {
                shared.stay();
                return ticket.fail(Failure::new(ErrorId::Refused, "this frame cannot be restarted"));
            };
            ticket.ok(());
            let progress = Progress::begin(&shared, "Going back", None);
            let stopped = session.restart_frame(index);
            drop(progress);
            if let Some(stopped) = stopped.or_else(|| session.stopped().cloned()) {
                shared.arrived(session, stopped);
            }
        });
    }
}

/// How much of an expression a target quotes, in characters.
const LABEL: usize = 60;

fn no_target() -> Failure {
    Failure::new(ErrorId::BadArguments, "there is no such target")
}

/// The unit of a text that a client means, if the program has read it.
pub(super) fn unit_meant(debugger: &Debugger, cx: &mut Cx<'_>, source: &Source, client: &Client) -> Option<u32> {
    if let Some(unit) = unit_of(source.source_reference) {
        return (unit < cx.vm.n_units() && !debugger.is_own(unit)).then_some(unit);
    }
    let path = client.path_from(source.path.as_deref()?);
    let name = name_in_program(cx, &path);
    let is_it = |unit: &u32| {
        let file = cx.vm.sources.file(cx.vm.unit(*unit).module.file);
        !debugger.is_own(*unit) && name_of(file) == name
    };
    (0..cx.vm.n_units()).find(is_it)
}
