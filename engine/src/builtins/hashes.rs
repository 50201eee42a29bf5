//! Hashes: of strings, and from one notation to another. Files are hashed where files are read.

use crate::source::Pos;
use crate::store::{Hash, HashAlgorithm, HashError, HashFormat};
use crate::value::{Tag, Value};
use crate::vm::{Fault, FaultKind, Frame, Native, Need, Next, START, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "hashString",
        &[
            arg("type", Need::PlainStr, "while evaluating the first argument passed to builtins.hashString"),
            arg("s", Need::Lazy, ""),
        ],
        hash_string,
        "The hash of the string *s* in base 16. *type* is `\"md5\"`, `\"sha1\"`, `\"sha256\"` or `\"sha512\"`.",
    )
    .whys(&["while evaluating the second argument passed to builtins.hashString"]),
    Native::steps(
        "convertHash",
        &[arg("args", Need::Attrs, "while evaluating the first argument passed to builtins.convertHash")],
        convert_hash,
        "Writes a hash another way. *args* has `hash`, `toHashFormat` (`\"base16\"`, `\"nix32\"`, `\"base64\"` or \
         `\"sri\"`) and, unless the hash says it itself, `hashAlgo`.",
    )
    .whys(&[
        "while evaluating the attribute 'hash'",
        "while evaluating the attribute 'hashAlgo'",
        "while evaluating the attribute 'toHashFormat'",
        "while locating the attribute 'hash'",
        "while locating the attribute 'toHashFormat'",
    ]),
];

fn hash_string(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let algorithm = HashAlgorithm::parse(&vm.heap.text(vm.slot(frame, 0))).map_err(|error| hash_fault(&error))?;
    if frame.pc == START {
        frame.pc += 1;
        frame.why = 1;
        vm.push(vm.slot(frame, 1));
        return Ok(Next::Force);
    }
    let s = vm.top();
    if !s.is_string() {
        return Err(vm.type_fault("a string", s));
    }
    let digits = Hash::of(algorithm, vm.heap.bytes(s)).format(HashFormat::Base16);
    Ok(Next::Return(vm.heap.plain_string(digits.as_bytes())))
}

/// What Nix says of something that is no hash, no algorithm or no format.
fn hash_fault(error: &HashError) -> Fault {
    Fault::new(FaultKind::Eval, error.to_string())
}

const HASH: u32 = START + 1;
const ALGORITHM: u32 = START + 2;
const FORMAT: u32 = START + 3;

/// Slots: the arguments, then as far as known the hash, its algorithm and the format.
fn convert_hash(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if frame.pc != START {
        let v = vm.top();
        if !v.is_string() {
            return Err(vm.type_fault("a string", v));
        }
        vm.require_plain(v)?;
    }
    let args = vm.slot(frame, 0);
    match frame.pc {
        START => {
            frame.pc = HASH;
            locate(vm, frame, args, "hash", 4, 1)
        }
        HASH => {
            frame.pc = ALGORITHM;
            let name = vm.heap.intern(b"hashAlgo");
            let Some(v) = vm.heap.attr(args, name) else {
                vm.push(Value::NULL);
                frame.pc = FORMAT;
                return locate(vm, frame, args, "toHashFormat", 5, 3);
            };
            vm.push(v);
            frame.why = 2;
            Ok(Next::Force)
        }
        ALGORITHM => {
            frame.why = 0;
            algorithm(vm, frame)?;
            frame.pc = FORMAT;
            locate(vm, frame, args, "toHashFormat", 5, 3)
        }
        _ => {
            frame.why = 0;
            let format = vm.heap.text(vm.slot(frame, 3));
            if format == "base32" {
                vm.warn(Pos::NONE, HashFormat::BASE32_WARNING);
            }
            let format = HashFormat::parse(&format).map_err(|error| hash_fault(&error))?;
            let algorithm = algorithm(vm, frame)?;
            let hash = Hash::parse_any(&vm.heap.text(vm.slot(frame, 1)), algorithm);
            let text = hash.map_err(|error| hash_fault(&error))?.format(format);
            Ok(Next::Return(vm.heap.plain_string(text.as_bytes())))
        }
    }
}

/// The algorithm given, if there is one.
fn algorithm(vm: &Vm, frame: &Frame) -> Result<Option<HashAlgorithm>, Fault> {
    let v = vm.slot(frame, 2);
    if v.tag() == Tag::Null {
        return Ok(None);
    }
    HashAlgorithm::parse(&vm.heap.text(v)).map(Some).map_err(|error| hash_fault(&error))
}

/// Forces an attribute that must be there.
fn locate(
    vm: &mut Vm,
    frame: &mut Frame,
    set: Value,
    name: &str,
    locating: u16,
    evaluating: u16,
) -> Result<Next, Fault> {
    frame.why = locating;
    let symbol = vm.heap.intern(name.as_bytes());
    let Some(v) = vm.heap.attr(set, symbol) else {
        return Err(Fault::new(FaultKind::MissingAttribute, format!("attribute '{name}' missing")));
    };
    frame.why = evaluating;
    vm.push(v);
    Ok(Next::Force)
}
