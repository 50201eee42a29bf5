//! Keys that were met: what `genericClosure` goes by.

use rustc_hash::FxHashSet;

use crate::value::{Tag, Value};

use super::{Fault, Vm};

/// The keys that a `genericClosure` met so far.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    ints: FxHashSet<i64>,
    floats: FxHashSet<u64>,
    strings: FxHashSet<Box<[u8]>>,
    first: Option<Value>,
}

impl KeySet {
    /// Whether a settled key is met for the first time. A list must have been forced deeply.
    ///
    /// # Errors
    /// If it cannot be compared with the keys before it.
    pub fn insert(&mut self, vm: &Vm, key: Value) -> Result<bool, Fault> {
        match self.first {
            // Keys are compared with each other: those that cannot be are refused.
            Some(first) => {
                if !(first.is_list() && key.is_list()) {
                    vm.compare_now(key, first)?;
                }
            }
            None => self.first = Some(key),
        }
        Ok(match key.tag() {
            Tag::Int | Tag::BigInt => self.ints.insert(vm.heap.as_int(key).unwrap_or(0)),
            Tag::Float => {
                let f = vm.heap.as_float(key).unwrap_or(0.0);
                if f.fract() == 0.0 && f.abs() < 9e15 {
                    self.ints.insert(f as i64)
                } else {
                    self.floats.insert(f.to_bits())
                }
            }
            Tag::Str | Tag::Sym | Tag::Path => {
                let bytes = vm.heap.bytes(key);
                !self.strings.contains(bytes) && self.strings.insert(bytes.into())
            }
            _ => self.strings.insert(list_key(vm, key).into()),
        })
    }
}

/// Bytes that are equal for lists that are equal.
fn list_key(vm: &Vm, key: Value) -> Vec<u8> {
    let mut out = Vec::new();
    let mut todo = vec![key];
    while let Some(v) = todo.pop() {
        let v = vm.heap.peek(v);
        match v.tag() {
            Tag::List => {
                out.push(b'[');
                out.extend_from_slice(&vm.heap.list_len(v).to_le_bytes());
                todo.extend(vm.heap.elements(v).iter().rev());
            }
            Tag::Int | Tag::BigInt => {
                out.push(b'i');
                out.extend_from_slice(&vm.heap.as_int(v).unwrap_or(0).to_le_bytes());
            }
            Tag::Float => {
                out.push(b'f');
                out.extend_from_slice(&vm.heap.as_float(v).unwrap_or(0.0).to_le_bytes());
            }
            Tag::Str | Tag::Sym | Tag::Path => {
                let bytes = vm.heap.bytes(v);
                out.push(b's');
                out.extend_from_slice(&bytes.len().to_le_bytes());
                out.extend_from_slice(bytes);
            }
            _ => out.push(b'?'),
        }
    }
    out
}
