//! `derivationStrict`: a set becomes a build. Here its attributes are gathered; [`super::instantiate`] does the rest.
//!
//! Most attributes were evaluated before somebody asks for the derivation, or are evaluated and need no work to become
//! strings. Those are taken one after the other without leaving this frame, and nothing but their strings is kept.

use crate::ir::Symbol;
use crate::source::Pos;
use crate::store::check_name as check_store_name;
use crate::value::{Tag, Value};
use crate::vm::{Blame, COERCE, CoerceFlags, Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};
use crate::world::{NoteKind, Request};

use super::attrs::{check_name, missing};
use super::derivation_outputs::{require_feature, take_algorithm, take_mode, take_outputs};
use super::instantiate;

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[Native::steps(
    "derivationStrict",
    &[arg("attrs", Need::Attrs, "while evaluating the argument passed to builtins.derivationStrict")],
    derivation_strict,
    "The paths of the derivation that *attrs* describes and of its outputs. `derivation` asks for them when they are \
     needed.",
)
.everywhere()
.whys(&[
    "in the attrset passed as argument to builtins.derivationStrict",
    "while evaluating the `name` attribute passed to builtins.derivationStrict",
    "while evaluating the `__structuredAttrs` attribute passed to builtins.derivationStrict",
    "while evaluating the `__ignoreNulls` attribute passed to builtins.derivationStrict",
    "while evaluating an element of the argument list",
])
.explaining(explain)];

const NAME_FORCED: u32 = START + 1;
const STRUCTURED_FORCED: u32 = START + 2;
const NULLS_FORCED: u32 = START + 3;
// From here to the next line of this kind, the attribute at hand is named in traces.
const ATTR: u32 = START + 4;
const ATTR_FORCED: u32 = START + 5;
const COERCED: u32 = START + 6;
const ARG_COERCED: u32 = START + 7;
const WRITTEN: u32 = START + 8;
const WRITTEN_FORCED: u32 = START + 9;
const OUTPUT_FORCED: u32 = START + 10;
const JSON_READ: u32 = START + 11;
const JSON_WRITTEN: u32 = START + 12;
// No longer.
const NOTED: u32 = START + 13;
/// The first state of [`super::instantiate`].
pub(super) const GATHERED: u32 = START + 14;

// Slots. The first is the set; the second the rank of the attribute at hand.
const RANK: u32 = 1;
pub(super) const FLAGS: u32 = 2;
pub(super) const NAME: u32 = 3;
/// The names of the outputs as a list; null if it is just `out`.
pub(super) const OUTPUTS: u32 = 4;
pub(super) const BUILDER: u32 = 5;
pub(super) const SYSTEM: u32 = 6;
pub(super) const HASH: u32 = 7;
/// The name of an algorithm, or null.
pub(super) const ALGORITHM: u32 = 8;
/// The name of a method, or null.
pub(super) const METHOD: u32 = 9;
/// Which element of a list is at hand.
const ELEMENT: u32 = 10;
/// Here begin pairs of a key and a string: the environment, and whatever the keys below say.
pub(super) const PAIRS: u32 = 11;

/// The key of an argument of the builder.
pub(super) const ARGUMENT_KEY: u32 = u32::MAX;
/// The key of a path whose derivation must be read before this one can be instantiated.
pub(super) const UNKNOWN_KEY: u32 = u32::MAX - 1;
/// The key of a string that goes nowhere, but whose context counts.
pub(super) const CONTEXT_KEY: u32 = u32::MAX - 2;

/// A sum of these says what kind of derivation it is.
pub(super) const STRUCTURED: u32 = 1;
const IGNORE_NULLS: u32 = 2;
pub(super) const CONTENT_ADDRESSED: u32 = 4;
pub(super) const IMPURE: u32 = 8;

fn derivation_strict(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            let attrs = vm.heap.sort_attrs(vm.slot(frame, 0));
            vm.set_slot(frame, 0, attrs);
            for v in [Value::raw(0), Value::raw(0), Value::NULL, Value::NULL] {
                vm.push(v);
            }
            let empty = Value::sym(vm.names.empty);
            for v in [empty, empty, Value::NULL, Value::NULL, Value::NULL, Value::raw(0)] {
                vm.push(v);
            }
            frame.why = 1;
            let Some(name) = vm.heap.attr(attrs, vm.names.name) else { return Err(missing("name")) };
            force(vm, frame, name, NAME_FORCED, 2)
        }
        NAME_FORCED => {
            let name = vm.pop();
            check_name(vm, name)?;
            vm.set_slot(frame, NAME, name);
            frame.why = 0;
            frame.pc = STRUCTURED_FORCED;
            if let Err(error) = check_store_name(&vm.heap.text(name)) {
                let text = format!("invalid derivation name: {error}. Please pass a different 'name'.");
                return Err(Fault::new(FaultKind::Eval, text));
            }
            match vm.heap.attr(vm.slot(frame, 0), vm.names.structured_attrs) {
                Some(v) => force(vm, frame, v, STRUCTURED_FORCED, 3),
                None => ignore_nulls(vm, frame),
            }
        }
        STRUCTURED_FORCED => {
            if take_bool(vm)? {
                add_flag(vm, frame, STRUCTURED);
            }
            ignore_nulls(vm, frame)
        }
        NULLS_FORCED => {
            if take_bool(vm)? {
                add_flag(vm, frame, IGNORE_NULLS);
            }
            attributes(vm, frame)
        }
        ATTR_FORCED => {
            vm.pop();
            attributes(vm, frame)
        }
        COERCED => {
            let text = vm.top();
            frame.pc = ATTR;
            coerced(vm, frame, text)
        }
        ARG_COERCED => {
            let element = vm.slot(frame, ELEMENT).payload();
            vm.set_slot(frame, ELEMENT, Value::raw(element + 1));
            arguments(vm, frame)
        }
        WRITTEN => written(vm, frame),
        WRITTEN_FORCED => {
            let v = vm.pop();
            written_special(vm, frame, v)
        }
        OUTPUT_FORCED => {
            check_name(vm, vm.top())?;
            let element = vm.slot(frame, ELEMENT).payload();
            vm.set_slot(frame, ELEMENT, Value::raw(element + 1));
            written_outputs(vm, frame)
        }
        NOTED => {
            vm.answer_other().into_done()?;
            let (key, _) = vm.heap.attr_at_rank(vm.slot(frame, 0), vm.slot(frame, RANK).payload());
            if key == vm.names.json && vm.slot(frame, FLAGS).payload() & STRUCTURED == 0 {
                return normalise(vm, frame);
            }
            next_attribute(vm, frame)
        }
        JSON_READ => match vm.builtin("toJSON") {
            Some(native) => {
                frame.pc = JSON_WRITTEN;
                Ok(Next::Native(native, 1))
            }
            None => next_attribute(vm, frame),
        },
        JSON_WRITTEN => next_attribute(vm, frame),
        _ => instantiate::step(vm, frame),
    }
}

/// The lines of a trace: the attribute at hand and the derivation.
fn explain(vm: &Vm, frame: &Frame, _: Blame, fault: &mut Fault) {
    if frame.pc < NAME_FORCED {
        return;
    }
    let attrs = vm.slot(frame, 0);
    let name_pos = vm.heap.attr_with_pos(attrs, vm.names.name).map_or(Pos::NONE, |it| it.1);
    let name = vm.slot(frame, NAME);
    if name == Value::NULL {
        return fault.push_trace(name_pos, "while evaluating the derivation attribute 'name'");
    }
    let name = vm.heap.text(name);
    if (ATTR..NOTED).contains(&frame.pc)
        && let Some((key, pos, _)) = vm.heap.iter_attrs(attrs).nth(vm.slot(frame, RANK).payload() as usize)
    {
        let key = vm.heap.symbols.text(key);
        fault.push_trace(pos, format!("while evaluating attribute '{key}' of derivation '{name}'"));
    }
    let place = vm.print_cx().show_place(name_pos);
    let text = format!("while evaluating derivation '{name}'\n  whose name attribute is located at {place}");
    fault.push_trace(Pos::NONE, text);
}

/// Forces a value, with a reason.
fn force(vm: &mut Vm, frame: &mut Frame, v: Value, state: u32, why: u16) -> Result<Next, Fault> {
    frame.pc = state;
    frame.why = why;
    vm.push(v);
    Ok(Next::Force)
}

fn take_bool(vm: &mut Vm) -> Result<bool, Fault> {
    let v = vm.pop();
    if v.tag() == Tag::Bool { Ok(v == Value::TRUE) } else { Err(vm.type_fault("a Boolean", v)) }
}

fn add_flag(vm: &mut Vm, frame: &Frame, flag: u32) {
    let flags = vm.slot(frame, FLAGS).payload();
    vm.set_slot(frame, FLAGS, Value::raw(flags | flag));
}

fn ignore_nulls(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.why = 0;
    match vm.heap.attr(vm.slot(frame, 0), vm.names.ignore_nulls) {
        Some(v) => force(vm, frame, v, NULLS_FORCED, 4),
        None => attributes(vm, frame),
    }
}

fn next_attribute(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let rank = vm.slot(frame, RANK).payload();
    vm.set_slot(frame, RANK, Value::raw(rank + 1));
    attributes(vm, frame)
}

/// Takes attributes, from the one at hand on, until one needs something first. The steps that follow an attribute are
/// written so that it can be taken up again from its beginning once its value is there.
fn attributes(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = ATTR;
    frame.why = 0;
    let attrs = vm.slot(frame, 0);
    let flags = vm.slot(frame, FLAGS).payload();
    let n = vm.heap.attrs_len(attrs) as u32;
    let mut rank = vm.slot(frame, RANK).payload();
    while rank < n {
        vm.set_slot(frame, RANK, Value::raw(rank));
        let (key, v) = vm.heap.attr_at_rank(attrs, rank);
        rank += 1;
        let names = vm.names;
        if key == names.ignore_nulls || (flags & STRUCTURED != 0 && key == names.structured_attrs) {
            continue;
        }
        let is_plain = flags & STRUCTURED == 0 && key != names.args;
        let v = match vm.settled(v) {
            Some(v) => v,
            None if is_plain && flags & IGNORE_NULLS == 0 && !is_flag(vm, key) => {
                // Not even a line of trace of its own: forcing it is part of making it a string.
                vm.push(Value::raw(key.0));
                return coerce(vm, frame, v, COERCED);
            }
            None => {
                frame.pc = ATTR_FORCED;
                vm.push(v);
                return Ok(Next::Force);
            }
        };
        if v == Value::NULL && flags & IGNORE_NULLS != 0 {
            continue;
        }
        if is_flag(vm, key) {
            flag_attribute(vm, frame, key, v)?;
        } else if key == names.args {
            if !v.is_list() {
                return Err(vm.type_fault("a list", v));
            }
            vm.set_slot(frame, ELEMENT, Value::raw(0));
            return arguments(vm, frame);
        } else if flags & STRUCTURED != 0 {
            return write(vm, frame, key, v);
        } else {
            vm.push(Value::raw(key.0));
            match vm.coerce_now(v, CoerceFlags::MORE | CoerceFlags::COPY) {
                Some(text) => {
                    vm.push(text);
                    if is_special(vm, key) {
                        return coerced(vm, frame, text);
                    }
                }
                None => return coerce(vm, frame, v, COERCED),
            }
        }
    }
    vm.set_slot(frame, RANK, Value::raw(n));
    frame.pc = GATHERED;
    instantiate::step(vm, frame)
}

/// Whether it says something about the derivation and is no part of it.
fn is_flag(vm: &Vm, key: Symbol) -> bool {
    key == vm.names.content_addressed || key == vm.names.impure
}

/// Whether it means something besides being in the environment.
fn is_special(vm: &Vm, key: Symbol) -> bool {
    let names = &vm.names;
    [
        names.builder,
        names.system,
        names.outputs,
        names.output_hash,
        names.output_hash_algo,
        names.output_hash_mode,
        names.json,
    ]
    .contains(&key)
}

fn coerce(vm: &mut Vm, frame: &mut Frame, v: Value, state: u32) -> Result<Next, Fault> {
    frame.pc = state;
    vm.push(v);
    vm.push(Value::raw(CoerceFlags::MORE | CoerceFlags::COPY));
    Ok(Next::Native(COERCE, 2))
}

fn flag_attribute(vm: &mut Vm, frame: &Frame, key: Symbol, v: Value) -> Result<(), Fault> {
    if v.tag() != Tag::Bool {
        return Err(vm.type_fault("a Boolean", v));
    }
    if v == Value::FALSE {
        return Ok(());
    }
    let (flag, feature) = if key == vm.names.content_addressed {
        (CONTENT_ADDRESSED, "ca-derivations")
    } else {
        (IMPURE, "impure-derivations")
    };
    add_flag(vm, frame, flag);
    require_feature(vm, feature, "")
}

/// Coerces the builder's arguments, from the one at hand on.
fn arguments(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let (_, list) = vm.heap.attr_at_rank(vm.slot(frame, 0), vm.slot(frame, RANK).payload());
    let list = vm.heap.peek(list);
    let n = vm.heap.list_len(list);
    for index in vm.slot(frame, ELEMENT).payload() as usize..n {
        let element = vm.heap.element(list, index);
        vm.push(Value::raw(ARGUMENT_KEY));
        let now = vm.settled(element).and_then(|v| vm.coerce_now(v, CoerceFlags::MORE | CoerceFlags::COPY));
        match now {
            Some(text) => vm.push(text),
            None => {
                vm.set_slot(frame, ELEMENT, Value::raw(index as u32));
                frame.why = 5 | crate::vm::IF_VALUE;
                return coerce(vm, frame, element, ARG_COERCED);
            }
        }
    }
    next_attribute(vm, frame)
}

/// Takes the string of the attribute at hand, which lies on top of the stack above its key.
fn coerced(vm: &mut Vm, frame: &mut Frame, text: Value) -> Result<Next, Fault> {
    let (key, _) = vm.heap.attr_at_rank(vm.slot(frame, 0), vm.slot(frame, RANK).payload());
    let names = vm.names;
    if key == names.builder {
        vm.set_slot(frame, BUILDER, text);
    } else if key == names.system {
        vm.set_slot(frame, SYSTEM, text);
    } else if key == names.output_hash {
        vm.set_slot(frame, HASH, text);
    } else if key == names.output_hash_algo {
        take_algorithm(vm, frame, text)?;
    } else if key == names.output_hash_mode {
        take_mode(vm, frame, text)?;
    } else if key == names.outputs {
        let words = vm.heap.bytes(text).to_vec();
        let words = words.split(|it| b" \t\n\r".contains(it)).filter(|it| !it.is_empty());
        let outputs: Vec<Value> = words.map(|it| vm.heap.symbol_string(it)).collect();
        take_outputs(vm, frame, &outputs)?;
    } else if key == names.json {
        let name = vm.heap.text(vm.slot(frame, NAME));
        let text = format!(
            "In derivation '{name}': setting structured attributes via '__json' is deprecated, and may be disallowed \
             in future versions of Nix. Set '__structuredAttrs = true' instead."
        );
        return Ok(note(vm, frame, text));
    }
    next_attribute(vm, frame)
}

fn note(vm: &mut Vm, frame: &mut Frame, text: String) -> Next {
    frame.pc = NOTED;
    vm.ask(Request::Note { kind: NoteKind::Warning, text: text.into_bytes().into() })
}

/// Reads the JSON on top of the stack, to write it anew the one way it is kept. Its own string keeps its context.
fn normalise(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let Some(native) = vm.builtin("fromJSON") else { return next_attribute(vm, frame) };
    let text = vm.pop();
    let key = vm.pop();
    for v in [Value::raw(CONTEXT_KEY), text, key, text] {
        vm.push(v);
    }
    frame.pc = JSON_READ;
    Ok(Next::Native(native, 1))
}

/// Writes the attribute at hand as JSON.
fn write(vm: &mut Vm, frame: &mut Frame, key: Symbol, v: Value) -> Result<Next, Fault> {
    let Some(native) = vm.builtin("toJSON") else { return next_attribute(vm, frame) };
    frame.pc = WRITTEN;
    vm.push(Value::raw(key.0));
    vm.push(v);
    Ok(Next::Native(native, 1))
}

/// With the JSON of the attribute at hand on top of the stack: looks whether it means something.
fn written(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let (key, v) = vm.heap.attr_at_rank(vm.slot(frame, 0), vm.slot(frame, RANK).payload());
    frame.pc = WRITTEN_FORCED;
    if is_special(vm, key) {
        vm.push(v);
        return Ok(Next::Force);
    }
    let key = vm.heap.symbols.text(key);
    const WITHOUT_EFFECT: [&str; 6] = [
        "allowedReferences",
        "allowedRequisites",
        "disallowedReferences",
        "disallowedRequisites",
        "maxSize",
        "maxClosureSize",
    ];
    if WITHOUT_EFFECT.contains(&&*key) {
        let name = vm.heap.text(vm.slot(frame, NAME));
        let text = format!(
            "In a derivation named '{name}', 'structuredAttrs' disables the effect of the derivation attribute \
             '{key}'; use 'outputChecks.<output>.{key}' instead"
        );
        return Ok(note(vm, frame, text));
    }
    next_attribute(vm, frame)
}

/// Takes an attribute that means something besides being in the JSON.
fn written_special(vm: &mut Vm, frame: &mut Frame, v: Value) -> Result<Next, Fault> {
    let (key, _) = vm.heap.attr_at_rank(vm.slot(frame, 0), vm.slot(frame, RANK).payload());
    let names = vm.names;
    if key == names.outputs {
        if !v.is_list() {
            return Err(vm.type_fault("a list", v));
        }
        vm.set_slot(frame, ELEMENT, Value::raw(0));
        return written_outputs(vm, frame);
    }
    if key == names.builder {
        if !v.is_string() {
            return Err(vm.type_fault("a string", v));
        }
        vm.set_slot(frame, BUILDER, v);
        vm.push(Value::raw(CONTEXT_KEY));
        vm.push(v);
    } else if key != names.json {
        check_name(vm, v)?;
        match key {
            it if it == names.system => vm.set_slot(frame, SYSTEM, v),
            it if it == names.output_hash => vm.set_slot(frame, HASH, v),
            it if it == names.output_hash_algo => take_algorithm(vm, frame, v)?,
            _ => take_mode(vm, frame, v)?,
        }
    }
    next_attribute(vm, frame)
}

/// Forces the names of outputs, from the one at hand on; they gather on the stack.
fn written_outputs(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let (_, list) = vm.heap.attr_at_rank(vm.slot(frame, 0), vm.slot(frame, RANK).payload());
    let list = vm.heap.peek(list);
    let n = vm.heap.list_len(list);
    let index = vm.slot(frame, ELEMENT).payload() as usize;
    if index < n {
        frame.pc = OUTPUT_FORCED;
        vm.push(vm.heap.element(list, index));
        return Ok(Next::Force);
    }
    let first = vm.stack().len() - n;
    let outputs = vm.stack()[first..].to_vec();
    take_outputs(vm, frame, &outputs)?;
    for _ in 0..n {
        vm.pop();
    }
    next_attribute(vm, frame)
}
