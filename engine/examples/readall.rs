//! How fast the Nix files of a folder are parsed, and how fast they are read: parsed, lowered, and their names resolved.
//!
//! `cargo run --release -p nixscope-engine --example readall -- FOLDER [ROUNDS]`
//!
//! The files are in memory before the clock starts. The best of the rounds is told, for what else the machine does only
//! ever makes a round slower. Nothing is evaluated, and no body is emitted.

#![expect(clippy::print_stdout, reason = "the numbers are what it is run for")]
#![expect(clippy::disallowed_methods, reason = "it is timed, and told what to read")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nixscope_engine::source::Origin;
use nixscope_engine::{builtins, syntax, vm};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let rounds = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(3);
    let texts = texts_under(folder.into())?;
    let total: usize = texts.iter().map(|it| it.1.len()).sum();
    println!("{} files, {total} bytes", texts.len());

    tell("parsed", total, (0..rounds).map(|_| parse(&texts)));
    let mut faults = Vec::new();
    tell("read", total, (0..rounds).map(|_| read(&texts, &mut faults)));
    println!("{} of them are not Nix", faults.len());
    for fault in faults.iter().take(3) {
        println!("{fault}");
    }
    Ok(())
}

fn tell(what: &str, total: usize, times: impl Iterator<Item = Duration>) {
    let Some(time) = times.min() else { return };
    println!("{what} in {time:.0?}, {:.0} MB/s", total as f64 / time.as_secs_f64() / 1e6);
}

fn parse(texts: &[(String, Vec<u8>)]) -> Duration {
    let start = Instant::now();
    for (_, text) in texts {
        std::hint::black_box(syntax::parse(text, syntax::Features { pipe_operators: false }));
    }
    start.elapsed()
}

/// Reads all files into one machine; `faults` gets what was wrong in this round.
fn read(texts: &[(String, Vec<u8>)], faults: &mut Vec<String>) -> Duration {
    faults.clear();
    let limits = vm::Limits { max_depth: 10_000_000, max_heap: 16 << 30 };
    let mut vm = builtins::machine(&builtins::Features::default(), limits);
    let start = Instant::now();
    for (path, text) in texts {
        let folder = Path::new(path).parent().map_or_else(String::new, |it| it.display().to_string());
        if let Err(fault) = vm.read(Origin::File(path.clone()), text.clone().into(), &folder, &[]) {
            faults.push(format!("{path}: {}", fault.data().message));
        }
    }
    start.elapsed()
}

/// The names and texts of all Nix files under a folder; links are not followed.
fn texts_under(folder: PathBuf) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let (mut texts, mut folders) = (Vec::new(), vec![folder]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "nix") {
                texts.push((path.display().to_string(), std::fs::read(&path)?));
            }
        }
    }
    Ok(texts)
}
