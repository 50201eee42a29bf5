//! Machines as command lines and settings want them, and the outside they see.

use nixscope_engine::builtins;
use nixscope_engine::session::{self, Launch, ProgramText, Session};
use nixscope_engine::store::VirtualStore;
use nixscope_engine::value::Value;
use nixscope_engine::vm::{self, Fault, Limits, Reading, Vm};
use nixscope_engine::world::{CanonPath, Disk, Restricted, World};

use serde::{Deserialize, Serialize};

use crate::environment;
use crate::options::{Argument, Input, Options};

/// How deep evaluation may go if nobody said: deeper than any program that ends, as memory allows.
const MAX_DEPTH: usize = 10_000_000;

/// The real machine, as far as programs may see it, with a store that need not exist.
pub(crate) type Outside = Box<dyn World + Send>;

/// What a machine is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Programs are run.
    Run,
    /// Programs are looked into: every name in scope is there in every frame.
    Debug,
}

/// The folder that relative paths begin in.
///
/// # Errors
/// If there is none.
pub(crate) fn folder() -> Result<CanonPath, String> {
    let folder = std::env::current_dir().map_err(|it| format!("there is no current directory: {it}"))?;
    Ok(CanonPath::new(folder.as_os_str().as_encoded_bytes()))
}

/// What makes a machine and what it sees the same, wherever it runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Setup {
    /// The folder that relative paths begin in.
    pub folder: CanonPath,
    settings: vm::Settings,
    limits: Limits,
    reading: Reading,
}

impl Setup {
    /// What options and the environment say.
    pub(crate) fn of(options: &Options, folder: &CanonPath) -> Self {
        let settings = &options.settings;
        let limits = Limits {
            max_depth: settings.max_call_depth.unwrap_or(MAX_DEPTH),
            max_heap: options.max_heap.unwrap_or_else(crate::limits::usable_memory),
        };
        let seen = vm::Settings {
            nix_path: environment::search_path(&options.includes, settings),
            working_dir: folder.to_text().into_owned(),
            system: settings.current_system().to_owned(),
            is_pure: settings.pure_eval,
            is_restricted: settings.restrict_eval,
            trace_verbose: settings.trace_verbose,
            abort_on_warn: settings.abort_on_warn,
            features: settings.features.clone(),
            keeps_names: false,
        };
        let reading = Reading {
            home: if settings.pure_eval { None } else { std::env::var("HOME").ok() },
            rules: settings.rules,
            pipe_operators: settings.features.iter().any(|it| it == "pipe-operators"),
        };
        Self { folder: folder.clone(), settings: seen, limits, reading }
    }

    /// The machine.
    pub(crate) fn machine(&self, purpose: Purpose) -> Vm {
        let settings = vm::Settings { keeps_names: purpose == Purpose::Debug, ..self.settings.clone() };
        let mut vm = builtins::machine_in(settings, self.limits);
        vm.reading = self.reading.clone();
        vm
    }

    /// The outside it may see.
    pub(crate) fn outside(&self) -> Outside {
        outside(&self.settings)
    }
}

/// The outside, as far as programs with these settings may see it.
pub(crate) fn outside(settings: &vm::Settings) -> Outside {
    if !settings.is_pure && !settings.is_restricted {
        return Box::new(VirtualStore::new(Disk::new()));
    }
    let base = CanonPath::new(settings.working_dir.as_bytes());
    let allowed = settings.nix_path.iter().map(|(_, path)| CanonPath::new_at(path.as_bytes(), &base));
    let mode = match settings.is_pure {
        true => "in pure evaluation mode (use '--impure' to override)",
        false => "in restricted mode",
    };
    Box::new(VirtualStore::new(Restricted::new(Disk::new(), allowed, mode)))
}

/// The path that a word of the command line means. The program of the search path may fail, and so may we.
///
/// # Errors
/// The inner one if the search path has no such name, the outer one if it is nothing that can be read.
pub(crate) fn path_of<W: World>(
    session: &mut Session<W>,
    name: &str,
    folder: &CanonPath,
) -> Result<Result<CanonPath, Fault>, String> {
    if environment::is_pseudo_url(name) || name.starts_with("flake:") {
        return Err(format!("cannot fetch '{name}': nixscope does not fetch"));
    }
    Ok(match name.strip_prefix('<').and_then(|it| it.strip_suffix('>')).filter(|it| !it.is_empty()) {
        Some(name) => session.find_file(name),
        None => Ok(CanonPath::new_at(name.as_bytes(), folder)),
    })
}

/// What is debugged if options want it: their one program or, without one, the value of the image that was begun with.
///
/// # Errors
/// The inner one if the search path has no such name, the outer one if there is nothing that could be debugged.
pub(crate) fn launch_of<W: World>(
    session: &mut Session<W>,
    value: Option<Value>,
    options: &Options,
    folder: &CanonPath,
) -> Result<Result<Launch, Fault>, String> {
    let text_folder = folder.to_text().into_owned();
    let input: Option<&Input> = match (&options.inputs[..], value) {
        ([], Some(_)) => None,
        ([input], _) => Some(input),
        _ => return Err("one program can be debugged at a time".to_owned()),
    };
    let program = match input {
        None => ProgramText::Value { value: value.unwrap_or(Value::NULL), folder: text_folder },
        Some(Input::Expr(text)) => ProgramText::Text { text: text.clone(), folder: text_folder, is_stdin: false },
        Some(Input::Stdin) => {
            let text = match &options.stdin {
                Some(text) => String::from_utf8_lossy(text).into_owned(),
                None => {
                    std::io::read_to_string(std::io::stdin()).map_err(|it| format!("reading standard input: {it}"))?
                }
            };
            ProgramText::Text { text, folder: text_folder, is_stdin: true }
        }
        Some(Input::File(name)) => match path_of(session, name.as_str(), folder)? {
            Ok(path) => ProgramText::File(path),
            Err(fault) => return Ok(Err(fault)),
        },
    };
    let mut args = Vec::new();
    for (name, argument) in &options.args {
        let argument = match argument {
            Argument::Expr(text) => session::Argument::Expr(text.clone()),
            Argument::Str(text) => session::Argument::Str(text.clone()),
            Argument::File(_) | Argument::Stdin => {
                return Err(format!("the argument '{name}' must be an expression or a string"));
            }
        };
        args.push((name.clone(), argument));
    }
    let attr = options.attr_paths.first().cloned().unwrap_or_default();
    Ok(Ok(Launch { program, attr, args, is_deep: options.is_strict }))
}
