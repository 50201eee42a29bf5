//! TOML read.

use crate::source::Pos;
use crate::text::toml::{Document, Event, Node};
use crate::value::Value;
use crate::vm::{Fault, FaultKind, Native, Need, Vm, arg};

use super::building::Building;

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[Native::pure(
    "fromTOML",
    &[arg("e", Need::PlainStr, "while evaluating the argument passed to builtins.fromTOML")],
    from_toml,
    "The value that the TOML text *e* stands for. Tables become sets, arrays lists; dates and times are refused unless \
     the experimental feature `parse-toml-timestamps` is on.",
)
.everywhere()];

fn from_toml(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let timestamps = vm.settings.has_feature("parse-toml-timestamps");
    let document = Document::parse(vm.heap.bytes(args[0]), timestamps).map_err(|error| {
        let text = format!("while parsing TOML: {}", String::from_utf8_lossy(error.message()));
        Fault::new(FaultKind::Eval, text)
    })?;
    let mut building = Building::default();
    let mut tables = Vec::new();
    for event in document.events() {
        match event {
            Event::Table | Event::Array => {
                tables.push(matches!(event, Event::Table));
                building.begin();
            }
            Event::End => match tables.pop() {
                Some(true) => building.end_set(vm),
                _ => building.end_list(vm),
            },
            Event::Key(name) => building.name(vm, name.as_bytes()),
            Event::Value(node) => {
                let v = scalar(vm, node);
                building.value(v);
            }
        }
    }
    Ok(building.finish())
}

fn scalar(vm: &mut Vm, node: &Node) -> Value {
    match node {
        Node::String(text) => vm.heap.plain_string(text.as_bytes()),
        Node::Int(i) => vm.heap.int(*i),
        Node::Float(f) => vm.heap.float(*f),
        Node::Bool(b) => Value::bool(*b),
        Node::Timestamp(text) => {
            let kind = vm.heap.symbol_string(b"timestamp");
            let text = vm.heap.plain_string(text.as_bytes());
            let type_name = vm.heap.intern(b"_type");
            let attrs = vec![(type_name, Pos::NONE, kind), (vm.names.value, Pos::NONE, text)];
            vm.heap.attrs_from(attrs)
        }
        Node::Table(_) | Node::Array(_) => Value::NULL,
    }
}
