//! Halves of surrogate pairs in JSON texts of others: programs whose strings are UTF-16 write them when a string ends within
//! a character. Looks at escapes only; whether the rest is JSON is for who reads it.

/// The same text with the replacement character for each half of a surrogate pair that stands alone; `None` if none does.
///
/// Both are one UTF-16 code unit, so that columns counted in those stay as they are.
#[must_use]
pub fn mend_lone_surrogates(text: &[u8]) -> Option<Vec<u8>> {
    let mut mended: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &text[at..]) {
        at += found;
        let Some(unit) = escaped(&text[at..]) else {
            // Another escape, whose second byte may be a backslash.
            at = (at + 2).min(text.len());
            continue;
        };
        let is_pair = is_high(unit) && escaped(&text[at + 6..]).is_some_and(is_low);
        if (is_high(unit) || is_low(unit)) && !is_pair {
            mended.get_or_insert_with(|| text.to_vec())[at..at + 6].copy_from_slice(b"\\ufffd");
        }
        at += if is_pair { 12 } else { 6 };
    }
    mended
}

/// The code unit that `\uXXXX` means, if the text begins with that.
fn escaped(text: &[u8]) -> Option<u16> {
    let digits = text.get(..6)?.strip_prefix(b"\\u")?;
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
    u16::from_str_radix(digits, 16).ok()
}

fn is_high(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_replaced_and_pairs_are_not() {
        let cases: [(&str, Option<&str>); 11] = [
            (r#"{"a": "b"}"#, None),
            (r#""\ud83d\ude00""#, None),
            (r#""\\ud83d""#, None),
            (r#""\u00e9\n\"""#, None),
            (r#""\ud83d""#, Some(r#""\ufffd""#)),
            (r#""\uDE00x""#, Some(r#""\ufffdx""#)),
            (r#""\ud83d\ud83d\ude00""#, Some(r#""\ufffd\ud83d\ude00""#)),
            (r#""\\\ud83d""#, Some(r#""\\\ufffd""#)),
            (r#""\ud83d\n\ude00""#, Some(r#""\ufffd\n\ufffd""#)),
            (r#""\ud83"#, None),
            ("\"\\", None),
        ];
        for (text, expected) in cases {
            let mended = mend_lone_surrogates(text.as_bytes()).map(|it| String::from_utf8(it).expect("as it was"));
            assert_eq!(mended.as_deref(), expected, "{text}");
        }
    }
}
