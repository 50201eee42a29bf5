//! What is remembered of a run for who wants to look it over: its beginning, what it said, where it was stopped, its end.
//!
//! A landmark is a moment with a few words. Nothing is run to find one.

use std::collections::VecDeque;

use crate::source::Span;
use crate::vm::Vm;

use super::frames::quote;
use super::timeline::Found;
use super::{Debugger, StopReason, Stopped};

/// So many stops are remembered; then those that were seen longest ago are forgotten.
const MAX_STOPS: usize = 1_000;

/// So many of the things that a program said are told, the last ones.
const MAX_SAID: usize = 1_000;

/// How much of an expression is quoted, in characters.
const QUOTED: usize = 60;

/// A moment that a person may want to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landmark {
    /// When.
    pub count: u64,
    /// What it is.
    pub kind: LandmarkKind,
    /// What happened, on one line.
    pub text: String,
    /// What was about to be computed then, if that is known.
    pub span: Option<Span>,
}

/// What makes a moment one to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LandmarkKind {
    /// The program began.
    Start,
    /// It said something.
    Said,
    /// It was stopped.
    Stop,
    /// It was stopped by a breakpoint or `builtins.break`.
    Breakpoint,
}

/// A stop, as it is remembered.
#[derive(Clone, Debug)]
struct Seen {
    found: Found,
    kind: LandmarkKind,
    /// What happened, if that is more than what was about to be computed.
    text: Option<String>,
    span: Option<Span>,
}

/// The stops a person saw, the last one last.
#[derive(Clone, Debug, Default)]
pub(super) struct Stops(VecDeque<Seen>);

impl Stops {
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// Where exactly a person stood at a moment.
    pub(super) fn at(&self, count: u64) -> Option<Found> {
        self.0.iter().rev().map(|it| it.found).find(|it| it.count == count)
    }

    fn see(&mut self, seen: Seen) {
        self.0.retain(|it| it.found.count != seen.found.count);
        if self.0.len() == MAX_STOPS {
            self.0.pop_front();
        }
        self.0.push_back(seen);
    }
}

impl Debugger {
    /// Remembers a stop.
    pub(super) fn remember(&mut self, vm: &Vm, stopped: &Stopped) {
        let (kind, text) = match &stopped.reason {
            StopReason::Breakpoint(_) | StopReason::BreakCall => (LandmarkKind::Breakpoint, None),
            StopReason::Fault(stop) => (LandmarkKind::Stop, Some(stop.fault.data().message.clone())),
            StopReason::Note(kind, text) => (LandmarkKind::Stop, Some(format!("{}{text}", kind.prefix()))),
            StopReason::Finished(_) => (LandmarkKind::Stop, Some("the program has its value".to_owned())),
            StopReason::Failed(fault) => (LandmarkKind::Stop, Some(format!("failed: {}", fault.data().message))),
            StopReason::Entry | StopReason::Step | StopReason::Goto | StopReason::Pause => (LandmarkKind::Stop, None),
        };
        let span = (0..vm.frames().len()).rev().find_map(|index| self.span_of(vm, index));
        // Only who stopped for a builtin or a fault stands at it; others stand before whatever comes.
        let found = match &stopped.reason {
            StopReason::Fault(_) | StopReason::Breakpoint(_) | StopReason::BreakCall => self.here(vm),
            _ => Found::step(stopped.count),
        };
        self.stops.see(Seen { found, kind, text, span });
    }

    /// The moments that are remembered, from the beginning on. Of stops and of what was said these are the last ones
    /// only, a thousand each.
    #[must_use]
    pub fn landmarks(&self, vm: &Vm) -> Vec<Landmark> {
        let start = self.timeline.start();
        let beginning =
            Landmark { count: start, kind: LandmarkKind::Start, text: "the program begins".to_owned(), span: None };
        let said: Vec<_> = self.timeline.said().filter(|it| it.0 >= start).collect();
        let said = said.iter().skip(said.len().saturating_sub(MAX_SAID)).map(|&(count, kind, text)| Landmark {
            count,
            kind: LandmarkKind::Said,
            text: one_line(&format!("{}{}", kind.prefix(), String::from_utf8_lossy(text))),
            span: None,
        });
        let stops = self.stops.0.iter().map(|it| Landmark {
            count: it.found.count,
            kind: it.kind,
            text: match (&it.text, it.span) {
                (Some(text), _) => one_line(text),
                (None, Some(span)) => quote(vm, span, QUOTED),
                (None, None) => "a builtin".to_owned(),
            },
            span: it.span,
        });
        let mut all: Vec<Landmark> = std::iter::once(beginning).chain(said).chain(stops).collect();
        all.sort_by_key(|it| (it.count, it.kind));
        all
    }
}

/// The first line of a text, without what would move a terminal's cursor.
fn one_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|it| !it.is_control()).take(QUOTED * 4).collect()
}
