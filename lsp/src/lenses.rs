//! What can be done with a text, above the lines it is done with: evaluate and debug the file, run an example.

use serde_json::{Value, json};

use crate::live::examples;
use crate::state::{Open, Snapshot};

/// Something that can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Lens {
    /// Above which byte it stands.
    pub at: u32,
    /// What it is called.
    pub title: String,
    /// The editor's command that does it.
    pub command: &'static str,
    /// What that is given besides the document and place.
    pub more: Option<(&'static str, Value)>,
}

/// What can be done, as far as the editor has commands for it.
#[must_use]
pub fn lenses(now: &Snapshot, open: &Open) -> Vec<Lens> {
    let can = |command: &str| now.client.commands.iter().any(|it| it == command);
    let document = open.document();
    let mut lenses = Vec::new();
    let root = document.tree().nodes(document.tree().root()).next();
    let at = root.map_or(0, |it| document.tree().range(it).start);
    let is_file = open.path.is_some();
    if can("nixscope.showValue") && now.config.live.enable && is_file {
        lenses.push(Lens { at, title: "Evaluate".to_owned(), command: "nixscope.showValue", more: None });
    }
    if can("nixscope.debug") && is_file {
        lenses.push(Lens { at, title: "Debug".to_owned(), command: "nixscope.debug", more: None });
    }
    if can("nixscope.showResult") && now.config.live.enable && is_file {
        let examples = examples::examples(document);
        let lens = |it: examples::Example| Lens {
            at: it.at,
            title: "Run example".to_owned(),
            command: "nixscope.showResult",
            more: Some(("expected", json!(it.expected))),
        };
        lenses.extend(examples.into_iter().map(lens));
    }
    lenses
}
