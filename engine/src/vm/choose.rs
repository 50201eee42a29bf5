//! Which part of a program's value is wanted: along an attribute path, functions on the way called with what they want.
//!
//! It is a native like any other, so that a program can be stopped, looked into and taken back while it is at work.

use crate::ir::Symbol;
use crate::source::Pos;
use crate::value::{Tag, Value};

use super::load::DEEP_FORCE;
use super::{Fault, FaultKind, Frame, FrameKind, Next, START, Vm};

// Slots: the value so far, a set of arguments, the path as it was written, its names as a list, what is to be done at
// its end.
const ARGS: u32 = 1;
const PATH: u32 = 2;
const NAMES: u32 = 3;
const AT_END: u32 = 4;
const N_SLOTS: u32 = 5;

const FORCED: u32 = START + 1;
const APPLIED: u32 = START + 2;
const CALLED: u32 = START + 3;
const DEEP: u32 = START + 4;

/// What is done with the chosen value, besides forcing it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtEnd {
    /// It is called, if it is a function that takes a set apart.
    pub calls: bool,
    /// Everything in it is forced.
    pub is_deep: bool,
}

/// The native. [`Frame::why`] counts the names that were followed.
pub(super) fn choose(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            vm.push(vm.slot(frame, 0));
            frame.pc = FORCED;
            Ok(Next::Force)
        }
        FORCED | APPLIED => {
            let v = vm.pop();
            vm.set_slot(frame, 0, v);
            let is_end = u32::from(frame.why) == vm.heap.list_len(vm.slot(frame, NAMES)) as u32;
            if is_end && vm.slot(frame, AT_END).payload() & 1 == 0 {
                return end(vm, frame);
            }
            call(vm, frame)
        }
        CALLED => {
            let v = vm.pop();
            vm.set_slot(frame, 0, v);
            follow(vm, frame)
        }
        _ => Ok(Next::Return(vm.top())),
    }
}

/// Calls a set that can be called, and then a function that takes a set apart.
fn call(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let v = vm.slot(frame, 0);
    frame.env = 0;
    if v.is_attrs() {
        let Some(functor) = vm.heap.attr(v, vm.names.functor) else { return follow(vm, frame) };
        vm.push(functor);
        vm.push(v);
        frame.pc = APPLIED;
        return Ok(Next::Call(1));
    }
    match wanted_args(vm, v, vm.slot(frame, ARGS))? {
        None => follow(vm, frame),
        Some((set, pos)) => {
            vm.push(v);
            vm.push(set);
            frame.pc = CALLED;
            frame.env = pos.0;
            Ok(Next::Call(1))
        }
    }
}

/// Goes one name further, or ends.
fn follow(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.env = 0;
    let (v, names) = (vm.slot(frame, 0), vm.slot(frame, NAMES));
    if frame.why as usize == vm.heap.list_len(names) {
        return end(vm, frame);
    }
    let name = vm.heap.text(vm.heap.element(names, frame.why as usize));
    let path = vm.heap.text(vm.slot(frame, PATH));
    let part = vm.part_at(v, &name, &path)?;
    frame.why += 1;
    vm.push(part);
    frame.pc = FORCED;
    Ok(Next::Force)
}

fn end(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let v = vm.slot(frame, 0);
    if vm.slot(frame, AT_END).payload() & 2 == 0 {
        return Ok(Next::Return(v));
    }
    vm.push(v);
    frame.pc = DEEP;
    Ok(Next::Native(DEEP_FORCE, 1))
}

/// What a function that takes a set apart is called with of `args`, and where it is; `None` for anything else.
fn wanted_args(vm: &mut Vm, v: Value, args: Value) -> Result<Option<(Value, Pos)>, Fault> {
    let (lambda, n_given) = match v.tag() {
        Tag::Lambda => (v, 0),
        Tag::Partial => {
            let (inner, given) = vm.heap.partial_parts(v);
            (inner, given.len() as u32)
        }
        _ => return Ok(None),
    };
    if lambda.tag() != Tag::Lambda {
        return Ok(None);
    }
    let formals = vm.formals_of(lambda);
    let body = &vm.program.bodies[lambda.aux() as usize];
    let Some(table) = body.formals() else { return Ok(None) };
    let table = &vm.program.formals[table as usize];
    if table.arg != n_given {
        return Ok(None);
    }
    let pos = body.pos;
    let given = vm.heap.own_attrs(args);
    let mut wanted: Vec<(Symbol, Pos, Value)> = Vec::new();
    if table.ellipsis {
        wanted = given;
    } else {
        for formal in formals {
            match given.iter().find(|it| it.0 == formal.name) {
                Some(&it) => wanted.push(it),
                None if formal.has_default => {}
                None => return Err(missing_argument(&vm.heap.symbols.text(formal.name)).at(formal.pos)),
            }
        }
    }
    Ok(Some((vm.heap.attrs_from(wanted), pos)))
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

/// The names in an attribute path such as `a.b.0."c d"`.
///
/// # Errors
/// If a quote is not closed.
pub fn parse_path(path: &str) -> Result<Vec<String>, Fault> {
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

impl Vm {
    /// Starts to choose what lies at an attribute path of a value, calling functions on the way with those of `args`, a
    /// set, that they want: the chosen value ends the run.
    ///
    /// # Errors
    /// If the path is not one.
    pub fn start_choose(&mut self, v: Value, path: &str, args: Value, at_end: AtEnd) -> Result<(), Fault> {
        let names = parse_path(path)?;
        let names: Vec<Value> = names.iter().map(|it| self.heap.plain_string(it.as_bytes())).collect();
        let names = self.heap.list(&names);
        let path = self.heap.plain_string(path.as_bytes());
        let at_end = Value::raw(u32::from(at_end.calls) | (u32::from(at_end.is_deep) << 1));
        self.stack.extend([v, args, path, names, at_end]);
        self.push_native(super::load::CHOOSE, N_SLOTS, FrameKind::Helper, Pos::NONE);
        let top = self.frames.len() - 1;
        self.frames[top].pc = START;
        Ok(())
    }

    /// The part of a settled value under one name of a path.
    fn part_at(&self, v: Value, name: &str, path: &str) -> Result<Value, Fault> {
        let index = name.parse::<u32>().ok();
        let is_right = if index.is_some() { v.is_list() } else { v.is_attrs() };
        if !is_right {
            let wanted = if index.is_some() { "list" } else { "set" };
            let found = self.type_phrase(v);
            let text =
                format!("the expression selected by the selection path '{path}' should be a {wanted} but is {found}");
            return Err(Fault::new(FaultKind::Type, text));
        }
        if let Some(index) = index {
            if index as usize >= self.heap.list_len(v) {
                let text = format!("list index {index} in selection path '{path}' is out of range");
                return Err(Fault::new(FaultKind::MissingAttribute, text));
            }
            return Ok(self.heap.element(v, index as usize));
        }
        if name.is_empty() {
            let text = format!("empty attribute name in selection path '{path}'");
            return Err(Fault::new(FaultKind::Eval, text));
        }
        let found = self.heap.symbols.lookup(name.as_bytes()).and_then(|it| self.heap.attr(v, it));
        found.ok_or_else(|| {
            let text = format!("attribute '{name}' in selection path '{path}' not found");
            Fault::new(FaultKind::MissingAttribute, text).suggesting(self.similar_names(v, name))
        })
    }
}
