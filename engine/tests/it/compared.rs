//! Programs on which random programs once showed a difference from Nix, made small. What is expected was recorded from
//! Nix 2.34.8.

use crate::check::check;

#[test]
fn as_nix_has_it() {
    check(CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    ("let f = x: x; in builtins.elem f [ f ]", "true"),
    ("let f = x: x; in builtins.elem f (map (x: x) [ f ])", "false"),
    ("builtins.elem builtins.add [ builtins.add ]", "false"),
    ("(rec { a = { }; b = a; __overrides = { a = 1; }; }).b", "1"),
    ("(rec { a = 1; b = a + 1; __overrides.a = 10; }).b", "11"),
    ("(rec { a = 1; b = [ a ]; __overrides = { a = 2; }; }).b", "[ 2 ]"),
    (r#"rec { __overrides = throw "x"; }"#, r"… while calling the 'throw' builtin @1:21
error: x"),
    (r#"({ a }: 1) (throw "x")"#, r"… from call site @1:1
… while calling the 'throw' builtin @1:13
error: x"),
    ("({ a }: 1) 1", r"… from call site @1:1
… while evaluating the value passed for the lambda argument @1:2
error: expected a set but found an integer: 1"),
    (r#"with (throw "x"); a"#, r"… while calling the 'throw' builtin @1:7
error: x"),
    ("with 1; a", r"… while evaluating the first subexpression of a with expression @1:1
error: expected a set but found an integer: 1"),
    ("{ __functor = self: { __functor = self: 8; }; } 1", r"… while calling a functor (an attribute set with a '__functor' attribute) @1:1
… while calling a functor (an attribute set with a '__functor' attribute) @1:3
error: attempt to call something which is not a function but an integer: 8 @1:23"),
    ("{ __functor = self: x: 1 + { }; } 1", r"… while calling a functor (an attribute set with a '__functor' attribute) @1:1
… from call site @1:3
… while calling '__functor' @1:21
error: cannot add a set to an integer @1:28"),
    ("builtins.throw 1", r"… while calling the 'throw' builtin @1:1
… while evaluating the error message passed to builtin.throw
error: cannot coerce an integer to a string: 1"),
    ("(throw 1) 1", r"… while calling the 'throw' builtin @1:2
… while evaluating the error message passed to builtin.throw
error: cannot coerce an integer to a string: 1"),
    (r#"map throw [ "x" ]"#, r"… while evaluating list element at index 0
… while calling the 'throw' builtin
error: x"),
    (r#"let f = throw; in f "x""#, r"… while calling the 'throw' builtin @1:19
error: x"),
    (r#"builtins.addErrorContext { } (throw "b")"#, r"… while evaluating the error message passed to builtins.addErrorContext
error: cannot coerce a set to a string: { }"),
    (r#"builtins.getAttr "" { }"#, r#"… while calling the 'getAttr' builtin @1:1
… in the attribute set under consideration
error: attribute '""' missing"#),
    ("rec { c = { c = { inherit c; }; }.c.c; }", r"… while evaluating the attribute 'c' @1:7
… while evaluating the attribute 'c.c' @1:27
error: infinite recursion encountered @1:27"),
    ("let inherit ({ g = g; }) g; in g", r"… while evaluating the attribute 'g' @1:16
error: infinite recursion encountered @1:16"),
    (r#"let a.${"b"} = a."${"b"}"; in a.b"#, r"… while evaluating the attribute 'b' @1:5
… while evaluating the attribute 'b' @1:5
error: infinite recursion encountered @1:5"),
    (r#"(builtins.mapAttrs (n: v: throw "x") { a = 1; }).a"#, r"… from call site @1:1
… while calling anonymous lambda @1:24
… while calling the 'throw' builtin @1:27
error: x"),
    (r#"builtins.deepSeq (builtins.head (map (x: throw "e") [ 1 ])) 1"#, r"… while calling the 'deepSeq' builtin @1:1
… while calling the 'head' builtin @1:19
… while calling anonymous lambda @1:39
… while calling the 'throw' builtin @1:42
error: e"),
    (r#"builtins.deepSeq (map (x: throw "e") [ 1 ]) 1"#, r"… while calling the 'deepSeq' builtin @1:1
… while evaluating list element at index 0
… from call site @1:24
… while calling anonymous lambda @1:24
… while calling the 'throw' builtin @1:27
error: e"),
    ("let y = assert false; 1; in [ y 1 ] == [ y 1 ]", "error: assertion 'false' failed @1:9"),
    (r#"let g = throw "x"; in { a = g; } == { a = g; }"#, r"… while calling the 'throw' builtin @1:9
error: x"),
    (r#"let g = [ (throw "x") ]; in g == g"#, r"… while calling the 'throw' builtin @1:12
error: x"),
    ("let f = (a: a) (x: x); in [ f ] == [ f ]", "true"),
    ("builtins.map 1 [ ]", "[ ]"),
    (r#"map (throw "a") [ ]"#, "[ ]"),
    (r#"map (throw "a") [ 1 ]"#, r"… while calling the 'map' builtin @1:1
… while evaluating the first argument passed to builtins.map
… while calling the 'throw' builtin @1:6
error: a"),
    ("map 1 [ 1 ]", r"… while calling the 'map' builtin @1:1
… while evaluating the first argument passed to builtins.map
error: expected a function but found an integer: 1"),
    ("let x = map f [ 1 ]; f = x; in x", r"… while calling the 'map' builtin @1:9
… while evaluating the first argument passed to builtins.map
error: infinite recursion encountered"),
    ("let a = [ b ]; b = [ 1 ]; in [ a a (builtins.head a) b ]", "[ [ [ 1 ] ] «repeated» [ 1 ] «repeated» ]"),
    (r#"{ "if" = 1 + { }; }"#, r#"… while evaluating the attribute '"if"' @1:3
error: cannot add a set to an integer @1:14"#),
    (r#"({ a }: 1) { a = 1; "b c" = 2; }"#, r#"… from call site @1:1
error: function 'anonymous lambda' called with unexpected argument '"b c"' @1:2"#),
    (r#"{ "a b" = { }; }."a b".c"#, r#"… while evaluating the attribute '"a b".c' @1:3
error: attribute 'c' missing @1:1"#),
    (r#"{ "a b" = throw "x"; }.${"a b"}"#, r#"… while evaluating the attribute '"a b"' @1:3
… while calling the 'throw' builtin @1:11
error: x"#),
    ("builtins.foldl' ({ a }: b: 1) { } [ 1 ]", r"… while calling the 'foldl'' builtin @1:1
… from call site
error: function 'anonymous lambda' called without required argument 'a' @1:18"),
    ("builtins.floor 1.e300", r"… while calling the 'floor' builtin @1:1
error: NixFloat argument 1e+300 is not in the range of NixInt"),
    (r#"builtins.elem 1 [ (throw "x") ]"#, r"… while calling the 'elem' builtin @1:1
… while calling the 'throw' builtin @1:20
error: x"),
    ("builtins.elem (1 / 0) [ 4 ]", r"… while calling the 'elem' builtin @1:1
… while calling the 'div' builtin @1:18
error: division by zero"),
    (r#"builtins.catAttrs "a" [ (throw "x") ]"#, r"… while calling the 'catAttrs' builtin @1:1
… while calling the 'throw' builtin @1:26
error: x"),
    (r#"builtins.concatLists [ (throw "a") ]"#, r"… while calling the 'concatLists' builtin @1:1
… while calling the 'throw' builtin @1:25
error: a"),
    (r#"builtins.listToAttrs [ (throw "x") ]"#, r"… while calling the 'listToAttrs' builtin @1:1
… while calling the 'throw' builtin @1:25
error: x"),
    (r#"builtins.zipAttrsWith (n: v: v) [ (throw "x") ]"#, r"… while calling the 'zipAttrsWith' builtin @1:1
… while calling the 'throw' builtin @1:36
error: x"),
    (r#"builtins.genericClosure { startSet = [ (throw "x") ]; operator = x: [ ]; }"#, r"… while calling the 'genericClosure' builtin @1:1
… in genericClosure element «thunk»
… while calling the 'throw' builtin @1:41
error: x"),
    (r#"builtins.genericClosure { startSet = throw "x"; operator = x: [ ]; }"#, r"… while calling the 'genericClosure' builtin @1:1
… while calling the 'throw' builtin @1:38
error: x"),
    (r#"builtins.genericClosure { startSet = [ { key = 1; } ]; operator = x: throw "x"; }"#, r"… while calling the 'genericClosure' builtin @1:1
… while calling operator on genericClosure element { key = 1; }
… while calling 'operator' @1:67
… while calling the 'throw' builtin @1:70
error: x"),
    (r#"builtins.genericClosure { startSet = [ { key = 1; } ]; operator = x: [ (throw "x") ]; }"#, r"… while calling the 'genericClosure' builtin @1:1
… while calling operator on genericClosure element { key = 1; }
… while calling the 'throw' builtin @1:73
error: x"),
];
