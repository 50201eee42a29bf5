//! Reading sets as they lie, layers and all, for those who only look: nothing here flattens, sorts in place or allocates
//! on the heap.

use super::Heap;
use super::attrs::LAYERED;
use crate::ir::Symbol;
use crate::source::Pos;
use crate::value::Value;

/// The attributes of a set in no particular order: name, place, value. What a layer hides is left out.
#[derive(Debug)]
pub struct Layers<'h> {
    heap: &'h Heap,
    /// The keys of the layers gone through, outermost first.
    above: Vec<u32>,
    layer: Layer,
    /// What the layer at hand lies on.
    base: Option<Value>,
    next: u32,
}

#[derive(Clone, Copy, Debug)]
struct Layer {
    keys: u32,
    n: u32,
    /// Where its values begin.
    first: u32,
}

impl<'h> Layers<'h> {
    fn of(heap: &'h Heap, attrs: Value) -> Self {
        let (layer, base) = heap.layer(attrs);
        Self { heap, above: Vec::new(), layer, base, next: 0 }
    }
}

impl Iterator for Layers<'_> {
    type Item = (Symbol, Pos, Value);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while self.next < self.layer.n {
                let index = self.next;
                self.next += 1;
                let (name, pos) = self.heap.key(self.layer.keys, index);
                if self.above.iter().all(|&keys| self.heap.find_key(keys, name).is_none()) {
                    return Some((name, pos, Value(self.heap.word(self.layer.first + index))));
                }
            }
            let base = self.base?;
            if self.layer.n > 0 {
                self.above.push(self.layer.keys);
            }
            (self.layer, self.base) = self.heap.layer(base);
            self.next = 0;
        }
    }
}

impl Heap {
    fn layer(&self, attrs: Value) -> (Layer, Option<Value>) {
        let offset = attrs.payload();
        if offset == 0 {
            return (Layer { keys: 0, n: 0, first: 0 }, None);
        }
        let head = self.word(offset);
        let (keys, n) = ((head >> 32) as u32, head as u32);
        match attrs.aux() & LAYERED {
            0 => (Layer { keys, n, first: offset + 1 }, None),
            _ => (Layer { keys, n, first: offset + 3 }, Some(Value(self.word(offset + 1)))),
        }
    }

    /// The attributes of a set, layers included, in no particular order.
    #[must_use]
    pub fn layers(&self, attrs: Value) -> Layers<'_> {
        Layers::of(self, attrs)
    }

    /// At most `count` attributes from the `start`th on, in the order of their names' text. Costs one pass over the
    /// names, and the sorting of those that are given.
    #[must_use]
    pub fn attrs_page(&self, attrs: Value, start: usize, count: usize) -> Vec<(Symbol, Pos, Value)> {
        let n = self.attrs_len(attrs);
        let end = n.min(start.saturating_add(count));
        if start >= end {
            return Vec::new();
        }
        let (layer, base) = self.layer(attrs);
        if base.is_none() && (n == 1 || self.word(layer.keys) >> 32 != 0) {
            let attr = |rank| {
                let index = self.key_at(layer.keys, rank as u32);
                let (name, pos) = self.key(layer.keys, index);
                (name, pos, Value(self.word(layer.first + index)))
            };
            return (start..end).map(attr).collect();
        }
        let mut all: Vec<_> = self.layers(attrs).collect();
        let by_text =
            |a: &(Symbol, Pos, Value), b: &(Symbol, Pos, Value)| self.symbols.bytes(a.0).cmp(self.symbols.bytes(b.0));
        let end = end.min(all.len());
        if end < all.len() {
            all.select_nth_unstable_by(end, by_text);
            all.truncate(end);
        }
        if start > 0 && start < end {
            all.select_nth_unstable_by(start, by_text);
        }
        let mut page = all.split_off(start.min(end));
        page.sort_unstable_by(by_text);
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_layered_sets_are_those_of_flat_ones() {
        let mut heap = Heap::default();
        let set = |heap: &mut Heap, names: &[String], value: i64| {
            let attrs = names.iter().map(|it| (heap.intern(it.as_bytes()), Pos(7), Value((value as u64) << 8)));
            let attrs = attrs.collect();
            heap.attrs_from(attrs)
        };
        let names: Vec<String> = (0..200).map(|i| format!("n{}", (i * 37) % 200)).collect();
        let base = set(&mut heap, &names, 1);
        let some: Vec<String> = names.iter().step_by(9).cloned().chain(["a".into(), "z".into()]).collect();
        let over = set(&mut heap, &some, 2);
        let layered = heap.update(base, over);
        let more = set(&mut heap, &names[5..8], 3);
        let layered = heap.update(layered, more);
        assert!(layered.aux() & LAYERED != 0, "the case is about layers");
        let pages = |heap: &Heap, v: Value, size: usize| -> Vec<_> {
            (0..)
                .step_by(size)
                .map(|at| heap.attrs_page(v, at, size))
                .take_while(|it| !it.is_empty())
                .flatten()
                .collect()
        };
        let read: Vec<_> = [1, 7, 100, 1000].into_iter().map(|size| pages(&heap, layered, size)).collect();
        assert_eq!(read[0].len(), 202);
        assert_eq!(heap.layers(layered).count(), 202);
        let flat = heap.sort_attrs(layered);
        let expected: Vec<_> = heap.iter_attrs(flat).collect();
        for page in read {
            assert_eq!(page, expected);
        }
        assert_eq!(pages(&heap, flat, 11), expected);
        assert_eq!(pages(&heap, layered, 11), expected, "an empty layer on its flat self");
        assert!(pages(&heap, Value::EMPTY_ATTRS, 3).is_empty());
    }
}
