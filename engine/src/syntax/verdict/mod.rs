//! Whether a program is one, in Nix's words: the message and the place that Nix gives for its first mistake. Makes no
//! tree.
//!
//! Runs only when there is a mistake; then a parser like Nix's own, driven by tables of the same grammar, reads the
//! tokens again up to it.

mod grammar;
mod table;

use self::grammar::PRODUCTIONS;
use self::table::{Action, Table};
use super::event::SyntaxError;
use super::lexer::{Fault, Lexed};
use super::token::{Lexeme, Token};

/// How many expected tokens a message lists; if there are more, it lists none.
const MAX_EXPECTED: usize = 4;

/// The first thing that Nix minds.
pub(super) fn verdict(text: &[u8], lexed: &Lexed) -> Option<SyntaxError> {
    let table = Table::get();
    let mut input = Input { text, lexed, next: 0, faults: &lexed.faults, start: 0, end: 0, before: (0, 0) };
    let mut stack: Vec<u16> = vec![0];
    let mut lookahead = None;
    loop {
        let top = *stack.last().unwrap_or(&0);
        if top == table.accepted {
            return None;
        }
        let state = &table.states[top as usize];
        let action = match (state.actions.is_empty(), state.default) {
            (true, Some(rule)) => Some(Action::Reduce(rule)),
            _ => {
                let terminal = match lookahead {
                    Some(terminal) => terminal,
                    None => match input.fetch() {
                        Ok(terminal) => *lookahead.insert(terminal),
                        Err(fault) => {
                            return Some(SyntaxError {
                                message: fault.message.clone(),
                                start: fault.start,
                                end: fault.end,
                            });
                        }
                    },
                };
                table.action(top, terminal)
            }
        };
        match action {
            Some(Action::Shift(to)) => {
                stack.push(to);
                lookahead = None;
            }
            Some(Action::Reduce(rule)) => {
                let rule = &PRODUCTIONS[rule as usize];
                stack.truncate(stack.len() - rule.right.len());
                let below = *stack.last().unwrap_or(&0);
                stack.push(table.goto(below, rule.left));
            }
            Some(Action::Refuse) | None => return Some(input.refuse(table, top, lookahead.unwrap_or(Token::Eof))),
        }
    }
}

/// The tokens as Nix's lexer hands them out, with the places it gives them.
struct Input<'t> {
    text: &'t [u8],
    lexed: &'t Lexed,
    next: usize,
    faults: &'t [Fault],
    start: u32,
    end: u32,
    /// The place of the token before.
    before: (u32, u32),
}

impl<'t> Input<'t> {
    fn fetch(&mut self) -> Result<Token, &'t Fault> {
        while let Some(&Lexeme { kind, end }) = self.lexed.tokens.get(self.next) {
            if let Some(fault) = self.faults.first()
                && fault.token as usize <= self.next
            {
                return Err(fault);
            }
            let from = self.next.checked_sub(1).map_or(0, |before| self.lexed.tokens[before].end);
            self.next += 1;
            if end > from {
                self.before = (self.start, self.end);
                (self.start, self.end) = (self.end, end);
            } else if kind == Token::PathEnd && end as usize == self.text.len() {
                // At the end of a text, Nix's lexer takes the place of the path back and never goes on.
                (self.start, self.end) = self.before;
            }
            if !kind.is_trivia() {
                return Ok(kind.terminal());
            }
        }
        Ok(Token::Eof)
    }

    fn refuse(&self, table: &Table, state: u16, token: Token) -> SyntaxError {
        let mut message = format!("syntax error, unexpected {}", token.name());
        let expected: Vec<u8> = table.states[state as usize]
            .actions
            .iter()
            .filter(|(_, action)| *action != Action::Refuse)
            .map(|(token, _)| *token)
            .collect();
        if expected.len() <= MAX_EXPECTED {
            let names = expected.iter().filter_map(|terminal| Token::TERMINALS.get(*terminal as usize));
            for (at, name) in names.map(|token| token.name()).enumerate() {
                message.push_str(if at == 0 { ", expecting " } else { " or " });
                message.push_str(name);
            }
        }
        let start = if token == Token::Eof { self.end } else { self.start };
        SyntaxError { message, start, end: self.end }
    }
}
