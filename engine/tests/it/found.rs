//! What fuzzing found once, given to its target again.

#[path = "../../../fuzz/src/targets.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets are programs that use the same file as a module")]
mod targets;

use std::path::Path;

#[expect(clippy::disallowed_methods, reason = "cases are files, and a test may read them")]
fn replay(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/cases").join(name);
    let entries = std::fs::read_dir(&folder).expect("cases lie there");
    let mut paths: Vec<_> = entries.map(|it| it.expect("cases lie there").path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        target(&std::fs::read(&path).expect("a case is a file"));
    }
}

#[test]
fn texts_are_read_without_a_panic() {
    replay("parse_to_bytecode", targets::parse_to_bytecode);
}

#[test]
fn programs_run_the_same_however_they_are_run() {
    replay("evaluate", targets::evaluate);
}
