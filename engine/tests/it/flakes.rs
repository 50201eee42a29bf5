//! References to flakes as text and as sets. What is expected was recorded from Nix 2.34.8.

use crate::check::check_in;

#[test]
fn as_nix_has_it() {
    check_in(&["flakes", "fetch-tree"], CASES);
}

/// Expressions, and what they are or how they fail.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    (r#"builtins.parseFlakeRef "nixpkgs""#, r#"{ id = "nixpkgs"; type = "indirect"; }"#),
    (r#"builtins.parseFlakeRef "nixpkgs/23.05""#, r#"{ id = "nixpkgs"; ref = "23.05"; type = "indirect"; }"#),
    (r#"builtins.parseFlakeRef "nixpkgs/a3a3dda3bacf61e8a39258a0ed9c924eeca8e293""#, r#"{ id = "nixpkgs"; rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; type = "indirect"; }"#),
    (r#"builtins.parseFlakeRef "nixpkgs/release/a3a3dda3bacf61e8a39258a0ed9c924eeca8e293""#, r#"{ id = "nixpkgs"; ref = "release"; rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; type = "indirect"; }"#),
    (r#"builtins.parseFlakeRef "flake:nixpkgs/x/y""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: flake reference 'flake:nixpkgs/x/y' is not an absolute path"),
    (r#"builtins.parseFlakeRef "flake:nixpkgs/x/y/z""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: flake reference 'flake:nixpkgs/x/y/z' is not an absolute path"),
    (r#"builtins.parseFlakeRef "github:NixOS/nixpkgs/23.05?dir=lib""#, r#"{ dir = "lib"; owner = "NixOS"; ref = "23.05"; repo = "nixpkgs"; type = "github"; }"#),
    (r#"builtins.parseFlakeRef "github:NixOS/nixpkgs""#, r#"{ owner = "NixOS"; repo = "nixpkgs"; type = "github"; }"#),
    (r#"builtins.parseFlakeRef "github:NixOS""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: flake reference 'github:NixOS' is not an absolute path"),
    (r#"builtins.parseFlakeRef "github:a/b/c/d""#, r#"{ owner = "a"; ref = "c/d"; repo = "b"; type = "github"; }"#),
    (r#"builtins.parseFlakeRef "github:a/b/a3a3dda3bacf61e8a39258a0ed9c924eeca8e293""#, r#"{ owner = "a"; repo = "b"; rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; type = "github"; }"#),
    (r#"builtins.parseFlakeRef "github:a/b?ref=x&rev=a3a3dda3bacf61e8a39258a0ed9c924eeca8e293""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: flake reference 'github:a/b?ref=x&rev=a3a3dda3bacf61e8a39258a0ed9c924eeca8e293' is not an absolute path"),
    (r#"builtins.parseFlakeRef "github:a/b?host=example.org&narHash=sha256-47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D""#, r#"{ host = "example.org"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; owner = "a"; repo = "b"; type = "github"; }"#),
    (r#"builtins.parseFlakeRef "gitlab:a/b""#, r#"{ owner = "a"; repo = "b"; type = "gitlab"; }"#),
    (r#"builtins.parseFlakeRef "sourcehut:~a/b""#, r#"{ owner = "~a"; repo = "b"; type = "sourcehut"; }"#),
    (r#"builtins.parseFlakeRef "git+https://example.org/a/b?ref=x&submodules=1&dir=foo&x=y""#, r#"{ dir = "foo"; ref = "x"; submodules = true; type = "git"; url = "https://example.org/a/b?x=y"; }"#),
    (r#"builtins.parseFlakeRef "git+ssh://git@example.org/a/b""#, r#"{ type = "git"; url = "ssh://git@example.org/a/b"; }"#),
    (r#"builtins.parseFlakeRef "git+file:///a/b""#, r#"{ type = "git"; url = "file:///a/b"; }"#),
    (r#"builtins.parseFlakeRef "git://a/b""#, r#"{ type = "git"; url = "git://a/b"; }"#),
    (r#"builtins.parseFlakeRef "hg+https://example.org/a?rev=a3a3dda3bacf61e8a39258a0ed9c924eeca8e293""#, r#"{ rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; type = "hg"; url = "https://example.org/a"; }"#),
    (r#"builtins.parseFlakeRef "https://example.org/a.tar.gz""#, r#"{ type = "tarball"; url = "https://example.org/a.tar.gz"; }"#),
    (r#"builtins.parseFlakeRef "https://example.org/a?foo=bar&narHash=sha256-47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D&rev=abc&revCount=3""#, r#"{ narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; rev = "abc"; revCount = 3; type = "tarball"; url = "https://example.org/a?foo=bar"; }"#),
    (r#"builtins.parseFlakeRef "file+https://example.org/a""#, r#"{ type = "file"; url = "https://example.org/a"; }"#),
    (r#"builtins.parseFlakeRef "tarball+https://example.org/a""#, r#"{ type = "tarball"; url = "https://example.org/a"; }"#),
    (r#"builtins.parseFlakeRef "file:///a/b""#, r#"{ type = "tarball"; url = "file:///a/b"; }"#),
    (r#"builtins.parseFlakeRef "path:/a/b""#, r#"{ path = "/a/b"; type = "path"; }"#),
    (r#"builtins.parseFlakeRef "path:a/b?lastModified=5""#, r#"{ lastModified = 5; path = "a/b"; type = "path"; }"#),
    (r#"builtins.parseFlakeRef "path:/a/b?foo=5""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: path URL 'path:/a/b?foo=5' has unsupported parameter 'foo'"),
    (r#"builtins.parseFlakeRef "/a/b""#, r#"{ path = "/a/b"; type = "path"; }"#),
    (r#"builtins.parseFlakeRef "./a""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: flake reference './a' is not an absolute path"),
    (r#"builtins.parseFlakeRef ".""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: flake reference '.' is not an absolute path"),
    (r#"builtins.parseFlakeRef "foo:bar""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: input 'foo:bar' is unsupported"),
    (r#"builtins.parseFlakeRef "nixpkgs#foo""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: unexpected fragment 'foo' in flake reference 'nixpkgs#foo'"),
    (r#"builtins.parseFlakeRef "/a/b#foo""#, "… while calling the 'parseFlakeRef' builtin @1:1
error: unexpected fragment 'foo' in flake reference '/a/b#foo'"),
    (r#"builtins.parseFlakeRef "/a/b?dir=x&rev=a""#, r#"{ dir = "x"; path = "/a/b"; rev = "a"; type = "path"; }"#),
    (r#"builtins.parseFlakeRef """#, "… while calling the 'parseFlakeRef' builtin @1:1
error: flake reference '' is not an absolute path"),
    ("builtins.parseFlakeRef 1", "… while calling the 'parseFlakeRef' builtin @1:1
… while evaluating the argument passed to builtins.parseFlakeRef
error: expected a string but found an integer: 1"),
    (r#"builtins.flakeRefToString { type = "github"; owner = "NixOS"; repo = "nixpkgs"; ref = "23.05"; dir = "lib"; }"#, r#""github:NixOS/nixpkgs/23.05?dir=lib""#),
    (r#"builtins.flakeRefToString { type = "github"; owner = "NixOS"; repo = "nixpkgs"; ref = "23.05"; rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; }"#, r#"… while calling the 'flakeRefToString' builtin @1:1
error: input {"owner":"NixOS","ref":"23.05","repo":"nixpkgs","rev":"a3a3dda3bacf61e8a39258a0ed9c924eeca8e293","type":"github"} contains both a commit hash ('a3a3dda3bacf61e8a39258a0ed9c924eeca8e293') and a branch/tag name ('23.05')"#),
    (r#"builtins.flakeRefToString { type = "github"; owner = "NixOS"; }"#, "… while calling the 'flakeRefToString' builtin @1:1
error: input attribute 'repo' is missing"),
    (r#"builtins.flakeRefToString { type = "github"; owner = "NixOS"; foo = "a"; }"#, "… while calling the 'flakeRefToString' builtin @1:1
error: input attribute 'foo' not supported by scheme 'github'"),
    (r#"builtins.flakeRefToString { type = "foo"; owner = "NixOS"; foo = "a"; }"#, r#"… while calling the 'flakeRefToString' builtin @1:1
error: cannot show unsupported input '{"foo":"a","owner":"NixOS","type":"foo"}'"#),
    (r#"builtins.flakeRefToString { owner = "NixOS"; foo = "a"; }"#, "… while calling the 'flakeRefToString' builtin @1:1
error: 'type' attribute to specify input scheme is required but not provided"),
    (r#"builtins.flakeRefToString { type = "indirect"; id = "nixpkgs"; }"#, r#""flake:nixpkgs""#),
    (r#"builtins.flakeRefToString { type = "indirect"; id = "nixpkgs"; ref = "x"; rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; }"#, r#""flake:nixpkgs/x/a3a3dda3bacf61e8a39258a0ed9c924eeca8e293""#),
    (r#"builtins.flakeRefToString { type = "git"; url = "https://example.org/a/b"; ref = "x"; submodules = true; shallow = false; dir = "foo"; }"#, r#""git+https://example.org/a/b?dir=foo&ref=x&submodules=1""#),
    (r#"builtins.flakeRefToString { type = "git"; url = "ssh://git@example.org/a/b"; rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; }"#, r#""git+ssh://git@example.org/a/b?rev=a3a3dda3bacf61e8a39258a0ed9c924eeca8e293""#),
    (r#"builtins.flakeRefToString { type = "git"; url = "/a/b"; }"#, r#""git+file:///a/b""#),
    (r#"builtins.flakeRefToString { type = "path"; path = "/a/b"; lastModified = 5; }"#, r#""path:/a/b?lastModified=5""#),
    (r#"builtins.flakeRefToString { type = "path"; path = "a b"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }"#, r#""path:a%20b?narHash=sha256-47DEQpj8HBSa%2B/TImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D""#),
    (r#"builtins.flakeRefToString { type = "tarball"; url = "https://example.org/a.tar.gz"; }"#, r#""https://example.org/a.tar.gz""#),
    (r#"builtins.flakeRefToString { type = "tarball"; url = "https://example.org/a"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }"#, r#""https://example.org/a?narHash=sha256-47DEQpj8HBSa%2B/TImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D""#),
    (r#"builtins.flakeRefToString { type = "file"; url = "https://example.org/a"; }"#, r#""https://example.org/a""#),
    (r#"builtins.flakeRefToString { type = "hg"; url = "https://example.org/a"; ref = "x"; }"#, r#""hg+https://example.org/a?ref=x""#),
    (r#"builtins.flakeRefToString { type = "gitlab"; owner = "a"; repo = "b"; host = "c.d"; }"#, r#""gitlab:a/b?host=c.d""#),
    (r#"builtins.flakeRefToString { type = "gitlab"; owner = "a"; repo = x: x; }"#, "… while calling the 'flakeRefToString' builtin @1:1
error: flake reference attribute sets may only contain integers, Booleans, and strings, but attribute 'repo' is a function"),
    (r#"builtins.flakeRefToString { type = "gitlab"; owner = "a"; repo = -1; }"#, "… while calling the 'flakeRefToString' builtin @1:1
error: negative value given for flake ref attr repo: -1"),
    (r#"builtins.flakeRefToString { type = "gitlab"; owner = "a"; repo = 1; }"#, r#"… while calling the 'flakeRefToString' builtin @1:1
error: input attribute 'repo' is not a string {"owner":"a","repo":1,"type":"gitlab"}"#),
    ("builtins.flakeRefToString 1", "… while calling the 'flakeRefToString' builtin @1:1
… while evaluating the argument passed to builtins.flakeRefToString
error: expected a set but found an integer: 1"),
    ("builtins.getFlake 1", "… while calling the 'getFlake' builtin @1:1
… while evaluating the argument passed to builtins.getFlake
error: expected a string but found an integer: 1"),
];
