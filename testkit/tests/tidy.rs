//! Rules of the house that a program can check. Each test reads the tree as text and lists what breaks its rule.
//!
//! What clippy and rustfmt check is not checked again. A remark on structure that could be made twice belongs here.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the engine by floor, the ground first. Code may name rooms of floors below its own, and its own room.
const FLOORS: &[&[&str]] = &[
    &["source", "world"],
    &["ir"],
    &["bytecode", "diagnostic"],
    &["store", "text"],
    &["value", "emit", "syntax"],
    &["lower", "heap"],
    &["print"],
    &["vm"],
    &["builtins"],
    &["debug"],
    &["session"],
    &["console"],
];

/// How many lines a file may have besides its tests.
const MAX_LINES: usize = 500;

/// Files that may be longer, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[
    ("engine/src/vm/step.rs", "one match with an arm for each instruction"),
    ("engine/src/emit/expr.rs", "one match with an arm for each expression"),
];

/// Words that belong to one place: where else they stand in code, something has leaked.
const WORDS_AT_HOME: &[(&str, &[&str])] = &[
    ("rnix::", &["engine/src/syntax/"]),
    ("lsp_types::", &["lsp/src/protocol/", "lsp/src/server.rs"]),
    ("dap::", &["dap-adapter/src/"]),
];

/// Words that stand nowhere in the tree, with what to write instead. Split so that this file does not hold them.
const NOWHERE: &[(&str, &str)] = &[
    (concat!("/wo", "rk/"), "a path of somebody's machine helps nobody else"),
    (concat!("C", "EO"), "say what the code does, not who wanted it"),
    (concat!("help", "er-"), "say what the code does, not who wrote it"),
    (concat!("iss", "ue #"), "say what was wrong; the history knows the number"),
    (concat!("#[ign", "ore"), "a test that does not run is no test"),
    (concat!("#[should_", "panic"), "assert the result, even a known wrong one"),
];

/// Marks of unfinished work, which need the number of an entry in the tracker: `FIXME(#12)`.
const MARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("HA", "CK:")];

/// Folders whose files are not ours to tidy: outputs, and texts taken over from others.
const NOT_OURS: &[&str] = &["target", "node_modules", ".git", "engine/tests/nix"];

/// Kinds of file that are read.
const KINDS: &[&str] = &["rs", "md", "toml", "nix", "ts", "js", "mjs", "json", "lua", "yml", "py", "sh"];

struct File {
    /// From the root of the workspace, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.contains("/tests/") || name == "tests.rs" || name.ends_with("_tests.rs")
    }

    /// The lines with their numbers, without the module of tests at the end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let end = if self.is_test() { 0 } else { start_of_tests(&lines) };
        lines.into_iter().take(end).enumerate().map(|(i, line)| (i + 1, line))
    }

    /// The same without comments.
    fn statements(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The room of the engine it belongs to.
    fn room(&self) -> Option<&str> {
        let path = self.path.strip_prefix("engine/src/")?;
        let room = path.split('/').next()?.trim_end_matches(".rs");
        (room != "lib").then_some(room)
    }
}

/// Where `#[cfg(test)]` and a module with a body begin.
fn start_of_tests(lines: &[&str]) -> usize {
    let is_start = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{');
    lines.windows(2).position(is_start).unwrap_or(lines.len())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is a folder of the workspace").to_owned()
}

/// Every file of these kinds, in order.
fn files(kinds: &[&str]) -> Vec<File> {
    let root = root();
    let (mut files, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the tree can be read") {
            let path = entry.expect("a folder of the tree can be read").path();
            let name = path.strip_prefix(&root).expect("it lies under the root").to_string_lossy().replace('\\', "/");
            let last = name.rsplit('/').next().unwrap_or_default();
            if NOT_OURS.contains(&last) || NOT_OURS.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| kinds.iter().any(|kind| it == *kind))
                && let Ok(text) = fs::read_to_string(&path)
            {
                files.push(File { path: name, text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn assert_none(rule: &str, problems: &[String]) {
    let mut text = String::new();
    for problem in problems {
        let _ = write!(text, "\n  {problem}");
    }
    assert!(problems.is_empty(), "{rule}:{text}\n");
}

/// The rooms that a line of code names, as `crate::room` or inside `crate::{…}`.
fn rooms_named(line: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for part in line.split("crate::").skip(1) {
        let Some(group) = part.strip_prefix('{') else {
            rooms.push(first_word(part));
            continue;
        };
        let mut depth = 0;
        let mut is_first = true;
        for (i, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => is_first = true,
                c if is_first && !c.is_whitespace() => {
                    rooms.push(first_word(&group[i..]));
                    is_first = false;
                }
                _ => {}
            }
        }
    }
    rooms
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

#[test]
fn rooms_are_found_in_paths_and_groups() {
    let cases: &[(&str, &[&str])] = &[
        ("use crate::source::Pos;", &["source"]),
        ("    let thunk = crate::heap::BodyId(crate::ir::X);", &["heap", "ir"]),
        ("use crate::{ir::{Symbol, Expr}, vm, Root};", &["ir", "vm", "Root"]),
        ("use super::Pos;", &[]),
    ];
    for (line, rooms) in cases {
        assert_eq!(rooms_named(line), *rooms, "{line}");
    }
}

#[test]
fn imports_go_down() {
    let mut problems = Vec::new();
    for file in files(&["rs"]) {
        let Some(room) = file.room() else { continue };
        let Some(own) = floor(room) else {
            problems.push(format!("{}: the room `{room}` has no floor: give it one in FLOORS", file.path));
            continue;
        };
        for (number, line) in file.statements() {
            for named in rooms_named(line) {
                match floor(&named) {
                    None => problems.push(format!(
                        "{}:{number}: `crate::{named}` is no room: the names of lib.rs are for others",
                        file.path
                    )),
                    Some(_) if named == room => {}
                    Some(floor) if floor < own => {}
                    Some(_) => problems.push(format!(
                        "{}:{number}: `{room}` (floor {own}) may not name `{named}` above or beside it",
                        file.path
                    )),
                }
            }
            let depth = file.path.split('/').filter(|part| *part != "mod.rs").count() - 2;
            if line.contains(&"super::".repeat(depth)) {
                problems.push(format!("{}:{number}: leaves its room through `super`: write `crate::`", file.path));
            }
        }
    }
    assert_none("imports of the engine go down, see docs/architecture.md", &problems);
}

#[test]
fn files_are_of_a_size_to_read() {
    let mut problems = Vec::new();
    let files = files(&["rs"]);
    for file in &files {
        let n = file.code().count();
        let exception = LONG_FILES.iter().find(|(path, _)| *path == file.path);
        match exception {
            None if n > MAX_LINES => problems.push(format!("{}: {n} lines", file.path)),
            Some(_) if n <= MAX_LINES => problems.push(format!("{}: no exception any more", file.path)),
            _ => {}
        }
    }
    for (path, reason) in LONG_FILES {
        if !files.iter().any(|file| file.path == *path) {
            problems.push(format!("{path} ({reason}): an exception for no file"));
        }
    }
    assert_none("a file has at most 500 lines besides its tests, or a reason in LONG_FILES", &problems);
}

#[test]
fn files_say_what_they_are() {
    let problems: Vec<String> =
        files(&["rs"]).into_iter().filter(|it| !it.text.starts_with("//!")).map(|it| it.path).collect();
    assert_none("a file opens with `//!`, what it is and what it never does", &problems);
}

#[test]
fn words_stay_at_home() {
    let mut problems = Vec::new();
    for file in files(&["rs"]) {
        for (number, line) in file.statements() {
            for (word, homes) in WORDS_AT_HOME {
                if names(line, word) && !homes.iter().any(|home| file.path.starts_with(home)) {
                    problems.push(format!("{}:{number}: `{word}`", file.path));
                }
            }
        }
    }
    assert_none("a word of somebody else's interface stays in the room that wraps it", &problems);
}

/// Whether a line has a word that no other word runs into.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(i, _)| !line[..i].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

#[test]
fn nothing_speaks_of_how_it_was_made() {
    let mut problems = Vec::new();
    for file in files(KINDS).iter().filter(|it| !it.path.ends_with("-lock.json")) {
        for (i, line) in file.text.lines().enumerate() {
            let mut complain =
                |what: &str, why: &str| problems.push(format!("{}:{}: `{what}`: {why}", file.path, i + 1));
            for (word, why) in NOWHERE {
                if line.contains(word) {
                    complain(word, why);
                }
            }
            for mark in MARKS {
                if line.match_indices(mark).any(|(at, _)| !line[at + mark.len()..].starts_with("(#")) {
                    complain(mark, "needs a number");
                }
            }
            let numbered = concat!("sess", "ion ");
            if line
                .match_indices(numbered)
                .any(|(at, _)| line[at + numbered.len()..].starts_with(|c: char| c.is_ascii_digit()))
            {
                complain(numbered, "the tree is about the program, not about the days it was written on");
            }
        }
    }
    assert_none("the tree is written for its readers", &problems);
}

#[test]
fn paths_that_are_named_exist() {
    let root = root();
    let tops: Vec<String> = fs::read_dir(&root)
        .expect("the root can be read")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    let mut problems = Vec::new();
    for file in files(&["md", "rs"]).iter().filter(|it| !it.path.starts_with("engine/tests/")) {
        let is_code = file.path.ends_with(".rs");
        let mut is_fenced = false;
        for (i, line) in file.text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                is_fenced = !is_fenced;
            }
            if is_fenced || (is_code && !line.trim_start().starts_with("//")) {
                continue;
            }
            for word in line.split('`').skip(1).step_by(2).filter(|it| is_path(it, &tops)) {
                if !exists(&root, word) {
                    problems.push(format!("{}:{}: `{word}`", file.path, i + 1));
                }
            }
            let folder = root.join(&file.path);
            let folder = folder.parent().unwrap_or(&root);
            for link in links(line).filter(|_| !is_code) {
                if !exists(folder, link) {
                    problems.push(format!("{}:{}: ({link})", file.path, i + 1));
                }
            }
        }
    }
    assert_none("a path that is named exists", &problems);
}

/// Whether a quoted word is a path from the root: its first part is in the root.
fn is_path(word: &str, tops: &[String]) -> bool {
    let (first, rest) = word.split_once('/').unwrap_or(("", ""));
    tops.iter().any(|top| top == first)
        && !word.contains([' ', ':', '$', '('])
        && !rest.starts_with('/')
        && first != "target"
}

/// Whether there is such a path; of one with a pattern in it, the folder before the pattern.
fn exists(from: &Path, path: &str) -> bool {
    let path = path.split('#').next().unwrap_or_default();
    let plain = match path.find(['*', '{', '<', '…']) {
        Some(at) => path[..at].rsplit_once('/').map_or("", |it| it.0),
        None => path,
    };
    from.join(plain).exists()
}

/// The targets of a line's Markdown links that are files.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|it| !it.is_empty() && !it.contains("://") && !it.starts_with('#') && !it.contains(' '))
}
