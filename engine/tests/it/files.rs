//! Files and folders: read, imported, searched for; and lines said to whoever runs the program. What is expected was recorded from Nix 2.34.8.

use crate::check::check_in;

#[test]
fn as_nix_has_it() {
    check_in(&[], CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    ("import ./bad.nix", "… while calling the 'import' builtin @1:1
error: syntax error, unexpected end of file @2:1"),
    ("import ./rec.nix", "… while calling the 'import' builtin @1:1
… while evaluating the file '/tmp/w/rec.nix':
… while calling the 'import' builtin @1:1
error: infinite recursion encountered"),
    ("import ./undef.nix", "… while calling the 'import' builtin @1:1
error: undefined variable 'undefinedvar' @1:8"),
    ("import ./thr.nix", "… while calling the 'import' builtin @1:1
… while evaluating the file '/tmp/w/thr.nix':
… while calling the 'throw' builtin @1:1
error: boo"),
    ("import ./nope", "… while calling the 'import' builtin @1:1
error: path '/tmp/w/nope' does not exist"),
    (r#"import "foo""#, "… while calling the 'import' builtin @1:1
… while realising the context of a path
error: string 'foo' doesn't represent an absolute path"),
    ("import 1", "… while calling the 'import' builtin @1:1
… while realising the context of a path
error: cannot coerce an integer to a string: 1"),
    ("import { outPath = ./a.nix; }", "{ a = 1; }"),
    ("import { __toString = s: 1; }", "… while calling the 'import' builtin @1:1
… while realising the context of a path
error: cannot coerce an integer to a string: 1"),
    ("import { __toString = s: ./a.nix; }", "{ a = 1; }"),
    ("builtins.readFile { outPath = 1; }", "… while calling the 'readFile' builtin @1:1
… while realising the context of a path
error: cannot coerce an integer to a string: 1"),
    (r#"import (throw "a")"#, "… while calling the 'import' builtin @1:1
… while realising the context of a path
… while calling the 'throw' builtin @1:9
error: a"),
    ("builtins.scopedImport { x = 1; } ./undef.nix", "… while calling the 'scopedImport' builtin @1:1
error: undefined variable 'undefinedvar' @1:8"),
    ("builtins.scopedImport 1 ./undef.nix", "… while calling the 'scopedImport' builtin @1:1
… while evaluating the first argument passed to builtins.scopedImport
error: expected a set but found an integer: 1"),
    ("builtins.scopedImport {undefinedvar = 3; } ./undef.nix 2", "5"),
    ("builtins.readFile ./link", r#""hello\n""#),
    ("builtins.readFile ./d", "… while calling the 'readFile' builtin @1:1
error: read of 4096 bytes: Is a directory"),
    ("builtins.readDir ./f.txt", r#"… while calling the 'readDir' builtin @1:1
error: cannot read directory "/tmp/w/f.txt": Not a directory"#),
    ("builtins.readDir ./d", r#"{ "default.nix" = "regular"; }"#),
    ("builtins.readFileType ./link", r#""symlink""#),
    ("builtins.readFileType ./nope", "… while calling the 'readFileType' builtin @1:1
error: path '/tmp/w/nope' does not exist"),
    (r#"builtins.hashFile "md5" ./f.txt"#, r#""b1946ac92492d2347c6235b4d2611184""#),
    (r#"builtins.hashFile "foo" ./f.txt"#, "… while calling the 'hashFile' builtin @1:1
error: unknown hash algorithm 'foo', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"),
    ("builtins.readDir ./ld", r#"{ "default.nix" = "regular"; }"#),
    ("builtins.pathExists ./link", "true"),
    ("builtins.pathExists ./ld/default.nix", "true"),
    (r#"builtins.pathExists "/tmp/w/link/""#, "false"),
    (r#"builtins.pathExists "/tmp/w/ld/""#, "true"),
    (r#"builtins.pathExists "a""#, "… while calling the 'pathExists' builtin @1:1
… while realising the context of a path
error: string 'a' doesn't represent an absolute path"),
    ("import ./ld", "42"),
    ("builtins.readFile ./nope", "… while calling the 'readFile' builtin @1:1
error: path '/tmp/w/nope' does not exist"),
    (r#"builtins.filterSource (p: t: builtins.trace "${p} ${t}" (t != "symlink")) ./."#, r#"trace: /tmp/w/a.nix regular
trace: /tmp/w/bad.nix regular
trace: /tmp/w/d directory
trace: /tmp/w/d/default.nix regular
trace: /tmp/w/f.txt regular
trace: /tmp/w/l1 symlink
trace: /tmp/w/l2 symlink
trace: /tmp/w/ld symlink
trace: /tmp/w/link symlink
trace: /tmp/w/nul regular
trace: /tmp/w/once.nix regular
trace: /tmp/w/rec.nix regular
trace: /tmp/w/sub directory
trace: /tmp/w/sub/y regular
trace: /tmp/w/thr.nix regular
trace: /tmp/w/undef.nix regular
"/nix/store/0lavzfmh9c0k7zlpsdgwd1c5g9a7ng1f-w""#),
    (r#"builtins.findFile [ { path = "/tmp"; prefix="foo"; } ] "foo/w""#, "/tmp/w"),
    (r#"builtins.findFile [ { path = "/tmp"; prefix="foo"; } ] "bar""#, "… while calling the 'findFile' builtin @1:1
error: file 'bar' was not found in the Nix search path (add it using $NIX_PATH or -I)"),
    ("<foo>", "… while calling the 'findFile' builtin @1:1
error: file 'foo' was not found in the Nix search path (add it using $NIX_PATH or -I)"),
    ("<nix/fetchurl.nix>", "<nix/fetchurl.nix>"),
    (r#"builtins.findFile [ { path = "/nope"; } ] "bar""#, "warning: Nix search path entry '/nope' does not exist, ignoring
… while calling the 'findFile' builtin @1:1
error: file 'bar' was not found in the Nix search path (add it using $NIX_PATH or -I)"),
    (r#"builtins.findFile [ { prefix = "/nope"; } ] "bar""#, "… while calling the 'findFile' builtin @1:1
… in an element of the __nixPath
error: attribute 'path' missing"),
    (r#"builtins.findFile [ 1 ] "bar""#, "… while calling the 'findFile' builtin @1:1
… while evaluating an element of the list passed to builtins.findFile
error: expected a set but found an integer: 1"),
    (r#"builtins.findFile [ (throw "a") ] "bar""#, "… while calling the 'findFile' builtin @1:1
… while calling the 'throw' builtin @1:22
error: a"),
    (r#"builtins.findFile 1 "bar""#, "… while calling the 'findFile' builtin @1:1
… while evaluating the first argument passed to builtins.findFile
error: expected a list but found an integer: 1"),
    (r#"builtins.findFile [{path="";}] 1"#, "… while calling the 'findFile' builtin @1:1
… while evaluating the second argument passed to builtins.findFile
error: expected a string but found an integer: 1"),
    ("builtins.findFile [{path=1;}] 1", "… while calling the 'findFile' builtin @1:1
… while evaluating the `path` attribute of an element of the list passed to builtins.findFile
error: cannot coerce an integer to a string: 1"),
    (r#"builtins.findFile [{path= ./.;}] "d""#, "/tmp/w/d"),
    (r#"builtins.findFile [{path= "d";}] "default.nix""#, "/tmp/w/d/default.nix"),
    ("builtins.nixPath", "[ ]"),
    (r#"builtins.trace "a" 1"#, "trace: a
1"),
    (r#"builtins.trace (throw "x") 1"#, "… while calling the 'trace' builtin @1:1
… while calling the 'throw' builtin @1:17
error: x"),
    (r#"builtins.trace 1 (throw "x")"#, "trace: 1
… while calling the 'trace' builtin @1:1
… while calling the 'throw' builtin @1:19
error: x"),
    (r#"builtins.warn "a" 1"#, "evaluation warning: a
1"),
    ("builtins.warn 1 1", "… while calling the 'warn' builtin @1:1
… while evaluating the first argument; the message passed to builtins.warn
error: expected a string but found an integer: 1"),
    (r#"builtins.traceVerbose "a" 1"#, "1"),
    ("builtins.getEnv 1", "… while calling the 'getEnv' builtin @1:1
… while evaluating the first argument passed to builtins.getEnv
error: expected a string but found an integer: 1"),
    (r#"builtins.readDir "/tmp/w/nope""#, "… while calling the 'readDir' builtin @1:1
error: path '/tmp/w/nope' does not exist"),
    ("import ./once.nix", "trace: read
{ a = 1; }"),
    ("[ (import ./once.nix) (import ./once.nix) (import ./ld) (import ./d) ]", "trace: read
[ { a = 1; } «repeated» 42 42 ]"),
    ("builtins.readFile ./l1", "… while calling the 'readFile' builtin @1:1
… while realising the context of path '/tmp/w/l1'
error: infinite symlink recursion in path '/tmp/w/l1'"),
    ("builtins.pathExists ./l1", "true"),
    ("builtins.pathExists ./l1/x", "… while calling the 'pathExists' builtin @1:1
… while realising the context of path '/tmp/w/l1/x'
error: infinite symlink recursion in path '/tmp/w/l1/x'"),
    ("import ./l1", "… while calling the 'import' builtin @1:1
error: too many symbolic links encountered while traversing the path '/tmp/w/l2'"),
    ("builtins.readFile ./nul", "… while calling the 'readFile' builtin @1:1
error: the contents of the file '/tmp/w/nul' cannot be represented as a Nix string"),
    (r#"builtins.getEnv "NIXSCOPE_NO_SUCH""#, r#""""#),
    ("builtins.readDir ./sub", r#"{ y = "regular"; }"#),
    ("builtins.readFileType ./sub", r#""directory""#),
    ("builtins.scopedImport { undefinedvar = 1; x = 2; } ./undef.nix 5", "6"),
];
