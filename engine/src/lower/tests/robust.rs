//! Deep texts, broken trees, and what holds for every module.

use super::{Case, check, lowered};
use crate::ir::{AttrName, BindingValue, Expr, ExprId, Module, dump, show};
use crate::lower::Rules;
use crate::syntax::{Event, Features, Parse, SyntaxKind, SyntaxKind::*, parse};

/// The children of an expression, in any order.
fn children(module: &Module, expr: Expr) -> Vec<ExprId> {
    let path = |range: crate::ir::Range| {
        module.paths[range.as_range()].iter().filter_map(|name| match *name {
            AttrName::Static(..) => None,
            AttrName::Dynamic(id, _) => Some(id),
        })
    };
    let attrs = |id: crate::ir::AttrsId| {
        let attrs = &module.attrs[id.0 as usize];
        let mut ids = attrs.inherit_from.clone();
        for binding in &attrs.bindings {
            match binding.value {
                BindingValue::Plain(id) | BindingValue::Inherit(id) => ids.push(id),
                BindingValue::InheritFrom(from, _) => assert!((from as usize) < attrs.inherit_from.len()),
            }
        }
        ids.extend(attrs.dynamic.iter().flat_map(|binding| [binding.name, binding.value]));
        ids
    };
    match expr {
        Expr::Int(_) | Expr::Float(_) | Expr::Str(_) | Expr::Path(_) | Expr::Var(_) | Expr::CurPos | Expr::Error => {
            vec![]
        }
        Expr::Select { base, path: names, default } => path(names).chain([base]).chain(default).collect(),
        Expr::HasAttr { base, path: names } => path(names).chain([base]).collect(),
        Expr::Call { function, args } => module.items[args.as_range()].iter().copied().chain([function]).collect(),
        Expr::Lambda(id) => {
            let lambda = &module.lambdas[id.0 as usize];
            let defaults = lambda.formals.iter().flatten().filter_map(|formal| formal.default);
            defaults.chain([lambda.body]).collect()
        }
        Expr::Attrs(id) => attrs(id),
        Expr::Let { attrs: id, body } => attrs(id).into_iter().chain([body]).collect(),
        Expr::List(items) => module.items[items.as_range()].to_vec(),
        Expr::With { scope: a, body: b } | Expr::Assert { cond: a, body: b } => vec![a, b],
        Expr::If { cond, then, otherwise } => vec![cond, then, otherwise],
        Expr::Not(a) => vec![a],
        Expr::Eq(a, b)
        | Expr::Neq(a, b)
        | Expr::And(a, b)
        | Expr::Or(a, b)
        | Expr::Impl(a, b)
        | Expr::Update(a, b)
        | Expr::Concat(a, b) => vec![a, b],
        Expr::ConcatStrings { parts, .. } => module.parts[parts.as_range()].iter().map(|part| part.expr).collect(),
    }
}

fn check_module(case: &Case) {
    let module = &case.lowered.module;
    assert_eq!(module.exprs.len(), module.spans.len());
    assert_eq!(module.exprs.len(), module.places.len());
    assert!((module.root.0 as usize) < module.exprs.len());
    let mut parents = vec![0; module.exprs.len()];
    for (i, &expr) in module.exprs.iter().enumerate() {
        for child in children(module, expr) {
            assert!((child.0 as usize) < i, "children come first");
            parents[child.0 as usize] += 1;
        }
    }
    assert!(parents.iter().all(|&parents| parents <= 1), "every expression has one parent at most");
    assert!(module.spans.iter().all(|span| span.start.is_some() && span.start <= span.end));
}

fn from_events(text: &str, events: Vec<Event>) -> Case {
    let case = lowered(text, &Parse { events, errors: Vec::new() }, Rules::default());
    check_module(&case);
    case
}

const DEEP: usize = 300_000;

/// A tree of the same shape all the way down: before the inner tree, and after.
fn deep(before: &[Event], before_text: &str, after: &[Event], after_text: &str) -> Case {
    let mut events = vec![Event::Enter(NODE_ROOT)];
    for _ in 0..DEEP {
        events.extend_from_slice(before);
    }
    events.extend([Event::Enter(NODE_LITERAL), Event::Token(TOKEN_INTEGER, 1), Event::Leave]);
    for _ in 0..DEEP {
        events.extend_from_slice(after);
    }
    events.push(Event::Leave);
    let text = before_text.repeat(DEEP) + "1" + &after_text.repeat(DEEP);
    from_events(&text, events)
}

/// The events of a sample with `1` in it, cut there.
fn around(sample: &str) -> (Vec<Event>, Vec<Event>) {
    let all = parse(sample.as_bytes(), Features::default()).events;
    let inner = [Event::Enter(NODE_LITERAL), Event::Token(TOKEN_INTEGER, 1), Event::Leave];
    let at = all.windows(3).position(|window| window == inner).expect("the sample has a 1");
    (all[1..at].to_vec(), all[at + 3..all.len() - 1].to_vec())
}

#[test]
fn depth_costs_no_stack_and_no_more_than_linear_time() {
    for (sample, n_exprs) in [
        ("(1)", 1),
        ("[1]", DEEP + 1),
        ("{a=1;}", DEEP + 1),
        ("{a.b=1;}", 2 * DEEP + 1),
        ("let a=1;in 2", 2 * DEEP + 1),
        ("let a=2;in 1", 2 * DEEP + 1),
        ("x: 1", DEEP + 1),
        ("{a?1}:2", 2 * DEEP + 1),
        ("f(1)", 2 * DEEP + 1),
        ("(1)a", DEEP + 2),
        ("1+a", 2 * DEEP + 1),
        ("a<(1)", 3 * DEEP + 1),
        ("-1", 3 * DEEP + 1),
        ("1 .a", DEEP + 1),
        ("a.b or 1", 2 * DEEP + 1),
        ("\"${1}\"", DEEP + 1),
        ("if a then b else 1", 3 * DEEP + 1),
        ("with 1;a", 2 * DEEP + 1),
    ] {
        let (before, after) = around(sample);
        let (before_text, after_text) = sample.split_once('1').expect("the sample has a 1");
        let case = deep(&before, before_text, &after, after_text);
        assert_eq!(case.lowered.module.exprs.len(), n_exprs, "{sample}");
        assert!(case.lowered.errors.is_empty());
        assert!(show::module(&case.lowered.module, &case.symbols).len() > DEEP || n_exprs < DEEP + 3);
    }
}

#[test]
fn many_bindings_and_merges_take_linear_time() {
    let mut text = String::from("{ ");
    for i in 0..100_000 {
        text.push_str(&format!("a.b.n{} = {{ c{i} = 1; }}; ", i % 1000));
    }
    text.push('}');
    let case = check(&text, Rules::default());
    check_module(&case);
    assert!(case.lowered.errors.is_empty());
}

#[test]
fn merged_sets_come_after_what_was_merged_into_them() {
    for text in [
        "{ a = { b = 1; }; c = 2; a.d = 3; a = { e.f = 4; }; a.e.g = [ { h = 1; } ]; }",
        "let a = { b = { }; }; a.b.c = x: { d.e = 1; d.f = 2; }; in { g = a; }",
        "{ ${a}.b.c = { d = 1; }; ${a} = { b = 1; }; e = { ${f} = { }; }; e.${g} = { }; }",
        "{ a = { inherit (b) c d; }; a = { inherit (e) f g; inherit h; }; }",
    ] {
        let case = check(text, Rules::default());
        check_module(&case);
        assert!(case.lowered.errors.is_empty());
    }
}

#[test]
fn what_is_missing_is_an_error_expression() {
    for (text, expected) in [
        ("", "«error»"),
        ("1 +", "(1 + «error»)"),
        ("if then 1 else 2", "(if «error» then 1 else 2)"),
        ("{ a = ; b = 2; }", "{ a = «error»; b = 2; }"),
        ("[ a ) b ]", "[ (a) (b) ]"),
        ("let a = 1; in", "(let a = 1; in «error»)"),
        ("99999999999999999999", "«error»"),
        ("{ a, a }: b", "({ a, a }: b)"),
    ] {
        let case = check(text, Rules::default());
        check_module(&case);
        assert_eq!(String::from_utf8_lossy(&show::module(&case.lowered.module, &case.symbols)), expected, "{text}");
    }
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

#[test]
fn any_events_make_a_module() {
    const KINDS: &[SyntaxKind] = &[
        NODE_APPLY,
        NODE_ASSERT,
        NODE_ATTR_SET,
        NODE_ATTRPATH,
        NODE_ATTRPATH_VALUE,
        NODE_BIN_OP,
        NODE_CUR_POS,
        NODE_DYNAMIC,
        NODE_ERROR,
        NODE_HAS_ATTR,
        NODE_IDENT,
        NODE_IDENT_PARAM,
        NODE_IF_ELSE,
        NODE_INHERIT,
        NODE_INHERIT_FROM,
        NODE_INTERPOL,
        NODE_LAMBDA,
        NODE_LEGACY_LET,
        NODE_LET_IN,
        NODE_LIST,
        NODE_LITERAL,
        NODE_PAREN,
        NODE_PAT_BIND,
        NODE_PAT_ENTRY,
        NODE_PATTERN,
        NODE_PATH_ABS,
        NODE_PATH_HOME,
        NODE_PATH_REL,
        NODE_PATH_SEARCH,
        NODE_ROOT,
        NODE_SELECT,
        NODE_STRING,
        NODE_UNARY_OP,
        NODE_WITH,
    ];
    const TOKENS: &[SyntaxKind] = &[
        TOKEN_ADD,
        TOKEN_SUB,
        TOKEN_LESS,
        TOKEN_PIPE_LEFT,
        TOKEN_PIPE_RIGHT,
        TOKEN_IDENT,
        TOKEN_INTEGER,
        TOKEN_DOT,
        TOKEN_OR,
        TOKEN_QUESTION,
        TOKEN_SEMICOLON,
        TOKEN_STRING_CONTENT,
        TOKEN_STRING_START,
        TOKEN_PATH_ABS,
        TOKEN_ELLIPSIS,
        TOKEN_REC,
        TOKEN_WHITESPACE,
        TOKEN_ELSE,
        TOKEN_THEN,
        TOKEN_INVERT,
        TOKEN_ERROR,
    ];
    let alphabet = b"or''$\"\\/~.a1{}\n ";
    let mut numbers = Numbers(1);
    for _ in 0..20_000 {
        let text: String = (0..40).map(|_| alphabet[numbers.below(alphabet.len())] as char).collect();
        let mut events = Vec::new();
        let mut used = 0;
        for _ in 0..numbers.below(60) {
            match numbers.below(5) {
                0 | 1 => events.push(Event::Enter(KINDS[numbers.below(KINDS.len())])),
                2 => events.push(Event::Leave),
                3 if used < text.len() => {
                    let len = 1 + numbers.below((text.len() - used).min(5));
                    used += len;
                    events.push(Event::Token(TOKENS[numbers.below(TOKENS.len())], len as u32));
                }
                _ if used < text.len() => {
                    used += 1;
                    events.extend([Event::Enter(NODE_IDENT), Event::Token(TOKEN_IDENT, 1), Event::Leave]);
                }
                _ => {}
            }
        }
        let case = from_events(&text, events);
        let texts = (
            show::module(&case.lowered.module, &case.symbols),
            dump::module(&case.lowered.module, &case.symbols, Some(&case.source)),
        );
        assert!(!texts.0.is_empty() && !texts.1.is_empty());
    }
}
