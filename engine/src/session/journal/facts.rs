//! What a file system says without the content of anything being read, and what follows from it.
//!
//! Nothing here looks by itself: whoever makes or checks a journal gives what looks.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::world::{CanonPath, FileType, RecordingError, SectionReader, SectionWriter, Source, Stat};

/// What a file system says of a file, folder or link without its content being read. While that is the same, so is the
/// content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// What it is.
    pub stat: Stat,
    /// Bytes.
    pub size: u64,
    /// When its content, or for a folder the names in it, changed: seconds and nanoseconds since 1970.
    pub modified: (i64, i64),
    /// When anything about it changed.
    pub changed: (i64, i64),
    /// Which file of which file system it is.
    pub identity: (u64, u64),
}

impl Stamp {
    /// Whether it was last changed before this second.
    fn is_settled(&self, before: i64) -> bool {
        self.modified.0 < before && self.changed.0 < before
    }
}

/// What is seen at a path, no link being followed at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nothing.
    Nothing,
    /// Something.
    There(Stamp),
    /// It cannot be told.
    Unknown,
}

impl Look {
    fn stat(self) -> Option<Option<Stat>> {
        match self {
            Self::Nothing => Some(None),
            Self::There(stamp) => Some(Some(stamp.stat)),
            Self::Unknown => None,
        }
    }
}

/// Whoever looks at paths, given as bytes.
pub type LookAt<'a> = &'a mut dyn FnMut(&[u8]) -> Look;

/// What was true of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    /// It is what it was, with all that is in it.
    Same(Stamp),
    /// It is something of this kind, or nothing.
    Is(Option<Stat>),
}

impl Fact {
    fn stat(self) -> Option<Stat> {
        match self {
            Self::Same(stamp) => Some(stamp.stat),
            Self::Is(stat) => stat,
        }
    }

    fn holds(self, look: Look) -> bool {
        match self {
            Self::Same(stamp) => look == Look::There(stamp),
            Self::Is(stat) => look.stat() == Some(stat),
        }
    }

    fn to_words(self) -> [u64; WORDS] {
        let stat = |it: Stat| it.file_type as u64 | u64::from(it.is_executable) << 8;
        match self {
            Self::Is(None) => [NOTHING, 0, 0, 0, 0, 0, 0, 0],
            Self::Is(Some(it)) => [KIND | stat(it), 0, 0, 0, 0, 0, 0, 0],
            Self::Same(it) => [
                SAME | stat(it.stat),
                it.size,
                it.modified.0.cast_unsigned(),
                it.modified.1.cast_unsigned(),
                it.changed.0.cast_unsigned(),
                it.changed.1.cast_unsigned(),
                it.identity.0,
                it.identity.1,
            ],
        }
    }

    fn of_words(words: &[u64; WORDS]) -> Option<Self> {
        let [first, size, modified, modified_ns, changed, changed_ns, device, number] = *words;
        let kinds = [FileType::Regular, FileType::Directory, FileType::Symlink, FileType::Unknown];
        let file_type = kinds.into_iter().find(|it| *it as u64 == first & 0xff);
        let stat = Stat { file_type: file_type?, is_executable: first >> 8 & 1 != 0 };
        let time = |seconds: u64, ns: u64| (seconds.cast_signed(), ns.cast_signed());
        match first & !0xffff {
            NOTHING => Some(Self::Is(None)),
            KIND => Some(Self::Is(Some(stat))),
            SAME => Some(Self::Same(Stamp {
                stat,
                size,
                modified: time(modified, modified_ns),
                changed: time(changed, changed_ns),
                identity: (device, number),
            })),
            _ => None,
        }
    }
}

/// How many words a fact takes in an image.
const WORDS: usize = 8;
const NOTHING: u64 = 0;
const KIND: u64 = 1 << 16;
const SAME: u64 = 2 << 16;

/// Facts, each about another path, as an image has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// All paths, one after the other.
    paths: Vec<u8>,
    /// Where each ends.
    ends: Vec<u32>,
    /// [`WORDS`] for each.
    words: Vec<u64>,
}

impl Facts {
    /// Which do not hold any more.
    pub(super) fn broken(&self, look: LookAt<'_>) -> Broken {
        let mut broken = Broken { of: Vec::new() };
        let (words, _) = self.words.as_chunks::<WORDS>();
        let mut start = 0;
        for (i, (&end, words)) in self.ends.iter().zip(words).enumerate() {
            let path = self.paths.get(start..end as usize).unwrap_or_default();
            if !Fact::of_words(words).is_some_and(|it| it.holds(look(path))) {
                broken.of.resize(self.ends.len(), false);
                broken.of[i] = true;
            }
            start = end as usize;
        }
        broken
    }

    pub(super) fn pack(&self, out: &mut SectionWriter) {
        out.numbers(&self.paths);
        out.numbers(&self.ends);
        out.numbers(&self.words);
    }

    pub(super) fn unpack<R: Source>(from: &mut SectionReader<R>) -> Result<Self, RecordingError> {
        let facts = Self { paths: from.numbers(0)?, ends: from.numbers(0)?, words: from.numbers(0)? };
        match facts.words.len() == facts.ends.len() * WORDS {
            true => Ok(facts),
            false => Err(RecordingError::Damaged("what it knows of files is not understood")),
        }
    }
}

/// Which facts do not hold any more.
#[derive(Debug)]
pub(super) struct Broken {
    /// For each fact; none at all if all hold.
    of: Vec<bool>,
}

impl Broken {
    /// Whether all hold.
    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Whether one of these does not, or is none.
    pub(super) fn has_any(&self, facts: &[u32]) -> bool {
        !self.is_empty() && facts.iter().any(|&it| self.of.get(it as usize).is_none_or(|it| *it))
    }
}

/// Facts that are being gathered.
pub(super) struct Gathered<'a> {
    look: LookAt<'a>,
    /// What changed in this second or later may change again without that being seen.
    before: i64,
    facts: IndexMap<CanonPath, Fact, FxBuildHasher>,
    /// Whether only what is in files and folders is noted yet: of kinds, more follows from that.
    pub(super) is_first_round: bool,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(look: LookAt<'a>, before: i64) -> Self {
        Self { look, before, facts: IndexMap::default(), is_first_round: true }
    }

    /// What is at a path, and the number of a fact that says so.
    pub(super) fn kind(&mut self, path: &CanonPath) -> Option<(Option<Stat>, u32)> {
        let stat = (self.look)(path.as_bytes()).stat()?;
        if let Some((index, _, fact)) = self.facts.get_full(path) {
            return (fact.stat() == stat).then_some((stat, index as u32));
        }
        if self.is_first_round {
            return Some((stat, 0));
        }
        // A folder that is what it was has the names that it had, for the same things. Files may have been made others.
        let is_file = stat.is_some_and(|it| it.file_type == FileType::Regular);
        if let Some(folder) = path.parent().filter(|_| !is_file)
            && let Some((index, _, fact @ Fact::Same(_))) = self.facts.get_full(&folder)
            && fact.holds((self.look)(folder.as_bytes()))
        {
            return Some((stat, index as u32));
        }
        let index = self.facts.insert_full(path.clone(), Fact::Is(stat)).0;
        Some((stat, index as u32))
    }

    /// The number of the fact that what is at a path is what it has been since before everything began.
    pub(super) fn content(&mut self, path: &CanonPath, file_type: FileType) -> Option<u32> {
        let Look::There(stamp) = (self.look)(path.as_bytes()) else { return None };
        if !stamp.is_settled(self.before) || stamp.stat.file_type != file_type {
            return None;
        }
        let fact = Fact::Same(stamp);
        match self.facts.get_full(path) {
            Some((index, _, known @ Fact::Same(_))) => (*known == fact).then_some(index as u32),
            _ => Some(self.facts.insert_full(path.clone(), fact).0 as u32),
        }
    }

    pub(super) fn finish(self) -> Facts {
        let mut facts = Facts::default();
        for (path, fact) in &self.facts {
            facts.paths.extend_from_slice(path.as_bytes());
            facts.ends.push(facts.paths.len() as u32);
            facts.words.extend_from_slice(&fact.to_words());
        }
        facts
    }
}
