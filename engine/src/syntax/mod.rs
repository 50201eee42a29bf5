//! Text to tree. The only room that says `rnix`.

mod event;
mod lexer;
mod mend;
mod parser;
mod token;
mod tree;
mod verdict;

pub use event::{Event, Parse, SyntaxError};
pub use rnix::SyntaxKind;
pub use tree::{MAX_TREE_DEPTH, tree};

/// What of the language can be switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `|>` and `<|`.
    pub pipe_operators: bool,
}

/// The longest text that is read, in bytes; offsets and counts of nodes are kept in 32 bits.
const MAX_TEXT: usize = 1 << 29;

/// Reads a program. There is a tree whatever the text; without errors, it is a program that Nix reads too.
#[must_use]
pub fn parse(text: &[u8], features: Features) -> Parse {
    if text.len() > MAX_TEXT {
        let error = SyntaxError { message: "this text is too long".to_owned(), start: 0, end: 0 };
        let events = vec![Event::Enter(SyntaxKind::NODE_ROOT), Event::Leave];
        return Parse { events, errors: vec![error] };
    }
    let lexed = lexer::lex(text, features);
    if lexed.faults.is_empty()
        && let parser::Outcome::Tree(events, errors) = parser::parse(text, &lexed.tokens, parser::Attitude::Strict)
    {
        return Parse { events, errors };
    }
    let verdict = verdict::verdict(text, &lexed);
    mend::mend(text, features, verdict)
}

#[cfg(test)]
mod tests;
