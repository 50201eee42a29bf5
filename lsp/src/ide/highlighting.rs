//! What each word of a text is, for colours that know names.

use nixscope_engine::syntax::SyntaxKind;

use super::globals::Builtin;
use super::names::{DefId, SetKind, SiteKind, Target};
use super::tree::{NodeId, is_path_token};
use super::{Document, TextRange, describe, globals, syntax};

/// A word or sign with its meaning. It may have several lines if it is a comment or a piece of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Where.
    pub range: TextRange,
    /// What it is.
    pub kind: HighlightKind,
    /// Whether it is bound here.
    pub is_binding: bool,
    /// Whether it is one of what every program sees.
    pub is_builtin: bool,
}

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HighlightKind {
    /// A word of the language.
    Keyword,
    /// A comment.
    Comment,
    /// A string or a URL.
    String,
    /// A number.
    Number,
    /// A path.
    Path,
    /// An operator.
    Operator,
    /// A name bound by `let` or by a recursive set.
    Variable,
    /// An argument.
    Parameter,
    /// A name whose value is a function.
    Function,
    /// An attribute.
    Attribute,
    /// `true`, `false`, `null`.
    Constant,
    /// A name that a `with` may bring.
    FromWith,
    /// A name that means nothing.
    Unresolved,
}

/// The words of a document, or of a part of it, in their order. Brackets and blanks are left out.
#[must_use]
pub fn semantic_tokens(doc: &Document, within: Option<TextRange>) -> Vec<Highlight> {
    let tree = doc.tree();
    let within = within.unwrap_or(TextRange::new(0, doc.text().len() as u32));
    let mut found = Vec::new();
    for token in tree.all().filter(|&it| tree.is_token(it)) {
        let range = tree.range(token);
        if range.end <= within.start {
            continue;
        }
        if range.start >= within.end {
            break;
        }
        if let Some((kind, is_binding, is_builtin)) = of_token(doc, token) {
            found.push(Highlight { range, kind, is_binding, is_builtin });
        }
    }
    found
}

fn of_token(doc: &Document, token: NodeId) -> Option<(HighlightKind, bool, bool)> {
    let tree = doc.tree();
    let kind = tree.kind(token);
    let plain = match kind {
        SyntaxKind::TOKEN_COMMENT => HighlightKind::Comment,
        SyntaxKind::TOKEN_STRING_START | SyntaxKind::TOKEN_STRING_CONTENT | SyntaxKind::TOKEN_STRING_END => {
            let string = tree.parent(token)?;
            let is_name = matches!(tree.parent_kind(string), SyntaxKind::NODE_ATTRPATH | SyntaxKind::NODE_INHERIT);
            if is_name {
                return Some((HighlightKind::Attribute, doc.names().def_at(string).is_some(), false));
            }
            HighlightKind::String
        }
        SyntaxKind::TOKEN_URI => HighlightKind::String,
        SyntaxKind::TOKEN_INTEGER | SyntaxKind::TOKEN_FLOAT => HighlightKind::Number,
        SyntaxKind::TOKEN_CUR_POS => return Some((HighlightKind::Constant, false, true)),
        SyntaxKind::TOKEN_IDENT => return Some(of_name(doc, tree.parent(token)?)),
        SyntaxKind::TOKEN_LET
        | SyntaxKind::TOKEN_IN
        | SyntaxKind::TOKEN_IF
        | SyntaxKind::TOKEN_THEN
        | SyntaxKind::TOKEN_ELSE
        | SyntaxKind::TOKEN_WITH
        | SyntaxKind::TOKEN_ASSERT
        | SyntaxKind::TOKEN_REC
        | SyntaxKind::TOKEN_INHERIT
        | SyntaxKind::TOKEN_OR => HighlightKind::Keyword,
        SyntaxKind::TOKEN_INTERPOL_START | SyntaxKind::TOKEN_INTERPOL_END => HighlightKind::Operator,
        _ if is_path_token(kind) => HighlightKind::Path,
        _ if is_operator(kind) => HighlightKind::Operator,
        _ => return None,
    };
    Some((plain, false, false))
}

fn is_operator(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::TOKEN_EQUAL
            | SyntaxKind::TOKEN_NOT_EQUAL
            | SyntaxKind::TOKEN_LESS
            | SyntaxKind::TOKEN_LESS_OR_EQ
            | SyntaxKind::TOKEN_MORE
            | SyntaxKind::TOKEN_MORE_OR_EQ
            | SyntaxKind::TOKEN_UPDATE
            | SyntaxKind::TOKEN_CONCAT
            | SyntaxKind::TOKEN_AND_AND
            | SyntaxKind::TOKEN_OR_OR
            | SyntaxKind::TOKEN_IMPLICATION
            | SyntaxKind::TOKEN_PIPE_LEFT
            | SyntaxKind::TOKEN_PIPE_RIGHT
            | SyntaxKind::TOKEN_ADD
            | SyntaxKind::TOKEN_SUB
            | SyntaxKind::TOKEN_MUL
            | SyntaxKind::TOKEN_DIV
            | SyntaxKind::TOKEN_INVERT
            | SyntaxKind::TOKEN_QUESTION
            | SyntaxKind::TOKEN_ELLIPSIS
    )
}

fn of_name(doc: &Document, node: NodeId) -> (HighlightKind, bool, bool) {
    let names = doc.names();
    if let Some(def) = names.def_at(node) {
        return (of_def(doc, def), true, false);
    }
    let Some(it) = names.use_at(node) else {
        return match builtin_member(doc, node) {
            Some(builtin) if builtin.is_function => (HighlightKind::Function, false, true),
            builtin => (HighlightKind::Attribute, false, builtin.is_some()),
        };
    };
    match it.target {
        Target::Def(def) => (of_def(doc, def), false, false),
        Target::With(_) => (HighlightKind::FromWith, false, false),
        Target::Nothing => (HighlightKind::Unresolved, false, false),
        Target::Global => match globals::everywhere(names.text(it.name)) {
            Some(builtin) if builtin.is_function => (HighlightKind::Function, false, true),
            _ if names.text(it.name) == b"builtins" => (HighlightKind::Variable, false, true),
            _ => (HighlightKind::Constant, false, true),
        },
    }
}

fn of_def(doc: &Document, def: DefId) -> HighlightKind {
    let names = doc.names();
    let it = names.def(def);
    if describe::is_function(doc, def) {
        return HighlightKind::Function;
    }
    match (it.sites[0].kind, names.set(it.set).kind) {
        (SiteKind::Arg | SiteKind::Formal | SiteKind::Whole, _) => HighlightKind::Parameter,
        (_, SetKind::Plain | SetKind::Rec) => HighlightKind::Attribute,
        _ => HighlightKind::Variable,
    }
}

/// `builtins.name`
fn builtin_member(doc: &Document, node: NodeId) -> Option<&'static Builtin> {
    let tree = doc.tree();
    let select = tree.parent(node).and_then(|it| tree.parent(it));
    let (set, path, _) = select.and_then(|it| syntax::select(tree, it))?;
    let is_member = names_builtins(doc, set) && tree.nodes(path).next() == Some(node);
    is_member.then(|| globals::member(doc.slice(tree.range(node))))?
}

fn names_builtins(doc: &Document, set: NodeId) -> bool {
    let it = doc.names().use_at(set);
    it.is_some_and(|it| it.target == Target::Global && doc.names().text(it.name) == b"builtins")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::document;
    use super::*;

    #[test]
    fn words() {
        let doc = document(
            "/main.nix",
            "# c\nlet f = x: { y, ... }@z: x + 1; in with q; { a.\"b\" = f ./p; inherit r; } // builtins.map true ? s",
        );
        let show = |it: &Highlight| {
            let binding = if it.is_binding { "=" } else { "" };
            let builtin = if it.is_builtin { "*" } else { "" };
            format!("{binding}{}:{:?}{builtin}", doc.show(it.range), it.kind)
        };
        let shown: Vec<String> = semantic_tokens(&doc, None).iter().map(show).collect();
        expect![[r##"# c:Comment let:Keyword =f:Function =x:Parameter =y:Parameter ...:Operator =z:Parameter x:Parameter +:Operator 1:Number in:Keyword with:Keyword q:Unresolved =a:Attribute =":Attribute =b:Attribute =":Attribute f:Function ./p:Path inherit:Keyword =r:Attribute //:Operator builtins:Variable* map:Function* true:Constant* ?:Operator s:Attribute"##]].assert_eq(&shown.join(" "));
        assert_eq!(semantic_tokens(&doc, Some(TextRange::new(4, 10))).len(), 2);
    }
}
