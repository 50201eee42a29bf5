//! What the lexer cuts a text into. Says nothing about where tokens may stand.

use rnix::SyntaxKind;

/// The kinds of tokens. The first 62 are the terminals of Nix's grammar in the order in which its messages list them;
/// the rest are those that our lexer tells apart and Nix's grammar does not, and what the grammar never sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Token {
    Eof,
    /// The grammar generator's own; never lexed.
    Error,
    Invalid,
    Ident,
    Text,
    IndText,
    Int,
    Float,
    PathRel,
    PathHome,
    PathSearch,
    PathEnd,
    Uri,
    If,
    Then,
    Else,
    Assert,
    With,
    Let,
    In,
    Rec,
    Inherit,
    Equal,
    NotEqual,
    LessEq,
    MoreEq,
    Update,
    Concat,
    And,
    Or,
    Implies,
    OrWord,
    PipeLeft,
    PipeRight,
    Interpol,
    IndOpen,
    IndClose,
    Ellipsis,
    /// Never lexed: the grammar's way to parse what is typed at a prompt.
    ReplBindings,
    Less,
    More,
    /// Never lexed: the precedence of `!`.
    Not,
    Plus,
    Minus,
    Star,
    Slash,
    Question,
    /// Never lexed: the precedence of a leading `-`.
    Negate,
    Colon,
    At,
    Semicolon,
    Bang,
    Dot,
    Quote,
    LParen,
    RParen,
    LBrace,
    RBrace,
    LBrack,
    RBrack,
    Assign,
    Comma,
    // From here on: finer than the grammar.
    PathAbs,
    PartRel,
    PartHome,
    PartAbs,
    QuoteClose,
    InterpolEnd,
    Whitespace,
    Comment,
}

/// How many terminals the grammar has.
pub(super) const N_TERMINALS: usize = Token::Comma as usize + 1;

impl Token {
    /// The terminals by number.
    pub(super) const TERMINALS: [Self; N_TERMINALS] = [
        Self::Eof,
        Self::Error,
        Self::Invalid,
        Self::Ident,
        Self::Text,
        Self::IndText,
        Self::Int,
        Self::Float,
        Self::PathRel,
        Self::PathHome,
        Self::PathSearch,
        Self::PathEnd,
        Self::Uri,
        Self::If,
        Self::Then,
        Self::Else,
        Self::Assert,
        Self::With,
        Self::Let,
        Self::In,
        Self::Rec,
        Self::Inherit,
        Self::Equal,
        Self::NotEqual,
        Self::LessEq,
        Self::MoreEq,
        Self::Update,
        Self::Concat,
        Self::And,
        Self::Or,
        Self::Implies,
        Self::OrWord,
        Self::PipeLeft,
        Self::PipeRight,
        Self::Interpol,
        Self::IndOpen,
        Self::IndClose,
        Self::Ellipsis,
        Self::ReplBindings,
        Self::Less,
        Self::More,
        Self::Not,
        Self::Plus,
        Self::Minus,
        Self::Star,
        Self::Slash,
        Self::Question,
        Self::Negate,
        Self::Colon,
        Self::At,
        Self::Semicolon,
        Self::Bang,
        Self::Dot,
        Self::Quote,
        Self::LParen,
        Self::RParen,
        Self::LBrace,
        Self::RBrace,
        Self::LBrack,
        Self::RBrack,
        Self::Assign,
        Self::Comma,
    ];

    /// Between which the grammar does not look.
    pub(super) const fn is_trivia(self) -> bool {
        matches!(self, Self::Whitespace | Self::Comment)
    }

    /// As the grammar knows it; trivia have no terminal.
    pub(super) const fn terminal(self) -> Self {
        match self {
            Self::PathAbs => Self::PathRel,
            Self::PartRel | Self::PartHome | Self::PartAbs => Self::Text,
            Self::QuoteClose => Self::Quote,
            Self::InterpolEnd => Self::RBrace,
            it => it,
        }
    }

    /// As the tree knows it.
    pub(super) const fn syntax(self) -> SyntaxKind {
        match self {
            Self::Eof | Self::Error | Self::Invalid | Self::PathEnd | Self::ReplBindings | Self::Not | Self::Negate => {
                SyntaxKind::TOKEN_ERROR
            }
            Self::Ident => SyntaxKind::TOKEN_IDENT,
            Self::Text | Self::IndText => SyntaxKind::TOKEN_STRING_CONTENT,
            Self::Int => SyntaxKind::TOKEN_INTEGER,
            Self::Float => SyntaxKind::TOKEN_FLOAT,
            Self::PathRel | Self::PartRel => SyntaxKind::TOKEN_PATH_REL,
            Self::PathHome | Self::PartHome => SyntaxKind::TOKEN_PATH_HOME,
            Self::PathAbs | Self::PartAbs => SyntaxKind::TOKEN_PATH_ABS,
            Self::PathSearch => SyntaxKind::TOKEN_PATH_SEARCH,
            Self::Uri => SyntaxKind::TOKEN_URI,
            Self::If => SyntaxKind::TOKEN_IF,
            Self::Then => SyntaxKind::TOKEN_THEN,
            Self::Else => SyntaxKind::TOKEN_ELSE,
            Self::Assert => SyntaxKind::TOKEN_ASSERT,
            Self::With => SyntaxKind::TOKEN_WITH,
            Self::Let => SyntaxKind::TOKEN_LET,
            Self::In => SyntaxKind::TOKEN_IN,
            Self::Rec => SyntaxKind::TOKEN_REC,
            Self::Inherit => SyntaxKind::TOKEN_INHERIT,
            Self::Equal => SyntaxKind::TOKEN_EQUAL,
            Self::NotEqual => SyntaxKind::TOKEN_NOT_EQUAL,
            Self::LessEq => SyntaxKind::TOKEN_LESS_OR_EQ,
            Self::MoreEq => SyntaxKind::TOKEN_MORE_OR_EQ,
            Self::Update => SyntaxKind::TOKEN_UPDATE,
            Self::Concat => SyntaxKind::TOKEN_CONCAT,
            Self::And => SyntaxKind::TOKEN_AND_AND,
            Self::Or => SyntaxKind::TOKEN_OR_OR,
            Self::Implies => SyntaxKind::TOKEN_IMPLICATION,
            Self::OrWord => SyntaxKind::TOKEN_OR,
            Self::PipeLeft => SyntaxKind::TOKEN_PIPE_LEFT,
            Self::PipeRight => SyntaxKind::TOKEN_PIPE_RIGHT,
            Self::Interpol => SyntaxKind::TOKEN_INTERPOL_START,
            Self::InterpolEnd => SyntaxKind::TOKEN_INTERPOL_END,
            Self::IndOpen | Self::Quote => SyntaxKind::TOKEN_STRING_START,
            Self::IndClose | Self::QuoteClose => SyntaxKind::TOKEN_STRING_END,
            Self::Ellipsis => SyntaxKind::TOKEN_ELLIPSIS,
            Self::Less => SyntaxKind::TOKEN_LESS,
            Self::More => SyntaxKind::TOKEN_MORE,
            Self::Plus => SyntaxKind::TOKEN_ADD,
            Self::Minus => SyntaxKind::TOKEN_SUB,
            Self::Star => SyntaxKind::TOKEN_MUL,
            Self::Slash => SyntaxKind::TOKEN_DIV,
            Self::Question => SyntaxKind::TOKEN_QUESTION,
            Self::Colon => SyntaxKind::TOKEN_COLON,
            Self::At => SyntaxKind::TOKEN_AT,
            Self::Semicolon => SyntaxKind::TOKEN_SEMICOLON,
            Self::Bang => SyntaxKind::TOKEN_INVERT,
            Self::Dot => SyntaxKind::TOKEN_DOT,
            Self::LParen => SyntaxKind::TOKEN_L_PAREN,
            Self::RParen => SyntaxKind::TOKEN_R_PAREN,
            Self::LBrace => SyntaxKind::TOKEN_L_BRACE,
            Self::RBrace => SyntaxKind::TOKEN_R_BRACE,
            Self::LBrack => SyntaxKind::TOKEN_L_BRACK,
            Self::RBrack => SyntaxKind::TOKEN_R_BRACK,
            Self::Assign => SyntaxKind::TOKEN_ASSIGN,
            Self::Comma => SyntaxKind::TOKEN_COMMA,
            Self::Whitespace => SyntaxKind::TOKEN_WHITESPACE,
            Self::Comment => SyntaxKind::TOKEN_COMMENT,
        }
    }

    /// Whether a primary expression can begin with it.
    pub(super) const fn starts_simple(self) -> bool {
        const STARTS: TokenSet = TokenSet::of(&[
            Token::Ident,
            Token::Int,
            Token::Float,
            Token::PathRel,
            Token::PathAbs,
            Token::PathHome,
            Token::PathSearch,
            Token::Uri,
            Token::Quote,
            Token::IndOpen,
            Token::LParen,
            Token::LBrace,
            Token::LBrack,
            Token::Rec,
        ]);
        STARTS.contains(self)
    }

    /// Whether an attribute's name can begin with it.
    pub(super) const fn starts_attr(self) -> bool {
        matches!(self, Self::Ident | Self::OrWord | Self::Quote | Self::Interpol)
    }

    /// The name in Nix's messages.
    pub(super) const fn name(self) -> &'static str {
        match self.terminal() {
            Self::Eof => "end of file",
            Self::Error => "error",
            Self::Ident => "identifier",
            Self::Text => "string",
            Self::IndText => "indented string",
            Self::Int => "integer",
            Self::Float => "floating-point literal",
            Self::PathRel => "path",
            Self::PathHome => "'~/…' path",
            Self::PathSearch => "'<…>' path",
            Self::PathEnd => "end of path",
            Self::Uri => "URI",
            Self::If => "'if'",
            Self::Then => "'then'",
            Self::Else => "'else'",
            Self::Assert => "'assert'",
            Self::With => "'with'",
            Self::Let => "'let'",
            Self::In => "'in'",
            Self::Rec => "'rec'",
            Self::Inherit => "'inherit'",
            Self::Equal => "'=='",
            Self::NotEqual => "'!='",
            Self::LessEq => "'<='",
            Self::MoreEq => "'>='",
            Self::Update => "'//'",
            Self::Concat => "'++'",
            Self::And => "'&&'",
            Self::Or => "'||'",
            Self::Implies => "'->'",
            Self::OrWord => "'or'",
            Self::PipeLeft => "'<|'",
            Self::PipeRight => "'|>'",
            Self::Interpol => "'${'",
            Self::IndOpen => "start of an indented string",
            Self::IndClose => "end of an indented string",
            Self::Ellipsis => "'...'",
            Self::ReplBindings => "start of REPL bindings",
            Self::Less => "'<'",
            Self::More => "'>'",
            Self::Not => "NOT",
            Self::Plus => "'+'",
            Self::Minus => "'-'",
            Self::Star => "'*'",
            Self::Slash => "'/'",
            Self::Question => "'?'",
            Self::Negate => "NEGATE",
            Self::Colon => "':'",
            Self::At => "'@'",
            Self::Semicolon => "';'",
            Self::Bang => "'!'",
            Self::Dot => "'.'",
            Self::Quote => "'\"'",
            Self::LParen => "'('",
            Self::RParen => "')'",
            Self::LBrace => "'{'",
            Self::RBrace => "'}'",
            Self::LBrack => "'['",
            Self::RBrack => "']'",
            Self::Assign => "'='",
            Self::Comma => "','",
            // The finer kinds were mapped to their terminals above, and trivia are never unexpected.
            Self::Invalid
            | Self::PathAbs
            | Self::PartRel
            | Self::PartHome
            | Self::PartAbs
            | Self::QuoteClose
            | Self::InterpolEnd
            | Self::Whitespace
            | Self::Comment => "invalid token",
        }
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TokenSet(u128);

impl TokenSet {
    /// The set of these.
    pub(super) const fn of(tokens: &[Token]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < tokens.len() {
            bits |= 1 << tokens[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// Whether it is one of them.
    pub(super) const fn contains(self, token: Token) -> bool {
        self.0 >> token as u8 & 1 == 1
    }
}

/// One token: its kind and the offset behind its last byte. It begins where the one before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) kind: Token,
    pub(super) end: u32,
}
