//! What texts are lowered to, against what `nix-instantiate --parse` of Nix 2.34.8 printed for them.

use super::{LowerCx, Lowered, Rules, lower};
use crate::ir::{Symbols, show};
use crate::source::{Origin, SourceMap};
use crate::syntax::{Event, Parse};

fn events(text: &str) -> Parse {
    let tree = rnix::Root::parse(text).syntax();
    let mut events = Vec::new();
    for step in tree.preorder_with_tokens() {
        events.push(match step {
            rnix::WalkEvent::Enter(rnix::NodeOrToken::Node(node)) => Event::Enter(node.kind()),
            rnix::WalkEvent::Enter(rnix::NodeOrToken::Token(token)) => {
                Event::Token(token.kind(), token.text().len() as u32)
            }
            rnix::WalkEvent::Leave(rnix::NodeOrToken::Node(_)) => Event::Leave,
            rnix::WalkEvent::Leave(rnix::NodeOrToken::Token(_)) => continue,
        });
    }
    Parse { events, errors: Vec::new() }
}

struct Case {
    source: SourceMap,
    symbols: Symbols,
    lowered: Lowered,
}

fn lowered(text: &str, origin: Origin, base_dir: &str, parse: &Parse, rules: Rules) -> Case {
    let mut source = SourceMap::default();
    let file = source.add(origin, text.as_bytes().into()).expect("a small text fits");
    let mut symbols = Symbols::default();
    let mut cx = LowerCx { symbols: &mut symbols, base_dir, home: Some("/home/me"), rules };
    let lowered = lower(&source, file, parse, &mut cx);
    Case { source, symbols, lowered }
}

fn shown(text: &str, base_dir: &str) -> String {
    let case = lowered(text, Origin::Stdin, base_dir, &events(text), Rules::default());
    if let Some(error) = case.lowered.errors.first() {
        let at = case
            .source
            .locate(error.pos)
            .map(|(file, at)| format!("{}:{}:{}", file.name(), at.line + 1, at.column + 1));
        return format!("error: {} at {}", error.message, at.unwrap_or_default());
    }
    String::from_utf8_lossy(&show::module(&case.lowered.module, &case.symbols)).into_owned()
}

#[test]
fn some_programs() {
    for (text, expected) in [
        ("f x (g y) + ''\n  a\n   b''", "((f x (g y)) + \"a\\n b\")"),
        ("(f x) or y", "((f x) or y)"),
        ("{ a.b = 1; a = rec { c = 2; d.e = c; }; a.d.f = 3; }", "{ a = { b = 1; c = 2; d = { e = c; f = 3; }; }; }"),
        ("{ a.b = 1; a.b = 2; }", "error: attribute 'a.b' already defined at «stdin»:1:3 at «stdin»:1:12"),
    ] {
        assert_eq!(shown(text, "/dir"), expected, "{text}");
    }
}
