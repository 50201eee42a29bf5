//! Regular expressions. What is expected was recorded from Nix 2.34.8.

use crate::check::check;

#[test]
fn as_nix_has_it() {
    check(CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    (r#"builtins.match "a" "b""#, "null"),
    (r#"builtins.match "(a)(b)?" "a""#, r#"[ "a" null ]"#),
    (r#"builtins.match "((a)|b)*" "ab""#, r#"[ "b" "a" ]"#),
    (r#"builtins.match "a" "a""#, "[ ]"),
    (r#"builtins.match "(" "a""#, r"… while calling the 'match' builtin @1:1
error: invalid regular expression '('"),
    (r#"builtins.match "(" (throw "x")"#, r"… while calling the 'match' builtin @1:1
error: invalid regular expression '('"),
    (r#"builtins.match "a" (throw "x")"#, r"… while calling the 'match' builtin @1:1
… while evaluating the second argument passed to builtins.match
… while calling the 'throw' builtin @1:21
error: x"),
    (r#"builtins.match "a" 1"#, r"… while calling the 'match' builtin @1:1
… while evaluating the second argument passed to builtins.match
error: expected a string but found an integer: 1"),
    ("builtins.match 1 1", r"… while calling the 'match' builtin @1:1
… while evaluating the first argument passed to builtins.match
error: expected a string but found an integer: 1"),
    (r#"builtins.match (throw "x") 1"#, r"… while calling the 'match' builtin @1:1
… while evaluating the first argument passed to builtins.match
… while calling the 'throw' builtin @1:17
error: x"),
    (r#"builtins.match "[[:space:]]+([^[:space:]]+)[[:space:]]+" "  abc ""#, r#"[ "abc" ]"#),
    (r#"builtins.match ".*\\.nix" "foo.nix""#, "[ ]"),
    (r#"builtins.split "(a)b" "abc""#, r#"[ "" [ "a" ] "c" ]"#),
    (r#"builtins.split "([ac])" "abc""#, r#"[ "" [ "a" ] "b" [ "c" ] "" ]"#),
    (r#"builtins.split "(a)|(c)" "abc""#, r#"[ "" [ "a" null ] "b" [ null "c" ] "" ]"#),
    (r#"builtins.split "([[:upper:]]+)" "  FOO   ""#, r#"[ "  " [ "FOO" ] "   " ]"#),
    (r#"builtins.split "," "a,b,,c""#, r#"[ "a" [ ] "b" [ ] "" [ ] "c" ]"#),
    (r#"builtins.split "" "abc""#, r#"[ "" [ ] "a" [ ] "b" [ ] "c" [ ] "" ]"#),
    (r#"builtins.split "x" """#, r#"[ "" ]"#),
    (r#"builtins.split "" """#, r#"[ "" [ ] "" ]"#),
    (r#"builtins.split "x" 1"#, r"… while calling the 'split' builtin @1:1
… while evaluating the second argument passed to builtins.split
error: expected a string but found an integer: 1"),
    (r#"builtins.split "[" "a""#, r"… while calling the 'split' builtin @1:1
error: invalid regular expression '['"),
    (r#"builtins.split "[" (throw "x")"#, r"… while calling the 'split' builtin @1:1
error: invalid regular expression '['"),
    (r#"let s = builtins.appendContext "a,b" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }; in map builtins.hasContext [ (builtins.elemAt (builtins.split "," s) 0) (builtins.elemAt (builtins.split "x" s) 0) (builtins.head (builtins.match "(.*)" s)) ]"#, "[ false true false ]"),
    (r#"let s = builtins.appendContext "a,b" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }; in builtins.match s "x""#, r"… while calling the 'match' builtin @1:114
… while evaluating the first argument passed to builtins.match
error: the string 'a,b' is not allowed to refer to a store path (such as '/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b')"),
    (r#"let s = builtins.appendContext "a,b" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }; in builtins.split s "x""#, r"… while calling the 'split' builtin @1:114
… while evaluating the first argument passed to builtins.split
error: the string 'a,b' is not allowed to refer to a store path (such as '/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b')"),
    (r#"map (builtins.match "([0-9]+)") [ "1" "a" "22" ]"#, r#"[ [ "1" ] null [ "22" ] ]"#),
];
