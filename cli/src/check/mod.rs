//! `nixscope check`: what the language server says of files, in a terminal or for programs that read reports.
//!
//! Finds the files and counts; what is said of a text is known to [`nixscope_lsp::check`].

mod json;
mod sarif;
mod text;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use ignore::WalkBuilder;
use nixscope_engine::syntax::Features;
use nixscope_lsp::check::{Checked, Evaluation, Problem, check, evaluate};
use nixscope_lsp::diagnose::Level;

use crate::terminal;

pub(crate) const EXAMPLES: &str = "Examples:
  nixscope check
  nixscope check lib pkgs/default.nix --ignore unused-argument
  nixscope check --format sarif --fail-on error > nixscope.sarif

Ends with 0 if nothing was found that is as bad as --fail-on says, with 1 if something was,
with 2 if something could not be read.";

/// Something is as bad as must not be.
const FOUND: u8 = 1;
/// Something could not be read.
const ERROR: u8 = 2;

/// What `nixscope check` is told.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Files, `-` for standard input, and folders in which those that end in `.nix` are looked for, but for what
    /// .gitignore leaves out
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<String>,
    /// How it is told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Tell only what is at least as bad
    #[arg(long, value_name = "LEVEL", default_value = "hint")]
    show: Severity,
    /// End with 1 if something is at least as bad
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    fail_on: Severity,
    /// Tell nothing of this kind, such as unused-argument; may be given several times
    #[arg(long, value_name = "CODE")]
    ignore: Vec<String>,
    /// Take files that .gitignore leaves out, and hidden ones, too
    #[arg(long)]
    all: bool,
    /// Do not read |> and <|
    #[arg(long)]
    no_pipe_operators: bool,
    /// Evaluate each file, too, as the server does: what fails is an error. Only files below the current folder are read
    #[arg(long)]
    eval: bool,
    /// With --eval, look here for `<names>`; PATH is a folder, or name=folder
    #[arg(short = 'I', long = "include", value_name = "PATH", requires = "eval")]
    includes: Vec<String>,
    /// With --eval, let programs read any file
    #[arg(long, requires = "eval")]
    trust: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// An object with all that was found, for programs
    Json,
    /// SARIF 2.1.0, for what shows findings in code review
    Sarif,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Severity {
    Error,
    Warning,
    Hint,
}

impl Severity {
    fn takes(self, level: Level) -> bool {
        let limit = match self {
            Self::Error => Level::Error,
            Self::Warning => Level::Warning,
            Self::Hint => Level::Hint,
        };
        level <= limit
    }
}

/// A text with something to tell of.
struct Report {
    /// As it is told: below the current folder if it is there.
    name: String,
    checked: Checked,
}

/// What was looked at, and what came of it.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    errors: usize,
    warnings: usize,
    hints: usize,
    /// What could not be read.
    failures: Vec<String>,
    has_failed: bool,
}

/// Looks at everything.
pub(crate) fn run(args: &CheckArgs) -> ExitCode {
    let kinds: Vec<&str> = nixscope_lsp::check::kinds().map(|it| it.0).collect();
    if let Some(unknown) = args.ignore.iter().find(|it| !kinds.contains(&it.as_str())) {
        terminal::tell_error(&format!("there is no '{unknown}' to ignore; there are {}", kinds.join(", ")));
        return ExitCode::from(ERROR);
    }
    let mut tally = Tally::default();
    let mut reports = Vec::new();
    let evaluation = args.eval.then(|| evaluation(args));
    for file in find(args, &mut tally) {
        let Some(report) = look(&file, args, evaluation.as_ref(), &mut tally) else { continue };
        if report.checked.problems.is_empty() {
            continue;
        }
        match args.format {
            // A person sees what is found while the rest is looked at.
            Format::Text => print(&text::report(&report, terminal::output_style()), &mut tally),
            Format::Json | Format::Sarif => reports.push(report),
        }
    }
    match args.format {
        Format::Text => print(&text::summary(&tally), &mut tally),
        Format::Json => print(&json::report(&reports, &tally), &mut tally),
        Format::Sarif => print(&sarif::report(&reports, &tally), &mut tally),
    }
    for failure in &tally.failures {
        terminal::tell_error(failure);
    }
    match (tally.failures.is_empty(), tally.has_failed) {
        (false, _) => ExitCode::from(ERROR),
        (true, true) => ExitCode::from(FOUND),
        (true, false) => ExitCode::SUCCESS,
    }
}

fn print(text: &str, tally: &mut Tally) {
    if let Err(error) = terminal::print(text.as_bytes()) {
        tally.failures.push(format!("writing to standard output: {error}"));
    }
}

/// The files that are meant, each once, in order.
fn find(args: &CheckArgs, tally: &mut Tally) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in &args.paths {
        if path == "-" {
            files.push(PathBuf::from(path));
            continue;
        }
        if let Err(error) = std::fs::metadata(path) {
            tally.failures.push(format!("{path}: {error}"));
            continue;
        }
        let mut walk = WalkBuilder::new(path);
        walk.standard_filters(!args.all).require_git(false);
        for entry in walk.build() {
            match entry {
                Ok(it) => {
                    let is_file =
                        it.file_type().is_some_and(|it| it.is_file()) || (it.depth() == 0 && it.path().is_file());
                    // What somebody named is taken whatever it is called.
                    let is_nix = it.depth() == 0 || it.path().extension().is_some_and(|it| it == "nix");
                    if is_file && is_nix {
                        files.push(it.into_path());
                    }
                }
                Err(error) => tally.failures.push(error.to_string()),
            }
        }
    }
    files.sort();
    files.dedup();
    files
}

/// What there is to tell of a file.
fn look(file: &Path, args: &CheckArgs, evaluation: Option<&Evaluation>, tally: &mut Tally) -> Option<Report> {
    let is_input = file == Path::new("-");
    let bytes = if is_input { from_input() } else { std::fs::read(file) };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => {
            tally.failures.push(format!("{}: {error}", file.display()));
            return None;
        }
    };
    tally.files += 1;
    let absolute = std::path::absolute(file).ok().filter(|_| !is_input);
    let path = absolute.as_deref().and_then(Path::to_str);
    let features = Features { pipe_operators: !args.no_pipe_operators };
    let mut checked = check(path, &bytes, features);
    if let (Some(path), Some(evaluation)) = (path, evaluation) {
        let failed = evaluate(path, checked.text.as_str(), features, evaluation);
        checked.problems.extend(failed.into_iter().map(|finding| Problem { finding, fixes: Vec::new() }));
        checked.problems.sort_by_key(|it| (it.finding.range, it.finding.level));
    }
    checked.problems.retain(|it| !args.ignore.iter().any(|code| code == it.finding.code));
    for problem in &checked.problems {
        let level = problem.finding.level;
        tally.has_failed |= args.fail_on.takes(level);
        *match level {
            Level::Error => &mut tally.errors,
            Level::Warning => &mut tally.warnings,
            Level::Hint => &mut tally.hints,
        } += 1;
    }
    checked.problems.retain(|it| args.show.takes(it.finding.level));
    let name = if is_input { "<stdin>".to_owned() } else { name_of(file) };
    Some(Report { name, checked })
}

/// What evaluations may see.
fn evaluation(args: &CheckArgs) -> Evaluation {
    let here = std::env::current_dir().ok().and_then(|it| it.to_str().map(str::to_owned));
    let nix_path = args.includes.iter().map(|it| match it.split_once('=') {
        Some((name, folder)) => format!("{name}={}", absolute(folder)),
        None => absolute(it),
    });
    let (roots, nix_path) = (here.into_iter().collect(), nix_path.collect());
    Evaluation { roots, nix_path, trust: args.trust, ..Evaluation::default() }
}

fn absolute(path: &str) -> String {
    std::path::absolute(path).map_or_else(|_| path.to_owned(), |it| it.to_string_lossy().into_owned())
}

fn from_input() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file as it is told.
fn name_of(file: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let file = file.strip_prefix(".").unwrap_or(file);
    file.strip_prefix(here).unwrap_or(file).to_string_lossy().into_owned()
}
