//! What a tolerant machine looks for before it decides: who waits for a token, and what a few tokens begin. Takes no
//! tokens.

use super::{Lexeme, Parser, Token, TokenSet, What};

/// How many enclosing constructs are asked whether they wait for a token.
const MAX_ASKED: usize = 256;
/// How long an attribute path is recognised as the beginning of a binding.
const MAX_PATH: usize = 16;

const NOTHING: TokenSet = TokenSet::of(&[]);

impl What {
    /// What ends the construct.
    const fn waits_for(self) -> TokenSet {
        const SET: TokenSet = TokenSet::of(&[Token::RBrace, Token::Inherit]);
        const LET: TokenSet = TokenSet::of(&[Token::In, Token::Inherit]);
        const BARE: TokenSet = TokenSet::of(&[Token::RBrace, Token::In, Token::Inherit]);
        const PAREN: TokenSet = TokenSet::of(&[Token::RParen]);
        const LIST: TokenSet = TokenSet::of(&[Token::RBrack]);
        const SEMICOLON: TokenSet = TokenSet::of(&[Token::Semicolon]);
        const STR: TokenSet = TokenSet::of(&[Token::QuoteClose, Token::IndClose, Token::Text, Token::IndText]);
        const PATH: TokenSet = TokenSet::of(&[Token::PathEnd, Token::PartRel, Token::PartAbs, Token::PartHome]);
        const INTERPOL: TokenSet = TokenSet::of(&[Token::InterpolEnd]);
        const IF: TokenSet = TokenSet::of(&[Token::Then, Token::Else]);
        const THEN: TokenSet = TokenSet::of(&[Token::Else]);
        const FORMALS: TokenSet = TokenSet::of(&[Token::Comma, Token::RBrace]);
        match self {
            Self::Paren | Self::InheritFrom => PAREN,
            Self::List => LIST,
            Self::Set | Self::LegacyLet => SET,
            Self::Let => LET,
            Self::Bare => BARE,
            Self::Binding | Self::Inherit | Self::AssertHead | Self::WithHead => SEMICOLON,
            Self::Str => STR,
            Self::Path(..) => PATH,
            Self::Interpol | Self::Dynamic => INTERPOL,
            Self::IfHead => IF,
            Self::IfThen => THEN,
            Self::Formals(_) => FORMALS,
            _ => NOTHING,
        }
    }
}

/// How many `}` and `in` have no `{` and `let`.
pub(super) fn lacking(tokens: &[Lexeme]) -> usize {
    let count = |wanted: Token| tokens.iter().filter(|token| token.kind == wanted).count();
    let braces = count(Token::RBrace).saturating_sub(count(Token::LBrace));
    braces + count(Token::In).saturating_sub(count(Token::Let))
}

impl Parser<'_> {
    /// Whether an enclosing construct waits for the token at hand, or nothing can follow any more.
    pub(super) fn awaited(&self) -> bool {
        self.kind == Token::Eof || self.waits(self.kind) || self.binding_ahead()
    }

    /// Whether an enclosing construct waits for a token. Interpolations end with their string, so what is around that
    /// does not count.
    pub(super) fn waits(&self, token: Token) -> bool {
        for frame in self.frames.iter().rev().take(MAX_ASKED) {
            if frame.what.waits_for().contains(token) {
                return true;
            }
            if matches!(frame.what, What::Interpol | What::Dynamic) {
                return false;
            }
        }
        false
    }

    /// Whether a binding begins here, within one that should have ended before.
    pub(super) fn binding_ahead(&self) -> bool {
        self.names_value() && self.waits(Token::Semicolon)
    }

    /// Whether an attribute path and `=` stand here.
    pub(super) fn names_value(&self) -> bool {
        if !self.kind.starts_attr() {
            return false;
        }
        let mut at = self.here;
        for _ in 0..MAX_PATH {
            let (mut kind, mut here) = self.look(at);
            if kind == Token::Quote {
                (kind, here) = self.look(here + 1);
                if kind == Token::Text {
                    (kind, here) = self.look(here + 1);
                }
                if kind != Token::QuoteClose {
                    return false;
                }
            } else if !matches!(kind, Token::Ident | Token::OrWord) {
                return false;
            }
            (kind, here) = self.look(here + 1);
            match kind {
                Token::Assign => return true,
                // A dot at the end of a line is one that somebody is typing behind.
                Token::Dot if self.line_ends(here) => return false,
                Token::Dot => at = here + 1,
                _ => return false,
            }
        }
        false
    }

    /// Whether the path behind a dot is really the next binding, on its own line.
    pub(super) fn dangling_dot(&self) -> bool {
        !matches!(self.top(), What::PathOfBinding)
            && self.text[self.at as usize..].iter().take_while(|byte| byte.is_ascii_whitespace()).any(|&b| b == b'\n')
            && self.binding_ahead()
    }

    /// Whether a function begins here, which as an operand, argument or element needs parentheses.
    pub(super) fn lambda_ahead(&self) -> bool {
        match self.kind {
            Token::Ident => matches!(self.second(), Token::Colon | Token::At),
            Token::LBrace => self.formals_ahead(),
            _ => false,
        }
    }

    /// Whether a line ends directly behind the token at `index`.
    fn line_ends(&self, index: usize) -> bool {
        let next = self.look(index + 1).1;
        let end = |index: usize| self.tokens.get(index).map_or(self.text.len(), |token| token.end as usize);
        self.text[end(index)..end(next - 1)].contains(&b'\n')
    }
}
