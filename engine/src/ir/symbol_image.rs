//! Interned names in an image, and back.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::symbol::slice;
use crate::ir::Symbols;
use crate::world::{Array, RecordingError, SectionReader, SectionWriter, Source};

/// Which symbol has which bytes, as an image has it: numbers of symbols plus one, each at the place that its hash says or
/// at one of those after it, up to a zero.
#[derive(Debug, Default)]
pub(super) struct SymbolTable(Array<u32>);

impl SymbolTable {
    fn new(n: usize, hash_of: impl Fn(u32) -> u64) -> Self {
        let mut places = vec![0; (n * 2).next_power_of_two()];
        for id in 0..n as u32 {
            let mut at = hash_of(id) as usize & (places.len() - 1);
            while places[at] != 0 {
                at = (at + 1) & (places.len() - 1);
            }
            places[at] = id + 1;
        }
        Self(places.into())
    }

    /// The symbol with this hash that is the one.
    #[inline]
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.0.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        // There are twice as many places as symbols, so there is a zero.
        while let Some(id) = self.0[at].checked_sub(1) {
            if is_it(id) {
                return Some(id);
            }
            at = (at + 1) & mask;
        }
        None
    }
}

impl Symbols {
    /// Writes all names. `false` if some of them were seen on the side, which images do not know of.
    #[must_use]
    pub fn pack(&self, out: &mut SectionWriter) -> bool {
        out.numbers(&self.bytes);
        out.numbers(&self.ends);
        let hash_of = |id| FxBuildHasher.hash_one(slice(&self.bytes, &self.ends, id));
        out.numbers(&SymbolTable::new(self.ends.len(), hash_of).0);
        !self.is_aside && self.asides.is_empty() && self.n_renamed == 0
    }

    /// Reads what [`Symbols::pack`] wrote.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn unpack<R: Source>(from: &mut SectionReader<R>) -> Result<Self, RecordingError> {
        let (bytes, ends, places): (Array<u8>, Array<u32>, Array<u32>) = (from.array()?, from.array()?, from.array()?);
        let is_table = places.len() == (ends.len() * 2).next_power_of_two();
        if !is_table || !ends.is_sorted() || ends.last().map_or(0, |&it| it as usize) != bytes.len() {
            return Err(RecordingError::Damaged("its names are none"));
        }
        let (packed, table, asides) = (SymbolTable(places), HashTable::new(), FxHashSet::default());
        Ok(Self { bytes, ends, packed, table, is_aside: false, asides, n_renamed: 0 })
    }
}
