//! Strings in double quotes, and what strings and paths with interpolation share.

use super::walk::{Frame, Lowerer};
use crate::ir::{AttrName, Expr, Part, Range, Symbol};
use crate::source::Pos;
use crate::syntax::SyntaxKind::{self, *};

/// A part of a string or path as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece {
    /// Text, from one byte offset to another.
    Text(u32, u32),
    /// `${expr}`, with the offset of the `$`.
    Interpolation(crate::ir::ExprId, u32),
}

impl Lowerer<'_, '_> {
    /// A token of a string or path.
    pub(super) fn string_token(&mut self, kind: SyntaxKind, start: u32) {
        match kind {
            TOKEN_STRING_CONTENT | TOKEN_PATH_ABS | TOKEN_PATH_REL | TOKEN_PATH_HOME => {
                self.pieces.push(Piece::Text(start, self.end));
            }
            TOKEN_STRING_START => self.mark(kind, start),
            _ => {}
        }
    }

    pub(super) fn interpolation(&mut self, frame: &Frame) {
        self.ends_with(frame, TOKEN_INTERPOL_END);
        let [expr] = self.operands(frame);
        self.pieces.push(Piece::Interpolation(expr, frame.start));
    }

    /// `${expr}` as an attribute name. A string constant is as good as the name itself.
    pub(super) fn dynamic_name(&mut self, frame: &Frame) {
        self.ends_with(frame, TOKEN_INTERPOL_END);
        let [expr] = self.operands(frame);
        let pos = self.pos(frame.start);
        if let Expr::Str(name) = self.module.exprs[expr.0 as usize] {
            if expr.0 as usize + 1 == self.module.exprs.len() {
                self.module.exprs.pop();
                self.module.spans.pop();
                self.module.places.pop();
            }
            self.names.push(AttrName::Static(name, pos));
        } else {
            self.push_dynamic(AttrName::Dynamic(expr, pos), frame);
        }
    }

    fn push_dynamic(&mut self, name: AttrName, frame: &Frame) {
        if self.parent() == NODE_INHERIT {
            self.error_at("dynamic attributes not allowed in inherit".to_owned(), frame.start, self.end);
        } else {
            self.names.push(name);
        }
    }

    pub(super) fn string(&mut self, frame: &Frame) {
        self.ends_with(frame, TOKEN_STRING_END);
        // A broken string may hold values outside of its interpolations.
        self.fit(frame, 0);
        let first = frame.pieces as usize;
        let expr = if self.slice(frame.start, frame.start + 2) == b"''" {
            self.ind_string(frame)
        } else {
            self.plain_string(first)
        };
        self.pieces.truncate(first);
        let pos = self.pos(frame.start);
        let is_name = matches!(self.parent(), NODE_ATTRPATH | NODE_INHERIT);
        match expr {
            Expr::Str(name) if is_name => self.names.push(AttrName::Static(name, pos)),
            Expr::ConcatStrings { parts, .. } => {
                let place = self.concat_place(frame, parts);
                if is_name {
                    let id = self.add(expr, frame.start, self.end, place);
                    self.push_dynamic(AttrName::Dynamic(id, pos), frame);
                } else {
                    self.push_expr(expr, frame.start, self.end, place);
                }
            }
            _ => self.push_expr(expr, frame.start, self.end, Pos::NONE),
        }
    }

    /// Nix takes a quoted string to begin with its first part, an indented one with its quotes.
    fn concat_place(&self, frame: &Frame, parts: Range) -> Pos {
        let is_plain = self.slice(frame.start, frame.start + 1) == b"\"";
        match self.module.parts.get(parts.start as usize) {
            Some(part) if is_plain => part.pos,
            _ => self.pos(frame.start),
        }
    }

    fn plain_string(&mut self, first: usize) -> Expr {
        match self.pieces[first..] {
            [] => return Expr::Str(self.known.empty),
            [Piece::Text(start, end)] => return Expr::Str(self.unescape(start, end)),
            _ => {}
        }
        let parts = self.module.parts.len() as u32;
        for i in first..self.pieces.len() {
            let part = match self.pieces[i] {
                Piece::Text(start, end) => {
                    let text = self.unescape(start, end);
                    Part { expr: self.add(Expr::Str(text), start, end, Pos::NONE), pos: self.pos(start) }
                }
                Piece::Interpolation(expr, start) => Part { expr, pos: self.pos(start) },
            };
            self.module.parts.push(part);
        }
        let len = self.module.parts.len() as u32 - parts;
        Expr::ConcatStrings { parts: Range { start: parts, len }, force_string: true }
    }

    /// The text between two offsets of a quoted string, without its escapes.
    fn unescape(&mut self, start: u32, end: u32) -> Symbol {
        let text = self.slice(start, end);
        if memchr::memchr2(b'\\', b'\r', text).is_none() {
            return self.cx.symbols.intern(text);
        }
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        let mut rest = text;
        while let Some(at) = memchr::memchr2(b'\\', b'\r', rest) {
            out.extend_from_slice(&rest[..at]);
            rest = match rest[at..] {
                [b'\\', escaped, ref rest @ ..] => {
                    out.push(unescaped(escaped));
                    rest
                }
                // A line break is a line feed, however the text writes it.
                [b'\r', b'\n', ref rest @ ..] | [b'\r', ref rest @ ..] => {
                    out.push(b'\n');
                    rest
                }
                _ => &[],
            };
        }
        out.extend_from_slice(rest);
        let symbol = self.cx.symbols.intern(&out);
        self.scratch = out;
        symbol
    }
}

/// What `\` and a byte stand for.
pub(super) fn unescaped(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    }
}
