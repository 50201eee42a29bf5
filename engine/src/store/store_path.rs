//! Store paths: how they are read, checked and computed.
//!
//! Pure: a path here is a name, whether or not anything is there. The store is always `/nix/store`.

use std::fmt;
use std::sync::Arc;

use sha2::Digest as _;

use crate::store::content_address::ContentMethod;
use crate::store::encoding;
use crate::store::hash::{self, Hash, HashAlgorithm};

/// Where the store is.
pub const STORE_DIR: &str = "/nix/store";
/// [`STORE_DIR`] with the slash that follows it in every store path.
pub const STORE_PREFIX: &str = "/nix/store/";
/// How many base 32 digits begin a store path's base name.
const HASH_LEN: usize = 32;
/// How long the name behind the hash may be.
pub const MAX_NAME_LEN: usize = 211;
/// How the name of a derivation's path ends.
pub const DRV_SUFFIX: &str = ".drv";

/// A store path: `/nix/store/`, 32 digits, a dash and a name. Cheap to clone, ordered as Nix orders them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct StorePath(Arc<str>);

/// A [`StorePath`] on loan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StorePathRef<'a>(&'a str);

/// Why a text is not a store path, or not a name in one, in Nix's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorePathError {
    /// Nothing behind the dash.
    #[error("name must not be empty")]
    EmptyName,
    /// Longer than [`MAX_NAME_LEN`].
    #[error("name '{0}' must be no longer than 211 characters")]
    LongName(String),
    /// `.` or `..` alone.
    #[error("name '{0}' is not valid")]
    DotName(String),
    /// `.` or `..` before the first dash.
    #[error("name '{name}' is not valid: first dash-separated component must not be '{dots}'")]
    DotComponent {
        /// The whole name.
        name: String,
        /// The offending beginning.
        dots: &'static str,
    },
    /// A character that names do not have.
    #[error("name '{name}' contains illegal character '{character}'")]
    IllegalCharacter {
        /// The whole name.
        name: String,
        /// The first such character.
        character: char,
    },
    /// The name of a path is at fault.
    #[error("path '{base}' is not a valid store path: {fault}")]
    InvalidPath {
        /// The path without the store in front.
        base: String,
        /// What is wrong with its name.
        fault: Box<StorePathError>,
    },
    /// Not even a hash and a dash.
    #[error("'{0}' is too short to be a valid store path")]
    TooShort(String),
    /// The hash has a digit that base 32 lacks.
    #[error("store path '{base}' contains illegal base-32 character '{character}'")]
    IllegalDigit {
        /// The path without the store in front.
        base: String,
        /// The first such digit.
        character: char,
    },
    /// Somewhere else, or deeper than the store's own entries.
    #[error("path \"{0}\" is not in the Nix store")]
    NotInStore(String),
    /// As Nix says it where a path may go on below the store path.
    #[error("path '{0}' is not in the Nix store")]
    NotBelowStore(String),
    /// Only a NAR hashed with SHA-256 may have references.
    #[error(
        "fixed output derivation '{0}' is not allowed to refer to other store paths.\nYou may need to use the 'unsafeDiscardReferences' derivation attribute, see the manual for more details."
    )]
    ReferencesNotAllowed(String),
    /// Git trees are hashed with SHA-1 or SHA-256.
    #[error("Git file ingestion must use SHA-1 or SHA-256 hash, but instead using: {}", .0.name())]
    GitAlgorithm(HashAlgorithm),
}

/// Checks the name of a store path, as of a derivation.
pub fn check_name(name: &str) -> Result<(), StorePathError> {
    let bytes = name.as_bytes();
    match bytes {
        [] => return Err(StorePathError::EmptyName),
        _ if bytes.len() > MAX_NAME_LEN => return Err(StorePathError::LongName(name.into())),
        b"." | b".." => return Err(StorePathError::DotName(name.into())),
        [b'.', b'-', ..] => return Err(StorePathError::DotComponent { name: name.into(), dots: "." }),
        [b'.', b'.', b'-', ..] => return Err(StorePathError::DotComponent { name: name.into(), dots: ".." }),
        _ => {}
    }
    if bytes.iter().all(|&it| IS_NAME_BYTE[it as usize]) {
        return Ok(());
    }
    let character = name.chars().find(|&it| !it.is_ascii() || !IS_NAME_BYTE[it as usize]).unwrap_or_default();
    Err(StorePathError::IllegalCharacter { name: name.into(), character })
}

static IS_NAME_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = (i as u8).is_ascii_alphanumeric() || matches!(i as u8, b'+' | b'-' | b'.' | b'_' | b'?' | b'=');
        i += 1;
    }
    table
};

impl<'a> StorePathRef<'a> {
    /// Reads a base name: the digits, the dash, the name.
    pub fn check_base(base: &str) -> Result<(), StorePathError> {
        let bytes = base.as_bytes();
        if bytes.len() < HASH_LEN + 1 {
            return Err(StorePathError::TooShort(base.into()));
        }
        if let Some(at) = bytes[..HASH_LEN].iter().position(|&it| !encoding::is_nix32_digit(it)) {
            let character = base.get(at..).and_then(|it| it.chars().next()).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Err(StorePathError::IllegalDigit { base: base.into(), character });
        }
        let name = base.get(HASH_LEN + 1..).unwrap_or_default();
        check_name(name).map_err(|fault| StorePathError::InvalidPath { base: base.into(), fault: Box::new(fault) })
    }

    /// Reads a store path that is already in canonical form.
    pub fn parse(path: &'a str) -> Result<Self, StorePathError> {
        match path.strip_prefix(STORE_PREFIX) {
            Some(base) if !base.is_empty() && !base.contains('/') => Self::check_base(base).map(|()| Self(path)),
            _ => Err(StorePathError::NotInStore(path.into())),
        }
    }

    /// Splits a canonical path into its store path and what follows (empty, or beginning with a slash).
    pub fn parse_prefix(path: &'a str) -> Result<(Self, &'a str), StorePathError> {
        let Some(base) = path.strip_prefix(STORE_PREFIX) else {
            return Err(StorePathError::NotBelowStore(path.into()));
        };
        let end = STORE_PREFIX.len() + base.find('/').unwrap_or(base.len());
        let (path, rest) = path.split_at(end);
        Ok((Self::parse(path)?, rest))
    }

    /// The whole path.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// The path without the store in front.
    pub fn base(self) -> &'a str {
        &self.0[STORE_PREFIX.len()..]
    }

    /// The 32 digits.
    pub fn hash_part(self) -> &'a str {
        &self.base()[..HASH_LEN]
    }

    /// What follows the digits and the dash.
    pub fn name(self) -> &'a str {
        &self.base()[HASH_LEN + 1..]
    }

    /// Whether it is a derivation's path.
    pub fn is_derivation(self) -> bool {
        self.0.ends_with(DRV_SUFFIX)
    }

    /// Keeps it.
    pub fn to_store_path(self) -> StorePath {
        StorePath(self.0.into())
    }
}

impl StorePath {
    /// Reads a store path that is already in canonical form.
    pub fn parse(path: &str) -> Result<Self, StorePathError> {
        StorePathRef::parse(path).map(StorePathRef::to_store_path)
    }

    /// Reads a base name, without the store in front.
    pub fn from_base(base: &str) -> Result<Self, StorePathError> {
        StorePathRef::check_base(base)?;
        Ok(Self([STORE_PREFIX, base].concat().into()))
    }

    /// Lends it.
    pub fn as_ref(&self) -> StorePathRef<'_> {
        StorePathRef(&self.0)
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Puts a 20-byte hash and a name together, checking the name. Nix checks only then, so that its words have the path.
    fn from_hash(hash: &[u8; 20], name: [&str; 3]) -> Result<Self, StorePathError> {
        let mut out =
            Vec::with_capacity(STORE_PREFIX.len() + HASH_LEN + 1 + name.iter().map(|it| it.len()).sum::<usize>());
        out.extend_from_slice(STORE_PREFIX.as_bytes());
        encoding::push_nix32(&mut out, hash);
        out.push(b'-');
        for part in name {
            out.extend_from_slice(part.as_bytes());
        }
        let path = std::str::from_utf8(&out).expect("made of texts and ASCII digits");
        let base = &path[STORE_PREFIX.len()..];
        check_name(&base[HASH_LEN + 1..])
            .map_err(|fault| StorePathError::InvalidPath { base: base.into(), fault: Box::new(fault) })?;
        Ok(Self(path.into()))
    }

    /// The path of an object of this `kind` (`source`, `text`, `output:out`, with references behind) and hash.
    fn make(kind: Kind<'_>, algorithm: &str, digits: &[u8], name: [&str; 3]) -> Result<Self, StorePathError> {
        // One short text hashed at once is faster than its pieces hashed one by one.
        let n_references = kind.references.len();
        let mut text = Vec::with_capacity(256 + n_references * 80);
        text.extend_from_slice(kind.word.as_bytes());
        text.extend_from_slice(kind.output.as_bytes());
        for reference in kind.references {
            text.push(b':');
            text.extend_from_slice(reference.as_str().as_bytes());
        }
        text.push(b':');
        text.extend_from_slice(algorithm.as_bytes());
        text.push(b':');
        text.extend_from_slice(digits);
        text.extend_from_slice(b":/nix/store:");
        for part in name {
            text.extend_from_slice(part.as_bytes());
        }
        let digest = hash::sha256(&text);
        Self::from_hash(&hash::compress(&digest), name)
    }

    /// The path of a text with this SHA-256 hash, as of a derivation or `builtins.toFile`. `references` are sorted.
    pub fn text(name: &str, sha256: &[u8; 32], references: &[StorePathRef<'_>]) -> Result<Self, StorePathError> {
        let kind = Kind { references, ..Kind::plain("text") };
        Self::make(kind, "sha256", &encoding::base16_of_32(sha256), [name, "", ""])
    }

    /// The path of a derivation whose text has this SHA-256 hash. `name` comes without `.drv`.
    pub(super) fn derivation(
        name: &str,
        sha256: &[u8; 32],
        references: &[StorePathRef<'_>],
    ) -> Result<Self, StorePathError> {
        let kind = Kind { references, ..Kind::plain("text") };
        Self::make(kind, "sha256", &encoding::base16_of_32(sha256), [name, DRV_SUFFIX, ""])
    }

    /// The path of a copied source tree whose NAR has this SHA-256 hash.
    pub fn source(name: &str, nar_sha256: &[u8; 32]) -> Result<Self, StorePathError> {
        Self::make(Kind::plain("source"), "sha256", &encoding::base16_of_32(nar_sha256), [name, "", ""])
    }

    /// The path of an input-addressed output: `name`, and `-<output>` unless it is `out`.
    pub fn output(name: &str, output: &str, modulo: &[u8; 32]) -> Result<Self, StorePathError> {
        let (dash, suffix) = output_suffix(output);
        Self::make(
            Kind { output, ..Kind::plain("output:") },
            "sha256",
            &encoding::base16_of_32(modulo),
            [name, dash, suffix],
        )
    }

    /// The path of content whose hash is known. `references` are sorted; few methods allow any.
    pub fn fixed(
        name: &str,
        method: ContentMethod,
        hash: &Hash,
        references: &[StorePathRef<'_>],
    ) -> Result<Self, StorePathError> {
        let algorithm = hash.algorithm();
        let mut digits = Vec::with_capacity(128);
        encoding::push_base16(&mut digits, hash.bytes());
        match method {
            ContentMethod::Text => {
                let kind = Kind { references, ..Kind::plain("text") };
                return Self::make(kind, algorithm.name(), &digits, [name, "", ""]);
            }
            ContentMethod::Git if !matches!(algorithm, HashAlgorithm::Sha1 | HashAlgorithm::Sha256) => {
                return Err(StorePathError::GitAlgorithm(algorithm));
            }
            ContentMethod::Nar if algorithm == HashAlgorithm::Sha256 => {
                let kind = Kind { references, ..Kind::plain("source") };
                return Self::make(kind, "sha256", &digits, [name, "", ""]);
            }
            ContentMethod::Flat | ContentMethod::Nar | ContentMethod::Git => {}
        }
        if !references.is_empty() {
            return Err(StorePathError::ReferencesNotAllowed(name.into()));
        }
        let mut hasher = sha2::Sha256::new();
        for part in ["fixed:out:", method.prefix(), algorithm.name(), ":"] {
            hasher.update(part);
        }
        hasher.update(&digits);
        hasher.update(b":");
        let digest: [u8; 32] = hasher.finalize().into();
        Self::make(
            Kind { output: "out", ..Kind::plain("output:") },
            "sha256",
            &encoding::base16_of_32(&digest),
            [name, "", ""],
        )
    }
}

/// The name of an output's path: the derivation's, and `-<output>` unless it is `out`.
pub(super) fn output_suffix(output: &str) -> (&str, &str) {
    if output == "out" { ("", "") } else { ("-", output) }
}

/// What kind of object a path is of; its hash is over this too.
struct Kind<'a> {
    word: &'a str,
    output: &'a str,
    references: &'a [StorePathRef<'a>],
}

impl<'a> Kind<'a> {
    fn plain(word: &'a str) -> Self {
        Self { word, output: "", references: &[] }
    }
}

impl From<StorePath> for Arc<str> {
    fn from(path: StorePath) -> Self {
        path.0
    }
}

/// A path begins with a hash: some of its digits serve, there is no need to read the rest.
impl std::hash::Hash for StorePathRef<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let digits = self.0.as_bytes()[STORE_PREFIX.len()..].first_chunk();
        state.write_u64(digits.map_or(0, |it| u64::from_le_bytes(*it)));
    }
}

impl std::hash::Hash for StorePath {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}

impl hashbrown::Equivalent<StorePath> for StorePathRef<'_> {
    fn equivalent(&self, key: &StorePath) -> bool {
        self.0 == &*key.0
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for StorePathRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for StorePathRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: &str = "/nix/store/0mdqa9w1p6cmli6976v4wi0sw9r4p5pr-x";

    #[test]
    fn names_are_checked_in_nix_words() {
        let long = "a".repeat(212);
        let cases = [
            ("", "name must not be empty"),
            (".", "name '.' is not valid"),
            ("..", "name '..' is not valid"),
            (".-a", "name '.-a' is not valid: first dash-separated component must not be '.'"),
            ("..-a", "name '..-a' is not valid: first dash-separated component must not be '..'"),
            ("a b", "name 'a b' contains illegal character ' '"),
            (&long, &format!("name '{long}' must be no longer than 211 characters")),
        ];
        for (name, expected) in cases {
            assert_eq!(check_name(name).map_err(|it| it.to_string()), Err(expected.to_owned()));
        }
        for name in [".a", "..a", "a+b-c.d_e?f=G", &long[1..]] {
            assert_eq!(check_name(name), Ok(()));
        }
    }

    #[test]
    fn paths_are_checked_in_nix_words() {
        let cases = [
            ("/nix/store/foo", "'foo' is too short to be a valid store path"),
            ("/foo/bar", "path \"/foo/bar\" is not in the Nix store"),
            (
                "/nix/store/0mdqa9w1p6cmli6976v4wi0sw9r4p5pe-x",
                "store path '0mdqa9w1p6cmli6976v4wi0sw9r4p5pe-x' contains illegal base-32 character 'e'",
            ),
            (
                "/nix/store/0mdqa9w1p6cmli6976v4wi0sw9r4p5pr-",
                "path '0mdqa9w1p6cmli6976v4wi0sw9r4p5pr-' is not a valid store path: name must not be empty",
            ),
        ];
        for (path, expected) in cases {
            assert_eq!(StorePath::parse(path).map_err(|it| it.to_string()), Err(expected.to_owned()));
        }
        let path = StorePathRef::parse(X).expect("a store path");
        assert_eq!((path.name(), path.hash_part()), ("x", "0mdqa9w1p6cmli6976v4wi0sw9r4p5pr"));
        let below = format!("{X}/y/z");
        assert_eq!(StorePathRef::parse_prefix(&below), Ok((path, "/y/z")));
        assert_eq!(StorePathRef::parse_prefix(X), Ok((path, "")));
        assert!(StorePathRef::parse_prefix("/nix/store").is_err());
    }

    #[test]
    fn text_paths_agree_with_to_file() {
        let foo = StorePath::text("foo", &hash::sha256(b"bar"), &[]).expect("a good name");
        assert_eq!(foo.as_str(), "/nix/store/vxjiwkjkn7x4079qvh1jkl5pn05j2aw0-foo");
        let foo2 = StorePath::text("foo2", &hash::sha256(foo.as_str().as_bytes()), &[foo.as_ref()]);
        assert_eq!(foo2.expect("a good name").as_str(), "/nix/store/y12n75r217gggv61pgs63ykslwpa3pk4-foo2");
        let cases = [
            (
                "a b",
                "path 'dm85kbl5cy82j2dzvy1874s14y3salv3-a b' is not a valid store path: name 'a b' contains illegal character ' '",
            ),
            ("", "path '9r1mh2rc3s3i33vpdw86kqqyvy9i1y4w-' is not a valid store path: name must not be empty"),
            (".", "path '1ka9gw6ddkrf0b8k65q7p46xbgb9wdr8-.' is not a valid store path: name '.' is not valid"),
        ];
        for (name, expected) in cases {
            let fault = StorePath::text(name, &hash::sha256(b"x"), &[]).map_err(|it| it.to_string());
            assert_eq!(fault, Err(expected.to_owned()));
        }
    }

    #[test]
    fn fixed_paths_agree_with_output_hash() {
        let empty256 = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let cases = [
            ("a", ContentMethod::Flat, empty256, "fv16lcs3lf0l78jdd486kp1p9rp2nniz-a"),
            ("a", ContentMethod::Nar, empty256, "vvg4vb767vrnsqhb7ih58v4a5gq4iyy4-a"),
            (
                "a",
                ContentMethod::Nar,
                "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
                "2lpjzhgcg02p6hclrs814ly9kqn71yf6-a",
            ),
            ("t.drv", ContentMethod::Text, empty256, "1xaz0ryq5lf5na128q2xz6sf01dkk0k4-t.drv"),
        ];
        for (name, method, hash, expected) in cases {
            let hash = Hash::parse_any(hash, None).expect("a good hash");
            let path = StorePath::fixed(name, method, &hash, &[]).expect("a good name");
            assert_eq!(path.as_ref().base(), expected);
        }
    }
}
