//! Does what [`Options`] say: programs are read, evaluated, chosen from and printed, one after the other.

use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;

use nixscope_engine::heap::BodyId;
use nixscope_engine::ir::{self, Symbol};
use nixscope_engine::print;
use nixscope_engine::session::report::{self, Detail};
use nixscope_engine::session::{Pulse, Session};
use nixscope_engine::source::{Origin, Pos};
use nixscope_engine::value::{Tag, Value};
use nixscope_engine::vm::{COERCE, CoerceFlags, Fault, FaultKind, Vm};
use nixscope_engine::world::{CanonPath, World};

use crate::image::{self, Start};
use crate::machine::{self, Outside, Purpose, Setup};
use crate::notes::{self, Notes};
use crate::options::{Argument, Input, Options, Output, Task, USUAL_VERBOSITY};
use crate::progress::Progress;
use crate::terminal;

const CANNOT_INSTANTIATE: &str = "nixscope does not instantiate: use --eval, --parse or --find-file";

/// Why the work ended early.
enum Failure {
    /// The program failed.
    Fault(Fault),
    /// We failed.
    Error(String),
    /// Nobody takes the output.
    Output(std::io::Error),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Error(message)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

/// Does it all. What went wrong was told.
#[must_use]
pub(crate) fn run(options: &Options) -> ExitCode {
    match machine::folder() {
        Ok(folder) if options.debugger.is_some() => crate::attach::run(options, &folder),
        Ok(folder) => {
            let setup = Setup::of(options, &folder);
            let mut outside = setup.outside();
            let Some((path, stale)) = &options.image else { return run_in(options, &setup, outside) };
            match image::take_up((path, *stale), options, &setup, Purpose::Run, &mut outside) {
                Ok((start, _)) => run_job(Job::from(options, &setup, start, outside)),
                Err(error) => {
                    terminal::tell_error(&error);
                    ExitCode::FAILURE
                }
            }
        }
        Err(error) => {
            terminal::tell_error(&error);
            ExitCode::FAILURE
        }
    }
}

/// The same on a machine and with an outside that somebody made.
#[must_use]
pub(crate) fn run_in(options: &Options, setup: &Setup, outside: Outside) -> ExitCode {
    run_job(Job::new(options, setup, outside))
}

fn run_job(mut job: Job<'_>) -> ExitCode {
    let options = job.options;
    job.tell_settings();
    interrupt_on_signals(&job.session.pulse());
    let shows_progress = options.verbosity >= USUAL_VERBOSITY && terminal::is_screen();
    let progress = shows_progress.then(|| Progress::show(job.session.pulse()));
    let result = job.all();
    let took = job.session.vm.now();
    drop(progress);
    job.tell_warnings();
    if options.with_stats {
        job.tell_stats(took);
    }
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            job.tell_failure(&failure);
            ExitCode::FAILURE
        }
    }
}

/// Computes the value of a program, and what is at some attribute paths of it, for an image. What went wrong was told.
#[must_use]
pub(crate) fn prelude(
    options: &Options,
    setup: &Setup,
    purpose: Purpose,
    outside: Outside,
    forced: &[String],
) -> Option<Start> {
    let mut job = Job::with(options, setup, setup.machine(purpose), outside);
    job.tell_settings();
    let result = job.prelude(forced);
    job.tell_warnings();
    match result {
        Ok(value) => Some(Start { vm: job.session.vm, value }),
        Err(failure) => {
            job.tell_failure(&failure);
            None
        }
    }
}

struct Job<'a> {
    options: &'a Options,
    session: Session<Notes<Outside>>,
    folder: CanonPath,
    args: Value,
    /// The value of the image that it begins with.
    image: Option<Value>,
    /// How long printing took, in nanoseconds, if that is wanted.
    printing: u64,
}

impl<'a> Job<'a> {
    fn new(options: &'a Options, setup: &Setup, outside: Outside) -> Self {
        Self::with(options, setup, setup.machine(Purpose::Run), outside)
    }

    /// A job that begins with what an image has.
    fn from(options: &'a Options, setup: &Setup, start: Start, outside: Outside) -> Self {
        Self { image: Some(start.value), ..Self::with(options, setup, start.vm, outside) }
    }

    fn with(options: &'a Options, setup: &Setup, mut vm: Vm, outside: Outside) -> Self {
        if options.with_stats {
            since_start();
            vm.clock = Some(since_start);
        }
        let world = Notes::new(outside, options.verbosity);
        let session = Session::new(vm, world);
        Self { options, session, folder: setup.folder.clone(), args: Value::EMPTY_ATTRS, image: None, printing: 0 }
    }

    fn all(&mut self) -> Result<(), Failure> {
        self.read_args()?;
        if let (Some(value), []) = (self.image, &self.options.inputs[..]) {
            return self.print_parts(value);
        }
        for input in &self.options.inputs {
            match self.options.task {
                Task::Eval | Task::Instantiate => self.eval(input)?,
                Task::Parse => self.parse(input)?,
                Task::FindFile => self.find(input)?,
            }
        }
        Ok(())
    }

    fn read_args(&mut self) -> Result<(), Failure> {
        let mut args = Vec::new();
        let mut sorted: Vec<_> = self.options.args.iter().collect();
        sorted.sort_by_key(|it| &it.0);
        for (name, argument) in sorted {
            let v = match argument {
                Argument::Expr(text) => {
                    let body = self.read_text(Origin::String, text.as_bytes())?;
                    self.session.vm.heap.thunk(BodyId(body), 0)
                }
                Argument::Str(text) => self.session.vm.heap.plain_string(text.as_bytes()),
                Argument::File(path) => {
                    let text = std::fs::read(path)
                        .map_err(|it| Failure::Error(format!("opening file '{path}': {}", cause(&it))))?;
                    self.session.vm.heap.plain_string(&text)
                }
                Argument::Stdin => {
                    let text = read_stdin(self.options)?;
                    self.session.vm.heap.plain_string(&text)
                }
            };
            args.push((self.session.vm.heap.intern(name.as_bytes()), Pos::NONE, v));
        }
        self.args = self.session.vm.heap.attrs_from(args);
        Ok(())
    }

    fn read_text(&mut self, origin: Origin, text: &[u8]) -> Result<u32, Fault> {
        let folder = self.folder.to_text().into_owned();
        let body = self.session.vm.read(origin, text.into(), &folder, &[]);
        self.tell_warnings();
        body
    }

    fn read(&mut self, input: &Input) -> Result<u32, Failure> {
        match input {
            Input::Expr(text) => Ok(self.read_text(Origin::String, text.as_bytes())?),
            Input::Stdin => {
                let text = read_stdin(self.options)?;
                Ok(self.read_text(Origin::Stdin, &text)?)
            }
            Input::File(name) => {
                let path = machine::path_of(&mut self.session, name, &self.folder)??;
                let body = self.session.read_file(&path);
                self.tell_warnings();
                Ok(body?)
            }
        }
    }

    fn find(&mut self, input: &Input) -> Result<(), Failure> {
        let (Input::File(name) | Input::Expr(name)) = input else { return Ok(()) };
        let path = self.session.find_file(name)?;
        Ok(terminal::print(&[path.as_bytes(), b"\n"].concat())?)
    }

    fn parse(&mut self, input: &Input) -> Result<(), Failure> {
        let body = self.read(input)?;
        let vm = &self.session.vm;
        let unit = vm.unit(vm.program.bodies[body as usize].unit);
        let mut text = ir::show::module(&unit.module, &vm.heap.symbols);
        text.push(b'\n');
        Ok(terminal::print(&text)?)
    }

    fn eval(&mut self, input: &Input) -> Result<(), Failure> {
        let body = self.read(input)?;
        let root = self.session.eval(body)?;
        self.print_parts(root)
    }

    /// The value that an image is of, with what is at some attribute paths computed.
    fn prelude(&mut self, forced: &[String]) -> Result<Value, Failure> {
        self.read_args()?;
        let [input] = &self.options.inputs[..] else { return Err(Failure::Error("an image is of one program".into())) };
        let body = self.read(input)?;
        let root = self.session.eval(body)?;
        let path = self.options.attr_paths.first().map_or("", String::as_str);
        let chosen = self.session.choose(root, path, self.args)?;
        let value = self.session.auto_call(chosen, self.args)?;
        for path in forced {
            match path.split_once('*') {
                None => {
                    self.session.choose(value, path, self.args)?;
                }
                Some((base, rest)) => self.force_each(value, base, rest)?,
            }
        }
        Ok(value)
    }

    /// Computes what is at `rest` of every attribute of what is at `base`. What fails is left as it was before.
    fn force_each(&mut self, value: Value, base: &str, rest: &str) -> Result<(), Failure> {
        let set = self.session.choose(value, base.trim_end_matches('.'), self.args)?;
        if set.tag() != Tag::Attrs {
            return Err(Failure::Error(format!("--force '{base}*{rest}': there is no set whose attributes these are")));
        }
        let heap = &mut self.session.vm.heap;
        let set = heap.sort_attrs(set);
        let names: Vec<Symbol> = heap.iter_attrs(set).map(|it| it.0).collect();
        let mut n_failed = 0;
        for &name in &names {
            let name = String::from_utf8_lossy(self.session.vm.heap.symbols.bytes(name)).into_owned();
            match self.session.choose(set, &format!("\"{name}\"{rest}"), self.args) {
                Ok(_) => {}
                Err(fault) if fault.data().kind == FaultKind::Interrupted => return Err(fault.into()),
                Err(_) => n_failed += 1,
            }
        }
        let n = names.len() - n_failed;
        terminal::tell_line(format!("--force {base}*{rest}: {n} computed, {n_failed} not there or failed").as_bytes());
        Ok(())
    }

    /// Prints what is wanted of a value.
    fn print_parts(&mut self, root: Value) -> Result<(), Failure> {
        let whole = [String::new()];
        let paths = if self.options.attr_paths.is_empty() { &whole[..] } else { &self.options.attr_paths };
        for path in paths {
            let mut v = self.session.choose(root, path, self.args)?;
            if self.options.task == Task::Instantiate {
                return Err(Failure::Error(CANNOT_INSTANTIATE.into()));
            }
            if self.args != Value::EMPTY_ATTRS {
                v = self.session.auto_call(v, self.args)?;
            }
            self.print(v)?;
        }
        Ok(())
    }

    fn print(&mut self, v: Value) -> Result<(), Failure> {
        self.printing += print_value(&mut self.session, self.options, v)?;
        Ok(())
    }

    /// Statistics of a run that ended when the lent clock showed `took`.
    fn tell_stats(&self, took: u64) {
        let vm = &self.session.vm;
        let counters = vm.counters();
        let lines = [
            ("instructions", vm.count()),
            ("calls of functions", counters.calls),
            ("calls of builtins", counters.builtin_calls),
            ("thunks made", vm.heap.thunks_made()),
            ("thunks forced", counters.forced),
            ("bytes of values", vm.heap.bytes_used()),
            ("texts read", vm.sources.iter().count() as u64),
        ];
        for (name, number) in lines {
            terminal::tell_line(format!("{number:>16} {name}").as_bytes());
        }
        let phases = vm.phases();
        let rest = took.saturating_sub(phases.parsing + phases.lowering + phases.emitting + self.printing);
        let times = [
            ("parsing", phases.parsing),
            ("lowering and resolving names", phases.lowering),
            ("emitting instructions", phases.emitting),
            ("evaluating, with what it asks of the outside", rest),
            ("printing", self.printing),
        ];
        for (name, nanoseconds) in times {
            terminal::tell_line(format!("{:>13.3} ms {name}", nanoseconds as f64 / 1e6).as_bytes());
        }
    }

    fn tell_settings(&self) {
        if self.options.verbosity >= notes::WARNINGS {
            let unknown = self.options.settings.unknown.iter().map(|it| format!("unknown setting '{it}'"));
            for warning in self.options.warnings.iter().cloned().chain(unknown) {
                terminal::tell_warning(&warning);
            }
        }
    }

    fn tell_failure(&self, failure: &Failure) {
        match failure {
            Failure::Fault(fault) => self.tell_fault(fault),
            Failure::Error(message) => terminal::tell_error(message),
            Failure::Output(error) => {
                terminal::tell_error(&format!("writing to standard output: {}", cause(error)));
            }
        }
    }

    fn tell_warnings(&mut self) {
        let warnings = self.session.take_warnings();
        for warning in warnings.iter().filter(|_| self.options.verbosity >= notes::WARNINGS) {
            terminal::tell(warning);
        }
    }

    fn tell_fault(&self, fault: &Fault) {
        let detail = if self.options.settings.show_trace { Detail::Full } else { Detail::Short };
        terminal::tell(&report::diagnose(fault, &self.session.vm.sources, detail));
    }
}

/// Prints a value as options want it. Gives how long that took on the lent clock, as far as it is told apart.
fn print_value<W: World>(session: &mut Session<W>, options: &Options, v: Value) -> Result<u64, Failure> {
    match options.output {
        Output::Plain => {
            let v = if options.is_strict { session.force_deep(v)? } else { v };
            let begin = session.vm.now();
            let mut text = print::ambiguous(session.vm.print_cx(), v, options.is_strict);
            text.push(b'\n');
            terminal::print(&text)?;
            return Ok(session.vm.now() - begin);
        }
        Output::Raw => {
            let text = session.call_native(COERCE, &[v, Value::raw(CoerceFlags::COPY)]);
            let text = text.map_err(|fault| {
                // What fails while a string is made of it has a trace of its own.
                let is_about_it = fault.data().trace.is_empty() && fault.data().kind == FaultKind::Type;
                if is_about_it { fault.within(Pos::NONE, "while generating the nix-instantiate output") } else { fault }
            })?;
            terminal::print(session.vm.heap.bytes(text))?;
        }
        Output::Json => {
            let text = session.json(v, options.is_strict)?;
            terminal::print(&[session.vm.heap.bytes(text), b"\n"].concat())?;
        }
        Output::Xml => {
            let text = session.xml(v, options.is_strict, options.with_locations)?;
            terminal::print(session.vm.heap.bytes(text))?;
        }
    }
    Ok(0)
}

/// Prints what a program came to that somebody else ran.
pub(crate) fn tell_outcome<W: World>(
    session: &mut Session<W>,
    options: &Options,
    outcome: Result<Value, &Fault>,
) -> ExitCode {
    let result = outcome.map_err(|it| Failure::Fault(it.clone())).and_then(|v| print_value(session, options, v));
    let detail = if options.settings.show_trace { Detail::Full } else { Detail::Short };
    match result {
        Ok(_) => return ExitCode::SUCCESS,
        Err(Failure::Fault(fault)) => terminal::tell(&report::diagnose(&fault, &session.vm.sources, detail)),
        Err(Failure::Error(message)) => terminal::tell_error(&message),
        Err(Failure::Output(error)) => terminal::tell_error(&format!("writing to standard output: {}", cause(&error))),
    }
    ExitCode::FAILURE
}

/// Nanoseconds since this was first asked.
fn since_start() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    u64::try_from(START.get_or_init(std::time::Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Has the session stop when the user wants to; if it does not hear, the second time ends the process.
fn interrupt_on_signals(pulse: &Arc<Pulse>) {
    let pulse = Arc::clone(pulse);
    let result = ctrlc::set_handler(move || {
        if pulse.is_interrupted() || !pulse.is_running() {
            terminal::tell_error("interrupted by the user");
            std::process::exit(1);
        }
        pulse.interrupt();
    });
    if let Err(error) = result {
        terminal::tell_warning(&format!("cannot be interrupted: {error}"));
    }
}

/// What standard input gives.
fn read_stdin(options: &Options) -> Result<Vec<u8>, Fault> {
    if let Some(text) = &options.stdin {
        return Ok(text.clone());
    }
    let mut text = Vec::new();
    let result = std::io::stdin().lock().read_to_end(&mut text);
    result.map_err(|it| Fault::new(FaultKind::Outside, format!("reading standard input: {}", cause(&it))))?;
    Ok(text)
}

/// What the system says, without its number.
fn cause(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}
