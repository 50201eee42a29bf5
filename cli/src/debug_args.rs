//! What `nixscope debug` is told. Never evaluates.

use clap::{ArgAction, Args};

use nixscope_engine::debug::HistoryLimits;

use crate::args::{Language, Limits, Outside, Programs, flag_settings, parse_size};
use crate::image::ImageChoice;
use crate::options::{Argument, Options};
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  nixscope debug ./default.nix -A hello
  nixscope debug -E 'let f = x: x + 1; in map f [ 1 2 ]'
  nixscope debug ./default.nix -b lib/lists.nix:40 -b '*.buildInputs'
  nixscope debug --batch -x 'catch throw' -x continue -x frames ./default.nix
  nixscope debug ./default.nix < commands.txt";

/// What `nixscope debug` is told.
#[derive(Debug, Args)]
pub(crate) struct DebugArgs {
    #[command(flatten)]
    programs: Programs,
    #[command(flatten)]
    image: ImageChoice,
    /// Debug what is at this attribute path, such as a.b.0."c d"
    #[arg(short = 'A', long = "attr", value_name = "PATH", default_value = "", hide_default_value = true)]
    attr: String,
    /// Give functions that take it the argument NAME with the value of EXPR
    #[arg(long, num_args = 2, value_names = ["NAME", "EXPR"], action = ArgAction::Append)]
    arg: Vec<String>,
    /// Give functions that take it the argument NAME with the string TEXT
    #[arg(long, num_args = 2, value_names = ["NAME", "TEXT"], action = ArgAction::Append)]
    argstr: Vec<String>,
    /// Compute the outermost constructor of the value only, instead of everything in it
    #[arg(long)]
    shallow: bool,
    #[command(flatten)]
    stops: Stops,
    #[command(flatten)]
    outside: Outside,
    #[command(flatten)]
    language: Language,
    #[command(flatten)]
    limits: Limits,
}

/// Where it stops, and what is done then.
#[derive(Debug, Args)]
#[command(next_help_heading = "Debugging")]
struct Stops {
    /// Stop here, as for the command `break`: LINE, FILE:LINE, FILE:LINE:COLUMN, or the name of a function or attribute;
    /// may be given several times. The program does not stop on entry then
    #[arg(short = 'b', long = "break", value_name = "PLACE")]
    breakpoints: Vec<String>,
    /// Do this command before asking for others; may be given several times
    #[arg(short = 'x', long = "command", value_name = "COMMAND")]
    commands: Vec<String>,
    /// Pass through files whose paths match, such as 'lib/**'; may be given several times
    #[arg(long, value_name = "PATTERN")]
    skip: Vec<String>,
    #[command(flatten)]
    history: History,
    /// End after the commands, and fail if the last one did
    #[arg(long)]
    batch: bool,
    /// At the end, put the program down in this file, for `nixscope resume`
    #[arg(long, value_name = "FILE")]
    save: Option<String>,
}

/// What is kept of the past, to go back to.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct History {
    /// How much memory the past may take, such as 512M or 2G [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    history_memory: Option<u64>,
    /// How many moments may be kept to go back to: more make ways back shorter [default: 64]
    #[arg(long, value_name = "N")]
    history_moments: Option<usize>,
}

impl History {
    pub(crate) fn limits(self) -> HistoryLimits {
        let usual = HistoryLimits::default();
        HistoryLimits {
            moments: self.history_moments.unwrap_or(usual.moments),
            memory: self.history_memory.unwrap_or(usual.memory),
        }
    }
}

/// How a program is debugged.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The program and the machine.
    pub options: Options,
    /// Places to stop at.
    pub breakpoints: Vec<String>,
    /// Commands to begin with.
    pub commands: Vec<String>,
    /// What may be kept of the past.
    pub history: HistoryLimits,
    /// Whether that is all.
    pub is_batch: bool,
    /// Where the program is put down in the end.
    pub save: Option<String>,
}

pub(crate) const RESUME_EXAMPLES: &str = "Examples:
  nixscope debug --batch ./default.nix -b lib/lists.nix:40 --save stopped.nixscope
  nixscope resume stopped.nixscope";

/// What `nixscope resume` is told.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// Where the program was put down
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Do this command before asking for others; may be given several times
    #[arg(short = 'x', long = "command", value_name = "COMMAND")]
    pub commands: Vec<String>,
    /// End after the commands, and fail if the last one did
    #[arg(long)]
    pub batch: bool,
    #[command(flatten)]
    pub history: History,
    /// At the end, put the program down in this file
    #[arg(long, value_name = "FILE")]
    pub save: Option<String>,
}

impl DebugArgs {
    /// What is asked for, on top of what the environment says.
    pub(crate) fn into_wanted(self, settings: Settings, warnings: Vec<String>) -> Wanted {
        let Self { programs, image, outside, limits, stops, .. } = self;
        let mut options = image.into_options(programs, settings, warnings);
        outside.apply(&mut options);
        for (name, value) in flag_settings(&self.language) {
            options.set(name, &value);
        }
        limits.apply(&mut options);
        options.attr_paths = vec![self.attr];
        options.is_strict = !self.shallow;
        options.add_args(self.arg, Argument::Expr);
        options.add_args(self.argstr, Argument::Str);
        let skips = stops.skip.iter().map(|it| format!("skip {it}"));
        let commands = skips.chain(stops.commands.iter().cloned()).collect();
        Wanted {
            options,
            breakpoints: stops.breakpoints,
            commands,
            history: stops.history.limits(),
            is_batch: stops.batch,
            save: stops.save,
        }
    }
}
