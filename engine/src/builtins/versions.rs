//! Versions and the names of derivations.

use crate::source::Pos;
use crate::text::version;
use crate::value::{ContextId, Value};
use crate::vm::{Fault, Native, Need, Vm, arg};

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::pure(
        "parseDrvName",
        &[arg("s", Need::PlainStr, "while evaluating the first argument passed to builtins.parseDrvName")],
        parse_drv_name,
        "Splits the string *s* into a package name and a version: `nix-0.12pre12876` into `{ name = \"nix\"; version = \
         \"0.12pre12876\"; }`. The version begins after the first dash that no letter follows.",
    ),
    Native::pure(
        "compareVersions",
        &[
            arg("s1", Need::PlainStr, "while evaluating the first argument passed to builtins.compareVersions"),
            arg("s2", Need::PlainStr, "while evaluating the second argument passed to builtins.compareVersions"),
        ],
        |vm, a| {
            let ordering = version::compare(vm.heap.bytes(a[0]), vm.heap.bytes(a[1]));
            Ok(Value((i64::from(ordering as i8) << 8) as u64))
        },
        "`-1` if the version *s1* is older than *s2*, `0` if they are the same, `1` if it is newer.",
    ),
    Native::pure(
        "splitVersion",
        &[arg("s", Need::PlainStr, "while evaluating the first argument passed to builtins.splitVersion")],
        split_version,
        "The components of the version *s*, as `compareVersions` sees them: `1.2pre3` has `1`, `2`, `pre` and `3`.",
    ),
];

fn parse_drv_name(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let (name, version) = version::split_drv_name(vm.heap.bytes(args[0]));
    let (n_name, n_version) = (name.len(), version.len());
    let n_all = vm.heap.bytes(args[0]).len();
    let name = vm.heap.string_part(args[0], 0, n_name, ContextId::EMPTY);
    let version = vm.heap.string_part(args[0], n_all - n_version, n_version, ContextId::EMPTY);
    let attrs = vec![(vm.names.name, Pos::NONE, name), (vm.names.version, Pos::NONE, version)];
    Ok(vm.heap.attrs_from(attrs))
}

fn split_version(vm: &mut Vm, args: &[Value; 3]) -> Result<Value, Fault> {
    let text = vm.heap.bytes(args[0]).to_vec();
    let parts: Vec<Value> = version::components(&text).map(|part| vm.heap.plain_string(part)).collect();
    Ok(vm.heap.list(&parts))
}
