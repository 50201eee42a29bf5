//! The tree of texts that somebody is still typing.

use super::{PIPES, parse, parse_text, sketch};

/// One mistake: one error, and the tree that keeps the rest.
fn check(text: &str, expected: &str) {
    let parse = parse_text(text);
    assert_eq!(sketch(text.as_bytes(), &parse), expected, "{text}");
    assert_eq!(parse.errors.len(), 1, "{text}: {:?}", parse.errors);
}

#[test]
fn something_is_missing() {
    check(
        "{ x = lib.; y = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident x)) = (select (ident lib) . (attrpath)) ;) (attrpath_value (attrpath (ident y)) = (literal 2) ;) }))",
    );
    check(
        "{ a = ; b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (error) ;) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check("{ a = 1 }", "(root (attr_set { (attrpath_value (attrpath (ident a)) = (literal 1)) }))");
    check(
        "{ foo = x; ba }",
        "(root (attr_set { (attrpath_value (attrpath (ident foo)) = (ident x) ;) (attrpath_value (attrpath (ident ba))) }))",
    );
    check("let a = 1 in a", "(root (let_in let (attrpath_value (attrpath (ident a)) = (literal 1)) in (ident a)))");
    check("let a = 1 in", "(root (let_in let (attrpath_value (attrpath (ident a)) = (literal 1)) in (error)))");
    check("{ a. = 1; }", "(root (attr_set { (attrpath_value (attrpath (ident a) .) = (literal 1) ;) }))");
    check(
        "{ a = 1\n  b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (literal 1)) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "{ a = lib.\n  b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (select (ident lib) . (attrpath))) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "{ a = f x\n  b.c = 2; d = 3; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (apply (ident f) (ident x))) (attrpath_value (attrpath (ident b) . (ident c)) = (literal 2) ;) (attrpath_value (attrpath (ident d)) = (literal 3) ;) }))",
    );
    check(
        "{ a = [ 1 2\n  b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (list [ (literal 1) (literal 2))) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "{ a = (f x\n  b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (paren ( (apply (ident f) (ident x)))) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "{ a = { b = 1; c = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (attr_set { (attrpath_value (attrpath (ident b)) = (literal 1) ;) (attrpath_value (attrpath (ident c)) = (literal 2) ;) }))))",
    );
    check(
        "{ a = if x then y; b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (if_else if (ident x) then (ident y) (error)) ;) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "{ a = if x; b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (if_else if (ident x) (error) (error)) ;) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "{ inherit (x) a b\n  c = 1; }",
        "(root (attr_set { (inherit inherit (inherit_from ( (ident x) )) (ident a) (ident b)) (attrpath_value (attrpath (ident c)) = (literal 1) ;) }))",
    );
    check("{ inherit a b }", "(root (attr_set { (inherit inherit (ident a) (ident b)) }))");
    check(
        "{ a = \"x; b = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (string \" x) ;) (attrpath_value (attrpath (ident b)) = (literal 1) ;) }))",
    );
    check(
        "{ a = \"x;\n b = \"y\"; c = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (string \" x) ;) (attrpath_value (attrpath (ident b)) = (string \" y \") ;) (attrpath_value (attrpath (ident c)) = (literal 1) ;) }))",
    );
    check(
        "{ a = ''x;\n b = \"y\"; c = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (string '' x) ;) (attrpath_value (attrpath (ident b)) = (string \" y \") ;) (attrpath_value (attrpath (ident c)) = (literal 1) ;) }))",
    );
    check(
        "{ a = \"x\n line\"; b = \"y; c = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (string \" x\n line \") ;) (attrpath_value (attrpath (ident b)) = (string \" y) ;) (attrpath_value (attrpath (ident c)) = (literal 1) ;) }))",
    );
    check(
        "{ a = \"${x\"; b = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (string \" (interpol ${ (ident x)) \") ;) (attrpath_value (attrpath (ident b)) = (literal 1) ;) }))",
    );
    check(
        "{ a = ''\n  x ${y z\n  ''; b = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (string '' \n  x  (interpol ${ (ident y))  z\n   '') ;) (attrpath_value (attrpath (ident b)) = (literal 1) ;) }))",
    );
    check(
        "let x = \"a; in x",
        "(root (let_in let (attrpath_value (attrpath (ident x)) = (string \" a) ;) in (ident x)))",
    );
    check(
        "{ a = x: ; b = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (lambda (ident_param (ident x)) : (error)) ;) (attrpath_value (attrpath (ident b)) = (literal 1) ;) }))",
    );
    check("x: { y }", "(root (lambda (ident_param (ident x)) : (attr_set { (attrpath_value (attrpath (ident y))) })))");
    check(
        "{ a, b\n c }: a",
        "(root (lambda (pattern { (pat_entry (ident a)) , (pat_entry (ident b)) (pat_entry (ident c)) }) : (ident a)))",
    );
    check(
        "{ a ? , b }: a",
        "(root (lambda (pattern { (pat_entry (ident a) ? (error)) , (pat_entry (ident b)) }) : (ident a)))",
    );
    check("f x: y", "(root (apply (ident f) (lambda (ident_param (ident x)) : (ident y))))");
    check("a == b == c", "(root (bin_op (bin_op (ident a) == (ident b)) == (ident c)))");
    check("1 + * 2", "(root (bin_op (literal 1) + (bin_op (error) * (literal 2))))");
    check("(1 + 2", "(root (paren ( (bin_op (literal 1) + (literal 2))))");
    check("1 + 2)", "(root (bin_op (literal 1) + (literal 2)) (error )))");
    check("{ a = 1; }}", "(root (attr_set { (attrpath_value (attrpath (ident a)) = (literal 1) ;) }) (error }))");
    check(
        "{ a = 1;; b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (literal 1) ;) (error ;) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "{ 1 = x; b = 2; }",
        "(root (attr_set { (error 1 = x ;) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "let a = 1; b = 2",
        "(root (let_in let (attrpath_value (attrpath (ident a)) = (literal 1) ;) (attrpath_value (attrpath (ident b)) = (literal 2))))",
    );
    check("with lib;", "(root (with with (ident lib) ; (error)))");
    check("x.", "(root (select (ident x) . (attrpath)))");
    check("f x. == y", "(root (bin_op (apply (ident f) (select (ident x) . (attrpath))) == (ident y)))");
    check(
        "{ a = b.in; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (select (ident b) . (attrpath (ident in))) ;) }))",
    );
    check(
        "{ a = b.\n  inherit c; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (select (ident b) . (attrpath))) (inherit inherit (ident c) ;) }))",
    );
    check("[ a, b ]", "(root (list [ (ident a) (error ,) (ident b) ]))");
    check("\"a ${b + } c\"", "(root (string \" a  (interpol ${ (bin_op (ident b) + (error)) })  c \"))");
    check(
        "{ a = ./b/; c = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (path_rel ./b/) ;) (attrpath_value (attrpath (ident c)) = (literal 1) ;) }))",
    );
    check("if a then b else", "(root (if_else if (ident a) then (ident b) else (error)))");
    check("rec", "(root (attr_set rec))");
    check(
        "{ a = rec; b = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (attr_set rec) ;) (attrpath_value (attrpath (ident b)) = (literal 1) ;) }))",
    );
    check("x@y: z", "(root (lambda (pattern (pat_bind (ident x) @)) (lambda (ident_param (ident y)) : (ident z))))");
    check("{ a }@: b", "(root (lambda (pattern { (pat_entry (ident a)) } (pat_bind @)) : (ident b)))");
    check("{ a = 1; /* x", "(root (attr_set { (attrpath_value (attrpath (ident a)) = (literal 1) ;)))");
    check("[ (a ] ", "(root (list [ (paren ( (ident a)) ]))");
    check(
        "{ a = [ (b { c = 1; ] ; d = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (list [ (paren ( (apply (ident b) (attr_set { (attrpath_value (attrpath (ident c)) = (literal 1) ;)))) ]) ;) (attrpath_value (attrpath (ident d)) = (literal 2) ;) }))",
    );
    check(
        "{ a = \n  b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (error)) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "{ a = f (x: \n  b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (apply (ident f) (paren ( (lambda (ident_param (ident x)) : (error))))) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "a = 1; b = 2;",
        "(root (attr_set (attrpath_value (attrpath (ident a)) = (literal 1) ;) (attrpath_value (attrpath (ident b)) = (literal 2) ;)))",
    );
    check("x = 1; in x", "(root (let_in (attrpath_value (attrpath (ident x)) = (literal 1) ;) in (ident x)))");
    check(
        "{ a = b = 1; c = 2; }; d = 3; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (attr_set (attrpath_value (attrpath (ident b)) = (literal 1) ;) (attrpath_value (attrpath (ident c)) = (literal 2) ;) }) ;) (attrpath_value (attrpath (ident d)) = (literal 3) ;) }))",
    );
    check(
        "let a = 1; { b = a; }",
        "(root (let_in let (attrpath_value (attrpath (ident a)) = (literal 1) ;) (attr_set { (attrpath_value (attrpath (ident b)) = (ident a) ;) })))",
    );
    check(
        "{ = 1; b = 2; }",
        "(root (attr_set { (attrpath_value (attrpath) = (literal 1) ;) (attrpath_value (attrpath (ident b)) = (literal 2) ;) }))",
    );
    check(
        "{ a = 1; { b = 2; }; c = 3; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (literal 1) ;) (attrpath_value (attrpath) (attr_set { (attrpath_value (attrpath (ident b)) = (literal 2) ;) }) ;) (attrpath_value (attrpath (ident c)) = (literal 3) ;) }))",
    );
    check(
        "{ a b, c }: a",
        "(root (lambda (pattern { (pat_entry (ident a)) (pat_entry (ident b)) , (pat_entry (ident c)) }) : (ident a)))",
    );
    check("[ \"a \"b\" \"c\" ]", "(root (list [ (string \" a) (string \" b \") (string \" c \") ]))");
    check(
        "{ a = b or \"; c = d or \"\"; e = f or \"\"; }",
        "(root (attr_set { (attrpath_value (attrpath (ident a)) = (apply (apply (ident b) (ident or)) (string \")) ;) (attrpath_value (attrpath (ident c)) = (apply (apply (ident d) (ident or)) (string \" \")) ;) (attrpath_value (attrpath (ident e)) = (apply (apply (ident f) (ident or)) (string \" \")) ;) }))",
    );
    check(
        "{ x = a then b else c; y = 1; }",
        "(root (attr_set { (attrpath_value (attrpath (ident x)) = (if_else (ident a) then (ident b) else (ident c)) ;) (attrpath_value (attrpath (ident y)) = (literal 1) ;) }))",
    );
}

#[test]
fn every_mistake_is_told_once() {
    let check = |text: &str, places: &[u32]| {
        let starts: Vec<u32> = parse_text(text).errors.iter().map(|error| error.start).collect();
        assert_eq!(starts, places, "{text}: {:?}", parse_text(text).errors);
    };
    check("{ a = 1; b = ; c = 3; d = lib.; e = [ 1 ; f = (; g = 1; }", &[13, 30, 40, 47]);
    check("{ a = ./b/; c = ; d = 9223372036854775808; }", &[10, 16, 22]);
    check("[ 1 + 2 (a b; c) x: y ]", &[4, 12, 17]);
    check("{ a: 1; b: 2; }", &[3, 9]);
    check("a + x: if b then c |> d else e: f <| g |> h", &[5, 39]);
}

#[test]
fn no_text_is_too_odd() {
    let program = "{ a, b ? \"c${d}e\" }@f: let g.h = ''\n  i ${j.k or 1}\n  ''; inherit (l) m; in\n\
                   with n; if o ? p.\"q\" then [ ./r/${s} <t> u:v (w: !x) ] /* y */ else -1.5 |> z # end\n";
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for at in 0..program.len() {
        let (before, after) = (&program.as_bytes()[..at], &program.as_bytes()[at..]);
        texts.push(before.to_vec());
        texts.push(after.to_vec());
        texts.push([before, &after[1..]].concat());
        for odd in ["\"", "''", "${", "}", "{", ")", ";", "=", ".", "/*", "\0", "\u{e9}", " in ", ":", "@", "/", "|>"] {
            texts.push([before, odd.as_bytes(), after].concat());
        }
    }
    for text in texts {
        let parse = parse(&text, PIPES);
        sketch(&text, &parse);
        let mut depth = 0usize;
        for event in &parse.events {
            match event {
                super::Event::Enter(_) => depth += 1,
                super::Event::Leave => depth -= 1,
                super::Event::Token(..) => assert!(depth > 0),
            }
        }
        assert_eq!(depth, 0, "{:?}", String::from_utf8_lossy(&text));
    }
}
