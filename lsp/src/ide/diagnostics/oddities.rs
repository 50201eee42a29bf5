//! What Nix takes and nobody should write any more, and names that mislead.

use nixscope_engine::syntax::SyntaxKind;

use super::super::edit::{Edit, remove_let, with_blanks_before};
use super::super::names::SetKind;
use super::super::tree::NodeId;
use super::super::{Document, globals, syntax};
use super::{Code, Diagnostic, Severity, is_sound};
use crate::ide::TextRange;

pub(super) fn oddities(doc: &Document, found: &mut Vec<Diagnostic>) {
    let tree = doc.tree();
    for node in tree.all() {
        match tree.kind(node) {
            SyntaxKind::TOKEN_URI => url(doc, node, found),
            SyntaxKind::NODE_LEGACY_LET => legacy_let(doc, node, found),
            SyntaxKind::NODE_LET_IN => empty_let(doc, node, found),
            SyntaxKind::NODE_INHERIT => empty_inherit(doc, node, found),
            _ => {}
        }
    }
    shadows(doc, found);
}

fn url(doc: &Document, token: NodeId, found: &mut Vec<Diagnostic>) {
    let range = doc.tree().range(token);
    let edits = vec![Edit::insert(range.start, "\""), Edit::insert(range.end, "\"")];
    found.push(
        Diagnostic::new(Code::UrlLiteral, Severity::Hint, range, "a URL should stand in quotes")
            .deprecated()
            .fix("Put the URL in quotes", edits),
    );
}

fn legacy_let(doc: &Document, node: NodeId, found: &mut Vec<Diagnostic>) {
    let Some(word) = doc.tree().token(node, SyntaxKind::TOKEN_LET) else { return };
    let message = "`let { … }` is an old way to write `let … in`";
    found.push(Diagnostic::new(Code::LegacyLet, Severity::Hint, doc.tree().range(word), message).deprecated());
}

fn empty_let(doc: &Document, node: NodeId, found: &mut Vec<Diagnostic>) {
    let tree = doc.tree();
    let names = doc.names();
    let is_empty = names.set_of(node).is_some_and(|it| names.set(it).defs.is_empty() && !names.set(it).is_open);
    let has_inherit = tree.node(node, SyntaxKind::NODE_INHERIT).is_some();
    let (Some(start), Some(end)) = (tree.token(node, SyntaxKind::TOKEN_LET), tree.token(node, SyntaxKind::TOKEN_IN))
    else {
        return;
    };
    if !is_empty || has_inherit || !is_sound(doc, tree.range(node)) {
        return;
    }
    let range = TextRange::new(tree.range(start).start, tree.range(end).end);
    let mut diagnostic = Diagnostic::new(Code::Empty, Severity::Hint, range, "this `let` binds nothing").unnecessary();
    if let Some(edit) = remove_let(doc, node) {
        diagnostic = diagnostic.fix("Remove the empty `let`", vec![edit]);
    }
    found.push(diagnostic);
}

fn empty_inherit(doc: &Document, node: NodeId, found: &mut Vec<Diagnostic>) {
    let tree = doc.tree();
    if syntax::inherited(tree, node).next().is_some() || !is_sound(doc, tree.range(node)) {
        return;
    }
    let edit = Edit::remove(with_blanks_before(doc, node));
    found.push(
        Diagnostic::new(Code::Empty, Severity::Hint, tree.range(node), "this `inherit` names nothing")
            .unnecessary()
            .fix("Remove the empty `inherit`", vec![edit]),
    );
}

fn shadows(doc: &Document, found: &mut Vec<Diagnostic>) {
    let names = doc.names();
    for (_, def) in names.defs().filter(|(_, def)| names.set(def.set).kind == SetKind::Let) {
        let site = def.sites[0];
        // Who takes a builtin from somewhere else by its own name means to.
        let is_new = matches!(site.kind, super::super::names::SiteKind::Value);
        if !is_new || globals::everywhere(names.text(def.name)).is_none() {
            continue;
        }
        let message = format!("this hides the builtin `{}`", doc.show_name(def.name));
        let range = doc.tree().range(site.name);
        found.push(Diagnostic::new(Code::ShadowedBuiltin, Severity::Hint, range, message));
    }
}
