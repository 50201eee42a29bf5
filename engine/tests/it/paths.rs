//! Paths taken apart, and copied to the store whole or in part. What is expected was recorded from Nix 2.34.8.

use crate::check::check_in;

#[test]
fn as_nix_has_it() {
    check_in(&[], CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    (r#"builtins.toPath "a""#, "… while calling the 'toPath' builtin @1:1
… while evaluating the first argument passed to builtins.toPath
error: string 'a' doesn't represent an absolute path"),
    ("builtins.toPath 1", "… while calling the 'toPath' builtin @1:1
… while evaluating the first argument passed to builtins.toPath
error: cannot coerce an integer to a string: 1"),
    (r#"builtins.toPath (throw "x")"#, "… while calling the 'toPath' builtin @1:1
… while evaluating the first argument passed to builtins.toPath
… while calling the 'throw' builtin @1:18
error: x"),
    ("builtins.toPath { __toString = s: 1;}", "… while calling the 'toPath' builtin @1:1
… while evaluating the first argument passed to builtins.toPath
error: cannot coerce an integer to a string: 1"),
    ("builtins.storePath /foo", "… while calling the 'storePath' builtin @1:1
error: path '/foo' is not in the Nix store"),
    (r#"builtins.storePath "/nix/store/5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv""#, r#""/nix/store/5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv""#),
    ("builtins.storePath /nix/store/foo", "… while calling the 'storePath' builtin @1:1
error: 'foo' is too short to be a valid store path"),
    ("builtins.placeholder 1", "… while calling the 'placeholder' builtin @1:1
… while evaluating the first argument passed to builtins.placeholder
error: expected a string but found an integer: 1"),
    (r#"builtins.placeholder "out""#, r#""/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9""#),
    ("builtins.baseNameOf 1", "… while calling the 'baseNameOf' builtin @1:1
… while evaluating the first argument passed to builtins.baseNameOf
error: cannot coerce an integer to a string: 1"),
    ("builtins.baseNameOf ./f.txt", r#""f.txt""#),
    (r#"map baseNameOf [ "" "/" "//" "a/" "/a" "a//" "a" "/a/b/" ]"#, r#"[ "" "" "" "a" "a" "" "a" "b" ]"#),
    (r#"map dirOf [ "" "/" "//" "a/" "/a" "a//" "a" "/a/b/" /a /. ]"#, r#"[ "." "/" "/" "a" "/" "a/" "." "/a/b" / / ]"#),
    ("dirOf 1", "… while calling the 'dirOf' builtin @1:1
… while evaluating the first argument passed to 'builtins.dirOf'
error: cannot coerce an integer to a string: 1"),
    (r#"dirOf { outPath = throw "x"; }"#, "… while calling the 'dirOf' builtin @1:1
… while calling the 'throw' builtin @1:19
error: x"),
    ("dirOf ./f.txt", "/tmp/w"),
    (r#"builtins.toFile "x" 1"#, "… while calling the 'toFile' builtin @1:1
… while evaluating the second argument passed to builtins.toFile
error: expected a string but found an integer: 1"),
    (r#"builtins.toFile "x.drv" "foo""#, r#""/nix/store/sxjrfqkchrk0lx8jpcamx1k9g2mf04jd-x.drv""#),
    (r#"builtins.toFile "a b" "foo""#, "… while calling the 'toFile' builtin @1:1
error: path 'a49gjc46gid8rhbn6r9990dn3v12w835-a b' is not a valid store path: name 'a b' contains illegal character ' '"),
    ("builtins.filterSource (p: t: 1) ./d", "… while calling the 'filterSource' builtin @1:1
… while adding path '/tmp/w/d'
… while evaluating the return value of the path filter function
error: expected a Boolean but found an integer: 1"),
    ("builtins.filterSource 1 ./.", "… while calling the 'filterSource' builtin @1:1
… while evaluating the first argument passed to builtins.filterSource
error: expected a function but found an integer: 1"),
    ("builtins.filterSource (p: t: true) 1", "… while calling the 'filterSource' builtin @1:1
… while evaluating the second argument (the path to filter) passed to 'builtins.filterSource'
error: cannot coerce an integer to a string: 1"),
    (r#"builtins.path { path = ./d; name = "foo"; }"#, r#""/nix/store/y7629ka94bdlrkww7w4ypzrdn2a8yzp0-foo""#),
    (r#"builtins.path { path = ./d; filter = p: t: throw "a"; }"#, "… while calling the 'path' builtin @1:1
… while adding path '/tmp/w/d'
… while calling 'filter' @1:41
… while calling the 'throw' builtin @1:44
error: a"),
    ("builtins.path { path = ./nope; }", "… while calling the 'path' builtin @1:1
… while adding path '/tmp/w/nope'
error: path '/tmp/w/nope' does not exist"),
    ("builtins.path { }", "… while calling the 'path' builtin @1:1
error: missing required 'path' attribute in the first argument to 'builtins.path'"),
    ("builtins.path { foo = 1; }", "… while calling the 'path' builtin @1:1
error: unsupported argument 'foo' to 'builtins.path' @1:17"),
    ("builtins.path { path = ./f.txt; recursive = false; }", r#""/nix/store/d4b4lmbd433fa2xcdysz7p7zahnqh1z4-f.txt""#),
    (r#"builtins.path { path = ./f.txt; sha256 = ""; }"#, "warning: found empty hash, assuming 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
… while calling the 'path' builtin @1:1
… while adding path '/tmp/w/f.txt'
error: store path mismatch in (possibly filtered) path added from '/tmp/w/f.txt'"),
    ("builtins.path { path = ./d; recursive = false; }", "… while calling the 'path' builtin @1:1
… while adding path '/tmp/w/d'
error: read of 4096 bytes: Is a directory"),
    (r#"builtins.path { path = ./f.txt; sha256 = "abc"; }"#, "… while calling the 'path' builtin @1:1
error: hash 'abc' has wrong length for hash algorithm 'sha256'"),
    (r#"builtins.path { path = ./f.txt; sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"; recursive=false; }"#, r#""/nix/store/d4b4lmbd433fa2xcdysz7p7zahnqh1z4-f.txt""#),
    (r#"builtins.path { path = ./link; name= "x y"; }"#, "… while calling the 'path' builtin @1:1
… while adding path '/tmp/w/link'
error: path 'x7bi6i5x9v67mwr2kpay97f5a2bm8ryh-x y' is not a valid store path: name 'x y' contains illegal character ' '"),
    ("builtins.path 1", "… while calling the 'path' builtin @1:1
… while evaluating the argument passed to 'builtins.path'
error: expected a set but found an integer: 1"),
    ("builtins.path { path = 1; }", "… while calling the 'path' builtin @1:1
… while evaluating the 'path' attribute passed to 'builtins.path' @1:17
error: cannot coerce an integer to a string: 1"),
    ("builtins.path { name = 1; }", "… while calling the 'path' builtin @1:1
… while evaluating the `name` attribute passed to builtins.path @1:17
error: expected a string but found an integer: 1 @1:17"),
    (r#"builtins.path { path = throw "a"; }"#, "… while calling the 'path' builtin @1:1
… while evaluating the 'path' attribute passed to 'builtins.path' @1:17
… while calling the 'throw' builtin @1:24
error: a"),
    ("builtins.path { filter = 1; }", "… while calling the 'path' builtin @1:1
… while evaluating the `filter` parameter passed to builtins.path @1:17
error: expected a function but found an integer: 1 @1:17"),
    ("builtins.path { recursive = 1; }", "… while calling the 'path' builtin @1:1
… while evaluating the `recursive` attribute passed to builtins.path @1:17
error: expected a Boolean but found an integer: 1 @1:17"),
    (r#""${./f.txt}""#, r#""/nix/store/6h9lcbx523532ax1c5g2351w9bm8ykhy-f.txt""#),
    (r#""${./x.drv}""#, "error: file names are not allowed to end in '.drv'"),
    (r#""${./nope}""#, "error: path '/tmp/w/nope' does not exist"),
    (r#""${./link}""#, r#""/nix/store/kjy134i63lpm1gwhvsmzvrx6cwsq5yd1-link""#),
    (r#"builtins.path { path = ./f.txt; sha256 = "0000000000000000000000000000000000000000000000000000000000000000"; }"#, "… while calling the 'path' builtin @1:1
… while adding path '/tmp/w/f.txt'
error: store path mismatch in (possibly filtered) path added from '/tmp/w/f.txt'"),
    (r#"builtins.toFile "x" "${builtins.toFile "y" "z"}""#, r#""/nix/store/vlnpi07i2pm2f32bcpy46sa5kfmzb11w-x""#),
    (r#"builtins.getContext (builtins.toFile "x" "y")"#, r#"{ "/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x" = { path = true; }; }"#),
    (r#"builtins.getContext "${./f.txt}""#, r#"{ "/nix/store/6h9lcbx523532ax1c5g2351w9bm8ykhy-f.txt" = { path = true; }; }"#),
    ("1", "1"),
];
