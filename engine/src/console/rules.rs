//! The grammar of what stops a program: breakpoints with their rules, and faults. Knows no program.

use crate::debug::hit::{Hits, LogMessage};
use crate::debug::pattern::FunctionPattern;
use crate::debug::{Access, FaultFilter, MessagePattern, Rules};
use crate::text::suggest;
use crate::vm::FaultKind;
use crate::world::NoteKind;

use super::command::{At, Command, Stops};
use super::parse::{Parsed, expr, number, place, split_word};

pub(super) fn break_(rest: &str) -> Parsed {
    breakpoint(rest, false)
}

pub(super) fn tbreak(rest: &str) -> Parsed {
    breakpoint(rest, true)
}

fn breakpoint(rest: &str, is_temporary: bool) -> Parsed {
    let (word, clauses) = match clause(rest) {
        Some(_) => ("", rest),
        None => rest.split_at(end_of_quoted(rest)),
    };
    let rules = rules(clauses)?;
    if is_temporary && rules.log.is_some() {
        return Err("a breakpoint that writes does not stop, so that it cannot stop just once".to_owned());
    }
    Ok(Command::Stops(Stops::Break { at: at(word)?, rules, is_temporary }))
}

fn at(word: &str) -> Result<At, String> {
    if word.is_empty() {
        return Ok(At::Here);
    }
    if let Some(instruction) = word.strip_prefix('*').filter(|it| it.starts_with(|c: char| c.is_ascii_digit())) {
        return Ok(At::Instruction(number(instruction, "the number of an instruction: see `disassemble`")?));
    }
    if let Some(place) = place(word)? {
        return Ok(At::Place(place));
    }
    FunctionPattern::parse(word).map(At::Name).map_err(|it| it.to_string())
}

/// What a breakpoint's rule begins with, and what follows.
fn clause(text: &str) -> Option<(&'static str, &str)> {
    let (word, after) = split_word(text);
    let after = after.trim_start();
    let is_count = |it: &str| it.starts_with(|c: char| c.is_ascii_digit() || "<>=%".contains(c));
    match word {
        "if" => Some(("if", after)),
        "hits" if is_count(after) => Some(("hits", after)),
        "log" if after.starts_with('"') => Some(("log", after)),
        _ => None,
    }
}

fn rules(text: &str) -> Result<Rules, String> {
    let mut rules = Rules::default();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some((word, after)) = clause(rest) else {
            return Err(format!("'{rest}' is not understood: if EXPR, hits COUNT or log \"TEXT\" was expected"));
        };
        let end = match word {
            "log" => end_of_quoted(after),
            _ => next_clause(after),
        };
        let (argument, others) = after.split_at(end);
        let argument = argument.trim();
        let is_twice = match word {
            "if" => rules.condition.replace(expr(argument, "if")?).is_some(),
            "hits" => rules.hits.replace(Hits::parse(argument)?).is_some(),
            _ => rules.log.replace(message(argument)?).is_some(),
        };
        if is_twice {
            return Err(format!("'{word}' stands there twice"));
        }
        rest = others.trim();
    }
    Ok(rules)
}

/// Where in an expression the next rule begins: outside of quotes and brackets.
fn next_clause(text: &str) -> usize {
    let mut depth = 0_i32;
    let mut is_quoted = false;
    let mut is_escaped = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_quoted,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            'h' | 'l' if depth <= 0 && before.is_whitespace() && at > 0 && clause(&text[at..]).is_some() => return at,
            _ => {}
        }
        before = c;
    }
    text.len()
}

/// A message in quotes, or as it stands.
pub(super) fn message(text: &str) -> Result<LogMessage, String> {
    LogMessage::parse(&unquoted(text)?)
}

/// A text without the quotes around it.
fn unquoted(text: &str) -> Result<String, String> {
    let Some(inner) = text.strip_prefix('"') else { return Ok(text.to_owned()) };
    let Some(inner) = inner.strip_suffix('"').filter(|it| it.len() + 1 < text.len()) else {
        return Err(format!("a closing quote is missing in {text}"));
    };
    let mut out = String::new();
    let mut chars = inner.chars();
    let mut depth = 0_usize;
    while let Some(c) = chars.next() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match c {
            // What stands in braces is Nix, whose own quotes and escapes stay as they are.
            '\\' if depth == 0 => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    Ok(out)
}

pub(super) fn watch(rest: &str) -> Parsed {
    let (word, after) = split_word(rest);
    let (access, path) = match (word, after.trim()) {
        ("value", path) if !path.is_empty() => (Access::Value, path),
        ("force", path) if !path.is_empty() => (Access::Force, path),
        _ => (Access::Force, rest),
    };
    if path.is_empty() {
        return Err("a name is missing: watch NAME, or watch value NAME".to_owned());
    }
    Ok(Command::Stops(Stops::Watch { path: path.to_owned(), access }))
}

/// Kinds of faults by the words people use.
pub(super) const KINDS: [(&str, FaultKind); 12] = [
    ("throw", FaultKind::Throw),
    ("abort", FaultKind::Abort),
    ("assert", FaultKind::Assertion),
    ("type", FaultKind::Type),
    ("missing", FaultKind::MissingAttribute),
    ("undefined", FaultKind::UndefinedVariable),
    ("recursion", FaultKind::InfiniteRecursion),
    ("overflow", FaultKind::StackOverflow),
    ("memory", FaultKind::OutOfMemory),
    ("syntax", FaultKind::Syntax),
    ("outside", FaultKind::Outside),
    ("other", FaultKind::Eval),
];

pub(super) fn catch(rest: &str) -> Parsed {
    match rest {
        "" => return Ok(Command::Stops(Stops::Caught)),
        "off" | "none" => return Ok(Command::Stops(Stops::CatchNothing)),
        "trace" => return Ok(Command::Stops(Stops::CatchNotes(NoteKind::Trace))),
        "warn" | "warning" => return Ok(Command::Stops(Stops::CatchNotes(NoteKind::EvaluationWarning))),
        _ => {}
    }
    let mut filter = FaultFilter { kinds: Vec::new(), with_caught: false, message: None };
    let mut left = rest;
    while !left.is_empty() {
        if left.starts_with(['/', '"']) {
            let text = if left.starts_with('"') { unquoted(left)? } else { left.to_owned() };
            if left.starts_with('/') && (left.len() < 3 || !left.ends_with('/')) {
                return Err(format!("a slash is missing at the end of the regular expression {left}"));
            }
            filter.message = Some(MessagePattern::parse(&text)?);
            break;
        }
        let (word, after) = split_word(left);
        match (word, KINDS.iter().find(|it| it.0 == word)) {
            (_, Some((_, kind))) => filter.kinds.push(*kind),
            ("caught", _) => filter.with_caught = true,
            ("all" | "uncaught", _) => {}
            _ => return Err(unknown_kind(word)),
        }
        left = after.trim_start();
    }
    Ok(Command::Stops(Stops::Catch(filter)))
}

fn unknown_kind(word: &str) -> String {
    let names = KINDS.iter().map(|it| it.0.as_bytes()).chain([&b"caught"[..], b"all", b"trace", b"warn", b"off"]);
    let near = suggest::best_matches(names, word.as_bytes());
    match suggest::did_you_mean(&near[..near.len().min(1)]) {
        Some(it) => format!("'{word}' is no kind of fault. {it}"),
        None => format!("'{word}' is no kind of fault; a text to be found in messages is written \"{word}\""),
    }
}

/// Where a word ends that may be quoted in part.
fn end_of_quoted(text: &str) -> usize {
    let mut is_quoted = false;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_quoted,
            '"' => is_quoted = !is_quoted,
            c if c.is_whitespace() && !is_quoted => return at,
            _ => {}
        }
    }
    text.len()
}
