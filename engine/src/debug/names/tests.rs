//! Tables of texts and what their bodies are called. None of the texts runs.

use super::{BodyName, NameKind, Names};
use crate::builtins::{Features, machine};
use crate::debug::paths::{Name, Role, UnitNames};
use crate::source::Origin;
use crate::vm::{Limits, Vm};

pub(in crate::debug) fn vm() -> Vm {
    machine(&Features::default(), Limits { max_depth: 1000, max_heap: 1 << 24 })
}

/// Reads a text: its unit.
pub(in crate::debug) fn read(vm: &mut Vm, path: &str, text: &str) -> u32 {
    let body = vm.read(Origin::File(path.to_owned()), text.as_bytes().into(), "/", &[]).expect("the text is Nix");
    vm.program.bodies[body as usize].unit
}

/// Every body as `kind text`, in the order in which bodies are numbered, without the file itself.
fn describe(path: &str, text: &str) -> Vec<String> {
    let mut vm = vm();
    let unit = read(&mut vm, path, text);
    let mut names = Names::default();
    let named = names.of(&vm, unit);
    let mut lines = Vec::new();
    for body in 0..named.unit.analysis.bodies.len() as u32 {
        let BodyName { kind, text: name, is_inner } = named.describe(body);
        let role = named.names.role(body);
        assert_eq!(kind == NameKind::File, role == Role::Text, "every body of {text} was reached");
        assert_eq!(is_inner, role.is_inner());
        match kind {
            NameKind::File => {}
            NameKind::Function => lines.push(format!("function {name}")),
            NameKind::Thunk | NameKind::Made => lines.push(format!("thunk {name}")),
        }
    }
    lines
}

/// Each case: a text, then its bodies.
#[track_caller]
fn check(cases: &[&[&str]]) {
    let mut wrong = Vec::new();
    for case in cases {
        let found = describe("/pkgs/hello/default.nix", case[0]);
        if found != case[1..] {
            wrong.push(format!("{}\n  found    {found:?}\n  expected {:?}", case[0], &case[1..]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bindings_around_a_body_are_its_path() {
    check(&[
        &["{ lib = rec { mkMerge = contents: { inherit contents; }; }; }", "thunk lib", "function lib.mkMerge"],
        &["let double = x: x * 2; in { y = double 2; }", "function double", "thunk y"],
        &["{ a.b.c = 1 + 1; a.b.d = 2 + 2; }", "thunk a", "thunk a.b", "thunk a.b.c", "thunk a.b.d"],
        &["{ add = a: b: a + b; }", "function add"],
        &["{ f = x: let helper = x + 1; in helper; }", "function f", "thunk f.helper"],
        &["{ f = x: { r = x + 1; }; }", "function f", "thunk f.r"],
        &["{ f = { a ? g 1 , g }: a; }", "function f", "thunk default of f.a"],
        &["{ \"a b\".\"c.d\" = 1 + 1; }", "thunk \"a b\"", "thunk \"a b\".\"c.d\""],
        &["{ f = x: if x then y: y else z: z; }", "function f", "function f", "function f"],
        &["{ f = { a }: { b }: a; }", "function f", "function f"],
        &["{ s = { a = 1 + 1; } // { b = 2 + 2; }; }", "thunk s", "thunk s.a", "thunk s.b"],
        &["let { body = f 1; f = x: x; }", "thunk body", "function f"],
        &["{ f = x: with x; assert y; z: z; }", "function f", "function f"],
        &["rec { a = b; b = 1 + 1; c = { inherit a; }; }", "thunk a", "thunk b"],
        &["{ f = { a ? (x: x) }: a; }", "function f", "function default of f.a"],
        &["{ f = { a ? { b = f 1; }, f }: a; }", "function f", "thunk default of f.a", "thunk f.a.b"],
        &["{ a = x: x.y or (z: z); }", "function a", "function a"],
        &["{ a = 1; b = [ 1 \"x\" { c = ./d; } ]; }"],
        &["x: x", "function function of hello/default.nix"],
        &["{ a }: { b }: a", "function function of hello/default.nix", "function function of hello/default.nix"],
    ]);
}

#[test]
fn inherited_and_computed_names() {
    check(&[
        &[
            "x: { inherit (x.lib) id; }",
            "function function of hello/default.nix",
            "thunk source of inherit in hello/default.nix",
            "thunk id",
        ],
        &["x: let inherit (x) a; in { b = a; }", "function function of hello/default.nix", "thunk a"],
        &["x: { c = with x; { inherit a; }; }", "function function of hello/default.nix", "thunk c", "thunk c.a"],
        &["x: { ${x} = 1 + 1; }", "function function of hello/default.nix", "thunk ${x}"],
        &[
            "x: { a.${x.y}.b = 1 + 1; }",
            "function function of hello/default.nix",
            "thunk a",
            "thunk a.${…}",
            "thunk a.${…}.b",
        ],
        &["x: { \"p-${x}-${x 1}\" = 1 + 1; }", "function function of hello/default.nix", "thunk p-${x}-${…}"],
        &["{ ${\"a\"} = 1 + 1; }", "thunk a"],
        &["{ ${(x: x) \"a\"}.b = 1; }", "function function called in hello/default.nix"],
    ]);
}

#[test]
fn what_is_not_bound_says_what_it_is() {
    check(&[
        &[
            "{ total = builtins.foldl' (a: b: a + b) 0 [ (1 + 1) 2 ]; }",
            "thunk total",
            "function argument 1 of builtins.foldl' in total",
            "thunk argument 3 of builtins.foldl\' in total",
            "thunk element 1 of a list in total",
        ],
        &["let g = x: x; in { f = map (x: g x) (g 1); }", "function g", "thunk f", "function argument 1 of map in f"],
        &["let f = x: x; in { y = f (f 1); }", "function f", "thunk y", "thunk argument 1 of f in y"],
        &["let f = x: x; in f (f 1)", "function f", "thunk argument 1 of f in hello/default.nix"],
        &["{ l = f: [ (f 1) 2 (f 3) ]; }", "function l", "thunk element 1 of l", "thunk element 3 of l"],
        &[
            "{ l = f: [ (f 1) ] ++ [ (f 2) ]; }",
            "function l",
            "thunk element 1 of a list in l",
            "thunk element 1 of a list in l",
        ],
        &["{ l = f: [ [ (f 1) ] ]; }", "function l", "thunk element 1 of l", "thunk element 1 of a list in l"],
        &["f: [ (f 1) ]", "function function of hello/default.nix", "thunk element 1 of a list in hello/default.nix"],
        &["{ a = (x: x) 1; }", "thunk a", "function function called in a"],
        &["x: { a = with x.b; c; }", "function function of hello/default.nix", "thunk a", "thunk scope of with in a"],
        &[
            "x: { a = x.\"b c\".d (x 1); }",
            "function function of hello/default.nix",
            "thunk a",
            "thunk argument 1 of x.\"b c\".d in a",
        ],
        &[
            "x: { a = (x 1).b (x 2) (x 3); }",
            "function function of hello/default.nix",
            "thunk a",
            "thunk argument 1 of ….b in a",
            "thunk argument 2 of ….b in a",
        ],
        &[
            "x: { a = (if x then x else x) (x 2); }",
            "function function of hello/default.nix",
            "thunk a",
            "thunk argument 1 of a function in a",
        ],
        &["x: { a = (y: y) == x; }", "function function of hello/default.nix", "thunk a", "function function in a"],
        &[
            "{ mk }: { hello = mk { buildInputs = [ (mk 1) ]; }; }",
            "function function of hello/default.nix",
            "thunk hello",
            "thunk argument 1 of mk in hello",
            "thunk hello.buildInputs",
            "thunk element 1 of hello.buildInputs",
        ],
        &[
            "x: x.map (y: { n = x y; }) [ ]",
            "function function of hello/default.nix",
            "function argument 1 of x.map in hello/default.nix",
            "thunk n",
        ],
    ]);
}

#[test]
fn files_and_texts() {
    let mut vm = vm();
    let mut names = Names::default();
    let mut check = |origin: Origin, file: &str, function: &str| {
        let body = vm.read(origin, b"x: x".as_slice().into(), "/", &[]).expect("the text is Nix");
        assert_eq!(
            names.describe(&vm, body),
            BodyName { kind: NameKind::File, text: file.to_owned(), is_inner: false }
        );
        let inside = names.describe(&vm, body + 1);
        assert_eq!(inside, BodyName { kind: NameKind::Function, text: function.to_owned(), is_inner: false });
    };
    let file = |path: &str| Origin::File(path.to_owned());
    check(file("/lib/modules.nix"), "modules.nix", "function of modules.nix");
    check(file("/pkgs/hello/default.nix"), "hello/default.nix", "function of hello/default.nix");
    check(file("/default.nix"), "default.nix", "function of default.nix");
    check(file("/a/b"), "b", "function of b");
    check(Origin::String, "«string»", "function of «string»");
    check(Origin::Stdin, "«stdin»", "function of «stdin»");
    check(Origin::Internal("«nix-internal»/derivation-internal.nix"), "derivation-internal.nix", "derivation");
}

#[test]
fn names_around_a_text_are_not_its_own() {
    let mut vm = vm();
    let y = vm.heap.symbols.intern(b"y");
    let body = vm.read(Origin::String, b"{ a = y 1; }".as_slice().into(), "/", &[y]).expect("the text is Nix");
    let mut names = Names::default();
    assert_eq!(names.describe(&vm, body).text, "«string»");
    assert_eq!(names.describe(&vm, body + 1).text, "a");
}

#[test]
fn what_builtins_suspend_has_a_name_too() {
    let vm = vm();
    let mut names = Names::default();
    let made: Vec<(NameKind, String)> =
        (0..3).map(|body| names.describe(&vm, body)).map(|it| (it.kind, it.text)).collect();
    let expected =
        ["an element of map or genList", "an attribute of zipAttrsWith", "an attribute of mapAttrs"].map(str::to_owned);
    assert_eq!(made, expected.map(|it| (NameKind::Made, it)));
}

#[test]
fn long_names_and_paths_are_cut() {
    let long = "x".repeat(100);
    let cut = format!("thunk {}…", "x".repeat(60));
    let path = |n: usize| (0..n).map(|i| format!("a{i}")).collect::<Vec<_>>().join(".");
    assert_eq!(describe("/f.nix", &format!("{{ {long} = 1 + 1; }}")), [cut]);
    assert_eq!(
        describe("/f.nix", &format!("{{ {} = 1 + 1; }}", path(6))).last(),
        Some(&"thunk a0.a1.a2.a3.a4.a5".to_owned())
    );
    assert_eq!(
        describe("/f.nix", &format!("{{ {} = 1 + 1; }}", path(8))).last(),
        Some(&"thunk ….a2.a3.a4.a5.a6.a7".to_owned())
    );
    assert_eq!(describe("/f.nix", "{ \"${x}\\n\" = 1 + 1; x = 2; }".replace("${x}", "é").as_str()), ["thunk \"é\\n\""]);
}

#[test]
fn a_file_of_many_bindings() {
    let mut text = String::from("{\n");
    for i in 0..200_000 {
        text.push_str(&format!("  p{i} = f {i};\n"));
    }
    text.push_str("f = x: x; }");
    let mut vm = machine(&Features::default(), Limits { max_depth: 1000, max_heap: 1 << 24 });
    let unit = read(&mut vm, "/f.nix", &text.replacen('{', "rec {", 1));
    let mut names = Names::default();
    let named = names.of(&vm, unit);
    let last = named.unit.analysis.bodies.len() as u32 - 1;
    assert_eq!(named.describe(last).text, "f");
    assert_eq!(named.describe(last - 1).text, "p199999");
}

/// Checks that the innermost body of something deep has a path of this length.
fn check_deep(text: &str, expected: usize) {
    let mut vm = vm();
    let unit = read(&mut vm, "/f.nix", text);
    let names = UnitNames::new(vm.unit(unit));
    let n_bodies = vm.unit(unit).analysis.bodies.len() as u32;
    let deepest = (0..n_bodies).max_by_key(|&body| names.node(body)).expect("the text is a body");
    let path = names.path(deepest);
    assert_eq!(path.len(), expected);
    assert!(path.iter().all(|name| matches!(name, Name::Known(_))));
}

#[test]
fn depth_does_not_matter() {
    let million = 1_000_000;
    check_deep(&format!("f: {}f 1{}", "{a=".repeat(million), ";}".repeat(million)), million);
    check_deep(&format!("{}x", "{x}: ".repeat(million / 10)), 0);
    let n = 50_000;
    check_deep(&format!("f: {}f 1{}", "[".repeat(n), "]".repeat(n)), 0);
    check_deep(&format!("f: {}f 1{}", "f(".repeat(n), ")".repeat(n)), 0);
    check_deep(&format!("f: {}f", "let a = f 1; in ".repeat(n)), 1);
    check_deep(&format!("{}x", "x: ".repeat(n)), 0);
    check_deep(&format!("f: {{ {}a = f 1; }}", "a.".repeat(n)), n + 1);
}
