//! The tree of a text, flat: nodes and tokens in the order of the text, parents before children. Never recurses, so no
//! depth of nesting is too deep, and no bytes are too broken.

use nixscope_engine::syntax::{Event, Parse, SyntaxKind};

use super::TextRange;

/// A node or token of a [`Tree`]. Numbers grow with the place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

#[derive(Clone, Copy, Debug)]
struct Element {
    kind: SyntaxKind,
    is_token: bool,
    start: u32,
    end: u32,
    parent: u32,
    /// One past the last element inside.
    after: u32,
}

/// The tree of one text. There is always a root.
#[derive(Debug)]
pub struct Tree {
    elements: Vec<Element>,
}

impl Tree {
    /// The tree of a walk.
    pub(super) fn new(parse: &Parse) -> Self {
        let n_elements = parse.events.iter().filter(|it| !matches!(it, Event::Leave)).count();
        let mut elements: Vec<Element> = Vec::with_capacity(n_elements.max(1));
        let mut open: Vec<u32> = Vec::new();
        let mut at = 0;
        for event in &parse.events {
            let index = elements.len() as u32;
            let parent = open.last().copied().unwrap_or(0);
            match *event {
                Event::Enter(kind) => {
                    open.push(index);
                    elements.push(Element { kind, is_token: false, start: at, end: at, parent, after: index + 1 });
                }
                Event::Token(_, 0) => {}
                Event::Token(kind, len) => {
                    let end = at + len;
                    elements.push(Element { kind, is_token: true, start: at, end, parent, after: index + 1 });
                    at = end;
                }
                Event::Leave => {
                    if let Some(node) = open.pop() {
                        let node = &mut elements[node as usize];
                        (node.end, node.after) = (at, index);
                    }
                }
            }
        }
        if elements.is_empty() {
            let kind = SyntaxKind::NODE_ROOT;
            elements.push(Element { kind, is_token: false, start: 0, end: 0, parent: 0, after: 1 });
        }
        Self { elements }
    }

    /// The node around everything.
    #[must_use]
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// All nodes and tokens in the order of the text.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.elements.len() as u32).map(NodeId)
    }

    /// How many nodes are inside each other at most, and how many names the longest attribute path has.
    #[must_use]
    pub fn extent(&self) -> (usize, usize) {
        let (mut depth, mut names) = (0, 0);
        let mut ends: Vec<NodeId> = Vec::new();
        for node in self.all().filter(|&it| !self.is_token(it)) {
            while ends.pop_if(|it| *it <= node).is_some() {}
            ends.push(self.after(node));
            depth = depth.max(ends.len());
            if self.kind(node) == SyntaxKind::NODE_ATTRPATH {
                names = names.max(self.nodes(node).count());
            }
        }
        (depth, names)
    }

    fn element(&self, id: NodeId) -> &Element {
        &self.elements[id.0 as usize]
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> SyntaxKind {
        self.element(id).kind
    }

    /// Whether it is a token.
    #[must_use]
    pub fn is_token(&self, id: NodeId) -> bool {
        self.element(id).is_token
    }

    /// Where it is.
    #[must_use]
    pub fn range(&self, id: NodeId) -> TextRange {
        let element = self.element(id);
        TextRange::new(element.start, element.end)
    }

    /// The node around it.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        (id.0 != 0).then(|| NodeId(self.element(id).parent))
    }

    /// The kind of the node around it; that of the root for the root.
    #[must_use]
    pub fn parent_kind(&self, id: NodeId) -> SyntaxKind {
        self.kind(NodeId(self.element(id).parent))
    }

    /// It and all nodes around it, innermost first.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(id), |&it| self.parent(it))
    }

    /// One past the last element inside.
    #[must_use]
    pub fn after(&self, id: NodeId) -> NodeId {
        NodeId(self.element(id).after)
    }

    /// Whether one is the other, or inside it.
    #[must_use]
    pub fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        (outer..self.after(outer)).contains(&inner)
    }

    /// Its nodes and tokens.
    pub fn elements(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.after(id);
        let first = NodeId(id.0 + 1);
        std::iter::successors((first < end).then_some(first), move |&it| Some(self.after(it)).filter(|&it| it < end))
    }

    /// Its nodes.
    pub fn nodes(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.elements(id).filter(|&it| !self.is_token(it))
    }

    /// Its first node of a kind.
    #[must_use]
    pub fn node(&self, id: NodeId, kind: SyntaxKind) -> Option<NodeId> {
        self.nodes(id).find(|&it| self.kind(it) == kind)
    }

    /// Its first token of a kind.
    #[must_use]
    pub fn token(&self, id: NodeId, kind: SyntaxKind) -> Option<NodeId> {
        self.elements(id).find(|&it| self.is_token(it) && self.kind(it) == kind)
    }

    /// Everything inside, itself first.
    pub fn inside(&self, id: NodeId) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (id.0..self.after(id).0).map(NodeId)
    }

    /// The token that a byte belongs to; `None` at the end of the text.
    #[must_use]
    pub fn token_at(&self, offset: u32) -> Option<NodeId> {
        let behind = self.elements.partition_point(|it| it.start <= offset);
        let found = self.elements[..behind].iter().rposition(|it| it.is_token)?;
        (offset < self.elements[found].end).then_some(NodeId(found as u32))
    }

    /// The token that ends at an offset or contains the byte before it.
    #[must_use]
    pub fn token_before(&self, offset: u32) -> Option<NodeId> {
        self.token_at(offset.checked_sub(1)?)
    }

    /// The token at an offset that a cursor there is about: words are preferred to what touches them.
    #[must_use]
    pub fn touched(&self, offset: u32) -> Option<NodeId> {
        let (left, right) = (self.token_before(offset), self.token_at(offset));
        let weight = |token: NodeId| match self.kind(token) {
            SyntaxKind::TOKEN_WHITESPACE => 0,
            SyntaxKind::TOKEN_COMMENT => 1,
            SyntaxKind::TOKEN_IDENT => 4,
            kind if is_path_token(kind) || kind.is_literal() => 3,
            _ => 2,
        };
        match (left, right) {
            (Some(left), Some(right)) if weight(left) > weight(right) => Some(left),
            (left, None) => left,
            (_, right) => right,
        }
    }

    /// The token before another one that is neither blank nor comment.
    #[must_use]
    pub fn token_left_of(&self, offset: u32) -> Option<NodeId> {
        let mut at = self.token_before(offset)?;
        while self.is_trivia(at) {
            at = self.token_before(self.range(at).start)?;
        }
        Some(at)
    }

    /// Whether it is blank or a comment.
    #[must_use]
    pub fn is_trivia(&self, id: NodeId) -> bool {
        matches!(self.kind(id), SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT)
    }
}

/// Whether tokens of this kind are pieces of paths.
pub(super) fn is_path_token(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::TOKEN_PATH_ABS
            | SyntaxKind::TOKEN_PATH_REL
            | SyntaxKind::TOKEN_PATH_HOME
            | SyntaxKind::TOKEN_PATH_SEARCH
    )
}
