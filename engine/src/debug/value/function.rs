//! Functions on one line: what they are called, what they still want, what they were given, where they are.

use crate::ir::{Lambda, Symbol};
use crate::value::{Tag, Value};
use crate::vm::Vm;

use super::clean::{self, fit, width};
use super::place;

/// A function, apart.
struct Parts<'v> {
    /// What comes before its arguments.
    head: String,
    /// The arguments it still wants.
    wanted: String,
    /// The names and values of those it was given.
    given: Vec<(String, &'v Value)>,
    /// ` at lib.nix:3:5`, or nothing.
    place: String,
}

/// How a given argument is shown in so many characters.
type ShowGiven<'a> = &'a mut dyn FnMut(Value, usize) -> String;

/// A function on one line. Its place is told if there is room.
pub(super) fn shown(vm: &Vm, v: Value, limit: usize, place: Place, show_given: ShowGiven<'_>) -> String {
    let (inner, given) = match v.tag() {
        Tag::Partial => vm.heap.partial_parts(v),
        _ => (v, &[][..]),
    };
    let mut parts = match inner.tag() {
        Tag::Builtin => builtin(vm, inner, given),
        _ => lambda(vm, inner, given, limit / 2),
    };
    if place == Place::Left {
        parts.place.clear();
    }
    let Parts { head, wanted, given, mut place } = parts;
    let mut out = head + &wanted;
    if !given.is_empty() {
        let room = limit.saturating_sub(width(&out) + width(" given "));
        let each = (room / given.len()).max(8);
        let given: Vec<String> = given
            .iter()
            .map(|(name, v)| format!("{name} = {}", show_given(**v, each.saturating_sub(width(name) + 5).max(1))))
            .collect();
        let text = given.join(", ");
        let text = if width(&text) <= room { text } else { clean::counted(given.len(), "argument") };
        if width(&text) <= room {
            out.push_str(" given ");
            out.push_str(&text);
        }
    }
    if width(&out) + width(&place) > limit {
        place.clear();
    }
    fit(out + &place, limit)
}

/// Whether the place of a function is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Told,
    Left,
}

/// What a builtin's arguments are called, those given apart from those wanted.
fn builtin<'v>(vm: &Vm, v: Value, given: &'v [Value]) -> Parts<'v> {
    let native = vm.native(v.payload());
    let names = |args: &[crate::vm::Arg]| args.iter().map(|it| it.name.to_owned()).collect::<Vec<_>>();
    let (before, after) = native.args.split_at(given.len().min(native.args.len()));
    Parts {
        head: format!("builtins.{}", native.name),
        wanted: format!(" ({})", names(after).join(", ")),
        given: names(before).into_iter().zip(given).collect(),
        place: String::new(),
    }
}

fn lambda<'v>(vm: &Vm, v: Value, given: &'v [Value], limit: usize) -> Parts<'v> {
    let lambdas = place::lambdas(vm, v);
    let (before, after) = lambdas.split_at(given.len().min(lambdas.len()));
    let wanted: Vec<String> = after.iter().map(|it| pattern(vm, it, limit)).collect();
    let body = &vm.program.bodies[v.aux() as usize];
    let name = body.name().map(|it| fit(super::name_text(vm, it), limit));
    Parts {
        // With its name in front, what follows could be read as the body of a function of one argument more.
        wanted: if name.is_some() { wanted.join(" ") + " ⇒ …" } else { wanted.join(": ") + ": …" },
        head: name.map_or(String::new(), |it| format!("{it}: ")),
        given: before.iter().map(|it| argument(vm, it)).zip(given).collect(),
        place: place::short(vm, body.outer_pos).map_or(String::new(), |it| format!(" at {it}")),
    }
}

fn text(vm: &Vm, name: Symbol) -> String {
    super::name_text(vm, name)
}

/// What a given argument is called.
pub(super) fn argument(vm: &Vm, lambda: &Lambda) -> String {
    lambda.arg.map_or_else(|| pattern(vm, lambda, 24), |(name, _)| text(vm, name))
}

/// What a function wants as it is written before the colon; of many names as many as there is room for.
fn pattern(vm: &Vm, lambda: &Lambda, limit: usize) -> String {
    let whole = lambda.arg.map(|(name, _)| text(vm, name));
    let Some(formals) = &lambda.formals else { return fit(whole.unwrap_or_default(), limit) };
    let mut out = whole.map_or("{ ".into(), |it| format!("{}@{{ ", fit(it, limit / 2)));
    let dots = if lambda.ellipsis { "..." } else { "" };
    for (i, formal) in formals.iter().enumerate() {
        let question = if formal.default.is_some() { " ? …" } else { "" };
        let name = text(vm, formal.name) + question;
        let rest = formals.len() - i - 1;
        let tail = if rest > 0 { width(&format!(", … {rest} more")) } else { 0 } + width(dots) + 4;
        if width(&out) + width(&name) + tail > limit {
            out.push_str(&format!("… {} more", rest + 1));
            if lambda.ellipsis {
                out.push_str(", ");
            }
            break;
        }
        out.push_str(&name);
        if rest > 0 || lambda.ellipsis {
            out.push_str(", ");
        }
    }
    out.push_str(dots);
    if out.ends_with(' ') { out + "}" } else { out + " }" }
}
