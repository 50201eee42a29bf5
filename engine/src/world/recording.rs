//! What the outside said, written down, and said again where that outside is not.
//!
//! ```text
//! "NIXTRACE" version:u32 length:u64 sha256:32 | lz4( postcard( Recording ) )
//! ```
//!
//! A run is a function of the program and of these answers. So the recording is the run: it repeats on a machine without
//! the files, the environment or a network.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::world::{Answer, Request, World, WorldError};

const MAGIC: &[u8; 8] = b"NIXTRACE";

/// The format that is written, and the only one that is read.
const VERSION: u32 = 1;

const HEADER: usize = 8 + 4 + 8 + 32;

/// How large a recording can be when it is unpacked.
const MAX_SIZE: usize = 4 << 30;

/// A run, as far as the outside had a part in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// What was run and how, in the words of whoever recorded it.
    pub about: Vec<u8>,
    /// What was asked, and what the answer was, in order.
    pub entries: Vec<(Request, Answer)>,
}

/// Why something is not a recording that can be replayed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// It is something else.
    #[error("this is not such a file")]
    NotOne,
    /// It was written by another version.
    #[error("it has format {0}, which this version does not read")]
    OtherVersion(u32),
    /// It is not what was written.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

impl Recording {
    /// As bytes, for a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        pack(MAGIC, VERSION, self)
    }

    /// Reads what [`Recording::to_bytes`] gave.
    ///
    /// # Errors
    /// If it is something else, of another version, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordingError> {
        unpack(MAGIC, VERSION, bytes)
    }
}

/// Data as bytes for a file that says what it is, of which version, and whether it is whole.
#[must_use]
pub fn pack<T: Serialize>(magic: &[u8; 8], version: u32, data: &T) -> Vec<u8> {
    // Plain data of known lengths cannot fail to be written.
    let plain = postcard::to_allocvec(data).unwrap_or_default();
    let packed = lz4_flex::compress_prepend_size(&plain);
    let mut out = Vec::with_capacity(HEADER + packed.len());
    out.extend_from_slice(magic);
    out.extend_from_slice(&version.to_le_bytes());
    out.extend_from_slice(&(packed.len() as u64).to_le_bytes());
    out.extend_from_slice(&Sha256::digest(&packed));
    out.extend_from_slice(&packed);
    out
}

/// Reads what [`pack`] gave.
///
/// # Errors
/// If it is something else, of another version, or damaged.
pub fn unpack<T: serde::de::DeserializeOwned>(
    magic: &[u8; 8],
    version: u32,
    bytes: &[u8],
) -> Result<T, RecordingError> {
    let (header, packed) = bytes.split_at_checked(HEADER).ok_or(RecordingError::NotOne)?;
    if &header[..8] != magic {
        return Err(RecordingError::NotOne);
    }
    let number = |range: std::ops::Range<usize>| header[range].iter().rev().fold(0, |n, &it| n << 8 | u64::from(it));
    let written = number(8..12) as u32;
    if written != version {
        return Err(RecordingError::OtherVersion(written));
    }
    if number(12..20) != packed.len() as u64 {
        return Err(RecordingError::Damaged("its length is another one than it says"));
    }
    if Sha256::digest(packed)[..] != header[20..52] {
        return Err(RecordingError::Damaged("its content is not what was written"));
    }
    let size = packed.first_chunk::<4>().map_or(0, |it| u32::from_le_bytes(*it) as usize);
    if size > MAX_SIZE {
        return Err(RecordingError::Damaged("it is too large"));
    }
    let plain =
        lz4_flex::decompress_size_prepended(packed).map_err(|_| RecordingError::Damaged("it cannot be unpacked"))?;
    postcard::from_bytes(&plain).map_err(|_| RecordingError::Damaged("it cannot be understood"))
}

/// A world whose answers are written down. What programs say is not asked and not written down.
#[derive(Debug)]
pub struct Recorder<W> {
    inner: W,
    entries: Arc<Mutex<Vec<(Request, Answer)>>>,
    hides_env: bool,
}

impl<W: World> Recorder<W> {
    /// Writes down what a world answers. With `hides_env`, programs see an environment in which nothing is set, so that
    /// what is in it is in no recording, and the run that is recorded is the run that is replayed.
    #[must_use]
    pub fn new(inner: W, hides_env: bool) -> Self {
        Self { inner, entries: Arc::default(), hides_env }
    }

    /// What was written down so far. The handle stays good while the world is at work.
    #[must_use]
    pub fn entries(&self) -> Arc<Mutex<Vec<(Request, Answer)>>> {
        Arc::clone(&self.entries)
    }
}

impl<W: World> World for Recorder<W> {
    fn answer(&mut self, request: &Request) -> Answer {
        let answer = match request {
            Request::Note { .. } => return self.inner.answer(request),
            Request::Env(_) if self.hides_env => Answer::Env(None),
            request => self.inner.answer(request),
        };
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push((request.clone(), answer.clone()));
        answer
    }
}

/// A world that says what a recording says.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    answers: FxHashMap<Request, Vec<Answer>>,
    /// How often each was asked.
    asked: FxHashMap<Request, usize>,
}

impl Replay {
    /// The world of a recording.
    #[must_use]
    pub fn new(recording: &Recording) -> Self {
        Self::of(&recording.entries)
    }

    fn of(entries: &[(Request, Answer)]) -> Self {
        let mut answers: FxHashMap<Request, Vec<Answer>> = FxHashMap::default();
        for (request, answer) in entries {
            answers.entry(request.clone()).or_default().push(answer.clone());
        }
        Self { answers, asked: FxHashMap::default() }
    }
}

impl World for Replay {
    /// The answer that was given to the same request when it was asked as often; the last one after that, for who asks
    /// on the side.
    fn answer(&mut self, request: &Request) -> Answer {
        if let Request::Note { .. } = request {
            return Answer::Done;
        }
        let Some(answers) = self.answers.get(request) else {
            return Answer::Failed(WorldError::NotRecorded(describe(request).into()));
        };
        let nth = match self.asked.get_mut(request) {
            Some(n) => {
                *n += 1;
                *n
            }
            None => {
                self.asked.insert(request.clone(), 0);
                0
            }
        };
        answers[nth.min(answers.len() - 1)].clone()
    }
}

/// A world that says what a recording says, and from where that ends asks another one.
#[derive(Debug)]
pub struct Resumed<W> {
    replay: Replay,
    rest: W,
}

impl<W: World> Resumed<W> {
    /// The world of a recording that goes on in another one.
    #[must_use]
    pub fn new(entries: &[(Request, Answer)], rest: W) -> Self {
        Self { replay: Replay::of(entries), rest }
    }
}

impl<W: World> World for Resumed<W> {
    fn answer(&mut self, request: &Request) -> Answer {
        if let Request::Note { .. } = request {
            return self.rest.answer(request);
        }
        if !self.replay.answers.contains_key(request) {
            return self.rest.answer(request);
        }
        if let Request::CopyToStore { .. } | Request::Mount { .. } = request {
            // What is read at these paths later, the other world must have. Whether it can is seen then.
            let _ = self.rest.answer(request);
        }
        self.replay.answer(request)
    }
}

/// What is asked, on one line.
#[must_use]
pub fn describe(request: &Request) -> String {
    match request {
        Request::ReadFile(path) => format!("read {}", path.to_text()),
        Request::Stat(path) => format!("look at {}", path.to_text()),
        Request::ReadDir(path) => format!("list {}", path.to_text()),
        Request::ReadLink(path) => format!("read link {}", path.to_text()),
        Request::Resolve { path, .. } => format!("resolve {}", path.to_text()),
        Request::ResolveImport(path) => format!("find {}", path.to_text()),
        Request::HashPath { path, .. } => format!("hash {}", path.to_text()),
        Request::CopyToStore { path, name, .. } => format!("copy {} to the store as {name}", path.to_text()),
        Request::Mount { at, .. } => format!("mount {}", at.to_text()),
        Request::Env(name) => format!("environment variable {}", String::from_utf8_lossy(name)),
        Request::CurrentTime => "the time".to_owned(),
        Request::Note { text, .. } => format!("say {}", String::from_utf8_lossy(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{CanonPath, Memory};

    fn sample() -> Recording {
        let mut world = Memory::new();
        world.file("/a/b", "text");
        let mut recorder = Recorder::new(world, false);
        let entries = recorder.entries();
        for path in ["/a/b", "/a/c"] {
            recorder.answer(&Request::ReadFile(CanonPath::new(path.as_bytes())));
            recorder.answer(&Request::Stat(CanonPath::new(path.as_bytes())));
        }
        recorder.answer(&Request::Env(b"HOME".as_slice().into()));
        let entries = entries.lock().map(|it| it.clone()).unwrap_or_default();
        Recording { about: b"about".to_vec(), entries }
    }

    #[test]
    fn what_is_written_is_read_and_said_again() {
        let recording = sample();
        assert_eq!(Recording::from_bytes(&recording.to_bytes()), Ok(recording.clone()));
        let mut replay = Replay::new(&recording);
        for (request, answer) in &recording.entries {
            assert_eq!(&replay.answer(request), answer);
        }
        let other = Request::ReadFile(CanonPath::new(b"/other"));
        assert_eq!(replay.answer(&other), Answer::Failed(WorldError::NotRecorded("read /other".into())));
    }

    #[test]
    fn nothing_damaged_is_believed() {
        let bytes = sample().to_bytes();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            assert!(Recording::from_bytes(&damaged).is_err(), "byte {at}");
            assert!(Recording::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        }
        assert!(Recording::from_bytes(&[bytes.as_slice(), b"x"].concat()).is_err());
    }
}
