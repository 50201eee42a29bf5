//! From the grammar to the tables of a parser that looks one token ahead (LALR(1), after DeRemer and Pennello), with the
//! default reductions that a generated parser has: they decide after which reductions an error shows, and so what was
//! expected. Knows nothing of texts.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::super::token::{N_TERMINALS, Token};
use super::grammar::{Assoc, N_NONTERMINALS, PRODUCTIONS, Rule, STRENGTHS, Symbol};

/// A set of terminals, one bit each.
type Terminals = u64;

const _: () = assert!(N_TERMINALS <= 64, "a set of terminals is one word");

/// What to do in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// On to a state.
    Shift(u16),
    /// By a rule.
    Reduce(u16),
    /// Refuse the token although the state has a default.
    Refuse,
}

/// One state.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// What to do at terminals that matter, in their order.
    pub(super) actions: Vec<(u8, Action)>,
    /// By which rule to reduce at all others.
    pub(super) default: Option<u16>,
    /// Where to go behind a nonterminal.
    gotos: Vec<(u8, u16)>,
}

/// The tables.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) states: Vec<State>,
    /// The state in which a program has been accepted.
    pub(super) accepted: u16,
}

impl Table {
    /// The tables, made at the first error of the process.
    pub(super) fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| Builder::new().table())
    }

    /// What to do at a terminal; `None` to refuse it.
    pub(super) fn action(&self, state: u16, terminal: Token) -> Option<Action> {
        let state = &self.states[state as usize];
        match state.actions.binary_search_by_key(&(terminal as u8), |(token, _)| *token) {
            Ok(at) => Some(state.actions[at].1).filter(|action| *action != Action::Refuse),
            Err(_) => state.default.map(Action::Reduce),
        }
    }

    /// Where to go behind the left side of a rule.
    pub(super) fn goto(&self, state: u16, left: Rule) -> u16 {
        let gotos = &self.states[state as usize].gotos;
        gotos.binary_search_by_key(&(left as u8), |(rule, _)| *rule).map_or(0, |at| gotos[at].1)
    }
}

/// A rule read up to its dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    rule: u16,
    dot: u8,
}

impl Item {
    fn next(self) -> Option<Symbol> {
        PRODUCTIONS[self.rule as usize].right.get(self.dot as usize).copied()
    }
}

/// A state while it is built: its items, and where each symbol leads.
#[derive(Debug, Default)]
struct Draft {
    items: Vec<Item>,
    shifts: BTreeMap<u8, u16>,
    gotos: BTreeMap<u8, u16>,
}

/// A state, and a nonterminal that leads on from it.
#[derive(Clone, Copy, Debug)]
struct Transition {
    from: u16,
    over: u8,
    to: u16,
}

struct Builder {
    nullable: [bool; N_NONTERMINALS],
    drafts: Vec<Draft>,
}

impl Builder {
    fn new() -> Self {
        let mut nullable = [false; N_NONTERMINALS];
        loop {
            let before = nullable;
            for rule in PRODUCTIONS {
                nullable[rule.left as usize] |= all_nullable(rule.right, &nullable);
            }
            if nullable == before {
                break;
            }
        }
        let mut builder = Self { nullable, drafts: Vec::new() };
        builder.build_states();
        builder
    }

    /// All states without lookahead.
    fn build_states(&mut self) {
        let mut known: BTreeMap<Vec<Item>, u16> = BTreeMap::new();
        let first = vec![Item { rule: 0, dot: 0 }];
        known.insert(first.clone(), 0);
        self.drafts.push(Draft { items: closure(first), ..Draft::default() });
        let mut at = 0;
        while at < self.drafts.len() {
            let mut kernels: Vec<(Symbol, Vec<Item>)> = Vec::new();
            for item in &self.drafts[at].items {
                let Some(symbol) = item.next() else { continue };
                let moved = Item { rule: item.rule, dot: item.dot + 1 };
                match kernels.iter_mut().find(|(other, _)| *other == symbol) {
                    Some((_, kernel)) => kernel.push(moved),
                    None => kernels.push((symbol, vec![moved])),
                }
            }
            for (symbol, mut kernel) in kernels {
                kernel.sort_unstable();
                let next = self.drafts.len() as u16;
                let to = *known.entry(kernel).or_insert_with_key(|kernel| {
                    self.drafts.push(Draft { items: closure(kernel.clone()), ..Draft::default() });
                    next
                });
                match symbol {
                    Symbol::T(token) => self.drafts[at].shifts.insert(token as u8, to),
                    Symbol::N(rule) => self.drafts[at].gotos.insert(rule as u8, to),
                };
            }
            at += 1;
        }
    }

    fn transitions(&self) -> Vec<Transition> {
        let of_state = |(from, draft): (usize, &Draft)| {
            let from = from as u16;
            draft.gotos.iter().map(move |(&over, &to)| Transition { from, over, to }).collect::<Vec<_>>()
        };
        self.drafts.iter().enumerate().flat_map(of_state).collect()
    }

    /// At which terminals each complete item of each state may be reduced.
    fn lookaheads(&self) -> BTreeMap<(u16, u16), Terminals> {
        let transitions = self.transitions();
        let index = |from: u16, over: u8| transitions.partition_point(|other| (other.from, other.over) < (from, over));
        let mut follow: Vec<Terminals> = transitions
            .iter()
            .map(|transition| self.drafts[transition.to as usize].shifts.keys().fold(0, |set, token| set | 1 << token))
            .collect();
        // Which sets are part of which: behind something that may be empty, and at the end of an enclosing rule.
        let mut parts: Vec<(usize, usize)> = Vec::new();
        let mut lookback: Vec<((u16, u16), usize)> = Vec::new();
        for (at, transition) in transitions.iter().enumerate() {
            for &over in self.drafts[transition.to as usize].gotos.keys() {
                if self.nullable[over as usize] {
                    parts.push((at, index(transition.to, over)));
                }
            }
            for (number, rule) in PRODUCTIONS.iter().enumerate() {
                if rule.left as u8 != transition.over {
                    continue;
                }
                let mut state = transition.from;
                for (dot, symbol) in rule.right.iter().enumerate() {
                    let draft = &self.drafts[state as usize];
                    state = match symbol {
                        Symbol::T(token) => draft.shifts[&(*token as u8)],
                        Symbol::N(inner) => {
                            if all_nullable(&rule.right[dot + 1..], &self.nullable) {
                                parts.push((index(state, *inner as u8), at));
                            }
                            draft.gotos[&(*inner as u8)]
                        }
                    };
                }
                lookback.push(((state, number as u16), at));
            }
        }
        loop {
            let mut changed = false;
            for &(whole, part) in &parts {
                let joined = follow[whole] | follow[part];
                changed |= joined != follow[whole];
                follow[whole] = joined;
            }
            if !changed {
                break;
            }
        }
        let mut lookaheads = BTreeMap::new();
        for (reduction, at) in lookback {
            *lookaheads.entry(reduction).or_insert(0) |= follow[at];
        }
        lookaheads
    }

    fn table(mut self) -> Table {
        let lookaheads = self.lookaheads();
        let mut accepted = 0;
        let mut states = Vec::with_capacity(self.drafts.len());
        for (number, draft) in self.drafts.iter_mut().enumerate() {
            let mut reductions: Vec<(u16, Terminals)> = Vec::new();
            for item in &draft.items {
                if item.next().is_none() {
                    let terminals = lookaheads.get(&(number as u16, item.rule)).copied().unwrap_or(0);
                    reductions.push((item.rule, terminals));
                }
                if *item == (Item { rule: 0, dot: 2 }) {
                    accepted = number as u16;
                }
            }
            reductions.sort_unstable();
            states.push(state_of(draft, reductions));
        }
        Table { states, accepted }
    }
}

fn all_nullable(symbols: &[Symbol], nullable: &[bool; N_NONTERMINALS]) -> bool {
    symbols.iter().all(|symbol| matches!(symbol, Symbol::N(rule) if nullable[*rule as usize]))
}

/// Adds to a kernel the beginnings of all rules that may begin there.
fn closure(mut items: Vec<Item>) -> Vec<Item> {
    let mut added = [false; N_NONTERMINALS];
    let mut at = 0;
    while at < items.len() {
        if let Some(Symbol::N(wanted)) = items[at].next()
            && !std::mem::replace(&mut added[wanted as usize], true)
        {
            let of_rule = |(rule, _)| Item { rule: rule as u16, dot: 0 };
            items.extend(PRODUCTIONS.iter().enumerate().filter(|(_, rule)| rule.left == wanted).map(of_rule));
        }
        at += 1;
    }
    items
}

fn strength(token: Token) -> Option<(usize, Assoc)> {
    let at = STRENGTHS.iter().position(|(_, tokens)| tokens.contains(&token))?;
    Some((at, STRENGTHS[at].0))
}

fn rule_strength(rule: u16) -> Option<usize> {
    let rule = &PRODUCTIONS[rule as usize];
    let last_terminal = || {
        rule.right.iter().rev().find_map(|symbol| match symbol {
            Symbol::T(token) => Some(*token),
            Symbol::N(_) => None,
        })
    };
    strength(rule.strength_of.or_else(last_terminal)?).map(|(at, _)| at)
}

/// Settles by strength where a state could both shift and reduce, and picks its default.
fn state_of(draft: &Draft, mut reductions: Vec<(u16, Terminals)>) -> State {
    let gotos = draft.gotos.iter().map(|(&rule, &to)| (rule, to)).collect();
    if let [(only, _)] = reductions[..]
        && draft.shifts.is_empty()
    {
        return State { actions: Vec::new(), default: Some(only), gotos };
    }
    let mut row: BTreeMap<u8, Action> = draft.shifts.iter().map(|(&token, &to)| (token, Action::Shift(to))).collect();
    for (rule, terminals) in &mut reductions {
        for &token in draft.shifts.keys() {
            if *terminals >> token & 1 == 0 {
                continue;
            }
            let by_token = STRENGTHS.iter().position(|(_, tokens)| tokens.iter().any(|other| *other as u8 == token));
            let order = match (rule_strength(*rule), by_token) {
                (Some(rule), Some(by_token)) => rule.cmp(&by_token).then(match STRENGTHS[by_token].0 {
                    Assoc::Left => std::cmp::Ordering::Greater,
                    Assoc::Right => std::cmp::Ordering::Less,
                    Assoc::None => std::cmp::Ordering::Equal,
                }),
                _ => std::cmp::Ordering::Less,
            };
            if order.is_le() {
                *terminals &= !(1 << token);
            }
            match order {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => {
                    row.insert(token, Action::Refuse);
                }
                std::cmp::Ordering::Greater => {
                    row.remove(&token);
                }
            }
        }
    }
    for (rule, terminals) in reductions.iter().rev() {
        for token in (0..N_TERMINALS as u8).filter(|token| terminals >> token & 1 == 1) {
            row.entry(token).or_insert(Action::Reduce(*rule));
        }
    }
    let uses = |rule: u16| row.values().filter(|action| **action == Action::Reduce(rule)).count();
    let mut default = None;
    let mut most = 0;
    for (rule, _) in &reductions {
        if uses(*rule) > most {
            most = uses(*rule);
            default = Some(*rule);
        }
    }
    let explicit = |action: &Action| match action {
        Action::Shift(_) => true,
        Action::Reduce(rule) => default != Some(*rule),
        Action::Refuse => default.is_some(),
    };
    let actions = row.iter().filter(|(_, action)| explicit(action)).map(|(&token, &action)| (token, action)).collect();
    State { actions, default, gotos }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strengths_settle_every_choice() {
        let builder = Builder::new();
        for ((state, rule), terminals) in builder.lookaheads() {
            let draft = &builder.drafts[state as usize];
            for &token in draft.shifts.keys().filter(|&&token| terminals >> token & 1 == 1) {
                let known = STRENGTHS.iter().any(|(_, tokens)| tokens.iter().any(|other| *other as u8 == token));
                assert!(known && rule_strength(rule).is_some(), "state {state}, rule {rule}, token {token}");
            }
        }
    }
}
