//! All objects in an image, and back.
//!
//! Words are written as they are and mapped: an object is known by its offset, so there is nothing in it to adapt.

use super::attrs::Plans;
use super::constants::Reserve;
use super::{HEADROOM, Heap, MAX_WORDS};
use crate::ir::Symbols;
use crate::value::Contexts;
use crate::world::{Array, RecordingError, SectionReader, SectionWriter, Source, Trust};

/// How many words can be made before what is mapped has to be moved. Pages nobody writes to take no memory.
const SPARE: usize = 1 << 26;

const NO_VALUES: RecordingError = RecordingError::Damaged("its values are none");

impl Heap {
    /// Writes everything. `false` if the heap is in a state that images do not know: what can be undone is no part of an
    /// image.
    #[must_use]
    pub fn pack(&self, out: &mut SectionWriter) -> bool {
        let [before, after] = self.words();
        out.data(&(self.reserve, before.len(), after.len()));
        out.numbers(before);
        if self.reserve.is_there() {
            out.numbers(after);
        }
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
    pub fn unpack<R: Source>(&mut self, from: &mut SectionReader<R>) -> Result<(), RecordingError> {
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

    fn unpack_words<R: Source>(&self, from: &mut SectionReader<R>) -> Result<(Array<u64>, Reserve), RecordingError> {
        let (reserve, n_before, n_after): (Reserve, usize, usize) = from.data()?;
        let end = reserve.after(n_before).ok_or(NO_VALUES)?;
        if n_before == 0 || n_after > MAX_WORDS || end > MAX_WORDS - n_after {
            return Err(NO_VALUES);
        }
        // The larger part is mapped, at the place it has.
        let (lead, at, n) = match reserve.is_there() {
            true => (from.numbers::<u64>(0)?, end, n_after),
            false => (Vec::new(), 0, n_before),
        };
        if !reserve.is_there() && n_after != 0 || reserve.is_there() && lead.len() != n_before {
            return Err(NO_VALUES);
        }
        if let Some(place) = from.place_of(n * 8)
            && let Ok(words) = Array::map((&lead, at), place, n, SPARE)
        {
            from.pass(bytemuck::cast_slice(&words[at..]), Trust::Mark)?;
            return Ok((words, reserve));
        }
        // Memory that is nothing but zeros is not touched before it is used.
        let mut words = vec![0; at + n + 2 * HEADROOM];
        words.truncate(at + n);
        words[..lead.len()].copy_from_slice(&lead);
        from.numbers_into(&mut words[at..])?;
        Ok((words.into(), reserve))
    }

    /// Everything as it lies there, for whoever wants to tell heaps apart: what lies before the room that is left for
    /// constants, and what lies after it.
    #[must_use]
    pub fn words(&self) -> [&[u64]; 2] {
        let (before, after) = self.reserve.around(self.words.len());
        [&self.words[before], &self.words[after]]
    }
}
