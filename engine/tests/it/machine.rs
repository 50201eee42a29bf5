//! A machine for tests: no files but what lies in memory, no environment, a clock that stands still.

use std::path::PathBuf;

use nixscope_engine::builtins::{self, Features};
use nixscope_engine::print;
use nixscope_engine::session::Session;
use nixscope_engine::source::Origin;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::value::Value;
use nixscope_engine::vm::{Fault, Limits};
use nixscope_engine::world::Memory;
use nixscope_testkit::goldens::Outcome;

/// A session without an outside.
pub(crate) type Closed = Session<VirtualStore<Memory>>;

/// A session whose programs see all builtins that need no feature.
pub(crate) fn session() -> Closed {
    let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
    let mut vm = builtins::machine(&Features::default(), limits);
    vm.reading.home = Some("/home/me".to_owned());
    Session::new(vm, VirtualStore::new(Memory::new()))
}

/// Reads a text as Nix reads one given to it on the command line.
pub(crate) fn read(session: &mut Closed, program: &str) -> Result<u32, Fault> {
    session.vm.read(Origin::String, program.as_bytes().into(), "/", &[])
}

/// What a program is, all of it forced.
pub(crate) fn evaluate(program: &str) -> Outcome {
    let mut session = session();
    let result = read(&mut session, program).and_then(|body| session.eval(body)).and_then(|v| session.force_deep(v));
    outcome(&session, &result)
}

/// A result as text.
pub(crate) fn outcome(session: &Closed, result: &Result<Value, Fault>) -> Outcome {
    match result {
        Ok(v) => {
            Outcome::Value(String::from_utf8_lossy(&print::ambiguous(session.vm.print_cx(), *v, true)).into_owned())
        }
        Err(fault) => {
            let data = fault.data();
            let place = session.vm.sources.locate(data.pos).map(|(_, at)| (at.line + 1, at.column + 1));
            Outcome::Fault { place, message: data.message.clone() }
        }
    }
}

/// A folder beside these tests.
pub(crate) fn folder(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", name].iter().collect()
}
