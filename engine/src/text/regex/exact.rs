//! Matching in the order libstdc++ tries things, for what no crate does that way.
//!
//! libstdc++ backtracks. At a choice it tries every branch and keeps the longest match, the first one of equally long
//! ones; at a repetition it goes on behind the body only if one more time leads nowhere. A repetition is entered at most
//! twice at one place. Here the same, but without recursion, and what was tried at a place is never tried there again:
//! it would fail again, or reach the same ends with the same result.

use rustc_hash::FxHashMap;

use super::program::{Inst, Pc, Program};

/// What to match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query<'t> {
    pub(super) text: &'t [u8],
    /// Where the match begins.
    pub(super) start: usize,
    /// Where it ends at the latest.
    pub(super) limit: usize,
    /// Whether it must end at the limit, which then is the end of the text.
    pub(super) whole: bool,
}

/// Memory kept between matches.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    frames: Vec<Frame>,
    current: Vec<usize>,
    /// The slots of the best match; [`UNSET`] for groups that took no part.
    pub(super) best: Vec<usize>,
    counters: Vec<(usize, u8)>,
    memo: Memo,
}

/// No position.
pub(super) const UNSET: usize = usize::MAX;

#[derive(Clone, Copy, Debug)]
enum Frame {
    /// Put back what a slot held.
    Slot { slot: u32, old: usize },
    /// The second branch is still to be tried.
    Second { pc: Pc, position: usize, key: Key },
    /// Both were tried when this is met; whether the first led to a match.
    Second2 { matched: bool, key: Key },
    /// The way behind the body is still to be tried, unless the body led to a match.
    Exit { pc: Pc, position: usize, key: Key, counter: u32, old: (usize, u8) },
    /// That was the only way left.
    Last { key: Key },
}

/// Where something was tried: a branching instruction, a position, and how often counted loops were met there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    cell: usize,
    counts: u64,
}

/// What is known of the keys met so far.
#[derive(Debug, Default)]
struct Memo {
    /// Two bits for each key: whether it was tried, and whether that led to a match. Unused if there are too many keys.
    dense: Vec<u64>,
    sparse: FxHashMap<Key, bool>,
    is_dense: bool,
}

/// Up to so many keys have a place of their own.
const DENSE_CELLS: usize = 1 << 20;

impl Memo {
    fn clear(&mut self, cells: Option<usize>) {
        self.is_dense = cells.is_some_and(|cells| cells <= DENSE_CELLS);
        self.dense.clear();
        self.sparse.clear();
        if let Some(cells) = cells.filter(|_| self.is_dense) {
            self.dense.resize(cells / 32 + 1, 0);
        }
    }

    fn get(&self, key: Key) -> Option<bool> {
        if !self.is_dense {
            return self.sparse.get(&key).copied();
        }
        match self.dense[key.cell / 32] >> (key.cell % 32 * 2) & 3 {
            0 => None,
            bits => Some(bits == 3),
        }
    }

    fn set(&mut self, key: Key, matched: bool) {
        if self.is_dense {
            self.dense[key.cell / 32] |= (1 + 2 * u64::from(matched)) << (key.cell % 32 * 2);
        } else {
            self.sparse.insert(key, matched);
        }
    }
}

impl Scratch {
    /// Makes room for matches that begin at `start` or later. What fails is remembered until the next call.
    pub(super) fn prepare(&mut self, program: &Program, start: usize, limit: usize) {
        let cells = (limit - start + 1).checked_mul(program.branches as usize);
        self.memo.clear(cells.filter(|_| program.counters == 0));
        self.counters.clear();
        self.counters.resize(program.counters as usize, (UNSET, 0));
        self.current.clear();
        self.current.resize(program.slots, UNSET);
        self.best.clear();
    }

    fn key(&self, program: &Program, query: &Query<'_>, branch: u32, position: usize) -> Key {
        let cell = if self.memo.is_dense {
            (query.limit - position) * program.branches as usize + branch as usize
        } else {
            position.wrapping_mul(program.branches as usize).wrapping_add(branch as usize)
        };
        let mut counts = 0u64;
        for (at, &(_, count)) in self.counters.iter().enumerate().filter(|(_, counter)| counter.0 == position) {
            // Two bits for each of few counters; a number that hardly ever repeats for many.
            if self.counters.len() <= 32 {
                counts |= u64::from(count) << (2 * at);
            } else {
                counts = (counts ^ ((at as u64) << 2 | u64::from(count)))
                    .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                    .rotate_left(29);
            }
        }
        Key { cell, counts }
    }

    /// Matches at one place; the groups are then in [`Self::best`].
    pub(super) fn run(&mut self, program: &Program, query: Query<'_>) -> bool {
        self.frames.clear();
        self.best.clear();
        let (mut pc, mut position) = (program.entry, query.start);
        loop {
            let Some(mut matched) = self.descend(program, &query, pc, position) else { return true };
            loop {
                match self.frames.pop() {
                    None => return !self.best.is_empty(),
                    Some(Frame::Slot { slot, old }) => self.current[slot as usize] = old,
                    Some(Frame::Second { pc: second, position: place, key }) => {
                        self.frames.push(Frame::Second2 { matched, key });
                        (pc, position) = (second, place);
                        break;
                    }
                    Some(Frame::Second2 { matched: first, key }) => {
                        matched |= first;
                        self.memo.set(key, matched);
                    }
                    Some(Frame::Exit { pc: exit, position: place, key, counter, old }) => {
                        if let Some(entry) = self.counters.get_mut(counter as usize) {
                            *entry = old;
                        }
                        if !matched {
                            self.frames.push(Frame::Last { key });
                            (pc, position) = (exit, place);
                            break;
                        }
                        self.memo.set(key, true);
                    }
                    Some(Frame::Last { key }) => self.memo.set(key, matched),
                }
            }
        }
    }

    /// Goes on until it is clear whether this way leads to a match; none if no better match can be found.
    fn descend(&mut self, program: &Program, query: &Query<'_>, mut pc: Pc, mut position: usize) -> Option<bool> {
        loop {
            match program.code[pc as usize] {
                Inst::Byte { set, next } => {
                    if position == query.limit || !program.sets[set as usize].contains(query.text[position]) {
                        return Some(false);
                    }
                    position += 1;
                    pc = next;
                }
                Inst::Start { next } if position == 0 => pc = next,
                Inst::End { next } if position == query.text.len() => pc = next,
                Inst::Start { .. } | Inst::End { .. } => return Some(false),
                Inst::Save { slot, next } => {
                    let old = std::mem::replace(&mut self.current[slot as usize], position);
                    self.frames.push(Frame::Slot { slot, old });
                    pc = next;
                }
                Inst::Both { first, second, branch } => {
                    let key = self.key(program, query, branch, position);
                    if let Some(known) = self.memo.get(key) {
                        return Some(known);
                    }
                    self.frames.push(Frame::Second { pc: second, position, key });
                    pc = first;
                }
                Inst::Repeat { body, exit, branch, counter } => {
                    let key = self.key(program, query, branch, position);
                    if let Some(known) = self.memo.get(key) {
                        return Some(known);
                    }
                    let counter = counter.unwrap_or(u32::MAX);
                    let old = self.counters.get(counter as usize).copied().unwrap_or((UNSET, 0));
                    let times = if old.0 == position { old.1 } else { 0 };
                    if times == 2 {
                        self.frames.push(Frame::Last { key });
                        pc = exit;
                        continue;
                    }
                    if let Some(entry) = self.counters.get_mut(counter as usize) {
                        *entry = (position, times + 1);
                    }
                    self.frames.push(Frame::Exit { pc: exit, position, key, counter, old });
                    pc = body;
                }
                Inst::Accept => return self.accept(query, position),
            }
        }
    }

    fn accept(&mut self, query: &Query<'_>, position: usize) -> Option<bool> {
        if query.whole && position != query.limit {
            return Some(false);
        }
        if self.best.is_empty() || self.best[1] < position {
            self.best.clone_from(&self.current);
            self.best[0] = query.start;
            self.best[1] = position;
        }
        // Nothing is longer, and of equally long matches the first counts.
        (position != query.limit).then_some(true)
    }
}
