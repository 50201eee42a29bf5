//! The stack of finished expressions, and how one that is still open is closed.

use super::walk::{Frame, Lowerer};
use crate::ir::{AttrsId, Expr, ExprId, Range};
use crate::source::{Pos, Span};
use crate::syntax::SyntaxKind::{self, NODE_APPLY, NODE_ATTRPATH_VALUE, NODE_BIN_OP, NODE_PAREN};

/// An expression that waits for the node around it, with the byte offset it starts at, parentheses included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub(super) what: What,
    pub(super) start: u32,
}

/// How finished it is.
///
/// ```text
///   Call ──more arguments──▶ Call        Set ──merged with a later set──▶ Set
///     └──used otherwise──▶ Done ◀──used otherwise, or the set around it is──┘
/// ```
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// In the arena.
    Done(ExprId),
    /// A call that takes as further arguments what it is applied to.
    Call(Call),
    /// A set that takes further bindings.
    Set(AttrsId),
}

/// A call with its arguments so far: all of [`Lowerer::args`] from `args` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    function: ExprId,
    args: u32,
    place: Pos,
    start: u32,
    end: u32,
}

/// Whether what ends directly inside such a node may stay open.
fn keeps_open(parent: SyntaxKind) -> bool {
    matches!(parent, NODE_PAREN | NODE_APPLY | NODE_BIN_OP | NODE_ATTRPATH_VALUE)
}

impl Lowerer<'_, '_> {
    /// Adds an expression to the arena.
    pub(super) fn add(&mut self, expr: Expr, start: u32, end: u32, place: Pos) -> ExprId {
        let id = ExprId(self.module.exprs.len() as u32);
        self.module.exprs.push(expr);
        self.module.spans.push(Span::new(self.pos(start), self.pos(end)));
        self.module.places.push(place);
        id
    }

    /// Adds an expression to the arena and leaves it for the node around it.
    pub(super) fn push_expr(&mut self, expr: Expr, start: u32, end: u32, place: Pos) {
        let id = self.add(expr, start, end, place);
        self.values.push(Value { what: What::Done(id), start });
    }

    /// Leaves a value for the node around it, closed unless that node may add to it.
    pub(super) fn push_value(&mut self, mut value: Value) {
        let stays = self.frames.last().is_some_and(|frame| keeps_open(frame.kind));
        if !stays {
            value.what = What::Done(self.settle(value));
        }
        self.values.push(value);
    }

    /// Leaves a call for the node around it.
    pub(super) fn push_call(&mut self, function: ExprId, args: &[ExprId], start: u32, end: u32, place: Pos) {
        let call = Call { function, args: self.args.len() as u32, place, start, end };
        self.args.extend_from_slice(args);
        self.push_value(Value { what: What::Call(call), start });
    }

    /// Applies `function` to one more argument and leaves the call. The arguments of `function`, if it is a call, must
    /// be the last in [`Lowerer::args`].
    pub(super) fn push_applied(&mut self, function: Value, arg: ExprId, start: u32, end: u32, place: Pos) {
        let call = match function.what {
            What::Call(call) => Call { start, end, ..call },
            What::Done(_) | What::Set(_) => {
                let function = self.settle(function);
                Call { function, args: self.args.len() as u32, place, start, end }
            }
        };
        self.args.push(arg);
        self.push_value(Value { what: What::Call(call), start });
    }

    /// The expression of a value, which takes nothing more. Its arguments, if it is a call, must be the last in
    /// [`Lowerer::args`].
    pub(super) fn settle(&mut self, value: Value) -> ExprId {
        match value.what {
            What::Done(id) => id,
            What::Set(set) => self.close_set(set),
            What::Call(call) => {
                let first = call.args as usize;
                let args = Range { start: self.module.items.len() as u32, len: (self.args.len() - first) as u32 };
                self.module.items.extend_from_slice(&self.args[first..]);
                self.args.truncate(first);
                self.add(Expr::Call { function: call.function, args }, call.start, call.end, call.place)
            }
        }
    }

    /// Closes the topmost value.
    pub(super) fn settle_last(&mut self) {
        if let Some(&value) = self.values.last() {
            let id = self.settle(value);
            if let Some(last) = self.values.last_mut() {
                last.what = What::Done(id);
            }
        }
    }

    /// Removes the topmost value, closed.
    pub(super) fn pop_expr(&mut self) -> ExprId {
        match self.values.pop() {
            Some(value) => self.settle(value),
            None => self.missing(),
        }
    }

    /// Sees to it that exactly `n` values were left inside `frame`: a broken tree may have left any number.
    pub(super) fn fit(&mut self, frame: &Frame, n: usize) {
        let wanted = frame.values as usize + n;
        while self.values.len() > wanted {
            if let Some(Value { what: What::Call(call), .. }) = self.values.pop() {
                self.args.truncate(call.args as usize);
            }
        }
        while self.values.len() < wanted {
            let id = self.missing();
            self.values.push(Value { what: What::Done(id), start: self.end });
        }
    }

    /// Sees to it that at least `n` values were left so far inside the innermost node, whose next token says so.
    pub(super) fn fill(&mut self, n: usize) {
        if let Some(&frame) = self.frames.last()
            && self.values.len() < frame.values as usize + n
        {
            self.fit(&frame, n);
        }
    }

    /// The `N` expressions left inside `frame`.
    pub(super) fn operands<const N: usize>(&mut self, frame: &Frame) -> [ExprId; N] {
        self.fit(frame, N);
        let mut ids = [ExprId(0); N];
        for id in ids.iter_mut().rev() {
            *id = self.pop_expr();
        }
        ids
    }

    /// Stands for an expression that the text does not have.
    fn missing(&mut self) -> ExprId {
        self.ragged = Some(self.end);
        self.add(Expr::Error, self.end, self.end, self.pos(self.end))
    }
}
