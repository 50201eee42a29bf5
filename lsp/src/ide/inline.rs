//! Which names of a text a debugger may say the values of where a program stands: variables of the functions, `let`s and
//! recursive sets around that place. What they are is for the debugger to say.

use rustc_hash::FxHashMap;

use super::names::{DefId, NameId, Target};
use super::{Document, TextRange};

/// The names in a range that mean something where a program stands, up to the line where it does. Each is there once a
/// line, in the order of the text.
#[must_use]
pub fn inline_variables(doc: &Document, within: TextRange, stopped: TextRange) -> Vec<(TextRange, String)> {
    let (tree, names, text) = (doc.tree(), doc.names(), doc.text());
    let start = stopped.start.min(text.len() as u32);
    let behind = text.get(stopped.end as usize..).unwrap_or_default();
    let line_end = stopped.end + behind.iter().position(|it| *it == b'\n').unwrap_or(behind.len()) as u32;
    let within = TextRange::new(within.start, within.end.min(line_end));
    let Some(node) = tree.touched(start) else { return Vec::new() };
    // The innermost that has a name hides the others.
    let mut seen: FxHashMap<NameId, DefId> = FxHashMap::default();
    for set in doc.scopes_at(node) {
        for &def in &names.set(set).defs {
            seen.entry(names.def(def).name).or_insert(def);
        }
    }
    let sites = seen.values().flat_map(|&def| names.def(def).sites.iter().map(move |it| (it.name, def)));
    let uses = names.uses();
    let first = uses.partition_point(|it| tree.range(it.node).start < within.start);
    let uses = uses[first..].iter().take_while(|it| tree.range(it.node).start < within.end);
    let uses = uses.filter_map(|it| match it.target {
        Target::Def(def) => Some((it.node, def)),
        _ => None,
    });
    let is_meant = |def: DefId| seen.get(&names.def(def).name) == Some(&def);
    let mut places: Vec<(TextRange, NameId)> = (sites.chain(uses))
        .filter(|&(node, def)| within.covers(tree.range(node)) && is_meant(def))
        .map(|(node, def)| (tree.range(node), names.def(def).name))
        .collect();
    places.sort();
    places.dedup();
    let mut last: FxHashMap<NameId, u32> = FxHashMap::default();
    places.retain(|(range, name)| {
        let before = last.insert(*name, range.start);
        before.is_none_or(|it| text[it as usize..range.start as usize].contains(&b'\n'))
    });
    places.into_iter().map(|(range, name)| (range, doc.show_name(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::fixture;
    use super::*;

    /// The names, each with its line, from 1, where the program stands at the cursor.
    fn check(text: &str, expected: &str) {
        let it = fixture(text);
        let all = TextRange::new(0, it.doc.text().len() as u32);
        let line = |at: u32| it.doc.text()[..at as usize].iter().filter(|it| **it == b'\n').count() + 1;
        let found = inline_variables(&it.doc, all, TextRange::at(it.offset));
        let shown: Vec<String> = found.iter().map(|(range, name)| format!("{name}:{}", line(range.start))).collect();
        assert_eq!(shown.join(" "), expected, "{text}");
    }

    #[test]
    fn variables_around_a_place() {
        for (text, expected) in [
            ("let a = 1; b = a; in $0a + b", "a:1 b:1"),
            ("let\n  a = 1;\n  b = a + a;\nin\n$0b\n+ a", "a:2 b:3 a:3 b:5"),
            ("x: { y, z ? x, ... }@w:\n$0x + y.x", "x:1 y:1 z:1 w:1 x:2 y:2"),
            ("let a = 1; in\nlet a = 2; in\n$0a", "a:2 a:3"),
            ("let a = x: x + 1; in\n$0a", "a:1 a:2"),
            ("let a = 1; f = x: x + a;\nin f $0a", "a:1 f:1 f:2 a:2"),
            ("let f = x:\n  $0x; y = f; in y", "f:1 x:1 x:2 y:2 f:2"),
            ("rec { a = 1;\n b = $0a; }", "a:1 b:2 a:2"),
            ("{ a = 1;\n b = $01; }", ""),
            ("let \"a b\" = 1; in with { c = 1; }; $0c", "a b:1"),
            ("", ""),
        ] {
            check(text, expected);
        }
    }
}
