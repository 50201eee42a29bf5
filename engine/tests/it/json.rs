//! JSON read and written. What is expected was recorded from Nix 2.34.8.

use crate::check::check;

#[test]
fn as_nix_has_it() {
    check(CASES);
}

#[test]
fn depth_costs_memory_only() {
    let nested = "builtins.foldl' (a: _: [ a ]) null (builtins.genList (x: x) 200000)";
    check(&[
        (&format!("builtins.stringLength (builtins.toJSON ({nested}))"), "400004"),
        (&format!("let v = {nested}; in builtins.fromJSON (builtins.toJSON v) == v"), "true"),
    ]);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    ("builtins.toJSON 1", r#""1""#),
    (r#"builtins.toJSON [ 1 2.5 true false null "a\"b\n" {} [] [[]] {a=1;b.c=[1];} ]"#, r#""[1,2.5,true,false,null,\"a\\\"b\\n\",{},[],[[]],{\"a\":1,\"b\":{\"c\":[1]}}]""#),
    (r#"builtins.toJSON { b = 1; a = 2; "a b" = 3; }"#, r#""{\"a\":2,\"a b\":3,\"b\":1}""#),
    (r#"builtins.toJSON { outPath = "x"; a = throw "y"; }"#, r#""\"x\"""#),
    ("builtins.toJSON { outPath = [1 {a=2;}]; }", r#""[1,{\"a\":2}]""#),
    (r#"builtins.toJSON [ { __toString = s: "hi ${s.a}"; a = "b"; } 1 ]"#, r#""[\"hi b\",1]""#),
    ("builtins.toJSON { a = { __toString = s: 1; }; }", r"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute 'a' @1:19
… while evaluating the result of the `__toString` attribute @1:19
error: cannot coerce an integer to a string: 1"),
    (r#"builtins.toJSON { a = { __toString = s: throw "x"; }; }"#, r"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute 'a' @1:19
… from call site @1:19
… while calling '__toString' @1:38
… while calling the 'throw' builtin @1:41
error: x"),
    ("builtins.toJSON { a = { __toString = 1; }; }", r"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute 'a' @1:19
error: attempt to call something which is not a function but an integer: 1 @1:19"),
    ("builtins.toJSON (x: x)", r"… while calling the 'toJSON' builtin @1:1
error: cannot convert a function to JSON @1:18"),
    ("builtins.toJSON { a = [ 1 (x: x) ]; }", r"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute 'a' @1:19
… while evaluating list element at index 1 @1:19
error: cannot convert a function to JSON @1:28"),
    ("builtins.toJSON { a = [ 1 builtins.add ]; }", r"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute 'a' @1:19
… while evaluating list element at index 1 @1:19
error: cannot convert the built-in function 'add' to JSON @1:19"),
    ("builtins.toJSON { a = [ 1 (builtins.add 1) ]; }", r"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute 'a' @1:19
… while evaluating list element at index 1 @1:19
error: cannot convert the partially applied built-in function 'add' to JSON @1:19"),
    ("builtins.toJSON [ builtins.add ]", r"… while calling the 'toJSON' builtin @1:1
… while evaluating list element at index 0
error: cannot convert the built-in function 'add' to JSON"),
    (r#"builtins.toJSON { a.b = [ true false { c.d = throw "hah no"; } ]; }"#, r"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute 'a' @1:19
… while evaluating attribute 'b' @1:19
… while evaluating list element at index 2 @1:19
… while evaluating attribute 'c' @1:40
… while evaluating attribute 'd' @1:40
… while calling the 'throw' builtin @1:46
error: hah no"),
    (r#"builtins.toJSON { "a b" = throw "x"; }"#, r#"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute '"a b"' @1:19
… while calling the 'throw' builtin @1:27
error: x"#),
    (r#"builtins.toJSON { outPath = throw "x"; }"#, r"… while calling the 'toJSON' builtin @1:1
… while calling the 'throw' builtin @1:29
error: x"),
    (r#"builtins.toJSON { a = { outPath = throw "x"; }; }"#, r"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute 'a' @1:19
… while calling the 'throw' builtin @1:35
error: x"),
    ("builtins.toJSON { a = { outPath = builtins.add; }; }", r"… while calling the 'toJSON' builtin @1:1
… while evaluating attribute 'a' @1:19
error: cannot convert the built-in function 'add' to JSON @1:25"),
    (r#"builtins.toJSON [ { a = abort "x"; } ]"#, r"… while calling the 'toJSON' builtin @1:1
… while evaluating list element at index 0
… while evaluating attribute 'a' @1:21
… while calling the 'abort' builtin @1:25
error: evaluation aborted with the following error message: 'x'"),
    (r#"builtins.toJSON (builtins.substring 0 1 "é")"#, r"… while calling the 'toJSON' builtin @1:1
error: JSON serialization error: [json.exception.type_error.316] incomplete UTF-8 string; last byte: 0xC3"),
    (r#"builtins.toJSON [ (builtins.substring 0 1 "é") (throw "later") ]"#, r"… while calling the 'toJSON' builtin @1:1
… while evaluating list element at index 1
… while calling the 'throw' builtin @1:50
error: later"),
    (r#"builtins.toJSON { ${builtins.substring 0 1 "é"} = 1; }"#, r"… while calling the 'toJSON' builtin @1:1
error: JSON serialization error: [json.exception.type_error.316] incomplete UTF-8 string; last byte: 0xC3"),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = ["out"]; }; }; t = builtins.appendContext "b" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }; in builtins.getContext (builtins.toJSON { inherit s; l = [ t ]; })"#, r#"{ "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = [ "out" ]; }; "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; }"#),
    (r#"let s = builtins.appendContext "a" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = ["out"]; }; }; in builtins.getContext (builtins.toJSON { a = { __toString = _: s; }; b = { outPath = s; }; })"#, r#"{ "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-a.drv" = { outputs = [ "out" ]; }; }"#),
    (r#"builtins.toJSON (builtins.tryEval (throw "x"))"#, r#""{\"success\":false,\"value\":false}""#),
    (r#"builtins.tryEval (builtins.toJSON { a = throw "x"; })"#, "{ success = false; value = false; }"),
    ("builtins.tryEval (builtins.toJSON { a = [ 1 (assert false; 1) ]; })", "{ success = false; value = false; }"),
    ("builtins.toJSON 1.0e300", r#""1e+300""#),
    ("builtins.toJSON (-9223372036854775807)", r#""-9223372036854775807""#),
    ("builtins.toJSON [ 100.0 0.1 1e-5 1e15 ]", "error: undefined variable 'e-5' @1:30"),
    ("let x = { a = 1; b = x.a; c = [ x.b ]; }; in builtins.toJSON x", r#""{\"a\":1,\"b\":1,\"c\":[1]}""#),
    ("builtins.toJSON (map (x: { inherit x; y = x + 1; }) [ 1 2 3 ])", r#""[{\"x\":1,\"y\":2},{\"x\":2,\"y\":3},{\"x\":3,\"y\":4}]""#),
    ("builtins.toJSON ({ a = 1; } // { b = 2; } // { a = 3; })", r#""{\"a\":3,\"b\":2}""#),
    ("builtins.stringLength (builtins.toJSON (builtins.genList (i: { inherit i; s = toString i; }) 1000))", "19781"),
    (r#"builtins.fromJSON "{\"a\": [1, 2.5, null, true, \"x\\u00e9\"], \"b\": {\"c\": {}}, \"a\": 3}""#, "{ a = 3; b = { c = { }; }; }"),
    (r#"builtins.fromJSON "[1, 2""#, r"… while calling the 'fromJSON' builtin @1:1
… while decoding a JSON string
error: [json.exception.parse_error.101] parse error at line 1, column 6: syntax error while parsing array - unexpected end of input; expected ']'"),
    (r#"builtins.fromJSON """#, r"… while calling the 'fromJSON' builtin @1:1
… while decoding a JSON string
error: [json.exception.parse_error.101] parse error at line 1, column 1: attempting to parse an empty input; check that your input string or stream contains the expected JSON"),
    ("builtins.fromJSON 1", r"… while calling the 'fromJSON' builtin @1:1
… while evaluating the first argument passed to builtins.fromJSON
error: expected a string but found an integer: 1"),
    (r#"builtins.fromJSON "18446744073709551615""#, r"… while calling the 'fromJSON' builtin @1:1
error: unsigned json number 18446744073709551615 outside of Nix integer range"),
    (r#"builtins.fromJSON "9223372036854775807""#, "9223372036854775807"),
    (r#"builtins.fromJSON "99999999999999999999""#, "1e+20"),
    (r#"builtins.fromJSON "1e400""#, r"… while calling the 'fromJSON' builtin @1:1
… while decoding a JSON string
error: [json.exception.out_of_range.406] number overflow parsing '1e400'"),
    (r#"builtins.fromJSON "\"a\\u0000b\"""#, r"… while calling the 'fromJSON' builtin @1:1
error: input string 'a␀b' cannot be represented as Nix string because it contains null bytes"),
    (r#"builtins.fromJSON "{\"a\\u0000b\": 1}""#, r"… while calling the 'fromJSON' builtin @1:1
error: input string 'a␀b' cannot be represented as Nix string because it contains null bytes"),
    (r#"builtins.fromJSON "{ } x""#, r"… while calling the 'fromJSON' builtin @1:1
… while decoding a JSON string
error: [json.exception.parse_error.101] parse error at line 1, column 5: syntax error while parsing value - invalid literal; last read: '{ } x'; expected end of input"),
    (r#"builtins.fromJSON "[{\"a\":1,\"b\":2},{\"b\":1,\"a\":2},{\"a\":1,\"b\":5}]""#, "[ { a = 1; b = 2; } { a = 2; b = 1; } { a = 1; b = 5; } ]"),
    (r#"builtins.fromJSON (builtins.appendContext "1" { "/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b" = { path = true; }; })"#, r"… while calling the 'fromJSON' builtin @1:1
… while evaluating the first argument passed to builtins.fromJSON
error: the string '1' is not allowed to refer to a store path (such as '/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-b')"),
    (r#"builtins.fromJSON (throw "x")"#, r"… while calling the 'fromJSON' builtin @1:1
… while evaluating the first argument passed to builtins.fromJSON
… while calling the 'throw' builtin @1:20
error: x"),
    (r#"let d = { a = 1; b = [ 1 2 { c = null; } ]; d = "x"; }; in builtins.fromJSON (builtins.toJSON d) == d"#, "true"),
    (r#"builtins.fromJSON "[[[[[[1]]]]]]""#, "[ [ [ [ [ [ 1 ] ] ] ] ] ]"),
    (r#"builtins.fromJSON " 	\n null ""#, "null"),
    (r#"builtins.fromJSON "{\"\":1}""#, r#"{ "" = 1; }"#),
    (r#"builtins.fromJSON "-0""#, "0"),
    (r#"builtins.fromJSON "-0.0""#, "-0"),
    (r#"builtins.fromJSON "[1,]""#, r"… while calling the 'fromJSON' builtin @1:1
… while decoding a JSON string
error: [json.exception.parse_error.101] parse error at line 1, column 4: syntax error while parsing value - unexpected ']'; expected '[', '{', or a literal"),
    (r#"builtins.fromJSON "{\"a\":1,}""#, r"… while calling the 'fromJSON' builtin @1:1
… while decoding a JSON string
error: [json.exception.parse_error.101] parse error at line 1, column 8: syntax error while parsing object key - unexpected '}'; expected string literal"),
];
