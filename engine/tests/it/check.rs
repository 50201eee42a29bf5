//! Evaluates expressions in an empty world and compares what they are with what was expected.

use nixscope_engine::builtins::{self, Features};
use nixscope_engine::session::Session;
use nixscope_engine::source::{Origin, Pos};
use nixscope_engine::vm::{Fault, Limits, Vm};
use nixscope_engine::{print, world};

/// Fails unless every expression is what stands beside it: a value as Nix prints it, behind warnings; or the trace of
/// a fault, the outermost line first, each line with its place as `@line:column`.
pub(crate) fn check(cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (text, expected) in cases {
        let found = evaluate(text);
        if found != *expected {
            wrong.push_str(&format!("\n{text}\n--- expected\n{expected}\n--- found\n{found}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The value of an expression, everything in it computed, or its fault.
pub(crate) fn evaluate(text: &str) -> String {
    let limits = Limits { max_depth: 1_000_000, max_heap: 1 << 30 };
    let vm = builtins::machine(&Features::default(), limits);
    let mut session = Session::new(vm, world::Memory::new());
    match value_of(&mut session, text) {
        Ok(shown) => {
            let warnings = session.vm.take_warnings();
            let warnings = warnings.iter().map(|(_, text)| format!("warning: {text}\n"));
            warnings.collect::<String>() + &shown
        }
        Err(fault) => trace(&session.vm, &fault),
    }
}

fn value_of(session: &mut Session<world::Memory>, text: &str) -> Result<String, Fault> {
    let body = session.vm.read(Origin::String, text.as_bytes().into(), "/tmp", &[])?;
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
