//! What differs between a text and its formatted one, as small as editors like it, and what of that concerns a range.

use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use crate::ide::{Document, Edit, TextRange};

/// How long the smallest difference is searched for; after that any will do.
const SEARCH: Duration = Duration::from_millis(300);

/// The changes that make one text of the other, in order: none of a line that stays as it is, nor of a word.
pub(super) fn between(before: &str, after: &str) -> Vec<Edit> {
    let deadline = Instant::now() + SEARCH;
    let lines = |text| str::split_inclusive(text, '\n').collect();
    let mut edits: Vec<Edit> = Vec::new();
    for (start, old, new) in differing(lines(before), lines(after), deadline) {
        for (at, old, new) in differing(pieces(&old), pieces(&new), deadline) {
            edits.extend(trimmed(start + at, &old, &new));
        }
    }
    edits
}

/// Where pieces of a text differ from those of another one: the byte, and both texts there.
fn differing(old: Vec<&str>, new: Vec<&str>, deadline: Instant) -> Vec<(u32, String, String)> {
    let mut at = 0;
    let mut found = Vec::new();
    for op in capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(deadline)) {
        let (old, new) = (old[op.old_range()].concat(), new[op.new_range()].concat());
        let len = old.len() as u32;
        if !matches!(op, DiffOp::Equal { .. }) {
            found.push((at, old, new));
        }
        at += len;
    }
    found
}

/// The words of a text, the blanks between them, and each other character.
fn pieces(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_whitespace() => 0,
        c if c.is_alphanumeric() || c == '_' => 1,
        _ => 2,
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut last = 2;
    for (at, c) in text.char_indices() {
        if at > start && (class(c) != last || last == 2) {
            found.push(&text[start..at]);
            start = at;
        }
        last = class(c);
    }
    if start < text.len() {
        found.push(&text[start..]);
    }
    found
}

/// A change without what is the same at its ends.
fn trimmed(start: u32, old: &str, new: &str) -> Option<Edit> {
    let same = old.char_indices().zip(new.chars()).find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    let first = same.unwrap_or(old.len().min(new.len()));
    let (old, new) = (&old[first..], &new[first..]);
    let behind: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (old, new) = (&old[..old.len() - behind], &new[..new.len() - behind]);
    let start = start + first as u32;
    let range = TextRange::new(start, start + old.len() as u32);
    (!old.is_empty() || !new.is_empty()).then(|| Edit::replace(range, new))
}

/// The ranges that may be formatted for one that was asked about: it, and the expressions around it.
pub(super) fn ranges(doc: &Document, asked: TextRange) -> impl Iterator<Item = TextRange> + '_ {
    let tree = doc.tree();
    let token = tree.token_at(asked.start).or_else(|| tree.token_before(asked.start));
    let around = token.into_iter().flat_map(move |it| tree.ancestors(it)).map(move |it| tree.range(it));
    let around = around.filter(move |it| it.covers(asked) && *it != asked);
    // Of ranges within the same lines one is enough.
    let mut last: Option<(u32, u32)> = None;
    let text = doc.text();
    std::iter::once(asked).chain(around).filter(move |it| {
        let lines = lines(text, *it);
        let is_new = last != Some(lines);
        last = Some(lines);
        is_new
    })
}

/// From the beginning of the first line of a range to the end of its last. A range that ends at the beginning of a line
/// ends with the line before.
fn lines(text: &[u8], range: TextRange) -> (u32, u32) {
    let start = range.start.min(text.len() as u32) as usize;
    let mut end = range.end.min(text.len() as u32) as usize;
    if end > start && text[end - 1] == b'\n' {
        end -= 1;
    }
    let first = memchr::memrchr(b'\n', &text[..start]).map_or(0, |it| it + 1);
    let last = memchr::memchr(b'\n', &text[end..]).map_or(text.len(), |it| end + it);
    (first as u32, last as u32)
}

/// The changes in the lines of a range.
pub(super) fn touching(before: &str, edits: &[Edit], range: TextRange) -> Vec<Edit> {
    let (start, end) = lines(before.as_bytes(), range);
    let is_last = end as usize == before.len();
    let touches = |it: &&Edit| {
        // What is inserted before the first line, or behind the last line's end, belongs to neither.
        let begins = it.range.start <= end;
        let ends = it.range.end > start || (it.range.end == start && (it.range.is_empty() || start == end));
        begins && ends || (is_last && it.range.start >= end)
    };
    edits.iter().filter(touches).cloned().collect()
}

/// The text with changes made.
pub(super) fn made(before: &str, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(before.len());
    let mut at = 0;
    for edit in edits {
        text.push_str(&before[at..edit.range.start as usize]);
        text.push_str(&edit.text);
        at = edit.range.end as usize;
    }
    text.push_str(&before[at..]);
    text
}
