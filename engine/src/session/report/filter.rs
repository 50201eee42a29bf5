//! What of a text reaches a terminal: Nix removes control sequences, carriage returns and bells, and expands tabs.

use unicode_width::UnicodeWidthChar;

use super::Style;

/// The text without control sequences; with [`Style::Colour`], those that colour stay.
#[must_use]
pub fn filter_bytes(text: &[u8], style: Style) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut width = 0;
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        let taken = match byte {
            0x1b => {
                let (len, is_colour) = escape_sequence(rest);
                if is_colour && style == Style::Colour {
                    out.extend_from_slice(&rest[..len]);
                }
                len
            }
            b'\t' => {
                // The width counts on from line to line, as it does for Nix.
                let n = 8 - width % 8;
                width += n;
                out.resize(out.len() + n, b' ');
                1
            }
            b'\r' | 0x07 => 1,
            _ => {
                let (columns, len) = char_width(rest);
                width += columns;
                out.extend_from_slice(&rest[..len]);
                len
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// The text without control sequences.
#[must_use]
pub fn without_escapes(text: &str) -> String {
    String::from_utf8_lossy(&filter_bytes(text.as_bytes(), Style::Plain)).into_owned()
}

/// How long the control sequence at the beginning is, and whether it colours.
fn escape_sequence(text: &[u8]) -> (usize, bool) {
    let in_range = |at: usize, low: u8, high: u8| text.get(at).is_some_and(|byte| (low..=high).contains(byte));
    let mut at = 1;
    match text.get(1) {
        Some(b'[') => {
            at += 1;
            while in_range(at, 0x30, 0x3f) {
                at += 1;
            }
            while in_range(at, 0x20, 0x2f) {
                at += 1;
            }
            let has_end = in_range(at, 0x40, 0x7e);
            (at + usize::from(has_end), has_end && text[at] == b'm')
        }
        Some(b']') => {
            at += 1;
            while text.get(at).is_some_and(|byte| !matches!(byte, 0x1b | 0x07)) {
                at += 1;
            }
            let end = match (text.get(at), text.get(at + 1)) {
                (Some(0x1b), Some(b'\\')) => 2,
                (Some(_), _) => 1,
                (None, _) => 0,
            };
            (at + end, false)
        }
        Some(0x40..=0x5f) => (2, false),
        _ => (1, false),
    }
}

/// How many columns and bytes the first character takes. What is not UTF-8 takes one column a byte.
fn char_width(text: &[u8]) -> (usize, usize) {
    let len = match text[0] {
        0..0x80 => return (usize::from(text[0] >= 0x20 && text[0] != 0x7f), 1),
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf8 => 4,
        _ => return (1, 1),
    };
    let n_following = text[1..].iter().take(len - 1).take_while(|&&byte| byte & 0xc0 == 0x80).count();
    if n_following < len - 1 {
        return (1 + n_following, 1 + n_following);
    }
    let character = std::str::from_utf8(&text[..len]).ok().and_then(|it| it.chars().next());
    (character.map_or(len, |it| it.width().unwrap_or(0)), len)
}
