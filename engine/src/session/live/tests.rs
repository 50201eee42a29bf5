//! What is seen of a text: each place that has a value, innermost, with the value behind it.

use crate::builtins;
use crate::debug::value::{Budget, show};
use crate::session::Session;
use crate::vm::{Limits, Settings};
use crate::world::{CanonPath, Memory};

use super::{LiveLimits, Watched, Way};

/// Each place `text` with its value, in the order of the text; then what failed.
fn seen(text: &str, limits: LiveLimits) -> String {
    let mut world = Memory::default();
    world.file("/a.nix", text);
    let settings = Settings { keeps_names: true, ..Settings::default() };
    let vm = builtins::machine_in(settings, Limits { max_depth: 10_000, max_heap: 1 << 28 });
    let mut session = Session::new(vm, world);
    let watched = session.watch(&CanonPath::from("/a.nix"), &Way::Itself, limits);
    show_all(&session, &watched)
}

fn show_all(session: &Session<Memory>, watched: &Watched) -> String {
    let vm = &session.vm;
    let mut out = Vec::new();
    for it in &watched.values {
        let file = vm.sources.file_of(it.span.start).expect("the file");
        let place = file.offset(it.span.start) as usize..file.offset(it.span.end) as usize;
        let text = String::from_utf8_lossy(&file.text[place]).into_owned();
        let times = if it.times > 1 { format!(" ×{}", it.times) } else { String::new() };
        out.push(format!("{text} → {}{times}", show(vm, it.value, Budget { width: 60, depth: 2, items: 5 }).text));
    }
    out.extend(watched.faults.iter().map(|it| format!("fault: {}", it.data().message)));
    for span in &watched.dead {
        let file = vm.sources.file_of(span.start).expect("the file");
        let place = file.offset(span.start) as usize..file.offset(span.end) as usize;
        out.push(format!("dead: {}", String::from_utf8_lossy(&file.text[place])));
    }
    out.extend(watched.outcome.as_ref().err().map(|it| format!("failed: {}", it.data().message)));
    out.extend(watched.wants_arguments.then(|| "wants arguments".to_owned()));
    out.extend(watched.is_cut_short.then(|| "cut short".to_owned()));
    out.join("\n")
}

fn check(text: &str, expected: &[&str]) {
    let seen = seen(text, LiveLimits::default());
    for line in expected {
        assert!(seen.lines().any(|it| it == *line), "{text}: no `{line}` in\n{seen}");
    }
}

#[test]
fn what_is_seen() {
    check("{ port = 8000 + 80; }", &["port → 8080", "8000 + 80 → 8080", "{ port = 8000 + 80; } → { port = 8080; }"]);
    check("let x = 1; y = x + 1; in y", &["x → 1", "y → 2", "x + 1 → 2"]);
    check("rec { a = 1 + 1; b = a; c.d = b; }", &["a → 2", "b → 2", "d → 2"]);
    check("{ x ? 3, y ? x * 2 }: { s = x + y; }", &["x → 3", "y → 6", "x * 2 → 6", "x + y → 9"]);
    check("let f = n: n * 2; in [ (f 1) (f 2) ]", &["n → 2 ×2", "n * 2 → 4 ×2", "f 1 → 2", "f 2 → 4"]);
    check("let s = { a.b = 1 + 1; }; in s.a.b", &["s.a.b → 2", "a → { b = 2; }", "b → 2"]);
    check("with { q = 1 + 1; }; [ q ]", &["q → 2"]);
    check("let unused = 1 + 1; in 3", &["unused → 2"]);
    check("let e = throw \"no\"; in { a = 1 + 1; b = e; c = 2 + 2; }", &["c → 4", "fault: no"]);
    check("{ inherit (builtins) head; inherit (rec { z = 1 + 4; }) z; }", &["z → 5"]);
    check("{ l = map (x: x + 1) [ 1 2 ]; }", &["l → [ 2 3 ]"]);
    check("{ n }: n", &["wants arguments"]);
    check("1 + {}", &["failed: cannot add a set to an integer"]);
    check("let go = n: if n == 0 then 0 else go (n - 1); in go 5000", &["go 5000 → 0"]);
}

#[test]
fn what_has_no_end() {
    let limits = LiveLimits { fuel: 3_000_000, part_fuel: 1_000_000, parts: 50, runs: 10 };
    for text in [
        "let f = n: f (n + 1); in f 0",
        "{ a = let f = n: f (n + 1); in f 0; b = 1 + 1; }",
        "let s = n: { v = n; next = s (n + 1); }; in s 0",
        "let l = n: [ (l (n + 1)) ]; in l 0",
    ] {
        assert!(seen(text, limits).contains("cut short"), "{text}");
    }
    let seen = seen("{ a = let f = n: f (n + 1); in f 0; b = 1 + 1; }", limits);
    assert!(seen.contains("b → 2"), "{seen}");
}

/// The same for `/a.nix` by a way.
fn seen_by(files: &[(&str, &str)], text: &str, through: &[&str]) -> String {
    let mut world = Memory::default();
    for (path, text) in files {
        world.file(path, *text);
    }
    let settings = Settings { keeps_names: true, ..Settings::default() };
    let vm = builtins::machine_in(settings, Limits { max_depth: 10_000, max_heap: 1 << 28 });
    let mut session = Session::new(vm, world);
    let through = through.iter().map(|it| CanonPath::from(*it)).collect();
    let way = Way::Expression { text: text.to_owned(), folder: "/".to_owned(), through };
    let watched = session.watch(&CanonPath::from("/a.nix"), &way, LiveLimits::default());
    let reached = if watched.is_reached { "reached\n" } else { "not reached\n" };
    reached.to_owned() + &show_all(&session, &watched)
}

#[test]
fn what_is_seen_by_a_way() {
    let a = ("/a.nix", "{ x, y }: { s = x + y; d = { z ? 3 }: z; }");
    let seen = seen_by(&[a], "import ./a.nix { x = 1; y = 2; }", &[]);
    for line in ["reached", "x → 1", "x + y → 3", "s → 3"] {
        assert!(seen.lines().any(|it| it == line), "{line}: {seen}");
    }
    // Through what another file suspends.
    let b = ("/b.nix", "{ one = throw \"no\"; two.three = import ./a.nix { x = 1; y = 2; }; }");
    let seen = seen_by(&[a, b], "import ./b.nix", &["/b.nix"]);
    assert!(seen.starts_with("reached\n") && seen.contains("x + y → 3"), "{seen}");
    let seen = seen_by(&[a, b], "import ./b.nix", &[]);
    assert!(seen.starts_with("not reached\n"), "{seen}");
    let seen = seen_by(&[a], "import ./a.nix", &[]);
    assert!(seen.starts_with("not reached\n"), "{seen}");
}

#[test]
fn branches_that_are_not_taken() {
    let dead = |text: &str| {
        let seen = seen(text, LiveLimits::default());
        seen.lines().filter_map(|it| it.strip_prefix("dead: ").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(dead("if 1 == 2 then [ 1 ] else { a = 2; }"), ["[ 1 ]"]);
    assert_eq!(dead("let f = x: if x then 1 + 1 else 2 + 2; in [ (f true) (f false) ]"), [""; 0]);
    assert_eq!(
        dead("{ a = if true then 1 + 1 else if false then 2 + 2 else 3 + 3; }"),
        ["if false then 2 + 2 else 3 + 3"]
    );
    assert_eq!(dead("{ f = x: if x then 1 + 1 else 2 + 2; }"), [""; 0]);
}
