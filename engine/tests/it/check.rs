//! Evaluates expressions in a small world and compares what they are with what was expected.

use nixscope_engine::session::Session;
use nixscope_engine::source::{Origin, Pos};
use nixscope_engine::store::VirtualStore;
use nixscope_engine::vm::{Fault, Limits, Settings, Vm};
use nixscope_engine::world::Memory;
use nixscope_engine::{builtins, print};

/// Fails unless every expression is what stands beside it: a value as Nix prints it, behind warnings; or the trace of
/// a fault, the outermost line first, each line with its place as `@line:column`.
pub(crate) fn check(cases: &[(&str, &str)]) {
    check_in(&[], cases);
}

/// The same with experimental features.
pub(crate) fn check_in(features: &[&str], cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (text, expected) in cases {
        let found = evaluate(text, features);
        if found != *expected {
            wrong.push_str(&format!("\n{text}\n--- expected\n{expected}\n--- found\n{found}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The value of an expression, everything in it computed, or its fault; behind the lines that it said.
pub(crate) fn evaluate(text: &str, features: &[&str]) -> String {
    let limits = Limits { max_depth: 1_000_000, max_heap: 1 << 30 };
    let settings = Settings {
        features: features.iter().map(|&it| it.into()).collect(),
        working_dir: "/tmp/w".into(),
        ..Settings::default()
    };
    let vm = builtins::machine_in(settings, limits);
    let mut world = VirtualStore::new(sample());
    let mut session = Session::new(vm, &mut world);
    let shown = match value_of(&mut session, text) {
        Ok(shown) => shown,
        Err(fault) => trace(&session.vm, &fault),
    };
    let warnings = session.vm.take_warnings();
    let mut said: String = warnings.iter().map(|(_, text)| format!("warning: {text}\n")).collect();
    for (kind, text) in world.below_mut().notes() {
        said.push_str(&format!("{}{}\n", kind.prefix(), String::from_utf8_lossy(text)));
    }
    said + &shown
}

/// The files that expressions may speak of.
fn sample() -> Memory {
    let mut world = Memory::new();
    world
        .file("/tmp/w/f.txt", "hello\n")
        .file("/tmp/w/bad.nix", "1 +\n")
        .file("/tmp/w/a.nix", "{ a = 1; }\n")
        .file("/tmp/w/rec.nix", "import ./rec.nix\n")
        .file("/tmp/w/undef.nix", "x: x + undefinedvar\n")
        .file("/tmp/w/thr.nix", "throw \"boo\"\n")
        .file("/tmp/w/once.nix", "builtins.trace \"read\" (import ./a.nix)\n")
        .file("/tmp/w/d/default.nix", "42\n")
        .file("/tmp/w/sub/y", "x\n")
        .file("/tmp/w/nul", "a\0b")
        .symlink("/tmp/w/link", "f.txt")
        .symlink("/tmp/w/ld", "d")
        .symlink("/tmp/w/l1", "l2")
        .symlink("/tmp/w/l2", "l1");
    world
}

fn value_of(session: &mut Session<&mut VirtualStore<Memory>>, text: &str) -> Result<String, Fault> {
    let body = session.vm.read(Origin::String, text.as_bytes().into(), "/tmp/w", &[])?;
    let v = session.eval(body)?;
    let v = session.force_deep(v)?;
    Ok(String::from_utf8_lossy(&print::ambiguous(session.vm.print_cx(), v, true)).into_owned())
}

fn trace(vm: &Vm, fault: &Fault) -> String {
    let data = fault.data();
    let lines = data.trace.iter().rev().map(|line| format!("… {}{}\n", line.text, place(vm, line.pos)));
    lines.collect::<String>() + &format!("error: {}{}", data.message, place(vm, data.pos))
}

fn place(vm: &Vm, pos: Pos) -> String {
    vm.sources.locate(pos).map(|(_, at)| format!(" @{}:{}", at.line + 1, at.column + 1)).unwrap_or_default()
}
