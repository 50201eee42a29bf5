//! Frames, names and source, shown. Nothing here evaluates anything.

use std::fmt::Write as _;

use crate::debug::frames::FrameView;
use crate::debug::location::{body_span, name_of};
use crate::debug::scopes::Scope;
use crate::debug::{Returned, StopReason};
use crate::emit::VarKind;
use crate::session::DebugSession;
use crate::session::report::Detail;
use crate::world::World;

use super::breakpoints::fault_at_hand;
use super::command::{ListAt, Look};
use super::place::texts;
use super::{Console, code};

/// How many frames are told at most: innermost and outermost ones.
const FRAMES: (usize, usize) = (20, 5);
/// The same if all are wanted.
const ALL_FRAMES: (usize, usize) = (1000, 100);
/// How many names of one scope are shown.
const NAMES: usize = 60;
/// How many lines are listed before and after the one that is meant.
const LINES: u32 = 5;

impl Console {
    pub(super) fn look<W: World>(&mut self, session: &mut DebugSession<W>, what: &Look) -> Result<String, String> {
        match what {
            Look::Frames { all } => self.frames(session, *all),
            Look::Frame(frame) => {
                let index = self.index_of(session, *frame)?;
                self.select(session, index);
                self.listed = None;
                self.selected_text(session)
            }
            Look::Up(n) => self.move_selection(session, *n, true),
            Look::Down(n) => self.move_selection(session, *n, false),
            Look::Locals => self.scopes(session, false),
            Look::Scopes => self.scopes(session, true),
            Look::Args => self.args(session),
            Look::List(at) => self.list(session, at),
            Look::Sources => Ok(self.sources(session)),
            Look::Disassemble(frame) => self.disassemble(session, *frame),
            Look::Why => self.why(session),
            Look::Fault => {
                let stopped = session.stopped().cloned().ok_or_else(|| "the program did not begin yet".to_owned())?;
                let fault = fault_at_hand(&stopped.reason).ok_or_else(|| "no fault is at hand".to_owned())?;
                Ok(self.report(session, fault, Detail::Full))
            }
            Look::Targets => {
                let targets = session.step_targets();
                if targets.is_empty() {
                    return Err("there is no call in the expression at hand".to_owned());
                }
                let row = |(i, it): (usize, &crate::debug::StepTarget)| {
                    let place = self.place_of(session, it.span).unwrap_or_default();
                    format!("  {}  {} at {place}", i + 1, it.label)
                };
                Ok(targets.iter().enumerate().map(row).collect::<Vec<_>>().join("\n"))
            }
            Look::Recent { with_times } => self.recent(session, *with_times),
            Look::Time => Ok(time(session)),
            Look::History => Ok(history(session)),
            Look::Stats => Ok(stats(session)),
        }
    }

    fn frames<W: World>(&self, session: &mut DebugSession<W>, all: bool) -> Result<String, String> {
        let n = self.index_of(session, Some(0))? + 1;
        let (n_first, n_last) = if all { ALL_FRAMES } else { FRAMES };
        let mut rows = Vec::new();
        let mut n_hidden = 0;
        let mut number = 0;
        // Deep programs have millions of frames: only what is shown is looked at.
        while number < n {
            if rows.len() >= n_first && n - number > n_last {
                let skipped = n - number - n_last;
                rows.push(format!("     … {skipped} frames …"));
                number += skipped;
                continue;
            }
            let Some(view) = session.frames(number, 1).into_iter().next() else { break };
            if view.is_subtle && !all && number != self.selected {
                n_hidden += 1;
            } else {
                rows.push(self.frame_row(session, &view, number));
            }
            number += 1;
        }
        if n_hidden > 0 {
            let frames = if n_hidden == 1 { "1 frame is".to_owned() } else { format!("{n_hidden} frames are") };
            rows.push(format!("     {frames} not shown: `frames all`"));
        }
        Ok(rows.join("\n"))
    }

    fn frame_row<W: World>(&self, session: &DebugSession<W>, view: &FrameView, number: usize) -> String {
        let mark = if number == self.selected { '*' } else { ' ' };
        let mut out = format!("{mark} {number:>2}  {}", self.short(&view.name));
        if let Some(place) = view.span.and_then(|it| self.place_of(session, it)) {
            let _ = write!(out, " at {place}");
        }
        if !view.reason.is_empty() {
            let _ = write!(out, ", {}", self.reason(&view.reason));
        }
        out
    }

    /// Why a frame runs, as a part of a sentence.
    pub(super) fn reason(&self, reason: &str) -> String {
        let reason = self.short(reason);
        let is_sentence = reason.starts_with("called by ") || reason.starts_with("for ");
        if is_sentence { reason.to_owned() } else { format!("for {reason}") }
    }

    fn move_selection<W: World>(
        &mut self,
        session: &mut DebugSession<W>,
        count: usize,
        is_up: bool,
    ) -> Result<String, String> {
        let outermost = self.index_of(session, Some(0))?;
        let mut at = self.selected;
        for _ in 0..count {
            let next = |at: usize| if is_up { (at < outermost).then_some(at + 1) } else { at.checked_sub(1) };
            let mut to = next(at);
            while let Some(number) = to
                && session.frames(number, 1).first().is_some_and(|it| it.is_subtle)
            {
                to = next(number);
            }
            match to {
                Some(number) => at = number,
                None if at == self.selected => {
                    let end = if is_up { "outermost" } else { "innermost" };
                    return Err(format!("this is the {end} frame"));
                }
                None => break,
            }
        }
        self.selected = at;
        self.listed = None;
        self.selected_text(session)
    }

    fn selected_text<W: World>(&self, session: &mut DebugSession<W>) -> Result<String, String> {
        let view = session.frames(self.selected, 1).into_iter().next().ok_or("there is no such frame")?;
        let mut out = self.frame_row(session, &view, self.selected);
        if let Some(source) = self.source_here(session) {
            let _ = write!(out, "\n{source}");
        }
        Ok(out)
    }

    fn scopes<W: World>(&self, session: &mut DebugSession<W>, all: bool) -> Result<String, String> {
        self.index_of(session, None)?;
        let index = self.scope_frame(session).ok_or_else(|| "no names are in scope here".to_owned())?;
        let scopes = session.scopes(index);
        let n_own = if all { scopes.len() } else { n_local(&scopes) };
        let texts: Vec<String> = scopes[..n_own].iter().map(|it| scope_text(session, it)).collect();
        match texts.as_slice() {
            [] if scopes.is_empty() => Err("no names are in scope here but those of all programs".to_owned()),
            [] => Err("this function has no names of its own: `scopes` shows those further out".to_owned()),
            texts => Ok(texts.join("\n")),
        }
    }

    fn args<W: World>(&self, session: &mut DebugSession<W>) -> Result<String, String> {
        let index = self.index_of(session, None)?;
        let args = session.builtin_args(index);
        if args.is_empty() {
            return Err("the selected frame is not a builtin's: `locals` shows its names".to_owned());
        }
        let rows: Vec<String> =
            args.iter().map(|it| format!("  {} = {}", it.name, session.show(it.value).text)).collect();
        Ok(rows.join("\n"))
    }

    fn list<W: World>(&mut self, session: &mut DebugSession<W>, at: &ListAt) -> Result<String, String> {
        let around = |line: u32| (line.saturating_sub(LINES), line + LINES);
        let here = self.span_here(session).and_then(|it| session.locate(it));
        let (unit, (first, last)) = match at {
            ListAt::Here => match (self.listed, &here) {
                (Some((unit, line)), _) => (unit, (line, line + 2 * LINES)),
                (None, Some(here)) => (here.unit.ok_or("no text is at hand")?, around(here.start.line)),
                (None, None) => {
                    let name = self.name_of_text(session, None)?;
                    (session.unit_named(&name).ok_or("no text was read yet")?, (0, 2 * LINES))
                }
            },
            ListAt::Place(place) => (self.unit_at(session, place)?, around(place.line)),
            ListAt::Lines(first, last) => {
                let place = super::PlaceText { file: None, line: *first, column: None };
                (self.unit_at(session, &place)?, (*first, *last))
            }
            ListAt::Name(pattern) => {
                let body = session.with(|debugger, cx| debugger.find(cx.vm, pattern)).into_iter().next();
                let body = body.ok_or_else(|| format!("nothing that was read is called {pattern}"))?;
                let at = session.locate(body_span(session.vm(), body)).ok_or("it is written nowhere")?;
                (at.unit.ok_or("it is written nowhere")?, around(at.start.line))
            }
        };
        let file = session.vm().sources.file(session.vm().unit(unit).module.file);
        let mark = here.filter(|it| it.unit == Some(unit)).map(|it| it.start.line);
        let text = code::lines(file, first, last, mark);
        if text.is_empty() {
            return Err(format!("{} ends here", self.short(&name_of(file))));
        }
        self.listed = Some((unit, last + 1));
        Ok(text)
    }

    fn sources<W: World>(&self, session: &DebugSession<W>) -> String {
        let names = texts(session);
        let rows: Vec<String> = names.iter().map(|it| format!("  {}", self.short(it))).collect();
        rows.join("\n")
    }

    fn disassemble<W: World>(&self, session: &mut DebugSession<W>, frame: Option<usize>) -> Result<String, String> {
        let index = self.index_of(session, frame)?;
        let is_innermost = index + 1 == session.vm().frames().len();
        let frame = session.vm().frames()[index];
        if !frame.is_code() {
            return Err("this frame is a builtin's: it has no instructions".to_owned());
        }
        let text = session.session().vm.disassemble(frame.code);
        let entry = session.vm().program.bodies[frame.code as usize].entry;
        let at = frame.pc.saturating_sub(entry + u32::from(!is_innermost));
        let number = |line: &str| line.get(..4).and_then(|it| it.trim().parse::<u32>().ok());
        let mark = |line: &str| if number(line) == Some(at) { format!("→{line}") } else { format!(" {line}") };
        Ok(text.lines().map(mark).collect::<Vec<_>>().join("\n"))
    }

    fn recent<W: World>(&self, session: &mut DebugSession<W>, with_times: bool) -> Result<String, String> {
        let all: Vec<Returned> = session.debugger.recent().copied().collect();
        let mut rows = Vec::new();
        for it in all {
            let name = session.with(|debugger, cx| debugger.name_of(cx.vm, it.body)).text;
            let time = if with_times { format!("{:>8}", it.count) } else { String::new() };
            rows.push(format!("{time}  {} gave {}", self.short(&name), session.show(it.value).text));
        }
        if rows.is_empty() { Err("nothing ended yet that was stepped to".to_owned()) } else { Ok(rows.join("\n")) }
    }

    fn why<W: World>(&self, session: &mut DebugSession<W>) -> Result<String, String> {
        let from = self.index_of(session, None)?;
        let n = session.vm().frames().len();
        let start = n - 1 - from;
        let (n_first, n_last) = FRAMES;
        let mut rows = Vec::new();
        let is_shown = |number: &usize| *number < start + n_first || n - number <= n_last;
        let mut before = start;
        for number in (start..n).take(start + n_first).chain(n.saturating_sub(n_last)..n).filter(is_shown) {
            if number < before {
                continue;
            }
            if number > before {
                rows.push("  …".to_owned());
            }
            before = number + 1;
            let Some(view) = session.frames(number, 1).into_iter().next() else { break };
            if view.is_subtle && number != start {
                continue;
            }
            let place =
                view.span.and_then(|it| self.place_of(session, it)).map_or(String::new(), |it| format!(" at {it}"));
            let mut row = format!("  {}{place}", self.short(&view.name));
            if !view.reason.is_empty() {
                let _ = write!(row, "\n    {}", self.reason(&view.reason));
            }
            rows.push(row);
        }
        Ok(rows.join("\n"))
    }
}

/// How many of the scopes are of the innermost function, whose arguments may be those of several functions in a row.
fn n_local(scopes: &[Scope]) -> usize {
    let is_argument = |it: &Scope| it.kind == VarKind::Argument;
    let Some(first) = scopes.iter().position(is_argument) else { return scopes.len() };
    let in_a_row = |pair: &&[Scope]| is_argument(&pair[1]) && pair[1].span.end == pair[0].span.end;
    first + 1 + scopes[first..].windows(2).take_while(in_a_row).count()
}

/// Names and values from one binder.
fn scope_text<W: World>(session: &DebugSession<W>, scope: &Scope) -> String {
    let title = match scope.kind {
        VarKind::Argument | VarKind::Formal => "argument",
        VarKind::Let => "let",
        VarKind::Rec => "rec",
        VarKind::Inherit => "inherit",
        VarKind::With => "with",
        VarKind::Around => "around",
    };
    let mut out = title.to_owned();
    if scope.kind == VarKind::With {
        for it in &scope.variables {
            let _ = write!(out, " {}", session.show(it.value).text);
        }
        return out;
    }
    for it in scope.variables.iter().take(NAMES) {
        let _ = write!(out, "\n  {} = {}", it.name, session.show(it.value).text);
    }
    if scope.variables.len() > NAMES {
        let _ = write!(out, "\n  … {} more", scope.variables.len() - NAMES);
    }
    out
}

fn time<W: World>(session: &DebugSession<W>) -> String {
    let timeline = session.debugger.timeline();
    let now = session.stopped().map_or(timeline.start(), |it| it.count);
    let end = match session.stopped().map(|it| &it.reason) {
        Some(StopReason::Finished(_) | StopReason::Failed(_)) => ", the end",
        _ => "",
    };
    format!("moment {now}{end}; the program was seen from {} to {}", timeline.start(), timeline.furthest())
}

fn history<W: World>(session: &DebugSession<W>) -> String {
    let it = session.debugger.timeline().history(session.vm());
    let megabytes = |bytes: u64| bytes.div_ceil(1 << 20);
    let beginning = match it.start == it.begun {
        true => "where the program began".to_owned(),
        false => format!("what was before, from {} on, is forgotten", it.begun),
    };
    let kept = match it.n_moments {
        0 => "no moments are kept: nobody went back yet".to_owned(),
        n => format!(
            "moments kept: {n}, {} instructions apart or less; with what was overwritten since they take {} MB",
            it.stride,
            megabytes(it.memory)
        ),
    };
    let (n, most) = (it.limits.moments, megabytes(it.limits.memory));
    format!("one can go back to moment {}: {beginning}\n{kept}\nmay be kept: {n} moments, {most} MB", it.start)
}

fn stats<W: World>(session: &DebugSession<W>) -> String {
    let vm = session.vm();
    let counters = vm.counters();
    let rows = [
        ("instructions", vm.count()),
        ("calls of functions", counters.calls),
        ("calls of builtins", counters.builtin_calls),
        ("thunks made", vm.heap.thunks_made()),
        ("thunks forced", counters.forced),
        ("bytes of values", vm.heap.bytes_used()),
        ("texts read", texts(session).len() as u64),
    ];
    rows.map(|(name, number)| format!("{number:>16} {name}")).join("\n")
}
