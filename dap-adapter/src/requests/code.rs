//! The texts and instructions of the program: `source`, `loadedSources`, `modules`, `breakpointLocations`,
//! `disassemble`.

use std::sync::Arc;
use std::thread;

use nixscope_engine::debug::location::{Location, byte_of_utf16, line_span, locate, name_of};
use nixscope_engine::source::{SourceFile, Span};
use nixscope_engine::vm::Vm;
use nixscope_engine::world::CanonPath;

use super::execution::unit_meant;
use super::read;
use crate::adapter::NixAdapter;
use crate::breakpoints::{instruction, reference};
use crate::convert::{Client, is_file, unit_of};
use crate::launch::{LaunchArguments, Made, Make};
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::Ticket;
use crate::types::{
    BreakpointLocation, BreakpointLocationsArguments, BreakpointLocationsBody, DisassembleArguments, DisassembleBody,
    DisassembledInstruction, InstructionHint, LoadedSourcesBody, ModulesArguments, ModulesBody, SourceArguments,
    SourceBody,
};

/// How many instructions are told at once, at most.
const MAX_INSTRUCTIONS: i64 = 10_000;

impl NixAdapter {
    pub(crate) fn source(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<SourceArguments>(request, ticket) else { return };
        self.anytime(ticket, move |debugger, cx, shared| {
            let mut source = arguments.source.unwrap_or_default();
            source.source_reference = source.source_reference.filter(|&it| it > 0).or(Some(arguments.source_reference));
            if unit_of(source.source_reference).is_none() {
                source.source_reference = None;
            }
            let unknown = || Failure::new(ErrorId::Refused, "the program has read no such text");
            let unit = unit_meant(debugger, cx, &source, &shared.client).ok_or_else(unknown)?;
            let file = cx.vm.sources.file(cx.vm.unit(unit).module.file);
            let content = String::from_utf8_lossy(file.shown()).into_owned();
            Ok(SourceBody { content, mime_type: Some("text/x-nix".to_owned()) })
        });
    }

    pub(crate) fn loaded_sources(&mut self, ticket: Ticket) {
        self.anytime(ticket, |debugger, cx, shared| {
            let units = (0..cx.vm.n_units()).filter(|&it| !debugger.is_own(it));
            let sources = units.map(|it| shared.client.source_of_unit(cx.vm, it));
            Ok(LoadedSourcesBody { sources: sources.collect() })
        });
    }

    pub(crate) fn modules(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<ModulesArguments>(request, ticket) else { return };
        self.anytime(ticket, move |debugger, cx, shared| {
            let number = |it: Option<i64>| it.and_then(|it| usize::try_from(it).ok()).unwrap_or_default();
            let units: Vec<u32> = (0..cx.vm.n_units()).filter(|&it| !debugger.is_own(it)).collect();
            let total = i64::try_from(units.len()).ok();
            let count = match number(arguments.module_count) {
                0 => usize::MAX,
                count => count,
            };
            let page = units.into_iter().skip(number(arguments.start_module)).take(count);
            let modules = page.map(|unit| {
                let file = cx.vm.sources.file(cx.vm.unit(unit).module.file);
                shared.module(unit, &name_of(file), is_file(file))
            });
            Ok(ModulesBody { modules: modules.collect(), total_modules: total })
        });
    }

    /// Of texts the program has not read, too: they are read aside.
    pub(crate) fn breakpoint_locations(&mut self, request: &Request, ticket: Ticket, client: &Client) {
        let Some((arguments, ticket)) = read::<BreakpointLocationsArguments>(request, ticket) else { return };
        let (make, client) = (Arc::clone(&self.make), client.clone());
        let Some(program) = &self.program else { return read_aside(ticket, make, arguments, client) };
        program.worker.anytime(move |debugger, cx| {
            let Some(unit) = unit_meant(debugger, cx, &arguments.source, &client) else {
                return read_aside(ticket, make, arguments, client);
            };
            let file = cx.vm.sources.file(cx.vm.unit(unit).module.file);
            let points = match range_meant(file, &arguments, &client) {
                Some(range) => debugger.points_within(cx.vm, unit, range),
                None => Vec::new(),
            };
            let at = points.into_iter().filter_map(|it| locate(cx.vm, it.span));
            ticket.ok(BreakpointLocationsBody { breakpoints: at.map(|it| location(&it, &client)).collect() });
        });
    }

    pub(crate) fn disassemble(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<DisassembleArguments>(request, ticket) else { return };
        self.anytime(ticket, move |_, cx, shared| {
            let unknown = || Failure::new(ErrorId::BadArguments, "this is no reference to an instruction");
            let first = instruction(&arguments.memory_reference, 0).ok_or_else(unknown)?;
            let offset =
                arguments.offset.unwrap_or_default().saturating_add(arguments.instruction_offset.unwrap_or_default());
            let count = arguments.instruction_count.clamp(0, MAX_INSTRUCTIONS);
            let start = i64::from(first).saturating_add(offset);
            let mut before = None;
            let rows = (0..count).map(|i| {
                let pc = u32::try_from(start.saturating_add(i)).ok();
                row(cx.vm, &shared.client, pc, start.saturating_add(i), &mut before)
            });
            Ok(DisassembleBody { instructions: rows.collect() })
        });
    }
}

/// One instruction, or a row that says that there is none.
fn row(vm: &Vm, client: &Client, pc: Option<u32>, at: i64, before: &mut Option<u32>) -> DisassembledInstruction {
    let Some((body, text)) = pc.and_then(|pc| vm.instruction_at(pc)) else {
        return DisassembledInstruction {
            address: format!("0x{:x}", at.max(0)),
            instruction: "(no instruction)".to_owned(),
            presentation_hint: Some(InstructionHint::Invalid),
            ..DisassembledInstruction::default()
        };
    };
    let pc = pc.unwrap_or_default();
    let span = vm.unit_of(body).and_then(|unit| {
        let expr = *vm.program.exprs.get(pc as usize)?;
        unit.module.spans.get(expr as usize).copied()
    });
    let at = span.and_then(|it| locate(vm, it));
    let range = at.as_ref().map(|it| client.range(it));
    let is_first = before.replace(body) != Some(body);
    DisassembledInstruction {
        address: reference(pc),
        instruction: text,
        symbol: is_first.then(|| vm.program.bodies[body as usize].name()).flatten().map(|it| vm.show_name(it)),
        location: at.as_ref().map(|it| client.source(it)),
        line: range.map(|it| it.line),
        column: range.map(|it| it.column),
        end_line: range.map(|it| it.end_line),
        end_column: range.map(|it| it.end_column),
        ..DisassembledInstruction::default()
    }
}

/// The range a client asks about.
fn range_meant(file: &SourceFile, arguments: &BreakpointLocationsArguments, client: &Client) -> Option<Span> {
    let first = client.line_from(arguments.line)?;
    let last = match arguments.end_line {
        Some(line) => client.line_from(line)?.min(file.lines().n_lines().saturating_sub(1)),
        None => first,
    };
    let first_span = line_span(file, first)?;
    let last_span = line_span(file, last)?;
    let at = |line: u32, start: Span, column: i64| {
        let byte = byte_of_utf16(file, line, client.column_from(column)).unwrap_or_default();
        file.pos(file.offset(start.start) + byte)
    };
    let start = arguments.column.map_or(first_span.start, |it| at(first, first_span, it));
    let end = arguments.end_column.map_or(last_span.end, |it| at(last, last_span, it));
    Some(Span::new(start, end.max(start)))
}

fn location(at: &Location, client: &Client) -> BreakpointLocation {
    let range = client.range(at);
    BreakpointLocation {
        line: range.line,
        column: Some(range.column),
        end_line: Some(range.end_line),
        end_column: Some(range.end_column),
    }
}

/// Answers from a text that the program has not read, in a session of its own that nothing runs in.
fn read_aside(ticket: Ticket, make: Make, arguments: BreakpointLocationsArguments, client: Client) {
    let work = move || {
        let found = locations_aside(&make, &arguments, &client);
        ticket.ok(BreakpointLocationsBody { breakpoints: found.unwrap_or_default() });
    };
    // If the system has no thread left, the ticket is dropped with the work, and answers for itself.
    let _ = thread::Builder::new().name("reading".to_owned()).spawn(work);
}

/// None if the text cannot be read, or is not Nix.
fn locations_aside(
    make: &Make,
    arguments: &BreakpointLocationsArguments,
    client: &Client,
) -> Option<Vec<BreakpointLocation>> {
    let path = client.path_from(arguments.source.path.as_deref()?);
    let Made { mut session, .. } = make(&LaunchArguments::default()).ok()?;
    let body = session.session().read_file(&CanonPath::new(path.as_bytes())).ok()?;
    let unit = session.vm().program.bodies.get(body as usize)?.unit;
    let file = session.vm().sources.file(session.vm().unit(unit).module.file);
    let range = range_meant(file, arguments, client)?;
    let points = session.points_within(unit, range);
    let at = points.into_iter().filter_map(|it| session.locate(it.span));
    Some(at.map(|it| location(&it, client)).collect())
}
