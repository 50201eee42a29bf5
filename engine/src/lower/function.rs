//! Functions and their patterns.

use rustc_hash::FxHashMap;

use super::LowerNote;
use super::walk::{Frame, Lowerer};
use crate::ir::{Expr, ExprId, Formal, Lambda, LambdaId, Symbol};
use crate::source::{Pos, Span};

/// What is known of a function whose body was not read yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) arg: Option<(Symbol, Pos)>,
    pub(super) ellipsis: bool,
    is_pattern: bool,
    formals: u32,
}

/// Nix counts formals in 16 bits.
const MAX_FORMALS: usize = u16::MAX as usize;

impl Lowerer<'_, '_> {
    pub(super) fn open_function(&mut self) {
        let formals = self.formals.len() as u32;
        self.heads.push(Head { arg: None, ellipsis: false, is_pattern: false, formals });
    }

    pub(super) fn open_pattern(&mut self) {
        if let Some(head) = self.heads.last_mut() {
            head.is_pattern = true;
        }
    }

    /// The default of the formal read last.
    pub(super) fn formal(&mut self, frame: &Frame) {
        if frame.mark == crate::syntax::SyntaxKind::TOKEN_QUESTION {
            let [default] = self.operands(frame);
            if let Some(formal) = self.formals.last_mut() {
                formal.default = Some(default);
            }
        } else {
            self.fit(frame, 0);
        }
    }

    pub(super) fn lambda(&mut self, frame: &Frame) {
        let [body] = self.operands(frame);
        let Some(head) = self.heads.pop() else { return };
        let pos = self.pos(frame.start);
        let formals = if head.is_pattern {
            self.noticed = self.after_last();
            self.check_formals(head, pos);
            self.noticed = None;
            Some(self.formals.drain(head.formals as usize..).collect())
        } else {
            None
        };
        let id = LambdaId(self.module.lambdas.len() as u32);
        let lambda = Lambda { arg: head.arg, formals, ellipsis: head.ellipsis, body, pos, name: None };
        self.module.lambdas.push(lambda);
        self.push_expr(Expr::Lambda(id), frame.start, self.end, pos);
    }

    fn check_formals(&mut self, head: Head, pos: Pos) {
        let formals = &self.formals[head.formals as usize..];
        let arg = head.arg.map(|(name, _)| name);
        let (duplicate, first) = if formals.len() <= 16 {
            let mut found: Option<(Symbol, Pos, Pos)> = None;
            for (i, formal) in formals.iter().enumerate() {
                let before = formals[..i].iter().find(|other| other.name == formal.name);
                found = smaller(found, formal, before.map(|other| other.pos));
            }
            (found, formals.iter().find(|formal| Some(formal.name) == arg))
        } else {
            let mut seen: FxHashMap<Symbol, Pos> = FxHashMap::default();
            let mut found = None;
            for formal in formals {
                let before = seen.get(&formal.name).copied();
                seen.entry(formal.name).or_insert(formal.pos);
                found = smaller(found, formal, before);
            }
            (found, formals.iter().find(|formal| Some(formal.name) == arg))
        };
        let first = first.copied();
        let too_many = formals.len() > MAX_FORMALS;
        if let Some((name, again, before)) = duplicate {
            self.duplicate_formal(name, again, again, before);
        } else if let (Some(formal), Some((name, at))) = (first, head.arg) {
            self.duplicate_formal(name, pos, at, formal.pos);
        } else if too_many {
            let message = format!("too many formal arguments, implementation supports at most {MAX_FORMALS}");
            self.error(message, pos, Span::new(pos, pos), Vec::new());
        }
    }

    fn duplicate_formal(&mut self, name: Symbol, pos: Pos, again: Pos, before: Pos) {
        let len = self.cx.symbols.bytes(name).len() as u32;
        let message = format!("duplicate formal function argument '{}'", self.cx.symbols.text(name));
        let note = LowerNote { message: "first written here".to_owned(), span: Span::new(before, Pos(before.0 + len)) };
        self.error(message, pos, Span::new(again, Pos(again.0 + len)), vec![note]);
    }

    /// Names the function, and the functions it consists of, after what it is bound to.
    pub(super) fn set_name(&mut self, mut expr: ExprId, name: Symbol) {
        while let Some(&Expr::Lambda(id)) = self.module.exprs.get(expr.0 as usize) {
            let lambda = &mut self.module.lambdas[id.0 as usize];
            lambda.name = Some(name);
            expr = lambda.body;
        }
    }
}

/// Nix names the duplicate whose name it met first, at the second place.
fn smaller(found: Option<(Symbol, Pos, Pos)>, formal: &Formal, before: Option<Pos>) -> Option<(Symbol, Pos, Pos)> {
    match (found, before) {
        (found, None) => found,
        (Some(old), Some(_)) if old.0 <= formal.name => Some(old),
        (_, Some(before)) => Some((formal.name, formal.pos, before)),
    }
}
