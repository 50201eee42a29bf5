//! Which expressions are values already, and which are built rather than suspended.

use crate::bytecode::{Const, Program};
use crate::ir::{AttrsId, BindingValue, Expr, ExprId, Module};

/// How an expression behaves where its value is not needed yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shape {
    /// It is a constant: a literal, or a list or set of constants.
    pub is_const: bool,
    /// How many parts a constant has, those of its parts counted.
    n_parts: u32,
    /// Building it costs no more than suspending it: constants, variables, functions, and small literals of those.
    pub is_cheap: bool,
}

/// Literals of more parts than this are suspended unless they are constants.
const MAX_CHEAP_PARTS: usize = 8;

/// A constant with lists or sets inside has no more parts than this, all together: they are copied whenever it is
/// evaluated, wanted or not.
const MAX_NESTED_PARTS: u32 = 64;

/// The shape of every expression. Children come before their parents, so one pass does.
pub(super) fn shapes(module: &Module) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = Vec::with_capacity(module.exprs.len());
    for expr in &module.exprs {
        let shape = match *expr {
            Expr::Int(_) | Expr::Float(_) | Expr::Str(_) | Expr::Path(_) => CONSTANT,
            Expr::Var(_) | Expr::Lambda(_) => Shape { is_const: false, is_cheap: true, n_parts: 0 },
            Expr::List(items) => {
                let items = &module.items[items.as_range()];
                literal(items.len(), items.iter().map(|id| shapes[id.0 as usize]))
            }
            Expr::Attrs(id) => attrs_shape(module, id, &shapes),
            _ => Shape::default(),
        };
        shapes.push(shape);
    }
    shapes
}

const CONSTANT: Shape = Shape { is_const: true, is_cheap: true, n_parts: 0 };

fn literal(n: usize, parts: impl Iterator<Item = Shape>) -> Shape {
    let mut shape = CONSTANT;
    let mut is_nested = false;
    for part in parts {
        is_nested |= part.n_parts > 0;
        shape.n_parts = shape.n_parts.saturating_add(part.n_parts.saturating_add(1));
        shape.is_const &= part.is_const;
        shape.is_cheap &= part.is_cheap;
    }
    shape.is_const &= !is_nested || shape.n_parts <= MAX_NESTED_PARTS;
    shape.is_cheap &= shape.is_const || n <= MAX_CHEAP_PARTS;
    shape
}

fn attrs_shape(module: &Module, id: AttrsId, shapes: &[Shape]) -> Shape {
    let attrs = &module.attrs[id.0 as usize];
    let is_plain = !attrs.recursive && attrs.dynamic.is_empty() && attrs.inherit_from.is_empty();
    if !is_plain {
        return Shape::default();
    }
    literal(
        attrs.bindings.len(),
        attrs.bindings.iter().map(|binding| match binding.value {
            BindingValue::Plain(id) | BindingValue::Inherit(id) => shapes[id.0 as usize],
            BindingValue::InheritFrom(..) => Shape::default(),
        }),
    )
}

/// Interns a constant expression; `None` if it is not one.
pub(super) fn intern_const(module: &Module, shapes: &[Shape], root: ExprId, program: &mut Program) -> Option<u32> {
    enum Task {
        Visit(ExprId),
        List(usize),
        Attrs(u32, usize),
    }
    if !shapes[root.0 as usize].is_const {
        return None;
    }
    let mut tasks = vec![Task::Visit(root)];
    let mut done: Vec<u32> = Vec::new();
    while let Some(task) = tasks.pop() {
        let constant = match task {
            Task::List(n) => Const::List(done.split_off(done.len() - n).into()),
            Task::Attrs(keys, n) => Const::Attrs(keys, done.split_off(done.len() - n).into()),
            Task::Visit(id) => match module.exprs[id.0 as usize] {
                Expr::Int(i) => Const::Int(i),
                Expr::Float(f) => Const::Float(f),
                Expr::Str(s) => Const::Str(s),
                Expr::Path(p) => Const::Path(p),
                Expr::List(items) => {
                    let items = &module.items[items.as_range()];
                    tasks.push(Task::List(items.len()));
                    tasks.extend(items.iter().rev().map(|&id| Task::Visit(id)));
                    continue;
                }
                Expr::Attrs(id) => {
                    let attrs = &module.attrs[id.0 as usize];
                    let mut bindings: Vec<_> = attrs.bindings.iter().collect();
                    bindings.sort_unstable_by_key(|it| it.name);
                    program.keys.push(bindings.iter().map(|it| (it.name, it.pos)).collect());
                    tasks.push(Task::Attrs(program.keys.len() as u32 - 1, bindings.len()));
                    tasks.extend(bindings.iter().rev().filter_map(|it| match it.value {
                        BindingValue::Plain(id) | BindingValue::Inherit(id) => Some(Task::Visit(id)),
                        BindingValue::InheritFrom(..) => None,
                    }));
                    continue;
                }
                _ => return None,
            },
        };
        done.push(program.consts.len() as u32);
        program.consts.push(constant);
    }
    done.pop()
}
