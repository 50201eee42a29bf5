//! Which argument of which function is being written.

use std::sync::Arc;

use nixscope_engine::syntax::{Features, SyntaxKind};

use super::statics::{self, DocRef, Known};
use super::tree::NodeId;
use super::{Document, Files, TextRange, describe, syntax};

/// The functions that may be called at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// The functions, the likeliest first; there is at least one.
    pub signatures: Vec<Signature>,
    /// Which argument is being written, from 0.
    pub active: usize,
}

/// A function with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The whole, on one line.
    pub label: String,
    /// The arguments.
    pub params: Vec<Parameter>,
    /// What is known of the function, in Markdown.
    pub doc: Option<String>,
}

/// One argument in a [`Signature`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Where it is in the label, in bytes.
    pub range: TextRange,
    /// What is known of it, in Markdown: of a pattern, which names it has.
    pub doc: Option<String>,
}

/// The call around an offset.
#[must_use]
pub fn signature_help(doc: &Document, files: &dyn Files, offset: u32) -> Option<SignatureHelp> {
    let offset = offset.min(doc.text().len() as u32);
    let tree = doc.tree();
    let is_blank = |it: NodeId| {
        let last = doc.slice(tree.range(it)).last();
        tree.kind(it) == SyntaxKind::TOKEN_WHITESPACE || last.is_some_and(|it| b"()[]{};=:,".contains(it))
    };
    if let Some(node) = tree.touched(offset).filter(|&it| !is_blank(it)) {
        return at(&DocRef::Here(doc), files, node, offset);
    }
    // An argument is about to begin: as if it were there.
    let mut text = doc.text()[..offset as usize].to_vec();
    text.push(b'x');
    text.extend_from_slice(&doc.text()[offset as usize..]);
    let other = Arc::new(Document::new(doc.path(), text, Features { pipe_operators: true }));
    let node = other.tree().token_at(offset)?;
    at(&DocRef::There(other), files, node, offset)
}

fn at(doc: &DocRef<'_>, files: &dyn Files, node: NodeId, offset: u32) -> Option<SignatureHelp> {
    let tree = doc.tree();
    let mut child = node;
    for around in tree.ancestors(node).skip(1) {
        match tree.kind(around) {
            SyntaxKind::NODE_APPLY => {
                let (function, arg) = syntax::call(tree, around)?;
                if arg == child && tree.range(function).end < offset {
                    return of_call(doc, files, function);
                }
            }
            // A binding of a set that is an argument is about that argument; any other is about itself.
            SyntaxKind::NODE_LAMBDA | SyntaxKind::NODE_LET_IN => return None,
            _ => {}
        }
        child = around;
    }
    None
}

/// The function that is called, behind the arguments it has already.
fn of_call(doc: &DocRef<'_>, files: &dyn Files, function: NodeId) -> Option<SignatureHelp> {
    let tree = doc.tree();
    let mut callee = function;
    let mut active = 0;
    while tree.kind(callee) == SyntaxKind::NODE_APPLY {
        callee = syntax::call(tree, callee)?.0;
        active += 1;
    }
    let name = describe::value_head(doc, callee);
    let values = statics::values(doc, callee, files);
    let signature = |it: &Known<'_>| match it {
        Known::Function(there, lambda) => Some(of_function(there, *lambda, &name)),
        Known::Builtin(builtin, 0) if !builtin.args.is_empty() => {
            let args = builtin.args.iter().map(|&it| (it.to_owned(), None)).collect();
            Some(signature_of(&name, args, Some(builtin.doc.to_owned())))
        }
        _ => None,
    };
    let signatures: Vec<Signature> =
        values.known.iter().filter_map(signature).filter(|it| active < it.params.len()).collect();
    (!signatures.is_empty()).then_some(SignatureHelp { signatures, active })
}

fn of_function(doc: &Document, lambda: NodeId, name: &str) -> Signature {
    let args = describe::params(doc, lambda).into_iter().map(|it| {
        let line = |&(def, has_default): &(super::DefId, bool)| {
            let head = describe::head(doc, def);
            let needed = if has_default { "" } else { " (needed)" };
            let comment = describe::comment(doc, def).map(|it| format!(": {}", it.replace('\n', " ")));
            format!("- `{head}`{needed}{}", comment.unwrap_or_default())
        };
        let lines: Vec<String> = it.formals.iter().map(line).collect();
        (it.text, (!lines.is_empty()).then(|| lines.join("\n")))
    });
    let comment = binding_of(doc, lambda).and_then(|it| describe::comment_above(doc, doc.tree().range(it).start));
    signature_of(name, args.collect(), comment)
}

/// The binding whose value a function is.
fn binding_of(doc: &Document, lambda: NodeId) -> Option<NodeId> {
    let tree = doc.tree();
    let binding = tree.ancestors(lambda).skip(1).find(|&it| tree.kind(it) != SyntaxKind::NODE_PAREN)?;
    (tree.kind(binding) == SyntaxKind::NODE_ATTRPATH_VALUE).then_some(binding)
}

fn signature_of(name: &str, args: Vec<(String, Option<String>)>, doc: Option<String>) -> Signature {
    let mut label = name.to_owned();
    let mut params = Vec::new();
    for (text, doc) in args {
        label.push(' ');
        let start = label.len() as u32;
        label.push_str(&text);
        params.push(Parameter { range: TextRange::new(start, label.len() as u32), doc });
    }
    Signature { label, params, doc }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::fixture;
    use super::*;

    fn check(text: &str, expected: Expect) {
        let it = fixture(text);
        let Some(found) = signature_help(&it.doc, &it.files, it.offset) else { return expected.assert_eq("") };
        let show = |it: &Signature| {
            let mut label = it.label.clone();
            let active = &it.params[found.active];
            label.insert(active.range.end as usize, ']');
            label.insert(active.range.start as usize, '[');
            let docs: Vec<&str> = active.doc.iter().chain(&it.doc).map(String::as_str).collect();
            format!("{label} | {}", docs.join(" | ").replace('\n', "↵"))
        };
        expected.assert_eq(&found.signatures.iter().map(show).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn calls() {
        check("let\n  # Adds.\n  f = x: y: x + y;\nin f 1 $0", expect!["f x [y] | Adds."]);
        check("let f = x: y: x + y; in f $01 2", expect!["f [x] y | "]);
        check("let f = x: y: x + y; in f 1 2 $0", expect![[""]]);
        check(
            "let f = {\n  # The first.\n  a, b ? 1, ...\n}: a; in f { $0 }",
            expect!["f [{ a, b ? 1, ... }] | - `a` (needed): The first.↵- `b ? 1`"],
        );
        check("let f = { a }: a; in f { a = $0; }", expect!["f [{ a }] | - `a` (needed)"]);
        check("map ($0) [ ]", expect!["map [f] list | The list of what *f* gives for each element of *list*."]);
        check("map (x: $0) [ ]", expect![""]);
        check(
            "builtins.foldl' (a: b: a) $0",
            expect![
                "builtins.foldl' op [nul] list | Combines the elements of *list* from the left: `op (… (op (op nul x0) x1) …) xn`, evaluating each step."
            ],
        );
        check("x: x $0", expect![[""]]);
    }
}
