//! Who calls what: from the places where a name is used to the function they are in, and from a function to what it
//! calls. A name that is given to another function counts as called, since most are. What a file itself does, outside of
//! every binding, the file does.

use std::collections::BTreeMap;

use nixscope_engine::syntax::SyntaxKind;

use super::definition::definitions;
use super::files::imported;
use super::references::references;
use super::statics::{self, DefRef, DocRef};
use super::subject::{Subject, subject_at, subject_of};
use super::tree::{NodeId, Tree};
use super::{Document, Files, SymbolKind, TextRange, describe};

/// Something that calls or is called: a binding, or a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Callable {
    /// The file; `None` for the document asked about.
    pub path: Option<String>,
    /// All of it.
    pub full: TextRange,
    /// Its name; nothing for a file.
    pub focus: TextRange,
    /// Its name.
    pub name: String,
    /// Its head, as one would write it.
    pub detail: String,
    /// What it is; `None` for a file.
    pub kind: Option<SymbolKind>,
}

/// A caller or something that is called, and where the calls are: in the caller's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The other end.
    pub item: Callable,
    /// The names that are called.
    pub ranges: Vec<TextRange>,
}

/// How far around a place its binding is looked for.
const MAX_DEPTH: usize = 400;

/// What can be called at an offset.
#[must_use]
pub fn callables(doc: &Document, files: &dyn Files, offset: u32) -> Vec<Callable> {
    let here = DocRef::Here(doc);
    let Some((subject, _)) = subject_at(doc, offset) else { return Vec::new() };
    if let Subject::Path(node) = subject {
        return file_of(doc, files, node).into_iter().collect();
    }
    let mut found: Vec<Callable> = definitions(&here, files, &subject).iter().map(binding).collect();
    found.dedup();
    found
}

/// Who calls what is bound at an offset, or the file, if there is none.
#[must_use]
pub fn incoming_calls(doc: &Document, files: &dyn Files, offset: Option<u32>) -> Vec<Call> {
    let mut calls: BTreeMap<Callable, Vec<TextRange>> = BTreeMap::new();
    let Some(offset) = offset else {
        for (path, node) in importers(doc, files) {
            let Some(other) = files.document(&path) else { continue };
            let it = DocRef::There(other);
            calls.entry(caller(&it, node)).or_default().push(it.tree().range(node));
        }
        return told(calls);
    };
    for it in references(doc, files, offset).into_iter().filter(|it| !it.is_binding) {
        let there = match &it.path {
            None => DocRef::Here(doc),
            Some(path) => match files.document(path) {
                Some(other) => DocRef::There(other),
                None => continue,
            },
        };
        let Some(name) = there.tree().token_at(it.range.start).and_then(|token| there.tree().parent(token)) else {
            continue;
        };
        if is_called(there.tree(), name) {
            calls.entry(caller(&there, name)).or_default().push(it.range);
        }
    }
    told(calls)
}

/// What is called in what is bound at an offset, or, if there is none, in the file outside of all bindings.
#[must_use]
pub fn outgoing_calls(doc: &Document, files: &dyn Files, offset: Option<u32>) -> Vec<Call> {
    let tree = doc.tree();
    let here = DocRef::Here(doc);
    let mut calls: BTreeMap<Callable, Vec<TextRange>> = BTreeMap::new();
    let is_file = offset.is_none();
    let bound = offset.and_then(|it| bound_at(doc, it)).map(|def| doc.names().def(def).main_site().binding);
    let Some(scope) = bound.or(is_file.then(|| tree.root())) else { return Vec::new() };
    // Where a binding ends that is none of the file's business.
    let mut skipped = scope;
    for node in tree.inside(scope) {
        if is_file && node >= skipped && tree.kind(node) == SyntaxKind::NODE_ATTRPATH_VALUE {
            skipped = tree.after(node);
        }
        if node < skipped && is_file {
            continue;
        }
        match tree.kind(node) {
            SyntaxKind::NODE_PATH_REL | SyntaxKind::NODE_PATH_ABS => {
                if let Some(item) = file_of(doc, files, node) {
                    calls.entry(item).or_default().push(tree.range(node));
                }
            }
            SyntaxKind::NODE_IDENT | SyntaxKind::NODE_STRING if is_called(tree, node) => {
                let found = subject_of(doc, node).map(|it| definitions(&here, files, &it)).unwrap_or_default();
                // What a function is given is not known.
                let is_known = |it: &&DefRef<'_>| !it.doc.names().def(it.def).main_site().is_argument();
                if let Some(def) = found.first().filter(is_known) {
                    calls.entry(binding(def)).or_default().push(tree.range(node));
                }
            }
            _ => {}
        }
    }
    told(calls)
}

fn told(calls: BTreeMap<Callable, Vec<TextRange>>) -> Vec<Call> {
    let call = |(item, mut ranges): (Callable, Vec<TextRange>)| {
        ranges.sort_unstable();
        ranges.dedup();
        Call { item, ranges }
    };
    calls.into_iter().map(call).collect()
}

fn bound_at(doc: &Document, offset: u32) -> Option<super::DefId> {
    match subject_at(doc, offset)?.0 {
        Subject::Binds(def) | Subject::Inherited(_, Some(def)) | Subject::InheritedFrom { def: Some(def), .. } => {
            Some(def)
        }
        _ => None,
    }
}

/// Whether a name is called, or given to what is: `f x`, `s.f x`, `g f`, `x |> f`.
fn is_called(tree: &Tree, name: NodeId) -> bool {
    let mut node = name;
    if tree.parent_kind(node) == SyntaxKind::NODE_ATTRPATH {
        let Some(path) = tree.parent(node) else { return false };
        // Only the last name of a path is what is called.
        if tree.range(node).end != tree.range(path).end {
            return false;
        }
        let Some(select) = tree.parent(path).filter(|&it| tree.kind(it) == SyntaxKind::NODE_SELECT) else {
            return false;
        };
        node = select;
    }
    while tree.parent_kind(node) == SyntaxKind::NODE_PAREN {
        let Some(parent) = tree.parent(node) else { return false };
        node = parent;
    }
    match tree.parent_kind(node) {
        SyntaxKind::NODE_APPLY => true,
        SyntaxKind::NODE_BIN_OP => tree.parent(node).is_some_and(|it| {
            tree.token(it, SyntaxKind::TOKEN_PIPE_RIGHT).or(tree.token(it, SyntaxKind::TOKEN_PIPE_LEFT)).is_some()
        }),
        _ => false,
    }
}

/// The innermost binding of a function around a place, else the outermost binding, else the file.
fn caller(doc: &DocRef<'_>, node: NodeId) -> Callable {
    let (tree, names) = (doc.tree(), doc.names());
    let mut outermost = None;
    for around in tree.ancestors(node).take(MAX_DEPTH).filter(|&it| tree.kind(it) == SyntaxKind::NODE_ATTRPATH_VALUE) {
        let name = tree.node(around, SyntaxKind::NODE_ATTRPATH).and_then(|it| tree.nodes(it).last());
        let Some(def) = name.and_then(|it| names.def_at(it)) else { continue };
        let it = DefRef { doc: doc.clone(), def };
        if describe::is_function(doc, def) {
            return binding(&it);
        }
        outermost = Some(it);
    }
    outermost.map_or_else(|| file(doc.elsewhere(), doc.path(), doc.text().len()), |it| binding(&it))
}

fn binding(it: &DefRef<'_>) -> Callable {
    let (tree, def) = (it.doc.tree(), it.doc.names().def(it.def));
    let site = def.main_site();
    Callable {
        path: it.doc.elsewhere(),
        full: tree.range(if site.is_argument() { site.name } else { site.binding }),
        focus: tree.range(site.name),
        name: it.doc.show_name(def.name),
        detail: describe::head(&it.doc, it.def),
        kind: Some(if describe::is_function(&it.doc, it.def) { SymbolKind::Function } else { SymbolKind::Attribute }),
    }
}

fn file(elsewhere: Option<String>, path: Option<&str>, size: usize) -> Callable {
    let path = path.unwrap_or_default();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    // All the files of that name are told apart by their folders.
    let name = match folder.rsplit_once('/') {
        Some((_, folder)) if name == "default.nix" => format!("{folder}/{name}"),
        _ => name.to_owned(),
    };
    let full = TextRange::new(0, size as u32);
    Callable { path: elsewhere, full, focus: TextRange::at(0), name, detail: path.to_owned(), kind: None }
}

/// The file that a path leads to.
fn file_of(doc: &Document, files: &dyn Files, node: NodeId) -> Option<Callable> {
    let path = imported(files, &statics::path_of(doc, node)?)?;
    let is_here = doc.path() == Some(&path);
    let size = if is_here { doc.text().len() } else { files.document(&path)?.text().len() };
    Some(file((!is_here).then(|| path.clone()), Some(&path), size))
}

/// The path literals of the workspace that lead to a file.
fn importers(doc: &Document, files: &dyn Files) -> Vec<(String, NodeId)> {
    let found = doc.path().map(|it| files.importers(it)).unwrap_or_default().into_iter();
    let node = |(path, at): (String, u32)| {
        let other = files.document(&path)?;
        let tree = other.tree();
        let node = tree.token_at(at).and_then(|it| tree.parent(it))?;
        Some((path, node))
    };
    found.filter_map(node).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::super::tests::fixture;
    use super::*;

    fn show(it: &Callable) -> String {
        let kind = match it.kind {
            None => "file",
            Some(SymbolKind::Function) => "function",
            Some(_) => "binding",
        };
        format!("{kind} {}{}", it.path.as_ref().map(|it| format!("{it} ")).unwrap_or_default(), it.name)
    }

    /// What can be called at the cursor; who calls it, and what it calls.
    fn check(text: &str, expected: Expect) {
        let it = fixture(text);
        let mut shown = String::new();
        for item in callables(&it.doc, &it.files, it.offset) {
            let _ = writeln!(shown, "{}", show(&item));
            let doc =
                item.path.as_ref().map_or_else(|| it.doc.clone(), |path| it.files.document(path).expect("it is there"));
            for call in incoming_calls(&doc, &it.files, item.kind.map(|_| item.focus.start)) {
                let _ = writeln!(shown, "  from {} ({})", show(&call.item), call.ranges.len());
            }
            for call in outgoing_calls(&doc, &it.files, item.kind.map(|_| item.focus.start)) {
                let _ = writeln!(shown, "  to {} ({})", show(&call.item), call.ranges.len());
            }
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn names() {
        check(
            "let f = x: g (g x); g = x: x; h = y: map f y; in $0f 1",
            expect![[r#"
            function f
              from file main.nix (1)
              from function h (1)
              to function g (2)
        "#]],
        );
        check(
            "let s = { f = x: x; }; g = x: s.f x; in { inherit (s) $0f; a = s.f; b = 1 |> s.f; }",
            expect![[r#"
            function f
              from function g (1)
              from binding b (1)
        "#]],
        );
        check(
            "let $0f = n: f n; in { a.b = f 1; c = (f) 2; }",
            expect![[r#"
            function f
              from function f (1)
              from binding b (1)
              from binding c (1)
              to function f (1)
        "#]],
        );
        check(
            "f: $0f 1",
            expect![[r#"
            binding f
              from file main.nix (1)
        "#]],
        );
        check("$0map", expect![[""]]);
    }

    #[test]
    fn files() {
        let text = "//- /a.nix\nlet b = import $0./b.nix; in { c = b 1; d = (import ./c) 2; }\n//- /b.nix\nx: let f = y: y; in f (import ./c x)\n\
            //- /c/default.nix\ny: y";
        check(
            text,
            expect![[r#"
                file /b.nix b.nix
                  from binding /a.nix b (1)
                  to function f (1)
                  to file /c/default.nix c/default.nix (1)
            "#]],
        );
        let text = "//- /a.nix\nlet inherit (import ./b.nix) f; in { c = x: f x; d = $0f 2; }\n//- /b.nix\nrec { f = x: g x; g = x: x; }\n\
            //- /c.nix\n(import ./b.nix).f 3";
        check(
            text,
            expect![[r#"
                function /b.nix f
                  from function /a.nix c (1)
                  from binding /a.nix d (1)
                  from file /c.nix c.nix (1)
                  to function g (1)
            "#]],
        );
    }
}
