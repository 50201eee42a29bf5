//! Expressions.

use super::Symbol;
use crate::source::{FileId, Pos, Span};

/// Which expression of a [`Module`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct ExprId(pub u32);

/// Which function of a [`Module`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct LambdaId(pub u32);

/// Which attribute set or group of `let` bindings of a [`Module`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct AttrsId(pub u32);

/// A run of entries in one of the module's side tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Range {
    /// The first entry.
    pub start: u32,
    /// How many.
    pub len: u32,
}

impl Range {
    /// As an index into a slice.
    #[must_use]
    pub fn as_range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// The lowered form of one text.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Module {
    /// The text it was made from.
    pub file: FileId,
    /// All expressions; children come before their parents.
    pub exprs: Vec<Expr>,
    /// Where each expression is written. For an operator this is the whole operation.
    pub spans: Vec<Span>,
    /// For each expression the place that Nix names in messages: the operator's for most operators, the first byte for
    /// the rest, [`Pos::NONE`] where Nix has none.
    pub places: Vec<Pos>,
    /// Arguments and list elements: what a [`Range`] in [`Expr::Call`] and [`Expr::List`] refers to.
    pub items: Vec<ExprId>,
    /// Attribute paths: what a [`Range`] in [`Expr::Select`] and [`Expr::HasAttr`] refers to.
    pub paths: Vec<AttrName>,
    /// Interpolation parts: what a [`Range`] in [`Expr::ConcatStrings`] refers to.
    pub parts: Vec<Part>,
    /// Functions.
    pub lambdas: Vec<Lambda>,
    /// Attribute sets and groups of bindings.
    pub attrs: Vec<Attrs>,
    /// The whole text.
    pub root: ExprId,
}

impl Module {
    /// Gives back memory that was only needed while it grew.
    pub fn shrink(&mut self) {
        self.exprs.shrink_to_fit();
        self.spans.shrink_to_fit();
        self.places.shrink_to_fit();
        self.items.shrink_to_fit();
        self.paths.shrink_to_fit();
        self.parts.shrink_to_fit();
        self.lambdas.shrink_to_fit();
        self.attrs.shrink_to_fit();
    }
}

/// One desugared expression.
///
/// What Nix's parser desugars is desugared the same way: `a - b` is a [`Expr::Call`] of the variable `__sub`, `a < b` of
/// `__lessThan`, `-a` is `__sub 0 a`, `a >= b` is `!(__lessThan a b)`, `<a/b>` is `__findFile __nixPath "a/b"`,
/// `a |> f` is `f a`, `let { … }` is `rec { … }.body`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Expr {
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A string without interpolation.
    Str(Symbol),
    /// A path without interpolation, absolute and in canonical form.
    Path(Symbol),
    /// A variable, not yet resolved.
    Var(Symbol),
    /// `__curPos`.
    CurPos,
    /// `base.path` or `base.path or default`.
    Select {
        /// What is selected from.
        base: ExprId,
        /// The path, in [`Module::paths`].
        path: Range,
        /// What stands behind `or`.
        default: Option<ExprId>,
    },
    /// `base ? path`.
    HasAttr {
        /// What is looked into.
        base: ExprId,
        /// The path, in [`Module::paths`].
        path: Range,
    },
    /// `function arg…`, all arguments of one chain of applications together.
    Call {
        /// The function.
        function: ExprId,
        /// The arguments, in [`Module::items`].
        args: Range,
    },
    /// A function.
    Lambda(LambdaId),
    /// `{ … }` or `rec { … }`.
    Attrs(AttrsId),
    /// `let … in body`.
    Let {
        /// The bindings; never recursive in name but always in scope, and without dynamic ones.
        attrs: AttrsId,
        /// What follows `in`.
        body: ExprId,
    },
    /// `[ … ]`, elements in [`Module::items`].
    List(Range),
    /// `with scope; body`.
    With {
        /// The set brought into scope.
        scope: ExprId,
        /// Where it is in scope.
        body: ExprId,
    },
    /// `if cond then then else otherwise`.
    If {
        /// The condition.
        cond: ExprId,
        /// The value when it holds.
        then: ExprId,
        /// The value when it does not.
        otherwise: ExprId,
    },
    /// `assert cond; body`.
    Assert {
        /// The condition.
        cond: ExprId,
        /// The value when it holds.
        body: ExprId,
    },
    /// `!a`.
    Not(ExprId),
    /// `a == b`.
    Eq(ExprId, ExprId),
    /// `a != b`.
    Neq(ExprId, ExprId),
    /// `a && b`.
    And(ExprId, ExprId),
    /// `a || b`.
    Or(ExprId, ExprId),
    /// `a -> b`.
    Impl(ExprId, ExprId),
    /// `a // b`.
    Update(ExprId, ExprId),
    /// `a ++ b`.
    Concat(ExprId, ExprId),
    /// `a + b`, an interpolated string, or an interpolated path.
    ConcatStrings {
        /// The operands, in [`Module::parts`].
        parts: Range,
        /// Whether the result is a string whatever the first operand is: true for `"…${x}…"`, false for `a + b` and
        /// paths.
        force_string: bool,
    },
    /// A place where the text could not be understood; a diagnostic says why.
    Error,
}

/// One element of an attribute path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum AttrName {
    /// A name known from the text.
    Static(Symbol, Pos),
    /// `${expr}`.
    Dynamic(ExprId, Pos),
}

/// One operand of [`Expr::ConcatStrings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// The operand.
    pub expr: ExprId,
    /// Where Nix says it is.
    pub pos: Pos,
}

/// A function: `arg: body`, `{ formals }: body` or both.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Lambda {
    /// The name of the argument as a whole: `x` in `x: …` and in `{ … }@x: …`.
    pub arg: Option<(Symbol, Pos)>,
    /// The named attributes of a pattern, in the order written; `None` if the argument is only a name.
    pub formals: Option<Vec<Formal>>,
    /// Whether the pattern has `...`.
    pub ellipsis: bool,
    /// The value of a call.
    pub body: ExprId,
    /// Where the function begins: the place Nix names in messages.
    pub pos: Pos,
    /// The attribute or variable it was bound to, through any number of enclosing functions, as Nix shows it.
    pub name: Option<Symbol>,
}

/// One named attribute of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Formal {
    /// Its name.
    pub name: Symbol,
    /// Where the name is written.
    pub pos: Pos,
    /// The value when the caller gives none.
    pub default: Option<ExprId>,
}

/// The bindings of a set or a `let`.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Attrs {
    /// Whether the names are in scope of the values (`rec`).
    pub recursive: bool,
    /// Bindings whose names are known from the text, merged (`a.b = 1; a.c = 2;` is one), in the order of the text.
    pub bindings: Vec<Binding>,
    /// Bindings whose names are computed, in the order of the text.
    pub dynamic: Vec<DynamicBinding>,
    /// The expressions of `inherit (e) …`, each once.
    pub inherit_from: Vec<ExprId>,
}

/// A binding whose name is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Binding {
    /// The name.
    pub name: Symbol,
    /// Where the name is written.
    pub pos: Pos,
    /// The value.
    pub value: BindingValue,
}

/// Where the value of a binding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum BindingValue {
    /// `name = expr;`
    Plain(ExprId),
    /// `inherit name;`: the expression is an [`Expr::Var`], resolved outside the set even when the set is recursive.
    Inherit(ExprId),
    /// `inherit (e) name;`: the index of `e` in [`Attrs::inherit_from`]. The place is where Nix puts the selection.
    InheritFrom(u32, Pos),
}

/// A binding whose name is computed: `${name} = value;`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DynamicBinding {
    /// What gives the name.
    pub name: ExprId,
    /// The value.
    pub value: ExprId,
    /// Where the name is written.
    pub pos: Pos,
}
