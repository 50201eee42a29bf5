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
/// Slots: the value, the flags; for a list also the strings of the elements so far.
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
            Tag::List if more => next_element(vm, frame),
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
        ELEMENT => next_element(vm, frame),
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

/// Makes the elements of a list strings, from the first on that is none yet; then joins them.
fn next_element(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 0);
    let flags = vm.slot(frame, 1).payload();
    let first = frame.base as usize + 2;
    let n = vm.heap.list_len(list);
    while vm.stack.len() - first < n {
        let element = vm.heap.element(list, vm.stack.len() - first);
        match vm.settled(element).and_then(|it| vm.coerce_item_now(it, flags)) {
            Some(text) => vm.push(text),
            None => {
                vm.push(element);
                vm.push(Value::raw(flags));
                frame.pc = ELEMENT;
                frame.why = 2;
                return Ok(Next::Native(COERCE, 2));
            }
        }
    }
    let len: usize = vm.stack[first..].iter().map(|it| vm.heap.bytes(*it).len() + 1).sum();
    vm.check_length(len)?;
    Ok(Next::Return(vm.join_elements(list, first)))
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
        let first = self.stack.len();
        for i in 0..n {
            let element = self.settled(self.heap.element(list, i));
            let Some(part) = element.and_then(|v| self.coerce_item_now(v, flags)) else {
                self.stack.truncate(first);
                return None;
            };
            self.stack.push(part);
        }
        let len: usize = self.stack[first..].iter().map(|it| self.heap.bytes(*it).len() + 1).sum();
        let joined = self.check_length(len).is_ok().then(|| self.join_elements(list, first));
        self.stack.truncate(first);
        joined
    }

    /// The strings of a list's elements, which lie on the stack from `first` on, with spaces between.
    fn join_elements(&mut self, list: Value, first: usize) -> Value {
        let mut text = std::mem::take(&mut self.caches.buffer);
        text.clear();
        let mut contexts: Vec<ContextId> = Vec::new();
        let n = self.heap.list_len(list);
        for (i, &part) in self.stack[first..].iter().enumerate() {
            text.extend_from_slice(self.heap.bytes(part));
            let context = self.heap.context(part);
            if context != ContextId::EMPTY {
                contexts.push(context);
            }
            // Nix puts a space behind each element but the last, unless that element is an empty list.
            let element = self.heap.peek(self.heap.element(list, i));
            if i + 1 < n && !(element.is_list() && self.heap.list_len(element) == 0) {
                text.push(b' ');
            }
        }
        contexts.sort_unstable();
        contexts.dedup();
        let context = self.heap.contexts.union_all(&contexts);
        let v = self.heap.string(&text, context);
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
