//! JSON read.

use crate::source::Pos;
use crate::text::json::{Event, JsonError, Reader};
use crate::value::Value;
use crate::vm::{Fault, FaultKind, Native, Need, Vm, arg};

use super::building::Building;

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
            Event::Null => building.value(Value::NULL),
            Event::Bool(b) => building.value(Value::bool(b)),
            Event::Int(i) => building.value(vm.heap.int(i)),
            Event::Float(f) => building.value(vm.heap.float(f)),
            Event::String(s) => building.value(vm.heap.plain_string(s)),
            Event::Key(name) => building.name(vm, name),
            Event::StartArray | Event::StartObject => building.begin(),
            Event::EndArray => building.end_list(vm),
            Event::EndObject => building.end_set(vm),
            Event::End => return Ok(building.finish()),
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
