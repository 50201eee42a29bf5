//! Parentheses around what needs none: a whole value or body, or a word that nothing around could be read together with.

use nixscope_engine::syntax::SyntaxKind;

use super::super::edit::Edit;
use super::super::tree::NodeId;
use super::super::{Document, syntax};
use super::{Code, Diagnostic, Severity, is_sound};
use crate::ide::TextRange;

pub(super) fn parens(doc: &Document, found: &mut Vec<Diagnostic>) {
    let tree = doc.tree();
    for node in tree.all().filter(|&it| tree.kind(it) == SyntaxKind::NODE_PAREN) {
        let Some(inner) = tree.nodes(node).next() else { continue };
        let needs_none = is_whole(doc, node) || is_atom(doc, node, inner);
        if needs_none && is_sound(doc, tree.range(node)) {
            found.extend(diagnostic(doc, node));
        }
    }
}

/// Whether the expression stands where any other may stand, without parentheses.
fn is_whole(doc: &Document, node: NodeId) -> bool {
    let tree = doc.tree();
    let Some(parent) = tree.parent(node) else { return false };
    match tree.kind(parent) {
        SyntaxKind::NODE_ATTRPATH_VALUE => syntax::binding_value(tree, parent) == Some(node),
        SyntaxKind::NODE_PAREN | SyntaxKind::NODE_ROOT | SyntaxKind::NODE_INTERPOL | SyntaxKind::NODE_IF_ELSE => true,
        SyntaxKind::NODE_WITH | SyntaxKind::NODE_ASSERT => true,
        SyntaxKind::NODE_LAMBDA | SyntaxKind::NODE_LET_IN => syntax::body(tree, parent) == Some(node),
        _ => false,
    }
}

/// Whether the expression holds together by itself, and ends where it ends.
fn is_atom(doc: &Document, node: NodeId, inner: NodeId) -> bool {
    let tree = doc.tree();
    let holds = matches!(
        tree.kind(inner),
        SyntaxKind::NODE_IDENT | SyntaxKind::NODE_STRING | SyntaxKind::NODE_LIST | SyntaxKind::NODE_ATTR_SET
    );
    // `(__functor) or x` and `x (or)` are too odd to be touched.
    let next = doc.text().get(tree.range(node).end as usize);
    let ends = next.is_none_or(|it| it.is_ascii_whitespace() || b";)]},.".contains(it));
    holds && ends && !is_before_or(doc, node)
}

fn is_before_or(doc: &Document, node: NodeId) -> bool {
    let rest = doc.text().get(doc.tree().range(node).end as usize..).unwrap_or_default();
    rest.trim_ascii_start().starts_with(b"or")
}

fn diagnostic(doc: &Document, node: NodeId) -> Option<Diagnostic> {
    let tree = doc.tree();
    let open = tree.range(tree.token(node, SyntaxKind::TOKEN_L_PAREN)?);
    let close = tree.range(tree.token(node, SyntaxKind::TOKEN_R_PAREN)?);
    // What the parentheses kept apart still has to be.
    let before = doc.text()[..open.start as usize].last();
    let after = doc.text().get(close.end as usize);
    let keeps = |it: Option<&u8>| it.is_some_and(|it| !it.is_ascii_whitespace() && !b"()[]{};,".contains(it));
    let gap = |is_wanted: bool| if is_wanted { " " } else { "" };
    let is_before_dot = after == Some(&b'.');
    let edits =
        vec![Edit::replace(open, gap(keeps(before))), Edit::replace(close, gap(keeps(after) && !is_before_dot))];
    let range = TextRange::new(open.start, close.end);
    let message = "these parentheses are not needed";
    let found = Diagnostic::new(Code::UselessParens, Severity::Hint, range, message).unnecessary();
    Some(found.fix("Remove the parentheses", edits))
}
