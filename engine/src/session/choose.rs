//! Which part of a program's value is wanted: attribute paths as on Nix's command line, and functions called for them.

use crate::ir::Symbol;
use crate::source::Pos;
use crate::value::{Tag, Value};
use crate::vm::{Fault, FaultKind};
use crate::world::{CanonPath, World};

use super::Session;

/// The names in an attribute path such as `a.b.0."c d"`.
fn parse_path(path: &str) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    let mut name = String::new();
    let mut rest = path.chars();
    while let Some(it) = rest.next() {
        match it {
            '.' => names.push(std::mem::take(&mut name)),
            '"' => loop {
                match rest.next() {
                    Some('"') => break,
                    Some(it) => name.push(it),
                    None => {
                        let text = format!("missing closing quote in selection path '{path}'");
                        return Err(Fault::new(FaultKind::Syntax, text));
                    }
                }
            },
            it => name.push(it),
        }
    }
    if !name.is_empty() {
        names.push(name);
    }
    Ok(names)
}

impl<W: World> Session<W> {
    /// What lies at an attribute path, forced. Functions on the way are called with `args`, a set, if they have patterns.
    ///
    /// # Errors
    /// If there is nothing, or the program fails.
    pub fn choose(&mut self, v: Value, path: &str, args: Value) -> Result<Value, Fault> {
        let mut v = v;
        for name in parse_path(path)? {
            v = self.auto_call(v, args)?;
            v = self.choose_one(v, &name, path)?;
        }
        self.force(v)
    }

    fn choose_one(&self, v: Value, name: &str, path: &str) -> Result<Value, Fault> {
        let index = name.parse::<u32>().ok();
        let is_right = if index.is_some() { v.is_list() } else { v.is_attrs() };
        if !is_right {
            let wanted = if index.is_some() { "list" } else { "set" };
            let found = self.vm.type_phrase(v);
            let text =
                format!("the expression selected by the selection path '{path}' should be a {wanted} but is {found}");
            return Err(Fault::new(FaultKind::Type, text));
        }
        if let Some(index) = index {
            if index as usize >= self.vm.heap.list_len(v) {
                let text = format!("list index {index} in selection path '{path}' is out of range");
                return Err(Fault::new(FaultKind::MissingAttribute, text));
            }
            return Ok(self.vm.heap.element(v, index as usize));
        }
        if name.is_empty() {
            let text = format!("empty attribute name in selection path '{path}'");
            return Err(Fault::new(FaultKind::Eval, text));
        }
        let found = self.vm.heap.symbols.lookup(name.as_bytes()).and_then(|it| self.vm.heap.attr(v, it));
        found.ok_or_else(|| {
            let text = format!("attribute '{name}' in selection path '{path}' not found");
            Fault::new(FaultKind::MissingAttribute, text).suggesting(self.vm.similar_names(v, name))
        })
    }

    /// Where the search path finds a name.
    ///
    /// # Errors
    /// If it does not.
    pub fn find_file(&mut self, name: &str) -> Result<CanonPath, Fault> {
        let not_found = || {
            let hint = "(add it using $NIX_PATH or -I)";
            Fault::new(FaultKind::Throw, format!("file '{name}' was not found in the Nix search path {hint}"))
        };
        let native = self.vm.builtin("findFile").ok_or_else(not_found)?;
        let path = self.vm.global("__nixPath").ok_or_else(not_found)?;
        let name = self.vm.heap.plain_string(name.as_bytes());
        let found = self.call_native(native, &[path, name])?;
        Ok(CanonPath::new(self.vm.heap.bytes(found)))
    }

    /// Calls a function that takes a set apart with those of `args` it wants, and gives the value; gives anything else
    /// as it is, forced. A set that can be called is called first.
    ///
    /// # Errors
    /// If an argument is missing, or the program fails.
    pub fn auto_call(&mut self, v: Value, args: Value) -> Result<Value, Fault> {
        let mut v = self.force(v)?;
        while v.is_attrs() {
            let Some(functor) = self.vm.heap.attr(v, self.vm.names.functor) else { return Ok(v) };
            v = self.call(functor, &[v])?;
        }
        let (lambda, n_given) = match v.tag() {
            Tag::Lambda => (v, 0),
            Tag::Partial => {
                let (inner, given) = self.vm.heap.partial_parts(v);
                (inner, given.len() as u32)
            }
            _ => return Ok(v),
        };
        if lambda.tag() != Tag::Lambda {
            return Ok(v);
        }
        let formals = self.vm.formals_of(lambda);
        let body = &self.vm.program.bodies[lambda.aux() as usize];
        let Some(table) = body.formals else { return Ok(v) };
        let table = &self.vm.program.formals[table as usize];
        if table.arg != n_given {
            return Ok(v);
        }
        let given = self.vm.heap.own_attrs(args);
        let mut wanted: Vec<(Symbol, Pos, Value)> = Vec::new();
        if table.ellipsis {
            wanted = given;
        } else {
            for formal in formals {
                match given.iter().find(|it| it.0 == formal.name) {
                    Some(&it) => wanted.push(it),
                    None if formal.has_default => {}
                    None => return Err(missing_argument(&self.vm.heap.symbols.text(formal.name)).at(formal.pos)),
                }
            }
        }
        let pos = body.pos;
        let set = self.vm.heap.attrs_from(wanted);
        self.vm.start_call_at(v, &[set], pos);
        self.run()
    }
}

fn missing_argument(name: &str) -> Fault {
    let text = format!(
        "cannot evaluate a function that has an argument without a value ('{name}')\n\
         Nix attempted to evaluate a function as a top level expression; in\n\
         this case it must have its arguments supplied either by default\n\
         values, or passed explicitly with '--arg' or '--argstr'. See\n\
         https://nix.dev/manual/nix/stable/language/syntax.html#functions."
    );
    Fault::new(FaultKind::Type, text)
}
