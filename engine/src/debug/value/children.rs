//! The parts of a value, page by page. A page costs what is on it; of a set, one pass over its names besides.

use crate::heap::BodyId;
use crate::ir::Lambda;
use crate::source::{Pos, Span};
use crate::store::ContextElement;
use crate::value::{Tag, Value};
use crate::vm::{Need, Vm};

use super::{clean, closure, function, place};

/// Strings shorter than this are shown whole; they are not taken apart into lines. In bytes.
const MIN_LINES: usize = 60;
/// Strings longer than this are not taken apart either: their lines would have to be counted. In bytes.
const MAX_LINES: usize = 1 << 26;
/// How much of one line of a string is shown, in characters.
const LINE_WIDTH: usize = 240;
/// How much of a default's text is shown, in characters.
const DEFAULT_WIDTH: usize = 60;

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// What it is called: an attribute's name as Nix would write it, an element's index, or what it is.
    pub name: String,
    /// Its value; [`Value::UNSET`] if `text` says all there is.
    pub value: Value,
    /// What to show for what is no value of the program: places, lines of a string, store paths.
    pub text: Option<String>,
    /// Where it is written; [`Pos::NONE`] if nobody knows.
    pub pos: Pos,
    /// What it is.
    pub kind: ChildKind,
}

/// What a [`Child`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildKind {
    /// An attribute of a set.
    Attribute,
    /// An element of a list.
    Element,
    /// What a string depends on.
    Context,
    /// Something the program cannot select: a captured variable, an argument, a place, a line of a string.
    Virtual,
}

/// Which children are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Those with names, then those with numbers.
    All,
    /// Those with names.
    Named,
    /// Those with numbers.
    Indexed,
}

impl Child {
    fn told(name: impl Into<String>, text: String, pos: Pos) -> Self {
        Self { name: name.into(), value: Value::UNSET, text: Some(text), pos, kind: ChildKind::Virtual }
    }

    fn inner(name: impl Into<String>, value: Value, pos: Pos) -> Self {
        Self { name: name.into(), value, text: None, pos, kind: ChildKind::Virtual }
    }
}

/// At most `count` parts of a value from the `start`th on: attributes by name, elements by index; of a function its
/// arguments, its place and what it closes over; of a string what it depends on and its lines; of a thunk, which has no
/// parts yet, where it was written.
#[must_use]
pub fn children(vm: &Vm, v: Value, filter: Filter, start: usize, count: usize) -> Vec<Child> {
    match filter {
        Filter::Named => named(vm, v, start, count),
        Filter::Indexed => indexed(vm, v, start, count),
        Filter::All => {
            let (n_named, _) = counts(vm, v);
            let mut all = if start < n_named { named(vm, v, start, count) } else { Vec::new() };
            let left = count - all.len().min(count);
            if left > 0 {
                all.extend(indexed(vm, v, start.saturating_sub(n_named), left));
            }
            all
        }
    }
}

/// How many children with names and how many with numbers there are.
pub(super) fn counts(vm: &Vm, v: Value) -> (usize, usize) {
    let heap = &vm.heap;
    let v = heap.peek(v);
    match v.tag() {
        Tag::List => (0, heap.list_len(v)),
        Tag::Attrs => (heap.attrs_len(v), 0),
        Tag::Str | Tag::Sym => (heap.contexts.elements(heap.context(v)).len(), n_lines(heap.bytes(v))),
        Tag::Lambda | Tag::Builtin | Tag::Partial => (of_function(vm, v).len(), 0),
        Tag::Thunk => (of_thunk(vm, v).len(), 0),
        _ => (0, 0),
    }
}

fn named(vm: &Vm, slot: Value, start: usize, count: usize) -> Vec<Child> {
    let heap = &vm.heap;
    let v = heap.peek(slot);
    match v.tag() {
        Tag::Attrs => {
            let attribute = |(name, pos, value)| Child {
                name: super::name_text(vm, name),
                value,
                text: None,
                pos,
                kind: ChildKind::Attribute,
            };
            heap.attrs_page(v, start, count).into_iter().map(attribute).collect()
        }
        Tag::Str => {
            let elements = heap.contexts.elements(heap.context(v));
            elements.iter().skip(start).take(count).map(context).collect()
        }
        Tag::Lambda | Tag::Builtin | Tag::Partial => of_function(vm, v).into_iter().skip(start).take(count).collect(),
        Tag::Thunk => of_thunk(vm, v).into_iter().skip(start).take(count).collect(),
        _ => Vec::new(),
    }
}

fn indexed(vm: &Vm, v: Value, start: usize, count: usize) -> Vec<Child> {
    let v = vm.heap.peek(v);
    match v.tag() {
        Tag::List => {
            let elements = vm.heap.elements(v).iter().enumerate().skip(start).take(count);
            let element = |(i, &value): (usize, &Value)| Child {
                name: i.to_string(),
                value,
                text: None,
                pos: place::written(vm, value).map_or(Pos::NONE, |it| it.start),
                kind: ChildKind::Element,
            };
            elements.map(element).collect()
        }
        Tag::Str | Tag::Sym => lines(vm.heap.bytes(v), start, count),
        _ => Vec::new(),
    }
}

/// How many lines a string is shown as; none if it has only one or is short.
fn n_lines(text: &[u8]) -> usize {
    if !(MIN_LINES..MAX_LINES).contains(&text.len()) {
        return 0;
    }
    match memchr::memchr_iter(b'\n', text).count() + usize::from(!text.ends_with(b"\n")) {
        1 => 0,
        n => n,
    }
}

fn lines(text: &[u8], start: usize, count: usize) -> Vec<Child> {
    let end = n_lines(text).min(start.saturating_add(count));
    if start >= end {
        return Vec::new();
    }
    let mut at = match start.checked_sub(1) {
        None => 0,
        Some(before) => memchr::memchr_iter(b'\n', text).nth(before).map_or(text.len(), |it| it + 1),
    };
    let mut children = Vec::with_capacity(end - start);
    for number in start..end {
        let n = memchr::memchr(b'\n', &text[at..]).unwrap_or(text.len() - at);
        let shown = clean::quoted(&text[at..at + n], 0, LINE_WIDTH);
        children.push(Child::told((number + 1).to_string(), shown, Pos::NONE));
        at = (at + n + 1).min(text.len());
    }
    children
}

fn context(element: &ContextElement) -> Child {
    let path = element.path().as_ref();
    let (name, text) = match element {
        ContextElement::Opaque(_) => (path.name().to_owned(), path.as_str().to_owned()),
        ContextElement::DrvDeep(_) => (format!("{} with all inputs", path.name()), path.as_str().to_owned()),
        ContextElement::Built { output, .. } => {
            (format!("{}^{output}", path.name()), format!("{}^{output}", path.as_str()))
        }
    };
    Child { kind: ChildKind::Context, ..Child::told(name, text, Pos::NONE) }
}

/// Where something was written, in full.
fn place_of(vm: &Vm, span: Option<Span>) -> Option<Child> {
    let pos = span?.start;
    Some(Child::told("written", clean::lossy(vm.print_cx().show_place(pos).as_bytes()), pos))
}

/// What is known of a thunk without forcing it: where it was written, or whose call it suspends.
fn of_thunk(vm: &Vm, thunk: Value) -> Vec<Child> {
    let (body, env) = vm.heap.thunk_code(thunk);
    if place::unit_of(vm, body).is_some() {
        return place_of(vm, place::written(vm, thunk)).into_iter().collect();
    }
    // What builtins suspend is the call of a function, which is the first in its environment.
    if env == 0 || vm.heap.env_len(env) == 0 {
        return Vec::new();
    }
    let function = vm.heap.env_get(env, 0);
    vec![Child::inner("function", function, place::written(vm, function).map_or(Pos::NONE, |it| it.start))]
}

/// A function's arguments, its place, and what it closes over.
fn of_function(vm: &Vm, v: Value) -> Vec<Child> {
    let (inner, given) = match v.tag() {
        Tag::Partial => vm.heap.partial_parts(v),
        _ => (v, &[][..]),
    };
    let mut all = Vec::new();
    if inner.tag() == Tag::Builtin {
        for (i, arg) in vm.native(inner.payload()).args.iter().enumerate() {
            all.push(match given.get(i) {
                Some(&value) => Child::inner(arg.name, value, Pos::NONE),
                None => Child::told(arg.name, wanted(arg.need).into(), Pos::NONE),
            });
        }
        return all;
    }
    for (i, lambda) in place::lambdas(vm, inner).into_iter().enumerate() {
        match given.get(i) {
            Some(&value) => all.push(Child::inner(function::argument(vm, lambda), value, argument_pos(lambda))),
            None => arguments(vm, inner, lambda, &mut all),
        }
    }
    all.extend(place_of(vm, place::written(vm, inner)));
    for it in closure::captured(vm, BodyId(inner.aux()), inner.payload()) {
        all.push(Child::inner(it.name, it.value, it.pos));
    }
    all
}

fn argument_pos(lambda: &Lambda) -> Pos {
    lambda.arg.map_or(lambda.pos, |(_, pos)| pos)
}

/// What one function wants: its argument, or the attributes of its pattern.
fn arguments(vm: &Vm, function: Value, lambda: &Lambda, all: &mut Vec<Child>) {
    let Some(formals) = &lambda.formals else {
        return all.push(Child::told(function::argument(vm, lambda), "argument".into(), argument_pos(lambda)));
    };
    let spans = place::unit_of(vm, BodyId(function.aux())).map(|(unit, _)| &unit.module.spans[..]).unwrap_or_default();
    for formal in formals {
        let text = match formal.default.and_then(|it| spans.get(it.0 as usize)) {
            None => "required".to_owned(),
            Some(&span) => match place::text_at(vm, span, DEFAULT_WIDTH) {
                Some(default) => format!("if missing: {default}"),
                None => "optional".into(),
            },
        };
        all.push(Child::told(super::name_text(vm, formal.name), text, formal.pos));
    }
    if lambda.ellipsis {
        all.push(Child::told("...", "others may be given".into(), lambda.pos));
    }
}

/// What a builtin wants an argument to be.
fn wanted(need: Need) -> &'static str {
    match need {
        Need::Lazy => "anything, not evaluated",
        Need::Any => "anything",
        Need::Int | Need::Start => "an integer",
        Need::Bool => "a Boolean",
        Need::Str => "a string",
        Need::PlainStr => "a string without context",
        Need::List => "a list",
        Need::Attrs => "a set",
        Need::Function | Need::FunctionOver => "a function",
        Need::Coerced { .. } => "what can be made a string",
        Need::Path => "a path",
    }
}
