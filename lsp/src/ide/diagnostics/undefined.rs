//! Variables that mean nothing. Says nothing of what a `with` may bring, or of what stands in a broken binding.

use rustc_hash::FxHashMap;

use nixscope_engine::syntax::SyntaxKind;

use super::super::edit::Edit;
use super::super::names::{NameId, Target, Use};
use super::super::tree::NodeId;
use super::super::{Document, globals};
use super::{Code, Diagnostic, Severity, is_sound};

/// More variables than this that mean nothing get no advice: the text is something else than Nix.
const MAX_ADVICE: usize = 20;

pub(super) fn undefined(doc: &Document, found: &mut Vec<Diagnostic>) {
    let mut advice: FxHashMap<NameId, Option<String>> = FxHashMap::default();
    for it in in_sound_bindings(doc) {
        let name = doc.show_name(it.name);
        let range = doc.tree().range(it.node);
        let mut diagnostic =
            Diagnostic::new(Code::UndefinedVariable, Severity::Error, range, format!("undefined variable '{name}'"));
        if advice.len() < MAX_ADVICE || advice.contains_key(&it.name) {
            let meant = advice.entry(it.name).or_insert_with(|| similar(doc, it));
            if let Some(meant) = meant {
                diagnostic = diagnostic.fix(format!("Replace by `{meant}`"), vec![Edit::replace(range, &**meant)]);
            }
        }
        found.push(diagnostic);
    }
}

/// The variables that mean nothing; of a broken text those in bindings without a mistake.
fn in_sound_bindings(doc: &Document) -> Vec<&Use> {
    let tree = doc.tree();
    let unknown = doc.names().uses().iter().filter(|it| it.target == Target::Nothing);
    if doc.syntax_errors().is_empty() {
        return unknown.collect();
    }
    let mut found = Vec::new();
    let mut unknown = unknown.peekable();
    // The bindings around, each with its end and whether it is sound.
    let mut open: Vec<(NodeId, bool)> = Vec::new();
    for node in tree.all() {
        while open.pop_if(|it| it.0 <= node).is_some() {}
        if tree.kind(node) == SyntaxKind::NODE_ATTRPATH_VALUE {
            open.push((tree.after(node), is_sound(doc, tree.range(node))));
        }
        if let Some(it) = unknown.next_if(|it| it.node == node)
            && open.last().is_some_and(|it| it.1)
        {
            found.push(it);
        }
    }
    found
}

/// A name in scope that is nearly the same.
fn similar(doc: &Document, it: &Use) -> Option<String> {
    let names = doc.names();
    let wanted = names.text(it.name);
    let limit = match wanted.len() {
        0..=2 => return None,
        3..=4 => 1,
        _ => 2,
    };
    let in_scope = doc.scopes_at(it.node).flat_map(|set| names.set(set).defs.iter().map(|&def| names.def(def).name));
    let global = globals::all().iter().filter(|it| it.is_everywhere).map(|it| it.name.as_bytes());
    let candidates = in_scope.map(|it| names.text(it)).chain(global).filter(|&it| it != wanted);
    let best = candidates.filter_map(|it| Some((distance(wanted, it, limit)?, it))).min_by_key(|it| it.0)?;
    Some(String::from_utf8_lossy(best.1).into_owned())
}

/// How many letters have to be changed, added or left out, if there are at most `limit`.
fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    const LONGEST: usize = 40;
    if a.len().abs_diff(b.len()) > limit || a.len() > LONGEST {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    Some(row[b.len()]).filter(|&it| it <= limit)
}
