//! Questions over time: who needed a value and when, every run of some code, and what ended last.

use std::fmt::Write as _;

use crate::debug::pattern::FunctionPattern;
use crate::debug::{Call, CallEnd, Whose};
use crate::session::DebugSession;
use crate::world::World;

use super::command::{Ask, Command, PlaceText};
use super::{Console, parse, path};

/// How many runs are told of unless somebody wants more.
const CALLS: usize = 100;

/// How many of those who waited are told of.
const WAITING: usize = 12;

pub(super) fn parse_calls(rest: &str) -> Result<Command, String> {
    let (what, count) = parse::split_word(rest);
    let count = count.trim();
    if what.is_empty() {
        return Err("calls of what? `calls NAME.PATH` or `calls FILE:LINE:COLUMN`".to_owned());
    }
    let max = if count.is_empty() { CALLS } else { parse::number(count, "how many are to be told of")? };
    let ask = match parse::place(what)? {
        Some(place) => Ask::CallsAt(place, max),
        None => Ask::Calls(FunctionPattern::parse(what).map_err(|it| it.to_string())?, max),
    };
    Ok(Command::Ask(ask))
}

pub(super) fn parse_who(rest: &str) -> Result<Command, String> {
    match path::names(rest) {
        Some(_) => Ok(Command::Ask(Ask::Who(rest.trim().to_owned()))),
        None => Err("who needed what? `who NAME` or `who NAME.NAME`".to_owned()),
    }
}

pub(super) fn parse_recent(rest: &str) -> Result<Command, String> {
    if rest.is_empty() { Ok(Command::Ask(Ask::Recent)) } else { Err("`recent` takes nothing".to_owned()) }
}

impl Console {
    pub(super) fn ask<W: World>(&mut self, session: &mut DebugSession<W>, ask: &Ask) -> Result<String, String> {
        match ask {
            Ask::Calls(pattern, max) => {
                let calls = session.calls(&Whose::Named(pattern.clone()), *max);
                Ok(self.calls_text(session, &calls, *max))
            }
            Ask::CallsAt(place, max) => self.calls_at(session, place, *max),
            Ask::Who(text) => self.who(session, text),
            Ask::Recent => Ok(self.recent(session)),
        }
    }

    fn calls_at<W: World>(
        &self,
        session: &mut DebugSession<W>,
        place: &PlaceText,
        max: usize,
    ) -> Result<String, String> {
        let unit = self.unit_at(session, place)?;
        let point = session.point_at(unit, place.line, place.column);
        let point = point.ok_or_else(|| "nothing is computed here".to_owned())?;
        let calls = session.calls(&Whose::At(point), max);
        Ok(self.calls_text(session, &calls, max))
    }

    fn calls_text<W: World>(&self, session: &mut DebugSession<W>, calls: &[Call], max: usize) -> String {
        if calls.is_empty() {
            return "it did not run so far".to_owned();
        }
        let mut out = String::new();
        for call in calls {
            let name = session.name_of(call.body);
            let args: Vec<String> =
                call.args.iter().map(|(name, v)| format!("{name} = {}", session.show(*v).text)).collect();
            let args = if args.is_empty() { String::new() } else { format!(" with {}", args.join(", ")) };
            let end = match call.end {
                CallEnd::Gave { value, .. } => format!("gave {}", session.show(value).text),
                CallEnd::Failed => "failed".to_owned(),
                CallEnd::Open => "is not over".to_owned(),
            };
            let from = call.from.and_then(|it| self.place_of(session, it));
            let from = from.map_or(String::new(), |it| format!(" from {it}"));
            let _ = writeln!(out, "@{}  {}{args}{from}\n    {end}", call.count, self.shorten(&name));
        }
        match calls.len() {
            n if n == max => {
                let _ = write!(out, "the first {n}; there may be more: give a number");
            }
            n => {
                let _ = write!(out, "{n} in all; `goto-time MOMENT` goes there");
            }
        }
        out
    }

    fn who<W: World>(&mut self, session: &mut DebugSession<W>, text: &str) -> Result<String, String> {
        let names = path::names(text).unwrap_or_default();
        let found = self.follow(session, &names)?;
        let Some(forced) = session.forced_at(found.value) else {
            return Err(match session.vm().settled(found.value) {
                Some(_) => format!("{text} was never suspended: it is a value as it is written"),
                None => format!("nobody needed {text} so far"),
            });
        };
        let mut out = format!("{text} was needed at moment {}, as", forced.count);
        for frame in forced.frames.iter().filter(|it| it.span.is_some()).take(WAITING) {
            let place = frame.span.and_then(|it| self.place_of(session, it)).unwrap_or_default();
            let _ =
                write!(out, "\n  {} at {place}\n    for {}", self.shorten(&frame.name), self.shorten(&frame.reason));
        }
        let _ = write!(out, "\n`goto-time {}` goes there", forced.count);
        Ok(out)
    }

    fn recent<W: World>(&self, session: &mut DebugSession<W>) -> String {
        let recent: Vec<_> = session.debugger.recent().copied().collect();
        if recent.is_empty() {
            return "nothing that ended was stepped by".to_owned();
        }
        let rows = recent.iter().map(|it| {
            let name = session.name_of(it.body);
            format!("@{}  {} gave {}", it.count, self.shorten(&name), session.show(it.value).text)
        });
        rows.collect::<Vec<_>>().join("\n")
    }
}
