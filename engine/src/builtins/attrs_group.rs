//! Values gathered by name or by key: `groupBy`, `zipAttrsWith`, `genericClosure`.

use rustc_hash::FxHashMap;

use crate::ir::Symbol;
use crate::source::Pos;
use crate::value::Value;
use crate::vm::{Blame, DEEP_FORCE, Fault, Frame, IF_VALUE, KeySet, Native, Need, Next, START, Vm, arg};

use super::attrs::{check_name, missing};
use super::lists::function_and_list;

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "groupBy",
        &function_and_list(
            "while evaluating the first argument passed to builtins.groupBy",
            "while evaluating the second argument passed to builtins.groupBy",
        ),
        group_by,
        "A set of lists: for each string that *f* gives for an element of *list*, the elements it gives it for.",
    )
    .whys(&["", "while evaluating the return value of the grouping function passed to builtins.groupBy"]),
    Native::steps(
        "zipAttrsWith",
        &[
            arg("f", Need::Function, "while evaluating the first argument passed to builtins.zipAttrsWith"),
            arg("list", Need::List, "while evaluating the second argument passed to builtins.zipAttrsWith"),
        ],
        zip_attrs_with,
        "A set with all names of the sets in *list*, whose values are what *f* gives for a name and the list of its \
         values.",
    )
    .whys(&["while evaluating a value of the list passed as second argument to builtins.zipAttrsWith"]),
    Native::steps(
        "genericClosure",
        &[arg("attrset", Need::Attrs, "while evaluating the first argument passed to builtins.genericClosure")],
        generic_closure,
        "The elements reached from `startSet` by `operator`, each key once. Elements are sets with a `key`; \
         `operator` gives the list of those that follow from one.",
    )
    .whys(&[
        "in the attrset passed as argument to builtins.genericClosure",
        "while evaluating the 'startSet' attribute passed as argument to builtins.genericClosure",
        "while evaluating the 'operator' attribute passed as argument to builtins.genericClosure",
    ])
    .explaining(explain_closure),
];

const CALLED: u32 = START + 1;

/// Slots: the function, the list, the index of the element at hand; then the names it gave, as symbols.
fn group_by(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 1);
    let n = vm.heap.list_len(list) as u32;
    let next = if frame.pc == START {
        vm.push(Value::raw(0));
        0
    } else {
        let name = vm.pop();
        frame.why = 2;
        check_name(vm, name)?;
        frame.why = 0;
        let name = vm.name_of(name);
        vm.push(Value::raw(name.0));
        vm.slot(frame, 2).payload() + 1
    };
    if next < n {
        vm.set_slot(frame, 2, Value::raw(next));
        vm.push(vm.slot(frame, 0));
        vm.push(vm.heap.element(list, next as usize));
        frame.pc = CALLED;
        return Ok(Next::Call(1));
    }
    let mut groups: FxHashMap<u32, Vec<Value>> = FxHashMap::default();
    let mut order = Vec::new();
    for (i, name) in vm.stack()[frame.base as usize + 3..].iter().enumerate() {
        let group = groups.entry(name.payload()).or_insert_with(|| {
            order.push(name.payload());
            Vec::new()
        });
        group.push(vm.heap.element(list, i));
    }
    let mut attrs = Vec::with_capacity(order.len());
    for name in order {
        let group = vm.heap.list(&groups[&name]);
        attrs.push((Symbol(name), Pos::NONE, group));
    }
    Ok(Next::Return(vm.heap.attrs_from(attrs)))
}

/// Slots: the function, the list, the index of the element at hand; then the sets.
fn zip_attrs_with(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 1);
    let n = vm.heap.list_len(list);
    frame.why = 1 | IF_VALUE;
    if frame.pc == START {
        frame.pc = CALLED;
        vm.push(Value::raw(0));
    } else {
        check_attrs(vm, vm.top())?;
    }
    let mut index = vm.slot(frame, 2).payload() as usize;
    while index < n {
        let v = vm.heap.element(list, index);
        index += 1;
        vm.push(v);
        match vm.settled(v) {
            Some(v) => {
                check_attrs(vm, v)?;
                vm.set_top(v);
            }
            None => {
                vm.set_slot(frame, 2, Value::raw(index as u32));
                return Ok(Next::Force);
            }
        }
    }
    let sets = vm.stack()[frame.base as usize + 3..].to_vec();
    let mut all: Vec<(Symbol, u32, Value)> = Vec::new();
    for (i, set) in sets.into_iter().enumerate() {
        let flat = vm.heap.flatten(set);
        all.extend(vm.heap.own_attrs(flat).into_iter().map(|(name, _, v)| (name, i as u32, v)));
    }
    all.sort_by_key(|&(name, i, _)| (name, i));
    let function = vm.slot(frame, 0);
    let mut attrs = Vec::new();
    for group in all.chunk_by(|a, b| a.0 == b.0) {
        let values: Vec<Value> = group.iter().map(|it| it.2).collect();
        let values = vm.heap.list(&values);
        let env = vm.heap.env_of(0, &[function, Value::sym(group[0].0)]);
        attrs.push((group[0].0, Pos::NONE, vm.lazy_apply_2_in(env, values)));
    }
    Ok(Next::Return(vm.heap.attrs_sorted(&attrs)))
}

fn check_attrs(vm: &Vm, v: Value) -> Result<(), Fault> {
    if v.is_attrs() { Ok(()) } else { Err(vm.type_fault("a set", v).blaming(Blame::Value)) }
}

const START_SET: u32 = START + 1;
const OPERATOR: u32 = START + 2;
const ELEMENT: u32 = START + 3;
const KEY: u32 = START + 4;
const KEY_FORCED: u32 = START + 5;
const FOLLOWED: u32 = START + 6;
const FOLLOWER: u32 = START + 7;
const RETURNED: u32 = START + 8;

// Slots: the argument, the operator, how many results there are, the index of the element at hand, the list whose
// elements are being added, the index of the next of them; then results and, behind them, elements not looked at yet.
const OPERATOR_SLOT: u32 = 1;
const RESULTS: u32 = 2;
const HEAD: u32 = 3;
const ADDING: u32 = 4;
const NEXT_ADDED: u32 = 5;
const QUEUE: u32 = 6;

fn generic_closure(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            vm.caches.key_sets.push(KeySet::default());
            let start = closure_attr(vm, frame, vm.names.start_set, "startSet")?;
            for slot in [Value::NULL, Value::raw(0), Value::raw(0), Value::EMPTY_LIST, Value::raw(0)] {
                vm.push(slot);
            }
            frame.why = 2 | IF_VALUE;
            frame.pc = START_SET;
            vm.push(start);
            Ok(Next::Force)
        }
        START_SET => {
            let start = vm.pop();
            if !start.is_list() {
                return Err(vm.type_fault("a list", start).blaming(Blame::Value));
            }
            vm.set_slot(frame, ADDING, start);
            if start == Value::EMPTY_LIST {
                return Ok(Next::Return(finish(vm, frame)));
            }
            let operator = closure_attr(vm, frame, vm.names.operator, "operator")?;
            frame.why = 3;
            frame.pc = OPERATOR;
            vm.push(operator);
            Ok(Next::Force)
        }
        OPERATOR => {
            let operator = vm.pop();
            let callable =
                operator.is_function() || (operator.is_attrs() && vm.heap.attr(operator, vm.names.functor).is_some());
            if !callable {
                return Err(vm.type_fault("a function", operator));
            }
            vm.set_slot(frame, OPERATOR_SLOT, operator);
            // Elements of the start set are evaluated when their turn comes, those that follow as they are added.
            for i in 0..vm.heap.list_len(vm.slot(frame, ADDING)) {
                let v = vm.heap.element(vm.slot(frame, ADDING), i);
                vm.push(v);
            }
            next_element(vm, frame)
        }
        ELEMENT => {
            let element = vm.pop();
            if !element.is_attrs() {
                return Err(vm.type_fault("a set", element));
            }
            let head = vm.slot(frame, HEAD).payload();
            vm.set_slot(frame, QUEUE + head, element);
            let Some(key) = vm.heap.attr(element, vm.names.key) else {
                return Err(missing("key"));
            };
            frame.pc = KEY;
            vm.push(key);
            Ok(Next::Force)
        }
        KEY if vm.top().is_list() => {
            frame.pc = KEY_FORCED;
            Ok(Next::Native(DEEP_FORCE, 1))
        }
        KEY | KEY_FORCED => {
            let key = vm.pop();
            let mut keys = vm.caches.key_sets.pop().unwrap_or_default();
            let is_new = keys.insert(vm, key);
            vm.caches.key_sets.push(keys);
            let head = vm.slot(frame, HEAD).payload();
            vm.set_slot(frame, HEAD, Value::raw(head + 1));
            let element = vm.slot(frame, QUEUE + head);
            let is_new = is_new.map_err(|fault| {
                let first = vm.show_in_fault(vm.slot(frame, QUEUE));
                fault
                    .within(Pos::NONE, format!("with element {first}"))
                    .within(Pos::NONE, format!("while comparing element {}", vm.show_in_fault(element)))
            });
            if !is_new? {
                return next_element(vm, frame);
            }
            let results = vm.slot(frame, RESULTS).payload();
            vm.set_slot(frame, QUEUE + results, element);
            vm.set_slot(frame, RESULTS, Value::raw(results + 1));
            frame.pc = FOLLOWED;
            vm.push(vm.slot(frame, OPERATOR_SLOT));
            vm.push(element);
            Ok(Next::Call(1))
        }
        FOLLOWED => {
            let followers = vm.pop();
            if !followers.is_list() {
                let inner = "while evaluating the return value of the `operator` passed to builtins.genericClosure";
                return Err(vm.type_fault("a list", followers).within(Pos::NONE, inner));
            }
            vm.set_slot(frame, ADDING, followers);
            vm.set_slot(frame, NEXT_ADDED, Value::raw(0));
            add_followers(vm, frame)
        }
        FOLLOWER => add_followers(vm, frame),
        RETURNED => Ok(Next::Return(vm.top())),
        _ => Ok(Next::Return(finish(vm, frame))),
    }
}

/// Says which element is at hand.
fn explain_closure(vm: &Vm, frame: &Frame, _: Blame, fault: &mut Fault) {
    let (doing, index) = match frame.pc {
        ELEMENT => ("in", vm.slot(frame, HEAD).payload()),
        FOLLOWED | FOLLOWER => ("while calling operator on", vm.slot(frame, RESULTS).payload() - 1),
        _ => return,
    };
    let element = vm.slot(frame, QUEUE + index);
    fault.push_trace(Pos::NONE, format!("{doing} genericClosure element {}", vm.show_in_fault(element)));
}

fn closure_attr(vm: &mut Vm, frame: &mut Frame, name: Symbol, text: &str) -> Result<Value, Fault> {
    let found = vm.heap.attr(vm.slot(frame, 0), name);
    if found.is_none() {
        frame.why = 1;
    }
    found.ok_or_else(|| missing(text))
}

/// Adds the elements that follow from the one at hand, each evaluated.
fn add_followers(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let followers = vm.slot(frame, ADDING);
    let n = vm.heap.list_len(followers);
    let mut index = vm.slot(frame, NEXT_ADDED).payload() as usize;
    while index < n {
        let v = vm.heap.element(followers, index);
        index += 1;
        vm.push(v);
        if let Some(v) = vm.settled(v) {
            vm.set_top(v);
        } else {
            vm.set_slot(frame, NEXT_ADDED, Value::raw(index as u32));
            frame.pc = FOLLOWER;
            return Ok(Next::Force);
        }
    }
    next_element(vm, frame)
}

fn next_element(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let head = vm.slot(frame, HEAD).payload();
    let end = vm.stack().len() as u32 - frame.base - QUEUE;
    if head == end {
        return Ok(Next::Return(finish(vm, frame)));
    }
    frame.why = 0;
    frame.pc = ELEMENT;
    vm.push(vm.slot(frame, QUEUE + head));
    Ok(Next::Force)
}

fn finish(vm: &mut Vm, frame: &mut Frame) -> Value {
    vm.caches.key_sets.pop();
    frame.pc = RETURNED;
    let first = (frame.base + QUEUE) as usize;
    let n = vm.slot(frame, RESULTS).payload() as usize;
    let results = vm.stack()[first..first + n].to_vec();
    debug_assert!(results.iter().all(|it| it.is_attrs()), "only checked elements become results");
    vm.heap.list(&results)
}
