//! Questions over time: every run of some code.

use std::fmt::Write as _;

use crate::debug::pattern::FunctionPattern;
use crate::debug::{Call, CallEnd, Whose};
use crate::session::DebugSession;
use crate::session::report;
use crate::world::World;

use super::command::{Calls, Command, Of};
use super::{Console, parse};

/// How many runs are told of unless somebody wants more.
const CALLS: usize = 100;

pub(super) fn parse_calls(rest: &str) -> Result<Command, String> {
    let (what, count) = parse::split_word(rest);
    let count = count.trim();
    if what.is_empty() {
        return Err("calls of what? `calls NAME.PATH` or `calls FILE:LINE:COLUMN`".to_owned());
    }
    let (count, with_times) = match count.strip_suffix("--times") {
        Some(count) => (count.trim(), true),
        None => (count, false),
    };
    let max = if count.is_empty() { CALLS } else { parse::number(count, "how many are to be told of")? };
    let of = match parse::place(what)? {
        Some(place) => Of::Place(place),
        None => Of::Name(FunctionPattern::parse(what).map_err(|it| it.to_string())?),
    };
    Ok(Command::Calls(Calls { of, max, with_times }))
}

pub(super) fn parse_said(rest: &str) -> Result<Command, String> {
    match rest.trim() {
        "" => Ok(Command::Said { with_times: false }),
        "--times" => Ok(Command::Said { with_times: true }),
        _ => Err("`said` takes nothing but --times".to_owned()),
    }
}

impl Console {
    /// What the program said, and when.
    pub(super) fn said<W: World>(&self, session: &DebugSession<W>, with_times: bool) -> Result<String, String> {
        let rows: Vec<String> = session
            .debugger
            .timeline()
            .said()
            .map(|(count, kind, text)| {
                let time = if with_times { format!("{count:>8}  ") } else { String::new() };
                let text = String::from_utf8_lossy(text);
                format!("{time}{}{}", kind.prefix(), report::without_escapes(&text))
            })
            .collect();
        if rows.is_empty() { Err("the program said nothing so far".to_owned()) } else { Ok(rows.join("\n")) }
    }

    pub(super) fn calls<W: World>(&mut self, session: &mut DebugSession<W>, ask: &Calls) -> Result<String, String> {
        let whose = match &ask.of {
            Of::Name(pattern) => Whose::Named(pattern.clone()),
            Of::Place(place) => {
                let unit = self.unit_at(session, place)?;
                let point = session.point_at(unit, place.line, place.column);
                Whose::At(point.ok_or_else(|| "nothing is computed here".to_owned())?)
            }
        };
        let calls =
            session.calls(&whose, ask.max).ok_or_else(|| "no code that was read goes by this name".to_owned())?;
        Ok(self.calls_text(session, &calls, ask))
    }

    fn calls_text<W: World>(&self, session: &mut DebugSession<W>, calls: &[Call], ask: &Calls) -> String {
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
            let time = if ask.with_times { format!("@{}  ", call.count) } else { String::new() };
            let _ = writeln!(out, "{time}{}{args}{from}\n    {end}", self.shorten(&name));
        }
        let _ = match calls.len() {
            n if n == ask.max => write!(out, "the first {n}; there may be more: give a number"),
            n => write!(out, "{n} in all"),
        };
        out
    }
}
