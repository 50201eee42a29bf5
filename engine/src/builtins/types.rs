//! What a value is.

use crate::value::{Tag, Value};
use crate::vm::{Fault, Native, Need, Vm, arg};

const VALUE: &[crate::vm::Arg] = &[arg("e", Need::Any, "")];

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure("isNull", VALUE, |_, a| is(a[0].tag() == Tag::Null), "Whether *e* is `null`.").everywhere(),
    Native::pure("isFunction", VALUE, |_, a| is(a[0].is_function()), "Whether *e* is a function."),
    Native::pure("isInt", VALUE, |_, a| is(a[0].is_int()), "Whether *e* is an integer."),
    Native::pure("isFloat", VALUE, |_, a| is(a[0].tag() == Tag::Float), "Whether *e* is a floating-point number."),
    Native::pure("isString", VALUE, |_, a| is(a[0].is_string()), "Whether *e* is a string."),
    Native::pure("isBool", VALUE, |_, a| is(a[0].tag() == Tag::Bool), "Whether *e* is a Boolean."),
    Native::pure("isPath", VALUE, |_, a| is(a[0].tag() == Tag::Path), "Whether *e* is a path."),
    Native::pure("isAttrs", VALUE, |_, a| is(a[0].is_attrs()), "Whether *e* is an attribute set."),
    Native::pure("isList", VALUE, |_, a| is(a[0].is_list()), "Whether *e* is a list."),
    Native::pure(
        "typeOf",
        VALUE,
        type_of,
        "The type of *e*, as one of `\"int\"`, `\"bool\"`, `\"string\"`, `\"path\"`, `\"null\"`, `\"set\"`, `\"list\"`, \
         `\"lambda\"` and `\"float\"`.",
    ),
];

fn is(holds: bool) -> Result<Value, Fault> {
    Ok(Value::bool(holds))
}

fn type_of(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let name: &[u8] = match args[0].tag() {
        Tag::Int | Tag::BigInt => b"int",
        Tag::Bool => b"bool",
        Tag::Str | Tag::Sym => b"string",
        Tag::Path => b"path",
        Tag::Null => b"null",
        Tag::Attrs => b"set",
        Tag::List => b"list",
        Tag::Float => b"float",
        Tag::Lambda | Tag::Builtin | Tag::Partial | Tag::Thunk | Tag::Unset | Tag::Raw => b"lambda",
    };
    Ok(vm.heap.symbol_string(name))
}
