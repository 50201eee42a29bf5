//! Moments of the machine: put down and taken up again, and work on the side that leaves nothing behind.
//!
//! A moment is what evaluation changes: frames and stack as they are, and marks in what only grows. Code, names, texts
//! and compiled patterns stay; they are functions of the program and change nothing it computes.

use crate::heap::HeapMark;
use crate::value::Value;
use crate::world::{Answer, Request};

use super::deep::Seen;
use super::{Counters, Fault, Frame, KeySet, Stop, Vm, Watch};

/// A moment of the machine.
#[derive(Clone, Debug)]
pub struct Moment {
    heap: HeapMark,
    frames: Vec<Frame>,
    stack: Vec<Value>,
    /// Slots of environments at work that have no value yet.
    unset: Vec<(u32, u32)>,
    pending: Vec<Fault>,
    seen: Seen,
    key_sets: Vec<KeySet>,
    request: Option<Request>,
    answer: Option<Answer>,
    marks: Marks,
}

/// A time in which somebody looks at the machine.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    heap: HeapMark,
    marks: Marks,
}

/// Work put aside for other work, whose effects stay.
#[derive(Debug)]
pub struct Aside {
    frames: Vec<Frame>,
    stack: Vec<Value>,
    pending: Vec<Fault>,
    seen: Seen,
    key_sets: Vec<KeySet>,
    request: Option<Request>,
    answer: Option<Answer>,
}

/// What is a number.
#[derive(Clone, Copy, Debug)]
struct Marks {
    count: u64,
    counters: Counters,
    compact_at: usize,
    waiting_at: usize,
    n_consts: usize,
    n_keys: usize,
    n_warnings: usize,
    try_eval_keys: u32,
    outside: [usize; 7],
}

/// Work put aside for other work, which will leave nothing behind.
#[derive(Debug)]
pub struct Fork {
    moment: Moment,
    watch: Option<Watch>,
    holds_faults: bool,
    passes: Option<usize>,
    heap_limit: u64,
    was_aside: bool,
}

/// What work on the side may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Instructions.
    pub fuel: u64,
    /// Bytes of heap.
    pub heap: u64,
}

/// Room for frames and values that is kept for work on the side.
const SPARE: usize = 1 << 12;

impl Default for Budget {
    fn default() -> Self {
        Self { fuel: 50_000_000, heap: 1 << 30 }
    }
}

impl Fork {
    /// The value stack of the work put aside.
    #[must_use]
    pub fn stack(&self) -> &[Value] {
        &self.moment.stack
    }
}

impl Moment {
    /// The clock at this moment.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.marks.count
    }

    /// Where the heap stood.
    #[must_use]
    pub fn heap(&self) -> &HeapMark {
        &self.heap
    }

    /// How many frames there were.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// About how many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of_val(&self.frames[..]) + size_of_val(&self.stack[..]) + size_of_val(&self.unset[..]) + size_of::<Self>()
    }
}

impl Vm {
    fn marks(&self) -> Marks {
        Marks {
            count: self.count,
            counters: self.counters,
            compact_at: self.compact_at,
            waiting_at: self.waiting_at,
            n_consts: self.consts.len(),
            n_keys: self.keys.len(),
            n_warnings: self.warnings.len(),
            try_eval_keys: self.caches.try_eval_keys,
            outside: self.caches.outside.mark(),
        }
    }

    /// This moment, to be gone back to. What is overwritten from now on is written down.
    pub fn moment(&mut self) -> Moment {
        Moment {
            heap: self.heap.mark(),
            frames: self.frames.clone(),
            stack: self.stack.clone(),
            unset: self.unset_slots(),
            pending: self.pending.clone(),
            seen: self.seen.clone(),
            key_sets: self.caches.key_sets.clone(),
            request: self.request.clone(),
            answer: self.answer.clone(),
            marks: self.marks(),
        }
    }

    /// Slots that frames at work have yet to fill. Filling them is not written down, since it happens once and is
    /// frequent; going back has to empty them again.
    fn unset_slots(&self) -> Vec<(u32, u32)> {
        let mut unset = Vec::new();
        for frame in &self.frames {
            if !frame.is_code() || frame.env == 0 || !self.has_own_env(frame) {
                continue;
            }
            let n = self.heap.env_len(frame.env);
            unset.extend((0..n).filter(|&i| self.heap.env_get(frame.env, i) == Value::UNSET).map(|i| (frame.env, i)));
        }
        unset
    }

    /// Whether the environment of a frame is its body's own, rather than the one around it.
    #[must_use]
    pub fn has_own_env(&self, frame: &Frame) -> bool {
        let body = &self.program.bodies[frame.code as usize];
        let Some(unit) = self.units.get(body.unit) else { return false };
        if unit.analysis.bodies[body.index as usize].n_env == 0 {
            return false;
        }
        let made = (body.entry..body.end).find(|&pc| matches!(self.program.op(pc), crate::bytecode::Op::NewEnv(_)));
        made.is_some_and(|pc| frame.pc > pc)
    }

    /// Goes back to a moment. The trail must reach back to it.
    pub fn go_back(&mut self, moment: &Moment) {
        self.heap.undo(&moment.heap);
        // It was on, or the moment could not be gone back to.
        self.heap.mark();
        self.take_up(moment.clone());
        self.reload(moment.marks);
    }

    /// Goes back to a moment at which the words of the heap were copied, whatever was written down since.
    pub fn start_over(&mut self, words: &crate::heap::WordsCopy, moment: &Moment) {
        self.heap.reset_words(words, &moment.heap);
        self.take_up(moment.clone());
        self.reload(moment.marks);
    }

    fn take_up(&mut self, moment: Moment) {
        let Moment { frames, stack, unset, pending, seen, key_sets, request, answer, marks, heap: _ } = moment;
        self.frames = frames;
        self.stack = stack;
        for (env, slot) in unset {
            self.heap.env_set(env, slot, Value::UNSET);
        }
        self.pending = pending;
        self.seen = seen;
        self.caches.key_sets = key_sets;
        self.request = request;
        self.answer = answer;
        self.count = marks.count;
        self.counters = marks.counters;
        self.compact_at = marks.compact_at;
        self.waiting_at = marks.waiting_at;
        self.warnings.truncate(marks.n_warnings);
        self.caches.try_eval_keys = marks.try_eval_keys;
        self.caches.outside.forget(marks.outside);
        self.hooks.passes = None;
    }

    /// Makes anew what code refers to that was emitted since, unless it lies apart: the heap has it no longer.
    fn reload(&mut self, marks: Marks) {
        if self.heap.has_constants_apart() {
            return;
        }
        self.consts.truncate(marks.n_consts);
        self.keys.truncate(marks.n_keys);
        self.load_constants();
    }

    /// The fault with the trace it would have in the end, as if it had unwound the program.
    #[must_use]
    pub fn traced(&mut self, fault: &Fault) -> Fault {
        let moment = self.moment();
        let was_aside = self.heap.symbols.set_aside(true);
        let (watch, holds_faults) = (self.hooks.watch.take(), std::mem::take(&mut self.hooks.holds_faults));
        let mut traced = self.fail(fault.clone());
        let mut left = 10_000;
        // Texts of `addErrorContext` are computed on the way.
        while traced.is_none() && left > 0 {
            left -= 1;
            match self.pass() {
                Stop::Fault(fault) => traced = Some(fault),
                Stop::Done(_) | Stop::Ask(_) => break,
                Stop::Fuel | Stop::Break | Stop::Point | Stop::Failing(_) => {}
            }
        }
        self.heap.undo(&moment.heap);
        self.heap.symbols.set_aside(was_aside);
        let marks = moment.marks;
        self.take_up(moment);
        self.reload(marks);
        self.hooks.watch = watch;
        self.hooks.holds_faults = holds_faults;
        traced.unwrap_or_else(|| fault.clone())
    }

    /// Puts the work at hand aside for other work, whose effects stay.
    #[must_use]
    pub fn put_aside(&mut self) -> Aside {
        Aside {
            frames: std::mem::take(&mut self.frames),
            stack: std::mem::take(&mut self.stack),
            pending: std::mem::take(&mut self.pending),
            seen: std::mem::take(&mut self.seen),
            key_sets: std::mem::take(&mut self.caches.key_sets),
            request: self.request.take(),
            answer: self.answer.take(),
        }
    }

    /// Takes the work up again that was put aside.
    pub fn resume(&mut self, aside: Aside) {
        self.frames = aside.frames;
        self.stack = aside.stack;
        self.pending = aside.pending;
        self.seen = aside.seen;
        self.caches.key_sets = aside.key_sets;
        self.request = aside.request;
        self.answer = aside.answer;
    }

    /// The beginning of a visit: until [`Vm::leave`], what is made on the side may be kept.
    #[must_use]
    pub fn visit(&mut self) -> Visit {
        Visit { heap: self.heap.mark(), marks: self.marks() }
    }

    /// Cuts off what was kept since the visit began. Nothing else may have run since.
    pub fn leave(&mut self, visit: Visit) {
        self.heap.undo(&visit.heap);
        self.reload(visit.marks);
    }

    /// Puts the work at hand aside. What is started now may use `budget`, waits for no step point, and leaves nothing behind
    /// once [`Vm::unfork`] took the work up again.
    pub fn fork(&mut self, budget: Budget) -> Fork {
        let moment = Moment {
            heap: self.heap.mark(),
            marks: self.marks(),
            frames: std::mem::replace(&mut self.frames, std::mem::take(&mut self.spare.0)),
            stack: std::mem::replace(&mut self.stack, std::mem::take(&mut self.spare.1)),
            unset: Vec::new(),
            pending: std::mem::take(&mut self.pending),
            seen: std::mem::take(&mut self.seen),
            key_sets: std::mem::take(&mut self.caches.key_sets),
            request: self.request.take(),
            answer: self.answer.take(),
        };
        let heap_limit = self.heap.limit();
        self.heap.set_limit(heap_limit.min(self.heap.bytes_used().saturating_add(budget.heap)));
        Fork {
            moment,
            watch: self.hooks.watch.take(),
            holds_faults: std::mem::take(&mut self.hooks.holds_faults),
            passes: self.hooks.passes.take(),
            heap_limit,
            was_aside: self.heap.symbols.set_aside(true),
        }
    }

    /// Takes up the work that was put aside, as if nothing had been done since.
    pub fn unfork(&mut self, fork: Fork) {
        self.heap.undo(&fork.moment.heap);
        let marks = fork.moment.marks;
        self.rejoin(fork);
        self.reload(marks);
    }

    /// The same, but what was made on the side stays there to be looked at.
    pub fn unfork_keeping(&mut self, fork: Fork) {
        self.abandon();
        self.heap.undo_old(&fork.moment.heap);
        self.rejoin(fork);
    }

    fn rejoin(&mut self, fork: Fork) {
        self.heap.symbols.set_aside(fork.was_aside);
        self.heap.set_limit(fork.heap_limit);
        let (mut frames, mut stack) = (std::mem::take(&mut self.frames), std::mem::take(&mut self.stack));
        self.take_up(fork.moment);
        frames.clear();
        stack.clear();
        // What work on the side once needed is not kept for ever.
        if frames.capacity() < SPARE && stack.capacity() < SPARE {
            self.spare = (frames, stack);
        }
        self.hooks.watch = fork.watch;
        self.hooks.holds_faults = fork.holds_faults;
        self.hooks.passes = fork.passes;
    }
}
