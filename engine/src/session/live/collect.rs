//! What was noticed of bodies, spread over the expressions and names of the text. Only reads.

use crate::bytecode::Slot;
use crate::emit::{BodySource, Unit, VarId, VarRef};
use crate::ir::{AttrName, AttrsId, BindingValue, Expr, ExprId, Symbol};
use crate::source::{Pos, Span};
use crate::value::{Tag, Value};
use crate::vm::Vm;

use super::{BodyNotes, LiveValue, Notes};

/// What was seen of each expression and name, by place.
pub(super) fn collect(vm: &Vm, notes: &Notes, outcome: Option<Value>) -> Vec<LiveValue> {
    let unit = vm.unit(notes.unit);
    let mut spread = Spread {
        vm,
        unit,
        of: vec![None; unit.module.exprs.len()],
        times: vec![0; unit.module.exprs.len()],
        vars: vec![(None, 0); unit.analysis.vars.len()],
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
    found.dedup_by_key(|it| it.span);
    found
}

struct Spread<'a> {
    vm: &'a Vm,
    unit: &'a Unit,
    /// What each expression is.
    of: Vec<Option<Value>>,
    times: Vec<u32>,
    /// What each variable is, and how often there was one.
    vars: Vec<(Option<Value>, u32)>,
    found: Vec<LiveValue>,
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
        let analysis = &self.unit.analysis;
        for (index, (info, note)) in analysis.bodies.iter().zip(&notes.bodies).enumerate() {
            for &(var, v) in &note.locals {
                self.vars[var as usize] = (self.settled(v), note.times);
            }
            let result = self.result(note);
            match info.source {
                BodySource::Scope => {}
                BodySource::Root => self.set(self.unit.module.root, result),
                BodySource::Expr(id) => {
                    self.set(id, result);
                    self.times[id.0 as usize] = note.times;
                }
                BodySource::Lambda(id) => {
                    let first = &self.unit.module.lambdas[id.0 as usize];
                    let body = analysis.innermost(&self.unit.module, first, info.arity).body;
                    self.set(body, result);
                    self.times[body.0 as usize] = note.times;
                }
                BodySource::InheritFrom { attrs, binding } => {
                    let binding = self.unit.module.attrs[attrs.0 as usize].bindings[binding as usize];
                    self.tell(binding.pos, binding.name, result, 0);
                }
            }
            for (i, var) in analysis.vars.iter().enumerate() {
                if let (Slot::Env(slot), true) = (var.slot, var.body as usize == index && note.env != 0) {
                    let v = self.vm.heap.env_get(note.env, slot);
                    self.vars[i] = (self.settled(v), note.times);
                }
            }
        }
    }

    /// What a body gave the last time.
    fn result(&self, note: &BodyNotes) -> Option<Value> {
        let of_thunk = (note.thunk != 0).then(|| Value::new(Tag::Thunk, note.thunk));
        note.result.or(of_thunk).and_then(|it| self.settled(it))
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
            let of_var = vars.get(i).and_then(|it| self.vars[it.0 as usize].0);
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
            VarRef::Var(VarId(id)) => self.vars[id as usize].0,
            VarRef::With(mut with) => loop {
                let scope = self.unit.analysis.withs[with as usize];
                let set = self.vars[scope.var.0 as usize].0?;
                if let Some(v) = self.vm.heap.attr(set, name) {
                    return self.settled(v);
                }
                with = scope.outer?;
            },
            VarRef::Global(_) | VarRef::None => None,
        }
    }

    /// Notes a name, if it is written where it is said to be, or further along the attribute path that begins there.
    fn tell(&mut self, pos: Pos, name: Symbol, v: Option<Value>, times: u32) {
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
                self.found.push(LiveValue { span, value, times });
                return;
            }
            at += part.len() + 1;
        }
    }

    /// Names that are bound, and those that select.
    fn names(&mut self) {
        let unit = self.unit;
        for (i, var) in unit.analysis.vars.iter().enumerate() {
            if let Some(name) = var.name {
                self.tell(var.pos, name, self.vars[i].0, self.vars[i].1);
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
                        self.tell(binding.pos, binding.name, v, 0);
                    }
                }
                Expr::Select { base, path, .. } => {
                    let mut v = self.get(base);
                    for name in &unit.module.paths[path.as_range()] {
                        v = self.step(v, name);
                        if let AttrName::Static(name, pos) = *name {
                            self.tell(pos, name, v, 0);
                        }
                    }
                }
                _ => {}
            }
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
                let times = match self.unit.analysis.refs[i] {
                    VarRef::Var(VarId(id)) => self.vars[id as usize].1,
                    _ => self.times[i],
                };
                self.found.push(LiveValue { span, value, times });
            }
        }
    }
}
