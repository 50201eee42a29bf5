//! Expressions to instructions.
//!
//! [`Unit::new`] finds what each name means and which variables outlive their frame; [`Unit::emit`] writes the
//! instructions of one body when somebody first runs it. Neither recurses with the depth of the program.

mod analysis;
mod bindings;
mod builder;
mod constant;
mod expr;
mod resolve;

pub use analysis::{Analysis, BodyInfo, BodySource, Scope, ScopeError, Var, VarId, VarKind, VarRef};

use crate::bytecode::{Body, BodyKind, Program};
use crate::ir::{Module, Symbol};
use crate::source::Pos;

/// What a name that the program does not bind means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Global {
    /// A builtin, by its index.
    Builtin(u32),
    /// A value of the machine's table of globals.
    Value(u32),
}

/// What emission must know of a builtin.
#[derive(Clone, Debug)]
pub struct BuiltinShape {
    /// How many arguments it takes.
    pub arity: u32,
    /// Whether all its arguments are needed at once and in order, so that they may be computed before the call.
    pub is_strict: bool,
    /// For each argument a bit: whether it must be of some kind.
    pub checks: u32,
    /// Whether its last argument is computed first.
    pub is_backward: bool,
    /// Whether its first argument is not needed if its last is the empty list.
    pub is_first_lazy: bool,
    /// The instruction that does the same, for those that have one.
    pub op: Option<crate::bytecode::Op>,
}

/// The names every program sees, as data.
#[derive(Clone, Debug, Default)]
pub struct Globals {
    /// Top-level names.
    pub names: rustc_hash::FxHashMap<Symbol, Global>,
    /// What `builtins.x` is, for those `x` that are builtins.
    pub builtins: rustc_hash::FxHashMap<Symbol, u32>,
    /// The symbol `builtins`.
    pub builtins_name: Option<Symbol>,
    /// The symbol `__overrides`.
    pub overrides_name: Option<Symbol>,
    /// One for each builtin.
    pub shapes: Vec<BuiltinShape>,
    /// Whether every name in scope can be looked up in every frame, used or not: for debugging.
    pub keeps_names: bool,
}

/// How many bodies a function's value can tell apart.
const MAX_BODIES: usize = 1 << 24;

/// One text, ready to be emitted body by body.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Unit {
    /// Its expressions.
    pub module: Module,
    /// What its names mean.
    pub analysis: Analysis,
    /// The first of its bodies in [`Program::bodies`].
    pub first_body: u32,
}

impl Unit {
    /// Resolves the names of a module and registers its bodies, without emitting any. `scope` is what is around the
    /// text (for `scopedImport` and for evaluation inside a frame): the body of the text finds it in its environment.
    ///
    /// # Errors
    /// The first name that means nothing; or there is more to it than instructions and values can tell.
    pub fn new(
        module: Module,
        scope: &Scope<'_>,
        globals: &Globals,
        unit: u32,
        program: &mut Program,
    ) -> Result<Self, ScopeError> {
        let analysis = analysis::analyse(&module, scope, globals)?;
        let mut module = module;
        module.shrink();
        if program.bodies.len() + analysis.bodies.len() > MAX_BODIES {
            return Err(ScopeError::TooMany);
        }
        let first_body = program.bodies.len() as u32;
        for (index, info) in analysis.bodies.iter().enumerate() {
            let lambda = match info.source {
                BodySource::Lambda(id) => Some(&module.lambdas[id.0 as usize]),
                _ => None,
            };
            let kind = match info.source {
                BodySource::Scope | BodySource::Root => BodyKind::File,
                BodySource::Lambda(_) => BodyKind::Lambda,
                _ => BodyKind::Thunk,
            };
            let inner = lambda.map(|first| analysis.innermost(&module, first, info.arity));
            let mut body = Body::new(kind, unit, index as u32).named(inner.and_then(|it| it.name));
            body.arity = info.arity;
            body.pos = inner.map_or(Pos::NONE, |it| it.pos);
            body.outer_pos = lambda.map_or(Pos::NONE, |it| it.pos);
            program.bodies.push(body);
        }
        Ok(Self { module, analysis, first_body })
    }

    /// The body of the text.
    #[must_use]
    pub fn root(&self) -> u32 {
        self.first_body + self.analysis.root
    }

    /// Writes the instructions of one body, if that has not been done.
    pub fn emit(&self, body: u32, globals: &Globals, program: &mut Program) {
        if program.bodies[body as usize].entry == Body::NOT_EMITTED {
            expr::emit_body(self, body, globals, program);
        }
    }
}
