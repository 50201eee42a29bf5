//! One arm for each kind of expression, twice: where its value is needed, and where it is not needed yet.

use crate::bytecode::{Arith, Const, FormalSlot, FormalsTable, Op, PointKind, Program, Why};
use crate::ir::{AttrName, Expr, ExprId, LambdaId, Part, Range, Symbol};
use crate::source::Pos;

use super::analysis::{BodySource, VarRef};
use super::builder::{Builder, Task};
use super::constant::intern_const;
use super::{Global, Globals, Unit};

pub(super) fn emit_body(unit: &Unit, body: u32, globals: &Globals, program: &mut Program) {
    let local = body - unit.first_body;
    let mut builder = Builder::new(unit, globals, program, local);
    builder.prologue();
    while let Some(task) = builder.tasks.pop() {
        match task {
            Task::Strict(id) => builder.strict(id, None),
            Task::StrictAt(id, kind) => builder.strict(id, Some(kind)),
            Task::Lazy(id) => builder.lazy(id, true),
            Task::Part(id) => builder.lazy(id, false),
            task => builder.simple(task),
        }
    }
    builder.finish();
}

/// How many arguments one instruction passes; a call with more is made in pieces.
const MAX_CALL: usize = 1 << 15;

const PATH_SEGMENT: Why = Why::Coercion("while evaluating a path segment");

impl Builder<'_> {
    fn prologue(&mut self) {
        let unit = self.unit;
        let info = &unit.analysis.bodies[self.body as usize];
        let arity = info.arity;
        if info.n_locals > arity {
            self.op(Op::Reserve(info.n_locals - arity), Pos::NONE);
        }
        if info.n_env > 0 {
            self.op(Op::NewEnv(info.n_env), Pos::NONE);
        }
        for (i, var) in info.args.iter().enumerate() {
            if let crate::bytecode::Slot::Env(slot) = unit.analysis.vars[var.0 as usize].slot {
                self.op(Op::CaptureArg { arg: i as u16, slot }, Pos::NONE);
            }
        }
        match info.source {
            BodySource::Scope => {}
            BodySource::Root => self.whole(unit.module.root),
            BodySource::Expr(id) => self.whole(id),
            BodySource::Lambda(id) => self.function(id),
            BodySource::InheritFrom { attrs, binding } => self.inherit_from(attrs, binding),
        }
    }

    /// All that a body computes.
    fn whole(&mut self, id: ExprId) {
        self.tasks.extend([Task::Return(id), Task::StrictAt(id, PointKind::Entry)]);
    }

    fn function(&mut self, id: LambdaId) {
        let unit = self.unit;
        let info = &unit.analysis.bodies[self.body as usize];
        let lambda = unit.analysis.innermost(&unit.module, &unit.module.lambdas[id.0 as usize], info.arity);
        let mut plan = Vec::new();
        if let Some(formals) = &lambda.formals {
            let slots = formals.iter().zip(&info.formals).map(|(formal, var)| FormalSlot {
                name: formal.name,
                slot: unit.analysis.vars[var.0 as usize].slot,
                has_default: formal.default.is_some(),
                pos: formal.pos,
            });
            let table = FormalsTable { formals: slots.collect(), ellipsis: lambda.ellipsis, arg: info.arity - 1 };
            self.program.formals.push(table);
            let table = self.program.formals.len() as u32 - 1;
            self.program.bodies[(unit.first_body + self.body) as usize].set_formals(table);
            plan.extend([
                Task::Op(Op::LocalForced(info.arity - 1), lambda.pos),
                Task::Open(Why::Text("while evaluating the value passed for the lambda argument"), lambda.pos),
                Task::Op(Op::CheckAttrs, lambda.pos),
                Task::Close,
                Task::Op(Op::SetLocal(info.arity - 1), Pos::NONE),
                Task::Op(Op::BindFormals(table), lambda.pos),
                Task::Called,
            ]);
            for (formal, &var) in formals.iter().zip(&info.formals) {
                let Some(default) = formal.default else { continue };
                let unset = match unit.analysis.vars[var.0 as usize].slot {
                    crate::bytecode::Slot::Local(slot) => Op::IfUnsetLocal(slot),
                    crate::bytecode::Slot::Env(slot) => Op::IfUnsetEnv(slot),
                };
                let set = self.label();
                plan.extend([
                    Task::Op(unset, Pos::NONE),
                    Task::Op(Op::Jump(set.0), Pos::NONE),
                    Task::Lazy(default),
                    Task::Store(var),
                    Task::Here(set),
                ]);
            }
        }
        self.whole(lambda.body);
        self.plan(&plan);
    }

    fn place(&self, id: ExprId) -> Pos {
        self.unit.module.places[id.0 as usize]
    }

    fn start(&self, id: ExprId) -> Pos {
        self.unit.module.spans[id.0 as usize].start
    }

    /// Leaves the value of an expression, or a thunk. What ends up in a list or set is not computed early: it could be
    /// printed, and Nix would not have computed it.
    pub(super) fn lazy(&mut self, id: ExprId, may_compute: bool) {
        let unit = self.unit;
        let thunk = unit.analysis.thunks[id.0 as usize];
        if thunk == 0 {
            if let (Expr::Var(_), VarRef::Var(var)) =
                (unit.module.exprs[id.0 as usize], unit.analysis.refs[id.0 as usize])
            {
                self.simple(Task::At(id));
                let op = self.load(var, false);
                let place = self.place(id);
                return self.op(op, place);
            }
            if matches!(unit.module.exprs[id.0 as usize], Expr::List(_) | Expr::Attrs(_)) {
                self.tasks.push(Task::Op(Op::MarkLiteral, Pos::NONE));
            }
            return self.strict(id, None);
        }
        let body = unit.first_body + thunk - 1;
        self.simple(Task::At(id));
        // Who debugs wants to see it computed when it is needed.
        if may_compute
            && !self.globals.keeps_names
            && let Some((arith, a, b)) = self.eager_operands(id)
        {
            self.operand(a);
            self.operand(b);
            self.op(Op::Eager { arith, body }, self.place(id));
            return;
        }
        self.op(Op::Thunk(body), self.place(id));
    }

    /// The operands of arithmetic that may be done at once, if both are at hand.
    fn eager_operands(&self, id: ExprId) -> Option<(Arith, ExprId, ExprId)> {
        let module = &self.unit.module;
        let (arith, a, b) = match module.exprs[id.0 as usize] {
            Expr::Call { function, args } if args.len == 2 => {
                let VarRef::Global(Global::Builtin(builtin)) = self.unit.analysis.refs[function.0 as usize] else {
                    return None;
                };
                let arith = match self.globals.shapes[builtin as usize].op {
                    Some(Op::Sub) => Arith::Sub,
                    Some(Op::Mul) => Arith::Mul,
                    _ => return None,
                };
                (arith, module.items[args.start as usize], module.items[args.start as usize + 1])
            }
            Expr::ConcatStrings { parts, force_string: false } if parts.len == 2 => {
                let parts = &module.parts[parts.as_range()];
                (Arith::Add, parts[0].expr, parts[1].expr)
            }
            _ => return None,
        };
        let at_hand = |id: ExprId| match module.exprs[id.0 as usize] {
            Expr::Int(i) => i32::try_from(i).is_ok(),
            Expr::Var(_) => match self.unit.analysis.refs[id.0 as usize] {
                VarRef::Var(var) => self.unit.analysis.vars[var.0 as usize].is_ready,
                _ => false,
            },
            _ => false,
        };
        (at_hand(a) && at_hand(b)).then_some((arith, a, b))
    }

    fn operand(&mut self, id: ExprId) {
        match (self.unit.module.exprs[id.0 as usize], self.unit.analysis.refs[id.0 as usize]) {
            (Expr::Int(i), _) => self.op(Op::Int(i as i32), Pos::NONE),
            (_, VarRef::Var(var)) => {
                let op = self.load(var, false);
                self.op(op, Pos::NONE);
            }
            _ => {}
        }
    }

    fn constant(&mut self, constant: Const, pos: Pos) {
        self.program.consts.push(constant);
        let index = self.program.consts.len() as u32 - 1;
        self.op(Op::Const(index), pos);
    }

    /// What one can stop for where an expression's value is needed, if anything happens there.
    fn natural_point(&self, id: ExprId) -> Option<PointKind> {
        match self.unit.module.exprs[id.0 as usize] {
            _ if matches!(self.unit.analysis.refs[id.0 as usize], VarRef::Global(_)) => None,
            Expr::Var(_) => Some(PointKind::Variable),
            Expr::Int(_) | Expr::Float(_) | Expr::Str(_) | Expr::Path(_) | Expr::CurPos | Expr::Error => None,
            Expr::Lambda(_) | Expr::Attrs(_) | Expr::List(_) | Expr::Let { .. } | Expr::With { .. } => None,
            _ => Some(PointKind::Operation),
        }
    }

    /// Leaves the value of an expression. One can stop where it begins: as `at` says, or if something happens there.
    pub(super) fn strict(&mut self, id: ExprId, at: Option<PointKind>) {
        let unit = self.unit;
        let module = &unit.module;
        self.simple(Task::At(id));
        let inner = at.unwrap_or(PointKind::Branch);
        let is_scope = matches!(module.exprs[id.0 as usize], Expr::Let { .. } | Expr::With { .. });
        if let Some(kind) = at.or_else(|| self.natural_point(id))
            && !is_scope
        {
            self.point(id, kind);
        }
        let place = self.place(id);
        if let VarRef::Global(global) = unit.analysis.refs[id.0 as usize] {
            return self.global(global, place);
        }
        match module.exprs[id.0 as usize] {
            Expr::Int(i) => match i32::try_from(i) {
                Ok(small) => self.op(Op::Int(small), place),
                Err(_) => self.constant(Const::Int(i), place),
            },
            Expr::Float(f) => self.constant(Const::Float(f), place),
            Expr::Str(s) => self.constant(Const::Str(s), place),
            Expr::Path(p) => self.constant(Const::Path(p), place),
            Expr::CurPos => self.op(Op::CurPos, self.start(id)),
            Expr::Error => self.constant(Const::Null, place),
            Expr::Var(name) => self.variable(id, name),
            Expr::Select { base, path, default: None } => self.select(id, base, path),
            Expr::Select { base, path, default: Some(default) } => self.select_or(id, base, path, default),
            Expr::HasAttr { base, path } => self.has_attr(id, base, path),
            Expr::Call { function, args } => self.call(id, function, args),
            Expr::Lambda(lambda) => {
                let body = unit.first_body + unit.analysis.lambdas[lambda.0 as usize] - 1;
                self.op(Op::Lambda(body), place);
            }
            Expr::Attrs(attrs) => match intern_const(module, &unit.analysis.shapes, id, self.program) {
                Some(constant) => self.op(Op::ConstCopy(constant), place),
                None => self.attrs(id, attrs),
            },
            Expr::Let { attrs, body } => self.let_in(attrs, body, inner),
            Expr::List(items) => match intern_const(module, &unit.analysis.shapes, id, self.program) {
                Some(constant) => self.op(Op::ConstCopy(constant), place),
                None => {
                    self.tasks.push(Task::Op(Op::List(items.len), place));
                    self.tasks.extend(module.items[items.as_range()].iter().rev().map(|&it| Task::Part(it)));
                }
            },
            Expr::With { scope, body } => {
                let var = unit.analysis.withs[unit.analysis.with_of[&id] as usize].var;
                self.plan(&[Task::Lazy(scope), Task::Store(var), Task::StrictAt(body, inner)]);
            }
            Expr::If { cond, then, otherwise } => {
                let (no, end) = (self.label(), self.label());
                self.plan(&[
                    Task::Open(Why::Text("while evaluating a branch condition"), place),
                    Task::Strict(cond),
                    Task::Op(Op::JumpFalse(no.0), place),
                    Task::Close,
                    Task::StrictAt(then, PointKind::Branch),
                    Task::Op(Op::Jump(end.0), Pos::NONE),
                    Task::Here(no),
                    Task::StrictAt(otherwise, PointKind::Branch),
                    Task::Here(end),
                ]);
            }
            Expr::Assert { cond, body } => self.assert(id, cond, body),
            Expr::Not(a) => self.plan(&[
                Task::Open(Why::Text("in the argument of the not operator"), place),
                Task::Strict(a),
                Task::Op(Op::Not, place),
                Task::Close,
            ]),
            Expr::Eq(a, b) => self.plan(&[Task::Strict(a), Task::Strict(b), Task::At(id), Task::Op(Op::Equal, place)]),
            Expr::Neq(a, b) => {
                self.plan(&[Task::Strict(a), Task::Strict(b), Task::At(id), Task::Op(Op::NotEqual, place)]);
            }
            Expr::And(a, b) => self.logic(
                id,
                a,
                b,
                ["in the left operand of the AND (&&) operator", "in the right operand of the AND (&&) operator"],
                false,
                false,
            ),
            Expr::Or(a, b) => self.logic(
                id,
                a,
                b,
                ["in the left operand of the OR (||) operator", "in the right operand of the OR (||) operator"],
                true,
                true,
            ),
            Expr::Impl(a, b) => self.logic(
                id,
                a,
                b,
                ["in the left operand of the IMPL (->) operator", "in the right operand of the IMPL (->) operator"],
                false,
                true,
            ),
            Expr::Update(..) => self.update(id),
            Expr::Concat(a, b) => {
                self.plan(&[Task::Strict(a), Task::Strict(b), Task::At(id), Task::Op(Op::Concat, place)]);
            }
            Expr::ConcatStrings { parts, force_string } => self.concat_strings(id, parts, force_string),
        }
    }

    fn global(&mut self, global: Global, place: Pos) {
        match global {
            Global::Builtin(builtin) => self.constant(Const::Builtin(builtin), place),
            Global::Value(value) => {
                self.constant(Const::Global(value), place);
                self.op(Op::Force, place);
            }
        }
    }

    fn variable(&mut self, id: ExprId, name: Symbol) {
        let unit = self.unit;
        let place = self.place(id);
        match unit.analysis.refs[id.0 as usize] {
            VarRef::Var(var) => {
                let op = self.load(var, true);
                self.op(op, place);
            }
            VarRef::With(innermost) => {
                let found = self.label();
                let mut plan = Vec::new();
                let mut scope = Some(innermost);
                while let Some(index) = scope {
                    let with = unit.analysis.withs[index as usize];
                    let next = self.label();
                    plan.extend([
                        Task::Load(with.var),
                        Task::Op(Op::Force, with.pos),
                        Task::Open(
                            Why::Text("while evaluating the first subexpression of a with expression"),
                            with.pos,
                        ),
                        Task::Op(Op::CheckAttrs, with.pos),
                        Task::Close,
                        Task::Op(Op::TryWith { hint: 0, name: name.0 }, place),
                        Task::Op(Op::Jump(next.0), Pos::NONE),
                        Task::Op(Op::Jump(found.0), Pos::NONE),
                        Task::Here(next),
                    ]);
                    scope = with.outer;
                }
                plan.extend([Task::Op(Op::Undefined(name.0), place), Task::Here(found), Task::Op(Op::Force, place)]);
                self.plan(&plan);
            }
            VarRef::Global(_) | VarRef::None => {}
        }
    }

    fn select(&mut self, id: ExprId, base: ExprId, path: Range) {
        let place = self.place(id);
        let names = &self.unit.module.paths[path.as_range()];
        let mut plan = vec![Task::Strict(base), Task::At(id)];
        let mut n_kept = 0;
        for name in names {
            match *name {
                AttrName::Static(name, _) if names.len() == 1 => {
                    let op = Op::Select { hint: 0, name: name.0 };
                    plan.push(Task::Op(op, place));
                    n_kept += 1;
                }
                AttrName::Static(name, _) => {
                    plan.push(Task::Op(Op::SelectKeep { hint: 0, name: name.0 }, place));
                    n_kept += 1;
                }
                AttrName::Dynamic(expr, _) => {
                    plan.extend(self.computed_name(expr));
                    plan.extend([Task::At(id), Task::Op(Op::SelectDynamic, place)]);
                    n_kept += 2;
                }
            }
        }
        plan.push(Task::Op(Op::Nip(n_kept), Pos::NONE));
        self.plan(&plan);
    }

    /// Leaves the name that an expression gives.
    fn computed_name(&self, expr: ExprId) -> [Task; 2] {
        [Task::Strict(expr), Task::Op(Op::CheckName, self.place(expr))]
    }

    fn select_or(&mut self, id: ExprId, base: ExprId, path: Range, default: ExprId) {
        let place = self.place(id);
        let (missing, end) = (self.label(), self.label());
        let mut plan = vec![Task::Strict(base), Task::At(id)];
        for (i, name) in self.unit.module.paths[path.as_range()].iter().enumerate() {
            if i > 0 {
                plan.push(Task::Op(Op::Force, place));
            }
            self.try_select(&mut plan, *name, id);
            plan.push(Task::Op(Op::Jump(missing.0), Pos::NONE));
        }
        plan.extend([
            Task::Op(Op::Force, place),
            Task::Op(Op::Jump(end.0), Pos::NONE),
            Task::Here(missing),
            Task::Strict(default),
            Task::Here(end),
        ]);
        self.plan(&plan);
    }

    fn try_select(&self, plan: &mut Vec<Task>, name: AttrName, id: ExprId) {
        let place = self.place(id);
        match name {
            AttrName::Static(name, _) => plan.push(Task::Op(Op::TrySelect { hint: 0, name: name.0 }, place)),
            AttrName::Dynamic(expr, _) => {
                plan.extend(self.computed_name(expr));
                plan.extend([Task::At(id), Task::Op(Op::TrySelectDynamic, place)]);
            }
        }
    }

    fn has_attr(&mut self, id: ExprId, base: ExprId, path: Range) {
        let place = self.place(id);
        let (missing, end) = (self.label(), self.label());
        let names = &self.unit.module.paths[path.as_range()];
        let mut plan = vec![Task::Strict(base), Task::At(id)];
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                plan.push(Task::Op(Op::Force, place));
            }
            if i + 1 < names.len() {
                self.try_select(&mut plan, *name, id);
                plan.push(Task::Op(Op::Jump(missing.0), Pos::NONE));
                continue;
            }
            match *name {
                AttrName::Static(name, _) => plan.push(Task::Op(Op::HasAttr { hint: 0, name: name.0 }, place)),
                AttrName::Dynamic(expr, _) => {
                    plan.extend(self.computed_name(expr));
                    plan.extend([Task::At(id), Task::Op(Op::HasAttrDynamic, place)]);
                }
            }
        }
        if names.len() > 1 {
            self.program.consts.push(Const::Bool(false));
            let no = self.program.consts.len() as u32 - 1;
            plan.extend([
                Task::Op(Op::Jump(end.0), Pos::NONE),
                Task::Here(missing),
                Task::Op(Op::Const(no), place),
                Task::Here(end),
            ]);
        }
        self.plan(&plan);
    }

    fn call(&mut self, id: ExprId, function: ExprId, args: Range) {
        let place = self.place(id);
        let items = &self.unit.module.items[args.as_range()];
        if let VarRef::Global(Global::Builtin(builtin)) = self.unit.analysis.refs[function.0 as usize] {
            let shape = &self.globals.shapes[builtin as usize];
            if shape.is_strict && shape.arity == args.len {
                let mut plan = vec![Task::Open(Why::Builtin(builtin), place)];
                let mut order: Vec<(usize, ExprId)> = items.iter().copied().enumerate().collect();
                if shape.is_backward {
                    order.reverse();
                }
                for (i, arg) in order {
                    let arg_index = i as u16;
                    // Nix forces a variable here from inside the builtin, which has no place.
                    let is_lazy = i == 0 && shape.is_first_lazy;
                    let value = match self.unit.module.exprs[arg.0 as usize] {
                        _ if is_lazy => Task::Lazy(arg),
                        Expr::Var(_) => match self.unit.analysis.refs[arg.0 as usize] {
                            VarRef::Var(var) => Task::Op(self.load(var, true), Pos::NONE),
                            _ => Task::Strict(arg),
                        },
                        _ => Task::Strict(arg),
                    };
                    let needed = matches!(value, Task::Op(..)).then_some(Task::Needed(arg));
                    if shape.op.is_some() {
                        plan.extend(needed);
                        plan.push(value);
                        continue;
                    }
                    plan.push(Task::Open(Why::BuiltinArg(builtin, arg_index), Pos::NONE));
                    plan.extend(needed);
                    plan.push(value);
                    if is_lazy {
                        // Once to force it, and then to look at it.
                        plan.push(Task::Op(Op::CheckArg { arg: arg_index, builtin }, place));
                    }
                    if shape.checks & (1 << i) != 0 {
                        plan.push(Task::Op(Op::CheckArg { arg: arg_index, builtin }, place));
                    }
                    plan.push(Task::Close);
                }
                if shape.is_backward && args.len == 2 {
                    plan.push(Task::Op(Op::Swap, Pos::NONE));
                }
                let n_args = args.len as u16;
                plan.extend([
                    Task::At(id),
                    Task::Op(shape.op.unwrap_or(Op::CallBuiltin { n_args, builtin }), place),
                    Task::Close,
                ]);
                return self.plan(&plan);
            }
        }
        for args in items.chunks(MAX_CALL).rev() {
            self.tasks.extend([Task::Op(Op::Call(args.len() as u32), place), Task::At(id)]);
            self.tasks.extend(args.iter().rev().map(|&it| Task::Lazy(it)));
        }
        self.tasks.push(Task::Strict(function));
    }

    fn assert(&mut self, id: ExprId, cond: ExprId, body: ExprId) {
        let place = self.place(id);
        let holds = self.label();
        let mut plan = vec![
            Task::Open(Why::Text("in the condition of the assert statement"), place),
            Task::Strict(cond),
            Task::Op(Op::CheckBool, place),
            Task::Close,
            Task::Op(Op::JumpTrue(holds.0), place),
        ];
        if let Expr::Eq(a, b) = self.unit.module.exprs[cond.0 as usize] {
            let eq_place = self.place(cond);
            plan.extend([
                Task::Strict(a),
                Task::Strict(b),
                Task::At(cond),
                Task::Op(Op::AssertEqual, eq_place),
                Task::Op(Op::Pop, Pos::NONE),
            ]);
        }
        plan.extend([Task::At(cond), Task::Op(Op::AssertFailed, place)]);
        plan.extend([Task::Here(holds), Task::StrictAt(body, PointKind::Branch)]);
        self.plan(&plan);
    }

    /// `a && b`, `a || b`, `a -> b`: if `a` is `decides`, or for `->` is false, the value is `value`.
    fn logic(&mut self, id: ExprId, a: ExprId, b: ExprId, whys: [&'static str; 2], decides: bool, value: bool) {
        let place = self.place(id);
        let (decided, end) = (self.label(), self.label());
        self.program.consts.push(Const::Bool(value));
        let constant = self.program.consts.len() as u32 - 1;
        let jump = if decides { Op::JumpTrue(decided.0) } else { Op::JumpFalse(decided.0) };
        self.plan(&[
            Task::Open(Why::Text(whys[0]), place),
            Task::Strict(a),
            Task::Op(jump, place),
            Task::Close,
            Task::Open(Why::Text(whys[1]), place),
            Task::Strict(b),
            Task::Op(Op::CheckBool, place),
            Task::Close,
            Task::Op(Op::Jump(end.0), Pos::NONE),
            Task::Here(decided),
            Task::Op(Op::Const(constant), place),
            Task::Here(end),
        ]);
    }

    fn update(&mut self, id: ExprId) {
        let module = &self.unit.module;
        // Operands of the whole chain, the last one first: that is the order in which Nix evaluates them.
        let mut operands: Vec<(ExprId, &'static str)> = Vec::new();
        let mut todo = vec![(id, "")];
        while let Some((expr, why)) = todo.pop() {
            if let Expr::Update(a, b) = module.exprs[expr.0 as usize] {
                todo.push((a, "in the left operand of the update (//) operator"));
                todo.push((b, "in the right operand of the update (//) operator"));
            } else {
                operands.push((expr, why));
            }
        }
        let mut plan = Vec::new();
        for &(operand, why) in &operands {
            plan.extend([
                Task::Open(Why::Text(why), self.place(operand)),
                Task::Strict(operand),
                Task::Op(Op::CheckAttrs, Pos::NONE),
                Task::Close,
            ]);
        }
        plan.extend([Task::At(id), Task::Op(Op::Update(operands.len() as u32), self.place(id))]);
        self.plan(&plan);
    }

    fn concat_strings(&mut self, id: ExprId, parts: Range, force_string: bool) {
        let module = &self.unit.module;
        let place = self.place(id);
        let parts: &[Part] = &module.parts[parts.as_range()];
        let n = parts.len() as u32;
        let mut plan = Vec::new();
        if force_string {
            for part in parts {
                plan.push(Task::Strict(part.expr));
                if !matches!(module.exprs[part.expr.0 as usize], Expr::Str(_)) {
                    plan.extend([
                        Task::At(part.expr),
                        Task::Open(PATH_SEGMENT, part.pos),
                        Task::Op(Op::CoerceToString, part.pos),
                        Task::Close,
                    ]);
                }
            }
            if n != 1 {
                plan.extend([Task::At(id), Task::Op(Op::ConcatStrings(n), place)]);
            }
        } else if n == 2 {
            plan.extend([
                Task::Strict(parts[0].expr),
                Task::At(id),
                Task::Open(PATH_SEGMENT, parts[0].pos),
                Task::Op(Op::AddFirst, parts[0].pos),
                Task::Close,
                Task::Strict(parts[1].expr),
                Task::At(id),
                Task::Op(Op::Add, parts[1].pos),
            ]);
        } else {
            plan.push(Task::Strict(parts[0].expr));
            for part in &parts[1..] {
                plan.extend([
                    Task::Strict(part.expr),
                    Task::At(part.expr),
                    Task::Open(PATH_SEGMENT, part.pos),
                    Task::Op(Op::CoerceToPathPart, part.pos),
                    Task::Close,
                ]);
            }
            plan.extend([Task::At(id), Task::Op(Op::ConcatPath(n), place)]);
        }
        self.plan(&plan);
    }
}
