//! The flake and the package of nixscope itself, evaluated by it: `cli/tests/package/` has what they are given.

use std::path::Path;

use crate::{Place, check};

#[test]
fn the_flake_describes_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/package");
    let place = Place::new("package");
    let told = place.run(&format!("nixscope eval --strict {}", folder.join("packages.nix").display()));
    // An attribute on a line is easier to compare.
    let told = told.replace("; ", ";\n");
    let golden = folder.join("packages.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, told).expect("the file can be written");
        return;
    }
    check(&std::fs::read_to_string(golden).expect("the file is there"), &told);
}
