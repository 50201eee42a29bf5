//! Instructions on sets that are more than a look-up: computed names, `__overrides`.

use crate::bytecode::Slot;
use crate::ir::Symbol;
use crate::source::Pos;
use crate::value::{Tag, Value};

use super::{Fault, FaultKind, Vm};

impl Vm {
    /// The symbol of a string; interns it if it is not one yet.
    pub fn name_of(&mut self, v: Value) -> Symbol {
        if v.tag() == Tag::Sym {
            return v.symbol();
        }
        let bytes = self.heap.bytes(v);
        if let Some(symbol) = self.heap.symbols.lookup(bytes) {
            return symbol;
        }
        let bytes = bytes.to_vec();
        self.heap.symbols.intern(&bytes)
    }

    /// The symbol of a string if it was interned before: if not, no set has it.
    #[must_use]
    pub fn known_name(&self, v: Value) -> Option<Symbol> {
        if v.tag() == Tag::Sym { Some(v.symbol()) } else { self.heap.symbols.lookup(self.heap.bytes(v)) }
    }

    /// `set name lazy → set`
    pub(super) fn insert_dynamic(&mut self, pc: u32) -> Result<(), Fault> {
        let v = self.pop();
        let name = self.pop();
        let set = self.top();
        if name == Value::NULL {
            return Ok(());
        }
        let place = self.place(pc);
        let why = "while evaluating the name of a dynamic attribute";
        let name = self.check_name(name).map_err(|fault| fault.at(place).within(place, why))?;
        if let Some((_, before)) = self.heap.attr_with_pos(set, name) {
            let text =
                format!("dynamic attribute '{}' already defined at {}", self.show_name(name), self.show_place(before));
            return Err(Fault::new(FaultKind::Eval, text).at(place));
        }
        let single = self.heap.attrs_sorted(&[(name, place, v)]);
        let set = self.heap.update(set, single);
        self.set_top(set);
        Ok(())
    }

    /// The symbol of a computed attribute name, which must be a string without context.
    fn check_name(&mut self, name: Value) -> Result<Symbol, Fault> {
        if !name.is_string() {
            return Err(self.type_fault("a string", name));
        }
        if self.heap.context(name).0 != 0 {
            return Err(self.has_context_fault(name));
        }
        Ok(self.name_of(name))
    }

    /// A place as messages embed it: `file:line:column`.
    #[must_use]
    pub fn show_place(&self, pos: Pos) -> String {
        match self.sources.locate(pos) {
            Some((file, at)) => format!("{}:{}:{}", file.name(), at.line + 1, at.column + 1),
            None => "«none»".into(),
        }
    }

    /// `settled → string`: a computed attribute name, as a symbol.
    pub(super) fn check_attr_name(&mut self, pc: u32) -> Result<(), Fault> {
        let place = self.place(pc);
        let name = self.top();
        let symbol = self
            .check_name(name)
            .map_err(|fault| fault.at(place).within(place, "while evaluating an attribute name"))?;
        self.set_top(Value::sym(symbol));
        Ok(())
    }

    /// `set string → set string lazy`
    pub(super) fn select_dynamic(&mut self, pc: u32) -> Result<Value, Fault> {
        let symbol = self.top().symbol();
        let set = self.stack[self.stack.len() - 2];
        if !set.is_attrs() {
            return Err(self.cannot_select(set, pc));
        }
        self.heap.attr(set, symbol).ok_or_else(|| self.missing_attribute(set, symbol, pc))
    }

    /// `settled string → lazy`, or `settled string →`; says which.
    pub(super) fn try_select_dynamic(&mut self) -> bool {
        let symbol = self.pop().symbol();
        let set = self.pop();
        let found = if set.is_attrs() { self.heap.attr(set, symbol) } else { None };
        if let Some(v) = found {
            self.push(v);
        }
        found.is_some()
    }

    /// `set overrides → set`: attributes of `overrides` replace those of the recursive set, and its variables.
    pub(super) fn overrides(&mut self, table: u32, base: usize, env: u32) {
        let overrides = self.pop();
        let set = self.pop();
        for i in 0..self.program.overrides[table as usize].len() {
            let (name, slot) = self.program.overrides[table as usize][i];
            let Some(v) = self.heap.attr(overrides, name) else { continue };
            match slot {
                Slot::Local(slot) => self.stack[base + slot as usize] = v,
                Slot::Env(slot) => self.heap.env_replace(env, slot, v),
            }
        }
        let set = self.heap.update(set, overrides);
        self.push(set);
    }
}
