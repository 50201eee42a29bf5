//! A fault climbs the frames: each says what it was doing, thunks become what they were, and `tryEval` may stop it.

use crate::bytecode::{BodyKind, Op, Why};
use crate::ir::{AttrName, Expr, ExprId};
use crate::source::Pos;
use crate::value::Value;

use super::load::{ADD, COERCE, COERCE_PATH, FUNCTOR};
use super::native::{IF_VALUE, START};
use super::{Blame, Fault, Frame, FrameKind, Vm};

/// The state of a native that catches faults, after one was caught.
pub const CAUGHT: u32 = START + 64;
/// The state of `addErrorContext` once the text was added.
pub const HANDLED: u32 = HANDLING + 3;
/// The state of `addErrorContext` while it computes the text for a fault that waits.
pub const HANDLING: u32 = START + 65;

impl Vm {
    /// Unwinds frames up to one that catches the fault. `None` if one did: the machine goes on.
    pub(super) fn unwind(&mut self, mut fault: Fault) -> Option<Fault> {
        let catcher = if fault.is_catchable() { self.catcher() } else { None };
        self.waiting_at = self.stack.len();
        while let Some(frame) = self.frames.last().copied() {
            let index = self.frames.len() - 1;
            if Some(index) == catcher {
                self.stack.truncate(frame.base as usize);
                self.frames[index].pc = CAUGHT;
                return None;
            }
            if catcher.is_none() {
                self.trace_frame(&mut fault, index, frame);
            }
            if frame.thunk != 0 {
                self.heap.abandon(frame.thunk);
            }
            if !frame.is_code() && self.drop_native(frame, &mut fault, catcher.is_none()) {
                self.stack.truncate((frame.base + 2) as usize);
                self.frames[index].pc = HANDLING;
                self.pending.push(fault);
                return None;
            }
            self.waiting_at = frame.base as usize - 1;
            self.frames.pop();
        }
        self.stack.clear();
        Some(fault)
    }

    /// Whether a `tryEval` at work will catch a fault.
    #[must_use]
    pub fn will_catch(&self, fault: &Fault) -> bool {
        fault.is_catchable() && self.catcher().is_some()
    }

    fn catcher(&self) -> Option<usize> {
        self.frames.iter().rposition(|frame| !frame.is_code() && self.natives[frame.code as usize].name == "tryEval")
    }

    /// Ends what a native began outside its frame. Whether it is `addErrorContext` and wants to add its text first.
    fn drop_native(&mut self, frame: Frame, fault: &mut Fault, is_traced: bool) -> bool {
        match frame.code {
            code if frame.pc > START && self.natives[code as usize].name == "genericClosure" => {
                self.caches.key_sets.pop();
            }
            super::load::DEEP_FORCE if frame.pc > START => self.seen.end(),
            code if self.natives[code as usize].name == "addErrorContext" => match frame.pc {
                pc if (HANDLING..HANDLED).contains(&pc) => {
                    self.pending.pop();
                }
                pc if pc < HANDLING => {
                    return is_traced && frame.pc > START && fault.data().kind != super::FaultKind::Interrupted;
                }
                _ => {}
            },
            _ => {}
        }
        false
    }

    /// The fault that `addErrorContext` adds its text to.
    pub fn resume_fault(&mut self, text: Value) -> Option<Fault> {
        let mut fault = self.pending.pop()?;
        fault.push_trace(Pos::NONE, self.heap.text(text));
        if let Some(line) = fault.data_mut().trace.last_mut() {
            line.is_custom = true;
        }
        Some(fault)
    }

    fn trace_frame(&self, fault: &mut Fault, index: usize, frame: Frame) {
        match frame.kind {
            FrameKind::Code => self.trace_code(fault, index, frame),
            FrameKind::Builtin | FrameKind::Helper => self.trace_native(fault, frame),
        }
    }

    fn trace_native(&self, fault: &mut Fault, frame: Frame) {
        let native = &self.natives[frame.code as usize];
        let blame = std::mem::take(&mut fault.data_mut().blame);
        if frame.code == super::load::ASSERT_EQUAL {
            return self.trace_assert(fault, &frame);
        }
        if frame.code == super::load::DEEP_PART {
            return self.trace_deep(fault, &frame);
        }
        if frame.pc < START {
            let n = native.args.len();
            let at = frame.pc as usize;
            let at = if native.order == super::Order::Backward { n.wrapping_sub(1 + at) } else { at };
            if let Some(arg) = native.args.get(at)
                && !arg.why.is_empty()
                && arg.need.concerns(blame)
            {
                fault.push_trace(Pos::NONE, arg.why);
            }
        } else if frame.code == COERCE {
            self.trace_coercion(fault, frame, blame);
        } else if let line = frame.why & !IF_VALUE
            && line != 0
            && (frame.why & IF_VALUE == 0 || blame == Blame::Value)
            && let Some(why) = native.whys.get(line as usize - 1)
            && !why.is_empty()
            && (frame.code != ADD || blame == Blame::Value)
        {
            let pos = match frame.code {
                ADD => frame.call_pos(),
                // Its own place is that of the functor; what called the set lies below.
                FUNCTOR => self.frames[self.frames.len() - 2].call_pos(),
                _ => Pos::NONE,
            };
            fault.push_trace(pos, *why);
        }
        if frame.code == COERCE_PATH {
            fault.data_mut().blame = super::outside::blame_of_path(&frame, blame);
        }
        if let Some(explain) = native.explain {
            explain(self, &frame, blame, fault);
        }
        if frame.kind == FrameKind::Builtin && native.name != "addErrorContext" {
            fault.push_trace(frame.call_pos(), format!("while calling the '{}' builtin", native.name));
        }
    }

    /// A frame that makes a value a string says why it wanted another value as a string if that one cannot be, and
    /// passes on whether its own value is to blame.
    fn trace_coercion(&self, fault: &mut Fault, frame: Frame, blame: Blame) {
        let whys = self.natives[COERCE as usize].whys;
        if blame == Blame::Value && frame.why != 0 {
            fault.push_trace(frame.call_pos(), whys[frame.why as usize - 1]);
        }
        fault.data_mut().blame = match frame.why {
            0 => blame,
            // A function's result is not the fault of the value that has the function.
            1 => Blame::Inner,
            _ => Blame::Value,
        };
    }

    fn trace_code(&self, fault: &mut Fault, index: usize, frame: Frame) {
        let mut blame = std::mem::take(&mut fault.data_mut().blame);
        let pc = frame.pc.saturating_sub(1);
        if let Some(stopped_at) = self.selection(index, pc) {
            let (pos, text) = stopped_at;
            fault.push_trace(pos, text);
        }
        if self.program.op(pc) == Op::AssertEqual {
            let text = format!("while evaluating the condition of the assertion '{}'", self.expression_text(pc + 2));
            fault.push_trace(self.place(pc + 2), text);
        }
        for region in self.program.regions_of(frame.code) {
            if region.start > pc || pc >= region.end {
                continue;
            }
            match region.why {
                Why::Text(text) => fault.push_trace(region.pos, text),
                Why::Coercion(text) => {
                    if std::mem::take(&mut blame) == Blame::Value {
                        fault.push_trace(region.pos, text);
                    }
                }
                Why::Builtin(builtin) => {
                    let name = self.natives[builtin as usize].name;
                    fault.push_trace(region.pos, format!("while calling the '{name}' builtin"));
                }
                Why::BuiltinArg(builtin, arg) => {
                    let arg = &self.natives[builtin as usize].args[arg as usize];
                    if arg.need.concerns(std::mem::take(&mut blame)) && !arg.why.is_empty() {
                        fault.push_trace(region.pos, arg.why);
                    }
                }
            }
        }
        let body = &self.program.bodies[frame.code as usize];
        if body.kind() != BodyKind::Lambda {
            return;
        }
        let caller = self.caller_place(index);
        if frame.pc > body.called || body.called == 0 {
            let name = body.name().map(|it| format!("'{}'", self.heap.symbols.text(it)));
            fault.push_trace(body.pos, format!("while calling {}", name.as_deref().unwrap_or("anonymous lambda")));
        }
        // Nix says so without a place too if it is the pattern that does not fit.
        if caller.is_some() || matches!(self.program.op(pc), Op::BindFormals(_)) {
            fault.push_trace(caller, "from call site");
        }
    }

    /// If the instruction at `pc` was forcing an attribute it selected, or failed to select one from an attribute
    /// selected before it: where that attribute was written, and the whole path.
    fn selection(&self, index: usize, pc: u32) -> Option<(Pos, String)> {
        let symbol = crate::ir::Symbol;
        let (set, name) = match self.program.op(pc) {
            Op::Select { name, .. } | Op::SelectKeep { name, .. } => (self.below(index, 1)?, Some(symbol(name))),
            // A computed name lies on top of its set; while what it named is forced, both lie below that.
            Op::SelectDynamic => (self.below(index, 2)?, self.below(index, 1).map(|it| it.symbol())),
            Op::CheckName => (self.below(index, 2)?, None),
            _ => return None,
        };
        let found = name.filter(|_| set.is_attrs()).and_then(|name| self.heap.attr_with_pos(set, name));
        let pos = match found {
            Some((_, pos)) => pos,
            None => self.selected_before(index, pc, set)?,
        };
        if !pos.is_some() || self.is_internal(pos) {
            return None;
        }
        let text = self.selection_path(index, pc)?;
        Some((pos, format!("while evaluating the attribute '{text}'")))
    }

    /// The place a thunk is forced from by the instruction at `pc`: what a selection gives is forced from where the
    /// attribute was written, if that is known.
    pub(super) fn forcing_place(&self, index: usize, pc: u32) -> Pos {
        let is_last = matches!(self.program.ops.get(pc as usize + 1), Some(Op::Nip(_)));
        let selected = match self.program.op(pc) {
            Op::Select { name, .. } | Op::SelectKeep { name, .. } => {
                self.below(index, 1).zip(Some(crate::ir::Symbol(name)))
            }
            Op::SelectDynamic => self.below(index, 2).zip(self.below(index, 1).and_then(|it| self.known_name(it))),
            _ => None,
        };
        let attr = selected.filter(|(set, _)| set.is_attrs() && is_last);
        let pos = attr.and_then(|(set, name)| self.heap.attr_with_pos(set, name)).map_or(Pos::NONE, |it| it.1);
        pos.or(self.place(pc))
    }

    /// Where the attribute was written whose value `set` is, if it was selected by the same expression.
    fn selected_before(&self, index: usize, pc: u32, set: Value) -> Option<Pos> {
        let n = if matches!(self.program.op(pc), Op::SelectDynamic | Op::CheckName) { 3 } else { 2 };
        let before =
            self.below(index, n).filter(|it| it.is_attrs() && self.frames[index].base < self.waiting_at as u32)?;
        let (path, _) = self.path_at(index, pc)?;
        path.iter().find_map(|name| {
            let AttrName::Static(name, _) = *name else { return None };
            let (v, pos) = self.heap.attr_with_pos(before, name)?;
            (self.heap.peek(v) == set).then_some(pos)
        })
    }

    /// The attribute path of the selection that the instruction at `pc` belongs to.
    fn path_at(&self, index: usize, pc: u32) -> Option<(&[AttrName], &crate::ir::Module)> {
        let body = &self.program.bodies[self.frames[index].code as usize];
        let module = &self.units.get(body.unit)?.module;
        // The name's own check is made from the name's expression; the selection follows it.
        let at = (pc..self.program.exprs.len() as u32).find(|&at| self.program.op(at) != Op::CheckName)?;
        let id = ExprId(self.program.exprs[at as usize]);
        match module.exprs[id.0 as usize] {
            Expr::Select { path, .. } => Some((&module.paths[path.as_range()], module)),
            _ => None,
        }
    }

    fn is_internal(&self, pos: Pos) -> bool {
        self.sources.file_of(pos).is_some_and(|file| matches!(file.origin, crate::source::Origin::Internal(_)))
    }

    /// What lies `n` below the thunk that the frame at `index` waits for.
    fn below(&self, index: usize, n: usize) -> Option<Value> {
        let end = match self.frames.get(index + 1) {
            Some(frame) => frame.base as usize - 1,
            None => self.waiting_at,
        };
        self.stack.get(end.checked_sub(n)?).copied()
    }

    /// The attribute path of the selection made at `pc`, as Nix shows it.
    fn selection_path(&self, index: usize, pc: u32) -> Option<String> {
        let Some((path, module)) = self.path_at(index, pc) else {
            let Op::Select { name, .. } = self.program.op(pc) else { return None };
            return Some(self.show_name(crate::ir::Symbol(name)));
        };
        let is_named = self.program.op(pc) == Op::SelectDynamic;
        let mut text = String::new();
        for (i, name) in path.iter().enumerate() {
            if i > 0 {
                text.push('.');
            }
            match *name {
                AttrName::Static(name, _) => text.push_str(&self.show_name(name)),
                AttrName::Dynamic(expr, _) => match self.below(index, 1).filter(|v| is_named && v.is_string()) {
                    Some(name) => {
                        let mut shown = Vec::new();
                        crate::text::escape::write_attr_name(&mut shown, self.heap.bytes(name));
                        text.push_str(&String::from_utf8_lossy(&shown));
                    }
                    None => {
                        let shown = crate::ir::show::expr(module, &self.heap.symbols, expr);
                        text.push_str(&format!("\"${{{shown}}}\""));
                    }
                },
            }
        }
        Some(text)
    }
}
