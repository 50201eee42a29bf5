//! Sessions of the debugger, written down in `engine/tests/transcripts/` and in pages for people.

use std::path::{Path, PathBuf};

use nixscope_engine::console::transcript::{Outcome, Page, Surroundings, run};
use nixscope_engine::vm::Limits;
use nixscope_engine::world::{CanonPath, Disk};
use nixscope_testkit::pages;

use crate::machine::folder;

/// All pages.
fn all() -> Vec<PathBuf> {
    let mut files = pages::files_of(&folder("transcripts"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    files.extend(["README.md", "docs/transcripts.md", "docs/tutorial.md"].map(|it| root.join(it)));
    files
}

/// The text of a page with the answers that come now.
fn answered(file: &Path, text: &str) -> String {
    let page = Page::parse(text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(!page.cases.is_empty(), "{} has no sessions", file.display());
    let folder = CanonPath::new(file.as_os_str().as_encoded_bytes()).parent().expect("a file lies in a folder");
    let folder = folder.to_text();
    let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
    let surroundings = Surroundings { folder: &folder, env: &|_| None, limits };
    let outcomes: Vec<Option<Outcome>> =
        page.cases.iter().map(|case| Some(run(case, &surroundings, Disk::new()))).collect();
    page.text_with(&outcomes)
}

#[test]
fn sessions_go_as_written() {
    let mut problems = Vec::new();
    for file in all() {
        let text = pages::read(&file);
        let came = answered(&file, &text);
        pages::settle(&file, &text, &came, pages::must_update(), &mut problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
