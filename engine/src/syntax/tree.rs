//! The walk as rnix's own tree, for what works on rnix trees (editors' features). Evaluation never needs it.

use rowan::ast::AstNode;
use rowan::{GreenNodeBuilder, Language};

use super::event::{Event, Parse};

/// How deep a tree may be: rowan recurses when it drops one.
pub const MAX_TREE_DEPTH: usize = 4096;

/// The tree of a text that was parsed; `None` if it is deeper than [`MAX_TREE_DEPTH`] or the text is another one.
#[must_use]
pub fn tree(text: &str, parse: &Parse) -> Option<rnix::Root> {
    if !fits(text, &parse.events) {
        return None;
    }
    let mut builder = GreenNodeBuilder::new();
    let mut at = 0;
    for event in &parse.events {
        match *event {
            Event::Enter(kind) => builder.start_node(rnix::NixLanguage::kind_to_raw(kind)),
            Event::Token(kind, len) => {
                let end = at + len as usize;
                builder.token(rnix::NixLanguage::kind_to_raw(kind), text.get(at..end)?);
                at = end;
            }
            Event::Leave => builder.finish_node(),
        }
    }
    rnix::Root::cast(rnix::SyntaxNode::new_root(builder.finish()))
}

/// Whether the walk is one of this text, neither too deep nor cut through characters.
fn fits(text: &str, events: &[Event]) -> bool {
    let mut depth = 0usize;
    let mut deepest = 0;
    let mut at = 0;
    for event in events {
        match *event {
            Event::Enter(_) => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            Event::Token(_, len) => {
                at += len as usize;
                if !text.is_char_boundary(at) {
                    return false;
                }
            }
            Event::Leave => depth = depth.saturating_sub(1),
        }
    }
    !events.is_empty() && depth == 0 && deepest <= MAX_TREE_DEPTH && at == text.len()
}
