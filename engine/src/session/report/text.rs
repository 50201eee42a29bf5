//! A diagnostic as Nix's logger writes it: indented below its first word, with three lines of code for each place.

use crate::diagnostic::{Diagnostic, Place, Severity, TraceEntry};

use super::filter::filter_bytes;

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// None.
    Plain,
    /// Those of Nix, as ANSI sequences.
    Colour,
}

const NORMAL: &str = "\x1b[0m";
const RED: &str = "\x1b[31;1m";
const BLUE: &str = "\x1b[34;1m";
const MAGENTA: &str = "\x1b[35;1m";

/// The text of a diagnostic, with a line break at the end.
#[must_use]
pub fn text(diagnostic: &Diagnostic, style: Style) -> Vec<u8> {
    let (word, colour) = match diagnostic.severity {
        Severity::Error => ("error:", RED),
        Severity::Warning => ("warning:", MAGENTA),
        Severity::EvaluationWarning => ("evaluation warning:", MAGENTA),
    };
    let mut writer = Writer { out: Vec::new(), style };
    for entry in &diagnostic.trace {
        writer.entry(entry);
    }
    let prefix = format!("{colour}{word}{NORMAL} ");
    if !diagnostic.trace.is_empty() {
        writer.text("\n");
        writer.text(&prefix);
    }
    writer.message(&diagnostic.message, diagnostic.is_own);
    writer.text("\n");
    if let Some(place) = &diagnostic.place {
        writer.place("", place);
    }
    writer.suggestions(&diagnostic.suggestions);
    let body = writer.out;
    let body = trim_end(&body);
    let mut out = Vec::with_capacity(body.len() * 2);
    if !body.is_empty() {
        let indent = " ".repeat(word.len() + 1);
        for (i, line) in body.split(|&byte| byte == b'\n').enumerate() {
            let start = if i == 0 { &prefix } else { &indent };
            if i > 0 {
                out.push(b'\n');
            }
            let before = out.len();
            out.extend_from_slice(start.as_bytes());
            out.extend_from_slice(line);
            let kept = before + trim_end(&out[before..]).len();
            out.truncate(kept);
        }
    }
    let mut out = filter_bytes(&out, style);
    out.push(b'\n');
    out
}

struct Writer {
    out: Vec<u8>,
    style: Style,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A sentence: what Nix fills in has a colour.
    fn message(&mut self, text: &str, is_own: bool) {
        if is_own || self.style == Style::Plain {
            return self.text(text);
        }
        let mut rest = text;
        while let Some((start, end)) = filled_in(rest) {
            self.text(&rest[..start]);
            self.text(MAGENTA);
            self.text(&rest[start..end]);
            self.text(NORMAL);
            self.text("'");
            rest = &rest[end + 1..];
        }
        self.text(rest);
    }

    fn entry(&mut self, entry: &TraceEntry) {
        match entry {
            TraceEntry::Line { text, is_own, place } => {
                self.text("\n… ");
                self.message(text, *is_own);
                self.text("\n");
                if let Some(place) = place {
                    self.place("  ", place);
                }
            }
            TraceEntry::Repeated(n) => self.text(&format!("\n{MAGENTA}({n} duplicate frames omitted){NORMAL}\n")),
            TraceEntry::Truncated => self.text(&format!(
                "\n{MAGENTA}(stack trace truncated; use '--show-trace' to show the full, detailed trace){NORMAL}\n"
            )),
        }
    }

    fn place(&mut self, indent: &str, place: &Place) {
        let Place { file, line, column, .. } = place;
        self.text(&format!("{indent}{BLUE}at {MAGENTA}{file}:{line}:{column}{NORMAL}:"));
        if let Some(text) = &place.before {
            self.code(line - 1, text);
        }
        if let Some(text) = &place.text {
            self.code(*line, text);
            self.text(&format!("\n      |{}{RED}^{NORMAL}", " ".repeat(*column as usize)));
        }
        if let Some(text) = &place.after {
            self.code(line + 1, text);
        }
        self.text("\n");
    }

    fn code(&mut self, number: u32, text: &[u8]) {
        self.text(&format!("\n {number:5}| "));
        self.out.extend_from_slice(text);
    }

    fn suggestions(&mut self, names: &[String]) {
        let Some((last, others)) = names.split_last() else { return };
        self.text("Did you mean ");
        for (i, name) in others.iter().enumerate() {
            self.text(if i == 0 { "one of " } else { ", " });
            self.text(&format!("{MAGENTA}{name}{NORMAL}"));
        }
        self.text(if others.is_empty() { "" } else { " or " });
        self.text(&format!("{MAGENTA}{last}{NORMAL}?\n"));
    }
}

/// Where the first thing is that a sentence of Nix's quotes, but for names of builtins, which are part of the sentence.
fn filled_in(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_word = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'\'', &bytes[at..]).map(|it| at + it) {
        at = quote + 1;
        if is_word(quote.checked_sub(1)) {
            continue;
        }
        // A name may end in a quote itself: then the last one in a row closes.
        let is_end = |it: &usize| bytes[*it] == b'\'' && !is_word(Some(it + 1)) && bytes.get(it + 1) != Some(&b'\'');
        let end = (at..bytes.len()).find(is_end)?;
        if !text[at..end].starts_with("builtins.") {
            return Some((at, end));
        }
        at = end + 1;
    }
    None
}

/// Without spaces and line breaks at the end.
fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !b" \n\r\t".contains(byte)).map_or(0, |at| at + 1);
    &text[..end]
}
