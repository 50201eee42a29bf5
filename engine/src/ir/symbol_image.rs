//! Interned names in an image, and back.

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::hash::BuildHasher;

use super::symbol::slice;
use crate::ir::Symbols;
use crate::world::{RecordingError, SectionReader, SectionWriter, Source};

impl Symbols {
    /// Writes all names. `false` if some of them were seen on the side, which images do not know of.
    #[must_use]
    pub fn pack(&self, out: &mut SectionWriter) -> bool {
        out.numbers(&self.bytes);
        out.numbers(&self.ends);
        !self.is_aside && self.asides.is_empty() && self.n_renamed == 0
    }

    /// Reads what [`Symbols::pack`] wrote.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn unpack<R: Source>(from: &mut SectionReader<R>) -> Result<Self, RecordingError> {
        let bytes: Vec<u8> = from.numbers(1 << 16)?;
        let ends: Vec<u32> = from.numbers(1 << 12)?;
        if !ends.is_sorted() || ends.last().map_or(0, |&it| it as usize) != bytes.len() {
            return Err(RecordingError::Damaged("its names are none"));
        }
        let mut table = HashTable::with_capacity(ends.len());
        for id in 0..ends.len() as u32 {
            let hash = FxBuildHasher.hash_one(slice(&bytes, &ends, id));
            table.insert_unique(hash, id, |&id| FxBuildHasher.hash_one(slice(&bytes, &ends, id)));
        }
        Ok(Self { bytes, ends, table, is_aside: false, asides: FxHashSet::default(), n_renamed: 0 })
    }
}
