//! Text fit for one line: escaped, free of what would move the cursor or hide, and cut to a width in characters.

/// How many bytes of a string are counted to say how long it is in characters.
const MAX_COUNTED: usize = 1 << 20;
/// Paths longer than this are cut at the end, like other text.
const MAX_PATH: usize = 4096;
/// How much of a cut string is there at least if its length is told.
const MIN_BESIDE_NOTE: usize = 15;

/// How many characters.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// `3 elements`, `1 element`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Bytes as text on one line; what is not UTF-8 and what cannot be seen is replaced.
pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().map(visible).collect()
}

/// The text if it fits, else its beginning.
pub(super) fn fit(text: String, limit: usize) -> String {
    if text.len() <= limit || width(&text) <= limit {
        return text;
    }
    let mut cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// The text if it fits, else its beginning and more of its end, where paths say what they are.
pub(super) fn fit_path(bytes: &[u8], limit: usize) -> String {
    if bytes.len() > MAX_PATH {
        return fit(lossy(&bytes[..MAX_PATH.min(limit.saturating_mul(4))]), limit);
    }
    let text = lossy(bytes);
    let n = width(&text);
    if n <= limit {
        return text;
    }
    let room = limit.saturating_sub(1);
    let n_head = room / 3;
    let head = text.chars().take(n_head);
    let tail = text.chars().skip(n - (room - n_head));
    head.chain(['…']).chain(tail).collect()
}

/// What stands for a character on one line: control characters are drawn, what reorders or hides text is replaced.
fn visible(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '␡',
        '\u{80}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// Each character as it stands between quotes; escapes stay in one piece.
fn escaped(text: &str) -> impl Iterator<Item = (Option<char>, char)> + '_ {
    let mut rest = text.chars();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        Some(match c {
            '"' | '\\' => (Some('\\'), c),
            '\n' => (Some('\\'), 'n'),
            '\r' => (Some('\\'), 'r'),
            '\t' => (Some('\\'), 't'),
            '$' if rest.as_str().starts_with('{') => (Some('\\'), '$'),
            _ => (None, visible(c)),
        })
    })
}

/// The longest beginning of the escaped text that fits, and whether that is all of it.
fn escaped_up_to(text: &str, limit: usize) -> (String, bool) {
    let mut out = String::new();
    let mut n = 0;
    for (escape, c) in escaped(text) {
        n += 1 + usize::from(escape.is_some());
        if n > limit {
            return (out, false);
        }
        out.extend(escape);
        out.push(c);
    }
    (out, true)
}

/// A string in quotes. What is cut is said behind it, and so is on how many store paths it depends.
pub(super) fn quoted(bytes: &[u8], n_paths: usize, limit: usize) -> String {
    let paths = (n_paths > 0).then(|| counted(n_paths, "store path"));
    let note = |length: Option<String>| match (length, &paths) {
        (None, None) => String::new(),
        (Some(it), None) => format!(" ({it})"),
        (None, Some(it)) => format!(" ({it})"),
        (Some(length), Some(paths)) => format!(" ({length}, {paths})"),
    };
    // A character has at most four bytes, so this is more than can be shown.
    let n_read = bytes.len().min(limit.saturating_mul(4).saturating_add(8));
    let beginning = String::from_utf8_lossy(&bytes[..n_read]);
    let whole = note(None);
    let room = limit.saturating_sub(2 + width(&whole));
    if n_read == bytes.len()
        && let (text, true) = escaped_up_to(&beginning, room)
        && width(&text) + width(&whole) + 2 <= limit
    {
        return format!("\"{text}\"{whole}");
    }
    let length = match bytes.len() {
        n if n <= MAX_COUNTED => counted(width(&String::from_utf8_lossy(bytes)), "character"),
        n => counted(n, "byte"),
    };
    let mut note = note(Some(length));
    // A note that leaves next to nothing of what it is about is no help.
    if width(&note) + MIN_BESIDE_NOTE > limit {
        note.clear();
    }
    let Some(room) = limit.checked_sub(3 + width(&note)) else { return fit("…".into(), limit) };
    if bytes.starts_with(b"/") && bytes.len() <= MAX_PATH && !beginning.contains(char::is_whitespace) {
        let path = fit_path(bytes, room + 1);
        if !path.contains(['"', '\\', '$']) {
            return format!("\"{path}\"{note}");
        }
    }
    let (text, _) = escaped_up_to(&beginning, room);
    format!("\"{text}…\"{note}")
}
