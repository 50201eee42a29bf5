//! The machine's steps through sets, attribute paths and patterns.

use rnix::SyntaxKind;

use super::{Binder, Frame, Mark, Parser, Step, Token, What};

impl Parser<'_> {
    pub(super) fn bindings(&mut self) -> Step {
        match (self.kind, self.top()) {
            (Token::RBrace, What::Set | What::Bare) => self.end_set(SyntaxKind::NODE_ATTR_SET),
            (Token::RBrace, What::LegacyLet) => self.end_set(SyntaxKind::NODE_LEGACY_LET),
            (Token::In, What::Let | What::Bare) => {
                self.bump();
                let start = self.pop().start;
                self.tail(SyntaxKind::NODE_LET_IN, start)
            }
            (Token::Inherit, _) => {
                let start = self.open();
                self.bump();
                self.push(What::Inherit, start);
                if self.kind == Token::LParen {
                    let start = self.open();
                    self.bump();
                    self.push(What::InheritFrom, start);
                    return Step::Expr;
                }
                Step::Inherit
            }
            (kind, _) if kind.starts_attr() => {
                let start = self.open();
                self.push(What::PathOfBinding, start);
                self.attr()
            }
            _ => self.recover_bindings(),
        }
    }

    fn end_set(&mut self, kind: SyntaxKind) -> Step {
        self.bump();
        let start = self.pop().start;
        self.out.node(kind, start);
        Step::Simple(start)
    }

    pub(super) fn attr(&mut self) -> Step {
        if self.tolerant() && self.dangling_dot() {
            return self.recover_attr();
        }
        match self.kind {
            Token::Ident | Token::OrWord => {
                self.name();
                self.attr_next()
            }
            Token::Quote => self.string(),
            Token::Interpol => self.dynamic(),
            _ => self.recover_attr(),
        }
    }

    fn dynamic(&mut self) -> Step {
        let start = self.open();
        self.bump();
        self.push(What::Dynamic, start);
        Step::Expr
    }

    /// Where the path behind the dot or question mark just read begins: trivia before its first name stay outside.
    pub(super) fn path_mark(&mut self) -> Mark {
        let missing = !self.kind.starts_attr() || (self.tolerant() && self.dangling_dot());
        if missing { self.out.mark() } else { self.open() }
    }

    /// A name that is not a plain word ended.
    pub(super) fn attr_done(&mut self) -> Step {
        if self.top() == What::Inherit { Step::Inherit } else { Step::AttrNext }
    }

    pub(super) fn attr_next(&mut self) -> Step {
        if self.kind == Token::Dot {
            self.bump();
            return Step::Attr;
        }
        let frame = self.pop();
        self.out.node(SyntaxKind::NODE_ATTRPATH, frame.inner);
        let start = frame.start;
        match frame.what {
            What::PathOfSelect if self.kind == Token::OrWord => {
                self.bump();
                self.push(What::Default, start);
                Step::Select
            }
            What::PathOfSelect => {
                self.out.node(SyntaxKind::NODE_SELECT, start);
                Step::Selected(start)
            }
            What::PathOfHas => {
                self.out.node(SyntaxKind::NODE_HAS_ATTR, start);
                Step::Operated(start)
            }
            _ if self.kind == Token::Assign => {
                self.bump();
                self.push(What::Binding, start);
                Step::Expr
            }
            _ => self.recover_assign(start),
        }
    }

    pub(super) fn inherit(&mut self) -> Step {
        match self.kind {
            Token::Ident | Token::OrWord if !(self.tolerant() && self.binding_ahead()) => {
                self.name();
                Step::Inherit
            }
            Token::Quote if !(self.tolerant() && self.binding_ahead()) => self.string(),
            Token::Interpol => self.dynamic(),
            Token::Semicolon => {
                self.bump();
                let start = self.pop().start;
                self.out.node(SyntaxKind::NODE_INHERIT, start);
                Step::Bindings
            }
            _ => self.recover_inherit(),
        }
    }

    /// Whether the brace at hand begins a pattern.
    pub(super) fn formals_ahead(&self) -> bool {
        let (first, at) = self.look(self.here + 1);
        let (second, at) = self.look(at + 1);
        if self.tolerant() && first == Token::Ident && matches!(second, Token::Ident | Token::Ellipsis) {
            // A comma is missing, or `=`.
            return matches!(self.look(at + 1).0, Token::Comma | Token::Question | Token::RBrace);
        }
        match (first, second) {
            (Token::Ellipsis, _) => true,
            (Token::RBrace, Token::Colon | Token::At) => true,
            (Token::Ident, Token::Comma | Token::Question) => true,
            // A set at whose first name somebody is still typing is no pattern.
            (Token::Ident, Token::RBrace) => {
                !self.tolerant() || matches!(self.look(at + 1).0, Token::Colon | Token::At)
            }
            _ => false,
        }
    }

    /// `name @ {`
    pub(super) fn bound_pattern(&mut self) -> Step {
        let start = self.name();
        self.bump();
        self.out.node(SyntaxKind::NODE_PAT_BIND, start);
        if self.kind != Token::LBrace {
            return self.recover_bound_pattern(start);
        }
        self.bump();
        self.push(What::Formals(Binder::Before), start);
        Step::Formals
    }

    pub(super) fn formals(&mut self) -> Step {
        match self.kind {
            Token::Ident => {
                let start = self.name();
                if self.kind == Token::Question {
                    self.bump();
                    self.push(What::FormalDefault, start);
                    return Step::Expr;
                }
                self.out.node(SyntaxKind::NODE_PAT_ENTRY, start);
                Step::FormalNext
            }
            Token::Ellipsis => {
                self.bump();
                if self.kind == Token::RBrace { self.end_formals() } else { self.recover_formals(Step::FormalNext) }
            }
            Token::RBrace => self.end_formals(),
            _ => self.recover_formals(Step::Formals),
        }
    }

    pub(super) fn formal_next(&mut self) -> Step {
        match self.kind {
            Token::Comma => {
                self.bump();
                Step::Formals
            }
            Token::RBrace => self.end_formals(),
            _ => self.recover_formals(Step::FormalNext),
        }
    }

    fn end_formals(&mut self) -> Step {
        self.bump();
        let Frame { what, start, .. } = self.pop();
        if what == What::Formals(Binder::None) && self.kind == Token::At {
            let bind = self.open();
            self.bump();
            if self.kind != Token::Ident {
                return self.recover_binder(start, bind);
            }
            self.name();
            self.out.node(SyntaxKind::NODE_PAT_BIND, bind);
        }
        self.lambda_body(start)
    }

    /// The pattern ended: a colon and the body follow.
    pub(super) fn lambda_body(&mut self, start: Mark) -> Step {
        self.out.node(SyntaxKind::NODE_PATTERN, start);
        if self.kind != Token::Colon {
            return self.recover_colon(start);
        }
        self.bump();
        self.tail(SyntaxKind::NODE_LAMBDA, start)
    }
}
