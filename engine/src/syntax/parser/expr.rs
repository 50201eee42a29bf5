//! The machine's steps through expressions.

use rnix::SyntaxKind;

use super::{Binder, Frame, Mark, Parser, PathState, Step, Token, What};

/// `!`, between the operators it takes along and those it does not.
const NOT: u8 = 9;
/// A leading `-` binds more closely than any other operator.
const NEGATE: u8 = 14;
const HAS_ATTR: u8 = 13;
/// Both ways of piping; they do not mix.
const PIPE: u8 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Assoc {
    Left,
    Right,
    None,
}

/// How strongly an operator between two operands binds, and to which side.
const fn infix(token: Token) -> Option<(u8, Assoc)> {
    Some(match token {
        Token::PipeLeft => (PIPE, Assoc::Right),
        Token::PipeRight => (PIPE, Assoc::Left),
        Token::Implies => (3, Assoc::Right),
        Token::Or => (4, Assoc::Left),
        Token::And => (5, Assoc::Left),
        Token::Equal | Token::NotEqual => (6, Assoc::None),
        Token::Less | Token::More | Token::LessEq | Token::MoreEq => (7, Assoc::None),
        Token::Update => (8, Assoc::Right),
        Token::Plus | Token::Minus => (10, Assoc::Left),
        Token::Star | Token::Slash => (11, Assoc::Left),
        Token::Concat => (12, Assoc::Right),
        _ => return None,
    })
}

/// Whether the token can only stand behind an operand.
pub(super) const fn is_infix(token: Token) -> bool {
    infix(token).is_some() || matches!(token, Token::Question)
}

impl What {
    /// The token behind the whole expression that the frame waits for.
    pub(super) const fn closer(self) -> Option<Token> {
        match self {
            Self::Paren | Self::InheritFrom => Some(Token::RParen),
            Self::Binding | Self::AssertHead | Self::WithHead => Some(Token::Semicolon),
            Self::Interpol | Self::Dynamic => Some(Token::InterpolEnd),
            Self::IfHead => Some(Token::Then),
            Self::IfThen => Some(Token::Else),
            _ => None,
        }
    }
}

impl Parser<'_> {
    pub(super) fn expr(&mut self) -> Step {
        if self.tolerant() && self.names_value() {
            return self.recover_bare();
        }
        match self.kind {
            Token::Ident => match self.second() {
                Token::Colon => {
                    let start = self.name();
                    self.out.node(SyntaxKind::NODE_IDENT_PARAM, start);
                    self.bump();
                    self.tail(SyntaxKind::NODE_LAMBDA, start)
                }
                Token::At => self.bound_pattern(),
                _ => Step::Select,
            },
            Token::LBrace if self.formals_ahead() => {
                let start = self.open();
                self.bump();
                self.push(What::Formals(Binder::None), start);
                Step::Formals
            }
            Token::Let if self.second() != Token::LBrace => self.head(What::Let, Step::Bindings),
            Token::Assert => self.head(What::AssertHead, Step::Expr),
            Token::With => self.head(What::WithHead, Step::Expr),
            Token::If => self.head(What::IfHead, Step::Expr),
            _ => Step::Operand,
        }
    }

    /// A node begins with the keyword at hand.
    fn head(&mut self, what: What, step: Step) -> Step {
        let start = self.open();
        self.bump();
        self.push(what, start);
        step
    }

    /// The last expression of a node begins.
    pub(super) fn tail(&mut self, kind: SyntaxKind, start: Mark) -> Step {
        self.push(What::Tail(kind), start);
        Step::Expr
    }

    pub(super) fn operand(&mut self) -> Step {
        let strength = match self.kind {
            Token::Bang => NOT,
            Token::Minus => NEGATE,
            _ => return Step::Select,
        };
        self.head(What::Prefix(strength), Step::Operand)
    }

    pub(super) fn select(&mut self) -> Step {
        if self.tolerant() && self.binding_ahead() {
            return self.recover_operand();
        }
        if self.tolerant() && self.lambda_ahead() {
            self.complain("a function here must stand in parentheses");
            return Step::Expr;
        }
        match self.kind {
            Token::Ident => {
                let here = self.tokens[self.here].end as usize;
                let start = self.open();
                if &self.text[self.at as usize..here] == b"__curPos" {
                    Step::Simple(self.leaf(SyntaxKind::TOKEN_CUR_POS, SyntaxKind::NODE_CUR_POS))
                } else {
                    self.bump();
                    self.out.node(SyntaxKind::NODE_IDENT, start);
                    Step::Simple(start)
                }
            }
            Token::Int | Token::Float | Token::Uri => {
                Step::Simple(self.leaf(self.kind.syntax(), SyntaxKind::NODE_LITERAL))
            }
            Token::PathSearch => Step::Simple(self.leaf(self.kind.syntax(), SyntaxKind::NODE_PATH_SEARCH)),
            Token::Quote | Token::IndOpen => self.string(),
            Token::PathRel => self.path(SyntaxKind::NODE_PATH_REL),
            Token::PathAbs => self.path(SyntaxKind::NODE_PATH_ABS),
            Token::PathHome => self.path(SyntaxKind::NODE_PATH_HOME),
            Token::LParen => self.head(What::Paren, Step::Expr),
            Token::LBrack => self.head(What::List, Step::List),
            Token::LBrace => self.head(What::Set, Step::Bindings),
            Token::Rec => {
                let start = self.open();
                self.bump();
                if self.kind != Token::LBrace {
                    return self.recover_rec(start);
                }
                self.bump();
                self.push(What::Set, start);
                Step::Bindings
            }
            Token::Let if self.second() == Token::LBrace => {
                let start = self.open();
                self.bump();
                self.bump();
                self.push(What::LegacyLet, start);
                Step::Bindings
            }
            _ => self.recover_operand(),
        }
    }

    pub(super) fn simple(&mut self, start: Mark) -> Step {
        match self.kind {
            Token::Dot => {
                self.bump();
                let inner = self.path_mark();
                self.frames.push(Frame { what: What::PathOfSelect, start, inner });
                Step::Attr
            }
            // There was a function of that name.
            Token::OrWord => {
                self.name();
                self.out.node(SyntaxKind::NODE_APPLY, start);
                Step::Selected(start)
            }
            _ => Step::Selected(start),
        }
    }

    pub(super) fn selected(&mut self, start: Mark) -> Step {
        match self.top() {
            What::List => Step::List,
            What::Arg => {
                let frame = self.pop();
                self.out.node(SyntaxKind::NODE_APPLY, frame.start);
                Step::Applied(frame.start)
            }
            What::Default => {
                let frame = self.pop();
                self.out.node(SyntaxKind::NODE_SELECT, frame.start);
                Step::Selected(frame.start)
            }
            _ => Step::Applied(start),
        }
    }

    pub(super) fn applied(&mut self, start: Mark) -> Step {
        if !self.simple_ahead() || (self.tolerant() && self.binding_ahead()) {
            return Step::Operated(start);
        }
        self.push(What::Arg, start);
        Step::Select
    }

    /// Whether a primary expression begins here.
    pub(super) fn simple_ahead(&self) -> bool {
        self.kind.starts_simple() || (self.kind == Token::Let && self.second() == Token::LBrace)
    }

    pub(super) fn operated(&mut self, mut start: Mark) -> Step {
        let token = self.kind;
        let (strength, assoc) = match infix(token) {
            Some(found) => found,
            None if token == Token::Question => (HAS_ATTR, Assoc::None),
            None => (0, Assoc::None),
        };
        loop {
            let kind = match self.top() {
                What::Binary(_, other) if other > strength || (other == strength && assoc == Assoc::Left) => {
                    SyntaxKind::NODE_BIN_OP
                }
                What::Prefix(other) if other > strength => SyntaxKind::NODE_UNARY_OP,
                What::Binary(other, same) if same == strength => {
                    if assoc == Assoc::None || (same == PIPE && other != token) {
                        return self.recover_chain(start);
                    }
                    break;
                }
                _ => break,
            };
            if strength == PIPE && self.mixes_pipes(token) {
                return self.recover_chain(start);
            }
            start = self.pop().start;
            self.out.node(kind, start);
        }
        if strength == 0 {
            return Step::Whole(start);
        }
        self.bump();
        if token == Token::Question {
            let inner = self.path_mark();
            self.frames.push(Frame { what: What::PathOfHas, start, inner });
            return Step::Attr;
        }
        self.push(What::Binary(token, strength), start);
        Step::Operand
    }

    /// Whether the operator on top is a pipe in the other direction.
    fn mixes_pipes(&self, token: Token) -> bool {
        matches!(self.top(), What::Binary(other, PIPE) if other != token)
    }

    pub(super) fn list(&mut self) -> Step {
        if self.kind == Token::RBrack {
            self.bump();
            let start = self.pop().start;
            self.out.node(SyntaxKind::NODE_LIST, start);
            return Step::Simple(start);
        }
        if self.simple_ahead() && !(self.tolerant() && self.binding_ahead()) {
            return Step::Select;
        }
        self.recover_list()
    }

    /// A whole expression ended: on with what it is part of.
    pub(super) fn whole(&mut self, mark: Mark) -> Step {
        if self.tolerant() && self.if_missing() {
            self.push(What::IfHead, mark);
        }
        let frame = self.pop();
        let start = frame.start;
        if let Some(closer) = frame.what.closer() {
            if self.kind == closer {
                self.bump();
            } else if let Some(step) = self.recover_closer(frame, closer, mark) {
                return step;
            }
        }
        match frame.what {
            What::Tail(kind) => {
                self.out.node(kind, start);
                Step::Whole(start)
            }
            What::Paren => {
                self.out.node(SyntaxKind::NODE_PAREN, start);
                Step::Simple(start)
            }
            What::Binding => {
                self.out.node(SyntaxKind::NODE_ATTRPATH_VALUE, start);
                Step::Bindings
            }
            What::InheritFrom => {
                self.out.node(SyntaxKind::NODE_INHERIT_FROM, start);
                Step::Inherit
            }
            What::Interpol => {
                self.out.node(SyntaxKind::NODE_INTERPOL, start);
                if self.top() == What::Str { Step::Text } else { Step::Path }
            }
            What::Dynamic => {
                self.out.node(SyntaxKind::NODE_DYNAMIC, start);
                self.attr_done()
            }
            What::AssertHead => self.tail(SyntaxKind::NODE_ASSERT, start),
            What::WithHead => self.tail(SyntaxKind::NODE_WITH, start),
            What::IfHead => {
                self.push(What::IfThen, start);
                Step::Expr
            }
            What::IfThen => self.tail(SyntaxKind::NODE_IF_ELSE, start),
            What::FormalDefault => {
                self.out.node(SyntaxKind::NODE_PAT_ENTRY, start);
                Step::FormalNext
            }
            What::Root if self.kind == Token::Eof => Step::Done,
            What::Root => self.recover_root(),
            // Only a tolerant machine puts whole expressions where operands, arguments or elements belong.
            _ => {
                self.frames.push(frame);
                Step::Selected(mark)
            }
        }
    }

    /// A string begins.
    pub(super) fn string(&mut self) -> Step {
        let start = self.open();
        self.bump();
        self.push(What::Str, start);
        self.string_part()
    }

    pub(super) fn string_part(&mut self) -> Step {
        if matches!(self.kind, Token::Text | Token::IndText) {
            self.bump();
        }
        match self.kind {
            Token::QuoteClose | Token::IndClose => self.bump(),
            Token::Interpol => return self.head(What::Interpol, Step::Expr),
            _ if !self.tolerant() => return self.refuse(),
            // The lexer has said that the quote is missing.
            _ => {}
        }
        let start = self.pop().start;
        self.out.node(SyntaxKind::NODE_STRING, start);
        match self.top() {
            What::PathOfBinding | What::PathOfSelect | What::PathOfHas | What::Inherit => self.attr_done(),
            _ => Step::Simple(start),
        }
    }

    /// A path begins.
    fn path(&mut self, kind: SyntaxKind) -> Step {
        let start = self.open();
        self.bump();
        self.push(What::Path(kind, PathState::First), start);
        self.path_part()
    }

    pub(super) fn path_part(&mut self) -> Step {
        let What::Path(kind, state) = self.top() else { return self.refuse() };
        match self.kind {
            Token::PartRel | Token::PartAbs | Token::PartHome => {
                let state = match state {
                    PathState::First => PathState::Second,
                    PathState::Second => {
                        if !self.tolerant() {
                            return self.refuse();
                        }
                        self.complain("this path has an empty segment");
                        state
                    }
                    PathState::Interpolated => state,
                };
                self.bump();
                self.set_path_state(kind, state);
                Step::Path
            }
            Token::Interpol => {
                self.set_path_state(kind, PathState::Interpolated);
                self.head(What::Interpol, Step::Expr)
            }
            _ => {
                if state == PathState::Second {
                    if !self.tolerant() {
                        return self.refuse();
                    }
                    self.complain("this path has an empty segment");
                }
                if self.kind == Token::PathEnd {
                    self.bump();
                }
                let start = self.pop().start;
                self.out.node(kind, start);
                Step::Simple(start)
            }
        }
    }

    fn set_path_state(&mut self, kind: SyntaxKind, state: PathState) {
        if let Some(frame) = self.frames.last_mut() {
            frame.what = What::Path(kind, state);
        }
    }
}
