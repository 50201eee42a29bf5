//! Texts, and what is said of them.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::super::tests::{apply, document};
use super::{Severity, diagnostics};

/// Each diagnostic on a line, the first fix of each below.
fn check(text: &str, expected: Expect) {
    let doc = document("/main.nix", text);
    let mut result = String::new();
    for it in diagnostics(&doc) {
        let severity = match it.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        };
        let _ = writeln!(result, "{severity} {} <{}> {}", it.code.name(), doc.show(it.range), it.message);
        for related in &it.related {
            let _ = writeln!(result, "  <{}> {}", doc.show(related.range), related.message);
        }
        for fix in &it.fixes {
            let fixed = apply(doc.text(), &fix.edits).replace('\n', "↵");
            let _ = writeln!(result, "  {}: {fixed}", fix.title);
        }
    }
    expected.assert_eq(&result);
}

#[test]
fn names_that_mean_nothing() {
    check(
        "foo",
        expect![[r#"
        error undefined-variable <foo> undefined variable 'foo'
    "#]],
    );
    check(
        "let value = 1; in vlaue + value",
        expect![[r#"
            error undefined-variable <vlaue> undefined variable 'vlaue'
              Replace by `value`: let value = 1; in value + value
        "#]],
    );
    check("with import ./x.nix; foo", expect![[""]]);
    check("{ foo }@args: bar: args.x foo bar __add builtins.nothing", expect![[""]]);
    check(
        "rec { a = b; b = x: y; inherit a c; }",
        expect![[r#"
        hint unused-argument <x> nothing uses the argument `x`
          Rename to `_x`: rec { a = b; b = _x: y; inherit a c; }
        error undefined-variable <y> undefined variable 'y'
        error invalid <a> attribute 'a' already defined at /main.nix:1:7
          <a> first defined here
        error undefined-variable <a> undefined variable 'a'
        error undefined-variable <c> undefined variable 'c'
    "#]],
    );
    check(
        "let a.b = a; inherit (a) c; in { inherit a c; d = d; }",
        expect![[r#"
        error undefined-variable <d> undefined variable 'd'
    "#]],
    );
    check("{ a = rec { x = 1; }; a.y = x; }", expect![[""]]);
    check(
        "{ a.y = x; a = rec { x = 1; }; }",
        expect![[r#"
        error undefined-variable <x> undefined variable 'x'
    "#]],
    );
}

#[test]
fn names_that_nothing_uses() {
    check(
        "let a = 1; b = a; c = b; in 1",
        expect![[r#"
            warning unused-binding <a> nothing uses `a`
            warning unused-binding <b> nothing uses `b`
            warning unused-binding <c> nothing uses `c`
              Remove `c`: let a = 1; b = a; in 1
              Rename to `_c`: let a = 1; b = a; _c = b; in 1
        "#]],
    );
    check(
        "let\n  a = 1;\n  b = 2;\nin b",
        expect![[r#"
        warning unused-binding <a> nothing uses `a`
          Remove `a`: let↵  b = 2;↵in b
          Rename to `_a`: let↵  _a = 1;↵  b = 2;↵in b
    "#]],
    );
    check(
        "let inherit (builtins) map filter; in map",
        expect![[r#"
        warning unused-binding <filter> nothing uses `filter`
          Remove `filter`: let inherit (builtins) map; in map
    "#]],
    );
    check(
        "let inherit (builtins) map; in 1",
        expect![[r#"
        warning unused-binding <map> nothing uses `map`
          Remove `map`: 1
    "#]],
    );
    check(
        "let f = x: f x; _g = 1; in 1",
        expect![[r#"
            warning unused-binding <f> nothing uses `f`
              Remove `f`: let _g = 1; in 1
        "#]],
    );
    check(
        "x: y: { a, b ? 1, ... }@c: y + a",
        expect![[r#"
        hint unused-argument <x> nothing uses the argument `x`
          Rename to `_x`: _x: y: { a, b ? 1, ... }@c: y + a
        hint unused-argument <b> nothing uses the argument `b`
          Remove `b`: x: y: { a, ... }@c: y + a
        hint unused-argument <c> nothing uses the argument `c`
          Remove `c`: x: y: { a, b ? 1, ... }: y + a
    "#]],
    );
    check("{ a, b }@c: c", expect![[""]]);
    check(
        "{ a }: _b: 1",
        expect![[r#"
        hint unused-argument <a> nothing uses the argument `a`
          Remove `a`: {  }: _b: 1
    "#]],
    );
    check(
        "let { x = 1; body = 2; }",
        expect![[r#"
        hint legacy-let <let> `let { … }` is an old way to write `let … in`
        warning unused-binding <x> nothing uses `x`
          Remove `x`: let { body = 2; }
          Rename to `_x`: let { _x = 1; body = 2; }
    "#]],
    );
}

#[test]
fn words_that_do_nothing() {
    check(
        "with {}; 1",
        expect![[r#"
        warning unused-with <with {};> nothing is looked up in this `with`
          Remove this `with`: 1
    "#]],
    );
    check("x: with x; y", expect![[""]]);
    check(
        "x: with x; with x.y; [ true x ]",
        expect![[r#"
        warning unused-with <with x;> nothing is looked up in this `with`
          Remove this `with`: x: with x.y; [ true x ]
        warning unused-with <with x.y;> nothing is looked up in this `with`
          Remove this `with`: x: with x; [ true x ]
    "#]],
    );
    check(
        "rec { a = 1; }",
        expect![[r#"
        hint unused-rec <rec> this set does not refer to itself: `rec` is not needed
          Remove `rec`: { a = 1; }
    "#]],
    );
    check("rec { a = 1; b.c = a; }", expect![[""]]);
    check("rec { ${\"a\" + \"b\"} = 1; }", expect![[""]]);
    check(
        "let in 1",
        expect![[r#"
        hint empty <let in> this `let` binds nothing
          Remove the empty `let`: 1
    "#]],
    );
    check(
        "{\n  inherit;\n}",
        expect![[r#"
        hint empty <inherit;> this `inherit` names nothing
          Remove the empty `inherit`: {↵}
    "#]],
    );
    check(
        "let map = 1; in { x = http://example.org; y = map; }",
        expect![[r#"
        hint shadowed-builtin <map> this hides the builtin `map`
        hint url-literal <http://example.org> a URL should stand in quotes
          Put the URL in quotes: let map = 1; in { x = "http://example.org"; y = map; }
    "#]],
    );
}

#[test]
fn what_nix_minds() {
    check(
        "{ a = 1; a = 2; }",
        expect![[r#"
        error invalid <a> attribute 'a' already defined at /main.nix:1:3
          <a> first defined here
    "#]],
    );
    check(
        "{ a, a }: a",
        expect![[r#"
        error invalid <a> duplicate formal function argument 'a'
          <a> first written here
    "#]],
    );
    check(
        "let x = ; y = zzz; in q x",
        expect![[r#"
        error syntax <;> syntax error, unexpected ';'
        error undefined-variable <zzz> undefined variable 'zzz'
    "#]],
    );
    check(
        "let f = x: x.; in 1",
        expect![[r#"
        error syntax <;> syntax error, unexpected ';', expecting identifier or 'or' or '${' or '"'
    "#]],
    );
}

#[test]
fn parentheses() {
    check(
        "{ a = (b: 1 + b); c = f (x) (f x) ((y)) ({ }) (\"s\").t; }",
        expect![[r#"
        hint useless-parens <(b: 1 + b)> these parentheses are not needed
          Remove the parentheses: { a = b: 1 + b; c = f (x) (f x) ((y)) ({ }) ("s").t; }
        error undefined-variable <f> undefined variable 'f'
        hint useless-parens <(x)> these parentheses are not needed
          Remove the parentheses: { a = (b: 1 + b); c = f x (f x) ((y)) ({ }) ("s").t; }
        error undefined-variable <x> undefined variable 'x'
        error undefined-variable <f> undefined variable 'f'
        error undefined-variable <x> undefined variable 'x'
        hint useless-parens <(y)> these parentheses are not needed
          Remove the parentheses: { a = (b: 1 + b); c = f (x) (f x) (y) ({ }) ("s").t; }
        error undefined-variable <y> undefined variable 'y'
        hint useless-parens <({ })> these parentheses are not needed
          Remove the parentheses: { a = (b: 1 + b); c = f (x) (f x) ((y)) { } ("s").t; }
        hint useless-parens <("s")> these parentheses are not needed
          Remove the parentheses: { a = (b: 1 + b); c = f (x) (f x) ((y)) ({ }) "s".t; }
    "#]],
    );
    check(
        "x: y: if(x)then(y)else(x y)",
        expect![[r#"
        hint useless-parens <(x)> these parentheses are not needed
          Remove the parentheses: x: y: if x then(y)else(x y)
        hint useless-parens <(y)> these parentheses are not needed
          Remove the parentheses: x: y: if(x)then y else(x y)
        hint useless-parens <(x y)> these parentheses are not needed
          Remove the parentheses: x: y: if(x)then(y)else x y
    "#]],
    );
    check(
        "x: [ (x) (x x) (-1) (1) (./a) ]",
        expect![[r#"
        hint useless-parens <(x)> these parentheses are not needed
          Remove the parentheses: x: [ x (x x) (-1) (1) (./a) ]
    "#]],
    );
    check(
        "x: (x)-1 + (x).y + (x)/1 + (x) or x",
        expect![[r#"
        hint useless-parens <(x)> these parentheses are not needed
          Remove the parentheses: x: (x)-1 + x.y + (x)/1 + (x) or x
        error undefined-variable <or> undefined variable 'or'
    "#]],
    );
    check(
        "x: let a = 1; in (a + x)",
        expect![[r#"
        hint useless-parens <(a + x)> these parentheses are not needed
          Remove the parentheses: x: let a = 1; in a + x
    "#]],
    );
    check(
        "x: \"${(x.y)}\" + (x: x) 1 + (let a = 1; in a)",
        expect![[r#"
        hint useless-parens <(x.y)> these parentheses are not needed
          Remove the parentheses: x: "${x.y}" + (x: x) 1 + (let a = 1; in a)
    "#]],
    );
    check(
        "x: y: with (x); with ({ }); inherit (x) y",
        expect![[r#"
        hint useless-parens <(x)> these parentheses are not needed
          Remove the parentheses: x: y: with x; with ({ }); inherit (x) y
        hint useless-parens <({ })> these parentheses are not needed
          Remove the parentheses: x: y: with (x); with { }; inherit (x) y
        error syntax <inherit> syntax error, unexpected 'inherit'
        hint useless-parens <(x)> these parentheses are not needed
          Remove the parentheses: x: y: with (x); with ({ }); inherit x y
    "#]],
    );
    check(
        "x: (x y",
        expect![[r#"
        error syntax <> syntax error, unexpected end of file, expecting ')'
    "#]],
    );
}
