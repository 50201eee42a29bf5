//! One evaluation: a document run as it is in the editor, by the first of its entries that leads to it.

use std::sync::Arc;
use std::time::Instant;

use nixscope_engine::debug::value::{Budget, show};
use nixscope_engine::session::live::{LiveLimits, LiveValue, Watched, Way};
use nixscope_engine::source::{SourceFile, Span};
use nixscope_engine::value::Value;
use nixscope_engine::vm::Vm;
use nixscope_engine::world::CanonPath;
use rustc_hash::FxHashMap;

use crate::state::{Open, Snapshot};

use super::entries::{self, Entry, EntryKind};
use super::kept::{Kept, Packages};
use super::world::{self, real};
use super::{Live, LiveText, Seen, Why, findings, image};

/// The largest text that is evaluated.
const MAX_TEXT: u32 = 2 << 20;
/// How many values of one text are kept as text.
const MAX_SEEN: usize = 20_000;

/// Why a text is not evaluated that is not Nix.
pub(super) const BROKEN: &str = "the text has errors";

/// Evaluates a document. `None` if it was interrupted because it is of no use any more.
pub(super) fn run(now: &Snapshot, uri: &str, live: &Live) -> Option<LiveText> {
    let open = now.open(uri)?;
    let mut text = LiveText::empty(open);
    let Some(path) = open.path.as_deref().filter(|_| open.text.len() <= MAX_TEXT) else { return Some(text) };
    // What is wrong with the text itself is told already. What was known stays, for who goes on typing.
    if !open.document().syntax_errors().is_empty() {
        if let Some(known) = live.text(uri) {
            return Some((*known).clone());
        }
        text.why = Some(Why::Failed(BROKEN.to_owned()));
        return Some(text);
    }
    text.entries = entries::entries(now, path, open.document());
    let pinned = live.pinned(uri);
    let chosen: Vec<Entry> = match &pinned {
        Some(entry) => vec![entry.clone()],
        None => {
            // What led there before will again.
            let before = live.text(uri).and_then(|it| it.entry.as_ref().map(|it| it.id.clone()));
            let mut all = text.entries.clone();
            all.sort_by_key(|it| (!is_said(it.kind), Some(&it.id) != before.as_ref()));
            all
        }
    };
    text.is_pinned = pinned.is_some();
    let begin = Instant::now();
    live.begin_job();
    let mut fuel = now.config.live.fuel;
    let mut best: Option<(LiveText, Led)> = None;
    for entry in chosen {
        let tried = attempt(now, open, path, live, &entry, fuel, text.clone())?;
        fuel = fuel.saturating_sub(tried.text.instructions);
        // A way that leads nowhere may lead there when what it read changes.
        text.reads.extend(tried.text.reads.iter().cloned());
        let is_over = tried.led == Led::There || tried.is_late || fuel == 0;
        // What leads nowhere is of use only if nothing leads there.
        let is_best = match &best {
            None => true,
            Some((_, Led::Nowhere)) if entry.kind == EntryKind::File => true,
            Some((_, led)) => *led < tried.led,
        };
        if is_best {
            best = Some((tried.text, tried.led));
        }
        if is_over {
            break;
        }
    }
    let mut best = best.map_or_else(|| text.clone(), |it| it.0);
    best.reads = text.reads;
    best.millis = begin.elapsed().as_millis() as u64;
    Some(best)
}

/// Where an entry led.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Led {
    Nowhere,
    /// To a function that nobody called.
    Halfway,
    There,
}

/// What evaluating a document by one entry gave.
struct Tried {
    text: LiveText,
    /// Whether it led to the document.
    led: Led,
    /// Whether the time is over.
    is_late: bool,
}

/// Whether somebody said that a file is run so.
fn is_said(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Comment | EntryKind::Setting)
}

/// Evaluates by one entry, with so many instructions at most. `None` if it is of no use any more.
fn attempt(
    now: &Snapshot,
    open: &Open,
    path: &str,
    live: &Live,
    entry: &Entry,
    fuel: u64,
    mut text: LiveText,
) -> Option<Tried> {
    let file = CanonPath::new(real(path).as_bytes());
    let begun = image::begin(now, &file, entry, live);
    let given = begun.as_ref().map(|it| it.given());
    let (mut session, way, reads) = match begun {
        Some(it) => (it.session, Some(it.way), it.reads),
        None => (world::session(now, &file.to_text()), None, Vec::new()),
    };
    let (count, size) = (session.vm.count(), given.map_or(0, |_| session.vm.heap.bytes_used()));
    let pulse = session.pulse();
    live.begin(&open.uri, Arc::clone(&pulse));
    let config = &now.config.live;
    let limits = LiveLimits { fuel, part_fuel: config.fuel / 4, ..LiveLimits::default() };
    let way = way.as_ref().unwrap_or(&entry.way);
    let watched = session.watch_given(&file, way, given.as_ref().map_or(&[], |it| it.as_slice()), limits);
    let is_late = live.end();
    if pulse.is_interrupted() && !is_late {
        return None;
    }
    let vm = &session.vm;
    let is_itself = entry.way == Way::Itself;
    // Of a function that gives another one, somebody else may know what that is called with.
    let is_ours = matches!(entry.kind, EntryKind::File | EntryKind::Package);
    let is_function = is_ours && !watched.is_called;
    let led = match watched.is_reached && !watched.wants_arguments {
        true if is_function => Led::Halfway,
        true => Led::There,
        false => Led::Nowhere,
    };
    text.reads.extend(session.world().reads.iter().cloned());
    text.reads.extend(reads);
    text.is_from_image = given.is_some();
    text.instructions = vm.count() - count;
    text.entry = Some(entry.clone());
    if is_itself || watched.is_reached {
        text.seen = seen(vm, &watched);
        let offsets = |it: &Span| {
            let file = vm.sources.file_of(it.start)?;
            Some((file.offset(it.start), file.offset(it.end)))
        };
        text.dead = watched.dead.iter().filter_map(offsets).collect();
        text.findings = findings::findings(vm, open, &file, &watched, config.trust);
    }
    text.why = findings::why(&watched, config.trust);
    let packages = match (&entry.packages, given) {
        (Some(_), Some([(_, value)])) => Packages::Value(Some(value)),
        (text, _) => Packages::Text(text.clone()),
    };
    let kept = Kept::new(session, watched.values, watched.value, watched.configuration, packages);
    text.kept = Some(Arc::new(kept.beside(size)));
    Some(Tried { text, led, is_late })
}

/// What is shown of what was seen.
fn seen(vm: &Vm, watched: &Watched) -> Vec<Seen> {
    let mut texts = Texts { vm, texts: FxHashMap::default() };
    let file = watched.values.first().and_then(|it| vm.sources.file_of(it.span.start));
    let Some(file) = file else { return Vec::new() };
    watched.values.iter().take(MAX_SEEN).map(|it| texts.seen(file, it)).collect()
}

/// Values as text, each written once.
struct Texts<'a> {
    vm: &'a Vm,
    texts: FxHashMap<Value, (Arc<str>, &'static str)>,
}

impl Texts<'_> {
    fn of(&mut self, v: Value) -> (Arc<str>, &'static str) {
        let vm = self.vm;
        let known = self.texts.entry(v).or_insert_with(|| {
            let shown = show(vm, v, Budget { width: 100, depth: 3, items: 10 });
            (shown.text.into(), shown.type_name)
        });
        (Arc::clone(&known.0), known.1)
    }

    fn seen(&mut self, file: &SourceFile, it: &LiveValue) -> Seen {
        let (text, type_name) = self.of(it.value);
        let others = it.others.iter().map(|it| self.of(*it).0).filter(|it| *it != text).collect();
        let from = it.demand.first().copied().unwrap_or_default();
        let from = self.vm.sources.locate(from);
        let from = from.and_then(|(file, at)| Some((file.written_in()?.to_owned(), at.line)));
        Seen {
            start: file.offset(it.span.start),
            end: file.offset(it.span.end),
            text,
            type_name,
            size: match () {
                () if it.value.is_attrs() => Some(self.vm.heap.attrs_len(it.value)),
                () if it.value.is_list() => Some(self.vm.heap.elements(it.value).len()),
                () => None,
            },
            times: it.times,
            others,
            from,
        }
    }
}
