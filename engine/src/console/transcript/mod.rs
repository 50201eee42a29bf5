//! Sessions written down: a page of Markdown with programs, commands, and what the debugger says to each.
//!
//! ````md
//! ## a function is entered
//!
//! ```nix
//! let double = x: x * 2; in double 21
//! ```
//! ```debug
//! entry: program.nix:1:1
//! > continue
//! the program gave 42
//! ```
//! ````
//!
//! A section, from one heading to the next, is a session. Reading a page, running a section in a world that somebody
//! lends, and writing the page with what came: none of it touches files. Who reads and writes them compares the new text
//! with the old one.

mod parse;
mod run;

pub use run::{Outcome, Surroundings, run};

/// What lies in a page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The lines of its text.
    lines: Vec<String>,
    /// The sessions, in order.
    pub cases: Vec<Case>,
}

/// A session to be had.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The heading above it.
    pub title: String,
    /// The line of the heading, from 1.
    pub line: usize,
    /// What is debugged.
    pub program: Program,
    /// What is said and answered.
    blocks: Vec<Block>,
}

/// What is debugged, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The file, relative to the page.
    pub file: String,
    /// Files laid over those on the disk, by their paths relative to the page.
    pub files: Vec<(String, String)>,
    /// The attribute path of what is wanted.
    pub attr: String,
    /// Arguments for functions on the way: names and expressions.
    pub args: Vec<(String, String)>,
    /// The same, as strings.
    pub argstrs: Vec<(String, String)>,
    /// Where `<names>` are looked for: `name=path` or a path, relative to the page.
    pub includes: Vec<String>,
    /// Variables of the environment that must be set; `$NAME` stands for them in paths.
    pub requires: Vec<String>,
    /// Whether it runs to its first breakpoint instead of stopping on entry.
    pub runs_at_once: bool,
    /// Whether only the outermost constructor of the value is wanted.
    pub is_shallow: bool,
    /// Experimental features that are on.
    pub features: Vec<String>,
    /// How many frames may wait for each other.
    pub max_depth: Option<usize>,
}

/// What is between two fences.
#[derive(Clone, Debug, Default)]
struct Block {
    /// The indices of the lines with the fences.
    opening: usize,
    closing: usize,
    /// What is said, without the mark.
    commands: Vec<String>,
}

/// What is wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct PageError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// What begins a line with a command.
const MARK: &str = "> ";

impl Page {
    /// The whole text with new answers in the sections that ran; the others stay as they are. `outcomes` has one entry
    /// for each case.
    #[must_use]
    pub fn text_with(&self, outcomes: &[Option<Outcome>]) -> String {
        let mut out: Vec<String> = Vec::with_capacity(self.lines.len());
        let mut at = 0;
        for (case, outcome) in self.cases.iter().zip(outcomes) {
            let Some(Outcome::Ran(answers)) = outcome else { continue };
            let mut answers = answers.iter();
            for (index, block) in case.blocks.iter().enumerate() {
                out.extend_from_slice(&self.lines[at..block.opening]);
                let mut content = Vec::new();
                if index == 0 {
                    content.extend(answers.next().into_iter().flat_map(|it| answer_lines(it)));
                }
                for command in &block.commands {
                    content.push(format!("{MARK}{command}").trim_end().to_owned());
                    content.extend(answers.next().into_iter().flat_map(|it| answer_lines(it)));
                }
                let (open, close) = fences(&self.lines[block.opening], &content);
                out.push(open);
                out.extend(content);
                out.push(close);
                at = block.closing + 1;
            }
        }
        out.extend_from_slice(&self.lines[at..]);
        let mut text = out.join("\n");
        text.push('\n');
        text
    }
}

/// An answer as it is written: without blanks at the ends of lines, and so that no line looks like a command.
fn answer_lines(answer: &str) -> Vec<String> {
    let shown = |line: &str| {
        let line = line.trim_end();
        if line.starts_with(['>', '\\']) { format!("\\{line}") } else { line.to_owned() }
    };
    answer.trim_end().lines().map(shown).collect()
}

/// The fences around a block: longer than any run of backticks a line of it begins with.
fn fences(opening: &str, content: &[String]) -> (String, String) {
    let ticks = |line: &str| line.trim_start().chars().take_while(|it| *it == '`').count();
    let longest = content.iter().map(|it| ticks(it)).max().unwrap_or(0);
    let n = ticks(opening).max(if longest >= 3 { longest + 1 } else { 3 });
    let fence = "`".repeat(n);
    let info = opening.trim_start().trim_start_matches('`');
    (format!("{fence}{info}"), fence)
}

#[cfg(test)]
mod tests;
