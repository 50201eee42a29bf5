//! `with`, written so that everybody sees where each name comes from.

use nixscope_engine::syntax::SyntaxKind;

use super::super::edit::{Action, ActionKind, Edit};
use super::super::names::Target;
use super::super::tree::NodeId;
use super::super::{TextRange, syntax};
use super::{Place, action};

/// The `with` whose keyword or set the place is at, its set, its body, and the names that are looked up in it. None if
/// one of them may come from another `with`.
fn with<'d>(place: &Place<'d>) -> Option<(NodeId, NodeId, NodeId, Vec<&'d super::Use>)> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let node = place.around(SyntaxKind::NODE_WITH)?;
    let body = syntax::body(tree, node)?;
    if place.range.start >= tree.range(body).start {
        return None;
    }
    let set = tree.nodes(node).next().filter(|&it| it != body)?;
    let is_with = |it: NodeId| tree.kind(it) == SyntaxKind::NODE_WITH;
    let is_inside = tree
        .ancestors(node)
        .skip(1)
        .any(|it| is_with(it) && syntax::body(tree, it).is_some_and(|body| tree.contains(body, node)));
    let has_inside = tree.inside(body).any(|it| is_with(it) && doc.names().is_with_used(it));
    if is_inside || has_inside {
        return None;
    }
    let names: Vec<_> = doc.names().uses().iter().filter(|it| it.target == Target::With(node)).collect();
    // Names of a set that inherits them from here have two meanings.
    (!names.is_empty()).then_some((node, set, body, names))
}

/// `with set; body` becomes `let inherit (set) a b; in body`
pub(super) fn to_inherit(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let (node, set, body, uses) = with(place)?;
    let mut names: Vec<String> = uses.iter().map(|it| doc.show_name(it.name)).collect();
    names.sort_unstable();
    names.dedup();
    let set = doc.show(tree.range(syntax::strip_parens(tree, set)));
    let range = TextRange::new(tree.range(node).start, tree.range(body).start);
    let blanks = doc.show(range);
    let separator = if blanks.ends_with(char::is_whitespace) {
        let kept = blanks.trim_end().len();
        blanks[kept..].to_owned()
    } else {
        " ".to_owned()
    };
    let text = format!("let inherit ({set}) {}; in{separator}", names.join(" "));
    let edits = vec![Edit::replace(range, text)];
    action(format!("Write as `let inherit ({set}) …`"), ActionKind::Rewrite, edits)
}

/// `with set; body` becomes `body`, with `set.` before each name.
pub(super) fn to_selections(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let (node, set, body, uses) = with(place)?;
    let set = syntax::strip_parens(tree, set);
    let is_simple = match tree.kind(set) {
        SyntaxKind::NODE_IDENT => true,
        SyntaxKind::NODE_SELECT => tree.token(set, SyntaxKind::TOKEN_OR).is_none(),
        _ => false,
    };
    let is_inherited = uses.iter().any(|it| tree.parent_kind(it.node) == SyntaxKind::NODE_INHERIT);
    let places: Vec<NodeId> = uses.iter().map(|it| it.node).collect();
    if !is_simple || is_inherited || super::lets::is_hidden(place, set, &places) {
        return None;
    }
    let set = doc.show(tree.range(set));
    let mut edits = vec![Edit::remove(TextRange::new(tree.range(node).start, tree.range(body).start))];
    edits.extend(uses.iter().map(|it| Edit::insert(tree.range(it.node).start, format!("{set}."))));
    action(format!("Write `{set}.` before each name"), ActionKind::Rewrite, edits)
}
