//! Names of values of the program, such as `config.services."a b".0`, followed without evaluating anything.

use crate::debug::value::{Laziness, laziness};
use crate::emit::VarKind;
use crate::session::DebugSession;
use crate::source::Pos;
use crate::value::Value;
use crate::vm::Vm;
use crate::world::World;

use super::Console;

/// A value of the program, and where it got its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) value: Value,
    pub(super) pos: Pos,
}

/// The names of a path; `None` if the text is none but some other expression.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text.trim();
    loop {
        let (name, after) = match rest.strip_prefix('"') {
            Some(quoted) if !names.is_empty() => {
                let end = quoted.find('"')?;
                let name = &quoted[..end];
                if name.contains(['\\', '$']) {
                    return None;
                }
                (name, &quoted[end + 1..])
            }
            _ => {
                let end = rest.find(|c: char| !is_name_char(c)).unwrap_or(rest.len());
                let is_number = rest.starts_with(|c: char| c.is_ascii_digit());
                let is_name = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
                let fits = is_name || (is_number && !names.is_empty());
                if !fits {
                    return None;
                }
                (&rest[..end], &rest[end..])
            }
        };
        names.push(name.to_owned());
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None => return after.trim().is_empty().then_some(names),
        }
    }
}

pub(super) fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'')
}

impl Console {
    /// The value that names lead to, as it is: perhaps a thunk.
    ///
    /// # Errors
    /// If they lead to nothing, or further than anybody evaluated.
    pub(super) fn follow<W: World>(&self, session: &mut DebugSession<W>, names: &[String]) -> Result<Found, String> {
        let mut path = names.first().cloned().unwrap_or_default();
        let mut found = self.variable(session, &path)?;
        let vm = session.vm();
        for name in names.iter().skip(1) {
            found = attribute(vm, found, name, &path)?;
            path = format!("{path}.{name}");
        }
        Ok(found)
    }

    fn variable<W: World>(&self, session: &mut DebugSession<W>, name: &str) -> Result<Found, String> {
        let frame = self.scope_frame(session);
        let scopes = frame.map(|it| session.scopes(it)).unwrap_or_default();
        let vm = session.vm();
        let wanted = vm.heap.symbols.lookup(name.as_bytes());
        let shown = wanted.map_or_else(|| name.to_owned(), |it| vm.show_name(it));
        let variables = || scopes.iter().filter(|it| it.kind != VarKind::With).flat_map(|it| &it.variables);
        if let Some(it) = variables().find(|it| it.name == shown) {
            return Ok(Found { value: it.value, pos: it.pos });
        }
        if let Some(value) = vm.global(name) {
            return Ok(Found { value, pos: Pos::NONE });
        }
        for set in scopes.iter().filter(|it| it.kind == VarKind::With).flat_map(|it| &it.variables) {
            let v = vm.heap.peek(set.value);
            if !v.is_attrs() {
                return Err(format!("'{name}' may be in the set of a `with` that is not evaluated yet"));
            }
            if let Some((value, pos)) = wanted.and_then(|it| vm.heap.attr_with_pos(v, it)) {
                return Ok(Found { value, pos });
            }
        }
        Err(format!("there is no variable '{name}' here"))
    }
}

/// An attribute of a set or an element of a list, if somebody evaluated that far.
fn attribute(vm: &Vm, of: Found, name: &str, path: &str) -> Result<Found, String> {
    let v = vm.heap.peek(of.value);
    if laziness(vm, v) != Laziness::Evaluated {
        return Err(format!("{path} is not evaluated yet, so that nobody can tell what is in it"));
    }
    if v.is_list() {
        let index = name.parse::<usize>().map_err(|_| format!("{path} is a list: its elements are numbers from 0"))?;
        let value = vm.heap.elements(v).get(index).copied();
        let value = value.ok_or_else(|| format!("{path} has {} elements", vm.heap.list_len(v)))?;
        return Ok(Found { value, pos: Pos::NONE });
    }
    if !v.is_attrs() {
        return Err(format!("{path} is {}, not a set", vm.type_phrase(v)));
    }
    let found = vm.heap.symbols.lookup(name.as_bytes()).and_then(|it| vm.heap.attr_with_pos(v, it));
    found.map(|(value, pos)| Found { value, pos }).ok_or_else(|| format!("{path} has no attribute '{name}'"))
}
