//! What each name means, which expressions are suspended, and which variables outlive their frame.
//!
//! A *body* is what one frame runs: a text, a function (of several arguments at once, where functions are nested
//! directly), or a suspended expression. A variable that only its own body uses lives in the frame; one that another
//! body uses lives in its body's environment.

use crate::ir::{AttrsId, ExprId, Lambda, LambdaId, Module, Symbol};
use crate::source::Pos;

use super::resolve::Resolver;
use super::{Global, Globals};
use crate::bytecode::Slot;

/// Which variable of an [`Analysis`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct VarId(pub u32);

/// What is around a text that is evaluated inside something.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope<'a> {
    /// Names, each once; they have the first slots of the environment.
    pub names: &'a [Symbol],
    /// How many scopes of `with` there are; they have the slots that follow, the innermost last.
    pub n_withs: u32,
}

/// What binds a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum VarKind {
    /// The argument of a function.
    Argument,
    /// A name in a pattern.
    Formal,
    /// `let`.
    Let,
    /// A recursive set.
    Rec,
    /// The set of an `inherit (…)`.
    Inherit,
    /// The set of a `with`.
    With,
    /// Whoever gave the text to be evaluated.
    Around,
}

/// A variable: a name the program binds, or the scope of a `with` or `inherit (…)`, which has no name.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Var {
    /// Its name, if it has one.
    pub name: Option<Symbol>,
    /// Where the name is written.
    pub pos: Pos,
    /// What binds it.
    pub kind: VarKind,
    /// The expression in which it can be named.
    pub scope: ExprId,
    /// The body it belongs to.
    pub body: u32,
    /// Whether another body uses it, or might be asked for it.
    pub is_captured: bool,
    /// Where it lives.
    pub slot: Slot,
    /// Whether it has a value by the time the code reached so far runs, and keeps it. In the end all have but those of
    /// a set with `__overrides`.
    pub(super) is_ready: bool,
}

/// What a variable expression refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum VarRef {
    /// Not a variable expression.
    None,
    /// A variable of the program.
    Var(VarId),
    /// A name every program sees.
    Global(Global),
    /// Whatever the scopes of `with` have under this name, from this one outwards.
    With(u32),
}

/// What a body was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum BodySource {
    /// Nothing that runs: the variables around a text that is given some.
    Scope,
    /// The whole text.
    Root,
    /// This function and those directly inside it, as many as the arity says.
    Lambda(LambdaId),
    /// A suspended expression.
    Expr(ExprId),
    /// `name` selected from the scope of an `inherit (…)`.
    InheritFrom {
        /// The set or `let`.
        attrs: AttrsId,
        /// Which binding.
        binding: u32,
    },
}

/// One body.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct BodyInfo {
    /// What it was made from.
    pub source: BodySource,
    /// The body around it.
    pub parent: Option<u32>,
    /// How many arguments it takes.
    pub arity: u32,
    /// How many slots its frame has, arguments included.
    pub n_locals: u32,
    /// How many slots its environment has; without any, it has no environment.
    pub n_env: u32,
    /// Its arguments, in order; of a pattern without a name, the argument is nameless.
    pub args: Vec<VarId>,
    /// The variables of its pattern.
    pub formals: Vec<VarId>,
}

/// What is known of the bindings of a set or `let`.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct AttrsInfo {
    /// The variable of each binding, if the set is recursive or a `let`.
    pub vars: Vec<VarId>,
    /// The variable of each `inherit (…)` scope.
    pub from_vars: Vec<VarId>,
    /// The body of each binding that selects from such a scope.
    pub from_bodies: Vec<Option<u32>>,
}

/// Why a text cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeError {
    /// A name that means nothing, and where it is used.
    Undefined(Symbol, Pos),
    /// The body here lies inside so many others that instructions cannot count them.
    TooDeep(Pos),
    /// Values cannot tell so many bodies apart.
    TooMany,
}

/// The scope of a `with`, and the one around it.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct WithScope {
    /// The variable that holds the set.
    pub var: VarId,
    /// The next `with` outwards.
    pub outer: Option<u32>,
    /// Where the `with` is.
    pub pos: Pos,
}

/// What is known of a module's names.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Analysis {
    /// All bodies.
    pub bodies: Vec<BodyInfo>,
    /// All variables.
    pub vars: Vec<Var>,
    /// For each expression the body that computes it later, plus one; 0 if it is not suspended.
    pub thunks: Vec<u32>,
    /// For each expression what it refers to, if it is a variable.
    pub refs: Vec<VarRef>,
    /// For each function the body it starts, plus one; 0 for those inside a body of several arguments.
    pub lambdas: Vec<u32>,
    /// For each set or `let`.
    pub attrs: Vec<AttrsInfo>,
    /// All scopes of `with`.
    pub withs: Vec<WithScope>,
    /// For each `with` expression, its scope.
    #[serde(serialize_with = "in_order")]
    pub with_of: rustc_hash::FxHashMap<ExprId, u32>,
    /// For each expression whether it is a constant, and whether it is built at once rather than suspended.
    pub shapes: Vec<super::constant::Shape>,
    /// The body of the text.
    pub root: u32,
}

impl Analysis {
    /// The innermost of `arity` functions nested directly in each other.
    #[must_use]
    pub fn innermost<'m>(&self, module: &'m Module, first: &'m Lambda, arity: u32) -> &'m Lambda {
        let mut lambda = first;
        for _ in 1..arity {
            if let crate::ir::Expr::Lambda(id) = module.exprs[lambda.body.0 as usize] {
                lambda = &module.lambdas[id.0 as usize];
            }
        }
        lambda
    }

    /// The variable that code of `body` finds `depth` environments outside in a slot of the environment there, or for
    /// depth 0 in a slot of its own frame. For people who look at code: the search is linear.
    #[must_use]
    pub fn variable(&self, body: u32, depth: u16, slot: Slot) -> Option<&Var> {
        let (mut left, mut at) = (depth, body);
        while matches!(slot, Slot::Env(_)) && (left > 0 || self.bodies[at as usize].n_env == 0) {
            left -= u16::from(self.bodies[at as usize].n_env > 0);
            at = self.bodies[at as usize].parent?;
        }
        self.vars.iter().find(|it| it.body == at && it.slot == slot)
    }

    /// The first body with more environments around it than [`Self::depth`] can tell.
    fn too_deep(&self) -> Option<&BodySource> {
        let limit = usize::from(u16::MAX);
        if self.bodies.len() <= limit {
            return None;
        }
        // A body comes after the one around it.
        let mut depths: Vec<usize> = Vec::with_capacity(self.bodies.len());
        for body in &self.bodies {
            let outer = body.parent.map_or(0, |parent| depths[parent as usize]);
            depths.push(outer + usize::from(body.n_env > 0));
        }
        let at = depths.iter().position(|&depth| depth > limit)?;
        Some(&self.bodies[at].source)
    }

    /// How many environments lie between the code of `body` and the environment of `outer`.
    #[must_use]
    pub fn depth(&self, body: u32, outer: u32) -> u16 {
        let (mut depth, mut at) = (0, body);
        while at != outer {
            depth += u16::from(self.bodies[at as usize].n_env > 0);
            match self.bodies[at as usize].parent {
                Some(parent) => at = parent,
                None => break,
            }
        }
        depth
    }
}

/// Writes a map so that the same map is the same bytes, whatever became of it before.
fn in_order<S: serde::Serializer>(map: &rustc_hash::FxHashMap<ExprId, u32>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(map.iter().collect::<std::collections::BTreeMap<_, _>>())
}

/// Resolves every name of a module.
pub(super) fn analyse(module: &Module, scope: &Scope<'_>, globals: &Globals) -> Result<Analysis, ScopeError> {
    let mut resolver = Resolver::new(module, globals);
    resolver.run(scope)?;
    let mut analysis = resolver.finish();
    assign_slots(&mut analysis);
    match analysis.too_deep() {
        Some(source) => Err(ScopeError::TooDeep(match *source {
            BodySource::Lambda(id) => module.lambdas[id.0 as usize].pos,
            BodySource::Expr(id) => module.places[id.0 as usize],
            BodySource::Scope | BodySource::Root | BodySource::InheritFrom { .. } => Pos::NONE,
        })),
        None => Ok(analysis),
    }
}

/// Gives each variable its place: arguments come first in the frame, captured variables live in the environment.
fn assign_slots(analysis: &mut Analysis) {
    for var in &mut analysis.vars {
        let body = &mut analysis.bodies[var.body as usize];
        if var.is_captured {
            var.slot = Slot::Env(body.n_env);
            body.n_env += 1;
        } else if let Slot::Local(u32::MAX) = var.slot {
            var.slot = Slot::Local(body.n_locals);
            body.n_locals += 1;
        }
    }
}
