//! The tree of a text that is no program. Decides what to say of its further mistakes; the first is Nix's to say.

use super::Features;
use super::event::{Event, Parse, SyntaxError};
use super::lexer::{Cut, cuts, lex_cut};
use super::parser::{Attitude, Outcome, parse};
use super::token::{Lexeme, Token};

/// How many mistakes are told.
pub(super) const MAX_ERRORS: usize = 100;

/// Reads a text that Nix refuses with `verdict`.
pub(super) fn mend(text: &[u8], features: Features, verdict: Option<SyntaxError>) -> Parse {
    // Where a string lacks its end is a guess; the best is the one that leaves the fewest oddities.
    let mut best: Option<Reading> = None;
    for cut in cuts(text, features) {
        let reading = read(text, features, cut);
        if best.as_ref().is_none_or(|best| reading.oddity < best.oddity) {
            best = Some(reading);
        }
        if best.as_ref().is_some_and(|best| best.oddity == 1) {
            break;
        }
    }
    let Reading { events, errors, .. } = best.unwrap_or_else(|| read(text, features, None));
    // What we would have said first is about the mistake that the verdict is about.
    let errors = match verdict {
        Some(verdict) => std::iter::once(verdict).chain(errors.into_iter().skip(1)).collect(),
        None => errors,
    };
    Parse { events, errors }
}

/// One way to read a text.
struct Reading {
    events: Vec<Event>,
    /// What we say of it, in the order of the text.
    errors: Vec<SyntaxError>,
    /// How unlikely it is to be meant.
    oddity: usize,
}

fn read(text: &[u8], features: Features, cut: Option<Cut>) -> Reading {
    let lexed = lex_cut(text, features, cut);
    let Outcome::Tree(events, mut errors) = parse(text, &lexed.tokens, Attitude::Tolerant) else {
        return Reading { events: Vec::new(), errors: Vec::new(), oddity: usize::MAX };
    };
    if !lexed.faults.is_empty() {
        // Something is missing at the end because something else swallowed it.
        errors.retain(|error| error.start < error.end);
    }
    errors.extend(lexed.faults.into_iter().map(|fault| SyntaxError {
        message: fault.message,
        start: fault.start,
        end: fault.end,
    }));
    errors.sort_by_key(|error| error.start);
    errors.truncate(MAX_ERRORS);
    let oddity = errors.len() + 2 * inside_out(&lexed.tokens);
    Reading { events, errors, oddity }
}

/// How many strings touch a word, as they do where what is between strings is taken for strings.
fn inside_out(tokens: &[Lexeme]) -> usize {
    let word = |token: Token| matches!(token, Token::Ident | Token::Int | Token::OrWord | Token::In);
    let opens = |token: Token| matches!(token, Token::Quote | Token::IndOpen);
    let closes = |token: Token| matches!(token, Token::QuoteClose | Token::IndClose);
    tokens
        .windows(2)
        .filter(|pair| {
            (word(pair[0].kind) && opens(pair[1].kind))
                || (closes(pair[0].kind) && (word(pair[1].kind) || opens(pair[1].kind)))
        })
        .count()
}
