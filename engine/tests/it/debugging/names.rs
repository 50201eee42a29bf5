//! At every stop, the names that are shown are those that can be written there, with the values they would have.

use nixscope_engine::debug::{By, FaultFilter, Goal};
use nixscope_engine::emit::VarKind;
use nixscope_engine::value::Value;
use nixscope_engine::vm::{Budget, Fault, FaultKind};

use super::harness::{Debugged, free, launched};
use super::programs::programs;
use super::resolver::{Resolved, bound_by};

/// Longer programs are left out.
const LIMIT: u64 = 3_000;

const BUDGET: Budget = Budget { fuel: 3_000, heap: 1 << 22 };

/// What a value comes to, as text; nothing if that takes too long.
fn text(session: &Debugged, result: Result<Value, Fault>) -> Option<String> {
    match result {
        Ok(v) => Some(session.show(v).text),
        Err(fault) if fault.data().kind == FaultKind::Interrupted => None,
        Err(fault) => Some(format!("fault: {}", fault.data().message)),
    }
}

/// Whether a name can be written as a variable.
fn is_variable(name: &str) -> bool {
    let is_first = |it: char| it.is_ascii_alphabetic() || it == '_';
    let is_rest = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '\'' | '-');
    let keywords = ["if", "then", "else", "let", "in", "with", "rec", "inherit", "assert", "or"];
    name.starts_with(is_first) && name.chars().all(is_rest) && !keywords.contains(&name)
}

/// What is wrong with the names shown in a frame.
fn wrong_in(session: &mut Debugged, index: usize, resolved: &mut Vec<Option<Resolved>>) -> Vec<String> {
    let mut wrong = Vec::new();
    let frame = session.vm().frames()[index];
    let Some(unit) = frame.is_code().then(|| session.vm().unit_of(frame.code)).flatten() else { return wrong };
    let at = session.vm().program.bodies[frame.code as usize].unit as usize;
    if resolved.len() <= at {
        resolved.resize_with(at + 1, || None);
    }
    let Some(expr) = session.debugger.expr_of(session.vm(), index) else { return wrong };
    let resolved = resolved[at].get_or_insert_with(|| Resolved::new(&unit.module));
    // What the expression itself binds may be there already.
    let own: Vec<String> = bound_by(&unit.module, expr).into_iter().map(|it| session.vm().show_name(it)).collect();
    let expected = resolved.names(expr);
    let expected: Vec<String> = expected.into_iter().map(|it| session.vm().show_name(it)).collect();
    let scopes = session.scopes(index);
    let mut shown: Vec<String> = Vec::new();
    for scope in scopes.iter().filter(|it| it.kind != VarKind::With && it.kind != VarKind::Around) {
        for it in &scope.variables {
            if !expected.contains(&it.name) && !own.contains(&it.name) {
                wrong.push(format!("{} is not in scope", it.name));
            }
            if shown.contains(&it.name) {
                wrong.push(format!("{} is there twice", it.name));
            }
            shown.push(it.name.clone());
            if !is_variable(&it.name) {
                continue;
            }
            let there = session.preview(it.value, BUDGET);
            let there = text(session, there);
            let named = session.evaluate(Some(index), &it.name, BUDGET);
            let named = text(session, named);
            if there != named && there.is_some() && named.is_some() {
                wrong.push(format!("{} is shown as {there:?} and is {named:?}", it.name));
            }
        }
    }
    let missing = expected.iter().filter(|it| !shown.contains(it));
    wrong.extend(missing.map(|name| format!("{name} is not shown")));
    wrong
}

/// Whether a frame waits for what it takes apart before its body begins: its names have no values yet.
fn takes_its_argument_apart(session: &Debugged, index: usize) -> bool {
    let vm = session.vm();
    let frame = vm.frames()[index];
    frame.is_code() && vm.program.points_of(frame.code).first().is_some_and(|it| frame.pc < it.pc)
}

#[test]
fn names_are_those_that_can_be_written_there() {
    let mut wrong = Vec::new();
    for program in programs(300, 1, 3) {
        if free(&program, true, true, LIMIT).is_none() {
            continue;
        }
        let mut session = launched(&program, true, true).expect("it was launched before");
        session.debugger.fault_filters = vec![FaultFilter { kinds: Vec::new(), with_caught: true, message: None }];
        session.debugger.skips.with_internal = true;
        let mut resolved = Vec::new();
        let mut stopped = session.begin(true);
        let mut n_stops = 0;
        while !stopped.reason.is_end() && n_stops < 60 {
            n_stops += 1;
            let n = session.vm().frames().len();
            for index in (0..n).rev().take(4) {
                if takes_its_argument_apart(&session, index) {
                    continue;
                }
                for it in wrong_in(&mut session, index, &mut resolved) {
                    let at = session.debugger.span_of(session.vm(), index).and_then(|it| session.locate(it));
                    let at = at.map(|it| (it.name, it.start.line, it.start.byte, it.end.line, it.end.byte));
                    wrong.push(format!("{it}: in frame {index} of {n} at {at:?} ({}) {program}", stopped.count));
                }
            }
            stopped = session.resume(Goal::Into(By::Expression));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
