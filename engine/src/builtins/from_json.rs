//! JSON read.

use rustc_hash::FxHashMap;

use crate::ir::Symbol;
use crate::source::Pos;
use crate::text::json::{Event, JsonError, Reader};
use crate::value::Value;
use crate::vm::{Fault, FaultKind, Native, Need, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[Native::pure(
    "fromJSON",
    &[arg("e", Need::PlainStr, "while evaluating the first argument passed to builtins.fromJSON")],
    from_json,
    "The value that the JSON text *e* stands for. Objects become sets, arrays lists.",
)];

fn from_json(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    // The text is copied: the heap may move while values are made of it.
    let text = vm.heap.bytes(args[0]).to_vec();
    let mut reader = Reader::new(&text);
    let mut building = Building::default();
    loop {
        match reader.next_event().map_err(|error| json_fault(&error))? {
            Event::Null => building.values.push(Value::NULL),
            Event::Bool(b) => building.values.push(Value::bool(b)),
            Event::Int(i) => building.values.push(vm.heap.int(i)),
            Event::Float(f) => building.values.push(vm.heap.float(f)),
            Event::String(s) => building.values.push(vm.heap.plain_string(s)),
            Event::Key(name) => building.names.push(vm.heap.intern(name)),
            Event::StartArray | Event::StartObject => {
                building.open.push((building.values.len(), building.names.len()));
            }
            Event::EndArray => {
                let (start, _) = building.open.pop().expect("every end has its start");
                let list = vm.heap.list(&building.values[start..]);
                building.values.truncate(start);
                building.values.push(list);
            }
            Event::EndObject => building.end_object(vm),
            Event::End => return Ok(building.values[0]),
        }
    }
}

fn json_fault(error: &JsonError) -> Fault {
    let fault = Fault::new(FaultKind::Eval, String::from_utf8_lossy(&error.message()));
    match error {
        JsonError::Syntax(_) => fault.within(Pos::NONE, "while decoding a JSON string"),
        JsonError::IntegerRange(_) | JsonError::ZeroByte(_) => fault,
    }
}

/// A document half read.
#[derive(Default)]
struct Building {
    /// Elements of what is open, the innermost last.
    values: Vec<Value>,
    /// Names of members of the objects that are open.
    names: Vec<Symbol>,
    /// Where in `values` and `names` each open array or object begins.
    open: Vec<(usize, usize)>,
    shapes: FxHashMap<Box<[Symbol]>, Shape>,
    sorted: Vec<Value>,
}

/// What objects with the same names in the same order share.
struct Shape {
    keys: u32,
    /// For each key, the last member that has that name.
    members: Box<[u32]>,
}

/// How many shapes are remembered.
const MAX_SHAPES: usize = 1024;

impl Building {
    fn end_object(&mut self, vm: &mut Vm) {
        let (first_value, first_name) = self.open.pop().expect("every end has its start");
        let names = &self.names[first_name..];
        let fresh;
        let shape = match self.shapes.get(names) {
            Some(shape) => shape,
            None => {
                let shape = Shape::new(vm, names);
                if self.shapes.len() < MAX_SHAPES {
                    self.shapes.entry(names.into()).or_insert(shape)
                } else {
                    fresh = shape;
                    &fresh
                }
            }
        };
        self.sorted.clear();
        self.sorted.extend(shape.members.iter().map(|&member| self.values[first_value + member as usize]));
        let set = vm.heap.attrs(shape.keys, &self.sorted);
        self.values.truncate(first_value);
        self.names.truncate(first_name);
        self.values.push(set);
    }
}

impl Shape {
    fn new(vm: &mut Vm, names: &[Symbol]) -> Self {
        let mut members: Vec<(Symbol, u32)> = names.iter().copied().zip(0..).collect();
        members.sort_by_key(|&(name, member)| (name, std::cmp::Reverse(member)));
        members.dedup_by_key(|it| it.0);
        let keys = if members.is_empty() { 0 } else { vm.heap.keys(members.iter().map(|it| (it.0, Pos::NONE))) };
        Self { keys, members: members.into_iter().map(|it| it.1).collect() }
    }
}
