//! Places: one position, and a range of them.

/// A byte of some text known to a [`super::SourceMap`]. Zero is "no place".
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    bytemuck::Pod,
    bytemuck::Zeroable,
    serde::Serialize,
    serde::Deserialize,
)]
#[repr(transparent)]
pub struct Pos(pub u32);

impl Pos {
    /// The absence of a place.
    pub const NONE: Self = Self(0);

    /// Whether this is a place at all.
    #[must_use]
    pub fn is_some(self) -> bool {
        self.0 != 0
    }

    /// This place if it is one, else `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_some() { self } else { other }
    }
}

/// A range of bytes in one text: `start` belongs to it, `end` does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: Pos,
    /// One past the last byte.
    pub end: Pos,
}

impl Span {
    /// The absence of a place.
    pub const NONE: Self = Self { start: Pos::NONE, end: Pos::NONE };

    /// The range from `start` to `end`.
    #[must_use]
    pub fn new(start: Pos, end: Pos) -> Self {
        Self { start, end }
    }
}
