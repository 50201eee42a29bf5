//! What is too deep, too long or too large ends in a fault, and the machine can be used again.

use nixscope_engine::builtins::{self, Features};
use nixscope_engine::session::Session;
use nixscope_engine::store::VirtualStore;
use nixscope_engine::vm::Limits;
use nixscope_engine::world::Memory;
use nixscope_testkit::goldens::Outcome;

use crate::machine::{Closed, evaluate, outcome, read};

/// A machine with little room.
fn small_session() -> Closed {
    let limits = Limits { max_depth: 5_000, max_heap: 8 << 20 };
    Session::new(builtins::machine(&Features::default(), limits), VirtualStore::new(Memory::new()))
}

fn evaluate_in(session: &mut Closed, program: &str) -> Outcome {
    let result = read(session, program).and_then(|body| session.eval(body)).and_then(|v| session.force_deep(v));
    outcome(session, &result)
}

fn message(outcome: Outcome) -> String {
    match outcome {
        Outcome::Value(text) => panic!("this has a value: {text}"),
        Outcome::Fault { message, .. } => message,
    }
}

/// Functions inside each other, each with an environment: `x0` is the argument of the outermost.
fn nested_environments(n: usize) -> String {
    let begin: String = (0..n).map(|i| format!("x{i}: [ (")).collect();
    let end: String = (0..n).rev().map(|i| format!(") (y: x{i}) ]")).collect();
    let numbers = format!("builtins.genList (i: i + 1) {n}");
    format!("builtins.foldl' (f: n: builtins.head (f n)) ({begin}[ x0 x{} ]{end}) ({numbers})", n - 1)
}

#[test]
fn many_environments() {
    assert_eq!(evaluate(&nested_environments(65_000)), Outcome::Value("[ 1 65000 ]".into()));
    assert_eq!(message(evaluate(&nested_environments(65_600))), "functions are nested too deeply");
}

#[test]
fn many_arguments() {
    let n = 70_000;
    let params: String = (0..n).map(|i| format!("x{i}: ")).collect();
    let program = format!("({params} x0 + x{}) {} 2", n - 1, "1 ".repeat(n - 1));
    assert_eq!(evaluate(&program), Outcome::Value("3".into()));
}

#[test]
fn what_never_ends() {
    let cases = [
        "let a = [ a ]; b = [ b ]; in a == b",
        "let a = [ a ]; b = [ b ]; in a < b",
        "let a = [ a ]; in toString a",
        "let a = { outPath = a; }; in toString a",
        "let a = { __functor = a; }; in a 1",
        "let a = { b = a; }; in builtins.toJSON a",
    ];
    for program in cases {
        let mut session = small_session();
        let first = evaluate_in(&mut session, program);
        assert_eq!(message(first), "stack overflow; max-call-depth exceeded", "{program}");
    }
}

#[test]
fn what_does_not_fit() {
    let long = r#"builtins.foldl' (a: i: a + a) "x" (builtins.genList (i: i) 16)"#;
    let shared = "builtins.foldl' (a: i: [ a a ]) [ ] (builtins.genList (i: i) 40)";
    let cases = [
        format!(r#"let l = {long}; in builtins.replaceStrings [ "" ] [ l ] l"#),
        format!("builtins.toJSON ({shared})"),
        format!("builtins.toXML ({shared})"),
        "let a = { b = a; }; in builtins.toXML a".to_owned(),
        "let f = x: f (x + 1); in f 1".to_owned(),
        "let f = x: f (x ++ [ 1 ]); in f [ ]".to_owned(),
        "builtins.genList (x: x) 9223372036854775807".to_owned(),
        "(builtins.tryEval (let f = x: f (x + 1); in f 1)).success".to_owned(),
    ];
    for program in cases {
        let text = message(evaluate_in(&mut small_session(), &program));
        assert!(text.starts_with("out of memory: "), "{program}: {text}");
    }
}

/// A fault from inside of what builtins began leaves nothing of it behind: the same again gives the same, and so does
/// what works.
#[test]
fn after_a_fault() {
    let cases = [
        "builtins.sort (a: b: builtins.abort \"no\") [ 2 1 ]",
        "builtins.genericClosure { startSet = [ { key = 1; } ]; operator = x: builtins.abort \"no\"; }",
        "builtins.deepSeq [ { a = [ (builtins.abort \"no\") ]; } ] 1",
        "builtins.addErrorContext (builtins.abort \"context\") (builtins.abort \"no\")",
        "builtins.addErrorContext \"one\" (builtins.addErrorContext \"two\" (builtins.abort \"no\"))",
        "builtins.tryEval (builtins.deepSeq [ (builtins.tryEval (builtins.abort \"no\")) ] 1)",
        "builtins.toJSON { a = [ 1 (builtins.abort \"no\") ]; }",
        "builtins.foldl' (a: b: let f = x: 1 + f x; in f 1) 0 [ 1 ]",
    ];
    let mut session = small_session();
    let shared = "rec { f = x: if x then abort \"no\" else 1; a = builtins.tryEval (assert false; 1); b = f false; }";
    for program in cases {
        let first = evaluate_in(&mut session, program);
        assert!(matches!(first, Outcome::Fault { .. }), "{program}");
        assert!(session.vm.frames().is_empty() && session.vm.stack().is_empty(), "{program}");
        assert_eq!(evaluate_in(&mut session, program), first, "{program}");
        let works = evaluate_in(&mut session, shared);
        assert!(matches!(works, Outcome::Value(_)), "{program}");
        let closure = "builtins.length (builtins.genericClosure { startSet = [ { key = 1; } ]; operator = x: [ ]; })";
        assert_eq!(evaluate_in(&mut session, closure), Outcome::Value("1".into()), "{program}");
        let deep = "builtins.deepSeq [ [ 1 ] ] 2";
        assert_eq!(evaluate_in(&mut session, deep), Outcome::Value("2".into()), "{program}");
    }
}
