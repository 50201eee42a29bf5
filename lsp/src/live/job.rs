//! One evaluation: a document run as it is in the editor, in a world that shows no more than the workspace.

use std::collections::BTreeSet;
use std::sync::Arc;

use nixscope_engine::builtins;
use nixscope_engine::debug::value::{Budget, show};
use nixscope_engine::diagnostic::TraceEntry;
use nixscope_engine::session::Session;
use nixscope_engine::session::live::{LiveLimits, Watched};
use nixscope_engine::session::report::{Detail, diagnose};
use nixscope_engine::source::{Pos, SourceFile};
use nixscope_engine::store::VirtualStore;
use nixscope_engine::value::{Tag, Value};
use nixscope_engine::vm::{Fault, FaultKind, Limits, Settings, Vm};
use nixscope_engine::world::{Answer, CanonPath, Disk, Overlay, Request, Restricted, World};
use rustc_hash::FxHashMap;

use crate::diagnose::{Finding, Level, Place, Related};
use crate::state::{Open, Snapshot};

use super::{Live, LiveText, Seen, Why};

/// The largest text that is evaluated.
const MAX_TEXT: u32 = 2 << 20;
/// How many values of one text are kept.
const MAX_SEEN: usize = 20_000;
/// How deep calls may go: what Nix allows.
const MAX_DEPTH: usize = 10_000;
/// How many places of a trace are told.
const MAX_RELATED: usize = 12;
/// How a file that may not be read is told of.
const MODE: &str = "outside of the workspace";

/// Evaluates a document. `None` if it was interrupted because it is of no use any more.
pub(super) fn run(now: &Snapshot, uri: &str, live: &Live) -> Option<LiveText> {
    let open = now.open(uri)?;
    let mut text = LiveText {
        uri: uri.to_owned(),
        version: open.version,
        text: Arc::clone(&open.text),
        seen: Vec::new(),
        findings: Vec::new(),
        reads: BTreeSet::new(),
        why: None,
    };
    let Some(path) = open.path.as_deref().filter(|_| open.text.len() <= MAX_TEXT) else { return Some(text) };
    // What is wrong with the text itself is told already.
    if !open.document().syntax_errors().is_empty() {
        text.why = Some(Why::Failed("the text has errors".to_owned()));
        return Some(text);
    }
    let path = CanonPath::new(real(path).as_bytes());
    let mut session = session(now, &path);
    let pulse = session.pulse();
    live.begin(uri, Arc::clone(&pulse));
    let config = &now.config.live;
    let limits = LiveLimits { fuel: config.fuel, part_fuel: config.fuel / 4, ..LiveLimits::default() };
    let watched = session.watch(&path, limits);
    let is_late = live.end();
    if pulse.is_interrupted() && !is_late {
        return None;
    }
    text.reads.clone_from(&session.world().reads);
    text.seen = seen(&session.vm, &watched);
    text.why = why(&watched, config.trust);
    text.findings = findings(&session.vm, open, &path, &watched, config.trust);
    Some(text)
}

/// The path without links in it.
fn real(path: &str) -> String {
    let real = std::fs::canonicalize(path).ok().and_then(|it| it.into_os_string().into_string().ok());
    real.unwrap_or_else(|| path.to_owned())
}

/// A session that sees what the document may see.
fn session(now: &Snapshot, path: &CanonPath) -> Session<Quiet> {
    let config = &now.config.live;
    let nix_path: Vec<(String, String)> = config.nix_path.iter().map(|it| entry(it)).collect();
    let below: Box<dyn World + Send> = if config.trust {
        Box::new(Disk::new())
    } else {
        let folder = path.parent().unwrap_or_else(CanonPath::root).to_text().into_owned();
        let roots = if now.roots.is_empty() { std::slice::from_ref(&folder) } else { &now.roots };
        let allowed = roots.iter().chain(nix_path.iter().map(|it| &it.1));
        let allowed: Vec<CanonPath> =
            allowed.flat_map(|it| [it.clone(), real(it)]).map(|it| CanonPath::new(it.as_bytes())).collect();
        Box::new(Restricted::new(Disk::new(), allowed, MODE))
    };
    let mut overlay = Overlay::new(below);
    for open in now.documents.values() {
        if let Some(path) = &open.path {
            overlay.put(CanonPath::new(real(path).as_bytes()), open.text.as_str().as_bytes());
        }
    }
    let settings = Settings {
        nix_path,
        working_dir: path.parent().unwrap_or_else(CanonPath::root).to_text().into_owned(),
        system: format!("{}-{}", std::env::consts::ARCH, if cfg!(target_os = "macos") { "darwin" } else { "linux" }),
        is_restricted: true,
        keeps_names: true,
        ..Settings::default()
    };
    let limits = Limits { max_depth: MAX_DEPTH, max_heap: config.memory_limit.clamp(16, 1 << 20) << 20 };
    let mut vm = builtins::machine_in(settings, limits);
    vm.reading.pipe_operators = now.config.pipe_operators;
    Session::new(vm, Quiet { below: VirtualStore::new(overlay), reads: BTreeSet::new() })
}

fn entry(text: &str) -> (String, String) {
    let (prefix, path) = text.split_once('=').unwrap_or(("", text));
    (prefix.to_owned(), path.to_owned())
}

/// A world that says nothing of the environment and to nobody, and remembers which files were read.
struct Quiet {
    below: VirtualStore<Overlay<Box<dyn World + Send>>>,
    reads: BTreeSet<String>,
}

impl World for Quiet {
    fn answer(&mut self, request: &Request) -> Answer {
        match request {
            Request::Env(_) => Answer::Env(None),
            Request::CurrentTime => Answer::Time(0),
            Request::Note { .. } => Answer::Done,
            Request::ReadFile(path) => {
                self.reads.insert(path.to_text().into_owned());
                self.below.answer(request)
            }
            _ => self.below.answer(request),
        }
    }
}

/// What is shown of what was seen.
fn seen(vm: &Vm, watched: &Watched) -> Vec<Seen> {
    let budget = Budget { width: 100, depth: 3, items: 10 };
    let mut texts: FxHashMap<Value, (Arc<str>, &'static str)> = FxHashMap::default();
    let values = watched.values.iter().take(MAX_SEEN);
    let shown = values.filter_map(|it| {
        let file = vm.sources.file_of(it.span.start)?;
        let (text, type_name) = texts.entry(it.value).or_insert_with(|| {
            let shown = show(vm, it.value, budget);
            (shown.text.into(), shown.type_name)
        });
        Some(Seen {
            start: file.offset(it.span.start),
            end: file.offset(it.span.end),
            text: Arc::clone(text),
            type_name,
            times: it.times,
        })
    });
    shown.collect()
}

/// Whether a fault is about what we do not allow, rather than about the program.
fn is_ours(fault: &Fault, trust: bool) -> bool {
    let data = fault.data();
    let is_hidden = data.message.contains(MODE)
        || data.message.contains("in restricted mode")
        || data.message.contains("was not found in the Nix search path")
        || data.message.contains("cannot fetch");
    matches!(data.kind, FaultKind::OutOfMemory | FaultKind::Interrupted)
        || (!trust && (is_hidden || data.kind == FaultKind::Outside))
}

fn why(watched: &Watched, trust: bool) -> Option<Why> {
    match &watched.outcome {
        Err(fault) => Some(match fault.data().kind {
            FaultKind::OutOfMemory | FaultKind::Interrupted => Why::Limit,
            _ if is_ours(fault, trust) => Why::Forbidden(fault.data().message.clone()),
            _ => Why::Failed(fault.data().message.clone()),
        }),
        Ok(_) if watched.wants_arguments => Some(Why::WantsArguments),
        Ok(v) if v.tag() == Tag::Lambda => Some(Why::WantsArguments),
        Ok(_) => watched.is_cut_short.then_some(Why::Limit),
    }
}

fn findings(vm: &Vm, open: &Open, path: &CanonPath, watched: &Watched, trust: bool) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    // A part that throws when it is needed may well be meant to; the file as a whole is needed now.
    let is_meant = |it: &&Fault| matches!(it.data().kind, FaultKind::Throw | FaultKind::Assertion);
    let parts = watched.faults.iter().filter(|it| !is_meant(it));
    for fault in watched.outcome.as_ref().err().into_iter().chain(parts) {
        let is_told = matches!(fault.data().kind, FaultKind::Syntax | FaultKind::UndefinedVariable);
        let place = vm.sources.file_of(fault.data().pos);
        if is_ours(fault, trust) || (is_told && place.is_some_and(|it| it.name() == path.to_text())) {
            continue;
        }
        let finding = finding(vm, open, path, fault);
        if !found.iter().any(|it| (it.range, &it.message) == (finding.range, &finding.message)) {
            found.push(finding);
        }
    }
    found
}

fn finding(vm: &Vm, open: &Open, path: &CanonPath, fault: &Fault) -> Finding {
    let told = diagnose(fault, &vm.sources, Detail::Full);
    let own = |pos: Pos| vm.sources.file_of(pos).filter(|it| it.name() == path.to_text());
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
    let range = here.map_or((0, 0), |(file, pos)| span(vm, open, file, pos));
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
    Finding {
        range,
        level: Level::Error,
        code: "evaluation",
        message,
        is_unnecessary: false,
        is_deprecated: false,
        related: related.collect(),
    }
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
