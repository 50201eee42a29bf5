//! The demand stack as a person reads it: who needs this value, and why.

use crate::bytecode::{Op, Why};
use crate::ir::{AttrName, Expr, ExprId, Module};
use crate::source::{Origin, Span};
use crate::value::Value;
use crate::vm::{Blame, Fault, FaultKind, Frame, FrameKind, Native, START, Vm};

use super::Debugger;
use super::names::NameKind;

/// One entry of the demand stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameView {
    /// Its index among the machine's frames, the outermost being 0.
    pub index: usize,
    /// What runs.
    pub kind: ViewKind,
    /// What it is called.
    pub name: String,
    /// What it computes or waits for; none for builtins.
    pub span: Option<Span>,
    /// What its value is needed for; empty if nobody knows.
    pub reason: String,
    /// Whether it is code that is stepped through, or works for the machine only.
    pub is_subtle: bool,
    /// The instruction it is at, if it runs instructions.
    pub pc: Option<u32>,
}

/// What a frame runs, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewKind {
    /// A whole text.
    File,
    /// A function.
    Function,
    /// A suspended expression.
    Thunk,
    /// A builtin.
    Builtin,
    /// Something that works for the machine: comparing, coercing, printing.
    Helper,
}

/// An argument of a builtin at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltinArg {
    /// Its name in the documentation.
    pub name: &'static str,
    /// Its value, perhaps not needed yet.
    pub value: Value,
}

impl Debugger {
    /// How many frames the program has.
    #[must_use]
    pub fn n_frames(&self, vm: &Vm) -> usize {
        vm.frames().len()
    }

    /// Frames, the innermost first: `count` of them, after the first `start`.
    pub fn frames(&mut self, vm: &Vm, start: usize, count: usize) -> Vec<FrameView> {
        let n = vm.frames().len();
        (0..n).rev().skip(start).take(count).map(|index| self.frame(vm, index)).collect()
    }

    /// One frame.
    ///
    /// # Panics
    /// If there is none at this index.
    pub fn frame(&mut self, vm: &Vm, index: usize) -> FrameView {
        let frame = vm.frames()[index];
        let reason = self.reason(vm, index);
        if frame.is_code() {
            let name = self.names.describe(vm, frame.code);
            let kind = match name.kind {
                NameKind::File => ViewKind::File,
                NameKind::Function => ViewKind::Function,
                NameKind::Thunk | NameKind::Made => ViewKind::Thunk,
            };
            return FrameView {
                index,
                kind,
                name: name.text,
                span: self.span_of(vm, index),
                reason,
                is_subtle: self.skips.passes(vm, frame.code),
                pc: Some(frame.pc),
            };
        }
        let native = vm.native(frame.code);
        let is_shown = native.visible != crate::vm::Visible::Internal && !native.name.is_empty();
        let kind = if is_shown { ViewKind::Builtin } else { ViewKind::Helper };
        let name = if is_shown { format!("builtins.{}", native.name) } else { helper_name(native.name).to_owned() };
        FrameView { index, kind, name, span: None, reason, is_subtle: !is_shown, pc: None }
    }

    /// The arguments of the builtin in a frame; none for code.
    #[must_use]
    pub fn builtin_args(&self, vm: &Vm, index: usize) -> Vec<BuiltinArg> {
        let Some(frame) = vm.frames().get(index).filter(|it| !it.is_code()) else { return Vec::new() };
        let native = vm.native(frame.code);
        let args = native.args.iter().zip(frame.base..).filter_map(|(arg, slot)| {
            let value = *vm.stack().get(slot as usize)?;
            (value != Value::UNSET).then_some(BuiltinArg { name: arg.name, value })
        });
        args.collect()
    }

    /// What the value of the frame at an index is needed for.
    fn reason(&mut self, vm: &Vm, index: usize) -> String {
        let Some(below) = index.checked_sub(1) else { return "the value of the program".to_owned() };
        let caller = vm.frames()[below];
        let is_call = vm.frames()[index].is_code() && vm.frames()[index].thunk == 0;
        if caller.is_code() { self.reason_in_code(vm, below, index) } else { reason_in_native(vm, &caller, is_call) }
    }

    fn reason_in_code(&mut self, vm: &Vm, below: usize, index: usize) -> String {
        let caller = vm.frames()[below];
        let pc = caller.pc.saturating_sub(1);
        let Some(unit) = vm.unit_of(caller.code) else { return self.names.describe(vm, caller.code).text };
        let module = &unit.module;
        if vm.program.points_of(caller.code).first().is_some_and(|it| pc < it.pc) {
            return "taking its argument apart".to_owned();
        }
        let expr = ExprId(vm.program.exprs[pc as usize]);
        let text = |id: ExprId| quote(vm, module.spans[id.0 as usize], QUOTED);
        let what = match vm.program.op(pc) {
            Op::Call(_) if vm.frames()[index].thunk == 0 => format!("called by {}", text(expr)),
            Op::LocalForced(_) | Op::EnvForced { .. } => text(expr),
            Op::Select { .. } | Op::SelectKeep { .. } | Op::SelectDynamic => {
                format!("attribute {}", path_of(vm, module, expr))
            }
            Op::CallBuiltin { builtin, .. } => format!("called by {}", vm.native(builtin).name),
            Op::CheckArg { arg, builtin } => format!("argument {} of {}", arg + 1, vm.native(builtin).name),
            Op::Equal | Op::NotEqual => format!("comparing in {}", text(expr)),
            Op::CoerceToString => format!("a part of the string, {}", text(expr)),
            Op::Force => text(expr),
            _ => text(expr),
        };
        match region(vm, module, &caller, pc) {
            Some(why) => format!("{why}: {what}"),
            None => what,
        }
    }
}

/// What the innermost region around an instruction is done for.
fn region(vm: &Vm, module: &Module, caller: &Frame, pc: u32) -> Option<String> {
    let region = vm.program.regions_of(caller.code).iter().find(|it| it.start <= pc && pc < it.end)?;
    Some(match region.why {
        Why::Text(text) => text.strip_prefix("while evaluating ").unwrap_or(text).to_owned(),
        Why::Coercion(_) => return None,
        Why::Builtin(builtin) | Why::BuiltinArg(builtin, _) if is_operator(vm.native(builtin).name) => {
            let operation = vm.program.exprs[region.end.saturating_sub(1) as usize];
            format!("operand of {}", quote(vm, module.spans[operation as usize], QUOTED))
        }
        Why::Builtin(builtin) => format!("for {}", vm.native(builtin).name),
        Why::BuiltinArg(builtin, arg) => format!("argument {} of {}", arg + 1, vm.native(builtin).name),
    })
}

/// Whether a builtin is mostly written as an operator.
fn is_operator(name: &str) -> bool {
    matches!(name, "sub" | "mul" | "div" | "lessThan")
}

fn reason_in_native(vm: &Vm, frame: &Frame, is_call: bool) -> String {
    let native = vm.native(frame.code);
    if let Some(part) = vm.part_being_printed(frame) {
        return format!("printing {part}");
    }
    if frame.pc < START {
        let at = frame.pc as usize;
        let n = native.args.len();
        let at = if native.order == crate::vm::Order::Backward { n.wrapping_sub(1 + at) } else { at };
        if frame.kind == FrameKind::Helper && native.visible == crate::vm::Visible::Internal {
            return helper_name(native.name).to_owned();
        }
        return format!("argument {} of {}", at + 1, native.name);
    }
    if native.visible == crate::vm::Visible::Internal {
        return helper_name(native.name).to_owned();
    }
    if frame.pc == crate::vm::FINISHING {
        return format!("the result of {}", native.name);
    }
    let verb = if is_call { "called by" } else { "for" };
    let why = (frame.why & !crate::vm::IF_VALUE) as usize;
    let line = why.checked_sub(1).and_then(|it| native.whys.get(it)).filter(|it| !it.is_empty());
    match line.map(|it| (*it).to_owned()).or_else(|| explanation(vm, native, frame)) {
        Some(why) => format!("{verb} {}: {}", native.name, why.strip_prefix("while evaluating ").unwrap_or(&why)),
        None => format!("{verb} {}", native.name),
    }
}

/// What only the native knows of what it is doing: what it would tell a fault that climbs out of it.
fn explanation(vm: &Vm, native: &Native, frame: &Frame) -> Option<String> {
    let mut fault = Fault::new(FaultKind::Eval, "");
    native.explain?(vm, frame, Blame::Inner, &mut fault);
    let line = fault.data().trace.first()?.text.lines().next()?;
    Some(line.trim_end_matches(':').to_owned())
}

/// What a native does that works for the machine.
fn helper_name(name: &str) -> &'static str {
    match name {
        "apply" => "applying a function",
        "functor" => "calling a set",
        "equal" => "comparing for equality",
        "less" => "comparing for order",
        "coerceToString" => "making a string",
        "coerceToPath" => "making a path",
        "add" => "adding",
        "assertEqual" => "explaining an assertion",
        "force" => "the result",
        "deepForce" | "deepPart" => "printing the result",
        "choose" => "choosing what to evaluate",
        _ => "the evaluator",
    }
}

/// The attribute path of a selection, as it is written.
fn path_of(vm: &Vm, module: &Module, expr: ExprId) -> String {
    let (Expr::Select { path, .. } | Expr::HasAttr { path, .. }) = module.exprs[expr.0 as usize] else {
        return quote(vm, module.spans[expr.0 as usize], QUOTED);
    };
    let names = module.paths[path.as_range()].iter().map(|name| match *name {
        AttrName::Static(name, _) => vm.show_name(name),
        AttrName::Dynamic(id, _) => format!("${{{}}}", quote(vm, module.spans[id.0 as usize], QUOTED)),
    });
    names.collect::<Vec<_>>().join(".")
}

/// How much of an expression a reason quotes, in characters.
const QUOTED: usize = 40;

/// The beginning of what is written at a span, on one line, and a mark if there is more.
#[must_use]
pub fn quote(vm: &Vm, span: Span, width: usize) -> String {
    let Some(file) = vm.sources.file_of(span.start) else { return String::new() };
    let start = file.offset(span.start) as usize;
    let end = file.offset(span.end).max(start as u32) as usize;
    // Characters have at most four bytes, and white space is folded.
    let bytes = file.text.get(start..end.min(start + 16 * width)).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match folded.char_indices().nth(width) {
        Some((at, _)) => format!("{}…", &folded[..at]),
        None if end > start + 16 * width => format!("{folded}…"),
        None => folded,
    }
}

/// Whether a text comes with the evaluator.
#[must_use]
pub fn is_internal(origin: &Origin) -> bool {
    matches!(origin, Origin::Internal(_))
}
