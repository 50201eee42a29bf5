//! One text looked at without an editor: what the server would say of it. Reads no files.

use nixscope_engine::syntax::Features;

use crate::diagnose::{self, Finding};
use crate::ide::{self, Action, Code, Document};
use crate::text::Text;

/// What is said of a text.
#[derive(Debug)]
pub struct Checked {
    /// The text, to tell places in it. Bytes that are not UTF-8 are question marks here.
    pub text: Text,
    /// What was found, in the order of the text.
    pub problems: Vec<Problem>,
}

/// Something that was found, and ways to cure it, the best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What an editor would underline.
    pub finding: Finding,
    /// The changes it would offer.
    pub fixes: Vec<Action>,
}

/// Looks at a text. `path` is the absolute path of its file, if it is one.
#[must_use]
pub fn check(path: Option<&str>, bytes: &[u8], features: Features) -> Checked {
    let document = Document::new(path, bytes, features);
    let problem = |mut it: ide::Diagnostic| {
        let fixes = std::mem::take(&mut it.fixes);
        Problem { finding: diagnose::finding(it), fixes }
    };
    let problems = ide::diagnostics(&document).into_iter().map(problem).collect();
    Checked { text: Text::new(readable(bytes)), problems }
}

/// The bytes as text of the same length.
fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// All kinds of things that are found in texts: what they are called, and what they are.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    Code::ALL.iter().map(|it| (it.name(), it.explanation()))
}
