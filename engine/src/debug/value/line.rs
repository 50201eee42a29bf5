//! A value on one line, as much of it as there is room for.
//!
//! Recursion goes as deep as lists and sets are opened, which is bounded; what is deeper is only counted.

use crate::ir::Symbol;
use crate::value::{Tag, Value};
use crate::vm::Vm;

use super::clean::{self, counted, fit, width};
use super::function::{self, Place};
use super::{Budget, Laziness, derivation};

/// No more lists and sets inside each other are opened, whatever the budget says.
const MAX_DEPTH: usize = 8;
/// So many attributes of a set are looked at to choose those that are shown.
const MAX_CHOSEN_FROM: usize = 1 << 16;
/// What one item of several may always take, if it is there.
const FAIR_SHARE: usize = 24;

/// A value on one line.
pub(super) fn line(vm: &Vm, v: Value, budget: Budget) -> String {
    let mut line = Line { vm, items: budget.items, opened: Vec::new(), place: Place::Told };
    line.value(v, budget.width.max(1), budget.depth.min(MAX_DEPTH))
}

/// A number as Nix would read it back, with as many digits as it has.
pub(super) fn number(vm: &Vm, v: Value) -> Option<String> {
    use crate::text::number;
    let mut out = Vec::new();
    match (vm.heap.as_int(v), vm.heap.as_float(v)) {
        (Some(i), _) => number::write_int(&mut out, i),
        (_, Some(f)) if f.is_finite() => {
            number::write_json_float(&mut out, f);
            // Unlike JSON, Nix wants a point before the exponent.
            if let (Some(at), false) = (out.iter().position(|&byte| byte == b'e'), out.contains(&b'.')) {
                out.splice(at..at, *b".0");
            }
        }
        (_, Some(f)) => number::write_general(&mut out, f),
        (None, None) => return None,
    }
    Some(clean::lossy(&out))
}

struct Line<'a> {
    vm: &'a Vm,
    items: usize,
    /// The lists and sets around what is being written.
    opened: Vec<Value>,
    place: Place,
}

impl Line<'_> {
    fn value(&mut self, slot: Value, limit: usize, depth: usize) -> String {
        let heap = &self.vm.heap;
        let v = heap.peek(slot);
        match v.tag() {
            Tag::Int | Tag::BigInt | Tag::Float => fit(number(self.vm, v).unwrap_or_default(), limit),
            Tag::Bool => fit(if v == Value::TRUE { "true" } else { "false" }.into(), limit),
            Tag::Null => fit("null".into(), limit),
            Tag::Str | Tag::Sym => {
                let n_paths = heap.contexts.elements(heap.context(v)).len();
                clean::quoted(heap.bytes(v), n_paths, limit)
            }
            Tag::Path => clean::fit_path(heap.bytes(v), limit),
            Tag::List => self.list(v, limit, depth),
            Tag::Attrs => self.attrs(v, limit, depth),
            Tag::Lambda | Tag::Builtin | Tag::Partial => {
                let place = std::mem::replace(&mut self.place, Place::Left);
                let vm = self.vm;
                // An argument may be such a function again, and so on for ever.
                let shown = function::shown(vm, v, limit, place, &mut |v, room| match depth.checked_sub(1) {
                    Some(depth) => self.value(v, room, depth),
                    None => "…".into(),
                });
                self.place = place;
                shown
            }
            Tag::Thunk => fit(lazy(self.vm, v).into(), limit),
            Tag::Unset | Tag::Raw => fit("«not there yet»".into(), limit),
        }
    }

    fn list(&mut self, v: Value, limit: usize, depth: usize) -> String {
        let n = self.vm.heap.list_len(v);
        if n == 0 {
            return fit("[ ]".into(), limit);
        }
        if self.opened.contains(&v) {
            return fit("«repeated»".into(), limit);
        }
        if depth == 0 || self.items == 0 {
            return brief("[", &counted(n, "element"), "]", limit);
        }
        let elements = &self.vm.heap.elements(v)[..n.min(self.items)];
        self.opened(v, |line| {
            line.items(("[", "]"), n, elements.len(), limit, |line, i, room| {
                Some(line.value(elements[i], room, depth - 1)).filter(|it| !is_nothing(it))
            })
        })
        .unwrap_or_else(|| brief("[", &counted(n, "element"), "]", limit))
    }

    fn attrs(&mut self, v: Value, limit: usize, depth: usize) -> String {
        let vm = self.vm;
        let n = vm.heap.attrs_len(v);
        if n == 0 {
            return fit("{ }".into(), limit);
        }
        if derivation::is_derivation(vm, v) {
            return derivation::shown(vm, v, limit);
        }
        if self.opened.contains(&v) {
            return fit("«repeated»".into(), limit);
        }
        let mark = match vm.heap.attr(v, vm.names.functor) {
            Some(_) => "«callable» ",
            None if vm.heap.attr(v, vm.names.to_string).is_some() => "«string-like» ",
            None => "",
        };
        let mark = if width(mark) + 4 > limit { "" } else { mark };
        let limit = limit - width(mark);
        let inner = if depth == 0 || self.items == 0 { None } else { self.attrs_inside(v, n, limit, depth) };
        let inner = inner.unwrap_or_else(|| brief("{", &counted(n, "attribute"), "}", limit));
        format!("{mark}{inner}")
    }

    fn attrs_inside(&mut self, v: Value, n: usize, limit: usize, depth: usize) -> Option<String> {
        let chosen = self.chosen(v, n);
        self.opened(v, |line| {
            line.items(("{", "}"), n, chosen.len(), limit, |line, i, room| {
                let (name, v) = chosen[i];
                let name = fit(super::name_text(line.vm, name), (room / 2).max(FAIR_SHARE / 2));
                let room = room.checked_sub(width(&name) + width(" = ;"))?;
                let text = line.value(v, room, depth - 1);
                (!is_nothing(&text)).then(|| format!("{name} = {text};"))
            })
        })
    }

    /// The attributes to show: those that are evaluated before those that are not, by name.
    fn chosen(&self, v: Value, n: usize) -> Vec<(Symbol, Value)> {
        let vm = self.vm;
        let mut all: Vec<(bool, Symbol, Value)> = vm
            .heap
            .layers(v)
            .take(MAX_CHOSEN_FROM)
            .map(|(name, _, v)| (super::laziness(vm, v) == Laziness::Suspended, name, v))
            .collect();
        let by_text = |a: &(bool, Symbol, Value), b: &(bool, Symbol, Value)| {
            let text = |it: Symbol| vm.heap.symbols.bytes(it);
            a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1)))
        };
        let n_shown = self.items.min(n);
        if n_shown < all.len() {
            all.select_nth_unstable_by(n_shown, by_text);
            all.truncate(n_shown);
        }
        all.sort_unstable_by(by_text);
        all.into_iter().map(|(_, name, v)| (name, v)).collect()
    }

    fn opened<T>(&mut self, v: Value, write: impl FnOnce(&mut Self) -> T) -> T {
        let place = std::mem::replace(&mut self.place, Place::Left);
        self.opened.push(v);
        let written = write(self);
        self.opened.pop();
        self.place = place;
        written
    }

    /// As many of `total` items as fit, the first `n_shown` at most, and how many more there are. `None` if there is no
    /// room for any.
    fn items(
        &mut self,
        brackets: (&str, &str),
        total: usize,
        n_shown: usize,
        limit: usize,
        mut item: impl FnMut(&mut Self, usize, usize) -> Option<String>,
    ) -> Option<String> {
        let (whole, is_all) = self.items_in_turn(brackets, total, n_shown, limit, Turn::Greedy, &mut item);
        if is_all {
            return whole;
        }
        self.items_in_turn(brackets, total, n_shown, limit, Turn::Fair, &mut item).0
    }

    /// The items, and whether all that were to be shown are and have the room they want.
    fn items_in_turn(
        &mut self,
        (open, close): (&str, &str),
        total: usize,
        n_shown: usize,
        limit: usize,
        turn: Turn,
        item: &mut impl FnMut(&mut Self, usize, usize) -> Option<String>,
    ) -> (Option<String>, bool) {
        let mut out = open.to_owned();
        let mut used = width(open);
        for i in 0..n_shown {
            let rest = total - i - 1;
            let tail = if rest > 0 { width(" … ") + n_digits(rest) + width(" more") } else { 0 } + 1 + width(close);
            let left = limit.saturating_sub(used + 1 + tail);
            let room = match turn {
                Turn::Fair if rest > 0 => left.min((left / 2).max(FAIR_SHARE)),
                _ => left,
            };
            match item(self, i, room) {
                Some(text) if room > 0 && width(&text) <= room => {
                    let n = width(&text);
                    // What took all there was may have wanted more.
                    if turn == Turn::Greedy && n + 1 >= room && rest > 0 {
                        return (None, false);
                    }
                    used += 1 + n;
                    out.push(' ');
                    out.push_str(&text);
                }
                _ if i == 0 => return (None, false),
                _ => return (Some(format!("{out} … {} more {close}", rest + 1)), false),
            }
        }
        let rest = total - n_shown;
        let more = if rest > 0 { format!(" … {rest} more") } else { String::new() };
        (Some(format!("{out}{more} {close}")), true)
    }
}

/// How much room an item may take while others wait for theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// All that is left: tried first, since most things are short.
    Greedy,
    /// Half of what is left.
    Fair,
}

/// What stands for a thunk that has no value.
pub(super) fn lazy(vm: &Vm, thunk: Value) -> &'static str {
    match super::laziness(vm, thunk) {
        Laziness::Running => "«being evaluated»",
        Laziness::Suspended | Laziness::Evaluated => "«lazy»",
    }
}

/// A list or set of which only the size is told.
fn brief(open: &str, size: &str, close: &str, limit: usize) -> String {
    let long = format!("{open} … {size} {close}");
    if width(&long) <= limit { long } else { fit(format!("{open}…{close}"), limit) }
}

/// Whether a text was cut to nothing.
fn is_nothing(text: &str) -> bool {
    text.is_empty() || text == "…"
}

fn n_digits(n: usize) -> usize {
    n.checked_ilog10().map_or(1, |it| it as usize + 1)
}
