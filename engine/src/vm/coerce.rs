//! Values made strings and paths.

use crate::value::{ContextId, Tag, Value};

use super::load::{COERCE, FORCE};
use super::{Blame, Fault, FaultKind, Frame, Next, START, Vm};

/// How a value is made a string: a sum of these.
#[derive(Debug)]
pub struct CoerceFlags;

impl CoerceFlags {
    /// Numbers, lists, Booleans and null can be strings too.
    pub const MORE: u32 = 1;
    /// Paths are copied to the store.
    pub const COPY: u32 = 2;
}

const CALLED: u32 = START + 1;
const COERCED: u32 = START + 2;
const COPIED: u32 = START + 3;
const ELEMENT: u32 = START + 4;

/// Makes a settled value a string.
///
/// Slots: the value, the flags; for a list also the index of the next element and the string so far.
pub(super) fn coerce(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let v = vm.slot(frame, 0);
    let flags = vm.slot(frame, 1).payload();
    let more = flags & CoerceFlags::MORE != 0;
    match frame.pc {
        START => match v.tag() {
            Tag::Str | Tag::Sym => Ok(Next::Return(v)),
            Tag::Path if flags & CoerceFlags::COPY != 0 => {
                frame.pc = COPIED;
                vm.copy_to_store(v)
            }
            Tag::Path => {
                let symbol = v.symbol();
                Ok(Next::Return(Value::sym(symbol)))
            }
            Tag::Attrs => coerce_attrs(vm, frame, v),
            Tag::List if more => {
                vm.push(Value::raw(0));
                let empty = Value::sym(vm.names.empty);
                vm.push(empty);
                next_element(vm, frame)
            }
            _ if more => match vm.scalar_text(v) {
                Some(text) => Ok(Next::Return(text)),
                None => Err(vm.cannot_coerce(v)),
            },
            _ => Err(vm.cannot_coerce(v)),
        },
        CALLED => {
            vm.push(vm.slot(frame, 1));
            frame.pc = COERCED;
            frame.why = 1;
            Ok(Next::Native(COERCE, 2))
        }
        COPIED => vm.copied_to_store().map(Next::Return),
        ELEMENT => {
            let text = vm.pop();
            let index = vm.slot(frame, 2).payload() as usize;
            let so_far = vm.slot(frame, 3);
            let joined = vm.heap.string_append(so_far, text);
            let element = vm.heap.element(v, index);
            let is_last = index + 1 == vm.heap.list_len(v);
            let settled = vm.heap.peek(element);
            // Nix puts a space behind each element but the last, unless that element is an empty list.
            let spaced = !(is_last || settled.is_list() && vm.heap.list_len(settled) == 0);
            let joined = if spaced {
                let space = vm.heap.symbol_string(b" ");
                vm.heap.string_append(joined, space)
            } else {
                joined
            };
            vm.set_slot(frame, 2, Value::raw(index as u32 + 1));
            vm.set_slot(frame, 3, joined);
            next_element(vm, frame)
        }
        _ => Ok(Next::Return(vm.top())),
    }
}

fn coerce_attrs(vm: &mut Vm, frame: &mut Frame, v: Value) -> Result<Next, Fault> {
    if let Some(function) = vm.heap.attr(v, vm.names.to_string) {
        vm.push(function);
        vm.push(v);
        frame.pc = CALLED;
        return Ok(Next::Call(1));
    }
    match vm.heap.attr(v, vm.names.out_path) {
        Some(path) => {
            vm.push(path);
            vm.push(vm.slot(frame, 1));
            frame.pc = COERCED;
            Ok(Next::Native(COERCE, 2))
        }
        None => Err(vm.cannot_coerce(v)),
    }
}

fn next_element(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 0);
    let index = vm.slot(frame, 2).payload() as usize;
    if index == vm.heap.list_len(list) {
        return Ok(Next::Return(vm.slot(frame, 3)));
    }
    vm.push(vm.heap.element(list, index));
    vm.push(vm.slot(frame, 1));
    frame.pc = ELEMENT;
    frame.why = 2;
    Ok(Next::Native(COERCE, 2))
}

/// Makes a settled value a path: a path, or a string that is an absolute path.
pub(super) fn coerce_path(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let v = vm.slot(frame, 0);
    match frame.pc {
        START if v.tag() == Tag::Path => Ok(Next::Return(v)),
        START => {
            if v.is_attrs()
                && vm.heap.attr(v, vm.names.to_string).is_none()
                && let Some(path) = vm.heap.attr(v, vm.names.out_path)
            {
                // `outPath` may be a path itself.
                vm.push(path);
                frame.pc = START + 1;
                return Ok(Next::Native(FORCE, 1));
            }
            vm.push(v);
            vm.push(Value::raw(0));
            frame.pc = START + 2;
            Ok(Next::Native(COERCE, 2))
        }
        x if x == START + 1 => {
            let v = vm.pop();
            vm.set_slot(frame, 0, v);
            frame.pc = START;
            Ok(Next::Again)
        }
        _ => {
            let text = vm.top();
            let bytes = vm.heap.bytes(text).to_vec();
            if bytes.first() != Some(&b'/') {
                let text = format!("string '{}' doesn't represent an absolute path", String::from_utf8_lossy(&bytes));
                return Err(Fault::new(FaultKind::Eval, text));
            }
            vm.require_context(vm.heap.context(text))?;
            Ok(Next::Return(vm.path_value(&bytes)))
        }
    }
}

impl Vm {
    /// "cannot coerce … to a string".
    #[must_use]
    pub fn cannot_coerce(&self, v: Value) -> Fault {
        let text = format!("cannot coerce {} to a string: {}", self.type_phrase(v), self.show_in_fault(v));
        Fault::new(FaultKind::Type, text).blaming(Blame::Value)
    }

    /// The text of a number, a Boolean or null.
    pub fn scalar_text(&mut self, v: Value) -> Option<Value> {
        use crate::text::number;
        let mut out = std::mem::take(&mut self.caches.buffer);
        out.clear();
        match v.tag() {
            Tag::Bool => out.extend_from_slice(if v == Value::TRUE { b"1" } else { b"" }),
            Tag::Int | Tag::BigInt => number::write_int(&mut out, self.heap.as_int(v).unwrap_or(0)),
            Tag::Float => number::write_fixed(&mut out, self.heap.as_float(v).unwrap_or(0.0)),
            Tag::Null => {}
            _ => return None,
        }
        let text = self.heap.plain_string(&out);
        self.caches.buffer = out;
        Some(text)
    }

    /// Faults if a path depends on something that would have to be built first.
    pub fn require_context(&self, context: ContextId) -> Result<(), Fault> {
        for element in self.heap.contexts.elements(context) {
            if let crate::store::ContextElement::Built { drv, .. } = element {
                let text = format!("path '{drv}' is not valid");
                return Err(Fault::new(FaultKind::Outside, text));
            }
        }
        Ok(())
    }

    pub(super) fn copy_to_store(&mut self, path: Value) -> Result<Next, Fault> {
        let path = crate::world::CanonPath::new(self.heap.bytes(path));
        let name = String::from_utf8_lossy(path.file_name().unwrap_or(b"source")).into();
        if path.as_bytes().ends_with(crate::store::DRV_SUFFIX.as_bytes()) {
            return Err(Fault::new(FaultKind::Outside, "file names are not allowed to end in '.drv'"));
        }
        Ok(self.ask(crate::world::Request::CopyToStore {
            path,
            how: crate::world::SymlinkResolution::Ancestors,
            name,
            method: crate::world::HashMethod::Nar,
            filter: None,
        }))
    }

    pub(super) fn copied_to_store(&mut self) -> Result<Value, Fault> {
        let answer = self.take_answer().unwrap_or(crate::world::Answer::Done);
        let path = answer.into_path().map_err(|it| Fault::new(FaultKind::Outside, it.to_string()))?;
        let path = crate::store::StorePath::parse(&path.to_text())
            .map_err(|it| Fault::new(FaultKind::Outside, it.to_string()))?;
        let context = self.heap.contexts.single(crate::store::ContextElement::Opaque(path.clone()));
        Ok(self.heap.string(path.as_str().as_bytes(), context))
    }
}
