//! Goldens: many small expressions and what Nix says of each, in fenced blocks of Markdown.
//!
//! ````md
//! Said by: nix-instantiate (Nix) 2.34.8
//!
//! ```golden
//! 1 + 1
//! = 2
//!
//! let x = 1; in y
//! ! 1:15 undefined variable 'y'
//! ```
//! ````
//!
//! Rows are separated by empty lines. After `=` stands the value, all of it forced; after `!` the place of the fault, if
//! it has one, and its message, whose further lines begin with `!` too. What Nix says is recorded once:
//! `RENEW_GOLDENS_WITH=nix-instantiate cargo test` asks it again, for rows without an answer too. Tests never do.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::pages::{files_of, read, settle};

/// What becomes of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its value as text.
    Value(String),
    /// Why it has none.
    Fault {
        /// Line and column, counted from one.
        place: Option<(u32, u32)>,
        /// The message.
        message: String,
    },
}

impl Outcome {
    /// As it stands in a row.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Value(text) => format!("= {text}\n"),
            Self::Fault { place, message } => {
                let mut out = String::from("!");
                if let Some((line, column)) = place {
                    let _ = write!(out, " {line}:{column}");
                }
                for (i, line) in message.lines().enumerate() {
                    let _ = write!(out, "{} {}", if i > 0 { "\n!" } else { "" }, line.trim());
                }
                out.push('\n');
                out
            }
        }
    }
}

/// One expression and what is expected of it, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The expression, perhaps of several lines.
    pub program: String,
    /// The lines after it.
    pub expected: String,
}

/// Compares every row of a folder with what `evaluate` gives for its expression; or, asked to renew, with what Nix says.
///
/// # Panics
/// If a row does not say what came, or the folder cannot be read, or there is no such Nix.
pub fn check(folder: &Path, mut evaluate: impl FnMut(&str) -> Outcome) {
    let oracle = std::env::var("RENEW_GOLDENS_WITH").ok().map(|command| Oracle::new(&command));
    let mut problems = Vec::new();
    for path in files_of(folder) {
        let old = read(&path);
        let text = match &oracle {
            Some(oracle) => oracle.renewed(&old),
            None => old.clone(),
        };
        settle(&path, &old, &text, oracle.is_some(), &mut problems);
        let new = renewed(&text, &mut evaluate);
        settle(&path, &text, &new, false, &mut problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Every expression of a folder.
///
/// # Panics
/// If the folder cannot be read.
#[must_use]
pub fn programs(folder: &Path) -> Vec<String> {
    files_of(folder).iter().flat_map(|path| rows(&read(path))).map(|it| it.program).collect()
}

/// Every row of a text.
fn rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    renewed(text, &mut |program| {
        rows.push(Row { program: program.to_owned(), expected: String::new() });
        Outcome::Value(String::new())
    });
    rows
}

/// The text with another outcome after each expression.
fn renewed(text: &str, evaluate: &mut impl FnMut(&str) -> Outcome) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_inside = false;
    let mut row = Row::default();
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        if is_inside && (is_fence || line.is_empty()) {
            if !row.program.is_empty() {
                out.push_str(&row.program);
                out.push('\n');
                out.push_str(&evaluate(&row.program).to_text());
            }
            row = Row::default();
        } else if is_inside {
            let is_outcome = line.starts_with("= ") || line == "!" || line.starts_with("! ");
            let part = if is_outcome { &mut row.expected } else { &mut row.program };
            if !part.is_empty() {
                part.push('\n');
            }
            part.push_str(line);
            continue;
        }
        if is_fence {
            is_inside = !is_inside && line == "```golden";
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// A Nix that is asked what expressions mean.
struct Oracle {
    command: Vec<String>,
}

impl Oracle {
    fn new(command: &str) -> Self {
        Self { command: command.split_whitespace().map(str::to_owned).collect() }
    }

    fn run(&self, args: &[&str]) -> (bool, String, String) {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).args(args).stdin(Stdio::null());
        // Relative paths and `~` mean the same to whoever asks.
        command.current_dir("/").env("HOME", "/home/me").env_remove("NIX_PATH");
        let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", self.command.join(" ")));
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }

    /// The text with what this Nix says, and which Nix it is.
    fn renewed(&self, text: &str) -> String {
        let version = self.run(&["--version"]).1;
        let text = renewed(text, &mut |program| self.ask(program));
        let mut out = String::with_capacity(text.len());
        for line in text.lines() {
            match line.strip_prefix("Said by: ") {
                Some(_) => out.push_str(&format!("Said by: {}", version.trim())),
                None => out.push_str(line),
            }
            out.push('\n');
        }
        out
    }

    fn ask(&self, program: &str) -> Outcome {
        let (is_value, out, err) = self.run(&["--eval", "--strict", "-E", program]);
        if is_value { Outcome::Value(out.trim_end_matches('\n').to_owned()) } else { outcome_of(&err) }
    }
}

/// The fault in what Nix prints of it: the last `error:` that says something, and the place after it.
fn outcome_of(text: &str) -> Outcome {
    let lines: Vec<&str> = text.lines().collect();
    let said = |line: &str| line.trim_start().strip_prefix("error: ").map(str::to_owned);
    let start = lines.iter().rposition(|line| said(line).is_some()).unwrap_or_default();
    let indent = lines.get(start).map_or(0, |line| line.len() - line.trim_start().len());
    let mut message = lines.get(start).and_then(|line| said(line)).unwrap_or_default();
    let mut place = None;
    for line in lines.iter().skip(start + 1) {
        if let Some(at) = line.trim_start().strip_prefix("at «string»:") {
            let mut numbers = at.split(':').map_while(|it| it.parse().ok());
            place = numbers.next().zip(numbers.next());
            break;
        }
        if line.is_empty() || line.trim_start().starts_with("at ") || line.starts_with("Try '") {
            break;
        }
        // Further lines of a message stand under its first word.
        let line = line.get(indent..).unwrap_or_default();
        message.push('\n');
        message.push_str(line.strip_prefix("       ").unwrap_or(line));
    }
    Outcome::Fault { place, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_and_written_back() {
        let text = "# Sums\n\nSaid by: nobody\n\n```golden\n1 + 1\n= 2\n\nlet x = 1;\nin y\n! 2:4 undefined\n! more\n\n7\n```\n";
        let programs: Vec<String> = rows(text).into_iter().map(|it| it.program).collect();
        assert_eq!(programs, ["1 + 1", "let x = 1;\nin y", "7"]);
        let mut outcomes = vec![
            Outcome::Value("7".into()),
            Outcome::Fault { place: Some((2, 4)), message: "undefined\nmore".into() },
            Outcome::Value("2".into()),
        ];
        let new = renewed(text, &mut |_| outcomes.pop().expect("there are three rows"));
        assert_eq!(new, text.replace("\n7\n```", "\n7\n= 7\n```"));
    }

    #[test]
    fn faults_are_found_in_what_nix_prints() {
        let text = "error:\n       … while calling the 'head' builtin\n         at «string»:1:1:\n            1| builtins.head []\n             | ^\n\n       error: list index 0 is out of bounds\n";
        assert_eq!(outcome_of(text).to_text(), "! list index 0 is out of bounds\n");
        let text = "error: undefined variable 'y'\n       at «string»:1:15:\n            1| let x = 1; in y\n             |               ^\n";
        assert_eq!(outcome_of(text).to_text(), "! 1:15 undefined variable 'y'\n");
    }
}
