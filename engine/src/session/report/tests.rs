//! Faults as `nix-instantiate` 2.34.8 tells them. The cases were recorded from it.

use crate::builtins::{Features, machine};
use crate::diagnostic::{Diagnostic, Severity};
use crate::session::Session;
use crate::source::Origin;
use crate::vm::Limits;
use crate::world::Memory;

use super::{Detail, Style, diagnose, text};

fn told(program: &str, detail: Detail, style: Style) -> String {
    let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
    let mut session = Session::new(machine(&Features::default(), limits), Memory::default());
    let body = session.vm.read(Origin::String, program.as_bytes().into(), "/", &[]);
    let result = body.and_then(|body| session.eval(body));
    let Err(fault) = result else { return "no fault".into() };
    let text = text(&diagnose(&fault, &session.vm.sources, detail), style);
    String::from_utf8_lossy(&text).into_owned()
}

/// The text of a case: control characters are escaped there.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(it) = chars.next() {
        out.push(match it {
            '\\' => match chars.next() {
                Some('e') => '\x1b',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('a') => '\x07',
                other => other.unwrap_or('\\'),
            },
            it => it,
        });
    }
    out
}

#[test]
fn as_nix_tells_them() {
    let mut failures = String::new();
    for case in include_str!("cases.txt").split("====").skip(1) {
        let (flags, rest) = case.split_once('\n').expect("a case has a line of flags");
        let (program, expected) = rest.split_once("\n----\n").expect("a case has two parts");
        let detail = if flags.trim() == "--show-trace" { Detail::Full } else { Detail::Short };
        let told = told(&unescape(program), detail, Style::Plain);
        if told.trim_end_matches('\n') != expected.trim_end_matches('\n') {
            failures.push_str(&format!("==== {flags}\n{program}\n---- expected\n{expected}---- told\n{told}"));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn colours() {
    let told = told("{ foo = 1; }.fo", Detail::Short, Style::Colour);
    let expected = "\u{1b}[31;1merror:\u{1b}[0m attribute '\u{1b}[35;1mfo\u{1b}[0m' missing\n       \
        \u{1b}[34;1mat \u{1b}[35;1m«string»:1:1\u{1b}[0m:\n            1| { foo = 1; }.fo\n             \
        | \u{1b}[31;1m^\u{1b}[0m\n       Did you mean \u{1b}[35;1mfoo\u{1b}[0m?\n";
    assert_eq!(told, expected);
}

#[test]
fn what_is_filled_in_has_a_colour() {
    let cases = [
        ("attribute 'a' missing", "attribute '<a>' missing"),
        ("while calling the 'foldl'' builtin", "while calling the '<foldl'>' builtin"),
        ("string 'a' doesn't represent", "string '<a>' doesn't represent"),
        ("'builtins.elemAt' called with 'x y'", "'builtins.elemAt' called with '<x y>'"),
        ("it's", "it's"),
        ("one 'quote", "one 'quote"),
        ("'' and 'é'", "'<>' and '<é>'"),
    ];
    for (message, expected) in cases {
        let diagnostic = Diagnostic::new(Severity::Error, message);
        let text = String::from_utf8_lossy(&text(&diagnostic, Style::Colour)).into_owned();
        let text = text.replace("\u{1b}[35;1m", "<").replace("\u{1b}[0m", ">");
        assert_eq!(text, format!("\u{1b}[31;1merror:> {expected}\n"));
    }
}
