//! A debugger in the terminal: lines in, what the console says out. What the lines mean, [`Console`] knows.

use std::cell::RefCell;
use std::io::BufRead as _;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use nixscope_engine::console::{Command, Console, Reply};
use nixscope_engine::debug::FaultFilter;
use nixscope_engine::session::report::{self, Detail};
use nixscope_engine::session::saved::Saved;
use nixscope_engine::session::{DebugSession, Pulse, Session};
use nixscope_engine::value::Value;
use nixscope_engine::vm::{Fault, Vm};
use nixscope_engine::world::{Answer, Recorder, Request, Resumed};

use crate::debug_args::{ResumeArgs, Wanted};
use crate::image::{self, Start};
use crate::line::{Editor, Line};
use crate::machine::{self, Outside, Purpose, Setup};
use crate::record::{self, About};
use crate::terminal;

/// How many runs of some code are told of.
const MAX_CALLS: usize = 100_000;

const PROMPT: &str = "(nixscope) ";

/// Debugs a program. What went wrong was told.
#[must_use]
pub(crate) fn run(wanted: &Wanted) -> ExitCode {
    for warning in &wanted.options.warnings {
        terminal::tell_warning(warning);
    }
    let mut options = wanted.options.clone();
    end(record::prepare(&mut options).and_then(|setup| {
        let mut outside = setup.outside();
        let Some((path, stale)) = options.image.clone() else {
            return Debug::over(About::new(options, setup), outside).all(wanted);
        };
        let (start, used) = image::take_up((&path, stale), &options, &setup, Purpose::Debug, &mut outside)?;
        Debug::from(About::new(options, setup).with_image(used), start, outside).all(wanted)
    }))
}

/// The same on a machine and with an outside that somebody made.
#[must_use]
pub(crate) fn run_in(wanted: &Wanted, setup: &Setup, outside: Outside) -> ExitCode {
    end(Debug::over(About::new(wanted.options.clone(), setup.clone()), outside).all(wanted))
}

/// Takes a program up that was put down. What went wrong was told.
#[must_use]
pub(crate) fn resume(args: &ResumeArgs) -> ExitCode {
    let read = || -> Result<(Saved, About), String> {
        let bytes = std::fs::read(&args.file).map_err(|it| format!("opening '{}': {it}", args.file))?;
        let about = |error: String| format!("'{}': {error}", args.file);
        let saved = Saved::from_bytes(&bytes).map_err(|it| about(it.to_string()))?;
        let what = About::from_bytes(&saved.about).map_err(about)?;
        Ok((saved, what))
    };
    end(read().and_then(|(saved, about)| {
        let mut outside = about.setup.outside();
        let start = match &about.image {
            Some(used) => Some(image::take_up_again(used, &about.setup, &mut outside)?),
            None => None,
        };
        let outside = Box::new(Resumed::new(&saved.entries, outside));
        let wanted = Wanted {
            options: about.options.clone(),
            breakpoints: Vec::new(),
            commands: args.commands.clone(),
            history: args.history.limits(),
            is_batch: args.batch,
            save: args.save.clone(),
        };
        match start {
            Some(start) => Debug::from(about, start, outside).take_up(&wanted, &saved),
            None => Debug::over(about, outside).take_up(&wanted, &saved),
        }
    }))
}

/// Tells what went wrong, if anything did.
pub(crate) fn end(result: Result<ExitCode, String>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(message) => {
            if !message.is_empty() {
                terminal::tell_error(&message);
            }
            ExitCode::FAILURE
        }
    }
}

/// A program and a person's view of it, as the line editor's completion shares them.
pub(crate) struct Shared {
    pub(crate) session: RefCell<DebugSession<Outside>>,
    pub(crate) console: RefCell<Console>,
}

pub(crate) struct Debug {
    shared: Arc<Shared>,
    about: About,
    /// The value of the image that it began with.
    value: Option<Value>,
    /// What was asked of the outside so far.
    entries: Arc<Mutex<Vec<(Request, Answer)>>>,
}

impl Debug {
    pub(crate) fn over(about: About, outside: Outside) -> Self {
        let vm = about.setup.machine(Purpose::Debug);
        Self::with(about, vm, outside)
    }

    /// A program that begins with what an image has.
    fn from(about: About, start: Start, outside: Outside) -> Self {
        Self { value: Some(start.value), ..Self::with(about, start.vm, outside) }
    }

    fn with(about: About, vm: Vm, outside: Outside) -> Self {
        let recorder = Recorder::new(outside, false);
        let entries = recorder.entries();
        let mut session = DebugSession::over(Session::new(vm, Box::new(recorder) as _));
        // A program that fails is stopped where it fails, as long as it can be looked into there.
        session.debugger.fault_filters.push(FaultFilter { kinds: Vec::new(), with_caught: false, message: None });
        let console = Console::new(&about.setup.folder.to_text());
        let teller = console.clone();
        session.listen(move |event| {
            if let Some(text) = teller.describe_event(&event) {
                print(&text);
            }
        });
        #[expect(clippy::arc_with_non_send_sync, reason = "the line editor wants to share it on this one thread")]
        let shared = Arc::new(Shared { session: RefCell::new(session), console: RefCell::new(console) });
        Self { shared, about, value: None, entries }
    }

    fn launch(&mut self) -> Result<(), String> {
        let launch = {
            let mut session = self.shared.session.borrow_mut();
            machine::launch_of(session.session(), self.value, &self.about.options, &self.about.setup.folder)?
        };
        let launch = launch.map_err(|fault| self.tell(&fault))?;
        let launched = self.shared.session.borrow_mut().launch(&launch);
        launched.map_err(|fault| self.tell(&fault))?;
        pause_on_signals(self.shared.session.borrow().pulse());
        Ok(())
    }

    /// Runs the program to its end, and tells every run of some code in it.
    pub(crate) fn calls(&mut self, what: &str) -> Result<ExitCode, String> {
        self.run_through()?;
        let reply = self.execute(&format!("calls {what} {MAX_CALLS} --times"));
        Ok(if reply.is_failure { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    /// Runs the program to its end, or to where its outside wants it to pause, and tells who waits for what there.
    pub(crate) fn frames(&mut self) -> Result<ExitCode, String> {
        self.run_through()?;
        Ok(if self.execute("frames").is_failure { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn run_through(&mut self) -> Result<(), String> {
        self.launch()?;
        let mut session = self.shared.session.borrow_mut();
        session.debugger.fault_filters.clear();
        session.begin(false);
        Ok(())
    }

    /// What other threads have of the session, and whoever answers it.
    pub(crate) fn pulse(&self) -> Arc<Pulse> {
        self.shared.session.borrow().pulse()
    }

    /// Begins the program, and does what is wanted then.
    fn all(&mut self, wanted: &Wanted) -> Result<ExitCode, String> {
        self.launch()?;
        self.shared.session.borrow_mut().debugger.limit_history(wanted.history);
        for place in &wanted.breakpoints {
            let reply = self.execute(&format!("break {place}"));
            if reply.is_failure {
                return Err(String::new());
            }
        }
        let text = {
            let mut session = self.shared.session.borrow_mut();
            let stopped = session.begin(wanted.breakpoints.is_empty());
            self.shared.console.borrow_mut().arrived(&mut session, &stopped)
        };
        print(&text);
        self.go_on(wanted)
    }

    /// Brings the program to where it was put down, and does what is wanted then.
    fn take_up(&mut self, wanted: &Wanted, saved: &Saved) -> Result<ExitCode, String> {
        self.launch()?;
        let text = {
            let mut session = self.shared.session.borrow_mut();
            session.debugger.limit_history(wanted.history);
            let stopped = session.restore(&saved.state);
            let stopped = stopped.unwrap_or_else(|| session.begin(true));
            self.shared.console.borrow_mut().arrived(&mut session, &stopped)
        };
        print(&text);
        self.go_on(wanted)
    }

    fn go_on(&mut self, wanted: &Wanted) -> Result<ExitCode, String> {
        let code = self.commands(wanted)?;
        if let Some(path) = &wanted.save {
            self.save(path)?;
        }
        Ok(code)
    }

    /// Puts the program down in a file.
    fn save(&self, path: &str) -> Result<(), String> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let state = self.shared.session.borrow().state();
        let saved = Saved { about: self.about.to_bytes()?, entries, state };
        std::fs::write(path, saved.to_bytes()).map_err(|it| format!("writing '{path}': {it}"))
    }

    fn commands(&mut self, wanted: &Wanted) -> Result<ExitCode, String> {
        let mut is_failure = false;
        for line in &wanted.commands {
            let reply = self.execute(line);
            is_failure = reply.is_failure;
            if reply.wants_quit {
                return Ok(ExitCode::SUCCESS);
            }
        }
        if wanted.is_batch {
            return Ok(if is_failure { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
        let is_taken = self.about.options.stdin.is_some();
        if std::io::stdin().is_terminal() { self.ask() } else { self.read(is_taken) }
    }

    /// Asks a person, line by line. An empty line does again what went on last.
    fn ask(&mut self) -> Result<ExitCode, String> {
        let mut editor = Editor::new(Arc::clone(&self.shared))?;
        let mut last = String::new();
        loop {
            let line = match editor.read(PROMPT)? {
                Line::Text(line) => line,
                Line::Cancelled => continue,
                Line::End => return Ok(ExitCode::SUCCESS),
            };
            let line = if line.trim().is_empty() { last.clone() } else { line };
            let is_repeatable = Command::parse(&line).is_ok_and(|it| it.is_repeatable());
            last = if is_repeatable { line.clone() } else { String::new() };
            if self.execute(&line).wants_quit {
                return Ok(ExitCode::SUCCESS);
            }
        }
    }

    /// Does what standard input says, line by line, each shown before what comes of it.
    fn read(&mut self, is_taken: bool) -> Result<ExitCode, String> {
        if is_taken {
            return Err("standard input is the program: give commands with -x".to_owned());
        }
        let mut is_failure = false;
        for line in std::io::stdin().lock().lines() {
            let line = line.map_err(|it| format!("reading standard input: {it}"))?;
            print(&format!("{PROMPT}{line}"));
            let reply = self.execute(&line);
            is_failure = reply.is_failure;
            if reply.wants_quit {
                break;
            }
        }
        Ok(if is_failure { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn execute(&self, line: &str) -> Reply {
        if let Some(path) = line.trim().strip_prefix("save ") {
            return match self.save(path.trim()) {
                Ok(()) => {
                    print(&format!("put down in {}: `nixscope resume` takes it up", path.trim()));
                    Reply::default()
                }
                Err(error) => {
                    terminal::tell_error(&error);
                    Reply { is_failure: true, ..Reply::default() }
                }
            };
        }
        let reply = self.shared.console.borrow_mut().execute(&mut self.shared.session.borrow_mut(), line);
        if reply.is_failure {
            terminal::tell_error(&reply.text);
        } else if !reply.text.is_empty() {
            print(&reply.text);
        }
        reply
    }

    /// Tells a fault; gives the empty message, since it was told.
    fn tell(&self, fault: &Fault) -> String {
        let session = self.shared.session.borrow();
        terminal::tell(&report::diagnose(fault, &session.vm().sources, Detail::Short));
        String::new()
    }
}

/// A line for the person. If nobody takes it, there is nobody to tell that either.
fn print(text: &str) {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(b'\n');
    let _ = terminal::print(&bytes);
}

/// An interrupt pauses a program that runs; the second one before it is heard ends the process.
fn pause_on_signals(pulse: Arc<Pulse>) {
    let handler = move || {
        if pulse.is_running() {
            pulse.pause();
        }
        pulse.cancel();
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        terminal::tell_warning(&format!("interrupts will not pause the program: {error}"));
    }
}
