//! What `launch` may say: which program, what it sees of the outside, and how it is debugged. Data only; who makes a
//! session of it is given from outside.

use std::collections::BTreeMap;
use std::sync::Arc;

use nixscope_engine::debug::{self, HistoryLimits};
use nixscope_engine::session::{self, DebugSession, ProgramText};
use nixscope_engine::value::Value;
use nixscope_engine::vm::Fault;
use nixscope_engine::world::{CanonPath, World};
use serde::Deserialize;

/// The outside of a program that is debugged.
pub type Outside = Box<dyn World + Send>;

/// A program that is debugged.
pub type Session = DebugSession<Outside>;

/// The arguments of `launch`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LaunchArguments {
    /// The file, a folder with a `default.nix`, `<name>`, or one of these with `#` and an attribute path.
    pub program: Option<String>,
    /// The program itself, instead of a file.
    pub expression: Option<String>,
    /// An image to begin with; without a program, it is its value that is debugged.
    pub image: Option<String>,
    /// What is done about an image that is not what computing would give by now.
    pub image_stale: ImageStale,
    /// What `nixscope record` wrote down, instead of both: the program and all that the outside said to it.
    pub recording: Option<String>,
    /// The folder relative paths begin in.
    pub cwd: Option<String>,
    /// The attribute path of what is wanted.
    pub attr: Option<String>,
    /// Arguments for functions on the way.
    pub args: BTreeMap<String, Argument>,
    /// Where `<name>` is looked for first: folders, or `name=folder`.
    pub search_path: Vec<String>,
    /// Whether the environment, the clock and the search path are hidden.
    pub pure: Option<bool>,
    /// What `builtins.currentSystem` is.
    pub system: Option<String>,
    /// Settings of Nix, as in `nix.conf`.
    pub settings: BTreeMap<String, String>,
    /// How many calls and values may wait for each other.
    pub max_call_depth: Option<usize>,
    /// How many bytes values may take.
    pub max_heap: Option<u64>,
    /// How many bytes may be kept of the past.
    pub history_memory: Option<u64>,
    /// How many moments may be kept to go back to.
    pub history_moments: Option<usize>,
    /// Whether everything in the value is wanted; if not said, it is unless an attribute path was given.
    pub deep: Option<bool>,
    /// Whether code of the evaluator and in the store is passed through; it is if not said.
    pub just_my_code: Option<bool>,
    /// Patterns of files that are passed through.
    pub skip: Vec<String>,
    /// Whether to stop at the first step point.
    pub stop_on_entry: bool,
    /// Whether to stop once more when the program is over, to go back from there.
    pub stop_at_end: bool,
    /// Whether to run without stopping at all.
    pub no_debug: bool,
}

/// What is done about an image that is not what computing would give by now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ImageStale {
    /// The program is not launched.
    #[default]
    Refuse,
    /// Nothing is asked again.
    Ignore,
    /// It is built anew.
    Rebuild,
}

/// An argument for functions on the way.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Argument {
    /// An expression.
    Expr(String),
    /// A string.
    Str {
        /// The string.
        str: String,
    },
}

/// What makes a session of launch arguments, and what there is to remark about them.
pub type Make = Arc<dyn Fn(&LaunchArguments) -> Result<Made, String> + Send + Sync>;

/// A session without a program yet.
#[derive(Debug)]
pub struct Made {
    /// The session.
    pub session: Session,
    /// The folder relative paths begin in.
    pub folder: CanonPath,
    /// The value of the image that it begins with.
    pub image: Option<Value>,
    /// The run that is repeated, if it is one.
    pub replayed: Option<Replayed>,
    /// What there is to warn about.
    pub remarks: Vec<String>,
}

/// A run that is repeated.
#[derive(Debug)]
pub struct Replayed {
    /// What was run, and is debugged now.
    pub launch: session::Launch,
    /// Whether files are not here as they were there, so that clients have to ask for their texts.
    pub gives_texts: bool,
}

/// A program of this process that waits until somebody attaches to it.
pub struct Waiting {
    /// The session.
    pub session: Session,
    /// What is debugged.
    pub launch: session::Launch,
    /// The folder relative paths begin in.
    pub folder: CanonPath,
    /// Who else is told what the program says.
    pub say: Box<dyn Fn(&debug::Event) + Send + Sync>,
    /// What is to be done with its end. It is dropped uncalled if the program is ended before.
    pub end: AtEnd,
}

/// What is to be done with the end of a program: its value, or why it has none.
pub type AtEnd = Box<dyn FnOnce(&mut Session, Result<Value, &Fault>) + Send>;

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting").field("launch", &self.launch).finish_non_exhaustive()
    }
}

/// What clients add to launch arguments for themselves.
const OF_CLIENTS: &[&str] = &[
    "console",
    "debugServer",
    "host",
    "internalConsoleOptions",
    "name",
    "port",
    "postDebugTask",
    "preLaunchTask",
    "presentation",
    "request",
    "serverReadyAction",
    "suppressMultipleSessionWarning",
    "type",
];

const OURS: &[&str] = &[
    "args",
    "attr",
    "cwd",
    "deep",
    "expression",
    "historyMemory",
    "historyMoments",
    "image",
    "imageStale",
    "justMyCode",
    "maxCallDepth",
    "maxHeap",
    "noDebug",
    "program",
    "pure",
    "recording",
    "searchPath",
    "settings",
    "skip",
    "stopAtEnd",
    "stopOnEntry",
    "system",
];

/// The keys of launch arguments that mean nothing.
#[must_use]
pub fn unknown_keys(arguments: &serde_json::Value) -> Vec<String> {
    let keys = arguments.as_object().into_iter().flat_map(|it| it.keys());
    let is_known = |it: &str| it.starts_with("__") || OF_CLIENTS.contains(&it) || OURS.contains(&it);
    keys.filter(|it| !is_known(it)).cloned().collect()
}

impl LaunchArguments {
    /// What may be kept of the past.
    pub(crate) fn history(&self) -> HistoryLimits {
        let usual = HistoryLimits::default();
        HistoryLimits {
            moments: self.history_moments.unwrap_or(usual.moments),
            memory: self.history_memory.unwrap_or(usual.memory),
        }
    }

    /// What is debugged, as the session wants it.
    ///
    /// # Errors
    /// If no program is named, or it is not found.
    pub fn to_launch(&self, made: &mut Made) -> Result<session::Launch, String> {
        let Made { session, folder, image, .. } = made;
        let (program, attr) = match (&self.program, &self.expression) {
            (Some(_), Some(_)) => return Err("`program` and `expression` cannot both be given".to_owned()),
            (None, None) => match image {
                Some(value) => {
                    let folder = folder.to_text().into_owned();
                    (ProgramText::Value { value: *value, folder }, self.attr.clone())
                }
                None => return Err("`program` (a file), `expression` or `image` is needed".to_owned()),
            },
            (None, Some(text)) => {
                let folder = folder.to_text().into_owned();
                (ProgramText::Text { text: text.clone(), folder, is_stdin: false }, self.attr.clone())
            }
            (Some(program), None) => {
                let (path, attr) =
                    split_attr(program, |it| is_there(session, &CanonPath::new_at(it.as_bytes(), folder)));
                if attr.is_some() && self.attr.is_some() {
                    return Err("an attribute path stands after `#` and in `attr`".to_owned());
                }
                let path = match path.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
                    Some(name) => session.session().find_file(name).map_err(|it| it.data().message.clone())?,
                    None => CanonPath::new_at(path.as_bytes(), folder),
                };
                (ProgramText::File(path), attr.map(str::to_owned).or_else(|| self.attr.clone()))
            }
        };
        let args = self.args.iter().map(|(name, argument)| {
            let argument = match argument {
                Argument::Expr(text) => session::Argument::Expr(text.clone()),
                Argument::Str { str } => session::Argument::Str(str.clone()),
            };
            (name.clone(), argument)
        });
        let attr = attr.unwrap_or_default();
        let is_deep = self.deep.unwrap_or(attr.is_empty());
        Ok(session::Launch { program, args: args.collect(), is_deep, attr })
    }
}

fn is_there(session: &mut Session, path: &CanonPath) -> bool {
    use nixscope_engine::world::{Answer, Request};
    matches!(session.session().ask(&Request::Stat(path.clone())), Answer::Stat(Some(_)))
}

/// A file and the attribute path after `#`, unless there is a file of that whole name.
fn split_attr(program: &str, is_there: impl FnOnce(&str) -> bool) -> (&str, Option<&str>) {
    match program.rsplit_once('#') {
        Some((path, attr)) if !is_there(program) => (if path.is_empty() { "." } else { path }, Some(attr)),
        _ => (program, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attribute_paths_after_files() {
        let cases = [
            ("a.nix", "a.nix", None),
            ("a.nix#b.c", "a.nix", Some("b.c")),
            ("#hello", ".", Some("hello")),
            ("there#b", "there#b", None),
        ];
        for (program, path, attr) in cases {
            assert_eq!(split_attr(program, |it| it == "there#b"), (path, attr), "{program}");
        }
    }

    #[test]
    fn keys_that_mean_nothing() {
        let arguments =
            serde_json::json!({ "program": "x", "progam": "y", "__restart": 1, "name": "n", "stopOnExit": 1 });
        assert_eq!(unknown_keys(&arguments), ["progam", "stopOnExit"]);
    }
}
