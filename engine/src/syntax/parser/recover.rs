//! What a tolerant machine does about a token that does not fit. A strict one stops.
//!
//! Three moves, in this order of preference: take something for missing if the token is what an enclosing construct waits
//! for; read on if it can be made sense of; else put it into an error node. Every move either takes a token or ends a
//! construct, so the machine never stands still.

use rnix::SyntaxKind;

use super::super::mend::MAX_ERRORS;
use super::expr::is_infix;
use super::{Frame, Mark, Parser, Step, SyntaxError, Token, What};

impl Parser<'_> {
    /// A token that does not fit, for a strict machine.
    pub(super) fn refuse(&mut self) -> Step {
        self.refused = true;
        Step::Done
    }

    /// Says that the token at hand does not fit, unless it follows from what was said before.
    pub(super) fn complain(&mut self, message: &str) {
        let here = self.here;
        let start = here.checked_sub(1).map_or(0, |before| self.tokens[before].end);
        let end = self.tokens.get(here).map_or(start, |token| token.end);
        let follows = self.complained.is_some_and(|before| here <= before);
        let made_up = start == end && self.kind != Token::Eof;
        let late = self.kind == Token::Eof && !self.errors.is_empty();
        self.complained = Some(here);
        if !follows && !made_up && !late && self.errors.len() < MAX_ERRORS {
            self.errors.push(SyntaxError { message: message.to_owned(), start, end });
        }
    }

    fn complain_unexpected(&mut self) {
        let message = format!("unexpected {}", self.kind.name());
        self.complain(&message);
    }

    fn complain_missing(&mut self, token: Token) {
        let message = format!("{} is missing before {}", token.name(), self.kind.name());
        self.complain(&message);
    }

    /// Puts the token at hand into an error node. What follows it directly is no new mistake.
    fn skip(&mut self) {
        self.leaf(self.kind.syntax(), SyntaxKind::NODE_ERROR);
        self.complained = Some(self.here);
    }

    /// Stands for an expression that is missing.
    fn hole(&mut self) -> Mark {
        let start = self.out.mark();
        self.out.node(SyntaxKind::NODE_ERROR, start);
        start
    }

    pub(super) fn recover_operand(&mut self) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        match self.kind {
            Token::If | Token::Assert | Token::With | Token::Let => {
                self.complain("this expression must stand in parentheses here");
                Step::Expr
            }
            Token::Dot => {
                self.complain("an expression is missing before '.'");
                Step::Simple(self.hole())
            }
            kind if is_infix(kind) || self.awaited() => {
                let message = format!("an expression is missing before {}", kind.name());
                self.complain(&message);
                Step::Selected(self.hole())
            }
            _ => {
                self.complain_unexpected();
                self.skip();
                Step::Select
            }
        }
    }

    /// Bindings stand where an expression should: either it is missing, or what opens a set is.
    pub(super) fn recover_bare(&mut self) -> Step {
        if self.lacking == 0 && self.waits(Token::Semicolon) {
            return self.recover_operand();
        }
        self.lacking = self.lacking.saturating_sub(1);
        self.complain("'{' or 'let' is missing before a binding");
        let start = self.open();
        self.push(What::Bare, start);
        Step::Bindings
    }

    /// Whether what just ended is the condition of an `if` that is missing.
    pub(super) fn if_missing(&mut self) -> bool {
        let missing = self.kind == Token::Then && !self.waits(Token::Then);
        if missing {
            self.complain("'if' is missing before 'then'");
        }
        missing
    }

    pub(super) fn recover_rec(&mut self, start: Mark) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        self.complain_missing(Token::LBrace);
        self.out.node(SyntaxKind::NODE_ATTR_SET, start);
        Step::Simple(start)
    }

    /// Two operators that do not associate: reads on as if the left one came first.
    pub(super) fn recover_chain(&mut self, start: Mark) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        self.complain(&format!("{} needs parentheses around what stands to its left", self.kind.name()));
        if let What::Binary(..) = self.top() {
            let start = self.pop().start;
            self.out.node(SyntaxKind::NODE_BIN_OP, start);
            return Step::Operated(start);
        }
        Step::Whole(start)
    }

    pub(super) fn recover_list(&mut self) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        if matches!(self.kind, Token::If | Token::Assert | Token::With | Token::Let) {
            return Step::Select;
        }
        let frame = self.pop();
        if self.awaited() {
            self.complain_missing(Token::RBrack);
            self.out.node(SyntaxKind::NODE_LIST, frame.start);
            return Step::Simple(frame.start);
        }
        self.frames.push(frame);
        self.complain_unexpected();
        self.skip();
        Step::List
    }

    /// `closer` does not follow a whole expression. `None` to go on as if it did.
    pub(super) fn recover_closer(&mut self, frame: Frame, closer: Token, mark: Mark) -> Option<Step> {
        if !self.tolerant() {
            return Some(self.refuse());
        }
        // The names of a binding that begins count only while their own binding is on the stack.
        self.frames.push(frame);
        let awaited = self.awaited();
        if awaited {
            self.frames.pop();
            self.complain_missing(closer);
            return None;
        }
        if frame.what == What::Binding && self.kind == Token::Comma {
            self.frames.pop();
            self.complain("a binding ends with ';'");
            self.skip();
            return None;
        }
        self.complain_unexpected();
        self.skip();
        Some(Step::Applied(mark))
    }

    pub(super) fn recover_root(&mut self) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        self.complain_unexpected();
        let start = self.open();
        while self.kind != Token::Eof && !self.expr_ahead() {
            self.bump();
        }
        if self.out.mark() != start {
            self.out.node(SyntaxKind::NODE_ERROR, start);
        }
        if self.kind == Token::Eof {
            return Step::Done;
        }
        self.complained = Some(self.here);
        self.push(What::Root, start);
        Step::Expr
    }

    fn expr_ahead(&self) -> bool {
        self.kind.starts_simple() || matches!(self.kind, Token::Let | Token::If | Token::Assert | Token::With)
    }

    pub(super) fn recover_bindings(&mut self) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        if self.kind == Token::Semicolon {
            self.complain_unexpected();
            self.skip();
            return Step::Bindings;
        }
        if self.kind == Token::Assign {
            self.complain("a name is missing before '='");
            let start = self.open();
            self.out.node(SyntaxKind::NODE_ATTRPATH, start);
            self.bump();
            self.push(What::Binding, start);
            return Step::Expr;
        }
        let opens = matches!(self.kind, Token::LBrace | Token::LBrack | Token::LParen | Token::Rec)
            || matches!(self.kind, Token::Let | Token::If | Token::With | Token::Assert);
        if opens && self.top() == What::Let {
            self.complain_missing(Token::In);
            let start = self.pop().start;
            return self.tail(SyntaxKind::NODE_LET_IN, start);
        }
        if opens {
            self.complain("a name and '=' are missing before an expression");
            let start = self.open();
            self.out.node(SyntaxKind::NODE_ATTRPATH, start);
            self.push(What::Binding, start);
            return Step::Expr;
        }
        let frame = self.pop();
        if self.awaited() {
            let (closer, kind) = match frame.what {
                What::Let => (Token::In, SyntaxKind::NODE_LET_IN),
                What::LegacyLet => (Token::RBrace, SyntaxKind::NODE_LEGACY_LET),
                _ => (Token::RBrace, SyntaxKind::NODE_ATTR_SET),
            };
            self.complain_missing(closer);
            self.out.node(kind, frame.start);
            return if frame.what == What::Let { Step::Whole(frame.start) } else { Step::Simple(frame.start) };
        }
        self.frames.push(frame);
        self.complain_unexpected();
        self.junk();
        Step::Bindings
    }

    /// Puts everything up to the next semicolon, end of the set or binding into an error node.
    fn junk(&mut self) {
        let start = self.open();
        let mut depth = 0usize;
        let mut first = true;
        while self.kind != Token::Eof {
            match self.kind {
                Token::LBrace | Token::LBrack | Token::LParen | Token::Interpol => depth += 1,
                _ if depth > 0 => {
                    if matches!(self.kind, Token::RBrace | Token::RBrack | Token::RParen | Token::InterpolEnd) {
                        depth -= 1;
                    }
                }
                Token::Semicolon => {
                    self.bump();
                    break;
                }
                Token::Inherit => break,
                _ if !first && (self.awaited() || (self.kind.starts_attr() && self.begins_binding())) => break,
                _ => {}
            }
            first = false;
            self.bump();
        }
        self.out.node(SyntaxKind::NODE_ERROR, start);
        self.complained = Some(self.here);
    }

    /// Whether the name at hand is directly followed by what only follows names of bindings.
    fn begins_binding(&self) -> bool {
        self.second() == Token::Assign
    }

    pub(super) fn recover_attr(&mut self) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        let keyword = matches!(
            self.kind,
            Token::If
                | Token::Then
                | Token::Else
                | Token::Assert
                | Token::With
                | Token::Let
                | Token::In
                | Token::Rec
                | Token::Inherit
        );
        if keyword && self.next == self.here {
            self.complain(&format!("{} is a keyword, as a name it must stand in quotes", self.kind.name()));
            self.name();
            return Step::AttrNext;
        }
        self.complain("a name is missing after '.'");
        Step::AttrNext
    }

    /// No `=` follows the names of a binding.
    pub(super) fn recover_assign(&mut self, start: Mark) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        match self.kind {
            Token::Colon | Token::Equal => {
                self.complain("'=' separates a name from its value");
                self.skip();
            }
            Token::Semicolon => {
                self.complain_missing(Token::Assign);
                self.bump();
                self.out.node(SyntaxKind::NODE_ATTRPATH_VALUE, start);
                return Step::Bindings;
            }
            _ => {
                let next_binding = self.kind.starts_attr() && {
                    self.push(What::Binding, start);
                    let ahead = self.binding_ahead();
                    self.frames.pop();
                    ahead
                };
                if next_binding || self.awaited() {
                    self.complain_missing(Token::Assign);
                    self.out.node(SyntaxKind::NODE_ATTRPATH_VALUE, start);
                    return Step::Bindings;
                }
                self.complain_missing(Token::Assign);
                if !self.expr_ahead() {
                    self.skip();
                }
            }
        }
        self.push(What::Binding, start);
        Step::Expr
    }

    pub(super) fn recover_inherit(&mut self) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        if self.awaited() {
            self.complain_missing(Token::Semicolon);
            let start = self.pop().start;
            self.out.node(SyntaxKind::NODE_INHERIT, start);
            return Step::Bindings;
        }
        self.complain_unexpected();
        self.skip();
        Step::Inherit
    }

    /// Neither an argument nor the end of them; on with `step`.
    pub(super) fn recover_formals(&mut self, step: Step) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        if matches!(self.kind, Token::Ident | Token::Ellipsis) {
            self.complain_missing(Token::Comma);
            return Step::Formals;
        }
        let frame = self.pop();
        if self.kind == Token::Colon || (self.kind != Token::Comma && self.awaited()) {
            self.complain_missing(Token::RBrace);
            return self.lambda_body(frame.start);
        }
        self.frames.push(frame);
        self.complain_unexpected();
        self.skip();
        step
    }

    pub(super) fn recover_bound_pattern(&mut self, start: Mark) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        self.complain_missing(Token::LBrace);
        self.lambda_body(start)
    }

    /// No name behind the `@` of a pattern.
    pub(super) fn recover_binder(&mut self, start: Mark, bind: Mark) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        self.complain("a name is missing after '@'");
        self.out.node(SyntaxKind::NODE_PAT_BIND, bind);
        self.lambda_body(start)
    }

    /// No colon behind a pattern.
    pub(super) fn recover_colon(&mut self, start: Mark) -> Step {
        if !self.tolerant() {
            return self.refuse();
        }
        self.complain_missing(Token::Colon);
        self.tail(SyntaxKind::NODE_LAMBDA, start)
    }
}
