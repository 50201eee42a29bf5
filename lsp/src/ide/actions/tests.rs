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
            Write all of `a.…` as one set: { a = {↵  b = 1;↵  c = 2;↵}; }
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

#[test]
fn withs() {
    check(
        "lib: $0with lib; [ b a b lib ]",
        expect![[r#"
        Write as `let inherit (lib) …`: lib: let inherit (lib) a b; in [ b a b lib ]
        Write `lib.` before each name: lib: [ lib.b lib.a lib.b lib ]
    "#]],
    );
    check(
        "lib: with $0lib.x;\n  a",
        expect![[r#"
        Write as `let inherit (lib.x) …`: lib: let inherit (lib.x) a; in↵  a
        Write `lib.x.` before each name: lib: lib.x.a
    "#]],
    );
    check(
        "lib: $0with (import ./x { }); a",
        expect![[r#"
        Write as `let inherit (import ./x { }) …`: lib: let inherit (import ./x { }) a; in a
    "#]],
    );
    // Names may come from either.
    check("a: b: $0with a; with b; c", expect![[""]]);
    check("a: b: with a; $0with b; c", expect![[""]]);
    check(
        "lib: $0with lib; lib: a",
        expect![[r#"
        Write as `let inherit (lib) …`: lib: let inherit (lib) a; in lib: a
    "#]],
    );
    check(
        "lib: $0with lib; { inherit a; }",
        expect![[r#"
        Write as `let inherit (lib) …`: lib: let inherit (lib) a; in { inherit a; }
    "#]],
    );
    check("lib: with lib; $0a", expect![[""]]);
}

#[test]
fn order() {
    check(
        "b: a: { inherit b $0a; }",
        expect![[r#"
        Write this `inherit` as bindings: b: a: { b = b;↵a = a; }
        Sort the names: b: a: { inherit a b; }
    "#]],
    );
    check(
        "x: { inherit (x)\n  b\n  $0a; }",
        expect![[r#"
        Write this `inherit` as bindings: x: { b = x.b;↵a = x.a; }
        Sort the names: x: { inherit (x)↵  a↵  b; }
    "#]],
    );
    check(
        "{ b, $0a ? b, ... }: [ a b ]",
        expect![[r#"
        Sort the arguments: { a ? b, b, ... }: [ a b ]
    "#]],
    );
    check("{ b, # of b\n $0a }: [ a b ]", expect![[""]]);
    check(
        "{$0 b = 1; a.c = 2; }",
        expect![[r#"
        Sort the bindings: { a.c = 2; b = 1; }
    "#]],
    );
    check("{$0 a = 1; b = 2; }", expect![[""]]);
}

#[test]
fn several_paths() {
    check(
        "{\n  $0a.b = 1;\n  c = 2;\n  a.d.e = {\n    x = 1;\n  };\n}",
        expect![[r#"
        Write all of `a.…` as one set: {↵  a = {↵    b = 1;↵    d.e = {↵      x = 1;↵    };↵  };↵  c = 2;↵}
        Put the name in quotes: {↵  "a".b = 1;↵  c = 2;↵  a.d.e = {↵    x = 1;↵  };↵}
    "#]],
    );
    check(
        "{ a$0.b = 1; a = { }; }",
        expect![[r#"
        Put the name in quotes: { "a".b = 1; a = { }; }
    "#]],
    );
}

/// The text with what editors may do on their own.
fn check_all(text: &str, expected: Expect) {
    let doc = document("/main.nix", text);
    let show = |it: &crate::ide::Action| format!("{}: {}\n", it.title, apply(doc.text(), &it.edits).replace('\n', "↵"));
    let shown: Vec<String> = super::source_actions(&doc).iter().map(show).collect();
    expected.assert_eq(&shown.concat());
}

#[test]
fn of_the_whole_text() {
    check_all(
        "let a = 1; b = (2); c = 3; in x: with x; rec { inherit b; inherit (y) d c; }",
        expect![[r#"
        Remove what is not needed: let b = 2; in x: with x; { inherit b; inherit (y) d c; }
        Sort the names of all `inherit`s: let a = 1; b = (2); c = 3; in x: with x; rec { inherit b; inherit (y) c d; }
    "#]],
    );
    check_all(
        "y: let a = 1; b = 2; in { inherit (y) d c; b = ((b)); }",
        expect![[r#"
        Remove what is not needed: y: let b = 2; in { inherit (y) d c; b = (b); }
        Sort the names of all `inherit`s: y: let a = 1; b = 2; in { inherit (y) c d; b = ((b)); }
    "#]],
    );
    check_all("{ a = ; }", expect![[""]]);
}
