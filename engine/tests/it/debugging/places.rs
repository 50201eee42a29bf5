//! Every place one can stop at is stopped at if the program comes there; and a program that is interrupted, paused or
//! cancelled goes on as if nothing had been.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use nixscope_engine::debug::{By, Event, Goal, Rules, StopReason, Target};
use nixscope_engine::source::Span;
use nixscope_engine::vm::{Budget, FaultKind};
use nixscope_testkit::generate::Rng;

use super::harness::{Debugged, end, free, launched, run_out, seen, word};
use super::programs::programs;

/// Longer programs are left out.
const LIMIT: u64 = 5_000;

/// The place of the program's own text.
fn whole(session: &Debugged) -> (u32, Span) {
    let unit = session.vm().n_units() - 1;
    let file = session.vm().sources.file(session.vm().unit(unit).module.file);
    (unit, Span::new(file.pos(0), file.pos(file.text.len() as u32)))
}

/// All instructions of the program's text that are run.
fn executed(program: &str) -> BTreeSet<u32> {
    let mut session = launched(program, true, true).expect("it was launched before");
    // So that the same instructions have the same numbers.
    let (unit, all) = whole(&session);
    session.points_within(unit, all);
    let mut executed = BTreeSet::new();
    let mut stopped = session.begin(true);
    while !stopped.reason.is_end() {
        executed.extend(session.vm().frames().last().filter(|it| it.is_code()).map(|it| it.pc));
        stopped = session.resume(Goal::Into(By::Instruction));
    }
    executed
}

#[test]
fn every_point_that_is_reached_is_stopped_at() {
    for program in programs(300, 0, 4) {
        let Some(expected) = free(&program, true, true, LIMIT) else { continue };
        let executed = executed(&program);
        let mut session = launched(&program, true, true).expect("it was launched before");
        let (unit, all) = whole(&session);
        let name = session.vm().sources.file(session.vm().unit(unit).module.file).name().to_owned();
        let mut wanted = BTreeSet::new();
        for point in session.points_within(unit, all) {
            let at = session.locate(point.span).expect("points are somewhere").start;
            let target = Target::Source { name: name.clone(), line: at.line, column: Some(at.byte) };
            let id = session.add_breakpoint(target, Rules::default());
            let (breakpoint, place) = session.breakpoint(id).expect("it was just made");
            assert!(!breakpoint.pcs().is_empty(), "nothing at {at:?}: {program}");
            let place = place.expect("it is verified");
            assert!(place.start <= at && at < place.end, "{place:?} is not around {at:?}: {program}");
            wanted.extend(breakpoint.pcs().iter().copied().filter(|it| executed.contains(it)));
        }
        let mut met = BTreeSet::new();
        let mut stopped = session.begin(false);
        while !stopped.reason.is_end() {
            if let StopReason::Breakpoint(_) = stopped.reason {
                met.extend(session.vm().frames().last().map(|it| it.pc));
            }
            stopped = session.resume(Goal::Continue);
        }
        assert_eq!(met, wanted, "{program}");
        assert_eq!(end(&session), expected, "{program}");
    }
}

#[test]
fn breakpoints_on_lines_stay_in_what_begins_there() {
    for program in programs(0, 0, 1) {
        // On many lines, there is something to choose from.
        let spread = program.replace(" in ", "\nin\n").replace("; ", ";\n").replace(" [ ", "\n[\n");
        for program in [program, spread] {
            let Some(mut session) = launched(&program, true, true) else { continue };
            let (unit, all) = whole(&session);
            let spans = session.vm().unit(unit).module.spans.clone();
            let points = session.points_within(unit, all);
            for line in 0..program.lines().count() as u32 {
                let file = session.vm().sources.file(session.vm().unit(unit).module.file);
                let Some(line_span) = nixscope_engine::debug::location::line_span(file, line) else { continue };
                let begins = |it: &&Span| line_span.start <= it.start && it.start < line_span.end;
                let outermost = spans.iter().filter(begins).min_by_key(|it| (it.start, u32::MAX - it.end.0)).copied();
                let around = spans.iter().filter(|it| it.start <= line_span.start && line_span.end <= it.end);
                let innermost = around.min_by_key(|it| it.end.0 - it.start.0).copied();
                let point = session.point_at(unit, line, None);
                let on_line = points.iter().any(|it| begins(&&it.span));
                let Some(point) = point else {
                    assert!(!on_line, "line {line}: {program}");
                    continue;
                };
                assert!(point.span.start >= line_span.start, "line {line}: {program}");
                let inside = |it: Span| it.start <= point.span.start && point.span.end <= it.end;
                assert!(begins(&&point.span) || !on_line, "line {line}: {program}");
                assert!(
                    begins(&&point.span) || outermost.or(innermost).is_some_and(inside),
                    "line {line} leads to {:?}: {program}",
                    session.locate(point.span)
                );
            }
        }
    }
}

/// A program that takes a while, and says now and then that it is at work.
const LONG: &str = "let
  add = a: n:
    if builtins.bitAnd n 4095 == 0 then builtins.trace \"at ${toString n}\" (a + n)
    else a + n;
in builtins.foldl' add 0 (builtins.genList (x: x * 2 + 1 - 1) 60000)";

/// Counts what the program says, and does something each time.
fn listen(session: &mut Debugged, mut then: impl FnMut(usize) + Send + 'static) -> Arc<Mutex<usize>> {
    let said = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&said);
    session.listen(move |event| {
        if let Event::Note { is_aside: false, .. } = event
            && let Ok(mut said) = counter.lock()
        {
            *said += 1;
            then(*said);
        }
    });
    said
}

#[test]
fn pauses_change_nothing() {
    let expected = free(LONG, true, true, u64::MAX).expect("it ends");
    let mut session = launched(LONG, true, true).expect("it is Nix");
    let pulse = session.pulse();
    let said = listen(&mut session, move |_| pulse.pause());
    let mut n_pauses = 0;
    let mut rng = Rng::new(1);
    let mut stopped = session.begin(false);
    while !stopped.reason.is_end() {
        assert!(matches!(stopped.reason, StopReason::Pause), "{}", word(&stopped));
        n_pauses += 1;
        let then = seen(&mut session);
        if rng.once_in(2) {
            session.resume(Goal::Into(By::Expression));
            session.go_to(stopped.count);
            assert_eq!(seen(&mut session), then);
        }
        stopped = session.resume(Goal::Continue);
    }
    assert!(n_pauses > 3, "{n_pauses}");
    assert!(expected.outcome.starts_with(char::is_numeric), "{}", expected.outcome);
    assert_eq!(end(&session), expected);
    assert_eq!(said.lock().ok().map(|it| *it), Some(30));
}

#[test]
fn an_interrupted_program_can_be_gone_back_in() {
    let mut session = launched(LONG, true, true).expect("it is Nix");
    session.begin(true);
    let begin = (session.vm().count(), seen(&mut session));
    let pulse = session.pulse();
    listen(&mut session, move |n| {
        if n == 3 {
            pulse.interrupt();
        }
    });
    let stopped = session.resume(Goal::Continue);
    let StopReason::Failed(fault) = &stopped.reason else { panic!("{}", word(&stopped)) };
    assert_eq!(fault.data().kind, FaultKind::Interrupted);
    assert!(session.pulse().take_interrupt());
    let stopped = session.go_to(begin.0);
    assert_eq!((stopped.count, seen(&mut session)), begin);
    let v = session.evaluate(None, "1 + 1", Budget::default()).expect("nobody cancelled it");
    assert_eq!(session.show(v).text, "2");
}

#[test]
fn what_is_cancelled_leaves_nothing_behind() {
    let expected = free(LONG, true, true, u64::MAX).expect("it ends");
    let mut session = launched(LONG, true, true).expect("it is Nix");
    let pulse = session.pulse();
    session.listen(move |event| {
        if let Event::Note { is_aside: true, .. } = event {
            pulse.cancel();
        }
    });
    session.begin(true);
    for _ in 0..40 {
        session.resume(Goal::Into(By::Expression));
        let then = seen(&mut session);
        let endless = "builtins.trace \"x\" (let f = n: f (n + 1); in f 0)";
        let frame = session.vm().frames().len() - 1;
        let fault = session.evaluate(Some(frame), endless, Budget::default()).expect_err("it never ends");
        assert_eq!(fault.data().message, "cancelled");
        assert_eq!(seen(&mut session), then);
    }
    run_out(&mut session);
    assert_eq!(end(&session), expected);
}
