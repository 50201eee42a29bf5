//! The targets themselves. The tests of the engine, which replay what was found, include this file too.

use nixscope_engine::builtins::{self, Features};
use nixscope_engine::session::Session;
use nixscope_engine::source::Origin;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::value::Value;
use nixscope_engine::vm::{DEEP_FORCE, Fault, Limits, Stop};
use nixscope_engine::world::Memory;
use nixscope_engine::{print, syntax};
use nixscope_testkit::generate::Generator;

/// How many instructions a program may take.
const FUEL: u64 = 20_000;

fn session() -> Session<VirtualStore<Memory>> {
    let limits = Limits { max_depth: 2_000, max_heap: 1 << 26 };
    let mut vm = builtins::machine(&Features::default(), limits);
    vm.reading.home = Some("/home/me".to_owned());
    Session::new(vm, VirtualStore::new(Memory::new()))
}

/// Any bytes are read: a tree where there may be one, expressions, and the instructions of every body.
pub fn parse_to_bytecode(bytes: &[u8]) {
    for pipe_operators in [false, true] {
        let parse = syntax::parse(bytes, syntax::Features { pipe_operators });
        if let Ok(text) = std::str::from_utf8(bytes)
            && let Some(tree) = syntax::tree(text, &parse)
        {
            assert_eq!(tree.to_string(), text, "a tree holds its text");
        }
        let mut session = session();
        let vm = &mut session.vm;
        vm.reading.pipe_operators = pipe_operators;
        let result = vm.read(Origin::String, bytes.into(), "/", &[]);
        assert!(result.is_err() || parse.errors.is_empty(), "what is not Nix is not run");
        if let Ok(body) = result {
            for body in vm.bodies_beside(body) {
                vm.disassemble(body);
            }
        }
    }
}

/// A program, as text or as the seed of one, is run: at once, and one instruction at a time.
pub fn evaluate(bytes: &[u8]) {
    let text = program(bytes);
    let at_once = run(&text, FUEL);
    assert_eq!(run(&text, 1), at_once, "running is stepping");
}

/// The program of the bytes: after a zero byte a seed, else the text itself.
fn program(bytes: &[u8]) -> Vec<u8> {
    let [0, seed @ ..] = bytes else { return bytes.to_vec() };
    let seed = seed.iter().take(8).fold(0, |seed, &byte| (seed << 8) | u64::from(byte));
    let vm = session().vm;
    Generator::new(&|name| vm.builtin(name).is_some()).program(seed).text().into_bytes()
}

/// Runs a program in pieces of `fuel` instructions: what came of it, and at which count.
fn run(text: &[u8], fuel: u64) -> (String, u64) {
    let mut session = session();
    let result = value(&mut session, text, fuel);
    let outcome = match result {
        None => "no end".to_owned(),
        Some(Err(fault)) => format!("{:?}", fault.data()),
        Some(Ok(v)) => String::from_utf8_lossy(&print::ambiguous(session.vm.print_cx(), v, true)).into_owned(),
    };
    (outcome, session.vm.count())
}

fn value(session: &mut Session<VirtualStore<Memory>>, text: &[u8], fuel: u64) -> Option<Result<Value, Fault>> {
    let body = match session.vm.read(Origin::String, text.into(), "/", &[]) {
        Ok(body) => body,
        Err(fault) => return Some(Err(fault)),
    };
    session.vm.start(body, 0);
    match finish(session, fuel)? {
        Ok(v) => {
            session.vm.start_native(DEEP_FORCE, &[v]);
            finish(session, fuel)
        }
        fault => Some(fault),
    }
}

fn finish(session: &mut Session<VirtualStore<Memory>>, fuel: u64) -> Option<Result<Value, Fault>> {
    while session.vm.count() < FUEL {
        match session.vm.run(fuel.min(FUEL - session.vm.count())) {
            Stop::Done(v) => return Some(Ok(v)),
            Stop::Fault(fault) => return Some(Err(fault)),
            Stop::Fuel => {}
            other @ (Stop::Break | Stop::Point | Stop::Failing(_)) => panic!("nobody asked for {other:?}"),
            Stop::Ask(request) => {
                let answer = session.ask(&request);
                session.vm.answer(answer);
            }
        }
    }
    None
}
