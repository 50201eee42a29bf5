//! Programs, what of them is forced, and how their values are shown.

use std::fmt::Write as _;

use super::*;
use crate::builtins::{Features, machine};
use crate::source::{Origin, Pos};
use crate::vm::{Limits, Stop};

const BUDGET: Budget = Budget { width: 80, depth: 2, items: 8 };

fn run(vm: &mut Vm) -> Value {
    match vm.run(1 << 40) {
        Stop::Done(v) => v,
        Stop::Fault(fault) => panic!("{}", fault.data().message),
        other => panic!("{other:?}"),
    }
}

fn at(vm: &Vm, v: Value, path: &str) -> Value {
    path.split('.').filter(|it| !it.is_empty()).fold(v, |v, name| {
        let v = vm.heap.settled(v).expect("the way is forced");
        match name.parse() {
            Ok(index) => vm.heap.element(v, index),
            Err(_) => vm.heap.attr(v, vm.heap.symbols.lookup(name.as_bytes()).expect("seen")).expect("there"),
        }
    })
}

/// The value of a program, with what lies at the paths forced one after the other.
fn value(text: impl AsRef<[u8]>, forced: &str) -> (Vm, Value) {
    let mut vm = machine(&Features::default(), Limits { max_depth: 1000, max_heap: 1 << 32 });
    let origin = Origin::File("/etc/nix/lib.nix".into());
    let body = vm.read(origin, text.as_ref().into(), "/", &[]).expect("the text is Nix");
    vm.start(body, 0);
    let v = run(&mut vm);
    for path in forced.split_whitespace() {
        let part = at(&vm, v, path);
        vm.start_force(part);
        run(&mut vm);
    }
    (vm, v)
}

#[track_caller]
fn check(text: impl AsRef<[u8]>, forced: &str, budget: Budget, expected: &str) {
    let (vm, v) = value(text.as_ref(), forced);
    let shown = show(&vm, v, budget);
    assert!(shown.text.chars().count() <= budget.width, "too wide: {}", shown.text);
    assert_eq!(shown.text, expected, "{}", String::from_utf8_lossy(text.as_ref()));
}

/// Children as `name = what` with the line they are written on, one per line.
fn listed(vm: &Vm, children: &[Child]) -> String {
    let mut out = String::new();
    for it in children {
        let text = it.text.clone().unwrap_or_else(|| show(vm, it.value, BUDGET).text);
        let place =
            vm.sources.locate(it.pos).map_or(String::new(), |(_, at)| format!(" @{}:{}", at.line + 1, at.column + 1));
        writeln!(out, "{} = {text}{place}", it.name).expect("a string takes all");
    }
    out
}

#[track_caller]
fn check_children(text: &str, forced: &str, path: &str, expected: &[&str]) {
    let (vm, v) = value(text, forced);
    let v = at(&vm, v, path);
    let all = children(&vm, v, Filter::All, 0, 1000);
    assert_eq!(listed(&vm, &all).lines().collect::<Vec<_>>(), expected, "{text}");
    let shown = show(&vm, v, BUDGET);
    assert_eq!(all.len(), shown.n_named + shown.n_indexed, "{text}");
    for size in [1, 2, 3] {
        let paged: Vec<Child> =
            (0..all.len()).step_by(size).flat_map(|at| children(&vm, v, Filter::All, at, size)).collect();
        assert_eq!(paged, all, "pages of {size}: {text}");
    }
    let mut parts = children(&vm, v, Filter::Named, 0, 1000);
    parts.extend(children(&vm, v, Filter::Indexed, 0, 1000));
    assert_eq!(parts, all, "{text}");
}

#[test]
fn values_on_one_line() {
    let cases = [
        ("1 + 1", "", "2"),
        ("-7", "", "-7"),
        ("9223372036854775807", "", "9223372036854775807"),
        ("0.1 + 0.2", "", "0.30000000000000004"),
        ("2.0", "", "2.0"),
        ("1.0e300 * 1.0e300", "", "inf"),
        ("true", "", "true"),
        ("null", "", "null"),
        ("/etc/hosts", "", "/etc/hosts"),
        ("[ ]", "", "[ ]"),
        ("{ }", "", "{ }"),
        ("[ 1 (1 + 1) \"c\" ]", "", "[ 1 «lazy» \"c\" ]"),
        ("[ 1 (1 + 1) \"c\" ]", "1", "[ 1 2 \"c\" ]"),
        ("builtins.genList (x: x) 100", "0 1 2", "[ 0 1 2 «lazy» «lazy» «lazy» «lazy» «lazy» … 92 more ]"),
        (
            r#"{ version = "2.12"; src = 1 + 1; name = "hello"; }"#,
            "",
            r#"{ name = "hello"; version = "2.12"; src = «lazy»; }"#,
        ),
        (r#"{ a = 1 + 1; b = 2 + 2; }"#, "b", "{ b = 4; a = «lazy»; }"),
        (r#"{ "a b" = 1; if_ = 2; "if" = 3; "ü" = 4; }"#, "", r#"{ "a b" = 1; "if" = 3; if_ = 2; "ü" = 4; }"#),
        ("{ a.b.c.d = 1; l = [ [ [ 1 ] ] ]; }", "", "{ a = { b = { … 1 attribute }; }; l = [ [ … 1 element ] ]; }"),
        ("let x = { inherit x; y = 1; }; in x", "x", "{ x = «repeated»; y = 1; }"),
        (
            "rec { a = { inherit b; }; b = { inherit a; }; }",
            "a b",
            "{ a = { b = { … 1 attribute }; }; b = { a = { … 1 attribute }; }; }",
        ),
        ("{ __functor = self: x: x; a = 1; }", "", "«callable» { __functor = __functor: self x ⇒ …; a = 1; }"),
        ("{ __toString = self: \"\"; }", "", "«string-like» { __toString = __toString: self ⇒ …; }"),
    ];
    for (text, forced, expected) in cases {
        check(text, forced, BUDGET, expected);
    }
}

#[test]
fn strings_on_one_line() {
    let cases = [
        (r#""a\"b\\c\n\td \${x} $y""#, 80, r#""a\"b\\c\n\td \${x} $y""#),
        ("''\n  one\n  two\n''", 80, r#""one\ntwo\n""#),
        ("\"\x1b[31m\u{7f}\u{202e}\u{200b}\"", 80, "\"␛[31m␡��\""),
        (r#""0123456789""#, 12, r#""0123456789""#),
        (r#""0123456789""#, 11, r#""01234567…""#),
        (r#""0123456789""#, 3, r#""…""#),
        (r#""0123456789""#, 1, "…"),
        (
            "builtins.concatStringsSep \"\" (builtins.genList (_: \"a\") 4096)",
            50,
            r#""aaaaaaaaaaaaaaaaaaaaaaaaaaaaa…" (4096 characters)"#,
        ),
        (
            "builtins.concatStringsSep \"\" (builtins.genList (_: \"ä\n\") 50)",
            40,
            r#""ä\nä\nä\nä\nä\nä\nä…" (100 characters)"#,
        ),
        (
            "\"/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-hello-2.12/bin/hello\"",
            60,
            r#""/nix/store/zj…sp4cd2d-hello-2.12/bin/hello" (64 characters)"#,
        ),
        ("/nix/store/zj8la1wsid9dmrbw08i2v3471sp4cd2d-hello-2.12/bin/hello", 30, "/nix/stor…hello-2.12/bin/hello"),
        ("builtins.substring 0 1 \"ü\"", 80, "\"\u{fffd}\""),
    ];
    for (text, width, expected) in cases {
        check(text, "", Budget { width, ..BUDGET }, expected);
    }
    check(b"\"a\xff\xfe z\"", "", BUDGET, "\"a\u{fffd}\u{fffd} z\"");
}

const DRV: &str =
    r#"derivation { name = "hello-2.12"; system = "x"; builder = "/bin/sh"; outputs = [ "out" "dev" ]; }"#;

#[test]
fn strings_with_context_and_derivations() {
    let cases = [
        (
            format!(r#"let d = {DRV}; in "a ${{d}}""#),
            "",
            100,
            r#""a /nix/store/ry2v4xq6xi99lk1p38j7bjv6xgcza8fs-hello-2.12" (1 store path)"#,
        ),
        (
            format!(r#"let d = {DRV}; in "${{d}}${{d.dev}}""#),
            "",
            60,
            r#""/nix/sto…fl-hello-2.12-dev" (112 characters, 2 store paths)"#,
        ),
        (DRV.to_owned(), "", 80, "«derivation hello-2.12»"),
        (DRV.to_owned(), "drvPath", 80, "«derivation hello-2.12.drv»"),
        (DRV.to_owned(), "drvPath", 20, "«derivation hello-…»"),
        (DRV.to_owned(), "drvPath", 10, "«derivati…"),
        (format!("[ ({DRV}) ]"), "0 0.drvPath", 80, "[ «derivation hello-2.12.drv» ]"),
        (r#"{ type = "derivation"; name = "a" + "b"; }"#.into(), "", 80, "«derivation»"),
        (r#"{ type = "deri" + "vation"; name = "a"; }"#.into(), "", 80, r#"{ name = "a"; type = «lazy»; }"#),
    ];
    for (text, forced, width, expected) in cases {
        check(text, forced, Budget { width, ..BUDGET }, expected);
    }
}

#[test]
fn functions_on_one_line() {
    let cases = [
        ("{ double = x: x + x; }", "double", "double: x ⇒ … at lib.nix:1:12"),
        ("[ (x: x) ]", "0", "x: … at lib.nix:1:4"),
        ("[ (x: y: x) ]", "0", "x: y: … at lib.nix:1:4"),
        ("[ ({ lib, stdenv, ... }: 1) ]", "0", "{ lib, stdenv, ... }: … at lib.nix:1:4"),
        ("[ ({ }: 1) ]", "0", "{ }: … at lib.nix:1:4"),
        ("[ ({ ... }: 1) ]", "0", "{ ... }: … at lib.nix:1:4"),
        ("[ ({ a, b ? 1 }@args: 1) ]", "0", "args@{ a, b ? … }: … at lib.nix:1:4"),
        ("{ mk = lib: { a }: 1; }", "mk", "mk: lib { a } ⇒ … at lib.nix:1:8"),
        (
            "[ ({ alpha, beta, gamma, delta, epsilon, zeta, eta, theta, iota, ... }: 1) ]",
            "0",
            "{ alpha, beta, gamma, … 6 more, ... }: … at lib.nix:1:4",
        ),
        ("let add = a: b: c: a; in [ (add 1) (add 1 { }) ]", "0", "add: b c ⇒ … given a = 1 at lib.nix:1:11"),
        ("let add = a: b: c: a; in [ (add 1) (add 1 { }) ]", "1", "add: c ⇒ … given a = 1, b = { } at lib.nix:1:11"),
        ("[ map ]", "0", "builtins.map (f, list)"),
        ("[ (map (x: x)) ]", "0", "builtins.map (list) given f = x: …"),
        ("[ builtins.foldl' ]", "0", "builtins.foldl' (op, nul, list)"),
    ];
    for (text, path, expected) in cases {
        let (vm, v) = value(text, path);
        let shown = show(&vm, at(&vm, v, path), BUDGET);
        assert_eq!(shown.text, expected, "{text}");
    }
    let (vm, v) = value("{ double = x: x; }", "");
    assert_eq!(show(&vm, v, BUDGET).text, "{ double = double: x ⇒ …; }");
    assert_eq!(show(&vm, at(&vm, v, "double"), Budget { width: 20, ..BUDGET }).text, "double: x ⇒ …");
}

#[test]
fn types_and_states() {
    let text = r#"{ a = 1; b = 1.5; c = true; d = null; e = "s"; f = /p; g = [ ]; h = { }; i = x: x; j = map; k = map (x: x); l = 1 + 1; }"#;
    let names =
        ["integer", "float", "Boolean", "null", "string", "path", "list", "set", "function", "built-in function"];
    let (vm, v) = value(text, "k");
    let children = children(&vm, v, Filter::All, 0, 100);
    let types: Vec<_> = children.iter().map(|it| show(&vm, it.value, BUDGET).type_name).collect();
    assert_eq!(types[..10], names);
    assert_eq!(types[10..], ["built-in function", "thunk"]);
    let states: Vec<_> = children.iter().map(|it| show(&vm, it.value, BUDGET).state).collect();
    assert_eq!(states[10..], [Laziness::Evaluated, Laziness::Suspended]);
    let (vm, v) = value(DRV, "drvPath");
    assert_eq!(type_name(&vm, v), "derivation");
    assert_eq!(type_name(&vm, at(&vm, v, "drvPath")), "string with context");
}

#[test]
fn what_is_being_evaluated_is_shown_so() {
    let mut vm = machine(&Features::default(), Limits { max_depth: 1000, max_heap: 1 << 28 });
    let text = b"let s = { a = builtins.length (builtins.genList (x: x) 9) + s.b; b = 1 + 1; }; in s";
    let body = vm.read(Origin::String, text[..].into(), "/", &[]).expect("the text is Nix");
    vm.start(body, 0);
    let v = run(&mut vm);
    let a = at(&vm, v, "a");
    vm.start_force(a);
    while laziness(&vm, a) != Laziness::Running {
        assert!(matches!(vm.run(1), Stop::Fuel), "it stops on its way");
    }
    assert_eq!(show(&vm, v, BUDGET).text, "{ a = «being evaluated»; b = «lazy»; }");
    assert_eq!(full_text(&vm, v, 1000), "{ a = «being evaluated»; b = «lazy»; }");
    assert_eq!(show(&vm, a, BUDGET).type_name, "thunk");
    assert_eq!(run(&mut vm).as_small_int(), 11);
    assert_eq!(show(&vm, v, BUDGET).text, "{ a = 11; b = 2; }");
}

#[test]
fn children_of_values() {
    check_children(
        "{ b = 1;\n  a = 1 + 1; \"c d\" = [ ]; }",
        "",
        "",
        &["a = «lazy» @2:3", "b = 1 @1:3", "\"c d\" = [ ] @2:14"],
    );
    check_children("[ 1 (1 + 1) ]", "", "", &["0 = 1", "1 = «lazy» @1:6"]);
    check_children("{ a = 1 + 1; }", "", "a", &["written = /etc/nix/lib.nix:1:7 @1:7"]);
    check_children("{ a = 1 + 1; }", "a", "a", &[]);
    check_children("map (x: x) [ 1 ]", "", "0", &["function = x: … at lib.nix:1:6 @1:6"]);
    check_children(
        "let k = 1 / 1; h = 5; in { f = x: let y = 7; in { a, b ? k +\n  h, ... }: x + k + a; g = k; }.f 3",
        "",
        "",
        &[
            "a = required @1:51",
            "b = if missing: k + h @1:54",
            "... = others may be given @1:49",
            "written = /etc/nix/lib.nix:1:49 @1:49",
            "x = 3 @1:32",
            "k = «lazy» @1:5",
            "h = 5 @1:16",
        ],
    );
    check_children(
        "let f = a: b: c: a; in f 1 (1 / 1)",
        "",
        "",
        &["a = 1 @1:9", "b = «lazy» @1:12", "c = argument @1:15", "written = /etc/nix/lib.nix:1:9 @1:9"],
    );
    check_children("map (x: x)", "", "", &["f = x: … at lib.nix:1:6", "list = a list"]);
    check_children(
        "with { a = 1; }; x: a",
        "",
        "",
        &["x = argument @1:18", "written = /etc/nix/lib.nix:1:18 @1:18", "with = { a = 1; }"],
    );
    check_children(r#""short\nstring""#, "", "", &[]);
    let lines = format!(r#""{}\nb \" c\n\nend""#, "a".repeat(60));
    let first = format!("1 = \"{}\"", "a".repeat(60));
    check_children(&lines, "", "", &[&first, r#"2 = "b \" c""#, "3 = \"\"", "4 = \"end\""]);
    check_children(
        &format!("let d = {DRV}; in \"${{d}} ${{d.dev}}\""),
        "",
        "",
        &[
            "hello-2.12.drv^dev = /nix/store/1k7jq3hzrqp18p8h193ahnnnqzqd1mpm-hello-2.12.drv^dev",
            "hello-2.12.drv^out = /nix/store/1k7jq3hzrqp18p8h193ahnnnqzqd1mpm-hello-2.12.drv^out",
        ],
    );
}

#[test]
fn whole_values() {
    let cases = [
        (
            "{ a = [ 1 (-2) 2.5 \"x\" ]; b = { }; c.d.e = null; }",
            "a a.1",
            "{\n  a = [ 1 (-2) 2.5 \"x\" ];\n  b = { };\n  c = {\n    d = { e = null; };\n  };\n}",
        ),
        ("[ [ 1 [ 2 ] ] (1 + 1) (x: x) ]", "", "[\n  [\n    1\n    [ 2 ]\n  ]\n  «lazy»\n  «x: … at lib.nix:1:24»\n]"),
        ("let x = { inherit x; a = 1; b = 2; }; in x", "x", "{\n  a = 1;\n  b = 2;\n  x = «repeated»;\n}"),
        ("{ a = \"one\\n  two \\${x}\\n\\n\"; }", "", "{\n  a = ''\n    one\n      two ''${x}\n\n  '';\n}"),
        (r#""a\nb\n""#, "", "''\n  a\n  b\n''"),
        (DRV, "drvPath", DRV_TEXT),
    ];
    for (text, forced, expected) in cases {
        let (vm, v) = value(text, forced);
        assert_eq!(full_text(&vm, v, 10_000), expected, "{text}");
    }
    let (vm, v) = value("builtins.genList (x: x) 1000", "");
    let text = full_text(&vm, v, 100);
    assert!(text.len() <= 100 && text.ends_with("\n«more was left out»"), "{text}");
}

#[test]
fn whole_values_are_read_back() {
    let strings = [
        "a\\nb",
        "\\n",
        "  a\\n  b\\n",
        "  a\\n b\\nc\\n",
        "a\\n\\nb''\\n",
        "a\\n'\\${x}\\n",
        "a\\n$\\${x} $$ $\\n$",
        "a\\n   \\nb",
        "a\\n'",
        "\\ta\\n\\tb\\n",
        "a\\r\\nb",
        "a\\n  b",
        "\\na\\n",
        "a\\n\\n\\n",
        " \\n",
        "\\n\\n a\\nb",
        "a\\\\\\nb\\\"\\n",
        "a\\n'b'\\n''",
    ];
    let many: String =
        strings.iter().map(|it| format!("\"{it}\" [ [ \"{it}\" ] ] {{ a = {{ x = \"{it}\"; }}; }} ")).collect();
    let text =
        format!("[ {many} (-5) [ (-2.5) 1.0e-20 ] {{ \"a b\".c = /a/b; d = /. + \"/x y\"; e = [ null true ]; }} ]");
    let both = |text: &str| {
        let (mut vm, v) = value(text, "");
        vm.start_native(crate::vm::DEEP_FORCE, &[v]);
        let v = run(&mut vm);
        full_text(&vm, v, 1 << 20)
    };
    let written = both(&text);
    assert_eq!(both(&written), written);
    let (mut vm, equal) = value(format!("({text}) == ({written})"), "");
    vm.start_force(equal);
    assert_eq!(run(&mut vm), Value::TRUE, "{written}");
}

#[test]
fn large_and_deep_values_are_quick_to_show() {
    let (vm, v) = value("builtins.genList (x: x) 10000000", "9999999");
    let shown = show(&vm, v, BUDGET);
    assert_eq!(shown.n_indexed, 10_000_000);
    assert_eq!(shown.text, "[ «lazy» «lazy» «lazy» «lazy» «lazy» «lazy» «lazy» «lazy» … 9999992 more ]");
    let last = children(&vm, v, Filter::Indexed, 9_999_998, 100);
    assert_eq!(last.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["9999998", "9999999"]);
    assert!(full_text(&vm, v, 1000).len() <= 1000);

    let (vm, v) =
        value("builtins.foldl' (acc: _: { a = acc; b = [ acc ]; }) { } (builtins.genList (x: x) 1000000)", "");
    assert_eq!(show(&vm, v, BUDGET).text, "{ a = { a = { … 2 attributes }; b = [ … 1 element ]; }; b = [ {…} ]; }");
    assert!(show(&vm, v, Budget { width: usize::MAX, depth: usize::MAX, items: usize::MAX }).text.len() < 100_000);
    assert!(full_text(&vm, v, 1 << 20).len() <= 1 << 20);

    let text = "builtins.listToAttrs (builtins.genList (i: { name = \"n\" + toString i; value = i; }) 100000)";
    let (vm, v) = value(format!("{text} // {{ z = 1; }}"), "n5");
    assert_eq!(show(&vm, v, Budget { items: 2, ..BUDGET }).text, "{ n0 = 0; n1 = 1; … 99999 more }");
    let page = children(&vm, v, Filter::All, 99_999, 10);
    assert_eq!(page.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["n99999", "z"]);
    for max in 20..200 {
        let text = full_text(&vm, v, max);
        assert!(text.len() <= max.max(30) && text.ends_with("«more was left out»"), "{text}");
    }
    let whole = full_text(&vm, v, usize::MAX);
    assert!(whole.ends_with("\n  n99999 = 99999;\n  z = 1;\n}"), "all of it, in order");
}

#[test]
fn long_names_are_cut() {
    let name = "n".repeat(5000);
    let (vm, v) = value(format!("{{ {name} = {{ {name} = 1; }}; b = 1; }}"), "");
    for width in [1, 2, 5, 10, 20, 40, 80, 200] {
        let text = show(&vm, v, Budget { width, ..BUDGET }).text;
        assert!(text.chars().count() <= width, "{width}: {text}");
    }
    assert_eq!(
        show(&vm, v, Budget { width: 60, ..BUDGET }).text,
        "{ b = 1; nnnnnnnnnnnnnnnnnnnnnnn… = { nnnnnnnnnnn… = 1; }; }"
    );
}

/// Programs with something of everything in them.
const MIXED: &str = r#"
let
  s = { inherit s; f = { a, b ? 1, ... }@x: y: s; g = builtins.foldl' (a: b: a); "\n" = ''a
    b''; l = [ (throw "no") (abort "no") s (x: x) 1.5 /a ]; t = throw "never"; __functor = self: throw "no"; };
  d = derivation { name = "d"; system = "x"; builder = throw "no"; };
  big = builtins.listToAttrs (builtins.genList (i: { name = toString i; value = throw "no"; }) 100);
in { inherit s d; big = big // { x = d; }; m = map (x: throw "no") [ 1 2 ]; p = s.f { a = 1; }; }
"#;

#[test]
fn looking_changes_nothing_and_fits() {
    let (mut vm, v) = value(MIXED, "s s.l big m p");
    let before = (vm.counters(), vm.count(), vm.heap.bytes_used(), vm.heap.thunks_made(), vm.heap.symbols.len());
    let mut todo = vec![(v, 0)];
    let mut n = 0;
    while let Some((v, depth)) = todo.pop() {
        n += 1;
        for width in [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89] {
            for depth in [0, 1, 3] {
                for items in [0, 1, 5] {
                    let text = show(&vm, v, Budget { width, depth, items }).text;
                    assert!(text.chars().count() <= width.max(1), "{width}: {text}");
                    assert!(!text.contains(char::is_control), "{text}");
                }
            }
        }
        for max in [0, 10, 1000] {
            assert!(full_text(&vm, v, max).len() <= max.max(30));
        }
        let _ = written(&vm, v);
        if depth < 4 {
            let children = children(&vm, v, Filter::All, 0, 200);
            todo.extend(children.iter().filter(|it| it.value != Value::UNSET).map(|it| (it.value, depth + 1)));
        }
    }
    assert!(n > 300, "{n} values were looked at");
    let after = (vm.counters(), vm.count(), vm.heap.bytes_used(), vm.heap.thunks_made(), vm.heap.symbols.len());
    assert_eq!(before, after);
    vm.abandon();
}

#[test]
fn where_values_were_written() {
    let cases = [
        ("{ a = 1 + 2; }", "a", "", "1 + 2"),
        ("{ a = 1 + 2; }", "a", "a", "1 + 2"),
        ("{ f = x: y: x; }", "f", "", "x: y: x"),
        ("{ f = (x: y: x) 1; }", "f", "", "(x: y: x) 1"),
        ("let inherit (x) a; x.a = 1; in { inherit a; }", "a", "", "a"),
        ("{ f = { a ? 1 }@x: a; }", "f", "", "{ a ? 1 }@x: a"),
    ];
    for (text, path, forced, expected) in cases {
        let (vm, v) = value(text, forced);
        let span = written(&vm, at(&vm, v, path)).expect(text);
        let file = vm.sources.file_of(span.start).expect("a place");
        let part = &text[file.offset(span.start) as usize..file.offset(span.end) as usize];
        assert_eq!(part, expected, "{text}");
    }
    let (vm, v) = value("map (x: x) [ 1 ]", "");
    assert_eq!(written(&vm, at(&vm, v, "0")), None);
    assert_eq!(written(&vm, v), None);
    assert_eq!(children(&vm, v, Filter::Indexed, 0, 1)[0].pos, Pos::NONE);
}

const DRV_TEXT: &str = r#"{
  all = «lazy»;
  builder = "/bin/sh";
  dev = «lazy»;
  drvAttrs = {
    builder = "/bin/sh";
    name = "hello-2.12";
    outputs = [ "out" "dev" ];
    system = "x";
  };
  drvPath = "/nix/store/1k7jq3hzrqp18p8h193ahnnnqzqd1mpm-hello-2.12.drv";
  name = "hello-2.12";
  out = «repeated»;
  outPath = «lazy»;
  outputName = "out";
  outputs = [ "out" "dev" ];
  system = "x";
  type = "derivation";
}"#;
