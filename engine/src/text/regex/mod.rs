//! Regular expressions for `builtins.match` and `builtins.split`.
//!
//! Nix uses the POSIX extended expressions of libstdc++. Their syntax is read here; matching is left to the
//! regex-automata crate where both agree, which is nearly always, and to [`exact`] where libstdc++ has ways of its own.
//! Matching is over bytes and never recurses.

mod bracket;
mod exact;
mod fast;
mod parse;
mod program;
mod set;
mod tree;

use std::cell::{OnceCell, RefCell};
use std::ops::Range;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input, meta};

use exact::{Query, Scratch};
use program::Program;
use tree::Tree;

/// Why an expression is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    /// It is not an expression.
    #[error("invalid regular expression")]
    Invalid,
    /// It needs more states than libstdc++ allows.
    #[error("memory limit exceeded by regular expression")]
    TooBig,
}

/// A compiled expression. Parts that only some uses need are made when they are first needed.
#[derive(Debug)]
pub struct Regex {
    tree: Tree,
    /// Whether repetitions of the empty text, or choices, keep the crate from finding the right groups or ends.
    empty_loop: bool,
    ambiguous: bool,
    whole: OnceCell<Option<meta::Regex>>,
    part: OnceCell<Option<meta::Regex>>,
    longest: OnceCell<Option<Longest>>,
    exact: OnceCell<Box<Exact>>,
}

#[derive(Debug)]
struct Longest {
    dfa: DFA,
    cache: RefCell<Cache>,
}

#[derive(Debug)]
struct Exact {
    program: Program,
    scratch: RefCell<Scratch>,
}

/// Where a match and its groups are. Kept and filled again, it costs no allocation.
#[derive(Clone, Debug, Default)]
pub struct Captures {
    slots: Vec<Option<NonMaxUsize>>,
}

impl Captures {
    /// The whole match.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.range(0).unwrap_or_default()
    }

    /// How many groups the expression has.
    #[must_use]
    pub fn len(&self) -> usize {
        (self.slots.len() / 2).saturating_sub(1)
    }

    /// Whether the expression has no groups.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the groups are, in order; none for one that took no part in the match.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = Option<Range<usize>>> {
        (0..self.len()).map(|group| self.range(group + 1))
    }

    fn range(&self, group: usize) -> Option<Range<usize>> {
        let start = (*self.slots.get(2 * group)?)?;
        let end = (*self.slots.get(2 * group + 1)?)?;
        Some(start.get()..end.get())
    }

    fn fill(&mut self, slots: &[usize]) {
        self.slots.clear();
        self.slots.extend(slots.iter().map(|&position| NonMaxUsize::new(position)));
        // A group counts once its end was met.
        for pair in self.slots.chunks_exact_mut(2).filter(|pair| pair[1].is_none()) {
            pair[0] = None;
        }
    }
}

impl Regex {
    /// Compiles `pattern`.
    pub fn new(pattern: &[u8]) -> Result<Self, RegexError> {
        let tree = parse::parse(pattern)?;
        Ok(Self {
            empty_loop: tree.has_empty_loop(),
            ambiguous: tree.is_ambiguous(),
            tree,
            whole: OnceCell::new(),
            part: OnceCell::new(),
            longest: OnceCell::new(),
            exact: OnceCell::new(),
        })
    }

    /// How many groups there are.
    #[must_use]
    pub fn group_count(&self) -> usize {
        self.tree.groups as usize
    }

    /// The groups of a match of the whole `text`.
    #[must_use]
    pub fn full_match(&self, text: &[u8]) -> Option<Captures> {
        let mut captures = Captures::default();
        self.full_match_into(text, &mut captures).then_some(captures)
    }

    /// Whether the whole `text` matches; if so, `captures` has the groups.
    pub fn full_match_into(&self, text: &[u8], captures: &mut Captures) -> bool {
        let whole =
            if self.empty_loop { &None } else { self.whole.get_or_init(|| fast::leftmost_first(&self.tree, true)) };
        if let Some(whole) = whole {
            return search(whole, Input::new(text).anchored(Anchored::Yes), captures, self.group_count());
        }
        let Exact { program, scratch } = self.exact();
        let mut scratch = scratch.borrow_mut();
        scratch.prepare(program, 0, text.len());
        let matched = scratch.run(program, Query { text, start: 0, limit: text.len(), whole: true });
        if matched {
            captures.fill(&scratch.best);
        }
        matched
    }

    /// Cuts `text` at every match.
    #[must_use]
    pub fn split<'r, 't>(&'r self, text: &'t [u8]) -> Split<'r, 't> {
        Split {
            regex: self,
            text,
            captures: Captures::default(),
            state: SplitState::Text,
            done: 0,
            search_from: Some(0),
        }
    }

    /// The leftmost match from `start` on.
    fn find(&self, text: &[u8], start: usize, captures: &mut Captures) -> bool {
        let Some(part) = self.part.get_or_init(|| fast::leftmost_first(&self.tree, false)) else {
            return self.find_exactly(text, start..=text.len(), text.len(), captures);
        };
        if !search(part, Input::new(text).range(start..), captures, self.group_count()) {
            return false;
        }
        if !self.ambiguous && !self.empty_loop {
            return true;
        }
        // The crate's match is the first one that libstdc++ meets. No other can beat it if none is longer.
        let Range { start, end } = captures.span();
        let limit = self.longest_end(text, start);
        limit == end && !self.empty_loop || self.find_exactly(text, start..=start, limit, captures)
    }

    /// Where the longest match that begins at `start` ends, or a later place.
    fn longest_end(&self, text: &[u8], start: usize) -> usize {
        let make = || {
            let dfa = fast::longest(&self.tree)?;
            let cache = RefCell::new(dfa.create_cache());
            Some(Longest { dfa, cache })
        };
        let Some(Longest { dfa, cache }) = self.longest.get_or_init(make) else { return text.len() };
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        match dfa.try_search_fwd(&mut cache.borrow_mut(), &input) {
            Ok(Some(end)) => end.offset(),
            Ok(None) | Err(_) => text.len(),
        }
    }

    fn find_exactly(
        &self,
        text: &[u8],
        starts: std::ops::RangeInclusive<usize>,
        limit: usize,
        captures: &mut Captures,
    ) -> bool {
        let Exact { program, scratch } = self.exact();
        let mut scratch = scratch.borrow_mut();
        scratch.prepare(program, *starts.start(), limit);
        for start in starts {
            if scratch.run(program, Query { text, start, limit, whole: false }) {
                captures.fill(&scratch.best);
                return true;
            }
        }
        false
    }

    fn exact(&self) -> &Exact {
        self.exact.get_or_init(|| {
            let program = program::compile(&self.tree);
            Box::new(Exact { program, scratch: RefCell::default() })
        })
    }
}

fn search(regex: &meta::Regex, input: Input<'_>, captures: &mut Captures, groups: usize) -> bool {
    captures.slots.clear();
    captures.slots.resize(2 * (groups + 1), None);
    regex.search_slots(&input, &mut captures.slots).is_some()
}

/// A text being cut.
#[derive(Debug)]
pub struct Split<'r, 't> {
    regex: &'r Regex,
    text: &'t [u8],
    captures: Captures,
    state: SplitState,
    /// How much of the text was handed out.
    done: usize,
    /// Where the next match can begin; none after the last one.
    search_from: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
enum SplitState {
    Text,
    Groups,
    Over,
}

/// A part of a text that is being cut.
#[derive(Clone, Debug)]
pub enum Piece<'s> {
    /// What stands between two matches, before the first or behind the last.
    Text(Range<usize>),
    /// A match.
    Match(&'s Captures),
}

impl Split<'_, '_> {
    /// The next piece: text, match, text, and so on to a last text.
    pub fn next_piece(&mut self) -> Option<Piece<'_>> {
        match self.state {
            SplitState::Over => None,
            SplitState::Groups => {
                self.state = SplitState::Text;
                let Range { start, end } = self.captures.span();
                self.done = end;
                // Behind an empty match libstdc++ would take a longer one at the same place, but there never is one.
                self.search_from = if start < end { Some(end) } else { (end < self.text.len()).then_some(end + 1) };
                Some(Piece::Match(&self.captures))
            }
            SplitState::Text => {
                let found = self.search_from.is_some_and(|from| self.regex.find(self.text, from, &mut self.captures));
                let end = if found { self.captures.span().start } else { self.text.len() };
                self.state = if found { SplitState::Groups } else { SplitState::Over };
                Some(Piece::Text(self.done..end))
            }
        }
    }
}

#[cfg(test)]
mod tests;
