//! The world as seen from a terminal: what programs have to say is told there.

use nixscope_engine::world::{Answer, NoteKind, Request, World};

use crate::terminal;

/// How verbose one must be to be told of warnings.
pub(crate) const WARNINGS: u8 = 1;
/// How verbose one must be to be told which files are evaluated.
const FILES: u8 = 4;

/// A world whose notes go to the terminal.
#[derive(Debug)]
pub(crate) struct Notes<W> {
    below: W,
    verbosity: u8,
}

impl<W: World> Notes<W> {
    /// A world with notes told to somebody who wants to know this much.
    pub(crate) fn new(below: W, verbosity: u8) -> Self {
        Self { below, verbosity }
    }
}

impl<W: World> World for Notes<W> {
    fn answer(&mut self, request: &Request) -> Answer {
        if let Request::Note { kind, text } = request {
            match kind {
                NoteKind::Trace => terminal::tell_line(&[kind.prefix().as_bytes(), text].concat()),
                _ if self.verbosity >= WARNINGS => terminal::tell_note(*kind, text),
                _ => {}
            }
            return Answer::Done;
        }
        let answer = self.below.answer(request);
        if let (Request::ResolveImport(_), Answer::Path(path), FILES..) = (request, &answer, self.verbosity) {
            terminal::tell_line(format!("evaluating file '{path}'").as_bytes());
        }
        answer
    }
}
