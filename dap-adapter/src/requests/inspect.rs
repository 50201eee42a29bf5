//! Looking at a program that stands still: `stackTrace`, `scopes`, `variables`, `locations`, `exceptionInfo`. None of it
//! changes the program: what nobody needed yet is shown as that, and unfolding it shows what it would be.

use nixscope_engine::debug::frames::{FrameView, ViewKind, quote};
use nixscope_engine::debug::location::body_span;
use nixscope_engine::debug::value::{self, ChildKind, Filter, Laziness};
use nixscope_engine::debug::{StopReason as Reason, value::Child};
use nixscope_engine::emit::VarKind;
use nixscope_engine::ir::Expr;
use nixscope_engine::source::Span;
use nixscope_engine::vm::{Budget, Fault, FaultKind};

use super::read;
use crate::adapter::{Look, NixAdapter};
use crate::breakpoints::reference;
use crate::convert::{Client, Range};
use crate::handles::{Handle, Named, Shown};
use crate::message::{ErrorId, Failure, Request};
use crate::outbox::Ticket;
use crate::shared::{fault_name, fault_text, note_name};
use crate::types::{
    ExceptionBreakMode, ExceptionDetails, ExceptionInfoArguments, ExceptionInfoBody, LocationsArguments, LocationsBody,
    ModuleId, Scope, ScopePresentationhint, ScopesArguments, ScopesBody, StackFrame, StackFramePresentationhint,
    StackTraceArguments, StackTraceBody, Variable, VariablePresentationHint, VariablePresentationHintKind,
    VariablesArguments, VariablesArgumentsFilter, VariablesBody,
};

/// How many frames are told at once, at most.
const MAX_FRAMES: usize = 10_000;
/// How many variables are told at once to who asks for all.
const MAX_VARIABLES: usize = 2_000;
/// What unfolding a thunk may use.
pub(super) const UNFOLDING: Budget = Budget { fuel: 1_000_000_000, heap: 2 << 30 };
/// How much of the expression of a `with` is in the name of its scope, in characters.
const WITH: usize = 30;

impl NixAdapter {
    pub(crate) fn stack_trace(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<StackTraceArguments>(request, ticket) else { return };
        self.look(ticket, move |look| {
            let at_most = |it: Option<i64>| it.and_then(|it| usize::try_from(it).ok()).unwrap_or_default();
            let count = match at_most(arguments.levels) {
                0 => MAX_FRAMES,
                levels => levels.min(MAX_FRAMES),
            };
            let frames = look.session.frames(at_most(arguments.start_frame), count);
            let stack_frames = frames.into_iter().map(|it| look.frame_told(it)).collect();
            let total = look.session.vm().frames().len();
            Ok(StackTraceBody { stack_frames, total_frames: i64::try_from(total).ok() })
        });
    }

    pub(crate) fn scopes(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<ScopesArguments>(request, ticket) else { return };
        self.look(ticket, move |look| {
            let index = look.frame(arguments.frame_id)?;
            Ok(ScopesBody { scopes: look.scopes(index) })
        });
    }

    pub(crate) fn variables(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<VariablesArguments>(request, ticket) else { return };
        self.look(ticket, move |look| Ok(VariablesBody { variables: look.variables(&arguments)? }));
    }

    pub(crate) fn locations(&mut self, request: &Request, ticket: Ticket) {
        let Some((arguments, ticket)) = read::<LocationsArguments>(request, ticket) else { return };
        self.look(ticket, move |look| {
            let handle = look.shared.handles().get(arguments.location_reference).cloned();
            let span = match handle {
                Some(Handle::Place(span)) => Some(span),
                Some(Handle::Needed { thunk, written }) => look.needed_at(thunk).or(written),
                _ => return Err(stale("locationReference")),
            };
            let nowhere = || Failure::new(ErrorId::Refused, "this is not written anywhere");
            let at = span.and_then(|it| look.session.locate(it)).ok_or_else(nowhere)?;
            let client = &look.shared.client;
            let Range { line, column, end_line, end_column } = client.range(&at);
            let (column, end_line, end_column) = (Some(column), Some(end_line), Some(end_column));
            Ok(LocationsBody { source: client.source(&at), line, column, end_line, end_column })
        });
    }

    pub(crate) fn exception_info(&mut self, request: &Request, ticket: Ticket) {
        let Some((_, ticket)) = read::<ExceptionInfoArguments>(request, ticket) else { return };
        self.look(ticket, |look| {
            let of_fault = |fault: &Fault, break_mode, circle: &[String]| {
                let (id, name) = fault_name(fault.data().kind);
                let mut description = fault.data().message.clone();
                if let Some(first) = circle.first() {
                    description.push_str(&format!(": {} needs {first}", circle.join(" needs ")));
                }
                ExceptionInfoBody {
                    exception_id: id.to_owned(),
                    description: Some(description),
                    break_mode,
                    details: Some(ExceptionDetails {
                        message: Some(fault.data().message.clone()),
                        type_name: Some(name.to_owned()),
                        stack_trace: Some(fault_text(look.session, fault)),
                        ..ExceptionDetails::default()
                    }),
                }
            };
            match look.session.stopped().map(|it| &it.reason) {
                Some(Reason::Fault(stop)) => {
                    let mode = match stop.is_caught {
                        true => ExceptionBreakMode::Always,
                        false => ExceptionBreakMode::Unhandled,
                    };
                    Ok(of_fault(&stop.fault, mode, &stop.circle))
                }
                Some(Reason::Failed(fault)) => Ok(of_fault(fault, ExceptionBreakMode::Unhandled, &[])),
                Some(Reason::Note(kind, text)) => Ok(ExceptionInfoBody {
                    exception_id: note_name(*kind).to_owned(),
                    description: Some(text.clone()),
                    break_mode: ExceptionBreakMode::Always,
                    details: None,
                }),
                _ => Err(Failure::new(ErrorId::Refused, "the program did not stop at a fault")),
            }
        });
    }
}

pub(super) fn stale(what: &str) -> Failure {
    Failure::new(ErrorId::BadArguments, format!("this `{what}` is none of the present stop"))
}

impl Look<'_> {
    /// The frame that a number stands for.
    pub(super) fn frame(&self, id: i64) -> Result<usize, Failure> {
        self.shared.handles().frame(id).ok_or_else(|| stale("frameId"))
    }

    /// What a frame runs, and for whom.
    pub(super) fn named(it: &FrameView) -> String {
        match it.reason.as_str() {
            "" => it.name.clone(),
            reason if it.kind == ViewKind::Helper && reason == it.name => it.name.clone(),
            reason => format!("{} ← {reason}", it.name),
        }
    }

    fn frame_told(&self, it: FrameView) -> StackFrame {
        let client = &self.shared.client;
        let at = it.span.and_then(|span| self.session.locate(span));
        let range = at.as_ref().map(|at| client.range(at)).unwrap_or_default();
        let source = at.as_ref().map(|at| client.source(at));
        StackFrame {
            id: self.shared.handles().of_frame(it.index),
            name: Self::named(&it),
            source: if it.is_subtle { source.map(Client::dimmed) } else { source },
            line: range.line,
            column: range.column,
            end_line: at.as_ref().map(|_| range.end_line),
            end_column: at.as_ref().map(|_| range.end_column),
            can_restart: Some(it.pc.is_some()),
            instruction_pointer_reference: it.pc.map(reference),
            module_id: at.and_then(|at| at.unit).map(|it| ModuleId::Number(i64::from(it))),
            presentation_hint: Some(match it.is_subtle {
                true => StackFramePresentationhint::Subtle,
                false => StackFramePresentationhint::Normal,
            }),
        }
    }

    fn scopes(&mut self, index: usize) -> Vec<Scope> {
        let mut told = Vec::new();
        let n_frames = self.session.vm().frames().len();
        let returned = self.session.stopped().and_then(|it| it.returned).filter(|_| index + 1 == n_frames);
        if let Some(returned) = returned {
            let shown = Shown { value: returned.value, path: None, is_aside: false };
            let named = vec![Named { name: "value".to_owned(), place: Span::NONE, shown }];
            told.push(self.scope("Returned value", Some("returnValue"), named, Span::NONE));
        }
        let args = self.session.builtin_args(index);
        if !args.is_empty() {
            let named = args.iter().map(|it| Named {
                name: it.name.to_owned(),
                place: Span::NONE,
                shown: Shown { value: it.value, path: None, is_aside: false },
            });
            let named = named.collect();
            told.push(self.scope("Builtin arguments", Some("arguments"), named, Span::NONE));
        }
        for it in self.session.scopes(index) {
            let hint = match it.kind {
                VarKind::Argument | VarKind::Formal => Some("arguments"),
                VarKind::Let | VarKind::Rec => Some("locals"),
                VarKind::Inherit | VarKind::With | VarKind::Around => None,
            };
            let mut name = match it.kind {
                VarKind::Argument | VarKind::Formal => "Arguments".to_owned(),
                VarKind::Let => "Let".to_owned(),
                VarKind::Rec => "Rec".to_owned(),
                VarKind::Inherit => "Inherit".to_owned(),
                VarKind::Around => "Around".to_owned(),
                VarKind::With => self.with_name(it.span),
            };
            if told.iter().any(|scope: &Scope| scope.name == name) {
                let line = self.session.locate(it.span).map(|at| at.start.line + 1);
                name = line.map_or_else(|| format!("{name} further out"), |line| format!("{name} around line {line}"));
            }
            let is_with = it.kind == VarKind::With;
            let named = it.variables.into_iter().map(|it| Named {
                place: Span::new(it.pos, it.pos),
                shown: Shown {
                    value: it.value,
                    path: Some(it.name.clone()).filter(|it| !it.is_empty()),
                    is_aside: false,
                },
                name: if it.name.is_empty() { "the set".to_owned() } else { it.name },
            });
            let named: Vec<Named> = named.collect();
            let mut scope = match named.first() {
                // The set of a `with` is opened at once if it is there.
                Some(set) if is_with && self.session.vm().settled(set.shown.value).is_some() => {
                    let (set, shown) = (set.shown.clone(), self.session.show(set.shown.value));
                    let mut scope = self.scope(&name, None, Vec::new(), it.span);
                    scope.variables_reference = self.shared.handles().add(Handle::Parts(set));
                    scope.named_variables = i64::try_from(shown.n_named).ok();
                    scope
                }
                _ => self.scope(&name, hint, named, it.span),
            };
            scope.expensive = is_with;
            told.push(scope);
        }
        let recent = self.recent();
        if index + 1 == n_frames && !recent.is_empty() {
            let mut scope = self.scope("Recently evaluated", None, recent, Span::NONE);
            scope.expensive = true;
            told.push(scope);
        }
        if let Some(value) = self.session.vm().global("builtins") {
            let shown = Shown { value, path: Some("builtins".to_owned()), is_aside: false };
            let n_named = self.session.show(value).n_named;
            let mut scope = self.scope("Builtins", None, Vec::new(), Span::NONE);
            scope.variables_reference = self.shared.handles().add(Handle::Parts(shown));
            scope.named_variables = i64::try_from(n_named).ok();
            scope.expensive = true;
            told.push(scope);
        }
        told
    }

    fn scope(&self, name: &str, hint: Option<&str>, named: Vec<Named>, span: Span) -> Scope {
        let at = self.session.locate(span).filter(|_| span != Span::NONE);
        let range = at.as_ref().map(|it| self.shared.client.range(it));
        let named_variables = i64::try_from(named.len()).ok();
        Scope {
            name: name.to_owned(),
            presentation_hint: hint.map(|it| match it {
                "arguments" => ScopePresentationhint::Arguments,
                "locals" => ScopePresentationhint::Locals,
                other => ScopePresentationhint::String(other.to_owned()),
            }),
            variables_reference: self.shared.handles().add(Handle::Names(named)),
            named_variables,
            indexed_variables: None,
            expensive: false,
            source: at.as_ref().map(|it| self.shared.client.source(it)),
            line: range.map(|it| it.line),
            column: range.map(|it| it.column),
            end_line: range.map(|it| it.end_line),
            end_column: range.map(|it| it.end_column),
        }
    }

    /// `With lib`: what the set is written as, given what it is in scope of.
    fn with_name(&self, scope: Span) -> String {
        let vm = self.session.vm();
        let unit = self.session.locate(scope).and_then(|it| it.unit);
        let set = unit.and_then(|unit| {
            let module = &vm.unit(unit).module;
            module.exprs.iter().find_map(|it| match *it {
                Expr::With { scope: set, body, .. } if module.spans[body.0 as usize] == scope => {
                    Some(module.spans[set.0 as usize])
                }
                _ => None,
            })
        });
        set.map_or_else(|| "With".to_owned(), |set| format!("With {}", quote(vm, set, WITH)))
    }

    /// The values that were computed last, wherever that was: laziness leads away before they are seen.
    fn recent(&mut self) -> Vec<Named> {
        let recent: Vec<_> = self.session.debugger.recent().copied().collect();
        let named = recent.into_iter().map(|it| {
            let name = self.session.with(|debugger, cx| debugger.name_of(cx.vm, it.body).text);
            let span = body_span(self.session.vm(), it.body);
            Named {
                name,
                place: Span::new(span.start, span.start),
                shown: Shown { value: it.value, path: None, is_aside: false },
            }
        });
        named.collect()
    }

    fn variables(&mut self, arguments: &VariablesArguments) -> Result<Vec<Variable>, Failure> {
        let number = |it: Option<i64>| it.and_then(|it| usize::try_from(it).ok());
        let start = number(arguments.start).unwrap_or_default();
        let count = number(arguments.count).filter(|&it| it > 0).unwrap_or(MAX_VARIABLES);
        let handle = self.shared.handles().get(arguments.variables_reference).cloned();
        match handle {
            Some(Handle::Names(_)) if matches!(arguments.filter, Some(VariablesArgumentsFilter::Indexed)) => Ok(vec![]),
            Some(Handle::Names(named)) => {
                let page = named.into_iter().skip(start).take(count);
                Ok(page.map(|it| self.variable(it.name, it.place, it.shown)).collect())
            }
            Some(Handle::Lazy { label, shown }) => {
                let value = self.aside(|look| look.session.preview(shown.value, UNFOLDING));
                Ok(vec![match value {
                    Ok(value) => self.variable(label, Span::NONE, Shown { value, is_aside: true, ..shown }),
                    Err(fault) => self.failed(label, &fault)?,
                }])
            }
            Some(Handle::Parts(shown)) => {
                let filter = match arguments.filter {
                    None => Filter::All,
                    Some(VariablesArgumentsFilter::Named) => Filter::Named,
                    Some(VariablesArgumentsFilter::Indexed) => Filter::Indexed,
                };
                let children = value::children(self.session.vm(), shown.value, filter, start, count);
                Ok(children.into_iter().map(|it| self.child(it, &shown)).collect())
            }
            Some(Handle::Place(_) | Handle::Needed { .. }) | None => Err(stale("variablesReference")),
        }
    }

    /// What stands in place of a value that could not be computed. If nobody wants to know any more, that is the answer.
    fn failed(&self, name: String, fault: &Fault) -> Result<Variable, Failure> {
        if self.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let value = match fault.data().kind {
            FaultKind::InfiniteRecursion => "«not known: it needs itself, or what is being evaluated»".to_owned(),
            _ => format!("«fails: {}»", fault.data().message),
        };
        Ok(Variable { name, value, type_name: Some("fault".to_owned()), ..Variable::default() })
    }

    fn child(&self, child: Child, of: &Shown) -> Variable {
        let place = Span::new(child.pos, child.pos);
        if let Some(value) = child.text {
            let hint = VariablePresentationHint {
                kind: Some(VariablePresentationHintKind::Virtual),
                ..VariablePresentationHint::default()
            };
            return Variable {
                name: child.name,
                value,
                presentation_hint: Some(hint),
                declaration_location_reference: self.place(place),
                ..Variable::default()
            };
        }
        let path = of.path.as_ref().and_then(|of| match child.kind {
            ChildKind::Attribute => Some(format!("{of}.{}", child.name)),
            ChildKind::Element => Some(format!("(builtins.elemAt {of} {})", child.name)),
            ChildKind::Context | ChildKind::Virtual => None,
        });
        self.variable(child.name, place, Shown { value: child.value, path, is_aside: of.is_aside })
    }

    /// A value under a name.
    pub(super) fn variable(&self, name: String, place: Span, shown: Shown) -> Variable {
        let text = self.session.show(shown.value);
        let mut told = Variable {
            value: text.text,
            type_name: Some(text.type_name.to_owned()),
            evaluate_name: shown.path.clone(),
            declaration_location_reference: self.place(place),
            value_location_reference: self.value_place(&shown),
            ..Variable::default()
        };
        match text.state {
            Laziness::Suspended => {
                let hint = VariablePresentationHint { lazy: Some(true), ..VariablePresentationHint::default() };
                told.presentation_hint = Some(hint);
                let handle = Handle::Lazy { label: name.clone(), shown };
                told.variables_reference = self.shared.handles().add(handle);
            }
            // Nobody can know what it will be before it is.
            Laziness::Running => {}
            Laziness::Evaluated if text.n_named + text.n_indexed > 0 => {
                told.variables_reference = self.shared.handles().add(Handle::Parts(shown));
                told.named_variables = i64::try_from(text.n_named).ok().filter(|&it| it > 0);
                told.indexed_variables = i64::try_from(text.n_indexed).ok().filter(|&it| it > 0);
            }
            Laziness::Evaluated => {}
        }
        told.name = name;
        told
    }

    /// A number for where a value was needed first; of one that nobody needed, that nobody suspended or that is not the
    /// program's, for where it is written.
    fn value_place(&self, shown: &Shown) -> Option<i64> {
        let vm = self.session.vm();
        let written = value::written(vm, shown.value);
        let was_needed = shown.value.is_thunk() && vm.settled(shown.value).is_some();
        if was_needed && !shown.is_aside {
            return Some(self.shared.handles().add(Handle::Needed { thunk: shown.value, written }));
        }
        written.and_then(|it| self.place(it))
    }

    /// Where somebody waited for a value when it was needed first. The program goes back for this and comes here again,
    /// so it is not looked for while there is something to be seen that was computed on the side.
    fn needed_at(&mut self, thunk: nixscope_engine::value::Value) -> Option<Span> {
        if self.session.debugger.has_visitors() {
            return None;
        }
        self.session.forced_at(thunk)?.frames.into_iter().skip(1).find_map(|it| it.span)
    }

    /// A number for a place; none if it is nowhere.
    pub(super) fn place(&self, span: Span) -> Option<i64> {
        self.session.locate(span)?;
        Some(self.shared.handles().add(Handle::Place(span)))
    }

    /// Does something on the side that the client may cancel.
    pub(super) fn aside<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let pulse = std::sync::Arc::clone(&self.shared.pulse);
        self.shared.pulse.take_call_off();
        self.cancel.on_cancel(move || pulse.call_off());
        let progress = crate::progress::Progress::begin(self.shared, "Evaluating", Some(self.seq));
        let result = work(self);
        drop(progress);
        self.shared.pulse.take_call_off();
        result
    }
}
