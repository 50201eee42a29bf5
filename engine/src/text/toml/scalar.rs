//! Numbers, booleans, dates and times.
//!
//! toml11 reads as much as makes sense and leaves the rest to be refused by what encloses the value.

use super::Node;
use super::fault::{DATETIME_HINTS, FLOAT_HINTS, Fault, INTEGER_HINTS, OFFSET_HINTS, TIME_HINTS};

/// Reads the value at the beginning of `text`, which is at `base` in the document: the value and its length.
pub(super) fn read(text: &str, base: usize) -> Result<(Node, usize), Fault> {
    Reader { text: text.as_bytes(), base, at: 0 }.value()
}

struct Reader<'t> {
    text: &'t [u8],
    base: usize,
    at: usize,
}

type Read = Result<(Node, usize), Fault>;

/// The radices with a prefix: its letter, the base, toml11's name, its examples, and the digits it expects.
const RADICES: [(u8, u32, &str, &str, &str); 3] = [
    (b'x', 16, "hex", "0xC0FFEE, 0xdead_beef", "hex [0-9a-fA-F]"),
    (b'o', 8, "oct", "0o775, 0o04_44", "from `0` to `7`"),
    (b'b', 2, "bin", "0b0101, 0b1111_0000", "0 or 1"),
];

impl Reader<'_> {
    fn fault(&self, title: &str, at: usize, note: &str) -> Fault {
        Fault::new(title, self.base + at, note)
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn starts_with(&self, word: &str) -> bool {
        self.text[self.at..].starts_with(word.as_bytes())
    }

    fn value(mut self) -> Read {
        let must_be_lowercase = |word: &str| {
            format!("toml::parse_value: `{word}` must be in lowercase. A string must be surrounded by quotes.")
        };
        match self.peek(0) {
            b't' | b'f' => {
                for (word, value) in [("true", true), ("false", false)] {
                    if self.starts_with(word) {
                        return Ok((Node::Bool(value), word.len()));
                    }
                }
                let title = "toml::parse_boolean: invalid boolean: boolean must be `true` or `false`, in lowercase. \
                             string must be surrounded by `\"`";
                Err(self.fault(title, 0, "expected true or false"))
            }
            letter @ (b'T' | b'F') => {
                let word = if letter == b'T' { "true" } else { "false" };
                Err(self.fault(&must_be_lowercase(word), 0, "expected true or false"))
            }
            letter @ (b'i' | b'n' | b'I' | b'N') if !self.starts_with("inf") && !self.starts_with("nan") => {
                let word = if letter.eq_ignore_ascii_case(&b'i') { "inf" } else { "nan" };
                let note = "expected from `1` to `9` or digit [0-9] or inf or nan";
                Err(self.fault(&must_be_lowercase(word), 0, note))
            }
            b'.' => {
                let title = "bad float: integer part is required before decimal point";
                Err(self.fault(title, 0, "missing integer part").with_hints(FLOAT_HINTS))
            }
            b'_' => {
                let title = "bad number: `_` must be surrounded by digits";
                Err(self.fault(title, 0, "digits required before `_`").with_hints(INTEGER_HINTS))
            }
            _ => self.number(),
        }
    }

    fn number(&mut self) -> Read {
        let sign = self.peek(0);
        let signed = matches!(sign, b'+' | b'-');
        self.at += usize::from(signed);
        for (word, value) in [("inf", f64::INFINITY), ("nan", f64::NAN)] {
            if self.starts_with(word) {
                return Ok((Node::Float(if sign == b'-' { -value } else { value }), self.at + 3));
            }
        }
        if !self.peek(0).is_ascii_digit() {
            return Err(self.fault("bad format: unknown value appeared", 0, "here"));
        }
        if self.peek(0) == b'0'
            && let Some(radix) = RADICES.iter().find(|radix| radix.0 == self.peek(1))
        {
            return self.prefixed(*radix, signed);
        }
        if !signed && let Some(read) = self.datetime()? {
            return Ok(read);
        }
        self.decimal()
    }

    /// Skips digits with single underscores between them; how long they are, and where an underscore stands wrong.
    fn digits(&mut self, is_digit: impl Fn(&u8) -> bool) -> (usize, Option<usize>) {
        let start = self.at;
        let mut wrong = None;
        loop {
            let byte = self.peek(0);
            if byte == b'_' && self.at > start {
                let next = self.peek(1);
                if wrong.is_none() && !is_digit(&next) {
                    wrong = Some(self.at);
                }
            } else if !is_digit(&byte) {
                return (self.at - start, wrong);
            }
            self.at += 1;
        }
    }

    fn underscore(&self, kind: &str, at: usize) -> Fault {
        let hints = if kind == "float" { FLOAT_HINTS } else { INTEGER_HINTS };
        self.fault(&format!("bad {kind}: `_` must be surrounded by digits"), at, "invalid underscore").with_hints(hints)
    }

    fn prefixed(&mut self, radix: (u8, u32, &str, &str, &str), signed: bool) -> Read {
        let (letter, base, name, examples, expected) = radix;
        let invalid = format!("toml::parse_{name}_integer: invalid integer: {name}_int must be like: {examples}");
        if signed {
            return Err(self.fault(&invalid, 0, &format!("expected 0{}", char::from(letter))));
        }
        self.at += 2;
        let (length, wrong) = self.digits(|byte| char::from(*byte).is_digit(base));
        if length == 0 {
            return Err(self.fault(&invalid, self.at, &format!("expected {expected}")));
        } else if let Some(wrong) = wrong {
            return Err(self.underscore("integer", wrong));
        }
        let digits = self.plain(2);
        let value = i64::from_str_radix(&digits, base).map_err(|_| {
            let title = format!("toml::parse_{name}_integer: too large integer: current max value = 2^63");
            self.fault(&title, self.at, "must be < 2^63")
        })?;
        Ok((Node::Int(value), self.at))
    }

    /// What was read since `start`, without underscores.
    fn plain(&self, start: usize) -> String {
        self.text[start..self.at].iter().filter(|&&byte| byte != b'_').map(|&byte| char::from(byte)).collect()
    }

    fn decimal(&mut self) -> Read {
        let start = self.at;
        let (length, wrong) = self.digits(u8::is_ascii_digit);
        if self.text[start] == b'0' && length > 1 {
            let (title, at, note) = match self.text[start + 1] {
                b'0' => ("bad integer: leading zero", start, "leading zero is not allowed"),
                b'_' => ("bad integer: leading zero is not allowed in decimal int", start + 1, "leading zero"),
                _ => ("bad integer: invalid digit after an integer", start + 1, "this digit is not allowed"),
            };
            return Err(self.fault(title, at, note).with_hints(INTEGER_HINTS));
        } else if let Some(wrong) = wrong {
            return Err(self.underscore("integer", wrong));
        }
        let whole_end = self.at;
        let has_fraction = self.peek(0) == b'.' && self.peek(1).is_ascii_digit();
        if has_fraction {
            self.at += 1;
            if let (_, Some(wrong)) = self.digits(u8::is_ascii_digit) {
                return Err(self.underscore("float", wrong));
            }
        }
        let mut has_exponent = false;
        if let b'e' | b'E' = self.peek(0) {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            has_exponent = self.peek(1 + sign).is_ascii_digit();
            if has_exponent {
                self.at += 1 + sign;
                if let (_, Some(wrong)) = self.digits(u8::is_ascii_digit) {
                    return Err(self.underscore("float", wrong));
                }
            }
        }
        if !has_fraction && !has_exponent {
            if let b'.' | b'e' | b'E' = self.peek(0) {
                return Err(self.fault("bad float: invalid format", whole_end, "here").with_hints(FLOAT_HINTS));
            }
            let title = "toml::parse_dec_integer: too large integer: current max digits = 2^63";
            let value = self.plain(0).parse().map_err(|_| self.fault(title, self.at, "must be < 2^63"))?;
            return Ok((Node::Int(value), self.at));
        }
        match self.plain(0).parse::<f64>() {
            Ok(value) if value.is_finite() => Ok((Node::Float(value), self.at)),
            _ => {
                let title = "toml::parse_floating: failed to read floating point value from stream";
                Err(self.fault(title, self.at, "here"))
            }
        }
    }

    /// A number written with as many digits as `pattern` has nines, and with its other characters between them.
    fn shape(&self, pattern: &str) -> bool {
        pattern.bytes().enumerate().all(|(ahead, wanted)| match wanted {
            b'9' => self.peek(ahead).is_ascii_digit(),
            _ => self.peek(ahead) == wanted,
        })
    }

    fn two_digits(&self, ahead: usize) -> u32 {
        u32::from(self.peek(ahead) & 15) * 10 + u32::from(self.peek(ahead + 1) & 15)
    }

    /// A date, a time or both; none if this is a number.
    fn datetime(&mut self) -> Result<Option<(Node, usize)>, Fault> {
        if self.shape("99:99:99") {
            let mut out = String::new();
            self.time(&mut out)?;
            return Ok(Some((Node::Timestamp(out), self.at)));
        }
        if !self.shape("9999-99-99") {
            let digits = self.text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !matches!(self.text.get(digits), Some(b'-' | b':')) || self.text[0] == b'0' && digits > 1 {
                return Ok(None);
            }
            return Err(self.fault("bad datetime: invalid format", digits, "here").with_hints(DATETIME_HINTS));
        }
        self.date_check()?;
        let mut out: String = self.text[..10].iter().map(|&byte| char::from(byte)).collect();
        self.at += 10;
        let separated = matches!(self.peek(0), b'T' | b't') || self.peek(0) == b' ' && self.peek(1).is_ascii_digit();
        if separated {
            self.at += 1;
            out.push('T');
            if let Some((ahead, wanted)) = "99:99:99".bytes().enumerate().find(|&(ahead, wanted)| match wanted {
                b'9' => !self.peek(ahead).is_ascii_digit(),
                _ => self.peek(ahead) != wanted,
            }) {
                let note = if wanted == b'9' { "expected digit [0-9]" } else { "expected :" };
                let title = "bad time: must be HH:MM:SS.subsec";
                return Err(self.fault(title, self.at + ahead, note).with_hints(TIME_HINTS));
            }
            self.time(&mut out)?;
            self.offset(&mut out)?;
        }
        Ok(Some((Node::Timestamp(out), self.at)))
    }

    fn date_check(&self) -> Result<(), Fault> {
        let year = self.two_digits(0) * 100 + self.two_digits(2);
        let days = match self.two_digits(5) {
            4 | 6 | 9 | 11 => 30,
            2 if year.is_multiple_of(400) || year.is_multiple_of(4) && !year.is_multiple_of(100) => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        if (1..=days).contains(&self.two_digits(8)) {
            return Ok(());
        }
        let note = "month must be 01-12, day must be any of 01-28,29,30,31 depending on the month/year.";
        Err(self.fault("toml::parse_local_date: invalid date.", 0, note))
    }

    fn time(&mut self, out: &mut String) -> Result<(), Fault> {
        let start = self.at;
        let invalid = |note| self.fault("toml::parse_local_time: invalid time.", start, note);
        if self.two_digits(0) > 23 || self.two_digits(3) > 59 {
            return Err(invalid("hour must be 00-23, minute must be 00-59."));
        } else if self.two_digits(6) > 60 {
            return Err(invalid("second must be 00-60."));
        }
        out.extend(self.text[start..start + 8].iter().map(|&byte| char::from(byte)));
        self.at += 8;
        if self.peek(0) != b'.' || !self.peek(1).is_ascii_digit() {
            return Ok(());
        }
        let digits = self.text[self.at + 1..].iter().take_while(|byte| byte.is_ascii_digit());
        let digits: String = digits.map(|&byte| char::from(byte)).collect();
        self.at += 1 + digits.len();
        // Written with as many digits as there are in whole thousandths, of which nine can be kept.
        let kept = digits[..digits.len().min(9)].trim_end_matches('0');
        if !kept.is_empty() {
            out.push('.');
            out.push_str(kept);
            out.extend(std::iter::repeat_n('0', kept.len().next_multiple_of(3) - kept.len()));
        }
        Ok(())
    }

    fn offset(&mut self, out: &mut String) -> Result<(), Fault> {
        match self.peek(0) {
            b'Z' | b'z' => {
                self.at += 1;
                out.push('Z');
            }
            b'+' | b'-' => {
                for (ahead, wanted) in "99:99".bytes().enumerate() {
                    let (good, note) = match wanted {
                        b'9' => (self.peek(1 + ahead).is_ascii_digit(), "expected z or Z or digit [0-9]"),
                        _ => (self.peek(1 + ahead) == b':', "expected z or Z or :"),
                    };
                    if !good {
                        let title = "bad offset: must be [+-]HH:MM or Z";
                        return Err(self.fault(title, self.at + 1 + ahead, note).with_hints(OFFSET_HINTS));
                    }
                }
                let (hours, minutes) = (self.two_digits(1), self.two_digits(4));
                if hours > 24 || minutes > 60 {
                    let title = "toml::parse_offset_datetime: too large offset: |hour| <= 24, |minute| <= 60";
                    let mut fault = self.fault(title, 0, "here");
                    fault.places[0].0 = self.base..self.base + self.at + 6;
                    return Err(fault);
                }
                if hours == 0 && minutes == 0 {
                    out.push('Z');
                } else {
                    out.extend(self.text[self.at..self.at + 6].iter().map(|&byte| char::from(byte)));
                }
                self.at += 6;
            }
            _ => {}
        }
        Ok(())
    }
}
