//! Source as a person sees it: lines with their numbers, and what is meant underlined. Plain text without control
//! characters; never more than a screen.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

use crate::debug::location::line_span;
use crate::source::{SourceFile, Span};
use crate::vm::Vm;

/// How much of a line is shown, in columns.
const WIDTH: usize = 140;
/// How much of it stands before what is meant, if it has to be cut.
const BEFORE: usize = 40;

/// A line of source, ready to be shown.
struct Line {
    text: String,
    /// For each byte of the source the column it is shown at, and one more for the end.
    columns: Vec<usize>,
}

impl Line {
    fn new(file: &SourceFile, line: u32) -> Option<Self> {
        let span = line_span(file, line)?;
        let bytes = file.text.get(file.offset(span.start) as usize..file.offset(span.end) as usize)?;
        let end = bytes.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |at| at + 1);
        // A line that never ends is shown up to a point.
        let bytes = &bytes[..end.min(1 << 16)];
        let mut it = Self { text: String::new(), columns: Vec::with_capacity(bytes.len() + 1) };
        let mut column = 0;
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                it.columns.extend(std::iter::repeat_n(column, c.len_utf8()));
                column += it.push(c);
            }
            for _ in chunk.invalid() {
                it.columns.push(column);
                column += it.push(char::REPLACEMENT_CHARACTER);
            }
        }
        it.columns.push(column);
        Some(it)
    }

    fn push(&mut self, c: char) -> usize {
        let shown = match c {
            '\t' => {
                self.text.push_str("    ");
                return 4;
            }
            '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            c => c,
        };
        self.text.push(shown);
        shown.width().unwrap_or(1)
    }

    fn column(&self, byte: u32) -> usize {
        let last = self.columns.len() - 1;
        self.columns[(byte as usize).min(last)]
    }

    /// The text from a column on, cut to the width, and the column it begins at.
    fn window(&self, from: usize) -> (String, usize) {
        let total = *self.columns.last().unwrap_or(&0);
        if total <= WIDTH {
            return (self.text.clone(), 0);
        }
        let first = if from + BEFORE < WIDTH { 0 } else { from - BEFORE };
        let mut out = String::new();
        let mut column = 0;
        for c in self.text.chars() {
            let width = c.width().unwrap_or(1);
            if column >= first && column + width < first + WIDTH {
                out.push(c);
            }
            column += width;
        }
        if first > 0 {
            out = out.chars().skip(1).collect();
            out.insert(0, '…');
        }
        if total > first + WIDTH {
            out.push('…');
        }
        (out, first)
    }
}

/// The line a span begins on, with the span underlined; two lines, none if it is nowhere.
pub(super) fn underlined(vm: &Vm, span: Span) -> Option<String> {
    let (file, start) = vm.sources.locate(span.start)?;
    let end = file.lines().line_col(file.offset(span.end.max(span.start)));
    let line = Line::new(file, start.line)?;
    let from = line.column(start.column);
    let is_one_line = end.line == start.line;
    let to = if is_one_line { line.column(end.column) } else { line.column(u32::MAX) };
    let (text, first) = line.window(from);
    let number = (start.line + 1).to_string();
    let blank = " ".repeat(number.len());
    let room = (first + WIDTH).saturating_sub(from).max(1);
    let carets = "^".repeat((to.saturating_sub(from)).clamp(1, room));
    let padding = " ".repeat(from - first.min(from));
    let mut out = format!("  {number} | {text}\n  {blank} | {padding}{carets}");
    if !is_one_line {
        let _ = write!(out, " to {}:{}", end.line + 1, end.column.max(1));
    }
    Some(out)
}

/// Lines of a text, both ends from 0 and included, one of them marked.
pub(super) fn lines(file: &SourceFile, first: u32, last: u32, mark: Option<u32>) -> String {
    // A line break at the end of a text begins no line.
    let n_lines = file.lines().n_lines() - u32::from(file.text.ends_with(b"\n"));
    let last = last.min(n_lines.saturating_sub(1));
    let width = (last + 1).to_string().len();
    let mut out = String::new();
    for number in first..=last {
        let Some(line) = Line::new(file, number) else { break };
        let mark = if mark == Some(number) { '*' } else { ' ' };
        let row = format!("{mark} {:width$} | {}", number + 1, line.window(0).0);
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}
