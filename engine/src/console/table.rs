//! The one table of commands: what they are called, what they take, what they do. Help is made of it.

use std::fmt::Write as _;

use crate::text::suggest;

use super::command::Command;
use super::{history, parse, rules};

/// A command as people know it.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Other names, and what they add in front of the arguments.
    pub aliases: &'static [(&'static str, &'static str)],
    /// What it takes.
    pub args: &'static str,
    /// What it does, on a line.
    pub summary: &'static str,
    /// What else there is to know; may be empty.
    pub details: &'static str,
    /// Understands its arguments.
    pub(super) parse: fn(&str) -> Result<Command, String>,
}

/// Commands that belong together.
#[derive(Debug)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// The commands.
    pub entries: &'static [Entry],
}

const fn entry(
    name: &'static str,
    aliases: &'static [(&'static str, &'static str)],
    args: &'static str,
    parse: fn(&str) -> Result<Command, String>,
    summary: &'static str,
    details: &'static str,
) -> Entry {
    Entry { name, aliases, args, summary, details, parse }
}

/// All commands.
pub const GROUPS: &[Group] = &[
    Group { title: "Going on", entries: GOING_ON },
    Group { title: "Going back", entries: GOING_BACK },
    Group { title: "Where to stop", entries: STOPPING },
    Group { title: "Looking around", entries: LOOKING },
    Group { title: "Questions about the past", entries: ASKING },
    Group { title: "Values", entries: VALUES },
    Group { title: "The session", entries: SESSION },
];

const GOING_ON: &[Entry] = &[
    entry(
        "step",
        &[("s", ""), ("stepi", "instruction"), ("si", "instruction"), ("into", "")],
        "[expression|line|instruction] | into N",
        parse::step,
        "Go on to the next step point, wherever it is",
        "A variable leads into what it stands for, a call into the function. `step into 2` enters the second of the calls\n\
         that `targets` lists. `step line` passes what begins on the same line.",
    ),
    entry(
        "next",
        &[("n", ""), ("nexti", "instruction"), ("ni", "instruction"), ("over", "")],
        "[expression|line|instruction]",
        parse::next,
        "Go on to the next step point that is no deeper than here",
        "Whatever the expression at hand needs is computed first.",
    ),
    entry(
        "out",
        &[("finish", ""), ("fin", ""), ("o", "")],
        "[expression|line|instruction]",
        parse::out,
        "Go on until this frame has its value",
        "The value is shown.",
    ),
    entry("continue", &[("c", ""), ("cont", "")], "", parse::go_on, "Go on until something stops the program", ""),
    entry(
        "until",
        &[("goto", ""), ("u", "")],
        "LINE[:COLUMN] | FILE:LINE[:COLUMN]",
        parse::until,
        "Go on to a place",
        "Breakpoints on the way stop the program all the same. To go back to a place, set a breakpoint and go back to it.",
    ),
    entry(
        "targets",
        &[("target", "")],
        "",
        parse::targets,
        "List the calls that `step into N` can enter",
        "They are the calls inside the expression at hand, in the order in which they are made.",
    ),
];

const GOING_BACK: &[Entry] = &[
    entry(
        "back",
        &[
            ("reverse-step", ""),
            ("rs", ""),
            ("reverse-next", "over"),
            ("rn", "over"),
            ("reverse-finish", "out"),
            ("reverse-out", "out"),
        ],
        "[into|over|out] [expression|line|instruction]",
        parse::back,
        "Go back by a step",
        "`back` goes to the step point before this one, wherever it is; `back over` to the one before in this frame or one\n\
         that waits for it; `back out` to where this frame was asked for.",
    ),
    entry(
        "reverse-continue",
        &[("rc", "")],
        "",
        parse::reverse_continue,
        "Go back to the last reason to stop",
        "Breakpoints, faults that are caught and `builtins.break` are such reasons. Hit counts do not count on the way back.",
    ),
    entry(
        "goto-time",
        &[("gt", "")],
        "COUNT",
        parse::goto_time,
        "Go to a moment, forward or back",
        "Moments are counts of instructions; `time` tells the one at hand. What the program has not reached yet cannot be\n\
         gone to.",
    ),
    entry(
        "restart",
        &[],
        "",
        parse::restart,
        "Go back to the beginning",
        "Files are not read again: the program is the one that was begun.",
    ),
    entry("restart-frame", &[("rf", "")], "[N]", parse::restart_frame, "Go back to where a frame began", ""),
];

const ASKING: &[Entry] = &[
    entry(
        "calls",
        &[],
        "NAME.PATH | FILE:LINE[:COLUMN] [MAX] [--times]",
        history::parse_calls,
        "List every run of a function or attribute, with what it was given and gave",
        "Names are as for `break`. With `--times` each has its moment, which `goto-time` goes to.",
    ),
    entry(
        "said",
        &[("outputs", "")],
        "[--times]",
        history::parse_said,
        "List what the program said: traces and warnings",
        "With `--times` the moments are told, to which `goto-time` goes.",
    ),
];

const STOPPING: &[Entry] = &[
    entry(
        "break",
        &[("b", ""), ("br", "")],
        "[PLACE] [if EXPR] [hits COUNT] [log \"TEXT {EXPR}\"]",
        rules::break_,
        "Stop at a place, at code with a name, or at a builtin",
        "PLACE is LINE, LINE:COLUMN or FILE:LINE[:COLUMN]; a name such as mkMerge, lib.mkMerge or lib.*, which may follow\n\
         the pattern of a file and a colon; builtins.NAME; or *INSTRUCTION. Without one it is where the selected frame is.\n\
         A FILE that was not read yet is waited for.\n\n\
         \x20 break lib.nix:12 if x > 3\n\
         \x20 break 7:15 hits >=5\n\
         \x20 break lib.mkMerge log \"merging {builtins.length contents}\"\n\
         \x20 break builtins.map\n\n\
         COUNT is 5 (the fifth time), >5, >=5, <5, <=5 or %5 (every fifth time). A condition that fails stops the program\n\
         and is told. With `log` the text is written and the program goes on.",
    ),
    entry(
        "tbreak",
        &[("tb", "")],
        "[PLACE] [if EXPR] [hits COUNT]",
        rules::tbreak,
        "The same, just once",
        "The breakpoint is taken away when it stops the program.",
    ),
    entry(
        "watch",
        &[],
        "[value] NAME[.NAME…]",
        rules::watch,
        "Stop when a value of the program is first needed, or is there",
        "The names must lead to something nobody needed yet: what is on the way there is not evaluated for it. With\n\
         `value` the program stops when the computation ends rather than when it begins.",
    ),
    entry(
        "catch",
        &[],
        "[KIND…] [caught] [/REGEX/ | \"TEXT\"] | trace | warn | off",
        rules::catch,
        "Stop when the program fails, before anything is unwound",
        "KIND is throw, abort, assert, type, missing (attributes), undefined (variables), recursion, overflow, memory,\n\
         syntax, outside, other or all. Without `caught`, faults that a tryEval catches are passed. The message must\n\
         match the regular expression, or contain the text. `catch trace` and `catch warn` stop where a program says\n\
         something. `catch` alone tells what is stopped for.",
    ),
    entry(
        "breakpoints",
        &[("bps", "")],
        "",
        parse::breakpoints,
        "List breakpoints",
        "The number of times each was met is told, counting only those with the condition true.",
    ),
    entry(
        "delete",
        &[("d", ""), ("del", ""), ("clear", "")],
        "[N…]",
        parse::delete,
        "Take breakpoints away, or all",
        "",
    ),
    entry(
        "condition",
        &[("cond", "")],
        "N [EXPR]",
        parse::condition,
        "Let a breakpoint stop only if an expression is true",
        "Without EXPR it has no condition any longer.",
    ),
    entry("hits", &[], "N [COUNT]", parse::hits, "Let a breakpoint stop only the COUNTth time", "See `help break`."),
    entry(
        "log",
        &[],
        "N [\"TEXT {EXPR}\"]",
        parse::log,
        "Let a breakpoint write instead of stopping",
        "See `help break`.",
    ),
];

const LOOKING: &[Entry] = &[
    entry(
        "frames",
        &[("bt", ""), ("backtrace", ""), ("stack", "")],
        "[all]",
        parse::frames,
        "Tell who needs this value, and why",
        "The innermost frame is 0. What is not stepped through is left out unless `all` is said.",
    ),
    entry("frame", &[("f", "")], "[N]", parse::frame, "Select a frame: expressions are evaluated there", ""),
    entry("up", &[], "[N]", parse::up, "Select the frame that waits for this one", ""),
    entry("down", &[("dn", "")], "[N]", parse::down, "Select the frame that this one waits for", ""),
    entry(
        "locals",
        &[],
        "",
        parse::locals,
        "Show the names of the innermost function, and their values",
        "Nothing is evaluated for it. `scopes` shows also the names further out.",
    ),
    entry(
        "scopes",
        &[("env", "")],
        "",
        parse::scopes,
        "Show all names that can be used here, by what binds them",
        "Nothing is evaluated for it.",
    ),
    entry("args", &[], "", parse::args, "Show what the builtin at work was given", ""),
    entry(
        "list",
        &[("l", ""), ("ls", "")],
        "[LINE | FIRST,LAST | FILE:LINE | NAME]",
        parse::list,
        "Show source, around where the selected frame is",
        "",
    ),
    entry("sources", &[("files", "")], "", parse::sources, "List the texts that were read", ""),
    entry(
        "disassemble",
        &[("dis", ""), ("disas", "")],
        "[FRAME]",
        parse::disassemble,
        "Show the instructions of a frame",
        "The arrow marks the one at hand, ▸ the step points. The number in front is what `break *N` takes.",
    ),
    entry("why", &[], "", parse::why, "Tell why the value at hand is needed, from the beginning", ""),
    entry(
        "recent",
        &[],
        "[--times]",
        parse::recent,
        "Show what ended last on the ways taken, and the values",
        "The last one comes first. With `--times` the moments are told, to which `goto-time` goes.",
    ),
    entry("fault", &[], "", parse::fault, "Show the fault at hand with its whole trace", ""),
];

const VALUES: &[Entry] = &[
    entry(
        "print",
        &[("p", ""), ("eval", "")],
        "[--full] EXPR",
        parse::print,
        "Evaluate an expression where the selected frame is",
        "The program does not notice. A line that begins with no command is taken as an expression too. What lies inside\n\
         the value is not evaluated for it.",
    ),
    entry("show", &[], "EXPR", parse::show, "The same, the whole value as text", ""),
    entry(
        "type",
        &[("ptype", ""), ("whatis", "")],
        "EXPR",
        parse::type_,
        "Tell what kind of value an expression is",
        "",
    ),
    entry(
        "force",
        &[],
        "NAME[.NAME…]",
        parse::force,
        "Compute a value of the program for good",
        "The program will find it computed, and the way back ends here.",
    ),
    entry(
        "preview",
        &[("pv", "")],
        "",
        parse::preview,
        "Tell what the expression at hand will give",
        "The program does not notice.",
    ),
    entry(
        "forced",
        &[],
        "[--time] NAME[.NAME…]",
        parse::forced,
        "Tell for whom a value of the program was first needed",
        "The names must lead to it. With `--time` the moment is told, to which `goto-time` goes.",
    ),
    entry("where", &[], "EXPR", parse::where_, "Show where a value is written", ""),
];

const SESSION: &[Entry] = &[
    entry(
        "skip",
        &[],
        "[PATTERN | off | internal [on|off]]",
        parse::skip,
        "Do not step through some files, such as lib/** or /nix/store/**",
        "Their code is run through; functions of others that it calls are stepped into. The Nix that comes with the\n\
         evaluator is passed through unless `skip internal off` is said.",
    ),
    entry("time", &[], "", parse::time, "Tell the moment at hand, in instructions", ""),
    entry(
        "history",
        &[],
        "",
        parse::history,
        "Tell how far one can go back, and what is kept for that",
        "Less than is kept makes ways back longer, and no other. Only if the heap at the beginning takes more memory than\n\
         may be kept, the oldest moments are forgotten for good when later ones need their room.",
    ),
    entry("stats", &[], "", parse::stats, "Tell how much was done", ""),
    entry("help", &[("h", ""), ("?", "")], "[COMMAND]", parse::help, "Tell what can be said", ""),
    entry("quit", &[("q", ""), ("exit", "")], "", parse::quit, "End the session", ""),
];

/// All commands, group by group.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    GROUPS.iter().flat_map(|it| it.entries)
}

/// The command that goes by a name, and what the name adds to its arguments.
#[must_use]
pub fn find(name: &str) -> Option<(&'static Entry, &'static str)> {
    entries().find_map(|entry| {
        if entry.name == name {
            return Some((entry, ""));
        }
        entry.aliases.iter().find(|it| it.0 == name).map(|it| (entry, it.1))
    })
}

/// `Did you mean …?`, if some command is called nearly so.
#[must_use]
pub fn suggestion(name: &str) -> Option<String> {
    // Names of one or two letters are near everything.
    if name.len() < 3 {
        return None;
    }
    let names = entries().flat_map(|it| std::iter::once(it.name).chain(it.aliases.iter().map(|it| it.0)));
    let names = names.filter(|it| it.len() > 2).map(str::as_bytes);
    let near = suggest::best_matches(names, name.as_bytes());
    suggest::did_you_mean(&near[..near.len().min(1)])
}

/// What can be said.
#[must_use]
pub fn help() -> String {
    let mut out = String::new();
    for group in GROUPS {
        let _ = writeln!(out, "{}", group.title);
        for entry in group.entries {
            let short = entry.aliases.first().filter(|it| it.1.is_empty() && it.0.len() < entry.name.len());
            let names = short.map_or_else(|| entry.name.to_owned(), |it| format!("{}, {}", entry.name, it.0));
            let _ = writeln!(out, "  {names:22} {}", entry.summary);
        }
    }
    out.push_str("Anything else is an expression to be printed. `help COMMAND` tells more.");
    out
}

/// What is to be known of one command.
///
/// # Errors
/// If there is none of that name.
pub fn help_about(name: &str) -> Result<String, String> {
    let Some((entry, _)) = find(name) else {
        return Err(unknown(name));
    };
    let mut out = format!("{} {}\n", entry.name, entry.args);
    out.truncate(out.trim_end().len());
    let _ = write!(out, "\n  {}.", entry.summary);
    let aliases: Vec<String> = entry
        .aliases
        .iter()
        .map(
            |(name, args)| if args.is_empty() { (*name).to_owned() } else { format!("{name} ({} {args})", entry.name) },
        )
        .collect();
    if !aliases.is_empty() {
        let _ = write!(out, "\n  Also: {}", aliases.join(", "));
    }
    if !entry.details.is_empty() {
        for line in std::iter::once("").chain(entry.details.lines()) {
            let _ = write!(out, "\n{}{line}", if line.is_empty() { "" } else { "  " });
        }
    }
    Ok(out)
}

/// That there is no such command.
fn unknown(name: &str) -> String {
    match suggestion(name) {
        Some(it) => format!("there is no command '{name}'. {it}"),
        None => format!("there is no command '{name}'; `help` lists all"),
    }
}
