//! Interned names.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// An interned byte string: the name of an attribute or variable, or a short string constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

/// All interned names. Symbols are numbered in the order in which they were first seen, and are never forgotten.
#[derive(Debug, Default)]
pub struct Symbols {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    table: HashTable<u32>,
}

impl Symbols {
    /// The symbol for these bytes.
    ///
    /// # Panics
    /// If all names together exceed 4 GiB.
    pub fn intern(&mut self, name: &[u8]) -> Symbol {
        let hash = FxBuildHasher.hash_one(name);
        if let Some(&id) = self.table.find(hash, |&id| slice(&self.bytes, &self.ends, id) == name) {
            return Symbol(id);
        }
        let id = self.ends.len() as u32;
        self.bytes.extend_from_slice(name);
        assert!(u32::try_from(self.bytes.len()).is_ok(), "interned names exceed 4 GiB");
        self.ends.push(self.bytes.len() as u32);
        let (bytes, ends) = (&self.bytes, &self.ends);
        self.table.insert_unique(hash, id, |&id| FxBuildHasher.hash_one(slice(bytes, ends, id)));
        Symbol(id)
    }

    /// The symbol for these bytes if they were interned before.
    #[must_use]
    pub fn lookup(&self, name: &[u8]) -> Option<Symbol> {
        let hash = FxBuildHasher.hash_one(name);
        self.table.find(hash, |&id| slice(&self.bytes, &self.ends, id) == name).map(|&id| Symbol(id))
    }

    /// The bytes of a symbol.
    #[must_use]
    pub fn bytes(&self, symbol: Symbol) -> &[u8] {
        slice(&self.bytes, &self.ends, symbol.0)
    }

    /// The bytes of a symbol as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(symbol))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn slice<'a>(bytes: &'a [u8], ends: &[u32], id: u32) -> &'a [u8] {
    let start = if id == 0 { 0 } else { ends[id as usize - 1] };
    &bytes[start as usize..ends[id as usize] as usize]
}
