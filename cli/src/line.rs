//! Lines from a person at a terminal: editing, history and completion. Knows no commands.

use std::path::PathBuf;
use std::sync::Arc;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context};

use crate::debug::Shared;

/// How many lines are remembered.
const MAX_HISTORY: usize = 1000;

/// What came of asking.
pub(crate) enum Line {
    /// A line.
    Text(String),
    /// The line was given up.
    Cancelled,
    /// There are no more lines.
    End,
}

/// Asks for lines.
pub(crate) struct Editor {
    editor: rustyline::Editor<Completions, FileHistory>,
    history: Option<PathBuf>,
}

impl Editor {
    /// An editor that completes what the debugger knows.
    ///
    /// # Errors
    /// If the terminal cannot be used.
    pub(crate) fn new(shared: Arc<Shared>) -> Result<Self, String> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .max_history_size(MAX_HISTORY)
            .and_then(|it| it.history_ignore_dups(true))
            .map_err(|it| it.to_string())?
            .build();
        let mut editor = rustyline::Editor::with_config(config).map_err(|it| it.to_string())?;
        editor.set_helper(Some(Completions(shared)));
        let history = history_file();
        if let Some(path) = &history {
            // The first time there is none.
            let _ = editor.load_history(path);
        }
        Ok(Self { editor, history })
    }

    /// Asks for a line.
    ///
    /// # Errors
    /// If the terminal cannot be read.
    pub(crate) fn read(&mut self, prompt: &str) -> Result<Line, String> {
        match self.editor.readline(prompt) {
            Ok(line) => {
                if !line.trim().is_empty() && self.editor.add_history_entry(line.as_str()).is_ok() {
                    self.save();
                }
                Ok(Line::Text(line))
            }
            Err(ReadlineError::Interrupted) => Ok(Line::Cancelled),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(error) => Err(format!("reading the terminal: {error}")),
        }
    }

    /// Keeps what was typed. A disk that cannot be written to is no reason not to debug.
    fn save(&mut self) {
        if let Some(path) = &self.history {
            let _ = path.parent().map(std::fs::create_dir_all);
            let _ = self.editor.append_history(path);
        }
    }
}

/// Where lines are remembered: in the folder for what programs keep between runs.
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|it| it.is_absolute());
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("nixscope/history"))
}

struct Completions(Arc<Shared>);

impl Completer for Completions {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let found = self.0.console.borrow().complete(&mut self.0.session.borrow_mut(), line, pos);
        let start = found.first().map_or(pos, |it| it.start);
        let pairs = found.into_iter().map(|it| Pair { display: it.text.clone(), replacement: it.text });
        Ok((start, pairs.collect()))
    }
}

impl Hinter for Completions {
    type Hint = String;
}

impl Highlighter for Completions {}
impl Validator for Completions {}
impl rustyline::Helper for Completions {}
