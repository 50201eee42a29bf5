//! Appends instructions: labels, regions, and the stack of what is still to be written.

use crate::bytecode::{Op, Program, Region, Slot, Why};
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
    /// Code that leaves the value or a thunk of it.
    Lazy(ExprId),
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
    /// From here on the function counts as called.
    Called,
}

pub(super) struct Builder<'a> {
    pub(super) unit: &'a Unit,
    pub(super) globals: &'a Globals,
    pub(super) program: &'a mut Program,
    /// Which body of the unit is written.
    pub(super) body: u32,
    pub(super) tasks: Vec<Task>,
    start: u32,
    labels: Vec<u32>,
    open: Vec<(u32, Why, Pos)>,
    regions: Vec<Region>,
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
            labels: Vec::new(),
            open: Vec::new(),
            regions: Vec::new(),
            expr: unit.module.root,
        }
    }

    /// Writes `tasks` next, in this order.
    pub(super) fn plan(&mut self, tasks: &[Task]) {
        self.tasks.extend(tasks.iter().rev());
    }

    pub(super) fn op(&mut self, op: Op, pos: Pos) {
        self.program.ops.push(op);
        self.program.places.push(pos);
        self.program.exprs.push(self.expr.0);
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
            Task::Here(label) => self.labels[label.0 as usize] = self.program.ops.len() as u32,
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
            Task::Called => {
                let called = self.program.ops.len() as u32;
                self.program.bodies[(self.unit.first_body + self.body) as usize].called = called;
            }
            Task::Strict(_) | Task::Lazy(_) => {}
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
            if let Op::Jump(target) | Op::JumpFalse(target) | Op::JumpTrue(target) = op {
                *target = self.labels[*target as usize];
            }
        }
        let first_region = program.regions.len() as u32;
        program.regions.extend(self.regions);
        let body = &mut program.bodies[(self.unit.first_body + self.body) as usize];
        body.entry = self.start;
        body.end = end;
        body.regions = (first_region, program.regions.len() as u32);
    }
}
