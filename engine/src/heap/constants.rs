//! Room for constants: where what code refers to lies apart from what evaluation makes.
//!
//! Whoever goes back in time cuts off the heap. Code that was emitted since stays, and so must its constants; and objects
//! that are made again must come to lie where they lay before, so that what somebody has in hand is still that. Both
//! hold if emission does not move the place where evaluation allocates.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Heap;
use crate::value::Value;
use crate::world::ALIGNMENT;

/// How many words are set aside. Pages nobody writes to take no memory.
const ROOM: usize = 1 << 24;

/// Where the room ends: what lies after it begins where a part of a file can be mapped to.
fn end_of(start: usize) -> usize {
    start.saturating_add(ROOM).checked_next_multiple_of(ALIGNMENT / 8).unwrap_or(usize::MAX)
}

/// Where constants lie, if room was set aside for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reserve {
    pub(super) start: usize,
    /// The first word that is free.
    top: usize,
    pub(super) end: usize,
    /// It was full once: constants lie elsewhere, too.
    is_over: bool,
}

impl Reserve {
    /// How many words are set aside and not used.
    pub(super) fn unused(&self) -> usize {
        self.end - self.top
    }

    /// Whether room was set aside.
    pub(super) fn is_there(&self) -> bool {
        self.end != 0
    }

    /// What of so many words lies before the room that is left, and what after it.
    pub(super) fn around(&self, n_words: usize) -> (Range<usize>, Range<usize>) {
        match self.end {
            0 => (0..n_words, n_words..n_words),
            end => (0..self.top, end..n_words),
        }
    }

    /// Where what lies after the room begins, if so many words lie before it. `None` if there is no such room.
    pub(super) fn after(&self, n_before: usize) -> Option<usize> {
        match *self {
            Self { end: 0, .. } => (*self == Self::default()).then_some(n_before),
            Self { start, top, end, .. } => {
                (start <= top && top == n_before && top <= end && end == end_of(start)).then_some(end)
            }
        }
    }
}

impl Heap {
    /// Sets room aside for constants from now on. It is done at most once.
    pub fn reserve_constants(&mut self) {
        if self.reserve.end != 0 {
            return;
        }
        let start = self.words.len();
        let limit = self.limit();
        let end = end_of(start);
        let mut words = vec![0; end];
        words[..start].copy_from_slice(&self.words);
        self.words = words.into();
        self.reserve = Reserve { start, top: start, end, is_over: false };
        self.set_limit(limit);
    }

    /// Whether all constants lie apart from what evaluation makes.
    #[must_use]
    pub fn has_constants_apart(&self) -> bool {
        self.reserve.end != 0 && !self.reserve.is_over
    }

    /// Whether an object is a constant that lies apart.
    pub(super) fn is_constant(&self, offset: u32) -> bool {
        (self.reserve.start..self.reserve.end).contains(&(offset as usize))
    }

    /// Moves the object made last, which begins at an offset, to where constants lie. Gives its new offset.
    pub fn to_constants(&mut self, offset: u32) -> u32 {
        let (from, n) = (offset as usize, self.words.len() - offset as usize);
        if self.reserve.end == 0 {
            return offset;
        }
        if n > self.reserve.end - self.reserve.top {
            self.reserve.is_over = true;
            return offset;
        }
        let to = self.reserve.top;
        self.words.copy_within(from.., to);
        self.words.truncate(from);
        self.reserve.top += n;
        to as u32
    }

    /// Moves a constant that was made last, if it is an object that begins at an offset, to where constants lie.
    #[must_use]
    pub fn constant(&mut self, v: Value, offset: u32) -> Value {
        if self.reserve.end == 0 || self.top() == offset {
            return v;
        }
        let to = self.to_constants(offset);
        if v.is_list() && to != offset {
            // A list says where its elements are.
            let head = self.word(to);
            let data = (head >> 32) as u32 - offset + to;
            self.put(to, (u64::from(data) << 32) | (head & 0xffff_ffff));
        }
        Value((u64::from(to) << 32) | (v.0 & 0xffff_ffff))
    }

    /// Where the next object will lie.
    #[must_use]
    pub fn next_offset(&self) -> u32 {
        self.top()
    }
}
