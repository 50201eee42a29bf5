//! Short values behind bindings: what was computed, where the text does not say it.

use nixscope_engine::syntax::SyntaxKind;

use crate::state::{Open, Snapshot};

/// A value behind a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Before which byte it is shown.
    pub at: u32,
    /// What is shown.
    pub label: String,
}

/// The longest value that is shown, in characters.
const MAX_LABEL: usize = 40;
/// How many are shown in one text.
const MAX_HINTS: usize = 500;

/// Values behind the bindings in a range.
#[must_use]
pub fn hints(now: &Snapshot, open: &Open, range: (u32, u32)) -> Vec<Hint> {
    let is_wanted = now.config.live.enable && now.config.live.hints;
    let Some(live) = now.live.text(&open.uri).filter(|it| it.version == open.version && is_wanted) else {
        return Vec::new();
    };
    let document = open.document();
    let tree = document.tree();
    let mut hints = Vec::new();
    for site in document.names().defs().flat_map(|(_, def)| &def.sites) {
        let Some((node, value)) = site.value.map(|it| (it, tree.range(it))) else { continue };
        if value.end < range.0 || value.start > range.1 || hints.len() >= MAX_HINTS {
            continue;
        }
        let name = tree.range(site.name);
        let Some(seen) = live.of(name.start, name.end) else { continue };
        let is_plain = !matches!(seen.type_name, "function" | "built-in function" | "thunk");
        let is_short = seen.text.chars().count() <= MAX_LABEL && !seen.text.contains("«lazy»");
        let shown = document.show(value);
        let is_literal = matches!(tree.kind(node), SyntaxKind::NODE_LIST | SyntaxKind::NODE_ATTR_SET);
        let label = match seen.size {
            _ if is_plain && is_short && shown.trim() != &*seen.text => format!("= {}", seen.text),
            // What is written out says itself how much it is.
            Some(size) if seen.type_name != "derivation" && !is_literal => {
                let part = if seen.type_name == "list" { "element" } else { "attribute" };
                format!("= {size} {part}{}", if size == 1 { "" } else { "s" })
            }
            _ => continue,
        };
        hints.push(Hint { at: value.end, label });
    }
    hints.sort_by_key(|it| it.at);
    hints.dedup_by_key(|it| it.at);
    hints
}
