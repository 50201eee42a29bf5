//! Where code is written: for each body of a text, the names of the bindings around it.
//!
//! ```text
//! { lib = rec { mkMerge = contents: let n = f 1; in g n; }; }
//!                         ├──────────── lib.mkMerge ───┤
//!                                           ╰ lib.mkMerge.n
//! ```
//!
//! The names on a path are those of the bindings around a place, outermost first, whatever they bind: attributes,
//! variables of a `let`, formals with a default. What stands between two bindings (functions, calls, conditions) adds
//! nothing, so `foo = mkDerivation { buildInputs = …; }` has a `foo.buildInputs`. A body that is the value of its
//! binding is *bound*: so are the results of its functions, its branches and what follows its `let`. Any other body is
//! *inner*: it has the path of the nearest binding around it, and a [`Role`] that says what it is there.
//!
//! Names are found from expressions alone. Nothing is run or emitted for them, and nothing recurses.

use crate::emit::{Analysis, Unit};
use crate::ir::{AttrName, AttrsId, BindingValue, Expr, ExprId, LambdaId, Module, Range, Symbol};

/// One element of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// A name known from the text.
    Known(Symbol),
    /// `${expr}`, or a string with interpolations.
    Computed(ExprId),
}

/// What a body is to the nearest binding around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing: it is the whole text.
    Text,
    /// Its value, or what a function bound there gives. Without any binding around it: the value of the text.
    Bound,
    /// Its value, which `inherit` takes over from where it was bound first.
    Inherited,
    /// The default of the formal that the path ends in.
    Default,
    /// An argument of a call.
    Argument {
        /// The call.
        call: ExprId,
        /// Which argument, from 0.
        index: u32,
    },
    /// A function that is called where it is written.
    Called,
    /// An element of a list.
    Element {
        /// Which element, from 0.
        index: u32,
        /// Whether the list is the value of the binding, rather than some list in it.
        of_bound: bool,
    },
    /// The scope of a `with`.
    WithScope,
    /// What an `inherit (…)` inherits from.
    InheritSource,
    /// A function in an operator, a condition or an interpolation.
    Part,
}

impl Role {
    /// Whether a body with this role is something else than what the last name of its path stands for.
    #[must_use]
    pub fn is_inner(self) -> bool {
        !matches!(self, Self::Text | Self::Bound | Self::Inherited | Self::Default)
    }

    /// Whether a body with this role is a place where the last name of its path gets its meaning, so that people who
    /// say the name mean it.
    #[must_use]
    pub fn is_definition(self) -> bool {
        matches!(self, Self::Bound | Self::Default)
    }
}

/// A binding, or for [`ROOT`] the text around all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// The binding around it, which comes earlier.
    pub(super) parent: u32,
    pub(super) name: Name,
}

/// The node that is no binding. Others are one more than their index among the nodes.
pub(super) const ROOT: u32 = 0;

const UNREACHED: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Place {
    node: u32,
    role: Role,
}

/// The paths of all bodies of one unit. Takes room for each binding and each body, however long the paths are.
#[derive(Debug)]
pub struct UnitNames {
    nodes: Vec<Node>,
    bodies: Vec<Place>,
}

impl UnitNames {
    /// Names the bodies of a unit, in one pass over its expressions.
    #[must_use]
    pub fn new(unit: &Unit) -> Self {
        let (module, analysis) = (&unit.module, &unit.analysis);
        let unreached = Place { node: UNREACHED, role: Role::Part };
        let whole = Place { node: ROOT, role: Role::Text };
        let names = Self { nodes: Vec::new(), bodies: vec![whole; analysis.bodies.len()] };
        let mut namer = Namer { module, analysis, at: vec![unreached; module.exprs.len()], names };
        namer.put(module.root, ROOT, Role::Bound);
        // Children come before their parents, so that on the way back each expression's place is known when it is met.
        for index in (0..=module.root.0).rev() {
            let place = namer.at[index as usize];
            if place.node != UNREACHED {
                namer.visit(ExprId(index), place);
            }
        }
        namer.names
    }

    /// What a body is to the last name of its path.
    ///
    /// # Panics
    /// If the unit has no such body.
    #[must_use]
    pub fn role(&self, body_index: u32) -> Role {
        self.bodies[body_index as usize].role
    }

    /// The path of a body, outermost name first. It is empty for what no binding is around.
    ///
    /// # Panics
    /// If the unit has no such body.
    #[must_use]
    pub fn path(&self, body_index: u32) -> Vec<Name> {
        let mut path: Vec<Name> = self.upwards(self.node(body_index)).collect();
        path.reverse();
        path
    }

    /// The names of a path, innermost first.
    pub(super) fn upwards(&self, mut node: u32) -> impl Iterator<Item = Name> {
        std::iter::from_fn(move || {
            let at = self.nodes.get(node.checked_sub(1)? as usize)?;
            node = at.parent;
            Some(at.name)
        })
    }

    pub(super) fn node(&self, body_index: u32) -> u32 {
        self.bodies[body_index as usize].node
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }
}

/// The walk that finds names.
struct Namer<'a> {
    module: &'a Module,
    analysis: &'a Analysis,
    /// For each expression met so far, where it is.
    at: Vec<Place>,
    names: UnitNames,
}

impl Namer<'_> {
    fn put(&mut self, id: ExprId, node: u32, role: Role) {
        // There are no bodies in a constant.
        if !self.analysis.shapes[id.0 as usize].is_const {
            self.at[id.0 as usize] = Place { node, role };
        }
    }

    fn bind(&mut self, parent: u32, name: Name) -> u32 {
        self.names.nodes.push(Node { parent, name });
        self.names.nodes.len() as u32
    }

    /// Names a body, given as analysis numbers them: plus one, 0 for none.
    fn name(&mut self, body: u32, place: Place) {
        if let Some(index) = body.checked_sub(1) {
            self.names.bodies[index as usize] = place;
        }
    }

    fn visit(&mut self, id: ExprId, place: Place) {
        self.name(self.analysis.thunks[id.0 as usize], place);
        let (module, Place { node, role }) = (self.module, place);
        match module.exprs[id.0 as usize] {
            Expr::Int(_) | Expr::Float(_) | Expr::Str(_) | Expr::Path(_) => {}
            Expr::Var(_) | Expr::CurPos | Expr::Error => {}
            Expr::Select { base, path, default } => {
                self.put(base, node, Role::Part);
                self.selection(path, node);
                if let Some(default) = default {
                    self.put(default, node, role);
                }
            }
            Expr::HasAttr { base, path } => {
                self.put(base, node, Role::Part);
                self.selection(path, node);
            }
            Expr::Call { function, args } => {
                self.put(function, node, Role::Called);
                for (index, &arg) in (0..).zip(&module.items[args.as_range()]) {
                    self.put(arg, node, Role::Argument { call: id, index });
                }
            }
            Expr::Lambda(lambda) => self.function(lambda, place),
            Expr::Attrs(attrs) => self.bindings(attrs, node),
            Expr::Let { attrs, body } => {
                self.bindings(attrs, node);
                self.put(body, node, role);
            }
            Expr::List(items) => {
                let of_bound = role == Role::Bound && node != ROOT;
                for (index, &item) in (0..).zip(&module.items[items.as_range()]) {
                    self.put(item, node, Role::Element { index, of_bound });
                }
            }
            Expr::With { scope, body } => {
                self.put(scope, node, Role::WithScope);
                self.put(body, node, role);
            }
            Expr::If { cond, then, otherwise } => {
                self.put(cond, node, Role::Part);
                self.put(then, node, role);
                self.put(otherwise, node, role);
            }
            Expr::Assert { cond, body } => {
                self.put(cond, node, Role::Part);
                self.put(body, node, role);
            }
            Expr::Not(a) => self.put(a, node, Role::Part),
            Expr::Eq(a, b)
            | Expr::Neq(a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Impl(a, b)
            | Expr::Update(a, b)
            | Expr::Concat(a, b) => {
                self.put(a, node, Role::Part);
                self.put(b, node, Role::Part);
            }
            Expr::ConcatStrings { parts, .. } => {
                for part in &module.parts[parts.as_range()] {
                    self.put(part.expr, node, Role::Part);
                }
            }
        }
    }

    /// The computed names of a selection.
    fn selection(&mut self, path: Range, node: u32) {
        for name in &self.module.paths[path.as_range()] {
            if let AttrName::Dynamic(id, _) = *name {
                self.put(id, node, Role::Part);
            }
        }
    }

    fn function(&mut self, id: LambdaId, place: Place) {
        self.name(self.analysis.lambdas[id.0 as usize], place);
        let lambda = &self.module.lambdas[id.0 as usize];
        for formal in lambda.formals.iter().flatten() {
            if let Some(default) = formal.default {
                let inner = self.bind(place.node, Name::Known(formal.name));
                self.put(default, inner, Role::Default);
            }
        }
        self.put(lambda.body, place.node, place.role);
    }

    fn bindings(&mut self, id: AttrsId, node: u32) {
        let analysis = self.analysis;
        let attrs = &self.module.attrs[id.0 as usize];
        for &source in &attrs.inherit_from {
            self.put(source, node, Role::InheritSource);
        }
        let from_bodies = &analysis.attrs[id.0 as usize].from_bodies;
        for (i, binding) in attrs.bindings.iter().enumerate() {
            let name = Name::Known(binding.name);
            match binding.value {
                BindingValue::Plain(value) => {
                    if !analysis.shapes[value.0 as usize].is_const {
                        let inner = self.bind(node, name);
                        self.put(value, inner, Role::Bound);
                    }
                }
                BindingValue::Inherit(value) => {
                    if analysis.thunks[value.0 as usize] != 0 {
                        let inner = self.bind(node, name);
                        self.put(value, inner, Role::Inherited);
                    }
                }
                BindingValue::InheritFrom(..) => {
                    if let Some(&Some(body)) = from_bodies.get(i) {
                        let inner = self.bind(node, name);
                        self.name(body + 1, Place { node: inner, role: Role::Inherited });
                    }
                }
            }
        }
        for dynamic in &attrs.dynamic {
            self.put(dynamic.name, node, Role::Part);
            let inner = self.bind(node, Name::Computed(dynamic.name));
            self.put(dynamic.value, inner, Role::Bound);
        }
    }
}
