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
    /// It is something of this kind, or nothing. That follows from another fact, by its number, while this one holds.
    Is(Option<Stat>, Option<u32>),
}

impl Fact {
    fn to_words(self) -> [u64; WORDS] {
        let stat = |it: Stat| it.file_type as u64 | u64::from(it.is_executable) << 8;
        match self {
            Self::Is(kind, from) => {
                let from = from.map_or(0, |it| u64::from(it) + 1);
                [kind.map_or(NOTHING, |it| KIND | stat(it)), from, 0, 0, 0, 0, 0, 0]
            }
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
        let from = size.checked_sub(1).map(|it| it as u32);
        match first & !0xffff {
            NOTHING => Some(Self::Is(None, from)),
            KIND => Some(Self::Is(Some(stat), from)),
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

/// Set in the numbers of facts about kinds, which are counted apart from those about contents.
const OF_KIND: u32 = 1 << 31;

/// Facts, each about another path, or about what is in it and of what kind it is. As an image has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// All paths, one after the other: those of facts about contents first.
    paths: Vec<u8>,
    /// Where each ends.
    ends: Vec<u32>,
    /// [`WORDS`] for each.
    words: Vec<u64>,
}

impl Facts {
    /// Which do not hold any more.
    pub(super) fn broken(&self, look: LookAt<'_>) -> Broken {
        let mut broken = Broken::default();
        let (words, _) = self.words.as_chunks::<WORDS>();
        let mut start = 0;
        for (&end, words) in self.ends.iter().zip(words) {
            let path = self.paths.get(start..end as usize).unwrap_or_default();
            start = end as usize;
            match Fact::of_words(words) {
                Some(Fact::Same(stamp)) => broken.contents.push(look(path) != Look::There(stamp)),
                Some(Fact::Is(_, Some(from))) if broken.contents.get(from as usize) == Some(&false) => {
                    broken.kinds.push(false);
                }
                Some(Fact::Is(stat, _)) => broken.kinds.push(look(path).stat() != Some(stat)),
                None => broken.kinds.push(true),
            }
        }
        broken.is_empty = !broken.contents.contains(&true) && !broken.kinds.contains(&true);
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
#[derive(Debug, Default)]
pub(super) struct Broken {
    contents: Vec<bool>,
    kinds: Vec<bool>,
    is_empty: bool,
}

impl Broken {
    /// Whether all hold.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Whether one of these does not, or is none.
    pub(super) fn has_any(&self, facts: &[u32]) -> bool {
        let is_broken = |&fact: &u32| match fact & OF_KIND {
            0 => self.contents.get(fact as usize),
            _ => self.kinds.get((fact & !OF_KIND) as usize),
        };
        facts.iter().any(|it| is_broken(it).is_none_or(|it| *it))
    }
}

/// Facts that are being gathered.
pub(super) struct Gathered<'a> {
    look: LookAt<'a>,
    /// What changed in this second or later may change again without that being seen.
    before: i64,
    contents: Known<Stamp>,
    /// Kinds, and which fact about contents each follows from.
    kinds: Known<(Option<Stat>, Option<u32>)>,
    /// Whether only contents are noted yet: of kinds, more follows from them.
    pub(super) is_first_round: bool,
}

type Known<T> = IndexMap<CanonPath, T, FxBuildHasher>;

impl<'a> Gathered<'a> {
    pub(super) fn new(look: LookAt<'a>, before: i64) -> Self {
        Self { look, before, contents: Known::default(), kinds: Known::default(), is_first_round: true }
    }

    /// What is at a path, and the number of a fact that says so.
    pub(super) fn kind(&mut self, path: &CanonPath) -> Option<(Option<Stat>, u32)> {
        let stat = (self.look)(path.as_bytes()).stat()?;
        if self.is_first_round {
            return Some((stat, 0));
        }
        if let Some((index, _, known)) = self.kinds.get_full(path) {
            return (known.0 == stat).then_some((stat, index as u32 | OF_KIND));
        }
        let from = self.reason_for(path, stat);
        let index = self.kinds.insert_full(path.clone(), (stat, from)).0;
        Some((stat, index as u32 | OF_KIND))
    }

    /// The fact about contents that a kind follows from, if there is one.
    fn reason_for(&mut self, path: &CanonPath, stat: Option<Stat>) -> Option<u32> {
        if let Some((index, _, stamp)) = self.contents.get_full(path) {
            return (Some(stamp.stat) == stat).then_some(index as u32);
        }
        // A folder that is what it was has the names that it had, for the same things. Files may have been made others.
        if stat.is_some_and(|it| it.file_type == FileType::Regular) {
            return None;
        }
        let folder = path.parent()?;
        let (index, _, stamp) = self.contents.get_full(&folder)?;
        ((self.look)(folder.as_bytes()) == Look::There(*stamp)).then_some(index as u32)
    }

    /// The number of the fact that what is at a path is what it has been since before everything began.
    pub(super) fn content(&mut self, path: &CanonPath, file_type: FileType) -> Option<u32> {
        let Look::There(stamp) = (self.look)(path.as_bytes()) else { return None };
        if !stamp.is_settled(self.before) || stamp.stat.file_type != file_type {
            return None;
        }
        match self.contents.get_full(path) {
            Some((index, _, known)) => (*known == stamp).then_some(index as u32),
            None => Some(self.contents.insert_full(path.clone(), stamp).0 as u32),
        }
    }

    pub(super) fn finish(self) -> Facts {
        let contents = self.contents.iter().map(|(path, &stamp)| (path, Fact::Same(stamp)));
        let kinds = self.kinds.iter().map(|(path, &(stat, from))| (path, Fact::Is(stat, from)));
        let mut facts = Facts::default();
        for (path, fact) in contents.chain(kinds) {
            facts.paths.extend_from_slice(path.as_bytes());
            facts.ends.push(facts.paths.len() as u32);
            facts.words.extend_from_slice(&fact.to_words());
        }
        facts
    }
}
