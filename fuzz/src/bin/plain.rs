//! Fuzzing without libFuzzer: texts of the corpus are changed at random and given to a target, until the time is up.
//!
//! Where no instrumented build can be made, this finds less but finds it too.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nixscope_testkit::generate::Rng;

const USAGE: &str = "usage: plain parse_to_bytecode|evaluate --seconds N [--seed N] FOLDER...";

/// A run of the target that takes longer is a find.
const SLOW: Duration = Duration::from_secs(5);

const WORDS: &[&str] = &[
    "let ",
    " in ",
    "rec {",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "inherit ",
    "inherit (",
    ";",
    "=",
    "==",
    "//",
    "++",
    "->",
    "?",
    " or ",
    "if ",
    " then ",
    " else ",
    "assert ",
    "with ",
    "''",
    "\"",
    "${",
    "'''",
    "''${",
    "''\\",
    "\\",
    "$",
    "@",
    ":",
    ", ",
    "...",
    ".",
    "1",
    "0.5",
    "1e9",
    "9223372036854775807",
    "-",
    "!",
    "&&",
    "||",
    "<",
    ">=",
    "|>",
    "<|",
    "/*",
    "*/",
    "#",
    "\n",
    "\r",
    "\t",
    "~/",
    "./",
    "<a>",
    "/a/",
    "a",
    "b",
    "x: ",
    "{ a }: ",
    "throw \"\"",
    "builtins.",
    "map ",
    "__functor",
    "__toString",
    "__overrides",
    "outPath",
    "__curPos",
    "null",
    "true",
    "\0",
    "\u{e9}",
    "a:b",
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let target: fn(&[u8]) = match words.next().as_deref() {
        Some("parse_to_bytecode") => nixscope_fuzz::parse_to_bytecode,
        Some("evaluate") => nixscope_fuzz::evaluate,
        _ => return usage(),
    };
    let (mut seconds, mut seed, mut corpus) = (None, 0, Vec::new());
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|it| it.parse::<u64>().ok());
        match word.as_str() {
            "--seconds" => seconds = number(),
            "--seed" => seed = number().unwrap_or(0),
            folder => read(Path::new(folder), &mut corpus),
        }
    }
    let Some(seconds) = seconds else { return usage() };
    if corpus.is_empty() {
        corpus.push(b"let x = 1; in { a = x; }".to_vec());
    }
    fuzz(target, &mut Rng::new(seed), &corpus, Duration::from_secs(seconds))
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

/// Every text under a folder.
fn read(folder: &Path, corpus: &mut Vec<Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, corpus);
        } else if let Ok(text) = std::fs::read(&path)
            && text.len() < 1 << 14
        {
            corpus.push(text);
        }
    }
}

fn fuzz(target: fn(&[u8]), rng: &mut Rng, corpus: &[Vec<u8>], time: Duration) -> ExitCode {
    // The text at hand is written down first: a stack that overflows cannot be caught.
    let at_hand = std::env::temp_dir().join(format!("nixscope-fuzz-{}", std::process::id()));
    let (start, mut n, mut n_found) = (Instant::now(), 0_u64, 0_u32);
    while start.elapsed() < time {
        let text = changed(rng, corpus);
        let written = std::fs::File::create(&at_hand).and_then(|mut it| it.write_all(&text));
        if let Err(error) = written {
            eprintln!("{}: {error}", at_hand.display());
            return ExitCode::from(2);
        }
        let begun = Instant::now();
        let result = std::panic::catch_unwind(|| target(&text));
        n += 1;
        if result.is_err() || begun.elapsed() > SLOW {
            n_found += 1;
            let kept = format!("found-{n_found}-{n}.nix");
            eprintln!("{kept}: after {:?}", begun.elapsed());
            if let Err(error) = std::fs::write(&kept, &text) {
                eprintln!("{kept}: {error}");
            }
        }
    }
    println!("{n} texts, {n_found} found");
    if n_found == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A text of the corpus, changed here and there.
fn changed(rng: &mut Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    if rng.once_in(4) {
        let seed = (rng.below(usize::MAX) as u64).to_be_bytes();
        return [&[0], &seed[..]].concat();
    }
    let mut text = corpus[rng.below(corpus.len())].clone();
    for _ in 0..1 + rng.below(6) {
        let at = rng.below(text.len() + 1);
        let to = (at + rng.below(12)).min(text.len());
        match rng.below(7) {
            0 => drop(text.drain(at..to)),
            1 | 2 => {
                let word = rng.pick(WORDS).as_bytes();
                text.splice(at..to.min(at + rng.below(3)), word.iter().copied());
            }
            3 => {
                let part = text[at..to].to_vec();
                let more = part.repeat(1 + rng.below(40));
                text.splice(at..at, more);
            }
            4 => {
                let other = &corpus[rng.below(corpus.len())];
                let from = rng.below(other.len() + 1);
                let end = (from + rng.below(80)).min(other.len());
                text.splice(at..to, other[from..end].iter().copied());
            }
            5 if at < text.len() => text[at] = rng.below(256) as u8,
            _ => {
                let word = rng.pick(WORDS).repeat(1 + rng.below(2_000));
                if rng.once_in(20) {
                    text.splice(at..at, word.bytes());
                }
            }
        }
    }
    text
}
