//! Indented strings: `''…''`.

use super::string::{Piece, unescaped};
use super::walk::{Frame, Lowerer};
use crate::ir::{Expr, ExprId, Part, Range};
use crate::source::Pos;

/// A part of an indented string as Nix's lexer cuts it.
#[derive(Clone, Copy, Debug)]
pub(super) enum IndPiece {
    /// Text as it is written, whose indentation counts: from one byte offset to another.
    Text(u32, u32),
    /// One or two bytes that were escaped, with the offset they are written at.
    Escaped([u8; 2], u8, u32),
    /// `${expr}`, with the offset of the `$`.
    Interpolation(ExprId, u32),
}

/// Where stripping stands within a line.
#[derive(Clone, Copy)]
struct Line {
    /// Only blanks were seen.
    at_start: bool,
    dropped: usize,
}

impl Lowerer<'_, '_> {
    /// An indented string whose pieces begin at those of `frame`.
    pub(super) fn ind_string(&mut self, frame: &Frame) -> Expr {
        let mut pieces = std::mem::take(&mut self.ind_pieces);
        pieces.clear();
        for i in frame.pieces as usize..self.pieces.len() {
            match self.pieces[i] {
                Piece::Text(start, end) => {
                    let start = if start == frame.start + 2 { self.skip_first_line(start, end) } else { start };
                    self.cut(start, end, &mut pieces);
                }
                Piece::Interpolation(expr, at) => pieces.push(IndPiece::Interpolation(expr, at)),
            }
        }
        let expr = self.strip(&pieces);
        self.ind_pieces = pieces;
        expr
    }

    /// Blanks up to the end of the line that the string begins on are no part of it.
    fn skip_first_line(&self, start: u32, end: u32) -> u32 {
        let text = self.slice(start, end);
        let blanks = text.iter().take_while(|&&byte| byte == b' ').count();
        if text.get(blanks) == Some(&b'\n') { start + blanks as u32 + 1 } else { start }
    }

    /// Cuts text at escapes, and at each `$` and `'` that stands alone before what could continue it.
    fn cut(&self, start: u32, end: u32, pieces: &mut Vec<IndPiece>) {
        let (mut begin, mut at) = (start, start);
        let text = self.text;
        while let Some(found) = memchr::memchr2(b'$', b'\'', self.slice(at, end)) {
            at += found as u32;
            // The bytes behind the piece matter too: they say whether its last one stands alone.
            let (piece, len) = match &text[at as usize..] {
                [b'$', b'{' | b'\'', ..] | [b'$'] => (IndPiece::Escaped([b'$', 0], 1, at), 1),
                [b'\'', b'\'', b'\'', ..] => (IndPiece::Escaped([b'\'', b'\''], 2, at), 3),
                [b'\'', b'\'', b'$', ..] => (IndPiece::Escaped([b'$', 0], 1, at), 3),
                [b'\'', b'\'', b'\\', byte, ..] => (IndPiece::Escaped([unescaped(*byte), 0], 1, at), 4),
                [b'\'', b'$', ..] | [b'\''] => (IndPiece::Escaped([b'\'', 0], 1, at), 1),
                _ => {
                    at = (at + 2).min(end);
                    continue;
                }
            };
            push_text(begin, at, pieces);
            pieces.push(piece);
            at = (at + len).min(end);
            begin = at;
        }
        push_text(begin, end, pieces);
    }

    /// Takes the indentation that all lines share from each of them.
    fn strip(&mut self, pieces: &[IndPiece]) -> Expr {
        let indent = self.common_indent(pieces);
        let mut line = Line { at_start: true, dropped: 0 };
        let first = self.module.parts.len();
        // With nothing but one string the result is that string, and needs no expression of its own.
        let mut only = None;
        for (i, piece) in pieces.iter().enumerate() {
            let mut out = std::mem::take(&mut self.scratch);
            out.clear();
            let (start, end) = match *piece {
                IndPiece::Interpolation(expr, start) => {
                    self.scratch = out;
                    line = Line { at_start: false, dropped: 0 };
                    self.flush(&mut only);
                    self.module.parts.push(Part { expr, pos: self.pos(start) });
                    continue;
                }
                IndPiece::Escaped(bytes, len, start) => {
                    strip_into(&bytes[..len as usize], indent, &mut line, &mut out);
                    (start, start)
                }
                IndPiece::Text(start, end) => {
                    strip_into(self.slice(start, end), indent, &mut line, &mut out);
                    (start, end)
                }
            };
            if i + 1 == pieces.len() {
                drop_last_blanks(&mut out);
            }
            let text = (!out.is_empty()).then(|| self.cx.symbols.intern(&out));
            self.scratch = out;
            if let Some(text) = text {
                self.flush(&mut only);
                if self.module.parts.len() == first {
                    only = Some((text, start, end));
                } else {
                    let expr = self.add(Expr::Str(text), start, end, Pos::NONE);
                    self.module.parts.push(Part { expr, pos: self.pos(start) });
                }
            }
        }
        if let Some((text, ..)) = only {
            return Expr::Str(text);
        }
        let len = (self.module.parts.len() - first) as u32;
        if len == 0 {
            return Expr::Str(self.known.empty);
        }
        if len == 1
            && let Some(part) = self.module.parts.last()
            && let Expr::Str(text) = self.module.exprs[part.expr.0 as usize]
        {
            self.module.parts.pop();
            return Expr::Str(text);
        }
        Expr::ConcatStrings { parts: Range { start: first as u32, len }, force_string: true }
    }

    /// Makes the first string an expression, now that it is not the only part.
    fn flush(&mut self, only: &mut Option<(crate::ir::Symbol, u32, u32)>) {
        if let Some((text, start, end)) = only.take() {
            let expr = self.add(Expr::Str(text), start, end, Pos::NONE);
            self.module.parts.push(Part { expr, pos: self.pos(start) });
        }
    }

    /// The least number of spaces before something that is neither a space nor the end of a line. The last line does
    /// not count if it is blank.
    fn common_indent(&self, pieces: &[IndPiece]) -> usize {
        // More is never stripped: the limit is Nix's.
        let mut least = 1_000_000;
        let (mut at_start, mut indent) = (true, 0);
        for piece in pieces {
            let &IndPiece::Text(start, end) = piece else {
                if at_start {
                    at_start = false;
                    least = least.min(indent);
                }
                continue;
            };
            let mut rest = self.slice(start, end);
            while !rest.is_empty() {
                if !at_start {
                    let Some(feed) = memchr::memchr(b'\n', rest) else { break };
                    rest = &rest[feed + 1..];
                    (at_start, indent) = (true, 0);
                    continue;
                }
                let spaces = rest.iter().take_while(|&&byte| byte == b' ').count();
                indent += spaces;
                rest = &rest[spaces..];
                match rest {
                    [] => {}
                    [b'\n', after @ ..] => {
                        indent = 0;
                        rest = after;
                    }
                    _ => {
                        at_start = false;
                        least = least.min(indent);
                    }
                }
            }
        }
        least
    }
}

fn push_text(start: u32, end: u32, pieces: &mut Vec<IndPiece>) {
    if start < end {
        pieces.push(IndPiece::Text(start, end));
    }
}

fn strip_into(text: &[u8], indent: usize, line: &mut Line, out: &mut Vec<u8>) {
    let mut rest = text;
    while !rest.is_empty() {
        if line.at_start {
            let spaces = rest.iter().take_while(|&&byte| byte == b' ').count();
            let drop = indent.saturating_sub(line.dropped).min(spaces);
            line.dropped += spaces;
            out.extend_from_slice(&rest[drop..spaces]);
            rest = &rest[spaces..];
            match rest {
                [] => {}
                [b'\n', after @ ..] => {
                    line.dropped = 0;
                    out.push(b'\n');
                    rest = after;
                }
                _ => *line = Line { at_start: false, dropped: 0 },
            }
            continue;
        }
        match memchr::memchr(b'\n', rest) {
            Some(feed) => {
                out.extend_from_slice(&rest[..=feed]);
                rest = &rest[feed + 1..];
                line.at_start = true;
            }
            None => {
                out.extend_from_slice(rest);
                rest = &[];
            }
        }
    }
}

/// The quotes that end the string may stand on a line of their own.
fn drop_last_blanks(out: &mut Vec<u8>) {
    let kept = out.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    if kept > 0 && out[kept - 1] == b'\n' {
        out.truncate(kept);
    }
}
