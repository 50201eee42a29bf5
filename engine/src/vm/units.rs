//! The texts that were read, ready to be emitted. Those of an image are unpacked when somebody needs them.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::emit::Unit;
use crate::source::FileId;

/// All units, by their index.
#[derive(Debug, Default)]
pub(super) struct Units {
    units: Vec<OnceLock<Unit>>,
    by_file: rustc_hash::FxHashMap<FileId, u32>,
    /// The first units as the image has them, one after the other.
    packed: Bytes,
    /// Where each of these ends.
    ends: Vec<u32>,
}

impl Units {
    /// How many there are.
    pub(super) fn len(&self) -> u32 {
        self.units.len() as u32
    }

    /// A unit, if there is one.
    pub(super) fn get(&self, index: u32) -> Option<&Unit> {
        let unit = self.units.get(index as usize)?;
        Some(unit.get_or_init(|| self.unpacked(index)))
    }

    /// Adds a unit.
    pub(super) fn push(&mut self, unit: Unit) {
        self.by_file.insert(unit.module.file, self.units.len() as u32);
        self.units.push(unit.into());
    }

    /// The unit that was made of a text.
    pub(super) fn of_file(&self, file: FileId) -> Option<u32> {
        self.by_file.get(&file).copied()
    }

    #[cold]
    fn unpacked(&self, index: u32) -> Unit {
        let at = |index: u32| self.ends.get(index as usize).map_or(0, |&it| it as usize);
        let start = index.checked_sub(1).map_or(0, at);
        postcard::from_bytes(&self.packed[start..at(index)]).expect("the sum over all units was right")
    }

    /// All units as an image has them: the text of each, where each ends, and they themselves.
    pub(super) fn pack(&self) -> (Vec<FileId>, Vec<u32>, Vec<u8>) {
        let (mut files, mut ends, mut packed) = (Vec::new(), Vec::new(), Vec::new());
        for unit in (0..self.len()).filter_map(|it| self.get(it)) {
            files.push(unit.module.file);
            // Plain data of known lengths cannot fail to be written.
            packed.extend(postcard::to_allocvec(unit).unwrap_or_default());
            ends.push(packed.len() as u32);
        }
        (files, ends, packed)
    }

    /// The units of an image. `None` if these are not what [`Units::pack`] gave.
    pub(super) fn of_image(files: &[FileId], ends: Vec<u32>, packed: Bytes) -> Option<Self> {
        let is_whole = ends.is_sorted() && ends.last().map_or(0, |&it| it as usize) == packed.len();
        (is_whole && files.len() == ends.len()).then(|| Self {
            units: files.iter().map(|_| OnceLock::new()).collect(),
            by_file: (0..).zip(files).map(|(index, &file)| (file, index)).collect(),
            packed,
            ends,
        })
    }
}
