//! Operators, applications and selections.

use super::walk::{Frame, Lowerer};
use crate::ir::{Expr, ExprId, Part, Range, Symbol};
use crate::source::Pos;
use crate::syntax::SyntaxKind::{self, *};

impl Lowerer<'_, '_> {
    /// A token between two operands.
    pub(super) fn operator(&mut self, kind: SyntaxKind, start: u32) {
        let Some(&frame) = self.frames.last() else { return };
        if frame.mark != TOKEN_WHITESPACE {
            return;
        }
        self.fill(1);
        self.mark(kind, start);
        // Only the left operand of `<|` may be a call that goes on.
        if kind != TOKEN_PIPE_LEFT {
            self.settle_last();
        }
    }

    pub(super) fn binary(&mut self, frame: &Frame) {
        self.fit(frame, 2);
        let first = frame.values as usize;
        let starts = (self.values[first].start, self.values[first + 1].start);
        let (start, end, place) = (frame.start, self.end, self.pos(frame.mark_at));
        match frame.mark {
            TOKEN_PIPE_LEFT => {
                let right = self.pop_expr();
                if let Some(left) = self.values.pop() {
                    self.push_applied(left, right, start, end, place);
                }
                return;
            }
            TOKEN_PIPE_RIGHT => {
                if let (Some(right), left) = (self.values.pop(), self.pop_expr()) {
                    self.push_applied(right, left, start, end, place);
                }
                return;
            }
            _ => {}
        }
        let [a, b] = self.operands(frame);
        let known = self.known;
        let (expr, place) = match frame.mark {
            TOKEN_ADD => {
                let parts = Range { start: self.module.parts.len() as u32, len: 2 };
                let (a_pos, b_pos) = (self.pos(starts.0), self.pos(starts.1));
                self.module.parts.extend([Part { expr: a, pos: a_pos }, Part { expr: b, pos: b_pos }]);
                (Expr::ConcatStrings { parts, force_string: false }, place)
            }
            TOKEN_SUB => return self.named_operator(frame, known.sub, a, b),
            TOKEN_MUL => return self.named_operator(frame, known.mul, a, b),
            TOKEN_DIV => return self.named_operator(frame, known.div, a, b),
            TOKEN_LESS => return self.named_operator(frame, known.less_than, a, b),
            TOKEN_MORE => return self.named_operator(frame, known.less_than, b, a),
            TOKEN_LESS_OR_EQ => return self.negated_less_than(frame, b, a),
            TOKEN_MORE_OR_EQ => return self.negated_less_than(frame, a, b),
            // These two are built without a place.
            TOKEN_EQUAL => (Expr::Eq(a, b), Pos::NONE),
            TOKEN_NOT_EQUAL => (Expr::Neq(a, b), Pos::NONE),
            TOKEN_AND_AND => (Expr::And(a, b), place),
            TOKEN_OR_OR => (Expr::Or(a, b), place),
            TOKEN_IMPLICATION => (Expr::Impl(a, b), place),
            TOKEN_UPDATE => (Expr::Update(a, b), place),
            TOKEN_CONCAT => (Expr::Concat(a, b), place),
            _ => (Expr::Error, place),
        };
        self.push_expr(expr, start, end, place);
    }

    /// The variable that stands for the operator of `frame`.
    fn operator_name(&mut self, frame: &Frame, name: Symbol) -> ExprId {
        let end = self.token_end(frame);
        self.add(Expr::Var(name), frame.mark_at, end, Pos::NONE)
    }

    fn token_end(&self, frame: &Frame) -> u32 {
        frame.mark_at + if matches!(frame.mark, TOKEN_LESS_OR_EQ | TOKEN_MORE_OR_EQ) { 2 } else { 1 }
    }

    fn named_operator(&mut self, frame: &Frame, name: Symbol, a: ExprId, b: ExprId) {
        let function = self.operator_name(frame, name);
        self.push_call(function, &[a, b], frame.start, self.end, self.pos(frame.mark_at));
    }

    fn negated_less_than(&mut self, frame: &Frame, a: ExprId, b: ExprId) {
        let function = self.operator_name(frame, self.known.less_than);
        let args = Range { start: self.module.items.len() as u32, len: 2 };
        self.module.items.extend([a, b]);
        let place = self.pos(frame.mark_at);
        let call = self.add(Expr::Call { function, args }, frame.start, self.end, place);
        self.push_expr(Expr::Not(call), frame.start, self.end, place);
    }

    pub(super) fn unary(&mut self, frame: &Frame) {
        let [operand] = self.operands(frame);
        match frame.mark {
            TOKEN_SUB => {
                let zero = self.add(Expr::Int(0), frame.mark_at, frame.mark_at, Pos::NONE);
                let function = self.operator_name(frame, self.known.sub);
                self.push_call(function, &[zero, operand], frame.start, self.end, self.pos(frame.start));
            }
            TOKEN_INVERT => {
                let place = self.module.places[operand.0 as usize];
                self.push_expr(Expr::Not(operand), frame.start, self.end, place);
            }
            _ => self.push_expr(Expr::Error, frame.start, self.end, self.pos(frame.start)),
        }
    }

    pub(super) fn apply(&mut self, frame: &Frame) {
        self.fit(frame, 2);
        let place = self.pos(frame.start);
        let arg = self.pop_expr();
        let Some(function) = self.values.pop() else { return };
        if frame.mark == TOKEN_OR {
            // `(f a) or` is a call of its own: the name `or` never joins a call before it.
            let function = self.settle(function);
            self.warn_cursed_or(frame);
            self.push_call(function, &[arg], frame.start, self.end, place);
        } else {
            self.push_applied(function, arg, frame.start, self.end, place);
        }
    }

    /// `g f or` and `[ f or ]` will mean something else one day, and Nix warns where they do.
    fn warn_cursed_or(&mut self, frame: &Frame) {
        let is_operand = match self.frames.last() {
            Some(parent) => match parent.kind {
                NODE_LIST => true,
                NODE_APPLY | NODE_SELECT => self.values.len() > parent.values as usize,
                _ => false,
            },
            None => false,
        };
        if is_operand {
            let shown = String::from_utf8_lossy(self.slice(frame.start, self.end)).into_owned();
            let message = format!(
                "at {}: This expression uses `or` as an identifier in a way that will change in a future Nix release.\n\
                 Wrap this entire expression in parentheses to preserve its current meaning:\n    ({shown})\n\
                 Give feedback at https://github.com/NixOS/nix/pull/11121",
                self.show_pos(self.pos(frame.start)),
            );
            self.warn_at(message, frame.start, self.end);
        }
    }

    /// The names read since `first`, moved to the module.
    pub(super) fn take_path(&mut self, first: u32) -> Range {
        if self.names.len() == first as usize || self.slice(self.end.saturating_sub(1), self.end) == b"." {
            self.ragged = Some(self.end);
        }
        let start = self.module.paths.len() as u32;
        self.module.paths.extend(self.names.drain(first as usize..));
        Range { start, len: self.module.paths.len() as u32 - start }
    }

    pub(super) fn select(&mut self, frame: &Frame) {
        let (base, default) = if frame.mark == TOKEN_OR {
            let [base, default] = self.operands(frame);
            (base, Some(default))
        } else {
            let [base] = self.operands(frame);
            (base, None)
        };
        let path = self.take_path(frame.names);
        self.push_expr(Expr::Select { base, path, default }, frame.start, self.end, self.pos(frame.start));
    }

    pub(super) fn has_attr(&mut self, frame: &Frame) {
        let [base] = self.operands(frame);
        let path = self.take_path(frame.names);
        let place = self.module.places[base.0 as usize];
        self.push_expr(Expr::HasAttr { base, path }, frame.start, self.end, place);
    }
}
