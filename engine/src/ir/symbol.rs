//! Interned names.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::symbol_image::SymbolTable;
use crate::world::Array;

/// An interned byte string: the name of an attribute or variable, or a short string constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Symbol(pub u32);

/// All interned names. Symbols are numbered in the order in which they were first seen, and are never forgotten.
///
/// A program can notice that order: it is the one in which the attributes of a set are computed. So a name that was first
/// seen on the side, by an expression that is no part of the program, gets another number when the program sees it.
#[derive(Debug, Default)]
pub struct Symbols {
    pub(super) bytes: Array<u8>,
    pub(super) ends: Array<u32>,
    /// Those of an image, by their bytes.
    pub(super) packed: SymbolTable,
    /// All others.
    pub(super) table: HashTable<u32>,
    /// Whether what is seen now is seen on the side.
    pub(super) is_aside: bool,
    /// Numbers of what was only seen on the side.
    pub(super) asides: FxHashSet<u32>,
    pub(super) n_renamed: u32,
}

impl Symbols {
    /// The symbol for these bytes.
    ///
    /// # Panics
    /// If all names together exceed 4 GiB.
    pub fn intern(&mut self, name: &[u8]) -> Symbol {
        let hash = FxBuildHasher.hash_one(name);
        if let Some(id) = self.find(hash, name) {
            if !self.asides.is_empty() && !self.is_aside && self.asides.remove(&id) {
                return self.renamed(id, hash, name);
            }
            return Symbol(id);
        }
        let id = self.add(name);
        if self.is_aside {
            self.asides.insert(id);
        }
        let (bytes, ends) = (&self.bytes, &self.ends);
        self.table.insert_unique(hash, id, |&id| FxBuildHasher.hash_one(slice(bytes, ends, id)));
        Symbol(id)
    }

    fn add(&mut self, name: &[u8]) -> u32 {
        let id = self.ends.len() as u32;
        self.bytes.extend_from_slice(name);
        assert!(u32::try_from(self.bytes.len()).is_ok(), "interned names exceed 4 GiB");
        self.ends.push(self.bytes.len() as u32);
        id
    }

    #[cold]
    fn renamed(&mut self, old: u32, hash: u64, name: &[u8]) -> Symbol {
        let id = self.add(name);
        if let Some(entry) = self.table.find_mut(hash, |&it| it == old) {
            *entry = id;
        }
        self.n_renamed += 1;
        Symbol(id)
    }

    /// Says whether what is interned from now on is seen on the side. Gives what was the case before.
    pub fn set_aside(&mut self, is_aside: bool) -> bool {
        std::mem::replace(&mut self.is_aside, is_aside)
    }

    /// Whether what is interned is seen on the side.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        self.is_aside
    }

    /// How many names that were first seen on the side the program has seen since. Code that was made on the side is of
    /// no use any more when this has changed: it may have names by their old numbers.
    #[must_use]
    pub fn n_renamed(&self) -> u32 {
        self.n_renamed
    }

    /// What was seen on the side becomes a part of the program.
    pub fn adopt(&mut self) {
        self.asides.clear();
    }

    /// The symbol for these bytes if they were interned before.
    #[must_use]
    pub fn lookup(&self, name: &[u8]) -> Option<Symbol> {
        self.find(FxBuildHasher.hash_one(name), name).map(Symbol)
    }

    #[inline]
    fn find(&self, hash: u64, name: &[u8]) -> Option<u32> {
        let is_it = |id: u32| slice(&self.bytes, &self.ends, id) == name;
        self.packed.find(hash, is_it).or_else(|| self.table.find(hash, |&id| is_it(id)).copied())
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

pub(super) fn slice<'a>(bytes: &'a [u8], ends: &[u32], id: u32) -> &'a [u8] {
    let start = if id == 0 { 0 } else { ends[id as usize - 1] };
    &bytes[start as usize..ends[id as usize] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_seen_on_the_side_take_no_number_of_the_program() {
        let mut symbols = Symbols::default();
        let a = symbols.intern(b"a");
        symbols.set_aside(true);
        let (y, x) = (symbols.intern(b"y"), symbols.intern(b"x"));
        assert_eq!((symbols.intern(b"a"), symbols.intern(b"x")), (a, x));
        symbols.set_aside(false);
        let (new_x, new_y) = (symbols.intern(b"x"), symbols.intern(b"y"));
        assert!(a < new_x && new_x < new_y && y < x);
        assert_eq!((symbols.intern(b"x"), symbols.lookup(b"y"), symbols.n_renamed()), (new_x, Some(new_y), 2));
        assert_eq!((symbols.bytes(x), symbols.bytes(new_x)), (&b"x"[..], &b"x"[..]));
    }
}
