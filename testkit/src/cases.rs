//! Cases: a program and what each stage makes of it, on one page of Markdown.
//!
//! ````md
//! ## a let binding is a thunk until somebody needs it
//!
//! ```nix
//! let x = 1 + 1; in x
//! ```
//! ```value
//! 2
//! ```
//! ````
//!
//! The first fenced block of a section is the program; each later one is named after a stage and holds what that stage
//! gives. A stage that a case does not show is not compared. `UPDATE_GOLDEN=1 cargo test` writes what came.

use std::path::Path;

use crate::pages::{files_of, must_update, read, settle};

/// A program with the stages that its case shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The sentence above it.
    pub title: String,
    /// The program.
    pub program: String,
    /// The stages shown, in order.
    pub stages: Vec<String>,
    /// What is shown of each: for stages that are conversations, one side of which stands there.
    pub shown: Vec<String>,
}

/// A piece of a file of cases.
enum Piece {
    /// Lines as they stand.
    Prose(String),
    /// A fenced block: its name, and its lines.
    Block(String, String),
}

/// Compares every case of a folder with what `stage` gives for a case and the name of a stage.
///
/// # Panics
/// If a case does not show what came, or the folder cannot be read.
pub fn check(folder: &Path, mut stage: impl FnMut(&Case, &str) -> String) {
    let mut problems = Vec::new();
    for path in files_of(folder) {
        let old = read(&path);
        let new = renewed(&old, &mut stage);
        settle(&path, &old, &new, must_update(), &mut problems);
    }
    assert!(problems.is_empty(), "{}\nUPDATE_GOLDEN=1 writes what came\n", problems.join("\n"));
}

/// Every case of a folder.
///
/// # Panics
/// If the folder cannot be read.
#[must_use]
pub fn all(folder: &Path) -> Vec<Case> {
    files_of(folder).iter().flat_map(|path| in_text(&read(path))).collect()
}

/// Every case of a text.
#[must_use]
pub fn in_text(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut title = "";
    let pieces = pieces(text);
    for piece in &pieces {
        match piece {
            Piece::Prose(prose) => {
                title = prose.lines().rev().find_map(|line| line.strip_prefix("## ")).unwrap_or(title);
            }
            Piece::Block(name, body) if name == "nix" => {
                cases.push(Case {
                    title: title.to_owned(),
                    program: body.clone(),
                    stages: Vec::new(),
                    shown: Vec::new(),
                });
            }
            Piece::Block(name, body) => {
                if let Some(case) = cases.last_mut() {
                    case.stages.push(name.clone());
                    case.shown.push(body.clone());
                }
            }
        }
    }
    cases
}

/// The text with what each stage gives now.
fn renewed(text: &str, stage: &mut impl FnMut(&Case, &str) -> String) -> String {
    let mut cases = in_text(text).into_iter();
    let mut case = None;
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Prose(prose) => out.push_str(&prose),
            Piece::Block(name, mut body) => {
                if name == "nix" {
                    case = cases.next();
                } else if let Some(case) = &case {
                    body = stage(case, &name);
                    if !body.is_empty() && !body.ends_with('\n') {
                        body.push('\n');
                    }
                }
                out.push_str(&format!("```{name}\n{body}```\n"));
            }
        }
    }
    out
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut prose = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("```") else {
            prose.push_str(line);
            prose.push('\n');
            continue;
        };
        pieces.push(Piece::Prose(std::mem::take(&mut prose)));
        let mut body = String::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            body.push_str(line);
            body.push('\n');
        }
        pieces.push(Piece::Block(name.to_owned(), body));
    }
    pieces.push(Piece::Prose(prose));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Lets\n\n## one\n\nSaid of it.\n\n```nix\n1 +\n  1\n```\n```value\n3\n```\n\n## two\n\n```nix\n5\n```\n```ir\n```\n```value\n5\n```\n";

    #[test]
    fn cases_are_read_with_their_stages() {
        let cases = in_text(TEXT);
        assert_eq!(cases.len(), 2);
        assert_eq!((cases[0].title.as_str(), cases[0].program.as_str()), ("one", "1 +\n  1\n"));
        assert_eq!((&cases[0].stages[..], &cases[0].shown[..]), (&["value".to_owned()][..], &["3\n".to_owned()][..]));
        assert_eq!((cases[1].title.as_str(), cases[1].stages.len()), ("two", 2));
    }

    #[test]
    fn stages_are_renewed_and_the_rest_is_kept() {
        let new = renewed(TEXT, &mut |case, stage| format!("{stage} of {}", case.title));
        let expected = TEXT
            .replace("```value\n3\n", "```value\nvalue of one\n")
            .replace("```ir\n", "```ir\nir of two\n")
            .replace("```value\n5\n", "```value\nvalue of two\n");
        assert_eq!(new, expected);
    }
}
