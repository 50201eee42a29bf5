//! Changes of the whole text, which editors may make on their own when it is saved.

use std::collections::BTreeMap;

use nixscope_engine::syntax::SyntaxKind;

use super::super::diagnostics::{Code, diagnostics};
use super::super::edit::{Action, ActionKind, Edit};
use super::super::{Document, TextRange};
use super::{action, sorting};

/// What can be done to a text as a whole. Nothing is, to a text with syntax errors.
#[must_use]
pub fn source_actions(doc: &Document) -> Vec<Action> {
    if !doc.syntax_errors().is_empty() {
        return Vec::new();
    }
    remove_unused(doc).into_iter().chain(organise(doc)).collect()
}

/// What is not needed goes, but for arguments: those that call the function would have to know.
fn remove_unused(doc: &Document) -> Option<Action> {
    let is_meant = |code: Code| {
        matches!(code, Code::UnusedBinding | Code::UnusedWith | Code::UnusedRec | Code::Empty | Code::UselessParens)
    };
    let found = diagnostics(doc).into_iter().filter(|it| is_meant(it.code));
    let mut edits: BTreeMap<TextRange, Edit> = BTreeMap::new();
    for fix in found.filter_map(|it| it.fixes.into_iter().next()) {
        // What overlaps is for the next time. The ones there are do not overlap, so that the last one before tells.
        let overlaps = |it: &Edit| {
            let before = edits.range(..=TextRange::new(it.range.end, u32::MAX)).next_back();
            before.is_some_and(|(before, _)| before.end >= it.range.start)
        };
        if !fix.edits.iter().any(overlaps) {
            edits.extend(fix.edits.into_iter().map(|it| (it.range, it)));
        }
    }
    let edits: Vec<Edit> = edits.into_values().collect();
    if edits.is_empty() { None } else { action("Remove what is not needed", ActionKind::FixAll, edits) }
}

fn organise(doc: &Document) -> Option<Action> {
    let tree = doc.tree();
    let inherits = tree.all().filter(|&it| tree.kind(it) == SyntaxKind::NODE_INHERIT);
    let edits: Vec<Edit> = inherits.filter_map(|it| sorting::names_of(doc, it)).flatten().collect();
    if edits.is_empty() { None } else { action("Sort the names of all `inherit`s", ActionKind::Organise, edits) }
}
