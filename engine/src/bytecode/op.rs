//! Instructions. Each says what it does to the stack: `before → after`, top at the right.

/// A jump target: an index into the program's instructions.
pub type Target = u32;

/// Arithmetic that can be done at once instead of being suspended, see [`Op::Eager`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Arith {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
}

/// One instruction, in eight bytes.
///
/// *Settled* means evaluated to its outermost constructor; a *lazy* value may be a thunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Op {
    /// `→ constant`
    Const(u32),
    /// `→ constant`: a list or set, as an object of its own, and so are those in it.
    ConstCopy(u32),
    /// `x → x`: marks a list or set as built before it was needed.
    MarkLiteral,
    /// `→ integer`
    Int(i32),
    /// `→ lazy`: a slot of the frame.
    Local(u32),
    /// `→ settled`: a slot of the frame, forced.
    LocalForced(u32),
    /// `→ lazy`: a slot of the environment `depth` steps outside.
    Env {
        /// How many environments outside.
        depth: u16,
        /// Which slot.
        slot: u32,
    },
    /// `→ settled`: the same, forced.
    EnvForced {
        /// How many environments outside.
        depth: u16,
        /// Which slot.
        slot: u32,
    },
    /// `lazy →`: fills a slot of the frame.
    SetLocal(u32),
    /// `lazy →`: fills a slot of the body's own environment.
    SetEnv(u32),
    /// `x →`
    Pop,
    /// `x y → y x`
    Swap,
    /// `x… y → y`: drops what a selection kept for its trace.
    Nip(u32),
    /// `lazy → settled`
    Force,
    /// `→ thunk` of a body in this environment.
    Thunk(u32),
    /// `→ function` of a body in this environment.
    Lambda(u32),
    /// `lazy lazy → integer | thunk`: the arithmetic if both are small integers, else a thunk of the body.
    Eager {
        /// What to do.
        arith: Arith,
        /// The body that does it later.
        body: u32,
    },
    /// `lazy… → list`
    List(u32),
    /// `lazy… → set` with the keys of this literal.
    Attrs(u32),
    /// `set name lazy → set`: adds an attribute whose name was computed; a null name adds nothing.
    Insert,
    /// `set → set`: applies `__overrides` of a recursive set whose variables are described by the table.
    Overrides(u32),
    /// Goes on at the target.
    Jump(Target),
    /// `bool →`: goes on at the target if false.
    JumpFalse(Target),
    /// `bool →`: goes on at the target if true.
    JumpTrue(Target),
    /// `x → x`: faults unless it is a Boolean.
    CheckBool,
    /// `x → x`: faults unless it is a set.
    CheckAttrs,
    /// `bool → bool`
    Not,
    /// `settled settled → bool`
    Equal,
    /// `settled settled → bool`
    NotEqual,
    /// `set → set settled`, then [`Op::Nip`]; if the attribute was settled, `set → settled` and the [`Op::Nip`] is
    /// skipped.
    Select {
        /// Where the attribute was last time.
        hint: u16,
        /// Its name.
        name: u32,
    },
    /// `settled → lazy`, skipping the next instruction; or `settled →` if there is no such attribute.
    TrySelect {
        /// Where the attribute was last time.
        hint: u16,
        /// Its name.
        name: u32,
    },
    /// `set → set settled`: one of several selections in a row, which keep their sets until the [`Op::Nip`] after the
    /// last.
    SelectKeep {
        /// Where the attribute was last time.
        hint: u16,
        /// Its name.
        name: u32,
    },
    /// `settled → string`: faults unless it can be the name of an attribute.
    CheckName,
    /// `set string → set string settled`, then [`Op::Nip`]; like [`Op::Select`] with a computed name.
    SelectDynamic,
    /// `settled string → lazy`, skipping the next instruction; or `settled string →`.
    TrySelectDynamic,
    /// `settled → bool`
    HasAttr {
        /// Where the attribute was last time.
        hint: u16,
        /// Its name.
        name: u32,
    },
    /// `settled string → bool`
    HasAttrDynamic,
    /// `set → lazy`, skipping the next instruction; or `set →` if the set of a `with` has no such attribute.
    TryWith {
        /// Where the attribute was last time.
        hint: u16,
        /// Its name.
        name: u32,
    },
    /// Faults: no such variable.
    Undefined(u32),
    /// `function lazy… → settled`
    Call(u32),
    /// `settled… → settled`: a builtin whose arguments were all needed and are there.
    CallBuiltin {
        /// How many arguments.
        n_args: u16,
        /// Which builtin.
        builtin: u32,
    },
    /// `x → x`: faults unless it is what the builtin wants as this argument.
    CheckArg {
        /// Which argument.
        arg: u16,
        /// Which builtin.
        builtin: u32,
    },
    /// `settled →`: ends the body.
    Return,
    /// `settled → settled`: readies the first operand of `+`.
    AddFirst,
    /// `settled settled → settled`: `+`.
    Add,
    /// `settled settled → number`
    Sub,
    /// `settled settled → number`
    Mul,
    /// `settled settled → number`
    Div,
    /// `settled settled → bool`
    Less,
    /// `settled → string`: an operand of an interpolated string.
    CoerceToString,
    /// `settled → string`: a part of an interpolated path.
    CoerceToPathPart,
    /// `string… → string`
    ConcatStrings(u32),
    /// `path string… → path`
    ConcatPath(u32),
    /// `list list → list`
    Concat,
    /// `set… → set`: the operands of a chain of `//`, the last operand first.
    Update(u32),
    /// Faults: an assertion does not hold.
    AssertFailed,
    /// `settled settled → null`: faults, saying how the sides of a failed `assert a == b` differ; goes on if they do
    /// not.
    AssertEqual,
    /// Makes the body's own environment.
    NewEnv(u32),
    /// Copies an argument into the body's own environment.
    CaptureArg {
        /// Which argument.
        arg: u16,
        /// Which slot.
        slot: u32,
    },
    /// Makes room for the slots of the frame.
    Reserve(u32),
    /// Spreads the last argument, a set, over the slots of a pattern.
    BindFormals(u32),
    /// Skips the next instruction if the slot of the frame is not set.
    IfUnsetLocal(u32),
    /// Skips the next instruction if the slot of the body's own environment is not set.
    IfUnsetEnv(u32),
    /// `index set → name lazy`: one attribute of a set, for the thunks of `mapAttrs`.
    NameAndValue,
    /// Shortcut for [`Op::AddFirst`], [`Op::Int`], [`Op::Add`], which follow: `integer → integer`, skipping them, if the
    /// operand is a small integer.
    AddInt(i32),
    /// The same for [`Op::Int`], [`Op::Sub`].
    SubInt(i32),
    /// Shortcut for [`Op::Less`], [`Op::JumpFalse`], which follow: `integer integer →`, deciding at once, if both are
    /// small integers.
    LessJumpFalse(Target),
    /// The same for [`Op::Int`], [`Op::Less`], [`Op::JumpFalse`].
    LessIntJumpFalse {
        /// The right operand.
        int: i16,
        /// Where to go on if it is not less.
        target: Target,
    },
    /// Shortcut for [`Op::Equal`], [`Op::JumpFalse`], which follow, if the operands can be compared at once.
    EqualJumpFalse(Target),
    /// [`Op::Int`] and [`Op::Eager`] in one.
    EagerInt {
        /// What to do.
        arith: Arith,
        /// The right operand.
        int: i16,
        /// The body that does it later.
        body: u32,
    },
    /// [`Op::Thunk`] and [`Op::SetEnv`] in one.
    ThunkToEnv {
        /// Which slot.
        slot: u16,
        /// The body.
        body: u32,
    },
    /// [`Op::Thunk`] and [`Op::SetLocal`] in one.
    ThunkToLocal {
        /// Which slot.
        slot: u16,
        /// The body.
        body: u32,
    },
    /// `→ set`: `__curPos`.
    CurPos,
    /// Stops the machine. It stands where another instruction was, see [`super::Program::set_break`].
    Break,
}
