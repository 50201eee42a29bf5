//! Sets, `let`, `inherit`, and bindings with paths as names.
//!
//! A set gets its place in the arena only when what it is bound in is complete, since a later binding may still add to
//! it. Until then the binding holds its [`AttrsId`] in disguise (see [`held`]).

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

use super::value::{Value, What};
use super::walk::{Frame, Lowerer};
use super::{LowerNote, Noticed};
use crate::ir::{AttrName, Attrs, AttrsId, Binding, BindingValue, DynamicBinding, Expr, ExprId, Range, Symbol};
use crate::source::{Pos, Span};
use crate::syntax::SyntaxKind::{TOKEN_R_BRACE, TOKEN_REC, TOKEN_SEMICOLON};

/// What is known of a set besides its bindings.
#[derive(Clone, Copy, Debug)]
pub(super) struct SetState {
    start: u32,
    end: u32,
    place: Pos,
    /// Whether it has bindings to sets that have no place in the arena yet.
    holds_sets: bool,
}

/// Which binding of a big set has a name: (set, number of the binding).
#[derive(Debug, Default)]
pub(super) struct Index {
    table: HashTable<(AttrsId, u32)>,
}

/// Sets up to this size are searched from end to end.
const SMALL: usize = 8;

const HELD: u32 = 1 << 31;

/// The set that a binding holds without its having a place in the arena.
pub(super) fn held(expr: ExprId) -> Option<AttrsId> {
    (expr.0 & HELD != 0).then_some(AttrsId(expr.0 & !HELD))
}

fn hold(set: AttrsId) -> ExprId {
    ExprId(set.0 | HELD)
}

fn hash(set: AttrsId, name: Symbol) -> u64 {
    FxBuildHasher.hash_one((set.0, name.0))
}

impl Lowerer<'_, '_> {
    pub(super) fn open_set(&mut self) {
        let set = self.new_set(self.end, self.end, Pos::NONE);
        self.sets.push(set);
    }

    fn new_set(&mut self, start: u32, end: u32, place: Pos) -> AttrsId {
        let set = AttrsId(self.module.attrs.len() as u32);
        self.module.attrs.push(Attrs::default());
        self.set_states.push(SetState { start, end, place, holds_sets: false });
        set
    }

    pub(super) fn attrs(&mut self, set: AttrsId) -> &mut Attrs {
        &mut self.module.attrs[set.0 as usize]
    }

    /// The binding of a set that has this name.
    pub(super) fn find(&self, set: AttrsId, name: Symbol) -> Option<usize> {
        let bindings = &self.module.attrs[set.0 as usize].bindings;
        if bindings.len() <= SMALL {
            return bindings.iter().position(|binding| binding.name == name);
        }
        let found =
            self.index.table.find(hash(set, name), |&(other, i)| other == set && bindings[i as usize].name == name);
        found.map(|&(_, i)| i as usize)
    }

    /// Adds a binding whose name the set does not have yet.
    pub(super) fn insert(&mut self, set: AttrsId, binding: Binding) {
        if let BindingValue::Plain(value) = binding.value {
            match held(value) {
                Some(_) => self.set_states[set.0 as usize].holds_sets = true,
                None => self.set_name(value, binding.name),
            }
        }
        let attrs = &mut self.module.attrs;
        attrs[set.0 as usize].bindings.push(binding);
        let len = attrs[set.0 as usize].bindings.len();
        let new = match len {
            0..=SMALL => return,
            n if n == SMALL + 1 => 0..n,
            n => n - 1..n,
        };
        for i in new {
            let key = hash(set, attrs[set.0 as usize].bindings[i].name);
            self.index.table.insert_unique(key, (set, i as u32), |&(set, i)| {
                hash(set, attrs[set.0 as usize].bindings[i as usize].name)
            });
        }
    }

    fn insert_dynamic(&mut self, set: AttrsId, binding: DynamicBinding) {
        if held(binding.value).is_some() {
            self.set_states[set.0 as usize].holds_sets = true;
        }
        self.attrs(set).dynamic.push(binding);
    }

    /// `path = value;`
    pub(super) fn binding(&mut self, frame: &Frame) {
        self.fit(frame, 1);
        let value = match self.values.pop() {
            Some(Value { what: What::Set(set), .. }) => hold(set),
            Some(value) => self.settle(value),
            None => return,
        };
        let first = frame.names as usize;
        if let Some(&set) = self.sets.last()
            && first < self.names.len()
        {
            self.noticed = (frame.mark != TOKEN_SEMICOLON).then_some(Noticed::Never);
            self.bind(set, first, value, frame.start);
            self.noticed = None;
        }
        self.names.truncate(first);
    }

    /// Binds the path that starts at `first` in [`Lowerer::names`].
    fn bind(&mut self, mut set: AttrsId, first: usize, value: ExprId, start: u32) {
        let pos = self.pos(start);
        let last = self.names.len() - 1;
        for i in first..last {
            let known = match self.names[i] {
                AttrName::Static(name, _) => self.find(set, name),
                AttrName::Dynamic(..) => None,
            };
            if let Some(at) = known {
                let binding = self.attrs(set).bindings[at];
                let BindingValue::Plain(inner) = binding.value else {
                    return self.duplicate_path(first, i, pos, binding.pos);
                };
                let Some(inner) = held(inner) else {
                    return self.duplicate_path(first, i, pos, binding.pos);
                };
                set = inner;
                continue;
            }
            let inner = self.new_set(start, self.end, Pos::NONE);
            match self.names[i] {
                AttrName::Static(name, _) => {
                    self.insert(set, Binding { name, pos, value: BindingValue::Plain(hold(inner)) });
                }
                AttrName::Dynamic(name, _) => {
                    self.insert_dynamic(set, DynamicBinding { name, value: hold(inner), pos });
                }
            }
            set = inner;
        }
        match self.names[last] {
            AttrName::Dynamic(name, _) => self.insert_dynamic(set, DynamicBinding { name, value, pos }),
            AttrName::Static(name, _) => match self.find(set, name) {
                None => self.insert(set, Binding { name, pos, value: BindingValue::Plain(value) }),
                Some(at) => {
                    let before = self.attrs(set).bindings[at];
                    if let BindingValue::Plain(old) = before.value
                        && let (Some(into), Some(from)) = (held(old), held(value))
                    {
                        self.merge(into, from, first);
                    } else {
                        self.duplicate_path(first, last, pos, before.pos);
                    }
                }
            },
        }
    }

    fn duplicate_path(&mut self, first: usize, last: usize, pos: Pos, before: Pos) {
        let path = self.names[first..=last].to_vec();
        let path = crate::ir::show::attr_path(&self.module, self.cx.symbols, &path);
        self.duplicate(&path, pos, before);
    }

    /// `path` is defined twice.
    pub(super) fn duplicate(&mut self, path: &str, pos: Pos, before: Pos) {
        let message = format!("attribute '{path}' already defined at {}", self.show_pos(before));
        let note = LowerNote { message: "first defined here".to_owned(), span: self.word(before) };
        self.error(message, pos, self.word(pos), vec![note]);
    }

    /// The name or path of names that begins at `pos`.
    fn word(&self, pos: Pos) -> Span {
        let offset = pos.0 - self.pos(0).0;
        let text = self.slice(offset, self.text.len() as u32);
        let len = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-'.".contains(byte)).count();
        Span::new(pos, Pos(pos.0 + len.max(1) as u32))
    }

    /// A place as messages show it.
    pub(super) fn show_pos(&self, pos: Pos) -> String {
        match self.source.locate(pos) {
            Some((file, at)) => format!("{}:{}:{}", file.name(), at.line + 1, at.column + 1),
            None => "«none»".to_owned(),
        }
    }

    pub(super) fn inherit_from(&mut self, frame: &Frame) {
        self.fit(frame, 1);
        self.settle_last();
    }

    /// `inherit name…;` or `inherit (e) name…;`
    pub(super) fn inherit(&mut self, frame: &Frame) {
        let from = (self.values.len() > frame.values as usize).then(|| {
            let [from] = self.operands(frame);
            from
        });
        let first = frame.names as usize;
        let Some(&set) = self.sets.last() else { return self.names.truncate(first) };
        let from = from.map(|from| {
            let sources = &mut self.attrs(set).inherit_from;
            sources.push(from);
            sources.len() as u32 - 1
        });
        self.noticed = (frame.mark != TOKEN_SEMICOLON).then_some(Noticed::Never);
        for i in first..self.names.len() {
            let AttrName::Static(name, pos) = self.names[i] else { continue };
            if let Some(at) = self.find(set, name) {
                let before = self.attrs(set).bindings[at].pos;
                let path = crate::ir::show::attr_path(&self.module, self.cx.symbols, &[self.names[i]]);
                self.duplicate(&path, pos, before);
                continue;
            }
            let value = match from {
                Some(from) => BindingValue::InheritFrom(from, pos),
                None => {
                    let start = pos.0 - self.pos(0).0;
                    let end = start + self.cx.symbols.bytes(name).len() as u32;
                    BindingValue::Inherit(self.add(Expr::Var(name), start, end, pos))
                }
            };
            self.insert(set, Binding { name, pos, value });
        }
        self.noticed = None;
        self.names.truncate(first);
    }

    pub(super) fn attr_set(&mut self, frame: &Frame) {
        self.ends_with(frame, TOKEN_R_BRACE);
        self.fit(frame, 0);
        let Some(set) = self.sets.pop() else { return };
        self.attrs(set).recursive = frame.mark == TOKEN_REC;
        self.place_set(set, frame);
        self.push_value(Value { what: What::Set(set), start: frame.start });
    }

    fn place_set(&mut self, set: AttrsId, frame: &Frame) {
        let place = self.pos(frame.start);
        let state = &mut self.set_states[set.0 as usize];
        *state = SetState { start: frame.start, end: self.end, place, ..*state };
    }

    pub(super) fn let_in(&mut self, frame: &Frame) {
        let [body] = self.operands(frame);
        let Some(attrs) = self.sets.pop() else { return };
        self.close_held(attrs);
        if !self.attrs(attrs).dynamic.is_empty() {
            self.noticed = self.after_last();
            self.error_at("dynamic attributes not allowed in let".to_owned(), frame.start, frame.start + 3);
            self.noticed = None;
            self.attrs(attrs).dynamic.clear();
        }
        self.push_expr(Expr::Let { attrs, body }, frame.start, self.end, Pos::NONE);
    }

    /// `let { body = …; }`
    pub(super) fn legacy_let(&mut self, frame: &Frame) {
        self.ends_with(frame, TOKEN_R_BRACE);
        self.fit(frame, 0);
        let Some(set) = self.sets.pop() else { return };
        self.attrs(set).recursive = true;
        self.place_set(set, frame);
        let base = self.close_set(set);
        let path = Range { start: self.module.paths.len() as u32, len: 1 };
        self.module.paths.push(AttrName::Static(self.known.body, Pos::NONE));
        self.push_expr(Expr::Select { base, path, default: None }, frame.start, self.end, Pos::NONE);
    }

    /// Gives a set its place in the arena, after the sets it holds.
    pub(super) fn close_set(&mut self, set: AttrsId) -> ExprId {
        self.close_held(set);
        let state = self.set_states[set.0 as usize];
        self.add(Expr::Attrs(set), state.start, state.end, state.place)
    }

    /// Gives the sets that a set holds their places in the arena.
    fn close_held(&mut self, root: AttrsId) {
        if !self.set_states[root.0 as usize].holds_sets {
            return;
        }
        let mut open = vec![(root, 0)];
        while let Some((set, next)) = open.last_mut() {
            let set = *set;
            if let Some(inner) = self.next_held(set, next) {
                if self.set_states[inner.0 as usize].holds_sets {
                    open.push((inner, 0));
                } else {
                    let id = self.close_set(inner);
                    self.replace_held(set, *next - 1, id);
                }
                continue;
            }
            self.set_states[set.0 as usize].holds_sets = false;
            open.pop();
            if let Some(&(outer, next)) = open.last() {
                let id = self.close_set(set);
                self.replace_held(outer, next - 1, id);
            }
        }
    }

    /// The next set that `set` holds, looking from binding number `next` on; dynamic bindings come last.
    fn next_held(&self, set: AttrsId, next: &mut usize) -> Option<AttrsId> {
        let attrs = &self.module.attrs[set.0 as usize];
        let n = attrs.bindings.len();
        while *next < n + attrs.dynamic.len() {
            let at = *next;
            *next += 1;
            let value = match attrs.bindings.get(at) {
                Some(Binding { value: BindingValue::Plain(value), .. }) => *value,
                Some(_) => continue,
                None => attrs.dynamic[at - n].value,
            };
            if let Some(inner) = held(value) {
                return Some(inner);
            }
        }
        None
    }

    fn replace_held(&mut self, set: AttrsId, at: usize, id: ExprId) {
        let attrs = self.attrs(set);
        let n = attrs.bindings.len();
        match attrs.bindings.get_mut(at) {
            Some(binding) => binding.value = BindingValue::Plain(id),
            None => attrs.dynamic[at - n].value = id,
        }
    }

    /// Takes everything out of a set that is merged into another.
    pub(super) fn empty_set(&mut self, set: AttrsId) -> Attrs {
        let taken = std::mem::take(self.attrs(set));
        if taken.bindings.len() > SMALL {
            for (i, binding) in taken.bindings.iter().enumerate() {
                let entry = self.index.table.find_entry(hash(set, binding.name), |it| *it == (set, i as u32));
                if let Ok(entry) = entry {
                    entry.remove();
                }
            }
        }
        taken
    }

    pub(super) fn add_merged(&mut self, into: AttrsId, dynamic: Vec<DynamicBinding>, sources: Vec<ExprId>) {
        for binding in dynamic {
            self.insert_dynamic(into, binding);
        }
        self.attrs(into).inherit_from.extend(sources);
    }
}
