//! What a cursor is on, in the words of names: a variable, a name that binds, an attribute of something, a path.

use nixscope_engine::syntax::SyntaxKind;

use super::names::{DefId, Use};
use super::tree::{NodeId, is_path_token};
use super::{Document, TextRange, syntax};

/// What a cursor is on.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// A variable.
    Variable(Use),
    /// `name` in `inherit name;`: it binds, and is a variable of the scope around.
    Inherited(Use, Option<DefId>),
    /// `name` in `inherit (from) name;`
    InheritedFrom { from: Option<NodeId>, name: Vec<u8>, def: Option<DefId> },
    /// A name that binds.
    Binds(DefId),
    /// An attribute of an expression: the path up to it.
    Attribute { set: NodeId, path: Vec<Vec<u8>> },
    /// A path literal.
    Path(NodeId),
}

/// What a cursor at an offset is on, and where that is.
pub(super) fn subject_at(doc: &Document, offset: u32) -> Option<(Subject, TextRange)> {
    let tree = doc.tree();
    let token = tree.touched(offset)?;
    let node = tree.parent(token)?;
    if is_path_token(tree.kind(token)) {
        return Some((Subject::Path(node), tree.range(node)));
    }
    let node = match tree.kind(node) {
        SyntaxKind::NODE_IDENT => node,
        SyntaxKind::NODE_STRING if syntax::plain_string(doc.text(), tree, node).is_some() => {
            // A name in quotes may stand in `${ }` besides.
            match tree.parent(node) {
                Some(parent) if tree.kind(parent) == SyntaxKind::NODE_DYNAMIC => parent,
                _ => node,
            }
        }
        _ => return None,
    };
    Some((subject_of(doc, node)?, tree.range(node)))
}

/// What a name is about.
pub(super) fn subject_of(doc: &Document, node: NodeId) -> Option<Subject> {
    let tree = doc.tree();
    let names = doc.names();
    let def = names.def_at(node);
    match tree.parent_kind(node) {
        SyntaxKind::NODE_INHERIT => {
            let inherit = tree.parent(node)?;
            if let Some(it) = names.use_at(node) {
                return Some(Subject::Inherited(*it, def));
            }
            let from = tree.node(inherit, SyntaxKind::NODE_INHERIT_FROM);
            let from = from.and_then(|it| tree.nodes(it).next());
            let name = syntax::static_name(doc.text(), tree, node)?.to_vec();
            Some(Subject::InheritedFrom { from, name, def })
        }
        SyntaxKind::NODE_ATTRPATH => {
            if let Some(def) = def {
                return Some(Subject::Binds(def));
            }
            let path = tree.parent(node)?;
            let whole = tree.parent(path)?;
            if !matches!(tree.kind(whole), SyntaxKind::NODE_SELECT | SyntaxKind::NODE_HAS_ATTR) {
                return None;
            }
            let set = tree.nodes(whole).next()?;
            let mut names = Vec::new();
            for name in tree.nodes(path).take_while(|&it| it <= node) {
                names.push(syntax::static_name(doc.text(), tree, name)?.to_vec());
            }
            Some(Subject::Attribute { set, path: names })
        }
        _ => match (names.use_at(node), def) {
            (Some(it), _) => Some(Subject::Variable(*it)),
            (None, Some(def)) => Some(Subject::Binds(def)),
            (None, None) => None,
        },
    }
}

/// The function that a set literal is the argument of, if it is one.
pub(super) fn called_with(doc: &Document, set: NodeId) -> Option<NodeId> {
    let tree = doc.tree();
    let mut node = set;
    while tree.parent_kind(node) == SyntaxKind::NODE_PAREN {
        node = tree.parent(node)?;
    }
    let apply = tree.parent(node).filter(|&it| tree.kind(it) == SyntaxKind::NODE_APPLY)?;
    let (function, arg) = syntax::call(tree, apply)?;
    (arg == node).then_some(function)
}
