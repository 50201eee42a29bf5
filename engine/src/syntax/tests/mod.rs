//! The room's tests.

mod depth;
mod recovery;
mod shape;
mod soup;
mod verdict;

use super::{Event, Features, Parse, SyntaxKind, parse};

const PIPES: Features = Features { pipe_operators: true };

fn parse_text(text: &str) -> Parse {
    parse(text.as_bytes(), PIPES)
}

/// A tree on one line: nodes in parentheses, tokens as their text, trivia left out.
fn sketch(text: &[u8], parse: &Parse) -> String {
    let mut sketch = String::new();
    let mut at = 0;
    for event in &parse.events {
        match *event {
            Event::Enter(kind) => {
                let name = format!("{kind:?}").replace("NODE_", "").to_lowercase();
                if !sketch.is_empty() {
                    sketch.push(' ');
                }
                sketch.push('(');
                sketch.push_str(&name);
            }
            Event::Token(kind, len) => {
                let end = at + len as usize;
                if !matches!(kind, SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT) {
                    sketch.push(' ');
                    sketch.push_str(&String::from_utf8_lossy(&text[at..end]));
                }
                at = end;
            }
            Event::Leave => sketch.push(')'),
        }
    }
    assert_eq!(at, text.len(), "the tokens are the text");
    sketch
}
