//! Which other texts may get hold of a definition: none for what stays inside of a function, those that import the text for
//! what its function takes, and any that mentions the name for what the text gives to everybody.

use nixscope_engine::syntax::SyntaxKind;

use super::names::{SetKind, SiteKind};
use super::statics::{self, DefRef, DocRef, Known};
use super::tree::NodeId;
use super::{Files, syntax};

/// Which other texts may get hold of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// None.
    Own,
    /// Those that import its text.
    Importers,
    /// Any that mentions these.
    Mentioning(Vec<Vec<u8>>),
}

/// Which other texts may get hold of a definition.
pub(super) fn reach(it: &DefRef<'_>, files: &dyn Files) -> Reach {
    let names = it.doc.names();
    let def = names.def(it.def);
    let name = names.text(def.name).to_vec();
    let set = names.set(def.set);
    match set.kind {
        SetKind::Args if def.sites[0].kind == SiteKind::Formal => match way_out(&it.doc, set.node, files) {
            Way::Root => Reach::Importers,
            Way::Attribute(function) => Reach::Mentioning(vec![name, function]),
            Way::None => Reach::Own,
        },
        SetKind::Args => Reach::Own,
        // It may be inherited by a set.
        SetKind::Let if names.uses_of(it.def).all(|it_use| names.def_at(it_use.node).is_none()) => Reach::Own,
        SetKind::Plain | SetKind::Rec | SetKind::Let => match way_out(&it.doc, set.node, files) {
            Way::Root | Way::Attribute(_) => Reach::Mentioning(vec![name]),
            Way::None => Reach::Own,
        },
    }
}

/// How a value gets out of its text.
enum Way {
    /// It is not known to.
    None,
    /// As what the text is.
    Root,
    /// As an attribute of that, or of something in it.
    Attribute(Vec<u8>),
}

/// How the value of an expression, or the set that a binding adds to, gets out of a text.
fn way_out(doc: &DocRef<'_>, node: NodeId, files: &dyn Files) -> Way {
    let (tree, names) = (doc.tree(), doc.names());
    let mut at = node;
    let mut name = None;
    while let Some(parent) = tree.parent(at) {
        match tree.kind(parent) {
            SyntaxKind::NODE_ROOT => return name.map_or(Way::Root, Way::Attribute),
            SyntaxKind::NODE_ATTRPATH_VALUE => {
                let path = tree.node(parent, SyntaxKind::NODE_ATTRPATH);
                let last = path.and_then(|it| tree.nodes(it).last());
                let def = last.and_then(|it| names.def_at(it)).map(|it| names.def(it));
                name = name.or(def.map(|it| names.text(it.name).to_vec()));
            }
            SyntaxKind::NODE_APPLY => {
                // What an unknown function makes of something is not followed.
                let Some((function, arg)) = syntax::call(tree, parent) else { return Way::None };
                let is_known = |it: &Known<'_>| matches!(it, Known::Function(..));
                if arg == at && !statics::values(doc, function, files).known.iter().any(is_known) {
                    return Way::None;
                }
            }
            SyntaxKind::NODE_LIST | SyntaxKind::NODE_INTERPOL | SyntaxKind::NODE_STRING | SyntaxKind::NODE_DYNAMIC => {
                return Way::None;
            }
            _ => {}
        }
        at = parent;
    }
    Way::None
}
