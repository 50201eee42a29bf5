//! Lists, with a function called for each element.
//!
//! Each of these is a frame that calls, takes the result, and calls again. What it has gathered so far lies above its
//! slots on the value stack.

use crate::value::Value;
use crate::vm::{Fault, Frame, Native, Need, Next, START, Vm, arg};

use super::lists::{function_and_list, join_lists};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "filter",
        &[
            arg("f", Need::FunctionOver, "while evaluating the first argument passed to builtins.filter"),
            arg("list", Need::List, "while evaluating the second argument passed to builtins.filter"),
        ],
        filter,
        "The elements of *list* for which *f* gives `true`.",
    )
    .backward()
    .whys(&["", "while evaluating the return value of the filtering function passed to builtins.filter"]),
    Native::steps(
        "any",
        &function_and_list(
            "while evaluating the first argument passed to builtins.any",
            "while evaluating the second argument passed to builtins.any",
        ),
        |vm, frame| any_or_all(vm, frame, Value::TRUE),
        "Whether *f* gives `true` for at least one element of *list*.",
    )
    .whys(&["", "while evaluating the return value of the function passed to builtins.any"]),
    Native::steps(
        "all",
        &function_and_list(
            "while evaluating the first argument passed to builtins.all",
            "while evaluating the second argument passed to builtins.all",
        ),
        |vm, frame| any_or_all(vm, frame, Value::FALSE),
        "Whether *f* gives `true` for every element of *list*.",
    )
    .whys(&["", "while evaluating the return value of the function passed to builtins.all"]),
    Native::steps(
        "foldl'",
        &[
            arg("op", Need::Function, "while evaluating the first argument passed to builtins.foldlStrict"),
            arg("nul", Need::Lazy, ""),
            arg("list", Need::List, "while evaluating the third argument passed to builtins.foldlStrict"),
        ],
        foldl,
        "Combines the elements of *list* from the left: `op (… (op (op nul x0) x1) …) xn`, evaluating each step.",
    ),
    Native::steps(
        "concatMap",
        &function_and_list(
            "while evaluating the first argument passed to builtins.concatMap",
            "while evaluating the second argument passed to builtins.concatMap",
        ),
        concat_map,
        "The elements of all the lists that *f* gives for the elements of *list*, as one list.",
    ),
    Native::steps(
        "partition",
        &function_and_list(
            "while evaluating the first argument passed to builtins.partition",
            "while evaluating the second argument passed to builtins.partition",
        ),
        partition,
        "A set of two lists: `right` has the elements of *list* for which *pred* gives `true`, `wrong` the others.",
    )
    .whys(&["", "while evaluating the return value of the partition function passed to builtins.partition"]),
];

const CONCAT_MAP_RESULT: &str = "while evaluating the return value of the function passed to builtins.concatMap";

const CALLED: u32 = START + 1;
const FORCED: u32 = START + 2;

/// Calls the function in slot 0 with the element of the list in slot 1 that slot 2 names.
fn call_next(vm: &mut Vm, frame: &mut Frame, index: u32) -> Next {
    let list = vm.slot(frame, 1);
    vm.set_slot(frame, 2, Value::raw(index));
    vm.push(vm.slot(frame, 0));
    vm.push(vm.heap.element(list, index as usize));
    frame.pc = CALLED;
    Next::Call(1)
}

/// The Boolean that a function gave; a fault about it carries the second line of trace.
fn take_bool(vm: &mut Vm, frame: &mut Frame) -> Result<Value, Fault> {
    let v = vm.pop();
    if v == Value::TRUE || v == Value::FALSE {
        return Ok(v);
    }
    frame.why = 2;
    Err(vm.type_fault("a Boolean", v))
}

/// Slots: the function, the list, the index of the element at hand; then the elements kept.
fn filter(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 1);
    let n = vm.heap.list_len(list) as u32;
    if frame.pc == START {
        if n == 0 {
            return Ok(Next::Return(list));
        }
        vm.push(Value::raw(0));
        return Ok(call_next(vm, frame, 0));
    }
    let index = vm.slot(frame, 2).payload();
    if take_bool(vm, frame)? == Value::TRUE {
        vm.push(vm.heap.element(list, index as usize));
    }
    if index + 1 < n {
        return Ok(call_next(vm, frame, index + 1));
    }
    let first = frame.base as usize + 3;
    if vm.stack().len() - first == n as usize {
        return Ok(Next::Return(list));
    }
    Ok(Next::Return(vm.list_of_stack(first)))
}

/// Slots: the function, the list, the index of the element at hand. `decides` is the result that ends the search.
fn any_or_all(vm: &mut Vm, frame: &mut Frame, decides: Value) -> Result<Next, Fault> {
    let n = vm.heap.list_len(vm.slot(frame, 1)) as u32;
    let undecided = Value::bool(decides == Value::FALSE);
    let next = if frame.pc == START {
        vm.push(Value::raw(0));
        0
    } else {
        if take_bool(vm, frame)? == decides {
            return Ok(Next::Return(decides));
        }
        vm.slot(frame, 2).payload() + 1
    };
    if next < n { Ok(call_next(vm, frame, next)) } else { Ok(Next::Return(undecided)) }
}

/// Slots: the function, the value so far, the list, the index of the element at hand.
fn foldl(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 2);
    let n = vm.heap.list_len(list) as u32;
    let index = if frame.pc == START {
        if n == 0 {
            return Ok(Next::Return(vm.slot(frame, 1)));
        }
        frame.pc = CALLED;
        vm.push(Value::raw(1));
        0
    } else {
        let so_far = vm.pop();
        let index = vm.slot(frame, 3).payload();
        if index == n {
            return Ok(Next::Return(so_far));
        }
        vm.set_slot(frame, 1, so_far);
        vm.set_slot(frame, 3, Value::raw(index + 1));
        index
    };
    vm.push(vm.slot(frame, 0));
    vm.push(vm.slot(frame, 1));
    vm.push(vm.heap.element(list, index as usize));
    Ok(Next::Call(2))
}

/// Slots: the function, the list, the index of the element at hand; then the lists it gave.
fn concat_map(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let n = vm.heap.list_len(vm.slot(frame, 1)) as u32;
    let next = if frame.pc == START {
        vm.push(Value::raw(0));
        0
    } else {
        let v = vm.top();
        if !v.is_list() {
            let pos = vm.function_pos(vm.slot(frame, 0));
            return Err(vm.type_fault("a list", v).within(pos, CONCAT_MAP_RESULT));
        }
        if v == Value::EMPTY_LIST {
            vm.pop();
        }
        vm.slot(frame, 2).payload() + 1
    };
    if next < n {
        return Ok(call_next(vm, frame, next));
    }
    let first = frame.base as usize + 3;
    Ok(Next::Return(join_lists(vm, first)))
}

/// Slots: the function, the list, the index of the element at hand; then the answers.
fn partition(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 1);
    let n = vm.heap.list_len(list) as u32;
    let next = match frame.pc {
        START => {
            vm.push(Value::raw(0));
            0
        }
        FORCED => {
            vm.pop();
            let index = vm.slot(frame, 2).payload();
            return Ok(call_next(vm, frame, index));
        }
        _ => {
            let answer = take_bool(vm, frame)?;
            vm.push(answer);
            vm.slot(frame, 2).payload() + 1
        }
    };
    if next < n {
        // Nix evaluates each element before it asks about it.
        let element = vm.heap.element(list, next as usize);
        if vm.settled(element).is_none() {
            vm.set_slot(frame, 2, Value::raw(next));
            vm.push(element);
            frame.pc = FORCED;
            return Ok(Next::Force);
        }
        return Ok(call_next(vm, frame, next));
    }
    let answers = vm.stack()[frame.base as usize + 3..].to_vec();
    let side = |vm: &mut Vm, wanted: Value| {
        let all = vm.heap.elements(list).iter().zip(&answers);
        let kept: Vec<Value> = all.filter(|&(_, answer)| *answer == wanted).map(|(&v, _)| v).collect();
        vm.heap.list(&kept)
    };
    let right = side(vm, Value::TRUE);
    let wrong = side(vm, Value::FALSE);
    let none = crate::source::Pos::NONE;
    Ok(Next::Return(vm.heap.attrs_from(vec![(vm.names.right, none, right), (vm.names.wrong, none, wrong)])))
}
