//! Moments that are kept to go back to, and how much they may take.
//!
//! ```text
//!   origin            moments, a stride apart          fine ones, where somebody goes back step by step
//!     │                  │        │        │  │ │ │ │ │
//!     ▼                  ▼        ▼        ▼  ▼ ▼ ▼ ▼ ▼
//!   ──┴──────────────────┴────────┴────────┴──┴─┴─┴─┴─┴── now
//!     a copy of the heap  └──── what was overwritten since, written down ────
//! ```
//!
//! What lies before the first moment is reached by running again from the origin. If the heap it begins with is too large
//! to be copied there is no origin: then what is overwritten is written down from the beginning, and when that is too
//! much, the oldest of it is forgotten for good.

use crate::heap::WordsCopy;
use crate::vm::{Moment, Vm};

/// What may be kept of the past. Less makes ways back longer; it does not change where they lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryLimits {
    /// How many moments; when there are more, every second one is dropped, and they lie twice as far apart.
    pub moments: usize,
    /// How many bytes for a copy of the heap at the beginning, and again for moments with what was overwritten since.
    pub memory: u64,
}

impl Default for HistoryLimits {
    fn default() -> Self {
        Self { moments: 64, memory: 1 << 30 }
    }
}

/// How many instructions lie between moments at first.
pub(super) const FIRST_STRIDE: u64 = 100_000;

/// Into how many parts the stretch between two moments is cut if somebody goes back through it step by step.
const PARTS: u64 = 16;

/// A moment, and how much the outside had been asked.
#[derive(Clone, Debug)]
struct Kept {
    moment: Moment,
    cursor: usize,
    is_fine: bool,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Moments {
    limits: HistoryLimits,
    origin: Option<(Kept, WordsCopy)>,
    /// The earliest first.
    kept: Vec<Kept>,
    stride: u64,
    /// How far apart fine moments lie that are being kept, and where they end.
    fine: Option<(u64, u64)>,
    /// Whether something was forgotten for good since somebody was told.
    has_forgotten: bool,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            limits: HistoryLimits::default(),
            origin: None,
            kept: Vec::new(),
            stride: FIRST_STRIDE,
            fine: None,
            has_forgotten: false,
        }
    }
}

impl Moments {
    pub(super) fn set_limits(&mut self, limits: HistoryLimits) {
        self.limits = limits;
    }

    pub(super) fn limits(&self) -> HistoryLimits {
        self.limits
    }

    /// Sets how many instructions lie between moments, as long as there are few.
    pub(super) fn keep_every(&mut self, n: u64) {
        self.stride = n.max(1);
    }

    /// How many instructions lie between moments.
    pub(super) fn stride(&self) -> u64 {
        self.stride
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// There is no way back beyond this moment.
    pub(super) fn begin(&mut self, vm: &mut Vm, cursor: usize) {
        self.kept.clear();
        self.has_forgotten = false;
        vm.heap.forget_trail();
        let kept = Kept { moment: vm.moment(), cursor, is_fine: false };
        if vm.heap.bytes_used() <= self.limits.memory {
            vm.heap.forget_trail();
            self.origin = Some((kept, vm.heap.copy_words()));
        } else {
            self.origin = None;
            self.kept.push(kept);
        }
    }

    /// The first moment that one can go back to.
    pub(super) fn start(&self) -> u64 {
        let first = self.origin.as_ref().map(|it| &it.0).or(self.kept.first());
        first.map_or(0, |it| it.moment.count())
    }

    /// Whether what lies before the first moment that is kept is forgotten for good then.
    pub(super) fn is_without_origin(&self) -> bool {
        self.origin.is_none()
    }

    /// From when on one can go back, if that is later than it was when this was asked before.
    pub(super) fn take_forgotten(&mut self) -> Option<u64> {
        std::mem::take(&mut self.has_forgotten).then(|| self.start())
    }

    /// Brings the machine to the latest kept moment that is not later than `count`, or to the first. Gives how much the
    /// outside had been asked.
    pub(super) fn go_back(&mut self, vm: &mut Vm, count: u64) -> Option<usize> {
        let n_needed = usize::from(self.origin.is_none());
        while self.kept.len() > n_needed && self.kept.last().is_some_and(|it| it.moment.count() > count) {
            self.kept.pop();
        }
        self.fine = None;
        if let Some(kept) = self.kept.last() {
            vm.go_back(&kept.moment);
            return Some(kept.cursor);
        }
        let (kept, words) = self.origin.as_ref()?;
        vm.start_over(words, &kept.moment);
        let cursor = kept.cursor;
        self.keep(vm, cursor, false);
        Some(cursor)
    }

    /// When the next moment is to be kept.
    pub(super) fn next_at(&self) -> u64 {
        let Some(last) = self.kept.last().map(|it| it.moment.count()) else { return u64::MAX };
        let coarse = self.kept.iter().rev().find(|it| !it.is_fine).map_or(last, |it| it.moment.count());
        let fine = self.fine.map_or(u64::MAX, |(stride, end)| {
            let next = last.saturating_add(stride);
            if next < end { next } else { u64::MAX }
        });
        coarse.saturating_add(self.stride).max(last + 1).min(fine)
    }

    /// Keeps moments closer together from here to `end`, if that is far. Whether they are.
    pub(super) fn be_fine(&mut self, here: u64, end: u64) -> bool {
        let is_fine = self.kept.last().is_some_and(|it| it.is_fine);
        let stride = (end.saturating_sub(here).max(self.stride) / PARTS).max(1);
        if is_fine || end.saturating_sub(here) <= 2 * stride {
            return false;
        }
        self.kept.retain(|it| !it.is_fine);
        self.fine = Some((stride, end));
        true
    }

    /// Keeps where the machine stands. `is_first` if it never was there before: only then something is forgotten for good.
    pub(super) fn keep(&mut self, vm: &mut Vm, cursor: usize, is_first: bool) {
        let count = vm.count();
        let is_near = |it: &Kept| !it.is_fine && it.moment.count().saturating_add(self.stride) > count;
        let is_fine = self.fine.is_some() && self.kept.iter().any(is_near);
        if !is_fine && self.kept.iter().filter(|it| !it.is_fine).count() >= self.limits.moments.max(2) {
            let mut index = 0;
            self.kept.retain(|it| {
                index += usize::from(!it.is_fine);
                it.is_fine || index % 2 == 1
            });
            self.stride = self.stride.saturating_mul(2);
        }
        self.kept.push(Kept { moment: vm.moment(), cursor, is_fine });
        while self.kept.len() > 1 && self.memory(vm) > self.limits.memory {
            if self.origin.is_none() && !is_first {
                // What was overwritten took no more when this was written down first.
                self.kept.pop();
                break;
            }
            let n = (self.kept.len() / 2).max(1);
            self.kept.drain(..n);
            vm.heap.forget_trail_before(self.kept[0].moment.heap());
            self.has_forgotten |= self.origin.is_none();
        }
    }

    /// About how many bytes moments take, with what was overwritten since the first.
    pub(super) fn memory(&self, vm: &Vm) -> u64 {
        let moments: usize = self.kept.iter().map(|it| it.moment.size()).sum();
        moments as u64 + vm.heap.trail_bytes()
    }
}
