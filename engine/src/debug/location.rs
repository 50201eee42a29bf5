//! Places in a text and the step points that stand for them. Reads code and never changes it.

use rustc_hash::FxHashMap;

use crate::bytecode::PointKind;
use crate::emit::BodySource;
use crate::source::{Origin, Pos, SourceFile, Span};
use crate::vm::Vm;

/// A step point with all that is known of it without running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointRef {
    /// The instruction.
    pub pc: u32,
    /// The body it is in.
    pub body: u32,
    /// What begins there.
    pub span: Span,
    /// Why one can stop there.
    pub kind: PointKind,
}

/// The step points of texts, those of one text sorted by place. Found when first asked for.
#[derive(Debug, Default)]
pub struct Locations {
    units: FxHashMap<u32, Box<[PointRef]>>,
}

impl Locations {
    /// The step points of a text, sorted by place, the outermost first. Writes the instructions that are missing.
    ///
    /// # Panics
    /// If there is no such unit.
    pub fn points(&mut self, vm: &mut Vm, unit: u32) -> &[PointRef] {
        self.units.entry(unit).or_insert_with(|| {
            vm.emit_all(unit);
            points_of_unit(vm, unit)
        })
    }

    /// The point that a breakpoint on a line means; lines count from 0.
    pub fn at_line(&mut self, vm: &mut Vm, unit: u32, line: u32) -> Option<PointRef> {
        let range = line_span(text_of(vm, unit)?, line)?;
        let points = self.points(vm, unit);
        let first = points.iter().find(|it| range.start <= it.span.start && it.span.start < range.end);
        if let Some(&first) = first {
            return Some(first);
        }
        let module = &vm.unit(unit).module;
        let starts_here = |it: &&Span| range.start <= it.start && it.start < range.end;
        let outermost = module.spans.iter().filter(starts_here).min_by_key(|it| (it.start, u32::MAX - it.end.0));
        let around = match outermost {
            Some(&span) => span,
            None => *module
                .spans
                .iter()
                .filter(|it| it.start <= range.start && range.start < it.end)
                .min_by_key(|it| it.end.0 - it.start.0)?,
        };
        let inside = |it: &&PointRef| range.start <= it.span.start && it.span.end <= around.end;
        let owner = outermost.and_then(|span| body_around(vm, unit, *span));
        let points = &self.units[&unit];
        let own = points.iter().filter(inside).find(|it| Some(it.body) == owner);
        own.or_else(|| points.iter().find(inside)).copied()
    }

    /// The point that a breakpoint at a column means: the innermost around it, else that of the line.
    pub fn at_column(&mut self, vm: &mut Vm, unit: u32, pos: Pos) -> Option<PointRef> {
        let points = self.points(vm, unit);
        let around = points.iter().filter(|it| it.span.start <= pos && pos < it.span.end);
        if let Some(&point) = around.min_by_key(|it| it.span.end.0 - it.span.start.0) {
            let head = if point.span.start == pos { None } else { self.of_head(vm, unit, pos, point.span) };
            return Some(head.unwrap_or(point));
        }
        let line = vm.sources.locate(pos)?.1.line;
        self.at_line(vm, unit, line)
    }

    /// The first point of a function, if the place is in what stands before its body and inside a span.
    fn of_head(&self, vm: &Vm, unit: u32, pos: Pos, around: Span) -> Option<PointRef> {
        let body = body_around(vm, unit, Span::new(pos, pos))?;
        let span = body_span(vm, body);
        let is_inside = around.start <= span.start && span.end <= around.end && span != around;
        let points = self.units.get(&unit).filter(|_| is_inside)?;
        points.iter().find(|it| it.body == body && it.span.start > pos).copied()
    }

    /// All points that begin in a range, one for each place.
    pub fn within(&mut self, vm: &mut Vm, unit: u32, range: Span) -> Vec<PointRef> {
        let points = self.points(vm, unit).iter();
        let mut found: Vec<PointRef> =
            points.filter(|it| range.start <= it.span.start && it.span.start < range.end).copied().collect();
        found.dedup_by_key(|it| it.span.start);
        found
    }
}

/// What a text goes by: the path of a file, or a name in guillemets. A copy in the store goes by what was copied, which
/// is what people have open.
#[must_use]
pub fn name_of(file: &SourceFile) -> String {
    file.written_in().unwrap_or(file.name()).to_owned()
}

/// The text of a unit.
#[must_use]
pub fn text_of(vm: &Vm, unit: u32) -> Option<&SourceFile> {
    Some(vm.sources.file(vm.unit(unit).module.file))
}

/// The span of a line, counted from 0, without what ends it.
#[must_use]
pub fn line_span(file: &SourceFile, line: u32) -> Option<Span> {
    let start = file.lines().line_start(line)?;
    let end = file.lines().line_start(line + 1).unwrap_or(file.text.len() as u32);
    Some(Span::new(file.pos(start), file.pos(end.max(start))))
}

/// What a body was made from, as far as it is written somewhere.
#[must_use]
pub fn body_span(vm: &Vm, body: u32) -> Span {
    let code = &vm.program.bodies[body as usize];
    let Some(unit) = vm.unit_of(body) else { return Span::NONE };
    let module = &unit.module;
    match unit.analysis.bodies[code.index as usize].source {
        BodySource::Root => module.spans[module.root.0 as usize],
        BodySource::Expr(id) => module.spans[id.0 as usize],
        BodySource::Lambda(id) => {
            let lambda = &module.lambdas[id.0 as usize];
            Span::new(lambda.pos, module.spans[lambda.body.0 as usize].end)
        }
        BodySource::InheritFrom { attrs, binding } => {
            let pos = module.attrs[attrs.0 as usize].bindings[binding as usize].pos;
            Span::new(pos, Pos(pos.0 + 1))
        }
        BodySource::Scope => Span::NONE,
    }
}

/// The innermost body of a unit inside which a span is written.
fn body_around(vm: &Vm, unit: u32, span: Span) -> Option<u32> {
    let unit = vm.unit(unit);
    let bodies = unit.first_body..unit.first_body + unit.analysis.bodies.len() as u32;
    let holds = |body: &u32| {
        let it = body_span(vm, *body);
        it.start <= span.start && span.end <= it.end
    };
    // Bodies come after those around them.
    bodies.rev().find(holds)
}

fn points_of_unit(vm: &Vm, unit: u32) -> Box<[PointRef]> {
    let unit = vm.unit(unit);
    let mut points = Vec::new();
    for body in unit.first_body..unit.first_body + unit.analysis.bodies.len() as u32 {
        let of_body = vm.program.points_of(body).iter().filter(|it| it.kind != PointKind::Return);
        points.extend(of_body.map(|it| PointRef {
            pc: it.pc,
            body,
            span: unit.module.spans[it.expr as usize],
            kind: it.kind,
        }));
    }
    points.sort_by_key(|it| (it.span.start, u32::MAX - it.span.end.0, it.pc));
    points.into()
}

/// A range in a text, as it is told to people and editors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Which unit's text it is, if it is one's.
    pub unit: Option<u32>,
    /// The path of the file, or the name of a text that is no file.
    pub name: String,
    /// Whether it is a file.
    pub is_file: bool,
    /// Where it begins.
    pub start: Spot,
    /// Where it ends.
    pub end: Spot,
}

/// A position in a text. Everything counts from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The line.
    pub line: u32,
    /// The column in bytes.
    pub byte: u32,
    /// The column in UTF-16 code units.
    pub utf16: u32,
}

/// Where a span is; `None` if it is nowhere.
#[must_use]
pub fn locate(vm: &Vm, span: Span) -> Option<Location> {
    let id = vm.sources.id_of(span.start)?;
    let (file, unit) = (vm.sources.file(id), vm.unit_of_file(id));
    let (name, is_file) = (name_of(file), matches!(file.origin, Origin::File(_)));
    let end = if span.end >= span.start { span.end } else { span.start };
    Some(Location { unit, name, is_file, start: spot(file, span.start), end: spot(file, end) })
}

fn spot(file: &SourceFile, pos: Pos) -> Spot {
    let at = file.lines().line_col(file.offset(pos));
    let start = file.lines().line_start(at.line).unwrap_or(0) as usize;
    let before = file.text.get(start..start + at.column as usize).unwrap_or_default();
    Spot { line: at.line, byte: at.column, utf16: utf16_len(before) }
}

/// How many UTF-16 code units bytes are; what is no UTF-8 counts as one for each byte.
fn utf16_len(bytes: &[u8]) -> u32 {
    let of_chunk = |it: std::str::Utf8Chunk<'_>| it.valid().encode_utf16().count() + it.invalid().len();
    bytes.utf8_chunks().map(of_chunk).sum::<usize>() as u32
}

/// The byte of a line at which a column in UTF-16 code units lies; past the end of the line it is the end.
#[must_use]
pub fn byte_of_utf16(file: &SourceFile, line: u32, utf16: u32) -> Option<u32> {
    let span = line_span(file, line)?;
    let bytes = file.text.get(file.offset(span.start) as usize..file.offset(span.end) as usize)?;
    let mut left = utf16;
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for it in chunk.valid().chars() {
            let n = it.len_utf16() as u32;
            if left < n {
                return Some(at);
            }
            left -= n;
            at += it.len_utf8() as u32;
        }
        let n = chunk.invalid().len() as u32;
        if left < n {
            return Some(at + left);
        }
        left -= n;
        at += n;
    }
    Some(at)
}
