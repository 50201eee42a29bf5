//! Gives a name another name, everywhere it is meant. Where `inherit` ties two names together of which only one changes,
//! it becomes a binding. Refuses what would change what other names mean.

use super::definition::nearest;
use super::edit::{Edit, FileEdits, with_blanks_before};
use super::names::{SetKind, SiteKind, Target};
use super::references::{candidates, known_meanings, others};
use super::statics::{DefRef, DocRef};
use super::subject::{Subject, subject_at, subject_of};
use super::tree::NodeId;
use super::{Document, Files, TextRange, syntax};

/// What can be renamed at an offset: its range and its name.
///
/// # Errors
/// Why not, as a sentence.
pub fn prepare_rename(doc: &Document, files: &dyn Files, offset: u32) -> Result<(TextRange, String), String> {
    let (wanted, range) = target(doc, files, offset)?;
    let names = wanted.doc.names();
    Ok((range, String::from_utf8_lossy(names.text(names.def(wanted.def).name)).into_owned()))
}

/// The changes that give what is meant at an offset a new name.
///
/// # Errors
/// Why that cannot be done, as a sentence.
pub fn rename(doc: &Document, files: &dyn Files, offset: u32, new: &str) -> Result<Vec<FileEdits>, String> {
    let (wanted, _) = target(doc, files, offset)?;
    let names = wanted.doc.names();
    let kind = names.set(names.def(wanted.def).set).kind;
    if kind != SetKind::Plain && !syntax::is_word(new.as_bytes()) {
        return Err(format!("`{new}` is not a name"));
    }
    let written = if syntax::is_word(new.as_bytes()) { new.to_owned() } else { quoted(new) };
    let set = names.def(wanted.def).set;
    if names.lookup(new.as_bytes()).is_some_and(|it| names.find(set, it).is_some()) {
        return Err(format!("there is a `{new}` already"));
    }
    check_capture(&wanted, new)?;
    let renaming = Renaming { files, wanted: &wanted, new, written: &written };
    let mut all = Vec::new();
    let may_name = |path: &String| known_meanings(path, files, &wanted).is_none_or(|it| it.0.names(it.1));
    let paths = others(doc, files, &wanted).into_iter().filter(may_name);
    let elsewhere = paths.filter_map(|it| files.document(&it)).map(DocRef::There);
    for it in std::iter::once(DocRef::Here(doc)).chain(elsewhere) {
        let mut edits = renaming.edits(&it)?;
        if !edits.is_empty() {
            edits.sort_by_key(|it| it.range);
            all.push(FileEdits { path: it.elsewhere(), edits });
        }
    }
    Ok(all)
}

/// The places in a document that an editor may change together while a name is typed: those of a variable that is bound
/// in one place and never inherited.
#[must_use]
pub fn linked_editing(doc: &Document, offset: u32) -> Vec<TextRange> {
    let Ok((wanted, _)) = target(doc, &super::NoFiles, offset) else { return Vec::new() };
    let names = doc.names();
    let def = names.def(wanted.def);
    let is_simple = matches!(def.sites[..], [site] if !matches!(site.kind, SiteKind::Inherit | SiteKind::InheritFrom));
    let is_local = match names.set(def.set).kind {
        SetKind::Let => true,
        SetKind::Args => def.sites[0].kind != SiteKind::Formal,
        SetKind::Plain | SetKind::Rec => false,
    };
    let is_inherited = names.uses_of(wanted.def).any(|it| names.def_at(it.node).is_some());
    if !is_simple || !is_local || is_inherited {
        return Vec::new();
    }
    let uses = names.uses_of(wanted.def).map(|it| it.node);
    let mut ranges: Vec<TextRange> =
        std::iter::once(def.sites[0].name).chain(uses).map(|it| doc.tree().range(it)).collect();
    ranges.sort_unstable();
    ranges
}

/// A name in quotes.
pub(super) fn quoted(name: &str) -> String {
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
    format!("\"{escaped}\"")
}

/// The definition that is meant, and the name at the offset.
fn target<'a>(doc: &'a Document, files: &dyn Files, offset: u32) -> Result<(DefRef<'a>, TextRange), String> {
    let (subject, range) = subject_at(doc, offset).ok_or("there is no name here")?;
    let here = DocRef::Here(doc);
    let found = nearest(&here, files, &subject).into_iter().next();
    if let Some(found) = found {
        return Ok((found, range));
    }
    Err(match &subject {
        Subject::InheritedFrom { def: Some(def), .. } => return Ok((DefRef { doc: here, def: *def }, range)),
        Subject::Variable(it) if it.target == Target::Global => "a builtin keeps its name".to_owned(),
        Subject::Path(_) => "a path is no name".to_owned(),
        _ => "it is not known where this name is bound".to_owned(),
    })
}

/// Whether variables would mean something else with the new name.
fn check_capture(wanted: &DefRef<'_>, new: &str) -> Result<(), String> {
    let doc = &wanted.doc;
    let names = doc.names();
    let set = names.def(wanted.def).set;
    if names.set(set).kind == SetKind::Plain {
        return Ok(());
    }
    let Some(new_name) = names.lookup(new.as_bytes()) else { return Ok(()) };
    for it in names.uses_of(wanted.def) {
        let inner = doc.scopes_at(it.node).take_while(|&it| it != set);
        if inner.into_iter().any(|it| names.find(it, new_name).is_some()) {
            return Err(format!("another `{new}` is in the way where this is used"));
        }
    }
    let scope = names.set(set).node;
    for it in names.uses().iter().filter(|it| it.name == new_name && doc.tree().contains(scope, it.node)) {
        let innermost = doc.scopes_at(it.node).find(|&it| it == set || names.find(it, new_name).is_some());
        if innermost == Some(set) {
            return Err(format!("it would hide another `{new}`"));
        }
    }
    Ok(())
}

struct Renaming<'r, 'a> {
    files: &'r dyn Files,
    wanted: &'r DefRef<'a>,
    new: &'r str,
    written: &'r str,
}

impl Renaming<'_, '_> {
    fn edits(&self, doc: &DocRef<'_>) -> Result<Vec<Edit>, String> {
        let names = self.wanted.doc.names();
        let old = names.text(names.def(self.wanted.def).name);
        let mut edits = Vec::new();
        for node in candidates(doc, old) {
            let Some(subject) = subject_of(doc, node) else { continue };
            let is_meant = nearest(doc, self.files, &subject).iter().any(|it| it.is(self.wanted));
            match subject {
                Subject::Inherited(_, def) | Subject::InheritedFrom { def, .. } => {
                    let binds = def.is_some_and(|def| self.wanted.is(&DefRef { doc: doc.clone(), def }));
                    self.inherited(doc, node, is_meant, binds, &mut edits)?;
                }
                Subject::Variable(_) if is_meant && !syntax::is_word(self.new.as_bytes()) => {
                    return Err(format!("`{}` is not a name for a variable", self.new));
                }
                _ if is_meant => edits.push(Edit::replace(doc.tree().range(node), self.written)),
                _ => {}
            }
        }
        Ok(edits)
    }

    /// `name` in an `inherit`, which may be meant as what it takes, what it binds, or both.
    fn inherited(
        &self,
        doc: &DocRef<'_>,
        node: NodeId,
        takes: bool,
        binds: bool,
        edits: &mut Vec<Edit>,
    ) -> Result<(), String> {
        let tree = doc.tree();
        let range = tree.range(node);
        if takes == binds {
            if takes {
                edits.push(Edit::replace(range, self.written));
            }
            return Ok(());
        }
        let Some(inherit) = tree.parent(node) else { return Ok(()) };
        let old = doc.show(range);
        let from = tree.node(inherit, nixscope_engine::syntax::SyntaxKind::NODE_INHERIT_FROM);
        let from = from.and_then(|it| tree.nodes(it).next());
        let (left, right) = if binds { (self.written, &*old) } else { (&*old, self.written) };
        let value = match from {
            Some(from) => format!("{}.{right}", operand(doc, from)),
            None if syntax::is_word(right.as_bytes()) => right.to_owned(),
            None => return Err(format!("`{right}` is not a name for a variable")),
        };
        let binding = format!("{left} = {value};");
        if syntax::inherited(tree, inherit).nth(1).is_none() {
            edits.push(Edit::replace(tree.range(inherit), binding));
            return Ok(());
        }
        edits.push(Edit::remove(with_blanks_before(doc, node)));
        let range = tree.range(inherit);
        let blanks = with_blanks_before(doc, inherit);
        let separator = doc.show(TextRange::new(blanks.start, range.start));
        let separator = if separator.is_empty() { " ".to_owned() } else { separator };
        edits.push(Edit::insert(range.end, format!("{separator}{binding}")));
        Ok(())
    }
}

/// An expression as something can be selected from it.
pub(super) fn operand(doc: &Document, expr: NodeId) -> String {
    use nixscope_engine::syntax::SyntaxKind;
    let text = doc.show(doc.tree().range(expr));
    match doc.tree().kind(expr) {
        SyntaxKind::NODE_IDENT | SyntaxKind::NODE_PAREN | SyntaxKind::NODE_ATTR_SET => text,
        SyntaxKind::NODE_SELECT if doc.tree().token(expr, SyntaxKind::TOKEN_OR).is_none() => text,
        _ => format!("({text})"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::{apply, fixture};
    use super::*;

    /// The texts with the name at the cursor changed to `new`.
    fn check(text: &str, expected: Expect) {
        check_as(text, "new", expected);
    }

    fn check_as(text: &str, new: &str, expected: Expect) {
        let it = fixture(text);
        let shown = match rename(&it.doc, &it.files, it.offset, new) {
            Err(why) => format!("error: {why}"),
            Ok(all) => {
                let show = |edits: &FileEdits| match &edits.path {
                    None => apply(it.doc.text(), &edits.edits),
                    Some(path) => {
                        let doc = it.files.document(path).expect("it is there");
                        format!("{path} {}", apply(doc.text(), &edits.edits))
                    }
                };
                all.iter().map(show).collect::<Vec<_>>().join(" | ")
            }
        };
        expected.assert_eq(&shown.replace('\n', "↵"));
    }

    #[test]
    fn variables() {
        check("let $0a = 1; b = a; in a + (a: a) 1", expect!["let new = 1; b = new; in new + (a: a) 1"]);
        check("let a.x = 1; a.y = a.x; in $0a", expect!["let new.x = 1; new.y = new.x; in new"]);
        check("{ x, y ? x }@z: $0x", expect!["{ new, y ? new }@z: new"]);
        check("a: a + $0a", expect!["new: new + new"]);
        check("$0map", expect!["error: a builtin keeps its name"]);
        check("x: with x; $0y", expect!["error: it is not known where this name is bound"]);
    }

    #[test]
    fn inherited_names_come_apart() {
        check("let a = 1; in { inherit a; b = $0a; }", expect!["let new = 1; in { a = new; b = new; }"]);
        check(
            "let a = 1; c = 2; in {\n  inherit a c;\n  b = $0a;\n}",
            expect!["let new = 1; c = 2; in {↵  inherit c;↵  a = new;↵  b = new;↵}"],
        );
        check("let s = { a = 1; }; in { inherit (s) $0a; }", expect!["let s = { new = 1; }; in { a = s.new; }"]);
        check("let inherit (builtins) map; in $0map", expect!["let new = builtins.map; in new"]);
        check("x: let inherit (x y) a b; in [ $0a b ]", expect!["x: let inherit (x y) b; new = (x y).a; in [ new b ]"]);
        check("let a = 1; in let inherit a; in $0a", expect!["let a = 1; in let new = a; in new"]);
        check(
            "let s = rec { inherit (s) a; b = $0a; }; in s.a",
            expect!["let s = rec { inherit (s) new; b = new; }; in s.new"],
        );
    }

    #[test]
    fn attributes() {
        check(
            "let s = { $0a = 1; }; in s.a + (with s; a) + s.b.a",
            expect!["let s = { new = 1; }; in s.new + (with s; new) + s.b.a"],
        );
        check_as("let s = { $0a = 1; }; in s.a", "a b", expect![[r#"let s = { "a b" = 1; }; in s."a b""#]]);
        check_as("let s = { $0a = 1; }; in with s; a", "a b", expect!["error: `a b` is not a name for a variable"]);
        check("let s = { \"$0a\" = 1; }; in s.a", expect!["let s = { new = 1; }; in s.new"]);
        check(
            "let f = { a, b ? a }: a; in f { $0a = 1; }",
            expect!["let f = { new, b ? new }: new; in f { new = 1; }"],
        );
    }

    #[test]
    fn what_would_mean_something_else() {
        check("let $0a = 1; new = 2; in a", expect!["error: there is a `new` already"]);
        check("let $0a = 1; in new: a", expect!["error: another `new` is in the way where this is used"]);
        check("new: let $0a = 1; in new", expect!["error: it would hide another `new`"]);
        check_as("let $0a = 1; in a", "1x", expect!["error: `1x` is not a name"]);
        check_as("let $0a = 1; in a", "with", expect!["error: `with` is not a name"]);
        check("{ $0a = 1; new = 2; }", expect!["error: there is a `new` already"]);
    }

    #[test]
    fn other_files() {
        check(
            "//- /a.nix\n{ $0x = 1; }\n//- /b.nix\n(import ./a.nix).x",
            expect!["{ new = 1; }↵ | /b.nix (import ./a.nix).new"],
        );
        check(
            "//- /a.nix\n{ x }: $0x\n//- /b.nix\nimport ./a.nix { x = 1; }",
            expect!["{ new }: new↵ | /b.nix import ./a.nix { new = 1; }"],
        );
        check(
            "//- /a.nix\n{ x = 1; }\n//- /b.nix\nlet inherit (import ./a.nix) $0x; in x",
            expect!["let x = (import ./a.nix).new; in x | /a.nix { new = 1; }↵"],
        );
    }

    #[test]
    fn linked() {
        let it = fixture("let $0a = 1; in a + a");
        let ranges = linked_editing(&it.doc, it.offset);
        let shown: Vec<String> = ranges.iter().map(|range| format!("{}..{}", range.start, range.end)).collect();
        expect!["4..5 14..15 18..19"].assert_eq(&shown.join(" "));
        assert!(linked_editing(&fixture("let $0a = 1; in { inherit a; }").doc, 4).is_empty());
    }
}
