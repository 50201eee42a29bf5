//! Attribute sets, without calling anything.

use crate::ir::Symbol;
use crate::source::Pos;
use crate::value::{Tag, Value};
use crate::vm::{Blame, Fault, FaultKind, Frame, IF_VALUE, Native, Need, Next, START, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure(
        "attrNames",
        &[arg("set", Need::Attrs, "while evaluating the argument passed to builtins.attrNames")],
        |vm, a| {
            let flat = vm.heap.sort_attrs(a[0]);
            let names: Vec<Value> = vm.heap.iter_attrs(flat).map(|(name, ..)| Value::sym(name)).collect();
            Ok(vm.heap.list(&names))
        },
        "The names of the attributes of *set*, sorted.",
    ),
    Native::pure(
        "attrValues",
        &[arg("set", Need::Attrs, "while evaluating the argument passed to builtins.attrValues")],
        |vm, a| {
            let flat = vm.heap.sort_attrs(a[0]);
            let values: Vec<Value> = vm.heap.iter_attrs(flat).map(|(_, _, v)| v).collect();
            Ok(vm.heap.list(&values))
        },
        "The values of the attributes of *set*, in the order of their names.",
    ),
    Native::pure(
        "getAttr",
        &[
            arg("s", Need::PlainStr, "while evaluating the first argument passed to builtins.getAttr"),
            arg("set", Need::Attrs, "while evaluating the second argument passed to builtins.getAttr"),
        ],
        |vm, a| match vm.known_name(a[0]).and_then(|name| vm.heap.attr(a[1], name)) {
            Some(v) => Ok(v),
            None => Err(missing_named(vm, a[0]).within(Pos::NONE, "in the attribute set under consideration")),
        },
        "The attribute of *set* whose name is *s*.",
    ),
    Native::pure(
        "hasAttr",
        &[
            arg("s", Need::PlainStr, "while evaluating the first argument passed to builtins.hasAttr"),
            arg("set", Need::Attrs, "while evaluating the second argument passed to builtins.hasAttr"),
        ],
        |vm, a| Ok(Value::bool(vm.known_name(a[0]).is_some_and(|name| vm.heap.attr(a[1], name).is_some()))),
        "Whether *set* has an attribute named *s*.",
    ),
    Native::pure(
        "unsafeGetAttrPos",
        &[
            arg("s", Need::PlainStr, "while evaluating the first argument passed to builtins.unsafeGetAttrPos"),
            arg("set", Need::Attrs, "while evaluating the second argument passed to builtins.unsafeGetAttrPos"),
        ],
        |vm, a| {
            let found = vm.known_name(a[0]).and_then(|name| vm.heap.attr_with_pos(a[1], name));
            Ok(found.map_or(Value::NULL, |(_, pos)| vm.position_value(pos)))
        },
        "Where the attribute *s* of *set* was written: a set of `file`, `line` and `column`, or `null`.",
    ),
    Native::steps(
        "removeAttrs",
        &[
            arg("set", Need::Attrs, "while evaluating the first argument passed to builtins.removeAttrs"),
            arg("list", Need::List, "while evaluating the second argument passed to builtins.removeAttrs"),
        ],
        remove_attrs,
        "*set* without the attributes named in *list*.",
    )
    .everywhere()
    .whys(&["while evaluating the values of the second argument passed to builtins.removeAttrs"]),
    Native::steps(
        "listToAttrs",
        &[arg("e", Need::List, "while evaluating the argument passed to builtins.listToAttrs")],
        list_to_attrs,
        "The set described by a list of sets of `name` and `value`. Of several with one name, the first counts.",
    )
    .whys(&[
        "while evaluating an element of the list passed to builtins.listToAttrs",
        PAIR_NAME,
        "in a {name=...; value=...;} pair",
    ]),
    Native::pure(
        "intersectAttrs",
        &[
            arg("e1", Need::Attrs, "while evaluating the first argument passed to builtins.intersectAttrs"),
            arg("e2", Need::Attrs, "while evaluating the second argument passed to builtins.intersectAttrs"),
        ],
        intersect_attrs,
        "The attributes of *e2* whose names *e1* has too.",
    ),
    Native::steps(
        "catAttrs",
        &[
            arg("attr", Need::PlainStr, "while evaluating the first argument passed to builtins.catAttrs"),
            arg("list", Need::List, "while evaluating the second argument passed to builtins.catAttrs"),
        ],
        cat_attrs,
        "The values of the attribute *attr* of those sets in *list* that have it.",
    )
    .whys(&["while evaluating an element in the list passed as second argument to builtins.catAttrs"]),
    Native::pure(
        "functionArgs",
        &[arg("f", Need::Any, "")],
        function_args,
        "The attributes that the pattern of the function *f* names: `true` for those with a default.",
    ),
    Native::pure(
        "mapAttrs",
        &[
            arg("f", Need::Lazy, ""),
            arg("attrset", Need::Attrs, "while evaluating the second argument passed to builtins.mapAttrs"),
        ],
        |vm, a| {
            let flat = vm.heap.flatten(a[1]);
            Ok(if flat.payload() == 0 { flat } else { vm.lazy_map_attrs(a[0], flat) })
        },
        "A set with the names of *attrset*, whose values are what *f* gives for each name and value.",
    ),
];

/// "attribute … missing", as the builtins say it.
pub(super) fn missing(name: &str) -> Fault {
    Fault::new(FaultKind::Type, format!("attribute '{name}' missing"))
}

/// The same about a name that a program gave.
fn missing_named(vm: &mut Vm, name: Value) -> Fault {
    let name = vm.name_of(name);
    missing(&vm.show_name(name))
}

const PAIR_NAME: &str =
    "while evaluating the `name` attribute of an element of the list passed to builtins.listToAttrs";

const FORCED: u32 = START + 1;
const NAMED: u32 = START + 2;

/// Slots: the set, the names, the index of the name at hand; then the names as settled strings.
fn remove_attrs(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let names = vm.slot(frame, 1);
    if frame.pc == START {
        frame.pc = FORCED;
        frame.why = 1;
        vm.push(Value::raw(0));
    } else {
        check_name(vm, vm.top())?;
    }
    let n = vm.heap.list_len(names);
    let mut index = vm.slot(frame, 2).payload() as usize;
    while index < n {
        let v = vm.heap.element(names, index);
        index += 1;
        vm.push(v);
        match vm.settled(v) {
            Some(v) => {
                check_name(vm, v)?;
                vm.set_top(v);
            }
            None => {
                vm.set_slot(frame, 2, Value::raw(index as u32));
                return Ok(Next::Force);
            }
        }
    }
    let set = vm.slot(frame, 0);
    let mut removed: Vec<Symbol> =
        vm.stack()[frame.base as usize + 3..].iter().filter_map(|&name| vm.known_name(name)).collect();
    removed.retain(|&name| vm.heap.attr(set, name).is_some());
    if removed.is_empty() {
        return Ok(Next::Return(set));
    }
    removed.sort_unstable();
    let flat = vm.heap.flatten(set);
    let mut kept = vm.heap.own_attrs(flat);
    kept.retain(|attr| removed.binary_search(&attr.0).is_err());
    Ok(Next::Return(vm.heap.attrs_sorted(&kept)))
}

/// Faults unless a settled value is a string without context.
pub(super) fn check_name(vm: &Vm, v: Value) -> Result<(), Fault> {
    if !v.is_string() {
        return Err(vm.type_fault("a string", v));
    }
    if vm.heap.context(v).0 != 0 {
        return Err(vm.has_context_fault(v));
    }
    Ok(())
}

/// Slots: the list, the index of the element at hand; then name and element, for each so far.
fn list_to_attrs(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 0);
    let n = vm.heap.list_len(list);
    if frame.pc == START {
        vm.push(Value::raw(0));
        frame.pc = FORCED;
    } else if frame.pc == FORCED {
        let element = vm.pop();
        if let Some(next) = take_pair(vm, frame, element)? {
            return Ok(next);
        }
    } else {
        let name = vm.pop();
        let pos = Pos(vm.pop().payload());
        check_name(vm, name).map_err(|fault| fault.at(pos).within(pos, PAIR_NAME))?;
        push_pair(vm, frame, name);
    }
    loop {
        let index = vm.slot(frame, 1).payload() as usize;
        if index == n {
            return pairs_to_attrs(vm, frame).map(Next::Return);
        }
        let element = vm.heap.element(list, index);
        match vm.settled(element) {
            Some(element) => {
                if let Some(next) = take_pair(vm, frame, element)? {
                    return Ok(next);
                }
            }
            None => {
                frame.pc = FORCED;
                frame.why = 0;
                vm.push(element);
                return Ok(Next::Force);
            }
        }
    }
}

/// Takes the name of a settled element; what to wait for, if it is not there yet.
fn take_pair(vm: &mut Vm, frame: &mut Frame, element: Value) -> Result<Option<Next>, Fault> {
    frame.why = 1;
    if !element.is_attrs() {
        return Err(vm.type_fault("a set", element));
    }
    frame.why = 0;
    let Some((name, pos)) = vm.heap.attr_with_pos(element, vm.names.name) else {
        frame.why = 3;
        return Err(missing("name"));
    };
    match vm.settled(name) {
        Some(name) => {
            check_name(vm, name).map_err(|fault| fault.at(pos).within(pos, PAIR_NAME))?;
            push_pair(vm, frame, name);
            Ok(None)
        }
        None => {
            frame.pc = NAMED;
            frame.why = 2;
            vm.push(Value::raw(pos.0));
            vm.push(name);
            Ok(Some(Next::Force))
        }
    }
}

fn push_pair(vm: &mut Vm, frame: &Frame, name: Value) {
    let index = vm.slot(frame, 1).payload();
    let symbol = vm.name_of(name);
    vm.push(Value::raw(symbol.0));
    vm.set_slot(frame, 1, Value::raw(index + 1));
}

fn pairs_to_attrs(vm: &mut Vm, frame: &mut Frame) -> Result<Value, Fault> {
    let list = vm.slot(frame, 0);
    let names = vm.stack()[frame.base as usize + 2..].iter().enumerate();
    let mut order: Vec<(u32, u32)> = names.map(|(i, name)| (name.payload(), i as u32)).collect();
    order.sort_unstable();
    order.dedup_by_key(|pair| pair.0);
    frame.why = 3;
    let mut attrs = Vec::with_capacity(order.len());
    for (name, index) in order {
        let element = vm.heap.peek(vm.heap.element(list, index as usize));
        let (v, pos) = vm.heap.attr_with_pos(element, vm.names.value).ok_or_else(|| missing("value"))?;
        attrs.push((Symbol(name), pos, v));
    }
    Ok(vm.heap.attrs_sorted(&attrs))
}

fn intersect_attrs(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let (left, right) = (args[0], args[1]);
    let mut attrs = Vec::new();
    if vm.heap.attrs_len(left) < vm.heap.attrs_len(right) {
        let left = vm.heap.flatten(left);
        for (name, ..) in vm.heap.own_attrs(left) {
            if let Some((v, pos)) = vm.heap.attr_with_pos(right, name) {
                attrs.push((name, pos, v));
            }
        }
    } else {
        let right = vm.heap.flatten(right);
        attrs = vm.heap.own_attrs(right);
        attrs.retain(|attr| vm.heap.attr(left, attr.0).is_some());
    }
    Ok(vm.heap.attrs_sorted(&attrs))
}

/// Slots: the name, the list, the index of the element at hand; then the values found.
fn cat_attrs(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 1);
    let name = vm.name_of(vm.slot(frame, 0));
    frame.why = 1 | IF_VALUE;
    if frame.pc == START {
        frame.pc = FORCED;
        vm.push(Value::raw(0));
    } else {
        let element = vm.pop();
        push_attr(vm, element, name)?;
    }
    let n = vm.heap.list_len(list);
    let mut index = vm.slot(frame, 2).payload() as usize;
    while index < n {
        let element = vm.heap.element(list, index);
        index += 1;
        match vm.settled(element) {
            Some(element) => push_attr(vm, element, name)?,
            None => {
                vm.set_slot(frame, 2, Value::raw(index as u32));
                vm.push(element);
                return Ok(Next::Force);
            }
        }
    }
    Ok(Next::Return(vm.list_of_stack(frame.base as usize + 3)))
}

fn push_attr(vm: &mut Vm, element: Value, name: Symbol) -> Result<(), Fault> {
    if !element.is_attrs() {
        return Err(vm.type_fault("a set", element).blaming(Blame::Value));
    }
    if let Some(v) = vm.heap.attr(element, name) {
        vm.push(v);
    }
    Ok(())
}

fn function_args(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let f = args[0];
    let lambda = match f.tag() {
        Tag::Lambda => f,
        Tag::Builtin => return Ok(Value::EMPTY_ATTRS),
        Tag::Partial => match vm.heap.partial_parts(f) {
            // All arguments but the last are given: the last function's pattern counts.
            (inner, given) if inner.tag() == Tag::Lambda => {
                let arity = vm.arity(inner).unwrap_or(0) as usize;
                if given.len() + 1 == arity { inner } else { return Ok(Value::EMPTY_ATTRS) }
            }
            _ => return Ok(Value::EMPTY_ATTRS),
        },
        _ => {
            return Err(Fault::new(FaultKind::Type, "'functionArgs' requires a function"));
        }
    };
    if f.tag() == Tag::Lambda && vm.arity(lambda) != Some(1) {
        return Ok(Value::EMPTY_ATTRS);
    }
    let formals = vm.formals_of(lambda);
    let attrs = formals.into_iter().map(|it| (it.name, it.pos, Value::bool(it.has_default))).collect();
    Ok(vm.heap.attrs_from(attrs))
}
