//! Why a text is not the JSON that Nix takes.

/// A fault in a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// Not JSON, or a number too big for a float. Nix adds "while decoding a JSON string" to the trace of these only.
    Syntax(Vec<u8>),
    /// A whole number above the greatest integer.
    IntegerRange(u64),
    /// A string with a zero byte, which a Nix string cannot hold.
    ZeroByte(Vec<u8>),
}

impl JsonError {
    /// The text Nix shows. Bytes, since it can quote what is not UTF-8.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        match self {
            Self::Syntax(message) => message.clone(),
            Self::IntegerRange(number) => {
                format!("unsigned json number {number} outside of Nix integer range").into_bytes()
            }
            Self::ZeroByte(text) => zero_byte_message(text),
        }
    }
}

/// What Nix says of a string that has zero bytes.
pub(in crate::text) fn zero_byte_message(text: &[u8]) -> Vec<u8> {
    let mut message = b"input string '".to_vec();
    for &byte in text {
        if byte == 0 {
            message.extend_from_slice("␀".as_bytes());
        } else {
            message.push(byte);
        }
    }
    message.extend_from_slice(b"' cannot be represented as Nix string because it contains null bytes");
    message
}
