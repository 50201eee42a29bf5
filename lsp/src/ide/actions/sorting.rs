//! Names, arguments and bindings in the order of the alphabet. They change places; blanks and commas stay. What has
//! comments between is left alone, since nobody knows what they belong to.

use nixscope_engine::syntax::SyntaxKind;

use super::super::edit::{Action, ActionKind, Edit};
use super::super::tree::NodeId;
use super::super::{Document, syntax};
use super::{Place, action};

/// The names of an `inherit`.
pub(super) fn names(place: &Place<'_>) -> Option<Action> {
    let inherit = place.around(SyntaxKind::NODE_INHERIT)?;
    action("Sort the names", ActionKind::Rewrite, names_of(place.doc, inherit)?)
}

/// What sorts the names of an `inherit`; none if they are.
pub(super) fn names_of(doc: &Document, inherit: NodeId) -> Option<Vec<Edit>> {
    sorted(doc, inherit, syntax::inherited(doc.tree(), inherit).collect())
}

/// The arguments of a function.
pub(super) fn arguments(place: &Place<'_>) -> Option<Action> {
    let tree = place.doc.tree();
    let pattern = place.around(SyntaxKind::NODE_PATTERN)?;
    let entries = tree.nodes(pattern).filter(|&it| tree.kind(it) == SyntaxKind::NODE_PAT_ENTRY).collect();
    action("Sort the arguments", ActionKind::Rewrite, sorted(place.doc, pattern, entries)?)
}

/// The bindings of a set or `let`, but for what is inherited.
pub(super) fn bindings(place: &Place<'_>) -> Option<Action> {
    let tree = place.doc.tree();
    if !matches!(tree.kind(place.node), SyntaxKind::NODE_ATTR_SET | SyntaxKind::NODE_LET_IN) {
        return None;
    }
    let bindings = tree.nodes(place.node).filter(|&it| tree.kind(it) == SyntaxKind::NODE_ATTRPATH_VALUE).collect();
    action("Sort the bindings", ActionKind::Rewrite, sorted(place.doc, place.node, bindings)?)
}

fn sorted(doc: &Document, around: NodeId, items: Vec<NodeId>) -> Option<Vec<Edit>> {
    let tree = doc.tree();
    if tree.elements(around).any(|it| tree.kind(it) == SyntaxKind::TOKEN_COMMENT) {
        return None;
    }
    let texts: Vec<String> = items.iter().map(|&it| doc.show(tree.range(it))).collect();
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|&a, &b| texts[a].cmp(&texts[b]));
    let edits = items.iter().zip(&order).enumerate().filter(|(at, (_, from))| at != *from);
    let edits: Vec<Edit> = edits.map(|(_, (&it, &from))| Edit::replace(tree.range(it), &*texts[from])).collect();
    (!edits.is_empty()).then_some(edits)
}
