//! What a name, path or word is: its kind, where it is bound, what the comment above it or the manual says. Knows no
//! values.

use nixscope_engine::syntax::SyntaxKind;

use super::definition::definitions;
use super::globals::{self, Builtin};
use super::names::{SiteKind, Target};
use super::statics::{self, DefRef, DocRef, Known};
use super::subject::{Subject, subject_at};
use super::tree::NodeId;
use super::{Document, EntryKind, Files, TextRange, describe};

/// What is shown at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: TextRange,
    /// Markdown.
    pub markdown: String,
}

/// What can be said of what is at an offset.
#[must_use]
pub fn hover(doc: &Document, files: &dyn Files, offset: u32) -> Option<Hover> {
    if let Some((subject, range)) = subject_at(doc, offset) {
        let markdown = of_subject(doc, files, &subject)?;
        return Some(Hover { range, markdown });
    }
    let token = doc.tree().touched(offset)?;
    let markdown = word(doc, token)?;
    Some(Hover { range: doc.tree().range(token), markdown })
}

fn of_subject(doc: &Document, files: &dyn Files, subject: &Subject) -> Option<String> {
    let here = DocRef::Here(doc);
    if let Subject::Path(node) = subject {
        return path(doc, files, *node);
    }
    if let Some(found) = definitions(&here, files, subject).first() {
        return Some(inherited_builtin(found, files).unwrap_or_else(|| describe::markdown(found)));
    }
    match subject {
        Subject::Variable(it) | Subject::Inherited(it, _) => {
            let name = doc.show_name(it.name);
            match it.target {
                Target::Global => globals::everywhere(name.as_bytes()).map(of_builtin),
                Target::With(with) => {
                    let scope = doc.tree().nodes(with).next()?;
                    if let Some(found) = builtin_member(&here, files, scope, &[name.clone().into_bytes()]) {
                        return Some(found);
                    }
                    let scope = describe::value_head(doc, scope);
                    Some(format!(
                        "```nix\n{name}\n```\nan attribute of `{scope}`, or of a `with` around it, if anything"
                    ))
                }
                Target::Nothing => Some(format!("```nix\n{name}\n```\nundefined")),
                Target::Def(_) => None,
            }
        }
        Subject::InheritedFrom { from: Some(from), name, .. } => {
            builtin_member(&here, files, *from, std::slice::from_ref(name))
        }
        Subject::Attribute { set, path } => builtin_member(&here, files, *set, path),
        _ => None,
    }
}

/// The builtin that a definition takes from `builtins`, if it does.
pub(super) fn inherited_builtin(it: &DefRef<'_>, files: &dyn Files) -> Option<String> {
    let def = it.doc.names().def(it.def);
    let site = def.main_site();
    let from = site.value.filter(|_| site.kind == SiteKind::InheritFrom)?;
    builtin_member(&it.doc, files, from, &[it.doc.names().text(def.name).to_vec()])
}

/// The builtin that an attribute is, if it is one.
fn builtin_member(doc: &DocRef<'_>, files: &dyn Files, set: NodeId, path: &[Vec<u8>]) -> Option<String> {
    let values = statics::values_at(doc, set, path, files);
    values.known.iter().find_map(|it| match it {
        Known::Builtin(builtin, 0) => Some(of_builtin(builtin)),
        Known::Builtins => globals::everywhere(b"builtins").map(of_builtin),
        _ => None,
    })
}

/// A builtin as Markdown.
pub(super) fn of_builtin(builtin: &Builtin) -> String {
    let mut text = format!("```nix\n{}\n```\n", builtin.signature());
    text.push_str(if builtin.is_function { "builtin function" } else { "builtin" });
    if let Some(feature) = builtin.feature {
        text.push_str(&format!(", needs the experimental feature `{feature}`"));
    }
    if !builtin.doc.is_empty() {
        text.push_str("\n\n---\n\n");
        text.push_str(builtin.doc);
    }
    text
}

fn path(doc: &Document, files: &dyn Files, node: NodeId) -> Option<String> {
    let path = statics::path_of(doc, node)?;
    let kind = match files.kind(&path) {
        Some(EntryKind::File) => "file",
        Some(EntryKind::Folder) => "directory",
        None => "there is no such file",
    };
    Some(format!("`{path}`\n\n{kind}"))
}

/// What a keyword or operator does.
fn word(doc: &Document, token: NodeId) -> Option<String> {
    let (form, text) = match doc.tree().kind(token) {
        SyntaxKind::TOKEN_LET => ("let name = value; … in body", "Binds names that the values and the body see."),
        SyntaxKind::TOKEN_IN => ("let … in body", "The body of a `let`."),
        SyntaxKind::TOKEN_WITH => (
            "with set; body",
            "The body sees the attributes of *set* as variables, where nothing else binds their names.",
        ),
        SyntaxKind::TOKEN_REC => ("rec { … }", "A set whose values see its names as variables."),
        SyntaxKind::TOKEN_INHERIT => (
            "inherit name …;   inherit (set) name …;",
            "Binds names to the variables of the same name around, or to attributes of *set*.",
        ),
        SyntaxKind::TOKEN_IF | SyntaxKind::TOKEN_THEN | SyntaxKind::TOKEN_ELSE => {
            ("if condition then value else other", "One of two values. Only the one that is needed is computed.")
        }
        SyntaxKind::TOKEN_ASSERT => {
            ("assert condition; body", "The body, if the condition is true; a fault otherwise.")
        }
        SyntaxKind::TOKEN_OR => ("set.path or default", "The default, if the set does not have the attribute."),
        SyntaxKind::TOKEN_ELLIPSIS => ("{ name, ... }: body", "The function takes further attributes."),
        SyntaxKind::TOKEN_UPDATE => ("left // right", "The attributes of both sets; those of *right* come first."),
        SyntaxKind::TOKEN_CONCAT => ("left ++ right", "The elements of both lists."),
        SyntaxKind::TOKEN_IMPLICATION => ("left -> right", "True unless *left* is true and *right* is not."),
        SyntaxKind::TOKEN_QUESTION if is_has_attr(doc, token) => ("set ? path", "Whether the set has the attribute."),
        SyntaxKind::TOKEN_PIPE_RIGHT => ("value |> function", "The function, called with the value."),
        SyntaxKind::TOKEN_PIPE_LEFT => ("function <| value", "The function, called with the value."),
        SyntaxKind::TOKEN_CUR_POS => {
            ("__curPos", "The place where this word stands: a set of `file`, `line`, `column`.")
        }
        _ => return None,
    };
    Some(format!("```nix\n{form}\n```\n{text}"))
}

fn is_has_attr(doc: &Document, token: NodeId) -> bool {
    doc.tree().parent_kind(token) == SyntaxKind::NODE_HAS_ATTR
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::fixture;
    use super::*;

    fn check(text: &str, expected: Expect) {
        let it = fixture(text);
        let shown = match hover(&it.doc, &it.files, it.offset) {
            Some(hover) => format!("<{}>\n{}\n", it.doc.show(hover.range), hover.markdown),
            None => String::new(),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn names() {
        check(
            "let\n  # Adds.\n  #\n  # Twice.\n  f = x: { y, z ? 1 }:\n    x;\nin $0f",
            expect![[r#"
            <f>
            ```nix
            f = x: { y, z ? 1 }: …
            ```
            let binding

            ---

            Adds.

            Twice.
        "#]],
        );
        check(
            "{ /** Its *doc*.\n       More. */\n  a = {\n    b = 1;\n  };\n}.$0a",
            expect![[r#"
                <a>
                ```nix
                a = { … }
                ```
                attribute

                ---

                Its *doc*.
                More.
            "#]],
        );
        check(
            "let a.b = 1; a.c = 2; in $0a",
            expect![[r#"
            <a>
            ```nix
            a = { b; c }
            ```
            let binding
        "#]],
        );
        check(
            "{ a ? 1 }: $0a",
            expect![[r#"
            <a>
            ```nix
            a ? 1
            ```
            formal argument
        "#]],
        );
        check(
            "x: $0x",
            expect![[r#"
            <x>
            ```nix
            x
            ```
            argument
        "#]],
        );
        check(
            "x: { inherit (x) $0y; }",
            expect![[r#"
            <y>
            ```nix
            inherit (x) y
            ```
            inherited
        "#]],
        );
        check(
            "x: with x; $0y",
            expect![[r#"
            <y>
            ```nix
            y
            ```
            an attribute of `x`, or of a `with` around it, if anything
        "#]],
        );
        check(
            "$0nothing",
            expect![[r#"
            <nothing>
            ```nix
            nothing
            ```
            undefined
        "#]],
        );
        check(
            "//- /a.nix\n(import ./b.nix).$0x\n//- /b.nix\n{\n  # The x.\n  x = 1;\n}",
            expect![[r#"
            <x>
            ```nix
            x = 1
            ```
            attribute in `/b.nix`

            ---

            The x.
        "#]],
        );
    }

    #[test]
    fn builtins() {
        check(
            "$0map",
            expect![[r#"
            <map>
            ```nix
            map f list
            ```
            builtin function

            ---

            The list of what *f* gives for each element of *list*.
        "#]],
        );
        check(
            "builtins.$0length",
            expect![[r#"
            <length>
            ```nix
            builtins.length e
            ```
            builtin function

            ---

            How many elements the list *e* has.
        "#]],
        );
        check(
            "with builtins; $0length",
            expect![[r#"
            <length>
            ```nix
            builtins.length e
            ```
            builtin function

            ---

            How many elements the list *e* has.
        "#]],
        );
        check(
            "let b = builtins; in { inherit (b) $0head; }",
            expect![[r#"
                <head>
                ```nix
                builtins.head list
                ```
                builtin function

                ---

                The first element of *list*.
            "#]],
        );
    }

    #[test]
    fn words_and_paths() {
        check(
            "$0with x; y",
            expect![[r#"
            <with>
            ```nix
            with set; body
            ```
            The body sees the attributes of *set* as variables, where nothing else binds their names.
        "#]],
        );
        check(
            "$0./main.nix",
            expect![[r#"
            <./main.nix>
            `/main.nix`

            file
        "#]],
        );
        check(
            "$0./other.nix",
            expect![[r#"
            <./other.nix>
            `/other.nix`

            there is no such file
        "#]],
        );
        check("1 $0+ 2", expect![[""]]);
    }
}
