//! What was asked of the outside, and whether it would be answered the same now.
//!
//! Of an answer there is a hash, and where that is possible what it follows from: what a file system says of files and
//! folders without their content being read. While that is the same, nothing else is asked. Nor is what lies in the store
//! at a path that was put there: such a path names its content, and that what is put there goes by this name is asked
//! itself.

mod facts;
mod gather;

use bytes::Bytes;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::world::{Answer, CanonPath, RecordingError, Request, SectionReader, SectionWriter, Source, World, describe};

pub use facts::{Look, LookAt, Stamp};

use facts::Facts;
use gather::Gathering;

/// What was asked of the outside, and what tells the answers from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// What answers follow from.
    facts: Facts,
    /// What has to be done even if all facts hold, in order.
    steps: Vec<Step>,
    /// Everything, packed: who finds that all facts hold does not look into it.
    entries: Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    request: Request,
    answer: [u8; 32],
    because: Because,
    /// What is put into the store by it, if that can be done without asking.
    mount: Option<Request>,
}

/// Why an answer is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Because {
    /// It follows from what paths of the store were put there.
    Settled,
    /// It is while these facts hold.
    Facts(Box<[u32]>),
    /// It has to be asked.
    Asked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    /// This is asked, and has an answer of this hash.
    Ask(Request, [u8; 32]),
    /// This is put into the store.
    Mount(Request),
}

/// The first answer that is another one than it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is another answer to: {0}")]
pub struct Changed(pub String);

impl Journal {
    /// What was asked and answered, as recorded. What changed in the second `before` or later may change again without
    /// that being seen, so it is asked each time. The world tells what is in folders that were copied; what was put into
    /// the store is put into its.
    #[must_use]
    pub fn new(entries: &[(Request, Answer)], world: &mut impl World, look: LookAt<'_>, before: i64) -> Self {
        let mut gathering = Gathering::new(entries, world, look, before);
        // What is in files and folders first.
        for (request, answer) in entries {
            let _ = gathering.reason(request, answer);
        }
        gathering.begin_last_round();
        let mut last: FxHashMap<&Request, [u8; 32]> = FxHashMap::default();
        let mut all = Vec::new();
        for (request, answer) in entries {
            let hash = hash_of(answer);
            // The same question may be answered otherwise after something was put in the store.
            if last.insert(request, hash) == Some(hash) {
                continue;
            }
            let (because, mount) = gathering.reason(request, answer);
            all.push(Entry { request: request.clone(), answer: hash, because, mount });
        }
        let steps = all.iter().filter_map(Entry::step).collect();
        // Plain data of known lengths cannot fail to be written.
        Self { facts: gathering.finish(), steps, entries: postcard::to_allocvec(&all).unwrap_or_default().into() }
    }

    /// Makes sure that everything would be answered as it was: by what answers follow from, and where that is not given
    /// or not any more the same, by asking again.
    ///
    /// # Errors
    /// The first question with another answer.
    pub fn check(&self, world: &mut impl World, look: LookAt<'_>) -> Result<(), Changed> {
        let broken = self.facts.broken(look);
        if broken.is_empty() {
            return self.steps.iter().try_for_each(|it| it.take(world));
        }
        for entry in self.entries() {
            let step = match &entry.because {
                Because::Facts(facts) if broken.has_any(facts) => Some(Step::Ask(entry.request, entry.answer)),
                _ => entry.step(),
            };
            step.map_or(Ok(()), |it| it.take(world))?;
        }
        Ok(())
    }

    /// Puts into the store what was put there, whatever else is answered otherwise by now.
    pub fn mount(&self, world: &mut impl World) {
        for step in &self.steps {
            if let Step::Mount(request) | Step::Ask(request @ Request::CopyToStore { .. }, _) = step {
                // What is missing is noticed by who reads it.
                let _ = world.answer(request);
            }
        }
    }

    /// Files that were read.
    #[must_use]
    pub fn files(&self) -> Vec<CanonPath> {
        let file = |it: Entry| match it.request {
            Request::ReadFile(path) => Some(path),
            _ => None,
        };
        self.entries().into_iter().filter_map(file).collect()
    }

    /// What was asked, in order, each as a line.
    pub fn questions(&self) -> impl Iterator<Item = String> {
        self.entries().into_iter().map(|it| describe(&it.request))
    }

    fn entries(&self) -> Vec<Entry> {
        postcard::from_bytes(&self.entries).unwrap_or_default()
    }

    /// Writes it to an image.
    pub(super) fn pack(&self, out: &mut SectionWriter) {
        self.facts.pack(out);
        out.data(&self.steps);
        out.numbers(&self.entries);
    }

    /// Reads what [`Journal::pack`] wrote.
    ///
    /// # Errors
    /// If it is damaged.
    pub(super) fn unpack<R: Source>(from: &mut SectionReader<R>) -> Result<Self, RecordingError> {
        Ok(Self { facts: Facts::unpack(from)?, steps: from.data()?, entries: from.shared()? })
    }
}

impl Entry {
    /// What has to be done about it while all facts hold.
    fn step(&self) -> Option<Step> {
        match (&self.because, &self.mount) {
            (Because::Asked, _) => Some(Step::Ask(self.request.clone(), self.answer)),
            (_, Some(mount)) => Some(Step::Mount(mount.clone())),
            (_, None) => None,
        }
    }
}

impl Step {
    fn take(&self, world: &mut impl World) -> Result<(), Changed> {
        match self {
            Self::Mount(request) => {
                // What is missing is noticed by who reads it.
                let _ = world.answer(request);
            }
            Self::Ask(request, hash) if hash_of(&world.answer(request)) != *hash => {
                return Err(Changed(describe(request)));
            }
            Self::Ask(..) => {}
        }
        Ok(())
    }
}

/// What tells answers apart. They may be long, and secret.
fn hash_of(answer: &Answer) -> [u8; 32] {
    // Plain data of known lengths cannot fail to be written.
    Sha256::digest(postcard::to_allocvec(answer).unwrap_or_default()).into()
}
