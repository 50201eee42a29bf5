//! The tree of valid programs: rnix's, except where rnix is wrong.

use rnix::{NodeOrToken, WalkEvent};

use super::{Event, parse_text, sketch};
use crate::syntax::{SyntaxKind, tree};

/// The walk through rnix's own tree.
fn rnix_walk(text: &str) -> Vec<Event> {
    let parsed = rnix::Root::parse(text);
    assert!(parsed.errors().is_empty(), "rnix refuses {text:?}: {:?}", parsed.errors());
    parsed
        .syntax()
        .preorder_with_tokens()
        .filter_map(|event| match event {
            WalkEvent::Enter(NodeOrToken::Node(node)) => Some(Event::Enter(node.kind())),
            WalkEvent::Enter(NodeOrToken::Token(token)) => {
                Some(Event::Token(token.kind(), u32::from(token.text_range().len())))
            }
            WalkEvent::Leave(NodeOrToken::Node(_)) => Some(Event::Leave),
            WalkEvent::Leave(NodeOrToken::Token(_)) => None,
        })
        .collect()
}

#[test]
fn valid_programs_have_the_tree_of_rnix() {
    let programs = [
        "1",
        " 1 # end\n",
        "/* a */ x /* b */",
        "a b c",
        "f x.y or z w",
        "a or b",
        "[ a or b c or ]",
        "f or x",
        "a.b.c or d.e or f g",
        "a . b . \"c\" . ${d} . \"e${f}g\"",
        "a ? b.c ? \"d\" ? ${e}",
        "- a ? b",
        "!a ? b",
        "1 + 2 - 3 * 4 / 5",
        "a ++ b ++ c",
        "a // b // c",
        "a -> b -> c || d && e",
        "a == b && c != d || e < f && g >= h",
        "!a == b",
        "!a + b",
        "- - a + -b",
        "a |> b |> c",
        "a <| b <| c",
        "a + b |> f",
        "x: y: x + y",
        "x : x",
        "{ }: 1",
        "{ ... }: 1",
        "{ a }: a",
        "{ a, b ? 1, c ? { d, ... }: d, ... }: a",
        "{ a, }: a",
        "{ a ? 1, }: a",
        "{ a } @ b : a",
        "b @ { a, ... } : a",
        "b@{ }: a",
        "{ }@b: a",
        "{ }",
        "{ a = 1; }",
        "{ a.b.\"c\".${d} = 1; \"e f\" = 2; ${g} = 3; or = 4; }",
        "rec { inherit; inherit a b; inherit (c) d \"e\" ${\"f\"} or; }",
        "rec\n{ }",
        "let in 1",
        "let a = 1; inherit (b) c; in a",
        "let { body = 1; }",
        "if a then b else if c then d else e",
        "assert a; assert b; c",
        "with a; with b; c",
        "with (import ./x { }); [ 1 (a b) { } ]",
        "x: assert x; let y = x; in with y; if y then x else { }",
        "\"\"",
        "''''",
        "\"a\\\"b\\${c}$${d}$$\"",
        "\"${a}\"",
        "\"a${b}c${\"d${e}\"}f\"",
        "''\n  a ${b} ''${c} ''' ''\\n $ $$ ' \n''",
        "''$${a}''",
        "''a'${b}''",
        "''$''",
        "\"a$\"",
        "./a",
        "../a/b.nix",
        "a/b",
        "/a/b",
        "~/a",
        "<nixpkgs>",
        "<nixpkgs/lib>",
        "./a/${b}/c",
        "./a${b}",
        "./${a}-${b}.nix",
        "/${a}",
        "~/${a}/b",
        "[ ./a ./b/${c} <d> ~/e ]",
        "http://example.org/a?b=c",
        "x:x",
        "a.b:c",
        "1.5 + .5e3 + 1. + 1.e2 + 0.5E-3",
        "001",
        "[ 1 1.5 ]",
        "a-b'c",
        "a -b",
        "a - b",
        "1-1",
        "a//b",
        "a/ b",
        "a<b",
        "a <b> c",
        "a<=b",
        "__curPos",
        "__curPos.line",
        "{ __curPos = 1; }.__curPos",
        "__curPos: __curPos",
        "a: b: { c, d ? a }: e@{ f }: [ a b c ]",
        "{ a, b }: # comment\n  /* another */ a",
        "f { a = 1; } [ ] (g h) ./i \"j\" ''k'' 1 rec { }",
        "(((1)))",
        "a.b.c.d.e",
        "a: with a; b",
        "!(a && b) -> c",
        "((a: a) 1)",
        "{ a = b: c; d = if e then f else g; }",
        "[ (a: b) (if c then d else e) ]",
        "a\r\n.b\t.c",
        "{a,b}:a",
        "{a?1}:a",
        "{ inherit ({ a = 1; }) a; }",
        "let a = let b = 1; in b; in a",
        "a.${b}.c or (d e) f",
    ];
    for text in programs {
        let parse = parse_text(text);
        assert_eq!(parse.errors, [], "{text}");
        assert_eq!(parse.events, rnix_walk(text), "{text}\n{}", sketch(text.as_bytes(), &parse));
        let tree = tree(text, &parse).expect("the walk is one of this text");
        assert_eq!(rowan::ast::AstNode::syntax(&tree).text(), text);
    }
}

#[test]
fn valid_programs_that_rnix_misreads() {
    let cases = [
        (
            "1 + let { body = 1; }",
            "(root (bin_op (literal 1) + (legacy_let let { (attrpath_value (attrpath (ident body)) = (literal 1) ;) })))",
        ),
        (
            "let { a = 1; }.a",
            "(root (select (legacy_let let { (attrpath_value (attrpath (ident a)) = (literal 1) ;) }) . (attrpath (ident a))))",
        ),
        ("(let { } )", "(root (paren ( (legacy_let let { }) )))"),
        ("f let { } let { }", "(root (apply (apply (ident f) (legacy_let let { })) (legacy_let let { })))"),
        ("[ let { } ]", "(root (list [ (legacy_let let { }) ]))"),
        ("a + !b + c", "(root (bin_op (ident a) + (unary_op ! (bin_op (ident b) + (ident c)))))"),
        ("-!a ++ b", "(root (unary_op - (unary_op ! (bin_op (ident a) ++ (ident b)))))"),
        ("# a\r1", "(root (literal 1))"),
        ("./a/${b}/c//d", "(root (path_rel ./a/ (interpol ${ (ident b) }) /c/ /d))"),
        ("1.5e", "(root (apply (literal 1.5) (ident e)))"),
        ("00.5", "(root (apply (literal 00) (literal .5)))"),
        ("1\0)", "(root (literal 1) \0)"),
        (
            "a: let b=1;in b",
            "(root (lambda (ident_param (ident a)) : (let_in let (attrpath_value (attrpath (ident b)) = (literal 1) ;) in (ident b))))",
        ),
        ("1/2", "(root (path_rel 1/2))"),
        ("a -/b", "(root (apply (ident a) (path_rel -/b)))"),
    ];
    for (text, expected) in cases {
        let parse = parse_text(text);
        assert_eq!(parse.errors, [], "{text}");
        assert_eq!(sketch(text.as_bytes(), &parse), expected, "{text}");
    }
}

#[test]
fn bytes_that_are_no_utf8_may_stand_in_strings_and_comments() {
    let text = b"# \xff\n\"\xfe${''\xfd''}\" /* \xfc */";
    let parse = super::parse(text, super::PIPES);
    assert_eq!(parse.errors, []);
    assert!(parse.events.contains(&Event::Token(SyntaxKind::TOKEN_STRING_CONTENT, 1)));
}

#[test]
fn a_tree_is_of_its_own_text_only() {
    let parse = parse_text("a b");
    assert!(tree("a b", &parse).is_some());
    assert!(tree("a bc", &parse).is_none());
    assert!(tree("a", &parse).is_none());
    assert!(tree("é", &parse).is_none());
}
