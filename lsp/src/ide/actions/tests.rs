//! Texts with a cursor or a selection, and what they become.

use expect_test::{Expect, expect};

use super::super::tests::{apply, document};
use super::super::{TextRange, code_actions};

/// What each action makes of the text. `$0` is the cursor, a second one ends the selection.
fn check(text: &str, expected: Expect) {
    let start = text.find("$0").expect("a fixture has a cursor");
    let text = text.replacen("$0", "", 1);
    let end = text.find("$0").unwrap_or(start);
    let doc = document("/main.nix", &text.replacen("$0", "", 1));
    let shown: Vec<String> = code_actions(&doc, TextRange::new(start as u32, end as u32))
        .iter()
        .map(|it| format!("{}: {}\n", it.title, apply(doc.text(), &it.edits).replace('\n', "↵")))
        .collect();
    expected.assert_eq(&shown.concat());
}

#[test]
fn bindings() {
    check(
        "x: { $0a = x.a; }",
        expect![[r#"
        Write as `inherit (x) a;`: x: { inherit (x) a; }
        Put the name in quotes: x: { "a" = x.a; }
    "#]],
    );
    check(
        "a: { a = $0a; }",
        expect![[r#"
        Write as `inherit a;`: a: { inherit a; }
    "#]],
    );
    check("rec { a = $0a; }", expect![[""]]);
    check(
        "x: { inherit (x) $0a b; }",
        expect![[r#"
        Write this `inherit` as bindings: x: { a = x.a;↵b = x.b; }
    "#]],
    );
    check(
        "a: b: {\n  inherit a $0b;\n}",
        expect![[r#"
        Write this `inherit` as bindings: a: b: {↵  a = a;↵  b = b;↵}
    "#]],
    );
    check("a: rec { inherit $0a; b = a; }", expect![[""]]);
    check(
        "{ $0a = { b = 1; c.d = 2; }; }",
        expect![[r#"
        Write as `a.… = …`: { a.b = 1;↵a.c.d = 2; }
        Put the name in quotes: { "a" = { b = 1; c.d = 2; }; }
    "#]],
    );
    check(
        "{ a$0.b.c = 1; }",
        expect![[r#"
        Write as `a = { … }`: { a = { b.c = 1; }; }
        Put the name in quotes: { "a".b.c = 1; }
    "#]],
    );
    check(
        "{ a$0.b = 1; a.c = 2; }",
        expect![[r#"
        Put the name in quotes: { "a".b = 1; a.c = 2; }
    "#]],
    );
}

#[test]
fn strings() {
    check(
        "\"a $0b\\n  c ${d}\\n\"",
        expect![[r#"
        Write as an indented string: ''↵  a b↵    c ${d}↵''
    "#]],
    );
    check(
        "\"$0a\\${b}\"",
        expect![[r#"
        Write as an indented string: ''a''${b}''
    "#]],
    );
    check("\"$0a\\{\"", expect![[""]]);
    check("\" $0a\"", expect![[""]]);
    check(
        "''$0a \"b\" ${c}''",
        expect![[r#"
        Write as a string in quotes: "a \"b\" ${c}"
    "#]],
    );
    check("''\n  $0a\n''", expect![[""]]);
    check(
        "{ \"$0a\" = 1; }",
        expect![[r#"
        Take the quotes off the name: { a = 1; }
    "#]],
    );
}

#[test]
fn names() {
    check(
        "let a = 1 + 2; in $0a * a",
        expect![[r#"
        Replace `a` by its value: (1 + 2) * (1 + 2)
    "#]],
    );
    check(
        "let $0a = 1; b = a; in b",
        expect![[r#"
            Replace `a` by its value: let b = 1; in b
        "#]],
    );
    check("let a = b; b = 1; in b: $0a b", expect![[""]]);
    check(
        "let a = 1; in { inherit $0a; }",
        expect![[r#"
        Write this `inherit` as bindings: let a = 1; in { a = a; }
    "#]],
    );
    check(
        "x: f ($0x + 1$0)",
        expect![[r#"
        Give this expression a name with `let`: x: let value = x + 1; in f (value)
    "#]],
    );
    check(
        "let\n  b = 1;\nin f $0b.c$0",
        expect![[r#"
        Give this expression a name with `let`: let↵  b = 1;↵  value = b.c;↵in f value
    "#]],
    );
    check(
        "{ a = [ $0(1 + 2)$0 ]; }",
        expect![[r#"
        Give this expression a name with `let`: { a = let value = (1 + 2); in [ value ]; }
    "#]],
    );
}

#[test]
fn missing_arguments() {
    check(
        "{ a, ... }: a + $0b",
        expect![[r#"
        Add `b` to the function's arguments: { a, b, ... }: a + b
    "#]],
    );
    check(
        "{\n  a,\n  c\n}: [ a c $0b ]",
        expect![[r#"
        Add `b` to the function's arguments: {↵  a,↵  c,↵  b↵}: [ a c b ]
    "#]],
    );
    check(
        "{ ... }: $0b",
        expect![[r#"
        Add `b` to the function's arguments: { b, ... }: b
    "#]],
    );
    check(
        "{ }: $0b",
        expect![[r#"
        Add `b` to the function's arguments: { b }: b
    "#]],
    );
}
