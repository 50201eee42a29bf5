//! Suspended computations, and the one place that overwrites.
//!
//! ```text
//! [ env:32 | body:30 | state:2 ] argument, then result
//! ```

use super::{BodyId, Heap};
use crate::value::{Tag, Value};

/// Where a thunk stands.
///
/// ```text
/// Suspended ──enter──▶ Running ──finish──▶ Done
///     ▲                   │
///     └──────abandon──────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThunkState {
    /// Nobody needed it yet. The value is the argument its code starts with.
    Suspended,
    /// It is being computed; needing it now is infinite recursion.
    Running,
    /// It has its value.
    Done,
}

/// What was overwritten, so that it can be undone. Off unless somebody wants to go back.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    is_on: bool,
    entries: Vec<(u32, u64, u64)>,
    /// How far buffers were filled.
    buffers: Vec<(u32, u64)>,
    /// How many of each were forgotten, the oldest.
    forgotten: (usize, usize),
}

impl Trail {
    /// How many overwritings there were, forgotten ones included.
    fn ends(&self) -> (usize, usize) {
        (self.forgotten.0 + self.entries.len(), self.forgotten.1 + self.buffers.len())
    }
}

/// A moment in the life of a heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapMark {
    trail: usize,
    buffers: usize,
    was_on: bool,
    words: usize,
    thunks_made: u64,
    n_plain: usize,
}

/// What was on the heap, but for its constants.
#[derive(Clone, Debug)]
pub struct WordsCopy {
    before: Box<[u64]>,
    after: Box<[u64]>,
}

impl HeapMark {
    /// How many words there were.
    #[must_use]
    pub fn words(&self) -> usize {
        self.words
    }
}

const STATE: u64 = 3;
const RUNNING: u64 = 1;
const DONE: u64 = 2;

impl Heap {
    /// A new thunk that will run `body` in `env`.
    #[inline(always)]
    pub fn thunk(&mut self, body: BodyId, env: u32) -> Value {
        self.thunk_with(body, env, Value::UNSET)
    }

    /// A new thunk whose code starts with `argument` on the stack.
    #[inline(always)]
    pub fn thunk_with(&mut self, body: BodyId, env: u32, argument: Value) -> Value {
        self.thunks_made += 1;
        let offset = self.top();
        self.words.extend_from_slice(&[(u64::from(env) << 32) | (u64::from(body.0) << 2), argument.0]);
        Value::new(Tag::Thunk, offset)
    }

    /// Where a thunk stands, and its argument or result.
    #[inline(always)]
    #[must_use]
    pub fn thunk_state(&self, thunk: Value) -> (ThunkState, Value) {
        let offset = thunk.payload();
        let state = match self.word(offset) & STATE {
            DONE => ThunkState::Done,
            RUNNING => ThunkState::Running,
            _ => ThunkState::Suspended,
        };
        (state, Value(self.word(offset + 1)))
    }

    /// The value if `v` is one already or is a finished thunk.
    #[inline(always)]
    #[must_use]
    pub fn settled(&self, v: Value) -> Option<Value> {
        if !v.is_thunk() {
            return Some(v);
        }
        let offset = v.payload();
        (self.word(offset) & STATE == DONE).then(|| Value(self.word(offset + 1)))
    }

    /// The value if `v` is one already or is a finished thunk, else the thunk.
    #[inline(always)]
    #[must_use]
    pub fn peek(&self, v: Value) -> Value {
        self.settled(v).unwrap_or(v)
    }

    /// The code and the environment of a thunk.
    #[inline(always)]
    #[must_use]
    pub fn thunk_code(&self, thunk: Value) -> (BodyId, u32) {
        let word = self.word(thunk.payload());
        (BodyId((word as u32) >> 2), (word >> 32) as u32)
    }

    /// Marks a thunk as being computed.
    #[inline(always)]
    pub fn enter(&mut self, offset: u32) {
        let word = self.word(offset);
        self.overwrite(offset, (word & !STATE) | RUNNING, self.word(offset + 1));
    }

    /// Gives a thunk its value.
    #[inline(always)]
    pub fn finish(&mut self, offset: u32, result: Value) {
        let word = self.word(offset);
        self.overwrite(offset, (word & !STATE) | DONE, result.0);
    }

    /// Makes a thunk that was being computed what it was before.
    pub fn abandon(&mut self, offset: u32) {
        let word = self.word(offset);
        if word & STATE == RUNNING {
            self.overwrite(offset, word & !STATE, self.word(offset + 1));
        }
    }

    /// The one place where evaluation changes what is on the heap.
    #[inline(always)]
    fn overwrite(&mut self, offset: u32, head: u64, body: u64) {
        if self.trail.is_on {
            let old = (offset, self.word(offset), self.word(offset + 1));
            self.trail.entries.push(old);
        }
        self.put(offset, head);
        self.put(offset + 1, body);
    }

    /// Tells how far a buffer is filled, or overwrites a single word of another kind.
    pub(super) fn overwrite_buffer(&mut self, offset: u32, word: u64) {
        if self.trail.is_on {
            self.trail.buffers.push((offset, self.word(offset)));
        }
        self.put(offset, word);
    }

    /// Overwrites a word that only remembers what can be computed again.
    pub(super) fn overwrite_cache(&mut self, offset: u32, word: u64) {
        let next = self.word(offset + 1);
        self.overwrite(offset, word, next);
    }

    /// Makes a layered set an empty layer on a flat set that is equal to it.
    pub(super) fn overwrite_layer(&mut self, offset: u32, flat: Value) {
        let keys = self.word(offset) & !0xffff_ffff;
        self.overwrite(offset, keys, flat.0);
    }

    /// Starts to write down what is overwritten; gives a mark to [`Heap::undo`] to.
    pub fn mark(&mut self) -> HeapMark {
        let mark = HeapMark {
            trail: self.trail.ends().0,
            buffers: self.trail.ends().1,
            was_on: self.trail.is_on,
            words: self.words.len(),
            thunks_made: self.thunks_made,
            n_plain: self.plain_keys.len(),
        };
        self.trail.is_on = true;
        mark
    }

    /// Undoes every overwriting since the mark and drops what was allocated since. The trail is on afterwards if it was
    /// before the mark was made.
    pub fn undo(&mut self, mark: &HeapMark) {
        while self.trail.ends().0 > mark.trail {
            if let Some((offset, head, body)) = self.trail.entries.pop() {
                self.put(offset, head);
                self.put(offset + 1, body);
            }
        }
        while self.trail.ends().1 > mark.buffers {
            if let Some((offset, word)) = self.trail.buffers.pop() {
                self.put(offset, word);
            }
        }
        self.trail.is_on = mark.was_on;
        self.words.truncate(mark.words);
        self.thunks_made = mark.thunks_made;
        self.plain_keys.truncate(mark.n_plain);
        self.plans.forget_from(mark.words as u32);
    }

    /// Undoes every overwriting since the mark of what was there at the mark; what was allocated since stays, as it is,
    /// and so does what buffers were filled with, since it may be a part of that.
    pub fn undo_old(&mut self, mark: &HeapMark) {
        while self.trail.ends().0 > mark.trail {
            if let Some((offset, head, body)) = self.trail.entries.pop()
                && (offset as usize) < mark.words
            {
                self.put(offset, head);
                self.put(offset + 1, body);
            }
        }
        self.trail.is_on = mark.was_on;
    }

    /// How many bytes it takes that overwritings are written down.
    #[must_use]
    pub fn trail_bytes(&self) -> u64 {
        (size_of_val(&self.trail.entries[..]) + size_of_val(&self.trail.buffers[..])) as u64
    }

    /// Forgets what was written down before a mark: nobody will go back beyond.
    pub fn forget_trail_before(&mut self, mark: &HeapMark) {
        let (entries, buffers) = self.trail.forgotten;
        self.trail.entries.drain(..mark.trail - entries);
        self.trail.buffers.drain(..mark.buffers - buffers);
        self.trail.forgotten = (mark.trail, mark.buffers);
        self.trail.entries.shrink_to(self.trail.entries.len() * 2);
    }

    /// Whether overwritings are written down.
    #[must_use]
    pub fn is_trailing(&self) -> bool {
        self.trail.is_on
    }

    /// All words so far, to be given back by [`Heap::reset_words`]. Nothing needs to be written down for that.
    #[must_use]
    pub fn copy_words(&self) -> WordsCopy {
        let reserve = &self.reserve;
        WordsCopy { before: self.words[..reserve.start].into(), after: self.words[reserve.end..].into() }
    }

    /// Makes the heap what it was when it was copied, at the time of the mark.
    pub fn reset_words(&mut self, words: &WordsCopy, mark: &HeapMark) {
        self.trail = Trail { is_on: self.trail.is_on, ..Trail::default() };
        self.undo(&HeapMark { trail: 0, buffers: 0, ..*mark });
        self.words.truncate(self.reserve.end);
        self.words[..words.before.len()].copy_from_slice(&words.before);
        self.words.extend_from_slice(&words.after);
    }

    /// Stops writing down and forgets what was written down.
    pub fn forget_trail(&mut self) {
        self.trail = Trail::default();
    }
}
