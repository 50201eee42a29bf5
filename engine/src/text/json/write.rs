//! Strings as JSON, the way nlohmann's library writes them for `toJSON`.
//!
//! Everything from U+0020 up stays as it is, but for the quote and the backslash.

use std::fmt;
use std::str::Utf8Error;

/// A string that JSON cannot hold because it is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidUtf8 {
    /// Where the first byte that does not fit is; past the end if bytes are missing there.
    pub index: usize,
    /// The byte at `index`, or the last one.
    pub byte: u8,
    /// Whether the string ends in the middle of a character.
    pub incomplete: bool,
}

impl fmt::Display for InvalidUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[json.exception.type_error.316] ")?;
        if self.incomplete {
            write!(f, "incomplete UTF-8 string; last byte: 0x{:02X}", self.byte)
        } else {
            write!(f, "invalid UTF-8 byte at index {}: 0x{:02X}", self.index, self.byte)
        }
    }
}

impl std::error::Error for InvalidUtf8 {}

/// The byte at which a decoder gives up, given where Rust's does; and whether that is the end.
pub(super) fn offending_byte(text: &[u8], error: Utf8Error) -> (usize, bool) {
    let start = error.valid_up_to();
    match (text.get(start), error.error_len()) {
        (Some(0xC2..=0xF4), Some(length)) => (start + length, false),
        (Some(0xC2..=0xF4), None) => (text.len(), true),
        _ => (start, false),
    }
}

/// Appends `text` as a JSON string, quotes included. On failure `out` is as it was.
pub fn write_json_string(out: &mut Vec<u8>, text: &[u8]) -> Result<(), InvalidUtf8> {
    if let Err(error) = std::str::from_utf8(text) {
        let (index, incomplete) = offending_byte(text, error);
        let byte = text.get(index).or(text.last()).copied().unwrap_or(0);
        return Err(InvalidUtf8 { index, byte, incomplete });
    }
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut done = 0;
    for (at, &byte) in text.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&text[done..at]);
        done = at + 1;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => {
                let low = b"0123456789abcdef"[usize::from(byte & 15)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), low]);
            }
        }
    }
    out.extend_from_slice(&text[done..]);
    out.push(b'"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        let mut out = Vec::new();
        let text = "a\u{7f}\u{1}\u{1f}\u{8}\u{c}\n\r\t\"\\é/";
        write_json_string(&mut out, text.as_bytes()).expect("the case is UTF-8");
        assert_eq!(String::from_utf8_lossy(&out), "\"a\u{7f}\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\é/\"");
    }

    #[test]
    fn not_utf8() {
        let cases: [(&[u8], &str); 6] = [
            (b"\"a\xFFb\"", "invalid UTF-8 byte at index 2: 0xFF"),
            (b"ab\xE2\x28b", "invalid UTF-8 byte at index 3: 0x28"),
            (b"ab\xE2\x82", "incomplete UTF-8 string; last byte: 0x82"),
            (b"\xC0\x80", "invalid UTF-8 byte at index 0: 0xC0"),
            (b"\xED\xA0\x80", "invalid UTF-8 byte at index 1: 0xA0"),
            (b"a\x80", "invalid UTF-8 byte at index 1: 0x80"),
        ];
        for (text, expected) in cases {
            let error = write_json_string(&mut Vec::new(), text).expect_err("not UTF-8");
            assert_eq!(error.to_string(), format!("[json.exception.type_error.316] {expected}"));
        }
    }
}
