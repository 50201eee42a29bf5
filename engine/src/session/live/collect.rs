//! What was noticed of bodies, spread over the expressions and names of the text. Only reads.

use crate::bytecode::Slot;
use crate::emit::{BodySource, Unit, VarId, VarRef};
use crate::ir::{AttrName, AttrsId, BindingValue, Expr, ExprId, Symbol};
use crate::source::{Pos, Span};
use crate::value::{Tag, Value};
use crate::vm::Vm;

use super::LiveValue;
use super::notes::{Notes, RunNotes};

/// What was seen of each expression and name, by place.
pub(super) fn collect(vm: &Vm, notes: &Notes, outcome: Option<Value>) -> Vec<LiveValue> {
    let unit = vm.unit(notes.unit);
    let mut spread = Spread {
        vm,
        unit,
        of: vec![None; unit.module.exprs.len()],
        counted: vec![Counted::default(); unit.module.exprs.len()],
        vars: vec![None; unit.analysis.vars.len()],
        counted_vars: vec![Counted::default(); unit.analysis.vars.len()],
        found: Vec::new(),
    };
    spread.seed(notes);
    if let Some(v) = outcome {
        spread.outcome(v);
    }
    // What is inside is known from what is around it, and the other way round: a `let` is what its body is.
    for _ in 0..3 {
        spread.inwards();
        spread.outwards();
    }
    spread.names();
    spread.exprs();
    let mut found = spread.found;
    found.sort_by_key(|it| (it.span.start, u32::MAX - it.span.end.0));
    found.dedup_by(|later, kept| {
        let is_same = later.span == kept.span;
        if is_same && kept.owner.is_none() {
            kept.owner = later.owner;
        }
        is_same
    });
    found
}

struct Spread<'a> {
    vm: &'a Vm,
    unit: &'a Unit,
    /// What each expression is.
    of: Vec<Option<Value>>,
    /// How often those were computed of which that is known.
    counted: Vec<Counted>,
    /// What each variable is.
    vars: Vec<Option<Value>>,
    counted_vars: Vec<Counted>,
    found: Vec<LiveValue>,
}

/// How often something was computed, and what else it was.
#[derive(Clone, Debug, Default)]
struct Counted {
    times: u32,
    demand: Vec<Pos>,
    others: Vec<Value>,
}

impl Spread<'_> {
    /// The value if it is computed.
    fn settled(&self, v: Value) -> Option<Value> {
        self.vm.heap.settled(v).filter(|it| !matches!(it.tag(), Tag::Unset | Tag::Raw))
    }

    fn attr(&self, set: Option<Value>, name: Symbol) -> Option<Value> {
        let set = set.filter(|it| it.is_attrs())?;
        self.settled(self.vm.heap.attr(set, name)?)
    }

    fn set(&mut self, expr: ExprId, v: Option<Value>) {
        let place = &mut self.of[expr.0 as usize];
        *place = place.or(v);
    }

    fn get(&self, expr: ExprId) -> Option<Value> {
        self.of[expr.0 as usize]
    }

    fn seed(&mut self, notes: &Notes) {
        let unit = self.unit;
        let analysis = &unit.analysis;
        for (index, (info, note)) in analysis.bodies.iter().zip(&notes.bodies).enumerate() {
            let Some(last) = note.runs.back() else { continue };
            let earlier = note.runs.iter().rev().skip(1);
            let own = analysis.vars.iter().enumerate().filter(|(_, it)| it.body as usize == index);
            for (var, _) in own {
                self.vars[var] = self.of_var(last, var);
                let others = earlier.clone().filter_map(|it| self.of_var(it, var)).collect();
                self.counted_vars[var] = Counted { times: note.times, demand: last.demand.clone(), others };
            }
            let result = self.result(last);
            let others = earlier.filter_map(|it| self.result(it)).collect();
            let counted = Counted { times: note.times, demand: last.demand.clone(), others };
            match info.source {
                BodySource::Scope => {}
                BodySource::Root => self.set(unit.module.root, result),
                BodySource::Expr(id) => {
                    self.set(id, result);
                    self.counted[id.0 as usize] = counted;
                }
                BodySource::Lambda(id) => {
                    let first = &unit.module.lambdas[id.0 as usize];
                    let body = analysis.innermost(&unit.module, first, info.arity).body;
                    self.set(body, result);
                    self.counted[body.0 as usize] = counted;
                }
                BodySource::InheritFrom { attrs, binding } => {
                    let binding = unit.module.attrs[attrs.0 as usize].bindings[binding as usize];
                    self.tell(binding.pos, binding.name, result, &Counted::default(), None);
                }
            }
        }
    }

    /// What a variable was in a run of its body.
    fn of_var(&self, run: &RunNotes, var: usize) -> Option<Value> {
        match self.unit.analysis.vars[var].slot {
            Slot::Env(slot) if run.env != 0 => self.settled(self.vm.heap.env_get(run.env, slot)),
            Slot::Env(_) => None,
            Slot::Local(_) => run.locals.iter().find(|it| it.0 as usize == var).and_then(|it| self.settled(it.1)),
        }
    }

    /// What a body gave in a run.
    fn result(&self, run: &RunNotes) -> Option<Value> {
        run.result().and_then(|it| self.settled(it))
    }

    /// The file's value is what its expression is, or its function gave.
    fn outcome(&mut self, v: Value) {
        let root = self.unit.module.root;
        match self.unit.module.exprs[root.0 as usize] {
            Expr::Lambda(id) if v.tag() != Tag::Lambda => {
                let body = self.unit.module.lambdas[id.0 as usize].body;
                self.set(body, Some(v));
            }
            _ => self.set(root, Some(v)),
        }
    }

    /// From expressions to what is in them: parents come after their children.
    fn inwards(&mut self) {
        for i in (0..self.unit.module.exprs.len()).rev() {
            let v = self.of[i];
            match self.unit.module.exprs[i] {
                Expr::Attrs(id) => self.bindings(id, v),
                Expr::Let { attrs, body } => {
                    self.bindings(attrs, None);
                    self.set(body, v);
                }
                Expr::With { body, .. } | Expr::Assert { body, .. } => self.set(body, v),
                Expr::List(range) => {
                    let elements = v.filter(|it| it.is_list()).map_or(&[][..], |it| self.vm.heap.elements(it));
                    for (&item, &v) in self.unit.module.items[range.as_range()].iter().zip(elements) {
                        let v = self.settled(v);
                        self.set(item, v);
                    }
                }
                _ => {}
            }
        }
    }

    fn bindings(&mut self, id: AttrsId, set: Option<Value>) {
        let unit = self.unit;
        let vars = &unit.analysis.attrs[id.0 as usize].vars;
        for (i, binding) in unit.module.attrs[id.0 as usize].bindings.iter().enumerate() {
            let of_var = vars.get(i).and_then(|it| self.vars[it.0 as usize]);
            let v = of_var.or_else(|| self.attr(set, binding.name));
            if let BindingValue::Plain(expr) | BindingValue::Inherit(expr) = binding.value {
                self.set(expr, v);
            }
        }
    }

    /// From what is in expressions to them.
    fn outwards(&mut self) {
        for i in 0..self.unit.module.exprs.len() {
            let v = match self.unit.module.exprs[i] {
                Expr::Var(name) => self.variable(self.unit.analysis.refs[i], name),
                Expr::Select { base, path, .. } => {
                    let path = &self.unit.module.paths[path.as_range()];
                    path.iter().try_fold(self.get(base), |v, name| Some(self.step(v, name))).flatten()
                }
                Expr::Let { body, .. } | Expr::With { body, .. } | Expr::Assert { body, .. } => self.get(body),
                _ => None,
            };
            self.set(ExprId(i as u32), v);
        }
    }

    fn step(&self, v: Option<Value>, name: &AttrName) -> Option<Value> {
        match name {
            AttrName::Static(name, _) => self.attr(v, *name),
            AttrName::Dynamic(..) => None,
        }
    }

    fn variable(&self, reference: VarRef, name: Symbol) -> Option<Value> {
        match reference {
            VarRef::Var(VarId(id)) => self.vars[id as usize],
            VarRef::With(mut with) => loop {
                let scope = self.unit.analysis.withs[with as usize];
                let set = self.vars[scope.var.0 as usize].filter(|it| it.is_attrs())?;
                if let Some(v) = self.vm.heap.attr(set, name) {
                    return self.settled(v);
                }
                with = scope.outer?;
            },
            VarRef::Global(_) | VarRef::None => None,
        }
    }

    /// Notes a name, if it is written where it is said to be, or further along the attribute path that begins there.
    fn tell(&mut self, pos: Pos, name: Symbol, v: Option<Value>, counted: &Counted, owner: Option<Value>) {
        let Some(value) = v.filter(|_| pos.is_some()) else { return };
        let source = self.vm.sources.file(self.unit.module.file);
        let (bytes, start) = (self.vm.heap.symbols.bytes(name), source.offset(pos) as usize);
        let path = source.text.get(start..).unwrap_or_default();
        let end = path.iter().position(|it| matches!(it, b'=' | b';' | b'}' | b',' | b':')).unwrap_or(path.len());
        let mut at = 0;
        for part in path[..end].split(|it| *it == b'.') {
            let blanks = part.len() - part.trim_ascii_start().len();
            let word = part.trim_ascii_start();
            let word = &word[..word.iter().position(u8::is_ascii_whitespace).unwrap_or(word.len())];
            let plain = word.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).unwrap_or(word);
            if plain == bytes {
                let start = pos.0 + (at + blanks) as u32;
                let span = Span::new(Pos(start), Pos(start + word.len() as u32));
                self.found.push(counted.of(span, value, owner));
                return;
            }
            at += part.len() + 1;
        }
    }

    /// Names that are bound, and those that select.
    fn names(&mut self) {
        let unit = self.unit;
        let not = Counted::default();
        for (i, var) in unit.analysis.vars.iter().enumerate() {
            if let Some(name) = var.name {
                let counted = std::mem::take(&mut self.counted_vars[i]);
                self.tell(var.pos, name, self.vars[i], &counted, None);
                self.counted_vars[i] = counted;
            }
        }
        for (i, expr) in unit.module.exprs.iter().enumerate() {
            match *expr {
                Expr::Attrs(id) => {
                    let set = self.of[i];
                    for binding in &unit.module.attrs[id.0 as usize].bindings {
                        let own = match binding.value {
                            BindingValue::Plain(expr) | BindingValue::Inherit(expr) => self.get(expr),
                            BindingValue::InheritFrom(..) => None,
                        };
                        let v = own.or_else(|| self.attr(set, binding.name));
                        let owner = self.inherited(id, binding.value);
                        self.tell(binding.pos, binding.name, v, &not, owner);
                    }
                }
                Expr::Let { attrs, .. } => {
                    for binding in &unit.module.attrs[attrs.0 as usize].bindings {
                        let owner = self.inherited(attrs, binding.value);
                        let v = owner.and_then(|it| self.attr(Some(it), binding.name));
                        self.tell(binding.pos, binding.name, v, &not, owner);
                    }
                }
                Expr::Select { base, path, .. } => {
                    let mut v = self.get(base);
                    for name in &unit.module.paths[path.as_range()] {
                        let owner = v;
                        v = self.step(v, name);
                        if let AttrName::Static(name, pos) = *name {
                            self.tell(pos, name, v, &not, owner);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The set that a name is inherited from.
    fn inherited(&self, attrs: AttrsId, binding: BindingValue) -> Option<Value> {
        let BindingValue::InheritFrom(index, _) = binding else { return None };
        let var = self.unit.analysis.attrs[attrs.0 as usize].from_vars.get(index as usize);
        let of_var = var.and_then(|it| self.vars[it.0 as usize]);
        let from = self.unit.module.attrs[attrs.0 as usize].inherit_from[index as usize];
        of_var.or_else(|| self.get(from))
    }

    /// The set that a name is taken from which a `with` brings.
    fn brought(&self, reference: VarRef, name: Symbol) -> Option<Value> {
        let VarRef::With(mut with) = reference else { return None };
        loop {
            let scope = self.unit.analysis.withs[with as usize];
            let set = self.vars[scope.var.0 as usize].filter(|it| it.is_attrs())?;
            if self.vm.heap.attr(set, name).is_some() {
                return Some(set);
            }
            with = scope.outer?;
        }
    }

    /// Expressions that are more than they show.
    fn exprs(&mut self) {
        for (i, expr) in self.unit.module.exprs.iter().enumerate() {
            let says_all = matches!(
                expr,
                Expr::Int(_) | Expr::Float(_) | Expr::Str(_) | Expr::Path(_) | Expr::Lambda(_) | Expr::Error
            );
            let span = self.unit.module.spans[i];
            if let (Some(value), false) = (self.of[i], says_all)
                && span.start.is_some()
            {
                let reference = self.unit.analysis.refs[i];
                let counted = match reference {
                    VarRef::Var(VarId(id)) => &self.counted_vars[id as usize],
                    _ => &self.counted[i],
                };
                let owner = match *expr {
                    Expr::Var(name) => self.brought(reference, name),
                    _ => None,
                };
                self.found.push(counted.of(span, value, owner));
            }
        }
    }
}

impl Counted {
    fn of(&self, span: Span, value: Value, owner: Option<Value>) -> LiveValue {
        let mut others: Vec<Value> = Vec::new();
        for &it in &self.others {
            if it != value && !others.contains(&it) {
                others.push(it);
            }
        }
        LiveValue { span, value, times: self.times, others, demand: self.demand.clone(), owner }
    }
}
