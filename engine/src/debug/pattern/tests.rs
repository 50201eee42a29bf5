//! Tables of patterns with what they match, and patterns that are none.

use proptest::prelude::*;

use super::{FunctionPattern, PathPattern};
use crate::debug::names::Names;
use crate::source::Origin;
use crate::vm::Vm;

const MODULES: &str = r#"
{ lib }:
let
  helper = x: x;
in rec {
  mkMerge = contents: let n = helper contents; in n;
  mkIf = cond: content: cond;
  types.str = { check = x: x; };
  "a.b".c = helper 1;
  all = map (x: helper x) [ (helper 1) ];
  ${lib}.found = helper 2;
  f = { a ? helper 1 }: a;
  inherit (lib) mkBefore;
  mkMergeAll = helper mkMerge;
}
"#;

const HELLO: &str = r#"
{ stdenv, fetchurl }: stdenv.mkDerivation rec {
  name = "hello-${version}";
  version = "1";
  buildInputs = [ stdenv ] ++ fetchurl { };
}
"#;

struct Bench {
    vm: Vm,
    names: Names,
    units: Vec<u32>,
}

fn bench() -> Bench {
    let mut vm = crate::debug::names::tests::vm();
    let texts = [("/nixpkgs/lib/modules.nix", MODULES), ("/nixpkgs/pkgs/hello/default.nix", HELLO)];
    let units = texts.map(|(path, text)| crate::debug::names::tests::read(&mut vm, path, text)).to_vec();
    Bench { vm, names: Names::default(), units }
}

impl Bench {
    /// What a pattern names in both texts.
    fn found(&mut self, pattern: &FunctionPattern) -> Vec<String> {
        let mut found = Vec::new();
        for &unit in &self.units {
            let named = self.names.of(&self.vm, unit);
            let bodies = pattern.find(&named);
            let n_bodies = named.unit.analysis.bodies.len() as u32;
            let one_by_one: Vec<u32> = (0..n_bodies).filter(|&body| pattern.matches(&named, body)).collect();
            assert_eq!(bodies, one_by_one, "{pattern:?}");
            found.extend(bodies.into_iter().map(|body| named.describe(body).text));
        }
        found
    }
}

#[test]
fn functions_and_attributes_are_found() {
    let cases: &[(&str, &[&str])] = &[
        ("mkMerge", &["mkMerge"]),
        ("lib.mkMerge", &["mkMerge"]),
        ("nixpkgs.lib.modules.mkMerge", &["mkMerge"]),
        ("nixpkgs.mkMerge", &["mkMerge"]),
        ("  mkMerge ", &["mkMerge"]),
        ("\"mkMerge\"", &["mkMerge"]),
        ("modules.lib.mkMerge", &[]),
        ("pkgs.mkMerge", &[]),
        ("mkMerge.n", &["mkMerge.n"]),
        ("mkMerge.helper", &[]),
        ("merge", &[]),
        ("mkBefore", &[]),
        ("mkMerge*", &["mkMerge", "mkMergeAll"]),
        ("lib.mk*", &["mkMerge", "mkIf", "mkMergeAll"]),
        ("mk??", &["mkIf"]),
        ("modules.nix:mkMerge", &["mkMerge"]),
        ("lib/modules.nix:mkMerge", &["mkMerge"]),
        ("/nixpkgs/lib/modules.nix: mkMerge", &["mkMerge"]),
        ("/lib/modules.nix:mkMerge", &[]),
        ("pkgs/:mkMerge", &[]),
        ("types.str.check", &["types.str.check"]),
        ("types.check", &["types.str.check"]),
        ("str", &[]),
        ("\"a.b\".c", &["\"a.b\".c"]),
        ("a.b.c", &[]),
        ("all", &["all"]),
        ("found", &["${lib}.found"]),
        ("*.found", &["${lib}.found"]),
        ("${lib}.found", &["${lib}.found"]),
        ("f.a", &["default of f.a"]),
        ("hello.buildInputs", &["buildInputs"]),
        ("*.buildInputs", &["buildInputs"]),
        ("buildInputs", &["buildInputs"]),
        ("hello", &["function of hello/default.nix"]),
        ("hello.name", &["name"]),
        ("lib.modules", &["function of modules.nix"]),
        ("default", &[]),
        ("version", &[]),
        ("hello/*:*", &["function of hello/default.nix", "name", "buildInputs"]),
    ];
    let mut bench = bench();
    for (pattern, expected) in cases {
        let parsed = FunctionPattern::parse(pattern).expect("it is a pattern");
        assert_eq!(bench.found(&parsed), *expected, "{pattern}");
    }
}

#[test]
fn builtins_are_found() {
    let cases = [
        ("builtins.map", "map", true),
        ("map", "map", true),
        ("__map", "map", true),
        ("*", "map", true),
        ("builtins.ma?", "map", true),
        ("builtins.filter", "map", false),
        ("lib.map", "map", false),
        ("lists.nix:map", "map", false),
        ("a.builtins.map", "map", false),
    ];
    for (pattern, name, expected) in cases {
        let parsed = FunctionPattern::parse(pattern).expect("it is a pattern");
        assert_eq!(parsed.matches_builtin(name), expected, "{pattern}");
    }
}

#[test]
fn a_text_that_is_no_file_has_only_attributes() {
    let mut bench = bench();
    let text = b"x: { a = x 1; }".as_slice();
    let body = bench.vm.read(Origin::String, text.into(), "/", &[]).expect("the text is Nix");
    bench.units = vec![bench.vm.program.bodies[body as usize].unit];
    let all = FunctionPattern::parse("*").expect("it is a pattern");
    assert_eq!(bench.found(&all), ["a"]);
}

#[test]
fn what_is_wrong_with_a_pattern_is_said() {
    let cases = [
        ("", "the pattern is empty: it names a function or an attribute, as `lib.mkMerge` does"),
        (" ", "the pattern is empty: it names a function or an attribute, as `lib.mkMerge` does"),
        ("lib..a", "a name is missing before or after a dot in `lib..a`"),
        (".a", "a name is missing before or after a dot in `.a`"),
        ("a.", "a name is missing before or after a dot in `a.`"),
        ("a b", "a name with blanks needs quotes in `a b`"),
        ("\"a", "a closing quote is missing in `\"a`"),
        ("\"a\\\"", "a closing quote is missing in `\"a\\\"`"),
        ("a\"b\"", "a quote begins in the middle of a name in `a\"b\"`"),
        ("\"a\"b", "a dot is missing behind the quote in `\"a\"b`"),
        ("a.nix:", "a name is missing after the colon in `a.nix:`"),
        (":a", "the pattern for files is empty: `*.nix` and `lib/**` are such patterns"),
        ("a.nix:12", "`a.nix:12` is a line: a breakpoint on a line is set in the file itself"),
        ("a.nix:12:3", "`a.nix:12:3` is a line: a breakpoint on a line is set in the file itself"),
        ("<nixpkgs>:a", "`<nixpkgs>` stands for a folder that is not known here: write its path"),
        ("a\nb", "a pattern is one line without control characters"),
    ];
    for (pattern, message) in cases {
        let error = FunctionPattern::parse(pattern).expect_err(pattern);
        assert_eq!(error.to_string(), message);
    }
    assert!(FunctionPattern::parse(&"a".repeat(5000)).is_err());
    let cases = [
        ("~/a", "`~/a` stands for a folder that is not known here: write its path"),
        ("../a", "`..` cannot be followed in `../a`"),
        ("{a,b}", "of `{a,b}` only `*`, `**` and `?` would be understood: write several patterns"),
    ];
    for (pattern, message) in cases {
        assert_eq!(PathPattern::parse(pattern).expect_err(pattern).to_string(), message);
    }
}

#[test]
fn files_are_matched() {
    let cases = [
        ("**/lib/**", "/nixpkgs/lib/modules.nix", true),
        ("**/lib/**", "/nixpkgs/lib/a/b.nix", true),
        ("**/lib/**", "/lib/a.nix", true),
        ("**/lib/**", "/nixpkgs/lib", false),
        ("**/lib/**", "/nixpkgs/mylib/a.nix", false),
        ("lib/", "/nixpkgs/lib/a/b.nix", true),
        ("lib", "/nixpkgs/lib/a/b.nix", false),
        ("*.nix", "/a/b.nix", true),
        ("*.nix", "/a/b.nix/c", false),
        ("lib/*.nix", "/x/lib/a.nix", true),
        ("lib/*.nix", "/x/lib/a/b.nix", false),
        ("/x/*.nix", "/x/a.nix", true),
        ("/x/*.nix", "/y/x/a.nix", false),
        ("/nix/store/**", "/nix/store/abc-source/a.nix", true),
        ("/nix/store/*-source/**/b.nix", "/nix/store/abc-source/b.nix", true),
        ("/nix/store/*-source/**/b.nix", "/nix/store/abc-source/c/d/b.nix", true),
        ("./a.nix", "/x/a.nix", true),
        ("**", "/a", true),
        ("/", "/a/b", true),
        ("/**/", "/a/b", true),
        ("a/**/b/**/c", "/a/b/x/b/y/c", true),
        ("a/**/b/**/c", "/a/x/y/c", false),
        ("«string»", "«string»", true),
        ("*.nix", "«nix-internal»/derivation-internal.nix", true),
    ];
    for (pattern, path, expected) in cases {
        let parsed = PathPattern::parse(pattern).expect("it is a pattern");
        assert_eq!(parsed.matches(path), expected, "{pattern} {path}");
    }
}

#[test]
fn no_pattern_takes_long() {
    let mut vm = crate::debug::names::tests::vm();
    let n = 100_000;
    let text = format!("f: {}f 1{}", "{a=".repeat(n), ";}".repeat(n));
    let unit = crate::debug::names::tests::read(&mut vm, "/f.nix", &text);
    let mut names = Names::default();
    let named = names.of(&vm, unit);
    let found = |pattern: &str| FunctionPattern::parse(pattern).expect("it is a pattern").find(&named).len();
    assert_eq!(found("b.a"), 0);
    assert_eq!(found("a"), n);
    assert_eq!(found("a.*.a"), n - 2);
    let stars = PathPattern::parse(&"**/a/".repeat(800)).expect("it is a pattern");
    assert!(!stars.matches(&"/a".repeat(799)));
    assert!(stars.matches(&"/a".repeat(801)));
}

proptest! {
    #[test]
    fn any_text_is_a_pattern_or_says_why_not(text in r#"([a-z.*?/:"\\ ${}<>]|\PC){0,40}"#) {
        let mut bench = bench();
        if let Ok(pattern) = FunctionPattern::parse(&text) {
            bench.found(&pattern);
            let _ = pattern.matches_builtin("map");
        }
        if let Ok(pattern) = PathPattern::parse(&text) {
            let _ = pattern.matches("/nixpkgs/lib/modules.nix") || pattern.matches(&text);
        }
    }

    #[test]
    fn any_bytes_are_a_pattern_or_say_why_not(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = FunctionPattern::parse(&text);
        let _ = PathPattern::parse(&text);
    }

    #[test]
    fn finding_and_matching_agree(names in prop::collection::vec("(mkMerge|n|lib|modules|hello|\\*|a|types|str|f|m\\*|nixpkgs)", 1..5)) {
        let pattern = FunctionPattern::parse(&names.join(".")).expect("it is a pattern");
        bench().found(&pattern);
    }
}
