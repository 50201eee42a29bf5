//! What a program computes. A [`Value`] is one word of plain data; it never runs anything.
//!
//! ```text
//!  63            32 31            8 7      0
//! ┌────────────────┬───────────────┬────────┐
//! │ heap offset,   │ code id or    │  tag   │
//! │ symbol, index  │ flags         │        │
//! ├────────────────┴───────────────┼────────┤
//! │ a small integer, 56 bits       │  Int   │
//! └────────────────────────────────┴────────┘
//! ```

mod context;

pub use context::{ContextId, Contexts};

use crate::ir::Symbol;

/// What a [`Value`] is, before it is forced ([`Tag::Thunk`]) and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Tag {
    /// A small integer, in the word itself.
    Int = 0,
    /// An integer of more than 56 bits, on the heap.
    BigInt = 1,
    /// A floating-point number, on the heap.
    Float = 2,
    /// `true` or `false`.
    Bool = 3,
    /// `null`.
    Null = 4,
    /// A string on the heap, with a context.
    Str = 5,
    /// A string that is an interned symbol; it has no context.
    Sym = 6,
    /// A path; its text is an interned symbol.
    Path = 7,
    /// A list on the heap; offset 0 is the empty list.
    List = 8,
    /// An attribute set on the heap; offset 0 is the empty set.
    Attrs = 9,
    /// A function: its code and its environment, in the word itself.
    Lambda = 10,
    /// A builtin: its index in the table.
    Builtin = 11,
    /// A function applied to fewer arguments than it takes, on the heap.
    Partial = 12,
    /// A suspended, running or finished computation on the heap.
    Thunk = 13,
    /// A slot nothing was stored in yet. Programs never see it.
    Unset = 14,
    /// A count or index that a builtin keeps on the stack. Programs never see it.
    Raw = 15,
}

const TAGS: [Tag; 16] = [
    Tag::Int,
    Tag::BigInt,
    Tag::Float,
    Tag::Bool,
    Tag::Null,
    Tag::Str,
    Tag::Sym,
    Tag::Path,
    Tag::List,
    Tag::Attrs,
    Tag::Lambda,
    Tag::Builtin,
    Tag::Partial,
    Tag::Thunk,
    Tag::Unset,
    Tag::Raw,
];

/// One word: a small value itself, or a tag and where on the heap the rest is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[repr(transparent)]
pub struct Value(pub u64);

/// The largest integer kept in the word itself.
pub const MAX_SMALL: i64 = (1 << 55) - 1;
/// The smallest integer kept in the word itself.
pub const MIN_SMALL: i64 = -(1 << 55);

const NESTED_CONSTANT: u32 = 1 << 23;
const LITERAL: u32 = 1 << 22;

impl Value {
    /// `null`.
    pub const NULL: Self = Self(Tag::Null as u64);
    /// `true`.
    pub const TRUE: Self = Self((1 << 32) | Tag::Bool as u64);
    /// `false`.
    pub const FALSE: Self = Self(Tag::Bool as u64);
    /// A slot nothing was stored in yet.
    pub const UNSET: Self = Self(Tag::Unset as u64);
    /// `[ ]`.
    pub const EMPTY_LIST: Self = Self(Tag::List as u64);
    /// `{ }`.
    pub const EMPTY_ATTRS: Self = Self(Tag::Attrs as u64);

    /// A value of `tag` whose upper half is `payload`.
    #[inline(always)]
    #[must_use]
    pub const fn new(tag: Tag, payload: u32) -> Self {
        Self(((payload as u64) << 32) | tag as u64)
    }

    /// The same with 24 bits of flags or a code id.
    #[inline(always)]
    #[must_use]
    pub const fn with_aux(tag: Tag, aux: u32, payload: u32) -> Self {
        Self(((payload as u64) << 32) | ((aux as u64) << 8) | tag as u64)
    }

    /// What it is.
    #[inline(always)]
    #[must_use]
    pub fn tag(self) -> Tag {
        TAGS[(self.0 & 15) as usize]
    }

    /// The upper half: a heap offset, a symbol or an index.
    #[inline(always)]
    #[must_use]
    pub const fn payload(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The 24 bits between tag and payload.
    #[inline(always)]
    #[must_use]
    pub const fn aux(self) -> u32 {
        (self.0 as u32) >> 8
    }

    /// A small integer, if it fits in 56 bits.
    #[inline(always)]
    #[must_use]
    pub const fn small_int(i: i64) -> Option<Self> {
        if i >= MIN_SMALL && i <= MAX_SMALL { Some(Self((i as u64) << 8)) } else { None }
    }

    /// The integer of a [`Tag::Int`].
    #[inline(always)]
    #[must_use]
    pub const fn as_small_int(self) -> i64 {
        (self.0 as i64) >> 8
    }

    /// Whether it is a small integer.
    #[inline(always)]
    #[must_use]
    pub const fn is_small_int(self) -> bool {
        self.0 & 0xff == 0
    }

    /// A count or an index on the stack.
    #[inline(always)]
    #[must_use]
    pub const fn raw(n: u32) -> Self {
        Self::new(Tag::Raw, n)
    }

    /// `true` or `false`.
    #[inline(always)]
    #[must_use]
    pub const fn bool(b: bool) -> Self {
        if b { Self::TRUE } else { Self::FALSE }
    }

    /// A string that is an interned symbol.
    #[inline(always)]
    #[must_use]
    pub const fn sym(symbol: Symbol) -> Self {
        Self::new(Tag::Sym, symbol.0)
    }

    /// A path whose text is an interned symbol.
    #[inline(always)]
    #[must_use]
    pub const fn path(symbol: Symbol) -> Self {
        Self::new(Tag::Path, symbol.0)
    }

    /// The symbol of a [`Tag::Sym`] or [`Tag::Path`].
    #[inline(always)]
    #[must_use]
    pub const fn symbol(self) -> Symbol {
        Symbol(self.payload())
    }

    /// Whether it is a [`Tag::Thunk`], in whatever state.
    #[inline(always)]
    #[must_use]
    pub const fn is_thunk(self) -> bool {
        self.0 & 15 == Tag::Thunk as u64
    }

    /// Whether it is a string of either kind.
    #[inline(always)]
    #[must_use]
    pub fn is_string(self) -> bool {
        matches!(self.tag(), Tag::Str | Tag::Sym)
    }

    /// Whether it is an integer of either kind.
    #[inline(always)]
    #[must_use]
    pub fn is_int(self) -> bool {
        matches!(self.tag(), Tag::Int | Tag::BigInt)
    }

    /// Whether it can be called without being a set.
    #[inline(always)]
    #[must_use]
    pub fn is_function(self) -> bool {
        matches!(self.tag(), Tag::Lambda | Tag::Builtin | Tag::Partial)
    }

    /// Whether it is an attribute set.
    #[inline(always)]
    #[must_use]
    pub const fn is_attrs(self) -> bool {
        self.0 & 15 == Tag::Attrs as u64
    }

    /// Whether it is a list.
    #[inline(always)]
    #[must_use]
    pub const fn is_list(self) -> bool {
        self.0 & 15 == Tag::List as u64
    }

    /// Whether it is a constant list or set with others inside, which are copied when it is.
    #[inline(always)]
    #[must_use]
    pub const fn is_nested_constant(self) -> bool {
        self.aux() & NESTED_CONSTANT != 0
    }

    /// The same list or set, marked as a constant with others inside.
    #[must_use]
    pub const fn as_nested_constant(self) -> Self {
        Self(self.0 | ((NESTED_CONSTANT as u64) << 8))
    }

    /// The same list or set, marked as written in a text at a place where its value was not needed yet.
    #[inline]
    #[must_use]
    pub const fn as_literal(self) -> Self {
        if self.is_list() && self.payload() == 0 { self } else { Self(self.0 | ((LITERAL as u64) << 8)) }
    }

    /// Whether what lies in a slot was only written down: a function, or a list or set literal. Nix keeps these
    /// suspended until they are needed, and shows them so.
    #[must_use]
    pub fn is_unneeded(self) -> bool {
        match self.tag() {
            Tag::Lambda => true,
            Tag::List | Tag::Attrs => self.aux() & (LITERAL | NESTED_CONSTANT) != 0,
            _ => false,
        }
    }

    /// Whether the payload is the offset of something on the heap.
    #[inline(always)]
    #[must_use]
    pub fn is_on_heap(self) -> bool {
        use Tag::{Attrs, BigInt, Float, List, Partial, Str, Thunk};
        matches!(self.tag(), BigInt | Float | Str | List | Attrs | Partial | Thunk) && self.payload() != 0
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.tag() {
            Tag::Int => write!(f, "{}", self.as_small_int()),
            tag => write!(f, "{tag:?}:{}:{}", self.aux(), self.payload()),
        }
    }
}
