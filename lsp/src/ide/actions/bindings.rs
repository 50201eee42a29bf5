//! Other ways to write bindings: `inherit` and `=`, sets and paths.

use nixscope_engine::syntax::SyntaxKind;

use super::super::edit::{Action, ActionKind, Edit, with_blanks_before};
use super::super::names::{SetKind, SiteKind, Target};
use super::super::rename::operand;
use super::super::syntax;
use super::super::tree::NodeId;
use super::{Place, action, is_whole};

/// `a = a;` and `a = set.a;`
pub(super) fn to_inherit(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let binding = place.around(SyntaxKind::NODE_ATTRPATH_VALUE)?;
    let name = only_name(place, binding)?;
    let text = syntax::static_name(doc.text(), tree, name)?;
    let value = syntax::strip_parens(tree, syntax::binding_value(tree, binding)?);
    let written = place.show(name);
    let inherit = match tree.kind(value) {
        SyntaxKind::NODE_IDENT => {
            let it = doc.names().use_at(value)?;
            let means_itself = matches!(it.target, Target::Def(def) if Some(def) == doc.names().def_at(name));
            if doc.names().text(it.name) != text || means_itself {
                return None;
            }
            format!("inherit {written};")
        }
        SyntaxKind::NODE_SELECT => {
            let (set, path, default) = syntax::select(tree, value)?;
            let names: Vec<NodeId> = tree.nodes(path).collect();
            let (last, before) = names.split_last()?;
            if default.is_some() || syntax::static_name(doc.text(), tree, *last)? != text {
                return None;
            }
            let mut from = place.show(set);
            for name in before {
                from.push('.');
                from.push_str(&place.show(*name));
            }
            format!("inherit ({from}) {written};")
        }
        _ => return None,
    };
    action(format!("Write as `{inherit}`"), ActionKind::Rewrite, vec![Edit::replace(tree.range(binding), inherit)])
}

fn only_name(place: &Place<'_>, binding: NodeId) -> Option<NodeId> {
    let tree = place.doc.tree();
    let mut names = tree.nodes(tree.node(binding, SyntaxKind::NODE_ATTRPATH)?);
    let name = names.next()?;
    names.next().is_none().then_some(name)
}

/// `inherit (set) a b;`, and `inherit a b;` in a set that is not recursive.
pub(super) fn from_inherit(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let inherit = place.around(SyntaxKind::NODE_INHERIT)?;
    let set = doc.names().set_of(tree.parent(inherit)?)?;
    let from = tree.node(inherit, SyntaxKind::NODE_INHERIT_FROM);
    if from.is_none() && doc.names().set(set).kind != SetKind::Plain {
        return None;
    }
    let from = match from {
        Some(from) => Some(operand(doc, tree.nodes(from).next()?)),
        None => None,
    };
    let names: Vec<NodeId> = syntax::inherited(tree, inherit).collect();
    let mut bindings: Vec<String> = Vec::new();
    for name in names {
        let text = place.show(name);
        match &from {
            Some(from) => bindings.push(format!("{text} = {from}.{text};")),
            None if tree.kind(name) == SyntaxKind::NODE_IDENT => bindings.push(format!("{text} = {text};")),
            None => return None,
        }
    }
    if bindings.is_empty() {
        return None;
    }
    let separator = format!("\n{}", place.indent(inherit));
    let edits = vec![Edit::replace(tree.range(inherit), bindings.join(&separator))];
    action("Write this `inherit` as bindings", ActionKind::Rewrite, edits)
}

/// `a = { b = 1; };` becomes `a.b = 1;`
pub(super) fn flatten(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let binding = place.binding()?;
    let path = tree.node(binding, SyntaxKind::NODE_ATTRPATH)?;
    let value = syntax::binding_value(tree, binding)?;
    let is_set = tree.kind(value) == SyntaxKind::NODE_ATTR_SET && syntax::set_kind(tree, value) == SetKind::Plain;
    // Comments would have no place any more.
    let has_comment = tree.elements(value).any(|it| tree.kind(it) == SyntaxKind::TOKEN_COMMENT);
    // Variables of a `rec` or `let` around would be hidden or found by other names in a path.
    let is_dynamic = tree.nodes(path).any(|it| syntax::static_name(doc.text(), tree, it).is_none());
    if !is_set || has_comment || is_dynamic || !is_whole(doc, tree.nodes(path).last()?) {
        return None;
    }
    let prefix = place.show(path);
    let mut bindings = Vec::new();
    for inner in tree.nodes(value) {
        if tree.kind(inner) != SyntaxKind::NODE_ATTRPATH_VALUE {
            return None;
        }
        bindings.push(format!("{prefix}.{}", place.show(inner)));
    }
    if bindings.is_empty() {
        return None;
    }
    let separator = format!("\n{}", place.indent(binding));
    let edits = vec![Edit::replace(tree.range(binding), bindings.join(&separator))];
    action(format!("Write as `{prefix}.… = …`"), ActionKind::Rewrite, edits)
}

/// `a.b = 1;` becomes `a = { b = 1; };`
pub(super) fn nest(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let binding = place.binding()?;
    let path = tree.node(binding, SyntaxKind::NODE_ATTRPATH)?;
    let mut names = tree.nodes(path);
    let first = names.next()?;
    let second = names.next()?;
    let def = doc.names().def(doc.names().def_at(first)?);
    if def.sites.len() != 1 {
        return None;
    }
    let range = tree.range(binding);
    let name = place.show(first);
    let edits = vec![
        Edit::replace(super::TextRange::new(range.start, tree.range(second).start), format!("{name} = {{ ")),
        Edit::insert(range.end, " };"),
    ];
    action(format!("Write as `{name} = {{ … }}`"), ActionKind::Rewrite, edits)
}

/// `a.b = 1; a.c = 2;` becomes `a = { b = 1; c = 2; };`
pub(super) fn pack(place: &Place<'_>) -> Option<Action> {
    let (doc, tree) = (place.doc, place.doc.tree());
    let binding = place.binding()?;
    let path = tree.node(binding, SyntaxKind::NODE_ATTRPATH)?;
    let def = doc.names().def(doc.names().def_at(tree.nodes(path).next()?)?);
    let set = tree.parent(binding);
    let is_alike = |it: &super::super::Site| it.kind == SiteKind::Path && tree.parent(it.binding) == set;
    let first = def.sites.first()?;
    if def.sites.len() < 2 || !def.sites.iter().all(is_alike) {
        return None;
    }
    let indent = place.indent(first.binding);
    let mut text = format!("{} = {{\n", place.show(first.name));
    for site in &def.sites {
        let rest = tree.nodes(tree.node(site.binding, SyntaxKind::NODE_ATTRPATH)?).nth(1)?;
        let rest = doc.show(super::TextRange::new(tree.range(rest).start, tree.range(site.binding).end));
        text.push_str(&format!("{indent}  {}\n", rest.replace('\n', "\n  ")));
    }
    text.push_str(&format!("{indent}}};"));
    // Strings over several lines would have other blanks in them.
    let is_odd = |node: NodeId| tree.kind(node) == SyntaxKind::NODE_STRING && place.show(node).contains('\n');
    if def.sites.iter().any(|it| tree.inside(it.binding).any(is_odd)) {
        return None;
    }
    let mut edits = vec![Edit::replace(tree.range(first.binding), text)];
    edits.extend(def.sites[1..].iter().map(|it| Edit::remove(with_blanks_before(doc, it.binding))));
    let name = place.show(first.name);
    action(format!("Write all of `{name}.…` as one set"), ActionKind::Rewrite, edits)
}
