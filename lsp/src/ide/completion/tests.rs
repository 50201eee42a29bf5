//! Texts with a cursor, and what may stand there.

use expect_test::{Expect, expect};

use super::super::tests::fixture;
use super::{CompletionKind, completion};

/// What is replaced, and the labels; builtins only by number if there are many.
fn check(text: &str, expected: Expect) {
    let it = fixture(text);
    let found = completion(&it.doc, &it.files, it.offset);
    let is_builtin = |kind| matches!(kind, CompletionKind::Builtin | CompletionKind::Constant);
    let n_builtins = found.items.iter().filter(|it| is_builtin(it.kind)).count();
    let shown: Vec<String> = (found.items.iter())
        .filter(|it| n_builtins < 5 || !is_builtin(it.kind))
        .map(|it| if it.insert == it.label { it.label.clone() } else { format!("{}→{}", it.label, it.insert) })
        .collect();
    let builtins = if n_builtins < 5 { "" } else { " + builtins" };
    expected.assert_eq(&format!("<{}> {}{builtins}", it.doc.show(found.range), shown.join(" ")));
}

#[test]
fn names_in_scope() {
    check("let a = 1; in x: let b = 2; in $0", expect!["<> b x a let if with assert rec + builtins"]);
    check("let abc = 1; in ab$0", expect!["<ab> abc let if with assert rec + builtins"]);
    check("{ x, y ? 1 }@z: [ $0 ]", expect!["<> x y z rec + builtins"]);
    check("rec { a = $0; b = 2; }", expect!["<> a b let if with assert rec + builtins"]);
    check("{ a = 1; b = f $0\n  c = 2; }", expect!["<> rec + builtins"]);
    check("with { w = 1; \"not a name\" = 2; }; $0", expect!["<> w let if with assert rec + builtins"]);
    check("\"${a$0}\"", expect!["<a> let if with assert rec + builtins"]);
    check("\"a $0\"", expect!["<> "]);
    check("# a $0", expect!["<> "]);
    check("x$0: 1", expect!["<x> "]);
    check("1$0", expect!["<> "]);
}

#[test]
fn keywords() {
    check("if true $0", expect!["<> then rec + builtins"]);
    check("if true then 1 e$0", expect!["<e> else rec + builtins"]);
    check("x: x.y $0", expect!["<> x or rec + builtins"]);
    check("let a = 1; i$0", expect!["<i> inherit in"]);
}

#[test]
fn attributes() {
    check("let s = { a.b = 1; c = 2; }; in s.$0", expect!["<> a c"]);
    check("let s = { a.b = 1; c = 2; }; in { x = s.$0; y = 1; }", expect!["<> a c"]);
    check("let s = { a.b = 1; c = 2; }; in s.a.b$0", expect!["<b> b"]);
    check("let s = { \"a b\" = 1; }; in s ? $0", expect![[r#"<> a b→"a b""#]]);
    check("x: [ x.one x.two.three x.$0 ]", expect!["<> one two"]);
    check("builtins.$0", expect!["<>  + builtins"]);
    check("let s = { a = 1; } // x; in s.$0", expect!["<> a"]);
    check("//- /a.nix\n(import ./b.nix { }).$0\n//- /b.nix\n{ }: { one = 1; two = 2; }", expect!["<> one two"]);
}

#[test]
fn names_of_bindings() {
    check("let f = { a, b ? 1, ... }: a; in f { a = 1; $0 }", expect!["<> b inherit"]);
    check("{ a.b = 1; a.$0 }", expect!["<> b"]);
    check("let s = { a = 1; }; in { inherit (s) $0; }", expect!["<> a"]);
    check("x: let y = 1; in rec { z = 1; inherit $0; }", expect!["<> y x"]);
    check("{ a, $0 }: a + b + c", expect!["<> b c"]);
}

#[test]
fn paths() {
    let files = "\n//- /b.nix\n1\n//- /c/default.nix\n1\n//- /c/d.txt\n1\n//- /c/a b.nix\n1";
    check(&format!("//- /a.nix\nimport ./$0{files}"), expect!["<> b.nix c"]);
    check(&format!("//- /a.nix\nimport ./c/d$0e.nix{files}"), expect!["<de.nix> d.txt default.nix"]);
    check(&format!("//- /c/x.nix\n../$0{files}"), expect!["<> b.nix c"]);
    check(&format!("//- /a.nix\nlet x = 1; in import $0{files}"), expect!["<> ./b.nix ./c x rec + builtins"]);
}

#[test]
fn letters_in_their_order() {
    let cases = [
        ("", "x", true),
        ("m", "mapAttrs", true),
        ("mA", "mapattrs", true),
        ("ma'", "mapAttrs'", true),
        ("\"a b", "a b", true),
        ("am", "mapAttrs", false),
        ("mm", "mapAttrs", false),
        ("é", "É", true),
    ];
    for (typed, label, expected) in cases {
        assert_eq!(super::may_become(typed, label), expected, "{typed} {label}");
    }
}
