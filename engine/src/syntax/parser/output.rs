//! A tree written children first, turned into the walk that has parents first. Knows nothing of grammar.
//!
//! Whether a name is the head of an application, or an operand, shows only behind it. So nodes are written when they
//! end, with the place of their first child; the walk is then read off from the back, in one pass.

use rnix::SyntaxKind;

use crate::syntax::event::Event;

/// A tree written children first.
#[derive(Debug, Default)]
pub(super) struct Output {
    items: Vec<Item>,
    n_nodes: usize,
}

/// A place between children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(u32);

#[derive(Clone, Copy, Debug)]
enum Item {
    Token(SyntaxKind, u32),
    /// A node around everything from the mark on.
    Node(SyntaxKind, Mark),
}

impl Output {
    pub(super) fn with_capacity(n: usize) -> Self {
        Self { items: Vec::with_capacity(n), n_nodes: 0 }
    }

    /// Where the next child will be.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.items.len() as u32)
    }

    pub(super) fn token(&mut self, kind: SyntaxKind, len: u32) {
        self.items.push(Item::Token(kind, len));
    }

    /// Puts everything since `mark` into a node.
    pub(super) fn node(&mut self, kind: SyntaxKind, mark: Mark) {
        self.n_nodes += 1;
        self.items.push(Item::Node(kind, mark));
    }

    /// The walk, with everything in a node of kind `root`.
    pub(super) fn walk(mut self, root: SyntaxKind) -> Vec<Event> {
        self.node(root, Mark(0));
        let n_tokens = self.items.len() - self.n_nodes;
        let mut events = vec![Event::Leave; n_tokens + 2 * self.n_nodes];
        let mut free = events.len();
        let mut open: Vec<(SyntaxKind, Mark)> = Vec::new();
        for (at, item) in self.items.iter().enumerate().rev() {
            // Nodes without children begin where they end.
            while let Some(&(kind, mark)) = open.last()
                && mark.0 as usize > at
            {
                open.pop();
                free -= 1;
                events[free] = Event::Enter(kind);
            }
            free -= 1;
            match *item {
                Item::Token(kind, len) => events[free] = Event::Token(kind, len),
                Item::Node(kind, mark) => open.push((kind, mark)),
            }
        }
        for &(kind, _) in open.iter().rev() {
            free -= 1;
            events[free] = Event::Enter(kind);
        }
        events
    }
}
