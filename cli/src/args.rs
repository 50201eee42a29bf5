//! The command line of `nixscope` itself: what there is to say, and [`Options`] made of it. Never evaluates.

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::check::{self, CheckArgs};
use crate::debug_args::{self, DebugArgs, ResumeArgs};
use crate::image::{self, ImageArgs, ImageChoice};
use crate::options::{Argument, Input, Options, Output, Task, USUAL_VERBOSITY};
use crate::record::{self, RecordArgs, ReplayArgs};
use crate::settings::Settings;

/// Evaluates Nix programs, and shows how it does.
#[derive(Debug, Parser)]
#[command(name = "nixscope", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Called by the name `nix-instantiate` (through a link, say), it takes the flags of \
    `nix-instantiate --eval`, `--parse` and `--find-file` instead.")]
pub(crate) struct Cli {
    /// What is to be done.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the value of programs.
    #[command(after_help = EVAL_EXAMPLES)]
    Eval(Box<EvalArgs>),
    /// Stop programs on their way, and look into them.
    #[command(after_help = debug_args::EXAMPLES)]
    Debug(Box<DebugArgs>),
    /// Take a program up again that was put down in the debugger.
    #[command(after_help = debug_args::RESUME_EXAMPLES)]
    Resume(ResumeArgs),
    /// Run a program and write down what the outside answered, so that the run can be repeated anywhere.
    #[command(after_help = record::RECORD_EXAMPLES)]
    Record(Box<RecordArgs>),
    /// Repeat a recorded run, without the files and the environment it had.
    #[command(after_help = record::REPLAY_EXAMPLES)]
    Replay(ReplayArgs),
    /// Keep what was computed, for programs that begin with it.
    #[command(after_help = image::EXAMPLES)]
    Image(ImageArgs),
    /// Print programs as they were understood.
    #[command(after_help = PARSE_EXAMPLES)]
    Parse(Box<ParseArgs>),
    /// Debug programs for an editor: the Debug Adapter Protocol, on standard input and output
    #[command(after_help = DAP_EXAMPLES)]
    Dap(DapArgs),
    /// Serve an editor: the Language Server Protocol, on standard input and output
    #[command(after_help = "Example:\n  nixscope lsp")]
    Lsp(LspArgs),
    /// Tell what is wrong with files, or could be written more simply
    #[command(after_help = check::EXAMPLES)]
    Check(CheckArgs),
    /// Have sessions of the debugger that are written down, and compare what comes.
    #[command(after_help = TEST_EXAMPLES)]
    Test(TestArgs),
    /// Print the completions of a shell for this command line.
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page of this command line, or of one of its commands.
    #[command(after_help = "Example:\n  nixscope man eval | man -l -")]
    Man {
        /// The command.
        command: Option<String>,
    },
}

const EVAL_EXAMPLES: &str = "Examples:
  nixscope eval -E '1 + 1'
  nixscope eval --strict ./default.nix -A hello.name
  nixscope eval --json -E '{ x }: { y = x; }' --arg x '[ 1 2 ]'
  nixscope eval -I nixpkgs=./nixpkgs '<nixpkgs/lib>' -A version --raw
  echo '{ a = 1; }' | nixscope eval - -A a";

const PARSE_EXAMPLES: &str = "Examples:
  nixscope parse ./default.nix
  nixscope parse -E 'a.b or 1'";

const DAP_EXAMPLES: &str = "Examples:
  nixscope dap
  nixscope dap --listen 127.0.0.1:4711";

const TEST_EXAMPLES: &str = "Examples:
  nixscope test
  nixscope test tests/lib.nixtest.md --filter merging
  nixscope test --bless docs

Ends with 0 if all went as written, with 1 if something did not, with 2 if something could not be run.";

const COMPLETIONS_EXAMPLES: &str = "Examples:
  nixscope completions bash > ~/.local/share/bash-completion/completions/nixscope
  nixscope completions fish > ~/.config/fish/completions/nixscope.fish";

/// What `nixscope dap` is told.
#[derive(Debug, Args)]
pub(crate) struct DapArgs {
    /// Serve every client that connects here instead, until killed; ADDR is a port of this machine, or 0 for any that is
    /// free, which is told on standard error
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
}

/// What `nixscope lsp` is told.
#[derive(Debug, Args)]
pub(crate) struct LspArgs {
    /// What is done anyway; editors say it
    #[arg(long)]
    stdio: bool,
}

/// What `nixscope parse` is told.
#[derive(Debug, Args)]
pub(crate) struct ParseArgs {
    #[command(flatten)]
    programs: Programs,
    #[command(flatten)]
    language: Language,
}

/// Which programs.
#[derive(Debug, Args)]
pub(crate) struct Programs {
    /// Files, folders with a `default.nix`, `<names>` of the search path, or `-` for standard input
    /// [default: ./default.nix]
    #[arg(value_name = "PROGRAM")]
    programs: Vec<String>,
    /// Take each PROGRAM as a text instead of a file
    #[arg(short = 'E', long = "expr")]
    are_exprs: bool,
    /// Look here for `<names>` first; PATH is a folder, or name=folder
    #[arg(short = 'I', long = "include", value_name = "PATH")]
    includes: Vec<String>,
}

/// What `nixscope test` is told.
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Markdown files, and folders in which those that end in `.nixtest.md` are looked for
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<String>,
    /// Write down what comes instead of comparing it
    #[arg(long)]
    pub(crate) bless: bool,
    /// Only the sessions with this in their file's name or heading
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Tell which sessions there are, and have none
    #[arg(long, conflicts_with = "bless")]
    pub(crate) list: bool,
    /// Print what happens for other programs, as JSON: an object on each line
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `nixscope eval` is told.
#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    #[command(flatten)]
    programs: Programs,
    /// Take what is at this attribute path, such as a.b.0."c d"; may be given several times
    #[arg(short = 'A', long = "attr", value_name = "PATH")]
    attr_paths: Vec<String>,
    /// Take each PROGRAM as a name, and print where the search path finds it
    #[arg(long, conflicts_with_all = ["are_exprs", "attr_paths"])]
    find_file: bool,
    /// Give functions that take it the argument NAME with the value of EXPR
    #[arg(long, num_args = 2, value_names = ["NAME", "EXPR"], action = ArgAction::Append)]
    arg: Vec<String>,
    /// Give functions that take it the argument NAME with the string TEXT
    #[arg(long, num_args = 2, value_names = ["NAME", "TEXT"], action = ArgAction::Append)]
    argstr: Vec<String>,
    /// Give functions that take it the argument NAME with the content of FILE
    #[arg(long, num_args = 2, value_names = ["NAME", "FILE"], action = ArgAction::Append)]
    arg_from_file: Vec<String>,
    /// Wait for a debugger to attach before the program begins: listen at ADDR, a port of this machine, which is told on
    /// standard error
    #[arg(long, value_name = "ADDR", num_args = 0..=1, require_equals = true, default_missing_value = "0")]
    wait_for_debugger: Option<String>,
    #[command(flatten)]
    image: ImageChoice,
    #[command(flatten)]
    printing: Printing,
    #[command(flatten)]
    outside: Outside,
    #[command(flatten)]
    language: Language,
    #[command(flatten)]
    limits: Limits,
}

/// How values are printed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
struct Printing {
    /// Compute everything in the value before it is printed
    #[arg(long)]
    strict: bool,
    /// Print JSON
    #[arg(long, group = "output")]
    json: bool,
    /// Print XML
    #[arg(long, group = "output")]
    xml: bool,
    /// Leave out of XML where things are written
    #[arg(long, requires = "xml")]
    no_location: bool,
    /// Print a string as it is, without quotes and line break
    #[arg(long, group = "output")]
    raw: bool,
    /// Taken for the sake of command lines written for Nix: no store is written, with or without it
    #[arg(long)]
    read_write_mode: bool,
    /// Show all that was being done when evaluation failed
    #[arg(long, overrides_with = "no_show_trace")]
    show_trace: bool,
    /// Show the outermost part of that
    #[arg(long)]
    no_show_trace: bool,
    /// Print statistics at the end, to standard error
    #[arg(long)]
    stats: bool,
    /// Tell more; may be given several times
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
    /// Tell less: once, no progress; three times, no warnings
    #[arg(short, long, action = ArgAction::Count)]
    quiet: u8,
}

/// What programs see of the outside.
#[derive(Debug, Args)]
#[command(next_help_heading = "The outside")]
pub(crate) struct Outside {
    /// Hide the environment, the clock and the search path
    #[arg(long, overrides_with = "impure")]
    pure_eval: bool,
    /// Show them
    #[arg(long)]
    impure: bool,
    /// What `builtins.currentSystem` is
    #[arg(long, value_name = "SYSTEM")]
    eval_system: Option<String>,
    /// Set a setting of Nix, as in `nix.conf`
    #[arg(long, num_args = 2, value_names = ["NAME", "VALUE"], action = ArgAction::Append)]
    option: Vec<String>,
}

/// Which language it is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Language")]
pub(crate) struct Language {
    /// The experimental features that are on, instead of those in `nix.conf`
    #[arg(long, value_name = "NAMES")]
    experimental_features: Option<String>,
    /// Experimental features that are on as well, such as "pipe-operators"
    #[arg(long, value_name = "NAMES")]
    extra_experimental_features: Vec<String>,
    /// What to do about addresses without quotes
    #[arg(long, value_name = "WHAT")]
    lint_url_literals: Option<Lint>,
    /// What to do about paths such as /etc/passwd and ~/file
    #[arg(long, value_name = "WHAT")]
    lint_absolute_path_literals: Option<Lint>,
    /// What to do about paths such as dir/file
    #[arg(long, value_name = "WHAT")]
    lint_short_path_literals: Option<Lint>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Lint {
    Ignore,
    Warn,
    Fatal,
}

/// What evaluation may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// How many calls and values may wait for each other [default: as many as there is memory for]
    #[arg(long, value_name = "N")]
    max_call_depth: Option<usize>,
    /// How much memory values may take, such as 512M or 2G [default: most of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_heap: Option<u64>,
}

impl Outside {
    /// Settings written out first, then what has a flag of its own.
    pub(crate) fn apply(self, options: &mut Options) {
        for pair in self.option.chunks_exact(2) {
            options.set(&pair[0], &pair[1]);
        }
        let settings = &mut options.settings;
        settings.pure_eval = (settings.pure_eval || self.pure_eval) && !self.impure;
        if let Some(system) = self.eval_system {
            settings.eval_system = system;
        }
    }
}

impl Limits {
    pub(crate) fn apply(&self, options: &mut Options) {
        options.settings.max_call_depth = self.max_call_depth.or(options.settings.max_call_depth);
        options.max_heap = self.max_heap;
    }
}

/// What settings of Nix the flags stand for, in the order in which they are set.
pub(crate) fn flag_settings(language: &Language) -> Vec<(&'static str, String)> {
    let word = |lint: Lint| match lint {
        Lint::Ignore => "ignore".to_owned(),
        Lint::Warn => "warn".to_owned(),
        Lint::Fatal => "fatal".to_owned(),
    };
    let mut all = Vec::new();
    all.extend(language.experimental_features.iter().map(|it| ("experimental-features", it.clone())));
    all.extend(language.extra_experimental_features.iter().map(|it| ("extra-experimental-features", it.clone())));
    all.extend(language.lint_url_literals.map(|it| ("lint-url-literals", word(it))));
    all.extend(language.lint_absolute_path_literals.map(|it| ("lint-absolute-path-literals", word(it))));
    all.extend(language.lint_short_path_literals.map(|it| ("lint-short-path-literals", word(it))));
    all
}

impl Programs {
    /// Whether none is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.programs.is_empty()
    }

    pub(crate) fn into_options(self, settings: Settings, warnings: Vec<String>) -> Options {
        let mut options = Options { settings, warnings, verbosity: USUAL_VERBOSITY, ..Options::default() };
        options.includes = self.includes;
        let names = if self.programs.is_empty() { vec!["./default.nix".to_owned()] } else { self.programs };
        let input = |it: String| match it.as_str() {
            "-" => Input::Stdin,
            _ if self.are_exprs => Input::Expr(it),
            _ => Input::File(it),
        };
        options.inputs = names.into_iter().map(input).collect();
        options
    }
}

impl Options {
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        match self.settings.set(name, value) {
            Ok(warnings) => self.warnings.extend(warnings),
            Err(warning) => self.warnings.push(warning),
        }
    }
}

impl Options {
    /// Adds arguments for functions: names and values in turn.
    pub(crate) fn add_args(&mut self, words: Vec<String>, kind: fn(String) -> Argument) {
        let mut words = words.into_iter();
        while let (Some(name), Some(value)) = (words.next(), words.next()) {
            self.args.retain(|it| it.0 != name);
            self.args.push((name, kind(value)));
        }
    }
}

impl ParseArgs {
    /// What is asked for, on top of what the environment says.
    pub(crate) fn into_options(self, settings: Settings, warnings: Vec<String>) -> Options {
        let mut options = self.programs.into_options(settings, warnings);
        for (name, value) in flag_settings(&self.language) {
            options.set(name, &value);
        }
        options.task = Task::Parse;
        options
    }
}

impl EvalArgs {
    /// What is asked for, on top of what the environment says.
    pub(crate) fn into_options(self, settings: Settings, warnings: Vec<String>) -> Options {
        let Self { programs, image, printing, outside, limits, .. } = self;
        let mut options = image.into_options(programs, settings, warnings);
        outside.apply(&mut options);
        for (name, value) in flag_settings(&self.language) {
            options.set(name, &value);
        }
        let settings = &mut options.settings;
        settings.show_trace = (settings.show_trace || printing.show_trace) && !printing.no_show_trace;
        limits.apply(&mut options);
        options.attr_paths = self.attr_paths;
        options.debugger = self.wait_for_debugger;
        if self.find_file {
            options.task = Task::FindFile;
        }
        options.add_args(self.arg, Argument::Expr);
        options.add_args(self.argstr, Argument::Str);
        options.add_args(self.arg_from_file, Argument::File);
        options.is_strict = printing.strict;
        options.with_locations = !printing.no_location;
        options.with_stats = printing.stats;
        options.verbosity = (USUAL_VERBOSITY + printing.verbose).saturating_sub(printing.quiet).min(7);
        options.output = match (printing.json, printing.xml, printing.raw) {
            (true, ..) => Output::Json,
            (_, true, _) => Output::Xml,
            (.., true) => Output::Raw,
            _ => Output::Plain,
        };
        options
    }
}

/// A number of bytes, with K, M, G or T for powers of 1024.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let split = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let shift = match unit.to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(format!("'{unit}' is no unit of memory: use K, M, G or T")),
    };
    let number = digits.parse::<u64>().map_err(|_| format!("'{text}' is no size"))?;
    number.checked_mul(1 << shift).ok_or_else(|| format!("'{text}' is more than there can be"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_makes_sense() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes() {
        let cases = [("1", Some(1)), ("2k", Some(2048)), ("3GiB", Some(3 << 30)), ("1x", None), ("", None)];
        for (text, expected) in cases {
            assert_eq!(parse_size(text).ok(), expected, "{text}");
        }
    }
}
