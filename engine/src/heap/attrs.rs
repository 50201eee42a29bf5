//! Attribute sets.
//!
//! ```text
//! flat:     [ keys:32 | n:32 ] value…
//! layered:  [ keys:32 | n:32 ] base [ total:64 ] value…      names here hide those of the base (flag in the value)
//! ```
//!
//! `big // small` makes a layer instead of a copy. A layer is at most a quarter of what it lies on, and layers that lie
//! on each other at least double in size, so that a set has few layers and building one by repeated `//` costs
//! `n log n`.

use super::Heap;
use crate::ir::Symbol;
use crate::source::Pos;
use crate::value::{Tag, Value};

pub(super) const LAYERED: u32 = 1;
/// Sets smaller than this are copied by `//`.
const MIN_LAYERED: u32 = 16;

/// The attributes of a flat set in the order of their names' text: name, place, value.
#[derive(Debug)]
pub struct AttrsIter<'h> {
    heap: &'h Heap,
    keys: u32,
    values: &'h [Value],
    rank: u32,
}

impl Iterator for AttrsIter<'_> {
    type Item = (Symbol, Pos, Value);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rank as usize == self.values.len() {
            return None;
        }
        let index = self.heap.key_at(self.keys, self.rank);
        self.rank += 1;
        let (name, pos) = self.heap.key(self.keys, index);
        Some((name, pos, self.values[index as usize]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.values.len() - self.rank as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for AttrsIter<'_> {}

impl Heap {
    /// The set with these keys and values, both in the order of the keys.
    #[inline]
    pub fn attrs(&mut self, keys: u32, values: &[Value]) -> Value {
        if values.is_empty() {
            return Value::EMPTY_ATTRS;
        }
        let offset = self.top();
        self.push((u64::from(keys) << 32) | values.len() as u64);
        self.push_values(values);
        Value::new(Tag::Attrs, offset)
    }

    /// The set of these attributes; of several with one name, the first counts.
    pub fn attrs_from(&mut self, mut attrs: Vec<(Symbol, Pos, Value)>) -> Value {
        attrs.sort_by_key(|attr| attr.0);
        attrs.dedup_by_key(|attr| attr.0);
        self.attrs_sorted(&attrs)
    }

    /// The set of these attributes, sorted by symbol and without repetitions.
    pub fn attrs_sorted(&mut self, attrs: &[(Symbol, Pos, Value)]) -> Value {
        if attrs.is_empty() {
            return Value::EMPTY_ATTRS;
        }
        let keys = self.keys(attrs.iter().map(|&(name, pos, _)| (name, pos)));
        let offset = self.top();
        self.push((u64::from(keys) << 32) | attrs.len() as u64);
        self.words.extend(attrs.iter().map(|attr| attr.2.0));
        Value::new(Tag::Attrs, offset)
    }

    /// The set with the names of `like`, which must be flat, but not their places. Its values are unset, to be filled
    /// with [`Heap::attrs_set`] before anybody sees it.
    pub fn attrs_named_like(&mut self, like: Value) -> Value {
        if like.payload() == 0 {
            return Value::EMPTY_ATTRS;
        }
        let head = self.word(like.payload());
        let n = head as u32;
        let keys = self.keys_without_places((head >> 32) as u32);
        let offset = self.top();
        self.push((u64::from(keys) << 32) | u64::from(n));
        let end = self.words.len() + n as usize;
        self.words.resize(end, Value::UNSET.0);
        Value::new(Tag::Attrs, offset)
    }

    /// Fills an attribute of a flat set that is being built, by its index.
    pub fn attrs_set(&mut self, attrs: Value, index: usize, v: Value) {
        self.put(attrs.payload() + 1 + index as u32, v.0);
    }

    /// How many attributes.
    #[inline]
    #[must_use]
    pub fn attrs_len(&self, attrs: Value) -> usize {
        match attrs.payload() {
            0 => 0,
            offset if attrs.aux() & LAYERED != 0 => self.word(offset + 2) as usize,
            offset => self.word(offset) as u32 as usize,
        }
    }

    /// The value of an attribute.
    #[inline]
    #[must_use]
    pub fn attr(&self, attrs: Value, name: Symbol) -> Option<Value> {
        self.attr_at(attrs, name).map(|slot| Value(self.word(slot.0)))
    }

    /// The value of an attribute and where its name was written.
    #[must_use]
    pub fn attr_with_pos(&self, attrs: Value, name: Symbol) -> Option<(Value, Pos)> {
        let (slot, keys, index) = self.attr_at(attrs, name)?;
        Some((Value(self.word(slot)), self.key(keys, index).1))
    }

    /// The value of an attribute that was at index `hint` of some set before, and where it is in this one.
    #[inline(always)]
    #[must_use]
    pub fn attr_hinted(&self, attrs: Value, name: Symbol, hint: u16) -> Option<(Value, u16)> {
        let offset = attrs.payload();
        if offset != 0 && attrs.aux() & LAYERED == 0 {
            let head = self.word(offset);
            let keys = (head >> 32) as u32;
            if u32::from(hint) < head as u32 && self.word(keys + 1 + u32::from(hint)) as u32 == name.0 {
                return Some((Value(self.word(offset + 1 + u32::from(hint))), hint));
            }
        }
        let (slot, _, index) = self.attr_at(attrs, name)?;
        Some((Value(self.word(slot)), index.min(u32::from(u16::MAX)) as u16))
    }

    fn attr_at(&self, mut attrs: Value, name: Symbol) -> Option<(u32, u32, u32)> {
        loop {
            let offset = attrs.payload();
            if offset == 0 {
                return None;
            }
            let keys = (self.word(offset) >> 32) as u32;
            let layered = attrs.aux() & LAYERED != 0;
            if let Some(index) = self.find_key(keys, name) {
                let first = if layered { offset + 3 } else { offset + 1 };
                return Some((first + index, keys, index));
            }
            if !layered {
                return None;
            }
            attrs = Value(self.word(offset + 1));
        }
    }

    /// The same set without layers. A layered set remembers it: from then on it is an empty layer on its flat self.
    pub fn flatten(&mut self, attrs: Value) -> Value {
        if attrs.aux() & LAYERED == 0 {
            return attrs;
        }
        let mut layers = Vec::new();
        let mut flat = attrs;
        while flat.aux() & LAYERED != 0 {
            let head = self.word(flat.payload());
            if head as u32 != 0 {
                layers.push(flat.payload());
            }
            flat = Value(self.word(flat.payload() + 1));
        }
        while let Some(layer) = layers.pop() {
            let side = |offset: u32, first: u32, heap: &Self| {
                let head = heap.word(offset);
                Side { keys: (head >> 32) as u32, n: head as u32, first: offset + first }
            };
            flat = self.merge_flat(side(flat.payload(), 1, self), side(layer, 3, self));
        }
        self.overwrite_layer(attrs.payload(), flat);
        flat
    }

    /// The attributes of a flat set, in the order of their names' text. Use [`Heap::flatten`] and [`Heap::sort_attrs`]
    /// first.
    #[must_use]
    pub fn iter_attrs(&self, attrs: Value) -> AttrsIter<'_> {
        let (keys, values) = self.attrs_parts(attrs);
        AttrsIter { heap: self, keys, values, rank: 0 }
    }

    /// The attribute of a flat set whose name is the `rank`th in the order of text. Use [`Heap::sort_attrs`] first.
    #[must_use]
    pub fn attr_at_rank(&self, attrs: Value, rank: u32) -> (Symbol, Value) {
        let (keys, values) = self.attrs_parts(attrs);
        let index = self.key_at(keys, rank);
        (self.key(keys, index).0, values[index as usize])
    }

    /// A flat and sorted set equal to this one, ready for [`Heap::iter_attrs`].
    pub fn sort_attrs(&mut self, attrs: Value) -> Value {
        let flat = self.flatten(attrs);
        if flat.payload() != 0 {
            let keys = (self.word(flat.payload()) >> 32) as u32;
            self.sort_keys(keys);
        }
        flat
    }

    /// The keys and the values of a flat set.
    #[must_use]
    pub fn attrs_parts(&self, attrs: Value) -> (u32, &[Value]) {
        debug_assert!(attrs.aux() & LAYERED == 0, "a layered set has no one list of values");
        if attrs.payload() == 0 {
            return (0, &[]);
        }
        let head = self.word(attrs.payload());
        ((head >> 32) as u32, self.values(attrs.payload() + 1, head as u32))
    }

    /// The attributes of a flat set, or of the top layer, sorted by symbol.
    #[must_use]
    pub fn own_attrs(&self, attrs: Value) -> Vec<(Symbol, Pos, Value)> {
        let offset = attrs.payload();
        if offset == 0 {
            return Vec::new();
        }
        let head = self.word(offset);
        let (keys, n) = ((head >> 32) as u32, head as u32);
        let first = if attrs.aux() & LAYERED != 0 { offset + 3 } else { offset + 1 };
        (0..n)
            .map(|i| {
                let (name, pos) = self.key(keys, i);
                (name, pos, Value(self.word(first + i)))
            })
            .collect()
    }

    /// Every name of a set, layers included, in no particular order.
    #[must_use]
    pub fn all_names(&self, attrs: Value) -> Vec<Symbol> {
        self.all_attrs(attrs).into_iter().map(|attr| attr.0).collect()
    }

    /// Every name and value of a set, layers included, sorted by symbol.
    #[must_use]
    pub fn all_attrs(&self, attrs: Value) -> Vec<(Symbol, Value)> {
        let mut layers = vec![attrs];
        let mut base = attrs;
        while base.aux() & LAYERED != 0 {
            base = Value(self.word(base.payload() + 1));
            layers.push(base);
        }
        let mut all = Vec::new();
        while let Some(layer) = layers.pop() {
            all = merge(&all, &self.own_attrs(layer));
        }
        all.into_iter().map(|(name, _, v)| (name, v)).collect()
    }

    /// Whether two flat sets have the same names.
    #[must_use]
    pub fn same_names(&self, a: Value, b: Value) -> bool {
        let ((keys_a, values_a), (keys_b, values_b)) = (self.attrs_parts(a), self.attrs_parts(b));
        let n = values_a.len() as u32;
        values_b.len() as u32 == n
            && (keys_a == keys_b || (0..n).all(|i| self.key(keys_a, i).0 == self.key(keys_b, i).0))
    }

    /// `a // b`.
    pub fn update(&mut self, a: Value, b: Value) -> Value {
        if a.payload() == 0 {
            return b;
        }
        if b.payload() == 0 {
            return a;
        }
        let b = self.flatten(b);
        let n_b = self.word(b.payload()) as u32;
        if a.aux() & LAYERED == 0 {
            let n_a = self.word(a.payload()) as u32;
            if n_a < MIN_LAYERED || n_b > n_a / 4 {
                let side =
                    |v: Value, n| Side { keys: (self.word(v.payload()) >> 32) as u32, n, first: v.payload() + 1 };
                return self.merge_flat(side(a, n_a), side(b, n_b));
            }
        }
        let mut layer = self.own_attrs(b);
        let mut base = a;
        while base.aux() & LAYERED != 0 && self.word(base.payload()) as u32 as usize <= 2 * layer.len() {
            layer = merge(&self.own_attrs(base), &layer);
            base = Value(self.word(base.payload() + 1));
        }
        if base.aux() & LAYERED == 0 && layer.len() * 4 > self.attrs_len(base) {
            let all = merge(&self.own_attrs(base), &layer);
            return self.attrs_sorted(&all);
        }
        let keys = if layer.len() == n_b as usize {
            (self.word(b.payload()) >> 32) as u32
        } else {
            self.keys(layer.iter().map(|&(name, pos, _)| (name, pos)))
        };
        let fresh = layer.iter().filter(|attr| self.attr_at(base, attr.0).is_none()).count();
        let total = self.attrs_len(base) + fresh;
        let offset = self.top();
        self.words.extend_from_slice(&[(u64::from(keys) << 32) | layer.len() as u64, base.0, total as u64]);
        self.words.extend(layer.iter().map(|attr| attr.2.0));
        Value::with_aux(Tag::Attrs, LAYERED, offset)
    }

    /// `a // b` by copying.
    fn merge_flat(&mut self, a: Side, b: Side) -> Value {
        let Side { keys: keys_a, n: n_a, first: first_a } = a;
        let Side { keys: keys_b, n: n_b, first: first_b } = b;
        if let Some(plan) = self.plans.find(keys_a, keys_b) {
            let offset = self.words.len();
            self.words.push((u64::from(plan.keys) << 32) | plan.sources.len() as u64);
            for &source in &plan.sources {
                let from = if source & FROM_B != 0 { first_b } else { first_a };
                let word = self.words[from as usize + usize::from(source & !FROM_B)];
                self.words.push(word);
            }
            return Value::new(Tag::Attrs, offset as u32);
        }
        let mut sources = Vec::with_capacity((n_a + n_b) as usize);
        let keys = self.top();
        self.push(0);
        let (mut i, mut j) = (0, 0);
        while i < n_a || j < n_b {
            let key_a = if i < n_a { self.word(keys_a + 1 + i) } else { u64::MAX };
            let key_b = if j < n_b { self.word(keys_b + 1 + j) } else { u64::MAX };
            if i < n_a && (j >= n_b || (key_a as u32) < key_b as u32) {
                self.push(key_a);
                sources.push((first_a + i, i, 0));
                i += 1;
            } else {
                i += u32::from(i < n_a && key_a as u32 == key_b as u32);
                self.push(key_b);
                sources.push((first_b + j, j, FROM_B));
                j += 1;
            }
        }
        self.put(keys, sources.len() as u64);
        let offset = self.top();
        self.push((u64::from(keys) << 32) | sources.len() as u64);
        for &(slot, ..) in &sources {
            let word = self.word(slot);
            self.push(word);
        }
        if sources.len() <= MAX_PLAN {
            let sources = sources.iter().map(|&(_, index, side)| index as u16 | side).collect();
            self.plans.remember(Plan { keys_a, keys_b, keys, sources });
        }
        Value::new(Tag::Attrs, offset)
    }
}

/// The keys and values of one operand of `//`.
#[derive(Clone, Copy, Debug)]
struct Side {
    keys: u32,
    n: u32,
    /// Where the values begin.
    first: u32,
}

/// How the values of `a // b` are taken from the two sides, for sets with given keys.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Plan {
    keys_a: u32,
    keys_b: u32,
    keys: u32,
    sources: Vec<u16>,
}

const FROM_B: u16 = 1 << 15;
const MAX_PLAN: usize = 128;

/// The plans used last; keys that come from literals meet again and again.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Plans {
    slots: Vec<Option<Plan>>,
    /// No plan is of keys beyond this.
    newest: u32,
}

impl Plans {
    const N: usize = 1024;

    fn slot(keys_a: u32, keys_b: u32) -> usize {
        (keys_a.wrapping_mul(0x9e37_79b1) ^ keys_b.wrapping_mul(0x85eb_ca6b)) as usize >> 7 & (Self::N - 1)
    }

    fn find(&self, keys_a: u32, keys_b: u32) -> Option<&Plan> {
        let plan = self.slots.get(Self::slot(keys_a, keys_b))?.as_ref()?;
        (plan.keys_a == keys_a && plan.keys_b == keys_b).then_some(plan)
    }

    fn remember(&mut self, plan: Plan) {
        if self.slots.is_empty() {
            self.slots.resize_with(Self::N, || None);
        }
        let slot = Self::slot(plan.keys_a, plan.keys_b);
        self.newest = self.newest.max(plan.keys).max(plan.keys_a).max(plan.keys_b);
        self.slots[slot] = Some(plan);
    }

    /// Forgets plans of keys from `top` on, which are there no longer.
    pub(super) fn forget_from(&mut self, top: u32) {
        if self.newest < top {
            return;
        }
        for slot in &mut self.slots {
            if slot.as_ref().is_some_and(|it| it.keys.max(it.keys_a).max(it.keys_b) >= top) {
                *slot = None;
            }
        }
        self.newest = top;
    }
}

/// Both, sorted by symbol; `over` hides what has the same name in `under`.
fn merge(under: &[(Symbol, Pos, Value)], over: &[(Symbol, Pos, Value)]) -> Vec<(Symbol, Pos, Value)> {
    let mut all = Vec::with_capacity(under.len() + over.len());
    let mut rest = under;
    for attr in over {
        let n = rest.partition_point(|it| it.0 < attr.0);
        all.extend_from_slice(&rest[..n]);
        rest = &rest[n + usize::from(rest.get(n).is_some_and(|it| it.0 == attr.0))..];
        all.push(*attr);
    }
    all.extend_from_slice(rest);
    all
}
