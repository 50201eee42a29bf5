//! Runs written down, and run again where their files, environment and network are not.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::ExitCode;
use std::sync::PoisonError;

use clap::{Args, Parser as _};
use nixscope_engine::world::{Answer, Recorder, Recording, Replay, Request, describe};
use serde::{Deserialize, Serialize};

use crate::args::{Cli, Command};
use crate::debug;
use crate::debug_args::Wanted;
use crate::machine::{self, Setup};
use crate::options::{Argument, Input, Options};
use crate::run;
use crate::settings::Settings;
use crate::terminal;

pub(crate) const RECORD_EXAMPLES: &str = "Examples:
  nixscope record -o run.nixtrace -- ./default.nix -A hello.drvPath
  nixscope record -o run.nixtrace --redact-env -- --strict -E 'import ./.'
  nixscope replay run.nixtrace";

pub(crate) const REPLAY_EXAMPLES: &str = "Examples:
  nixscope replay run.nixtrace
  nixscope replay --list run.nixtrace
  nixscope replay --debug run.nixtrace";

/// What `nixscope record` is told.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// Where the recording goes
    #[arg(short = 'o', long = "output", id = "recording", value_name = "FILE")]
    recording: String,
    /// Let the program see an environment in which nothing is set: then none of it is in the recording
    #[arg(long)]
    redact_env: bool,
    /// What to run, as for `nixscope eval`
    #[arg(value_name = "ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// What `nixscope replay` is told.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The recording
    #[arg(value_name = "FILE")]
    file: String,
    /// Tell what is in it, and run nothing
    #[arg(long, conflicts_with = "debug")]
    list: bool,
    /// Run it in the debugger
    #[arg(long)]
    debug: bool,
    /// With --debug: do this command before asking for others; may be given several times
    #[arg(short = 'x', long = "command", value_name = "COMMAND", requires = "debug")]
    commands: Vec<String>,
    /// With --debug: end after the commands, and fail if the last one did
    #[arg(long, requires = "debug")]
    batch: bool,
}

/// What was run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct About {
    /// Which nixscope wrote it down.
    version: String,
    /// What was asked for.
    pub options: Options,
    /// On which machine.
    pub setup: Setup,
}

impl About {
    pub(crate) fn new(options: Options, setup: Setup) -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), options, setup }
    }

    /// As bytes, for a file.
    ///
    /// # Errors
    /// If it cannot be written down.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, String> {
        postcard::to_allocvec(self).map_err(|it| format!("what was run cannot be written down: {it}"))
    }

    /// Reads what [`About::to_bytes`] gave.
    ///
    /// # Errors
    /// If another version wrote it.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        postcard::from_bytes(bytes).map_err(|_| "it was not written by this version of nixscope".to_owned())
    }
}

/// Runs a program and writes down what the outside answered. What went wrong was told.
#[must_use]
pub(crate) fn record(args: RecordArgs, settings: Settings, warnings: Vec<String>) -> ExitCode {
    let words = args.words.iter().skip(usize::from(args.words.first().is_some_and(|it| it == "eval")));
    let words = ["nixscope", "eval"].into_iter().chain(words.map(String::as_str));
    let mut options = match Cli::try_parse_from(words) {
        Ok(Cli { command: Command::Eval(eval) }) => eval.into_options(settings, warnings),
        Ok(_) => return failed("only what 'nixscope eval' does can be recorded"),
        Err(error) => {
            let _ = error.print();
            return ExitCode::FAILURE;
        }
    };
    let setup = match prepare(&mut options) {
        Ok(setup) => setup,
        Err(error) => return failed(&error),
    };
    let recorder = Recorder::new(setup.outside(), args.redact_env);
    let entries = recorder.entries();
    let code = run::run_in(&options, &setup, Box::new(recorder));
    let entries = std::mem::take(&mut *entries.lock().unwrap_or_else(PoisonError::into_inner));
    let recording = match About::new(options, setup).to_bytes() {
        Ok(about) => Recording { about, entries },
        Err(error) => return failed(&error),
    };
    match std::fs::write(&args.recording, recording.to_bytes()) {
        Ok(()) => code,
        Err(error) => failed(&format!("writing '{}': {error}", args.recording)),
    }
}

/// Reads what does not go through the world, so that it is a part of what was run.
pub(crate) fn prepare(options: &mut Options) -> Result<Setup, String> {
    let folder = machine::folder()?;
    let wants_stdin = options.inputs.contains(&Input::Stdin) || options.args.iter().any(|it| it.1 == Argument::Stdin);
    if wants_stdin {
        let mut text = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut text);
        read.map_err(|it| format!("reading standard input: {it}"))?;
        options.stdin = Some(text);
    }
    for (_, argument) in &mut options.args {
        if let Argument::File(path) = argument {
            let text = std::fs::read_to_string(&*path).map_err(|it| format!("opening file '{path}': {it}"))?;
            *argument = Argument::Str(text);
        }
    }
    Ok(Setup::of(options, &folder))
}

/// Runs a recorded program again, with the answers it had. What went wrong was told.
#[must_use]
pub(crate) fn replay(args: &ReplayArgs) -> ExitCode {
    let bytes = match std::fs::read(&args.file) {
        Ok(bytes) => bytes,
        Err(error) => return failed(&format!("opening '{}': {error}", args.file)),
    };
    let recording = match Recording::from_bytes(&bytes) {
        Ok(recording) => recording,
        Err(error) => return failed(&format!("'{}': {error}", args.file)),
    };
    let about = match About::from_bytes(&recording.about) {
        Ok(about) => about,
        Err(error) => return failed(&format!("'{}': {error}", args.file)),
    };
    if args.list {
        return match terminal::print(list(&about, &recording).as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&format!("writing to standard output: {error}")),
        };
    }
    let world = Box::new(Replay::new(&recording));
    if args.debug {
        let wanted = Wanted {
            options: Options { is_strict: true, ..about.options },
            breakpoints: Vec::new(),
            commands: args.commands.clone(),
            is_batch: args.batch,
            save: None,
        };
        return debug::run_in(&wanted, &about.setup, world);
    }
    run::run_in(&about.options, &about.setup, world)
}

/// What a recording holds, so that one knows before giving it away.
fn list(about: &About, recording: &Recording) -> String {
    let mut out = format!("recorded by nixscope {} in {}\n", about.version, about.setup.folder.to_text());
    let mut sizes: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (request, answer) in &recording.entries {
        let size = match (request, answer) {
            (Request::Env(_), Answer::Env(value)) => value.as_ref().map_or(0, Vec::len),
            (_, Answer::Bytes(bytes)) => bytes.len(),
            (_, Answer::Dir(entries)) => entries.iter().map(|it| it.name.len()).sum(),
            _ => 0,
        };
        let known = sizes.entry(describe(request)).or_default();
        known.0 += 1;
        known.1 = known.1.max(size);
    }
    for (what, (n, size)) in sizes {
        let times = if n > 1 { format!(", {n} times") } else { String::new() };
        let bytes = if size > 0 { format!(", {size} bytes") } else { String::new() };
        out.push_str(&format!("{what}{bytes}{times}\n"));
    }
    out
}

fn failed(message: &str) -> ExitCode {
    terminal::tell_error(message);
    ExitCode::FAILURE
}
