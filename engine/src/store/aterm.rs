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

/// What follows the backslash in place of a byte; 0 for a byte that stands for itself.
static ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[b'\n' as usize] = b'n';
    table[b'\r' as usize] = b'r';
    table[b'\t' as usize] = b't';
    table
};

/// How many bytes are looked at together.
const CHUNK: usize = 32;

/// Appends `text` between quotes, escaped.
pub(super) fn push_string(out: &mut Vec<u8>, text: &[u8]) {
    out.reserve(text.len() + text.len() / 8 + 2);
    out.push(b'"');
    let (chunks, rest) = text.as_chunks::<CHUNK>();
    for chunk in chunks {
        // Most chunks have nothing to escape; this looser question is three vector comparisons.
        let needs_care = |it: u8| u8::from(it < b' ') | u8::from(it == b'"') | u8::from(it == b'\\');
        if chunk.iter().fold(0, |any, &it| any | needs_care(it)) == 0 {
            out.extend_from_slice(chunk);
        } else {
            push_escaped(out, chunk);
        }
    }
    push_escaped(out, rest);
    out.push(b'"');
}

/// Escapes at most a chunk. Scripts have a line end or quote in every other chunk, so this takes no branch for one:
/// both bytes are written, and the second is kept or not.
fn push_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut escaped = [0; 2 * CHUNK];
    let mut len = 0;
    for &byte in bytes {
        let letter = ESCAPES[byte as usize];
        let is_escaped = letter != 0;
        escaped[len % (2 * CHUNK)] = if is_escaped { b'\\' } else { byte };
        escaped[(len + 1) % (2 * CHUNK)] = letter;
        len += 1 + usize::from(is_escaped);
    }
    out.extend_from_slice(&escaped[..len]);
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
