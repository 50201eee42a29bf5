//! A machine with something computed already, put down in a file, for others to begin with.
//!
//! ```text
//! sections( about, made by, journal, the machine with one value )
//! ```
//!
//! What was computed is a function of programs and of what the outside answered. The journal has each question with a
//! hash of its answer: while all are answered the same, the image is what computing would give.

use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::value::Value;
use crate::vm::{Reading, Settings, Vm};
use crate::world::{RecordingError, SectionReader, SectionWriter, Source, World};

use super::Journal;
use super::journal::LookAt;

const MAGIC: &[u8; 8] = b"NIXIMAGE";

/// The format that is written, and the only one that is read. It changes with instructions, builtins and values.
const VERSION: u32 = 6;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The machine is at work, or is to stop somewhere.
    #[error("only a machine that is idle and stops nowhere can be written down")]
    NotIdle,
    /// The file cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Why an image is not begun with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is for other machines, or the outside has changed: it could be built anew.
    #[error("{0}")]
    Stale(String),
    /// It cannot be read.
    #[error(transparent)]
    Damaged(#[from] RecordingError),
}

/// The machine that an image was written by.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Maker {
    /// [`Vm::fingerprint`] before it read a program.
    fingerprint: u64,
    settings: Settings,
    reading: Reading,
}

impl Maker {
    /// The first thing that is not the same in a machine that has read no program yet, and that values depend on.
    fn difference(&self, vm: &Vm) -> Option<&'static str> {
        let (a, b) = (&self.settings, &vm.settings);
        if a.keeps_names != b.keeps_names {
            return Some(match a.keeps_names {
                true => "it was built with --for-debugging",
                false => "it was not built with --for-debugging",
            });
        }
        let is_relative = a.nix_path.iter().any(|it| !it.1.starts_with('/'));
        let same = [
            (
                "the search path is another one",
                a.nix_path == b.nix_path && (!is_relative || a.working_dir == b.working_dir),
            ),
            ("the system is another one", a.system == b.system),
            ("the setting pure-eval is another one", a.is_pure == b.is_pure),
            ("the setting restrict-eval is another one", a.is_restricted == b.is_restricted),
            ("the setting trace-verbose is another one", a.trace_verbose == b.trace_verbose),
            ("the setting abort-on-warn is another one", a.abort_on_warn == b.abort_on_warn),
            ("the set of experimental features is another one", a.features == b.features),
            ("the home folder is another one", self.reading.home == vm.reading.home),
            ("the set of rules for literals is another one", self.reading.rules == vm.reading.rules),
            ("the set of operators is another one", self.reading.pipe_operators == vm.reading.pipe_operators),
            ("another build of nixscope wrote it", self.fingerprint == vm.fingerprint()),
        ];
        same.iter().find(|it| !it.1).map(|it| it.0)
    }
}

/// Writes a machine with a value. `about` is what was run and how, in the words of whoever did, and `fingerprint` what
/// [`Vm::fingerprint`] was before it read a program.
///
/// # Errors
/// If the machine is not idle, or the file cannot be written.
pub fn write_image(
    vm: &Vm,
    value: Value,
    journal: &Journal,
    (about, fingerprint): (&[u8], u64),
    out: &mut impl Write,
) -> Result<(), ImageError> {
    let mut parts = SectionWriter::default();
    parts.numbers(about);
    parts.data(&Maker { fingerprint, settings: vm.settings.clone(), reading: vm.reading.clone() });
    journal.pack(&mut parts);
    if !vm.pack(&[value], &mut parts) {
        return Err(ImageError::NotIdle);
    }
    Ok(parts.write(MAGIC, VERSION, out)?)
}

/// An image that is being read: what is known of it before its machine is taken up.
#[derive(Debug)]
pub struct Image<R> {
    /// What was run and how, in the words of whoever wrote it.
    pub about: Vec<u8>,
    /// What was asked of the outside.
    pub journal: Journal,
    maker: Maker,
    parts: SectionReader<R>,
}

impl<R: Source> Image<R> {
    /// Reads the beginning. `length` is how many bytes the file has.
    ///
    /// # Errors
    /// If it is something else, of another version, or damaged.
    pub fn open(from: R, length: u64) -> Result<Self, RecordingError> {
        let mut parts = SectionReader::new(MAGIC, VERSION, from, length)?;
        let about = parts.numbers(0)?;
        let maker = parts.data()?;
        let journal = Journal::unpack(&mut parts)?;
        Ok(Self { about, journal, maker, parts })
    }

    /// What programs could learn of the outside in the machine that wrote it, and how that read texts.
    #[must_use]
    pub fn settings(&self) -> (&Settings, &Reading) {
        (&self.maker.settings, &self.maker.reading)
    }

    /// A number that other images do not have.
    #[must_use]
    pub fn identity(&self) -> u64 {
        self.parts.identity()
    }

    /// Whether it is for machines such as this one, which has read no program yet. If not: why.
    #[must_use]
    pub fn difference(&self, vm: &Vm) -> Option<&'static str> {
        self.maker.difference(vm)
    }

    /// Makes a machine that has read no program yet what the image has, in a world that has what was put in its store.
    /// `look` looks at files, as far as the world shows them as they are; without it the outside is not asked whether it has
    /// changed. Gives the value.
    ///
    /// # Errors
    /// If it is for other machines, or the outside has changed. If it is damaged, the machine is of no use.
    pub fn take_up(self, vm: &mut Vm, world: &mut impl World, look: Option<LookAt<'_>>) -> Result<Value, Refused> {
        if let Some(difference) = self.difference(vm) {
            return Err(Refused::Stale(difference.to_owned()));
        }
        match look {
            Some(look) => {
                self.journal.check(world, look).map_err(|it| Refused::Stale(it.to_string()))?;
            }
            None => self.journal.mount(world),
        }
        Ok(self.restore(vm)?)
    }

    /// Makes such a machine what the image has, whatever the outside says. Gives the value.
    ///
    /// # Errors
    /// If it is damaged; the machine is of no use then.
    pub fn restore(mut self, vm: &mut Vm) -> Result<Value, RecordingError> {
        let values = vm.unpack(&mut self.parts)?;
        self.parts.finish()?;
        values.first().copied().ok_or(RecordingError::Damaged("there is no value in it"))
    }
}
