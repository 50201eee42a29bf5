//! Going back and coming forward again leads through the same stops, at which the same is seen.

use std::sync::{Arc, Mutex};

use nixscope_engine::bytecode::Op;
use nixscope_engine::debug::pattern::FunctionPattern;
use nixscope_engine::debug::{By, Event, FaultFilter, Goal, HistoryLimits, Rules, StopReason, Target};
use nixscope_engine::source::Span;
use nixscope_testkit::generate::Rng;

use super::harness::{Debugged, end, free, launched, run_out, seen, word};
use super::programs::programs;

/// Longer programs are left out.
const LIMIT: u64 = 3_000;

/// A program about to begin, which keeps moments at random distances.
fn began(program: &str, rng: &mut Rng) -> Debugged {
    let mut session = launched(program, true, true).expect("it was launched before");
    session.debugger.keep_moments_every([7, 30, 100, 100_000][rng.below(4)]);
    // Where ways back lead does not depend on what is kept, as long as the beginning is.
    let beginning = session.vm().heap.bytes_used() + 10_000;
    let memory = beginning + [0, 5_000, 1 << 30][rng.below(3)];
    let limits = HistoryLimits { moments: [1, 4, 64][rng.below(3)], memory };
    session.debugger.limit_history(limits);
    session.debugger.skips.with_internal = true;
    session
}

/// All stops of a way by steps, up to `max`: when each was, and what was seen.
fn walk(session: &mut Debugged, goal: &Goal, max: usize) -> Vec<(u64, String)> {
    let mut stops = Vec::new();
    let mut stopped = session.begin(true);
    while !stopped.reason.is_end() && stops.len() < max {
        if matches!(stopped.reason, StopReason::Entry | StopReason::Step) {
            stops.push((stopped.count, seen(session)));
        }
        stopped = session.resume(goal.clone());
    }
    stops
}

#[test]
fn steps_back_and_forward_meet_the_same() {
    for (i, program) in programs(300, 0, 5).iter().enumerate() {
        let Some(expected) = free(program, true, true, LIMIT) else { continue };
        let mut rng = Rng::new(i as u64);
        let goal = Goal::Into(By::Expression);
        let mut session = began(program, &mut rng);
        let stops = walk(&mut session, &goal, 60);
        if stops.is_empty() || program.contains("break") {
            continue;
        }
        if !session.stopped().is_some_and(|it| it.reason.is_end()) && rng.once_in(2) {
            run_out(&mut session);
        }
        // Where the session stands among the stops; none if it is beyond all.
        let mut at = stops.len();
        while at > 0 && session.step_back(goal.clone()).count > stops[stops.len() - 1].0 {}
        if session.vm().count() < stops[stops.len() - 1].0 {
            panic!("went back too far: {} of {} {program}", session.vm().count(), stops[stops.len() - 1].0);
        }
        at -= 1;
        for _ in 0..30 {
            assert_eq!(seen(&mut session), stops[at].1, "at stop {at}: {program}");
            let stopped = if rng.once_in(2) && at > 0 {
                at -= 1;
                session.step_back(goal.clone())
            } else if at + 1 < stops.len() {
                at += 1;
                session.resume(goal.clone())
            } else {
                at = rng.below(stops.len());
                session.go_to(stops[at].0)
            };
            assert_eq!(stopped.count, stops[at].0, "{} at stop {at}: {program}", word(&stopped));
        }
        run_out(&mut session);
        assert_eq!(end(&session), expected, "{program}");
    }
}

#[test]
fn every_moment_can_be_gone_to() {
    for (i, program) in programs(300, 1, 5).iter().enumerate() {
        let Some(expected) = free(program, true, true, LIMIT) else { continue };
        let mut rng = Rng::new(i as u64);
        let mut session = began(program, &mut rng);
        let stops = walk(&mut session, &Goal::Into(By::Instruction), 400);
        if program.contains("break") || stops.is_empty() {
            continue;
        }
        for round in 0..16 {
            let (count, then) = &stops[rng.below(stops.len())];
            let stopped = session.go_to(*count);
            assert_eq!(stopped.count, *count, "{program}");
            assert_eq!(&seen(&mut session), then, "{program}");
            if round % 5 == 4 {
                run_out(&mut session);
                assert_eq!(end(&session), expected, "{program}");
            }
        }
        let stopped = session.go_to(u64::MAX);
        if session.debugger.timeline().furthest() == expected.count {
            assert!(stopped.reason.is_end(), "{} at the end of {program}", word(&stopped));
            assert_eq!(end(&session), expected, "{program}");
        }
    }
}

#[test]
fn breakpoints_are_met_in_reverse() {
    for (i, program) in programs(300, 2, 5).iter().enumerate() {
        let Some(expected) = free(program, true, true, LIMIT) else { continue };
        let mut rng = Rng::new(i as u64);
        let mut session = began(program, &mut rng);
        let unit = session.vm().n_units() - 1;
        let file = session.vm().sources.file(session.vm().unit(unit).module.file);
        let all = Span::new(file.pos(0), file.pos(file.text.len() as u32));
        for point in session.points_within(unit, all) {
            if rng.once_in(3) {
                let condition = if rng.once_in(4) { Some(format!("{} == 1", rng.below(2))) } else { None };
                session.add_breakpoint(Target::Instruction(point.pc), Rules { condition, ..Rules::default() });
            }
        }
        for name in
            ["head", "map", "length", "foldl'", "attrNames", "toString", "getAttr", "deepSeq", "throw", "import"]
        {
            if rng.once_in(2) {
                let pattern = FunctionPattern::parse(&format!("builtins.{name}")).expect("this names builtins");
                session.add_breakpoint(Target::Function(pattern), Rules::default());
            }
        }
        if rng.once_in(2) {
            session.debugger.fault_filters = vec![FaultFilter { kinds: Vec::new(), with_caught: true, message: None }];
        }
        let mut hits = Vec::new();
        let mut stopped = session.begin(false);
        while !stopped.reason.is_end() {
            hits.push((stopped.count, seen(&mut session)));
            stopped = session.resume(Goal::Continue);
        }
        while let Some((count, then)) = hits.pop() {
            let stopped = session.reverse_continue();
            assert_eq!(stopped.count, count, "{} {program}", word(&stopped));
            assert_eq!(seen(&mut session), then, "{program}");
        }
        assert!(matches!(session.reverse_continue().reason, StopReason::Entry), "{program}");
        run_out(&mut session);
        assert_eq!(end(&session), expected, "{program}");
    }
}

/// A frame while it is there: what it runs, when it was first seen, and when it was first seen on top.
#[derive(Clone, Debug)]
struct Life {
    runs: (u32, u32, bool),
    seen: u64,
    on_top: Option<u64>,
}

/// What runs in each frame.
fn bodies(session: &Debugged) -> Vec<(u32, u32, bool)> {
    session.vm().frames().iter().map(|it| (it.code, it.thunk, it.is_code())).collect()
}

/// Notes what is seen at a stop of the frames that are there.
fn live_on(session: &Debugged, count: u64, lives: &mut Vec<Life>) {
    let bodies = bodies(session);
    lives.truncate(bodies.len());
    for (index, &runs) in bodies.iter().enumerate() {
        let on_top = (index + 1 == bodies.len()).then_some(count);
        match lives.get_mut(index) {
            Some(life) if life.runs == runs => life.on_top = life.on_top.or(on_top),
            Some(life) => *life = Life { runs, seen: count, on_top },
            None => lives.push(Life { runs, seen: count, on_top }),
        }
    }
}

#[test]
fn a_frame_is_gone_back_to_its_beginning() {
    for (i, program) in programs(200, 3, 5).iter().enumerate() {
        if free(program, true, true, LIMIT).is_none() || program.contains("break") {
            continue;
        }
        let mut rng = Rng::new(i as u64);
        let mut session = began(program, &mut rng);
        let mut stops: Vec<(u64, Vec<Life>)> = Vec::new();
        let mut lives: Vec<Life> = Vec::new();
        let mut stopped = session.begin(true);
        while !stopped.reason.is_end() && stops.len() < 80 {
            live_on(&session, stopped.count, &mut lives);
            stops.push((stopped.count, lives.clone()));
            // A frame that ended is another one afterwards, though it may look the same.
            let top = session.vm().frames().last();
            if top.is_some_and(|it| it.is_code() && session.vm().program.op(it.pc) == Op::Return) {
                lives.pop();
            }
            stopped = session.resume(Goal::Into(By::Expression));
        }
        for _ in 0..10 {
            let Some((count, lives)) = stops.get(rng.below(stops.len())) else { break };
            session.go_to(*count);
            let index = rng.below(lives.len());
            let life = &lives[index];
            let Some(stopped) = session.restart_frame(index) else { continue };
            let is_right = life.on_top.map_or(stopped.count <= life.seen, |it| stopped.count == it);
            assert!(is_right, "{} for {life:?} in frame {index} at {count}: {program}", stopped.count);
            assert_eq!(bodies(&session)[index], life.runs, "frame {index} at {count}: {program}");
        }
    }
}

#[test]
fn what_is_forgotten_is_told_and_the_rest_can_be_gone_to() {
    let program = "let sum = n: if n == 0 then 0 else n + sum (n - 1); in \
                   builtins.foldl' (all: i: all + sum (i + 1)) 0 (builtins.genList (i: i) 250)";
    let run = |memory| {
        let mut session = launched(program, true, true).expect("it is Nix");
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        session.listen(move |event| {
            if let Event::Forgot { start } = event {
                heard.lock().expect("nobody panics").push(start);
            }
        });
        session.debugger.limit_history(HistoryLimits { moments: 64, memory });
        session.begin(true);
        run_out(&mut session);
        let told = told.lock().expect("nobody panics").clone();
        (session, told)
    };
    // What a program begins with is small: only where nothing may be kept, not even that is.
    let (mut limited, told) = run(0);
    let history = limited.debugger.timeline().history(limited.vm());
    assert!(history.start > history.begun, "{history:?}");
    assert_eq!(told.last(), Some(&history.start));
    let (mut session, told) = run(1 << 30);
    assert_eq!(told, []);
    let (start, end) = (history.start, session.vm().count());
    assert_eq!(limited.go_to(0).count, start);
    for part in [7, 0, 3, 5, 2] {
        let count = start + (end - start) * part / 8;
        for goal in [Goal::Over(By::Expression), Goal::Into(By::Line)] {
            let stops = [&mut limited, &mut session].map(|it| {
                it.go_to(count);
                // Before what was forgotten there is nothing to go back to.
                let reason = if part == 0 { String::new() } else { word(&it.step_back(goal.clone())).to_owned() };
                (reason, it.vm().count(), seen(it))
            });
            assert_eq!(stops[0], stops[1], "back from {count}");
        }
    }
    run_out(&mut limited);
    run_out(&mut session);
    assert_eq!(self::end(&limited), self::end(&session));
}
