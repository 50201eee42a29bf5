//! Having a session that is written down, in a world that somebody lends.

use std::sync::{Arc, Mutex, PoisonError};

use crate::console::{Command, Console};
use crate::debug::Event;
use crate::session::report::Detail;
use crate::session::{Argument, DebugSession, Launch, ProgramText};
use crate::store::VirtualStore;
use crate::vm::{Limits, Settings};
use crate::world::{CanonPath, Overlay, World};

use super::{Case, Program};

/// What a session needs besides its page.
pub struct Surroundings<'a> {
    /// The folder of the page, an absolute path.
    pub folder: &'a str,
    /// What a variable of the environment is.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// How much programs may use.
    pub limits: Limits,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// What came of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was had: what was said when it began, and then to each command.
    Ran(Vec<String>),
    /// It needs something that is not here.
    Skipped(String),
}

/// Has a session.
pub fn run<W: World>(case: &Case, surroundings: &Surroundings<'_>, world: W) -> Outcome {
    let program = &case.program;
    let mut names: Vec<(String, String)> = Vec::new();
    for name in &program.requires {
        match (surroundings.env)(name).filter(|it| !it.is_empty()) {
            Some(value) => names.push((name.clone(), value)),
            None => return Outcome::Skipped(format!("{name} is not set")),
        }
    }
    let folder = CanonPath::new(surroundings.folder.as_bytes());
    let mut overlay = Overlay::new(world);
    for (path, text) in &program.files {
        overlay.put(CanonPath::new_at(path.as_bytes(), &folder), text.as_bytes());
    }
    let limits =
        Limits { max_depth: program.max_depth.unwrap_or(surroundings.limits.max_depth), ..surroundings.limits };
    let settings = settings(program, &names, surroundings.folder);
    let mut session = DebugSession::new(settings, limits, VirtualStore::new(overlay));
    session.session().vm.reading.pipe_operators = program.features.iter().any(|it| it == "pipe-operators");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let out = Arc::clone(&heard);
    session.listen(move |event| out.lock().unwrap_or_else(PoisonError::into_inner).push(event));
    let mut talk =
        Talk { console: Console::new(surroundings.folder), session, heard, last: String::new(), is_over: false };
    let launch = launch(program, &names, &folder);
    let mut answers = vec![talk.begin(&launch, program)];
    for command in case.blocks.iter().flat_map(|it| &it.commands) {
        answers.push(talk.say(command));
    }
    Outcome::Ran(answers.iter().map(|it| without_paths(it, surroundings.folder, &names)).collect())
}

fn settings(program: &Program, names: &[(String, String)], folder: &str) -> Settings {
    let base = CanonPath::new(folder.as_bytes());
    let entry = |it: &String| {
        let (name, path) = it.split_once('=').unwrap_or(("", it));
        let path = CanonPath::new_at(with_names(path, names).as_bytes(), &base);
        (name.to_owned(), path.to_text().into_owned())
    };
    Settings {
        nix_path: program.includes.iter().map(entry).collect(),
        working_dir: folder.to_owned(),
        system: "x86_64-linux".to_owned(),
        features: program.features.clone(),
        ..Settings::default()
    }
}

fn launch(program: &Program, names: &[(String, String)], folder: &CanonPath) -> Launch {
    let path = CanonPath::new_at(with_names(&program.file, names).as_bytes(), folder);
    let exprs = program.args.iter().map(|it| (it.0.clone(), Argument::Expr(with_names(&it.1, names))));
    let strings = program.argstrs.iter().map(|it| (it.0.clone(), Argument::Str(with_names(&it.1, names))));
    Launch {
        program: ProgramText::File(path),
        attr: program.attr.clone(),
        args: exprs.chain(strings).collect(),
        is_deep: !program.is_shallow,
    }
}

/// A text with what stands for variables of the environment put in.
fn with_names(text: &str, names: &[(String, String)]) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${name}"), value))
}

/// A text that is the same on every machine.
fn without_paths(text: &str, folder: &str, names: &[(String, String)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in names {
        text = text.replace(value.trim_end_matches('/'), &format!("${name}"));
    }
    if folder.len() > 1 {
        text = text.replace(&format!("{folder}/"), "");
        text = text.replace(folder, ".");
    }
    text
}

struct Talk<W> {
    console: Console,
    session: DebugSession<W>,
    heard: Arc<Mutex<Vec<Event>>>,
    /// The last command that is repeated when nothing is said.
    last: String,
    is_over: bool,
}

impl<W: World> Talk<W> {
    fn begin(&mut self, launch: &Launch, program: &Program) -> String {
        if let Err(fault) = self.session.launch(launch) {
            self.is_over = true;
            return self.console.report(&self.session, &fault, Detail::Short);
        }
        let stopped = self.session.begin(!program.runs_at_once);
        let text = self.console.arrived(&mut self.session, &stopped);
        self.with_heard(text)
    }

    fn say(&mut self, line: &str) -> String {
        if self.is_over {
            return "the session is over".to_owned();
        }
        let line = if line.is_empty() { self.last.clone() } else { line.to_owned() };
        self.last = match Command::parse(&line) {
            Ok(command) if command.is_repeatable() => line.clone(),
            _ => String::new(),
        };
        let reply = self.console.execute(&mut self.session, &line);
        self.is_over = reply.wants_quit;
        self.with_heard(reply.text)
    }

    /// What happened before an answer stands before it.
    fn with_heard(&mut self, answer: String) -> String {
        let events = std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner));
        let mut lines: Vec<String> = events.iter().filter_map(|it| self.console.describe_event(it)).collect();
        lines.push(answer);
        lines.retain(|it| !it.is_empty());
        lines.join("\n")
    }
}
