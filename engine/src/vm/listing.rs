//! The code of what was loaded, as text.

use std::ops::Range;

use crate::bytecode::Slot;
use crate::bytecode::disasm::Listing;
use crate::ir::Symbol;

use super::Vm;

impl Vm {
    /// The bodies of the unit that a body belongs to; those of the machine's own code have no unit.
    ///
    /// # Panics
    /// If there is no such body.
    #[must_use]
    pub fn bodies_beside(&self, body: u32) -> Range<u32> {
        match self.units.get(self.program.bodies[body as usize].unit) {
            Some(unit) => unit.first_body..unit.first_body + unit.analysis.bodies.len() as u32,
            None => body..body + 1,
        }
    }

    /// The instructions of a body, which are emitted now if nobody ran it before.
    ///
    /// # Panics
    /// If there is no such body.
    pub fn disassemble(&mut self, body: u32) -> String {
        self.entry(body);
        self.with_listing(body, |it| it.body(body))
    }

    /// The body that an instruction belongs to, and the instruction in words. None if there is no such instruction.
    #[must_use]
    pub fn instruction_at(&self, pc: u32) -> Option<(u32, String)> {
        let holds = |it: &crate::bytecode::Body| {
            it.entry != crate::bytecode::Body::NOT_EMITTED && it.entry <= pc && pc < it.end
        };
        let body = u32::try_from(self.program.bodies.iter().position(holds)?).ok()?;
        Some((body, self.with_listing(body, |it| it.instruction(body, pc))))
    }

    fn with_listing<R>(&self, body: u32, write: impl FnOnce(&Listing<'_>) -> R) -> R {
        let unit = self.units.get(self.program.bodies[body as usize].unit);
        let variable = |body: u32, depth: u16, slot: Slot| -> Option<Symbol> {
            let unit = unit?;
            unit.analysis.variable(body - unit.first_body, depth, slot)?.name
        };
        write(&Listing {
            program: &self.program,
            symbols: &self.heap.symbols,
            sources: &self.sources,
            builtins: &self.builtin_names,
            module: unit.map(|it| &it.module),
            variable: &variable,
        })
    }
}
