//! The debugger's command language: one for the terminal, for transcripts and for the debug console of editors.
//!
//! ```text
//!   line ──parse──▶ Command ──▶ goal ─── a way to go on: whoever runs the program runs it ──▶ arrived ──▶ text
//!                      │
//!                      └──────▶ run ──── everything else, and the same in one go ───────────────────────▶ Reply
//! ```
//!
//! Plain text comes in, plain text goes out: no colours, no files, no terminal. What the language has is in one table,
//! [`table::GROUPS`].
//!
//! ```
//! use nixscope_engine::console::Console;
//! use nixscope_engine::session::{DebugSession, Launch};
//! use nixscope_engine::vm::{Limits, Settings};
//! use nixscope_engine::world::Memory;
//!
//! let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
//! let mut session = DebugSession::new(Settings::default(), limits, Memory::default());
//! session.launch(&Launch::text("let double = x: x * 2; in double 21"))?;
//! session.begin(true);
//! let mut console = Console::new("/");
//! console.execute(&mut session, "step");
//! assert_eq!(console.execute(&mut session, "print x + x").text, "42");
//! # Ok::<(), nixscope_engine::vm::Fault>(())
//! ```

mod breakpoints;
mod code;
mod command;
mod complete;
mod history;
mod look;
mod moves;
mod parse;
mod path;
mod place;
mod rules;
mod stop;
pub mod table;
pub mod transcript;
mod values;

#[cfg(test)]
mod tests;

pub use command::{At, Calls, Change, Command, ListAt, Look, Move, Of, PlaceText, Query, Skip, Stops};
pub use complete::{Completion, CompletionKind};
pub use stop::forgot;

use crate::debug::{BreakpointId, Stopped};
use crate::session::DebugSession;
use crate::world::World;

/// What came of a line.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// What there is to tell, without a line break at the end; may be empty.
    pub text: String,
    /// Where the program stands now, if it moved.
    pub moved: Option<Stopped>,
    /// Whether the session is to end.
    pub wants_quit: bool,
    /// Whether it could not be done: the text says why.
    pub is_failure: bool,
    /// Whether values of the program may have changed, or names of frames: whatever was shown should be asked for again.
    pub is_stale: bool,
}

impl Reply {
    fn told(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// One person's view of a program that is debugged.
#[derive(Clone, Debug)]
pub struct Console {
    /// The folder that paths are told relative to, and that names of files begin in.
    folder: String,
    /// The selected frame, the innermost being 0.
    selected: usize,
    /// Breakpoints to be taken away when they stop the program.
    temporary: Vec<BreakpointId>,
    /// The unit and the line after those listed last.
    listed: Option<(u32, u32)>,
    /// When the body ended whose value was told last.
    told: Option<u64>,
    /// What is not stepped through, as it was typed.
    skipped: Vec<String>,
}

impl Console {
    /// A console. Names of files begin in `folder`, an absolute path, and paths in it are told without it.
    #[must_use]
    pub fn new(folder: &str) -> Self {
        let folder = folder.trim_end_matches('/').to_owned();
        Self { folder, selected: 0, temporary: Vec::new(), listed: None, told: None, skipped: Vec::new() }
    }

    /// Does what a line says. A line that goes on returns when the program stands still again.
    pub fn execute<W: World>(&mut self, session: &mut DebugSession<W>, line: &str) -> Reply {
        match Command::parse(line) {
            Ok(command) => self.run(session, &command),
            Err(why) => Reply { is_failure: true, ..Reply::told(why) },
        }
    }

    /// Does what a command says.
    pub fn run<W: World>(&mut self, session: &mut DebugSession<W>, command: &Command) -> Reply {
        let result = match command {
            Command::Nothing => Ok(Reply::default()),
            Command::Move(it) => self.go(session, it),
            Command::Stops(it) => self.change_stops(session, it).map(Reply::told),
            Command::Look(it) => self.look(session, it).map(Reply::told),
            Command::Value(it) => self.query(session, it),
            Command::Said { with_times } => self.said(session, *with_times).map(Reply::told),
            Command::Calls(it) => {
                // The machine goes back for it: what was evaluated on the side is gone.
                let told = self.calls(session, it).map(Reply::told);
                told.map(|it| Reply { is_stale: true, ..it })
            }
            Command::Skip(it) => Ok(Reply { is_stale: true, ..Reply::told(self.skip(session, it)) }),
            Command::Help(None) => Ok(Reply::told(table::help())),
            Command::Help(Some(name)) => table::help_about(name).map(Reply::told),
            Command::Quit => Ok(Reply { wants_quit: true, ..Reply::default() }),
        };
        result.unwrap_or_else(|why| Reply { is_failure: true, ..Reply::told(why) })
    }

    /// The machine's index of the selected frame, for [`DebugSession::evaluate`] and its like; none if the program is
    /// over or did not begin.
    #[must_use]
    pub fn selected<W: World>(&self, session: &DebugSession<W>) -> Option<usize> {
        session.vm().frames().len().checked_sub(1 + self.selected)
    }

    /// Selects a frame by the machine's index.
    pub fn select<W: World>(&mut self, session: &DebugSession<W>, index: usize) {
        self.selected = session.vm().frames().len().saturating_sub(1 + index);
    }

    fn skip<W: World>(&mut self, session: &mut DebugSession<W>, change: &Skip) -> String {
        let skips = &mut session.debugger.skips;
        match change {
            Skip::Tell => {}
            Skip::Files(pattern, text) => {
                if !self.skipped.contains(text) {
                    skips.paths.push(pattern.clone());
                    self.skipped.push(text.clone());
                }
            }
            Skip::Off => {
                skips.paths.clear();
                self.skipped.clear();
            }
            Skip::Internal(skip) => skips.with_internal = !skip,
        }
        let mut all = self.skipped.clone();
        if !skips.with_internal {
            all.push("the evaluator's own Nix".to_owned());
        }
        match all.as_slice() {
            [] => "everything is stepped through".to_owned(),
            all => format!("not stepped through: {}", all.join(", ")),
        }
    }
}
