//! Where a name is bound: variables, attributes of sets that are written down, arguments, imported files.
//!
//! Names that are inherited lead on to where they come from. A name that only a `with` can bring leads to the binding in
//! the set of that `with`, or, if that set is not known, to the `with`.

use nixscope_engine::syntax::SyntaxKind;

use super::files::imported;
use super::names::{SetKind, SiteKind, Target as Meaning};
use super::statics::{self, DefRef, DocRef, Known, Origin};
use super::subject::{Subject, called_with, subject_at};
use super::tree::NodeId;
use super::{Document, Files, TextRange};

/// A place to go to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file; `None` for the document asked about.
    pub path: Option<String>,
    /// All that belongs to the place.
    pub full: TextRange,
    /// What of it names it.
    pub focus: TextRange,
}

/// Where something leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions {
    /// What leads there.
    pub origin: TextRange,
    /// The places, the likeliest first.
    pub locations: Vec<Location>,
}

/// How many places are told that give an argument.
const MAX_ORIGINS: usize = 6;
/// How much of a value is searched for a file.
const MAX_LOOKED_AT: usize = 2_000;

/// How many names that are inherited from each other are followed.
const MAX_STEPS: usize = 100;

/// Where the name or path at an offset leads.
#[must_use]
pub fn definition(doc: &Document, files: &dyn Files, offset: u32) -> Option<Definitions> {
    let (subject, origin) = subject_at(doc, offset)?;
    let mut locations: Vec<Location> = match &subject {
        Subject::Path(node) => file(doc, files, *node).into_iter().collect(),
        _ => definitions(&DocRef::Here(doc), files, &subject).iter().flat_map(locations).collect(),
    };
    if locations.is_empty()
        && let Subject::Variable(it) | Subject::Inherited(it, _) = subject
        && let Meaning::With(with) = it.target
    {
        let full = doc.tree().range(with);
        locations.push(Location { path: None, full, focus: TextRange::new(full.start, full.start + 4) });
    }
    let is_unknown = locations.is_empty();
    locations.extend(given(doc, files, &subject, is_unknown));
    let mut seen: Vec<Location> = Vec::new();
    locations.retain(|it| {
        !seen.contains(it) && {
            seen.push(it.clone());
            true
        }
    });
    (!locations.is_empty()).then_some(Definitions { origin, locations })
}

/// Where what a function is given comes from, if that is what a subject means; of an attribute that is not known
/// otherwise, the file that gives it.
fn given(doc: &Document, files: &dyn Files, subject: &Subject, is_unknown: bool) -> Vec<Location> {
    let def = match subject {
        Subject::Variable(it) | Subject::Inherited(it, _) => match it.target {
            Meaning::Def(def) => def,
            _ => return Vec::new(),
        },
        Subject::Binds(def) => *def,
        Subject::Attribute { set, path } if is_unknown => {
            let found = statics::origins_at(&DocRef::Here(doc), *set, path, files);
            return from(found, files);
        }
        _ => return Vec::new(),
    };
    from(statics::origins(&DocRef::Here(doc), def, files), files)
}

fn from(origins: Vec<Origin<'_>>, files: &dyn Files) -> Vec<Location> {
    let whole = |path: String| Location { path: Some(path), full: TextRange::default(), focus: TextRange::default() };
    let mut found = Vec::new();
    for origin in origins.into_iter().take(MAX_ORIGINS) {
        match origin {
            Origin::File(path) => found.push(whole(path)),
            Origin::Def(it) => {
                let it = follow(it, files);
                // What is bound may be what a file gives.
                found.extend(imported_by(&it, files).map(whole));
                found.extend(locations(&it));
            }
        }
    }
    found
}

/// The first file that is imported for a definition's value.
fn imported_by(it: &DefRef<'_>, files: &dyn Files) -> Option<String> {
    let tree = it.doc.tree();
    let value = it.doc.names().def(it.def).main_site().value?;
    let is_path = |&it: &NodeId| matches!(tree.kind(it), SyntaxKind::NODE_PATH_REL | SyntaxKind::NODE_PATH_ABS);
    let mut paths = tree.inside(value).take(MAX_LOOKED_AT).filter(is_path);
    paths.find_map(|node| imported(files, &statics::path_of(&it.doc, node)?).filter(|it| it.ends_with(".nix")))
}

/// What a subject means, inherited names followed to where they come from.
pub(super) fn definitions<'a>(doc: &DocRef<'a>, files: &dyn Files, subject: &Subject) -> Vec<DefRef<'a>> {
    let found: Vec<DefRef<'a>> = nearest(doc, files, subject).into_iter().map(|it| follow(it, files)).collect();
    match subject {
        Subject::InheritedFrom { def: Some(def), .. } if found.is_empty() => {
            vec![DefRef { doc: doc.clone(), def: *def }]
        }
        _ => found,
    }
}

/// What a subject means, as far as that is said where it is.
pub(super) fn nearest<'a>(doc: &DocRef<'a>, files: &dyn Files, subject: &Subject) -> Vec<DefRef<'a>> {
    match subject {
        Subject::Variable(it) | Subject::Inherited(it, _) => meaning(doc, it.target, doc.names().text(it.name), files),
        Subject::InheritedFrom { from: Some(from), name, .. } => {
            statics::attribute(doc, *from, std::slice::from_ref(name), files)
        }
        Subject::Binds(def) => {
            let formals = formals_of_argument(doc, *def, files);
            if formals.is_empty() { vec![DefRef { doc: doc.clone(), def: *def }] } else { formals }
        }
        Subject::Attribute { set, path } => statics::attribute(doc, *set, path, files),
        Subject::Path(_) | Subject::InheritedFrom { from: None, .. } => Vec::new(),
    }
}

/// What a variable means.
pub(super) fn meaning<'a>(doc: &DocRef<'a>, target: Meaning, name: &[u8], files: &dyn Files) -> Vec<DefRef<'a>> {
    match target {
        Meaning::Def(def) => vec![DefRef { doc: doc.clone(), def }],
        Meaning::With(with) => {
            let tree = doc.tree();
            let withs = tree.ancestors(with).filter(|&it| {
                let mut nodes = tree.nodes(it);
                tree.kind(it) == SyntaxKind::NODE_WITH
                    && (it == with || nodes.nth(1).is_some_and(|body| tree.contains(body, with)))
            });
            for with in withs {
                let Some(scope) = tree.nodes(with).next() else { continue };
                let values = statics::values(doc, scope, files);
                let found = statics::members(&values, name);
                if !found.is_empty() || values.is_partial {
                    return found;
                }
            }
            Vec::new()
        }
        Meaning::Global | Meaning::Nothing => Vec::new(),
    }
}

/// Where a definition comes from, if it is only inherited.
pub(super) fn follow<'a>(start: DefRef<'a>, files: &dyn Files) -> DefRef<'a> {
    let mut at = start;
    for _ in 0..MAX_STEPS {
        let names = at.doc.names();
        let def = names.def(at.def);
        let site = def.main_site();
        let next = match site.kind {
            SiteKind::Inherit => {
                let target = names.use_at(site.name).map(|it| it.target);
                target.and_then(|it| meaning(&at.doc, it, names.text(def.name), files).into_iter().next())
            }
            SiteKind::InheritFrom => site.value.and_then(|from| {
                let path = [names.text(def.name).to_vec()];
                statics::attribute(&at.doc, from, &path, files).into_iter().next()
            }),
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// The formal arguments that a name in a set means with which a known function is called.
pub(super) fn formals_of_argument<'a>(doc: &DocRef<'a>, def: super::DefId, files: &dyn Files) -> Vec<DefRef<'a>> {
    let names = doc.names();
    let it = names.def(def);
    let set = names.set(it.set);
    if set.kind != SetKind::Plain || set.owner.is_some() {
        return Vec::new();
    }
    let Some(function) = called_with(doc, set.node) else { return Vec::new() };
    let values = statics::values(doc, function, files);
    let formal = |known: &Known<'a>| {
        let Known::Function(there, lambda) = known else { return None };
        let set = there.names().set_of(*lambda)?;
        let name = there.names().lookup(names.text(it.name))?;
        let def = there.names().find(set, name)?;
        (there.names().def(def).sites[0].kind == SiteKind::Formal).then(|| DefRef { doc: there.clone(), def })
    };
    values.known.iter().filter_map(formal).collect()
}

/// All places of a definition.
pub(super) fn locations(it: &DefRef<'_>) -> Vec<Location> {
    let tree = it.doc.tree();
    let path = it.doc.elsewhere();
    let place = |site: &super::Site| Location {
        path: path.clone(),
        full: tree.range(if site.kind == SiteKind::Arg { site.name } else { site.binding }),
        focus: tree.range(site.name),
    };
    it.doc.names().def(it.def).sites.iter().map(place).collect()
}

/// The file that a path literal means; of a directory that can be imported, its `default.nix`.
fn file(doc: &Document, files: &dyn Files, node: NodeId) -> Option<Location> {
    let path = statics::path_of(doc, node)?;
    let path = imported(files, &path)?;
    Some(Location { path: Some(path), full: TextRange::default(), focus: TextRange::default() })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::fixture;
    use super::*;

    /// The text of each place with what names it in brackets, those in other files after their path.
    fn check(text: &str, expected: Expect) {
        let it = fixture(text);
        let found = definition(&it.doc, &it.files, it.offset).unwrap_or_default();
        let show = |at: &Location| {
            let doc =
                at.path.as_ref().map_or_else(|| it.doc.clone(), |path| it.files.document(path).expect("it is there"));
            let before = doc.show(TextRange::new(at.full.start, at.focus.start));
            let after = doc.show(TextRange::new(at.focus.end, at.full.end));
            let path = at.path.as_ref().map(|it| format!("{it} ")).unwrap_or_default();
            format!("{path}{before}[{}]{after}", doc.show(at.focus))
        };
        let shown: Vec<String> = found.locations.iter().map(show).collect();
        expected.assert_eq(&shown.join(" | "));
    }

    #[test]
    fn variables() {
        check("let a = 1; in $0a", expect!["[a] = 1;"]);
        check("let a.b = 1; a.c = 2; in a$0", expect!["[a].b = 1; | [a].c = 2;"]);
        check("rec { a = $0b; b = 1; }", expect!["[b] = 1;"]);
        check("a: (a: (a $0a)) 1", expect!["[a]"]);
        check("{ x ? 1, y ? $0x }: 1", expect!["[x] ? 1"]);
        check("{ x, ... }@args: $0args", expect!["@[args]"]);
        check("let a = 1; in { inherit $0a; }", expect!["[a] = 1;"]);
        check("let a = 1; in let inherit a; in $0a", expect!["[a] = 1;"]);
        check("let x = 1; in rec { x = 2; y = let inherit x; in $0x; }", expect!["[x] = 2;"]);
        check("$0map", expect![[""]]);
    }

    #[test]
    fn attributes() {
        check("let s = { a.b = 1; a.c = 2; }; in s.a.$0c", expect!["a.[c] = 2;"]);
        check("let s = { a.b = 1; }; in s.$0a.b", expect!["[a].b = 1;"]);
        check("let s = { a = 1; } // { a = 2; }; in s.$0a", expect!["[a] = 2; | [a] = 1;"]);
        check("let f = x: { y = x; }; in (f 1).$0y", expect!["[y] = x;"]);
        check("let s = { a = 1; }; inherit (s) a; in $0a", expect!["[a] = 1;"]);
        check("let s = { a = 1; }; in { inherit (s) $0a; }", expect!["[a] = 1;"]);
        check("let s = rec { t = { a = 1; }; u = t; }; in s.u.$0a or 2", expect!["[a] = 1;"]);
        check("let s = { \"a\" = 1; }; in s.$0a", expect![[r#"["a"] = 1;"#]]);
        check("x: x.$0a", expect![[""]]);
        check("let s = s.a; in s.$0a", expect![[""]]);
        check("let s = s // s; in s.$0a", expect![[""]]);
        check("let f = { a, b }: a; in f { $0a = 1; }", expect!["[a]"]);
    }

    #[test]
    fn what_with_brings() {
        check("let s = { a = 1; }; in with s; $0a", expect!["[a] = 1;"]);
        check("let s = { a = 1; }; in with s; with { b = 1; }; $0a", expect!["[a] = 1;"]);
        check("let s = { a = 1; }; in with s; x: with x; $0a", expect!["[with] x; a"]);
        check("x: with x; $0a", expect!["[with] x; a"]);
        check("with { a = 1; }; { inherit $0a; }", expect!["[a] = 1;"]);
    }

    #[test]
    fn other_files() {
        check("//- /a.nix\nimport $0./b.nix\n//- /b.nix\n1", expect!["/b.nix []"]);
        check("//- /a.nix\nimport $0./b\n//- /b/default.nix\n1", expect!["/b/default.nix []"]);
        check("//- /a.nix\n(import ./b.nix).$0x.y\n//- /b.nix\n{ x.y = 1; }", expect!["/b.nix [x].y = 1;"]);
        check(
            "//- /a.nix\nlet b = import ./b.nix { z = 1; }; in b.$0x\n//- /b.nix\n{ z }: { x = z; }",
            expect!["/b.nix [x] = z;"],
        );
        check("//- /a.nix\nimport ./b.nix { $0z = 1; }\n//- /b.nix\n{ z }: { x = z; }", expect!["/b.nix [z]"]);
        check(
            "//- /a.nix\nwith import ./b.nix; $0f 1\n//- /b.nix\nlet c = import ./c.nix; in { inherit (c) f; }\n//- /c.nix\n{ f = x: x; }",
            expect!["/c.nix [f] = x: x;"],
        );
        check("//- /a.nix\n(import ./a.nix).$0x", expect![[""]]);
        check(
            "//- /a.nix\np: p.callPackage ./b.nix { $0z = 1; }\n//- /b.nix\n{ y, z }: { x = z; }",
            expect!["/b.nix [z]"],
        );
        check(
            "//- /a.nix\np: (p.callPackage ./b.nix { }).$0x\n//- /b.nix\n{ y, z }: { x = z; }",
            expect!["/b.nix [x] = z;"],
        );
    }

    /// A tree as nixpkgs has it, in little.
    fn check_in_tree(file: &str, expected: Expect) {
        let tree = "//- /lib/default.nix
let
  inherit (import ./fix.nix { inherit lib; }) makeExtensible;
  lib = makeExtensible (self: let callLibs = file: import file { lib = self; }; in {
    lists = callLibs ./lists.nix;
    attrs = callLibs ./attrs.nix;
    inherit (self.lists) fold;
  });
in lib
//- /lib/fix.nix
{ lib }: rec {
  fix = f: let x = f x // { it = f; }; in x;
  makeExtensible = makeNamed \"extend\";
  makeNamed = name: rattrs: fix (self: (rattrs self) // { ${name} = 1; });
}
//- /lib/lists.nix
{ lib }: let inherit (lib.attrs) names; in rec { fold = x: y: names; first = fold; }
//- /lib/attrs.nix
{ lib }: { names = s: lib.fold; }
//- /pkgs/top-level/all-packages.nix
{ lib }: res: pkgs: super: with pkgs; { tool = callPackage ../tool { }; other = pkgs.tool.name; }
//- /pkgs/tool/default.nix
{ lib, stdenv, hello }: stdenv.mkDerivation (finalAttrs: { name = \"tool\"; src = finalAttrs.name; })
//- /pkgs/by-name/he/hello/package.nix
{ lib, tool }: { name = tool.name; }
";
        check(&format!("{tree}{file}"), expected);
    }

    #[test]
    fn what_files_are_given() {
        check_in_tree(
            "//- /lib/lists.nix\n{ lib }: lib.$0attrs.names",
            expect!["/lib/default.nix [attrs] = callLibs ./attrs.nix;"],
        );
        check_in_tree(
            "//- /lib/lists.nix\n{ lib }: { inherit (lib.attrs) $0names; }",
            expect!["/lib/attrs.nix [names] = s: lib.fold;"],
        );
        check_in_tree("//- /lib/attrs.nix\n{ lib }: lib.$0fold", expect!["/lib/lists.nix [fold] = x: y: names;"]);
        check_in_tree(
            "//- /pkgs/x/default.nix\n{ lib }: with lib; $0fold",
            expect!["/lib/lists.nix [fold] = x: y: names;"],
        );
        check_in_tree("//- /pkgs/x/default.nix\n{ lib, hello }: $0lib", expect!["[lib] | /lib/default.nix []"]);
        check_in_tree(
            "//- /pkgs/x/default.nix\n{ lib, hello }: $0hello",
            expect!["[hello] | /pkgs/by-name/he/hello/package.nix []"],
        );
        check_in_tree(
            "//- /pkgs/x/default.nix\n{ tool }: $0tool",
            expect![
                "[tool] | /pkgs/tool/default.nix [] | /pkgs/top-level/all-packages.nix [tool] = callPackage ../tool { };"
            ],
        );
        check_in_tree(
            "//- /pkgs/x/default.nix\n{ pkgs }: pkgs.$0tool",
            expect!["/pkgs/top-level/all-packages.nix [tool] = callPackage ../tool { };"],
        );
        check_in_tree(
            "//- /pkgs/x/default.nix\n{ stdenv }: stdenv.f (finalAttrs: { v = 1; w = finalAttrs.$0v; })",
            expect!["[v] = 1;"],
        );
        check(
            "//- /a.nix\nimport ./b.nix { z.y = 1; }\n//- /b.nix\n{ z }: { x = z.$0y; }",
            expect!["/a.nix z.[y] = 1;"],
        );
        check("//- /a.nix\nimport ./b.nix 1 { y = 1; }\n//- /b.nix\na: b: b.$0y", expect!["/a.nix [y] = 1;"]);
        check("let f = { a }: a.$0x; in f { a = { x = 1; }; }", expect!["[x] = 1;"]);
        check("let fix = f: let x = f x; in x; in (fix (me: { a = 1; })).$0a", expect!["[a] = 1;"]);
        check("let f = x: f x.a; in f (f $0f)", expect!["[f] = x: f x.a;"]);
    }
}
