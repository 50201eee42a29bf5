//! Strings.
//!
//! ```text
//! [ context:32 | len:32 ] bytes…
//! [ context:32 | len:32 ] buffer           a string at the front of a buffer (flag in the value)
//! buffer: [ capacity in bytes:32 | used:32 ] bytes…
//! ```
//!
//! Appending fills the buffer up, as for lists.

use super::Heap;
use crate::value::{ContextId, Tag, Value};

const BUFFERED: u32 = 1;
/// Strings shorter than this are copied rather than given room to grow.
const MIN_GROWING: usize = 256;
/// The longest string, in bytes.
pub const MAX_STRING: usize = (u32::MAX - 64) as usize;

impl Heap {
    /// A string with a context.
    pub fn string(&mut self, bytes: &[u8], context: ContextId) -> Value {
        if bytes.is_empty() && context == ContextId::EMPTY {
            let empty = self.symbols.intern(b"");
            return Value::sym(empty);
        }
        let offset = self.top();
        self.push((u64::from(context.0) << 32) | bytes.len() as u64);
        self.push_bytes(bytes);
        Value::new(Tag::Str, offset)
    }

    /// A string without context.
    pub fn plain_string(&mut self, bytes: &[u8]) -> Value {
        self.string(bytes, ContextId::EMPTY)
    }

    /// A string without context that is likely to be an attribute name or to be seen again.
    pub fn symbol_string(&mut self, bytes: &[u8]) -> Value {
        Value::sym(self.symbols.intern(bytes))
    }

    fn push_bytes(&mut self, bytes: &[u8]) {
        let (whole, rest) = bytes.as_chunks::<8>();
        self.words.extend(whole.iter().map(|chunk| u64::from_le_bytes(*chunk)));
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.push(u64::from_le_bytes(last));
        }
    }

    /// `n` texts one after the other, `len` bytes in all; `part` gives them, settled.
    pub fn string_of(
        &mut self,
        n: usize,
        len: usize,
        context: ContextId,
        part: impl Fn(&Self, usize) -> Value,
    ) -> Value {
        if len == 0 && context == ContextId::EMPTY {
            return self.symbol_string(b"");
        }
        let offset = self.top();
        self.push((u64::from(context.0) << 32) | len as u64);
        let mut at = self.words.len() * 8;
        let end = self.words.len() + len.div_ceil(8);
        self.words.resize(end, 0);
        for i in 0..n {
            let v = part(self, i);
            if v.tag() == Tag::Str {
                let (start, len) = self.place_of_bytes(v);
                as_bytes_mut(&mut self.words).copy_within(start..start + len, at);
                at += len;
            } else {
                let bytes = self.symbols.bytes(v.symbol());
                as_bytes_mut(&mut self.words)[at..at + bytes.len()].copy_from_slice(bytes);
                at += bytes.len();
            }
        }
        Value::new(Tag::Str, offset)
    }

    /// Where in the heap, counted in bytes, those of a string on it begin, and how many there are.
    #[inline]
    fn place_of_bytes(&self, v: Value) -> (usize, usize) {
        let offset = v.payload();
        let len = self.word(offset) as u32 as usize;
        let data = if v.aux() & BUFFERED == 0 { offset + 1 } else { self.word(offset + 1) as u32 + 1 };
        (data as usize * 8, len)
    }

    /// The bytes of a string or path.
    #[inline]
    #[must_use]
    pub fn bytes(&self, v: Value) -> &[u8] {
        if v.tag() == Tag::Str {
            let (start, len) = self.place_of_bytes(v);
            &as_bytes(&self.words)[start..start + len]
        } else {
            self.symbols.bytes(v.symbol())
        }
    }

    /// The bytes of a string or path as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self, v: Value) -> String {
        String::from_utf8_lossy(self.bytes(v)).into_owned()
    }

    /// The context of a string; empty for a path.
    #[inline]
    #[must_use]
    pub fn context(&self, v: Value) -> ContextId {
        if v.tag() == Tag::Str { ContextId((self.word(v.payload()) >> 32) as u32) } else { ContextId::EMPTY }
    }

    /// The same string with another context.
    pub fn with_context(&mut self, v: Value, context: ContextId) -> Value {
        if self.context(v) == context {
            return v;
        }
        let bytes = self.bytes(v).to_vec();
        self.string(&bytes, context)
    }

    /// `len` bytes of a string from `start` on, which it must have, with a context.
    pub fn string_part(&mut self, v: Value, start: usize, len: usize, context: ContextId) -> Value {
        let bytes = &self.bytes(v)[start..start + len];
        let mut short = [0; 64];
        if let Some(room) = short.get_mut(..len) {
            room.copy_from_slice(bytes);
            return self.string(&short[..len], context);
        }
        let bytes = bytes.to_vec();
        self.string(&bytes, context)
    }

    /// `a` followed by `b`, with the contexts of both. The caller has made sure that the result is not too long.
    pub fn string_append(&mut self, a: Value, b: Value) -> Value {
        let (context_a, context_b) = (self.context(a), self.context(b));
        let context = self.contexts.union(context_a, context_b);
        let (n_a, n_b) = (self.bytes(a).len(), self.bytes(b).len());
        if n_b == 0 && context == context_a && a.is_string() {
            return a;
        }
        if n_a == 0 && context == context_b && b.is_string() {
            return b;
        }
        if n_a + n_b < MIN_GROWING {
            let mut joined = [0; MIN_GROWING];
            joined[..n_a].copy_from_slice(self.bytes(a));
            joined[n_a..n_a + n_b].copy_from_slice(self.bytes(b));
            return self.string(&joined[..n_a + n_b], context);
        }
        let piece = self.bytes(b).to_vec();
        self.append_bytes(a, &piece, context)
    }

    /// `a` followed by `piece`, as a string in a buffer that can be appended to again.
    pub fn append_bytes(&mut self, a: Value, piece: &[u8], context: ContextId) -> Value {
        let n_a = self.bytes(a).len();
        let buffer = self.room_behind_string(a, n_a, piece.len());
        self.write_bytes(buffer, n_a, piece);
        let capacity = self.word(buffer) & !0xffff_ffff;
        self.overwrite_buffer(buffer, capacity | (n_a + piece.len()) as u64);
        let offset = self.top();
        self.push((u64::from(context.0) << 32) | (n_a + piece.len()) as u64);
        self.push(u64::from(buffer));
        Value::with_aux(Tag::Str, BUFFERED, offset)
    }

    fn room_behind_string(&mut self, a: Value, n_a: usize, n_more: usize) -> u32 {
        let mut grew_before = false;
        if a.tag() == Tag::Str && a.aux() & BUFFERED != 0 {
            grew_before = true;
            let buffer = self.word(a.payload() + 1) as u32;
            let word = self.word(buffer);
            if word as u32 as usize == n_a && n_a + n_more <= (word >> 32) as usize {
                return buffer;
            }
        }
        let extra = if grew_before { n_a + n_more } else { n_more.min(n_a) };
        let capacity = (n_a + n_more + extra).min(MAX_STRING).next_multiple_of(8);
        let bytes = self.bytes(a).to_vec();
        let buffer = self.top();
        self.push(((capacity as u64) << 32) | n_a as u64);
        self.push_bytes(&bytes);
        let end = buffer as usize + 1 + capacity / 8;
        self.words.resize(end, 0);
        buffer
    }

    fn write_bytes(&mut self, buffer: u32, at: usize, piece: &[u8]) {
        let start = buffer as usize + 1;
        let end = start + (at + piece.len()).div_ceil(8);
        let words = &mut self.words[start..end];
        as_bytes_mut(words)[at..at + piece.len()].copy_from_slice(piece);
    }
}

#[inline(always)]
fn as_bytes(words: &[u64]) -> &[u8] {
    #[expect(unsafe_code, reason = "the bytes of a word are bytes")]
    // SAFETY: every byte of an initialised `u64` is an initialised `u8`, and alignment only shrinks.
    unsafe {
        std::slice::from_raw_parts(words.as_ptr().cast(), words.len() * 8)
    }
}

#[inline(always)]
fn as_bytes_mut(words: &mut [u64]) -> &mut [u8] {
    #[expect(unsafe_code, reason = "the bytes of a word are bytes")]
    // SAFETY: as above; any bytes are a valid `u64`.
    unsafe {
        std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), words.len() * 8)
    }
}
