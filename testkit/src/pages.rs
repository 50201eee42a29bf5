//! Texts expected and texts that came: read, told apart, written back.

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

/// Whether expected texts are to be replaced by what came: `UPDATE_GOLDEN=1`.
#[must_use]
pub fn must_update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some_and(|it| it == "1")
}

/// The Markdown files of a folder, in order.
///
/// # Panics
/// If the folder cannot be read.
#[must_use]
pub fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
    files.retain(|it| it.extension().is_some_and(|it| it == "md"));
    files.sort();
    files
}

/// What is left of a text and what came instead, line by line, with a little of what is around.
pub(crate) fn difference(expected: &str, came: &str) -> String {
    let diff = TextDiff::from_lines(expected, came);
    diff.unified_diff().context_radius(3).header("expected", "came").to_string()
}

/// The text of a file.
///
/// # Panics
/// If it cannot be read, or is not UTF-8.
#[must_use]
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares the whole new text of a file with the old one, or replaces it.
///
/// # Panics
/// If it cannot be written.
pub fn settle(path: &Path, old: &str, new: &str, replace: bool, problems: &mut Vec<String>) {
    if old == new {
        return;
    }
    if replace {
        fs::write(path, new).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    } else {
        problems.push(format!("{}:\n{}", path.display(), difference(old, new)));
    }
}
