//! All objects in an image, and back.
//!
//! Words are written and read as they are: an object is known by its offset, so there is nothing in it to adapt.

use std::io::Read;

use super::attrs::Plans;
use super::{HEADROOM, Heap, MAX_WORDS};
use crate::ir::Symbols;
use crate::value::Contexts;
use crate::world::{RecordingError, SectionReader, SectionWriter};

impl Heap {
    /// Writes everything. `false` if the heap is in a state that images do not know: code that is debugged has its
    /// constants apart, and what can be undone is no part of an image.
    #[must_use]
    pub fn pack(&self, out: &mut SectionWriter) -> bool {
        out.numbers(&self.words);
        let is_plain = self.symbols.pack(out);
        self.contexts.pack(out);
        let plain_keys: Vec<(u32, u32)> = self.plain_keys.iter().map(|(&from, &to)| (from, to)).collect();
        out.data(&(self.thunks_made, plain_keys, &self.plans));
        is_plain && self.reserve.end == 0 && !self.is_trailing()
    }

    /// Reads what [`Heap::pack`] wrote, in place of everything there is. The limit stays what it was.
    ///
    /// # Errors
    /// If it is damaged; the heap is then as it was.
    pub fn unpack<R: Read>(&mut self, from: &mut SectionReader<R>) -> Result<(), RecordingError> {
        let words = from.numbers(2 * HEADROOM)?;
        if words.is_empty() || words.len() > MAX_WORDS {
            return Err(RecordingError::Damaged("its values are none"));
        }
        let symbols = Symbols::unpack(from)?;
        let contexts = Contexts::unpack(from)?;
        let (thunks_made, plain_keys, plans): (u64, Vec<(u32, u32)>, Plans) = from.data()?;
        self.words = words;
        self.symbols = symbols;
        self.contexts = contexts;
        self.thunks_made = thunks_made;
        self.plain_keys = plain_keys.into_iter().collect();
        self.plans = plans;
        Ok(())
    }

    /// Everything as it lies there, for whoever wants to tell heaps apart.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}
