//! JSON written.
//!
//! What is being written lies on the value stack as a list of containers, each with the index of the next part, so that
//! depth costs memory only and the text so far can be looked at whenever a part must be computed first.

use crate::source::Pos;
use crate::text::{escape, json, number};
use crate::value::{ContextId, Tag, Value};
use crate::vm::{CoerceFlags, Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "toJSON",
        &[arg("e", Need::Lazy, "")],
        |vm, frame| {
            if frame.pc == START {
                vm.push(Value::raw(STRICT));
            }
            to_json(vm, frame)
        },
        "The value *e* as JSON text. Derivations become their store path, paths are copied to the store, and sets that \
         have `__toString` become what it gives; functions cannot be written.",
    )
    .explaining(explain),
    Native::steps("printJson", &[arg("e", Need::Lazy, ""), arg("flags", Need::Lazy, "")], to_json, "")
        .explaining(explain)
        .internal(),
];

/// What is not computed yet is computed, rather than being a fault.
const STRICT: u32 = 1;

/// Starts to write a value as JSON; the text ends the run. Unless `is_strict`, what was not computed is a fault.
pub fn start_json(vm: &mut Vm, v: Value, is_strict: bool) {
    let native = vm.builtin("printJson").expect("it is in the table");
    vm.start_native(native, &[v, Value::raw(if is_strict { STRICT } else { 0 })]);
}

const VALUE: u32 = START + 1;

// Slots, behind the value and the flags.
const OUT: u32 = 2;
const CONTEXT: u32 = 3;
/// What is wrong with the first string that is not UTF-8. Nix finds out only once everything is computed.
const INVALID: u32 = 4;
/// Where the `outPath` was written that is being written instead of a set.
const PLACE: u32 = 5;
const DEPTH: u32 = 6;
/// From here on two slots for each open container: itself, and how many of its parts were begun.
const OPEN: u32 = 7;

fn to_json(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let mut out = std::mem::take(&mut vm.caches.buffer);
    out.clear();
    let next = write(vm, frame, &mut out);
    if frame.pc == VALUE && next.as_ref().is_ok_and(|it| !matches!(it, Next::Return(_))) {
        let so_far = vm.slot(frame, OUT);
        let text = if so_far == Value::NULL {
            vm.heap.plain_string(&out)
        } else {
            vm.check_length(vm.heap.bytes(so_far).len() + out.len())?;
            vm.heap.append_bytes(so_far, &out, ContextId::EMPTY)
        };
        if !out.is_empty() {
            vm.set_slot(frame, OUT, text);
        }
    }
    vm.caches.buffer = out;
    next
}

/// Writes up to a value that must be computed first, or to the end.
fn write(vm: &mut Vm, frame: &mut Frame, out: &mut Vec<u8>) -> Result<Next, Fault> {
    let mut v = if frame.pc == START {
        frame.pc = VALUE;
        let v = vm.slot(frame, 0);
        for slot in [Value::NULL, Value::raw(0), Value::NULL, Value::raw(0), Value::raw(0)] {
            vm.push(slot);
        }
        v
    } else {
        vm.pop()
    };
    loop {
        // Each value that is inside another counts as a call.
        if vm.frames().len() + vm.slot(frame, DEPTH).payload() as usize > vm.limits().max_depth {
            let text = "stack overflow; max-call-depth exceeded";
            return Err(Fault::new(FaultKind::StackOverflow, text).at(part_pos(vm, frame)));
        }
        let is_strict = vm.slot(frame, 1).payload() & STRICT != 0;
        let Some(settled) = vm.settled(v) else {
            if !is_strict {
                return Err(cannot_convert(vm, frame, v));
            }
            vm.push(v);
            return Ok(Next::Force);
        };
        if settled.is_attrs()
            && let Some(other) = instead(vm, settled)
        {
            match other {
                Instead::Value(other, pos) => {
                    vm.set_slot(frame, PLACE, Value::raw(pos.0));
                    v = other;
                    continue;
                }
                Instead::Text => return Ok(coerce(vm, frame, settled, 0)),
            }
        }
        match settled.tag() {
            Tag::Path => return Ok(coerce(vm, frame, settled, CoerceFlags::COPY)),
            Tag::List | Tag::Attrs => open(vm, frame, settled, out),
            _ => scalar(vm, frame, settled, out)?,
        }
        vm.check_length(out.len())?;
        match next_part(vm, frame, out) {
            Some(part) => v = part,
            None => return finish(vm, frame, out).map(Next::Return),
        }
    }
}

fn coerce(vm: &mut Vm, frame: &Frame, v: Value, flags: u32) -> Next {
    let pos = part_pos(vm, frame);
    vm.push(v);
    vm.push(Value::raw(flags));
    Next::NativeAt(crate::vm::COERCE, 2, pos)
}

/// What is written instead of a set.
enum Instead {
    Value(Value, Pos),
    Text,
}

fn instead(vm: &Vm, set: Value) -> Option<Instead> {
    if vm.heap.attr(set, vm.names.to_string).is_some() {
        return Some(Instead::Text);
    }
    vm.heap.attr_with_pos(set, vm.names.out_path).map(|(v, pos)| Instead::Value(v, pos))
}

/// Writes what has no parts.
fn scalar(vm: &mut Vm, frame: &Frame, v: Value, out: &mut Vec<u8>) -> Result<(), Fault> {
    match v.tag() {
        Tag::Int | Tag::BigInt => number::write_int(out, vm.heap.as_int(v).unwrap_or(0)),
        Tag::Float => number::write_json_float(out, vm.heap.as_float(v).unwrap_or(0.0)),
        Tag::Bool => out.extend_from_slice(if v == Value::TRUE { b"true" } else { b"false" }),
        Tag::Null => out.extend_from_slice(b"null"),
        Tag::Str | Tag::Sym => {
            let context = vm.heap.context(v);
            if context != ContextId::EMPTY {
                let so_far = ContextId(vm.slot(frame, CONTEXT).payload());
                let all = vm.heap.contexts.union(so_far, context);
                vm.set_slot(frame, CONTEXT, Value::raw(all.0));
            }
            let written = json::write_json_string(out, vm.heap.bytes(v));
            note_invalid(vm, frame, written);
        }
        _ => return Err(cannot_convert(vm, frame, v)),
    }
    Ok(())
}

fn note_invalid(vm: &mut Vm, frame: &Frame, written: Result<(), json::InvalidUtf8>) {
    if let Err(error) = written
        && vm.slot(frame, INVALID) == Value::NULL
    {
        let text = vm.heap.plain_string(error.to_string().as_bytes());
        vm.set_slot(frame, INVALID, text);
    }
}

/// Begins a list or set.
fn open(vm: &mut Vm, frame: &Frame, v: Value, out: &mut Vec<u8>) {
    let is_list = v.is_list();
    let n = if is_list { vm.heap.list_len(v) } else { vm.heap.attrs_len(v) };
    if n == 0 {
        out.extend_from_slice(if is_list { b"[]" } else { b"{}" });
        return;
    }
    out.push(if is_list { b'[' } else { b'{' });
    let v = if is_list { v } else { vm.heap.sort_attrs(v) };
    let depth = vm.slot(frame, DEPTH).payload() + 1;
    vm.set_slot(frame, DEPTH, Value::raw(depth));
    vm.push(v);
    vm.push(Value::raw(0));
}

/// Closes what is complete and begins the next part of what is not; none if all is written.
fn next_part(vm: &mut Vm, frame: &Frame, out: &mut Vec<u8>) -> Option<Value> {
    let mut depth = vm.slot(frame, DEPTH).payload();
    vm.set_slot(frame, PLACE, Value::raw(Pos::NONE.0));
    while depth > 0 {
        let at = OPEN + 2 * (depth - 1);
        let (container, index) = (vm.slot(frame, at), vm.slot(frame, at + 1).payload());
        if container.is_list() {
            let elements = vm.heap.elements(container);
            if let Some(&element) = elements.get(index as usize) {
                if index > 0 {
                    out.push(b',');
                }
                vm.set_slot(frame, at + 1, Value::raw(index + 1));
                return Some(element);
            }
            out.push(b']');
        } else {
            let (keys, values) = vm.heap.attrs_parts(container);
            if (index as usize) < values.len() {
                let key = vm.heap.key_at(keys, index);
                let v = values[key as usize];
                if index > 0 {
                    out.push(b',');
                }
                let name = vm.heap.symbols.bytes(vm.heap.key(keys, key).0);
                let written = json::write_json_string(out, name);
                out.push(b':');
                if written.is_err() {
                    note_invalid(vm, frame, written);
                }
                vm.set_slot(frame, at + 1, Value::raw(index + 1));
                return Some(v);
            }
            out.push(b'}');
        }
        vm.truncate_to(frame, at);
        depth -= 1;
        vm.set_slot(frame, DEPTH, Value::raw(depth));
    }
    None
}

fn finish(vm: &mut Vm, frame: &Frame, out: &[u8]) -> Result<Value, Fault> {
    let invalid = vm.slot(frame, INVALID);
    if invalid != Value::NULL {
        let text = format!("JSON serialization error: {}", vm.heap.text(invalid));
        return Err(Fault::new(FaultKind::Eval, text));
    }
    let context = ContextId(vm.slot(frame, CONTEXT).payload());
    let so_far = vm.slot(frame, OUT);
    if so_far == Value::NULL {
        return Ok(vm.heap.string(out, context));
    }
    vm.check_length(vm.heap.bytes(so_far).len() + out.len())?;
    Ok(vm.heap.append_bytes(so_far, out, context))
}

fn cannot_convert(vm: &Vm, frame: &Frame, v: Value) -> Fault {
    let pos = vm.written_function(v).map_or_else(|| part_pos(vm, frame), |lambda| lambda.pos);
    Fault::new(FaultKind::Type, format!("cannot convert {} to JSON", vm.type_phrase(v))).at(pos)
}

/// Where the part that is being written was: the name of the innermost set's attribute.
fn part_pos(vm: &Vm, frame: &Frame) -> Pos {
    let place = Pos(vm.slot(frame, PLACE).payload());
    if place.is_some() {
        return place;
    }
    let depth = vm.slot(frame, DEPTH).payload();
    let sets = (0..depth).rev().map(|i| part_of(vm, frame, i));
    sets.filter_map(|(container, part)| attr_pos(vm, container, part)).next().unwrap_or(Pos::NONE)
}

/// An open container and the index of the part of it that is being written.
fn part_of(vm: &Vm, frame: &Frame, i: u32) -> (Value, u32) {
    let at = OPEN + 2 * i;
    (vm.slot(frame, at), vm.slot(frame, at + 1).payload().saturating_sub(1))
}

fn attr_pos(vm: &Vm, container: Value, part: u32) -> Option<Pos> {
    if container.is_list() {
        return None;
    }
    let (keys, _) = vm.heap.attrs_parts(container);
    Some(vm.heap.key(keys, vm.heap.key_at(keys, part)).1)
}

/// How many containers around a fault its trace names.
const MAX_EXPLAINED: u32 = 10_000;

/// Says in which part of which part a fault was met.
fn explain(vm: &Vm, frame: &Frame, _: crate::vm::Blame, fault: &mut Fault) {
    if frame.pc != VALUE {
        return;
    }
    let depth = vm.slot(frame, DEPTH).payload();
    let mut pos = Pos::NONE;
    let first = depth.saturating_sub(MAX_EXPLAINED);
    let mut lines = Vec::new();
    for i in first..depth {
        let (container, part) = part_of(vm, frame, i);
        match attr_pos(vm, container, part) {
            None => lines.push((pos, format!("while evaluating list element at index {part}"))),
            Some(attr_pos) => {
                pos = attr_pos;
                let (keys, _) = vm.heap.attrs_parts(container);
                let name = vm.heap.key(keys, vm.heap.key_at(keys, part)).0;
                let mut shown = Vec::new();
                escape::write_attr_name(&mut shown, vm.heap.symbols.bytes(name));
                lines.push((pos, format!("while evaluating attribute '{}'", String::from_utf8_lossy(&shown))));
            }
        }
    }
    for (pos, line) in lines.into_iter().rev() {
        fault.push_trace(pos, line);
    }
}
