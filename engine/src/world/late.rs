//! A list that grows, and whose beginning is unpacked from a file when somebody first looks at it.

use std::ops::{Index, Range};
use std::sync::OnceLock;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::world::{RecordingError, SectionReader, SectionWriter, Source};

/// A list that may not be unpacked yet.
#[derive(Debug)]
pub struct Late<T> {
    /// How many of the items are packed, and they. Their sum was right.
    packed: (usize, Bytes),
    unpack: fn(&[u8]) -> Vec<T>,
    first: OnceLock<Vec<T>>,
    /// The items after those.
    rest: Vec<T>,
}

impl<T> Default for Late<T> {
    fn default() -> Self {
        Self { packed: (0, Bytes::new()), unpack: |_| Vec::new(), first: OnceLock::new(), rest: Vec::new() }
    }
}

impl<T> Late<T> {
    /// A list of so many items, which are packed. The sum over them was right, and unpacking gives all of them.
    #[must_use]
    pub fn new(n: usize, packed: Bytes, unpack: fn(&[u8]) -> Vec<T>) -> Self {
        Self { packed: (n, packed), unpack, ..Self::default() }
    }

    fn first(&self) -> &[T] {
        if self.packed.0 == 0 {
            return &[];
        }
        self.first.get_or_init(|| (self.unpack)(&self.packed.1))
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.0 + self.rest.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an item.
    pub fn push(&mut self, item: T) {
        self.rest.push(item);
    }

    /// An item, if there is one.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        match index.checked_sub(self.packed.0) {
            None => self.first().get(index),
            Some(index) => self.rest.get(index),
        }
    }

    /// Items that were added one after the other, all of them before something was packed or all after it.
    ///
    /// # Panics
    /// If they are not there.
    #[must_use]
    pub fn run(&self, range: Range<usize>) -> &[T] {
        match range.start.checked_sub(self.packed.0) {
            _ if range.is_empty() => &[],
            None => &self.first()[range],
            Some(start) => &self.rest[start..range.end - self.packed.0],
        }
    }

    /// All items.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.first().iter().chain(&self.rest)
    }
}

impl<T> Index<usize> for Late<T> {
    type Output = T;

    #[inline]
    fn index(&self, index: usize) -> &T {
        match index.checked_sub(self.packed.0) {
            None => &self.first()[index],
            Some(index) => &self.rest[index],
        }
    }
}

impl<T> Extend<T> for Late<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        self.rest.extend(items);
    }
}

impl<T: Serialize + DeserializeOwned> Late<T> {
    /// Writes all items.
    pub fn pack(&self, out: &mut SectionWriter) {
        out.numbers(&[self.len() as u64]);
        // As a list without its length.
        let items = self.iter().map(|it| postcard::to_allocvec(it).unwrap_or_default());
        out.numbers(&items.collect::<Vec<_>>().concat());
    }

    /// Reads what [`Late::pack`] wrote.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn unpack<R: Source>(from: &mut SectionReader<R>) -> Result<Self, RecordingError> {
        let n = from.number()?;
        let packed = from.shared()?;
        // Every item has a byte at least, but for some that nobody needs to write down.
        if n > packed.len() {
            return Err(RecordingError::Damaged("it says that it has more items than there are"));
        }
        Ok(Self::new(n, packed, unpacked::<T>))
    }
}

fn unpacked<T: DeserializeOwned>(mut bytes: &[u8]) -> Vec<T> {
    let mut items = Vec::new();
    while !bytes.is_empty() {
        // The sum was right: these are the items that were written.
        let Ok((item, rest)) = postcard::take_from_bytes(bytes) else { break };
        items.push(item);
        bytes = rest;
    }
    items
}
