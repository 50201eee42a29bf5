//! The names of attribute sets, apart from the values: sets made by one literal share them.
//!
//! ```text
//! [ order:32 | n:32 ] [ place:32 | name:32 ]…      sorted by name's symbol
//! order: n indices of 32 bits, sorted by name's text; made when first asked for
//! ```

use super::Heap;
use crate::ir::Symbol;
use crate::source::Pos;

impl Heap {
    /// New keys; `names` must be sorted by symbol and without repetitions.
    pub fn keys(&mut self, names: impl ExactSizeIterator<Item = (Symbol, Pos)>) -> u32 {
        let offset = self.top();
        self.push(names.len() as u64);
        self.words.extend(names.map(|(name, pos)| (u64::from(pos.0) << 32) | u64::from(name.0)));
        offset
    }

    /// How many names.
    #[inline(always)]
    #[must_use]
    pub fn keys_len(&self, keys: u32) -> u32 {
        self.word(keys) as u32
    }

    /// One name and where it was written.
    #[inline(always)]
    #[must_use]
    pub fn key(&self, keys: u32, index: u32) -> (Symbol, Pos) {
        let word = self.word(keys + 1 + index);
        (Symbol(word as u32), Pos((word >> 32) as u32))
    }

    /// The same names without places. The keys made for it are remembered: sets that share keys go on to do so.
    pub fn keys_without_places(&mut self, keys: u32) -> u32 {
        if let Some(&plain) = self.plain_keys.get(&keys) {
            return plain;
        }
        let n = self.keys_len(keys);
        if (0..n).all(|i| !self.key(keys, i).1.is_some()) {
            if n > 16 {
                self.plain_keys.insert(keys, keys);
            }
            return keys;
        }
        let names: Vec<_> = (0..n).map(|i| (self.key(keys, i).0, Pos::NONE)).collect();
        let plain = self.keys(names.into_iter());
        self.plain_keys.insert(keys, plain);
        plain
    }

    /// Where `name` is among the keys.
    #[inline]
    #[must_use]
    pub fn find_key(&self, keys: u32, name: Symbol) -> Option<u32> {
        let n = self.word(keys) as u32;
        let names = &self.words[keys as usize + 1..(keys + 1 + n) as usize];
        if n <= 8 {
            return names.iter().position(|&word| word as u32 == name.0).map(|i| i as u32);
        }
        names.binary_search_by(|&word| (word as u32).cmp(&name.0)).ok().map(|i| i as u32)
    }

    /// Makes sure that [`Heap::key_at`] can be asked about these keys.
    pub fn sort_keys(&mut self, keys: u32) {
        let head = self.word(keys);
        let n = head as u32;
        if head >> 32 != 0 || n <= 1 {
            return;
        }
        let mut order: Vec<u32> = (0..n).collect();
        let name = |i: &u32| self.symbols.bytes(Symbol(self.word(keys + 1 + i) as u32));
        order.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        let offset = self.top();
        for pair in order.chunks(2) {
            self.push(u64::from(pair[0]) | (u64::from(pair.get(1).copied().unwrap_or(0)) << 32));
        }
        let offset = if self.is_constant(keys) { self.to_constants(offset) } else { offset };
        self.overwrite_cache(keys, (u64::from(offset) << 32) | u64::from(n));
    }

    /// The index of the name that is the `rank`-th by text; the keys must have been through [`Heap::sort_keys`].
    #[inline(always)]
    #[must_use]
    pub fn key_at(&self, keys: u32, rank: u32) -> u32 {
        let order = (self.word(keys) >> 32) as u32;
        if order == 0 {
            return rank;
        }
        let pair = self.word(order + rank / 2);
        if rank & 1 == 0 { pair as u32 } else { (pair >> 32) as u32 }
    }
}
