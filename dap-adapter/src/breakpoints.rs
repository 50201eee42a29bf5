//! What the client wants to stop at, from before there is a program until after its restart, and what the engine made
//! of it. A breakpoint that is asked for again as it was keeps its number, and how often it was met.

use std::collections::BTreeMap;

use nixscope_engine::debug::hit::{Hits, LogMessage};
use nixscope_engine::debug::location::{Location, locate, name_of};
use nixscope_engine::debug::pattern::FunctionPattern;
use nixscope_engine::debug::{
    Access, Breakpoint as Met, BreakpointId, BreakpointState, Cx, Debugger, FaultFilter, Rules, Target,
};
use nixscope_engine::source::Span;
use nixscope_engine::value::Value;
use nixscope_engine::vm::Vm;
use nixscope_engine::world::{CanonPath, NoteKind, Request};

use crate::convert::Client;
use crate::types::{Breakpoint, BreakpointReason, StopReason, to_body};

/// All breakpoints of one request: what it does not name again is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Those of a file, by the path the client gave.
    File(String),
    /// Those of a text that is no file.
    Unit(u32),
    /// Those of functions.
    Functions,
    /// Those of thunks.
    Data,
    /// Those of instructions.
    Instructions,
}

/// Where a breakpoint is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// A line of the group's text, from 0, and perhaps a column in UTF-16 code units.
    Line(u32, Option<u32>),
    /// What a pattern names.
    Function(String),
    /// A thunk, by the name it was offered under.
    Thunk(String, Vec<Access>),
    /// An instruction.
    Instruction(u32),
    /// Nowhere: the reason.
    Nowhere(String),
}

/// A breakpoint as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) spot: Spot,
    pub(crate) condition: Option<String>,
    pub(crate) hits: Option<String>,
    pub(crate) log: Option<String>,
}

#[derive(Debug)]
struct Entry {
    id: i64,
    group: Group,
    wanted: Wanted,
    /// What the engine calls it.
    met: Vec<BreakpointId>,
    /// Where it is, if the engine does not know.
    span: Option<Span>,
    /// Why there can be none.
    problem: Option<String>,
    /// What the client was told of it last.
    last_told: Option<serde_json::Value>,
}

/// The debugger of a program and what it is lent; none while there is no program.
pub(crate) type Debuggee<'a, 'b> = Option<(&'a mut Debugger, &'a mut Cx<'b>)>;

/// All breakpoints.
#[derive(Debug, Default)]
pub(crate) struct Table {
    last_id: i64,
    entries: Vec<Entry>,
    /// Thunks that clients were offered to stop at, and the moment at which each was there.
    offered: BTreeMap<String, (Value, u64)>,
    /// Which faults to stop at.
    pub(crate) fault_filters: Vec<FaultFilter>,
    /// Which notes to stop at.
    pub(crate) note_stops: Vec<NoteKind>,
}

impl Table {
    /// Replaces the breakpoints of a group. Tells what became of each, in their order.
    pub(crate) fn set(
        &mut self,
        group: &Group,
        wanted: Vec<Wanted>,
        mut debuggee: Debuggee<'_, '_>,
        client: &Client,
    ) -> Vec<Breakpoint> {
        let (mut old, rest) =
            std::mem::take(&mut self.entries).into_iter().partition::<Vec<_>, _>(|it| it.group == *group);
        self.entries = rest;
        let mut reports = Vec::new();
        for wanted in wanted {
            let mut entry = match old.iter().position(|it| it.wanted == wanted) {
                Some(known) => old.remove(known),
                None => self.make(group, wanted, debuggee.as_mut().map(|it| (&mut *it.0, &mut *it.1))),
            };
            let report = entry.report(debuggee.as_ref().map(|it| (&*it.0, &*it.1.vm)), client);
            entry.is_news(&report);
            reports.push(report);
            self.entries.push(entry);
        }
        if let Some((debugger, cx)) = debuggee {
            for id in old.into_iter().flat_map(|it| it.met) {
                debugger.remove_breakpoint(cx.vm, id);
            }
        }
        reports
    }

    fn make(&mut self, group: &Group, wanted: Wanted, debuggee: Debuggee<'_, '_>) -> Entry {
        self.last_id += 1;
        let group = group.clone();
        let mut entry =
            Entry { id: self.last_id, group, wanted, met: Vec::new(), span: None, problem: None, last_told: None };
        match entry.rules() {
            Err(problem) => entry.problem = Some(problem),
            Ok(rules) => {
                if let Some((debugger, cx)) = debuggee {
                    entry.install(debugger, cx, &rules, &self.offered);
                }
            }
        }
        entry
    }

    /// A name for a thunk that is there now.
    pub(crate) fn offer(&mut self, thunk: Value, now: u64) -> String {
        if let Some((name, it)) = self.offered.iter_mut().find(|(_, it)| it.0 == thunk) {
            it.1 = it.1.min(now);
            return name.clone();
        }
        let name = format!("value {}", self.offered.len() + 1);
        self.offered.insert(name.clone(), (thunk, now));
        name
    }

    /// Hands everything to a new program. Thunks and instructions of an old one mean nothing in it.
    pub(crate) fn install(&mut self, debugger: &mut Debugger, cx: &mut Cx<'_>) {
        self.offered.clear();
        self.entries.retain(|it| !matches!(it.group, Group::Data | Group::Instructions));
        for entry in &mut self.entries {
            entry.met.clear();
            entry.span = None;
            if let Ok(rules) = entry.rules() {
                entry.problem = None;
                entry.install(debugger, cx, &rules, &self.offered);
            }
        }
        debugger.fault_filters.clone_from(&self.fault_filters);
        debugger.note_stops.clone_from(&self.note_stops);
    }

    /// The breakpoints that are not what the client was told last.
    pub(crate) fn changed(&mut self, debugger: &Debugger, vm: &Vm, client: &Client) -> Vec<Breakpoint> {
        let reports = self.entries.iter_mut().filter_map(|it| {
            let report = it.report(Some((debugger, vm)), client);
            it.is_news(&report).then_some(report)
        });
        reports.collect()
    }

    /// What became of a breakpoint of the engine, if that is news.
    pub(crate) fn report(&mut self, met: &Met, at: Option<&Location>, client: &Client) -> Option<Breakpoint> {
        let entry = self.entries.iter_mut().find(|it| it.met.contains(&met.id))?;
        let report = entry.told(Some((met, at)), client);
        entry.is_news(&report).then_some(report)
    }

    /// The numbers of breakpoints that were met, and as what they count.
    pub(crate) fn hit(&self, met: &[BreakpointId]) -> (Vec<i64>, StopReason) {
        let hit = || self.entries.iter().filter(|it| it.met.iter().any(|it| met.contains(it)));
        let reason = match hit().next().map(|it| &it.group) {
            Some(Group::Functions) => StopReason::FunctionBreakpoint,
            Some(Group::Data) => StopReason::DataBreakpoint,
            Some(Group::Instructions) => StopReason::InstructionBreakpoint,
            Some(Group::File(_) | Group::Unit(_)) | None => StopReason::Breakpoint,
        };
        (hit().map(|it| it.id).collect(), reason)
    }
}

impl Entry {
    fn rules(&self) -> Result<Rules, String> {
        let condition = self.wanted.condition.clone().filter(|it| !it.trim().is_empty());
        let hits = self.wanted.hits.as_deref().filter(|it| !it.trim().is_empty()).map(Hits::parse).transpose()?;
        let log = self.wanted.log.as_deref().filter(|it| !it.is_empty()).map(LogMessage::parse).transpose()?;
        match &self.wanted.spot {
            Spot::Nowhere(why) => return Err(why.clone()),
            Spot::Function(text) => drop(FunctionPattern::parse(text).map_err(|it| it.to_string())?),
            Spot::Line(..) | Spot::Thunk(..) | Spot::Instruction(_) => {}
        }
        Ok(Rules { condition, hits, log })
    }

    fn install(
        &mut self,
        debugger: &mut Debugger,
        cx: &mut Cx<'_>,
        rules: &Rules,
        offered: &BTreeMap<String, (Value, u64)>,
    ) {
        let targets = match (&self.wanted.spot, &self.group) {
            (Spot::Line(line, column), Group::File(path)) => {
                let name = name_in_program(cx, path);
                let column = column.and_then(|it| byte_column(cx, &name, *line, it));
                vec![Target::Source { name, line: *line, column }]
            }
            (Spot::Line(line, column), Group::Unit(unit)) if *unit < cx.vm.n_units() => {
                let file = cx.vm.sources.file(cx.vm.unit(*unit).module.file);
                let column = column.and_then(|it| nixscope_engine::debug::location::byte_of_utf16(file, *line, it));
                match debugger.point_at(cx.vm, *unit, *line, column) {
                    Some(point) => {
                        self.span = Some(point.span);
                        vec![Target::Instruction(point.pc)]
                    }
                    None => {
                        self.problem = Some("there is nothing to stop at here".to_owned());
                        Vec::new()
                    }
                }
            }
            (Spot::Function(text), _) => FunctionPattern::parse(text).ok().map(Target::Function).into_iter().collect(),
            // Whoever went back beyond the moment at which it was offered has it no more.
            (Spot::Thunk(name, accesses), _) => match offered.get(name).filter(|it| it.1 <= cx.vm.count()) {
                Some(&(thunk, _)) => accesses.iter().map(|&access| Target::Thunk { thunk, access }).collect(),
                None => {
                    self.problem = Some("there is no such value at this moment".to_owned());
                    Vec::new()
                }
            },
            (Spot::Instruction(pc), _) => vec![Target::Instruction(*pc)],
            (Spot::Nowhere(_) | Spot::Line(..), _) => Vec::new(),
        };
        for target in targets {
            self.met.push(debugger.add_breakpoint(cx.vm, target, rules.clone()));
        }
    }

    fn report(&self, debuggee: Option<(&Debugger, &Vm)>, client: &Client) -> Breakpoint {
        let met = debuggee.and_then(|(debugger, vm)| {
            let met = debugger.breakpoints().get(*self.met.first()?)?;
            Some((met, met.span().or(self.span).and_then(|it| locate(vm, it))))
        });
        self.told(met.as_ref().map(|(met, at)| (*met, at.as_ref())), client)
    }

    /// Whether a client does not know this yet; it does then.
    fn is_news(&mut self, report: &Breakpoint) -> bool {
        let report = to_body(report);
        if self.last_told.as_ref() == Some(&report) {
            return false;
        }
        self.last_told = Some(report);
        true
    }

    fn told(&self, met: Option<(&Met, Option<&Location>)>, client: &Client) -> Breakpoint {
        let mut told = Breakpoint { id: Some(self.id), ..Breakpoint::default() };
        if let Group::File(path) = &self.group {
            told.source = Some(client.source_of(path, true, None));
        }
        if let Spot::Instruction(pc) = self.wanted.spot {
            told.instruction_reference = Some(reference(pc));
        }
        let (reason, message) = match (&self.problem, met) {
            (Some(problem), _) => (BreakpointReason::Failed, problem.clone()),
            (None, None) => (BreakpointReason::Pending, "the program is not there yet".to_owned()),
            (None, Some((met, at))) => match &met.state {
                BreakpointState::Verified(_) => {
                    told.verified = true;
                    if let Some(at) = at {
                        let range = client.range(at);
                        if told.source.is_none() {
                            told.source = Some(client.source(at));
                        }
                        (told.line, told.column) = (Some(range.line), Some(range.column));
                        (told.end_line, told.end_column) = (Some(range.end_line), Some(range.end_column));
                    }
                    return told;
                }
                BreakpointState::Rejected(why) => (BreakpointReason::Failed, why.clone()),
                BreakpointState::Pending(why) => match self.group {
                    Group::File(_) => (BreakpointReason::Pending, "the program has not read this file yet".to_owned()),
                    _ => (BreakpointReason::Pending, why.clone()),
                },
            },
        };
        (told.reason, told.message) = (Some(reason), Some(message));
        told
    }
}

/// How an instruction is named to clients.
pub(crate) fn reference(pc: u32) -> String {
    format!("0x{pc:x}")
}

/// The instruction that a client names, so many further on.
pub(crate) fn instruction(reference: &str, offset: i64) -> Option<u32> {
    let text = reference.trim();
    let pc = match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok()?,
        None => text.parse().ok()?,
    };
    u32::try_from(pc.checked_add(offset)?).ok()
}

/// What the program calls the file at a path: links are followed as `import` does.
pub(crate) fn name_in_program(cx: &mut Cx<'_>, path: &str) -> String {
    let path = CanonPath::new(path.as_bytes());
    let found = cx.world.answer(&Request::ResolveImport(path.clone())).into_path();
    found.unwrap_or(path).to_text().into_owned()
}

/// The byte of a line at which a column is, read from the file if the program has not read it yet.
fn byte_column(cx: &mut Cx<'_>, name: &str, line: u32, utf16: u32) -> Option<u32> {
    let known = cx.vm.sources.iter().find(|it| name_of(it) == name).map(|it| it.text.clone());
    let text = match known {
        Some(text) => text,
        None => cx.world.answer(&Request::ReadFile(CanonPath::new(name.as_bytes()))).into_bytes().ok()?.into(),
    };
    let line = text.split(|&it| it == b'\n').nth(line as usize)?;
    let mut left = utf16 as usize;
    let mut at = 0;
    for chunk in line.utf8_chunks() {
        let valid = chunk.valid().chars().map(|it| (it.len_utf16(), it.len_utf8()));
        for (n_units, n_bytes) in valid.chain(chunk.invalid().iter().map(|_| (1, 1))) {
            if left < n_units {
                return u32::try_from(at).ok();
            }
            left -= n_units;
            at += n_bytes;
        }
    }
    u32::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_have_names() {
        let cases =
            [("0x1f", 1, Some(32)), ("7", -7, Some(0)), ("0x0", -1, None), ("x", 0, None), ("0x7", i64::MAX, None)];
        for (text, offset, pc) in cases {
            assert_eq!(instruction(text, offset), pc, "{text}");
        }
        assert_eq!(instruction(&reference(77), 0), Some(77));
    }
}
