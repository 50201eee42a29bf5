//! What is told at a stop, and of what happened on the way there.

use std::fmt::Write as _;

use crate::bytecode::{Op, PointKind};
use crate::debug::frames::ViewKind;
use crate::debug::{BreakpointId, BreakpointState, Event, Returned, StopReason, Stopped};
use crate::diagnostic::TraceEntry;
use crate::session::DebugSession;
use crate::session::report::{self, Detail, Style};
use crate::vm::{Fault, Vm};
use crate::world::{NoteKind, World};

use super::{Console, code};

impl Console {
    /// What is told at a stop: why, where, the source with what comes next underlined, and what was given on the way.
    pub fn describe_stop<W: World>(&self, session: &mut DebugSession<W>, stopped: &Stopped) -> String {
        let mut out = match &stopped.reason {
            StopReason::Finished(v) => format!("the program gave {}", session.show(*v).text),
            StopReason::Failed(fault) => format!("the program failed\n{}", self.report(session, fault, Detail::Short)),
            reason => {
                let why = reason_text(reason);
                match self.here(session, matches!(reason, StopReason::Fault(_))) {
                    Some(here) if here.starts_with(&why) => here,
                    Some(here) => format!("{why}: {here}"),
                    None => why,
                }
            }
        };
        if matches!(stopped.reason, StopReason::Failed(_)) && session.debugger.fault_filters.is_empty() {
            out.push_str("\n  to look around where it failed: `catch all`, then `reverse-continue`");
        }
        if let (false, Some(source)) = (stopped.reason.is_end(), self.source_here(session)) {
            let _ = write!(out, "\n{source}");
        }
        if let StopReason::Fault(stop) = &stopped.reason {
            let _ = write!(out, "\n  {}", one_line(&stop.fault.data().message));
            if let Some(first) = stop.circle.first() {
                let names: Vec<&str> = stop.circle.iter().chain([first]).map(|it| self.short(it)).collect();
                let _ = write!(out, "\n  {}", names.join(" needs "));
            }
        }
        let is_news = |it: &Returned| !stopped.reason.is_end() && self.told != Some(it.count);
        if let Some(returned) = stopped.returned.filter(is_news) {
            let shown = session.show(returned.value).text;
            let name = session.with(|debugger, cx| debugger.name_of(cx.vm, returned.body)).text;
            let _ = write!(out, "\n  {} gave {shown}", self.short(&name));
        }
        for remark in &stopped.remarks {
            let _ = write!(out, "\n  {}", one_line(remark));
        }
        out
    }

    /// What is told of what happens besides stopping; `None` if it is nothing to a person.
    #[must_use]
    pub fn describe_event(&self, event: &Event) -> Option<String> {
        match event {
            Event::Note { kind, text, is_aside, .. } => {
                let aside = if *is_aside { "(on the side) " } else { "" };
                Some(format!("{aside}{}", note(*kind, text)))
            }
            Event::Log { text, .. } => Some(report::without_escapes(text)),
            Event::Breakpoint { breakpoint, at } => match (&breakpoint.state, at) {
                (BreakpointState::Verified(_), Some(at)) => {
                    Some(format!("breakpoint {} is at {}", breakpoint.id.0, self.place(at)))
                }
                (BreakpointState::Rejected(why), _) => Some(format!("breakpoint {}: {why}", breakpoint.id.0)),
                _ => None,
            },
            Event::Forgot { start } => Some(forgot(*start)),
            Event::Loaded { .. } => None,
        }
    }

    /// The selected frame and its place.
    fn here<W: World>(&self, session: &mut DebugSession<W>, is_failing: bool) -> Option<String> {
        let frame = session.frames(self.selected, 1).into_iter().next()?;
        let place = frame.span.and_then(|it| self.place_of(session, it));
        let name = self.short(&frame.name).to_owned();
        let is_innermost = frame.index + 1 == session.vm().frames().len();
        let is_ending = is_innermost && !is_failing && ends(session.vm(), frame.pc);
        Some(match place {
            Some(_) if frame.kind == ViewKind::File && is_ending => format!("end of {name}"),
            Some(place) if frame.kind == ViewKind::File => place,
            Some(place) if is_ending => format!("end of {name} at {place}"),
            Some(place) => format!("{name} at {place}"),
            None => match self.span_here(session).and_then(|it| self.place_of(session, it)) {
                Some(place) => format!("{name}, called at {place}"),
                None => name,
            },
        })
    }

    /// The source of the selected frame, or of the code that waits for it.
    pub(super) fn source_here<W: World>(&self, session: &DebugSession<W>) -> Option<String> {
        code::underlined(session.vm(), self.span_here(session)?)
    }

    /// What there is to know of a fault. Its places are told as others are.
    pub fn report<W: World>(&self, session: &DebugSession<W>, fault: &Fault, detail: Detail) -> String {
        let mut diagnostic = report::diagnose(fault, &session.vm().sources, detail);
        let lines = diagnostic.trace.iter_mut().filter_map(|it| match it {
            TraceEntry::Line { place, .. } => place.as_mut(),
            TraceEntry::Repeated(_) | TraceEntry::Truncated => None,
        });
        // Before it is written: tabs are expanded by what stands before them, which is not the same in every folder.
        for place in lines.chain(diagnostic.place.as_mut()) {
            place.file = self.short(&place.file).to_owned();
        }
        let text = report::text(&diagnostic, Style::Plain);
        String::from_utf8_lossy(&text).trim_end().to_owned()
    }
}

/// Whether what begins at an instruction is only the end of a body.
fn ends(vm: &Vm, pc: Option<u32>) -> bool {
    pc.is_some_and(|pc| {
        vm.program.op(pc) == Op::Return && vm.program.points_at(pc).iter().all(|it| it.kind == PointKind::Return)
    })
}

/// Why the program stands still.
fn reason_text(reason: &StopReason) -> String {
    match reason {
        StopReason::Entry => "entry".to_owned(),
        StopReason::Step => "step".to_owned(),
        StopReason::Goto => "reached".to_owned(),
        StopReason::Pause => "paused".to_owned(),
        StopReason::Breakpoint(ids) => breakpoints(ids),
        StopReason::BreakCall => "builtins.break".to_owned(),
        StopReason::Fault(stop) if stop.is_caught => "fault, which a tryEval catches".to_owned(),
        StopReason::Fault(_) => "fault".to_owned(),
        StopReason::Note(NoteKind::Trace, _) => "trace".to_owned(),
        StopReason::Note(NoteKind::EvaluationWarning | NoteKind::Warning, _) => "warning".to_owned(),
        StopReason::Finished(_) | StopReason::Failed(_) => "end".to_owned(),
    }
}

fn breakpoints(ids: &[BreakpointId]) -> String {
    let ids: Vec<String> = ids.iter().map(|it| it.0.to_string()).collect();
    match ids.as_slice() {
        [id] => format!("breakpoint {id}"),
        ids => format!("breakpoints {}", ids.join(", ")),
    }
}

/// What a program said.
fn note(kind: NoteKind, text: &str) -> String {
    let word = match kind {
        NoteKind::Trace => "trace",
        NoteKind::EvaluationWarning => "evaluation warning",
        NoteKind::Warning => "warning",
    };
    format!("{word}: {}", report::without_escapes(text))
}

/// A message whose further lines are indented as its first.
pub(super) fn one_line(text: &str) -> String {
    report::without_escapes(text).trim_end().replace('\n', "\n  ")
}

/// What is told when the past takes more than it may.
#[must_use]
pub fn forgot(start: u64) -> String {
    format!("the past takes more than it may: one can go back to moment {start} from now on")
}
