//! The text of an open document: changed in place, and its places told in bytes or as editors count them.
//!
//! No position is an error. What lies behind the end of a line is taken as its end, and what lies inside a character as
//! its beginning.

use std::ops::Range;

/// How editors count the columns of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// In bytes.
    Utf8,
    /// In UTF-16 code units: what every editor can do.
    #[default]
    Utf16,
}

/// A line and a column as an editor counts them, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// One change: of a range, or of the whole text if there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is replaced.
    pub range: Option<(Spot, Spot)>,
    /// By what.
    pub text: String,
}

/// A text with its lines.
#[derive(Clone, Debug)]
pub struct Text {
    text: String,
    /// Where each line begins. `\n`, `\r\n` and a lone `\r` end one.
    starts: Vec<u32>,
    is_ascii: bool,
}

impl Text {
    /// A text.
    #[must_use]
    pub fn new(text: String) -> Self {
        let mut starts = vec![0];
        push_starts(text.as_bytes(), 0..text.len(), &mut starts);
        let is_ascii = text.is_ascii();
        Self { text, starts, is_ascii }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.text.len() as u32
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Makes a change.
    pub fn change(&mut self, change: &Change, encoding: Encoding) {
        match change.range {
            None => *self = Self::new(change.text.clone()),
            Some((start, end)) => {
                let (start, end) = (self.offset(start, encoding), self.offset(end, encoding));
                self.replace(start.min(end)..end.max(start), &change.text);
            }
        }
    }

    /// Replaces a range, whose ends lie between characters.
    fn replace(&mut self, range: Range<u32>, new: &str) {
        // A line break may be made or broken at either end, so that the lines around are looked at again.
        let first = self.line_of(range.start.saturating_sub(1)) as usize;
        let after = self.line_of((range.end + 1).min(self.len())) as usize + 1;
        let old_end = self.starts.get(after).copied().unwrap_or(self.len());
        self.text.replace_range(range.start as usize..range.end as usize, new);
        let grown = new.len() as i64 - i64::from(range.end - range.start);
        let moved = |at: u32| (i64::from(at) + grown) as u32;
        let mut middle = vec![self.starts[first]];
        push_starts(self.text.as_bytes(), self.starts[first] as usize..moved(old_end) as usize, &mut middle);
        // What follows the lines that were looked at begins a line as before.
        if after < self.starts.len() && middle.last() == Some(&moved(old_end)) {
            middle.pop();
        }
        for start in &mut self.starts[after..] {
            *start = moved(*start);
        }
        self.starts.splice(first..after, middle);
        self.is_ascii = self.is_ascii && new.is_ascii();
    }

    fn line_of(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32 - 1
    }

    /// The bytes of a line without what ends it.
    fn line(&self, line: u32) -> Option<Range<usize>> {
        let start = *self.starts.get(line as usize)? as usize;
        let end = self.starts.get(line as usize + 1).map_or(self.text.len(), |&it| it as usize);
        let bytes = &self.text.as_bytes()[start..end];
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        Some(start..start + bytes.len())
    }

    /// The byte at a place.
    #[must_use]
    pub fn offset(&self, spot: Spot, encoding: Encoding) -> u32 {
        let Some(line) = self.line(spot.line) else { return self.len() };
        let column = spot.column as usize;
        if self.is_ascii {
            return (line.start + column.min(line.len())) as u32;
        }
        let text = &self.text[line.clone()];
        let byte = match encoding {
            Encoding::Utf8 => {
                let column = column.min(text.len());
                (0..=column).rev().find(|&it| text.is_char_boundary(it)).unwrap_or(0)
            }
            Encoding::Utf16 => {
                let mut left = column;
                let mut byte = text.len();
                for (at, char) in text.char_indices() {
                    if left < char.len_utf16() {
                        byte = at;
                        break;
                    }
                    left -= char.len_utf16();
                }
                byte
            }
        };
        (line.start + byte) as u32
    }

    /// The place of a byte.
    #[must_use]
    pub fn spot(&self, offset: u32, encoding: Encoding) -> Spot {
        self.spots(encoding).spot(offset)
    }

    /// For the places of many bytes: those in order cost no more than one walk along their lines.
    #[must_use]
    pub fn spots(&self, encoding: Encoding) -> Spots<'_> {
        Spots { text: self, encoding, last: None }
    }
}

/// Tells the places of bytes, and remembers the last one.
#[derive(Clone, Debug)]
pub struct Spots<'a> {
    text: &'a Text,
    encoding: Encoding,
    last: Option<(u32, Spot)>,
}

impl Spots<'_> {
    /// The place of a byte.
    pub fn spot(&mut self, offset: u32) -> Spot {
        let text = self.text;
        let mut offset = offset.min(text.len());
        while !text.text.is_char_boundary(offset as usize) {
            offset -= 1;
        }
        let line = text.line_of(offset);
        let start = text.starts[line as usize];
        if text.is_ascii || self.encoding == Encoding::Utf8 {
            return Spot { line, column: offset - start };
        }
        let (from, column) = match self.last {
            Some((before, spot)) if spot.line == line && before <= offset => (before, spot.column),
            _ => (start, 0),
        };
        let units = text.text[from as usize..offset as usize].chars().map(char::len_utf16).sum::<usize>();
        let spot = Spot { line, column: column + units as u32 };
        self.last = Some((offset, spot));
        spot
    }
}

/// Adds where lines begin that end in a range.
fn push_starts(text: &[u8], range: Range<usize>, starts: &mut Vec<u32>) {
    for i in range {
        let ends = text[i] == b'\n' || (text[i] == b'\r' && text.get(i + 1) != Some(&b'\n'));
        if ends {
            starts.push(i as u32 + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_there_and_back() {
        // The text, a byte, and its line and columns in both encodings.
        let cases = [
            ("abc", 2, (0, 2, 2)),
            ("a\nbc", 3, (1, 1, 1)),
            ("a\r\nb", 3, (1, 0, 0)),
            ("a\rb", 2, (1, 0, 0)),
            ("äb", 2, (0, 2, 1)),
            ("😀b", 4, (0, 4, 2)),
            ("x\n", 2, (1, 0, 0)),
        ];
        for (text, offset, (line, utf8, utf16)) in cases {
            let text = Text::new(text.to_owned());
            for (encoding, column) in [(Encoding::Utf8, utf8), (Encoding::Utf16, utf16)] {
                let spot = Spot { line, column };
                assert_eq!(text.spot(offset, encoding), spot, "{text:?}");
                assert_eq!(text.offset(spot, encoding), offset, "{text:?}");
            }
        }
    }

    #[test]
    fn places_out_of_bounds() {
        let text = Text::new("a😀\r\nb".to_owned());
        let offset = |line, column, encoding| text.offset(Spot { line, column }, encoding);
        assert_eq!(offset(0, 99, Encoding::Utf16), 5);
        assert_eq!(offset(0, 2, Encoding::Utf16), 1);
        assert_eq!(offset(0, 3, Encoding::Utf8), 1);
        assert_eq!(offset(9, 0, Encoding::Utf16), text.len());
        assert_eq!(text.spot(99, Encoding::Utf8), Spot { line: 1, column: 1 });
    }

    #[test]
    fn lines_after_changes_are_those_of_a_new_text() {
        let texts = ["", "\n", "\r", "\r\n", "a\r\nb\nc\rd", "one\ntwo\nthree", "\r\r\n\n", "ä\n😀\r\nb"];
        let news = ["", "x", "\n", "\r", "\r\n", "p\nq\rr", "é\n"];
        for text in texts {
            let ends: Vec<usize> = (0..=text.len()).filter(|&it| text.is_char_boundary(it)).collect();
            for &start in &ends {
                for &end in ends.iter().filter(|&&it| it >= start) {
                    for new in news {
                        let mut changed = Text::new(text.to_owned());
                        changed.replace(start as u32..end as u32, new);
                        let whole = Text::new(changed.text.clone());
                        assert_eq!(changed.starts, whole.starts, "{text:?} {start}..{end} {new:?}");
                    }
                }
            }
        }
    }
}
