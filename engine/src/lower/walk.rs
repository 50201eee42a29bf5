//! The stack machine that walks through the tree: what each node and token does.

use super::value::{Value, What};
use super::{LowerCx, LowerError, LowerNote, Lowered, Noticed};
use crate::ir::{AttrName, AttrsId, Expr, ExprId, Formal, Module, Symbol};
use crate::source::{FileId, Pos, SourceMap, Span};
use crate::syntax::{
    Event,
    SyntaxKind::{self, *},
};

/// A node that was entered and not left. The counts say how high each stack was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) kind: SyntaxKind,
    /// The operator, or another token that decides what the node is; [`TOKEN_WHITESPACE`] until it was seen.
    pub(super) mark: SyntaxKind,
    pub(super) mark_at: u32,
    /// The last token directly inside.
    pub(super) last: SyntaxKind,
    pub(super) start: u32,
    pub(super) values: u32,
    pub(super) names: u32,
    pub(super) pieces: u32,
}

/// The state of one lowering.
#[derive(Debug)]
pub(super) struct Lowerer<'a, 'b> {
    pub(super) source: &'a SourceMap,
    pub(super) text: &'a [u8],
    pub(super) cx: &'a mut LowerCx<'b>,
    base: Pos,
    pub(super) module: Module,
    errors: Vec<LowerError>,
    warnings: Vec<LowerError>,
    /// When Nix notices what is wrong with the node that ends, if that is not at once.
    pub(super) noticed: Option<Noticed>,
    /// Where the last node ended that lacks its end, or an expression that the text does not have would stand.
    pub(super) ragged: Option<u32>,
    /// Where the next token begins.
    at: u32,
    /// Where the last token that is no blank or comment ended.
    pub(super) end: u32,
    pub(super) frames: Vec<Frame>,
    pub(super) values: Vec<Value>,
    /// Arguments of open calls.
    pub(super) args: Vec<ExprId>,
    /// Names of unfinished attribute paths and `inherit`s.
    pub(super) names: Vec<AttrName>,
    /// Parts of unfinished strings and paths.
    pub(super) pieces: Vec<super::string::Piece>,
    /// Formals of unfinished functions, and what else is known of these.
    pub(super) formals: Vec<Formal>,
    pub(super) heads: Vec<super::function::Head>,
    /// Sets that bindings are being read for, and what is known of every set.
    pub(super) sets: Vec<AttrsId>,
    pub(super) set_states: Vec<super::bindings::SetState>,
    pub(super) index: super::bindings::Index,
    pub(super) known: Known,
    /// Bytes in the making.
    pub(super) scratch: Vec<u8>,
    pub(super) ind_pieces: Vec<super::ind_string::IndPiece>,
}

/// Names that desugaring uses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) sub: Symbol,
    pub(super) mul: Symbol,
    pub(super) div: Symbol,
    pub(super) less_than: Symbol,
    pub(super) find_file: Symbol,
    pub(super) nix_path: Symbol,
    pub(super) body: Symbol,
    pub(super) empty: Symbol,
}

impl<'a, 'b> Lowerer<'a, 'b> {
    pub(super) fn new(source: &'a SourceMap, file: FileId, cx: &'a mut LowerCx<'b>) -> Self {
        let text: &'a [u8] = &source.file(file).text;
        let known = Known {
            sub: cx.symbols.intern(b"__sub"),
            mul: cx.symbols.intern(b"__mul"),
            div: cx.symbols.intern(b"__div"),
            less_than: cx.symbols.intern(b"__lessThan"),
            find_file: cx.symbols.intern(b"__findFile"),
            nix_path: cx.symbols.intern(b"__nixPath"),
            body: cx.symbols.intern(b"body"),
            empty: cx.symbols.intern(b""),
        };
        Self {
            source,
            text,
            cx,
            base: source.file(file).pos(0),
            module: Module {
                file,
                exprs: Vec::new(),
                spans: Vec::new(),
                places: Vec::new(),
                items: Vec::new(),
                paths: Vec::new(),
                parts: Vec::new(),
                lambdas: Vec::new(),
                attrs: Vec::new(),
                root: ExprId(0),
            },
            errors: Vec::new(),
            warnings: Vec::new(),
            noticed: None,
            ragged: None,
            at: 0,
            end: 0,
            frames: Vec::new(),
            values: Vec::new(),
            args: Vec::new(),
            names: Vec::new(),
            pieces: Vec::new(),
            formals: Vec::new(),
            heads: Vec::new(),
            sets: Vec::new(),
            set_states: Vec::new(),
            index: super::bindings::Index::default(),
            known,
            scratch: Vec::new(),
            ind_pieces: Vec::new(),
        }
    }

    pub(super) fn walk(&mut self, events: &[Event]) {
        // There is an expression for every ten events or so.
        let n_exprs = events.len() / 9 + 8;
        self.module.exprs.reserve(n_exprs);
        self.module.spans.reserve(n_exprs);
        self.module.places.reserve(n_exprs);
        let mut rest = events;
        while let [event, tail @ ..] = rest {
            rest = tail;
            match *event {
                Event::Enter(kind) => {
                    if let [Event::Token(token, len), Event::Leave, after @ ..] = tail
                        && self.leaf(kind, *token, *len)
                    {
                        rest = after;
                    } else {
                        self.enter(kind);
                    }
                }
                Event::Token(kind, len) => self.token(kind, len),
                Event::Leave => self.leave(),
            }
        }
    }

    pub(super) fn finish(mut self) -> Lowered {
        let whole = Frame {
            kind: NODE_ROOT,
            mark: TOKEN_WHITESPACE,
            mark_at: 0,
            last: TOKEN_WHITESPACE,
            start: 0,
            values: 0,
            names: 0,
            pieces: 0,
        };
        let [root] = self.operands(&whole);
        self.module.root = root;
        Lowered { module: self.module, errors: self.errors, warnings: self.warnings }
    }

    /// The position of a byte offset.
    pub(super) fn pos(&self, offset: u32) -> Pos {
        Pos(self.base.0 + offset)
    }

    pub(super) fn slice(&self, start: u32, end: u32) -> &'a [u8] {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    pub(super) fn parent(&self) -> SyntaxKind {
        self.frames.last().map_or(NODE_ROOT, |frame| frame.kind)
    }

    pub(super) fn error(&mut self, message: String, pos: Pos, span: Span, notes: Vec<LowerNote>) {
        let noticed = self.noticed.unwrap_or(Noticed::At(self.end));
        self.errors.push(LowerError { message, pos, span, noticed, notes });
    }

    pub(super) fn error_at(&mut self, message: String, start: u32, end: u32) {
        let span = Span::new(self.pos(start), self.pos(end));
        self.error(message, span.start, span, Vec::new());
    }

    pub(super) fn warn_at(&mut self, message: String, start: u32, end: u32) {
        let span = Span::new(self.pos(start), self.pos(end));
        let warning = LowerError { message, pos: span.start, span, noticed: Noticed::At(self.end), notes: Vec::new() };
        self.warnings.push(warning);
    }

    /// A node of one token. False if it is nothing special.
    #[inline]
    fn leaf(&mut self, kind: SyntaxKind, token: SyntaxKind, len: u32) -> bool {
        if !matches!(kind, NODE_IDENT | NODE_LITERAL | NODE_CUR_POS)
            && !matches!(kind, NODE_PATH_ABS | NODE_PATH_REL | NODE_PATH_HOME | NODE_PATH_SEARCH)
        {
            return false;
        }
        let (start, end) = (self.at, self.at + len);
        (self.at, self.end) = (end, end);
        match kind {
            NODE_IDENT => self.ident(start, end),
            NODE_CUR_POS => self.push_expr(Expr::CurPos, start, end, self.pos(start)),
            NODE_LITERAL => self.literal(token, start, end),
            NODE_PATH_SEARCH => self.search_path(start, end),
            _ => self.simple_path(start, end),
        }
        true
    }

    fn ident(&mut self, start: u32, end: u32) {
        let text = self.slice(start, end);
        let symbol = self.cx.symbols.intern(text);
        let mut place = self.pos(start);
        let held = self.values.len() as u32;
        if let Some(frame) = self.frames.last_mut() {
            match frame.kind {
                NODE_ATTRPATH | NODE_INHERIT => return self.names.push(AttrName::Static(symbol, place)),
                NODE_PAT_ENTRY if frame.mark != TOKEN_QUESTION => {
                    return self.formals.push(Formal { name: symbol, pos: place, default: None });
                }
                NODE_IDENT_PARAM | NODE_PAT_BIND => {
                    if let Some(head) = self.heads.last_mut() {
                        head.arg = Some((symbol, place));
                    }
                    return;
                }
                // The grammar takes `f or` for a call with the variable `or`, which gets the place of the call.
                NODE_APPLY if text == b"or" && held > frame.values => {
                    frame.mark = TOKEN_OR;
                    place = Pos(self.base.0 + frame.start);
                }
                _ => {}
            }
        }
        self.push_expr(Expr::Var(symbol), start, end, place);
    }

    fn literal(&mut self, token: SyntaxKind, start: u32, end: u32) {
        let bytes = self.slice(start, end);
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let expr = match token {
            TOKEN_INTEGER => text.parse().map_or(Expr::Error, Expr::Int),
            TOKEN_FLOAT => text.parse().map_or(Expr::Error, Expr::Float),
            TOKEN_URI => {
                self.lint_url(start, end);
                Expr::Str(self.cx.symbols.intern(bytes))
            }
            _ => Expr::Error,
        };
        self.push_expr(expr, start, end, Pos::NONE);
    }

    fn enter(&mut self, kind: SyntaxKind) {
        match kind {
            NODE_ATTR_SET | NODE_LET_IN | NODE_LEGACY_LET => self.open_set(),
            NODE_LAMBDA => self.open_function(),
            NODE_PATTERN => self.open_pattern(),
            _ => {}
        }
        self.frames.push(Frame {
            kind,
            mark: TOKEN_WHITESPACE,
            mark_at: self.at,
            last: TOKEN_WHITESPACE,
            start: self.at,
            values: self.values.len() as u32,
            names: self.names.len() as u32,
            pieces: self.pieces.len() as u32,
        });
    }

    fn token(&mut self, kind: SyntaxKind, len: u32) {
        let start = self.at;
        self.at += len;
        if matches!(kind, TOKEN_WHITESPACE | TOKEN_COMMENT) {
            return;
        }
        self.end = self.at;
        let Some(frame) = self.frames.last_mut() else { return };
        frame.last = kind;
        match (frame.kind, kind) {
            (NODE_BIN_OP, _) => self.operator(kind, start),
            (NODE_STRING | NODE_PATH_ABS | NODE_PATH_REL | NODE_PATH_HOME, _) => self.string_token(kind, start),
            (NODE_HAS_ATTR, TOKEN_QUESTION)
            | (NODE_SELECT, TOKEN_DOT)
            | (NODE_WITH | NODE_ASSERT, TOKEN_SEMICOLON)
            | (NODE_IF_ELSE, TOKEN_THEN) => self.fill(1),
            (NODE_IF_ELSE, TOKEN_ELSE) => self.fill(2),
            (NODE_ATTR_SET, TOKEN_REC)
            | (NODE_SELECT, TOKEN_OR)
            | (NODE_PAT_ENTRY, TOKEN_QUESTION)
            | (NODE_ATTRPATH_VALUE | NODE_INHERIT, TOKEN_SEMICOLON)
            | (NODE_UNARY_OP, _) => self.mark(kind, start),
            (NODE_PATTERN, TOKEN_ELLIPSIS) => {
                if let Some(head) = self.heads.last_mut() {
                    head.ellipsis = true;
                }
            }
            _ => {}
        }
    }

    pub(super) fn mark(&mut self, kind: SyntaxKind, start: u32) {
        if let Some(frame) = self.frames.last_mut()
            && frame.mark == TOKEN_WHITESPACE
        {
            (frame.mark, frame.mark_at) = (kind, start);
        }
    }

    /// Notes whether a node has the token that has to end it.
    pub(super) fn ends_with(&mut self, frame: &Frame, closer: SyntaxKind) {
        if frame.last != closer {
            self.ragged = Some(self.end);
        }
    }

    /// When Nix notices what is wrong with a node that ends with an expression: it has to see that nothing follows.
    pub(super) fn after_last(&self) -> Option<Noticed> {
        Some(if self.ragged == Some(self.end) { Noticed::Never } else { Noticed::After(self.end) })
    }

    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let frame = &frame;
        self.end = self.end.max(frame.start);
        match frame.kind {
            NODE_APPLY => self.apply(frame),
            NODE_SELECT => self.select(frame),
            NODE_ATTRPATH_VALUE => self.binding(frame),
            NODE_ATTR_SET => self.attr_set(frame),
            NODE_STRING => self.string(frame),
            NODE_PAREN => self.paren(frame),
            NODE_LIST => self.list(frame),
            NODE_LAMBDA => self.lambda(frame),
            NODE_PAT_ENTRY => self.formal(frame),
            NODE_BIN_OP => self.binary(frame),
            NODE_UNARY_OP => self.unary(frame),
            NODE_HAS_ATTR => self.has_attr(frame),
            NODE_LET_IN => self.let_in(frame),
            NODE_LEGACY_LET => self.legacy_let(frame),
            NODE_INHERIT => self.inherit(frame),
            NODE_INHERIT_FROM => self.inherit_from(frame),
            NODE_INTERPOL => self.interpolation(frame),
            NODE_DYNAMIC => self.dynamic_name(frame),
            NODE_PATH_ABS | NODE_PATH_REL | NODE_PATH_HOME => self.interpolated_path(frame),
            NODE_IF_ELSE => {
                let [cond, then, otherwise] = self.operands(frame);
                self.push_expr(Expr::If { cond, then, otherwise }, frame.start, self.end, self.pos(frame.start));
            }
            NODE_WITH => {
                let [scope, body] = self.operands(frame);
                self.push_expr(Expr::With { scope, body }, frame.start, self.end, self.pos(frame.start));
            }
            NODE_ASSERT => {
                let [cond, body] = self.operands(frame);
                self.push_expr(Expr::Assert { cond, body }, frame.start, self.end, self.pos(frame.start));
            }
            NODE_ATTRPATH | NODE_PATTERN | NODE_PAT_BIND | NODE_IDENT_PARAM | NODE_ROOT => {}
            // What could not be understood counts for nothing.
            _ => {
                self.fit(frame, 0);
                self.names.truncate(frame.names as usize);
                self.pieces.truncate(frame.pieces as usize);
            }
        }
    }

    fn paren(&mut self, frame: &Frame) {
        self.ends_with(frame, TOKEN_R_PAREN);
        self.fit(frame, 1);
        if let Some(value) = self.values.pop() {
            self.push_value(Value { start: frame.start, ..value });
        }
    }

    fn list(&mut self, frame: &Frame) {
        self.ends_with(frame, TOKEN_R_BRACK);
        let first = self.module.items.len() as u32;
        for value in self.values.drain(frame.values as usize..) {
            if let What::Done(id) = value.what {
                self.module.items.push(id);
            }
        }
        let items = crate::ir::Range { start: first, len: self.module.items.len() as u32 - first };
        let place = match self.module.items.get(first as usize) {
            Some(id) => self.module.places[id.0 as usize],
            None => Pos::NONE,
        };
        self.push_expr(Expr::List(items), frame.start, self.end, place);
    }
}
