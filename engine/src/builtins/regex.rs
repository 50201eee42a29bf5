//! Regular expressions. Each is compiled once.

use crate::text::regex::{Captures, Piece, Regex, RegexError};
use crate::value::{ContextId, Value};
use crate::vm::{Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "match",
        &[
            arg("regex", Need::PlainStr, "while evaluating the first argument passed to builtins.match"),
            arg("s", Need::Lazy, ""),
        ],
        |vm, frame| matching(vm, frame, full_match),
        "The groups of the POSIX extended regular expression *regex* if it matches all of the string *s*: a list with \
         the text of each, `null` for those that took no part. `null` if it does not match.",
    )
    .whys(&["while evaluating the second argument passed to builtins.match"]),
    Native::steps(
        "split",
        &[
            arg("regex", Need::PlainStr, "while evaluating the first argument passed to builtins.split"),
            arg("s", Need::Lazy, ""),
        ],
        |vm, frame| matching(vm, frame, split),
        "The string *s*, cut wherever the POSIX extended regular expression *regex* matches: a list of the texts between \
         the matches, and between those, for each match, a list of its groups.",
    )
    .whys(&["while evaluating the second argument passed to builtins.split"]),
];

/// Slots: the expression, the string.
fn matching(vm: &mut Vm, frame: &mut Frame, run: fn(&mut Vm, usize, Value) -> Value) -> Result<Next, Fault> {
    let regex = compiled(vm, vm.slot(frame, 0))?;
    let s = match frame.pc {
        START => vm.slot(frame, 1),
        _ => vm.top(),
    };
    frame.why = 1;
    match vm.settled(s) {
        Some(s) if s.is_string() => Ok(Next::Return(run(vm, regex, s))),
        Some(s) => Err(vm.type_fault("a string", s)),
        None => {
            frame.pc += 1;
            vm.push(s);
            Ok(Next::Force)
        }
    }
}

/// How many expressions are kept.
const MAX_KEPT: usize = 4096;

/// Where the compiled expression is in the cache.
fn compiled(vm: &mut Vm, pattern: Value) -> Result<usize, Fault> {
    let symbol = vm.name_of(pattern);
    if let Some(index) = vm.caches.regex_index.get(&symbol) {
        return Ok(*index as usize);
    }
    let regex = Regex::new(vm.heap.symbols.bytes(symbol)).map_err(|error| {
        let text = vm.heap.symbols.text(symbol);
        let text = match error {
            RegexError::Invalid => format!("invalid regular expression '{text}'"),
            RegexError::TooBig => format!("memory limit exceeded by regular expression '{text}'"),
        };
        Fault::new(FaultKind::Eval, text)
    })?;
    if vm.caches.regexes.len() == MAX_KEPT {
        vm.caches.regexes.clear();
        vm.caches.regex_index.clear();
    }
    let index = vm.caches.regexes.len();
    vm.caches.regexes.push(regex);
    vm.caches.regex_index.insert(symbol, index as u32);
    Ok(index)
}

/// Where a part of the string is; none for a group that took no part.
type Part = Option<std::ops::Range<usize>>;

fn full_match(vm: &mut Vm, regex: usize, s: Value) -> Value {
    let mut captures = Captures::default();
    if !vm.caches.regexes[regex].full_match_into(vm.heap.bytes(s), &mut captures) {
        return Value::NULL;
    }
    let groups: Vec<Value> = captures.groups().map(|group| part(vm, s, group)).collect();
    vm.heap.list(&groups)
}

fn split(vm: &mut Vm, regex: usize, s: Value) -> Value {
    let regex = &vm.caches.regexes[regex];
    let n_groups = regex.group_count();
    let mut parts: Vec<Part> = Vec::new();
    let mut pieces = regex.split(vm.heap.bytes(s));
    while let Some(piece) = pieces.next_piece() {
        match piece {
            Piece::Text(range) => parts.push(Some(range)),
            Piece::Match(captures) => parts.extend(captures.groups()),
        }
    }
    if let [_] = parts[..] {
        return vm.heap.list(&[s]);
    }
    let mut values = Vec::with_capacity(1 + 2 * (parts.len() / (n_groups + 1)));
    let mut groups = Vec::with_capacity(n_groups);
    for (i, range) in parts.into_iter().enumerate() {
        let v = part(vm, s, range);
        let in_match = i % (n_groups + 1);
        if in_match == 0 {
            if i > 0 {
                values.push(vm.heap.list(&groups));
                groups.clear();
            }
            values.push(v);
        } else {
            groups.push(v);
        }
    }
    vm.heap.list(&values)
}

/// A part of a string, without its context.
fn part(vm: &mut Vm, s: Value, part: Part) -> Value {
    match part {
        Some(range) => vm.heap.string_part(s, range.start, range.len(), ContextId::EMPTY),
        None => Value::NULL,
    }
}
