//! How the machine comes to be: natives, globals, constants, texts.

use rustc_hash::FxHashMap;

use crate::bytecode::{Body, BodyKind, Const, Op, Program};
use crate::emit::{BuiltinShape, Global, Globals, Scope, ScopeError, Unit};
use crate::heap::Heap;
use crate::ir::{Module, Symbol, Symbols};
use crate::source::{Pos, SourceMap};
use crate::value::Value;

use super::native::{Arg, Native, Need, Next, Run, Visible};
use super::{Counters, Fault, Frame, FrameKind, Limits, START, Vm};

/// The unit of bodies that belong to no text: what [`Vm::lazy_apply`] suspends is body 0 of it, what
/// [`Vm::lazy_apply_2_in`] does body 1, what [`Vm::lazy_map_attrs`] does body 2.
pub const NO_UNIT: u32 = u32::MAX;

macro_rules! symbols {
    ($($(#[$doc:meta])* $field:ident = $text:literal,)*) => {
        /// Symbols the machine and the builtins use.
        #[derive(Clone, Copy, Debug)]
        pub struct Names {
            $($(#[$doc])* #[doc = concat!("`", $text, "`")] pub $field: Symbol,)*
        }

        impl Names {
            pub(super) fn new(symbols: &mut Symbols) -> Self {
                Self { $($field: symbols.intern($text.as_bytes()),)* }
            }
        }
    };
}

symbols! {
    functor = "__functor",
    to_string = "__toString",
    overrides = "__overrides",
    out_path = "outPath",
    drv_path = "drvPath",
    type_ = "type",
    file = "file",
    line = "line",
    column = "column",
    name = "name",
    value = "value",
    key = "key",
    start_set = "startSet",
    operator = "operator",
    right = "right",
    wrong = "wrong",
    success = "success",
    version = "version",
    path = "path",
    prefix = "prefix",
    builtins = "builtins",
    args = "args",
    builder = "builder",
    system = "system",
    outputs = "outputs",
    output_hash = "outputHash",
    output_hash_algo = "outputHashAlgo",
    output_hash_mode = "outputHashMode",
    json = "__json",
    structured_attrs = "__structuredAttrs",
    ignore_nulls = "__ignoreNulls",
    content_addressed = "__contentAddressed",
    impure = "__impure",
    empty = "",
}

/// What natives remember between calls; all of it can be computed again.
#[derive(Debug, Default)]
pub struct Caches {
    /// Room for building strings.
    pub buffer: Vec<u8>,
    /// The keys met by each `genericClosure` at work, innermost last.
    pub key_sets: Vec<super::KeySet>,
    /// Compiled regular expressions.
    pub regexes: Vec<crate::text::regex::Regex>,
    /// Where among them the one written so is.
    pub regex_index: FxHashMap<Symbol, u32>,
    /// The keys of what `tryEval` gives; 0 if there are none yet.
    pub try_eval_keys: u32,
    /// What the outside said, by path.
    pub outside: super::outside::Seen,
    /// The derivations met so far.
    pub derivations: crate::store::HashModuloMemo,
}

macro_rules! internal {
    ($($id:ident = $index:literal: $name:literal, [$($arg:ident: $need:expr),*], $run:expr, [$($why:literal),*];)*) => {
        $(#[doc = concat!("The native `", $name, "`.")] pub const $id: u32 = $index;)*
        /// Natives that work for instructions. Builtins follow them.
        pub const NATIVES: &[Native] = &[$(Native {
            name: $name,
            args: &[$(Arg { name: stringify!($arg), need: $need, why: "" }),*],
            run: Run::Steps($run),
            whys: &[$($why),*],
            doc: "",
            visible: Visible::Internal,
            order: super::Order::Forward,
            explain: None,
        }),*];
    };
}

internal! {
    APPLY = 0: "apply", [], super::apply::apply, [];
    FUNCTOR = 1: "functor", [], super::apply::functor,
        ["while calling a functor (an attribute set with a '__functor' attribute)"];
    EQUAL = 2: "equal", [], super::equality::equal, [];
    LESS = 3: "less", [], super::compare::less, ["while comparing two list elements"];
    COERCE = 4: "coerceToString", [value: Need::Any, flags: Need::Lazy], super::coerce::coerce,
        ["while evaluating the result of the `__toString` attribute", "while evaluating one element of the list"];
    COERCE_PATH = 5: "coerceToPath", [value: Need::Lazy, context: Need::Lazy], super::outside::coerce_path,
        ["while realising the context of a path"];
    ADD = 6: "add", [], super::string::add, ["while evaluating a path segment"];
    ASSERT_EQUAL = 7: "assertEqual", [], super::assert::assert_equal, [];
    FORCE = 8: "force", [value: Need::Any], finish_arg, [];
    DEEP_FORCE = 9: "deepForce", [value: Need::Any], super::deep::deep_force, [];
    DEEP_PART = 10: "deepPart", [value: Need::Any], super::deep::deep_part, [];
    CHOOSE = 11: "choose", [], super::choose::choose, [];
}

fn finish_arg(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    Ok(Next::Return(vm.slot(frame, 0)))
}

impl Vm {
    /// A machine with these builtins. `strict` gives, for a builtin, the instruction that does the same.
    #[must_use]
    pub fn new(builtins: &[Native], op_of: &dyn Fn(&str) -> Option<Op>, limits: Limits) -> Self {
        let mut heap = Heap::default();
        heap.set_limit(limits.max_heap);
        let names = Names::new(&mut heap.symbols);
        let natives: Vec<Native> = NATIVES.iter().chain(builtins).copied().collect();
        let mut vm = Self {
            names,
            caches: Caches::default(),
            builtin_names: natives.iter().map(|it| it.name).collect(),
            globals: Globals {
                builtins_name: Some(names.builtins),
                overrides_name: Some(names.overrides),
                shapes: natives.iter().map(|it| shape(it, op_of)).collect(),
                ..Globals::default()
            },
            natives,
            heap,
            program: Program::default(),
            sources: SourceMap::default(),
            units: super::units::Units::default(),
            global_values: Vec::new(),
            consts: Vec::new(),
            keys: Vec::new(),
            stack: Vec::new(),
            frames: Vec::new(),
            count: 0,
            counters: Counters::default(),
            compact_at: limits.max_depth.min(10_000),
            limits,
            request: None,
            answer: None,
            apply_bodies: [0; 3],
            waiting_at: 0,
            reentered: 0,
            pending: Vec::new(),
            seen: super::deep::Seen::default(),
            clock: None,
            phases: super::Phases::default(),
            reading: super::Reading::default(),
            settings: super::Settings::default(),
            warnings: Vec::new(),
            spare: (Vec::new(), Vec::new()),
            files_read: rustc_hash::FxHashMap::default(),
            hooks: super::Hooks::default(),
        };
        vm.add_apply_bodies();
        vm
    }

    /// The code of thunks that natives make: a function applied to one more argument.
    fn add_apply_bodies(&mut self) {
        let function = Op::Env { depth: 0, slot: 0 };
        let second = Op::Env { depth: 0, slot: 1 };
        let codes: [&[Op]; 3] = [
            &[function, Op::Force, Op::Local(0), Op::Call(1), Op::Return],
            &[function, Op::Force, second, Op::Local(0), Op::Call(2), Op::Return],
            &[function, Op::Force, Op::Local(0), second, Op::NameAndValue, Op::Call(2), Op::Return],
        ];
        for (i, code) in codes.into_iter().enumerate() {
            let entry = self.program.ops.len() as u32;
            for &op in code {
                self.program.ops.push(op);
                self.program.places.push(Pos::NONE);
                self.program.exprs.push(0);
            }
            self.apply_bodies[i] = self.program.bodies.len() as u32;
            let mut body = Body::new(BodyKind::Thunk, NO_UNIT, i as u32);
            (body.entry, body.end) = (entry, self.program.ops.len() as u32);
            self.program.bodies.push(body);
        }
    }

    /// The index of a builtin.
    #[must_use]
    pub fn builtin(&self, name: &str) -> Option<u32> {
        let first = NATIVES.len();
        self.natives[first..].iter().position(|it| it.name == name).map(|i| (first + i) as u32)
    }

    /// Makes a name mean a value in every program.
    pub fn set_global(&mut self, name: &str, v: Value) {
        let symbol = self.heap.symbols.intern(name.as_bytes());
        let global = if v.tag() == crate::value::Tag::Builtin {
            Global::Builtin(v.payload())
        } else {
            self.global_values.push(v);
            Global::Value(self.global_values.len() as u32 - 1)
        };
        self.globals.names.insert(symbol, global);
    }

    /// Has every name in scope be there in every frame, in texts read from now on.
    pub fn keep_names(&mut self) {
        self.globals.keeps_names = true;
        self.heap.reserve_constants();
    }

    /// Makes `builtins.name` mean a builtin, for emission.
    pub fn set_builtin(&mut self, name: &str, native: u32) {
        let symbol = self.heap.symbols.intern(name.as_bytes());
        self.globals.builtins.insert(symbol, native);
    }

    /// What a global name means now.
    #[must_use]
    pub fn global(&self, name: &str) -> Option<Value> {
        let symbol = self.heap.symbols.lookup(name.as_bytes())?;
        self.globals.names.get(&symbol).map(|global| match *global {
            Global::Builtin(index) => Value::new(crate::value::Tag::Builtin, index),
            Global::Value(index) => self.global_values[index as usize],
        })
    }

    /// Loads a text's expressions. Gives the body to run.
    ///
    /// # Errors
    /// If a name in it means nothing, or it is too large.
    pub fn load(&mut self, module: Module, scope: &Scope<'_>) -> Result<u32, ScopeError> {
        let index = self.units.len();
        let unit = Unit::new(module, scope, &self.globals, index, &mut self.program)?;
        let root = unit.root();
        self.units.push(unit);
        Ok(root)
    }

    /// Makes values of the constants that were emitted since the last time.
    pub(super) fn load_constants(&mut self) {
        for index in self.keys.len()..self.program.keys.len() {
            let keys = self.heap.keys(self.program.keys[index].iter().copied());
            let keys = self.heap.to_constants(keys);
            self.keys.push(keys);
        }
        for index in self.consts.len()..self.program.consts.len() {
            let next = self.heap.next_offset();
            let v = match &self.program.consts[index] {
                Const::Null => Value::NULL,
                Const::Bool(b) => Value::bool(*b),
                Const::Int(i) => self.heap.int(*i),
                Const::Float(f) => self.heap.float(*f),
                Const::Str(s) => Value::sym(*s),
                Const::Path(p) => Value::path(*p),
                Const::Builtin(b) => Value::new(crate::value::Tag::Builtin, *b),
                Const::Global(g) => self.global_values[*g as usize],
                Const::List(items) => {
                    let items: Vec<Value> = items.iter().map(|&it| part(self.consts[it as usize])).collect();
                    let list = self.heap.list(&items);
                    marked(list, &items)
                }
                Const::Attrs(keys, items) => {
                    let items: Vec<Value> = items.iter().map(|&it| part(self.consts[it as usize])).collect();
                    let set = self.heap.attrs(self.keys[*keys as usize], &items);
                    marked(set, &items)
                }
            };
            // Each constant is one object, made of constants before it.
            let v = self.heap.constant(v, next);
            self.consts.push(v);
        }
    }

    /// Starts to run a body in an environment: its value ends the run.
    pub fn start(&mut self, body: u32, env: u32) {
        let pc = self.entry(body);
        self.stack.push(Value::UNSET);
        let base = self.stack.len() as u32;
        self.frames.push(Frame { kind: FrameKind::Code, why: 0, code: body, pc, env, base, thunk: 0 });
    }

    /// Starts a native on arguments: its value ends the run.
    pub fn start_native(&mut self, native: u32, args: &[Value]) {
        self.stack.extend_from_slice(args);
        self.push_native(native, args.len() as u32, FrameKind::Helper, Pos::NONE);
    }

    /// Starts to force a value: its value ends the run.
    pub fn start_force(&mut self, v: Value) {
        self.start_native(FORCE, &[v]);
    }

    /// Starts to call a function: its value ends the run.
    pub fn start_call(&mut self, function: Value, args: &[Value]) {
        self.stack.push(function);
        self.stack.extend_from_slice(args);
        self.push_native(APPLY, args.len() as u32 + 1, FrameKind::Helper, Pos::NONE);
        let top = self.frames.len() - 1;
        self.frames[top].why = args.len() as u16;
        self.frames[top].pc = START;
    }

    /// Drops all frames; thunks become what they were before.
    pub fn abandon(&mut self) {
        while let Some(frame) = self.frames.pop() {
            if frame.thunk != 0 {
                self.heap.abandon(frame.thunk);
            }
        }
        self.stack.clear();
        self.pending.clear();
        self.seen = super::deep::Seen::default();
        self.caches.key_sets.clear();
        self.request = None;
        self.answer = None;
    }

    /// The names in `builtins` and what they are, for tables that need all.
    #[must_use]
    pub fn builtin_table(&self) -> FxHashMap<&'static str, u32> {
        self.natives.iter().enumerate().map(|(i, it)| (it.name, i as u32)).collect()
    }
}

/// A constant inside another: an empty set is marked as what a text wrote down, as larger ones are when copied.
fn part(v: Value) -> Value {
    if v == Value::EMPTY_ATTRS { v.as_literal() } else { v }
}

/// A constant, marked if there are lists or sets in it that are more than empty.
fn marked(v: Value, items: &[Value]) -> Value {
    let is_nested = items.iter().any(|it| (it.is_list() || it.is_attrs()) && it.payload() != 0);
    if is_nested { v.as_nested_constant() } else { v }
}

fn shape(native: &Native, op_of: &dyn Fn(&str) -> Option<Op>) -> BuiltinShape {
    let is_strict = !native.args.is_empty() && native.args.iter().all(|arg| arg.need != Need::Lazy);
    let op = op_of(native.name);
    let is_checked = |arg: &Arg| !matches!(arg.need, Need::Any | Need::Lazy);
    let checks = native.args.iter().enumerate().fold(0, |bits, (i, arg)| bits | (u32::from(is_checked(arg)) << i));
    // What a native's own steps do, the debugger wants to see as a frame of the builtin.
    let is_strict = is_strict && native.visible != Visible::Internal && matches!(native.run, Run::Pure(_));
    BuiltinShape {
        arity: native.args.len() as u32,
        is_strict: is_strict || op.is_some(),
        op,
        checks,
        is_backward: native.order == super::Order::Backward,
        is_first_lazy: native.args.first().is_some_and(|arg| arg.need == Need::FunctionOver),
    }
}
