//! What texts are lowered to, against what `nix-instantiate --parse` of Nix 2.34.8 printed for them.

mod dump;
mod errors;
mod places;
mod robust;
mod shown;

use super::{LowerCx, Lowered, Rules, lower};
use crate::ir::{Symbols, show};
use crate::source::{Origin, SourceMap};
use crate::syntax::{Features, Parse, parse};

struct Case {
    source: SourceMap,
    symbols: Symbols,
    lowered: Lowered,
}

fn lowered(text: &str, parse: &Parse, rules: Rules) -> Case {
    let mut source = SourceMap::default();
    let file = source.add(Origin::Stdin, text.as_bytes().into()).expect("a small text fits");
    let mut symbols = Symbols::default();
    let mut cx = LowerCx { symbols: &mut symbols, base_dir: "/base/dir", home: Some("/home/me"), rules };
    let lowered = lower(&source, file, parse, &mut cx);
    Case { source, symbols, lowered }
}

fn check(text: &str, rules: Rules) -> Case {
    lowered(text, &parse(text.as_bytes(), Features { pipe_operators: true }), rules)
}

fn shown(text: &str) -> String {
    let case = check(text, Rules::default());
    assert_eq!(case.lowered.errors, [], "{text}");
    String::from_utf8_lossy(&show::module(&case.lowered.module, &case.symbols)).into_owned()
}

/// The first error, as `message at line:column`.
fn first_error(case: &Case) -> String {
    let Some(error) = case.lowered.errors.first() else { return "none".to_owned() };
    let place = case.source.locate(error.pos).map(|(_, at)| format!("{}:{}", at.line + 1, at.column + 1));
    format!("{} at {}", error.message, place.unwrap_or_default())
}
