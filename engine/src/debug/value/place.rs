//! Where values were written.

use crate::emit::{BodySource, Unit};
use crate::heap::BodyId;
use crate::ir::{Lambda, LambdaId};
use crate::source::{Pos, Span};
use crate::value::{Tag, Value};
use crate::vm::Vm;

/// Where a value was written: of a thunk, finished or not, the expression it suspends; of a function, the function.
/// Other values do not know.
#[must_use]
pub fn written(vm: &Vm, v: Value) -> Option<Span> {
    match v.tag() {
        Tag::Thunk => body_span(vm, vm.heap.thunk_code(v).0),
        Tag::Lambda => body_span(vm, BodyId(v.aux())),
        Tag::Partial => match vm.heap.partial_parts(v).0 {
            inner if inner.tag() == Tag::Lambda => body_span(vm, BodyId(inner.aux())),
            _ => None,
        },
        _ => None,
    }
}

/// The text a body belongs to and which of its bodies it is; none for what builtins suspend.
pub(super) fn unit_of(vm: &Vm, body: BodyId) -> Option<(&Unit, u32)> {
    let body = vm.program.bodies.get(body.0 as usize)?;
    (body.unit != u32::MAX).then(|| (vm.unit(body.unit), body.index))
}

fn body_span(vm: &Vm, body: BodyId) -> Option<Span> {
    let (unit, index) = unit_of(vm, body)?;
    let module = &unit.module;
    match unit.analysis.bodies[index as usize].source {
        BodySource::Scope => None,
        BodySource::Root => Some(module.spans[module.root.0 as usize]),
        BodySource::Lambda(id) => {
            let lambda = &module.lambdas[id.0 as usize];
            Some(Span::new(lambda.pos, module.spans[lambda.body.0 as usize].end))
        }
        BodySource::Expr(id) => Some(module.spans[id.0 as usize]),
        BodySource::InheritFrom { attrs, binding } => {
            let binding = module.attrs[attrs.0 as usize].bindings[binding as usize];
            Some(Span::new(binding.pos, Pos(binding.pos.0 + vm.heap.symbols.bytes(binding.name).len() as u32)))
        }
    }
}

/// The functions a function's body takes its arguments by, the outermost first.
pub(super) fn lambdas(vm: &Vm, function: Value) -> Vec<&Lambda> {
    let Some((unit, index)) = unit_of(vm, BodyId(function.aux())) else { return Vec::new() };
    let info = &unit.analysis.bodies[index as usize];
    let BodySource::Lambda(first) = info.source else { return Vec::new() };
    let lambda = |id: LambdaId| &unit.module.lambdas[id.0 as usize];
    let mut all = vec![lambda(first)];
    for _ in 1..info.arity {
        if let crate::ir::Expr::Lambda(id) = unit.module.exprs[all[all.len() - 1].body.0 as usize] {
            all.push(lambda(id));
        }
    }
    all
}

/// A place with as much of the file's name as tells it from others: `lib.nix:3:5`, `hello/default.nix:1:1`.
pub(super) fn short(vm: &Vm, pos: Pos) -> Option<String> {
    let (file, at) = vm.sources.locate(pos)?;
    let name = file.written_in().unwrap_or(file.name());
    let mut parts = name.rsplit('/');
    let last = parts.next().unwrap_or(name);
    let folder = parts.next().filter(|it| last == "default.nix" && !it.is_empty());
    let short = folder.map_or(last.to_owned(), |folder| format!("{folder}/{last}"));
    Some(format!("{}:{}:{}", super::clean::lossy(short.as_bytes()), at.line + 1, at.column + 1))
}

/// The text of an expression on one line, cut to a width.
pub(super) fn text_at(vm: &Vm, span: Span, limit: usize) -> Option<String> {
    let file = vm.sources.file_of(span.start)?;
    let text = file.text.get(file.offset(span.start) as usize..file.offset(span.end) as usize)?;
    let text = String::from_utf8_lossy(&text[..text.len().min(limit.saturating_mul(8))]).into_owned();
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(super::clean::fit(super::clean::lossy(words.join(" ").as_bytes()), limit))
}
