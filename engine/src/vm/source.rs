//! Texts become bodies to run.

use std::sync::Arc;

use bytes::Bytes;

use crate::emit::{Scope, ScopeError};
use crate::ir::{Symbol, Symbols};
use crate::lower::{FirstError, LowerCx, Rules, first_error, lower};
use crate::source::{Origin, Pos};
use crate::syntax;

use super::{Fault, FaultKind, Vm};

/// How texts are read.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Reading {
    /// What `~` stands for; `None` in pure mode.
    pub home: Option<String>,
    /// Which disputed parts of the language may be used.
    pub rules: Rules,
    /// Whether `|>` and `<|` may be used.
    pub pipe_operators: bool,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct FileRead {
    pub(super) text: Bytes,
    /// What was around it, as for [`Vm::read_in`].
    pub(super) names: Box<[Symbol]>,
    pub(super) n_withs: u32,
    pub(super) body: u32,
    /// Set if it was read on the side: how many names had been renamed by then.
    pub(super) aside: Option<u32>,
}

impl FileRead {
    /// Whether it is for the program; or on the side, whether its names are still what they were.
    fn is_of_use(&self, symbols: &Symbols) -> bool {
        self.aside.is_none_or(|it| symbols.is_aside() && it == symbols.n_renamed())
    }
}

impl Vm {
    /// Reads a text: gives the body to run. `scope` are names around it, as for [`Vm::load`].
    ///
    /// # Errors
    /// If it is not Nix: Nix's message and place.
    pub fn read(&mut self, origin: Origin, text: Arc<[u8]>, base_dir: &str, scope: &[Symbol]) -> Result<u32, Fault> {
        self.read_in(origin, text, base_dir, &Scope { names: scope, n_withs: 0 })
    }

    /// The same inside scopes of `with`, too.
    ///
    /// # Errors
    /// As for [`Vm::read`].
    pub fn read_in(
        &mut self,
        origin: Origin,
        text: Arc<[u8]>,
        base_dir: &str,
        scope: &Scope<'_>,
    ) -> Result<u32, Fault> {
        // Going back in time means reading again; the same text is the same code.
        let path = match &origin {
            Origin::File(path) => Some(path.clone()),
            _ => None,
        };
        let before = path.as_ref().and_then(|it| self.files_read.get(it)).into_iter().flatten();
        let symbols = &self.heap.symbols;
        let around = |it: &FileRead| *it.names == *scope.names && it.n_withs == scope.n_withs;
        let is_known = |it: &&FileRead| around(it) && *it.text == *text && it.is_of_use(symbols);
        if let Some(known) = before.into_iter().find(is_known) {
            return Ok(known.body);
        }
        let aside = symbols.is_aside().then(|| symbols.n_renamed());
        let body = self.read_new(origin, text.clone(), base_dir, scope)?;
        if let Some(path) = path {
            let (text, names, n_withs) = (Bytes::from_owner(text), scope.names.into(), scope.n_withs);
            self.files_read.entry(path).or_default().push(FileRead { text, names, n_withs, body, aside });
        }
        Ok(body)
    }

    fn read_new(&mut self, origin: Origin, text: Arc<[u8]>, base_dir: &str, scope: &Scope<'_>) -> Result<u32, Fault> {
        let Some(file) = self.sources.add(origin, text.clone()) else {
            return Err(Fault::new(FaultKind::OutOfMemory, "more than 4 GiB of program text"));
        };
        let features = syntax::Features { pipe_operators: self.reading.pipe_operators };
        let begin = self.now();
        let parse = syntax::parse(&text, features);
        let parsed = self.now();
        self.phases.parsing += parsed - begin;
        let mut cx = LowerCx {
            symbols: &mut self.heap.symbols,
            base_dir,
            home: self.reading.home.as_deref(),
            rules: self.reading.rules,
        };
        let lowered = lower(&self.sources, file, &parse, &mut cx);
        let source = self.sources.file(file);
        match first_error(&parse, &lowered.errors) {
            Some(FirstError::Syntax(error)) => {
                return Err(Fault::new(FaultKind::Syntax, error.message.clone()).at(source.pos(error.start)));
            }
            Some(FirstError::Lower(error)) => {
                return Err(Fault::new(FaultKind::Syntax, error.message.clone()).at(error.pos));
            }
            None => {}
        }
        let source_start = source.pos(0);
        for warning in lowered.warnings {
            self.warnings.push((warning.pos, warning.message));
        }
        let loaded = self.load(lowered.module, scope);
        self.phases.lowering += self.now() - parsed;
        loaded.map_err(|error| match error {
            ScopeError::Undefined(name, pos) => {
                let name = self.heap.symbols.text(name);
                Fault::new(FaultKind::UndefinedVariable, format!("undefined variable '{name}'")).at(pos)
            }
            ScopeError::TooDeep(pos) => Fault::new(FaultKind::OutOfMemory, "functions are nested too deeply").at(pos),
            ScopeError::TooMany => {
                let text = "more functions and suspended expressions than there can be";
                Fault::new(FaultKind::OutOfMemory, text).at(source_start)
            }
        })
    }

    /// Warns, without stopping.
    pub fn warn(&mut self, pos: Pos, text: impl Into<String>) {
        self.warnings.push((pos, text.into()));
    }

    /// Warnings about texts read so far, each given once.
    pub fn take_warnings(&mut self) -> Vec<(Pos, String)> {
        std::mem::take(&mut self.warnings)
    }
}
