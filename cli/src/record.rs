//! Runs written down, and run again where their files, environment and network are not.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock, PoisonError};

use clap::{Args, Parser as _};
use nixscope_dap_adapter::launch::{Made, Replayed};
use nixscope_engine::session::{DebugSession, Pulse, Session};
use nixscope_engine::world::{Answer, CanonPath, Recorder, Recording, Replay, Request, World, describe};
use serde::{Deserialize, Serialize};

use crate::args::{Cli, Command};
use crate::debug::{self, Debug};
use crate::debug_args::{History, Wanted};
use crate::image::Used;
use crate::machine::{self, Purpose, Setup};
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
  nixscope replay --debug run.nixtrace
  nixscope replay --calls lib.mkMerge run.nixtrace
  nixscope replay --diff other.nixtrace run.nixtrace";

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
    /// List every run of a function or attribute such as lib.mkMerge, or of what is at FILE:LINE:COLUMN
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["list", "debug"])]
    calls: Option<String>,
    /// Tell where this recording and another one part
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "debug", "calls"])]
    diff: Option<String>,
    /// With --debug: do this command before asking for others; may be given several times
    #[arg(short = 'x', long = "command", value_name = "COMMAND", requires = "debug")]
    commands: Vec<String>,
    /// With --debug: end after the commands, and fail if the last one did
    #[arg(long, requires = "debug")]
    batch: bool,
    #[command(flatten)]
    history: History,
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
    /// What it began with.
    pub image: Option<Used>,
}

impl About {
    pub(crate) fn new(options: Options, setup: Setup) -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), options, setup, image: None }
    }

    /// The same of what began with an image.
    pub(crate) fn with_image(self, image: Used) -> Self {
        Self { image: Some(image), ..self }
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
    if options.image.is_some() {
        return failed("what begins with an image cannot be recorded: the recording would not have the image");
    }
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
    let (recording, about) = match load(&args.file) {
        Ok(loaded) => loaded,
        Err(error) => return failed(&error),
    };
    if args.list {
        return match terminal::print(list(&about, &recording).as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&format!("writing to standard output: {error}")),
        };
    }
    if let Some(what) = &args.calls {
        let world = Box::new(Replay::new(&recording));
        return debug::end(Debug::over(whole(about), world).calls(what));
    }
    if let Some(other) = &args.diff {
        return debug::end(
            load(other).and_then(|(other_recording, _)| {
                diff((&args.file, &recording), (other, &other_recording), whole(about))
            }),
        );
    }
    let world = Box::new(Replay::new(&recording));
    if args.debug {
        let wanted = Wanted {
            options: Options { is_strict: true, ..about.options },
            breakpoints: Vec::new(),
            commands: args.commands.clone(),
            history: args.history.limits(),
            is_batch: args.batch,
            save: None,
        };
        return debug::run_in(&wanted, &about.setup, world);
    }
    run::run_in(&about.options, &about.setup, world)
}

/// Reads a recording.
fn load(path: &str) -> Result<(Recording, About), String> {
    let bytes = std::fs::read(path).map_err(|it| format!("opening '{path}': {it}"))?;
    let recording = Recording::from_bytes(&bytes).map_err(|it| format!("'{path}': {it}"))?;
    let about = About::from_bytes(&recording.about).map_err(|it| format!("'{path}': {it}"))?;
    Ok((recording, about))
}

/// A recorded run for the debugger of an editor.
///
/// # Errors
/// If the recording cannot be read, or is of several programs.
pub(crate) fn take_up(path: &str, folder: Option<&str>) -> Result<Made, String> {
    let here = machine::folder()?;
    let base = folder.map_or_else(|| here.clone(), |it| CanonPath::new_at(it.as_bytes(), &here));
    let (recording, about) = load(&CanonPath::new_at(path.as_bytes(), &base).to_text())?;
    let About { options, setup, .. } = whole(about);
    let outside: Box<dyn World + Send> = Box::new(Replay::new(&recording));
    let mut session = DebugSession::over(Session::new(setup.machine(Purpose::Debug), outside));
    let launch = machine::launch_of(session.session(), None, &options, &setup.folder)?;
    let launch = launch.map_err(|it| it.data().message.clone())?;
    let gives_texts = !recording.entries.iter().all(is_so_here);
    let replayed = Some(Replayed { launch, gives_texts });
    Ok(Made { session, folder: setup.folder, image: None, replayed, remarks: Vec::new() })
}

/// Whether a file that was read is on this disk as it was then. What is no file does not matter.
fn is_so_here((request, answer): &(Request, Answer)) -> bool {
    match (request, answer) {
        (Request::ReadFile(path), Answer::Bytes(bytes)) => {
            std::fs::read(&*path.to_text()).is_ok_and(|it| it[..] == bytes[..])
        }
        _ => true,
    }
}

/// The same, everything in the value computed: what is printed is.
fn whole(about: About) -> About {
    About { options: Options { is_strict: true, ..about.options }, ..about }
}

/// Tells the first question or answer that is not the same in two recordings, and who asked.
fn diff(one: (&str, &Recording), other: (&str, &Recording), about: About) -> Result<ExitCode, String> {
    let (one_entries, other_entries) = (&one.1.entries, &other.1.entries);
    let n = one_entries.iter().zip(other_entries).take_while(|(a, b)| a == b).count();
    if n == one_entries.len() && n == other_entries.len() {
        let text = format!("the outside said the same in both, {n} times\n");
        terminal::print(text.as_bytes()).map_err(|it| format!("writing to standard output: {it}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = format!("the first {n} answers are the same; then\n");
    for (path, entries) in [(one.0, one_entries), (other.0, other_entries)] {
        let what = entries.get(n).map_or_else(|| "is over".to_owned(), |(request, answer)| told(request, answer));
        out.push_str(&format!("  {path}: {what}\n"));
    }
    terminal::print(out.as_bytes()).map_err(|it| format!("writing to standard output: {it}"))?;
    let wish = Arc::new(OnceLock::new());
    let world = PauseAt { inner: Replay::new(one.1), left: n, wish: Arc::clone(&wish) };
    let mut debug = Debug::over(about, Box::new(world));
    // It is the first and only time that it is set.
    let _ = wish.set(debug.pulse());
    debug.frames()?;
    Ok(ExitCode::FAILURE)
}

/// A question and its answer on a line.
fn told(request: &Request, answer: &Answer) -> String {
    let answer = match answer {
        Answer::Bytes(bytes) => format!("{} bytes, {}", bytes.len(), short_hash(bytes)),
        Answer::Stat(None) => "nothing".to_owned(),
        Answer::Stat(Some(stat)) => stat.file_type.name().to_owned(),
        Answer::Dir(entries) => format!("{} names", entries.len()),
        Answer::Path(path) => path.to_text().into_owned(),
        Answer::Sha256(hash) => short_hash(hash),
        Answer::Env(None) => "not set".to_owned(),
        Answer::Env(Some(value)) => format!("{} bytes, {}", value.len(), short_hash(value)),
        Answer::Time(time) => time.to_string(),
        Answer::Done => "done".to_owned(),
        Answer::Failed(error) => error.to_string(),
    };
    format!("{}: {answer}", describe(request))
}

/// Enough of a text's sum to tell it from another one, without showing it: it may be a secret.
fn short_hash(bytes: &[u8]) -> String {
    let sum =
        bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, &it| (sum ^ u64::from(it)).wrapping_mul(0x100_0000_01b3));
    format!("sum {:08x}", sum >> 32)
}

/// A world that wants the program to pause when it was asked so many times.
struct PauseAt {
    inner: Replay,
    left: usize,
    wish: Arc<OnceLock<Arc<Pulse>>>,
}

impl World for PauseAt {
    fn answer(&mut self, request: &Request) -> Answer {
        if self.left == 0
            && let Some(pulse) = self.wish.get()
        {
            pulse.pause();
        }
        self.left = self.left.saturating_sub(1);
        self.inner.answer(request)
    }
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
