//! The bindings of a text as an outline. An outline is at most so deep, whatever the text.

use nixscope_engine::syntax::SyntaxKind;

use super::tree::NodeId;
use super::{Document, TextRange, describe, syntax};

/// A binding in an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name, or the path of its names.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The beginning of its value.
    pub detail: String,
    /// The whole binding.
    pub range: TextRange,
    /// Its name in the text.
    pub focus: TextRange,
    /// What is bound in its value.
    pub children: Vec<Symbol>,
}

/// What a [`Symbol`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    /// An attribute.
    Attribute,
    /// A binding of a `let`.
    Variable,
    /// Either, if its value is a function.
    Function,
    /// Either, if its value is a set.
    Set,
    /// A name that is inherited.
    Inherited,
}

/// A binding of a text, for a search through many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSymbol {
    /// The path of its names from the outermost binding on.
    pub name: String,
    /// The name of what it is bound in.
    pub container: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Its name in the text.
    pub focus: TextRange,
}

/// How deep an outline is.
const MAX_DEPTH: usize = 48;
/// How many symbols it has; with more, it is less deep.
const MAX_SYMBOLS: usize = 10_000;
/// How many symbols one text gives to a search.
const MAX_FOUND: usize = 200;

/// The outline of a document.
#[must_use]
pub fn document_symbols(doc: &Document) -> Vec<Symbol> {
    let tree = doc.tree();
    let max_depth = depth_of_outline(doc);
    let mut n_symbols = 0;
    let mut open: Vec<(NodeId, Symbol)> = Vec::new();
    let mut top: Vec<Symbol> = Vec::new();
    let close = |open: &mut Vec<(NodeId, Symbol)>, top: &mut Vec<Symbol>| {
        if let Some((_, symbol)) = open.pop() {
            open.last_mut().map_or(top, |it| &mut it.1.children).push(symbol);
        }
    };
    for node in tree.all() {
        while open.last().is_some_and(|it| it.0 <= node) {
            close(&mut open, &mut top);
        }
        if open.len() >= max_depth {
            continue;
        }
        if n_symbols > MAX_SYMBOLS {
            break;
        }
        match tree.kind(node) {
            SyntaxKind::NODE_ATTRPATH_VALUE => {
                if let Some(symbol) = binding(doc, node) {
                    n_symbols += 1;
                    open.push((tree.after(node), symbol));
                }
            }
            SyntaxKind::NODE_INHERIT => {
                let found: Vec<Symbol> = syntax::inherited(tree, node).map(|name| inherited(doc, name)).collect();
                n_symbols += found.len();
                open.last_mut().map_or(&mut top, |it| &mut it.1.children).extend(found);
            }
            _ => {}
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut top);
    }
    top
}

/// How deep an outline of a document may be for it not to be too long.
fn depth_of_outline(doc: &Document) -> usize {
    let tree = doc.tree();
    let mut counts = [0; MAX_DEPTH];
    let mut ends: Vec<NodeId> = Vec::new();
    for node in tree.all() {
        while ends.pop_if(|it| *it <= node).is_some() {}
        let is_binding = tree.kind(node) == SyntaxKind::NODE_ATTRPATH_VALUE;
        if is_binding && ends.len() < MAX_DEPTH {
            counts[ends.len()] += 1;
            ends.push(tree.after(node));
        }
    }
    let until = counts.iter().scan(0, |sum, n| {
        *sum += n;
        Some(*sum)
    });
    until.take_while(|it| *it <= MAX_SYMBOLS).count().max(1)
}

fn binding(doc: &Document, node: NodeId) -> Option<Symbol> {
    let tree = doc.tree();
    let path = tree.node(node, SyntaxKind::NODE_ATTRPATH).filter(|&it| !tree.range(it).is_empty())?;
    let value = syntax::binding_value(tree, node);
    let inner = value.map(|it| syntax::strip_parens(tree, it)).map(|it| tree.kind(it));
    let is_let = matches!(tree.parent_kind(node), SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_LEGACY_LET);
    let kind = match inner {
        Some(SyntaxKind::NODE_LAMBDA) => SymbolKind::Function,
        Some(SyntaxKind::NODE_ATTR_SET) => SymbolKind::Set,
        _ if is_let => SymbolKind::Variable,
        _ => SymbolKind::Attribute,
    };
    let focus = tree.range(path);
    let detail = value.map(|it| describe::value_head(doc, it)).unwrap_or_default();
    Some(Symbol { name: doc.show(focus), kind, detail, range: tree.range(node), focus, children: Vec::new() })
}

fn inherited(doc: &Document, name: NodeId) -> Symbol {
    let focus = doc.tree().range(name);
    let (name, kind) = (doc.show(focus), SymbolKind::Inherited);
    Symbol { name, kind, detail: String::new(), range: focus, focus, children: Vec::new() }
}

/// The bindings of a document that a search is about: those whose names have the letters of the query, in order. Names
/// bound in functions' bodies are left out.
#[must_use]
pub fn workspace_symbols(doc: &Document, query: &str) -> Vec<FoundSymbol> {
    let mut found = Vec::new();
    let query = query.to_lowercase();
    let symbols = document_symbols(doc);
    let mut todo: Vec<(String, &Symbol)> = symbols.iter().rev().map(|it| (String::new(), it)).collect();
    while let Some((container, symbol)) = todo.pop() {
        let name = if container.is_empty() { symbol.name.clone() } else { format!("{container}.{}", symbol.name) };
        if symbol.kind != SymbolKind::Inherited && is_like(&symbol.name, &query) {
            found.push(FoundSymbol {
                name: symbol.name.clone(),
                container: container.clone(),
                kind: symbol.kind,
                focus: symbol.focus,
            });
            if found.len() >= MAX_FOUND {
                break;
            }
        }
        if symbol.kind == SymbolKind::Set {
            todo.extend(symbol.children.iter().rev().map(|it| (name.clone(), it)));
        }
    }
    found
}

/// Whether the letters of the query occur in the name in their order.
fn is_like(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().all(|wanted| letters.any(|it| it == wanted))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::super::tests::document;
    use super::*;

    fn check(text: &str, expected: Expect) {
        let doc = document("/main.nix", text);
        let mut shown = String::new();
        let symbols = document_symbols(&doc);
        let mut todo: Vec<(usize, &Symbol)> = symbols.iter().rev().map(|it| (0, it)).collect();
        while let Some((depth, it)) = todo.pop() {
            let _ = writeln!(shown, "{:depth$}{:?} {} = {}", "", it.kind, it.name, it.detail, depth = depth * 2);
            todo.extend(it.children.iter().rev().map(|it| (depth + 1, it)));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn long_outlines() {
        for (n_outer, n_inner, expected) in
            [(10, 900, 9_010), (10, 3_000, 10), (30_000, 0, MAX_SYMBOLS + 1), (1, 30_000, 1)]
        {
            let inner = "b = 1; ".repeat(n_inner);
            let doc = document("/main.nix", &format!("{{ {} }}", format!("a = {{ {inner} }}; ").repeat(n_outer)));
            let symbols = document_symbols(&doc);
            let n = symbols.len() + symbols.iter().map(|it| it.children.len()).sum::<usize>();
            assert_eq!(n, expected, "{n_outer} {n_inner}");
        }
    }

    #[test]
    fn outlines() {
        check(
            "let f = x: 1; a.b = { c = 2; inherit f; }; in { d = f [ { e = 1; } ]; \"g h\" = 1; }",
            expect![[r#"
            Function f = x: …
            Set a.b = { c = 2; inherit f; }
              Attribute c = 2
              Inherited f = 
            Attribute d = f [ { e = 1; } ]
              Attribute e = 1
            Attribute "g h" = 1
        "#]],
        );
        check(
            "{ a = ; b",
            expect![[r#"
            Attribute a = 
            Attribute b = 
        "#]],
        );
        let deep = format!("{}1{}", "{ a = ".repeat(9000), "; }".repeat(9000));
        assert_eq!(document_symbols(&document("/main.nix", &deep)).len(), 1);
    }

    #[test]
    fn searches() {
        let doc = document("/main.nix", "{ makeThing = x: { inner = 1; }; set = { mkThing = 1; }; }");
        let shown: Vec<String> =
            workspace_symbols(&doc, "mt").iter().map(|it| format!("{} in '{}'", it.name, it.container)).collect();
        expect!["makeThing in '', mkThing in 'set'"].assert_eq(&shown.join(", "));
    }
}
