//! From a line to a [`Command`]. Knows no program, and never panics on any line.

use crate::debug::hit::Hits;
use crate::debug::pattern::{FunctionPattern, PathPattern};
use crate::debug::{By, Goal};

use super::command::{Change, Command, ListAt, Look, Move, PlaceText, Query, Skip, Stops};
use super::rules::message;
use super::table;

pub(super) type Parsed = Result<Command, String>;

impl Command {
    /// Understands a line. What begins with no command is an expression to be printed.
    ///
    /// # Errors
    /// What was expected instead, on a line.
    pub fn parse(line: &str) -> Parsed {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(Self::Nothing);
        }
        let (word, rest) = split_word(line);
        let rest = rest.trim();
        let Some((entry, more)) = table::find(word).filter(|_| !is_operator(rest)) else {
            return Ok(Self::Value(Query::Bare(line.to_owned())));
        };
        match more {
            "" => (entry.parse)(rest),
            more => (entry.parse)(format!("{more} {rest}").trim()),
        }
    }
}

/// The first word, and what follows it.
pub(super) fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// Whether a text goes on like an expression that begins with a name: `n + 1` is no step.
fn is_operator(rest: &str) -> bool {
    const OPERATORS: [&str; 18] =
        ["+", "-", "*", "/", "//", "++", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "->", "|>", "<|", ":"];
    let (word, after) = split_word(rest);
    OPERATORS.contains(&word) && !after.trim().is_empty() || (word == "?" && !after.trim().is_empty())
}

fn nothing_more(rest: &str, command: Command) -> Parsed {
    if rest.is_empty() { Ok(command) } else { Err(format!("nothing was expected here: '{rest}'")) }
}

pub(super) fn number<N: std::str::FromStr>(text: &str, what: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("'{text}' is not {what}"))
}

fn optional<N: std::str::FromStr>(text: &str, what: &str) -> Result<Option<N>, String> {
    if text.is_empty() { Ok(None) } else { number(text, what).map(Some) }
}

pub(super) fn expr(text: &str, command: &str) -> Result<String, String> {
    match text {
        "" => Err(format!("an expression is missing: {command} EXPR")),
        text => Ok(text.to_owned()),
    }
}

fn by(text: &str) -> Result<By, String> {
    match text {
        "" | "expression" | "expr" | "e" => Ok(By::Expression),
        "line" | "l" => Ok(By::Line),
        "instruction" | "i" => Ok(By::Instruction),
        other => Err(format!("'{other}' is not how one can step: expression, line or instruction")),
    }
}

pub(super) fn step(rest: &str) -> Parsed {
    let (word, after) = split_word(rest);
    match (word, after.trim()) {
        ("into", "") => Ok(Command::Move(Move::Resume(Goal::Into(By::Expression)))),
        ("into", n) => match number(n, "the number of a call: `targets` lists them")? {
            0 => Err("calls are counted from 1: `targets` lists them".to_owned()),
            n => Ok(Command::Move(Move::Target(n))),
        },
        _ => Ok(Command::Move(Move::Resume(Goal::Into(by(rest)?)))),
    }
}

pub(super) fn next(rest: &str) -> Parsed {
    Ok(Command::Move(Move::Resume(Goal::Over(by(rest)?))))
}

pub(super) fn out(rest: &str) -> Parsed {
    Ok(Command::Move(Move::Resume(Goal::Out(by(rest)?))))
}

pub(super) fn go_on(rest: &str) -> Parsed {
    nothing_more(rest, Command::Move(Move::Resume(Goal::Continue)))
}

pub(super) fn until(rest: &str) -> Parsed {
    match place(rest)? {
        Some(place) => Ok(Command::Move(Move::Until(place))),
        None => Err(format!("'{rest}' is not a place: LINE, LINE:COLUMN or FILE:LINE[:COLUMN]")),
    }
}

pub(super) fn back(rest: &str) -> Parsed {
    let (word, after) = split_word(rest);
    let goal = match word {
        "into" => Goal::Into(by(after.trim())?),
        "over" => Goal::Over(by(after.trim())?),
        "out" => Goal::Out(by(after.trim())?),
        _ => Goal::Into(by(rest).map_err(|_| format!("'{rest}' is not a way back: into, over or out"))?),
    };
    Ok(Command::Move(Move::Back(goal)))
}

pub(super) fn reverse_continue(rest: &str) -> Parsed {
    nothing_more(rest, Command::Move(Move::ReverseContinue))
}

pub(super) fn goto_time(rest: &str) -> Parsed {
    Ok(Command::Move(Move::Time(number(rest, "a moment: a count of instructions, see `time`")?)))
}

pub(super) fn restart(rest: &str) -> Parsed {
    nothing_more(rest, Command::Move(Move::Begin))
}

pub(super) fn restart_frame(rest: &str) -> Parsed {
    Ok(Command::Move(Move::Restart(optional(rest, FRAME)?)))
}

const FRAME: &str = "the number of a frame: `frames` lists them";

/// `LINE`, `LINE:COLUMN`, `FILE:LINE` or `FILE:LINE:COLUMN`, all from 1; `None` if it is none of them.
pub(super) fn place(text: &str) -> Result<Option<PlaceText>, String> {
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts: Vec<&str> = text.rsplitn(3, ':').collect();
    parts.reverse();
    let (file, numbers) = match parts.as_slice() {
        [line] if is_number(line) => (None, vec![*line]),
        [line, column] if is_number(line) && is_number(column) => (None, vec![*line, *column]),
        [file, line, column] if is_number(line) && is_number(column) => {
            (Some((*file).to_owned()), vec![*line, *column])
        }
        [a, b, line] if is_number(line) => (Some(format!("{a}:{b}")), vec![*line]),
        [file, line] if is_number(line) => (Some((*file).to_owned()), vec![*line]),
        _ => return Ok(None),
    };
    let from_one = |text: &str| match number::<u32>(text, "a line or column there can be")? {
        0 => Err("lines and columns are counted from 1".to_owned()),
        n => Ok(n - 1),
    };
    let line = from_one(numbers[0])?;
    let column = numbers.get(1).map(|it| from_one(it)).transpose()?;
    let file = file.map(|it| it.trim_matches('"').to_owned());
    if file.as_ref().is_some_and(String::is_empty) {
        return Err(format!("the name of a file is missing before the colon in '{text}'"));
    }
    Ok(Some(PlaceText { file, line, column }))
}

pub(super) fn breakpoints(rest: &str) -> Parsed {
    nothing_more(rest, Command::Stops(Stops::List))
}

const BREAKPOINT: &str = "the number of a breakpoint: `breakpoints` lists them";

pub(super) fn delete(rest: &str) -> Parsed {
    let words = rest.split(|c: char| c.is_whitespace() || c == ',').filter(|it| !it.is_empty());
    let ids: Result<Vec<u32>, String> = words.filter(|it| *it != "all").map(|it| number(it, BREAKPOINT)).collect();
    Ok(Command::Stops(Stops::Delete(ids?)))
}

fn change(rest: &str, usage: &str, read: fn(&str) -> Result<Change, String>) -> Parsed {
    let (word, after) = split_word(rest);
    if word.is_empty() {
        return Err(format!("the number of a breakpoint is missing: {usage}"));
    }
    Ok(Command::Stops(Stops::Change { id: number(word, BREAKPOINT)?, change: read(after.trim())? }))
}

pub(super) fn condition(rest: &str) -> Parsed {
    change(rest, "condition N EXPR", |text| {
        let text = text.strip_prefix("if ").map_or(text, str::trim);
        Ok(Change::Condition((!text.is_empty()).then(|| text.to_owned())))
    })
}

pub(super) fn hits(rest: &str) -> Parsed {
    change(rest, "hits N COUNT", |text| Ok(Change::Hits(if text.is_empty() { None } else { Some(Hits::parse(text)?) })))
}

pub(super) fn log(rest: &str) -> Parsed {
    change(rest, "log N \"TEXT {EXPR}\"", |text| {
        Ok(Change::Log(if text.is_empty() { None } else { Some(message(text)?) }))
    })
}

pub(super) fn frames(rest: &str) -> Parsed {
    match rest {
        "" => Ok(Command::Look(Look::Frames { all: false })),
        "all" => Ok(Command::Look(Look::Frames { all: true })),
        other => Err(format!("'{other}' is not understood: frames, or frames all")),
    }
}

pub(super) fn frame(rest: &str) -> Parsed {
    Ok(Command::Look(Look::Frame(optional(rest.trim_start_matches('#'), FRAME)?)))
}

pub(super) fn up(rest: &str) -> Parsed {
    Ok(Command::Look(Look::Up(optional(rest, "a number of frames")?.unwrap_or(1))))
}

pub(super) fn down(rest: &str) -> Parsed {
    Ok(Command::Look(Look::Down(optional(rest, "a number of frames")?.unwrap_or(1))))
}

pub(super) fn locals(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::Locals))
}

pub(super) fn scopes(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::Scopes))
}

pub(super) fn args(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::Args))
}

pub(super) fn list(rest: &str) -> Parsed {
    let at = match rest.split_once(',') {
        _ if rest.is_empty() => ListAt::Here,
        Some((first, last)) => {
            let line = |it: &str| match number::<u32>(it.trim(), "a line")? {
                0 => Err("lines are counted from 1".to_owned()),
                n => Ok(n - 1),
            };
            ListAt::Lines(line(first)?, line(last)?)
        }
        None => match place(rest)? {
            Some(place) => ListAt::Place(place),
            None => ListAt::Name(FunctionPattern::parse(rest).map_err(|it| it.to_string())?),
        },
    };
    Ok(Command::Look(Look::List(at)))
}

pub(super) fn sources(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::Sources))
}

pub(super) fn disassemble(rest: &str) -> Parsed {
    Ok(Command::Look(Look::Disassemble(optional(rest, FRAME)?)))
}

pub(super) fn why(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::Why))
}

pub(super) fn fault(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::Fault))
}

pub(super) fn recent(rest: &str) -> Parsed {
    let with_times = rest == "--times";
    nothing_more(if with_times { "" } else { rest }, Command::Look(Look::Recent { with_times }))
}

pub(super) fn targets(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::Targets))
}

pub(super) fn time(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::Time))
}

pub(super) fn history(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::History))
}

pub(super) fn stats(rest: &str) -> Parsed {
    nothing_more(rest, Command::Look(Look::Stats))
}

pub(super) fn print(rest: &str) -> Parsed {
    match split_word(rest) {
        ("--full" | "-f", after) => Ok(Command::Value(Query::Show(expr(after.trim(), "print --full")?))),
        _ => Ok(Command::Value(Query::Print(expr(rest, "print")?))),
    }
}

pub(super) fn show(rest: &str) -> Parsed {
    Ok(Command::Value(Query::Show(expr(rest, "show")?)))
}

pub(super) fn type_(rest: &str) -> Parsed {
    Ok(Command::Value(Query::Type(expr(rest, "type")?)))
}

pub(super) fn force(rest: &str) -> Parsed {
    Ok(Command::Value(Query::Force(expr(rest, "force")?)))
}

pub(super) fn preview(rest: &str) -> Parsed {
    if rest.is_empty() { Ok(Command::Value(Query::Preview)) } else { Ok(Command::Value(Query::Print(rest.to_owned()))) }
}

pub(super) fn where_(rest: &str) -> Parsed {
    Ok(Command::Value(Query::Where(expr(rest, "where")?)))
}

pub(super) fn forced(rest: &str) -> Parsed {
    let (with_time, path) = rest.strip_prefix("--time").map_or((false, rest), |it| (true, it.trim()));
    match path {
        "" => Err("a name is missing: forced NAME".to_owned()),
        path => Ok(Command::Value(Query::Forced { path: path.to_owned(), with_time })),
    }
}

pub(super) fn skip(rest: &str) -> Parsed {
    Ok(Command::Skip(match rest {
        "" => Skip::Tell,
        "off" => Skip::Off,
        "internal" | "internal on" => Skip::Internal(true),
        "internal off" => Skip::Internal(false),
        text => Skip::Files(PathPattern::parse(text).map_err(|it| it.to_string())?, text.to_owned()),
    }))
}

pub(super) fn help(rest: &str) -> Parsed {
    Ok(Command::Help((!rest.is_empty()).then(|| rest.to_owned())))
}

pub(super) fn quit(rest: &str) -> Parsed {
    nothing_more(rest, Command::Quit)
}
