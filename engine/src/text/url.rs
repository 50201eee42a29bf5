//! URLs, as far as references to flakes need them: taken apart, put together, percent signs and all.

use std::collections::BTreeMap;

/// A URL in its parts, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    /// What stands before the first colon.
    pub scheme: String,
    /// What stands behind `//`, as it was written.
    pub authority: Option<String>,
    /// The path between slashes; an absolute path begins with an empty segment.
    pub path: Vec<String>,
    /// The parameters by name.
    pub query: BTreeMap<String, String>,
    /// What stands behind `#`.
    pub fragment: String,
}

impl Url {
    /// Takes a URL apart. `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let is_name = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "+.-".contains(it);
        if !scheme.starts_with(|it: char| it.is_ascii_lowercase()) || !scheme.chars().all(is_name) {
            return None;
        }
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                (Some(rest[..end].to_owned()), &rest[end..])
            }
            None => (None, rest),
        };
        if path.chars().any(|it| it.is_whitespace() || it.is_control() || "\"<>\\^`{|}".contains(it)) {
            return None;
        }
        Some(Self {
            scheme: scheme.to_owned(),
            authority,
            path: split_path(path).map(decode).collect::<Option<_>>()?,
            query: decode_query(query)?,
            fragment: decode(fragment)?,
        })
    }

    /// The segments of the path that are not empty.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(String::as_str).filter(|it| !it.is_empty())
    }

    /// What is fetched and how it is fetched: `git` and `https` for `git+https`.
    #[must_use]
    pub fn scheme_parts(&self) -> (Option<&str>, &str) {
        match self.scheme.split_once('+') {
            Some((application, transport)) => (Some(application), transport),
            None => (None, &self.scheme),
        }
    }
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", self.scheme)?;
        if let Some(authority) = &self.authority {
            write!(f, "//{authority}")?;
        }
        for (i, segment) in self.path.iter().enumerate() {
            let slash = if i > 0 { "/" } else { "" };
            write!(f, "{slash}{}", encode(segment, ":@"))?;
        }
        for (i, (name, value)) in self.query.iter().enumerate() {
            let mark = if i > 0 { '&' } else { '?' };
            write!(f, "{mark}{}={}", encode(name, QUERY), encode(value, QUERY))?;
        }
        if !self.fragment.is_empty() {
            write!(f, "#{}", encode(&self.fragment, ""))?;
        }
        Ok(())
    }
}

/// What stays as it is in names and values of parameters.
const QUERY: &str = ":@/?";

/// A path between slashes; the empty path has no segments.
pub fn split_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(usize::from(path.is_empty()))
}

/// The parameters behind a question mark.
#[must_use]
pub fn decode_query(query: &str) -> Option<BTreeMap<String, String>> {
    let pairs = query.split('&').filter(|it| !it.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Replaces each `%` and its two digits by the byte they stand for. `None` if digits are missing.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |it: Option<u8>| char::from(it?).to_digit(16);
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push((high * 16 + low) as u8);
    }
    String::from_utf8(out).ok()
}

/// Writes a `%` and two digits for each byte but letters, digits, `-._~` and those in `keep`.
fn encode(text: &str, keep: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if byte.is_ascii_alphanumeric() || "-._~".contains(c) || (byte.is_ascii() && keep.contains(c)) {
            out.push(c);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_back_as_they_went() {
        let cases = [
            "https://example.org/a/b?x=y",
            "ssh://git@example.org/a/b",
            "file:///a/b",
            "path:a%20b?narHash=sha256-47DE%2B/TI%3D",
            "github:NixOS/nixpkgs/23.05?dir=lib",
            "flake:nixpkgs",
        ];
        for text in cases {
            assert_eq!(Url::parse(text).map(|it| it.to_string()).as_deref(), Some(text));
        }
        for text in ["", "a", "/a:b", "1:a", "path:a b", "a:%4"] {
            assert_eq!(Url::parse(text), None, "{text}");
        }
    }
}
