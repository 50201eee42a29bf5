//! However a run is cut into pieces, it comes to the same end at the same count; and a run given up leaves no trace.

use nixscope_engine::value::Value;
use nixscope_engine::vm::{DEEP_FORCE, Fault, Stop};
use nixscope_testkit::generate::Generator;
use nixscope_testkit::goldens::Outcome;
use nixscope_testkit::{cases, goldens};

use crate::machine::{Closed, folder, outcome, read, session};

/// Programs that run longer are looked at up to here.
const LIMIT: u64 = 50_000;

/// How a run ended: what came of it, or nothing if it was not over, and how many instructions it took.
#[derive(Clone, Debug, PartialEq, Eq)]
struct End {
    outcome: Option<Outcome>,
    count: u64,
}

/// Runs what was started in pieces of `fuel` instructions, at most up to a count.
fn run_by(session: &mut Closed, fuel: u64, until: u64) -> Option<Result<Value, Fault>> {
    while session.vm.count() < until {
        match session.vm.run(fuel.min(until - session.vm.count())) {
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

/// Forces a value and all in it.
fn force_by(session: &mut Closed, v: Value, fuel: u64, until: u64) -> End {
    let start = session.vm.count();
    session.vm.start_native(DEEP_FORCE, &[v]);
    let result = run_by(session, fuel, start + until);
    End { outcome: result.map(|it| outcome(session, &it)), count: session.vm.count() - start }
}

/// A thunk of a program that nobody has run, as the element of a list.
fn suspended(session: &mut Closed, body: u32) -> Option<Value> {
    session.vm.start(body, 0);
    run_by(session, u64::MAX, u64::MAX)?.ok()
}

/// Runs a program on one machine again and again, each time from a thunk of its own.
fn check(program: &str) -> Option<()> {
    let session = &mut session();
    let body = read(session, &format!("[ (\n{program}\n) ]")).ok()?;
    let v = suspended(session, body)?;
    let expected = force_by(session, v, u64::MAX, LIMIT);
    session.vm.abandon();
    for fuel in [1, 7] {
        let v = suspended(session, body)?;
        assert_eq!(force_by(session, v, fuel, LIMIT), expected, "in pieces of {fuel}: {program}");
        session.vm.abandon();
    }
    for part in 1..4 {
        let cut = expected.count * part / 4;
        let v = suspended(session, body)?;
        force_by(session, v, u64::MAX, cut);
        session.vm.abandon();
        let again = force_by(session, v, u64::MAX, LIMIT);
        assert!(again.outcome.is_none() || again.outcome == expected.outcome, "given up after {cut}: {program}");
        session.vm.abandon();

        let v = suspended(session, body)?;
        let moment = session.vm.moment();
        force_by(session, v, u64::MAX, cut);
        session.vm.abandon();
        session.vm.go_back(&moment);
        assert_eq!(force_by(session, v, u64::MAX, LIMIT), expected, "taken back after {cut}: {program}");
        session.vm.abandon();
        session.vm.heap.forget_trail();
    }
    Some(())
}

#[test]
fn every_case_ends_the_same_however_it_is_run() {
    for case in cases::all(&folder("cases")) {
        check(&case.program);
    }
    for program in goldens::programs(&folder("goldens")) {
        check(&program);
    }
}

#[test]
fn made_up_programs_end_the_same_however_they_are_run() {
    let vm = session().vm;
    let generator = Generator::new(&|name| vm.builtin(name).is_some());
    for seed in 0..300 {
        check(&generator.program(seed).text());
    }
}
