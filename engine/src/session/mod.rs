//! One evaluation with everything needed to look at it: a machine, the world that answers it, and who may stop it.
//!
//! Front ends talk to a [`Session`] and never to the machine. It runs the machine in slices; between two of them it
//! looks whether somebody wants it to stop.

mod choose;
mod debug_session;
mod image;
mod journal;
pub mod live;
pub mod report;
pub mod saved;
mod worker;

use std::sync::Arc;

use crate::builtins;
use crate::diagnostic::Diagnostic;
use crate::source::Origin;
use crate::value::Value;
use crate::vm::{DEEP_FORCE, Fault, FaultKind, Stop, Vm};

pub use crate::vm::Pulse;
use crate::world::{Answer, CanonPath, Request, World};
pub use debug_session::{Argument, DebugSession, Launch, ProgramText};
pub use image::{Image, ImageError, Refused, write_image};
pub use journal::{Changed, Journal, Look, LookAt, Stamp};
pub use worker::{Run, Worker};

/// How many instructions are run before somebody who wants it to stop is heard.
const SLICE: u64 = 1 << 18;

/// One evaluation.
#[derive(Debug)]
pub struct Session<W> {
    /// The machine.
    pub vm: Vm,
    world: W,
    pulse: Arc<Pulse>,
    max_count: u64,
}

impl<W: World> Session<W> {
    /// A session of a machine in a world.
    #[must_use]
    pub fn new(vm: Vm, world: W) -> Self {
        Self { vm, world, pulse: Arc::default(), max_count: u64::MAX }
    }

    /// The same, which stops for good after so many instructions.
    #[must_use]
    pub fn with_max_count(self, max_count: u64) -> Self {
        Self { max_count, ..self }
    }

    /// What other threads see of the evaluation.
    #[must_use]
    pub fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    /// The outside, to be looked at.
    #[must_use]
    pub fn world(&self) -> &W {
        &self.world
    }

    /// Asks the outside.
    pub fn ask(&mut self, request: &Request) -> Answer {
        self.world.answer(request)
    }

    /// Reads a file: gives the body to run. Links are followed, and a folder means its `default.nix`.
    ///
    /// # Errors
    /// If there is no such file, or it is not Nix.
    pub fn read_file(&mut self, path: &CanonPath) -> Result<u32, Fault> {
        let failed = |it: crate::world::WorldError| Fault::new(FaultKind::Outside, it.to_string());
        let path = self.ask(&Request::ResolveImport(path.clone())).into_path().map_err(failed)?;
        let how = crate::world::SymlinkResolution::Full;
        let real = self.ask(&Request::Resolve { path: path.clone(), how }).into_path().map_err(failed)?;
        let text = self.ask(&Request::ReadFile(real)).into_bytes().map_err(failed)?;
        let folder = path.parent().unwrap_or_else(CanonPath::root).to_text().into_owned();
        self.vm.read(Origin::File(path.to_text().into_owned()), text.into(), &folder, &[])
    }

    /// Computes the value of a body.
    ///
    /// # Errors
    /// If the program fails.
    pub fn eval(&mut self, body: u32) -> Result<Value, Fault> {
        self.vm.start(body, 0);
        self.run()
    }

    /// Forces a value.
    ///
    /// # Errors
    /// If the program fails.
    pub fn force(&mut self, v: Value) -> Result<Value, Fault> {
        if let Some(v) = self.vm.settled(v) {
            return Ok(v);
        }
        self.vm.start_force(v);
        self.run()
    }

    /// Forces a value and everything in it.
    ///
    /// # Errors
    /// If the program fails.
    pub fn force_deep(&mut self, v: Value) -> Result<Value, Fault> {
        self.call_native(DEEP_FORCE, &[v])
    }

    /// Calls a native.
    ///
    /// # Errors
    /// If the program fails.
    pub fn call_native(&mut self, native: u32, args: &[Value]) -> Result<Value, Fault> {
        self.vm.start_native(native, args);
        self.run()
    }

    /// A value as JSON text. Unless `is_strict`, what was not computed yet is a fault.
    ///
    /// # Errors
    /// If it cannot be written, or the program fails.
    pub fn json(&mut self, v: Value, is_strict: bool) -> Result<Value, Fault> {
        builtins::start_json(&mut self.vm, v, is_strict);
        self.run()
    }

    /// A value as XML text. Unless `is_strict`, what was not computed yet is written as that.
    ///
    /// # Errors
    /// If the program fails.
    pub fn xml(&mut self, v: Value, is_strict: bool, has_locations: bool) -> Result<Value, Fault> {
        builtins::start_xml(&mut self.vm, v, is_strict, has_locations);
        self.run()
    }

    /// Calls a function.
    ///
    /// # Errors
    /// If the program fails.
    pub fn call(&mut self, function: Value, args: &[Value]) -> Result<Value, Fault> {
        self.vm.start_call(function, args);
        self.run()
    }

    /// Warnings about texts read so far, each given once.
    pub fn take_warnings(&mut self) -> Vec<Diagnostic> {
        let warnings = self.vm.take_warnings();
        warnings.iter().map(|(pos, text)| report::warning(*pos, text, &self.vm.sources)).collect()
    }

    /// Runs what was started to its end.
    fn run(&mut self) -> Result<Value, Fault> {
        self.pulse.set_running(true);
        let result = self.run_on();
        self.pulse.set_running(false);
        result
    }

    fn run_on(&mut self) -> Result<Value, Fault> {
        loop {
            if let Some(fault) = self.must_stop() {
                self.vm.abandon();
                return Err(fault);
            }
            let fuel = SLICE.min(self.max_count.saturating_sub(self.vm.count()));
            let stop = self.vm.run(fuel);
            self.pulse.set_count(self.vm.count());
            match stop {
                Stop::Done(v) => return Ok(v),
                Stop::Fault(fault) => return Err(fault),
                Stop::Fuel => {}
                Stop::Ask(request) => {
                    let answer = self.world.answer(&request);
                    self.vm.answer(answer);
                }
                Stop::Failing(fault) => {
                    if let Some(fault) = self.vm.fail(fault) {
                        return Err(fault);
                    }
                }
                Stop::Break | Stop::Point => {
                    self.vm.abandon();
                    return Err(Fault::new(FaultKind::Interrupted, "stopped, and nobody debugs"));
                }
            }
        }
    }

    fn must_stop(&self) -> Option<Fault> {
        if self.pulse.is_interrupted() {
            return Some(Fault::new(FaultKind::Interrupted, "interrupted by the user"));
        }
        (self.vm.count() >= self.max_count)
            .then(|| Fault::new(FaultKind::Interrupted, "the limit of instructions is reached"))
    }
}
