//! Who calls a function, for what it is given. Looks at the calls in its own text, at the files that import it, and at what
//! is customary: that `final` and `self` are what a function makes in the end, that `callPackage` gives packages by their
//! names, and that `lib` is in a folder of that name.

use nixscope_engine::syntax::SyntaxKind;

use super::super::names::{Site, SiteKind, Target};
use super::super::tree::{NodeId, Tree};
use super::super::{EntryKind, Files, around, packages_around, syntax};
use super::search::{Closure, Env, Search};
use super::{DefRef, DocRef, Known, is_call_package, root};

/// How many calls of a function are looked at.
const MAX_CALLS: usize = 4;
/// How many files that import another one are looked at.
const MAX_IMPORTERS: usize = 12;
/// How many files that bind packages are looked at for one of them.
const MAX_PACKAGE_FILES: usize = 8;

/// What a function is given.
#[derive(Clone, Debug)]
pub(super) enum Caller<'a> {
    /// An expression.
    Arg(Closure<'a>),
    /// What the function itself makes, by the body of its innermost function.
    Body(NodeId),
    /// The packages of a tree, by name.
    Packages(String),
    /// For an argument of a pattern: what a file gives.
    File(String),
}

/// What a function may be given for its argument, or for one of those in its pattern.
pub(super) fn callers<'a>(
    search: &Search<'a, '_>,
    doc: &DocRef<'a>,
    lambda: NodeId,
    site: Site,
    name: &[u8],
) -> Vec<Caller<'a>> {
    let tree = doc.tree();
    if site.kind == SiteKind::Arg && matches!(name, b"self" | b"final" | b"finalAttrs" | b"this") {
        return vec![Caller::Body(innermost_body(tree, lambda))];
    }
    let (outermost, n_before) = outermost(tree, lambda);
    let mut found = Vec::new();
    match tree.parent(outermost) {
        Some(parent) if tree.kind(parent) == SyntaxKind::NODE_ATTRPATH_VALUE => {
            let path = tree.node(parent, SyntaxKind::NODE_ATTRPATH);
            let def = path.and_then(|it| tree.nodes(it).last()).and_then(|it| doc.names().def_at(it));
            let uses = def.into_iter().flat_map(|it| doc.names().uses_of(it));
            let args = uses.filter_map(|it| nth_arg(tree, it.node, n_before)).take(MAX_CALLS);
            found.extend(args.map(|node| Caller::Arg(Closure { doc: doc.clone(), node, env: Env::default() })));
        }
        Some(parent) if tree.kind(parent) == SyntaxKind::NODE_ROOT => importers(search, doc, n_before, &mut found),
        _ => {}
    }
    if site.kind == SiteKind::Formal {
        customary(search.files, doc, name, n_before, &mut found);
    }
    found
}

/// The function around others that all are one after the other, and how many arguments it takes before the one.
fn outermost(tree: &Tree, lambda: NodeId) -> (NodeId, usize) {
    let (mut at, mut n_before) = (lambda, 0);
    while let Some(parent) = tree.parent(at) {
        match tree.kind(parent) {
            SyntaxKind::NODE_PAREN => {}
            SyntaxKind::NODE_LAMBDA if syntax::body(tree, parent) == Some(at) => n_before += 1,
            SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_WITH | SyntaxKind::NODE_ASSERT
                if syntax::body(tree, parent) == Some(at) => {}
            _ => break,
        }
        at = parent;
    }
    (at, n_before)
}

/// The body of the last of functions one after the other.
fn innermost_body(tree: &Tree, lambda: NodeId) -> NodeId {
    let mut at = lambda;
    while tree.kind(at) == SyntaxKind::NODE_LAMBDA {
        match syntax::body(tree, at) {
            Some(body) => at = syntax::strip_parens(tree, body),
            None => break,
        }
    }
    at
}

/// What a function is called with, after so many other arguments.
fn nth_arg(tree: &Tree, function: NodeId, n_before: usize) -> Option<NodeId> {
    let mut at = function;
    let mut n_left = n_before;
    loop {
        let parent = tree.parent(at)?;
        match tree.kind(parent) {
            SyntaxKind::NODE_PAREN => {}
            SyntaxKind::NODE_APPLY => {
                let (called, arg) = syntax::call(tree, parent)?;
                if called != at {
                    return None;
                }
                if n_left == 0 {
                    return Some(arg);
                }
                n_left -= 1;
            }
            _ => return None,
        }
        at = parent;
    }
}

/// What other files give to the function that a file is.
fn importers<'a>(search: &Search<'a, '_>, doc: &DocRef<'a>, n_before: usize, found: &mut Vec<Caller<'a>>) {
    let Some(path) = doc.path() else { return };
    for (path, offset) in search.files.importers(path).into_iter().take(MAX_IMPORTERS) {
        let Some(there) = search.open(&path) else { continue };
        let tree = there.tree();
        let Some(literal) = tree.token_at(offset).and_then(|it| tree.parent(it)) else { continue };
        let mut at = literal;
        while tree.parent_kind(at) == SyntaxKind::NODE_PAREN {
            let Some(parent) = tree.parent(at) else { break };
            at = parent;
        }
        let apply = tree.parent(at).filter(|&it| tree.kind(it) == SyntaxKind::NODE_APPLY);
        let Some((apply, function)) = apply
            .and_then(|it| Some((it, syntax::call(tree, it)?)))
            .and_then(|(apply, (function, arg))| (arg == at).then_some((apply, function)))
        else {
            continue;
        };
        if is_import(&there, function) {
            if let Some(node) = nth_arg(tree, apply, n_before) {
                found.push(Caller::Arg(Closure { doc: there.clone(), node, env: Env::default() }));
            }
        } else if is_call_package(&there, function) {
            if let Some(node) = nth_arg(tree, apply, 0).filter(|_| n_before == 0) {
                found.push(Caller::Arg(Closure { doc: there.clone(), node, env: Env::default() }));
            }
        } else {
            let path = Closure { doc: there.clone(), node: literal, env: Env::default() };
            through_function(search, &there, function, &path, n_before, found);
        }
        if found.len() >= MAX_CALLS {
            break;
        }
    }
}

/// What a function gives to a file that it imports: `file: import file { }`.
fn through_function<'a>(
    search: &Search<'a, '_>,
    doc: &DocRef<'a>,
    function: NodeId,
    path: &Closure<'a>,
    n_before: usize,
    found: &mut Vec<Caller<'a>>,
) {
    for known in search.values(doc, function) {
        let Known::Function(there, lambda) = known else { continue };
        let (tree, names) = (there.tree(), there.names());
        let is_own = |node: NodeId| {
            let target = names.use_at(syntax::strip_parens(tree, node)).map(|it| it.target);
            matches!(target, Some(Target::Def(def)) if Some(names.def(def).set) == names.set_of(lambda))
        };
        let Some(body) = syntax::body(tree, lambda) else { continue };
        let applies = tree.inside(body).filter(|&it| tree.kind(it) == SyntaxKind::NODE_APPLY);
        let imports = applies
            .filter(|&it| syntax::call(tree, it).is_some_and(|(called, arg)| is_import(&there, called) && is_own(arg)));
        let env = Env::default().with(&there, lambda, path.clone());
        let args = imports.filter_map(|it| nth_arg(tree, it, n_before));
        found.extend(args.map(|node| Caller::Arg(Closure { doc: there.clone(), node, env: env.clone() })));
    }
}

fn is_import(doc: &DocRef<'_>, function: NodeId) -> bool {
    let text = doc.slice(doc.tree().range(function));
    text == b"import" || text == b"builtins.import"
}

/// What an argument of a file's function is by its name, where nobody says otherwise.
fn customary<'a>(files: &dyn Files, doc: &DocRef<'a>, name: &[u8], n_before: usize, found: &mut Vec<Caller<'a>>) {
    let Some(path) = doc.path().filter(|_| n_before == 0) else { return };
    if name == b"lib" {
        let lib = around(path).map(|it| format!("{it}/lib/default.nix"));
        let lib = lib.chain(files.nixpkgs().map(|it| format!("{it}/lib/default.nix")));
        found
            .extend(lib.into_iter().find(|it| it != path && files.kind(it) == Some(EntryKind::File)).map(Caller::File));
        return;
    }
    if let Some(folder) = packages_around(files, path) {
        found.push(Caller::Packages(folder.to_owned()));
    }
}

/// The file of a package in its customary place.
pub(super) fn package_file(files: &dyn Files, folder: &str, name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let shard = name.get(..2.min(name.len()))?.to_lowercase();
    let paths = ["package.nix", "default.nix"].map(|it| format!("{folder}/pkgs/by-name/{shard}/{name}/{it}"));
    paths.into_iter().find(|it| files.kind(it) == Some(EntryKind::File))
}

/// The definitions of a package in the files of a tree that bind packages.
pub(super) fn bound_packages<'a>(search: &Search<'a, '_>, folder: &str, name: &[u8]) -> Vec<DefRef<'a>> {
    let is_inside = |it: &String| it.strip_prefix(folder).is_some_and(|it| it.starts_with("/pkgs/"));
    let paths = search.files.binding_packages(name).into_iter().filter(is_inside).take(MAX_PACKAGE_FILES);
    let def = |path: String| {
        let doc = search.open(&path)?;
        let tree = doc.tree();
        let mut at = root(&doc)?;
        loop {
            at = syntax::strip_parens(tree, at);
            match syntax::body(tree, at) {
                Some(body) => at = body,
                None => break,
            }
        }
        let set = doc.names().set_of(at)?;
        let def = doc.names().lookup(name).and_then(|it| doc.names().find(set, it))?;
        Some(DefRef { doc, def })
    };
    paths.filter_map(def).collect()
}
