//! What the names of a text mean: every binding, every use, and which belong together. Broken texts have names too;
//! nothing here is ever an error.
//!
//! Names are bound in sets: attribute sets, the bindings of a `let`, the arguments of a function. As in Nix,
//! `a.b = 1; a.c = 2;` is one name `a` that holds one set, and so is `a = { b = 1; }; a.c = 2;`.

mod collect;
mod resolve;

use rustc_hash::FxHashMap;

use super::tree::{NodeId, Tree};

/// A name, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// A [`Set`] of [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(pub u32);

/// A [`Def`] of [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefId(pub u32);

/// What binds names together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetKind {
    /// `{ }`, whose names are attributes only.
    Plain,
    /// `rec { }`
    Rec,
    /// `let … in`, and `let { }`.
    Let,
    /// A function's arguments.
    Args,
}

/// Names that are bound together.
#[derive(Debug)]
pub struct Set {
    /// What binds them.
    pub kind: SetKind,
    /// Where it begins to be one: a set, `let` or function, or the binding `a.b = …` that makes `a` one.
    pub node: NodeId,
    /// What it binds, in the order of the text.
    pub defs: Vec<DefId>,
    /// Whether it has names that are computed, so that it may have any.
    pub is_open: bool,
    /// The name it is the value of, if it may have parts in several places.
    pub owner: Option<DefId>,
    /// Whether several places make it up.
    pub is_merged: bool,
    /// The innermost binding of a `let` whose value it is in.
    pub inside: Option<DefId>,
}

/// How a name gets its value in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteKind {
    /// `name = value;`, the last name of the path.
    Value,
    /// `name.other = …;`
    Path,
    /// `inherit name;`
    Inherit,
    /// `inherit (from) name;`
    InheritFrom,
    /// `name: …`
    Arg,
    /// `{ name }: …`
    Formal,
    /// `{ … }@name: …`
    Whole,
}

/// A place that binds a name.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// How.
    pub kind: SiteKind,
    /// The name there.
    pub name: NodeId,
    /// The binding, `inherit` or formal argument; the function for its argument.
    pub binding: NodeId,
    /// The value, the default of a formal argument, or the expression names are inherited from.
    pub value: Option<NodeId>,
}

/// A name that is bound.
#[derive(Debug)]
pub struct Def {
    /// The name.
    pub name: NameId,
    /// What it is bound in.
    pub set: SetId,
    /// Where; there is at least one place.
    pub sites: Vec<Site>,
    /// The set it holds, if that is written there.
    pub inner: Option<SetId>,
    /// What the same name means just outside.
    outer: Option<DefId>,
}

/// What a variable means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Something bound in the text.
    Def(DefId),
    /// What every program sees.
    Global,
    /// Whatever the innermost of some `with`s has, or those around it.
    With(NodeId),
    /// Nothing.
    Nothing,
}

/// A variable.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// Its name.
    pub name: NameId,
    /// The place.
    pub node: NodeId,
    /// What it means.
    pub target: Target,
    /// The innermost binding of a `let` whose value it is in.
    pub inside: Option<DefId>,
}

/// The names of one text.
#[derive(Debug, Default)]
pub struct Names {
    texts: Vec<Box<[u8]>>,
    by_text: FxHashMap<Box<[u8]>, NameId>,
    sets: Vec<Set>,
    defs: Vec<Def>,
    /// In the order of the text.
    uses: Vec<Use>,
    /// For each use, by the definition: numbers of uses, those of one definition together.
    uses_of: Vec<u32>,
    first_use_of: Vec<u32>,
    set_of: FxHashMap<NodeId, SetId>,
    in_set: FxHashMap<(SetId, NameId), DefId>,
    /// What the name at a node binds.
    site_of: FxHashMap<NodeId, DefId>,
    /// `with`s that something may be looked up in.
    used_withs: rustc_hash::FxHashSet<NodeId>,
}

impl Names {
    /// The names of a text.
    pub(super) fn new(text: &[u8], tree: &Tree) -> Self {
        let mut names = Self::default();
        resolve::run(&mut names, text, tree);
        names.index_uses();
        names.shrink();
        names
    }

    /// Gives back what was taken for growing.
    fn shrink(&mut self) {
        self.texts.shrink_to_fit();
        self.sets.shrink_to_fit();
        self.defs.shrink_to_fit();
        self.uses.shrink_to_fit();
        self.defs.iter_mut().for_each(|it| it.sites.shrink_to_fit());
        self.sets.iter_mut().for_each(|it| it.defs.shrink_to_fit());
    }

    fn index_uses(&mut self) {
        let mut counts = vec![0u32; self.defs.len() + 1];
        let targets = |uses: &[Use]| -> Vec<(usize, u32)> {
            let of = |(i, it): (usize, &Use)| match it.target {
                Target::Def(def) => Some((def.0 as usize, i as u32)),
                _ => None,
            };
            uses.iter().enumerate().filter_map(of).collect()
        };
        let pairs = targets(&self.uses);
        for &(def, _) in &pairs {
            counts[def + 1] += 1;
        }
        for i in 1..counts.len() {
            counts[i] += counts[i - 1];
        }
        self.first_use_of = counts.clone();
        self.uses_of = vec![0; pairs.len()];
        for (def, i) in pairs {
            self.uses_of[counts[def] as usize] = i;
            counts[def] += 1;
        }
    }

    fn intern(&mut self, text: &[u8]) -> NameId {
        if let Some(&id) = self.by_text.get(text) {
            return id;
        }
        let id = NameId(self.texts.len() as u32);
        self.texts.push(text.into());
        self.by_text.insert(text.into(), id);
        id
    }

    /// The bytes of a name.
    #[must_use]
    pub fn text(&self, name: NameId) -> &[u8] {
        &self.texts[name.0 as usize]
    }

    /// A name of the text, if it occurs there.
    #[must_use]
    pub fn lookup(&self, text: &[u8]) -> Option<NameId> {
        self.by_text.get(text).copied()
    }

    /// A definition.
    #[must_use]
    pub fn def(&self, id: DefId) -> &Def {
        &self.defs[id.0 as usize]
    }

    /// A set.
    #[must_use]
    pub fn set(&self, id: SetId) -> &Set {
        &self.sets[id.0 as usize]
    }

    /// All definitions.
    pub fn defs(&self) -> impl Iterator<Item = (DefId, &Def)> {
        self.defs.iter().enumerate().map(|(i, def)| (DefId(i as u32), def))
    }

    /// All sets.
    pub fn sets(&self) -> impl Iterator<Item = (SetId, &Set)> {
        self.sets.iter().enumerate().map(|(i, set)| (SetId(i as u32), set))
    }

    /// All variables in the order of the text.
    #[must_use]
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// The variables that mean a definition.
    pub fn uses_of(&self, def: DefId) -> impl Iterator<Item = &Use> {
        let range = self.first_use_of[def.0 as usize] as usize..self.first_use_of[def.0 as usize + 1] as usize;
        self.uses_of[range].iter().map(|&i| &self.uses[i as usize])
    }

    /// The variable at a node.
    #[must_use]
    pub fn use_at(&self, node: NodeId) -> Option<&Use> {
        let found = self.uses.binary_search_by_key(&node, |it| it.node).ok()?;
        Some(&self.uses[found])
    }

    /// What the name at a node binds.
    #[must_use]
    pub fn def_at(&self, node: NodeId) -> Option<DefId> {
        self.site_of.get(&node).copied()
    }

    /// What a set, `let` or function binds.
    #[must_use]
    pub fn set_of(&self, node: NodeId) -> Option<SetId> {
        self.set_of.get(&node).copied()
    }

    /// The definition of a name in a set.
    #[must_use]
    pub fn find(&self, set: SetId, name: NameId) -> Option<DefId> {
        self.in_set.get(&(set, name)).copied()
    }

    /// Whether a name may be looked up in a `with`.
    #[must_use]
    pub fn is_with_used(&self, with: NodeId) -> bool {
        self.used_withs.contains(&with)
    }
}

impl Def {
    /// The place that counts: the one with the value, else the first.
    #[must_use]
    pub fn main_site(&self) -> Site {
        *self.sites.iter().find(|it| it.kind == SiteKind::Value).unwrap_or(&self.sites[0])
    }
}
