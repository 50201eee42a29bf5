//! Calls with patterns: the argument's attributes become variables.

use crate::bytecode::Slot;
use crate::text::suggest;
use crate::value::Value;

use super::{Fault, FaultKind, Vm};

impl Vm {
    /// Spreads the set `arg` over the slots of a pattern. Slots of missing attributes with defaults stay unset.
    pub(super) fn bind_formals(&mut self, table: u32, arg: Value, base: usize, env: u32) -> Result<(), Fault> {
        let mut used = 0;
        let n = self.program.formals[table as usize].formals.len();
        let mut hint = 0;
        for i in 0..n {
            let formal = self.program.formals[table as usize].formals[i];
            match self.heap.attr_hinted(arg, formal.name, hint) {
                Some((v, index)) => {
                    used += 1;
                    hint = index.saturating_add(1);
                    match formal.slot {
                        Slot::Local(slot) => self.stack[base + slot as usize] = v,
                        Slot::Env(slot) => self.heap.env_set(env, slot, v),
                    }
                }
                None if formal.has_default => {}
                None => {
                    let name = self.show_name(formal.name);
                    let text = format!("{} called without required argument '{name}'", self.called_function());
                    return Err(self.call_fault(text));
                }
            }
        }
        if !self.program.formals[table as usize].ellipsis && used != self.heap.attrs_len(arg) {
            return Err(self.unexpected_argument(table, arg));
        }
        Ok(())
    }

    fn called_function(&self) -> String {
        let body = &self.program.bodies[self.frames[self.frames.len() - 1].code as usize];
        let name = body.name().map_or_else(|| "anonymous lambda".into(), |it| self.heap.symbols.text(it).into_owned());
        format!("function '{name}'")
    }

    fn call_fault(&self, text: String) -> Fault {
        let body = &self.program.bodies[self.frames[self.frames.len() - 1].code as usize];
        Fault::new(FaultKind::Type, text).at(body.pos)
    }

    fn unexpected_argument(&self, table: u32, arg: Value) -> Fault {
        let formals = &self.program.formals[table as usize].formals;
        let unexpected = self.heap.all_names(arg).into_iter().find(|name| formals.iter().all(|it| it.name != *name));
        let Some(name) = unexpected else { return self.call_fault("function called with unexpected argument".into()) };
        let shown = self.show_name(name);
        let name = self.heap.symbols.text(name).into_owned();
        let known: Vec<&[u8]> = formals.iter().map(|it| self.heap.symbols.bytes(it.name)).collect();
        let similar = suggest::best_matches(known, name.as_bytes());
        let text = format!("{} called with unexpected argument '{shown}'", self.called_function());
        self.call_fault(text)
            .suggesting(similar.into_iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect())
    }
}
