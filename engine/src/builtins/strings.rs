//! Strings: made, measured, cut, joined and searched.

use memchr::memmem;

use crate::value::{ContextId, Value};
use crate::vm::{CoerceFlags, Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};

const TO_STRING: Need = Need::Coerced { more: false, copy: true };

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure(
        "toString",
        &[arg(
            "e",
            Need::Coerced { more: true, copy: false },
            "while evaluating the first argument passed to builtins.toString",
        )],
        |_, a| Ok(a[0]),
        "*e* as a string. Works on strings, paths, numbers, Booleans (`true` is `\"1\"`, `false` is `\"\"`), `null` \
         (`\"\"`), lists (their elements, with spaces between) and sets that have `__toString` or `outPath`.",
    )
    .everywhere(),
    Native::pure(
        "stringLength",
        &[arg("e", TO_STRING, "while evaluating the argument passed to builtins.stringLength")],
        |vm, a| Ok(Value((vm.heap.bytes(a[0]).len() as u64) << 8)),
        "How many bytes the string *e* has.",
    ),
    Native::pure(
        "substring",
        &[
            arg(
                "start",
                Need::Start,
                "while evaluating the first argument (the start offset) passed to builtins.substring",
            ),
            arg(
                "len",
                Need::Int,
                "while evaluating the second argument (the substring length) passed to builtins.substring",
            ),
            arg(
                "s",
                TO_STRING,
                "while evaluating the third argument (the string) passed to builtins.substring",
            ),
        ],
        substring,
        "The *len* bytes of the string *s* from byte *start* on, counted from zero; fewer if *s* ends before. If *len* \
         is negative: everything from *start* on. The context is that of *s*.",
    ),
    Native::steps(
        "concatStringsSep",
        &[
            arg(
                "separator",
                Need::Str,
                "while evaluating the first argument (the separator string) passed to builtins.concatStringsSep",
            ),
            arg(
                "list",
                Need::List,
                "while evaluating the second argument (the list of strings to concat) passed to \
                 builtins.concatStringsSep",
            ),
        ],
        concat_strings_sep,
        "The strings of *list*, one after the other, with *separator* between them.",
    )
    .explaining(|_, frame, blame, fault| {
        if frame.pc == ELEMENT && blame == crate::vm::Blame::Value {
            let why = "while evaluating one element of the list of strings to concat passed to builtins.concatStringsSep";
            fault.push_trace(crate::source::Pos::NONE, why);
        }
    }),
    Native::steps(
        "replaceStrings",
        &[
            arg("from", Need::List, "while evaluating the first argument passed to builtins.replaceStrings"),
            arg("to", Need::List, "while evaluating the second argument passed to builtins.replaceStrings"),
            arg("s", Need::Lazy, ""),
        ],
        replace_strings,
        "The string *s* with each occurrence of an element of *from* replaced by the element of *to* at the same index. \
         Where several fit, the first in *from* is taken; what was put in is not searched again. An element of *to* is \
         evaluated only if it is used.",
    )
    .whys(&[
        "while evaluating one of the strings to replace passed to builtins.replaceStrings",
        "while evaluating the third argument passed to builtins.replaceStrings",
        "while evaluating one of the replacement strings passed to builtins.replaceStrings",
    ]),
];

fn substring(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let start = vm.heap.as_int(args[0]).and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
    let wanted = vm.heap.as_int(args[1]).and_then(|it| usize::try_from(it).ok()).unwrap_or(usize::MAX);
    let (s, context) = (args[2], vm.heap.context(args[2]));
    let bytes = vm.heap.bytes(s);
    let start = start.min(bytes.len());
    let part = &bytes[start..];
    let len = part.len().min(wanted);
    if len == bytes.len() {
        return Ok(s);
    }
    match part[..len] {
        [byte] if context == ContextId::EMPTY => Ok(vm.heap.symbol_string(&[byte])),
        _ => Ok(vm.heap.string_part(s, start, len, context)),
    }
}

const ELEMENT: u32 = START + 1;

/// Slots: the separator, the list; the index of the element at hand, and the list of those already made strings, which
/// is the list itself as long as all were strings before.
fn concat_strings_sep(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 1);
    let n = vm.heap.list_len(list);
    let mut index = match frame.pc {
        START => {
            vm.push(Value::raw(0));
            vm.push(list);
            0
        }
        FORCED => {
            vm.pop();
            vm.slot(frame, 2).payload() as usize
        }
        _ => {
            let text = vm.pop();
            let index = vm.slot(frame, 2).payload() as usize;
            if vm.slot(frame, 3) == list {
                let elements = vm.heap.elements(list).to_vec();
                let copy = vm.heap.list(&elements);
                vm.set_slot(frame, 3, copy);
            }
            vm.heap.list_set(vm.slot(frame, 3), index, text);
            index + 1
        }
    };
    while index < n {
        let element = vm.heap.element(list, index);
        match vm.settled(element) {
            Some(v) if v.is_string() => index += 1,
            settled => {
                vm.set_slot(frame, 2, Value::raw(index as u32));
                vm.push(element);
                let Some(v) = settled else {
                    frame.pc = FORCED;
                    return Ok(Next::Force);
                };
                vm.set_top(v);
                vm.push(Value::raw(CoerceFlags::COPY));
                frame.pc = ELEMENT;
                return Ok(Next::Native(crate::vm::COERCE, 2));
            }
        }
    }
    join(vm, vm.slot(frame, 0), vm.slot(frame, 3)).map(Next::Return)
}

const FORCED: u32 = START + 2;

/// The settled strings of a list with a separator between them.
fn join(vm: &mut Vm, separator: Value, list: Value) -> Result<Value, Fault> {
    let n = vm.heap.list_len(list);
    let mut contexts = vec![];
    let mut len = vm.heap.bytes(separator).len() * n.saturating_sub(1);
    let own = vm.heap.context(separator);
    if own != ContextId::EMPTY {
        contexts.push(own);
    }
    for &element in vm.heap.elements(list) {
        let text = vm.heap.peek(element);
        len += vm.heap.bytes(text).len();
        let context = vm.heap.context(text);
        if context != ContextId::EMPTY && contexts.last() != Some(&context) {
            contexts.push(context);
        }
    }
    vm.check_length(len)?;
    let context = vm.heap.contexts.union_all(&contexts);
    let n_parts = (2 * n).saturating_sub(1);
    Ok(vm.heap.string_of(n_parts, len, context, |heap, i| match i % 2 {
        0 => heap.peek(heap.element(list, i / 2)),
        _ => separator,
    }))
}

const FROM: u32 = START + 1;
const STRING: u32 = START + 2;
const SCAN: u32 = START + 3;

/// Slots: what to replace, by what, in which string; the index of the element at hand or the place in the string.
fn replace_strings(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            if vm.heap.list_len(vm.slot(frame, 0)) != vm.heap.list_len(vm.slot(frame, 1)) {
                let text = "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths";
                return Err(Fault::new(FaultKind::Eval, text));
            }
            vm.push(Value::raw(0));
            frame.pc = FROM;
            frame.why = 1;
            next_from(vm, frame)
        }
        FROM => {
            let v = vm.pop();
            if !v.is_string() {
                return Err(vm.type_fault("a string", v));
            }
            next_from(vm, frame)
        }
        STRING => {
            let v = vm.pop();
            if !v.is_string() {
                return Err(vm.type_fault("a string", v));
            }
            vm.set_slot(frame, 2, v);
            vm.set_slot(frame, 3, Value::raw(0));
            frame.pc = SCAN;
            frame.why = 3;
            replace(vm, frame)
        }
        _ => {
            let v = vm.pop();
            if !v.is_string() {
                return Err(vm.type_fault("a string", v));
            }
            replace(vm, frame)
        }
    }
}

/// Goes over what to replace, up to what must be computed first, and on to the string.
fn next_from(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let from = vm.slot(frame, 0);
    let mut index = vm.slot(frame, 3).payload() as usize;
    while index < vm.heap.list_len(from) {
        let element = vm.heap.element(from, index);
        let settled = vm.settled(element);
        if settled.is_none() {
            vm.set_slot(frame, 3, Value::raw(index as u32));
            vm.push(element);
            return Ok(Next::Force);
        }
        if let Some(v) = settled
            && !v.is_string()
        {
            return Err(vm.type_fault("a string", v));
        }
        index += 1;
    }
    frame.pc = STRING;
    frame.why = 2;
    vm.push(vm.slot(frame, 2));
    Ok(Next::Force)
}

/// Goes over the string up to a replacement that must be computed first, or builds the result.
fn replace(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let (to, s) = (vm.slot(frame, 1), vm.slot(frame, 2));
    let mut from = Vec::with_capacity(vm.heap.list_len(to));
    for &element in vm.heap.elements(vm.slot(frame, 0)) {
        from.push(vm.heap.bytes(vm.heap.peek(element)));
    }
    let text = vm.heap.bytes(s);
    let needles = Needles::new(&from);
    let is_ready = |&v: &Value| vm.settled(v).is_some_and(Value::is_string);
    if !vm.heap.elements(to).iter().all(is_ready) {
        let mut at = vm.slot(frame, 3).payload() as usize;
        while let Some((found, which)) = needles.find(text, at) {
            let replacement = vm.heap.element(to, which);
            match vm.settled(replacement) {
                None => {
                    vm.set_slot(frame, 3, Value::raw(found as u32));
                    vm.push(replacement);
                    return Ok(Next::Force);
                }
                Some(v) if !v.is_string() => return Err(vm.type_fault("a string", v)),
                Some(_) => at = found + from[which].len().max(1),
            }
        }
    }
    let mut used = vec![false; from.len()];
    let mut out = Vec::new();
    let mut done = 0;
    // What does not fit is not built to its end, only to be thrown away.
    let room = vm.heap.bytes_left();
    while let Some((found, which)) = needles.find(text, done) {
        if out.is_empty() {
            out.reserve(text.len() + text.len() / 8);
        }
        out.extend_from_slice(&text[done..found]);
        used[which] = true;
        out.extend_from_slice(vm.heap.bytes(vm.heap.peek(vm.heap.element(to, which))));
        let len = from[which].len();
        done = found + len;
        if len == 0 {
            // The byte behind an empty match is no part of the next match.
            out.extend(text.get(found));
            done += 1;
        }
        if out.len() as u64 > room {
            break;
        }
    }
    if done == 0 {
        return Ok(Next::Return(s));
    }
    out.extend_from_slice(text.get(done..).unwrap_or_default());
    vm.check_length(out.len())?;
    let mut contexts = vec![vm.heap.context(s)];
    for (which, _) in used.iter().enumerate().filter(|it| *it.1) {
        contexts.push(vm.heap.context(vm.heap.peek(vm.heap.element(to, which))));
    }
    let context = vm.heap.contexts.union_all(&contexts);
    Ok(Next::Return(vm.heap.string(&out, context)))
}

/// Texts that are looked for together; where several fit, the first counts.
enum Needles<'t> {
    /// One that is not empty.
    One(memmem::Finder<'t>),
    /// Any: what begins with each byte, in order, and the first empty one, which fits everywhere.
    Many { texts: &'t [&'t [u8]], first_bytes: [bool; 256], empty: Option<usize> },
}

impl<'t> Needles<'t> {
    fn new(texts: &'t [&'t [u8]]) -> Self {
        if let [one] = texts
            && !one.is_empty()
        {
            return Self::One(memmem::Finder::new(*one));
        }
        let empty = texts.iter().position(|it| it.is_empty());
        let mut first_bytes = [false; 256];
        for &first in texts.iter().filter_map(|it| it.first()) {
            first_bytes[usize::from(first)] = true;
        }
        Self::Many { texts, first_bytes, empty }
    }

    /// Where the next match from `at` on begins, and which text it is.
    fn find(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let rest = text.get(at..)?;
        match self {
            Self::One(finder) => finder.find(rest).map(|found| (at + found, 0)),
            Self::Many { empty: Some(_), texts, .. } => {
                texts.iter().position(|it| rest.starts_with(it)).map(|which| (at, which))
            }
            Self::Many { texts, first_bytes, empty: None } => {
                let starts = rest.iter().enumerate().filter(|(_, byte)| first_bytes[usize::from(**byte)]);
                let mut found = starts.filter_map(|(i, _)| {
                    let which = texts.iter().position(|it| rest[i..].starts_with(it))?;
                    Some((at + i, which))
                });
                found.next()
            }
        }
    }
}
