//! What the names of a text mean that other texts bind, found out at once for all of them. Kept of every file, it answers
//! where something is used without reading those files again; it says itself what it rests on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use nixscope_engine::syntax::SyntaxKind;
use rustc_hash::FxHashMap;

use super::definition::{definitions, nearest};
use super::names::{DefId, NameId, Target};
use super::statics::{DefRef, DocRef};
use super::subject::{Subject, subject_of};
use super::tree::NodeId;
use super::{Document, EntryKind, FileEntry, Files, TextRange, Words, syntax};

/// A place that means something another text binds.
#[derive(Clone, Copy, Debug)]
struct Meant {
    /// The number that stands for its name.
    name: u32,
    range: TextRange,
    /// Which of the texts binds it, and what it is there.
    file: u32,
    def: DefId,
    how: How,
}

/// How a place means something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct How {
    /// As far as that is said where it is.
    is_nearest: bool,
    /// With inherited names followed to where they come from.
    is_followed: bool,
    /// It binds it, too.
    is_binding: bool,
}

/// What the names of one text mean that other texts bind.
#[derive(Debug)]
pub struct Meanings {
    /// In the order of names and of places.
    meant: Box<[Meant]>,
    /// The texts that bind what is meant.
    bound_in: Box<[Arc<str>]>,
    /// The texts that were looked at, its own among them, with their stamps; none for those that are not there.
    pub(crate) upon: Box<[(Arc<str>, Option<u64>)]>,
    /// What [`Files::ways`] was.
    pub(crate) ways: u64,
}

/// A text that is looked for by what it binds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    path: &'a str,
    def: DefId,
    name: &'a [u8],
}

impl<'a> Wanted<'a> {
    /// A definition, if its text is a file.
    pub(super) fn new(it: &'a DefRef<'_>) -> Option<Self> {
        let names = it.doc.names();
        Some(Self { path: it.doc.path()?, def: it.def, name: names.text(names.def(it.def).name) })
    }
}

impl Meanings {
    /// What the names of a file mean. Paths are kept as `share` gives them.
    pub(crate) fn new(path: &str, files: &dyn Files, share: &mut dyn FnMut(&str) -> Arc<str>) -> Option<Self> {
        let ways = files.ways();
        let watched = Watched { files, seen: RefCell::default() };
        let doc = DocRef::There(watched.document(path)?);
        let mut bound_in: Vec<Arc<str>> = Vec::new();
        let mut meant: Vec<Meant> = Vec::new();
        let mut known = Known::default();
        for node in names(&doc) {
            let Some(subject) = subject_of(&doc, node) else { continue };
            let range = doc.tree().range(node);
            let name = |it: &DefRef<'_>| Words::number(it.doc.names().text(it.doc.names().def(it.def).name));
            for (it, how) in known.meaning(&doc, &watched, &subject).iter() {
                let Some(elsewhere) = it.doc.path().filter(|it| *it != path) else { continue };
                if !is_called(&doc, node, it) {
                    continue;
                }
                let file = bound_in.iter().position(|it| **it == *elsewhere).unwrap_or_else(|| {
                    bound_in.push(share(elsewhere));
                    bound_in.len() - 1
                });
                meant.push(Meant { name: name(it), range, file: file as u32, def: it.def, how: *how });
            }
        }
        meant.sort_unstable_by_key(|it| (it.name, it.range.start));
        let seen = watched.seen.into_inner();
        let upon = seen.into_iter().map(|(path, stamp)| (share(&path), stamp)).collect();
        Some(Self { meant: meant.into(), bound_in: bound_in.into(), upon, ways })
    }

    /// Where a definition is meant, with inherited names followed, and whether it is bound there.
    pub(super) fn of(&self, wanted: Wanted<'_>) -> impl Iterator<Item = (TextRange, bool)> {
        self.all(wanted).filter(|it| it.how.is_followed).map(|it| (it.range, it.how.is_binding))
    }

    /// Whether a definition is meant anywhere as far as that is said there.
    pub(super) fn names(&self, wanted: Wanted<'_>) -> bool {
        self.all(wanted).any(|it| it.how.is_nearest)
    }

    fn all(&self, wanted: Wanted<'_>) -> impl Iterator<Item = &Meant> {
        let name = Words::number(wanted.name);
        let file = self.bound_in.iter().position(|it| **it == *wanted.path);
        let first = self.meant.partition_point(|it| it.name < name);
        let of_name = self.meant[first..].iter().take_while(move |it| it.name == name);
        of_name.filter(move |it| Some(it.file as usize) == file && it.def == wanted.def)
    }
}

/// Whether a place has the name of a definition.
fn is_called(doc: &Document, node: NodeId, it: &DefRef<'_>) -> bool {
    let names = it.doc.names();
    syntax::static_name(doc.text(), doc.tree(), node) == Some(names.text(names.def(it.def).name))
}

/// The names in a document that may mean something of another one.
fn names(doc: &Document) -> impl Iterator<Item = NodeId> + '_ {
    let tree = doc.tree();
    let is_name = move |it: &NodeId| match tree.kind(*it) {
        SyntaxKind::NODE_IDENT => true,
        SyntaxKind::NODE_STRING | SyntaxKind::NODE_DYNAMIC => {
            matches!(tree.parent_kind(*it), SyntaxKind::NODE_ATTRPATH | SyntaxKind::NODE_INHERIT)
        }
        _ => false,
    };
    tree.all().filter(|it| !tree.is_token(*it)).filter(is_name)
}

type Found<'a> = std::rc::Rc<[(DefRef<'a>, How)]>;

/// What was found out of the same text: the same variable means the same, and so does the same path of it.
#[derive(Default)]
struct Known<'a> {
    variables: FxHashMap<(Result<DefId, NodeId>, NameId), Found<'a>>,
    attributes: FxHashMap<(DefId, Vec<Vec<u8>>), Found<'a>>,
}

impl<'a> Known<'a> {
    fn meaning(&mut self, doc: &DocRef<'a>, files: &dyn Files, subject: &Subject) -> Found<'a> {
        let find = || find(doc, files, subject);
        match subject {
            Subject::Variable(it) => {
                let target = match it.target {
                    Target::Def(def) => Ok(def),
                    Target::With(with) => Err(with),
                    Target::Global | Target::Nothing => return Found::default(),
                };
                self.variables.entry((target, it.name)).or_insert_with(find).clone()
            }
            Subject::Attribute { set, path } => match doc.names().use_at(*set).map(|it| it.target) {
                Some(Target::Def(def)) => self.attributes.entry((def, path.clone())).or_insert_with(find).clone(),
                _ => find(),
            },
            _ => find(),
        }
    }
}

fn find<'a>(doc: &DocRef<'a>, files: &dyn Files, subject: &Subject) -> Found<'a> {
    let is_binding = matches!(subject, Subject::Binds(_));
    let near = nearest(doc, files, subject);
    let mut found: Vec<(DefRef<'a>, How)> =
        near.into_iter().map(|it| (it, How { is_nearest: true, is_followed: false, is_binding })).collect();
    for it in definitions(doc, files, subject) {
        match found.iter_mut().find(|known| known.0.is(&it)) {
            Some(known) => known.1.is_followed = true,
            None => found.push((it, How { is_followed: true, ..How::default() })),
        }
    }
    found.into()
}

/// Files that remember which texts were asked for.
struct Watched<'f> {
    files: &'f dyn Files,
    seen: RefCell<BTreeMap<String, Option<u64>>>,
}

impl Files for Watched<'_> {
    fn document(&self, path: &str) -> Option<Arc<Document>> {
        let found = self.files.document(path);
        let mut seen = self.seen.borrow_mut();
        if !seen.contains_key(path) {
            seen.insert(path.to_owned(), found.as_ref().map(|it| it.stamp()));
        }
        found
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.files.kind(path)
    }

    fn entries(&self, folder: &str) -> Vec<FileEntry> {
        self.files.entries(folder)
    }

    fn workspace(&self) -> Vec<String> {
        self.files.workspace()
    }

    fn mentioning(&self, name: &[u8]) -> Vec<String> {
        self.files.mentioning(name)
    }

    fn importers(&self, path: &str) -> Vec<(String, u32)> {
        self.files.importers(path)
    }

    fn nixpkgs(&self) -> Option<String> {
        self.files.nixpkgs()
    }

    fn ways(&self) -> u64 {
        self.files.ways()
    }
}
