//! Appends instructions: labels, regions, and the stack of what is still to be written.

use crate::bytecode::{Op, Point, PointKind, Program, Region, Slot, Why};
use crate::ir::ExprId;
use crate::source::Pos;

use super::analysis::VarId;
use super::{Globals, Unit};

/// A place in the body that jumps refer to before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(pub(super) u32);

/// Something still to be written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task {
    /// Code that leaves the settled value of an expression.
    Strict(ExprId),
    /// The same for an expression at which one can always stop.
    StrictAt(ExprId, PointKind),
    /// Code that leaves the value or a thunk of it.
    Lazy(ExprId),
    /// The same for what becomes part of a list or set.
    Part(ExprId),
    /// One instruction. Jumps carry a label, which becomes a target when the body is finished.
    Op(Op, Pos),
    /// From here on, what is written is done for this.
    Open(Why, Pos),
    /// Until here.
    Close,
    /// The label is here.
    Here(Label),
    /// Fills the slot of a variable.
    Store(VarId),
    /// Leaves what is in the slot of a variable, lazy.
    Load(VarId),
    /// Instructions that follow are made from this expression.
    At(ExprId),
    /// One can stop where this variable is needed.
    Needed(ExprId),
    /// From here on the function counts as called.
    Called,
    /// The end of a body that computes this expression.
    Return(ExprId),
}

pub(super) struct Builder<'a> {
    pub(super) unit: &'a Unit,
    pub(super) globals: &'a Globals,
    pub(super) program: &'a mut Program,
    /// Which body of the unit is written.
    pub(super) body: u32,
    pub(super) tasks: Vec<Task>,
    start: u32,
    /// Instructions before this one are not joined with those after it.
    barrier: u32,
    labels: Vec<u32>,
    open: Vec<(u32, Why, Pos)>,
    regions: Vec<Region>,
    points: Vec<Point>,
    expr: ExprId,
}

impl<'a> Builder<'a> {
    pub(super) fn new(unit: &'a Unit, globals: &'a Globals, program: &'a mut Program, body: u32) -> Self {
        let start = program.ops.len() as u32;
        Self {
            unit,
            globals,
            program,
            body,
            tasks: Vec::new(),
            start,
            barrier: start,
            labels: Vec::new(),
            open: Vec::new(),
            regions: Vec::new(),
            points: Vec::new(),
            expr: unit.module.root,
        }
    }

    /// Writes `tasks` next, in this order.
    pub(super) fn plan(&mut self, tasks: &[Task]) {
        self.tasks.extend(tasks.iter().rev());
    }

    pub(super) fn op(&mut self, op: Op, pos: Pos) {
        if let Some(fused) = self.fused(op) {
            let last = self.program.ops.len() - 1;
            self.program.ops[last] = fused;
            return;
        }
        self.program.ops.push(op);
        self.program.places.push(pos);
        self.program.exprs.push(self.expr.0);
        if let Some((n_back, shortcut)) = self.shortcut() {
            self.insert(n_back, shortcut);
        }
    }

    /// One can stop at what is written next, where an expression begins.
    pub(super) fn point(&mut self, expr: ExprId, kind: PointKind) {
        self.points.push(Point { pc: self.program.ops.len() as u32, expr: expr.0, kind });
    }

    /// The instructions written since the last label: those that jumps cannot lead between.
    fn since_label(&self) -> &[Op] {
        &self.program.ops[self.barrier.max(self.start) as usize..]
    }

    /// One instruction that does what the last one and `op` do.
    fn fused(&self, op: Op) -> Option<Op> {
        let last = *self.since_label().last()?;
        Some(match (last, op) {
            (Op::Int(i), Op::Eager { arith, body }) => Op::EagerInt { arith, int: i16::try_from(i).ok()?, body },
            (Op::Thunk(body), Op::SetEnv(slot)) => Op::ThunkToEnv { slot: u16::try_from(slot).ok()?, body },
            (Op::Thunk(body), Op::SetLocal(slot)) => Op::ThunkToLocal { slot: u16::try_from(slot).ok()?, body },
            _ => return None,
        })
    }

    /// A shortcut for the last instructions, and how many those are. They stay: the shortcut skips them when it can.
    fn shortcut(&self) -> Option<(usize, Op)> {
        Some(match *self.since_label() {
            [.., Op::AddFirst, Op::Int(i), Op::Add] => (3, Op::AddInt(i)),
            [.., Op::Int(i), Op::Sub] => (2, Op::SubInt(i)),
            [.., Op::Int(i), Op::Less, Op::JumpFalse(target)] => match i16::try_from(i) {
                Ok(int) => (3, Op::LessIntJumpFalse { int, target }),
                Err(_) => (2, Op::LessJumpFalse(target)),
            },
            [.., Op::Less, Op::JumpFalse(target)] => (2, Op::LessJumpFalse(target)),
            [.., Op::Equal, Op::JumpFalse(target)] => (2, Op::EqualJumpFalse(target)),
            _ => return None,
        })
    }

    /// Puts an instruction before the last `n_back`.
    fn insert(&mut self, n_back: usize, op: Op) {
        let at = self.program.ops.len() - n_back;
        self.program.ops.insert(at, op);
        self.program.places.insert(at, self.program.places[at]);
        self.program.exprs.insert(at, self.program.exprs[at]);
        // What began at the instructions that moved begins one later; what ends behind them ends one later. Regions are
        // closed in the order of their ends and opened in the order of their beginnings: only the last ones moved.
        let at = at as u32;
        for region in self.regions.iter_mut().rev().take_while(|it| it.end > at) {
            region.start += u32::from(region.start >= at);
            region.end += 1;
        }
        for point in self.points.iter_mut().rev().take_while(|it| it.pc > at) {
            point.pc += 1;
        }
        for (start, ..) in self.open.iter_mut().rev().take_while(|it| it.0 > at) {
            *start += 1;
        }
    }

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }

    /// Does a task that is not an expression.
    pub(super) fn simple(&mut self, task: Task) {
        match task {
            Task::Op(op, pos) => self.op(op, pos),
            Task::Open(why, pos) => self.open.push((self.program.ops.len() as u32, why, pos)),
            Task::Close => {
                if let Some((start, why, pos)) = self.open.pop() {
                    self.regions.push(Region { start, end: self.program.ops.len() as u32, why, pos });
                }
            }
            Task::Here(label) => {
                self.barrier = self.program.ops.len() as u32;
                self.labels[label.0 as usize] = self.barrier;
            }
            Task::Store(var) => {
                let op = match self.unit.analysis.vars[var.0 as usize].slot {
                    Slot::Local(slot) => Op::SetLocal(slot),
                    Slot::Env(slot) => Op::SetEnv(slot),
                };
                self.op(op, Pos::NONE);
            }
            Task::Load(var) => {
                let op = self.load(var, false);
                self.op(op, Pos::NONE);
            }
            Task::At(expr) => self.expr = expr,
            Task::Needed(expr) => {
                self.expr = expr;
                self.point(expr, PointKind::Variable);
            }
            Task::Return(expr) => {
                self.point(expr, PointKind::Return);
                self.op(Op::Return, Pos::NONE);
            }
            Task::Called => {
                let called = self.program.ops.len() as u32;
                self.barrier = called;
                self.program.bodies[(self.unit.first_body + self.body) as usize].called = called;
            }
            Task::Strict(_) | Task::StrictAt(..) | Task::Lazy(_) | Task::Part(_) => {}
        }
    }

    /// The instruction that leaves the value of a variable.
    pub(super) fn load(&self, var: VarId, forced: bool) -> Op {
        let analysis = &self.unit.analysis;
        let it = &analysis.vars[var.0 as usize];
        match (it.slot, forced) {
            (Slot::Local(slot), false) => Op::Local(slot),
            (Slot::Local(slot), true) => Op::LocalForced(slot),
            (Slot::Env(slot), false) => Op::Env { depth: analysis.depth(self.body, it.body), slot },
            (Slot::Env(slot), true) => Op::EnvForced { depth: analysis.depth(self.body, it.body), slot },
        }
    }

    /// Ends the body: labels become targets, and the body is registered as emitted.
    pub(super) fn finish(self) {
        let program = self.program;
        let end = program.ops.len() as u32;
        for op in &mut program.ops[self.start as usize..] {
            if let Op::Jump(target)
            | Op::JumpFalse(target)
            | Op::JumpTrue(target)
            | Op::LessJumpFalse(target)
            | Op::LessIntJumpFalse { target, .. }
            | Op::EqualJumpFalse(target) = op
            {
                *target = self.labels[*target as usize];
            }
        }
        let first_region = program.regions.len() as u32;
        program.regions.extend(self.regions);
        let body = &mut program.bodies[(self.unit.first_body + self.body) as usize];
        body.entry = self.start;
        body.end = end;
        body.regions = [first_region, program.regions.len() as u32];
        program.add_points(self.unit.first_body + self.body, &self.points);
    }
}
