//! Paths, search paths, and what the lints say of them. Paths are made absolute and canonical by their text alone.

use super::Lint;
use super::string::Piece;
use super::walk::{Frame, Lowerer};
use crate::ir::{Expr, Part, Range};
use crate::source::Pos;

impl Lowerer<'_, '_> {
    /// A path without interpolation.
    pub(super) fn simple_path(&mut self, start: u32, end: u32) {
        let expr = self.path_literal(start, end);
        self.push_expr(expr, start, end, Pos::NONE);
    }

    /// `<name>`
    pub(super) fn search_path(&mut self, start: u32, end: u32) {
        let name = self.slice(start + 1, end.saturating_sub(1).max(start + 1));
        let name = self.cx.symbols.intern(name);
        let function = self.add(Expr::Var(self.known.find_file), start, end, Pos::NONE);
        let path = self.add(Expr::Var(self.known.nix_path), start, end, Pos::NONE);
        let name = self.add(Expr::Str(name), start, end, Pos::NONE);
        self.push_call(function, &[path, name], start, end, self.pos(start));
    }

    /// A path with interpolation, or any other that is not a single token.
    pub(super) fn interpolated_path(&mut self, frame: &Frame) {
        self.fit(frame, 0);
        let first = frame.pieces as usize;
        let mut parts: Vec<Part> = Vec::new();
        for i in first..self.pieces.len() {
            match self.pieces[i] {
                Piece::Interpolation(expr, start) => parts.push(Part { expr, pos: self.pos(start) }),
                Piece::Text(start, end) => self.path_segments(start, end, &mut parts),
            }
        }
        self.pieces.truncate(first);
        if let [Part { expr, .. }] = parts[..]
            && let expr @ Expr::Path(_) = self.module.exprs[expr.0 as usize]
        {
            return self.push_expr(expr, frame.start, self.end, Pos::NONE);
        }
        let range = Range { start: self.module.parts.len() as u32, len: parts.len() as u32 };
        let expr =
            if parts.is_empty() { Expr::Error } else { Expr::ConcatStrings { parts: range, force_string: false } };
        self.module.parts.extend(parts);
        self.push_expr(expr, frame.start, self.end, self.pos(frame.start));
    }

    /// The text of a path up to an interpolation or the end, cut where Nix's lexer cuts it: before a doubled slash.
    fn path_segments(&mut self, start: u32, end: u32, parts: &mut Vec<Part>) {
        let mut at = start;
        while at < end {
            let rest = self.slice(at, end);
            let segment = rest.windows(2).position(|pair| pair == b"//").map_or(rest.len(), |slash| slash + 1);
            let stop = at + segment as u32;
            let expr = if parts.is_empty() {
                self.path_literal(at, stop)
            } else {
                Expr::Str(self.cx.symbols.intern(&rest[..segment]))
            };
            let expr = self.add(expr, at, stop, Pos::NONE);
            parts.push(Part { expr, pos: self.pos(at) });
            at = stop;
        }
    }

    fn path_literal(&mut self, start: u32, end: u32) -> Expr {
        let literal = self.slice(start, end);
        let mut path = std::mem::take(&mut self.scratch);
        path.clear();
        let given = match literal.first() {
            Some(b'~') => self.home_path(literal, start, end, &mut path),
            Some(b'/') => {
                self.lint_path(self.cx.rules.absolute_paths, "absolute", literal, start, end);
                push_canonical(literal, &mut path);
                true
            }
            _ => {
                self.lint_short_path(literal, start, end);
                push_canonical(self.cx.base_dir.as_bytes(), &mut path);
                push_canonical(literal, &mut path);
                true
            }
        };
        if path.is_empty() {
            path.push(b'/');
        }
        // What is interpolated next begins where the slash ends.
        if literal.first() != Some(&b'~') && literal.len() > 1 && literal.ends_with(b"/") {
            path.push(b'/');
        }
        let expr = if given { Expr::Path(self.cx.symbols.intern(&path)) } else { Expr::Error };
        self.scratch = path;
        expr
    }

    /// `~/…`, which is not made canonical. False in pure mode.
    fn home_path(&mut self, literal: &[u8], start: u32, end: u32, path: &mut Vec<u8>) -> bool {
        let Some(home) = self.cx.home else {
            let message = format!("the path '{}' can not be resolved in pure mode", String::from_utf8_lossy(literal));
            let span = crate::source::Span::new(self.pos(start), self.pos(end));
            self.error(message, Pos::NONE, span, Vec::new());
            return false;
        };
        self.lint_path(self.cx.rules.absolute_paths, "home", literal, start, end);
        path.extend_from_slice(home.as_bytes());
        path.extend_from_slice(&literal[1..]);
        true
    }

    fn lint(&mut self, lint: Lint, message: String, start: u32, end: u32) {
        match lint {
            Lint::Ignore => {}
            Lint::Warn => self.warn_at(message, start, end),
            Lint::Fatal => self.error_at(message, start, end),
        }
    }

    fn lint_path(&mut self, lint: Lint, kind: &str, literal: &[u8], start: u32, end: u32) {
        if lint != Lint::Ignore {
            let message = format!(
                "{kind} path literals are not portable. Consider replacing path literal '{}' by a string, \
                 relative path, or parameter (lint-absolute-path-literals)",
                String::from_utf8_lossy(literal),
            );
            self.lint(lint, message, start, end);
        }
    }

    fn lint_short_path(&mut self, literal: &[u8], start: u32, end: u32) {
        let lint = self.cx.rules.short_paths;
        if lint != Lint::Ignore && literal.first() != Some(&b'.') {
            let literal = String::from_utf8_lossy(literal);
            let message = format!(
                "relative path literal '{literal}' should be prefixed with '.' for clarity: './{literal}' \
                 (lint-short-path-literals)",
            );
            self.lint(lint, message, start, end);
        }
    }

    pub(super) fn lint_url(&mut self, start: u32, end: u32) {
        let lint = self.cx.rules.url_literals;
        if lint != Lint::Ignore {
            let verdict = if lint == Lint::Fatal { "disallowed" } else { "discouraged" };
            let message = format!(
                "URL literals are {verdict}. Consider using a string literal \"{}\" instead (lint-url-literals)",
                String::from_utf8_lossy(self.slice(start, end)),
            );
            self.lint(lint, message, start, end);
        }
    }
}

/// Goes along `path` from a canonical directory, whose slash at the end is left out.
fn push_canonical(path: &[u8], canonical: &mut Vec<u8>) {
    for name in path.split(|&byte| byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => {
                let parent = canonical.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                canonical.truncate(parent);
            }
            _ => {
                canonical.push(b'/');
                canonical.extend_from_slice(name);
            }
        }
    }
}
