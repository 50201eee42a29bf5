//! Strings and quoted keys: what TOML 1.0 allows in them, before the crate, which allows more, decodes them.

use std::borrow::Cow;

use toml_parser::Raw;
use toml_parser::decoder::Encoding;

use super::fault::{END, Fault};

/// The text of a string or key that is at `base` in the document.
pub(super) fn read(raw: Raw<'_>, encoding: Encoding, base: usize) -> Result<String, Fault> {
    let text = raw.as_bytes();
    check(text, encoding, base)?;
    let mut decoded = Cow::Borrowed("");
    let mut failed = false;
    let _ = raw.decode_scalar(&mut decoded, &mut |_| failed = true);
    if failed { Err(refused(encoding, base + text.len())) } else { Ok(decoded.into_owned()) }
}

fn refused(encoding: Encoding, at: usize) -> Fault {
    let (name, quotes) = match encoding {
        Encoding::LiteralString => ("literal", "'"),
        Encoding::BasicString => ("basic", "\""),
        Encoding::MlLiteralString => ("ml_literal", "'''"),
        Encoding::MlBasicString => ("ml_basic", "\"\"\""),
    };
    Fault::new(&format!("toml::parse_{name}_string: invalid string format"), at, &format!("expected {quotes}"))
}

fn check(text: &[u8], encoding: Encoding, base: usize) -> Result<(), Fault> {
    let (quotes, basic) = match encoding {
        Encoding::LiteralString => (1, false),
        Encoding::BasicString => (1, true),
        Encoding::MlLiteralString => (3, false),
        Encoding::MlBasicString => (3, true),
    };
    let quote = if basic { b'"' } else { b'\'' };
    let is_closing = |at: usize| text.len() >= at + quotes && text[at..at + quotes].iter().all(|&byte| byte == quote);
    let mut at = quotes;
    loop {
        match text.get(at) {
            None => return Err(refused(encoding, if quotes == 3 { END } else { base + at })),
            Some(byte) if *byte == quote && is_closing(at) => return Ok(()),
            Some(b'\\') if basic => at += escape(&text[at..], encoding, base + at)?,
            Some(b'\n') if quotes == 3 => at += 1,
            Some(b'\r') if quotes == 3 && text.get(at + 1) == Some(&b'\n') => at += 1,
            Some(0..=8 | 10..=31 | 127) => return Err(refused(encoding, base + at)),
            Some(_) => at += 1,
        }
    }
}

/// How long the escape at the beginning of `text` is.
fn escape(text: &[u8], encoding: Encoding, at: usize) -> Result<usize, Fault> {
    let digits = match text.get(1) {
        Some(b'b' | b't' | b'n' | b'f' | b'r' | b'"' | b'\\') => return Ok(2),
        Some(b'u') => 4,
        Some(b'U') => 8,
        // A line that goes on in the next one.
        Some(b' ' | b'\t' | b'\r' | b'\n') if encoding == Encoding::MlBasicString => {
            let blank = text[1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
            return if text.get(1 + blank) == Some(&b'\n') { Ok(2 + blank) } else { Err(refused(encoding, at)) };
        }
        _ => return Err(refused(encoding, at)),
    };
    let number = text.get(2..2 + digits).and_then(|digits| std::str::from_utf8(digits).ok());
    let Some(number) = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_hexdigit())) else {
        return Err(refused(encoding, at));
    };
    let (what, note) = match u32::from_str_radix(number, 16) {
        Ok(0xD800..=0xDFFF) => ("[0xD800, 0xDFFF] is not a valid UTF-8", "here"),
        Ok(0..=0x10_FFFF) => return Ok(2 + digits),
        _ => ("input codepoint is too large.", "must be in range [0x00, 0x10FFFF]"),
    };
    let mut fault = Fault::new(&format!("toml::parse_utf8_codepoint: {what}"), 1, note);
    fault.places[0].0.end = 2 + digits;
    // toml11 shows the escapes that stand side by side, apart from the document.
    let mut run = 0;
    while text.get(run) == Some(&b'\\') {
        run += match text.get(run + 1) {
            Some(b'u') => 6,
            Some(b'U') => 10,
            _ => break,
        };
    }
    fault.quoted = Some(String::from_utf8_lossy(&text[..run.min(text.len())]).into_owned());
    Err(fault)
}
