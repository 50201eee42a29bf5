//! String contexts, interned: most strings have none, and most that have one share it with others.

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::sync::Arc;

use crate::store::ContextElement;
use crate::world::{Array, Late, RecordingError, SectionReader, SectionWriter, Source};

/// An interned set of context elements; 0 is the empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ContextId(pub u32);

impl ContextId {
    /// No context.
    pub const EMPTY: Self = Self(0);
}

/// All contexts that strings had so far. A context is a sorted set of elements.
#[derive(Debug, Default)]
pub struct Contexts {
    sets: Late<Arc<[ContextElement]>>,
    /// Each set with its hash, so that growing the table looks at no set.
    table: HashTable<(u64, u32)>,
    unions: rustc_hash::FxHashMap<(u32, u32), u32>,
    /// The unions of an image, three numbers each, as long as neither they nor its sets are in the tables.
    packed: Option<Array<u32>>,
}

impl Contexts {
    /// The elements of a context, sorted.
    #[must_use]
    pub fn elements(&self, id: ContextId) -> &[ContextElement] {
        if id.0 == 0 { &[] } else { &self.sets[id.0 as usize - 1] }
    }

    /// The context with these elements, in any order and with repetitions.
    pub fn intern(&mut self, mut elements: Vec<ContextElement>) -> ContextId {
        if elements.is_empty() {
            return ContextId::EMPTY;
        }
        if self.packed.is_some() {
            self.index();
        }
        elements.sort_unstable();
        elements.dedup();
        let hash = FxBuildHasher.hash_one(&elements[..]);
        let sets = &self.sets;
        let is_it = |&(other, id): &(u64, u32)| other == hash && sets[id as usize][..] == elements[..];
        if let Some(&(_, id)) = self.table.find(hash, is_it) {
            return ContextId(id + 1);
        }
        let id = sets.len() as u32;
        self.sets.push(elements.into());
        self.table.insert_unique(hash, (hash, id), |&(hash, _)| hash);
        ContextId(id + 1)
    }

    /// The context with one element.
    pub fn single(&mut self, element: ContextElement) -> ContextId {
        self.intern(vec![element])
    }

    /// The elements of all: at once, so that no union of some of them is kept.
    pub fn union_all(&mut self, ids: &[ContextId]) -> ContextId {
        match *ids {
            [] => ContextId::EMPTY,
            [one] => one,
            [a, b] => self.union(a, b),
            _ => {
                let all = ids.iter().flat_map(|&id| self.elements(id)).cloned().collect();
                self.intern(all)
            }
        }
    }

    /// The elements of both.
    pub fn union(&mut self, a: ContextId, b: ContextId) -> ContextId {
        if a == b || b.0 == 0 {
            return a;
        }
        if a.0 == 0 {
            return b;
        }
        if self.packed.is_some() {
            self.index();
        }
        let key = (a.0.min(b.0), a.0.max(b.0));
        if let Some(&id) = self.unions.get(&key) {
            return ContextId(id);
        }
        let mut all = self.elements(a).to_vec();
        all.extend_from_slice(self.elements(b));
        let id = self.intern(all);
        self.unions.insert(key, id.0);
        id
    }
}

impl Contexts {
    /// Writes all contexts to an image.
    pub fn pack(&self, out: &mut SectionWriter) {
        let mut unions: Vec<_> = self.known_unions().collect();
        unions.sort_unstable();
        self.sets.pack(out);
        out.numbers(&unions.into_iter().flatten().collect::<Vec<_>>());
    }

    /// Reads what [`Contexts::pack`] wrote.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn unpack<R: Source>(from: &mut SectionReader<R>) -> Result<Self, RecordingError> {
        let (sets, unions) = (Late::unpack(from)?, from.array()?);
        Ok(Self { sets, packed: Some(unions), ..Self::default() })
    }

    /// Pairs of contexts that were united, and what that gave.
    fn known_unions(&self) -> impl Iterator<Item = [u32; 3]> {
        let packed = self.packed.iter().flat_map(|it| it.as_chunks().0.iter().copied());
        packed.chain(self.unions.iter().map(|(&(a, b), &id)| [a, b, id]))
    }

    /// Makes it known by their elements which contexts an image has, before the first is looked for.
    #[cold]
    fn index(&mut self) {
        self.unions = self.known_unions().map(|[a, b, id]| ((a, b), id)).collect();
        self.packed = None;
        for (id, set) in self.sets.iter().enumerate() {
            let hash = FxBuildHasher.hash_one(&set[..]);
            self.table.insert_unique(hash, (hash, id as u32), |&(hash, _)| hash);
        }
    }
}
