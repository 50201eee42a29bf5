//! What the names at a cursor belong to, for who knows more of it than the text does.

use nixscope_engine::syntax::SyntaxKind;

use super::super::keys::{self, Step};
use super::super::names::Target;
use super::super::statics::DocRef;
use super::super::tree::NodeId;
use super::super::{TextRange, syntax};

/// What the names at a cursor belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// How the names are used.
    pub kind: BaseKind,
    /// The expressions they are of, innermost first: each by the places that are known to be it.
    pub of: Vec<Vec<TextRange>>,
    /// The attribute path from there.
    pub path: Vec<String>,
    /// Of names that are bound, what leads there from the definitions of a module.
    pub key: Vec<Step>,
}

/// How names at a cursor are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BaseKind {
    /// As variables, that a `with` may bring.
    #[default]
    Variable,
    /// As attributes that are selected or inherited.
    Attribute,
    /// As names that are bound.
    Key,
}

/// What the name at a node belongs to. `shift` says where a place of the tree is in the text.
pub(super) fn base(doc: &DocRef<'_>, node: NodeId, shift: impl Fn(TextRange) -> TextRange) -> Option<Base> {
    let tree = doc.tree();
    let places = |it: NodeId| {
        let mut places = Vec::new();
        let it = syntax::strip_parens(tree, it);
        if let Some(Target::Def(def)) = doc.names().use_at(it).map(|it| it.target) {
            places.extend(doc.names().def(def).sites.iter().map(|it| shift(tree.range(it.name))));
        }
        places.push(shift(tree.range(it)));
        places
    };
    let name = |it: NodeId| Some(String::from_utf8_lossy(syntax::static_name(doc.text(), tree, it)?).into_owned());
    match tree.parent_kind(node) {
        SyntaxKind::NODE_ATTRPATH => {
            let path = tree.parent(node)?;
            let whole = tree.parent(path)?;
            if tree.kind(whole) == SyntaxKind::NODE_ATTRPATH_VALUE {
                return Some(Base { kind: BaseKind::Key, key: keys::before_key(doc, node)?, ..Base::default() });
            }
            let mut names: Vec<String> =
                tree.nodes(path).take_while(|&it| it < node).map(name).collect::<Option<_>>()?;
            let mut of = tree.nodes(whole).next()?;
            // The base of what is selected from may be a selection itself.
            while tree.kind(of) == SyntaxKind::NODE_SELECT {
                let (inner, inner_path, default) = syntax::select(tree, of)?;
                if default.is_some() {
                    break;
                }
                let mut all: Vec<String> = tree.nodes(inner_path).map(name).collect::<Option<_>>()?;
                all.append(&mut names);
                (of, names) = (inner, all);
            }
            Some(Base { kind: BaseKind::Attribute, of: vec![places(of)], path: names, ..Base::default() })
        }
        SyntaxKind::NODE_INHERIT => {
            let from = tree.node(tree.parent(node)?, SyntaxKind::NODE_INHERIT_FROM)?;
            let mut of = syntax::strip_parens(tree, tree.nodes(from).next()?);
            let mut path = Vec::new();
            if tree.kind(of) == SyntaxKind::NODE_SELECT {
                let (inner, inner_path, _) = syntax::select(tree, of)?;
                path = tree.nodes(inner_path).map(name).collect::<Option<_>>()?;
                of = inner;
            }
            Some(Base { kind: BaseKind::Attribute, of: vec![places(of)], path, ..Base::default() })
        }
        _ if tree.kind(node) == SyntaxKind::NODE_IDENT => {
            let mut child = node;
            let mut of = Vec::new();
            for around in tree.ancestors(node) {
                if tree.kind(around) == SyntaxKind::NODE_WITH && tree.nodes(around).nth(1) == Some(child) {
                    of.extend(tree.nodes(around).next().map(places));
                }
                child = around;
            }
            Some(Base { kind: BaseKind::Variable, of, ..Base::default() })
        }
        _ => None,
    }
}
