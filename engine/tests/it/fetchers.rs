//! Arguments of what would be fetched. What is expected was recorded from Nix 2.34.8.

use crate::check::check_in;

#[test]
fn as_nix_has_it() {
    check_in(&[], CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    (r#"builtins.fetchurl "https://example.com/~wiggle~""#, "… while calling the 'fetchurl' builtin @1:1
error: invalid store path name when fetching URL 'https://example.com/~wiggle~': name '~wiggle~' contains illegal character '~'. Please pass an attribute set with 'url' and 'name' attributes to 'fetchurl',  so that it can create a valid store path."),
    (r#"builtins.fetchurl { url = "https://example.com/~wiggle~"; }"#, "… while calling the 'fetchurl' builtin @1:1
error: invalid store path name when fetching URL 'https://example.com/~wiggle~': name '~wiggle~' contains illegal character '~'. Please add a valid 'name' attribute to the argument for 'fetchurl', so that it can create a valid store path."),
    (r#"builtins.fetchurl { url = "https://example.com/foo.tar.gz"; name = "~wobble~"; }"#, "… while calling the 'fetchurl' builtin @1:1
error: invalid store path name when fetching URL 'https://example.com/foo.tar.gz': name '~wobble~' contains illegal character '~'. Please change the value for the 'name' attribute passed to 'fetchurl', so that it can create a valid store path."),
    (r#"builtins.fetchurl { name = "~wobble~"; }"#, "… while calling the 'fetchurl' builtin @1:1
error: 'url' argument required"),
    ("builtins.fetchurl { url = 1; }", "… while calling the 'fetchurl' builtin @1:1
… while evaluating the url we should fetch @1:21
error: expected a string but found an integer: 1 @1:21"),
    ("builtins.fetchurl { foo = 1; }", "… while calling the 'fetchurl' builtin @1:1
error: unsupported argument 'foo' to 'fetchurl'"),
    ("builtins.fetchurl 1", "… while calling the 'fetchurl' builtin @1:1
… while evaluating the url we should fetch
error: expected a string but found an integer: 1"),
    (r#"builtins.fetchurl { url = "https://example.com/foo.tar.gz"; sha256 = "x"; }"#, "… while calling the 'fetchurl' builtin @1:1
error: hash 'x' has wrong length for hash algorithm 'sha256'"),
    ("builtins.fetchTarball { foo = 1; }", "… while calling the 'fetchTarball' builtin @1:1
error: unsupported argument 'foo' to 'fetchTarball'"),
    (r#"builtins.fetchTarball { name = "x"; }"#, "… while calling the 'fetchTarball' builtin @1:1
error: 'url' argument required"),
    ("builtins.fetchTarball 1", "… while calling the 'fetchTarball' builtin @1:1
… while evaluating the url we should fetch
error: expected a string but found an integer: 1"),
    ("builtins.fetchGit { foo = 1; }", "… while calling the 'fetchGit' builtin @1:1
error: input attribute 'foo' not supported by scheme 'git'"),
    ("builtins.fetchGit 1", "… while calling the 'fetchGit' builtin @1:1
… while evaluating the first argument passed to 'fetchGit'
error: cannot coerce an integer to a string: 1"),
    ("builtins.fetchGit { url = 1.5; }", "… while calling the 'fetchGit' builtin @1:1
error: argument 'url' to 'fetchGit' is a float while a string, Boolean or integer is expected"),
    ("builtins.fetchGit { url = -1; }", "… while calling the 'fetchGit' builtin @1:1
error: negative value given for 'fetchGit' argument 'url': -1"),
    ("builtins.fetchGit { url = x: x; }", "… while calling the 'fetchGit' builtin @1:1
error: argument 'url' to 'fetchGit' is a function while a string, Boolean or integer is expected"),
    (r#"builtins.fetchGit { type = "git"; }"#, "… while calling the 'fetchGit' builtin @1:1
error: unexpected argument 'type'"),
    ("builtins.fetchGit { }", "… while calling the 'fetchGit' builtin @1:1
error: input attribute 'url' is missing"),
    ("builtins.fetchMercurial { foo = 1; }", "… while calling the 'fetchMercurial' builtin @1:1
error: unsupported argument 'foo' to 'fetchMercurial' @1:27"),
    ("builtins.fetchMercurial { }", "… while calling the 'fetchMercurial' builtin @1:1
error: 'url' argument required"),
    ("builtins.fetchMercurial 1", "… while calling the 'fetchMercurial' builtin @1:1
… while evaluating the first argument passed to builtins.fetchMercurial
error: cannot coerce an integer to a string: 1"),
    ("builtins.fetchMercurial { url = 1; }", "… while calling the 'fetchMercurial' builtin @1:1
… while evaluating the `url` attribute passed to builtins.fetchMercurial @1:27
error: cannot coerce an integer to a string: 1"),
];
