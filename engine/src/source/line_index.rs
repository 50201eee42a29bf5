//! Byte offsets to lines and columns and back.

/// A line and a column, both counted from zero; the column is in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineCol {
    /// Lines before this one.
    pub line: u32,
    /// Bytes before this one on its line.
    pub column: u32,
}

/// Where each line of a text begins. `\n`, `\r\n` and a lone `\r` all end a line, as they do for Nix.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
}

impl LineIndex {
    /// Reads `text` once.
    #[must_use]
    pub fn new(text: &[u8]) -> Self {
        Self::up_to(text, text.len())
    }

    /// Reads the beginning of `text`, so that all that follows it is on its last line.
    #[must_use]
    pub fn up_to(text: &[u8], end: usize) -> Self {
        let mut starts = vec![0];
        for (i, &byte) in text.iter().enumerate().take(end) {
            let ends_line = byte == b'\n' || (byte == b'\r' && text.get(i + 1) != Some(&b'\n'));
            if ends_line {
                starts.push(i as u32 + 1);
            }
        }
        Self { starts, len: text.len() as u32 }
    }

    /// The line and column of a byte offset; an offset past the end is taken as the end.
    #[must_use]
    pub fn line_col(&self, offset: u32) -> LineCol {
        let offset = offset.min(self.len);
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        LineCol { line: line as u32, column: offset - self.starts[line] }
    }

    /// The byte offset at which a line begins, if there is such a line.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.starts.get(line as usize).copied()
    }

    /// How many lines the text has; a text that ends in a line break has an empty last one.
    #[must_use]
    pub fn n_lines(&self) -> u32 {
        self.starts.len() as u32
    }
}
