//! Setting breakpoints of every kind, whether the program runs or not, and even before there is one.

use std::sync::Arc;

use nixscope_engine::debug::value::{self, Laziness, laziness};
use nixscope_engine::debug::{Access, FaultFilter, MessagePattern};
use nixscope_engine::value::{Tag, Value};
use nixscope_engine::world::NoteKind;

use super::inspect::stale;
use super::read;
use crate::adapter::{Look, NixAdapter};
use crate::breakpoints::{Group, Spot, Wanted, instruction};
use crate::capabilities::{FILTERS, What};
use crate::convert::{Client, unit_of};
use crate::handles::Handle;
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::Ticket;
use crate::shared::lock;
use crate::types::{
    Breakpoint, BreakpointReason, BreakpointsBody, DataBreakpointAccessType, DataBreakpointInfoArguments,
    DataBreakpointInfoBody, ExceptionFilterOptions, SetBreakpointsArguments, SetDataBreakpointsArguments,
    SetExceptionBreakpointsArguments, SetFunctionBreakpointsArguments, SetInstructionBreakpointsArguments,
};

impl NixAdapter {
    pub(crate) fn set_breakpoints(&mut self, request: &Request, ticket: Ticket, client: &Client) {
        let Some((arguments, ticket)) = read::<SetBreakpointsArguments>(request, ticket) else { return };
        let group = match (unit_of(arguments.source.source_reference), &arguments.source.path) {
            (Some(unit), _) => Group::Unit(unit),
            (None, Some(path)) => Group::File(client.path_from(path)),
            (None, None) => {
                let text = "the source has neither a path nor a reference";
                return ticket.fail(Failure::bad_arguments("setBreakpoints", text));
            }
        };
        let wanted = arguments.wanted().into_iter().map(|it| Wanted {
            spot: match client.line_from(it.line) {
                Some(line) => Spot::Line(line, it.column.map(|it| client.column_from(it))),
                None => Spot::Nowhere(format!("there is no line {}", it.line)),
            },
            condition: it.condition,
            hits: it.hit_condition,
            log: it.log_message,
        });
        let wanted = wanted.collect();
        self.set(ticket, group, wanted);
    }

    pub(crate) fn set_function_breakpoints(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<SetFunctionBreakpointsArguments>(request, ticket) else { return };
        let wanted = arguments.breakpoints.into_iter().map(|it| Wanted {
            spot: Spot::Function(it.name),
            condition: it.condition,
            hits: it.hit_condition,
            log: None,
        });
        self.set(ticket, Group::Functions, wanted.collect());
    }

    pub(crate) fn set_instruction_breakpoints(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<SetInstructionBreakpointsArguments>(request, ticket) else { return };
        let wanted = arguments.breakpoints.into_iter().map(|it| Wanted {
            spot: match instruction(&it.instruction_reference, it.offset.unwrap_or_default()) {
                Some(pc) => Spot::Instruction(pc),
                None => Spot::Nowhere(format!("there is no instruction {}", it.instruction_reference)),
            },
            condition: it.condition,
            hits: it.hit_condition,
            log: None,
        });
        self.set(ticket, Group::Instructions, wanted.collect());
    }

    pub(crate) fn set_data_breakpoints(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<SetDataBreakpointsArguments>(request, ticket) else { return };
        let wanted = arguments.breakpoints.into_iter().map(|it| Wanted {
            spot: Spot::Thunk(
                it.data_id,
                match it.access_type {
                    Some(DataBreakpointAccessType::Read) => vec![Access::Force],
                    None | Some(DataBreakpointAccessType::Write) => vec![Access::Value],
                    Some(DataBreakpointAccessType::ReadWrite) => vec![Access::Force, Access::Value],
                },
            ),
            condition: it.condition,
            hits: it.hit_condition,
            log: None,
        });
        self.set(ticket, Group::Data, wanted.collect());
    }

    /// Replaces the breakpoints of a group, now or between two slices of the run.
    fn set(&self, ticket: Ticket, group: Group, wanted: Vec<Wanted>) {
        let Some(program) = self.program.as_ref().filter(|it| !it.shared.options.no_debug) else {
            let Some(client) = &self.client else { return };
            let breakpoints = lock(&self.table).set(&group, wanted, None, client);
            return ticket.ok(BreakpointsBody { breakpoints });
        };
        let shared = Arc::clone(&program.shared);
        program.worker.anytime(move |debugger, cx| {
            let breakpoints = lock(&shared.table).set(&group, wanted, Some((debugger, cx)), &shared.client);
            ticket.ok(BreakpointsBody { breakpoints });
        });
    }

    pub(crate) fn set_exception_breakpoints(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<SetExceptionBreakpointsArguments>(request, ticket) else { return };
        let plain = arguments.filters.into_iter().map(|filter_id| ExceptionFilterOptions {
            filter_id,
            condition: None,
            mode: None,
        });
        let chosen: Vec<_> = plain.chain(arguments.filter_options.unwrap_or_default()).collect();
        let (fault_filters, note_stops, breakpoints) = filters(&chosen);
        let mut table = lock(&self.table);
        table.fault_filters.clone_from(&fault_filters);
        table.note_stops.clone_from(&note_stops);
        drop(table);
        let body = BreakpointsBody { breakpoints };
        let Some(program) = self.program.as_ref().filter(|it| !it.shared.options.no_debug) else {
            return ticket.ok(body);
        };
        let shared = Arc::clone(&program.shared);
        program.worker.anytime(move |debugger, cx| {
            if shared.is_running() {
                cx.vm.hooks.holds_faults = !fault_filters.is_empty();
            }
            debugger.fault_filters = fault_filters;
            debugger.note_stops = note_stops;
            ticket.ok(body);
        });
    }

    pub(crate) fn data_breakpoint_info(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<DataBreakpointInfoArguments>(request, ticket) else { return };
        self.look(ticket, move |look| {
            let none = |description: &str| DataBreakpointInfoBody {
                description: description.to_owned(),
                ..DataBreakpointInfoBody::default()
            };
            let found = match arguments.variables_reference.filter(|&it| it > 0) {
                Some(reference) => look.named_in(reference, &arguments.name)?,
                None => look.named_in_frame(arguments.frame_id, &arguments.name)?,
            };
            let Some(value) = found else {
                return Ok(none("the program has no such value: it was computed on the side"));
            };
            if value.tag() != Tag::Thunk || laziness(look.session.vm(), value) == Laziness::Evaluated {
                return Ok(none("this is evaluated already, and values never change"));
            }
            let read = DataBreakpointAccessType::Read;
            let is_running = laziness(look.session.vm(), value) == Laziness::Running;
            let count = look.session.vm().count();
            let data_id = lock(&look.shared.table).offer(value, count);
            let both = vec![DataBreakpointAccessType::Write, read, DataBreakpointAccessType::ReadWrite];
            Ok(DataBreakpointInfoBody {
                data_id: Some(data_id),
                description: format!("when {} is needed (read) or has its value (write)", arguments.name),
                access_types: Some(if is_running { vec![DataBreakpointAccessType::Write] } else { both }),
                can_persist: Some(false),
            })
        });
    }
}

/// What chosen filters mean, and what became of each.
fn filters(chosen: &[ExceptionFilterOptions]) -> (Vec<FaultFilter>, Vec<NoteKind>, Vec<Breakpoint>) {
    let mut faults = Vec::new();
    let mut notes = Vec::new();
    let mut reports = Vec::new();
    let with_caught = chosen.iter().any(|it| it.filter_id == "caught");
    let is_alone = !chosen.iter().any(|it| matches!(what(&it.filter_id), Some(What::Faults(_))));
    for it in chosen {
        let condition = it.condition.as_deref().filter(|it| !it.is_empty());
        let message = condition.map(MessagePattern::parse).transpose();
        let problem = match (what(&it.filter_id), message) {
            (None, _) => Some(format!("there is no filter `{}`", it.filter_id)),
            (_, Err(error)) => Some(error),
            (Some(What::Faults(kinds)), Ok(message)) => {
                faults.push(FaultFilter { kinds: kinds.to_vec(), with_caught, message });
                None
            }
            (Some(What::Caught), Ok(message)) => {
                if is_alone {
                    faults.push(FaultFilter { kinds: Vec::new(), with_caught: true, message });
                }
                None
            }
            (Some(What::Trace | What::Warn), Ok(Some(_))) => Some("this filter has no condition".to_owned()),
            (Some(What::Trace), Ok(None)) => {
                notes.push(NoteKind::Trace);
                None
            }
            (Some(What::Warn), Ok(None)) => {
                notes.extend([NoteKind::EvaluationWarning, NoteKind::Warning]);
                None
            }
        };
        reports.push(Breakpoint {
            verified: problem.is_none(),
            reason: problem.is_some().then_some(BreakpointReason::Failed),
            message: problem,
            ..Breakpoint::default()
        });
    }
    (faults, notes, reports)
}

fn what(id: &str) -> Option<&'static What> {
    FILTERS.iter().find(|it| it.id == id).map(|it| &it.what)
}

impl Look<'_> {
    /// The value of a name in a group of variables; none if the program does not have it.
    fn named_in(&self, reference: i64, name: &str) -> Result<Option<Value>, Failure> {
        let handle = self.shared.handles().get(reference).cloned();
        let unknown = || Failure::new(ErrorId::BadArguments, format!("there is no variable `{name}`"));
        match handle {
            Some(Handle::Names(named)) => {
                let found = named.into_iter().find(|it| it.name == name).ok_or_else(unknown)?.shown;
                Ok((!found.is_aside).then_some(found.value))
            }
            Some(Handle::Parts(shown)) if shown.is_aside => Ok(None),
            Some(Handle::Parts(shown)) => {
                let children = value::children(self.session.vm(), shown.value, value::Filter::All, 0, usize::MAX);
                let found = children.into_iter().find(|it| it.name == name).ok_or_else(unknown)?;
                Ok((found.text.is_none()).then_some(found.value))
            }
            Some(Handle::Lazy { shown, .. }) => Ok((!shown.is_aside).then_some(shown.value)),
            Some(Handle::Place(_) | Handle::Needed { .. }) | None => Err(stale("variablesReference")),
        }
    }

    /// The value of a variable in a frame, the innermost if none is named.
    fn named_in_frame(&mut self, frame: Option<i64>, name: &str) -> Result<Option<Value>, Failure> {
        let index = match frame {
            Some(frame) => self.frame(frame)?,
            None => self.session.vm().frames().len().saturating_sub(1),
        };
        let scopes = self.session.scopes(index);
        let found = scopes.into_iter().flat_map(|it| it.variables).find(|it| it.name == name);
        let unknown = || Failure::new(ErrorId::BadArguments, format!("there is no variable `{name}`"));
        Ok(Some(found.ok_or_else(unknown)?.value))
    }
}
