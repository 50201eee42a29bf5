//! Which names can be written where, found from the expressions alone.

use nixscope_engine::ir::{AttrName, AttrsId, BindingValue, Expr, ExprId, Module, Symbol};

/// Which names can be written where.
pub(super) struct Resolved {
    /// What binds names: what is around it, and the names.
    binders: Vec<(Option<usize>, Vec<Symbol>)>,
    /// The innermost binder around each expression.
    of: Vec<Option<usize>>,
}

impl Resolved {
    pub(super) fn new(module: &Module) -> Self {
        let mut resolved = Self { binders: Vec::new(), of: vec![None; module.exprs.len()] };
        let mut todo = vec![(module.root, None)];
        while let Some((id, around)) = todo.pop() {
            resolved.of[id.0 as usize] = around;
            resolved.visit(module, id, around, &mut todo);
        }
        resolved
    }

    /// The names that can be written inside an expression's place, each once.
    pub(super) fn names(&self, id: ExprId) -> Vec<Symbol> {
        let mut names = Vec::new();
        let mut at = self.of[id.0 as usize];
        while let Some(index) = at {
            let (around, bound) = &self.binders[index];
            names.extend(bound.iter().copied().filter(|it| !names.contains(it)).collect::<Vec<_>>());
            at = *around;
        }
        names
    }

    fn visit(&mut self, module: &Module, id: ExprId, around: Option<usize>, todo: &mut Vec<(ExprId, Option<usize>)>) {
        let mut parts: Vec<ExprId> = Vec::new();
        match module.exprs[id.0 as usize] {
            Expr::Int(_)
            | Expr::Float(_)
            | Expr::Str(_)
            | Expr::Path(_)
            | Expr::Var(_)
            | Expr::CurPos
            | Expr::Error => {}
            Expr::Select { base, path, default } => {
                parts.push(base);
                parts.extend(default);
                parts.extend(computed(&module.paths[path.as_range()]));
            }
            Expr::HasAttr { base, path } => {
                parts.push(base);
                parts.extend(computed(&module.paths[path.as_range()]));
            }
            Expr::Call { function, args } => {
                parts.push(function);
                parts.extend(&module.items[args.as_range()]);
            }
            Expr::List(items) => parts.extend(&module.items[items.as_range()]),
            Expr::With { scope, body } => parts.extend([scope, body]),
            Expr::If { cond, then, otherwise } => parts.extend([cond, then, otherwise]),
            Expr::Assert { cond, body } => parts.extend([cond, body]),
            Expr::Not(a) => parts.push(a),
            Expr::Eq(a, b) | Expr::Neq(a, b) | Expr::And(a, b) | Expr::Or(a, b) => parts.extend([a, b]),
            Expr::Impl(a, b) | Expr::Update(a, b) | Expr::Concat(a, b) => parts.extend([a, b]),
            Expr::ConcatStrings { parts: range, .. } => {
                parts.extend(module.parts[range.as_range()].iter().map(|it| it.expr));
            }
            Expr::Lambda(id) => {
                let lambda = &module.lambdas[id.0 as usize];
                let formals = lambda.formals.iter().flatten();
                let names = lambda.arg.iter().map(|it| it.0).chain(formals.clone().map(|it| it.name)).collect();
                let inner = self.bind(around, names);
                todo.push((lambda.body, inner));
                todo.extend(formals.filter_map(|it| it.default).map(|it| (it, inner)));
            }
            Expr::Attrs(id) => self.attrs(module, id, around, None, todo),
            Expr::Let { attrs, body } => self.attrs(module, attrs, around, Some(body), todo),
        }
        todo.extend(parts.into_iter().map(|it| (it, around)));
    }

    fn attrs(
        &mut self,
        module: &Module,
        id: AttrsId,
        around: Option<usize>,
        body: Option<ExprId>,
        todo: &mut Vec<(ExprId, Option<usize>)>,
    ) {
        let attrs = &module.attrs[id.0 as usize];
        let names = attrs.bindings.iter().map(|it| it.name).collect();
        let inner = if attrs.recursive || body.is_some() { self.bind(around, names) } else { around };
        for binding in &attrs.bindings {
            match binding.value {
                BindingValue::Plain(value) => todo.push((value, inner)),
                BindingValue::Inherit(value) => todo.push((value, around)),
                BindingValue::InheritFrom(..) => {}
            }
        }
        todo.extend(attrs.dynamic.iter().flat_map(|it| [(it.name, inner), (it.value, inner)]));
        todo.extend(attrs.inherit_from.iter().chain(&body).map(|&it| (it, inner)));
    }

    fn bind(&mut self, around: Option<usize>, names: Vec<Symbol>) -> Option<usize> {
        self.binders.push((around, names));
        Some(self.binders.len() - 1)
    }
}

fn computed(path: &[AttrName]) -> impl Iterator<Item = ExprId> {
    path.iter().filter_map(|it| match *it {
        AttrName::Dynamic(id, _) => Some(id),
        AttrName::Static(..) => None,
    })
}

/// The names that an expression binds inside itself.
pub(super) fn bound_by(module: &Module, id: ExprId) -> Vec<Symbol> {
    match module.exprs[id.0 as usize] {
        Expr::Attrs(attrs) | Expr::Let { attrs, .. } => {
            module.attrs[attrs.0 as usize].bindings.iter().map(|it| it.name).collect()
        }
        Expr::Lambda(id) => {
            let lambda = &module.lambdas[id.0 as usize];
            let formals = lambda.formals.iter().flatten().map(|it| it.name);
            lambda.arg.iter().map(|it| it.0).chain(formals).collect()
        }
        // `let { … }` is the body selected from a recursive set.
        Expr::Select { base, .. } if module.spans[base.0 as usize] == module.spans[id.0 as usize] => {
            bound_by(module, base)
        }
        _ => Vec::new(),
    }
}
