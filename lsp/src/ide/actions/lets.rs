//! Expressions that get a name, and names that are replaced by what they stand for.

use nixscope_engine::syntax::SyntaxKind;

use super::super::edit::{Action, ActionKind, Edit, remove_site};
use super::super::names::{SetKind, SiteKind, Target};
use super::super::tree::NodeId;
use super::super::{TextRange, syntax};
use super::{Place, action};

/// The selected expression becomes a binding of a `let`, around the value or body it is in.
pub(super) fn extract(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    if place.range.is_empty() {
        return None;
    }
    let range = trimmed(place);
    let expr = tree.ancestors(place.node).find(|&it| tree.range(it) == range && syntax::is_expr(tree.kind(it)))?;
    if !is_operand(place, expr) {
        return None;
    }
    let (home, around) = home_of(place, expr)?;
    let name = free_name(place);
    let value = place.show(expr);
    let start = tree.range(home).start;
    let mut edits = Vec::new();
    let last = (tree.kind(around) == SyntaxKind::NODE_LET_IN)
        .then(|| tree.nodes(around).filter(|&it| it != home).last())
        .flatten();
    match last {
        // There is a `let` already.
        Some(last) => {
            let blanks = super::super::edit::with_blanks_before(doc, last);
            let separator = doc.show(TextRange::new(blanks.start, tree.range(last).start));
            edits.push(Edit::insert(tree.range(last).end, format!("{separator}{name} = {value};")));
        }
        None => edits.push(Edit::insert(start, format!("let {name} = {value}; in "))),
    }
    edits.push(Edit::replace(range, name));
    action("Give this expression a name with `let`", ActionKind::Extract, edits)
}

/// The selection without the blanks at its ends.
fn trimmed(place: &Place<'_>) -> TextRange {
    let text = place.doc.slice(place.range);
    let before = text.iter().take_while(|it| it.is_ascii_whitespace()).count() as u32;
    let after = text.iter().rev().take_while(|it| it.is_ascii_whitespace()).count() as u32;
    TextRange::new(place.range.start + before, (place.range.end - after).max(place.range.start + before))
}

/// Whether a word may stand in an expression's place.
fn is_operand(place: &Place<'_>, expr: NodeId) -> bool {
    let tree = place.doc.tree();
    if tree.kind(expr) == SyntaxKind::NODE_IDENT {
        return syntax::is_variable(tree, expr);
    }
    !matches!(tree.parent_kind(expr), SyntaxKind::NODE_ATTRPATH | SyntaxKind::NODE_INHERIT | SyntaxKind::NODE_DYNAMIC)
}

/// The value or body that an expression is in, and the node of which that is one: a `let` may begin there, and sees all
/// that the expression sees.
fn home_of(place: &Place<'_>, expr: NodeId) -> Option<(NodeId, NodeId)> {
    let tree = place.doc.tree();
    let mut home = expr;
    for around in tree.ancestors(expr).skip(1) {
        match tree.kind(around) {
            SyntaxKind::NODE_ATTRPATH_VALUE if syntax::binding_value(tree, around) == Some(home) => {
                return Some((home, around));
            }
            SyntaxKind::NODE_LAMBDA | SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_WITH
                if syntax::body(tree, around) == Some(home) =>
            {
                return Some((home, around));
            }
            SyntaxKind::NODE_ROOT => return Some((home, around)),
            // Defaults of arguments and computed names see what a `let` outside would not.
            SyntaxKind::NODE_PATTERN | SyntaxKind::NODE_DYNAMIC | SyntaxKind::NODE_INHERIT => return None,
            _ => home = around,
        }
    }
    None
}

fn free_name(place: &Place<'_>) -> String {
    let names = place.doc.names();
    let is_free = |it: &String| names.lookup(it.as_bytes()).is_none();
    let numbered = (2u32..).map(|i| format!("value{i}"));
    std::iter::once("value".to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}

/// A name with more uses than this is not worth being replaced.
const MAX_INLINED: usize = 50;

/// A name bound by `let` is replaced by its value wherever it is used.
pub(super) fn inline(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let names = doc.names();
    let target = names.use_at(place.node).map(|it| it.target);
    let ((Some(id), None) | (None, Some(Target::Def(id)))) = (names.def_at(place.node), target) else { return None };
    let def = names.def(id);
    let [site] = def.sites[..] else { return None };
    if names.set(def.set).kind != SetKind::Let || site.kind != SiteKind::Value {
        return None;
    }
    let value = site.value?;
    let uses: Vec<NodeId> = names.uses_of(id).map(|it| it.node).collect();
    let is_taken = |&it: &NodeId| names.def_at(it).is_some() || tree.parent_kind(it) == SyntaxKind::NODE_INHERIT;
    if uses.is_empty()
        || uses.len() > MAX_INLINED
        || uses.iter().any(is_taken)
        || uses.iter().any(|&it| tree.contains(value, it))
        || is_hidden(place, value, &uses)
    {
        return None;
    }
    let text = place.show(value);
    let mut edits = vec![remove_site(doc, site)?];
    edits.extend(uses.iter().map(|&it| Edit::replace(tree.range(it), in_place(place, value, it, &text))));
    edits.sort_by_key(|it| it.range);
    let overlaps = edits.windows(2).any(|it| it[0].range.end > it[1].range.start);
    let name = doc.show_name(def.name);
    if overlaps { None } else { action(format!("Replace `{name}` by its value"), ActionKind::Inline, edits) }
}

/// Whether a name that the value uses means something else where the value would stand.
pub(super) fn is_hidden(place: &Place<'_>, value: NodeId, uses: &[NodeId]) -> bool {
    let doc = place.doc;
    let (names, tree) = (doc.names(), doc.tree());
    for it in names.uses().iter().filter(|it| tree.contains(value, it.node)) {
        let own = match it.target {
            Target::Def(def) if tree.contains(value, names.set(names.def(def).set).node) => continue,
            Target::Def(def) => Some(names.def(def).set),
            Target::With(_) => return true,
            Target::Global | Target::Nothing => None,
        };
        for &at in uses {
            let found = doc.scopes_at(at).find(|&set| names.find(set, it.name).is_some());
            if found != own {
                return true;
            }
        }
    }
    false
}

/// A value as it is written where a variable stood.
fn in_place(place: &Place<'_>, value: NodeId, at: NodeId, text: &str) -> String {
    let tree = place.doc.tree();
    let is_simple = matches!(
        tree.kind(value),
        SyntaxKind::NODE_IDENT
            | SyntaxKind::NODE_LITERAL
            | SyntaxKind::NODE_STRING
            | SyntaxKind::NODE_PAREN
            | SyntaxKind::NODE_LIST
            | SyntaxKind::NODE_ATTR_SET
    );
    let is_whole = matches!(
        tree.parent_kind(at),
        SyntaxKind::NODE_PAREN
            | SyntaxKind::NODE_ATTRPATH_VALUE
            | SyntaxKind::NODE_INTERPOL
            | SyntaxKind::NODE_LET_IN
            | SyntaxKind::NODE_LAMBDA
    );
    if is_simple || is_whole { text.to_owned() } else { format!("({text})") }
}
