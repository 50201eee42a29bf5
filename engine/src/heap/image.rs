//! All objects in an image, and back.
//!
//! Words are written and read as they are: an object is known by its offset, so there is nothing in it to adapt.

use std::io::Read;

use super::attrs::Plans;
use super::constants::Reserve;
use super::{HEADROOM, Heap, MAX_WORDS};
use crate::ir::Symbols;
use crate::value::Contexts;
use crate::world::{RecordingError, SectionReader, SectionWriter};

const NO_VALUES: RecordingError = RecordingError::Damaged("its values are none");

impl Heap {
    /// Writes everything. `false` if the heap is in a state that images do not know: what can be undone is no part of an
    /// image.
    #[must_use]
    pub fn pack(&self, out: &mut SectionWriter) -> bool {
        let [before, after] = self.words();
        out.data(&(self.reserve, before.len(), after.len()));
        out.numbers(before);
        out.numbers(after);
        let is_plain = self.symbols.pack(out);
        self.contexts.pack(out);
        let plain_keys: Vec<(u32, u32)> = self.plain_keys.iter().map(|(&from, &to)| (from, to)).collect();
        out.data(&(self.thunks_made, plain_keys, &self.plans));
        is_plain && !self.is_trailing()
    }

    /// Reads what [`Heap::pack`] wrote, in place of everything there is. The limit stays what it was.
    ///
    /// # Errors
    /// If it is damaged; the heap is then as it was.
    pub fn unpack<R: Read>(&mut self, from: &mut SectionReader<R>) -> Result<(), RecordingError> {
        let words = self.unpack_words(from)?;
        let symbols = Symbols::unpack(from)?;
        let contexts = Contexts::unpack(from)?;
        let (thunks_made, plain_keys, plans): (u64, Vec<(u32, u32)>, Plans) = from.data()?;
        let limit = self.limit();
        (self.words, self.reserve) = words;
        self.set_limit(limit);
        self.symbols = symbols;
        self.contexts = contexts;
        self.thunks_made = thunks_made;
        self.plain_keys = plain_keys.into_iter().collect();
        self.plans = plans;
        Ok(())
    }

    fn unpack_words<R: Read>(&self, from: &mut SectionReader<R>) -> Result<(Vec<u64>, Reserve), RecordingError> {
        let (reserve, n_before, n_after): (Reserve, usize, usize) = from.data()?;
        let start = reserve.after(n_before).ok_or(NO_VALUES)?;
        if n_before == 0 || n_after > MAX_WORDS || start > MAX_WORDS - n_after {
            return Err(NO_VALUES);
        }
        let n = start + n_after;
        // Memory that is nothing but zeros is not touched before it is used.
        let mut words = vec![0; n + 2 * HEADROOM];
        words.truncate(n);
        from.numbers_into(&mut words[..n_before])?;
        from.numbers_into(&mut words[start..])?;
        Ok((words, reserve))
    }

    /// Everything as it lies there, for whoever wants to tell heaps apart: what lies before the room that is left for
    /// constants, and what lies after it.
    #[must_use]
    pub fn words(&self) -> [&[u64]; 2] {
        let (before, after) = self.reserve.around(self.words.len());
        [&self.words[before], &self.words[after]]
    }
}
