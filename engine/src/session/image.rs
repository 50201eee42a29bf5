//! A machine with something computed already, put down in a file, for others to begin with.
//!
//! ```text
//! sections( about, fingerprint, journal, the machine with one value )
//! ```
//!
//! What was computed is a function of programs and of what the outside answered. The journal has each question with a
//! hash of its answer: while all are answered the same, the image is what computing would give.

use std::io::{Read, Write};

use crate::value::Value;
use crate::vm::Vm;
use crate::world::{RecordingError, SectionReader, SectionWriter};

use super::Journal;

const MAGIC: &[u8; 8] = b"NIXIMAGE";

/// The format that is written, and the only one that is read. It changes with instructions, builtins and values.
const VERSION: u32 = 1;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The machine is at work, or debugged.
    #[error("only a machine that is idle and not debugged can be written down")]
    NotIdle,
    /// The file cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
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
    parts.numbers(&[fingerprint]);
    parts.data(journal);
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
    fingerprint: u64,
    parts: SectionReader<R>,
}

impl<R: Read> Image<R> {
    /// Reads the beginning. `length` is how many bytes the file has.
    ///
    /// # Errors
    /// If it is something else, of another version, or damaged.
    pub fn open(from: R, length: u64) -> Result<Self, RecordingError> {
        let mut parts = SectionReader::new(MAGIC, VERSION, from, length)?;
        let about = parts.numbers(0)?;
        let fingerprint = parts.numbers(0)?.first().copied().unwrap_or_default();
        let journal = parts.data()?;
        Ok(Self { about, journal, fingerprint, parts })
    }

    /// Whether it is for machines such as this one, which has read no program yet.
    #[must_use]
    pub fn is_for(&self, vm: &Vm) -> bool {
        vm.fingerprint() == self.fingerprint
    }

    /// Makes such a machine what the image has. Gives the value.
    ///
    /// # Errors
    /// If it is damaged; the machine is of no use then.
    pub fn restore(mut self, vm: &mut Vm) -> Result<Value, RecordingError> {
        let values = vm.unpack(&mut self.parts)?;
        self.parts.finish()?;
        values.first().copied().ok_or(RecordingError::Damaged("there is no value in it"))
    }
}
