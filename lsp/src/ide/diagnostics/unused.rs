//! Names that nothing uses. A binding that only bindings use that are themselves unused counts as unused, and what is
//! inside an unused binding is not told again.

use nixscope_engine::syntax::SyntaxKind;

use super::super::Document;
use super::super::edit::{Edit, blanks_after, remove_site};
use super::super::names::{Def, DefId, Names, SetKind, SiteKind, Target};
use super::super::syntax;
use super::super::tree::NodeId;
use super::{Code, Diagnostic, Severity, is_sound};
use crate::ide::TextRange;

pub(super) fn unused(doc: &Document, found: &mut Vec<Diagnostic>) {
    let names = doc.names();
    let live = Live::new(names);
    for (id, set) in names.sets() {
        if !is_sound(doc, doc.tree().range(set.node)) || set.inside.is_some_and(|it| !live.has(it)) {
            continue;
        }
        match set.kind {
            SetKind::Let => {
                let is_legacy = doc.tree().kind(set.node) == SyntaxKind::NODE_LEGACY_LET;
                for &def in &set.defs {
                    let is_body = is_legacy && names.text(names.def(def).name) == b"body";
                    if !live.has(def) && !is_body {
                        binding(doc, def, found);
                    }
                }
            }
            SetKind::Args => args(doc, &set.defs, found),
            SetKind::Rec if !set.is_merged && !set.is_open => {
                let is_used = set.defs.iter().any(|&def| names.uses_of(def).next().is_some());
                let overrides = names.lookup(b"__overrides").and_then(|it| names.find(id, it));
                if !is_used && overrides.is_none() {
                    rec(doc, set.node, found);
                }
            }
            SetKind::Rec | SetKind::Plain => {}
        }
    }
    withs(doc, found);
}

/// Which bindings of `let`s something reaches.
struct Live {
    is_live: Vec<bool>,
}

impl Live {
    fn new(names: &Names) -> Self {
        let mut is_live = vec![false; names.defs().count()];
        let mut inside: Vec<(DefId, DefId)> = Vec::new();
        let mut todo: Vec<DefId> = Vec::new();
        for it in names.uses() {
            let Target::Def(target) = it.target else { continue };
            match it.inside {
                None => todo.push(target),
                Some(def) => inside.push((def, target)),
            }
        }
        inside.sort_unstable();
        while let Some(def) = todo.pop() {
            if std::mem::replace(&mut is_live[def.0 as usize], true) {
                continue;
            }
            let first = inside.partition_point(|it| it.0 < def);
            todo.extend(inside[first..].iter().take_while(|it| it.0 == def).map(|it| it.1));
        }
        Self { is_live }
    }

    fn has(&self, def: DefId) -> bool {
        self.is_live[def.0 as usize]
    }
}

fn is_exempt(doc: &Document, def: &Def) -> bool {
    doc.names().text(def.name).first().is_none_or(|&it| it == b'_')
}

fn binding(doc: &Document, id: DefId, found: &mut Vec<Diagnostic>) {
    let def = doc.names().def(id);
    if is_exempt(doc, def) {
        return;
    }
    let name = doc.show_name(def.name);
    let site = def.main_site();
    let range = doc.tree().range(site.name);
    let message = format!("nothing uses `{name}`");
    let mut diagnostic = Diagnostic::new(Code::UnusedBinding, Severity::Warning, range, message).unnecessary();
    // Bindings that are unused too may still name it: they have to go first.
    let mut uses = doc.names().uses_of(id).peekable();
    let is_named = uses.peek().is_some();
    let is_own = |node| def.sites.iter().any(|it| doc.tree().contains(it.binding, node));
    if !uses.all(|it| is_own(it.node)) {
        found.push(diagnostic);
        return;
    }
    let edits: Option<Vec<Edit>> = def.sites.iter().map(|&it| remove_site(doc, it)).collect();
    if let Some(edits) = edits.filter(|it| it.is_sorted_by(|a, b| a.range.end <= b.range.start)) {
        diagnostic = diagnostic.fix(format!("Remove `{name}`"), edits);
    }
    if matches!(site.kind, SiteKind::Value) && def.sites.len() == 1 && !is_named {
        diagnostic = diagnostic.fix(format!("Rename to `_{name}`"), vec![Edit::insert(range.start, "_")]);
    }
    found.push(diagnostic);
}

fn args(doc: &Document, defs: &[DefId], found: &mut Vec<Diagnostic>) {
    let names = doc.names();
    let is_used = |def: DefId| names.uses_of(def).next().is_some();
    let is_whole = |def: &&DefId| names.def(**def).sites[0].kind == SiteKind::Whole;
    // Who uses the whole argument may have all of its parts.
    let hides = defs.iter().find(is_whole).is_some_and(|&it| is_used(it));
    for &id in defs {
        let def = names.def(id);
        let site = def.sites[0];
        if is_used(id) || is_exempt(doc, def) || (hides && site.kind == SiteKind::Formal) {
            continue;
        }
        let name = doc.show_name(def.name);
        let range = doc.tree().range(site.name);
        let message = format!("nothing uses the argument `{name}`");
        let diagnostic = Diagnostic::new(Code::UnusedArgument, Severity::Hint, range, message).unnecessary();
        found.push(match site.kind {
            SiteKind::Arg => diagnostic.fix(format!("Rename to `_{name}`"), vec![Edit::insert(range.start, "_")]),
            _ => match remove_site(doc, site) {
                Some(edit) => diagnostic.fix(format!("Remove `{name}`"), vec![edit]),
                None => diagnostic,
            },
        });
    }
}

fn rec(doc: &Document, set: NodeId, found: &mut Vec<Diagnostic>) {
    let Some(word) = doc.tree().token(set, SyntaxKind::TOKEN_REC) else { return };
    let range = doc.tree().range(word);
    let message = "this set does not refer to itself: `rec` is not needed";
    let edit = Edit::remove(TextRange::new(range.start, blanks_after(doc, range.end)));
    found.push(
        Diagnostic::new(Code::UnusedRec, Severity::Hint, range, message).unnecessary().fix("Remove `rec`", vec![edit]),
    );
}

fn withs(doc: &Document, found: &mut Vec<Diagnostic>) {
    let tree = doc.tree();
    for with in tree.all().filter(|&it| tree.kind(it) == SyntaxKind::NODE_WITH) {
        if doc.names().is_with_used(with) || !is_sound(doc, tree.range(with)) {
            continue;
        }
        let Some(body) = syntax::body(tree, with) else { continue };
        let Some(semicolon) = tree.token(with, SyntaxKind::TOKEN_SEMICOLON) else { continue };
        let range = TextRange::new(tree.range(with).start, tree.range(semicolon).end);
        let edit = Edit::remove(TextRange::new(range.start, tree.range(body).start));
        let message = "nothing is looked up in this `with`";
        found.push(
            Diagnostic::new(Code::UnusedWith, Severity::Warning, range, message)
                .unnecessary()
                .fix("Remove this `with`", vec![edit]),
        );
    }
}
