//! The programs that are debugged: all cases and goldens, random ones, and those in which something is easily got wrong.

use nixscope_engine::world::Memory;
use nixscope_testkit::generate::Generator;
use nixscope_testkit::{cases, goldens};

use crate::machine::{folder, session};

/// The files that programs may read.
pub(super) fn files() -> Memory {
    let mut world = Memory::new();
    for (path, text) in FILES {
        world.file(path, text);
    }
    world
}

/// All programs: those that are likely to show something, then cases, goldens and `n_random` made up ones, of which
/// only every `step`th is taken, from the `first` on.
pub(super) fn programs(n_random: u64, first: usize, step: usize) -> Vec<String> {
    let vm = session().vm;
    let generator = Generator::new(&|name| vm.builtin(name).is_some());
    let others = cases::all(&folder("cases")).into_iter().map(|it| it.program);
    let others = others.chain(goldens::programs(&folder("goldens")));
    let others = others.chain((0..n_random).map(|seed| generator.program(seed).text()));
    let suspects = SUSPECTS.iter().map(|&it| it.to_owned());
    suspects.chain(others.skip(first).step_by(step)).collect()
}

const FILES: &[(&str, &str)] = &[
    ("/one.nix", "let zz = 1; aa = 2; in { inherit zz aa; sum = zz + aa; text = \"${toString (zz + aa)}!\"; }"),
    (
        "/two.nix",
        "{ scale ? 2, of, ... }@args: map (it: it * scale) of ++ [ (builtins.length (builtins.attrNames args)) ]",
    ),
    ("/three.nix", "[ (import ./one.nix).sum (import ./two.nix { of = [ 1 2 ]; }) ]"),
    ("/scoped.nix", "let y = x + 1; in { inherit x y; z = [ x y \"${toString y}\" ]; }"),
    ("/fails.nix", "{ a = 1; b = throw \"no b\"; }"),
    ("/order.nix", "{ qqq = throw \"q\"; ppp = throw \"p\"; rrr = 1; }"),
    ("/data.json", r#"{ "b": [1, 2], "a": { "c": null } }"#),
];

/// Programs in which a debugger could go wrong.
pub(super) const SUSPECTS: &[&str] = &[
    "[ (import ./one.nix) (import ./one.nix).text (import ./two.nix { of = [ 1 2 3 ]; }) ]",
    "let a = import ./three.nix; b = import ./one.nix; in [ a b.text (builtins.length a) ]",
    "(import ./fails.nix).b",
    "let t = builtins.tryEval (import ./fails.nix).b; in [ t (builtins.tryEval (import ./fails.nix).a) ]",
    "import ./order.nix",
    "map (n: (builtins.tryEval (import ./order.nix).${n}).success) (builtins.attrNames (import ./order.nix))",
    "let o = import ./order.nix; in builtins.deepSeq (builtins.mapAttrs (n: v: v) o) 1",
    "builtins.toJSON (import ./order.nix)",
    "(import ./order.nix) == ((import ./order.nix) // { rrr = 1 + 0; })",
    "builtins.scopedImport { x = 1 + 1; } ./scoped.nix",
    "map (x: (builtins.scopedImport { inherit x; } ./scoped.nix).z) [ 1 (1 + 1) ]",
    "builtins.fromJSON (builtins.readFile ./data.json)",
    "builtins.addErrorContext \"outer ${toString (1 + 1)}\" (builtins.addErrorContext \"inner\" (throw (\"a\" + \"b\")))",
    "let t = builtins.tryEval (builtins.addErrorContext (throw \"text\") (throw \"x\")); in t",
    "builtins.addErrorContext (throw \"text\") (1 + { })",
    "let f = x: if x == 0 then throw \"end\" else f (x - 1); in [ (builtins.tryEval (f 5)).success (builtins.tryEval (f 3)) ]",
    "let f = x: assert x < 3; x; in map (x: (builtins.tryEval (f x)).value) [ 1 2 3 4 ]",
    "map (x: x.key) (builtins.genericClosure { startSet = [ { key = 5; } { key = 3; } ]; operator = x: if x.key < 1 then [ ] else [ { key = x.key - 1; } { key = x.key - 2; } ]; })",
    "let g = n: map (x: x.key) (builtins.genericClosure { startSet = [ { key = n; } ]; operator = x: if x.key < 1 then [ ] else map (k: { key = k; }) (if n > 2 then g (n - 2) else [ (x.key - 1) ]); }); in g 4",
    "builtins.genericClosure { startSet = [ { key = 1; } ]; operator = x: [ { key = throw \"k\"; } ]; }",
    "let s = { a = 1 + 1; b = { c = [ (2 + 2) (x: x) ]; }; }; in builtins.deepSeq s (builtins.deepSeq s s.b.c)",
    "builtins.deepSeq { a = 1; b = throw \"deep\"; } 2",
    "let r = rec { a = [ b ]; b = { c = a; }; }; in builtins.deepSeq r 1",
    "let x = builtins.break (1 + 1); in [ x (builtins.break x) (map builtins.break [ 1 (x + 1) ]) ]",
    "builtins.break (throw \"after the break\")",
    "map (builtins.add 1) [ (1 + 1) 2 ]",
    "let f = builtins.foldl' (a: b: a + b) 0; in f [ 1 (2 + 3) 4 ]",
    "builtins.sort (a: b: a < b) [ 3 (1 + 1) 5 (0 + 0) ]",
    "builtins.sort (a: b: throw \"in sort\") [ 3 2 ]",
    "builtins.foldl' (a: b: if b == 2 then abort \"two\" else b) 0 [ 1 2 3 ]",
    "let go = n: a: if n == 0 then a else go (n - 1) (a + n); in go 300 0",
    "let even = n: if n == 0 then true else odd (n - 1); odd = n: if n == 0 then false else even (n - 1); in even 101",
    "with { a = 1; b = x: x + a; }; with { a = 2; inherit (builtins) map; }; [ a (b 1) (map b [ a ]) ]",
    "let s = throw \"with\"; in with s; a",
    "with { x = 1; }; let f = y: x + y; in with { y = 5; }; [ (f y) (let x = 9; in f x) ]",
    "({ a, b ? a + 1, c ? d, d ? b * 2, ... }@all: [ a b c d (builtins.attrNames all) ]) { a = 1; e = 2; }",
    "({ a ? b, b ? a }: a) { }",
    "({ a ? throw \"default\" }: a) { }",
    "let f = { x, y ? x }: z: { inherit x y z; sum = x + y + z; }; in [ (f { x = 1; } 2) (f { x = 1; y = 3; } 2).sum ]",
    "rec { a = 1; b = a + 1; c = [ a b ]; __overrides = { a = 10; d = b0 + 1; }; b0 = 3; }",
    "let f = rec { a = n; b = a + 1; n = 3; __overrides = let k = builtins.length [ 1 2 ]; in { n = k + k * (k + 1); }; }; in [ f.a f.b f.n ]",
    "let counter = { n = 2; __functor = self: x: x + self.n; }; in [ (counter 1) (map counter [ 1 2 ]) ((counter // { n = 5; }) 1) ]",
    "{ __functor = self: x: throw \"functor ${toString x}\"; } 1",
    "let x = { __toString = self: \"<${self.name}>\"; name = \"n\" + \"m\"; }; in \"a ${x} b ${toString [ x 1 ]}\"",
    "\"${throw \"inside\"}\"",
    "let s = { a.b.c = 1 + 2; a.b.d = s.a.b.c * 2; }; in [ s.a.b.d (s.a.x or s.a.b.c) (s ? a.b.c) (s.${\"a\"}.b.\"${\"d\"}\") ]",
    "let inherit (rec { x = 1 + 1; y = x; }) x y; inherit (builtins) length; in [ x y (length [ x ]) ]",
    "let a = { inherit (throw \"from\") x; }; in a.x",
    "let x = y; y = x; in x",
    "let f = x: f x; in f 1",
    "let s = { ${\"k\" + \"1\"} = 1; ${null} = 2; k2 = s.k1 + 1; }; in s",
    "let compose = f: g: x: f (g x); inc = x: x + 1; twice = f: compose f f; in (twice (twice inc)) 1",
    "let add3 = a: b: c: a + b + c; p = add3 1; q = p 2; in [ (q 3) (map q [ 4 5 ]) (map p [ 6 ] != [ ]) ]",
    "let fix = f: let x = f x; in x; in (fix (self: { a = 1; b = self.a + 1; c = self.b + self.a; })).c",
    "let a = [ 1 (1 + 1) ] ++ [ 3 ]; b = a == [ 1 2 3 ]; c = a != [ 1 2 4 ] && b -> true || throw \"never\"; in [ a b c ]",
    "assert [ 1 { a = 1 + 1; } ] == [ 1 { a = 3; } ]; 1",
    "builtins.trace (\"said \" + \"this\") (builtins.trace { a = 1 + 1; } 2)",
    "let l = builtins.genList (n: n * n) 6; in builtins.filter (x: x > 4) (builtins.concatMap (x: [ x (x + 1) ]) l)",
    "builtins.mapAttrs (name: v: \"${name}=${toString (v + 1)}\") { a = 1; b = 2 + 2; }",
    "builtins.toJSON { a = [ 1 (1 + 1) null ]; b.__toString = self: \"x\"; c.outPath = \"p\" + \"q\"; }",
    "builtins.partition (x: x > 2) [ 1 2 3 (2 + 2) ]",
    "builtins.groupBy (x: if x > 2 then \"big\" else \"small\") [ 1 2 3 ]",
    "builtins.zipAttrsWith (n: vs: builtins.foldl' (a: b: a + b) 0 vs) [ { a = 1; } { a = 2; b = 1 + 2; } ]",
    "builtins.replaceStrings [ \"a\" ] [ (\"b\" + \"c\") ] \"banana\"",
    "derivation { name = \"d\" + \"x\"; system = \"s\"; builder = \"b\"; args = [ (toString (1 + 1)) ]; }",
    "(derivation { name = \"d\"; system = \"s\"; builder = throw \"no builder\"; }).drvPath",
    "let {\n  x = 1;\n  body = x +\n    x;\n}",
    "let\n  double = x: x + y;\n  y = 1;\n  z =\n    double 20;\nin\n[\n  z\n  (double z)\n]",
];
