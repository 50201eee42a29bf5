//! Making, changing and listing what stops the program.

use std::fmt::Write as _;

use crate::debug::value::{Laziness, laziness};
use crate::debug::{
    Access, Breakpoint, BreakpointId, BreakpointState, FaultFilter, MessagePattern, Rules, StopReason, Target,
};
use crate::session::DebugSession;
use crate::world::{NoteKind, World};

use super::command::{At, Change, PlaceText, Stops};
use super::{Console, path, rules};

impl Console {
    pub(super) fn change_stops<W: World>(
        &mut self,
        session: &mut DebugSession<W>,
        what: &Stops,
    ) -> Result<String, String> {
        match what {
            Stops::Break { at, rules, is_temporary } => {
                let target = self.target_of(session, at)?;
                let id = session.add_breakpoint(target, rules.clone());
                if *is_temporary {
                    self.temporary.push(id);
                }
                self.made(session, id)
            }
            Stops::Watch { path, access } => self.watch(session, path, *access),
            Stops::Catch(filter) => {
                if !session.debugger.fault_filters.contains(filter) {
                    session.debugger.fault_filters.push(filter.clone());
                }
                Ok(caught(session))
            }
            Stops::CatchNotes(kind) => {
                if !session.debugger.note_stops.contains(kind) {
                    session.debugger.note_stops.push(*kind);
                }
                Ok(caught(session))
            }
            Stops::CatchNothing => {
                session.debugger.fault_filters.clear();
                session.debugger.note_stops.clear();
                Ok(caught(session))
            }
            Stops::Caught => Ok(caught(session)),
            Stops::List => {
                let ids: Vec<BreakpointId> = session.debugger.breakpoints().iter().map(|it| it.id).collect();
                let rows: Vec<String> = ids.iter().filter_map(|it| self.row(session, *it)).collect();
                Ok(if rows.is_empty() { "there are no breakpoints".to_owned() } else { rows.join("\n") })
            }
            Stops::Delete(ids) => delete(session, ids),
            Stops::Change { id, change } => {
                let id = BreakpointId(*id);
                let rules = session.debugger.rules_mut(id).ok_or_else(|| no_breakpoint(id.0))?;
                match change {
                    Change::Condition(it) => rules.condition.clone_from(it),
                    Change::Hits(it) => rules.hits = *it,
                    Change::Log(it) => rules.log.clone_from(it),
                }
                Ok(self.row(session, id).unwrap_or_default())
            }
        }
    }

    fn target_of<W: World>(&self, session: &mut DebugSession<W>, at: &At) -> Result<Target, String> {
        match at {
            At::Here => {
                let here = self.span_here(session).and_then(|it| session.locate(it));
                let here = here.ok_or_else(|| "nothing is at hand: name a place".to_owned())?;
                Ok(Target::Source { name: here.name, line: here.start.line, column: Some(here.start.byte) })
            }
            At::Place(place) => self.source(session, place),
            At::Name(pattern) => Ok(Target::Function(pattern.clone())),
            At::Instruction(n) => {
                let index = self.scope_frame(session).ok_or_else(|| "no frame runs instructions here".to_owned())?;
                let vm = session.vm();
                let body = &vm.program.bodies[vm.frames()[index].code as usize];
                let n_instructions = body.end - body.entry;
                if *n >= n_instructions {
                    return Err(format!("the selected frame has the instructions 0 to {}", n_instructions - 1));
                }
                Ok(Target::Instruction(body.entry + n))
            }
        }
    }

    fn source<W: World>(&self, session: &mut DebugSession<W>, place: &PlaceText) -> Result<Target, String> {
        let name = self.name_of_text(session, place.file.as_deref())?;
        if session.unit_named(&name).is_some() {
            self.unit_at(session, place)?;
        }
        Ok(Target::Source { name, line: place.line, column: place.column })
    }

    fn watch<W: World>(&mut self, session: &mut DebugSession<W>, text: &str, access: Access) -> Result<String, String> {
        let names = path::names(text)
            .ok_or_else(|| format!("'{text}' does not name a value of the program: names with dots between them do"))?;
        let found = self.follow(session, &names)?;
        if session.vm().settled(found.value).is_some() {
            let shown = session.show(found.value).text;
            return Err(format!("{text} is there already, and will not be computed again: {shown}"));
        }
        if access == Access::Force && laziness(session.vm(), found.value) == Laziness::Running {
            return Err(format!("{text} is being computed right now: `watch value {text}` stops when it is done"));
        }
        let id = session.add_breakpoint(Target::Thunk { thunk: found.value, access }, Rules::default());
        self.made(session, id)
    }

    /// What is told of a breakpoint that was just made. One that means nothing is taken away again.
    fn made<W: World>(&mut self, session: &mut DebugSession<W>, id: BreakpointId) -> Result<String, String> {
        let state = session.breakpoint(id).map(|it| it.0.state.clone());
        if let Some(BreakpointState::Rejected(why)) = state {
            session.remove_breakpoint(id);
            self.temporary.retain(|it| *it != id);
            return Err(why);
        }
        Ok(self.row(session, id).unwrap_or_default())
    }

    /// A breakpoint on a line.
    fn row<W: World>(&self, session: &DebugSession<W>, id: BreakpointId) -> Option<String> {
        let (breakpoint, at) = session.breakpoint(id)?;
        let target = self.target_text(breakpoint);
        let mut out = format!("breakpoint {}", id.0);
        let place = at.map(|it| self.place(&it));
        let n_places = breakpoint.pcs().len();
        let _ = match (&breakpoint.state, place) {
            (BreakpointState::Verified(_), Some(place)) => match (&breakpoint.target, n_places) {
                (Target::Source { .. }, _) => write!(out, " at {place}"),
                (_, 0 | 1) => write!(out, " on {target} at {place}"),
                (_, n) => write!(out, " on {target} at {place} and {} more", n - 1),
            },
            (BreakpointState::Verified(_), None) => write!(out, " on {target}"),
            (BreakpointState::Pending(_), _) => match breakpoint.target {
                Target::Function(_) => write!(out, " on {target}: nothing that was read is called so yet"),
                _ => write!(out, " on {target}, which was not read yet"),
            },
            (BreakpointState::Rejected(why), _) => write!(out, " on {target}: {why}"),
        };
        let rules = &breakpoint.rules;
        if let Some(condition) = &rules.condition {
            let _ = write!(out, " if {condition}");
        }
        if let Some(hits) = &rules.hits {
            let _ = write!(out, " hits {hits}");
        }
        if let Some(log) = &rules.log {
            let _ = write!(out, " log \"{log}\"");
        }
        if self.temporary.contains(&id) {
            out.push_str(", just once");
        }
        match breakpoint.n_hits {
            0 => {}
            1 => out.push_str(", met once"),
            n => {
                let _ = write!(out, ", met {n} times");
            }
        }
        Some(out)
    }

    fn target_text(&self, breakpoint: &Breakpoint) -> String {
        match &breakpoint.target {
            Target::Source { name, line, column: None } => format!("{}:{}", self.short(name), line + 1),
            Target::Source { name, line, column: Some(column) } => {
                format!("{}:{}:{}", self.short(name), line + 1, column + 1)
            }
            Target::Function(pattern) => pattern.to_string(),
            Target::Thunk { access: Access::Force, .. } => "the thunk being forced".to_owned(),
            Target::Thunk { access: Access::Value, .. } => "the thunk having its value".to_owned(),
            Target::Instruction(_) => "an instruction".to_owned(),
        }
    }
}

fn no_breakpoint(id: u32) -> String {
    format!("there is no breakpoint {id}")
}

fn delete<W: World>(session: &mut DebugSession<W>, ids: &[u32]) -> Result<String, String> {
    if let Some(id) = ids.iter().find(|it| session.debugger.breakpoints().get(BreakpointId(**it)).is_none()) {
        return Err(no_breakpoint(*id));
    }
    let is_all = ids.is_empty();
    let ids: Vec<BreakpointId> = match is_all {
        true => session.debugger.breakpoints().iter().map(|it| it.id).collect(),
        false => ids.iter().map(|it| BreakpointId(*it)).collect(),
    };
    for id in &ids {
        session.remove_breakpoint(*id);
    }
    Ok(match (is_all, ids.len()) {
        (_, 0) => "there are no breakpoints".to_owned(),
        (true, n) => format!("{n} breakpoint{} deleted", if n == 1 { "" } else { "s" }),
        (false, _) => String::new(),
    })
}

/// What is stopped for besides breakpoints.
fn caught<W: World>(session: &DebugSession<W>) -> String {
    let filters = session.debugger.fault_filters.iter().map(filter_text);
    let notes = session.debugger.note_stops.iter().map(|it| match it {
        NoteKind::Trace => "trace".to_owned(),
        NoteKind::EvaluationWarning | NoteKind::Warning => "warn".to_owned(),
    });
    let all: Vec<String> = filters.chain(notes).collect();
    if all.is_empty() { "no faults are stopped for".to_owned() } else { format!("stopped for: {}", all.join("; ")) }
}

fn filter_text(filter: &FaultFilter) -> String {
    let kinds = rules::KINDS.iter().filter(|it| filter.kinds.contains(&it.1)).map(|it| it.0);
    let mut words: Vec<&str> = kinds.collect();
    if words.is_empty() {
        words.push("all");
    }
    if filter.with_caught {
        words.push("caught");
    }
    let mut out = words.join(" ");
    let _ = match &filter.message {
        Some(MessagePattern::Contains(text)) => write!(out, " \"{text}\""),
        Some(MessagePattern::Matches(_, text)) => write!(out, " {text}"),
        None => Ok(()),
    };
    out
}

/// Whether a fault is at hand, so that `fault` has something to show.
pub(super) fn fault_at_hand(reason: &StopReason) -> Option<&crate::vm::Fault> {
    match reason {
        StopReason::Fault(stop) => Some(&stop.fault),
        StopReason::Failed(fault) => Some(fault),
        _ => None,
    }
}
