//! How fast a folder's Nix files are parsed, and parsed, lowered and resolved.
//!
//! `cargo run --profile fast -p nixscope-engine --example readall FOLDER`

#![expect(clippy::print_stdout, reason = "the numbers are what it is run for")]
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "it is timed, and told what to read")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nixscope_engine::source::Origin;
use nixscope_engine::{builtins, syntax, vm};

fn main() {
    let texts = texts_under(std::env::args().nth(1).unwrap().into());
    let total: usize = texts.iter().map(|it| it.1.len()).sum();
    let rate = |time: Duration| format!("{time:?} ({:.0} MB/s)", total as f64 / time.as_secs_f64() / 1e6);

    let start = Instant::now();
    for (_, text) in &texts {
        std::hint::black_box(syntax::parse(text, syntax::Features { pipe_operators: false }));
    }
    println!("{} files, {total} bytes: parsed in {}", texts.len(), rate(start.elapsed()));

    let limits = vm::Limits { max_depth: 10_000_000, max_heap: 16 << 30 };
    let mut vm = builtins::machine(&builtins::Features::default(), limits);
    let mut faults = Vec::new();
    let start = Instant::now();
    for (path, text) in &texts {
        let folder = Path::new(path).parent().unwrap().display().to_string();
        if let Err(fault) = vm.read(Origin::File(path.clone()), text.clone().into(), &folder, &[]) {
            faults.push((path, fault));
        }
    }
    println!("read in {}, {} of them not Nix", rate(start.elapsed()), faults.len());
    for (path, fault) in faults.iter().take(3) {
        println!("{path}: {}", fault.data().message);
    }
}

/// The names and texts of all Nix files under a folder; links are not followed.
fn texts_under(folder: PathBuf) -> Vec<(String, Vec<u8>)> {
    let (mut texts, mut folders) = (Vec::new(), vec![folder]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "nix") {
                texts.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    texts
}
