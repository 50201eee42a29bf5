//! Expressions in the scope of a frame, run on the side: the program does not notice.

use std::fmt::Write as _;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::emit::{Scope, VarKind};
use crate::ir::{ExprId, Symbol};
use crate::source::Origin;
use crate::value::Value;
use crate::vm::{Budget, Fault, FaultKind, Frame, Stop, Visit, Vm};
use crate::world::{Answer, Request};

use super::Cx;
use super::hit::{LogMessage, LogPart};
use super::scopes::{Address, Scopes, value_at};
use super::simple::Around;
use super::value::show;

/// How many instructions are run before somebody who wants it to end is heard.
const SLICE: u64 = 1 << 16;

/// Expressions that were read, and what was kept of their values.
#[derive(Debug, Default)]
pub(super) struct Evaluator {
    /// By body and expression.
    read: FxHashMap<(u32, u32), Vec<(Box<str>, Compiled)>>,
    /// Units of such expressions: nobody stops in them.
    own_units: FxHashSet<u32>,
    visit: Option<Visit>,
}

/// An expression that was read for a place.
#[derive(Clone, Debug)]
struct Compiled {
    body: u32,
    /// Where the names it has are, in the order of its scope.
    addresses: Arc<[Address]>,
    /// Where names would be that had no value when it was read.
    absent: Arc<[Address]>,
    /// How many names had been renamed.
    n_renamed: u32,
}

impl Compiled {
    /// Whether it means here and now what it meant when it was read.
    fn fits(&self, vm: &Vm, frame: Option<&Frame>) -> bool {
        let has_value = |it: &Address| frame.is_some_and(|frame| value_at(vm, vm.stack(), frame, Some(*it)).is_some());
        self.n_renamed == vm.heap.symbols.n_renamed()
            && self.addresses.iter().all(has_value)
            && !self.absent.iter().any(has_value)
    }
}

/// Where an expression is evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The frame, if the program is at work.
    pub(super) frame: Option<Frame>,
    /// What the frame computes there.
    pub(super) expr: ExprId,
}

impl Evaluator {
    /// Whether a unit is an expression somebody evaluated.
    pub(super) fn is_own(&self, unit: u32) -> bool {
        self.own_units.contains(&unit)
    }

    /// Evaluates an expression and gives its value, which is there until the program goes on.
    ///
    /// # Errors
    /// If it is not Nix, fails, or takes too long.
    pub(super) fn evaluate(
        &mut self,
        cx: &mut Cx<'_>,
        scopes: &mut Scopes,
        place: Place,
        text: &str,
        budget: Budget,
    ) -> Result<Value, Fault> {
        self.begin_visit(cx.vm);
        let compiled = self.compile(cx.vm, scopes, place, text)?;
        let n_units = cx.vm.n_units();
        let fork = cx.vm.fork(budget);
        let result = start(cx.vm, &compiled, place.frame.as_ref(), fork.stack()).and_then(|()| run(cx, budget));
        cx.vm.unfork_keeping(fork);
        self.own_units.extend(n_units..cx.vm.n_units());
        result
    }

    /// Evaluates an expression, gives its value to `read`, and leaves nothing behind.
    ///
    /// # Errors
    /// As for [`Evaluator::evaluate`].
    fn with_value<R>(
        &mut self,
        cx: &mut Cx<'_>,
        scopes: &mut Scopes,
        place: Place,
        text: &str,
        read: impl FnOnce(&mut Vm, Value) -> R,
    ) -> Result<R, Fault> {
        let budget = Budget { fuel: 10_000_000, heap: 1 << 28 };
        let compiled = self.compile(cx.vm, scopes, place, text)?;
        let n_units = cx.vm.n_units();
        let fork = cx.vm.fork(budget);
        let result = start(cx.vm, &compiled, place.frame.as_ref(), fork.stack()).and_then(|()| run(cx, budget));
        let result = result.map(|v| read(cx.vm, v));
        cx.vm.unfork(fork);
        self.own_units.extend(n_units..cx.vm.n_units());
        result
    }

    /// Forces a value on the side; what it gives stays to be looked at.
    ///
    /// # Errors
    /// If it fails, or takes too long.
    pub(super) fn preview(&mut self, cx: &mut Cx<'_>, v: Value, budget: Budget) -> Result<Value, Fault> {
        if let Some(v) = cx.vm.settled(v) {
            return Ok(v);
        }
        self.begin_visit(cx.vm);
        let n_units = cx.vm.n_units();
        let fork = cx.vm.fork(budget);
        cx.vm.start_force(v);
        let result = run(cx, budget);
        cx.vm.unfork_keeping(fork);
        self.own_units.extend(n_units..cx.vm.n_units());
        result
    }

    /// Forces a value for good.
    ///
    /// # Errors
    /// If it fails, or is cancelled.
    pub(super) fn force_for_good(&mut self, cx: &mut Cx<'_>, v: Value) -> Result<Value, Fault> {
        let aside = cx.vm.put_aside();
        cx.vm.start_force(v);
        let result = run(cx, Budget { fuel: u64::MAX / 2, heap: u64::MAX });
        cx.vm.abandon();
        cx.vm.resume(aside);
        result
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// If it fails, or is neither true nor false: why.
    pub(super) fn holds(
        &mut self,
        cx: &mut Cx<'_>,
        scopes: &mut Scopes,
        place: Place,
        condition: &str,
    ) -> Result<bool, String> {
        if let Some(holds) = self.holds_simply(cx.vm, place, condition) {
            return Ok(holds);
        }
        let found = self.with_value(cx, scopes, place, condition, |vm, v| match v {
            Value::TRUE => Ok(true),
            Value::FALSE => Ok(false),
            other => Err(format!("it should be a Boolean but is {}", vm.type_phrase(other))),
        });
        found.map_err(|fault| fault.data().message.clone())?
    }

    /// Whether a condition that was read before holds, if that can be told by looking.
    fn holds_simply(&self, vm: &Vm, place: Place, condition: &str) -> Option<bool> {
        let frame = place.frame.as_ref()?;
        let known = self.read.get(&(frame.code, place.expr.0))?.iter().find(|it| *it.0 == *condition);
        let (_, known) = known.filter(|it| it.1.fits(vm, Some(frame)))?;
        let unit = vm.unit_of(known.body)?;
        Around { vm, unit, frame, addresses: &known.addresses }.holds()
    }

    /// A log message with its expressions replaced by what they are.
    pub(super) fn fill(&mut self, cx: &mut Cx<'_>, scopes: &mut Scopes, place: Place, message: &LogMessage) -> String {
        let mut out = String::new();
        for part in &message.parts {
            match part {
                LogPart::Text(text) => out.push_str(text),
                LogPart::Expr(text) => {
                    let shown = self.with_value(cx, scopes, place, text, |vm, v| {
                        if v.is_string() {
                            String::from_utf8_lossy(vm.heap.bytes(v)).into_owned()
                        } else {
                            show(vm, v, super::value::Budget { width: 200, depth: 3, items: 20 }).text
                        }
                    });
                    match shown {
                        Ok(text) => out.push_str(&text),
                        Err(fault) => {
                            let _ = write!(out, "«{}»", fault.data().message);
                        }
                    }
                }
            }
        }
        out
    }

    /// Whether something was kept that may be looked at.
    pub(super) fn is_visited(&self) -> bool {
        self.visit.is_some()
    }

    /// What was kept may be looked at until [`Evaluator::end_visit`].
    pub(super) fn begin_visit(&mut self, vm: &mut Vm) {
        if self.visit.is_none() {
            self.visit = Some(vm.visit());
        }
    }

    /// Cuts off what was kept: the program goes on.
    pub(super) fn end_visit(&mut self, vm: &mut Vm) {
        if let Some(visit) = self.visit.take() {
            vm.leave(visit);
        }
    }

    /// What was kept stays for good: something was done for good after it.
    pub(super) fn keep_visit(&mut self, vm: &mut Vm) {
        self.visit = None;
        vm.heap.symbols.adopt();
    }

    fn compile(&mut self, vm: &mut Vm, scopes: &mut Scopes, place: Place, text: &str) -> Result<Compiled, Fault> {
        let key = (place.frame.map_or(u32::MAX, |it| it.code), place.expr.0);
        let known = self.read.get(&key).into_iter().flatten().find(|it| *it.0 == *text);
        if let Some((_, known)) = known.filter(|it| it.1.fits(vm, place.frame.as_ref())) {
            return Ok(known.clone());
        }
        let mut names: Vec<Symbol> = Vec::new();
        let mut hidden: Vec<Symbol> = Vec::new();
        let (mut addresses, mut absent, mut withs) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(frame) = &place.frame {
            for it in scopes.visible(vm, frame.code, place.expr) {
                let has_value = value_at(vm, vm.stack(), frame, it.address).is_some();
                match (it.name, it.address) {
                    (Some(name), _) if names.contains(&name) || hidden.contains(&name) => {}
                    // A name the text does not even contain is not worth a slot.
                    (Some(name), _) if !text.contains(&*vm.heap.symbols.text(name)) => {}
                    (Some(name), Some(address)) if has_value => {
                        names.push(name);
                        addresses.push(address);
                    }
                    (Some(name), address) => {
                        if it.hides {
                            hidden.push(name);
                        }
                        absent.extend(address);
                    }
                    (None, Some(address)) if it.kind == VarKind::With && has_value => withs.push(address),
                    (None, Some(address)) if it.kind == VarKind::With => absent.push(address),
                    (None, _) => {}
                }
            }
        }
        let scope = Scope { names: &names, n_withs: withs.len() as u32 };
        let folder =
            place.frame.and_then(|it| folder_of(vm, it.code)).unwrap_or_else(|| match &*vm.settings.working_dir {
                "" => "/".to_owned(),
                folder => folder.to_owned(),
            });
        let n_units = vm.n_units();
        let was_aside = vm.heap.symbols.set_aside(true);
        let body = vm.read_in(Origin::String, text.as_bytes().into(), &folder, &scope);
        vm.heap.symbols.set_aside(was_aside);
        self.own_units.extend(n_units..vm.n_units());
        addresses.extend(withs.into_iter().rev());
        let n_renamed = vm.heap.symbols.n_renamed();
        let compiled = Compiled { body: body?, addresses: addresses.into(), absent: absent.into(), n_renamed };
        let of_place = self.read.entry(key).or_default();
        of_place.retain(|it| *it.0 != *text);
        of_place.push((text.into(), compiled.clone()));
        Ok(compiled)
    }
}

fn start(vm: &mut Vm, compiled: &Compiled, frame: Option<&Frame>, stack: &[Value]) -> Result<(), Fault> {
    let mut slots = Vec::with_capacity(compiled.addresses.len());
    for &address in compiled.addresses.iter() {
        let value = frame.and_then(|frame| value_at(vm, stack, frame, Some(address)));
        let missing = || Fault::new(FaultKind::UndefinedVariable, "a variable it names has no value yet");
        slots.push(value.ok_or_else(missing)?);
    }
    let env = if slots.is_empty() { 0 } else { vm.heap.env_of(0, &slots) };
    vm.start(compiled.body, env);
    Ok(())
}

/// Runs what was started on the side.
fn run(cx: &mut Cx<'_>, budget: Budget) -> Result<Value, Fault> {
    let end = cx.vm.count() + budget.fuel;
    cx.pulse.take_cancel();
    loop {
        if cx.pulse.take_cancel() || cx.pulse.is_called_off() || cx.pulse.is_interrupted() {
            return Err(Fault::new(FaultKind::Interrupted, "cancelled"));
        }
        let left = end.saturating_sub(cx.vm.count());
        if left == 0 {
            let text = format!("not done after {} instructions", budget.fuel);
            return Err(Fault::new(FaultKind::Interrupted, text));
        }
        match cx.vm.run(left.min(SLICE)) {
            Stop::Done(v) => return Ok(v),
            Stop::Fault(fault) => return Err(fault),
            Stop::Fuel | Stop::Point => {}
            Stop::Break => {
                // Nobody stops on the side.
                match cx.vm.pass() {
                    Stop::Done(v) => return Ok(v),
                    Stop::Fault(fault) => return Err(fault),
                    Stop::Ask(request) => answer(cx, &request),
                    Stop::Fuel | Stop::Point | Stop::Break | Stop::Failing(_) => {}
                }
            }
            Stop::Ask(request) => answer(cx, &request),
            Stop::Failing(fault) => {
                if let Some(fault) = cx.vm.fail(fault) {
                    return Err(fault);
                }
            }
        }
    }
}

fn answer(cx: &mut Cx<'_>, request: &Request) {
    let answer = match request {
        Request::Note { kind, text } => {
            let text = String::from_utf8_lossy(text).into_owned();
            (cx.out)(super::Event::Note { kind: *kind, text, is_aside: true, at: None });
            Answer::Done
        }
        request => cx.world.answer(request),
    };
    cx.vm.answer(answer);
}

/// The folder that relative paths in a body begin in.
fn folder_of(vm: &Vm, body: u32) -> Option<String> {
    let unit = vm.unit_of(body)?;
    match &vm.sources.file(unit.module.file).origin {
        Origin::File(path) => {
            Some(path.rsplit_once('/').map_or("/", |it| if it.0.is_empty() { "/" } else { it.0 }).to_owned())
        }
        Origin::String | Origin::Stdin | Origin::Internal(_) => None,
    }
}
