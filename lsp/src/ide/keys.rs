//! Which definition of a module the name of a binding is, as its text tells: the attribute path up to it, and where that
//! goes through lists and functions. Whether there is such an option is for others to know.

use nixscope_engine::syntax::SyntaxKind;
use serde::{Deserialize, Serialize};

use super::tree::{NodeId, Tree};
use super::{Document, TextRange, syntax};

/// One step from the definitions of a module to a name in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// To an attribute.
    Name(String),
    /// To an attribute whose name is computed.
    Any,
    /// To an element of a list.
    Element,
    /// To what a function gives.
    Call,
}

/// The name of the binding at an offset, and the steps that lead to it.
#[must_use]
pub fn key_at(doc: &Document, offset: u32) -> Option<(TextRange, Vec<Step>)> {
    let tree = doc.tree();
    let token = tree.touched(offset)?;
    let node = tree.ancestors(token).take(4).find(|&it| tree.parent_kind(it) == SyntaxKind::NODE_ATTRPATH)?;
    let mut steps = before_key(doc, node)?;
    steps.push(step(doc, node));
    Some((tree.range(node), steps))
}

/// Where a name stands in the attribute path that begins at an offset; that offset, if it does not.
#[must_use]
pub fn name_along(doc: &Document, offset: u32, name: &str) -> u32 {
    let tree = doc.tree();
    let token = tree.token_at(offset);
    let path = token.and_then(|it| tree.ancestors(it).take(4).find(|&it| tree.kind(it) == SyntaxKind::NODE_ATTRPATH));
    let is_it = |it: &NodeId| syntax::static_name(doc.text(), tree, *it) == Some(name.as_bytes());
    path.and_then(|it| tree.nodes(it).find(is_it)).map_or(offset, |it| tree.range(it).start)
}

/// The steps that lead to the set that a name of a binding is bound in.
pub(super) fn before_key(doc: &Document, node: NodeId) -> Option<Vec<Step>> {
    let tree = doc.tree();
    let path = tree.parent(node)?;
    let binding = tree.parent(path).filter(|&it| tree.kind(it) == SyntaxKind::NODE_ATTRPATH_VALUE)?;
    let own: Vec<NodeId> = tree.nodes(path).take_while(|&it| it < node).collect();
    // The innermost comes first until all is known.
    let mut steps: Vec<Step> = own.into_iter().rev().map(|it| step(doc, it)).collect();
    let mut child = binding;
    for around in tree.ancestors(binding).skip(1) {
        match tree.kind(around) {
            SyntaxKind::NODE_ATTRPATH_VALUE => {
                let names: Vec<NodeId> = tree.nodes(tree.node(around, SyntaxKind::NODE_ATTRPATH)?).collect();
                steps.extend(names.into_iter().rev().map(|it| step(doc, it)));
            }
            SyntaxKind::NODE_LIST => steps.push(Step::Element),
            SyntaxKind::NODE_LAMBDA if syntax::body(tree, around) == Some(child) => steps.push(Step::Call),
            SyntaxKind::NODE_APPLY => {
                let (function, arg) = syntax::call(tree, around)?;
                if child == arg && !given(&head(doc, function), &mut steps)? {
                    break;
                }
            }
            SyntaxKind::NODE_WITH | SyntaxKind::NODE_ASSERT if syntax::body(tree, around) != Some(child) => {
                return None;
            }
            SyntaxKind::NODE_IF_ELSE if tree.nodes(around).next() == Some(child) => return None,
            // What is bound by `let` is not defined there.
            SyntaxKind::NODE_LET_IN if tree.kind(child) == SyntaxKind::NODE_ATTRPATH_VALUE => return None,
            SyntaxKind::NODE_LAMBDA
            | SyntaxKind::NODE_LEGACY_LET
            | SyntaxKind::NODE_SELECT
            | SyntaxKind::NODE_HAS_ATTR
            | SyntaxKind::NODE_UNARY_OP
            | SyntaxKind::NODE_STRING
            | SyntaxKind::NODE_DYNAMIC => return None,
            _ => {}
        }
        child = around;
    }
    steps.reverse();
    Some(from_module(steps))
}

/// What being given to a function makes of the steps up to there. Whether what is around it leads on; `None` if nobody
/// knows what the function does.
fn given(function: &str, steps: &mut Vec<Step>) -> Option<bool> {
    let called = |steps: &mut Vec<Step>| while steps.pop_if(|it| *it == Step::Call).is_some() {};
    match function {
        "mkMerge" => drop(steps.pop_if(|it| *it == Step::Element)),
        "singleton" => steps.push(Step::Element),
        "mapAttrs" | "genAttrs" => {
            called(steps);
            steps.push(Step::Any);
        }
        "map" | "imap0" | "imap1" | "forEach" => {
            called(steps);
            steps.push(Step::Element);
        }
        "listToAttrs" => {
            steps.pop_if(|it| *it == Step::Element)?;
            steps.pop_if(|it| matches!(it, Step::Name(name) if name == "value"));
            steps.push(Step::Any);
        }
        "optional" => steps.push(Step::Element),
        "optionalAttrs" | "optionals" | "recursiveUpdate" | "nameValuePair" | "flatten" | "filterAttrs" => {}
        _ if function.starts_with("mk") => {}
        // Whoever evaluates modules takes a list of them.
        _ => {
            let at = steps.iter().rposition(|it| *it != Step::Call)?;
            let is_module = matches!(&steps[at], Step::Name(name) if name == "modules")
                && at.checked_sub(1).is_some_and(|it| steps[it] == Step::Element);
            if !is_module {
                return None;
            }
            steps.truncate(at - 1);
            return Some(false);
        }
    }
    Some(true)
}

/// The steps without those that lead to the module, or from one to another.
fn from_module(mut steps: Vec<Step>) -> Vec<Step> {
    let is_call = |it: &Step| *it == Step::Call;
    loop {
        let n = steps.iter().take_while(|it| is_call(it)).count();
        steps.drain(..n);
        match &steps[..] {
            [Step::Name(name), Step::Element, ..] if name == "imports" => drop(steps.drain(..2)),
            _ => return steps,
        }
    }
}

fn step(doc: &Document, node: NodeId) -> Step {
    match syntax::static_name(doc.text(), doc.tree(), node) {
        Some(name) => Step::Name(String::from_utf8_lossy(name).into_owned()),
        None => Step::Any,
    }
}

/// The last name of the function that is called with one argument after the other.
fn head(doc: &Document, function: NodeId) -> String {
    let tree = doc.tree();
    let mut node = syntax::strip_parens(tree, function);
    while tree.kind(node) == SyntaxKind::NODE_APPLY
        && let Some((inner, _)) = syntax::call(tree, node)
    {
        node = syntax::strip_parens(tree, inner);
    }
    last_name(doc, tree, node)
}

fn last_name(doc: &Document, tree: &Tree, node: NodeId) -> String {
    let name = match syntax::select(tree, node) {
        Some((_, path, None)) if tree.kind(node) == SyntaxKind::NODE_SELECT => tree.nodes(path).last(),
        _ => Some(node),
    };
    name.map_or_else(String::new, |it| doc.show(tree.range(it)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::fixture;
    use super::*;

    fn check(text: &str, expected: &str) {
        let it = fixture(text);
        let shown = key_at(&it.doc, it.offset).map(|(_, steps)| {
            let one = |it: &Step| match it {
                Step::Name(name) => name.clone(),
                Step::Any => "<>".to_owned(),
                Step::Element => "[]".to_owned(),
                Step::Call => ":".to_owned(),
            };
            steps.iter().map(one).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(shown.unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn steps_to_names() {
        for (text, expected) in [
            ("{ $0a = 1; }", "a"),
            ("{ lib, ... }: { a.b.$0c = 1; }", "a b c"),
            ("{ a.\"x.y\".${z} = { $0c = 1; }; }", "a x.y <> c"),
            ("{ a.\"$0x.y\".c = 1; }", "a x.y"),
            ("{ a = [ { $0b = 1; } ]; }", "a [] b"),
            ("{ a.b = { c, ... }: { $0d = 1; }; }", "a b : d"),
            ("{ a = lib.mkIf x { $0b = 1; }; }", "a b"),
            ("{ a = lib.mkMerge [ (lib.mkIf x { $0b = 1; }) ]; }", "a b"),
            ("{ a = x // { $0b = 1; }; }", "a b"),
            ("{ a = lib.mapAttrs (n: v: { $0b = 1; }) xs; }", "a <> b"),
            ("{ a = map (n: { $0b = 1; }) xs; }", "a [] b"),
            ("{ a = listToAttrs (map (n: lib.nameValuePair n { $0b = 1; }) xs); }", "a <> b"),
            ("{ a = listToAttrs [ { name = \"x\"; value = { $0b = 1; }; } ]; }", "a <> b"),
            ("{ a = let c = 1; in { $0b = c; }; }", "a b"),
            ("{ a = if x then { $0b = 1; } else { }; }", "a b"),
            ("{ imports = [ ({ lib, ... }: { $0b = 1; }) ]; }", "b"),
            ("lib.evalModules { modules = [ ./x.nix ({ ... }: { $0b.c = 1; }) ]; }", "b"),
            ("{ out = lib.nixosSystem { modules = [ { $0b = 1; } ]; }; }", "b"),
            ("let a = { $0b = 1; }; in a", ""),
            ("{ a = f { $0b = 1; }; }", ""),
            ("{ a = if { $0b = 1; } ? c then 1 else 2; }", ""),
            ("{ x ? { $0b = 1; } }: x", ""),
            ("x.$0y", ""),
        ] {
            check(text, expected);
        }
    }
}
