//! Faults of structure: where the crate meets one, and what toml11 says there.

use toml_parser::ParseError;

use super::fault::{COMMENT_HINTS, END, Fault, KEY_HINTS};

/// The first error in the text, and the crate's words for it.
pub(super) fn first_error(errors: &[ParseError]) -> Option<(usize, &str)> {
    let place = |error: &ParseError| error.unexpected().or(error.context()).map_or(0, |span| span.start());
    errors.iter().map(|error| (place(error), error.description())).min_by_key(|(at, _)| *at)
}

/// What the text is being read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Header { array: bool },
    AfterHeader,
    Key,
    AfterKey,
    Value,
    AfterValue,
}

/// What encloses the value being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    Line,
    Array,
    InlineTable,
}

pub(super) fn bad_key(at: usize) -> Fault {
    let title = "toml::parse_simple_key: invalid key: key must be \"quoted\", 'quoted-literal', or bare key.";
    Fault::new(title, at, "expected alpha [a-zA-Z], digit [0-9], -, or _").with_hints(KEY_HINTS)
}

pub(super) fn trailing_comma(at: usize) -> Fault {
    Fault::new("toml::parse_inline_table: trailing comma is not allowed in TOML-v1.0.0)", at, "here")
}

/// A control character in the comment at `at`; toml11 complains of what comes after the line.
pub(super) fn bad_comment(at: usize, text: &str) -> Fault {
    let title = "toml::parse_comment_line: newline (LF / CRLF) or EOF is expected";
    let after = text[at..].find('\n').map(|newline| at + newline + 1).filter(|&after| after < text.len());
    Fault::new(title, after.unwrap_or(END), "but got this").with_hints(COMMENT_HINTS)
}

/// What follows a value does not belong there.
pub(super) fn after_value(around: Around, at: usize) -> Fault {
    let title = match around {
        Around::Line => "toml::parse_table: newline (LF / CRLF) or EOF is expected",
        Around::Array => "toml::parse_array: expected value-separator `,` or closing `]`",
        Around::InlineTable => "toml::parse_inline_table: expected value-separator `,` or closing `}`",
    };
    Fault::new(title, at, "here")
}

/// The fault at `at`, given how far the text was understood.
pub(super) fn fault(within: Within, around: Around, at: usize, text: &str) -> Fault {
    let blank = |from: usize| {
        from + text.as_bytes()[from.min(text.len())..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    };
    match (within, around) {
        (Within::Header { array }, _) => {
            let (kind, close) = if array { ("array-table", "]]") } else { ("table", "]") };
            let title = format!("toml::parse_file: invalid {kind} key");
            let at = blank(at);
            let opened = text[..at].trim_end_matches([' ', '\t']).ends_with('[');
            let note = match opened {
                true => "expected basic key([a-zA-Z0-9_-]) or quoted key(\" or ')".to_owned(),
                false => format!("expected {close}"),
            };
            Fault::new(&title, at, &note)
        }
        (Within::AfterHeader, _) => {
            let title = "toml::parse_file: newline (or EOF) expected";
            Fault::new(title, blank(at), "expected 0x0a(LINE FEED) or \n")
        }
        (Within::AfterValue | Within::Value, Around::Array) if blank_to_end(text, at) => {
            Fault::new("toml::parse_array: missing closing bracket `]`", END, "expected `]`, reached EOF")
        }
        (Within::Key, _) => bad_key(blank(at)),
        (Within::AfterKey, _) => {
            let title = "toml::parse_key_value_pair: invalid key value separator `=`";
            Fault::new(title, blank(at), "expected =")
        }
        (Within::Value, _) => Fault::new("bad format: unknown value appeared", blank(at), "here"),
        (Within::AfterValue, around) => after_value(around, blank(at)),
    }
}

fn blank_to_end(text: &str, at: usize) -> bool {
    text.as_bytes()[at.min(text.len())..].iter().all(u8::is_ascii_whitespace)
}
