//! A regular expression as instructions, for [`super::exact`].

use super::set::ByteSet;
use super::tree::{Node, NodeId, Tree};

/// The place of an instruction.
pub(super) type Pc = u32;

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inst {
    /// Take one byte out of a set, by the number of the set.
    Byte {
        set: u32,
        next: Pc,
    },
    Start {
        next: Pc,
    },
    End {
        next: Pc,
    },
    /// A group begins or ends: write the position into a slot.
    Save {
        slot: u32,
        next: Pc,
    },
    /// Try both.
    Both {
        first: Pc,
        second: Pc,
        branch: u32,
    },
    /// Try the body; only if that leads nowhere, go on behind it.
    Repeat {
        body: Pc,
        exit: Pc,
        branch: u32,
        counter: Option<u32>,
    },
    Accept,
}

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) code: Vec<Inst>,
    pub(super) sets: Vec<ByteSet>,
    pub(super) entry: Pc,
    /// How many instructions have two ways on.
    pub(super) branches: u32,
    /// How many of them must count how often they were met at one place.
    pub(super) counters: u32,
    pub(super) slots: usize,
}

enum Task {
    Node(NodeId),
    Open(u32),
    /// The branch made last is the right side of a choice; make the left ones.
    Choose {
        choice: NodeId,
        left: usize,
        join: Pc,
    },
    /// Close the loop whose instruction is given; its body was made last.
    Loop {
        at: Pc,
        enter_body: bool,
    },
    Times {
        inner: NodeId,
        left: u32,
    },
    Optional {
        inner: NodeId,
        left: u32,
        exit: Pc,
    },
    /// An optional copy was made; put its instruction before it.
    Option {
        nullable: bool,
        exit: Pc,
    },
    Either {
        right: Pc,
    },
}

struct Compiler<'t> {
    tree: &'t Tree,
    program: Program,
    tasks: Vec<Task>,
    set_of_node: Vec<u32>,
}

/// Compiles from the end to the beginning, so that the way on is always known.
pub(super) fn compile(tree: &Tree) -> Program {
    let program = Program {
        code: vec![Inst::Accept],
        sets: Vec::new(),
        entry: 0,
        branches: 0,
        counters: 0,
        slots: 2 * (tree.groups as usize + 1),
    };
    let set_of_node = vec![u32::MAX; tree.nodes.len()];
    let mut compiler = Compiler { tree, program, tasks: vec![Task::Node(tree.root)], set_of_node };
    let mut next = 0;
    while let Some(task) = compiler.tasks.pop() {
        next = compiler.run(task, next);
    }
    compiler.program.entry = next;
    compiler.program
}

impl Compiler<'_> {
    fn emit(&mut self, inst: Inst) -> Pc {
        self.program.code.push(inst);
        Pc::try_from(self.program.code.len() - 1).unwrap_or(0)
    }

    fn branch(&mut self) -> u32 {
        self.program.branches += 1;
        self.program.branches - 1
    }

    fn counter(&mut self, needed: bool) -> Option<u32> {
        needed.then(|| {
            self.program.counters += 1;
            self.program.counters - 1
        })
    }

    fn run(&mut self, task: Task, next: Pc) -> Pc {
        match task {
            Task::Node(id) => self.node(id, next),
            Task::Open(number) => self.emit(Inst::Save { slot: 2 * number, next }),
            Task::Choose { choice, left, join } => {
                let Node::Choice(branches) = &self.tree.nodes[choice] else { return next };
                let Some(left) = left.checked_sub(1) else { return next };
                self.tasks.push(Task::Choose { choice, left, join });
                self.tasks.push(Task::Either { right: next });
                self.tasks.push(Task::Node(branches[left]));
                join
            }
            Task::Either { right } => {
                let branch = self.branch();
                self.emit(Inst::Both { first: next, second: right, branch })
            }
            Task::Loop { at, enter_body } => {
                if let Some(Inst::Repeat { body, .. }) = self.program.code.get_mut(at as usize) {
                    *body = next;
                }
                if enter_body { next } else { at }
            }
            Task::Times { inner, left } => {
                if let Some(left) = left.checked_sub(1) {
                    self.tasks.push(Task::Times { inner, left });
                    self.tasks.push(Task::Node(inner));
                }
                next
            }
            Task::Optional { inner, left, exit } => {
                if let Some(left) = left.checked_sub(1) {
                    let nullable = self.tree.facts[inner].nullable;
                    self.tasks.push(Task::Optional { inner, left, exit });
                    self.tasks.push(Task::Option { nullable, exit });
                    self.tasks.push(Task::Node(inner));
                }
                next
            }
            Task::Option { nullable, exit } => {
                let (branch, counter) = (self.branch(), self.counter(nullable));
                self.emit(Inst::Repeat { body: next, exit, branch, counter })
            }
        }
    }

    fn node(&mut self, id: NodeId, next: Pc) -> Pc {
        match &self.tree.nodes[id] {
            Node::Byte(set) => {
                if self.set_of_node[id] == u32::MAX {
                    self.set_of_node[id] = u32::try_from(self.program.sets.len()).unwrap_or(0);
                    self.program.sets.push(*set);
                }
                self.emit(Inst::Byte { set: self.set_of_node[id], next })
            }
            Node::Start => self.emit(Inst::Start { next }),
            Node::End => self.emit(Inst::End { next }),
            Node::Group { number, inner } => {
                self.tasks.push(Task::Open(*number));
                self.tasks.push(Task::Node(*inner));
                self.emit(Inst::Save { slot: 2 * number + 1, next })
            }
            Node::Sequence(parts) => {
                self.tasks.extend(parts.iter().map(|&part| Task::Node(part)));
                next
            }
            Node::Choice(branches) => {
                let left = branches.len() - 1;
                self.tasks.push(Task::Choose { choice: id, left, join: next });
                self.tasks.push(Task::Node(branches[left]));
                next
            }
            Node::Repeat { inner, min, max: None } => {
                let (branch, counter) = (self.branch(), self.counter(self.tree.facts[*inner].nullable));
                let at = self.emit(Inst::Repeat { body: 0, exit: next, branch, counter });
                // The body of the loop also serves as the last of the needed copies.
                let enter_body = *min > 0;
                self.tasks.push(Task::Times { inner: *inner, left: min.saturating_sub(1) });
                self.tasks.push(Task::Loop { at, enter_body });
                self.tasks.push(Task::Node(*inner));
                at
            }
            Node::Repeat { inner, min, max: Some(max) } => {
                self.tasks.push(Task::Times { inner: *inner, left: *min });
                self.tasks.push(Task::Optional { inner: *inner, left: max.saturating_sub(*min), exit: next });
                next
            }
        }
    }
}
