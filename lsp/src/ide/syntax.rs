//! The parts of nodes by what they are for. Whatever may be missing from a broken text is an `Option` here.

use nixscope_engine::syntax::SyntaxKind;

use super::TextRange;
use super::names::SetKind;
use super::tree::{NodeId, Tree};

/// The bytes of a range.
pub(super) fn slice(text: &[u8], range: TextRange) -> &[u8] {
    text.get(range.start as usize..range.end as usize).unwrap_or_default()
}

/// How a set or `let` binds its names.
pub(super) fn set_kind(tree: &Tree, node: NodeId) -> SetKind {
    match tree.kind(node) {
        SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_LEGACY_LET => SetKind::Let,
        _ if tree.elements(node).next().is_some_and(|it| tree.kind(it) == SyntaxKind::TOKEN_REC) => SetKind::Rec,
        _ => SetKind::Plain,
    }
}

/// The value of `path = value;`.
pub(super) fn binding_value(tree: &Tree, binding: NodeId) -> Option<NodeId> {
    tree.nodes(binding).filter(|&it| tree.kind(it) != SyntaxKind::NODE_ATTRPATH).find(|&it| is_expr(tree.kind(it)))
}

/// What stands in parentheses, if the expression does.
pub(super) fn strip_parens(tree: &Tree, mut expr: NodeId) -> NodeId {
    while tree.kind(expr) == SyntaxKind::NODE_PAREN {
        let Some(inner) = tree.nodes(expr).next() else { break };
        expr = inner;
    }
    expr
}

/// The names of an `inherit`.
pub(super) fn inherited(tree: &Tree, inherit: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    tree.nodes(inherit).filter(|&it| {
        !matches!(tree.kind(it), SyntaxKind::NODE_INHERIT_FROM | SyntaxKind::NODE_ERROR | SyntaxKind::NODE_ATTRPATH)
    })
}

/// The name that an element of an attribute path is, unless it is computed.
pub(super) fn static_name<'t>(text: &'t [u8], tree: &Tree, node: NodeId) -> Option<&'t [u8]> {
    match tree.kind(node) {
        SyntaxKind::NODE_IDENT => Some(slice(text, tree.range(node))),
        SyntaxKind::NODE_STRING => plain_string(text, tree, node),
        SyntaxKind::NODE_DYNAMIC => {
            let inner = tree.nodes(node).next().filter(|&it| tree.kind(it) == SyntaxKind::NODE_STRING)?;
            plain_string(text, tree, inner)
        }
        _ => None,
    }
}

/// The contents of a string on one line without anything computed or escaped.
pub(super) fn plain_string<'t>(text: &'t [u8], tree: &Tree, node: NodeId) -> Option<&'t [u8]> {
    if tree.nodes(node).next().is_some() {
        return None;
    }
    let content = string_content(text, tree, node);
    let is_plain = text.get(tree.range(node).start as usize) == Some(&b'"') && !content.contains(&b'\\');
    is_plain.then_some(content)
}

/// What stands between the quotes of a string.
pub(super) fn string_content<'t>(text: &'t [u8], tree: &Tree, node: NodeId) -> &'t [u8] {
    let range = tree.range(node);
    let start = tree.token(node, SyntaxKind::TOKEN_STRING_START).map_or(range.start, |it| tree.range(it).end);
    let end = tree.token(node, SyntaxKind::TOKEN_STRING_END).map_or(range.end, |it| tree.range(it).start);
    slice(text, TextRange::new(start, end.max(start)))
}

/// Whether a node with one word is a variable, as against the name of an attribute or argument.
pub(super) fn is_variable(tree: &Tree, ident: NodeId) -> bool {
    match tree.parent_kind(ident) {
        SyntaxKind::NODE_ATTRPATH
        | SyntaxKind::NODE_INHERIT
        | SyntaxKind::NODE_IDENT_PARAM
        | SyntaxKind::NODE_PAT_BIND => false,
        SyntaxKind::NODE_PAT_ENTRY => tree.parent(ident).and_then(|it| tree.nodes(it).next()) != Some(ident),
        _ => true,
    }
}

/// Whether nodes of this kind are expressions.
pub(super) fn is_expr(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::NODE_IDENT
            | SyntaxKind::NODE_LITERAL
            | SyntaxKind::NODE_CUR_POS
            | SyntaxKind::NODE_STRING
            | SyntaxKind::NODE_PATH_ABS
            | SyntaxKind::NODE_PATH_REL
            | SyntaxKind::NODE_PATH_HOME
            | SyntaxKind::NODE_PATH_SEARCH
            | SyntaxKind::NODE_PAREN
            | SyntaxKind::NODE_LIST
            | SyntaxKind::NODE_ATTR_SET
            | SyntaxKind::NODE_LET_IN
            | SyntaxKind::NODE_LEGACY_LET
            | SyntaxKind::NODE_LAMBDA
            | SyntaxKind::NODE_APPLY
            | SyntaxKind::NODE_SELECT
            | SyntaxKind::NODE_HAS_ATTR
            | SyntaxKind::NODE_BIN_OP
            | SyntaxKind::NODE_UNARY_OP
            | SyntaxKind::NODE_IF_ELSE
            | SyntaxKind::NODE_WITH
            | SyntaxKind::NODE_ASSERT
    )
}

/// The expression behind the last keyword or colon of a `let`, `with`, `assert` or function.
pub(super) fn body(tree: &Tree, node: NodeId) -> Option<NodeId> {
    let skip = match tree.kind(node) {
        SyntaxKind::NODE_LET_IN => 0,
        SyntaxKind::NODE_WITH | SyntaxKind::NODE_ASSERT | SyntaxKind::NODE_LAMBDA => 1,
        _ => return None,
    };
    tree.nodes(node).skip(skip).filter(|&it| is_expr(tree.kind(it))).last()
}

/// The function and the argument of a call.
pub(super) fn call(tree: &Tree, apply: NodeId) -> Option<(NodeId, NodeId)> {
    let mut nodes = tree.nodes(apply);
    Some((nodes.next()?, nodes.next()?))
}

/// The set, the path and the default of a selection.
pub(super) fn select(tree: &Tree, select: NodeId) -> Option<(NodeId, NodeId, Option<NodeId>)> {
    let mut nodes = tree.nodes(select);
    let set = nodes.next()?;
    let path = nodes.next().filter(|&it| tree.kind(it) == SyntaxKind::NODE_ATTRPATH)?;
    Some((set, path, nodes.next()))
}

/// Whether a name can be written without quotes.
pub(super) fn is_word(name: &[u8]) -> bool {
    let [first, rest @ ..] = name else { return false };
    let is_start = first.is_ascii_alphabetic() || *first == b'_';
    is_start && rest.iter().all(|it| it.is_ascii_alphanumeric() || b"_-'".contains(it)) && !is_keyword(name)
}

/// The words that are no names.
pub(super) const KEYWORDS: &[&str] = &["if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"];

pub(super) fn is_keyword(name: &[u8]) -> bool {
    KEYWORDS.iter().any(|it| it.as_bytes() == name) || name == b"or"
}
