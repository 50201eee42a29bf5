//! Lists, without calling anything.

use crate::value::{Tag, Value};
use crate::vm::{Arg, Blame, EQUAL, Fault, FaultKind, Frame, IF_VALUE, Native, Need, Next, START, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure(
        "length",
        &[arg("e", Need::List, "while evaluating the first argument passed to builtins.length")],
        |vm, a| Ok(Value((vm.heap.list_len(a[0]) as u64) << 8)),
        "How many elements the list *e* has.",
    ),
    Native::pure(
        "elemAt",
        &[
            arg("xs", Need::List, "while evaluating the first argument passed to 'builtins.elemAt'"),
            arg("n", Need::Int, "while evaluating the second argument passed to 'builtins.elemAt'"),
        ],
        elem_at,
        "The element *n* of the list *xs*, counted from 0.",
    )
    .backward(),
    Native::pure(
        "head",
        &[arg("list", Need::List, "while evaluating the first argument passed to 'builtins.head'")],
        |vm, a| match vm.heap.elements(a[0]).first() {
            Some(&v) => Ok(v),
            None => Err(Fault::new(FaultKind::Eval, "'builtins.head' called on an empty list")),
        },
        "The first element of *list*.",
    ),
    Native::pure(
        "tail",
        &[arg("list", Need::List, "while evaluating the first argument passed to 'builtins.tail'")],
        |vm, a| match vm.heap.list_len(a[0]) {
            0 => Err(Fault::new(FaultKind::Eval, "'builtins.tail' called on an empty list")),
            _ => Ok(vm.heap.list_tail(a[0])),
        },
        "*list* without its first element, in constant time.",
    ),
    Native::steps(
        "genList",
        &[
            arg("generator", Need::Lazy, ""),
            arg("length", Need::Int, "while evaluating the second argument passed to builtins.genList"),
        ],
        gen_list,
        "The list of *length* elements whose element *i* is `generator i`.",
    )
    .whys(&["while evaluating the first argument passed to builtins.genList"])
    .backward(),
    Native::pure(
        "map",
        &[
            arg("f", Need::FunctionOver, "while evaluating the first argument passed to builtins.map"),
            arg("list", Need::List, "while evaluating the second argument passed to builtins.map"),
        ],
        map,
        "The list of what *f* gives for each element of *list*.",
    )
    .backward()
    .everywhere(),
    Native::steps(
        "elem",
        &[
            arg("x", Need::Lazy, ""),
            arg("xs", Need::List, "while evaluating the second argument passed to builtins.elem"),
        ],
        elem,
        "Whether an element of the list *xs* equals *x*.",
    )
    .whys(SEARCHING),
    Native::steps(
        "concatLists",
        &[arg("lists", Need::List, "while evaluating the first argument passed to builtins.concatLists")],
        concat_lists,
        "The elements of all the lists in *lists*, as one list.",
    )
    .whys(&["while evaluating a value of the list passed to builtins.concatLists"]),
];

const SEARCHING: &[&str] = &["while searching for the presence of the given element in the list"];

fn elem_at(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let n = vm.heap.as_int(args[1]).unwrap_or(-1);
    let elements = vm.heap.elements(args[0]);
    if let Ok(index) = usize::try_from(n)
        && let Some(&v) = elements.get(index)
    {
        return Ok(v);
    }
    let text = format!("'builtins.elemAt' called with index {n} on a list of size {}", elements.len());
    Err(Fault::new(FaultKind::Eval, text))
}

/// How long a list may be: more does not fit on the heap.
pub(super) fn check_len(vm: &mut Vm, len: i64) -> Result<usize, Fault> {
    let Ok(n) = usize::try_from(len) else {
        return Err(Fault::new(FaultKind::Eval, format!("cannot create list of size {len}")));
    };
    if n as u64 > vm.heap.bytes_left() / 8 || !vm.heap.reserve(n) {
        return Err(Fault::new(FaultKind::OutOfMemory, format!("out of memory: a list of {n} elements does not fit")));
    }
    Ok(n)
}

/// Slots: the function, the length. The length is looked at before the function is evaluated.
fn gen_list(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let len = vm.heap.as_int(vm.slot(frame, 1)).unwrap_or(-1);
    if frame.pc == START {
        check_len(vm, len)?;
        frame.pc += 1;
        frame.why = 1;
        vm.push(vm.slot(frame, 0));
        return Ok(Next::Force);
    }
    let generator = vm.pop();
    vm.check_function(generator)?;
    // An element is a slot and a thunk.
    check_len(vm, len.saturating_mul(3))?;
    let n = check_len(vm, len)?;
    if n == 0 {
        return Ok(Next::Return(Value::EMPTY_LIST));
    }
    let env = vm.apply_env(generator);
    let list = vm.heap.list_unset(n);
    for i in 0..n {
        let thunk = vm.lazy_apply_in(env, Value((i as u64) << 8));
        vm.heap.list_set(list, i, thunk);
    }
    Ok(Next::Return(list))
}

fn map(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let n = vm.heap.list_len(args[1]);
    if n == 0 {
        return Ok(args[1]);
    }
    let env = vm.apply_env(args[0]);
    let list = vm.heap.list_unset(n);
    for i in 0..n {
        let element = vm.heap.element(args[1], i);
        let thunk = vm.lazy_apply_in(env, element);
        vm.heap.list_set(list, i, thunk);
    }
    Ok(list)
}

const COMPARED: u32 = START + 2;

/// Slots: what is looked for, the list, the index of the element at hand.
fn elem(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 1);
    let mut index = match frame.pc {
        START => {
            frame.why = 1 | IF_VALUE;
            if list == Value::EMPTY_LIST {
                return Ok(Next::Return(Value::FALSE));
            }
            vm.push(Value::raw(0));
            vm.push(vm.slot(frame, 0));
            frame.pc += 1;
            return Ok(Next::Force);
        }
        COMPARED => {
            if vm.pop() == Value::TRUE {
                return Ok(Next::Return(Value::TRUE));
            }
            vm.slot(frame, 2).payload() + 1
        }
        FORCED => {
            vm.push(vm.slot(frame, 0));
            vm.push(Value::raw(0));
            frame.pc = COMPARED;
            return Ok(Next::Native(EQUAL, 3));
        }
        _ => {
            let wanted = vm.pop();
            vm.set_slot(frame, 0, wanted);
            0
        }
    };
    let wanted = vm.slot(frame, 0);
    while (index as usize) < vm.heap.list_len(list) {
        let element = vm.heap.element(list, index as usize);
        // A function is equal to itself in the same slot: Nix compares addresses first.
        if element == wanted && wanted.tag() == Tag::Lambda {
            return Ok(Next::Return(Value::TRUE));
        }
        match vm.settled(element).and_then(|it| vm.equal_now(it, wanted)) {
            Some(true) => return Ok(Next::Return(Value::TRUE)),
            Some(false) => index += 1,
            None => {
                vm.set_slot(frame, 2, Value::raw(index));
                vm.push(element);
                frame.pc = FORCED;
                return Ok(Next::Force);
            }
        }
    }
    Ok(Next::Return(Value::FALSE))
}

const FORCED: u32 = START + 3;

/// Slots: the list of lists, the index of the one at hand. Above: those that are settled.
fn concat_lists(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let lists = vm.slot(frame, 0);
    let n = vm.heap.list_len(lists);
    if frame.pc == START {
        frame.pc += 1;
        frame.why = 1 | IF_VALUE;
        vm.push(Value::raw(0));
    } else {
        let v = vm.top();
        if !v.is_list() {
            return Err(vm.type_fault("a list", v).blaming(Blame::Value));
        }
    }
    let mut index = vm.slot(frame, 1).payload() as usize;
    while index < n {
        let v = vm.heap.element(lists, index);
        index += 1;
        match vm.settled(v) {
            Some(v) if v.is_list() => vm.push(v),
            _ => {
                vm.set_slot(frame, 1, Value::raw(index as u32));
                vm.push(v);
                return Ok(Next::Force);
            }
        }
    }
    let first = frame.base as usize + 2;
    Ok(Next::Return(join_lists(vm, first)))
}

/// One list of the elements of all the lists on the stack from `first` on.
pub(super) fn join_lists(vm: &mut Vm, first: usize) -> Value {
    let lists = vm.stack()[first..].to_vec();
    let total: usize = lists.iter().map(|&it| vm.heap.list_len(it)).sum();
    if let Some(&only) = lists.iter().find(|&&it| vm.heap.list_len(it) == total) {
        return only;
    }
    debug_assert!(lists.iter().all(|it| it.tag() == Tag::List), "checked as they came");
    let joined = vm.heap.list_unset(total);
    let mut at = 0;
    for list in lists {
        vm.heap.list_copy(list, joined, at);
        at += vm.heap.list_len(list);
    }
    joined
}

/// The arguments of builtins that call a function for each element.
pub(super) const fn function_and_list(function: &'static str, list: &'static str) -> [Arg; 2] {
    [arg("f", Need::Function, function), arg("list", Need::List, list)]
}
