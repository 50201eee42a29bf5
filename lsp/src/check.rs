//! One text looked at without an editor: what the server would say of it. Reads no files but those that it evaluates.

use std::sync::Arc;

use nixscope_engine::syntax::Features;

use crate::config::{Config, LiveConfig};
use crate::diagnose::{self, Finding};
use crate::disk::DiskFiles;
use crate::ide::{self, Action, Code, Document};
use crate::live;
use crate::protocol::to_proto;
use crate::state::{State, Sync};
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

/// What evaluations of files may do.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// The folders whose files they may read.
    pub roots: Vec<String>,
    /// Where `<…>` looks: folders, or `name=folder`. They may be read, too.
    pub nix_path: Vec<String>,
    /// Whether they may read any file.
    pub trust: bool,
    /// Files that were read, for the next ones.
    pub files: Arc<DiskFiles>,
}

/// How many instructions evaluating one file may take.
const FUEL: u64 = 300_000_000;

/// What fails when a file is evaluated, as the server does it. `path` is the file's absolute path.
#[must_use]
pub fn evaluate(path: &str, text: &str, features: Features, evaluation: &Evaluation) -> Vec<Finding> {
    let state = State::default();
    let live = LiveConfig {
        trust: evaluation.trust,
        nix_path: evaluation.nix_path.clone(),
        fuel: FUEL,
        ..LiveConfig::default()
    };
    let config = Config { live, pipe_operators: features.pipe_operators, ..Config::default() };
    state.update(|now| {
        now.roots = Arc::new(evaluation.roots.clone());
        now.disk = Arc::clone(&evaluation.files);
        now.configure(config);
    });
    let Some(uri) = to_proto::file(&state.snapshot(), path).map(|it| it.to_string()) else { return Vec::new() };
    let (path, text) = (Some(path.to_owned()), text.to_owned());
    state.sync(Sync::Open { uri: uri.clone(), path, version: 0, text });
    live::failures(&state.snapshot(), &uri)
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
    let evaluated = std::iter::once(("evaluation", "Evaluating it fails."));
    Code::ALL.iter().map(|it| (it.name(), it.explanation())).chain(evaluated)
}
