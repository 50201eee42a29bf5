//! Absolute paths without `.`, `..` and doubled slashes, as Nix keeps them: bytes, never looked up.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::Arc;

/// An absolute path in canonical form. Cheap to clone; ordered by its bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanonPath(Arc<[u8]>);

impl serde::Serialize for CanonPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for CanonPath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(PathBytes)
    }
}

/// Takes the bytes of a path.
struct PathBytes;

impl<'de> serde::de::Visitor<'de> for PathBytes {
    type Value = CanonPath;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes of a path")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<CanonPath, E> {
        // Whoever wrote it may have written anything.
        Ok(CanonPath::new(bytes))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut all: A) -> Result<CanonPath, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = all.next_element()? {
            bytes.push(byte);
        }
        Ok(CanonPath::new(&bytes))
    }
}

impl CanonPath {
    /// Where all paths begin.
    pub fn root() -> Self {
        Self(b"/".as_slice().into())
    }

    /// Makes a path canonical without looking at the files: `..` takes the name before it away, and a relative path
    /// is taken to begin at the root.
    pub fn new(path: &[u8]) -> Self {
        if is_canonical(path) {
            return Self(path.into());
        }
        let mut out = Vec::with_capacity(path.len() + 1);
        push_names(&mut out, path);
        Self::from_names(out)
    }

    /// Makes a path canonical, relative ones beginning at `base`.
    pub fn new_at(path: &[u8], base: &Self) -> Self {
        if path.first() == Some(&b'/') {
            return Self::new(path);
        }
        let mut out = Vec::with_capacity(base.0.len() + path.len() + 1);
        push_names(&mut out, &base.0);
        push_names(&mut out, path);
        Self::from_names(out)
    }

    fn from_names(out: Vec<u8>) -> Self {
        if out.is_empty() { Self::root() } else { Self(out.into()) }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text; what is not UTF-8 is replaced.
    pub fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.len() == 1
    }

    /// The folder it is in; the root is in none.
    pub fn parent(&self) -> Option<Self> {
        parent_of(&self.0).map(|it| Self(it.into()))
    }

    /// Its last name; the root has none.
    pub fn file_name(&self) -> Option<&[u8]> {
        let at = memchr::memrchr(b'/', &self.0)?;
        (!self.is_root()).then(|| &self.0[at + 1..])
    }

    /// The path of `name`, which has no slash, in this folder.
    pub fn join(&self, name: &[u8]) -> Self {
        let folder = if self.is_root() { b"".as_slice() } else { &*self.0 };
        Self([folder, b"/", name].concat().into())
    }

    /// What follows `folder`, empty or beginning with a slash, if it is that or below it.
    pub fn strip_prefix(&self, folder: &[u8]) -> Option<&[u8]> {
        let folder = if folder == b"/" { b"" } else { folder };
        let rest = self.0.strip_prefix(folder)?;
        (rest.is_empty() || rest[0] == b'/').then_some(rest)
    }

    /// Its names from the root on.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|&it| it == b'/').filter(|it| !it.is_empty())
    }
}

/// The folder that a canonical path is in, as bytes.
pub(super) fn parent_of(path: &[u8]) -> Option<&[u8]> {
    match memchr::memrchr(b'/', path)? {
        0 if path.len() == 1 => None,
        0 => Some(b"/"),
        at => Some(&path[..at]),
    }
}

fn is_canonical(path: &[u8]) -> bool {
    match path {
        b"/" => true,
        [b'/', rest @ ..] => rest.split(|&it| it == b'/').all(|it| !matches!(it, b"" | b"." | b"..")),
        _ => false,
    }
}

fn push_names(out: &mut Vec<u8>, path: &[u8]) {
    for name in path.split(|&it| it == b'/') {
        match name {
            b"" | b"." => {}
            b".." => out.truncate(memchr::memrchr(b'/', out).unwrap_or(0)),
            name => {
                out.push(b'/');
                out.extend_from_slice(name);
            }
        }
    }
}

impl From<&str> for CanonPath {
    fn from(path: &str) -> Self {
        Self::new(path.as_bytes())
    }
}

impl Borrow<[u8]> for CanonPath {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for CanonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl fmt::Debug for CanonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_canonical() {
        let cases = [
            ("/", "/"),
            ("", "/"),
            ("//", "/"),
            ("/..", "/"),
            ("/a/b", "/a/b"),
            ("/a//b/./c/../d/", "/a/b/d"),
            ("a/../../b", "/b"),
        ];
        for (path, expected) in cases {
            assert_eq!(CanonPath::from(path).to_text(), expected, "{path}");
        }
        let base = CanonPath::from("/x/y");
        assert_eq!(CanonPath::new_at(b"../z", &base).to_text(), "/x/z");
        assert_eq!(CanonPath::new_at(b"/z", &base).to_text(), "/z");
        assert_eq!(CanonPath::new_at(b"z", &CanonPath::root()).to_text(), "/z");
    }

    #[test]
    fn paths_are_taken_apart() {
        let path = CanonPath::from("/a/b");
        assert_eq!(path.parent(), Some(CanonPath::from("/a")));
        assert_eq!(CanonPath::from("/a").parent(), Some(CanonPath::root()));
        assert_eq!(CanonPath::root().parent(), None);
        assert_eq!(path.file_name(), Some(b"b".as_slice()));
        assert_eq!(CanonPath::root().file_name(), None);
        assert_eq!(CanonPath::root().join(b"a").join(b"b"), path);
        assert_eq!(path.strip_prefix(b"/a"), Some(b"/b".as_slice()));
        assert_eq!(path.strip_prefix(b"/"), Some(b"/a/b".as_slice()));
        assert_eq!(CanonPath::from("/ab").strip_prefix(b"/a"), None);
        assert_eq!(path.names().collect::<Vec<_>>(), [b"a", b"b"]);
    }
}
