//! Places as the protocol has them: lines and columns that count from where the client wants, columns in UTF-16 code
//! units, texts by path or by number.

use nixscope_engine::debug::location::{Location, Spot, name_of};
use nixscope_engine::source::{Origin, SourceFile};
use nixscope_engine::vm::Vm;

use crate::types::{InitializeArguments, PathFormat, Source, SourceHint};

/// What is known of the client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    lines_from: i64,
    columns_from: i64,
    has_uris: bool,
    /// Whether it shows progress.
    pub(crate) has_progress: bool,
    /// Whether it looks again when told to.
    pub(crate) has_invalidated: bool,
    /// Whether files of the program are not on this disk as it has them: then they are handed out as texts.
    pub(crate) gives_texts: bool,
}

/// A range as the protocol has it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Range {
    pub(crate) line: i64,
    pub(crate) column: i64,
    pub(crate) end_line: i64,
    pub(crate) end_column: i64,
}

impl Client {
    pub(crate) fn new(arguments: &InitializeArguments) -> Self {
        let from = |it: Option<bool>| i64::from(it.unwrap_or(true));
        Self {
            lines_from: from(arguments.lines_start_at_1),
            columns_from: from(arguments.columns_start_at_1),
            has_uris: matches!(arguments.path_format, Some(PathFormat::Uri)),
            has_progress: arguments.supports_progress_reporting.unwrap_or_default(),
            has_invalidated: arguments.supports_invalidated_event.unwrap_or_default(),
            gives_texts: false,
        }
    }

    /// A line as the client counts.
    pub(crate) fn line(&self, spot: Spot) -> i64 {
        i64::from(spot.line) + self.lines_from
    }

    /// A column as the client counts.
    pub(crate) fn column(&self, spot: Spot) -> i64 {
        i64::from(spot.utf16) + self.columns_from
    }

    /// A column of a text that is one line, given the code units before it.
    pub(crate) fn column_of(&self, utf16: usize) -> i64 {
        i64::try_from(utf16).unwrap_or(i64::MAX).saturating_add(self.columns_from)
    }

    pub(crate) fn range(&self, at: &Location) -> Range {
        Range {
            line: self.line(at.start),
            column: self.column(at.start),
            end_line: self.line(at.end),
            end_column: self.column(at.end),
        }
    }

    /// A line of the client, counted from 0; none if it is before the first.
    pub(crate) fn line_from(&self, line: i64) -> Option<u32> {
        u32::try_from(line.checked_sub(self.lines_from)?).ok()
    }

    /// A column of the client in UTF-16 code units, counted from 0. What is before the first is the first.
    pub(crate) fn column_from(&self, column: i64) -> u32 {
        u32::try_from(column.saturating_sub(self.columns_from).max(0)).unwrap_or(u32::MAX)
    }

    /// The text that a place is in.
    pub(crate) fn source(&self, at: &Location) -> Source {
        self.source_of(&at.name, at.is_file, at.unit)
    }

    /// The text of a unit.
    pub(crate) fn source_of_unit(&self, vm: &Vm, unit: u32) -> Source {
        let file = vm.sources.file(vm.unit(unit).module.file);
        self.source_of(&name_of(file), is_file(file), Some(unit))
    }

    /// A text by its name, which is a path if it is a file.
    pub(crate) fn source_of(&self, name: &str, is_file: bool, unit: Option<u32>) -> Source {
        if !is_file {
            let source_reference = unit.map(|it| i64::from(it) + 1);
            return Source { name: Some(name.to_owned()), source_reference, ..Source::default() };
        }
        let short = name.rsplit('/').next().unwrap_or(name).to_owned();
        let path = if self.has_uris { to_uri(name) } else { name.to_owned() };
        let source_reference = unit.filter(|_| self.gives_texts).map(|it| i64::from(it) + 1);
        Source { name: Some(short), path: Some(path), source_reference, ..Source::default() }
    }

    /// The same, to be shown as less important.
    pub(crate) fn dimmed(source: Source) -> Source {
        Source { presentation_hint: Some(SourceHint::Deemphasize), ..source }
    }

    /// The path a client gave.
    pub(crate) fn path_from(&self, path: &str) -> String {
        match path.strip_prefix("file://") {
            Some(rest) => from_uri(rest),
            None => path.to_owned(),
        }
    }
}

/// Whether a text is that of a file.
pub(crate) fn is_file(file: &SourceFile) -> bool {
    matches!(file.origin, Origin::File(_))
}

/// The unit that a `sourceReference` means.
pub(crate) fn unit_of(reference: Option<i64>) -> Option<u32> {
    u32::try_from(reference?.checked_sub(1)?).ok()
}

fn to_uri(path: &str) -> String {
    let mut uri = "file://".to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn from_uri(rest: &str) -> String {
    // What stands before the path is the name of a machine, and there is only this one.
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    let mut bytes = Vec::with_capacity(path.len());
    let mut left = path.as_bytes();
    while let Some((&byte, rest)) = left.split_first() {
        let hex = rest.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        match hex.filter(|_| byte == b'%').and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                left = &rest[2..];
            }
            None => {
                bytes.push(byte);
                left = rest;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_addresses() {
        let client = Client::new(&InitializeArguments { path_format: Some(PathFormat::Uri), ..Default::default() });
        for path in ["/a/b.nix", "/with space/ü%41.nix", "/"] {
            assert_eq!(client.path_from(&to_uri(path)), path);
        }
        assert_eq!(client.path_from("/a%20b"), "/a%20b");
        assert_eq!(client.path_from("file://host/a%2"), "/a%2");
    }

    #[test]
    fn lines_and_columns_count_as_the_client_does() {
        let from = |lines, columns| {
            let arguments = InitializeArguments {
                lines_start_at_1: Some(lines),
                columns_start_at_1: Some(columns),
                ..InitializeArguments::default()
            };
            let client = Client::new(&arguments);
            let spot = Spot { line: 4, byte: 9, utf16: 7 };
            (client.line(spot), client.column(spot), client.line_from(0), client.column_from(0))
        };
        assert_eq!(from(true, true), (5, 8, None, 0));
        assert_eq!(from(false, false), (4, 7, Some(0), 0));
    }
}
