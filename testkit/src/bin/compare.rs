//! Runs random programs through two evaluators and prints those on which they differ, made as small as they get.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for the terminal")]

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nixscope_testkit::compare::{Command, Level, Outcome, both, shrink};
use nixscope_testkit::generate::Generator;

const USAGE: &str =
    "usage: compare [--reference 'nix-instantiate'] [--ours 'nixscope eval'] [--flags '--eval --strict']
               [--count 1000] [--seed 0] [--level value|message|place|trace] [--tries 2000]
               [--timeout 10] [--ignore TEXT]... [--print]

Runs programs made from the seeds SEED, SEED+1, ... through two evaluators and prints those on which they differ. A
program whose error holds a TEXT to ignore does not count. With --print, the programs are printed and not run.";

struct Options {
    reference: String,
    ours: String,
    flags: String,
    count: u64,
    seed: u64,
    level: Level,
    tries: usize,
    timeout: u64,
    ignored: Vec<String>,
    only_prints: bool,
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        reference: "nix-instantiate".to_owned(),
        ours: "nixscope".to_owned(),
        flags: "--eval --strict".to_owned(),
        count: 1000,
        seed: 0,
        level: Level::Place,
        tries: 2000,
        timeout: 10,
        ignored: Vec::new(),
        only_prints: false,
    };
    while let Some(word) = words.next() {
        if word == "--print" {
            options.only_prints = true;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value\n\n{USAGE}"))?;
        let number = || value.parse::<u64>().map_err(|it| format!("{word} {value}: {it}"));
        match word.as_str() {
            "--reference" => options.reference = value,
            "--ours" => options.ours = value,
            "--flags" => options.flags = value,
            "--count" => options.count = number()?,
            "--seed" => options.seed = number()?,
            "--level" => options.level = value.parse()?,
            "--tries" => options.tries = number()? as usize,
            "--timeout" => options.timeout = number()?,
            "--ignore" => options.ignored.push(value),
            _ => return Err(format!("{word} is unknown\n\n{USAGE}")),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    match read(std::env::args().skip(1)).and_then(|it| run(&it)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// The names that an evaluator's `builtins` have.
fn names(command: &Command) -> Result<BTreeSet<String>, String> {
    match command.evaluate(&["builtins.attrNames builtins".to_owned()]).pop() {
        Some(Outcome::Value(list)) => Ok(list.split('"').skip(1).step_by(2).map(str::to_owned).collect()),
        other => {
            Err(format!("an evaluator does not work: {}", other.map_or(String::new(), |it| it.told(Level::Trace))))
        }
    }
}

/// Gives the number of programs that differ.
fn run(options: &Options) -> Result<usize, String> {
    if options.only_prints {
        let generator = Generator::new(&|_| true);
        for seed in options.seed..options.seed.saturating_add(options.count) {
            println!("# seed {seed}\n{}\n", generator.program(seed).text());
        }
        return Ok(0);
    }
    let timeout = Duration::from_secs(options.timeout);
    let reference = Command::new(&options.reference, &options.flags, timeout)?;
    let ours = Command::new(&options.ours, &options.flags, timeout)?;
    let (theirs, own) = (names(&reference)?, names(&ours)?);
    let (missing, more) = (theirs.difference(&own).cloned(), own.difference(&theirs).cloned());
    let (missing, more) = (missing.collect::<Vec<_>>().join(" "), more.collect::<Vec<_>>().join(" "));
    println!("# builtins of the reference alone: {missing}\n# builtins of ours alone: {more}");
    let generator = Generator::new(&|name| theirs.contains(name) && own.contains(name));
    let (start, mut n_different, mut n_failed, mut n_ignored) = (Instant::now(), 0, 0, 0);
    let end = options.seed.saturating_add(options.count);
    for first in (options.seed..end).step_by(100) {
        let seeds: Vec<u64> = (first..end.min(first + 100)).collect();
        let programs: Vec<String> = seeds.iter().map(|it| generator.program(*it).text()).collect();
        for (seed, (theirs, own)) in seeds.iter().zip(both(&reference, &ours, &programs)) {
            n_failed += usize::from(!matches!(theirs, Outcome::Value(_)));
            if theirs.is_same(&own, options.level) {
                continue;
            }
            let counts = |it: &Outcome| !options.ignored.iter().any(|text| it.told(Level::Trace).contains(text));
            if !counts(&theirs) || !counts(&own) {
                n_ignored += 1;
                continue;
            }
            n_different += 1;
            let small = shrink(&generator.program(*seed), [&reference, &ours], options.level, options.tries, &counts);
            let text = small.text();
            println!("\n## seed {seed}\n{text}");
            for (theirs, own) in both(&reference, &ours, &[text]) {
                println!("-- reference\n{}\n-- ours\n{}", theirs.told(options.level), own.told(options.level));
            }
        }
    }
    println!(
        "\n# {} programs, {n_failed} of them errors: {n_different} differ, {n_ignored} ignored, {} s",
        end - options.seed,
        start.elapsed().as_secs()
    );
    Ok(n_different)
}
