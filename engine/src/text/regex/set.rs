//! Sets of bytes, and the named ones of POSIX in the C locale.

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(super) const EMPTY: Self = Self([0; 4]);

    pub(super) fn of(test: impl Fn(u8) -> bool) -> Self {
        let mut set = Self::EMPTY;
        (0..=u8::MAX).filter(|&byte| test(byte)).for_each(|byte| set.insert(byte));
        set
    }

    pub(super) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }

    pub(super) fn complement(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    pub(super) fn meets(self, other: Self) -> bool {
        (0..4).any(|at| self.0[at] & other.0[at] != 0)
    }

    /// The set as ranges, both ends included, in order.
    pub(super) fn ranges(&self) -> Vec<(u8, u8)> {
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        for byte in (0..=u8::MAX).filter(|&byte| self.contains(byte)) {
            match ranges.last_mut() {
                Some((_, end)) if *end + 1 == byte => *end = byte,
                _ => ranges.push((byte, byte)),
            }
        }
        ranges
    }
}

/// The class called `name` between `[:` and `:]`; case does not matter in names.
pub(super) fn class(name: &[u8]) -> Option<ByteSet> {
    let test: fn(u8) -> bool = match name.to_ascii_lowercase().as_slice() {
        b"d" | b"digit" => |byte| byte.is_ascii_digit(),
        b"w" => |byte| byte.is_ascii_alphanumeric() || byte == b'_',
        b"s" | b"space" => |byte| matches!(byte, b' ' | 9..=13),
        b"alnum" => |byte| byte.is_ascii_alphanumeric(),
        b"alpha" => |byte| byte.is_ascii_alphabetic(),
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => |byte| byte.is_ascii_control(),
        b"graph" => |byte| byte.is_ascii_graphic(),
        b"lower" => |byte| byte.is_ascii_lowercase(),
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => |byte| byte.is_ascii_punctuation(),
        b"upper" => |byte| byte.is_ascii_uppercase(),
        b"xdigit" => |byte| byte.is_ascii_hexdigit(),
        _ => return None,
    };
    Some(ByteSet::of(test))
}

/// The character called `name` between `[.` and `.]`.
pub(super) fn collating_character(name: &[u8]) -> Option<u8> {
    let name = std::str::from_utf8(name).ok()?;
    let at = COLLATING_NAMES.split_ascii_whitespace().position(|known| known == name)?;
    u8::try_from(at).ok()
}

/// The names POSIX gives to the 128 characters of ASCII, in order.
const COLLATING_NAMES: &str = "
    NUL SOH STX ETX EOT ENQ ACK alert backspace tab newline vertical-tab form-feed carriage-return SO SI
    DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 IS3 IS2 IS1
    space exclamation-mark quotation-mark number-sign dollar-sign percent-sign ampersand apostrophe
    left-parenthesis right-parenthesis asterisk plus-sign comma hyphen period slash
    zero one two three four five six seven eight nine
    colon semicolon less-than-sign equals-sign greater-than-sign question-mark commercial-at
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
    left-square-bracket backslash right-square-bracket circumflex underscore grave-accent
    a b c d e f g h i j k l m n o p q r s t u v w x y z
    left-curly-bracket vertical-line right-curly-bracket tilde DEL";
