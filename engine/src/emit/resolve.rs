//! The walk that gives each name its meaning. Iterative: what is still to do is on a stack of its own.

use crate::bytecode::Slot;
use crate::ir::{AttrName, AttrsId, BindingValue, Expr, ExprId, LambdaId, Module, Range, Symbol};
use crate::source::Pos;

use super::analysis::{
    Analysis, AttrsInfo, BodyInfo, BodySource, Scope, ScopeError, Var, VarId, VarKind, VarRef, WithScope,
};
use super::constant::shapes;
use super::{Global, Globals};

/// Functions nested directly in each other are one body up to this many arguments.
const MAX_ARITY: u32 = 16;

/// A literal that is not constant is suspended if it has more parts than this, those of its parts counted.
const MAX_BUILT: usize = 64;

enum Task {
    /// An expression whose value is needed there.
    Strict(ExprId),
    /// An expression whose value is not needed yet.
    Lazy(ExprId),
    /// Leaves a body.
    LeaveBody(u32),
    /// Forgets names down to this many.
    Unbind(usize),
    /// The variable has its value from here on.
    Ready(VarId),
    /// The binding's selection from the scope of an `inherit (…)`.
    FromBody(AttrsId, u32),
    /// Leaves the scope of a `with`.
    LeaveWith(Option<u32>),
    /// Enters the scope of a `with`.
    EnterWith(u32),
    /// Binds the names of a recursive set or `let`.
    Bind(AttrsId),
}

const UNBOUND: u32 = u32::MAX;

pub(super) struct Resolver<'a> {
    module: &'a Module,
    globals: &'a Globals,
    analysis: Analysis,
    /// For each symbol the variable it is bound to now.
    bound: Vec<u32>,
    /// What to restore, innermost scope last.
    hidden: Vec<(Symbol, u32)>,
    body: u32,
    with: Option<u32>,
    tasks: Vec<Task>,
    /// So many of `hidden` are known to be captured, if names are kept.
    n_kept: usize,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(module: &'a Module, globals: &'a Globals) -> Self {
        let analysis = Analysis {
            thunks: vec![0; module.exprs.len()],
            refs: vec![VarRef::None; module.exprs.len()],
            lambdas: vec![0; module.lambdas.len()],
            attrs: vec![AttrsInfo::default(); module.attrs.len()],
            shapes: shapes(module),
            ..Analysis::default()
        };
        Self {
            module,
            globals,
            analysis,
            bound: Vec::new(),
            hidden: Vec::new(),
            body: 0,
            with: None,
            tasks: Vec::new(),
            n_kept: 0,
        }
    }

    pub(super) fn finish(self) -> Analysis {
        self.analysis
    }

    pub(super) fn run(&mut self, scope: &Scope<'_>) -> Result<(), ScopeError> {
        let mut parent = None;
        if !scope.names.is_empty() || scope.n_withs > 0 {
            let body = self.new_body(BodySource::Scope, None);
            self.body = body;
            parent = Some(body);
            let around = (VarKind::Around, self.module.root);
            for &name in scope.names {
                let var = self.new_var(Some(name), Pos::NONE, around, true);
                self.analysis.vars[var.0 as usize].is_captured = true;
                self.bind(name, var);
            }
            for _ in 0..scope.n_withs {
                let var = self.new_var(None, Pos::NONE, (VarKind::With, self.module.root), true);
                self.analysis.vars[var.0 as usize].is_captured = true;
                self.analysis.withs.push(WithScope { var, outer: self.with, pos: Pos::NONE });
                self.with = Some(self.analysis.withs.len() as u32 - 1);
            }
        }
        self.analysis.root = self.new_body(BodySource::Root, parent);
        self.body = self.analysis.root;
        self.tasks.push(Task::Strict(self.module.root));
        while let Some(task) = self.tasks.pop() {
            self.step(task)?;
        }
        Ok(())
    }

    fn step(&mut self, task: Task) -> Result<(), ScopeError> {
        match task {
            Task::Strict(id) => self.visit(id)?,
            Task::Lazy(id) => self.visit_lazy(id)?,
            Task::LeaveBody(outer) => self.body = outer,
            Task::Unbind(n) => {
                while self.hidden.len() > n {
                    if let Some((name, before)) = self.hidden.pop() {
                        self.bound[name.0 as usize] = before;
                    }
                }
                self.n_kept = self.n_kept.min(n);
            }
            Task::Ready(var) => self.analysis.vars[var.0 as usize].is_ready = true,
            Task::FromBody(attrs, binding) => {
                let body = self.new_body(BodySource::InheritFrom { attrs, binding }, Some(self.body));
                let BindingValue::InheritFrom(from, _) =
                    self.module.attrs[attrs.0 as usize].bindings[binding as usize].value
                else {
                    return Ok(());
                };
                let info = &mut self.analysis.attrs[attrs.0 as usize];
                info.from_bodies[binding as usize] = Some(body);
                let var = info.from_vars[from as usize];
                self.analysis.vars[var.0 as usize].is_captured = true;
            }
            Task::LeaveWith(outer) => self.with = outer,
            Task::EnterWith(scope) => self.with = Some(scope),
            Task::Bind(attrs) => {
                for i in 0..self.analysis.attrs[attrs.0 as usize].vars.len() {
                    let var = self.analysis.attrs[attrs.0 as usize].vars[i];
                    if let Some(name) = self.analysis.vars[var.0 as usize].name {
                        self.bind(name, var);
                    }
                }
            }
        }
        Ok(())
    }

    fn new_body(&mut self, source: BodySource, parent: Option<u32>) -> u32 {
        if self.globals.keeps_names && parent.is_some() {
            self.keep_names();
        }
        self.analysis.bodies.push(BodyInfo {
            source,
            parent,
            arity: 0,
            n_locals: 0,
            n_env: 0,
            args: Vec::new(),
            formals: Vec::new(),
        });
        self.analysis.bodies.len() as u32 - 1
    }

    /// Captures every variable that can be named here: the body that begins here is inside their scopes.
    fn keep_names(&mut self) {
        for i in self.n_kept..self.hidden.len() {
            let var = self.bound[self.hidden[i].0.0 as usize];
            if var != UNBOUND {
                self.analysis.vars[var as usize].is_captured = true;
            }
        }
        self.n_kept = self.hidden.len();
        let mut scope = self.with;
        while let Some(index) = scope {
            let with = self.analysis.withs[index as usize];
            let var = &mut self.analysis.vars[with.var.0 as usize];
            if std::mem::replace(&mut var.is_captured, true) {
                break;
            }
            scope = with.outer;
        }
    }

    fn new_var(&mut self, name: Option<Symbol>, pos: Pos, by: (VarKind, ExprId), is_ready: bool) -> VarId {
        let slot = Slot::Local(u32::MAX);
        let (kind, scope) = by;
        self.analysis.vars.push(Var { name, pos, kind, scope, body: self.body, is_captured: false, slot, is_ready });
        VarId(self.analysis.vars.len() as u32 - 1)
    }

    fn bind(&mut self, name: Symbol, var: VarId) {
        let index = name.0 as usize;
        if index >= self.bound.len() {
            self.bound.resize(index + 1, UNBOUND);
        }
        self.hidden.push((name, self.bound[index]));
        self.bound[index] = var.0;
    }

    fn lookup(&self, name: Symbol) -> Option<VarId> {
        self.bound.get(name.0 as usize).filter(|&&var| var != UNBOUND).map(|&var| VarId(var))
    }

    /// Does `tasks` next, in this order.
    fn plan(&mut self, tasks: impl DoubleEndedIterator<Item = Task>) {
        self.tasks.extend(tasks.rev());
    }

    fn visit_lazy(&mut self, id: ExprId) -> Result<(), ScopeError> {
        let is_value = match self.module.exprs[id.0 as usize] {
            Expr::Var(name) => match self.lookup(name) {
                Some(var) => {
                    let var = &self.analysis.vars[var.0 as usize];
                    var.is_ready || var.body != self.body
                }
                None => self.globals.names.contains_key(&name),
            },
            _ if self.analysis.shapes[id.0 as usize].is_cheap => self.has_all_parts(id),
            _ => self.global_of(id).is_some(),
        };
        if is_value {
            return self.visit(id);
        }
        let body = self.new_body(BodySource::Expr(id), Some(self.body));
        self.analysis.thunks[id.0 as usize] = body + 1;
        self.tasks.push(Task::LeaveBody(self.body));
        self.body = body;
        self.tasks.push(Task::Strict(id));
        Ok(())
    }

    /// Whether the variables a cheap expression is built of have their values: what was built before would hold a thunk
    /// for a variable instead of the variable.
    fn has_all_parts(&self, id: ExprId) -> bool {
        if self.analysis.shapes[id.0 as usize].is_const {
            return true;
        }
        let mut todo = vec![id];
        let mut n_left = MAX_BUILT;
        while let Some(id) = todo.pop() {
            if n_left == 0 {
                return false;
            }
            n_left -= 1;
            match self.module.exprs[id.0 as usize] {
                Expr::Var(name) => {
                    let var = self.lookup(name).map(|it| &self.analysis.vars[it.0 as usize]);
                    if var.is_some_and(|it| !it.is_ready && it.body == self.body) {
                        return false;
                    }
                }
                Expr::List(items) => todo.extend_from_slice(&self.module.items[items.as_range()]),
                Expr::Attrs(attrs) => {
                    let bindings = &self.module.attrs[attrs.0 as usize].bindings;
                    todo.extend(bindings.iter().filter_map(|it| match it.value {
                        BindingValue::Plain(id) | BindingValue::Inherit(id) => Some(id),
                        BindingValue::InheritFrom(..) => None,
                    }));
                }
                _ => {}
            }
        }
        true
    }

    /// The builtin that `builtins.x` is, where `builtins` means what it should.
    pub(super) fn global_of(&self, id: ExprId) -> Option<u32> {
        let Expr::Select { base, path, default: None } = self.module.exprs[id.0 as usize] else { return None };
        let (Expr::Var(name), 1) = (self.module.exprs[base.0 as usize], path.len) else { return None };
        let AttrName::Static(attr, _) = self.module.paths[path.start as usize] else { return None };
        if Some(name) != self.globals.builtins_name || self.lookup(name).is_some() {
            return None;
        }
        self.globals.builtins.get(&attr).copied()
    }

    fn path_tasks(&mut self, path: Range) {
        let names: Vec<_> = self.module.paths[path.as_range()].to_vec();
        self.plan(names.into_iter().filter_map(|name| match name {
            AttrName::Dynamic(id, _) => Some(Task::Strict(id)),
            AttrName::Static(..) => None,
        }));
    }

    fn visit(&mut self, id: ExprId) -> Result<(), ScopeError> {
        if let Some(builtin) = self.global_of(id) {
            self.analysis.refs[id.0 as usize] = VarRef::Global(Global::Builtin(builtin));
            return Ok(());
        }
        match self.module.exprs[id.0 as usize] {
            Expr::Int(_) | Expr::Float(_) | Expr::Str(_) | Expr::Path(_) | Expr::CurPos | Expr::Error => {}
            Expr::Var(name) => self.variable(id, name)?,
            Expr::Select { base, path, default } => {
                if let Some(default) = default {
                    self.tasks.push(Task::Strict(default));
                }
                self.path_tasks(path);
                self.tasks.push(Task::Strict(base));
            }
            Expr::HasAttr { base, path } => {
                self.path_tasks(path);
                self.tasks.push(Task::Strict(base));
            }
            Expr::Call { function, args } => {
                let args = self.module.items[args.as_range()].to_vec();
                let strict = self.strict_builtin(function, args.len());
                let n_lazy = match strict.map(|it| &self.globals.shapes[it as usize]) {
                    Some(shape) => usize::from(shape.is_first_lazy),
                    None => args.len(),
                };
                let task = |(i, id)| if i < n_lazy { Task::Lazy(id) } else { Task::Strict(id) };
                self.plan(args.into_iter().enumerate().map(task));
                self.tasks.push(Task::Strict(function));
            }
            Expr::Lambda(lambda) => self.function(id, lambda),
            Expr::Attrs(attrs) => self.bindings(id, attrs, None),
            Expr::Let { attrs, body } => self.bindings(id, attrs, Some(body)),
            Expr::List(items) => {
                let items = self.module.items[items.as_range()].to_vec();
                self.plan(items.into_iter().map(Task::Lazy));
            }
            Expr::With { scope, body } => {
                let var = self.new_var(None, Pos::NONE, (VarKind::With, body), true);
                let pos = self.module.places[id.0 as usize];
                self.analysis.withs.push(WithScope { var, outer: self.with, pos });
                let with = self.analysis.withs.len() as u32 - 1;
                self.analysis.with_of.insert(id, with);
                let tasks = [Task::Lazy(scope), Task::EnterWith(with), Task::Strict(body), Task::LeaveWith(self.with)];
                self.plan(tasks.into_iter());
            }
            Expr::If { cond, then, otherwise } => {
                self.plan([cond, then, otherwise].into_iter().map(Task::Strict));
            }
            Expr::Not(a) => self.tasks.push(Task::Strict(a)),
            Expr::Assert { cond: a, body: b }
            | Expr::Eq(a, b)
            | Expr::Neq(a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Impl(a, b)
            | Expr::Update(a, b)
            | Expr::Concat(a, b) => self.plan([a, b].into_iter().map(Task::Strict)),
            Expr::ConcatStrings { parts, .. } => {
                let parts = self.module.parts[parts.as_range()].to_vec();
                self.plan(parts.into_iter().map(|part| Task::Strict(part.expr)));
            }
        }
        Ok(())
    }

    /// The builtin that `function` is, if all its `n_args` arguments can be computed before it is called.
    pub(super) fn strict_builtin(&self, function: ExprId, n_args: usize) -> Option<u32> {
        let builtin = match self.module.exprs[function.0 as usize] {
            Expr::Var(name) if self.lookup(name).is_none() => match self.globals.names.get(&name) {
                Some(&Global::Builtin(builtin)) => builtin,
                _ => return None,
            },
            _ => self.global_of(function)?,
        };
        let shape = &self.globals.shapes[builtin as usize];
        (shape.is_strict && shape.arity as usize == n_args).then_some(builtin)
    }

    fn variable(&mut self, id: ExprId, name: Symbol) -> Result<(), ScopeError> {
        let reference = if let Some(var) = self.lookup(name) {
            self.use_var(var);
            VarRef::Var(var)
        } else if let Some(&global) = self.globals.names.get(&name) {
            VarRef::Global(global)
        } else if let Some(with) = self.with {
            let mut scope = Some(with);
            while let Some(index) = scope {
                let with = self.analysis.withs[index as usize];
                self.use_var(with.var);
                scope = with.outer;
            }
            VarRef::With(with)
        } else {
            return Err(ScopeError::Undefined(name, self.module.places[id.0 as usize]));
        };
        self.analysis.refs[id.0 as usize] = reference;
        Ok(())
    }

    fn use_var(&mut self, var: VarId) {
        let var = &mut self.analysis.vars[var.0 as usize];
        var.is_captured |= var.body != self.body;
    }

    fn function(&mut self, expr: ExprId, first: LambdaId) {
        let outer = self.body;
        let body = self.new_body(BodySource::Lambda(first), Some(outer));
        self.analysis.lambdas[first.0 as usize] = body + 1;
        self.tasks.push(Task::LeaveBody(outer));
        self.tasks.push(Task::Unbind(self.hidden.len()));
        self.body = body;
        let (mut id, mut expr) = (first, expr);
        loop {
            let lambda = &self.module.lambdas[id.0 as usize];
            let (name, pos) = lambda.arg.map_or((None, lambda.pos), |(name, pos)| (Some(name), pos));
            let arg = self.new_var(name, pos, (VarKind::Argument, expr), true);
            let arity = self.analysis.bodies[body as usize].arity;
            self.analysis.vars[arg.0 as usize].slot = Slot::Local(arity);
            if let Some(name) = name {
                self.bind(name, arg);
            }
            let info = &mut self.analysis.bodies[body as usize];
            info.args.push(arg);
            info.arity += 1;
            info.n_locals += 1;
            if let Some(formals) = &lambda.formals {
                self.tasks.push(Task::Strict(lambda.body));
                let mut tasks = Vec::new();
                for formal in formals {
                    let by = (VarKind::Formal, expr);
                    let var = self.new_var(Some(formal.name), formal.pos, by, formal.default.is_none());
                    self.bind(formal.name, var);
                    self.analysis.bodies[body as usize].formals.push(var);
                    if let Some(default) = formal.default {
                        tasks.push(Task::Lazy(default));
                        tasks.push(Task::Ready(var));
                    }
                }
                self.plan(tasks.into_iter());
                return;
            }
            match self.module.exprs[lambda.body.0 as usize] {
                Expr::Lambda(inner) if arity + 1 < MAX_ARITY => (id, expr) = (inner, lambda.body),
                _ => {
                    self.tasks.push(Task::Strict(lambda.body));
                    return;
                }
            }
        }
    }

    /// Plans a set, or a `let` with its body.
    fn bindings(&mut self, expr: ExprId, id: AttrsId, body: Option<ExprId>) {
        let module = self.module;
        let attrs = &module.attrs[id.0 as usize];
        let is_scope = attrs.recursive || body.is_some();
        let n_bound = self.hidden.len();
        let mut info = AttrsInfo { from_bodies: vec![None; attrs.bindings.len()], ..AttrsInfo::default() };
        for _ in &attrs.inherit_from {
            let var = self.new_var(None, Pos::NONE, (VarKind::Inherit, expr), false);
            info.from_vars.push(var);
        }
        if is_scope {
            let by = (if body.is_some() { VarKind::Let } else { VarKind::Rec }, expr);
            info.vars = attrs.bindings.iter().map(|it| self.new_var(Some(it.name), it.pos, by, false)).collect();
        }
        let vars = info.vars.clone();
        let from_vars = info.from_vars.clone();
        self.analysis.attrs[id.0 as usize] = info;

        // What `__overrides` replaces must not have been copied anywhere before: its variables are read when needed.
        let has_overrides =
            attrs.recursive && attrs.bindings.iter().any(|it| Some(it.name) == self.globals.overrides_name);
        // Plain inherited names are looked up outside the set, all others inside it.
        let mut outside = Vec::new();
        let mut inside = Vec::new();
        for (from, var) in attrs.inherit_from.iter().zip(from_vars) {
            inside.push(Task::Lazy(*from));
            inside.push(Task::Ready(var));
        }
        for (i, binding) in attrs.bindings.iter().enumerate() {
            match binding.value {
                BindingValue::Plain(value) => inside.push(Task::Lazy(value)),
                BindingValue::Inherit(value) => outside.push(Task::Lazy(value)),
                BindingValue::InheritFrom(..) => inside.push(Task::FromBody(id, i as u32)),
            }
            if let Some(&var) = vars.get(i)
                && !has_overrides
            {
                let tasks = if matches!(binding.value, BindingValue::Inherit(_)) { &mut outside } else { &mut inside };
                tasks.push(Task::Ready(var));
            }
        }
        for dynamic in &attrs.dynamic {
            inside.push(Task::Strict(dynamic.name));
            inside.push(Task::Lazy(dynamic.value));
        }
        if let Some(body) = body {
            inside.push(Task::Strict(body));
        }
        self.tasks.push(Task::Unbind(n_bound));
        self.plan(inside.into_iter());
        if is_scope {
            self.tasks.push(Task::Bind(id));
        }
        self.plan(outside.into_iter());
    }
}
