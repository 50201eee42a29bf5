//! What a command line asks for, however it was written.

use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// What is to be done, and with what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Options {
    /// What is done with the programs.
    pub task: Task,
    /// The programs.
    pub inputs: Vec<Input>,
    /// Attribute paths; the whole value if there are none.
    pub attr_paths: Vec<String>,
    /// How the value is printed.
    pub output: Output,
    /// Whether everything in it is computed before.
    pub is_strict: bool,
    /// Whether XML says where things are written.
    pub with_locations: bool,
    /// Arguments for functions, by name.
    pub args: Vec<(String, Argument)>,
    /// Where `<name>` is looked for first, as written (`name=path` or `path`).
    pub includes: Vec<String>,
    /// What settings say.
    pub settings: Settings,
    /// How many bytes objects may take.
    pub max_heap: Option<u64>,
    /// Whether statistics are printed at the end.
    pub with_stats: bool,
    /// Where to wait for a debugger before the program begins.
    pub debugger: Option<String>,
    /// 0 tells errors alone, 3 is usual.
    pub verbosity: u8,
    /// What standard input gives, if it was read already.
    pub stdin: Option<Vec<u8>>,
    /// What there is to warn about before anything is done.
    pub warnings: Vec<String>,
    /// The image to begin with, and what is done if it is out of date. Without programs, its value is what is evaluated.
    #[serde(skip)]
    pub image: Option<(String, crate::image::Stale)>,
}

/// How verbose a program is that was not told otherwise.
pub(crate) const USUAL_VERBOSITY: u8 = 3;

/// What is done with programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Their value is printed.
    #[default]
    Eval,
    /// They are printed as they were understood.
    Parse,
    /// They are evaluated, which is where it ends: what they describe would be instantiated next.
    Instantiate,
    /// They are names, looked for as `<name>` is.
    FindFile,
}

/// One program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Input {
    /// A file, a folder with a `default.nix`, or `<name>`.
    File(String),
    /// A text.
    Expr(String),
    /// Standard input.
    Stdin,
}

/// How a value is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Output {
    /// As Nix.
    #[default]
    Plain,
    /// As JSON.
    Json,
    /// As XML.
    Xml,
    /// A string, as it is.
    Raw,
}

/// An argument for functions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Argument {
    /// A program.
    Expr(String),
    /// A string.
    Str(String),
    /// The content of a file, as a string.
    File(String),
    /// What standard input gives, as a string.
    Stdin,
}
