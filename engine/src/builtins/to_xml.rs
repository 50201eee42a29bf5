//! XML written.
//!
//! As for JSON, what is open lies on the value stack, and the text so far on the heap.

use crate::heap::BodyId;
use crate::ir::Symbol;
use crate::source::{Origin, Pos};
use crate::text::number;
use crate::text::xml::XmlWriter;
use crate::value::{ContextId, Tag, Value};
use crate::vm::{Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "toXML",
        &[arg("e", Need::Lazy, "")],
        |vm, frame| {
            if frame.pc == START {
                vm.push(Value::raw(STRICT));
            }
            to_xml(vm, frame)
        },
        "The value *e* as XML text, for other programs to read.",
    ),
    Native::steps("printXml", &[arg("e", Need::Lazy, ""), arg("flags", Need::Lazy, "")], to_xml, "").internal(),
];

/// What is not computed yet is computed, rather than written as such.
const STRICT: u32 = 1;
/// Attributes and functions say where they were written.
const LOCATIONS: u32 = 2;

/// Starts to write a value as XML; the text ends the run. Unless `is_strict`, what was not computed is written as
/// unevaluated. With `has_locations`, attributes and functions say where they were written.
pub fn start_xml(vm: &mut Vm, v: Value, is_strict: bool, has_locations: bool) {
    let native = vm.builtin("printXml").expect("it is in the table");
    let flags = if is_strict { STRICT } else { 0 } | if has_locations { LOCATIONS } else { 0 };
    vm.start_native(native, &[v, Value::raw(flags)]);
}

const VALUE: u32 = START + 1;
const TYPE: u32 = START + 2;
const DRV_PATH: u32 = START + 3;
const OUT_PATH: u32 = START + 4;

// Slots, behind the value and the flags.
const FLAGS: u32 = 1;
const OUT: u32 = 2;
const CONTEXT: u32 = 3;
/// A set whose names are the derivations written so far.
const SEEN: u32 = 4;
/// How many elements are open.
const NESTING: u32 = 5;
const DEPTH: u32 = 6;
/// From here on two slots for each open list or set: itself, and what [`Part`] says.
const OPEN: u32 = 7;

/// How many parts of a list or set were begun, and whether it is a derivation.
#[derive(Clone, Copy)]
struct Part {
    begun: u32,
    is_derivation: bool,
}

impl Part {
    fn of(v: Value) -> Self {
        Self { begun: v.payload(), is_derivation: v.aux() == 1 }
    }

    fn value(self) -> Value {
        Value::with_aux(Tag::Raw, u32::from(self.is_derivation), self.begun)
    }
}

fn to_xml(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let mut xml = if frame.pc == START {
        for slot in [Value::NULL, Value::raw(0), Value::EMPTY_ATTRS, Value::raw(0), Value::raw(0)] {
            vm.push(slot);
        }
        vm.push(vm.slot(frame, 0));
        let mut xml = XmlWriter::new();
        xml.open("expr", &[]);
        frame.pc = VALUE;
        xml
    } else {
        XmlWriter::resume(Vec::new(), vm.slot(frame, NESTING).payload() as usize)
    };
    let waits = write(vm, frame, &mut xml)?;
    if waits.is_none() {
        xml.close("expr");
    }
    let context = ContextId(vm.slot(frame, CONTEXT).payload());
    vm.set_slot(frame, NESTING, Value::raw(xml.depth() as u32));
    let more = xml.into_text();
    let so_far = vm.slot(frame, OUT);
    let text = if so_far == Value::NULL {
        vm.heap.string(&more, context)
    } else {
        vm.check_length(vm.heap.bytes(so_far).len() + more.len())?;
        vm.heap.append_bytes(so_far, &more, context)
    };
    vm.set_slot(frame, OUT, text);
    Ok(waits.unwrap_or(Next::Return(text)))
}

/// Writes up to a value that must be computed first. In each state that value is on top of the stack; below it may be
/// the set it belongs to.
fn write(vm: &mut Vm, frame: &mut Frame, xml: &mut XmlWriter) -> Result<Option<Next>, Fault> {
    let is_strict = vm.slot(frame, FLAGS).payload() & STRICT != 0;
    loop {
        let top = vm.top();
        // What a set is decides how it is written: its type is computed in any case.
        let settled = match vm.settled(top) {
            Some(_) if !is_strict && frame.pc == VALUE && vm.slot(frame, DEPTH).payload() > 0 && top.is_unneeded() => {
                vm.heap.thunk(BodyId(0), 0)
            }
            Some(v) => v,
            None if is_strict || frame.pc == TYPE => return Ok(Some(Next::Force)),
            None => top,
        };
        vm.pop();
        match frame.pc {
            VALUE if settled.is_attrs() => {
                vm.push(settled);
                if let Some(v) = vm.heap.attr(settled, vm.names.type_) {
                    vm.push(v);
                    frame.pc = TYPE;
                    continue;
                }
                let set = vm.pop();
                open(vm, frame, xml, set, false)?;
            }
            VALUE if settled.is_list() => open(vm, frame, xml, settled, false)?,
            VALUE => scalar(vm, frame, xml, settled),
            TYPE => {
                let set = vm.top();
                if settled.is_string() && vm.heap.bytes(settled) == b"derivation" {
                    vm.push(vm.heap.attr(set, vm.names.drv_path).unwrap_or(Value::NULL));
                    frame.pc = DRV_PATH;
                    continue;
                }
                vm.pop();
                frame.pc = VALUE;
                open(vm, frame, xml, set, false)?;
            }
            DRV_PATH => {
                let set = vm.top();
                vm.push(vm.heap.attr(set, vm.names.out_path).unwrap_or(Value::NULL));
                frame.pc = OUT_PATH;
                continue;
            }
            _ => {
                let set = vm.pop();
                frame.pc = VALUE;
                derivation(vm, frame, xml, set)?;
            }
        }
        vm.check_length(xml.len())?;
        match next_part(vm, frame, xml) {
            Some(part) => vm.push(part),
            None => return Ok(None),
        }
    }
}

/// Begins a derivation, or writes that it was there before.
fn derivation(vm: &mut Vm, frame: &Frame, xml: &mut XmlWriter, set: Value) -> Result<(), Fault> {
    let text = |name: Symbol| {
        let v = vm.settled(vm.heap.attr(set, name)?)?;
        v.is_string().then_some(v)
    };
    let drv_path = text(vm.names.drv_path);
    let out_path = text(vm.names.out_path);
    let mut attributes: Vec<(&str, &[u8])> = Vec::new();
    attributes.extend(drv_path.map(|v| ("drvPath", vm.heap.bytes(v))));
    attributes.extend(out_path.map(|v| ("outPath", vm.heap.bytes(v))));
    xml.open("derivation", &attributes);
    if let Some(drv_path) = drv_path
        && !vm.heap.bytes(drv_path).is_empty()
    {
        let name = vm.name_of(drv_path);
        let seen = vm.slot(frame, SEEN);
        if vm.heap.attr(seen, name).is_none() {
            let more = vm.heap.attrs_sorted(&[(name, Pos::NONE, Value::NULL)]);
            let seen = vm.heap.update(seen, more);
            vm.set_slot(frame, SEEN, seen);
            return push_open(vm, frame, set, true);
        }
    }
    xml.empty("repeated", &[]);
    xml.close("derivation");
    Ok(())
}

/// Begins a list or set.
fn open(vm: &mut Vm, frame: &Frame, xml: &mut XmlWriter, v: Value, is_derivation: bool) -> Result<(), Fault> {
    xml.open(if v.is_list() { "list" } else { "attrs" }, &[]);
    push_open(vm, frame, v, is_derivation)
}

fn push_open(vm: &mut Vm, frame: &Frame, v: Value, is_derivation: bool) -> Result<(), Fault> {
    let v = if v.is_list() { v } else { vm.heap.sort_attrs(v) };
    let depth = vm.slot(frame, DEPTH).payload() + 1;
    if vm.frames().len() + depth as usize > vm.limits().max_depth {
        return Err(Fault::new(FaultKind::StackOverflow, "stack overflow; max-call-depth exceeded"));
    }
    vm.set_slot(frame, DEPTH, Value::raw(depth));
    vm.push(v);
    vm.push(Part { begun: 0, is_derivation }.value());
    Ok(())
}

/// Closes what is complete and begins the next part of what is not; none if all is written.
fn next_part(vm: &mut Vm, frame: &Frame, xml: &mut XmlWriter) -> Option<Value> {
    let mut depth = vm.slot(frame, DEPTH).payload();
    while depth > 0 {
        let at = OPEN + 2 * (depth - 1);
        let (container, part) = (vm.slot(frame, at), Part::of(vm.slot(frame, at + 1)));
        let is_list = container.is_list();
        if !is_list && part.begun > 0 {
            xml.close("attr");
        }
        let n = if is_list { vm.heap.list_len(container) } else { vm.heap.attrs_len(container) };
        if (part.begun as usize) < n {
            vm.set_slot(frame, at + 1, Part { begun: part.begun + 1, ..part }.value());
            if is_list {
                return Some(vm.heap.element(container, part.begun as usize));
            }
            let (keys, values) = vm.heap.attrs_parts(container);
            let key = vm.heap.key_at(keys, part.begun);
            let v = values[key as usize];
            let (name, pos) = vm.heap.key(keys, key);
            let place = if vm.slot(frame, FLAGS).payload() & LOCATIONS != 0 { place(vm, pos) } else { None };
            let mut attributes = Vec::new();
            push_place(&mut attributes, place.as_ref(), Some(vm.heap.symbols.bytes(name)));
            xml.open("attr", &attributes);
            return Some(v);
        }
        xml.close(match (is_list, part.is_derivation) {
            (true, _) => "list",
            (false, true) => "derivation",
            (false, false) => "attrs",
        });
        vm.truncate_to(frame, at);
        depth -= 1;
        vm.set_slot(frame, DEPTH, Value::raw(depth));
    }
    None
}

/// Line, column and file, as text.
struct Place {
    line: String,
    column: String,
    path: Option<String>,
}

fn place(vm: &Vm, pos: Pos) -> Option<Place> {
    let (file, at) = vm.sources.locate(pos)?;
    let path = match &file.origin {
        Origin::File(path) => Some(path.clone()),
        Origin::String | Origin::Stdin | Origin::Internal(_) => None,
    };
    Some(Place { line: (at.line + 1).to_string(), column: (at.column + 1).to_string(), path })
}

/// Adds a place and a name, sorted.
fn push_place<'t>(attributes: &mut Vec<(&'static str, &'t [u8])>, place: Option<&'t Place>, name: Option<&'t [u8]>) {
    if let Some(place) = place {
        attributes.push(("column", place.column.as_bytes()));
        attributes.push(("line", place.line.as_bytes()));
    }
    attributes.extend(name.map(|name| ("name", name)));
    if let Some(path) = place.and_then(|place| place.path.as_ref()) {
        attributes.push(("path", path.as_bytes()));
    }
}

/// Writes what has no parts.
fn scalar(vm: &mut Vm, frame: &Frame, xml: &mut XmlWriter, v: Value) {
    let mut text = Vec::new();
    let name = match v.tag() {
        Tag::Int | Tag::BigInt => {
            number::write_int(&mut text, vm.heap.as_int(v).unwrap_or(0));
            "int"
        }
        Tag::Float => {
            number::write_general(&mut text, vm.heap.as_float(v).unwrap_or(0.0));
            "float"
        }
        Tag::Bool => {
            text.extend_from_slice(if v == Value::TRUE { b"true" } else { b"false" });
            "bool"
        }
        Tag::Str | Tag::Sym => {
            let so_far = ContextId(vm.slot(frame, CONTEXT).payload());
            let context = vm.heap.context(v);
            let all = vm.heap.contexts.union(so_far, context);
            vm.set_slot(frame, CONTEXT, Value::raw(all.0));
            return xml.empty("string", &[("value", vm.heap.bytes(v))]);
        }
        Tag::Path => return xml.empty("path", &[("value", vm.heap.bytes(v))]),
        Tag::Null => return xml.empty("null", &[]),
        _ => return function(vm, frame, xml, v),
    };
    xml.empty(name, &[("value", &text)]);
}

/// Writes a function that was written in Nix; anything else is unevaluated.
fn function(vm: &Vm, frame: &Frame, xml: &mut XmlWriter, v: Value) {
    let Some(lambda) = vm.written_function(v) else { return xml.empty("unevaluated", &[]) };
    let has_locations = vm.slot(frame, FLAGS).payload() & LOCATIONS != 0;
    let place = if has_locations { place(vm, lambda.pos) } else { None };
    let mut attributes = Vec::new();
    push_place(&mut attributes, place.as_ref(), None);
    xml.open("function", &attributes);
    let arg = lambda.arg.map(|(name, _)| vm.heap.symbols.bytes(name));
    if let Some(formals) = &lambda.formals {
        let mut attributes: Vec<(&str, &[u8])> = Vec::new();
        if lambda.ellipsis {
            attributes.push(("ellipsis", b"1"));
        }
        attributes.extend(arg.map(|name| ("name", name)));
        xml.open("attrspat", &attributes);
        let mut names: Vec<&[u8]> = formals.iter().map(|it| vm.heap.symbols.bytes(it.name)).collect();
        names.sort_unstable();
        for name in names {
            xml.empty("attr", &[("name", name)]);
        }
        xml.close("attrspat");
    } else {
        xml.empty("varpat", &[("name", arg.unwrap_or_default())]);
    }
    xml.close("function");
}
