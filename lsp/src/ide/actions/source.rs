//! Changes of the whole text, which editors may make on their own when it is saved.

use nixscope_engine::syntax::SyntaxKind;

use super::super::Document;
use super::super::diagnostics::{Code, diagnostics};
use super::super::edit::{Action, ActionKind, Edit};
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
    let mut edits: Vec<Edit> = Vec::new();
    for fix in found.filter_map(|it| it.fixes.into_iter().next()) {
        // What overlaps is for the next time.
        let overlaps = |a: &Edit, b: &Edit| a.range.start <= b.range.end && b.range.start <= a.range.end;
        if !fix.edits.iter().any(|it| edits.iter().any(|other| overlaps(it, other))) {
            edits.extend(fix.edits);
        }
    }
    edits.sort_by_key(|it| it.range);
    if edits.is_empty() { None } else { action("Remove what is not needed", ActionKind::FixAll, edits) }
}

fn organise(doc: &Document) -> Option<Action> {
    let tree = doc.tree();
    let inherits = tree.all().filter(|&it| tree.kind(it) == SyntaxKind::NODE_INHERIT);
    let edits: Vec<Edit> = inherits.filter_map(|it| sorting::names_of(doc, it)).flatten().collect();
    if edits.is_empty() { None } else { action("Sort the names of all `inherit`s", ActionKind::Organise, edits) }
}
