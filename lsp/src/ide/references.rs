//! Where a name is used: in its text, and in texts that import it. Names that are inherited count as uses of where they
//! come from.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::definition::{definitions, nearest};
use super::meanings::{Meanings, Wanted};
use super::names::{DefId, Target};
use super::reach::{Reach, reach};
use super::statics::{DefRef, DocRef};
use super::subject::{Subject, subject_at, subject_of};
use super::tree::NodeId;
use super::{Document, Files, NoFiles, TextRange, syntax};

/// A place where a name stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The file; `None` for the document asked about.
    pub path: Option<String>,
    /// The name.
    pub range: TextRange,
    /// Whether it is bound there.
    pub is_binding: bool,
}

/// Everything that means the same as the name at an offset, the document's own first.
#[must_use]
pub fn references(doc: &Document, files: &dyn Files, offset: u32) -> Vec<Reference> {
    let Some((subject, _)) = subject_at(doc, offset) else { return Vec::new() };
    let wanted = definitions(&DocRef::Here(doc), files, &subject);
    let Some(wanted) = wanted.first() else { return of_unknown(doc, &subject) };
    let mut found = of_def(&DocRef::Here(doc), files, wanted);
    for path in others(doc, files, wanted) {
        match known_meanings(&path, files, wanted) {
            Some((known, wanted)) => {
                let place = |(range, is_binding)| Reference { path: Some(path.clone()), range, is_binding };
                found.extend(known.of(wanted).map(place));
            }
            None => {
                let doc = files.document(&path).map(DocRef::There);
                found.extend(doc.into_iter().flat_map(|it| of_def(&it, files, wanted)));
            }
        }
    }
    found
}

/// What the names of a file mean, if that is known, and if a definition is not its own.
pub(super) fn known_meanings<'w>(
    path: &str,
    files: &dyn Files,
    wanted: &'w DefRef<'_>,
) -> Option<(Arc<Meanings>, Wanted<'w>)> {
    let own = wanted.doc.path()?;
    if own == path { None } else { Some((files.meanings(path)?, Wanted::new(wanted)?)) }
}

/// The same within the document, without looking at others.
#[must_use]
pub fn document_highlight(doc: &Document, offset: u32) -> Vec<Reference> {
    let Some((subject, _)) = subject_at(doc, offset) else { return Vec::new() };
    let here = DocRef::Here(doc);
    let wanted = definitions(&here, &NoFiles, &subject);
    match wanted.first() {
        Some(wanted) => of_def(&here, &NoFiles, wanted),
        None => of_unknown(doc, &subject),
    }
}

/// Files besides the document asked about in which a definition may be used.
pub(super) fn others(doc: &Document, files: &dyn Files, wanted: &DefRef<'_>) -> Vec<String> {
    let mut paths = match reach(wanted, files) {
        Reach::Own => Vec::new(),
        Reach::Importers => {
            let importers = wanted.doc.path().map(|it| files.importers(it)).unwrap_or_default();
            importers.into_iter().map(|it| it.0).collect()
        }
        Reach::Mentioning(names) => {
            let mut paths = files.mentioning(&names[0]);
            for name in &names[1..] {
                let with = files.mentioning(name);
                paths.retain(|it| with.binary_search(it).is_ok());
            }
            paths
        }
    };
    paths.extend(wanted.doc.path().map(str::to_owned));
    paths.sort_unstable();
    paths.dedup();
    paths.retain(|it| doc.path() != Some(it));
    paths
}

/// The names in a document that may be the same as a definition's: those with the same letters.
pub(super) fn candidates<'d>(doc: &'d Document, name: &'d [u8]) -> impl Iterator<Item = NodeId> + 'd {
    use nixscope_engine::syntax::SyntaxKind;
    let tree = doc.tree();
    let is_meant = move |&it: &NodeId| match tree.kind(it) {
        SyntaxKind::NODE_IDENT => doc.slice(tree.range(it)) == name,
        SyntaxKind::NODE_STRING | SyntaxKind::NODE_DYNAMIC => {
            matches!(tree.parent_kind(it), SyntaxKind::NODE_ATTRPATH | SyntaxKind::NODE_INHERIT)
                && syntax::static_name(doc.text(), tree, it) == Some(name)
        }
        _ => false,
    };
    tree.all().filter(|&it| !tree.is_token(it)).filter(is_meant)
}

fn of_def(doc: &DocRef<'_>, files: &dyn Files, wanted: &DefRef<'_>) -> Vec<Reference> {
    let path = doc.elsewhere();
    let name = wanted.doc.names().text(wanted.doc.names().def(wanted.def).name);
    let mut found = Vec::new();
    let mut known: FxHashMap<(DefId, Vec<Vec<u8>>), bool> = FxHashMap::default();
    for node in candidates(doc, name) {
        let Some(subject) = subject_of(doc, node) else { continue };
        let is_meant = || definitions(doc, files, &subject).iter().any(|it| it.is(wanted));
        // The same path of the same variable means the same.
        let is_meant = match &subject {
            Subject::Attribute { set, path } => match doc.names().use_at(*set).map(|it| it.target) {
                Some(Target::Def(def)) => *known.entry((def, path.clone())).or_insert_with(is_meant),
                _ => is_meant(),
            },
            _ => is_meant(),
        };
        if is_meant {
            let is_binding = match &subject {
                Subject::Binds(_) => nearest(doc, files, &subject).iter().any(|it| it.is(wanted)),
                _ => false,
            };
            found.push(Reference { path: path.clone(), range: doc.tree().range(node), is_binding });
        }
    }
    found
}

/// Variables that mean the same builtin, or the same unknown thing of the same `with`.
fn of_unknown(doc: &Document, subject: &Subject) -> Vec<Reference> {
    let (Subject::Variable(wanted) | Subject::Inherited(wanted, _)) = subject else { return Vec::new() };
    let mut found = Vec::new();
    if let Target::With(with) = wanted.target {
        let start = doc.tree().range(with).start;
        found.push(Reference { path: None, range: TextRange::new(start, start + 4), is_binding: true });
    }
    let same = doc.names().uses().iter().filter(|it| it.name == wanted.name && it.target == wanted.target);
    found.extend(same.map(|it| Reference { path: None, range: doc.tree().range(it.node), is_binding: false }));
    found
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::fixture;
    use super::*;

    /// The text with every place in brackets, `[=…]` where it is bound.
    fn check(text: &str, expected: Expect) {
        let it = fixture(text);
        let mut found = references(&it.doc, &it.files, it.offset);
        found.sort_by_key(|it| (it.path.clone(), it.range.start));
        let mut shown = String::new();
        let paths: Vec<Option<String>> = {
            let mut paths: Vec<_> = found.iter().map(|it| it.path.clone()).collect();
            paths.dedup();
            paths
        };
        for path in paths {
            let doc =
                path.as_ref().map_or_else(|| it.doc.clone(), |path| it.files.document(path).expect("it is there"));
            if let Some(path) = &path {
                shown.push_str(&format!(" | {path} "));
            }
            let mut at = 0;
            for place in found.iter().filter(|it| it.path == path) {
                shown.push_str(&doc.show(TextRange::new(at, place.range.start)));
                shown.push_str(if place.is_binding { "[=" } else { "[" });
                shown.push_str(&doc.show(place.range));
                shown.push(']');
                at = place.range.end;
            }
            shown.push_str(&doc.show(TextRange::new(at, doc.text().len() as u32)));
        }
        expected.assert_eq(&shown.replace('\n', "↵"));
    }

    #[test]
    fn variables() {
        check("let $0a = 1; b = a; in a + (a: a) 1", expect!["let [=a] = 1; b = [a]; in [a] + (a: a) 1"]);
        check("let a.x = 1; a.y = a.x; in $0a", expect!["let [=a].x = 1; [=a].y = [a].x; in [a]"]);
        check("{ x, y ? x }@z: $0x z.x", expect!["{ [=x], y ? [x] }@z: [x] z.x"]);
        check("let a = 1; in { inherit $0a; b = a; }", expect!["let [=a] = 1; in { inherit [a]; b = [a]; }"]);
        check("map $0map (map: map)", expect!["[map] [map] (map: map)"]);
        check("x: with x; $0y (y: y) y", expect!["x: [=with] x; [y] (y: y) [y]"]);
    }

    #[test]
    fn attributes() {
        check(
            "let s = { $0a = 1; b.a = 2; }; in s.a + s.b.a + (with s; a)",
            expect!["let s = { [=a] = 1; b.a = 2; }; in s.[a] + s.b.a + (with s; [a])"],
        );
        check(
            "let s = { a = 1; }; inherit (s) a; in $0a + s.a",
            expect!["let s = { [=a] = 1; }; inherit (s) [a]; in [a] + s.[a]"],
        );
        check("let f = { a }: a; in f { $0a = 1; }", expect!["let f = { [=a] }: [a]; in f { [=a] = 1; }"]);
        check("rec { $0a = 1; b = a; }.a", expect!["rec { [=a] = 1; b = [a]; }.[a]"]);
    }

    #[test]
    fn other_files() {
        let text = "//- /a.nix\n{ $0x = 1; }\n//- /b.nix\n(import ./a.nix).x\n//- /c.nix\n{ x = 1; }";
        check(text, expect!["{ [=x] = 1; }↵ | /b.nix (import ./a.nix).[x]↵"]);
        let text = "//- /a.nix\n{ x = 1; }\n//- /b.nix\n(import ./a.nix).x + (import ./a.nix).$0x";
        check(text, expect!["(import ./a.nix).[x] + (import ./a.nix).[x] | /a.nix { [=x] = 1; }↵"]);
        let text = "//- /a.nix\n{ $0x }: x\n//- /b.nix\nimport ./a.nix { x = 1; }";
        check(text, expect!["{ [=x] }: [x]↵ | /b.nix import ./a.nix { [=x] = 1; }"]);
    }
}
