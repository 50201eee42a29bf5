//! POSIX extended syntax, as far as libstdc++ takes it.
//!
//! Open parentheses are kept in a vector; nesting costs no stack. Brackets are read in [`super::bracket`].

use super::RegexError;
use super::bracket;
use super::set::ByteSet;
use super::tree::{Facts, Node, NodeId, Tree};

/// libstdc++ refuses an expression of more states than this.
const STATE_LIMIT: u64 = 100_000;

/// Characters that mean something unless a backslash precedes them; a backslash may precede no others.
const SPECIAL: &[u8] = b".[\\()*+?{|^$";

/// Reads `pattern`.
pub(super) fn parse(pattern: &[u8]) -> Result<Tree, RegexError> {
    // The group of the whole match begins.
    let mut parser = Parser { pattern, at: 0, nodes: Vec::new(), facts: Vec::new(), states: 1, groups: 0 };
    let mut outer: Vec<Level> = Vec::new();
    let mut level = Level::new(0);
    while let Some(byte) = parser.next() {
        match byte {
            b'(' => {
                parser.groups += 1;
                parser.count(1)?;
                let inner = Level::new(parser.groups);
                outer.push(std::mem::replace(&mut level, inner));
            }
            b')' => {
                let enclosing = outer.pop().ok_or(RegexError::Invalid)?;
                let group = std::mem::replace(&mut level, enclosing);
                let number = group.number;
                let inner = parser.close(group)?;
                parser.count(1)?;
                let facts = Facts { states: parser.facts[inner].states + 2, ..parser.above(inner) };
                let atom = parser.add(Node::Group { number, inner }, facts);
                parser.quantified(&mut level, atom)?;
            }
            b'|' => {
                let branch = parser.end_branch(&mut level)?;
                parser.add_branch(&mut level, branch)?;
            }
            b'^' | b'$' => {
                parser.count(1)?;
                let node = if byte == b'^' { Node::Start } else { Node::End };
                let facts = Facts { nullable: true, states: 1, ..Facts::default() };
                let id = parser.add(node, facts);
                level.sequence.push(id);
            }
            b'*' | b'+' | b'?' | b'{' | 0 => return Err(RegexError::Invalid),
            _ => {
                let set = parser.atom(byte)?;
                parser.count(1)?;
                let facts = Facts { first: set, states: 1, ..Facts::default() };
                let id = parser.add(Node::Byte(set), facts);
                parser.quantified(&mut level, id)?;
            }
        }
    }
    if !outer.is_empty() {
        return Err(RegexError::Invalid);
    }
    let root = parser.close(level)?;
    // The group of the whole match ends, and the accepting state.
    parser.count(2)?;
    Ok(Tree { nodes: parser.nodes, facts: parser.facts, root, groups: parser.groups })
}

/// An open parenthesis, or the whole expression.
struct Level {
    number: u32,
    branches: Vec<NodeId>,
    /// How many states the branches so far are.
    branch_states: u64,
    sequence: Vec<NodeId>,
}

impl Level {
    fn new(number: u32) -> Self {
        Self { number, branches: Vec::new(), branch_states: 0, sequence: Vec::new() }
    }
}

struct Parser<'p> {
    pattern: &'p [u8],
    at: usize,
    nodes: Vec<Node>,
    facts: Vec<Facts>,
    /// How many states libstdc++ has made so far.
    states: u64,
    groups: u32,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.pattern.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.pattern.get(self.at).copied()
    }

    fn count(&mut self, states: u64) -> Result<(), RegexError> {
        self.states = self.states.saturating_add(states);
        if self.states > STATE_LIMIT { Err(RegexError::TooBig) } else { Ok(()) }
    }

    fn add(&mut self, node: Node, facts: Facts) -> NodeId {
        self.nodes.push(node);
        self.facts.push(facts);
        self.nodes.len() - 1
    }

    /// The facts of a node over `inner` that matches the same.
    fn above(&self, inner: NodeId) -> Facts {
        let facts = self.facts[inner];
        Facts { depth: facts.depth + 1, ..facts }
    }

    /// The bytes that an atom beginning with `byte` matches.
    fn atom(&mut self, byte: u8) -> Result<ByteSet, RegexError> {
        match byte {
            b'.' => Ok(ByteSet::of(|byte| byte != 0)),
            b'[' => {
                let (set, length) = bracket::parse(&self.pattern[self.at..])?;
                self.at += length;
                Ok(set)
            }
            b'\\' => match self.next() {
                Some(escaped) if SPECIAL.contains(&escaped) => Ok(ByteSet::of(|byte| byte == escaped)),
                _ => Err(RegexError::Invalid),
            },
            _ => Ok(ByteSet::of(|other| other == byte)),
        }
    }

    /// Puts `atom`, repeated as what follows says, into the sequence.
    fn quantified(&mut self, level: &mut Level, mut atom: NodeId) -> Result<(), RegexError> {
        while let Some(mark @ (b'*' | b'+' | b'?' | b'{')) = self.peek() {
            self.at += 1;
            let inner = self.facts[atom];
            let (min, max) = match mark {
                b'*' => (0, None),
                b'+' => (1, None),
                b'?' => (0, Some(1)),
                _ => self.interval()?,
            };
            let states = match mark {
                b'*' | b'+' => inner.states + 1,
                b'?' => inner.states + 2,
                _ => self.count_copies(inner.states, min, max)?,
            };
            if mark != b'{' {
                self.count(states - inner.states)?;
            }
            let facts = Facts {
                nullable: inner.nullable || min == 0,
                first: if max == Some(0) { ByteSet::EMPTY } else { inner.first },
                depth: inner.depth + 1,
                states,
            };
            atom = self.add(Node::Repeat { inner: atom, min, max }, facts);
        }
        level.sequence.push(atom);
        Ok(())
    }

    /// Counts the states of an interval: each time is a copy, the optional ones bring a state of their own.
    fn count_copies(&mut self, inner: u64, min: u32, max: Option<u32>) -> Result<u64, RegexError> {
        let needed = 1 + u64::from(min) * inner;
        self.count(needed)?;
        let optional = match max {
            None => inner + 1,
            Some(max) => 1 + u64::from(max.checked_sub(min).ok_or(RegexError::Invalid)?) * (inner + 1),
        };
        self.count(optional)?;
        Ok(needed + optional)
    }

    /// The numbers of an interval, up to and with the closing brace.
    fn interval(&mut self) -> Result<(u32, Option<u32>), RegexError> {
        let min = self.repetitions()?;
        let max = match self.next() {
            Some(b'}') => return Ok((min, Some(min))),
            Some(b',') if self.peek() == Some(b'}') => None,
            Some(b',') => Some(self.repetitions()?),
            _ => return Err(RegexError::Invalid),
        };
        if self.next() == Some(b'}') { Ok((min, max)) } else { Err(RegexError::Invalid) }
    }

    fn repetitions(&mut self) -> Result<u32, RegexError> {
        let digits = self.pattern[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = std::str::from_utf8(&self.pattern[self.at..self.at + digits]).unwrap_or_default();
        self.at += digits;
        text.parse::<i32>().ok().and_then(|number| u32::try_from(number).ok()).ok_or(RegexError::Invalid)
    }

    /// Makes one node of the sequence read so far.
    fn end_branch(&mut self, level: &mut Level) -> Result<NodeId, RegexError> {
        self.count(1)?;
        let parts = std::mem::take(&mut level.sequence);
        let mut facts = Facts { nullable: true, states: 1, ..Facts::default() };
        for &part in &parts {
            let part = self.facts[part];
            if facts.nullable {
                facts.first = facts.first.union(part.first);
            }
            facts.nullable &= part.nullable;
            facts.depth = facts.depth.max(part.depth + 1);
            facts.states += part.states;
        }
        Ok(self.add(Node::Sequence(parts), facts))
    }

    fn add_branch(&mut self, level: &mut Level, branch: NodeId) -> Result<(), RegexError> {
        level.branch_states += self.facts[branch].states;
        if !level.branches.is_empty() {
            self.count(2)?;
            level.branch_states += 2;
        }
        level.branches.push(branch);
        Ok(())
    }

    /// Makes one node of everything in `level`.
    fn close(&mut self, mut level: Level) -> Result<NodeId, RegexError> {
        let branch = self.end_branch(&mut level)?;
        self.add_branch(&mut level, branch)?;
        if level.branches.len() == 1 {
            return Ok(branch);
        }
        let mut facts = Facts { states: level.branch_states, ..Facts::default() };
        for &branch in &level.branches {
            let branch = self.facts[branch];
            facts.nullable |= branch.nullable;
            facts.first = facts.first.union(branch.first);
            facts.depth = facts.depth.max(branch.depth + 1);
        }
        Ok(self.add(Node::Choice(level.branches), facts))
    }
}
