//! What is wrong with texts that the grammar allows: message and place as Nix 2.34.8 gave them.

use super::{check, first_error, lowered};
use crate::lower::{FirstError, Lint, Rules};
use crate::syntax::{Features, parse};

const CASES: &[(&str, &str, &str)] = &[
    ("{ a = 1; a = 2; }", "attribute 'a' already defined at «stdin»:1:3", "1:10"),
    ("{ a = 1; a.b = 2; }", "attribute 'a' already defined at «stdin»:1:3", "1:10"),
    ("{ a.b = 1; a.b = 2; }", "attribute 'a.b' already defined at «stdin»:1:3", "1:12"),
    ("{ a.b = 1; a = 2; }", "attribute 'a' already defined at «stdin»:1:3", "1:12"),
    ("{ a.b = 1; a.b.c = 2; }", "attribute 'a.b' already defined at «stdin»:1:3", "1:12"),
    ("{ a = { b = 1; }; a.b = 2; }", "attribute 'a.b' already defined at «stdin»:1:9", "1:19"),
    ("{ a.b = 1; a = { b = 2; }; }", "attribute 'a.b' already defined at «stdin»:1:3", "1:18"),
    ("{ a = { b.c = 1; }; a = { b.c = 2; }; }", "attribute 'a.b.c' already defined at «stdin»:1:9", "1:27"),
    ("{ a = { b = 1; c = 2; }; a = { c = 3; b = 4; }; }", "attribute 'a.b' already defined at «stdin»:1:9", "1:39"),
    ("{\n  a = 1;\n\n  a = 2;\n}", "attribute 'a' already defined at «stdin»:2:3", "4:3"),
    ("{ inherit a; a = 1; }", "attribute 'a' already defined at «stdin»:1:11", "1:14"),
    ("{ a = 1; inherit a; }", "attribute 'a' already defined at «stdin»:1:3", "1:18"),
    ("{ inherit a a; }", "attribute 'a' already defined at «stdin»:1:11", "1:13"),
    ("{ inherit (x) a; inherit a; }", "attribute 'a' already defined at «stdin»:1:15", "1:26"),
    ("{ a.b = 1; inherit a; }", "attribute 'a' already defined at «stdin»:1:3", "1:20"),
    ("{ inherit a; a.b = 1; }", "attribute 'a' already defined at «stdin»:1:11", "1:14"),
    ("{ \"a b\" = 1; \"a b\" = 2; }", "attribute '\"a b\"' already defined at «stdin»:1:3", "1:14"),
    ("{ a.\"b c\".d = 1; a.\"b c\".d.e = 2; }", "attribute 'a.\"b c\".d' already defined at «stdin»:1:3", "1:18"),
    ("{ \"if\" = 1; inherit \"if\"; }", "attribute '\"if\"' already defined at «stdin»:1:3", "1:21"),
    ("{ a.${b}.c = 1; x.${y}.z = { q = 1; q = 2; }; }", "attribute 'q' already defined at «stdin»:1:30", "1:37"),
    ("{ a = { x = 1; }; a = { inherit x; }; }", "attribute 'a.x' already defined at «stdin»:1:9", "1:33"),
    ("{ ${\"a\"} = 1; a = 2; }", "attribute 'a' already defined at «stdin»:1:3", "1:15"),
    ("{ or = 1; or = 2; }", "attribute 'or' already defined at «stdin»:1:3", "1:11"),
    ("rec { a = 1; a = 2; }", "attribute 'a' already defined at «stdin»:1:7", "1:14"),
    ("let a = 1; a = 2; in a", "attribute 'a' already defined at «stdin»:1:5", "1:12"),
    ("let { a = 1; a = 2; }", "attribute 'a' already defined at «stdin»:1:7", "1:14"),
    ("let a.b = 1; a = 2; in a", "attribute 'a' already defined at «stdin»:1:5", "1:14"),
    ("{ a = let b = 1; b = 2; in b; a = 3; }", "attribute 'b' already defined at «stdin»:1:11", "1:18"),
    ("{ a = 1; a = let b = 1; b = 2; in b; }", "attribute 'b' already defined at «stdin»:1:18", "1:25"),
    ("{ inherit ${a}; }", "dynamic attributes not allowed in inherit", "1:11"),
    ("{ inherit \"a${b}\"; }", "dynamic attributes not allowed in inherit", "1:11"),
    ("{ inherit (a) ${b}; }", "dynamic attributes not allowed in inherit", "1:15"),
    ("{ inherit a ${b} a; }", "dynamic attributes not allowed in inherit", "1:13"),
    ("let ${a} = 1; in a", "dynamic attributes not allowed in let", "1:1"),
    ("let \"a${b}\" = 1; in a", "dynamic attributes not allowed in let", "1:1"),
    ("let ${a}.b = 1; in a", "dynamic attributes not allowed in let", "1:1"),
    (
        "{ a.b.${c} = 1; a.b = { ${c} = 2; d = 1; }; a.b.d = 2; }",
        "attribute 'a.b.d' already defined at «stdin»:1:35",
        "1:45",
    ),
    ("{ a, a }: a", "duplicate formal function argument 'a'", "1:6"),
    ("{ a, b, c, b, a }: a", "duplicate formal function argument 'a'", "1:15"),
    ("{ a } @ a: a", "duplicate formal function argument 'a'", "1:1"),
    ("a @ { b, a }: a", "duplicate formal function argument 'a'", "1:1"),
    ("{ a, a ? { b = 1; b = 2; } }: a", "attribute 'b' already defined at «stdin»:1:12", "1:19"),
    ("{ a, a }: { b = 1; b = 2; }", "attribute 'b' already defined at «stdin»:1:13", "1:20"),
    ("a @ { b, b, a }: a", "duplicate formal function argument 'b'", "1:10"),
    ("{ a, a, a }: a", "duplicate formal function argument 'a'", "1:6"),
    ("let ${a} = 1; in { b, b }: b", "duplicate formal function argument 'b'", "1:23"),
    ("{ x = { a = 1; a = 2; }; inherit ${y}; }", "attribute 'a' already defined at «stdin»:1:9", "1:16"),
];

#[test]
fn messages_and_places_are_those_of_nix() {
    for (text, message, place) in CASES {
        assert_eq!(first_error(&check(text, Rules::default())), format!("{message} at {place}"), "{text}");
    }
}

#[test]
fn lints_warn_or_forbid() {
    let warn = Rules { url_literals: Lint::Warn, absolute_paths: Lint::Warn, short_paths: Lint::Warn };
    let fatal = Rules { url_literals: Lint::Fatal, absolute_paths: Lint::Fatal, short_paths: Lint::Fatal };
    let cases = [
        (
            "[ /tmp/foo ]",
            "absolute path literals are not portable. Consider replacing path literal '/tmp/foo' by a string, relative \
             path, or parameter (lint-absolute-path-literals)",
        ),
        (
            "[ ~/foo ]",
            "home path literals are not portable. Consider replacing path literal '~/foo' by a string, relative path, \
             or parameter (lint-absolute-path-literals)",
        ),
        (
            "[ test/subdir ]",
            "relative path literal 'test/subdir' should be prefixed with '.' for clarity: './test/subdir' \
             (lint-short-path-literals)",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(first_error(&check(text, fatal)), format!("{message} at 1:3"));
        assert_eq!(check(text, warn).lowered.warnings[0].message, message);
        assert!(check(text, warn).lowered.errors.is_empty());
    }
    let url = "URL literals are disallowed. Consider using a string literal \"http://a.b\" instead (lint-url-literals)";
    assert_eq!(first_error(&check("http://a.b", fatal)), format!("{url} at 1:1"));
    assert_eq!(check("http://a.b", warn).lowered.warnings[0].message, url.replace("disallowed", "discouraged"));
    for text in ["../a", "./a", "<a>", "\"http://a.b\""] {
        assert!(check(text, fatal).lowered.errors.is_empty(), "{text}");
    }
}

#[test]
fn or_as_a_name_is_warned_about_where_its_meaning_will_change() {
    for (text, place) in
        [("[ (a) a or ]", Some(6)), ("f a or", Some(2)), ("a.b or c or", Some(7)), ("a or b", None), ("f (g or)", None)]
    {
        let case = check(text, Rules::default());
        let found =
            case.lowered.warnings.first().map(|warning| case.source.file(case.lowered.module.file).offset(warning.pos));
        assert_eq!(found, place, "{text}");
    }
    let case = check("f a or", Rules::default());
    let message = "at «stdin»:1:3: This expression uses `or` as an identifier in a way that will change in a future Nix release.\n\
                   Wrap this entire expression in parentheses to preserve its current meaning:\n    (a or)\n\
                   Give feedback at https://github.com/NixOS/nix/pull/11121";
    assert_eq!(case.lowered.warnings[0].message, message);
}

#[test]
fn what_comes_first_is_what_nix_stops_at() {
    // Recorded with `nix-instantiate --parse`: whether the first error is one of lowering.
    let cases = [
        ("let ${a} = 1; in 1 )", true),
        ("let ${a} = 1; in )", false),
        ("let ${a} = 1; )", false),
        ("let ${a} = 1; in 99999999999999999999", false),
        ("let ${a} = 1; in 1 99999999999999999999", false),
        ("let ${a} = 1; in 1) 99999999999999999999", true),
        ("{ a = 1; a = 2; } }", true),
        ("{ a = 1; a = 2; 99999999999999999999", true),
        ("{ a = 1; a = 2 }", false),
        ("{ a = 1; a = 2", false),
        ("{ a = ]; a = 2; a = 3; }", false),
        ("{ inherit a a }", false),
        ("{ inherit ${a} }", true),
        ("{ a, a }: ]", false),
        ("{ a, a }: (b", false),
        ("( { a, a }: b", true),
        ("{ a, a }: b.", false),
        ("{ a, a }: [ b", false),
        ("{ a, a }: { b", false),
        ("{ a, a }: \"b", false),
        ("{ a, a }: \"${b", false),
        ("{ a, a }: c: b", true),
        ("{ a, a }: b +", false),
        ("{ a, a }: b ]", true),
        ("{ a, a }: /* c */ b /* c */ 1.0e999", false),
    ];
    for (text, is_lower) in cases {
        let parse = parse(text.as_bytes(), Features::default());
        let case = lowered(text, &parse, Rules::default());
        let first = crate::lower::first_error(&parse, &case.lowered.errors);
        assert_eq!(matches!(first, Some(FirstError::Lower(_))), is_lower, "{text}: {first:?}");
        assert!(first.is_some(), "{text}");
    }
}
