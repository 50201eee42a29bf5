//! What every file of the workspace mentions, so that questions about all of them are answered without reading them again.
//! Knows words and paths, not what they mean.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use nixscope_engine::syntax::Features;

use crate::ide::Words;

/// Larger files are taken to mention nothing.
const MAX_FILE: u64 = 4 << 20;
/// How long files are taken to be as they were, where nobody tells of changes.
const PATIENCE: Duration = Duration::from_secs(3);

/// The words of files, by path.
pub(crate) type WordsByPath = BTreeMap<String, Arc<Words>>;

/// The words of files, as they were when somebody last looked.
#[derive(Debug, Default)]
pub(crate) struct Index(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    files: Arc<WordsByPath>,
    changed: BTreeMap<String, Option<SystemTime>>,
    features: Features,
    /// Which list of files it is of.
    of: Option<Arc<[String]>>,
    looked: Option<Instant>,
}

impl Index {
    /// Files changed: they are looked at again.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).looked = None;
    }

    /// The words of some files. `is_told` says that somebody tells of changes.
    pub(crate) fn words(&self, paths: &Arc<[String]>, features: Features, is_told: bool) -> Arc<WordsByPath> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = inner.looked.is_some_and(|it| is_told || it.elapsed() < PATIENCE);
        let is_same = inner.features == features && inner.of.as_ref().is_some_and(|it| Arc::ptr_eq(it, paths));
        if !is_fresh || !is_same {
            inner.look(paths, features);
        }
        Arc::clone(&inner.files)
    }
}

impl Inner {
    /// Reads what is new or changed.
    fn look(&mut self, paths: &Arc<[String]>, features: Features) {
        let mut files = WordsByPath::new();
        let mut changed = BTreeMap::new();
        for path in paths.iter() {
            let Ok(stat) = std::fs::metadata(path) else { continue };
            let time = stat.modified().ok();
            let known =
                self.files.get(path).filter(|_| self.features == features && self.changed.get(path) == Some(&time));
            let words = match known {
                Some(words) => Arc::clone(words),
                None if stat.len() > MAX_FILE => continue,
                None => {
                    let Ok(text) = std::fs::read(path) else { continue };
                    Arc::new(Words::new(path, &text, features))
                }
            };
            files.insert(path.clone(), words);
            changed.insert(path.clone(), time);
        }
        self.files = Arc::new(files);
        self.changed = changed;
        self.features = features;
        self.of = Some(Arc::clone(paths));
        self.looked = Some(Instant::now());
    }
}
