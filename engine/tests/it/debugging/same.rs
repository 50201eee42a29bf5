//! A program comes to the same end with and without a debugger, however it is stepped.

use nixscope_engine::debug::{By, FaultFilter, Goal, Rules, StopReason, Target};
use nixscope_engine::source::Span;
use nixscope_testkit::generate::Rng;

use super::harness::{Debugged, end, free, launched, random_goal, run_out};
use super::programs::programs;

/// Longer programs are left out.
const LIMIT: u64 = 20_000;

fn every_fault() -> FaultFilter {
    FaultFilter { kinds: Vec::new(), with_caught: true, message: None }
}

#[test]
fn stepping_ends_as_running_free_does() {
    for (i, program) in programs(300, 0, 2).iter().enumerate() {
        let Some(expected) = free(program, true, true, LIMIT) else { continue };
        for seed in 0..2 {
            let mut rng = Rng::new(i as u64 * 2 + seed);
            let mut session = launched(program, true, true).expect("it was launched before");
            if seed == 1 {
                session.debugger.fault_filters = vec![every_fault()];
            }
            let mut trail = Vec::new();
            let mut stopped = session.begin(rng.once_in(2));
            while !stopped.reason.is_end() {
                let before = (stopped.count, matches!(stopped.reason, StopReason::Fault(_)));
                let goal = random_goal(&mut rng);
                trail.push((before.0, goal.clone()));
                stopped = session.resume(goal);
                assert!(
                    stopped.count > before.0 || before.1 || stopped.reason.is_end(),
                    "stands still: {trail:?} {program}"
                );
            }
            assert_eq!(end(&session), expected, "{trail:?} {program}");
        }
    }
}

#[test]
fn keeping_names_changes_no_outcome() {
    for program in programs(500, 0, 1) {
        let plain = free(&program, false, true, LIMIT);
        let kept = free(&program, true, true, LIMIT * 2);
        if let (Some(plain), Some(kept)) = (plain, kept) {
            assert_eq!(plain.outcome, kept.outcome, "{program}");
        }
    }
}

/// Sets breakpoints on all points of the program's own text.
fn break_everywhere(session: &mut Debugged, rules: &Rules) {
    let unit = session.vm().n_units() - 1;
    let file = session.vm().sources.file(session.vm().unit(unit).module.file);
    let all = Span::new(file.pos(0), file.pos(file.text.len() as u32));
    for point in session.points_within(unit, all) {
        session.add_breakpoint(Target::Instruction(point.pc), rules.clone());
    }
}

#[test]
fn breakpoints_that_do_not_stop_cost_no_instruction() {
    let conditions = ["false", "1 == 2", "let x = 1; in x + x == 3", "builtins.length (map (x: x) [ 1 ]) == 0"];
    for (i, program) in programs(150, 1, 3).iter().enumerate() {
        let Some(expected) = free(program, true, true, LIMIT) else { continue };
        let mut session = launched(program, true, true).expect("it was launched before");
        let rules = Rules { condition: Some(conditions[i % conditions.len()].to_owned()), ..Rules::default() };
        break_everywhere(&mut session, &rules);
        let name = "/never/read.nix".to_owned();
        session.add_breakpoint(Target::Source { name, line: 1, column: None }, Rules::default());
        let mut stopped = session.begin(false);
        while matches!(stopped.reason, StopReason::BreakCall) {
            stopped = session.resume(Goal::Continue);
        }
        assert!(stopped.reason.is_end(), "{:?} {program}", stopped.reason);
        assert_eq!(end(&session), expected, "{program}");
    }
}

#[test]
fn breakpoints_that_stop_cost_no_instruction() {
    for program in programs(150, 2, 3) {
        let Some(expected) = free(&program, true, true, LIMIT) else { continue };
        let mut session = launched(&program, true, true).expect("it was launched before");
        break_everywhere(&mut session, &Rules::default());
        session.debugger.fault_filters = vec![every_fault()];
        if !session.begin(false).reason.is_end() {
            run_out(&mut session);
        }
        assert_eq!(end(&session), expected, "{program}");
    }
}

#[test]
fn steps_over_and_out_pass_tail_calls_whose_frames_are_dropped() {
    let programs = [
        "let go = n: a: if n == 0 || a < 0 then a else go (n - 1) (a + n); in [ (go 25000 0) (1 + 1) ]",
        "let go = n: a: if n == 0 || a < 0 then a else go (n - 1) (a + n); in go 25000 0 + go 12000 (1 + 1)",
        "let even = n: if n == 0 then true else odd (n - 1); odd = n: if n == 0 then false else even (n - 1); in { a = even 20001; b = even (1 + 1); }",
    ];
    for program in programs {
        let expected = free(program, true, true, u64::MAX).expect("it ends");
        assert!(!expected.outcome.contains("overflow"), "{}", expected.outcome);
        for by in [By::Expression, By::Line, By::Instruction] {
            let mut session = launched(program, true, true).expect("it is Nix");
            let mut depths = Vec::new();
            let mut stopped = session.begin(true);
            while !stopped.reason.is_end() {
                depths.push((stopped.count, session.vm().frames().len()));
                stopped = session.resume(Goal::Over(by));
            }
            assert_eq!(end(&session), expected, "{program}");
            assert!(depths.len() < 100 && depths.iter().all(|it| it.1 < 8), "{depths:?} {program}");
        }
        let mut session = launched(program, true, true).expect("it is Nix");
        let mut stopped = session.begin(true);
        let mut n_outs = 0;
        for _ in 0..300 {
            stopped = session.resume(Goal::Into(By::Expression));
        }
        while !stopped.reason.is_end() {
            let depth = session.vm().frames().len();
            stopped = session.resume(Goal::Out(By::Expression));
            assert!(stopped.reason.is_end() || session.vm().frames().len() < depth, "{program}");
            n_outs += 1;
        }
        assert_eq!(end(&session), expected, "{program}");
        assert!(n_outs > 1, "{program}");
    }
}
