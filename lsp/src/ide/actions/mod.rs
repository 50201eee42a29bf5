//! Changes that somebody may choose at a place: cures of what is underlined there, and other ways to write the same. Each
//! is offered only where the text means the same afterwards.

mod bindings;
mod lets;
mod sorting;
mod source;
mod strings;
mod withs;

#[cfg(test)]
mod tests;

use nixscope_engine::syntax::SyntaxKind;

use super::edit::{Action, ActionKind, Edit};
use super::names::{SiteKind, Target, Use};
use super::tree::NodeId;
use super::{Document, TextRange, diagnostics};

pub use source::source_actions;

/// What can be changed at a range: cures first.
#[must_use]
pub fn code_actions(doc: &Document, range: TextRange) -> Vec<Action> {
    let touches = |it: TextRange| it.start <= range.end && range.start <= it.end;
    let cures = diagnostics(doc).into_iter().filter(|it| touches(it.range)).flat_map(|it| it.fixes);
    cures.chain(refactorings(doc, range)).collect()
}

/// Other ways to write what is at a range.
#[must_use]
pub fn refactorings(doc: &Document, range: TextRange) -> Vec<Action> {
    let mut found: Vec<Action> = Vec::new();
    let Some(place) = Place::new(doc, range) else { return found };
    found.extend(add_formal(&place));
    // Rewriting what is not understood would lose it.
    if is_broken_at(doc, place.node) {
        return found;
    }
    let all: &[fn(&Place<'_>) -> Option<Action>] = &[
        bindings::to_inherit,
        bindings::from_inherit,
        bindings::flatten,
        bindings::nest,
        bindings::pack,
        strings::quote_name,
        strings::unquote_name,
        strings::to_indented,
        strings::from_indented,
        lets::inline,
        lets::extract,
        withs::to_inherit,
        withs::to_selections,
        sorting::names,
        sorting::arguments,
        sorting::bindings,
    ];
    found.extend(all.iter().filter_map(|action| action(&place)));
    found
}

/// Where an action is asked for.
struct Place<'d> {
    doc: &'d Document,
    range: TextRange,
    /// The innermost node around the range.
    node: NodeId,
}

impl<'d> Place<'d> {
    fn new(doc: &'d Document, range: TextRange) -> Option<Self> {
        let tree = doc.tree();
        let token = if range.is_empty() { tree.touched(range.start)? } else { tree.token_at(range.start)? };
        let node = tree.ancestors(token).skip(1).find(|&it| tree.range(it).covers(range))?;
        Some(Self { doc, range, node })
    }

    /// The innermost node of a kind around the place.
    fn around(&self, kind: SyntaxKind) -> Option<NodeId> {
        self.doc.tree().ancestors(self.node).find(|&it| self.doc.tree().kind(it) == kind)
    }

    /// The binding whose name or `=` the place is at, as against its value.
    fn binding(&self) -> Option<NodeId> {
        let tree = self.doc.tree();
        let binding = self.around(SyntaxKind::NODE_ATTRPATH_VALUE)?;
        let end =
            super::syntax::binding_value(tree, binding).map_or(tree.range(binding).end, |it| tree.range(it).start);
        (self.range.end < end).then_some(binding)
    }

    fn show(&self, node: NodeId) -> String {
        self.doc.show(self.doc.tree().range(node))
    }

    /// The blanks that a line begins with on which a node begins.
    fn indent(&self, node: NodeId) -> String {
        let start = self.doc.tree().range(node).start as usize;
        let line = self.doc.text()[..start].iter().rposition(|&it| it == b'\n').map_or(0, |it| it + 1);
        let blanks = self.doc.text()[line..start].iter().take_while(|it| matches!(it, b' ' | b'\t')).count();
        self.doc.show(TextRange::new(line as u32, (line + blanks) as u32))
    }
}

fn action(title: impl Into<String>, kind: ActionKind, edits: Vec<Edit>) -> Option<Action> {
    Some(Action { title: title.into(), kind, edits })
}

/// Whether a syntax error is in the innermost binding or in the expression around a node.
fn is_broken_at(doc: &Document, node: NodeId) -> bool {
    let tree = doc.tree();
    let around = tree.ancestors(node).find(|&it| tree.kind(it) == SyntaxKind::NODE_ATTRPATH_VALUE);
    let range = tree.range(around.unwrap_or(tree.root()));
    doc.syntax_errors().iter().any(|it| it.start <= range.end && range.start <= it.end.max(it.start))
}

/// A variable that means nothing becomes an argument of the function around.
fn add_formal(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let it: &Use = doc.names().use_at(place.node).filter(|it| it.target == Target::Nothing)?;
    let is_pattern = |&it: &NodeId| tree.kind(it) == SyntaxKind::NODE_LAMBDA;
    let lambdas = tree.ancestors(place.node).filter(is_pattern);
    let pattern = lambdas.filter_map(|it| tree.node(it, SyntaxKind::NODE_PATTERN)).last()?;
    let name = doc.show_name(it.name);
    let brace = tree.token(pattern, SyntaxKind::TOKEN_L_BRACE)?;
    let last = tree.nodes(pattern).filter(|&it| tree.kind(it) == SyntaxKind::NODE_PAT_ENTRY).last();
    let has_ellipsis = tree.token(pattern, SyntaxKind::TOKEN_ELLIPSIS).is_some();
    let edit = match last {
        Some(last) => {
            // On a line of its own if the others are.
            let start = tree.range(last).start as usize;
            let line = doc.text()[..start].iter().rposition(|it| !it.is_ascii_whitespace()).map_or(0, |it| it + 1);
            let blanks = doc.show(TextRange::new(line as u32, start as u32));
            let separator = if blanks.contains('\n') { blanks } else { " ".to_owned() };
            Edit::insert(tree.range(last).end, format!(",{separator}{name}"))
        }
        None if has_ellipsis => Edit::insert(tree.range(brace).end, format!(" {name},")),
        None => Edit::insert(tree.range(brace).end, format!(" {name}")),
    };
    action(format!("Add `{name}` to the function's arguments"), ActionKind::QuickFix, vec![edit])
}

/// Whether a binding is a plain one: no other place adds to what it binds.
fn is_whole(doc: &Document, name: NodeId) -> bool {
    let def = doc.names().def_at(name).map(|it| doc.names().def(it));
    def.is_some_and(|it| matches!(it.sites[..], [site] if site.kind == SiteKind::Value))
}
