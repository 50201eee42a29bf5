//! Files and folders that get other names: the path literals that lead to them, and those inside of them, are written so
//! that they lead where they led before.

use nixscope_engine::syntax::SyntaxKind;

use super::edit::{Edit, FileEdits};
use super::files::absolute;
use super::tree::{NodeId, is_path_token};
use super::{Document, EntryKind, Files, TextRange};

/// A file or folder, by its absolute path, and its path afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where it is.
    pub from: String,
    /// Where it will be.
    pub to: String,
}

/// The changes, each of a text where it is before anything is moved.
#[must_use]
pub fn moved(files: &dyn Files, moves: &[Move]) -> Vec<FileEdits> {
    let mut all = Vec::new();
    for path in files.workspace() {
        let Some(doc) = files.document(&path) else { continue };
        let tree = doc.tree();
        let paths =
            tree.all().filter(|&it| matches!(tree.kind(it), SyntaxKind::NODE_PATH_REL | SyntaxKind::NODE_PATH_ABS));
        let edits: Vec<Edit> = paths.filter_map(|it| literal(&doc, files, moves, it)).collect();
        if !edits.is_empty() {
            all.push(FileEdits { path: Some(path), edits });
        }
    }
    all
}

/// Where a path leads afterwards; `None` if it stays.
fn after(moves: &[Move], path: &str) -> Option<String> {
    moves.iter().find_map(|it| {
        let from = it.from.trim_end_matches('/');
        let rest = path.strip_prefix(from).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        Some(format!("{}{rest}", it.to.trim_end_matches('/')))
    })
}

fn literal(doc: &Document, files: &dyn Files, moves: &[Move], node: NodeId) -> Option<Edit> {
    let tree = doc.tree();
    let (folder, path) = (doc.folder()?, doc.path()?);
    let is_absolute = tree.kind(node) == SyntaxKind::NODE_PATH_ABS;
    let range = tree.range(node);
    let written = if tree.nodes(node).next().is_none() {
        range
    } else {
        // Of a path with something computed in it the folder is known up to there.
        let first = tree.elements(node).next().filter(|&it| is_path_token(tree.kind(it)))?;
        let text = doc.slice(tree.range(first));
        let end = memchr::memrchr(b'/', text)? as u32;
        TextRange::new(range.start, range.start + end)
    };
    let text = doc.show(written);
    let old = absolute(folder, &text);
    let target = target(files, moves, &old);
    let new_path = after(moves, path);
    if target.is_none() && (is_absolute || new_path.is_none()) {
        return None;
    }
    let target = target.unwrap_or(old);
    let new_path = new_path.unwrap_or_else(|| path.to_owned());
    let new_folder = new_path.rsplit_once('/').map_or("", |it| it.0);
    let mut new = if is_absolute { target } else { relative(new_folder, &target) };
    if written != range {
        new.truncate(new.strip_suffix("/.").map_or(new.len(), str::len));
    }
    let keeps = absolute(new_folder, &text) == absolute(new_folder, &new);
    (!keeps && is_writable(&new)).then(|| Edit::replace(written, new))
}

/// Where what a path means will be; `None` if it stays. A folder means its `default.nix`, too.
fn target(files: &dyn Files, moves: &[Move], path: &str) -> Option<String> {
    if let Some(moved) = after(moves, path) {
        return Some(moved);
    }
    let default = format!("{}/default.nix", path.trim_end_matches('/'));
    let is_folder = moves.iter().any(|it| it.from == default) && files.kind(path) == Some(EntryKind::Folder);
    let moved = after(moves, &default).filter(|_| is_folder)?;
    Some(moved.strip_suffix("/default.nix").map_or(moved.clone(), str::to_owned))
}

/// A path as it is written in a file of a folder.
fn relative(folder: &str, path: &str) -> String {
    let parts = |it: &str| -> Vec<String> { it.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect() };
    let (folder, path) = (parts(folder), parts(path));
    let same = folder.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let ups = folder.len() - same;
    let mut found: Vec<&str> = if ups == 0 { vec!["."] } else { vec![".."; ups] };
    found.extend(path[same..].iter().map(String::as_str));
    // `..` alone is no path.
    if same == path.len() {
        found.push(".");
    }
    found.join("/")
}

/// Whether a path can be written as a literal.
fn is_writable(path: &str) -> bool {
    path.bytes().all(|it| it.is_ascii_alphanumeric() || b"/._-+".contains(&it))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::{apply, fixture};
    use super::*;

    /// The texts that change when a file or folder is moved.
    fn check(text: &str, from: &str, to: &str, expected: Expect) {
        let it = fixture(text);
        let moves = [Move { from: from.to_owned(), to: to.to_owned() }];
        let show = |it: &FileEdits, doc: &Document| {
            format!("{}: {}", it.path.as_deref().unwrap_or_default(), apply(doc.text(), &it.edits).trim_end())
        };
        let found = moved(&it.files, &moves);
        let shown = found.iter().map(|edits| {
            let path = edits.path.as_deref().expect("a path");
            show(edits, &it.files.document(path).expect("it is there"))
        });
        expected.assert_eq(&shown.map(|it| it + "\n").collect::<String>());
    }

    #[test]
    fn files_and_folders() {
        let text = "//- /a.nix\n[ ./b.nix ./c ./c/. ./c/default.nix ./d/e.nix ./. ]\n//- /b.nix\nimport ./a.nix\n//- /c/default.nix\n\
            [ ../b.nix ./e.nix ../. ./x/${y}/z ../${y} ]\n//- /c/e.nix\n1\n//- /d/e.nix\n../c/e.nix";
        check(
            text,
            "/b.nix",
            "/n.nix",
            expect![[r#"
            /a.nix: [ ./n.nix ./c ./c/. ./c/default.nix ./d/e.nix ./. ]
            /c/default.nix: [ ../n.nix ./e.nix ../. ./x/${y}/z ../${y} ]
        "#]],
        );
        check(
            text,
            "/b.nix",
            "/c/b.nix",
            expect![[r#"
            /a.nix: [ ./c/b.nix ./c ./c/. ./c/default.nix ./d/e.nix ./. ]
            /b.nix: import ../a.nix
            /c/default.nix: [ ./b.nix ./e.nix ../. ./x/${y}/z ../${y} ]
        "#]],
        );
        check(
            text,
            "/c",
            "/n/c",
            expect![[r#"
            /a.nix: [ ./b.nix ./n/c ./n/c ./n/c/default.nix ./d/e.nix ./. ]
            /c/default.nix: [ ../../b.nix ./e.nix ../../. ./x/${y}/z ../../${y} ]
            /d/e.nix: ../n/c/e.nix
        "#]],
        );
        check(
            text,
            "/c/default.nix",
            "/c/other.nix",
            expect![[r#"
            /a.nix: [ ./b.nix ./c/other.nix ./c/other.nix ./c/other.nix ./d/e.nix ./. ]
        "#]],
        );
        check(
            text,
            "/c/default.nix",
            "/default.nix",
            expect![[r#"
            /a.nix: [ ./b.nix ./. ./. ./default.nix ./d/e.nix ./. ]
            /c/default.nix: [ ../b.nix ./c/e.nix ../. ./c/x/${y}/z ../${y} ]
        "#]],
        );
        check(
            text,
            "/d/e.nix",
            "/e.nix",
            expect![[r#"
            /a.nix: [ ./b.nix ./c ./c/. ./c/default.nix ./e.nix ./. ]
        "#]],
        );
        check(text, "/b.nix", "/a name.nix", expect![[""]]);
        check(
            "//- /a.nix\n[ /b.nix /c/b.nix ]\n//- /b.nix\n1",
            "/b.nix",
            "/c.nix",
            expect![[r#"
            /a.nix: [ /c.nix /c/b.nix ]
        "#]],
        );
    }
}
