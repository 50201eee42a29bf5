//! A program that is debugged, put down in a file and taken up in another process.
//!
//! The file holds what the outside answered, and the moment. The process that takes it up runs the program to that
//! moment with the same answers, and stands where the first one stood: frames, values and the way back are the same,
//! since a run is a function of the program and the answers. So the file is small, depends on nothing of the machine's
//! insides, and is as good as its recording.

use serde::{Deserialize, Serialize};

use crate::debug::{FaultFilter, Found, Rules, Skips, Stopped, Target};
use crate::world::{Answer, NoteKind, RecordingError, Request, World, pack, unpack};

use super::DebugSession;

const MAGIC: &[u8; 8] = b"NIXSAVED";

/// The format that is written, and the only one that is read.
const VERSION: u32 = 1;

/// A program that was put down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// What was run and how, in the words of whoever put it down.
    pub about: Vec<u8>,
    /// What was asked of the outside, and what the answer was.
    pub entries: Vec<(Request, Answer)>,
    /// Where it stood.
    pub state: State,
}

/// Where a program stood, and what it was to stop for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The moment; none before the program began.
    here: Option<Found>,
    breakpoints: Vec<(Target, Rules, u64)>,
    fault_filters: Vec<FaultFilter>,
    note_stops: Vec<NoteKind>,
    skips: Skips,
}

impl Saved {
    /// As bytes, for a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        pack(MAGIC, VERSION, self)
    }

    /// Reads what [`Saved::to_bytes`] gave.
    ///
    /// # Errors
    /// If it is something else, of another version, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordingError> {
        unpack(MAGIC, VERSION, bytes)
    }
}

impl<W: World> DebugSession<W> {
    /// Where the program stands, and what it is to stop for.
    #[must_use]
    pub fn state(&self) -> State {
        let debugger = &self.debugger;
        State {
            here: debugger.stopped().map(|_| debugger.here(self.vm())),
            breakpoints: debugger
                .breakpoints()
                .iter()
                .map(|it| (it.target.clone(), it.rules.clone(), it.n_hits))
                .collect(),
            fault_filters: debugger.fault_filters.clone(),
            note_stops: debugger.note_stops.clone(),
            skips: debugger.skips.clone(),
        }
    }

    /// Brings a program that was launched again, with the answers it had, to where it stood. What it says on the way was
    /// said before. `None` if it had not begun.
    pub fn restore(&mut self, state: &State) -> Option<Stopped> {
        self.debugger.skips = state.skips.clone();
        self.debugger.fault_filters = state.fault_filters.clone();
        self.debugger.note_stops = state.note_stops.clone();
        let stopped = state.here.map(|here| self.with(|debugger, cx| debugger.begin_at(cx, here)));
        // Thunks are only there now.
        for (target, rules, n_hits) in &state.breakpoints {
            let id = self.add_breakpoint(target.clone(), rules.clone());
            self.debugger.set_hits(id, *n_hits);
        }
        stopped
    }
}
