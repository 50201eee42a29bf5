//! Names that may stand at a place: variables by scope, attributes of sets that are written down, arguments.

use nixscope_engine::syntax::SyntaxKind;
use rustc_hash::FxHashSet;

use super::super::globals::{self, Builtin};
use super::super::names::{DefId, SetKind, SiteKind, Target};
use super::super::statics::{self, DocRef, Known, Values};
use super::super::subject::called_with;
use super::super::tree::NodeId;
use super::super::{Document, Files, describe, hover, syntax};
use super::{Completion, CompletionKind, DUMMY, keyword};

/// How many attributes of one set are offered.
const MAX_MEMBERS: usize = 5000;
/// How many `with`s around a place are looked into.
const MAX_WITHS: usize = 16;
/// Sets with more attributes than this are offered without their comments.
const MAX_DESCRIBED: usize = 500;

/// Variables that are seen at a node, innermost first, then what `with`s bring, then builtins.
pub(super) fn in_scope(doc: &DocRef<'_>, files: &dyn Files, node: NodeId, items: &mut Vec<Completion>) {
    scopes(doc, node, None, items);
    let tree = doc.tree();
    let mut child = node;
    let mut n_left = MAX_WITHS;
    for around in tree.ancestors(node) {
        if n_left > 0
            && tree.kind(around) == SyntaxKind::NODE_WITH
            && tree.nodes(around).nth(1) == Some(child)
            && let Some(scope) = tree.nodes(around).next()
        {
            n_left -= 1;
            members(&statics::values(doc, scope, files), true, items);
        }
        child = around;
    }
    let seen: Vec<&Builtin> = globals::all().iter().filter(|it| it.is_everywhere).collect();
    items.extend(seen.into_iter().map(builtin));
}

fn scopes(doc: &DocRef<'_>, node: NodeId, except: Option<NodeId>, items: &mut Vec<Completion>) {
    let names = doc.names();
    for set in doc.scopes_at(node) {
        let set = names.set(set);
        if except == Some(set.node) {
            continue;
        }
        let is_big = set.defs.len() > MAX_DESCRIBED;
        for &def in set.defs.iter().take(MAX_MEMBERS) {
            if syntax::is_word(names.text(names.def(def).name)) {
                items.push(of_def(doc, def, !is_big));
            }
        }
    }
}

fn of_def(doc: &Document, def: DefId, is_described: bool) -> Completion {
    let names = doc.names();
    let it = names.def(def);
    let kind = match (it.sites[0].kind, names.set(it.set).kind) {
        _ if describe::is_function(doc, def) => CompletionKind::Function,
        (SiteKind::Arg | SiteKind::Formal | SiteKind::Whole, _) => CompletionKind::Parameter,
        (_, SetKind::Plain) => CompletionKind::Attribute,
        _ => CompletionKind::Variable,
    };
    let label = doc.show_name(it.name);
    let insert = if syntax::is_word(label.as_bytes()) { label.clone() } else { super::super::rename::quoted(&label) };
    let detail = if is_described { describe::head(doc, def) } else { describe::kind_of(doc, def).to_owned() };
    let doc = if is_described { describe::comment(doc, def) } else { None };
    Completion { label, insert, kind, detail, doc }
}

fn builtin(it: &Builtin) -> Completion {
    Completion {
        label: it.name.to_owned(),
        insert: it.name.to_owned(),
        kind: if it.is_function { CompletionKind::Builtin } else { CompletionKind::Constant },
        detail: it.signature(),
        doc: Some(hover::of_builtin(it)),
    }
}

/// The attributes of what a value may be.
fn members(values: &Values<'_>, as_variables: bool, items: &mut Vec<Completion>) {
    for known in &values.known {
        match known {
            Known::Set(doc, set) => {
                let defs = &doc.names().set(*set).defs;
                let is_big = defs.len() > MAX_DESCRIBED;
                for &def in defs.iter().take(MAX_MEMBERS) {
                    if !as_variables || syntax::is_word(doc.names().text(doc.names().def(def).name)) {
                        items.push(of_def(doc, def, !is_big));
                    }
                }
            }
            Known::Builtins => items.extend(globals::all().iter().map(builtin)),
            Known::Function(..) | Known::Builtin(..) | Known::Expr(..) => {}
        }
    }
}

/// A name in an attribute path: of a selection, or of a binding.
pub(super) fn in_path(doc: &DocRef<'_>, files: &dyn Files, node: NodeId, items: &mut Vec<Completion>) {
    let tree = doc.tree();
    let Some(path) = tree.parent(node) else { return };
    let Some(whole) = tree.parent(path) else { return };
    let before: Option<Vec<Vec<u8>>> = (tree.nodes(path).take_while(|&it| it < node))
        .map(|it| syntax::static_name(doc.text(), tree, it).map(<[u8]>::to_vec))
        .collect();
    let Some(before) = before else { return };
    if tree.kind(whole) == SyntaxKind::NODE_ATTRPATH_VALUE {
        return in_binding(doc, files, whole, &before, node, items);
    }
    let Some(set) = tree.nodes(whole).next() else { return };
    let values = statics::values_at(doc, set, &before, files);
    members(&values, false, items);
    if values.is_partial || values.known.is_empty() {
        seen_elsewhere(doc, set, &before, node, items);
    }
}

/// What is selected elsewhere in the text from an expression that reads the same.
fn seen_elsewhere(doc: &DocRef<'_>, set: NodeId, before: &[Vec<u8>], except: NodeId, items: &mut Vec<Completion>) {
    let tree = doc.tree();
    let text = doc.slice(tree.range(set));
    let mut seen: FxHashSet<&[u8]> = FxHashSet::default();
    for select in tree.all().filter(|&it| tree.kind(it) == SyntaxKind::NODE_SELECT) {
        let Some((other, path, _)) = syntax::select(tree, select) else { continue };
        if tree.range(other).end - tree.range(other).start != text.len() as u32 || doc.slice(tree.range(other)) != text
        {
            continue;
        }
        let mut names = tree.nodes(path);
        let is_same = before.iter().all(|wanted| {
            names.next().and_then(|it| syntax::static_name(doc.text(), tree, it)) == Some(wanted.as_slice())
        });
        let Some(next) = names.next().filter(|&it| is_same && it != except) else { continue };
        let Some(name) = syntax::static_name(doc.text(), tree, next).filter(|it| syntax::is_word(it)) else { continue };
        if seen.insert(name) {
            let label = String::from_utf8_lossy(name).into_owned();
            items.push(Completion {
                insert: label.clone(),
                label,
                kind: CompletionKind::Attribute,
                detail: "selected elsewhere in this file".to_owned(),
                doc: None,
            });
        }
    }
}

/// The name of a binding: an argument that a known function still lacks, or a part of a set that is begun elsewhere.
fn in_binding(
    doc: &DocRef<'_>,
    files: &dyn Files,
    binding: NodeId,
    before: &[Vec<u8>],
    node: NodeId,
    items: &mut Vec<Completion>,
) {
    let tree = doc.tree();
    let names = doc.names();
    let Some(set) = tree.parent(binding) else { return };
    if !before.is_empty() {
        let mut at = names.set_of(set);
        for name in before {
            let def = at.zip(names.lookup(name)).and_then(|(set, name)| names.find(set, name));
            at = def.and_then(|it| names.def(it).inner);
        }
        let defs = at.map(|it| names.set(it).defs.as_slice()).unwrap_or_default();
        items.extend(defs.iter().map(|&def| of_def(doc, def, true)));
        return;
    }
    if let Some(function) = called_with(doc, set) {
        for known in statics::values(doc, function, files).known {
            let Known::Function(there, lambda) = known else { continue };
            let Some(args) = there.names().set_of(lambda) else { continue };
            for &def in &there.names().set(args).defs {
                let it = there.names().def(def);
                let name = there.names().text(it.name);
                let own = names.lookup(name).zip(names.set_of(set)).and_then(|(name, set)| names.find(set, name));
                let is_given = own.is_some_and(|own| names.def(own).sites.iter().any(|it| it.name != node));
                if it.sites[0].kind == SiteKind::Formal && !is_given {
                    items.push(of_def(&there, def, true));
                }
            }
        }
    }
    items.push(keyword("inherit"));
    if tree.kind(set) == SyntaxKind::NODE_LET_IN && tree.token(set, SyntaxKind::TOKEN_IN).is_none() {
        items.push(keyword("in"));
    }
}

/// A name to inherit: from the expression in parentheses, or a variable around.
pub(super) fn in_inherit(doc: &DocRef<'_>, files: &dyn Files, node: NodeId, items: &mut Vec<Completion>) {
    let tree = doc.tree();
    let Some(inherit) = tree.parent(node) else { return };
    match tree.node(inherit, SyntaxKind::NODE_INHERIT_FROM) {
        Some(from) => {
            let Some(from) = tree.nodes(from).next() else { return };
            let values = statics::values(doc, from, files);
            members(&values, false, items);
            if values.is_partial {
                seen_elsewhere(doc, from, &[], node, items);
            }
        }
        None => scopes(doc, inherit, tree.parent(inherit), items),
    }
}

/// The name of a formal argument: what the function uses and nothing binds.
pub(super) fn formals(doc: &DocRef<'_>, node: NodeId, items: &mut Vec<Completion>) {
    let tree = doc.tree();
    let Some(lambda) = tree.ancestors(node).find(|&it| tree.kind(it) == SyntaxKind::NODE_LAMBDA) else { return };
    let names = doc.names();
    for it in names.uses() {
        let text = names.text(it.name);
        if it.target == Target::Nothing && tree.contains(lambda, it.node) && text != DUMMY {
            let label = doc.show_name(it.name);
            items.push(Completion {
                insert: label.clone(),
                label,
                kind: CompletionKind::Parameter,
                detail: "used below and not bound yet".to_owned(),
                doc: None,
            });
        }
    }
}
