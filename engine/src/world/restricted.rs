//! A world of which a program sees only what it is allowed to: Nix's pure and restricted evaluation.
//!
//! Links are followed as if what is hidden were not there; whoever asks for the hidden itself is told that it is.

use std::collections::BTreeSet;

use crate::world::walk::answer_composed;
use crate::world::{Answer, CanonPath, DirEntry, Request, World, WorldError};

/// A world, most of it hidden.
#[derive(Clone, Debug)]
pub struct Restricted<W> {
    below: W,
    allowed: BTreeSet<CanonPath>,
    mode: &'static str,
}

impl<W: World> Restricted<W> {
    /// A world of which only these files and folders, what is in them, and the folders they are in can be seen.
    /// `mode` ends the sentence that somebody who wants to see more is told.
    pub fn new(below: W, allowed: impl IntoIterator<Item = CanonPath>, mode: &'static str) -> Self {
        Self { below, allowed: allowed.into_iter().collect(), mode }
    }

    /// Whether somebody may ask about a file or folder.
    #[must_use]
    pub fn is_allowed(&self, path: &CanonPath) -> bool {
        let first_after = self.allowed.range::<CanonPath, _>(path..).next();
        let is_around = first_after.is_some_and(|it| it.strip_prefix(path.as_bytes()).is_some());
        is_around || std::iter::successors(path.parent(), CanonPath::parent).any(|it| self.allowed.contains(&it))
    }
}

impl<W: World> World for Restricted<W> {
    fn answer(&mut self, request: &Request) -> Answer {
        match request {
            Request::ReadFile(path) | Request::Stat(path) | Request::ReadDir(path) | Request::ReadLink(path) => {
                if !self.is_allowed(path) {
                    return Answer::Failed(WorldError::Forbidden { path: path.clone(), mode: self.mode.into() });
                }
                match self.below.answer(request) {
                    Answer::Dir(entries) => {
                        let is_seen = |it: &&DirEntry| self.is_allowed(&path.join(&it.name));
                        Answer::Dir(entries.iter().filter(is_seen).cloned().collect())
                    }
                    answer => answer,
                }
            }
            Request::Resolve { .. } => {
                answer_composed(&mut Following(self), request).unwrap_or(Answer::Failed(WorldError::UnexpectedAnswer))
            }
            Request::ResolveImport(_) | Request::HashPath { .. } => {
                answer_composed(self, request).unwrap_or(Answer::Failed(WorldError::UnexpectedAnswer))
            }
            Request::CopyToStore { .. }
            | Request::Mount { .. }
            | Request::Env(_)
            | Request::CurrentTime
            | Request::Note { .. } => self.below.answer(request),
        }
    }
}

/// The world while links are followed: what is hidden is not there.
struct Following<'a, W>(&'a mut Restricted<W>);

impl<W: World> World for Following<'_, W> {
    fn answer(&mut self, request: &Request) -> Answer {
        match (request, self.0.answer(request)) {
            (Request::Stat(_), Answer::Failed(WorldError::Forbidden { .. })) => Answer::Stat(None),
            (_, answer) => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Memory, SymlinkResolution};

    fn world() -> Restricted<Memory> {
        let mut memory = Memory::default();
        for path in ["/a/b/c", "/a/bc", "/d/e"] {
            memory.file(path, path);
        }
        Restricted::new(memory, [CanonPath::from("/a/b")], "in a test")
    }

    #[test]
    fn what_is_hidden() {
        let cases = [
            ("/", true),
            ("/a", true),
            ("/a/b", true),
            ("/a/b/c", true),
            ("/a/b/x", true),
            ("/a/bc", false),
            ("/d", false),
            ("/d/e", false),
        ];
        for (path, is_seen) in cases {
            let answer = world().answer(&Request::Stat(CanonPath::from(path)));
            assert_eq!(!matches!(answer, Answer::Failed(WorldError::Forbidden { .. })), is_seen, "{path}");
        }
    }

    #[test]
    fn what_is_seen_of_folders() {
        let names = |path: &str| {
            let dir = world().answer(&Request::ReadDir(CanonPath::from(path))).into_dir().expect("it can be seen");
            dir.iter().map(|it| String::from_utf8_lossy(&it.name).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("/"), ["a"]);
        assert_eq!(names("/a"), ["b"]);
        assert_eq!(names("/a/b"), ["c"]);
    }

    #[test]
    fn what_is_told_of_it() {
        let path = CanonPath::from("/d/e");
        let answer = world().answer(&Request::ReadFile(path.clone()));
        let Answer::Failed(error) = answer else { panic!("{answer:?}") };
        assert_eq!(error.to_string(), "access to absolute path '/d/e' is forbidden in a test");
        let request = Request::Resolve { path: path.clone(), how: SymlinkResolution::Full };
        assert_eq!(world().answer(&request), Answer::Path(path.clone()));
        let answer = world().answer(&Request::ResolveImport(path));
        assert!(matches!(answer, Answer::Failed(WorldError::Forbidden { .. })), "{answer:?}");
    }
}
