//! Where objects live. Allocation only appends; thunks are the one thing that is overwritten, in one place.
//!
//! The heap is one array of 64-bit words. An object is known by its offset in words, so the heap can be written to a
//! file, mapped back and copied without touching what is in it. What each object looks like is said in the file of its
//! kind; offset 0 belongs to nothing.

mod attrs;
mod constants;
mod image;
mod keys;
mod layers;
mod list;
mod string;
mod thunk;

pub use attrs::AttrsIter;
pub use layers::Layers;
pub use string::MAX_STRING;
pub use thunk::{HeapMark, ThunkState, Trail, WordsCopy};

use crate::ir::{Symbol, Symbols};
use crate::value::{Contexts, Tag, Value};
use crate::world::Array;

/// Which code a thunk or function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyId(pub u32);

/// All objects of one evaluation, with the names and contexts they refer to.
#[derive(Debug)]
pub struct Heap {
    words: Array<u64>,
    /// Interned names.
    pub symbols: Symbols,
    /// Interned string contexts.
    pub contexts: Contexts,
    trail: Trail,
    plans: attrs::Plans,
    plain_keys: indexmap::IndexMap<u32, u32, rustc_hash::FxBuildHasher>,
    thunks_made: u64,
    max_words: usize,
    reserve: constants::Reserve,
}

/// How many words there is room for, at least, when the machine begins a slice of instructions.
const HEADROOM: usize = 1 << 21;

/// The greatest number of words a heap can have: offsets are 32 bits.
pub const MAX_WORDS: usize = u32::MAX as usize;

impl Default for Heap {
    fn default() -> Self {
        // Room for two slices at once: growing after the first would copy the room for it, used or not.
        let mut words = Vec::with_capacity(2 * HEADROOM + 1);
        words.push(0);
        Self {
            words: words.into(),
            symbols: Symbols::default(),
            contexts: Contexts::default(),
            trail: Trail::default(),
            plans: attrs::Plans::default(),
            plain_keys: indexmap::IndexMap::default(),
            thunks_made: 0,
            max_words: MAX_WORDS - (1 << 28),
            reserve: constants::Reserve::default(),
        }
    }
}

impl Heap {
    /// How many thunks were made.
    #[must_use]
    pub fn thunks_made(&self) -> u64 {
        self.thunks_made
    }

    /// How many bytes objects take.
    #[must_use]
    pub fn bytes_used(&self) -> u64 {
        (self.words.len() - self.reserve.unused()) as u64 * 8
    }

    /// Sets the limit that [`Heap::is_full`] tells of, in bytes.
    pub fn set_limit(&mut self, bytes: u64) {
        let words = usize::try_from(bytes / 8).unwrap_or(MAX_WORDS).saturating_add(self.reserve.unused());
        self.max_words = words.min(MAX_WORDS - (1 << 28));
    }

    /// The limit that [`Heap::is_full`] tells of, in bytes.
    #[must_use]
    pub fn limit(&self) -> u64 {
        (self.max_words - self.reserve.unused()) as u64 * 8
    }

    /// Whether an object lies before a place in the heap, or is no object.
    #[must_use]
    pub fn is_before(&self, v: Value, mark: &HeapMark) -> bool {
        let is_object = match v.tag() {
            Tag::BigInt | Tag::Float | Tag::Str | Tag::List | Tag::Attrs | Tag::Lambda | Tag::Partial | Tag::Thunk => {
                true
            }
            Tag::Int | Tag::Bool | Tag::Null | Tag::Sym | Tag::Path | Tag::Builtin | Tag::Unset | Tag::Raw => false,
        };
        !is_object || (v.payload() as usize) < mark.words()
    }

    /// Whether the limit is reached. Allocation goes on beyond it: the machine asks between instructions.
    #[inline(always)]
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.words.len() > self.max_words
    }

    /// Makes sure that ordinary instructions find room for a while. Whether that worked.
    #[inline]
    pub fn make_room(&mut self) -> bool {
        self.words.capacity() - self.words.len() >= HEADROOM || self.reserve(HEADROOM)
    }

    /// Makes sure that `n` words can be allocated. Whether that worked.
    #[cold]
    pub fn reserve(&mut self, n: usize) -> bool {
        self.words.try_reserve(n, false) || self.words.try_reserve(n, true)
    }

    /// How many bytes may still be allocated.
    #[must_use]
    pub fn bytes_left(&self) -> u64 {
        self.max_words.saturating_sub(self.words.len()) as u64 * 8
    }

    #[inline(always)]
    fn top(&self) -> u32 {
        self.words.len() as u32
    }

    #[inline(always)]
    fn word(&self, offset: u32) -> u64 {
        self.words[offset as usize]
    }

    #[inline(always)]
    fn put(&mut self, offset: u32, word: u64) {
        self.words[offset as usize] = word;
    }

    #[inline(always)]
    fn values(&self, offset: u32, len: u32) -> &[Value] {
        as_values(&self.words[offset as usize..(offset + len) as usize])
    }

    #[inline(always)]
    fn push(&mut self, word: u64) {
        self.words.push(word);
    }

    #[inline(always)]
    fn push_values(&mut self, values: &[Value]) {
        self.words.extend_from_slice(as_words(values));
    }

    /// Copies words within the heap to its end.
    fn push_copy(&mut self, offset: u32, len: u32) {
        self.words.extend_from_within(offset as usize..(offset + len) as usize);
    }

    /// An integer.
    #[inline(always)]
    pub fn int(&mut self, i: i64) -> Value {
        match Value::small_int(i) {
            Some(v) => v,
            None => self.boxed(Tag::BigInt, i as u64),
        }
    }

    /// A floating-point number.
    pub fn float(&mut self, f: f64) -> Value {
        self.boxed(Tag::Float, f.to_bits())
    }

    fn boxed(&mut self, tag: Tag, bits: u64) -> Value {
        let offset = self.top();
        self.push(bits);
        Value::new(tag, offset)
    }

    /// The integer that `v` is, if it is one.
    #[inline(always)]
    #[must_use]
    pub fn as_int(&self, v: Value) -> Option<i64> {
        match v.tag() {
            Tag::Int => Some(v.as_small_int()),
            Tag::BigInt => Some(self.word(v.payload()) as i64),
            _ => None,
        }
    }

    /// The floating-point number that `v` is, if it is one.
    #[inline(always)]
    #[must_use]
    pub fn as_float(&self, v: Value) -> Option<f64> {
        (v.tag() == Tag::Float).then(|| f64::from_bits(self.word(v.payload())))
    }

    /// A function of this code in this environment.
    #[inline(always)]
    #[must_use]
    pub fn lambda(body: BodyId, env: u32) -> Value {
        Value::with_aux(Tag::Lambda, body.0, env)
    }

    /// `function` applied to `args`, fewer than it takes.
    pub fn partial(&mut self, function: Value, args: &[Value]) -> Value {
        let offset = self.top();
        self.push(args.len() as u64);
        self.push(function.0);
        self.push_values(args);
        Value::new(Tag::Partial, offset)
    }

    /// The function and the arguments of a [`Tag::Partial`].
    #[must_use]
    pub fn partial_parts(&self, v: Value) -> (Value, &[Value]) {
        let offset = v.payload();
        (Value(self.word(offset + 1)), self.values(offset + 2, self.word(offset) as u32))
    }

    /// A new environment of `n` slots, none set.
    ///
    /// ```text
    /// [ parent:32 | n:32 ] slot…
    /// ```
    #[inline(always)]
    pub fn env(&mut self, parent: u32, n: u32) -> u32 {
        let offset = self.top();
        self.push((u64::from(parent) << 32) | u64::from(n));
        let len = self.words.len();
        self.words.resize(len + n as usize, Value::UNSET.0);
        offset
    }

    /// A new environment with these slots.
    pub fn env_of(&mut self, parent: u32, slots: &[Value]) -> u32 {
        let offset = self.top();
        self.push((u64::from(parent) << 32) | slots.len() as u64);
        self.push_values(slots);
        offset
    }

    /// The environment around this one; 0 is none.
    #[inline(always)]
    #[must_use]
    pub fn env_parent(&self, env: u32) -> u32 {
        (self.word(env) >> 32) as u32
    }

    /// The environment `depth` steps outside of this one.
    #[inline(always)]
    #[must_use]
    pub fn env_up(&self, mut env: u32, depth: u32) -> u32 {
        for _ in 0..depth {
            env = self.env_parent(env);
        }
        env
    }

    /// How many slots an environment has.
    #[must_use]
    pub fn env_len(&self, env: u32) -> u32 {
        self.word(env) as u32
    }

    /// One slot of an environment.
    #[inline(always)]
    #[must_use]
    pub fn env_get(&self, env: u32, slot: u32) -> Value {
        Value(self.word(env + 1 + slot))
    }

    /// Fills a slot of an environment that is being built.
    #[inline(always)]
    pub fn env_set(&mut self, env: u32, slot: u32, v: Value) {
        self.put(env + 1 + slot, v.0);
    }

    /// Fills a slot of an environment that was filled before.
    pub fn env_replace(&mut self, env: u32, slot: u32, v: Value) {
        self.overwrite_buffer(env + 1 + slot, v.0);
    }

    /// Interns a name.
    pub fn intern(&mut self, name: &[u8]) -> Symbol {
        self.symbols.intern(name)
    }
}

#[inline(always)]
fn as_values(words: &[u64]) -> &[Value] {
    #[expect(unsafe_code, reason = "Value is a transparent u64; a slice of one is a slice of the other")]
    // SAFETY: `Value` is `repr(transparent)` over `u64` and every bit pattern is a `Value`.
    unsafe {
        std::slice::from_raw_parts(words.as_ptr().cast(), words.len())
    }
}

#[inline(always)]
fn as_words(values: &[Value]) -> &[u64] {
    #[expect(unsafe_code, reason = "Value is a transparent u64; a slice of one is a slice of the other")]
    // SAFETY: `Value` is `repr(transparent)` over `u64`.
    unsafe {
        std::slice::from_raw_parts(values.as_ptr().cast(), values.len())
    }
}
