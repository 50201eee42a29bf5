//! Nix's grammar as its own parser generator is given it: which rules there are, in which order, and how strongly
//! operators bind. Only data.
//!
//! The messages of a generated parser follow from the tables it is driven by, and those follow from exactly these rules.
//! So they keep the grammar's detours (a set that may be empty and one that may not), which the tree does not show.

use super::super::token::Token;

/// What stands on the left of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Rule {
    Accept,
    Start,
    Expr,
    Function,
    If,
    PipeFrom,
    PipeInto,
    Op,
    App,
    Select,
    Simple,
    Parts,
    PartsInterpolated,
    PathStart,
    IndParts,
    Binds,
    Binds1,
    Attrs,
    AttrPath,
    Attr,
    StringAttr,
    List,
    FormalSet,
    Formals,
    Formal,
}

/// How many there are.
pub(super) const N_NONTERMINALS: usize = Rule::Formal as usize + 1;

/// A part of the right side of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// A terminal.
    T(Token),
    /// A nonterminal.
    N(Rule),
}

use Symbol::{N, T};

/// One rule; its strength is that of the token named, or else of its last terminal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Production {
    pub(super) left: Rule,
    pub(super) right: &'static [Symbol],
    pub(super) strength_of: Option<Token>,
}

const fn rule(left: Rule, right: &'static [Symbol]) -> Production {
    Production { left, right, strength_of: None }
}

const fn binary(right: &'static [Symbol]) -> Production {
    rule(Rule::Op, right)
}

/// To which side an operator associates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assoc {
    Left,
    Right,
    None,
}

/// Operators, the weakest first.
pub(super) const STRENGTHS: &[(Assoc, &[Token])] = &[
    (Assoc::Right, &[Token::Implies]),
    (Assoc::Left, &[Token::Or]),
    (Assoc::Left, &[Token::And]),
    (Assoc::None, &[Token::Equal, Token::NotEqual]),
    (Assoc::None, &[Token::Less, Token::More, Token::LessEq, Token::MoreEq]),
    (Assoc::Right, &[Token::Update]),
    (Assoc::Left, &[Token::Not]),
    (Assoc::Left, &[Token::Plus, Token::Minus]),
    (Assoc::Left, &[Token::Star, Token::Slash]),
    (Assoc::Right, &[Token::Concat]),
    (Assoc::None, &[Token::Question]),
    (Assoc::None, &[Token::Negate]),
];

/// All rules, in the order in which ties between them are broken.
pub(super) const PRODUCTIONS: &[Production] = &[
    rule(Rule::Accept, &[N(Rule::Start), T(Token::Eof)]),
    rule(Rule::Start, &[N(Rule::Expr)]),
    rule(Rule::Start, &[T(Token::ReplBindings), N(Rule::Binds1)]),
    rule(Rule::Expr, &[N(Rule::Function)]),
    // Functions, and what reaches as far to the right as they do.
    rule(Rule::Function, &[T(Token::Ident), T(Token::Colon), N(Rule::Function)]),
    rule(Rule::Function, &[N(Rule::FormalSet), T(Token::Colon), N(Rule::Function)]),
    rule(Rule::Function, &[N(Rule::FormalSet), T(Token::At), T(Token::Ident), T(Token::Colon), N(Rule::Function)]),
    rule(Rule::Function, &[T(Token::Ident), T(Token::At), N(Rule::FormalSet), T(Token::Colon), N(Rule::Function)]),
    rule(Rule::Function, &[T(Token::Assert), N(Rule::Expr), T(Token::Semicolon), N(Rule::Function)]),
    rule(Rule::Function, &[T(Token::With), N(Rule::Expr), T(Token::Semicolon), N(Rule::Function)]),
    rule(Rule::Function, &[T(Token::Let), N(Rule::Binds), T(Token::In), N(Rule::Function)]),
    rule(Rule::Function, &[N(Rule::If)]),
    rule(Rule::If, &[T(Token::If), N(Rule::Expr), T(Token::Then), N(Rule::Expr), T(Token::Else), N(Rule::Expr)]),
    rule(Rule::If, &[N(Rule::PipeFrom)]),
    rule(Rule::If, &[N(Rule::PipeInto)]),
    rule(Rule::If, &[N(Rule::Op)]),
    rule(Rule::PipeFrom, &[N(Rule::Op), T(Token::PipeLeft), N(Rule::PipeFrom)]),
    rule(Rule::PipeFrom, &[N(Rule::Op), T(Token::PipeLeft), N(Rule::Op)]),
    rule(Rule::PipeInto, &[N(Rule::PipeInto), T(Token::PipeRight), N(Rule::Op)]),
    rule(Rule::PipeInto, &[N(Rule::Op), T(Token::PipeRight), N(Rule::Op)]),
    // Operators.
    Production { left: Rule::Op, right: &[T(Token::Bang), N(Rule::Op)], strength_of: Some(Token::Not) },
    Production { left: Rule::Op, right: &[T(Token::Minus), N(Rule::Op)], strength_of: Some(Token::Negate) },
    binary(&[N(Rule::Op), T(Token::Equal), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::NotEqual), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::Less), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::LessEq), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::More), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::MoreEq), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::And), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::Or), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::Implies), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::Update), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::Question), N(Rule::AttrPath)]),
    binary(&[N(Rule::Op), T(Token::Plus), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::Minus), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::Star), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::Slash), N(Rule::Op)]),
    binary(&[N(Rule::Op), T(Token::Concat), N(Rule::Op)]),
    rule(Rule::Op, &[N(Rule::App)]),
    rule(Rule::App, &[N(Rule::App), N(Rule::Select)]),
    rule(Rule::App, &[N(Rule::Select)]),
    rule(Rule::Select, &[N(Rule::Simple), T(Token::Dot), N(Rule::AttrPath)]),
    rule(Rule::Select, &[N(Rule::Simple), T(Token::Dot), N(Rule::AttrPath), T(Token::OrWord), N(Rule::Select)]),
    rule(Rule::Select, &[N(Rule::Simple), T(Token::OrWord)]),
    rule(Rule::Select, &[N(Rule::Simple)]),
    // Primary expressions.
    rule(Rule::Simple, &[T(Token::Ident)]),
    rule(Rule::Simple, &[T(Token::Int)]),
    rule(Rule::Simple, &[T(Token::Float)]),
    rule(Rule::Simple, &[T(Token::Quote), N(Rule::Parts), T(Token::Quote)]),
    rule(Rule::Simple, &[T(Token::IndOpen), N(Rule::IndParts), T(Token::IndClose)]),
    rule(Rule::Simple, &[N(Rule::PathStart), T(Token::PathEnd)]),
    rule(Rule::Simple, &[N(Rule::PathStart), N(Rule::PartsInterpolated), T(Token::PathEnd)]),
    rule(Rule::Simple, &[T(Token::PathSearch)]),
    rule(Rule::Simple, &[T(Token::Uri)]),
    rule(Rule::Simple, &[T(Token::LParen), N(Rule::Expr), T(Token::RParen)]),
    rule(Rule::Simple, &[T(Token::Let), T(Token::LBrace), N(Rule::Binds), T(Token::RBrace)]),
    rule(Rule::Simple, &[T(Token::Rec), T(Token::LBrace), N(Rule::Binds), T(Token::RBrace)]),
    rule(Rule::Simple, &[T(Token::LBrace), N(Rule::Binds1), T(Token::RBrace)]),
    rule(Rule::Simple, &[T(Token::LBrace), T(Token::RBrace)]),
    rule(Rule::Simple, &[T(Token::LBrack), N(Rule::List), T(Token::RBrack)]),
    // Strings and paths.
    rule(Rule::Parts, &[T(Token::Text)]),
    rule(Rule::Parts, &[N(Rule::PartsInterpolated)]),
    rule(Rule::Parts, &[]),
    rule(Rule::PartsInterpolated, &[N(Rule::PartsInterpolated), T(Token::Text)]),
    rule(Rule::PartsInterpolated, &[N(Rule::PartsInterpolated), T(Token::Interpol), N(Rule::Expr), T(Token::RBrace)]),
    rule(Rule::PartsInterpolated, &[T(Token::Interpol), N(Rule::Expr), T(Token::RBrace)]),
    rule(Rule::PartsInterpolated, &[T(Token::Text), T(Token::Interpol), N(Rule::Expr), T(Token::RBrace)]),
    rule(Rule::PathStart, &[T(Token::PathRel)]),
    rule(Rule::PathStart, &[T(Token::PathHome)]),
    rule(Rule::IndParts, &[N(Rule::IndParts), T(Token::IndText)]),
    rule(Rule::IndParts, &[N(Rule::IndParts), T(Token::Interpol), N(Rule::Expr), T(Token::RBrace)]),
    rule(Rule::IndParts, &[]),
    // Sets.
    rule(Rule::Binds, &[N(Rule::Binds1)]),
    rule(Rule::Binds, &[]),
    rule(Rule::Binds1, &[N(Rule::Binds1), N(Rule::AttrPath), T(Token::Assign), N(Rule::Expr), T(Token::Semicolon)]),
    rule(Rule::Binds1, &[N(Rule::Binds), T(Token::Inherit), N(Rule::Attrs), T(Token::Semicolon)]),
    rule(
        Rule::Binds1,
        &[
            N(Rule::Binds),
            T(Token::Inherit),
            T(Token::LParen),
            N(Rule::Expr),
            T(Token::RParen),
            N(Rule::Attrs),
            T(Token::Semicolon),
        ],
    ),
    rule(Rule::Binds1, &[N(Rule::AttrPath), T(Token::Assign), N(Rule::Expr), T(Token::Semicolon)]),
    rule(Rule::Attrs, &[N(Rule::Attrs), N(Rule::Attr)]),
    rule(Rule::Attrs, &[N(Rule::Attrs), N(Rule::StringAttr)]),
    rule(Rule::Attrs, &[]),
    rule(Rule::AttrPath, &[N(Rule::AttrPath), T(Token::Dot), N(Rule::Attr)]),
    rule(Rule::AttrPath, &[N(Rule::AttrPath), T(Token::Dot), N(Rule::StringAttr)]),
    rule(Rule::AttrPath, &[N(Rule::Attr)]),
    rule(Rule::AttrPath, &[N(Rule::StringAttr)]),
    rule(Rule::Attr, &[T(Token::Ident)]),
    rule(Rule::Attr, &[T(Token::OrWord)]),
    rule(Rule::StringAttr, &[T(Token::Quote), N(Rule::Parts), T(Token::Quote)]),
    rule(Rule::StringAttr, &[T(Token::Interpol), N(Rule::Expr), T(Token::RBrace)]),
    rule(Rule::List, &[N(Rule::List), N(Rule::Select)]),
    rule(Rule::List, &[]),
    // Patterns.
    rule(Rule::FormalSet, &[T(Token::LBrace), N(Rule::Formals), T(Token::Comma), T(Token::Ellipsis), T(Token::RBrace)]),
    rule(Rule::FormalSet, &[T(Token::LBrace), T(Token::Ellipsis), T(Token::RBrace)]),
    rule(Rule::FormalSet, &[T(Token::LBrace), N(Rule::Formals), T(Token::Comma), T(Token::RBrace)]),
    rule(Rule::FormalSet, &[T(Token::LBrace), N(Rule::Formals), T(Token::RBrace)]),
    rule(Rule::FormalSet, &[T(Token::LBrace), T(Token::RBrace)]),
    rule(Rule::Formals, &[N(Rule::Formals), T(Token::Comma), N(Rule::Formal)]),
    rule(Rule::Formals, &[N(Rule::Formal)]),
    rule(Rule::Formal, &[T(Token::Ident)]),
    rule(Rule::Formal, &[T(Token::Ident), T(Token::Question), N(Rule::Expr)]),
];
