//! What failed when a document was evaluated, on the places it is about.

use nixscope_engine::debug::location::name_of;
use nixscope_engine::diagnostic::TraceEntry;
use nixscope_engine::session::live::Watched;
use nixscope_engine::session::report::{Detail, diagnose};
use nixscope_engine::source::{Pos, SourceFile};
use nixscope_engine::value::Tag;
use nixscope_engine::vm::{Fault, FaultKind, Vm};
use nixscope_engine::world::CanonPath;

use crate::diagnose::{Finding, Level, Place, Related};
use crate::state::Open;

use super::Why;
use super::world::MODE;

/// How many places of a trace are told.
const MAX_RELATED: usize = 12;

/// Whether a fault is about what we do not allow, rather than about the program.
fn is_ours(fault: &Fault, trust: bool) -> bool {
    let data = fault.data();
    let is_hidden = data.message.contains(MODE)
        || data.message.contains("in restricted mode")
        || data.message.contains("was not found in the Nix search path")
        || data.message.contains("cannot fetch")
        || data.message.contains(super::flake::MISSING);
    matches!(data.kind, FaultKind::OutOfMemory | FaultKind::Interrupted)
        || data.message.contains(super::calls::ABSENT)
        || (!trust && (is_hidden || data.kind == FaultKind::Outside))
}

/// Why there may be no values.
pub(super) fn why(watched: &Watched, trust: bool) -> Option<Why> {
    match &watched.outcome {
        Err(fault) => Some(match fault.data().kind {
            FaultKind::OutOfMemory | FaultKind::Interrupted => Why::Limit,
            _ if is_ours(fault, trust) => Why::Forbidden(fault.data().message.clone()),
            _ => Why::Failed(fault.data().message.clone()),
        }),
        Ok(_) if watched.wants_arguments => Some(Why::WantsArguments),
        Ok(v) if matches!(v.tag(), Tag::Lambda | Tag::Partial) => Some(Why::WantsArguments),
        Ok(_) => watched.is_cut_short.then_some(Why::Limit),
    }
}

/// What failed, as it is told in a document. Of a file that something else runs only what concerns it is told.
pub(super) fn findings(vm: &Vm, open: &Open, path: &CanonPath, watched: &Watched, trust: bool) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    // A part that throws when it is needed may well be meant to; the file as a whole is needed now.
    let is_meant = |it: &&Fault| matches!(it.data().kind, FaultKind::Throw | FaultKind::Assertion);
    let parts = watched.faults.iter().filter(|it| !is_meant(it));
    for fault in watched.outcome.as_ref().err().into_iter().chain(parts) {
        let is_told = matches!(fault.data().kind, FaultKind::Syntax | FaultKind::UndefinedVariable);
        let place = vm.sources.file_of(fault.data().pos);
        if is_ours(fault, trust) || (is_told && place.is_some_and(|it| name_of(it) == path.to_text())) {
            continue;
        }
        let Some(finding) = finding(vm, open, path, fault) else { continue };
        if !found.iter().any(|it| (it.range, &it.message) == (finding.range, &finding.message)) {
            found.push(finding);
        }
    }
    found
}

fn finding(vm: &Vm, open: &Open, path: &CanonPath, fault: &Fault) -> Option<Finding> {
    let told = diagnose(fault, &vm.sources, Detail::Full);
    let own = |pos: Pos| vm.sources.file_of(pos).filter(|it| name_of(it) == path.to_text());
    let mut message = told.message.clone();
    if !told.suggestions.is_empty() {
        let names: Vec<String> = told.suggestions.iter().map(|it| format!("'{it}'")).collect();
        message = format!("{message}\nDid you mean {}?", names.join(" or "));
    }
    let lines = told.trace.iter().filter_map(|it| match it {
        TraceEntry::Line { text, place, .. } => Some((place.as_ref()?.pos, text.clone())),
        TraceEntry::Repeated(_) | TraceEntry::Truncated => None,
    });
    // The innermost comes first.
    let mut lines: Vec<(Pos, String)> = lines.collect();
    lines.reverse();
    let at = fault.data().pos;
    let here = [at].into_iter().chain(lines.iter().map(|it| it.0)).find_map(|pos| Some((own(pos)?, pos)));
    let range = here.map(|(file, pos)| span(vm, open, file, pos))?;
    if own(at).is_none() && at.is_some() {
        lines.insert(0, (at, told.message));
    }
    let related = lines.into_iter().take(MAX_RELATED).filter_map(|(pos, message)| {
        let place = match own(pos) {
            Some(file) => {
                let (start, end) = span(vm, open, file, pos);
                Place::Here(start, end)
            }
            None => elsewhere(vm, pos)?,
        };
        Some(Related { place, message })
    });
    Some(Finding {
        range,
        level: Level::Error,
        code: "evaluation",
        message,
        is_unnecessary: false,
        is_deprecated: false,
        related: related.collect(),
    })
}

/// The expression that a place stands for, in bytes; the word there if there is none.
fn span(vm: &Vm, open: &Open, file: &SourceFile, pos: Pos) -> (u32, u32) {
    let start = file.offset(pos);
    let unit = vm.sources.id_of(pos).and_then(|it| vm.unit_of_file(it));
    let around = unit.and_then(|unit| {
        let module = &vm.unit(unit).module;
        let at = module.places.iter().rposition(|it| *it == pos)?;
        let span = *module.spans.get(at)?;
        (span.start.is_some() && span.start <= pos && pos <= span.end)
            .then(|| (file.offset(span.start), file.offset(span.end)))
    });
    around.unwrap_or_else(|| {
        let rest = open.text.as_str().as_bytes().get(start as usize..).unwrap_or_default();
        let n = rest.iter().take_while(|it| it.is_ascii_alphanumeric() || b"_-'".contains(it)).count();
        (start, start + n.max(1) as u32)
    })
}

fn elsewhere(vm: &Vm, pos: Pos) -> Option<Place> {
    let it = nixscope_engine::debug::location::locate(vm, nixscope_engine::source::Span::new(pos, pos))?;
    let spot = |it: nixscope_engine::debug::location::Spot| (it.line, it.utf16);
    it.is_file.then(|| Place::File(it.name, [spot(it.start), spot(it.end)]))
}
