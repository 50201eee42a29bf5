//! Conditions that can be told by looking: comparing what is there with constants, and what `&&`, `||` and `!` make of it.
//!
//! Nothing is forced, called or allocated, so that nothing has to be put aside first. Whatever more a condition needs is
//! for the machine; then nothing is told here.

use crate::emit::{Global, Unit, VarRef};
use crate::ir::{AttrName, Expr, ExprId};
use crate::value::Value;
use crate::vm::{Frame, Vm};

use super::scopes::{Address, value_at};

/// Deeper conditions are left to the machine.
const MAX_DEPTH: u32 = 24;

/// Where the names of a condition are.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) vm: &'a Vm,
    /// What the condition was read as.
    pub(super) unit: &'a Unit,
    pub(super) frame: &'a Frame,
    /// Where its names are, in the order of its scope.
    pub(super) addresses: &'a [Address],
}

impl Around<'_> {
    /// Whether the condition holds, if that can be told by looking.
    pub(super) fn holds(&self) -> Option<bool> {
        self.boolean(self.unit.module.root, MAX_DEPTH)
    }

    fn boolean(&self, id: ExprId, depth: u32) -> Option<bool> {
        match self.value(id, depth)? {
            Value::TRUE => Some(true),
            Value::FALSE => Some(false),
            _ => None,
        }
    }

    /// The settled value of an expression.
    fn value(&self, id: ExprId, depth: u32) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let module = &self.unit.module;
        let holds = match module.exprs[id.0 as usize] {
            Expr::Int(i) => return Value::small_int(i),
            Expr::Str(text) => return Some(Value::sym(text)),
            Expr::Var(_) => return self.variable(id),
            Expr::Select { base, path, default: None } => {
                let mut v = self.value(base, depth)?;
                for name in &module.paths[path.as_range()] {
                    let AttrName::Static(name, _) = *name else { return None };
                    let found = v.is_attrs().then(|| self.vm.heap.attr(v, name)).flatten()?;
                    v = self.vm.settled(found)?;
                }
                return Some(v);
            }
            Expr::Not(a) => !self.boolean(a, depth)?,
            Expr::And(a, b) => self.boolean(a, depth)? && self.boolean(b, depth)?,
            Expr::Or(a, b) => self.boolean(a, depth)? || self.boolean(b, depth)?,
            Expr::Impl(a, b) => !self.boolean(a, depth)? || self.boolean(b, depth)?,
            Expr::Eq(a, b) => self.vm.equal_now(self.value(a, depth)?, self.value(b, depth)?)?,
            Expr::Neq(a, b) => !self.vm.equal_now(self.value(a, depth)?, self.value(b, depth)?)?,
            Expr::Call { function, args } if self.is_less_than(function) => {
                let [a, b] = module.items[args.as_range()] else { return None };
                self.vm.compare_now(self.value(a, depth)?, self.value(b, depth)?).ok()??.is_lt()
            }
            _ => return None,
        };
        Some(Value::bool(holds))
    }

    fn variable(&self, id: ExprId) -> Option<Value> {
        match self.unit.analysis.refs[id.0 as usize] {
            VarRef::Var(var) => {
                let crate::bytecode::Slot::Env(slot) = self.unit.analysis.vars[var.0 as usize].slot else {
                    return None;
                };
                let address = *self.addresses.get(slot as usize)?;
                self.vm.settled(value_at(self.vm, self.vm.stack(), self.frame, Some(address))?)
            }
            VarRef::Global(Global::Value(index)) => self.vm.settled(self.vm.global_value(index)?),
            VarRef::Global(Global::Builtin(_)) | VarRef::With(_) | VarRef::None => None,
        }
    }

    fn is_less_than(&self, function: ExprId) -> bool {
        match self.unit.analysis.refs[function.0 as usize] {
            VarRef::Global(Global::Builtin(native)) => self.vm.native(native).name == "lessThan",
            _ => false,
        }
    }
}
