//! Lines and what comes of them.

use crate::session::{DebugSession, Launch};
use crate::vm::{Limits, Settings};
use crate::world::Memory;

use super::{Command, Console, table};

fn session(program: &str) -> DebugSession<Memory> {
    let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
    let mut session = DebugSession::new(Settings::default(), limits, Memory::default());
    session.launch(&Launch::text(program)).expect("the program is Nix");
    session.begin(true);
    session
}

/// What lines say, one after the other.
fn said(program: &str, lines: &[&str]) -> String {
    let mut session = session(program);
    let mut console = Console::new("/");
    let mut out = String::new();
    for line in lines {
        out.push_str("> ");
        out.push_str(line);
        out.push('\n');
        let text = console.execute(&mut session, line).text;
        if !text.is_empty() {
            out.push_str(&text);
            out.push('\n');
        }
    }
    out
}

#[test]
fn lines_and_what_they_say() {
    let program = "let double = x: let y = x * 2; in y + 1; in double 20 + double 1";
    let cases: [(&[&str], &str); 6] = [
        (
            &["step", "step", "p x + y"],
            "> step\nstep: double at «string»:1:35\n  1 | let double = x: let y = x * 2; in y + 1; in double 20 + double 1\n    |                                   ^^^^^\n> step\nstep: double.y at «string»:1:25\n  1 | let double = x: let y = x * 2; in y + 1; in double 20 + double 1\n    |                         ^^^^^\n> p x + y\ninfinite recursion encountered\n",
        ),
        (
            &["b double if x == 1", "c", "x", "bps"],
            "> b double if x == 1\nbreakpoint 1 on double at «string»:1:35 if x == 1\n> c\nbreakpoint 1: double at «string»:1:35\n  1 | let double = x: let y = x * 2; in y + 1; in double 20 + double 1\n    |                                   ^^^^^\n> x\n1\n> bps\nbreakpoint 1 on double at «string»:1:35 if x == 1, met once\n",
        ),
        (&["c", "c"], "> c\nthe program gave 44\n> c\nthe program is over; `back` and `reverse-continue` go back\n"),
        (
            &["brek 1"],
            "> brek 1\nthere is no command 'brek', and as an expression: undefined variable 'brek'. Did you mean break?\n",
        ),
        (&["force nothing"], "> force nothing\nthere is no variable 'nothing' here\n"),
        (&["help frobnicate"], "> help frobnicate\nthere is no command 'frobnicate'; `help` lists all\n"),
    ];
    for (lines, expected) in cases {
        assert_eq!(said(program, lines), expected, "{lines:?}");
    }
}

#[test]
fn names_of_commands_are_unique() {
    let mut names: Vec<&str> =
        table::entries().flat_map(|it| std::iter::once(it.name).chain(it.aliases.iter().map(|it| it.0))).collect();
    let n = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), n);
    for entry in table::entries() {
        assert!(table::help_about(entry.name).is_ok_and(|it| it.contains(entry.summary)), "{}", entry.name);
        assert!(entry.details.lines().all(|it| it.len() <= 118), "{}", entry.name);
    }
}

#[test]
fn lines_that_are_no_commands_are_refused_in_a_sentence() {
    let cases = [
        ("step sideways", "'sideways' is not how one can step: expression, line or instruction"),
        ("step into x", "'x' is not the number of a call: `targets` lists them"),
        ("continue now", "nothing was expected here: 'now'"),
        ("break 0", "lines and columns are counted from 1"),
        ("break 3 unless x", "'unless x' is not understood: if EXPR, hits COUNT or log \"TEXT\" was expected"),
        ("break 3 if", "an expression is missing: if EXPR"),
        ("break 3 hits 1 hits 2", "'hits' stands there twice"),
        ("break f log \"{x\"", "a brace is not closed; write {{ for one that is text"),
        ("catch thorw", "'thorw' is no kind of fault. Did you mean throw?"),
        ("catch /(/", "not a regular expression: (: error parsing pattern 0"),
        ("watch", "a name is missing: watch NAME, or watch value NAME"),
        ("until", "'' is not a place: LINE, LINE:COLUMN or FILE:LINE[:COLUMN]"),
        ("goto-time soon", "'soon' is not a moment: a count of instructions, see `time`"),
        ("delete x", "'x' is not the number of a breakpoint: `breakpoints` lists them"),
        ("condition", "the number of a breakpoint is missing: condition N EXPR"),
        ("print", "an expression is missing: print EXPR"),
    ];
    for (line, why) in cases {
        assert_eq!(Command::parse(line), Err(why.to_owned()), "{line}");
    }
}

#[test]
fn what_looks_like_an_expression_is_one() {
    for line in ["n + 1", "s ++ [ ]", "x.y", "let a = 1; in a", "b // { }", "c.d or 1", "p: p"] {
        let command = Command::parse(line);
        assert!(matches!(command, Ok(Command::Value(_))), "{line}: {command:?}");
    }
    for line in ["n", "s line", "b *12", "b lib.*", "c", "p -1", "? break"] {
        let command = Command::parse(line);
        assert!(
            command.is_ok() && !matches!(command, Ok(Command::Value(super::Query::Bare(_)))),
            "{line}: {command:?}"
        );
    }
}

#[test]
fn no_line_is_too_strange() {
    let parts =
        ["break", "b ", "\"", "{", "if", " log ", "*", ":", "1", "ü", "\\", " ", "/", "catch", "watch", "a.", "#"];
    let mut state = 1_u32;
    for _ in 0..20_000 {
        let mut line = String::new();
        for _ in 0..6 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            line.push_str(parts[(state >> 16) as usize % parts.len()]);
        }
        let _ = Command::parse(&line);
    }
}

#[test]
fn completions() {
    let program = "let set = { alpha = 1; \"a b\" = 2; beta = 1 + 1; }; late = { x = 1 + 1; }; f = x: x; in builtins.seq set (f 1)";
    let check = |line: &str, expected: &[&str]| {
        let mut session = session(program);
        let mut console = Console::new("/");
        console.execute(&mut session, "break f");
        console.execute(&mut session, "continue");
        console.execute(&mut session, "up");
        let found = console.complete(&mut session, line, line.len());
        let found: Vec<String> = found.into_iter().map(|it| format!("{}{}", &line[..it.start], it.text)).collect();
        assert_eq!(found, expected, "{line}");
    };
    check("sho", &["show"]);
    check("p set.a", &["p set.alpha"]);
    check("p set.\"", &["p set.\"a b\""]);
    check("p late.", &[]);
    check("p lat", &["p late"]);
    check("set.be", &["set.beta"]);
    check("break builtins.fold", &["break builtins.foldl'"]);
    check("break f if l", &["break f if log", "break f if late"]);
    check("catch ab", &["catch abort"]);
    check("p 1 + builtins.filterS", &["p 1 + builtins.filterSource"]);
    check("step in", &["step instruction", "step into"]);
    check("help tb", &["help tbreak"]);
}
