//! Strings and names as Nix source text.
//!
//! Appends to a byte buffer. Strings are bytes: what is not UTF-8 goes through unchanged.

/// Appends `text` as a Nix string literal, quotes included.
pub fn write_string(out: &mut Vec<u8>, text: &[u8]) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    write_escaped(out, text);
    out.push(b'"');
}

/// Appends at most `limit` bytes of `text` as a Nix string literal; if it is longer, a note after the closing quote
/// says by how much.
pub fn write_string_up_to(out: &mut Vec<u8>, text: &[u8], limit: usize) {
    if text.len() <= limit {
        return write_string(out, text);
    }
    // A dollar sign at the cut is escaped by the brace behind the cut.
    let cut_dollar = limit > 0 && text[limit - 1] == b'$' && text[limit] == b'{';
    let kept = if cut_dollar { limit - 1 } else { limit };
    out.push(b'"');
    write_escaped(out, &text[..kept]);
    if cut_dollar {
        out.extend_from_slice(b"\\$");
    }
    out.extend_from_slice(b"\" ");
    write_elided(out, text.len() - limit, "byte", "bytes");
}

/// Appends the note that stands for what was left out: `«3 items elided»`.
pub fn write_elided(out: &mut Vec<u8>, count: usize, single: &str, plural: &str) {
    let noun = if count == 1 { single } else { plural };
    out.extend_from_slice(format!("«{count} {noun} elided»").as_bytes());
}

fn write_escaped(out: &mut Vec<u8>, text: &[u8]) {
    let mut done = 0;
    for (at, byte) in text.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            b'$' if text.get(at + 1) == Some(&b'{') => b"\\$",
            _ => continue,
        };
        out.extend_from_slice(&text[done..at]);
        out.extend_from_slice(escape);
        done = at + 1;
    }
    out.extend_from_slice(&text[done..]);
}

/// Whether `name` is a word of the language and cannot name an attribute without quotes.
#[must_use]
pub fn is_keyword(name: &[u8]) -> bool {
    matches!(name, b"if" | b"then" | b"else" | b"assert" | b"with" | b"let" | b"in" | b"rec" | b"inherit")
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'\'')
}

/// Whether `name` can stand in a set without quotes.
#[must_use]
pub fn is_plain_name(name: &[u8]) -> bool {
    match name.first() {
        None | Some(b'0'..=b'9' | b'-' | b'\'') => false,
        Some(_) => name.iter().all(|&byte| is_name_byte(byte)) && !is_keyword(name),
    }
}

/// Appends the name of an attribute, in quotes if it needs them.
pub fn write_attr_name(out: &mut Vec<u8>, name: &[u8]) {
    if is_plain_name(name) {
        out.extend_from_slice(name);
    } else {
        write_string(out, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("the cases are UTF-8")
    }

    #[test]
    fn strings() {
        let cases = [
            ("", r#""""#),
            ("a\"b\\c\n\r\t", r#""a\"b\\c\n\r\t""#),
            ("x${y $ $$ ${ $", r#""x\${y $ $$ \${ $""#),
            ("é\u{1b}\u{7f}", "\"é\u{1b}\u{7f}\""),
        ];
        for (raw, expected) in cases {
            assert_eq!(text(|out| write_string(out, raw.as_bytes())), expected);
        }
    }

    #[test]
    fn long_strings() {
        let cases = [
            ("abc", 3, r#""abc""#),
            ("abcd", 3, r#""abc" «1 byte elided»"#),
            ("abcdef", 0, r#""" «6 bytes elided»"#),
            ("ab${cd", 3, r#""ab\$" «3 bytes elided»"#),
        ];
        for (raw, limit, expected) in cases {
            assert_eq!(text(|out| write_string_up_to(out, raw.as_bytes(), limit)), expected);
        }
    }

    #[test]
    fn names() {
        let cases = [
            ("a", "a"),
            ("_a'-1", "_a'-1"),
            ("", r#""""#),
            ("1a", r#""1a""#),
            ("-a", r#""-a""#),
            ("'a", r#""'a""#),
            ("a b", r#""a b""#),
            ("if", r#""if""#),
            ("inherit", r#""inherit""#),
            ("or", "or"),
            ("ü", r#""ü""#),
            ("a${b", r#""a\${b""#),
        ];
        for (name, expected) in cases {
            assert_eq!(text(|out| write_attr_name(out, name.as_bytes())), expected);
        }
    }
}
