//! Derivations as text: the ATerm form of `.drv` files, written in pieces that are hashed without being joined.
//!
//! Three texts of a derivation are hashed, differing only in its outputs' paths and in how inputs are named. So the
//! part in which everything else stands, the *tail*, is escaped once, with holes where the paths go.

use std::borrow::Cow;

use sha2::Digest as _;

use crate::store::derivation::{Derivation, InputDrv, Output};
use crate::store::encoding;

/// The text from the input sources on, with holes for the outputs' paths.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    /// Where in `bytes` a path goes, and of which output.
    holes: Vec<(usize, usize)>,
}

/// Appends `text` between quotes, escaped.
pub(super) fn push_string(out: &mut Vec<u8>, text: &[u8]) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    // Most stretches have nothing to escape: finding that out for 32 bytes at once is one vector comparison.
    while let Some((chunk, after)) = rest.split_first_chunk::<32>() {
        if chunk.iter().fold(false, |any, &it| any | needs_escape(it)) {
            push_escaped(out, chunk);
        } else {
            out.extend_from_slice(chunk);
        }
        rest = after;
    }
    push_escaped(out, rest);
    out.push(b'"');
}

fn needs_escape(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte == b'\n' || byte == b'\r' || byte == b'\t'
}

fn push_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&it| needs_escape(it)) {
        out.extend_from_slice(&rest[..at]);
        let letter = match rest[at] {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            other => other,
        };
        out.extend_from_slice(&[b'\\', letter]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Appends `text` between quotes as it is: paths, digits and output names, which Nix does not escape either.
fn push_plain(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    out.extend_from_slice(text);
    out.push(b'"');
}

/// Starts the next of several items.
fn push_comma(out: &mut Vec<u8>, is_first: &mut bool) {
    if !std::mem::take(is_first) {
        out.push(b',');
    }
}

/// Appends everything before the input derivations. `paths` has a text for each output; masked, there are none.
pub(super) fn push_head(out: &mut Vec<u8>, drv: &Derivation<'_>, paths: Option<&[impl AsRef<str>]>) {
    out.extend_from_slice(b"Derive([");
    let mut is_first = true;
    for (i, (name, output)) in drv.outputs.iter().enumerate() {
        push_comma(out, &mut is_first);
        out.push(b'(');
        push_plain(out, name.as_bytes());
        out.push(b',');
        let path = paths.and_then(|it| it.get(i)).map_or("", AsRef::as_ref);
        match output {
            Output::Deferred | Output::InputAddressed(_) => {
                push_plain(out, path.as_bytes());
                out.extend_from_slice(b",\"\",\"\"");
            }
            Output::Fixed { method, hash } => {
                push_plain(out, path.as_bytes());
                push_method(out, method.prefix(), hash.algorithm().name());
                encoding::push_base16(out, hash.bytes());
                out.push(b'"');
            }
            Output::Floating { method, algorithm } => {
                out.extend_from_slice(b"\"\"");
                push_method(out, method.prefix(), algorithm.name());
                out.push(b'"');
            }
            Output::Impure { method, algorithm } => {
                out.extend_from_slice(b"\"\"");
                push_method(out, method.prefix(), algorithm.name());
                out.extend_from_slice(b"impure\"");
            }
        }
        out.push(b')');
    }
    out.extend_from_slice(b"],[");
}

/// Appends method and algorithm, and the quote that begins the hash.
fn push_method(out: &mut Vec<u8>, prefix: &str, algorithm: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(prefix.as_bytes());
    out.extend_from_slice(algorithm.as_bytes());
    out.extend_from_slice(b"\",\"");
}

/// Appends the input derivations by path.
pub(super) fn push_inputs(out: &mut Vec<u8>, inputs: &[InputDrv<'_>]) {
    let items = inputs.iter().map(|it| (it.drv, it.output.as_deref()));
    push_groups(out, items, |out, drv| out.extend_from_slice(drv.as_str().as_bytes()));
}

/// Appends the input derivations by the hash that stands for them.
pub(super) fn push_hashed_inputs(out: &mut Vec<u8>, inputs: &[(&[u8; 32], &str)]) {
    let items = inputs.iter().map(|&(hash, output)| (hash, Some(output)));
    push_groups(out, items, |out, hash| out.extend_from_slice(&encoding::base16_of_32(hash)));
}

/// Appends runs of the same key as one entry with a list.
fn push_groups<'a, K: PartialEq + Copy>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = (K, Option<&'a str>)>,
    push_key: impl Fn(&mut Vec<u8>, K),
) {
    let mut group = None;
    let mut is_first = true;
    for (key, output) in items {
        if group != Some(key) {
            if group.is_some() {
                out.extend_from_slice(b"]),");
            }
            out.extend_from_slice(b"(\"");
            push_key(out, key);
            out.extend_from_slice(b"\",[");
            group = Some(key);
            is_first = true;
        }
        if let Some(output) = output {
            push_comma(out, &mut is_first);
            push_plain(out, output.as_bytes());
        }
    }
    if group.is_some() {
        out.extend_from_slice(b"])");
    }
}

impl Tail {
    /// Writes the tail of `drv` over what was here.
    pub(super) fn write(&mut self, drv: &Derivation<'_>) {
        let out = &mut self.bytes;
        out.clear();
        self.holes.clear();
        out.extend_from_slice(b"],[");
        let mut is_first = true;
        for path in &drv.input_srcs {
            push_comma(out, &mut is_first);
            push_plain(out, path.as_str().as_bytes());
        }
        out.extend_from_slice(b"],");
        push_plain(out, &drv.platform);
        out.push(b',');
        push_string(out, &drv.builder);
        out.extend_from_slice(b",[");
        is_first = true;
        for arg in &drv.args {
            push_comma(out, &mut is_first);
            push_string(out, arg);
        }
        out.extend_from_slice(b"],[");
        is_first = true;
        let mut outputs = drv.outputs.iter().map(|(name, _)| name.as_bytes()).enumerate().peekable();
        for (key, value) in &drv.env {
            while let Some((i, name)) = outputs.next_if(|&(_, name)| name < &**key) {
                push_comma(out, &mut is_first);
                push_hole(out, &mut self.holes, name, i);
            }
            if outputs.peek().is_some_and(|&(_, name)| name == &**key) {
                continue;
            }
            push_comma(out, &mut is_first);
            out.push(b'(');
            push_string(out, key);
            out.push(b',');
            push_string(out, value);
            out.push(b')');
        }
        for (i, name) in outputs {
            push_comma(out, &mut is_first);
            push_hole(out, &mut self.holes, name, i);
        }
        out.extend_from_slice(b"])");
    }

    /// Feeds the pieces to `feed`, the holes filled from `texts`; masked, they stay empty.
    fn for_each_piece(&self, texts: Option<&[impl AsRef<str>]>, mut feed: impl FnMut(&[u8])) {
        let mut from = 0;
        if let Some(texts) = texts {
            for &(at, output) in &self.holes {
                feed(&self.bytes[from..at]);
                feed(texts.get(output).map_or("", AsRef::as_ref).as_bytes());
                from = at;
            }
        }
        feed(&self.bytes[from..]);
    }

    /// The SHA-256 hash of head, inputs and this, the holes filled from `texts`.
    pub(super) fn hash(&self, head: &[u8], inputs: &[u8], texts: Option<&[impl AsRef<str>]>) -> [u8; 32] {
        let mut hasher = sha2::Sha256::new();
        hasher.update(head);
        hasher.update(inputs);
        self.for_each_piece(texts, |piece| hasher.update(piece));
        hasher.finalize().into()
    }

    /// Appends the tail as text.
    pub(super) fn push(&self, out: &mut Vec<u8>, texts: &[impl AsRef<str>]) {
        self.for_each_piece(Some(texts), |piece| out.extend_from_slice(piece));
    }
}

fn push_hole(out: &mut Vec<u8>, holes: &mut Vec<(usize, usize)>, name: &[u8], output: usize) {
    out.push(b'(');
    push_string(out, name);
    out.extend_from_slice(b",\"");
    holes.push((out.len(), output));
    out.extend_from_slice(b"\")");
}

/// A text as it stands between quotes, unescaped: borrowed unless an escape is in it.
pub(super) fn unescape(quoted: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', quoted).is_none() {
        return Cow::Borrowed(quoted);
    }
    let mut out = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.iter();
    while let Some(&byte) = bytes.next() {
        let letter = if byte == b'\\' { bytes.next() } else { None };
        out.push(match letter {
            None => byte,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(&other) => other,
        });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_found_wherever_they_stand() {
        let plain = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        for at in 0..plain.len() {
            for (byte, escaped) in [(b'\n', "\\n"), (b'\r', "\\r"), (b'\t', "\\t"), (b'"', "\\\""), (b'\\', "\\\\")] {
                let mut text = plain.to_vec();
                text[at] = byte;
                let mut out = Vec::new();
                push_string(&mut out, &text);
                let expected = [b"\"", &plain[..at], escaped.as_bytes(), &plain[at + 1..], b"\""].concat();
                assert_eq!(out, expected);
                assert_eq!(&*unescape(&out[1..out.len() - 1]), text);
            }
        }
    }
}
