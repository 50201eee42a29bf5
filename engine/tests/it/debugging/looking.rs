//! Looking at a program changes nothing of it: not what it comes to, nor when, nor what was needed for that.

use nixscope_engine::debug::{By, FaultFilter, Goal, StopReason, value};
use nixscope_engine::value::Value;
use nixscope_engine::vm::Budget;
use nixscope_testkit::generate::Rng;

use super::harness::{Debugged, end, free, launched, seen, word};
use super::programs::programs;

/// Longer programs are left out.
const LIMIT: u64 = 3_000;

/// After so many stops, a program is run to its end.
const STOPS: usize = 40;

/// What is evaluated in frames, besides names.
const EXPRESSIONS: &[&str] = &[
    "1 + 1",
    "let f = n: if n == 0 then [ ] else [ n ] ++ f (n - 1); in f 3",
    "map (x: x) [ 1 2 ]",
    "throw \"on the side\"",
    "builtins.tryEval (throw \"on the side\")",
    "let f = x: f (x + 1); in f 0",
    "import ./one.nix",
    "import ./three.nix",
    "builtins.break 1",
    "{ zzz = 1; yyy = 2; }.zzz",
    "{ ppp = 1; rrr = 3; qqq = 2; }.ppp",
    "let o = import ./order.nix; in [ (builtins.attrNames o) o.rrr ]",
    "builtins.attrNames (import ./fails.nix)",
    "rec { a = b; b = 1; c = ",
    "builtins.genericClosure { startSet = [ { key = 1; } ]; operator = x: [ ]; }",
    "builtins.addErrorContext \"aside\" (throw \"x\")",
    "builtins.deepSeq [ 1 { a = 1; } ] 2",
    "builtins.toFile \"x\" \"y\"",
    "builtins.match \"(a)b\" \"ab\"",
    "builtins.trace \"aside\" 1",
];

const BUDGET: Budget = Budget { fuel: 2_000, heap: 1 << 20 };

/// Looks at everything from where the program stands.
fn look(session: &mut Debugged, rng: &mut Rng) {
    let mut values: Vec<Value> = Vec::new();
    let frames = session.frames(0, usize::MAX);
    for frame in frames.iter().take(5) {
        let scopes = session.scopes(frame.index);
        for it in scopes.iter().flat_map(|it| &it.variables) {
            values.push(it.value);
            if !it.name.is_empty() && rng.once_in(3) {
                if let Ok(v) = session.evaluate(Some(frame.index), &it.name, BUDGET) {
                    values.push(v);
                }
                let text = format!("[ ({}) {{ inherit {}; }} ]", it.name, it.name);
                values.extend(session.evaluate(Some(frame.index), &text, BUDGET));
            }
        }
        values.extend(session.builtin_args(frame.index).iter().map(|it| it.value));
        for _ in 0..2 {
            let text = rng.pick(EXPRESSIONS);
            values.extend(session.evaluate(Some(frame.index), text, BUDGET));
        }
    }
    values.extend(session.evaluate(None, rng.pick(EXPRESSIONS), BUDGET));
    let mut at = 0;
    while at < values.len() && at < 60 {
        let v = values[at];
        at += 1;
        let _ = session.show(v);
        let _ = value::full_text(session.vm(), v, 500);
        let _ = value::type_name(session.vm(), v);
        values.extend(value::children(session.vm(), v, value::Filter::All, 0, 5).iter().map(|it| it.value));
        if value::laziness(session.vm(), v) != value::Laziness::Evaluated && v != Value::UNSET {
            values.extend(session.preview(v, BUDGET));
        }
    }
    let _ = session.step_targets();
    if let Some(frame) = session.vm().frames().last().copied().filter(|it| it.is_code()) {
        session.session().vm.disassemble(frame.code);
    }
}

/// Steps through a program by expression; gives what was seen at each stop.
fn walk(program: &str, is_deep: bool, mut look: impl FnMut(&mut Debugged)) -> (Vec<String>, super::harness::End) {
    let mut session = launched(program, true, is_deep).expect("it was launched before");
    session.debugger.fault_filters = vec![FaultFilter { kinds: Vec::new(), with_caught: true, message: None }];
    let mut stops = Vec::new();
    let mut stopped = session.begin(true);
    while !stopped.reason.is_end() {
        let text = match &stopped.reason {
            StopReason::Fault(it) => super::harness::outcome(session.vm(), Err(&it.fault)),
            _ => String::new(),
        };
        stops.push(format!("{} {text}\n{}", word(&stopped), seen(&mut session)));
        look(&mut session);
        stopped = session.resume(if stops.len() < STOPS { Goal::Into(By::Expression) } else { Goal::Continue });
    }
    (stops, end(&session))
}

#[test]
fn looking_changes_nothing() {
    for (i, program) in programs(200, 3, 4).iter().enumerate() {
        let is_deep = i % 2 == 0;
        let Some(expected) = free(program, true, is_deep, LIMIT) else { continue };
        let (plain, end) = walk(program, is_deep, |_| {});
        assert_eq!(end, expected, "{program}");
        let mut rng = Rng::new(i as u64);
        let (looked, end) = walk(program, is_deep, |session| look(session, &mut rng));
        for (plain, looked) in plain.iter().zip(&looked) {
            assert_eq!(plain, looked, "{program}");
        }
        assert_eq!(plain.len(), looked.len(), "{program}");
        assert_eq!(end, expected, "{program}");
    }
}
