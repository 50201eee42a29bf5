//! The outside: the one door through which the engine learns what is not in the program.
//!
//! A machine that needs the outside stops with a [`Request`]; a [`World`] turns it into an [`Answer`]. Both are plain
//! data, so that they can be written down and given again. Worlds are laid over each other: editor buffers over the
//! disk ([`Overlay`]), a curtain over most of it ([`Restricted`]), a store that does not exist over both ([`VirtualStore`](crate::store::VirtualStore)).

mod array;
mod disk;
mod error;
mod late;
mod memory;
mod nar;
mod overlay;
mod path;
mod recording;
mod request;
mod restricted;
mod sections;
mod walk;

pub use array::Array;
pub use disk::Disk;
pub use error::WorldError;
pub use late::Late;
pub use memory::Memory;
pub use nar::{NarWriter, write_nar};
pub use overlay::Overlay;
pub use path::CanonPath;
pub use recording::{Recorder, Recording, RecordingError, Replay, Resumed, describe, pack, unpack};
pub use request::{
    Answer, DirEntry, FileType, HashMethod, MountSource, NoteKind, PathSet, Request, Stat, SymlinkResolution,
};
pub use restricted::Restricted;
pub use sections::{ALIGNMENT, Mappable, Number, SectionReader, SectionWriter, Source, Trust, checksum};
pub use walk::answer_composed;

/// Whoever answers for the outside.
pub trait World {
    /// Answers. What cannot be answered is [`Answer::Failed`], which the program may see as a fault of its own.
    fn answer(&mut self, request: &Request) -> Answer;
}

impl<W: World + ?Sized> World for Box<W> {
    fn answer(&mut self, request: &Request) -> Answer {
        (**self).answer(request)
    }
}

impl<W: World + ?Sized> World for &mut W {
    fn answer(&mut self, request: &Request) -> Answer {
        (**self).answer(request)
    }
}
