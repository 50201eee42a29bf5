//! Hashes as Nix has them: computed, printed in four forms, and read back with Nix's words for what is wrong.
//!
//! Pure: a hash is of bytes at hand. Files are hashed by whoever read them.

use std::fmt;

use sha2::Digest as _;

use crate::store::encoding;

/// The algorithms Nix 2.34 has without experimental features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashAlgorithm {
    /// 16 bytes.
    Md5,
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 64 bytes.
    Sha512,
}

impl HashAlgorithm {
    /// Reads a name. An unknown one is a usage error in Nix; `blake3` is known but switched off.
    pub fn parse(name: &str) -> Result<Self, HashError> {
        Self::parse_opt(name)?.ok_or_else(|| HashError::UnknownAlgorithm(name.into()))
    }

    /// Reads a name where an unknown one means "none given", as in a derivation's `outputHashAlgo`.
    pub fn parse_opt(name: &str) -> Result<Option<Self>, HashError> {
        Ok(match name {
            "md5" => Some(Self::Md5),
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            "blake3" => return Err(HashError::Blake3Disabled),
            _ => None,
        })
    }

    /// The name, as [`HashAlgorithm::parse`] reads it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// How many bytes a hash has.
    pub fn size(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// How a hash is spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashFormat {
    /// Lower-case hexadecimal.
    Base16,
    /// Nix's base 32.
    Nix32,
    /// Padded base 64.
    Base64,
    /// `sha256-` and base 64: the only form that says its algorithm.
    Sri,
}

impl HashFormat {
    /// Reads a name. `base32` is an old name of `nix32`, for which Nix prints [`HashFormat::BASE32_WARNING`].
    pub fn parse(name: &str) -> Result<Self, HashError> {
        match name {
            "base16" => Ok(Self::Base16),
            "nix32" | "base32" => Ok(Self::Nix32),
            "base64" => Ok(Self::Base64),
            "sri" => Ok(Self::Sri),
            _ => Err(HashError::UnknownFormat(name.into())),
        }
    }

    /// What Nix warns when it meets the name `base32`.
    pub const BASE32_WARNING: &'static str = r#""base32" is a deprecated alias for hash format "nix32"."#;
}

/// Why a text is not a hash, in Nix's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// No such algorithm. A usage error in Nix, which then adds a line about `--help`.
    #[error("unknown hash algorithm '{0}', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'")]
    UnknownAlgorithm(String),
    /// No such form. A usage error in Nix.
    #[error("unknown hash format '{0}', expect 'base16', 'base32', 'base64', or 'sri'")]
    UnknownFormat(String),
    /// `blake3` is behind an experimental feature.
    #[error(
        "experimental Nix feature 'blake3-hashes' is disabled; add '--extra-experimental-features blake3-hashes' to enable it"
    )]
    Blake3Disabled,
    /// None of the encodings has this many digits.
    #[error("hash '{text}' has wrong length for hash algorithm '{}'", algorithm.name())]
    WrongLength {
        /// The digits.
        text: String,
        /// What they should have been a hash of.
        algorithm: HashAlgorithm,
    },
    /// The digits do not make a hash. Nix loses the bad digit itself and reports the length it then has: none.
    #[error("invalid {encoding} hash '{text}', length {length} != expected length {expected}")]
    Invalid {
        /// Which encoding was tried.
        encoding: &'static str,
        /// The digits.
        text: String,
        /// How many bytes they gave.
        length: usize,
        /// How many were wanted.
        expected: usize,
    },
    /// Neither the text nor the caller says which algorithm.
    #[error("hash '{0}' does not include a type, nor is the type otherwise known from context")]
    NoType(String),
    /// The text and the caller disagree.
    #[error("hash '{text}' should have type '{}'", expected.name())]
    OtherType {
        /// The whole text.
        text: String,
        /// The caller's algorithm.
        expected: HashAlgorithm,
    },
    /// The empty text stands for zeroes, but of which algorithm?
    #[error("empty hash requires explicit hash algorithm")]
    EmptyWithoutType,
}

impl HashError {
    /// Whether Nix raises this as a usage error, after which it points at `--help`.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::UnknownAlgorithm(_) | Self::UnknownFormat(_))
    }
}

/// A hash: an algorithm and its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash {
    algorithm: HashAlgorithm,
    bytes: [u8; 64],
}

impl Hash {
    /// Hashes `data`.
    pub fn of(algorithm: HashAlgorithm, data: &[u8]) -> Self {
        let mut res = Self::zero(algorithm);
        let out = res.bytes_mut();
        match algorithm {
            HashAlgorithm::Md5 => out.copy_from_slice(&md5::Md5::digest(data)),
            HashAlgorithm::Sha1 => out.copy_from_slice(&sha1::Sha1::digest(data)),
            HashAlgorithm::Sha256 => out.copy_from_slice(&sha2::Sha256::digest(data)),
            HashAlgorithm::Sha512 => out.copy_from_slice(&sha2::Sha512::digest(data)),
        }
        res
    }

    /// All zeroes: what an empty `outputHash` stands for.
    pub fn zero(algorithm: HashAlgorithm) -> Self {
        Self { algorithm, bytes: [0; 64] }
    }

    /// A SHA-256 hash computed elsewhere.
    pub fn from_sha256(bytes: [u8; 32]) -> Self {
        let mut res = Self::zero(HashAlgorithm::Sha256);
        res.bytes_mut().copy_from_slice(&bytes);
        res
    }

    /// Reads `[<algorithm>:]<digits>` or `<algorithm>-<base 64>`; `expected` decides or confirms the algorithm.
    pub fn parse_any(text: &str, expected: Option<HashAlgorithm>) -> Result<Self, HashError> {
        let (prefix, digits, is_sri) = match (text.split_once(':'), text.split_once('-')) {
            (Some((prefix, digits)), _) => (Some(prefix), digits, false),
            (None, Some((prefix, digits))) => (Some(prefix), digits, true),
            (None, None) => (None, text, false),
        };
        let algorithm = match (prefix.map(HashAlgorithm::parse).transpose()?, expected) {
            (None, None) => return Err(HashError::NoType(text.into())),
            (Some(said), Some(expected)) if said != expected => {
                return Err(HashError::OtherType { text: text.into(), expected });
            }
            (Some(it), _) | (None, Some(it)) => it,
        };
        if is_sri {
            Self::from_digits(algorithm, "SRI", digits, encoding::decode_base64)
        } else {
            Self::parse_unprefixed(digits, algorithm)
        }
    }

    /// Reads digits alone; how many there are says which encoding it is.
    pub fn parse_unprefixed(digits: &str, algorithm: HashAlgorithm) -> Result<Self, HashError> {
        let (size, length) = (algorithm.size(), digits.len());
        if length == size * 2 {
            Self::from_digits(algorithm, "base16", digits, encoding::decode_base16)
        } else if length == encoding::nix32_len(size) {
            Self::from_digits(algorithm, "nix32", digits, encoding::decode_nix32)
        } else if length == encoding::base64_len(size) {
            Self::from_digits(algorithm, "Base64", digits, encoding::decode_base64)
        } else {
            Err(HashError::WrongLength { text: digits.into(), algorithm })
        }
    }

    /// Like [`Hash::parse_any`], but the empty text is [`Hash::zero`]. The caller prints
    /// `found empty hash, assuming '<sri>'` as a warning when it passed an empty text.
    pub fn parse_allow_empty(text: &str, expected: Option<HashAlgorithm>) -> Result<Self, HashError> {
        match (text, expected) {
            ("", Some(algorithm)) => Ok(Self::zero(algorithm)),
            ("", None) => Err(HashError::EmptyWithoutType),
            _ => Self::parse_any(text, expected),
        }
    }

    fn from_digits(
        algorithm: HashAlgorithm,
        encoding: &'static str,
        digits: &str,
        decode: fn(&[u8]) -> Result<Vec<u8>, encoding::BadDigit>,
    ) -> Result<Self, HashError> {
        let bytes = decode(digits.as_bytes()).unwrap_or_default();
        let expected = algorithm.size();
        if bytes.len() != expected {
            return Err(HashError::Invalid { encoding, text: digits.into(), length: bytes.len(), expected });
        }
        let mut res = Self::zero(algorithm);
        res.bytes_mut().copy_from_slice(&bytes);
        Ok(res)
    }

    /// Which algorithm made it.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The bytes, as many as the algorithm has.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.algorithm.size()]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.algorithm.size()]
    }

    /// The digits; only [`HashFormat::Sri`] says the algorithm.
    pub fn format(&self, format: HashFormat) -> String {
        let mut out = Vec::new();
        match format {
            HashFormat::Base16 => encoding::push_base16(&mut out, self.bytes()),
            HashFormat::Nix32 => encoding::push_nix32(&mut out, self.bytes()),
            HashFormat::Base64 => encoding::push_base64(&mut out, self.bytes()),
            HashFormat::Sri => {
                out.extend_from_slice(self.algorithm.name().as_bytes());
                out.push(b'-');
                encoding::push_base64(&mut out, self.bytes());
            }
        }
        String::from_utf8(out).expect("every alphabet is ASCII")
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format(HashFormat::Sri))
    }
}

/// SHA-256 of `data`: the one algorithm store paths are made with.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(data).into()
}

/// Folds a hash onto `N` bytes by xor, going round: how a store path's 20 bytes come from a hash's 32.
pub(super) fn compress<const N: usize>(hash: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    for (i, byte) in hash.iter().enumerate() {
        out[i % N] ^= byte;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_string_agrees_with_nix() {
        let cases = [
            ("md5", "hello", "5d41402abc4b2a76b9719d911017c592"),
            ("sha1", "hello", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
            ("sha256", "hello", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
            ("sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (
                "sha512",
                "hello",
                "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca7\
                 2323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043",
            ),
        ];
        for (algorithm, text, expected) in cases {
            let algorithm = HashAlgorithm::parse(algorithm).expect("a known name");
            assert_eq!(Hash::of(algorithm, text.as_bytes()).format(HashFormat::Base16), expected);
        }
    }

    fn convert(text: &str, algorithm: &str, format: &str) -> Result<String, HashError> {
        let algorithm = (!algorithm.is_empty()).then(|| HashAlgorithm::parse(algorithm)).transpose()?;
        let format = HashFormat::parse(format)?;
        Ok(Hash::parse_any(text, algorithm)?.format(format))
    }

    #[test]
    fn convert_hash_agrees_with_nix() {
        let cases = [
            (
                "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                "",
                "base16",
                "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            ),
            (
                "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                "",
                "nix32",
                "094qif9n4cq4fdg459qzbhg1c6wywawwaaivx0k0x8xhbyx4vwic",
            ),
            (
                "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                "",
                "base64",
                "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
            ),
            (
                "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                "",
                "sri",
                "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
            ),
            (
                "sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==",
                "",
                "nix32",
                "11w1pmwfdpz9pisbhp5qiv38q6dmidq2ipcqykw3p0sb6yrqcij79rwcwcjbxyzwbdal349qbxrncbk7pmd6snljrfpiwv2pljd4wcv",
            ),
            (
                "sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==",
                "",
                "base64",
                "m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==",
            ),
            ("qvTGHdzF6KLavt4PO0gs2a6pQ00=", "sha1", "base16", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
            ("qvTGHdzF6KLavt4PO0gs2a6pQ00=", "sha1", "nix32", "9m1skbnr5i43n3yypvda5s65vhfwdx5a"),
            ("qvTGHdzF6KLavt4PO0gs2a6pQ00=", "sha1", "base64", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
            ("qvTGHdzF6KLavt4PO0gs2a6pQ00=", "sha1", "sri", "sha1-qvTGHdzF6KLavt4PO0gs2a6pQ00="),
            ("5d41402abc4b2a76b9719d911017c592", "md5", "base32", "4jqlbi14cxf6wpcajbphm40hax"),
        ];
        for (text, algorithm, format, expected) in cases {
            assert_eq!(convert(text, algorithm, format).as_deref(), Ok(expected), "{text} as {format}");
        }
    }

    #[test]
    fn faults_use_nix_words() {
        let zs = "z".repeat(52);
        let es = "e".repeat(52);
        let cases = [
            (
                "47DEQpj8HBSa",
                "",
                "nix32",
                "hash '47DEQpj8HBSa' does not include a type, nor is the type otherwise known from context",
            ),
            ("abc", "sha256", "nix32", "hash 'abc' has wrong length for hash algorithm 'sha256'"),
            ("sha256:a-b", "", "sri", "hash 'a-b' has wrong length for hash algorithm 'sha256'"),
            ("sha256-abc", "", "nix32", "invalid SRI hash 'abc', length 2 != expected length 32"),
            ("sha256-ab$c", "", "nix32", "invalid SRI hash 'ab$c', length 0 != expected length 32"),
            (
                "sha257:abc",
                "",
                "nix32",
                "unknown hash algorithm 'sha257', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'",
            ),
            ("sha256:a-b", "", "x", "unknown hash format 'x', expect 'base16', 'base32', 'base64', or 'sri'"),
            ("sha1-2jmj7l5rSw0yVb", "sha256", "sri", "hash 'sha1-2jmj7l5rSw0yVb' should have type 'sha256'"),
            (
                "x",
                "blake3",
                "sri",
                "experimental Nix feature 'blake3-hashes' is disabled; add '--extra-experimental-features blake3-hashes' to enable it",
            ),
            (&zs, "sha256", "nix32", &format!("invalid nix32 hash '{zs}', length 33 != expected length 32")),
            (&es, "sha256", "nix32", &format!("invalid nix32 hash '{es}', length 0 != expected length 32")),
        ];
        for (text, algorithm, format, expected) in cases {
            assert_eq!(convert(text, algorithm, format).map_err(|it| it.to_string()), Err(expected.to_owned()));
        }
    }

    #[test]
    fn the_empty_hash_is_zero_where_allowed() {
        let zero = Hash::parse_allow_empty("", Some(HashAlgorithm::Sha256)).expect("an algorithm is given");
        assert_eq!(zero.format(HashFormat::Sri), "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        let fault = Hash::parse_allow_empty("", None).map_err(|it| it.to_string());
        assert_eq!(fault, Err("empty hash requires explicit hash algorithm".into()));
    }
}
