//! Requests of ours about time: `nixscope/timeline`, `nixscope/goTo`, `nixscope/demand`. The protocol knows going back by
//! a step and to the last stop only.

use std::sync::Arc;

use nixscope_engine::debug::{By, Goal, LandmarkKind};
use nixscope_engine::source::Span;

use super::read;
use crate::adapter::{Look, NixAdapter};
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::Ticket;
use crate::progress::Progress;
use crate::shared::THREAD;
use crate::types::{Demand, DemandArguments, GoToArguments, Source, TimelineBody, TimelineMoment};

/// How many frames of a demand are told, at most.
const MAX_DEMAND: usize = 1_000;

impl NixAdapter {
    pub(crate) fn timeline(&mut self, ticket: Ticket) {
        self.look(ticket, |look| {
            let moments = look.session.landmarks().into_iter().map(|it| {
                let (source, line, column) = look.beginning_of(it.span);
                let kind = match it.kind {
                    LandmarkKind::Start => "start",
                    LandmarkKind::Said => "said",
                    LandmarkKind::Stop => "stop",
                    LandmarkKind::Breakpoint => "breakpoint",
                };
                TimelineMoment { count: it.count, text: it.text, kind, source, line, column }
            });
            let moments = moments.collect();
            let timeline = look.session.debugger.timeline();
            Ok(TimelineBody {
                now: look.session.vm().count(),
                start: timeline.start(),
                furthest: timeline.furthest(),
                end: timeline.end(),
                moments,
            })
        });
    }

    /// Goes to a moment. Answered at once; where the program stands is told then.
    pub(crate) fn go_to_moment(&mut self, request: &Request, ticket: Ticket) {
        let Some((GoToArguments { count }, ticket)) = read(request, ticket) else { return };
        let Some((ticket, program)) = self.set_off(ticket, THREAD) else { return };
        let shared = Arc::clone(&program.shared);
        program.worker.when_idle(move |session| {
            let timeline = session.debugger.timeline();
            let seen = timeline.start()..=timeline.furthest();
            if !seen.contains(&count) {
                shared.stay();
                let why = format!("the program was seen from moment {} to {}", seen.start(), seen.end());
                return ticket.fail(Failure::new(ErrorId::BadArguments, why));
            }
            ticket.ok(());
            let mut handles = shared.handles();
            handles.forget();
            // Whoever asks for the end wants to see it once more.
            handles.set_at_end(false);
            drop(handles);
            let progress = Progress::begin(&shared, "Going to a moment", None);
            let is_start = count == session.debugger.timeline().start();
            let mut stopped = session.go_to(count);
            if is_start {
                // Before its first point a program has nothing to be shown.
                stopped = session.resume(Goal::Into(By::Expression));
            }
            drop(progress);
            shared.arrived(session, stopped);
        });
    }

    pub(crate) fn demand(&mut self, request: &Request, ticket: Ticket) {
        let Some((DemandArguments { frame_id }, ticket)) = read(request, ticket) else { return };
        self.look(ticket, move |look| {
            let n_frames = look.session.vm().frames().len();
            let skipped = match frame_id {
                Some(id) => n_frames - 1 - look.frame(id)?,
                None => 0,
            };
            let chain = look.session.frames(skipped, MAX_DEMAND).into_iter().map(|it| {
                let (source, line, column) = look.beginning_of(it.span);
                Demand { text: Look::named(&it), source, line, column }
            });
            Ok(chain.collect::<Vec<_>>())
        });
    }
}

impl Look<'_> {
    /// Where something begins, if it is written anywhere.
    fn beginning_of(&self, span: Option<Span>) -> (Option<Source>, Option<i64>, Option<i64>) {
        let Some(at) = span.and_then(|it| self.session.locate(it)) else { return (None, None, None) };
        let client = &self.shared.client;
        (Some(client.source(&at)), Some(client.line(at.start)), Some(client.column(at.start)))
    }
}
