//! Contexts: looked at, changed, and refused where they may not be. What is expected was recorded from Nix 2.34.8.

use crate::check::check;

#[test]
fn as_nix_has_it() {
    check(CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    ("builtins.hasContext 1", r"… while calling the 'hasContext' builtin @1:1
… while evaluating the argument passed to builtins.hasContext
error: expected a string but found an integer: 1"),
    (r#"builtins.hasContext "a""#, "false"),
    (r#"builtins.getContext "a""#, "{ }"),
    ("builtins.getContext 1", r"… while calling the 'getContext' builtin @1:1
… while evaluating the argument passed to builtins.getContext
error: expected a string but found an integer: 1"),
    ("builtins.appendContext 1 {}", r"… while calling the 'appendContext' builtin @1:1
… while evaluating the first argument passed to builtins.appendContext
error: expected a string but found an integer: 1"),
    (r#"builtins.appendContext "a" 1"#, r"… while calling the 'appendContext' builtin @1:1
… while evaluating the second argument passed to builtins.appendContext
error: expected a set but found an integer: 1"),
    (r#"builtins.appendContext "a" { x = 1; }"#, r"… while calling the 'appendContext' builtin @1:1
error: context key 'x' is not a store path @1:30"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = 1; }"#, r"… while calling the 'appendContext' builtin @1:1
… while evaluating the value of a string context @1:30
error: expected a set but found an integer: 1"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = throw "x"; }"#, r"… while calling the 'appendContext' builtin @1:1
… while calling the 'throw' builtin @1:80
error: x"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { path = 1; }; }"#, r"… while calling the 'appendContext' builtin @1:1
… while evaluating the `path` attribute of a string context @1:82
error: expected a Boolean but found an integer: 1 @1:82"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { path = throw "x"; }; }"#, r"… while calling the 'appendContext' builtin @1:1
… while evaluating the `path` attribute of a string context @1:82
… while calling the 'throw' builtin @1:89
error: x"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { allOutputs = true; }; }"#, r#"… while calling the 'appendContext' builtin @1:1
error: tried to add all-outputs context of "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a", which is not a derivation, to a string @1:30"#),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { allOutputs = throw "x"; }; }"#, r"… while calling the 'appendContext' builtin @1:1
… while evaluating the `allOutputs` attribute of a string context @1:82
… while calling the 'throw' builtin @1:95
error: x"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { allOutputs = 1; }; }"#, r"… while calling the 'appendContext' builtin @1:1
… while evaluating the `allOutputs` attribute of a string context @1:82
error: expected a Boolean but found an integer: 1 @1:82"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { outputs = throw "x"; }; }"#, r"… while calling the 'appendContext' builtin @1:1
… while calling the 'throw' builtin @1:92
error: x"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { outputs = 1; }; }"#, r"… while calling the 'appendContext' builtin @1:1
… while evaluating the `outputs` attribute of a string context @1:82
error: expected a list but found an integer: 1"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { outputs = ["out"]; }; }"#, r#"… while calling the 'appendContext' builtin @1:1
error: tried to add derivation output context of "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a", which is not a derivation, to a string @1:30"#),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = ["out" 1]; }; }"#, r"… while calling the 'appendContext' builtin @1:1
… while evaluating an output name within a string context @1:86
error: expected a string but found an integer: 1 @1:86"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = [(throw "x")]; }; }"#, r"… while calling the 'appendContext' builtin @1:1
… while evaluating an output name within a string context @1:86
… while calling the 'throw' builtin @1:98
error: x"),
    (r#"builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv/foo" = { outputs = ["out" 1]; }; }"#, r#"… while calling the 'appendContext' builtin @1:1
error: context key '"/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv/foo"' is not a store path @1:30"#),
    (r#"builtins.getContext (builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = ["out" "dev"]; path = true; allOutputs = true; }; "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-c" = { path = false; }; })"#, r#"{ "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { allOutputs = true; outputs = [ "dev" "out" ]; path = true; }; "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }"#),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { allOutputs = true; }; }; in builtins.getContext (builtins.unsafeDiscardOutputDependency s)"#, r#"{ "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { path = true; }; }"#),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { path = true; }; }; in builtins.getContext (builtins.addDrvOutputDependencies s)"#, r#"{ "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { allOutputs = true; }; }"#),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { path = true; outputs = ["out"]; }; }; in builtins.getContext (builtins.addDrvOutputDependencies s)"#, r"… while calling the 'getContext' builtin @1:135
… while evaluating the argument passed to builtins.getContext
… while calling the 'addDrvOutputDependencies' builtin @1:156
error: context of string 'a' must have exactly one element, but has 2"),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = ["out"]; }; }; in builtins.getContext (builtins.addDrvOutputDependencies s)"#, r"… while calling the 'getContext' builtin @1:122
… while evaluating the argument passed to builtins.getContext
… while calling the 'addDrvOutputDependencies' builtin @1:143
error: `addDrvOutputDependencies` can only act on derivations, not on a derivation output such as 'out'"),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { path = true; }; }; in builtins.getContext (builtins.addDrvOutputDependencies s)"#, r"… while calling the 'getContext' builtin @1:112
… while evaluating the argument passed to builtins.getContext
… while calling the 'addDrvOutputDependencies' builtin @1:133
error: path '/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a' is not a derivation"),
    (r#"builtins.addDrvOutputDependencies "a""#, r"… while calling the 'addDrvOutputDependencies' builtin @1:1
error: context of string 'a' must have exactly one element, but has 0"),
    ("builtins.addDrvOutputDependencies 1", r"… while calling the 'addDrvOutputDependencies' builtin @1:1
… while evaluating the argument passed to builtins.addDrvOutputDependencies
error: cannot coerce an integer to a string: 1"),
    ("builtins.unsafeDiscardStringContext 1", r"… while calling the 'unsafeDiscardStringContext' builtin @1:1
… while evaluating the argument passed to builtins.unsafeDiscardStringContext
error: cannot coerce an integer to a string: 1"),
    (r#"builtins.unsafeDiscardOutputDependency (throw "x")"#, r"… while calling the 'unsafeDiscardOutputDependency' builtin @1:1
… while calling the 'throw' builtin @1:41
error: x"),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = ["out"]; }; }; in [ (builtins.hasContext s) (builtins.hasContext (builtins.unsafeDiscardStringContext s)) (builtins.hasContext (builtins.substring 0 0 s)) (builtins.hasContext "x${builtins.substring 5 1 s}") (builtins.hasContext (builtins.replaceStrings [s] ["b"] "xxa")) (builtins.hasContext (builtins.replaceStrings ["b"] [s] "xxa")) (builtins.hasContext (builtins.replaceStrings ["a"] [s] "xxa")) (builtins.hasContext (builtins.concatStringsSep s ["a"])) (builtins.hasContext (builtins.concatStringsSep "" ["a" s])) (builtins.hasContext (toString [s])) ]"#, "[ true false true true false false true true true true ]"),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = ["out"]; }; }; in builtins.parseDrvName s"#, r"… while calling the 'parseDrvName' builtin @1:122
… while evaluating the first argument passed to builtins.parseDrvName
error: the string 'a' is not allowed to refer to a store path (such as '/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv^out')"),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { allOutputs = true; }; }; in builtins.splitVersion s"#, r"… while calling the 'splitVersion' builtin @1:122
… while evaluating the first argument passed to builtins.splitVersion
error: the string 'a' is not allowed to refer to a store path (such as '/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv (deep)')"),
    (r#"let s = builtins.appendContext "sha256" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { path = true; }; }; in [ (builtins.hashString "md5" s) (builtins.hashString s "x")]"#, r"… while evaluating list element at index 1
… while calling the 'hashString' builtin @1:150
… while evaluating the first argument passed to builtins.hashString
error: the string 'sha256' is not allowed to refer to a store path (such as '/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a')"),
    (r#"let s = builtins.appendContext "sha256" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a" = { path = true; }; }; in builtins.convertHash { hash = s; }"#, r"… while calling the 'convertHash' builtin @1:117
… while evaluating the attribute 'hash'
error: the string 'sha256' is not allowed to refer to a store path (such as '/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a')"),
];
