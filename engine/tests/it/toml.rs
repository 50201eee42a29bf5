//! TOML read. What is expected was recorded from Nix 2.34.8.

use crate::check::check;

#[test]
fn as_nix_has_it() {
    check(CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    (r#"fromTOML "a=1""#, "{ a = 1; }"),
    (r#"fromTOML "[a.b]\nc=[1,2.5,\"x\",true]\n[[d]]\nx=1\n[[d]]\ny={z=1}""#, r#"{ a = { b = { c = [ 1 2.5 "x" true ]; }; }; d = [ { x = 1; } { y = { z = 1; }; } ]; }"#),
    ("fromTOML 1", r"… while calling the 'fromTOML' builtin @1:1
… while evaluating the argument passed to builtins.fromTOML
error: expected a string but found an integer: 1"),
    (r#"fromTOML (throw "x")"#, r"… while calling the 'fromTOML' builtin @1:1
… while evaluating the argument passed to builtins.fromTOML
… while calling the 'throw' builtin @1:11
error: x"),
    (r#"fromTOML "a=1979-05-27""#, r"… while calling the 'fromTOML' builtin @1:1
error: while parsing TOML: Dates and times are not supported"),
    (r#"builtins.fromTOML """#, "{ }"),
    (r#"fromTOML "a = \"b\\u0000\"""#, r"… while calling the 'fromTOML' builtin @1:1
error: while parsing TOML: error: input string 'b␀' cannot be represented as Nix string because it contains null bytes"),
    (r#"fromTOML (builtins.appendContext "a=1" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; })"#, r"… while calling the 'fromTOML' builtin @1:1
… while evaluating the argument passed to builtins.fromTOML
error: the string 'a=1' is not allowed to refer to a store path (such as '/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b')"),
    (r#"fromTOML "a=inf\nb=nan\nc=-0.0\nd=0x10""#, "{ a = inf; b = nan; c = -0; d = 16; }"),
    (r#"(fromTOML "[x]\nname='a'\n[y]\nname='b'").y.name"#, r#""b""#),
];
