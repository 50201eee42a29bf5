//! Forcing everything in a value: by one frame for each list or set, however deep.

use rustc_hash::FxHashSet;

use crate::source::Pos;
use crate::value::Value;

use super::load::DEEP_PART;
use super::{Fault, Frame, Next, START, Vm};

/// Objects that a walk has been through, so that it goes through none twice. Walks do not overlap but nest.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Vec<FxHashSet<u32>>);

impl Seen {
    /// Begins a walk.
    pub(super) fn begin(&mut self) {
        self.0.push(FxHashSet::default());
    }

    /// Ends the walk begun last.
    pub(super) fn end(&mut self) {
        self.0.pop();
    }

    /// Whether an object is met for the first time.
    fn insert(&mut self, v: Value) -> bool {
        self.0.last_mut().is_none_or(|seen| seen.insert(v.payload()))
    }
}

/// Forces a settled value and all in it, and gives it. Slots: the value.
pub(super) fn deep_force(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let v = vm.slot(frame, 0);
    if frame.pc == START {
        if is_flat(v) {
            return Ok(Next::Return(v));
        }
        frame.pc += 1;
        vm.seen.begin();
        vm.seen.insert(v);
        vm.push(v);
        return Ok(Next::Native(DEEP_PART, 1));
    }
    vm.seen.end();
    Ok(Next::Return(v))
}

fn is_flat(v: Value) -> bool {
    !(v.is_list() || v.is_attrs()) || v.payload() == 0
}

/// Forces everything in a list or set. Slots: the value, the index of the part at hand.
pub(super) fn deep_part(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let v = vm.slot(frame, 0);
    let mut index = match frame.pc {
        START => {
            let flat = if v.is_attrs() { vm.heap.flatten(v) } else { v };
            vm.set_slot(frame, 0, flat);
            vm.push(Value::raw(0));
            0
        }
        state => {
            let part = vm.pop();
            if state == FORCED && !is_flat(part) && vm.seen.insert(part) {
                frame.pc = ENTERED;
                vm.push(part);
                return Ok(Next::Native(DEEP_PART, 1));
            }
            vm.slot(frame, 1).payload() + 1
        }
    };
    let v = vm.slot(frame, 0);
    let n = if v.is_list() { vm.heap.list_len(v) } else { vm.heap.attrs_len(v) } as u32;
    while index < n {
        let part = match v.is_list() {
            true => vm.heap.element(v, index as usize),
            false => vm.heap.attrs_parts(v).1[index as usize],
        };
        vm.set_slot(frame, 1, Value::raw(index));
        match vm.settled(part) {
            Some(part) if is_flat(part) => index += 1,
            Some(part) => {
                if vm.seen.insert(part) {
                    frame.pc = ENTERED;
                    vm.push(part);
                    return Ok(Next::Native(DEEP_PART, 1));
                }
                index += 1;
            }
            None => {
                frame.pc = FORCED;
                vm.push(part);
                return Ok(Next::Force);
            }
        }
    }
    Ok(Next::Return(v))
}

impl Vm {
    /// What a frame that forces everything in a list or set is at: an attribute or an element.
    #[must_use]
    pub fn part_being_printed(&self, frame: &Frame) -> Option<String> {
        if frame.is_code() || frame.code != DEEP_PART || frame.pc < FORCED {
            return None;
        }
        let v = self.slot(frame, 0);
        let index = self.slot(frame, 1).payload();
        Some(match v.is_list() {
            true => format!("element {index}"),
            false => format!("attribute {}", self.show_name(self.heap.key(self.heap.attrs_parts(v).0, index).0)),
        })
    }

    /// The line of trace of a list or set in which a part is forced.
    pub(super) fn trace_deep(&self, fault: &mut Fault, frame: &Frame) {
        if frame.pc < FORCED {
            return;
        }
        let v = self.slot(frame, 0);
        let index = self.slot(frame, 1).payload();
        if v.is_list() {
            return fault.push_trace(Pos::NONE, format!("while evaluating list element at index {index}"));
        }
        let (name, pos) = self.heap.key(self.heap.attrs_parts(v).0, index);
        fault.push_trace(pos, format!("while evaluating the attribute '{}'", self.show_name(name)));
    }
}

const FORCED: u32 = START + 1;
const ENTERED: u32 = START + 2;
