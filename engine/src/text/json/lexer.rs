//! The tokens of a JSON text, and where and how faults are reported.
//!
//! Lines and columns are counted only when something is wrong. The lexer knows nothing of nesting.

use super::error::JsonError;

/// A token; the text of a string stays in the lexer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Colon,
    Comma,
    Null,
    Bool(bool),
    Int(i64),
    /// A whole number that only an unsigned integer holds.
    Unsigned(u64),
    Float(f64),
    String,
    End,
    /// No token; why not.
    Bad(&'static str),
}

impl Token {
    fn name(self) -> &'static str {
        match self {
            Self::OpenBracket => "'['",
            Self::CloseBracket => "']'",
            Self::OpenBrace => "'{'",
            Self::CloseBrace => "'}'",
            Self::Colon => "':'",
            Self::Comma => "','",
            Self::Null => "null literal",
            Self::Bool(true) => "true literal",
            Self::Bool(false) => "false literal",
            Self::Int(_) | Self::Unsigned(_) | Self::Float(_) => "number literal",
            Self::String => "string literal",
            Self::End => "end of input",
            Self::Bad(_) => "<parse error>",
        }
    }
}

/// Where the text of the string read last is.
#[derive(Clone, Copy, Debug)]
enum Held {
    Input { start: usize, end: usize },
    Scratch,
}

#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t [u8],
    /// How many bytes were read; the end of the text counts as one more, once it was met.
    read: usize,
    /// Where the last string or number began: faults quote from there.
    quoted_from: usize,
    /// Whether the byte behind the last token, already looked at, was a newline.
    newline_follows: bool,
    held: Held,
    scratch: Vec<u8>,
    string_has_zero: bool,
}

const BAD_SURROGATE: &str = "invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF";
const BAD_HEX: &str = "invalid string: '\\u' must be followed by 4 hex digits";
const BAD_UTF8: &str = "invalid string: ill-formed UTF-8 byte";

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            read: 0,
            quoted_from: 0,
            newline_follows: false,
            held: Held::Scratch,
            scratch: Vec::new(),
            string_has_zero: false,
        }
    }

    /// The next byte, if there is one; counts as read either way.
    fn get(&mut self) -> Option<u8> {
        let byte = self.text.get(self.read).copied();
        self.read += 1;
        byte
    }

    pub(super) fn scan(&mut self) -> Token {
        self.newline_follows = false;
        if self.read == 0 && self.text.first() == Some(&0xEF) {
            for expected in [0xEF, 0xBB, 0xBF] {
                if self.get() != Some(expected) {
                    return Token::Bad("invalid BOM; must be 0xEF 0xBB 0xBF if given");
                }
            }
        }
        loop {
            return match self.get() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => continue,
                Some(b'"') => self.string(),
                Some(byte @ (b'-' | b'0'..=b'9')) => self.number(byte),
                Some(b',') => Token::Comma,
                Some(b':') => Token::Colon,
                Some(b'[') => Token::OpenBracket,
                Some(b']') => Token::CloseBracket,
                Some(b'{') => Token::OpenBrace,
                Some(b'}') => Token::CloseBrace,
                Some(b't') => self.literal(b"rue", Token::Bool(true)),
                Some(b'f') => self.literal(b"alse", Token::Bool(false)),
                Some(b'n') => self.literal(b"ull", Token::Null),
                None | Some(0) => Token::End,
                Some(_) => Token::Bad("invalid literal"),
            };
        }
    }

    fn literal(&mut self, rest: &[u8], token: Token) -> Token {
        for &expected in rest {
            if self.get() != Some(expected) {
                return Token::Bad("invalid literal");
            }
        }
        token
    }

    /// Skips digits; how many there were.
    fn digits(&mut self) -> usize {
        let start = self.read;
        while self.text.get(self.read).is_some_and(u8::is_ascii_digit) {
            self.read += 1;
        }
        self.read - start
    }

    fn number(&mut self, first: u8) -> Token {
        let start = self.read - 1;
        self.quoted_from = start;
        let leading = if first == b'-' { self.get() } else { Some(first) };
        match leading {
            Some(b'0') => {}
            Some(b'1'..=b'9') => {
                self.digits();
            }
            _ => return Token::Bad("invalid number; expected digit after '-'"),
        }
        let mut float = false;
        if self.text.get(self.read) == Some(&b'.') {
            float = true;
            self.read += 1;
            if self.digits() == 0 {
                self.read += 1;
                return Token::Bad("invalid number; expected digit after '.'");
            }
        }
        if let Some(b'e' | b'E') = self.text.get(self.read) {
            float = true;
            self.read += 1;
            let signed = matches!(self.text.get(self.read), Some(b'+' | b'-'));
            self.read += usize::from(signed);
            if self.digits() == 0 {
                self.read += 1;
                return Token::Bad(if signed {
                    "invalid number; expected digit after exponent sign"
                } else {
                    "invalid number; expected '+', '-', or digit after exponent"
                });
            }
        }
        self.newline_follows = self.text.get(self.read) == Some(&b'\n');
        let digits = std::str::from_utf8(&self.text[start..self.read]).unwrap_or_default();
        if !float {
            if let Ok(value) = digits.parse() {
                return Token::Int(value);
            } else if let Ok(value) = digits.parse() {
                return Token::Unsigned(value);
            }
        }
        digits.parse().map_or(Token::Bad("invalid number"), Token::Float)
    }

    fn string(&mut self) -> Token {
        self.quoted_from = self.read - 1;
        self.string_has_zero = false;
        let start = self.read;
        if let Err(fault) = self.plain_run() {
            return Token::Bad(fault);
        }
        if self.text.get(self.read) == Some(&b'"') {
            self.held = Held::Input { start, end: self.read };
            self.read += 1;
            return Token::String;
        }
        self.held = Held::Scratch;
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.text[start..self.read]);
        loop {
            match self.get() {
                None => return Token::Bad("invalid string: missing closing quote"),
                Some(b'"') => return Token::String,
                Some(b'\\') => {
                    if let Err(fault) = self.escape() {
                        return Token::Bad(fault);
                    }
                }
                Some(byte) => return Token::Bad(CONTROL_FAULTS[usize::from(byte & 0x1F)]),
            }
            let start = self.read;
            if let Err(fault) = self.plain_run() {
                return Token::Bad(fault);
            }
            self.scratch.extend_from_slice(&self.text[start..self.read]);
        }
    }

    /// Skips to the next quote, backslash or control character, or to the end, and checks what was skipped.
    fn plain_run(&mut self) -> Result<(), &'static str> {
        let start = self.read;
        let (length, ascii) = plain_length(&self.text[start..]);
        self.read += length;
        if ascii {
            return Ok(());
        }
        let run = &self.text[start..self.read];
        match std::str::from_utf8(run) {
            Ok(_) => Ok(()),
            Err(error) => {
                let (offender, _) = super::write::offending_byte(run, error);
                self.read = start + offender + 1;
                Err(BAD_UTF8)
            }
        }
    }

    fn escape(&mut self) -> Result<(), &'static str> {
        let byte = match self.get() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err("invalid string: forbidden character after backslash"),
        };
        self.scratch.push(byte);
        Ok(())
    }

    fn unicode_escape(&mut self) -> Result<(), &'static str> {
        let mut code = self.hex()?;
        match code {
            0xD800..=0xDBFF => {
                if self.get() != Some(b'\\') || self.get() != Some(b'u') {
                    return Err(BAD_SURROGATE);
                }
                let low = self.hex()?;
                if !(0xDC00..=0xDFFF).contains(&low) {
                    return Err(BAD_SURROGATE);
                }
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            }
            0xDC00..=0xDFFF => {
                return Err("invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF");
            }
            0 => self.string_has_zero = true,
            _ => {}
        }
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.scratch.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, &'static str> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.get().and_then(|byte| char::from(byte).to_digit(16)).ok_or(BAD_HEX)?;
            code = code * 16 + digit;
        }
        Ok(code)
    }

    /// The string read last, if Nix can hold it.
    pub(super) fn checked_string(&self) -> Result<&[u8], JsonError> {
        let string = match self.held {
            Held::Input { start, end } => &self.text[start..end],
            Held::Scratch => &self.scratch[..],
        };
        if self.string_has_zero { Err(JsonError::ZeroByte(string.to_vec())) } else { Ok(string) }
    }

    /// Whether nothing but the end was read.
    pub(super) fn is_empty_input(&self) -> bool {
        self.read == 1
    }

    pub(super) fn empty_input(&self) -> JsonError {
        let note =
            "attempting to parse an empty input; check that your input string or stream contains the expected JSON";
        JsonError::Syntax([self.place().as_bytes(), note.as_bytes()].concat())
    }

    /// The fault that `token` is, met in a `context` that wants something else.
    pub(super) fn unexpected(&self, token: Token, context: &str, expected: &str) -> JsonError {
        let mut message = format!("{}syntax error while parsing {context} - ", self.place()).into_bytes();
        if let Token::Bad(why) = token {
            message.extend_from_slice(why.as_bytes());
            message.extend_from_slice(b"; last read: '");
            self.quote(&mut message);
            message.push(b'\'');
        } else {
            message.extend_from_slice(b"unexpected ");
            message.extend_from_slice(token.name().as_bytes());
        }
        if !expected.is_empty() {
            message.extend_from_slice(b"; expected ");
            message.extend_from_slice(expected.as_bytes());
        }
        JsonError::Syntax(message)
    }

    /// The fault that the number read last is too big for a float.
    pub(super) fn overflow(&self) -> JsonError {
        let mut message = b"[json.exception.out_of_range.406] number overflow parsing '".to_vec();
        self.quote(&mut message);
        message.push(b'\'');
        JsonError::Syntax(message)
    }

    fn quote(&self, message: &mut Vec<u8>) {
        for &byte in &self.text[self.quoted_from..self.read.min(self.text.len())] {
            if byte <= 0x1F {
                message.extend_from_slice(format!("<U+{byte:04X}>").as_bytes());
            } else {
                message.push(byte);
            }
        }
    }

    fn place(&self) -> String {
        let before = &self.text[..self.read.min(self.text.len())];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        // A newline looked at and put back leaves the column at zero.
        let column = if self.newline_follows { 0 } else { self.read - line_start };
        format!("[json.exception.parse_error.101] parse error at line {line}, column {column}: ")
    }
}

/// How far a text goes without quote, backslash and control character, and whether that much is ASCII.
fn plain_length(text: &[u8]) -> (usize, bool) {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // A byte is zero, or below a bound, where the subtraction borrows into its top bit. Borrows spread only upwards, so
    // the lowest byte found is right, and bytes of 128 and more are never taken for small ones.
    let equal = |word: u64, byte: u64| (word ^ (ONES * byte)).wrapping_sub(ONES) & !(word ^ (ONES * byte)) & HIGH;
    let mut length = 0;
    let mut seen = 0;
    let (words, tail) = text.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        let below_space = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let stop = equal(word, b'"'.into()) | equal(word, b'\\'.into()) | below_space;
        if stop != 0 {
            let bytes = stop.trailing_zeros() / 8;
            seen |= word & ((1u64 << (8 * bytes)) - 1);
            return (length + bytes as usize, seen & HIGH == 0);
        }
        seen |= word;
        length += 8;
    }
    for &byte in tail {
        if byte < 0x20 || byte == b'"' || byte == b'\\' {
            break;
        }
        seen |= u64::from(byte);
        length += 1;
    }
    (length, seen & HIGH == 0)
}

macro_rules! control_faults {
    ($($code:literal $name:literal $escape:literal),* $(,)?) => {
        [$(concat!("invalid string: control character U+", $code, " (", $name, ") must be escaped to \\u", $code, $escape)),*]
    };
}

/// What is said of each control character standing in a string.
const CONTROL_FAULTS: [&str; 32] = control_faults![
    "0000" "NUL" "", "0001" "SOH" "", "0002" "STX" "", "0003" "ETX" "", "0004" "EOT" "", "0005" "ENQ" "",
    "0006" "ACK" "", "0007" "BEL" "", "0008" "BS" " or \\b", "0009" "HT" " or \\t", "000A" "LF" " or \\n",
    "000B" "VT" "", "000C" "FF" " or \\f", "000D" "CR" " or \\r", "000E" "SO" "", "000F" "SI" "",
    "0010" "DLE" "", "0011" "DC1" "", "0012" "DC2" "", "0013" "DC3" "", "0014" "DC4" "", "0015" "NAK" "",
    "0016" "SYN" "", "0017" "ETB" "", "0018" "CAN" "", "0019" "EM" "", "001A" "SUB" "", "001B" "ESC" "",
    "001C" "FS" "", "001D" "GS" "", "001E" "RS" "", "001F" "US" "",
];
