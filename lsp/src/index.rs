//! What every file of the workspace mentions, by name and by path, so that questions about all of them are answered
//! without reading them again. Knows words and paths, not what they mean.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use nixscope_engine::syntax::Features;
use rustc_hash::FxHashMap;

use crate::ide::{self, Words};

/// Larger files are taken to mention nothing.
const MAX_FILE: u64 = 4 << 20;
/// How long files are taken to be as they were, where nobody tells of changes.
const PATIENCE: Duration = Duration::from_secs(3);

/// What files mention, as it was when somebody last looked.
#[derive(Debug, Default)]
pub(crate) struct Index(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    mentions: Arc<Mentions>,
    changed: Vec<Option<SystemTime>>,
    features: Features,
    looked: Option<Instant>,
}

/// Which files mention what. Files go by their number in a list of paths in order.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    paths: Arc<[String]>,
    words: Vec<Option<Arc<Words>>>,
    /// Numbers that stand for names, each with a file that mentions it, in order.
    names: Vec<(u32, u32)>,
    /// Those of them that are named like files that bind packages.
    package_names: Vec<(u32, u32)>,
    /// Files with the byte at which a path literal begins, by the path it means.
    leads: FxHashMap<Box<str>, Vec<(u32, u32)>>,
    ways: u64,
    /// Which look at the files it is of.
    serial: u64,
}

impl Index {
    /// Files changed: they are looked at again.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).looked = None;
    }

    /// What some files mention. `is_told` says that somebody tells of changes.
    pub(crate) fn mentions(&self, paths: &Arc<[String]>, features: Features, is_told: bool) -> Arc<Mentions> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = inner.looked.is_some_and(|it| is_told || it.elapsed() < PATIENCE);
        let is_same = inner.features == features && Arc::ptr_eq(&inner.mentions.paths, paths);
        if !is_fresh || !is_same {
            inner.look(paths, features);
        }
        Arc::clone(&inner.mentions)
    }
}

impl Inner {
    /// Reads what is new or changed.
    fn look(&mut self, paths: &Arc<[String]>, features: Features) {
        let before = Arc::clone(&self.mentions);
        let mut words = Vec::with_capacity(paths.len());
        let mut changed = Vec::with_capacity(paths.len());
        for path in paths.iter() {
            let stat = std::fs::metadata(path).ok();
            let time = stat.as_ref().and_then(|it| it.modified().ok());
            let is_known = |&it: &usize| self.features == features && time.is_some() && self.changed[it] == time;
            let known = before.paths.binary_search(path).ok().filter(is_known).and_then(|it| before.words[it].as_ref());
            words.push(match (known, stat) {
                (Some(words), _) => Some(Arc::clone(words)),
                (None, Some(stat)) if stat.len() <= MAX_FILE => {
                    std::fs::read(path).ok().map(|text| Arc::new(Words::new(path, &text, features)))
                }
                _ => None,
            });
            changed.push(time);
        }
        let is_as_before = |it: &Option<Arc<Words>>, old: &Option<Arc<Words>>| match (it, old) {
            (Some(it), Some(old)) => Arc::ptr_eq(it, old),
            (it, old) => it.is_none() && old.is_none(),
        };
        let is_same = before.paths == *paths && words.iter().zip(&before.words).all(|(it, old)| is_as_before(it, old));
        if !is_same || !Arc::ptr_eq(&before.paths, paths) {
            self.mentions = Arc::new(Mentions::new(paths, words, before.serial + 1));
        }
        self.changed = changed;
        self.features = features;
        self.looked = Some(Instant::now());
    }
}

impl Mentions {
    fn new(paths: &Arc<[String]>, words: Vec<Option<Arc<Words>>>, serial: u64) -> Self {
        let mut names = Vec::new();
        let mut leads: FxHashMap<Box<str>, Vec<(u32, u32)>> = FxHashMap::default();
        for (file, words) in (0u32..).zip(&words) {
            let Some(words) = words else { continue };
            names.extend(words.names().iter().map(|&name| (name, file)));
            for (at, path) in words.paths() {
                leads.entry(path.clone()).or_default().push((file, *at));
            }
        }
        names.sort_unstable();
        let binds_packages: Vec<bool> = paths.iter().map(|it| ide::binds_packages(it)).collect();
        let package_names = names.iter().copied().filter(|it| binds_packages[it.1 as usize]).collect();
        let ways = words.iter().flatten().fold(0, |sum: u64, it| sum.wrapping_add(it.ways()));
        Self { paths: Arc::clone(paths), words, names, package_names, leads, ways, serial }
    }

    /// What one of the files mentions.
    pub(crate) fn words(&self, path: &str) -> Option<&Arc<Words>> {
        let file = self.paths.binary_search_by(|it| it.as_str().cmp(path)).ok()?;
        self.words[file].as_ref()
    }

    /// The sum of what the files add to [`ide::Files::ways`].
    pub(crate) fn ways(&self) -> u64 {
        self.ways
    }

    /// Another one for each look at the files that found something changed.
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    /// The files that may mention a name, in order.
    pub(crate) fn mentioning(&self, name: &[u8]) -> impl Iterator<Item = &str> {
        self.files_of(&self.names, name)
    }

    /// Those of them that are named like files that bind packages.
    pub(crate) fn binding_packages(&self, name: &[u8]) -> impl Iterator<Item = &str> {
        self.files_of(&self.package_names, name)
    }

    fn files_of<'a>(&'a self, names: &'a [(u32, u32)], name: &[u8]) -> impl Iterator<Item = &'a str> + use<'a> {
        let name = Words::number(name);
        let first = names.partition_point(|it| it.0 < name);
        names[first..].iter().take_while(move |it| it.0 == name).map(|it| &*self.paths[it.1 as usize])
    }

    /// The files with path literals that lead to a file, and where those begin.
    pub(crate) fn importers(&self, path: &str) -> impl Iterator<Item = (&str, u32)> {
        let folder = path.strip_suffix("/default.nix");
        let found = [Some(path), folder].into_iter().flatten().filter_map(|it| self.leads.get(it));
        found.flatten().map(|&(file, at)| (&*self.paths[file as usize], at))
    }
}
