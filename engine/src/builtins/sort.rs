//! `sort`: a stable merge sort whose comparisons may be calls.

use std::cmp::Ordering;

use crate::source::Pos;
use crate::value::{Tag, Value};
use crate::vm::{Fault, Frame, LESS, Native, Need, Next, START, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[Native::steps(
    "sort",
    &[
        arg("comparator", Need::FunctionOver, "while evaluating the first argument passed to builtins.sort"),
        arg("list", Need::List, "while evaluating the second argument passed to builtins.sort"),
    ],
    sort,
    "*list* in ascending order, where `comparator a b` says whether *a* is less than *b*. Equal elements stay in order.",
)
.backward()
.whys(&["", "while evaluating the return value of the sorting function passed to builtins.sort"])];

const ORDERING: &str = "while evaluating the ordering function passed to builtins.sort";
const FORCING: u32 = START + 1;
const COMPARED: u32 = START + 2;

// Slots: the comparator, the list, then the numbers of the merge, then the elements twice.
const WIDTH: u32 = 2;
const LOW: u32 = 3;
const LEFT: u32 = 4;
const RIGHT: u32 = 5;
/// 0 if the elements are being read from the first copy, 1 if from the second.
const SIDE: u32 = 6;
const ELEMENTS: u32 = 7;

fn sort(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let list = vm.slot(frame, 1);
    let n = vm.heap.list_len(list) as u32;
    match frame.pc {
        START => {
            if n == 0 {
                return Ok(Next::Return(list));
            }
            for number in [1, 0, 0, 1, 0] {
                vm.push(Value::raw(number));
            }
            frame.pc = FORCING;
            force_elements(vm, frame, list, n)
        }
        FORCING => force_elements(vm, frame, list, n),
        _ => {
            let v = vm.pop();
            if v != Value::TRUE && v != Value::FALSE {
                frame.why = 2;
                return Err(vm.type_fault("a Boolean", v));
            }
            take(vm, frame, n, v == Value::TRUE);
            merge(vm, frame, n)
        }
    }
}

/// Copies the elements to the stack, forced. The number of those there is the index of the next.
fn force_elements(vm: &mut Vm, frame: &mut Frame, list: Value, n: u32) -> Result<Next, Fault> {
    let first = (frame.base + ELEMENTS) as usize;
    while vm.stack().len() - first < n as usize {
        let element = vm.heap.element(list, vm.stack().len() - first);
        match vm.settled(element) {
            Some(v) => vm.push(v),
            None => {
                vm.push(element);
                return Ok(Next::Force);
            }
        }
    }
    let comparator = vm.slot(frame, 0);
    if comparator.tag() == Tag::Builtin
        && vm.native(comparator.payload()).name == "lessThan"
        && let Some(sorted) = sort_scalars(vm, first)
    {
        return Ok(Next::Return(sorted));
    }
    for _ in 0..n {
        vm.push(Value::NULL);
    }
    merge(vm, frame, n)
}

/// Sorts by `<` without calling anything, if all elements are strings or all are integers.
fn sort_scalars(vm: &mut Vm, first: usize) -> Option<Value> {
    let mut elements = vm.stack()[first..].to_vec();
    if elements.iter().all(|it| it.tag() == Tag::Int) {
        elements.sort_by_key(|it| it.as_small_int());
    } else if elements.iter().all(|it| it.is_string()) {
        elements.sort_by(|&a, &b| vm.heap.bytes(a).cmp(vm.heap.bytes(b)));
    } else {
        return None;
    }
    Some(vm.heap.list(&elements))
}

fn number(vm: &Vm, frame: &Frame, slot: u32) -> u32 {
    vm.slot(frame, slot).payload()
}

/// Where the runs being merged end: the left one, and the right one.
fn bounds(vm: &Vm, frame: &Frame, n: u32) -> (u32, u32) {
    let (width, low) = (number(vm, frame, WIDTH), number(vm, frame, LOW));
    ((low + width).min(n), (low.saturating_add(2 * width)).min(n))
}

/// Moves the next element of one run to the merged ones.
fn take(vm: &mut Vm, frame: &Frame, n: u32, from_right: bool) {
    let (low, left, right, side) =
        (number(vm, frame, LOW), number(vm, frame, LEFT), number(vm, frame, RIGHT), number(vm, frame, SIDE));
    let (middle, _) = bounds(vm, frame, n);
    let at = left + (right - middle);
    debug_assert!(at >= low, "merged elements follow each other");
    let (source, target) = (ELEMENTS + side * n, ELEMENTS + (1 - side) * n);
    let (index, slot) = if from_right { (right, RIGHT) } else { (left, LEFT) };
    let v = vm.slot(frame, source + index);
    vm.set_slot(frame, target + at, v);
    vm.set_slot(frame, slot, Value::raw(index + 1));
}

/// Merges runs until two elements have to be compared by a call.
fn merge(vm: &mut Vm, frame: &mut Frame, n: u32) -> Result<Next, Fault> {
    loop {
        let (middle, high) = bounds(vm, frame, n);
        let (left, right) = (number(vm, frame, LEFT), number(vm, frame, RIGHT));
        if left < middle && right < high {
            let source = ELEMENTS + number(vm, frame, SIDE) * n;
            let (a, b) = (vm.slot(frame, source + right), vm.slot(frame, source + left));
            let comparator = vm.slot(frame, 0);
            frame.pc = COMPARED;
            if comparator.tag() == Tag::Builtin && vm.native(comparator.payload()).name == "lessThan" {
                match vm.compare_now(a, b).map_err(|fault| fault.within(Pos::NONE, ORDERING))? {
                    Some(ordering) => {
                        take(vm, frame, n, ordering == Ordering::Less);
                        continue;
                    }
                    None => {
                        vm.push(a);
                        vm.push(b);
                        return Ok(Next::Native(LESS, 2));
                    }
                }
            }
            vm.push(comparator);
            vm.push(a);
            vm.push(b);
            return Ok(Next::Call(2));
        }
        if left < middle {
            take(vm, frame, n, false);
        } else if right < high {
            take(vm, frame, n, true);
        } else if !next_runs(vm, frame, n, high) {
            let source = (frame.base + ELEMENTS + number(vm, frame, SIDE) * n) as usize;
            let sorted = vm.stack()[source..source + n as usize].to_vec();
            return Ok(Next::Return(vm.heap.list(&sorted)));
        }
    }
}

/// Goes on to the next two runs, or to runs twice as wide. Whether there are any.
fn next_runs(vm: &mut Vm, frame: &Frame, n: u32, high: u32) -> bool {
    let mut low = high;
    if high == n {
        let width = number(vm, frame, WIDTH) * 2;
        let side = 1 - number(vm, frame, SIDE);
        vm.set_slot(frame, WIDTH, Value::raw(width));
        vm.set_slot(frame, SIDE, Value::raw(side));
        if width >= n {
            return false;
        }
        low = 0;
    }
    let middle = (low + number(vm, frame, WIDTH)).min(n);
    vm.set_slot(frame, LOW, Value::raw(low));
    vm.set_slot(frame, LEFT, Value::raw(low));
    vm.set_slot(frame, RIGHT, Value::raw(middle));
    true
}
