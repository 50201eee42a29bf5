//! The loop: one instruction after another, until there is a reason to stop.

use crate::bytecode::{Arith, Op};
use crate::ir::Symbol;
use crate::value::{Tag, Value};
use crate::world::{Answer, Request};

use super::load::{COERCE, EQUAL};
use super::{Fault, FaultKind, Frame, FrameKind, Next, Run, START, Vm};

/// Why the machine stopped.
#[derive(Debug)]
pub enum Stop {
    /// The outermost frame ended with this value.
    Done(Value),
    /// The program failed; its frames are gone and its thunks are as they were.
    Fault(Fault),
    /// The fuel is used up.
    Fuel,
    /// The outside is asked; go on with [`Vm::answer`].
    Ask(Request),
    /// The next instruction is one to stop at, or the native on top is; see [`crate::vm::Hooks`].
    Break,
    /// The next instruction is a step point that was waited for.
    Point,
    /// The program is about to fail: no frame is unwound yet. Go on with [`Vm::fail`].
    Failing(Fault),
}

/// What to do after an instruction that did not just go on to the next.
enum Flow {
    /// The outermost frame ended.
    Done(Value),
    /// The outside is asked.
    Ask,
    /// There is something to stop at.
    Break,
    /// A step point is reached.
    Point,
}

/// How often the loop looks at limits: it runs in slices of this many instructions.
const SLICE: u64 = 1 << 14;

impl Vm {
    /// Runs one instruction.
    pub fn step(&mut self) -> Stop {
        self.run(1)
    }

    /// Runs until the outermost frame ends, the program fails, the outside is asked, or `fuel` instructions are done.
    pub fn run(&mut self, mut fuel: u64) -> Stop {
        loop {
            if self.heap.is_full() || !self.heap.make_room() {
                let fault = Fault::new(FaultKind::OutOfMemory, "out of memory: the limit of the heap is reached")
                    .at(self.current_place());
                if let Some(fault) = self.unwind(fault) {
                    return Stop::Fault(fault);
                }
            }
            let slice = fuel.min(SLICE);
            let before = self.count;
            let result = self.slice(slice);
            let used = self.count - before;
            fuel -= used.min(fuel);
            match result {
                Ok(None) if fuel == 0 => return Stop::Fuel,
                Ok(None) => {}
                Ok(Some(Flow::Done(v))) => return Stop::Done(v),
                Ok(Some(Flow::Ask)) => {
                    if let Some(request) = self.request.take() {
                        return Stop::Ask(request);
                    }
                }
                Ok(Some(Flow::Break)) => return Stop::Break,
                Ok(Some(Flow::Point)) => return Stop::Point,
                Err(fault) if self.hooks.holds_faults => return Stop::Failing(fault),
                Err(fault) => {
                    if let Some(fault) = self.unwind(fault) {
                        return Stop::Fault(fault);
                    }
                }
            }
        }
    }

    /// Lets the program fail, after [`Stop::Failing`]. `None` if something in it catches the fault: run on then.
    pub fn fail(&mut self, fault: Fault) -> Option<Fault> {
        self.unwind(fault)
    }

    /// Gives the machine the answer to the request it stopped for.
    pub fn answer(&mut self, answer: Answer) {
        self.answer = Some(answer);
    }

    /// Runs at most `fuel` instructions; `None` if that many were run.
    fn slice(&mut self, fuel: u64) -> Result<Option<Flow>, Fault> {
        let end = self.count + fuel;
        while self.count < end {
            let Some(frame) = self.frames.last() else { return Ok(Some(Flow::Done(Value::NULL))) };
            let flow = match frame.is_code() {
                true if self.hooks.watch.is_some() => self.run_code::<true>(end)?,
                true => self.run_code::<false>(end)?,
                false => self.step_native()?,
            };
            match flow {
                None => {}
                other => return Ok(other),
            }
        }
        Ok(None)
    }

    /// Ends the top frame with a settled value. The frame below is the top one afterwards.
    #[inline(always)]
    fn return_value(&mut self, v: Value) -> Option<Value> {
        let frame = self.frames.pop()?;
        if frame.thunk != 0 {
            self.heap.finish(frame.thunk, v);
        }
        self.stack.truncate(frame.base as usize - 1);
        if self.frames.is_empty() {
            return Some(v);
        }
        self.stack.push(v);
        None
    }

    /// One step of the native on top.
    fn step_native(&mut self) -> Result<Option<Flow>, Fault> {
        self.count += 1;
        let index = self.frames.len() - 1;
        let mut frame = self.frames[index];
        let next = if frame.pc < START { self.ready_args(&mut frame) } else { self.run_native(&mut frame) };
        self.frames[index] = frame;
        self.follow(next?)
    }

    pub(super) fn run_native(&mut self, frame: &mut Frame) -> Result<Next, Fault> {
        if frame.pc == super::native::FINISHING {
            return Ok(Next::Return(self.top()));
        }
        let run = match self.natives[frame.code as usize].run {
            Run::Stop if self.hooks.passes != Some(self.frames.len()) && frame.pc == START => return Ok(Next::Stop),
            Run::Stop => self.passed(frame.code),
            run => run,
        };
        match run {
            Run::Stop => Err(Fault::new(FaultKind::Eval, "nothing is known of this builtin")),
            Run::Steps(step) => step(self, frame),
            Run::Pure(run) => {
                if frame.pc > START {
                    return Ok(Next::Return(self.top()));
                }
                frame.pc = START + 1;
                let mut args = [Value::NULL; 3];
                let n = self.natives[frame.code as usize].args.len();
                args[..n].copy_from_slice(&self.stack[frame.base as usize..frame.base as usize + n]);
                let v = run(self, &args)?;
                if v.is_thunk() {
                    self.push(v);
                    return Ok(Next::Force);
                }
                Ok(Next::Return(v))
            }
        }
    }

    /// Does what a native wants.
    fn follow(&mut self, next: Next) -> Result<Option<Flow>, Fault> {
        match next {
            Next::Return(v) => match self.settled(v) {
                Some(v) => Ok(self.return_value(v).map(Flow::Done)),
                None => {
                    // The native's last wish: it waits for a value that is its own.
                    let top = self.frames.len() - 1;
                    let frame = self.frames[top];
                    self.stack.truncate(frame.base as usize);
                    self.push(v);
                    self.frames[top].pc = super::native::FINISHING;
                    self.force_top()?;
                    Ok(None)
                }
            },
            Next::Force => {
                self.force_top()?;
                Ok(None)
            }
            Next::Call(n) => {
                let pos = self.frames[self.frames.len() - 1].asking_pos();
                self.call(n, pos)?;
                Ok(None)
            }
            Next::Native(native, n_args) => {
                let frame = self.frames[self.frames.len() - 1];
                // What helps a helper works for the same instruction.
                let pos = if frame.kind == FrameKind::Helper { frame.call_pos() } else { crate::source::Pos::NONE };
                self.push_native(native, n_args, FrameKind::Helper, pos);
                self.check_depth().map(|()| None)
            }
            Next::NativeAt(native, n_args, pos) => {
                self.push_native(native, n_args, FrameKind::Helper, pos);
                self.check_depth().map(|()| None)
            }
            Next::Again => Ok(None),
            Next::Ask => Ok(Some(Flow::Ask)),
            Next::Stop => {
                self.count -= 1;
                Ok(Some(Flow::Break))
            }
        }
    }

    /// Puts a native to work on the `n_args` values on top of the stack, for the instruction at `pc`.
    pub(super) fn push_helper(&mut self, native: u32, n_args: u32, pc: u32) {
        let pos = self.place(pc);
        self.push_native(native, n_args, FrameKind::Helper, pos);
    }

    pub(super) fn push_native(&mut self, native: u32, n_args: u32, kind: FrameKind, pos: crate::source::Pos) {
        let at = self.stack.len() - n_args as usize;
        self.stack.insert(at, Value::UNSET);
        let base = at as u32 + 1;
        self.frames.push(Frame { kind, why: 0, code: native, pc: 0, env: pos.0, base, thunk: 0 });
    }

    /// Runs the body on top until the clock shows `end` or the top frame changes to a native.
    #[expect(clippy::too_many_lines, reason = "one arm for each instruction")]
    #[expect(clippy::cognitive_complexity, reason = "one arm for each instruction")]
    ///
    /// With `WATCHED`, it stops at the step points that [`crate::vm::Watch`] tells of. That is compiled separately: the
    /// loop that runs free does not look.
    fn run_code<const WATCHED: bool>(&mut self, end: u64) -> Result<Option<Flow>, Fault> {
        let frame = self.frames[self.frames.len() - 1];
        let mut pc = frame.pc;
        let mut env = frame.env;
        let mut base = frame.base as usize;
        let mut count = self.count;

        // The registers above are written back to the frame and the clock before anything else may look at them: before
        // another frame can come to lie on this one, since then this one can no longer be told from it.
        macro_rules! save {
            () => {{
                self.count = count;
                let top = self.frames.len() - 1;
                self.frames[top].pc = pc;
            }};
        }
        macro_rules! attempt {
            ($result:expr) => {
                match $result {
                    Ok(v) => v,
                    Err(fault) => {
                        save!();
                        return Err(fault);
                    }
                }
            };
        }
        // After a frame was pushed or popped: go on with the top frame that runs instructions, once natives above it
        // are done.
        macro_rules! switch {
            () => {{
                self.count = count;
                let mut frame = self.frames[self.frames.len() - 1];
                while !frame.is_code() {
                    if self.count >= end {
                        return Ok(None);
                    }
                    match self.step_native()? {
                        None => {}
                        other => return Ok(other),
                    }
                    frame = self.frames[self.frames.len() - 1];
                }
                count = self.count;
                pc = frame.pc;
                env = frame.env;
                base = frame.base as usize;
            }};
        }
        macro_rules! force_top {
            () => {{
                let v = self.top();
                if v.is_thunk() {
                    match self.heap.settled(v) {
                        Some(v) => self.set_top(v),
                        None => {
                            save!();
                            self.enter_thunk(v, pc - 1)?;
                            switch!();
                        }
                    }
                }
            }};
        }
        // For instructions whose rare cases are natives: the call is made and its result will be on the stack.
        macro_rules! slow {
            ($call:expr) => {{
                save!();
                $call;
                switch!();
            }};
        }

        while count < end {
            if WATCHED
                && self.program.is_point(pc)
                && let Some(watch) = self.hooks.watch
                && self.frames.len() <= watch.depth
                && count > watch.since
            {
                save!();
                return Ok(Some(Flow::Point));
            }
            let op = self.program.ops[pc as usize];
            pc += 1;
            count += 1;
            match op {
                Op::Break => {
                    pc -= 1;
                    count -= 1;
                    save!();
                    return Ok(Some(Flow::Break));
                }
                Op::LocalForced(slot) => {
                    let v = self.stack[base + slot as usize];
                    self.stack.push(v);
                    force_top!();
                }
                Op::EnvForced { depth, slot } => {
                    let at = self.heap.env_up(env, u32::from(depth));
                    let v = self.heap.env_get(at, slot);
                    self.stack.push(v);
                    force_top!();
                }
                Op::Local(slot) => {
                    let v = self.stack[base + slot as usize];
                    self.stack.push(v);
                }
                Op::Env { depth, slot } => {
                    let at = self.heap.env_up(env, u32::from(depth));
                    let v = self.heap.env_get(at, slot);
                    self.stack.push(v);
                }
                Op::Const(index) => {
                    let v = self.consts[index as usize];
                    self.stack.push(v);
                }
                Op::ConstCopy(index) => {
                    let v = self.heap.copy_constant(self.consts[index as usize]);
                    self.stack.push(v);
                }
                Op::MarkLiteral => {
                    let v = self.top();
                    self.set_top(v.as_literal());
                }
                Op::Int(i) => self.stack.push(Value((i64::from(i) << 8) as u64)),
                Op::SetLocal(slot) => {
                    let v = self.pop();
                    self.stack[base + slot as usize] = v;
                }
                Op::SetEnv(slot) => {
                    let v = self.pop();
                    self.heap.env_set(env, slot, v);
                }
                Op::Pop => {
                    self.pop();
                }
                Op::Swap => {
                    let top = self.stack.len() - 1;
                    self.stack.swap(top, top - 1);
                }
                Op::Nip(n) => {
                    let v = self.pop();
                    let len = self.stack.len() - n as usize;
                    self.stack.truncate(len);
                    self.stack.push(v);
                }
                Op::Force => force_top!(),
                Op::Thunk(body) => {
                    let thunk = self.heap.thunk(crate::heap::BodyId(body), env);
                    self.stack.push(thunk);
                }
                Op::Lambda(body) => {
                    self.stack.push(crate::heap::Heap::lambda(crate::heap::BodyId(body), env));
                }
                Op::Eager { arith, body } => {
                    let b = self.pop();
                    let a = self.top();
                    let v = match self.eager(arith, a, b) {
                        Some(v) => v,
                        None => self.heap.thunk(crate::heap::BodyId(body), env),
                    };
                    self.set_top(v);
                }
                Op::List(n) => {
                    let at = self.stack.len() - n as usize;
                    let list = self.heap.list(&self.stack[at..]);
                    self.stack.truncate(at);
                    self.stack.push(list);
                }
                Op::Attrs(literal) => {
                    let keys = self.keys[literal as usize];
                    let at = self.stack.len() - self.heap.keys_len(keys) as usize;
                    let set = self.heap.attrs(keys, &self.stack[at..]);
                    self.stack.truncate(at);
                    self.stack.push(set);
                }
                Op::Insert => attempt!(self.insert_dynamic(pc - 1)),
                Op::Overrides(table) => self.overrides(table, base, env),
                Op::Jump(target) => pc = target,
                Op::JumpFalse(target) => {
                    let v = self.pop();
                    if v == Value::FALSE {
                        pc = target;
                    } else if v != Value::TRUE {
                        attempt!(Err(self.not_a_bool(v, pc - 1)));
                    }
                }
                Op::JumpTrue(target) => {
                    let v = self.pop();
                    if v == Value::TRUE {
                        pc = target;
                    } else if v != Value::FALSE {
                        attempt!(Err(self.not_a_bool(v, pc - 1)));
                    }
                }
                Op::CheckBool => {
                    let v = self.top();
                    if v.tag() != Tag::Bool {
                        attempt!(Err(self.not_a_bool(v, pc - 1)));
                    }
                }
                Op::CheckAttrs => {
                    let v = self.top();
                    if !v.is_attrs() {
                        attempt!(Err(self.type_fault("a set", v)));
                    }
                }
                Op::Not => {
                    let v = self.top();
                    if v.tag() != Tag::Bool {
                        attempt!(Err(self.not_a_bool(v, pc - 1)));
                    }
                    self.set_top(Value::bool(v == Value::FALSE));
                }
                Op::Equal | Op::NotEqual => {
                    let negate = op == Op::NotEqual;
                    let b = self.pop();
                    let a = self.pop();
                    match self.equal_now(a, b) {
                        Some(equal) => self.stack.push(Value::bool(equal != negate)),
                        None => {
                            self.stack.push(a);
                            self.stack.push(b);
                            self.stack.push(Value::raw(u32::from(negate)));
                            slow!(self.push_helper(EQUAL, 3, pc - 1));
                        }
                    }
                }
                Op::Select { hint, name } => {
                    let set = self.top();
                    if !set.is_attrs() {
                        attempt!(Err(self.cannot_select(set, pc - 1)));
                    }
                    let Some((v, index)) = self.heap.attr_hinted(set, Symbol(name), hint) else {
                        attempt!(Err(self.missing_attribute(set, Symbol(name), pc - 1)));
                        continue;
                    };
                    if index != hint {
                        self.program.ops[pc as usize - 1] = Op::Select { hint: index, name };
                    }
                    match self.heap.settled(v) {
                        Some(v) => {
                            self.set_top(v);
                            pc += 1;
                        }
                        None => {
                            self.stack.push(v);
                            save!();
                            self.enter_thunk(v, pc - 1)?;
                            switch!();
                        }
                    }
                }
                Op::SelectKeep { hint, name } => {
                    let set = self.top();
                    if !set.is_attrs() {
                        attempt!(Err(self.cannot_select(set, pc - 1)));
                    }
                    let Some((v, index)) = self.heap.attr_hinted(set, Symbol(name), hint) else {
                        attempt!(Err(self.missing_attribute(set, Symbol(name), pc - 1)));
                        continue;
                    };
                    if index != hint {
                        self.program.ops[pc as usize - 1] = Op::SelectKeep { hint: index, name };
                    }
                    self.stack.push(v);
                    force_top!();
                }
                Op::CheckName => attempt!(self.check_attr_name(pc - 1)),
                Op::TrySelect { hint, name } => {
                    let set = self.pop();
                    if set.is_attrs()
                        && let Some((v, index)) = self.heap.attr_hinted(set, Symbol(name), hint)
                    {
                        if index != hint {
                            self.program.ops[pc as usize - 1] = Op::TrySelect { hint: index, name };
                        }
                        self.stack.push(v);
                        pc += 1;
                    }
                }
                Op::TryWith { hint, name } => {
                    let set = self.pop();
                    if let Some((v, index)) = self.heap.attr_hinted(set, Symbol(name), hint) {
                        if index != hint {
                            self.program.ops[pc as usize - 1] = Op::TryWith { hint: index, name };
                        }
                        self.stack.push(v);
                        pc += 1;
                    }
                }
                Op::HasAttr { hint, name } => {
                    let set = self.top();
                    let found = if set.is_attrs() { self.heap.attr_hinted(set, Symbol(name), hint) } else { None };
                    if let Some((_, index)) = found
                        && index != hint
                    {
                        self.program.ops[pc as usize - 1] = Op::HasAttr { hint: index, name };
                    }
                    self.set_top(Value::bool(found.is_some()));
                }
                Op::SelectDynamic => {
                    let v = attempt!(self.select_dynamic(pc - 1));
                    self.stack.push(v);
                    force_top!();
                }
                Op::TrySelectDynamic => {
                    if self.try_select_dynamic() {
                        pc += 1;
                    }
                }
                Op::HasAttrDynamic => {
                    if self.try_select_dynamic() {
                        self.set_top(Value::TRUE);
                    } else {
                        self.stack.push(Value::FALSE);
                    }
                }
                Op::Undefined(name) => attempt!(Err(self.undefined_variable(Symbol(name), pc - 1))),
                Op::Call(n) => {
                    save!();
                    let at = self.stack.len() - n as usize - 1;
                    let function = self.stack[at];
                    if function.tag() == Tag::Lambda {
                        let body = function.aux();
                        if self.program.bodies[body as usize].arity == n {
                            self.enter_lambda(function, at as u32 + 1)?;
                            switch!();
                            continue;
                        }
                    }
                    let place = self.call_place(pc - 1);
                    self.call(n, place)?;
                    count = self.count;
                    switch!();
                }
                Op::CallBuiltin { n_args, builtin } => {
                    save!();
                    let is_more = self.call_ready(builtin, u32::from(n_args), self.program.places[pc as usize - 1])?;
                    count = self.count;
                    if is_more {
                        switch!();
                    }
                }
                Op::CheckArg { arg, builtin } => {
                    let v = self.top();
                    let need = self.natives[builtin as usize].args[arg as usize].need;
                    let below = self.stack[self.stack.len() - 2];
                    match attempt!(self.check_need(need, v, below)) {
                        Some(v) => self.set_top(v),
                        None => slow!(self.ready_top(need)?),
                    }
                }
                Op::Return => {
                    let v = self.pop();
                    self.count = count;
                    if let Some(v) = self.return_value(v) {
                        return Ok(Some(Flow::Done(v)));
                    }
                    switch!();
                }
                Op::AddFirst => {
                    let v = self.top();
                    match v.tag() {
                        Tag::Int | Tag::BigInt | Tag::Float | Tag::Str | Tag::Sym | Tag::Path => {}
                        _ => slow!({
                            self.stack.push(Value::raw(0));
                            self.push_native(COERCE, 2, FrameKind::Helper, self.program.places[pc as usize - 1]);
                        }),
                    }
                }
                Op::Add => {
                    let b = self.top();
                    let a = self.stack[self.stack.len() - 2];
                    if a.is_small_int() && b.is_small_int() {
                        let sum = a.as_small_int() + b.as_small_int();
                        let v = self.heap.int(sum);
                        self.pop();
                        self.set_top(v);
                    } else {
                        slow!(self.add(pc - 1)?);
                    }
                }
                Op::Sub | Op::Mul | Op::Div => {
                    let b = self.pop();
                    let a = self.top();
                    let v = attempt!(self.arithmetic(op, a, b));
                    self.set_top(v);
                }
                Op::Less => {
                    let b = self.pop();
                    let a = self.pop();
                    if a.is_small_int() && b.is_small_int() {
                        self.stack.push(Value::bool(a.as_small_int() < b.as_small_int()));
                    } else {
                        match attempt!(self.compare_now(a, b)) {
                            Some(ordering) => self.stack.push(Value::bool(ordering.is_lt())),
                            None => slow!({
                                self.stack.push(a);
                                self.stack.push(b);
                                self.push_helper(super::load::LESS, 2, pc - 1);
                            }),
                        }
                    }
                }
                Op::CoerceToString => {
                    let v = self.top();
                    if !v.is_string() {
                        slow!({
                            self.stack.push(Value::raw(super::CoerceFlags::COPY));
                            self.push_native(COERCE, 2, FrameKind::Helper, self.program.places[pc as usize - 1]);
                        });
                    }
                }
                Op::CoerceToPathPart => {
                    let v = self.top();
                    if !v.is_string() {
                        slow!({
                            self.stack.push(Value::raw(0));
                            self.push_native(COERCE, 2, FrameKind::Helper, self.program.places[pc as usize - 1]);
                        });
                    }
                }
                Op::ConcatStrings(n) => attempt!(self.concat_strings(n as usize)),
                Op::ConcatPath(n) => attempt!(self.concat_path(n as usize, pc - 1)),
                Op::Concat => attempt!(self.concat_lists(pc - 1)),
                Op::Update(n) => {
                    let mut result = self.pop();
                    for _ in 1..n {
                        let over = self.pop();
                        result = self.heap.update(result, over);
                    }
                    self.stack.push(result);
                }
                Op::AssertFailed => attempt!(Err(self.assertion_failed(pc - 1))),
                Op::AssertEqual => {
                    let place = self.place(pc - 1);
                    slow!(self.push_native(super::load::ASSERT_EQUAL, 2, FrameKind::Helper, place));
                }
                Op::NewEnv(n) => {
                    env = self.heap.env(env, n);
                    let top = self.frames.len() - 1;
                    self.frames[top].env = env;
                }
                Op::CaptureArg { arg, slot } => {
                    let v = self.stack[base + arg as usize];
                    self.heap.env_set(env, slot, v);
                }
                Op::Reserve(n) => {
                    let len = self.stack.len() + n as usize;
                    self.stack.resize(len, Value::UNSET);
                }
                Op::BindFormals(table) => {
                    let arg = self.program.formals[table as usize].arg as usize;
                    let v = self.stack[base + arg];
                    attempt!(self.bind_formals(table, v, base, env));
                }
                Op::IfUnsetLocal(slot) => {
                    if self.stack[base + slot as usize] == Value::UNSET {
                        pc += 1;
                    }
                }
                Op::IfUnsetEnv(slot) => {
                    if self.heap.env_get(env, slot) == Value::UNSET {
                        pc += 1;
                    }
                }
                Op::NameAndValue => {
                    let set = self.pop();
                    let index = self.top().as_small_int() as u32;
                    let (keys, values) = self.heap.attrs_parts(set);
                    let v = values[index as usize];
                    let name = self.heap.key(keys, index).0;
                    self.set_top(Value::sym(name));
                    self.stack.push(v);
                }
                Op::AddInt(i) => {
                    let v = self.top();
                    if v.is_small_int()
                        && let Some(sum) = Value::small_int(v.as_small_int() + i64::from(i))
                    {
                        self.set_top(sum);
                        pc += 3;
                    }
                }
                Op::SubInt(i) => {
                    let v = self.top();
                    if v.is_small_int()
                        && let Some(difference) = Value::small_int(v.as_small_int() - i64::from(i))
                    {
                        self.set_top(difference);
                        pc += 2;
                    }
                }
                Op::LessIntJumpFalse { int, target } => {
                    let v = self.top();
                    if v.is_small_int() {
                        self.pop();
                        pc = if v.as_small_int() < i64::from(int) { pc + 3 } else { target };
                    }
                }
                Op::LessJumpFalse(target) => {
                    let b = self.top();
                    let a = self.stack[self.stack.len() - 2];
                    if a.is_small_int() && b.is_small_int() {
                        self.pop();
                        self.pop();
                        pc = if a.as_small_int() < b.as_small_int() { pc + 2 } else { target };
                    }
                }
                Op::EqualJumpFalse(target) => {
                    let b = self.top();
                    let a = self.stack[self.stack.len() - 2];
                    if let Some(equal) = self.equal_now(a, b) {
                        self.pop();
                        self.pop();
                        pc = if equal { pc + 2 } else { target };
                    }
                }
                Op::EagerInt { arith, int, body } => {
                    let a = self.top();
                    let v = match self.eager(arith, a, Value(((i64::from(int)) << 8) as u64)) {
                        Some(v) => v,
                        None => self.heap.thunk(crate::heap::BodyId(body), env),
                    };
                    self.set_top(v);
                }
                Op::ThunkToEnv { slot, body } => {
                    let thunk = self.heap.thunk(crate::heap::BodyId(body), env);
                    self.heap.env_set(env, u32::from(slot), thunk);
                }
                Op::ThunkToLocal { slot, body } => {
                    let thunk = self.heap.thunk(crate::heap::BodyId(body), env);
                    self.stack[base + slot as usize] = thunk;
                }
                Op::CurPos => {
                    let v = self.position_value(self.program.places[pc as usize - 1]);
                    self.stack.push(v);
                }
            }
        }
        save!();
        Ok(None)
    }

    #[inline(always)]
    fn eager(&mut self, arith: Arith, a: Value, b: Value) -> Option<Value> {
        let a = self.heap.settled(a)?;
        let b = self.heap.settled(b)?;
        if !a.is_small_int() || !b.is_small_int() {
            return None;
        }
        let (a, b) = (a.as_small_int(), b.as_small_int());
        let v = match arith {
            Arith::Add => a + b,
            Arith::Sub => a - b,
            Arith::Mul => a.checked_mul(b)?,
        };
        Value::small_int(v)
    }
}
