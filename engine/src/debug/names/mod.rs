//! What code is called: the name of a function, a suspended attribute or a file, as a person reads it.
//!
//! Names are made of paths (see [`super::paths`]), which are found once for each unit that somebody asks about. Nothing
//! is run, forced or emitted for them.

use crate::emit::{BodySource, Unit};
use crate::ir::{AttrName, Expr, ExprId, Symbol, Symbols};
use crate::source::{Origin, SourceFile};
use crate::vm::Vm;

use super::paths::{Name, Role, UnitNames};

/// What a frame that runs a body is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyName {
    /// What runs.
    pub kind: NameKind,
    /// `lib.mkMerge`, `hello/default.nix`, `argument 2 of foldl' in total`. Never empty, never longer than a line.
    pub text: String,
    /// Whether it is a part of what is named, see [`Role::is_inner`].
    pub is_inner: bool,
}

/// What a body is, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A whole text.
    File,
    /// A function.
    Function,
    /// A suspended expression.
    Thunk,
    /// What a builtin suspended: it is written nowhere.
    Made,
}

/// The names of every unit that somebody asked for.
#[derive(Debug, Default)]
pub struct Names {
    units: Vec<Option<UnitNames>>,
}

impl Names {
    /// The names in a unit, which are found now if nobody asked before.
    ///
    /// # Panics
    /// If the machine has no such unit.
    pub fn of<'a>(&'a mut self, vm: &'a Vm, unit: u32) -> Named<'a> {
        let index = unit as usize;
        if index >= self.units.len() {
            self.units.resize_with(index + 1, || None);
        }
        let unit = vm.unit(unit);
        let names = self.units[index].get_or_insert_with(|| UnitNames::new(unit));
        Named { names, unit, symbols: &vm.heap.symbols, file: vm.sources.file(unit.module.file) }
    }

    /// What a frame that runs this body of the program is called.
    ///
    /// # Panics
    /// If the machine has no such body.
    pub fn describe(&mut self, vm: &Vm, body: u32) -> BodyName {
        let body = &vm.program.bodies[body as usize];
        if body.unit != crate::vm::NO_UNIT {
            return self.of(vm, body.unit).describe(body.index);
        }
        let text = match body.index {
            0 => "an element of map or genList",
            1 => "an attribute of zipAttrsWith",
            2 => "an attribute of mapAttrs",
            _ => "a value made by a builtin",
        };
        BodyName { kind: NameKind::Made, text: text.to_owned(), is_inner: false }
    }
}

/// The names in a unit, together with what they are made of.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The paths.
    pub names: &'a UnitNames,
    /// The unit.
    pub unit: &'a Unit,
    /// All symbols.
    pub symbols: &'a Symbols,
    /// The unit's text.
    pub file: &'a SourceFile,
}

/// A path is shown with this many names, the innermost ones.
const MAX_NAMES: usize = 6;

/// A name is shown with this many bytes, the first ones.
const MAX_NAME: usize = 60;

impl<'a> Named<'a> {
    /// What a frame that runs a body of this unit is called.
    ///
    /// # Panics
    /// If the unit has no such body.
    #[must_use]
    pub fn describe(&self, body_index: u32) -> BodyName {
        let role = self.names.role(body_index);
        let kind = match self.unit.analysis.bodies[body_index as usize].source {
            BodySource::Root | BodySource::Scope => NameKind::File,
            BodySource::Lambda(_) => NameKind::Function,
            BodySource::Expr(_) | BodySource::InheritFrom { .. } => NameKind::Thunk,
        };
        let path = self.path_text(body_index);
        let is_bare = path.is_empty();
        let around = if is_bare { self.file_name() } else { path };
        let text = match role {
            Role::Bound if is_bare => match (&self.file.origin, self.file_parts().last()) {
                (Origin::Internal(_), Some(stem)) => (*stem).to_owned(),
                _ => format!("function of {around}"),
            },
            Role::Text | Role::Bound | Role::Inherited => around,
            Role::Default => format!("default of {around}"),
            Role::Argument { call, index } => format!("argument {} of {} in {around}", index + 1, self.callee(call)),
            Role::Called => format!("function called in {around}"),
            Role::Element { index, of_bound: true } => format!("element {} of {around}", index + 1),
            Role::Element { index, of_bound: false } => format!("element {} of a list in {around}", index + 1),
            Role::WithScope => format!("scope of with in {around}"),
            Role::InheritSource => format!("source of inherit in {around}"),
            Role::Part => format!("function in {around}"),
        };
        BodyName { kind, text, is_inner: role.is_inner() }
    }

    /// The path of a body as people read it: names joined with dots, quoted where they have to be. Of a long path the
    /// last names, of a long name the beginning.
    ///
    /// # Panics
    /// If the unit has no such body.
    #[must_use]
    pub fn path_text(&self, body_index: u32) -> String {
        let names: Vec<Name> = self.names.upwards(self.names.node(body_index)).take(MAX_NAMES + 1).collect();
        let mut text = String::new();
        if names.len() > MAX_NAMES {
            text.push_str("….");
        }
        for (i, &name) in names.iter().take(MAX_NAMES).rev().enumerate() {
            if i > 0 {
                text.push('.');
            }
            match name {
                Name::Known(name) => text.push_str(&self.identifier(name)),
                Name::Computed(_) => text.push_str(&shown(&self.bytes(name))),
            }
        }
        text
    }

    /// A name without quotes. What is computed is `${variable}`, and `${…}` where it is no variable.
    #[must_use]
    pub fn bytes(&self, name: Name) -> std::borrow::Cow<'a, [u8]> {
        let module = &self.unit.module;
        let id = match name {
            Name::Known(name) => return self.symbols.bytes(name).into(),
            Name::Computed(id) => id,
        };
        let mut bytes = Vec::new();
        match module.exprs[id.0 as usize] {
            Expr::ConcatStrings { parts, .. } => {
                for part in module.parts[parts.as_range()].iter().take(MAX_NAMES) {
                    self.computed(part.expr, &mut bytes);
                }
            }
            _ => self.computed(id, &mut bytes),
        }
        bytes.into()
    }

    fn computed(&self, id: ExprId, bytes: &mut Vec<u8>) {
        let variable = match self.unit.module.exprs[id.0 as usize] {
            Expr::Str(text) => return bytes.extend_from_slice(self.symbols.bytes(text)),
            Expr::Var(name) => self.symbols.bytes(name),
            _ => "…".as_bytes(),
        };
        bytes.extend_from_slice(b"${");
        bytes.extend_from_slice(variable);
        bytes.push(b'}');
    }

    /// The folders and the name of the text's file, outermost first, as the beginning of every path in it. A file
    /// `default.nix` stands for its folder. A text that is no file has none.
    #[must_use]
    pub fn file_parts(&self) -> Vec<&'a str> {
        let (path, is_internal) = match &self.file.origin {
            Origin::File(path) => (path.as_str(), false),
            Origin::Internal(name) => (*name, true),
            Origin::String | Origin::Stdin => return Vec::new(),
        };
        let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if let Some(last) = parts.last_mut()
            && let Some(stem) = last.strip_suffix(".nix")
        {
            // The file that Nix calls so holds the function that programs know without the ending.
            *last = if is_internal { stem.strip_suffix("-internal").unwrap_or(stem) } else { stem };
            if *last == "default" {
                parts.pop();
            }
        }
        parts
    }

    /// A file's name; for `default.nix`, which says nothing, with the folder it is in.
    fn file_name(&self) -> String {
        let path = self.file.written_in().unwrap_or(self.file.name());
        let mut parts = path.rsplit('/');
        let file = parts.next().unwrap_or(path);
        let text = match parts.next() {
            Some(folder) if file == "default.nix" && !folder.is_empty() => format!("{folder}/{file}"),
            _ => file.to_owned(),
        };
        shown(text.as_bytes())
    }

    /// What is called, if that has a name.
    fn callee(&self, call: ExprId) -> String {
        let module = &self.unit.module;
        let unnamed = || "a function".to_owned();
        let Expr::Call { function, .. } = module.exprs[call.0 as usize] else { return unnamed() };
        match module.exprs[function.0 as usize] {
            Expr::Var(name) => self.identifier(name),
            Expr::Select { base, path, default: None } if (path.len as usize) < MAX_NAMES => {
                let mut text = match module.exprs[base.0 as usize] {
                    Expr::Var(name) => self.identifier(name),
                    _ => "…".to_owned(),
                };
                for name in &module.paths[path.as_range()] {
                    text.push('.');
                    match *name {
                        AttrName::Static(name, _) => text.push_str(&self.identifier(name)),
                        AttrName::Dynamic(id, _) => text.push_str(&shown(&self.bytes(Name::Computed(id)))),
                    }
                }
                text
            }
            _ => unnamed(),
        }
    }

    fn identifier(&self, name: Symbol) -> String {
        let mut bytes = Vec::new();
        let name = self.symbols.bytes(name);
        if name.len() > MAX_NAME {
            return shown(name);
        }
        crate::ir::show::identifier(name, &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The beginning of a text, on one line.
fn shown(text: &[u8]) -> String {
    let start = &text[..text.len().min(MAX_NAME)];
    let mut text_shown: String =
        String::from_utf8_lossy(start).chars().map(|c| if c < ' ' { ' ' } else { c }).collect();
    if text.len() > MAX_NAME {
        text_shown.truncate(text_shown.trim_end_matches('\u{fffd}').len());
        text_shown.push('…');
    }
    text_shown
}

#[cfg(test)]
pub(super) mod tests;
