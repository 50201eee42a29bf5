//! Where expressions are, for Nix's messages.

use super::check;
use crate::ir::{AttrName, BindingValue, Expr};
use crate::lower::Rules;
use crate::source::Pos;

/// Text, and the column of the place of the whole expression; 0 if Nix has none.
const ROOTS: &[(&str, u32)] = &[
    ("1", 0),
    ("1.5", 0),
    ("\"a\"", 0),
    ("./a", 0),
    (" a", 2),
    (" __curPos", 2),
    ("<a>", 1),
    ("a b", 1),
    ("(a) b", 1),
    ("((a) b) c", 2),
    ("(a - b) c", 4),
    ("a or", 1),
    (" a.b", 2),
    ("(a).b", 1),
    ("a.b or c", 1),
    (" a ? b", 2),
    ("(a.b) ? b", 2),
    ("1 ? b", 0),
    (" !a", 3),
    ("!1", 0),
    ("!(a < b)", 5),
    (" -a", 2),
    ("a + b", 3),
    ("a - b", 3),
    ("a * b", 3),
    ("a / b", 3),
    ("a < b", 3),
    ("a >= b", 3),
    ("a == b", 0),
    ("a != b", 0),
    ("a && b", 3),
    ("a || b", 3),
    ("a -> b", 3),
    ("a // b", 3),
    ("a ++ b", 3),
    ("a |> f", 3),
    ("f <| a", 3),
    ("f b <| a", 1),
    ("[ ]", 0),
    ("[ a ]", 3),
    ("[ 1 a ]", 0),
    (" { }", 2),
    (" rec { }", 2),
    ("let { }", 0),
    ("let in a", 0),
    (" a: a", 2),
    (" { }: a", 2),
    (" with a; b", 2),
    (" if a then b else c", 2),
    (" assert a; b", 2),
    ("\"${a}\"", 2),
    ("\"a${a}\"", 2),
    ("''${a}''", 1),
    ("''\n  a${a}''", 1),
    ("./${a}", 1),
];

#[test]
fn every_expression_has_the_place_that_nix_gives_it() {
    for &(text, column) in ROOTS {
        let case = check(text, Rules::default());
        let module = &case.lowered.module;
        let place = module.places[module.root.0 as usize];
        let expected = if column == 0 { Pos::NONE } else { case.source.file(module.file).pos(column - 1) };
        assert_eq!(place, expected, "{text}");
    }
}

#[test]
fn spans_leave_parentheses_out() {
    for (text, start, end) in
        [("(a b)", 1, 4), ("((a) b) c", 0, 9), (" (( 1 ))", 4, 5), ("a + (b)", 0, 7), ("(x: x )", 1, 5)]
    {
        let case = check(text, Rules::default());
        let module = &case.lowered.module;
        let span = module.spans[module.root.0 as usize];
        let file = case.source.file(module.file);
        assert_eq!((file.offset(span.start), file.offset(span.end)), (start, end), "{text}");
    }
}

#[test]
fn parts_begin_with_their_text_or_their_dollar() {
    for (text, columns) in [
        ("\"a${b}c${d}\"", vec![2, 3, 7, 8]),
        ("''  a${b} c''", vec![3, 6, 10]),
        ("''\n  a${b}''", vec![4, 7]),
        ("''a''$b''", vec![3, 4, 7]),
        ("(a) + (b)", vec![1, 7]),
        ("./a${b}/c", vec![1, 4, 8]),
    ] {
        let case = check(text, Rules::default());
        let file = case.source.file(case.lowered.module.file);
        let found: Vec<u32> = case.lowered.module.parts.iter().map(|part| file.offset(part.pos) + 1).collect();
        assert_eq!(found, columns, "{text}");
    }
}

#[test]
fn names_and_bindings_have_places() {
    let case = check("{ a.b.${c} = 1; inherit d; inherit (e) f; } // a.b.${c}", Rules::default());
    let module = &case.lowered.module;
    let file = case.source.file(module.file);
    let outer = module.attrs.iter().find(|attrs| attrs.bindings.len() == 3).expect("one set has three bindings");
    let columns: Vec<u32> = outer.bindings.iter().map(|binding| file.offset(binding.pos) + 1).collect();
    assert_eq!(columns, [3, 25, 40]);
    assert!(matches!(outer.bindings[2].value, BindingValue::InheritFrom(0, pos) if file.offset(pos) == 39));
    let dynamic = module.attrs.iter().find_map(|attrs| attrs.dynamic.first()).expect("one binding is dynamic");
    assert_eq!(file.offset(dynamic.pos) + 1, 3);
    let path: Vec<u32> = module
        .paths
        .iter()
        .map(|name| match *name {
            AttrName::Static(_, pos) | AttrName::Dynamic(_, pos) => file.offset(pos) + 1,
        })
        .collect();
    assert_eq!(path, [50, 52]);
}

#[test]
fn functions_are_named_after_what_they_are_bound_to() {
    let case = check(
        "{ f = a: { b }: c: d; g.h = (a: a); ${k} = a: a; l = [ (a: a) ]; m = { n = a: a; }; }",
        Rules::default(),
    );
    let names: Vec<_> = case
        .lowered
        .module
        .lambdas
        .iter()
        .map(|lambda| lambda.name.map_or("-".into(), |name| case.symbols.text(name).into_owned()))
        .collect();
    assert_eq!(names, ["f", "f", "f", "h", "-", "-", "n"]);
    assert!(matches!(case.lowered.module.exprs[case.lowered.module.root.0 as usize], Expr::Attrs(_)));
}
