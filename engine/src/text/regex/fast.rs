//! The same language for the regex-automata crate, which finds matches much faster than [`super::exact`].

use regex_automata::hybrid::dfa::DFA;
use regex_automata::meta;
use regex_automata::nfa::thompson;
use regex_automata::{MatchKind, util::syntax};
use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Hir, Look, Repetition};

use super::tree::{Node, Tree};

/// Deeper trees are not handed to the crate: its compiler recurses.
const MAX_DEPTH: u32 = 150;

/// The expression as the crate's, or none if it is not for the crate.
fn translate(tree: &Tree) -> Option<Hir> {
    if tree.facts[tree.root].depth > MAX_DEPTH || tree.has_void() {
        return None;
    }
    let mut done: Vec<Option<Hir>> = Vec::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        let mut take = |id: usize| done[id].take().unwrap_or_else(Hir::empty);
        let hir = match node {
            Node::Byte(set) => {
                let ranges = set.ranges().into_iter().map(|(start, end)| ClassBytesRange::new(start, end));
                Hir::class(Class::Bytes(ClassBytes::new(ranges)))
            }
            Node::Start => Hir::look(Look::Start),
            Node::End => Hir::look(Look::End),
            Node::Group { number, inner } => {
                Hir::capture(Capture { index: *number, name: None, sub: Box::new(take(*inner)) })
            }
            Node::Sequence(parts) => Hir::concat(parts.iter().map(|&part| take(part)).collect()),
            Node::Choice(branches) => Hir::alternation(branches.iter().map(|&branch| take(branch)).collect()),
            Node::Repeat { inner, min, max } => {
                Hir::repetition(Repetition { min: *min, max: *max, greedy: true, sub: Box::new(take(*inner)) })
            }
        };
        done.push(Some(hir));
    }
    done.pop().flatten()
}

/// A matcher that prefers what backtracking finds first; `whole`: only matches of a whole text.
pub(super) fn leftmost_first(tree: &Tree, whole: bool) -> Option<meta::Regex> {
    let hir = translate(tree)?;
    let hir = if whole { Hir::concat(vec![Hir::look(Look::Start), hir, Hir::look(Look::End)]) } else { hir };
    let config = meta::Config::new().utf8_empty(false);
    let regex = meta::Builder::new().configure(config).build_from_hir(&hir).ok()?;
    // Groups that cannot take part in a match are dropped by the crate's simplifications.
    (regex.captures_len() == 1 + usize::try_from(tree.groups).ok()?).then_some(regex)
}

/// An automaton that finds the longest match at a given place.
pub(super) fn longest(tree: &Tree) -> Option<DFA> {
    let hir = translate(tree)?;
    let nfa = thompson::Compiler::new()
        .configure(thompson::Config::new().utf8(false).which_captures(thompson::WhichCaptures::None))
        .build_from_hir(&hir)
        .ok()?;
    let config = DFA::config().match_kind(MatchKind::All).skip_cache_capacity_check(true);
    DFA::builder().configure(config).syntax(syntax::Config::new().utf8(false)).build_from_nfa(nfa).ok()
}
