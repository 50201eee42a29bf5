//! Values made strings and paths.

use crate::value::{ContextId, Tag, Value};

use super::load::COERCE;
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
                if let Some(copy) = vm.copied_before(v) {
                    return Ok(Next::Return(copy));
                }
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
        COPIED => vm.copied_to_store(v).map(Next::Return),
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

impl Vm {
    /// "cannot coerce … to a string".
    #[must_use]
    pub fn cannot_coerce(&self, v: Value) -> Fault {
        let text = format!("cannot coerce {} to a string: {}", self.type_phrase(v), self.show_in_fault(v));
        Fault::new(FaultKind::Type, text).blaming(Blame::Value)
    }

    /// The string that a settled value becomes, if nothing has to be computed or asked for that.
    pub fn coerce_now(&mut self, v: Value, flags: u32) -> Option<Value> {
        let more = flags & CoerceFlags::MORE != 0;
        if more && v.is_list() {
            return self.join_now(v, flags);
        }
        self.coerce_item_now(v, flags)
    }

    /// The same for anything but a list.
    fn coerce_item_now(&mut self, mut v: Value, flags: u32) -> Option<Value> {
        // Sets whose `outPath` is a set again are rare, and may go on for ever.
        for _ in 0..4 {
            match v.tag() {
                Tag::Str | Tag::Sym => return Some(v),
                Tag::Path if flags & CoerceFlags::COPY != 0 => return self.copied_before(v),
                Tag::Path => return Some(Value::sym(v.symbol())),
                Tag::Attrs if self.heap.attr(v, self.names.to_string).is_none() => {
                    v = self.settled(self.heap.attr(v, self.names.out_path)?)?;
                }
                Tag::Attrs | Tag::List => return None,
                _ if flags & CoerceFlags::MORE != 0 => return self.scalar_text(v),
                _ => return None,
            }
        }
        None
    }

    /// The elements of a list with spaces between, if they are all there and none of them is a list.
    fn join_now(&mut self, list: Value, flags: u32) -> Option<Value> {
        let n = self.heap.list_len(list);
        if n == 1 {
            let element = self.settled(self.heap.element(list, 0))?;
            return self.coerce_item_now(element, flags);
        }
        let mut contexts: Vec<ContextId> = Vec::new();
        let mut text = std::mem::take(&mut self.caches.buffer);
        text.clear();
        let mut is_done = true;
        for i in 0..n {
            let element = self.settled(self.heap.element(list, i));
            let Some(part) = element.and_then(|v| self.coerce_item_now(v, flags)) else {
                is_done = false;
                break;
            };
            if i > 0 {
                text.push(b' ');
            }
            text.extend_from_slice(self.heap.bytes(part));
            let context = self.heap.context(part);
            if context != ContextId::EMPTY && !contexts.contains(&context) {
                contexts.push(context);
            }
        }
        let context = if is_done { self.heap.contexts.union_all(&contexts) } else { ContextId::EMPTY };
        let fits = is_done && self.check_length(text.len()).is_ok();
        let v = fits.then(|| self.heap.string(&text, context));
        self.caches.buffer = text;
        v
    }

    /// The text of a number, a Boolean or null.
    pub fn scalar_text(&mut self, v: Value) -> Option<Value> {
        use crate::text::number;
        if !matches!(v.tag(), Tag::Bool | Tag::Null | Tag::Int | Tag::BigInt | Tag::Float) {
            return None;
        }
        let mut out = std::mem::take(&mut self.caches.buffer);
        out.clear();
        match v.tag() {
            Tag::Bool => out.extend_from_slice(if v == Value::TRUE { b"1" } else { b"" }),
            Tag::Int | Tag::BigInt => number::write_int(&mut out, self.heap.as_int(v).unwrap_or(0)),
            Tag::Float => number::write_fixed(&mut out, self.heap.as_float(v).unwrap_or(0.0)),
            _ => {}
        }
        let text = self.heap.plain_string(&out);
        self.caches.buffer = out;
        Some(text)
    }
}
