//! `nixscope test`: sessions of the debugger that are written down are had again, and what comes is compared.
//!
//! Files are read and written here; what a page means is known to [`nixscope_engine::console::transcript`].

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nixscope_engine::console::transcript::{Case, Outcome, Page, Surroundings, run};
use nixscope_engine::vm::Limits;
use nixscope_engine::world::{CanonPath, Disk};
use serde::Serialize;
use similar::TextDiff;

use crate::args::TestArgs;
use crate::terminal;

/// How files are called that are found in folders.
const SUFFIX: &str = ".nixtest.md";
/// How deep programs may go unless they say so.
const MAX_DEPTH: usize = 100_000;
/// Folders that nobody's transcripts lie in.
const NOT_SEARCHED: [&str; 3] = [".git", "node_modules", "target"];

/// Something was not as it is written down.
const DIFFERENT: u8 = 1;
/// The tests could not be run.
const ERROR: u8 = 2;

/// How many sessions ended how, and who is told.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
    blessed: usize,
    listed: usize,
    errors: usize,
    is_json: bool,
}

/// What is told of one session to other programs. Its page is told as it is and as it would be if it went as it should.
#[derive(Debug, Serialize)]
struct Told<'a> {
    file: &'a Path,
    line: usize,
    title: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    came: Option<&'a str>,
}

/// Runs all sessions. 0 if each went as written, 1 if one did not, 2 if something could not be run.
pub(crate) fn test(args: &TestArgs) -> ExitCode {
    let mut tally = Tally { is_json: args.json, ..Tally::default() };
    let mut files = Vec::new();
    for path in &args.paths {
        if let Err(error) = find(Path::new(path), true, &mut files) {
            tell_failure(&mut tally, &error);
        }
    }
    files.sort();
    files.dedup();
    if files.is_empty() && tally.errors == 0 {
        tell_failure(&mut tally, &format!("no file ends in {SUFFIX} in {}", args.paths.join(", ")));
    }
    for file in &files {
        if let Err(error) = test_file(file, args, &mut tally) {
            tell_failure(&mut tally, &format!("{}: {error}", file.display()));
        }
    }
    if !tally.is_json {
        tell_sum(&mut tally, args.list);
    }
    match (tally.errors, tally.failed) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(DIFFERENT),
        _ => ExitCode::from(ERROR),
    }
}

fn tell_sum(tally: &mut Tally, is_list: bool) {
    let parts = [
        (tally.passed, "passed"),
        (tally.failed, "failed"),
        (tally.blessed, "written anew"),
        (tally.skipped, "skipped"),
        (tally.listed, "sessions"),
        (tally.errors, "could not be run"),
    ];
    let always = if is_list { "sessions" } else { "passed" };
    let parts = parts.iter().filter(|it| it.0 > 0 || it.1 == always).map(|it| format!("{} {}", it.0, it.1));
    say(tally, &parts.collect::<Vec<_>>().join(", "));
}

fn tell_failure(tally: &mut Tally, message: &str) {
    tally.errors += 1;
    if tally.is_json {
        say(tally, &serde_json::json!({ "outcome": "error", "why": message }).to_string());
    } else {
        terminal::tell_error(message);
    }
}

/// Tells how a session went: in words, or as an object.
fn tell(tally: &mut Tally, words: &str, told: &Told<'_>) {
    match tally.is_json.then(|| serde_json::to_string(told)) {
        None => say(tally, words),
        Some(Ok(text)) => say(tally, &text),
        Some(Err(error)) => tell_failure(tally, &format!("{}: {error}", told.file.display())),
    }
}

fn say(tally: &mut Tally, line: &str) {
    if let Err(error) = terminal::print(format!("{line}\n").as_bytes()) {
        tally.errors += 1;
        terminal::tell_error(&format!("writing to standard output: {error}"));
    }
}

/// The transcripts at a path, in the folders below if it is one. What somebody named is taken whatever it is called.
fn find(path: &Path, is_named: bool, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let mut waiting = vec![(path.to_owned(), is_named)];
    while let Some((path, is_named)) = waiting.pop() {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let kind =
            if is_named { std::fs::metadata(&path) } else { std::fs::symlink_metadata(&path) }.map_err(failed)?;
        if kind.is_dir() {
            if is_named || !NOT_SEARCHED.contains(&name.as_str()) {
                for entry in std::fs::read_dir(&path).map_err(failed)? {
                    waiting.push((entry.map_err(failed)?.path(), false));
                }
            }
        } else if is_named || name.ends_with(SUFFIX) {
            files.push(path);
        }
    }
    Ok(())
}

fn test_file(file: &Path, args: &TestArgs, tally: &mut Tally) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|it| it.to_string())?;
    let page = Page::parse(&text).map_err(|it| it.to_string())?;
    let folder = std::fs::canonicalize(file).map_err(|it| it.to_string())?;
    let folder = folder.parent().unwrap_or(Path::new("/"));
    let folder = CanonPath::new(folder.as_os_str().as_encoded_bytes()).to_text().into_owned();
    let env = |name: &str| std::env::var(name).ok();
    let limits = Limits { max_depth: MAX_DEPTH, max_heap: crate::limits::usable_memory() };
    let surroundings = Surroundings { folder: &folder, env: &env, limits };
    let mut outcomes: Vec<Option<Outcome>> = vec![None; page.cases.len()];
    for (index, case) in page.cases.iter().enumerate() {
        if args.filter.as_ref().is_some_and(|it| !name_of(file, case).contains(it.as_str())) {
            continue;
        }
        let name = name_of(file, case);
        let outcome = |outcome| Told {
            file,
            line: case.line,
            title: &case.title,
            outcome,
            why: None,
            expected: None,
            came: None,
        };
        if args.list {
            tally.listed += 1;
            tell(tally, &name, &outcome("listed"));
            continue;
        }
        let ran = run(case, &surroundings, Disk::new());
        if let Outcome::Skipped(why) = &ran {
            tally.skipped += 1;
            tell(tally, &format!("skipped  {name}: {why}"), &Told { why: Some(why), ..outcome("skipped") });
            continue;
        }
        outcomes[index] = Some(ran);
        let mut alone = vec![None; page.cases.len()];
        alone[index].clone_from(&outcomes[index]);
        let came = page.text_with(&alone);
        if came == with_line_break(&text) {
            tally.passed += 1;
            tell(tally, &format!("ok       {name}"), &outcome("passed"));
        } else if args.bless {
            tally.blessed += 1;
            tell(tally, &format!("written  {name}"), &outcome("written"));
        } else {
            tally.failed += 1;
            let expected = with_line_break(&text);
            let words = format!("FAILED   {name}\n{}", difference(&expected, &came));
            tell(tally, &words, &Told { expected: Some(&expected), came: Some(&came), ..outcome("failed") });
        }
    }
    let new = page.text_with(&outcomes);
    if args.bless && new != text {
        std::fs::write(file, new).map_err(|it| it.to_string())?;
    }
    Ok(())
}

/// A page is written with a line break at its end.
fn with_line_break(text: &str) -> String {
    format!("{}\n", text.lines().collect::<Vec<_>>().join("\n"))
}

/// A session as it is called.
fn name_of(file: &Path, case: &Case) -> String {
    let path = file.strip_prefix("./").unwrap_or(file);
    format!("{}:{}: {}", path.display(), case.line, case.title)
}

/// What was expected and what came, line by line, with a little of what is around.
fn difference(expected: &str, came: &str) -> String {
    let diff = TextDiff::from_lines(expected, came);
    let text = diff.unified_diff().context_radius(3).header("expected", "came").to_string();
    text.trim_end().to_owned()
}
