//! Faults in a TOML text, laid out as toml11 lays them out.

use std::fmt::Write;
use std::ops::Range;

/// A fault: what is wrong, and where.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) title: String,
    /// Ranges of bytes, each with what is to be said of it.
    pub(super) places: Vec<(Range<usize>, String)>,
    pub(super) hints: &'static str,
    /// A text to quote instead of the document.
    pub(super) quoted: Option<String>,
}

/// As the beginning of a place: the end of the document.
pub(super) const END: usize = usize::MAX;

/// Around a place, so much of a long line is shown on either side.
const CONTEXT: usize = 30;

pub(super) const INTEGER_HINTS: &str = "Hint: valid  : -42, 1_000, 1_2_3_4_5, 0xC0FFEE, 0b0010, 0o755\n\
                                        Hint: invalid: _42, 1__000, 0123\n";
pub(super) const FLOAT_HINTS: &str = "Hint: valid  : +1.0, -2e-2, 3.141_592_653_589, inf, nan\n\
                                      Hint: invalid: .0, 1., _1.0, 1.0_, 1_.0, 1.0__0\n";
pub(super) const TIME_HINTS: &str = "Hint: valid  : 1979-05-27T07:32:00, 1979-05-27 07:32:00.999999\n\
                                     Hint: invalid: 1979-05-27T7:32:00, 1979-05-27 17:32\n";
pub(super) const OFFSET_HINTS: &str = "Hint: valid  : +09:00, -05:30\nHint: invalid: +9:00,  -5:30\n";
pub(super) const DATETIME_HINTS: &str = "Hint: valid  : 1979-05-27T07:32:00-07:00, 1979-05-27 07:32:00.999999Z\n\
                                         Hint: invalid: 1979-05-27T7:32:00-7:00, 1979-05-27 7:32-00:30";
pub(super) const KEY_HINTS: &str = "Hint: non-ASCII scripts are allowed in toml v1.1.0, but not in v1.0.0.\n";
pub(super) const COMMENT_HINTS: &str = "Hint: most of the control characters are not allowed in comments";

impl Fault {
    pub(super) fn new(title: &str, at: usize, note: &str) -> Self {
        let place = at..at.saturating_add(1);
        Self { title: title.to_owned(), places: vec![(place, note.to_owned())], hints: "", quoted: None }
    }

    /// A fault between something new and something that was there.
    pub(super) fn conflict(title: &str, new: Range<usize>, new_note: &str, old: Range<usize>, old_note: &str) -> Self {
        let places = vec![(new, new_note.to_owned()), (old, old_note.to_owned())];
        Self { title: title.to_owned(), places, hints: "", quoted: None }
    }

    pub(super) fn with_hints(mut self, hints: &'static str) -> Self {
        self.hints = hints;
        self
    }

    /// The message; `text` is the document.
    pub(super) fn render(&self, text: &[u8]) -> Vec<u8> {
        let (text, file) = match &self.quoted {
            Some(quoted) => (quoted.as_bytes(), "internal temporary"),
            None => (text, "fromTOML"),
        };
        let lines: Vec<Line<'_>> =
            self.places.iter().map(|(range, note)| Line::of(text, range.clone(), note)).collect();
        let width = lines.iter().map(|line| line.last_number().to_string().len()).max().unwrap_or(1);
        let bar = format!("{:width$}  |", "");
        let mut out = format!("[error] {}\n --> {file}\n{bar}\n", self.title);
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                let _ = write!(out, "{bar} ...\n{bar}\n");
            }
            line.render(&mut out, width, &bar);
        }
        out.push_str(self.hints);
        out.into_bytes()
    }
}

/// The line a place is in, or the first and the last one.
struct Line<'t> {
    number: usize,
    text: &'t [u8],
    /// Where the place begins in the line, and how long it is.
    column: usize,
    length: usize,
    /// For a place that goes on after the line: the number of its last line, and the document up to there.
    rest: Option<(usize, &'t [u8])>,
    note: &'t str,
}

fn newlines(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte == b'\n').count()
}

impl<'t> Line<'t> {
    fn of(text: &'t [u8], range: Range<usize>, note: &'t str) -> Self {
        // To toml11 every document ends with a newline, and its end is a place over that newline.
        let body = text.strip_suffix(b"\n").unwrap_or(text);
        let at_end = range.start == END;
        let start = if at_end { body.len() } else { range.start.min(text.len()) };
        let line_start = text[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let line_end = text[start..].iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| start + at);
        let number = newlines(&text[..line_start]) + 1;
        let end = range.end.min(text.len());
        let rest = if at_end {
            Some((number + 1, body))
        } else {
            (end > line_end + 1).then(|| {
                let last_end = text[end..].iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| end + at);
                (number + newlines(&text[line_start..end]), &text[..last_end])
            })
        };
        let length = if rest.is_some() { line_end - start } else { range.len().max(1) };
        Self { number, text: &text[line_start..line_end], column: start - line_start, length, rest, note }
    }

    fn last_number(&self) -> usize {
        self.rest.map_or(self.number, |(last, _)| last)
    }

    fn render(&self, out: &mut String, width: usize, bar: &str) {
        if let Some((last, whole)) = self.rest {
            return self.render_lines(last, whole, out, width, bar);
        }
        let Self { number, text, column, length, note, .. } = *self;
        let from = if length < CONTEXT { column.saturating_sub(CONTEXT) } else { 0 };
        let to = text.len().min(column + length + CONTEXT - 1);
        let lead = if from > 0 { "... " } else { "" };
        let trail = if to < text.len() { " ..." } else { "" };
        let line = format!("{lead}{}{trail}", shown(&text[from..to]));
        let _ = writeln!(out, " {number:>width$} |{}{line}", if line.is_empty() { "" } else { " " });
        let _ = writeln!(out, "{bar} {}{}-- {note}", " ".repeat(lead.len() + column - from), "^".repeat(length));
    }

    /// A place of several lines. The last one is shown with everything before it, as toml11 does.
    fn render_lines(&self, last: usize, whole: &[u8], out: &mut String, width: usize, bar: &str) {
        let Self { number, text, column, length, note, .. } = *self;
        let more = last > number + 1;
        let gap = if text.is_empty() { "" } else { " " };
        let _ = writeln!(out, " {number:>width$} |{gap}{}", shown(text));
        let (spaces, carets) = (" ".repeat(column), "^".repeat(length));
        let _ = writeln!(out, "{bar} {spaces}{carets}--{}", if more { " and" } else { "" });
        if more {
            let _ = writeln!(out, " {:>width$} | ...\n{bar} ^^^-- and", number + 1);
        }
        let first_line = whole.iter().position(|&byte| byte == b'\n').unwrap_or(whole.len());
        let _ = writeln!(out, " {last:>width$} | {}", shown(whole));
        let _ = writeln!(out, "{bar} {}-- {note}", "^".repeat(first_line + 1));
    }
}

/// Text of a line, with names for what cannot be seen.
fn shown(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text {
        let name = match byte {
            b' '..=b'~' => {
                out.push(char::from(byte));
                continue;
            }
            b'\t' => "(TAB)",
            b'\n' => "(LINE FEED)",
            b'\r' => "(CARRIAGE RETURN)",
            0 => "(NUL)",
            8 => "(BACKSPACE)",
            11 => "(VERTICAL TAB)",
            12 => "(FORM FEED)",
            27 => "(ESCAPE)",
            _ => "",
        };
        let _ = write!(out, "0x{byte:02x}{name}");
    }
    out
}
