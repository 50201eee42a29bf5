//! Calls: of functions and builtins, with as many arguments as they take, with more, and with fewer.

use crate::heap::Heap;
use crate::source::Pos;
use crate::value::{Tag, Value};

use super::load::{APPLY, FUNCTOR};
use super::native::{AT_ONCE, PureRun, Run};
use super::{Blame, Fault, FaultKind, Frame, FrameKind, Need, Next, START, Vm};

impl Vm {
    /// How many arguments a settled value takes at once, if it is a function.
    #[must_use]
    pub fn arity(&self, function: Value) -> Option<u32> {
        match function.tag() {
            Tag::Lambda => Some(self.program.bodies[function.aux() as usize].arity),
            Tag::Builtin => Some(self.natives[function.payload() as usize].args.len() as u32),
            Tag::Partial => {
                let (inner, args) = self.heap.partial_parts(function);
                self.arity_of_whole(inner).map(|arity| arity - args.len() as u32)
            }
            _ => None,
        }
    }

    fn arity_of_whole(&self, function: Value) -> Option<u32> {
        match function.tag() {
            Tag::Lambda => Some(self.program.bodies[function.aux() as usize].arity),
            Tag::Builtin => Some(self.natives[function.payload() as usize].args.len() as u32),
            _ => None,
        }
    }

    /// Calls the function that lies below `n` arguments on the stack, from a place.
    pub(super) fn call(&mut self, n: u32, pos: Pos) -> Result<(), Fault> {
        let at = self.stack.len() - n as usize - 1;
        let function = self.stack[at];
        match function.tag() {
            Tag::Lambda if self.program.bodies[function.aux() as usize].arity == n => {
                self.enter_lambda(function, at as u32 + 1)
            }
            Tag::Builtin if self.natives[function.payload() as usize].args.len() as u32 == n => {
                self.call_builtin(function.payload(), at + 1, pos)
            }
            Tag::Lambda | Tag::Builtin if self.arity(function).is_some_and(|arity| n < arity) => {
                let partial = self.heap.partial(function, &self.stack[at + 1..]);
                self.stack.truncate(at);
                self.stack.push(partial);
                Ok(())
            }
            Tag::Partial => {
                let (inner, args) = self.heap.partial_parts(function);
                let n_before = args.len();
                self.stack.extend_from_slice(args);
                self.stack[at + 1..].rotate_right(n_before);
                self.stack[at] = inner;
                self.call(n + n_before as u32, pos)
            }
            _ => {
                // More arguments than it takes, a set that can be called, or something not evaluated yet.
                self.push_native(APPLY, n + 1, FrameKind::Helper, pos);
                let top = self.frames.len() - 1;
                self.frames[top].why = n as u16;
                Ok(())
            }
        }
    }

    /// Calls a builtin with all its arguments, which lie on the stack from `base` on.
    fn call_builtin(&mut self, builtin: u32, base: usize, pos: Pos) -> Result<(), Fault> {
        self.counters.builtin_calls += 1;
        let native = &self.natives[builtin as usize];
        let (args, run) = (native.args, native.run);
        let mut frame =
            Frame { kind: FrameKind::Builtin, why: 0, code: builtin, pc: 0, env: pos.0, base: base as u32, thunk: 0 };
        let backward = native.order == super::Order::Backward;
        for step in 0..args.len() {
            let i = if backward { args.len() - 1 - step } else { step };
            let arg = &args[i];
            match self.check_need(arg.need, self.stack[base + i], self.stack[base + args.len() - 1]) {
                Ok(Some(v)) => self.stack[base + i] = v,
                Ok(None) => {
                    if let Some(text) = self.text_at_once(arg.need, self.stack[base + i]) {
                        self.stack[base + i] = text;
                        continue;
                    }
                    frame.pc = step as u32;
                    return self.push_frame(frame);
                }
                Err(fault) => {
                    frame.pc = step as u32;
                    self.frames.push(frame);
                    return Err(fault);
                }
            }
        }
        let Run::Pure(run) = run else {
            frame.pc = START;
            if self.is_stopped_at_once(builtin) {
                frame.why = AT_ONCE;
                self.frames.push(frame);
                return Ok(());
            }
            return self.push_frame(frame);
        };
        self.finish_builtin(run, frame)
    }

    /// Runs a builtin that computes its result at once and whose arguments are ready. That is a step of its own.
    pub(super) fn finish_builtin(&mut self, run: PureRun, frame: Frame) -> Result<(), Fault> {
        self.count += 1;
        let mut frame = Frame { why: 0, ..frame };
        let base = frame.base as usize;
        let n = self.natives[frame.code as usize].args.len();
        let mut values = [Value::NULL; 3];
        values[..n].copy_from_slice(&self.stack[base..base + n]);
        match run(self, &values) {
            Ok(v) if !v.is_thunk() => {
                self.stack.truncate(base - 1);
                self.stack.push(v);
                Ok(())
            }
            Ok(v) => {
                frame.pc = START + 1;
                self.push_frame(frame)?;
                self.stack.push(v);
                self.force_top()
            }
            Err(fault) => {
                frame.pc = START;
                self.frames.push(frame);
                Err(fault)
            }
        }
    }

    /// Runs a builtin whose `n` arguments on the stack are ready. Whether there is a new frame to run first.
    #[inline]
    pub(super) fn call_ready(&mut self, builtin: u32, n: u32, pos: Pos) -> Result<bool, Fault> {
        self.counters.builtin_calls += 1;
        let Run::Pure(run) = self.natives[builtin as usize].run else {
            self.push_native(builtin, n, FrameKind::Helper, pos);
            let top = self.frames.len() - 1;
            self.frames[top].pc = START;
            if self.is_stopped_at_once(builtin) {
                self.frames[top].why = AT_ONCE;
            }
            return Ok(true);
        };
        self.finish_ready(run, n)
    }

    /// Runs what [`Vm::call_ready`] is to run, as a step of its own.
    #[inline]
    pub(super) fn finish_ready(&mut self, run: PureRun, n: u32) -> Result<bool, Fault> {
        self.count += 1;
        let at = self.stack.len() - n as usize;
        let mut values = [Value::NULL; 3];
        values[..n as usize].copy_from_slice(&self.stack[at..]);
        let v = run(self, &values)?;
        self.stack.truncate(at);
        self.stack.push(v);
        if v.is_thunk() { self.force_top().map(|()| true) } else { Ok(false) }
    }

    /// Readies the arguments of the native on top, one after the other, and then starts it.
    pub(super) fn ready_args(&mut self, frame: &mut Frame) -> Result<Next, Fault> {
        let args = self.natives[frame.code as usize].args;
        let n = args.len() as u32;
        let backward = self.natives[frame.code as usize].order == super::Order::Backward;
        while frame.pc < n {
            let i = if backward { n - 1 - frame.pc } else { frame.pc };
            if self.stack.len() > (frame.base + n) as usize {
                let v = self.pop();
                self.set_slot(frame, i, v);
            }
            let v = self.slot(frame, i);
            match self.check_need(args[i as usize].need, v, self.slot(frame, n - 1))? {
                Some(v) => self.set_slot(frame, i, v),
                None => {
                    if let Some(text) = self.text_at_once(args[i as usize].need, v) {
                        self.set_slot(frame, i, text);
                        frame.pc += 1;
                        continue;
                    }
                    self.push(v);
                    if self.settled(v).is_none() && args[i as usize].need != Need::Path {
                        return Ok(Next::Force);
                    }
                    return Ok(self.conversion(args[i as usize].need));
                }
            }
            frame.pc += 1;
        }
        frame.pc = START;
        self.run_native(frame)
    }

    /// The value as an argument, if it is what is needed; `None` if there is something to do first.
    #[inline]
    pub(super) fn check_need(&self, need: Need, v: Value, last: Value) -> Result<Option<Value>, Fault> {
        if need == Need::Lazy || (need == Need::FunctionOver && last == Value::EMPTY_LIST) {
            return Ok(Some(v));
        }
        let Some(v) = self.settled(v) else { return Ok(None) };
        let (fits, wanted) = match need {
            Need::Lazy | Need::Any => (true, ""),
            Need::Int => (v.is_int(), "an integer"),
            Need::Start => {
                if self.heap.as_int(v).is_some_and(|start| start < 0) {
                    let text = "negative start position in 'substring'";
                    return Err(Fault::new(FaultKind::Eval, text).blaming(Blame::Giver));
                }
                (v.is_int(), "an integer")
            }
            Need::Bool => (v.tag() == Tag::Bool, "a Boolean"),
            Need::Str => (v.is_string(), "a string"),
            Need::PlainStr => {
                if v.is_string() && self.heap.context(v).0 != 0 {
                    return Err(self.has_context_fault(v));
                }
                (v.is_string(), "a string")
            }
            Need::List => (v.is_list(), "a list"),
            Need::Attrs => (v.is_attrs(), "a set"),
            Need::Function | Need::FunctionOver => (self.is_callable(v), "a function"),
            Need::Coerced { .. } => return Ok(v.is_string().then_some(v)),
            Need::Path => return Ok((v.tag() == Tag::Path).then_some(v)),
        };
        if fits { Ok(Some(v)) } else { Err(self.type_fault(wanted, v).blaming(Blame::Value)) }
    }

    /// Faults unless a settled value can be called.
    ///
    /// # Errors
    /// If it cannot.
    pub fn check_function(&self, v: Value) -> Result<(), Fault> {
        if self.is_callable(v) { Ok(()) } else { Err(self.type_fault("a function", v)) }
    }

    fn is_callable(&self, v: Value) -> bool {
        v.is_function() || (v.is_attrs() && self.heap.attr(v, self.names.functor).is_some())
    }

    /// The text of what can be made a string without a frame: numbers, Booleans and null, where they may be.
    fn text_at_once(&mut self, need: Need, v: Value) -> Option<Value> {
        match need {
            Need::Coerced { more: true, .. } => self.scalar_text(self.settled(v)?),
            _ => None,
        }
    }

    /// What makes the value on top of the stack what is needed.
    fn conversion(&mut self, need: Need) -> Next {
        match need {
            Need::Coerced { more, copy } => {
                let flags =
                    if more { super::CoerceFlags::MORE } else { 0 } | if copy { super::CoerceFlags::COPY } else { 0 };
                self.push(Value::raw(flags));
                Next::Native(super::load::COERCE, 2)
            }
            _ => {
                self.push(Value::raw(super::PathContext::REALISED));
                Next::Native(super::load::COERCE_PATH, 2)
            }
        }
    }

    /// Starts to make the value on top of the stack what is needed, for an instruction.
    pub(super) fn ready_top(&mut self, need: Need) -> Result<(), Fault> {
        if self.settled(self.top()).is_none() && need != Need::Path {
            return self.force_top();
        }
        if let Some(text) = self.text_at_once(need, self.top()) {
            self.set_top(text);
            return Ok(());
        }
        if let Next::Native(native, n) = self.conversion(need) {
            // What a builtin does to its arguments has no place of its own.
            self.push_native(native, n, FrameKind::Helper, Pos::NONE);
        }
        Ok(())
    }
}

/// Applies a value to arguments, as many at a time as it takes.
///
/// Slots: the function, its arguments; above them, the function so far. `why` is the number of arguments; the state
/// counts those already taken.
pub(super) fn apply(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let n = u32::from(frame.why);
    if frame.pc == START {
        frame.pc += 1;
        vm.push(vm.slot(frame, 0));
        return Ok(Next::Force);
    }
    let taken = frame.pc - START - 1;
    let function = vm.top();
    if taken == n {
        return Ok(Next::Return(function));
    }
    let Some(arity) = vm.arity(function) else {
        let functor = if function.is_attrs() { vm.heap.attr(function, vm.names.functor) } else { None };
        let Some(functor) = functor else { return Err(vm.not_a_function(function).at(frame.call_pos())) };
        vm.pop();
        vm.push(functor);
        vm.push(function);
        vm.push(vm.slot(frame, 1 + taken));
        frame.pc += 1;
        return Ok(Next::Native(FUNCTOR, 3));
    };
    if arity > n - taken {
        let args: Vec<Value> = (taken..n).map(|i| vm.slot(frame, 1 + i)).collect();
        let (function, mut all) = match function.tag() {
            Tag::Partial => {
                let (inner, before) = vm.heap.partial_parts(function);
                (inner, before.to_vec())
            }
            _ => (function, Vec::new()),
        };
        all.extend(args);
        return Ok(Next::Return(vm.heap.partial(function, &all)));
    }
    for i in taken..taken + arity {
        vm.push(vm.slot(frame, 1 + i));
    }
    frame.pc += arity;
    Ok(Next::Call(arity))
}

/// Calls a set: its `__functor` with itself and the argument, from where that is written.
pub(super) fn functor(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc > START {
        return Ok(Next::Return(vm.top()));
    }
    frame.pc += 1;
    frame.why = 1;
    let functor = vm.heap.attr_with_pos(vm.slot(frame, 1), vm.names.functor);
    frame.env = functor.map_or(Pos::NONE, |it| it.1).0;
    for i in 0..3 {
        vm.push(vm.slot(frame, i));
    }
    Ok(Next::Call(2))
}

impl Vm {
    fn not_a_function(&self, v: Value) -> Fault {
        let text = format!(
            "attempt to call something which is not a function but {}: {}",
            self.type_phrase(v),
            self.show_in_fault(v)
        );
        Fault::new(FaultKind::Type, text)
    }

    /// As [`Vm::start_call`], for a call whose place traces name.
    pub fn start_call_at(&mut self, function: Value, args: &[Value], pos: Pos) {
        self.stack.push(function);
        self.stack.extend_from_slice(args);
        self.push_native(APPLY, args.len() as u32 + 1, FrameKind::Helper, pos);
        let top = self.frames.len() - 1;
        self.frames[top].why = args.len() as u16;
        self.frames[top].pc = START;
    }

    /// A thunk that will be `function` applied to `argument`.
    pub fn lazy_apply(&mut self, function: Value, argument: Value) -> Value {
        let env = self.heap.env_of(0, &[function]);
        self.heap.thunk_with(crate::heap::BodyId(self.apply_bodies[0]), env, argument)
    }

    /// An environment for [`Vm::lazy_apply_in`]: many thunks can share it.
    pub fn apply_env(&mut self, function: Value) -> u32 {
        self.heap.env_of(0, &[function])
    }

    /// A thunk that will be the function of the environment applied to `argument`.
    #[inline]
    pub fn lazy_apply_in(&mut self, env: u32, argument: Value) -> Value {
        self.heap.thunk_with(crate::heap::BodyId(self.apply_bodies[0]), env, argument)
    }

    /// A thunk that will be the first slot of the environment applied to its second and to `argument`.
    #[inline]
    pub fn lazy_apply_2_in(&mut self, env: u32, argument: Value) -> Value {
        self.heap.thunk_with(crate::heap::BodyId(self.apply_bodies[1]), env, argument)
    }

    /// A set with the names of a flat set, whose values will be `function name value`.
    pub fn lazy_map_attrs(&mut self, function: Value, attrs: Value) -> Value {
        let env = self.heap.env_of(0, &[function, attrs]);
        let n = self.heap.attrs_len(attrs);
        let body = crate::heap::BodyId(self.apply_bodies[2]);
        let mapped = self.heap.attrs_named_like(attrs);
        for i in 0..n {
            let thunk = self.heap.thunk_with(body, env, Value((i as u64) << 8));
            self.heap.attrs_set(mapped, i, thunk);
        }
        mapped
    }

    /// `function` in code: what [`Heap::lambda`] gives is one word.
    #[must_use]
    pub fn lambda_value(body: u32, env: u32) -> Value {
        Heap::lambda(crate::heap::BodyId(body), env)
    }
}
