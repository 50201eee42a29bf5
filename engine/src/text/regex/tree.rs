//! A parsed regular expression: nodes in one vector, children before parents.

use super::set::ByteSet;

/// The place of a node in [`Tree::nodes`].
pub(super) type NodeId = usize;

/// One node.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// One byte out of a set.
    Byte(ByteSet),
    /// `^`
    Start,
    /// `$`
    End,
    /// A pair of parentheses, numbered from 1.
    Group { number: u32, inner: NodeId },
    /// One after the other.
    Sequence(Vec<NodeId>),
    /// One of several, at least two.
    Choice(Vec<NodeId>),
    /// Several times; without `max`, any number of times.
    Repeat { inner: NodeId, min: u32, max: Option<u32> },
}

/// What is known of what a node matches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// Whether it can match the empty text.
    pub(super) nullable: bool,
    /// The bytes a match can begin with.
    pub(super) first: ByteSet,
    /// How many nodes are above one another.
    pub(super) depth: u32,
    /// How many states libstdc++ makes of it.
    pub(super) states: u64,
}

/// A parsed regular expression.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) facts: Vec<Facts>,
    pub(super) root: NodeId,
    /// How many pairs of parentheses there are.
    pub(super) groups: u32,
}

impl Tree {
    /// Whether two branches of a choice may match at the same place, so that it matters that libstdc++ tries both.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.nodes.iter().any(|node| {
            let Node::Choice(branches) = node else { return false };
            let mut seen = ByteSet::EMPTY;
            branches.iter().any(|&branch| {
                let Facts { nullable, first, .. } = self.facts[branch];
                let clash = nullable || first.meets(seen);
                seen = seen.union(first);
                clash
            })
        })
    }

    /// Whether something that can match the empty text is repeated without end: how often it is then repeated is a
    /// peculiarity of libstdc++, seen in the groups.
    pub(super) fn has_empty_loop(&self) -> bool {
        self.nodes
            .iter()
            .any(|node| matches!(node, Node::Repeat { inner, max: None, .. } if self.facts[*inner].nullable))
    }

    /// Whether something is repeated zero times, groups and all.
    pub(super) fn has_void(&self) -> bool {
        self.nodes.iter().any(|node| matches!(node, Node::Repeat { max: Some(0), .. }))
    }
}
