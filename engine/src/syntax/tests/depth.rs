//! No depth of nesting exhausts the stack.

use super::{Features, parse, parse_text};
use crate::syntax::{MAX_TREE_DEPTH, tree};

const DEPTH: usize = 1_000_000;

#[test]
fn valid_programs_of_any_depth() {
    let wrap = |open: &str, inner: &str, close: &str| [&open.repeat(DEPTH), inner, &close.repeat(DEPTH)].concat();
    let programs = [
        wrap("(", "1", ")"),
        wrap("[", "", "]"),
        wrap("{a=", "1", ";}"),
        wrap("x: ", "1", ""),
        wrap("\"${", "1", "}\""),
        wrap("./a${", "1", "}"),
        wrap("1+", "1", ""),
        wrap("a++", "b", ""),
        wrap("-", " 1", ""),
        wrap("a.b or ", "c", ""),
        wrap("a", ".b", " ? c"),
        wrap("if a then b else ", "c", ""),
        wrap("let a = ", "1", "; in a"),
        wrap("{ x ? ", "1", " }: x"),
        wrap("{ inherit (", "a", ") b; }"),
    ];
    for text in programs {
        let parse = parse(text.as_bytes(), Features::default());
        assert_eq!(parse.errors, [], "{}", &text[..20]);
    }
}

#[test]
fn trees_have_a_depth_that_rowan_survives() {
    let lists = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let deepest = lists(MAX_TREE_DEPTH - 1);
    assert!(tree(&deepest, &parse_text(&deepest)).is_some());
    let deeper = lists(MAX_TREE_DEPTH);
    assert!(tree(&deeper, &parse_text(&deeper)).is_none());
}
