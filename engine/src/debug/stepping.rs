//! The ways to go on, and which step points end each of them.

use crate::bytecode::{Op, PointKind};
use crate::source::Span;
use crate::vm::{Vm, Watch};

use super::Skips;
use super::scopes::{Address, value_at};

/// How far to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Until something stops the program.
    Continue,
    /// To the next point, wherever it is.
    Into(By),
    /// To the next point that is no deeper than here.
    Over(By),
    /// To the next point that is less deep than here.
    Out(By),
    /// Into the function that is called at this instruction of the frame at hand, see [`StepTarget`].
    Target(u32),
    /// To one of these instructions.
    RunTo(Vec<u32>),
}

/// What counts as one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// A step point.
    #[default]
    Expression,
    /// A step point on another line, or in another frame.
    Line,
    /// An instruction, or a step of a builtin.
    Instruction,
}

/// A call inside what is computed next, that one can step into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTarget {
    /// The instruction that calls.
    pub pc: u32,
    /// The call.
    pub span: Span,
    /// The function, as it is written.
    pub label: String,
}

/// Where a way began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// How many frames there were.
    pub(super) depth: usize,
    /// What the innermost was, and where it began on the stack.
    frame: Option<(u32, u32)>,
    line: Option<(u32, u32)>,
    /// Whether it began in what is not stepped through: then nothing is passed.
    is_skipped: bool,
}

impl Start {
    pub(super) fn of(vm: &Vm, skips: &Skips) -> Self {
        let top = vm.frames().last();
        let code = vm.frames().iter().rev().find(|it| it.is_code());
        Self {
            depth: vm.frames().len(),
            frame: top.map(|it| (it.code, it.base)),
            line: top.filter(|it| it.is_code()).and_then(|it| line_at(vm, it.code, it.pc)),
            is_skipped: code.is_some_and(|it| skips.passes(vm, it.code)),
        }
    }
}

impl Goal {
    /// The depth up to which step points are looked at; `None` if they are not.
    pub(super) fn watch(&self, start: &Start, since: u64) -> Option<Watch> {
        let depth = match self {
            Self::Into(_) | Self::Target(_) => usize::MAX,
            // Returns of the frame itself are passed on the way out, for their values.
            Self::Over(_) | Self::Out(_) => start.depth,
            Self::Continue | Self::RunTo(_) => return None,
        };
        Some(Watch { depth, below: depth.saturating_sub(1), since })
    }

    /// Whether the step point that the machine is at ends the way.
    pub(super) fn ends_at_point(&self, vm: &Vm, skips: &Skips, start: &Start) -> bool {
        let by = match self {
            Self::Into(by) | Self::Over(by) => *by,
            Self::Out(_) if vm.frames().len() >= start.depth => return false,
            Self::Out(by) => *by,
            Self::Target(_) => By::Expression,
            Self::Continue | Self::RunTo(_) => return false,
        };
        is_worth_a_stop(vm, skips, start) && (by != By::Line || is_on_another_line(vm, start))
    }
}

/// Whether anything happens at the step point that the machine is at, in code that is stepped through.
pub(super) fn is_worth_a_stop(vm: &Vm, skips: &Skips, start: &Start) -> bool {
    let Some(frame) = vm.frames().last() else { return false };
    if !start.is_skipped && skips.passes(vm, frame.code) {
        return false;
    }
    let points = vm.program.points_in(frame.code, frame.pc);
    if points.iter().any(|it| it.kind != PointKind::Variable) {
        return true;
    }
    let address = match vm.program.op(frame.pc) {
        Op::LocalForced(slot) => Address::Local(slot),
        Op::EnvForced { depth, slot } => {
            let env = vm.heap.env_up(frame.env, u32::from(depth));
            return vm.settled(vm.heap.env_get(env, slot)).is_none();
        }
        _ => return true,
    };
    value_at(vm, vm.stack(), frame, Some(address)).is_some_and(|v| vm.settled(v).is_none())
}

/// Whether the step point that the machine is at only ends a body.
pub(super) fn is_return(vm: &Vm) -> bool {
    vm.frames().last().is_some_and(|frame| {
        frame.is_code()
            && vm.program.points_in(frame.code, frame.pc).iter().all(|it| it.kind == PointKind::Return)
            && vm.program.op(frame.pc) == Op::Return
    })
}

/// Whether the step point that the machine is at is on another line than where a way began, or in another frame.
pub(super) fn is_on_another_line(vm: &Vm, start: &Start) -> bool {
    let Some(frame) = vm.frames().last() else { return false };
    if is_return(vm) {
        return false;
    }
    Some((frame.code, frame.base)) != start.frame || line_at(vm, frame.code, frame.pc) != start.line
}

/// The text and line of what begins at an instruction.
fn line_at(vm: &Vm, body: u32, pc: u32) -> Option<(u32, u32)> {
    let unit = vm.unit_of(body)?;
    let expr = match vm.program.points_in(body, pc).first() {
        Some(point) => point.expr,
        None => *vm.program.exprs.get(pc as usize)?,
    };
    let (_, at) = vm.sources.locate(unit.module.spans[expr as usize].start)?;
    Some((unit.module.file.0, at.line))
}

/// The calls inside what the machine is about to compute, in the order in which they are made.
#[must_use]
pub fn step_targets(vm: &Vm, here: Span) -> Vec<StepTarget> {
    let Some(frame) = vm.frames().last().filter(|it| it.is_code()) else { return Vec::new() };
    let Some(unit) = vm.unit_of(frame.code) else { return Vec::new() };
    let body = &vm.program.bodies[frame.code as usize];
    let module = &unit.module;
    let mut targets = Vec::new();
    for pc in frame.pc..body.end {
        if !matches!(vm.program.op(pc), Op::Call(_)) {
            continue;
        }
        let id = vm.program.exprs[pc as usize];
        let span = module.spans[id as usize];
        if span.start < here.start || span.end > here.end {
            continue;
        }
        let crate::ir::Expr::Call { function, .. } = module.exprs[id as usize] else { continue };
        let label = super::frames::quote(vm, module.spans[function.0 as usize], 60);
        targets.push(StepTarget { pc, span, label });
    }
    targets
}
