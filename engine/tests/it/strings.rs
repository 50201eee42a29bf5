//! Strings: made, measured, cut, joined, replaced, hashed and compared as versions. What is expected was recorded from Nix 2.34.8.

use crate::check::check;

#[test]
fn as_nix_has_it() {
    check(CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    ("toString 1", r#""1""#),
    (r#"toString [ 1 true null false "a" [] [[]] 1.5 ]"#, r#""1 1   a  1.500000""#),
    (r#"toString { outPath = "x"; }"#, r#""x""#),
    (r#"toString { __toString = s: s.a; a = "b"; }"#, r#""b""#),
    ("toString (x: x)", r"… while calling the 'toString' builtin @1:1
… while evaluating the first argument passed to builtins.toString
error: cannot coerce a function to a string: «lambda @ «string»:1:11»"),
    (r#"toString [ (throw "x") ]"#, r"… while calling the 'toString' builtin @1:1
… while evaluating the first argument passed to builtins.toString
… while calling the 'throw' builtin @1:13
error: x"),
    ("toString [ [ (x: x) ] ]", r"… while calling the 'toString' builtin @1:1
… while evaluating the first argument passed to builtins.toString
… while evaluating one element of the list
… while evaluating one element of the list
error: cannot coerce a function to a string: «lambda @ «string»:1:15»"),
    ("toString {outPath = [(x: x)]; }", r"… while calling the 'toString' builtin @1:1
… while evaluating the first argument passed to builtins.toString
… while evaluating one element of the list
error: cannot coerce a function to a string: «lambda @ «string»:1:23»"),
    (r#""${throw "x"}""#, r"… while calling the 'throw' builtin @1:4
error: x"),
    (r#""a${1}""#, r"… while evaluating a path segment @1:3
error: cannot coerce an integer to a string: 1"),
    (r#""a" + 1"#, r"… while evaluating a path segment @1:7
error: cannot coerce an integer to a string: 1"),
    (r#""${{outPath = throw "x";}}""#, r"… while calling the 'throw' builtin @1:15
error: x"),
    (r#""${{__toString = _: throw "x";}}""#, r"… from call site @1:2
… while calling '__toString' @1:18
… while calling the 'throw' builtin @1:21
error: x"),
    (r#""${{__toString = _: 1;}}""#, r"… while evaluating the result of the `__toString` attribute @1:2
error: cannot coerce an integer to a string: 1"),
    (r#""a" + {}"#, r"… while evaluating a path segment @1:7
error: cannot coerce a set to a string: { }"),
    (r#""a" + { outPath = 1; }"#, r"… while evaluating a path segment @1:7
error: cannot coerce an integer to a string: 1"),
    (r#"{} + "a""#, r"… while evaluating a path segment @1:1
error: cannot coerce a set to a string: { }"),
    (r#"builtins.stringLength (throw "x")"#, r"… while calling the 'stringLength' builtin @1:1
… while calling the 'throw' builtin @1:24
error: x"),
    ("builtins.stringLength 1", r"… while calling the 'stringLength' builtin @1:1
… while evaluating the argument passed to builtins.stringLength
error: cannot coerce an integer to a string: 1"),
    ("builtins.stringLength { outPath = 1; }", r"… while calling the 'stringLength' builtin @1:1
… while evaluating the argument passed to builtins.stringLength
error: cannot coerce an integer to a string: 1"),
    (r#"builtins.stringLength { outPath = throw "x"; }"#, r"… while calling the 'stringLength' builtin @1:1
… while calling the 'throw' builtin @1:35
error: x"),
    ("builtins.stringLength { __toString = _: 1; }", r"… while calling the 'stringLength' builtin @1:1
… while evaluating the result of the `__toString` attribute
error: cannot coerce an integer to a string: 1"),
    (r#"builtins.stringLength { __toString = _: throw "y"; }"#, r"… while calling the 'stringLength' builtin @1:1
… while calling '__toString' @1:38
… while calling the 'throw' builtin @1:41
error: y"),
    ("builtins.stringLength { __toString = 1; }", r"… while calling the 'stringLength' builtin @1:1
error: attempt to call something which is not a function but an integer: 1"),
    (r#"builtins.stringLength "é""#, "2"),
    (r#"builtins.concatStringsSep "" [ (throw "a")]"#, r"… while calling the 'concatStringsSep' builtin @1:1
… while calling the 'throw' builtin @1:33
error: a"),
    (r#"builtins.concatStringsSep "" [ 1 ]"#, r"… while calling the 'concatStringsSep' builtin @1:1
… while evaluating one element of the list of strings to concat passed to builtins.concatStringsSep
error: cannot coerce an integer to a string: 1"),
    (r#"builtins.concatStringsSep "" [ {outPath = [1]; } ]"#, r"… while calling the 'concatStringsSep' builtin @1:1
… while evaluating one element of the list of strings to concat passed to builtins.concatStringsSep
error: cannot coerce a list to a string: [ 1 ]"),
    (r#"builtins.concatStringsSep ", " [ "a" {outPath = "b"; } (let x = "c"; in x) {__toString = _: "d";} ]"#, r#""a, b, c, d""#),
    (r#"builtins.concatStringsSep 1 (throw "x")"#, r"… while calling the 'concatStringsSep' builtin @1:1
… while evaluating the first argument (the separator string) passed to builtins.concatStringsSep
error: expected a string but found an integer: 1"),
    (r#"builtins.concatStringsSep "a" 1"#, r"… while calling the 'concatStringsSep' builtin @1:1
… while evaluating the second argument (the list of strings to concat) passed to builtins.concatStringsSep
error: expected a list but found an integer: 1"),
    (r#"builtins.concatStringsSep "a" [ ]"#, r#""""#),
    (r#"builtins.concatStringsSep "a" [ {__toString = _: 1;} ]"#, r"… while calling the 'concatStringsSep' builtin @1:1
… while evaluating the result of the `__toString` attribute
error: cannot coerce an integer to a string: 1"),
    (r#"builtins.concatStringsSep (throw "1") (throw "2")"#, r"… while calling the 'concatStringsSep' builtin @1:1
… while evaluating the first argument (the separator string) passed to builtins.concatStringsSep
… while calling the 'throw' builtin @1:28
error: 1"),
    (r#"builtins.substring (-1) (throw "a") (throw "b")"#, r"… while calling the 'substring' builtin @1:1
error: negative start position in 'substring'"),
    (r#"builtins.substring 0 (throw "a") (throw "b")"#, r"… while calling the 'substring' builtin @1:1
… while evaluating the second argument (the substring length) passed to builtins.substring
… while calling the 'throw' builtin @1:23
error: a"),
    (r#"builtins.substring "a" 1 "b""#, r#"… while calling the 'substring' builtin @1:1
… while evaluating the first argument (the start offset) passed to builtins.substring
error: expected an integer but found a string: "a""#),
    (r#"builtins.substring 1 "a" "b""#, r#"… while calling the 'substring' builtin @1:1
… while evaluating the second argument (the substring length) passed to builtins.substring
error: expected an integer but found a string: "a""#),
    (r#"builtins.substring 1 2 "abcdef""#, r#""bc""#),
    (r#"builtins.substring 1 (-1) "abcdef""#, r#""bcdef""#),
    (r#"builtins.substring 10 (-1) "abcdef""#, r#""""#),
    (r#"builtins.substring 6 1 "abcdef""#, r#""""#),
    ("builtins.substring 0 0 5", r"… while calling the 'substring' builtin @1:1
… while evaluating the third argument (the string) passed to builtins.substring
error: cannot coerce an integer to a string: 5"),
    (r#"builtins.substring 0 1 { outPath = "hello"; }"#, r#""h""#),
    (r#"builtins.substring 3 9223372036854775807 "abcdef""#, r#""def""#),
    (r#"builtins.substring (builtins.head [(-1)]) 2 "x""#, r"… while calling the 'substring' builtin @1:1
error: negative start position in 'substring'"),
    (r#"let f = s: builtins.substring s 2 "x"; in f (-1)"#, r"… from call site @1:43
… while calling 'f' @1:9
… while calling the 'substring' builtin @1:12
error: negative start position in 'substring'"),
    (r#"builtins.replaceStrings ["a" "b"] ["1"] "x""#, r"… while calling the 'replaceStrings' builtin @1:1
error: 'from' and 'to' arguments passed to builtins.replaceStrings have different lengths"),
    (r#"builtins.replaceStrings ["a" "b"] ["b" "a"] "abcab""#, r#""bacba""#),
    (r#"builtins.replaceStrings [""] ["-"] "abc""#, r#""-a-b-c-""#),
    (r#"builtins.replaceStrings ["b" ""] ["B" "-"] "abc""#, r#""-aB-c-""#),
    (r#"builtins.replaceStrings ["" "b"] ["-" "B"] "abc""#, r#""-a-b-c-""#),
    (r#"builtins.replaceStrings [] [] "abc""#, r#""abc""#),
    (r#"builtins.replaceStrings ["a"] [(throw "x")] "bcd""#, r#""bcd""#),
    (r#"builtins.replaceStrings ["a"] [(throw "x")] "bcad""#, r"… while calling the 'replaceStrings' builtin @1:1
… while evaluating one of the replacement strings passed to builtins.replaceStrings
… while calling the 'throw' builtin @1:33
error: x"),
    (r#"builtins.replaceStrings ["a"] [1] "bcad""#, r"… while calling the 'replaceStrings' builtin @1:1
… while evaluating one of the replacement strings passed to builtins.replaceStrings
error: expected a string but found an integer: 1"),
    (r#"builtins.replaceStrings ["a"] [1] "bcd""#, r#""bcd""#),
    (r#"builtins.replaceStrings [1] [1] (throw "x")"#, r"… while calling the 'replaceStrings' builtin @1:1
… while evaluating one of the strings to replace passed to builtins.replaceStrings
error: expected a string but found an integer: 1"),
    (r#"builtins.replaceStrings ["x" (throw "y")] [1 2] (throw "x")"#, r"… while calling the 'replaceStrings' builtin @1:1
… while evaluating one of the strings to replace passed to builtins.replaceStrings
… while calling the 'throw' builtin @1:31
error: y"),
    (r#"builtins.replaceStrings ["x"] ["y"] (throw "x")"#, r"… while calling the 'replaceStrings' builtin @1:1
… while evaluating the third argument passed to builtins.replaceStrings
… while calling the 'throw' builtin @1:38
error: x"),
    (r#"builtins.replaceStrings ["x"] ["y"] 1"#, r"… while calling the 'replaceStrings' builtin @1:1
… while evaluating the third argument passed to builtins.replaceStrings
error: expected a string but found an integer: 1"),
    (r#"builtins.replaceStrings 1 (throw "a") 1"#, r"… while calling the 'replaceStrings' builtin @1:1
… while evaluating the first argument passed to builtins.replaceStrings
error: expected a list but found an integer: 1"),
    ("builtins.replaceStrings [1] 1 1", r"… while calling the 'replaceStrings' builtin @1:1
… while evaluating the second argument passed to builtins.replaceStrings
error: expected a list but found an integer: 1"),
    (r#"builtins.replaceStrings ["aa" "a" "aaa"] ["2" "1" "3"] "aaaaab""#, r#""221b""#),
    (r#"builtins.replaceStrings (map (x: x) ["a" "b"]) (map (x: x + "!") ["A" "B"]) "a b a b c""#, r#""A! B! A! B! c""#),
    (r#"builtins.replaceStrings ["a"] ["aa"] "banana""#, r#""baanaanaa""#),
    (r#"builtins.parseDrvName "nix-0.12pre12876""#, r#"{ name = "nix"; version = "0.12pre12876"; }"#),
    ("builtins.parseDrvName 1", r"… while calling the 'parseDrvName' builtin @1:1
… while evaluating the first argument passed to builtins.parseDrvName
error: expected a string but found an integer: 1"),
    (r#"builtins.parseDrvName "hello""#, r#"{ name = "hello"; version = ""; }"#),
    (r#"builtins.parseDrvName """#, r#"{ name = ""; version = ""; }"#),
    (r#"builtins.compareVersions "1.0" "2.3""#, "-1"),
    (r#"builtins.compareVersions "2.3" "1.0""#, "1"),
    (r#"builtins.compareVersions "1" 2"#, r"… while calling the 'compareVersions' builtin @1:1
… while evaluating the second argument passed to builtins.compareVersions
error: expected a string but found an integer: 2"),
    (r#"builtins.compareVersions 1 (throw "x")"#, r"… while calling the 'compareVersions' builtin @1:1
… while evaluating the first argument passed to builtins.compareVersions
error: expected a string but found an integer: 1"),
    (r#"map (builtins.compareVersions "1.0") ["1.0" "1.0pre" "1.1" "0.9"]"#, "[ 0 1 -1 1 ]"),
    (r#"builtins.splitVersion "1.2-a3b..x_y""#, r#"[ "1" "2" "a" "3" "b" "x_y" ]"#),
    (r#"builtins.splitVersion """#, "[ ]"),
    ("builtins.splitVersion [ ]", r"… while calling the 'splitVersion' builtin @1:1
… while evaluating the first argument passed to builtins.splitVersion
error: expected a string but found a list: [ ]"),
    (r#"builtins.hashString "foo" "x""#, r"… while calling the 'hashString' builtin @1:1
error: unknown hash algorithm 'foo', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"),
    (r#"builtins.hashString "foo" (throw "x")"#, r"… while calling the 'hashString' builtin @1:1
error: unknown hash algorithm 'foo', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"),
    (r#"builtins.hashString "blake3" "x""#, r"… while calling the 'hashString' builtin @1:1
error: experimental Nix feature 'blake3-hashes' is disabled; add '--extra-experimental-features blake3-hashes' to enable it"),
    (r#"builtins.hashString "sha256" 1"#, r"… while calling the 'hashString' builtin @1:1
… while evaluating the second argument passed to builtins.hashString
error: expected a string but found an integer: 1"),
    ("builtins.hashString 1 1", r"… while calling the 'hashString' builtin @1:1
… while evaluating the first argument passed to builtins.hashString
error: expected a string but found an integer: 1"),
    (r#"builtins.hashString "sha256" (throw "x")"#, r"… while calling the 'hashString' builtin @1:1
… while evaluating the second argument passed to builtins.hashString
… while calling the 'throw' builtin @1:31
error: x"),
    (r#"builtins.map (a: builtins.hashString a "hello") ["md5" "sha1" "sha256" "sha512"]"#, r#"[ "5d41402abc4b2a76b9719d911017c592" "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d" "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043" ]"#),
    ("builtins.convertHash {}", r"… while calling the 'convertHash' builtin @1:1
… while locating the attribute 'hash'
error: attribute 'hash' missing"),
    ("builtins.convertHash 1", r"… while calling the 'convertHash' builtin @1:1
… while evaluating the first argument passed to builtins.convertHash
error: expected a set but found an integer: 1"),
    (r#"builtins.convertHash {hash="x";}"#, r"… while calling the 'convertHash' builtin @1:1
… while locating the attribute 'toHashFormat'
error: attribute 'toHashFormat' missing"),
    (r#"builtins.convertHash {hash="x"; hashAlgo="foo";toHashFormat="sri";}"#, r"… while calling the 'convertHash' builtin @1:1
error: unknown hash algorithm 'foo', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"),
    (r#"builtins.convertHash {hash="x"; hashAlgo=1;toHashFormat="sri";}"#, r"… while calling the 'convertHash' builtin @1:1
… while evaluating the attribute 'hashAlgo'
error: expected a string but found an integer: 1"),
    (r#"builtins.convertHash {hash="x"; toHashFormat="sri";}"#, r"… while calling the 'convertHash' builtin @1:1
error: hash 'x' does not include a type, nor is the type otherwise known from context"),
    (r#"builtins.convertHash {hash=throw "x"; toHashFormat=throw "y";}"#, r"… while calling the 'convertHash' builtin @1:1
… while evaluating the attribute 'hash'
… while calling the 'throw' builtin @1:28
error: x"),
    (r#"builtins.convertHash {hash="x"; toHashFormat=throw "y";}"#, r"… while calling the 'convertHash' builtin @1:1
… while evaluating the attribute 'toHashFormat'
… while calling the 'throw' builtin @1:46
error: y"),
    (r#"builtins.convertHash {hash="x"; toHashFormat=1;}"#, r"… while calling the 'convertHash' builtin @1:1
… while evaluating the attribute 'toHashFormat'
error: expected a string but found an integer: 1"),
    (r#"builtins.convertHash {hash="x"; hashAlgo="sha256";toHashFormat="bad";}"#, r"… while calling the 'convertHash' builtin @1:1
error: unknown hash format 'bad', expect 'base16', 'base32', 'base64', or 'sri'"),
    (r#"builtins.convertHash {hash="5d41402abc4b2a76b9719d911017c592"; hashAlgo="md5";toHashFormat="base32";}"#, r#"warning: "base32" is a deprecated alias for hash format "nix32".
"4jqlbi14cxf6wpcajbphm40hax""#),
    (r#"builtins.convertHash {hash="5d41402abc4b2a76b9719d911017c592"; hashAlgo="md5";toHashFormat="sri";}"#, r#""md5-XUFAKrxLKna5cZ2REBfFkg==""#),
    (r#"builtins.convertHash {hash="sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"; toHashFormat="base64";}"#, r#""LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=""#),
    (r#"builtins.convertHash {hash="sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"; hashAlgo = "md5"; toHashFormat="base64";}"#, r"… while calling the 'convertHash' builtin @1:1
error: hash 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' should have type 'md5'"),
    ("builtins.convertHash {hash=1;}", r"… while calling the 'convertHash' builtin @1:1
… while evaluating the attribute 'hash'
error: expected a string but found an integer: 1"),
    (r#"builtins.length (throw "x")"#, r"… while calling the 'length' builtin @1:1
… while calling the 'throw' builtin @1:18
error: x"),
    (r#"builtins.attrNames (throw "x")"#, r"… while calling the 'attrNames' builtin @1:1
… while calling the 'throw' builtin @1:21
error: x"),
    (r#"builtins.stringLength (builtins.bitAnd (throw "x") 2)"#, r"… while calling the 'stringLength' builtin @1:1
… while calling the 'bitAnd' builtin @1:24
… while evaluating the first argument passed to builtins.bitAnd
… while calling the 'throw' builtin @1:41
error: x"),
    (r#"builtins.stringLength ("${1}")"#, r"… while calling the 'stringLength' builtin @1:1
… while evaluating a path segment @1:25
error: cannot coerce an integer to a string: 1"),
    ("builtins.length 1", r"… while calling the 'length' builtin @1:1
… while evaluating the first argument passed to builtins.length
error: expected a list but found an integer: 1"),
    ("builtins.length (1.a)", "error: undefined variable 'a' @1:20"),
    ("builtins.stringLength (1 + 1)", r"… while calling the 'stringLength' builtin @1:1
… while evaluating the argument passed to builtins.stringLength
error: cannot coerce an integer to a string: 2"),
    (r#"builtins.length "${toString (x: x)}""#, r"… while calling the 'length' builtin @1:1
… while calling the 'toString' builtin @1:20
… while evaluating the first argument passed to builtins.toString
error: cannot coerce a function to a string: «lambda @ «string»:1:30»"),
    ("builtins.stringLength (toString (x: x))", r"… while calling the 'stringLength' builtin @1:1
… while calling the 'toString' builtin @1:24
… while evaluating the first argument passed to builtins.toString
error: cannot coerce a function to a string: «lambda @ «string»:1:34»"),
    ("builtins.substring 0 1 (toString [(x: x)])", r"… while calling the 'substring' builtin @1:1
… while calling the 'toString' builtin @1:25
… while evaluating the first argument passed to builtins.toString
… while evaluating one element of the list
error: cannot coerce a function to a string: «lambda @ «string»:1:36»"),
];
