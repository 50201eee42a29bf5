//! A file of several parts, each read as what it is, and none of it believed before its sum was compared.
//!
//! ```text
//! magic:8 version:u32 n:u32 | length:u64 sum:u64, n times | sum of all that:u64 | the parts, one after the other
//! ```
//!
//! Numbers are little-endian. Sums are XXH3, which finds damage and no malice: who can write the file can write a sum.
//! Parts are read in the order in which they were written, straight into the memory they are used from. Large ones begin
//! at whole pages, zeros before them, so that they can be mapped instead.

use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, BorrowedFd};

use bytemuck::Pod;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use twox_hash::XxHash3_64;

use crate::world::{Array, RecordingError};

/// More parts than any file has.
const MAX_PARTS: usize = 256;

/// Parts of at least so many bytes begin at a multiple of it. No system's pages are larger.
pub const ALIGNMENT: usize = 1 << 16;

/// How many items can be added to what is mapped before it has to be moved. Pages nobody writes to take no memory.
const SPARE: usize = 1 << 20;

/// What may stand for the sum over a part that is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nothing: the part is read and summed.
    Nothing,
    /// That the whole file is known to have what was written.
    Mark,
}

/// How many bytes stand between a place in a file and the part after it.
fn padding(at: u64, length: usize) -> usize {
    let aligned = at.checked_next_multiple_of(ALIGNMENT as u64).unwrap_or(at);
    if length < ALIGNMENT { 0 } else { (aligned - at) as usize }
}

/// What a file of parts is read from.
pub trait Source: Read {
    /// The file, if what is read is one that can be mapped.
    fn file(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Whether it is known to have what was written, so that what is mapped need not be read to find damage.
    fn is_known(&self) -> bool {
        false
    }

    /// Goes on behind so many bytes.
    ///
    /// # Errors
    /// If there are none to be read there.
    fn skip(&mut self, n: u64) -> std::io::Result<()>;
}

impl Source for &[u8] {
    fn skip(&mut self, n: u64) -> std::io::Result<()> {
        let n = usize::try_from(n).ok().filter(|&it| it <= self.len()).ok_or(std::io::ErrorKind::UnexpectedEof)?;
        *self = &self[n..];
        Ok(())
    }
}

/// A file that is read from its beginning, or mapped. Nobody may change what is in it as long as it is.
#[derive(Debug)]
pub struct Mappable<F> {
    /// The file.
    pub file: F,
    /// Whether somebody has made sure that it has what was written.
    pub is_known: bool,
}

impl<F: Read> Read for Mappable<F> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.file.read(bytes)
    }
}

impl<F: Read + Seek + AsFd> Source for Mappable<F> {
    fn file(&self) -> Option<BorrowedFd<'_>> {
        cfg!(target_endian = "little").then(|| self.file.as_fd())
    }

    fn is_known(&self) -> bool {
        self.is_known
    }

    fn skip(&mut self, n: u64) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Current(i64::try_from(n).unwrap_or(i64::MAX))).map(|_| ())
    }
}

/// The parts of a file that is being written.
#[derive(Debug, Default)]
pub struct SectionWriter {
    parts: Vec<Vec<u8>>,
}

impl SectionWriter {
    /// Adds numbers, or bytes.
    pub fn numbers<T: Number>(&mut self, numbers: &[T]) {
        let numbers: Vec<T> = numbers.iter().map(|it| it.little_endian()).collect();
        self.parts.push(bytemuck::cast_slice(&numbers).to_vec());
    }

    /// Adds data of any kind.
    pub fn data<T: Serialize>(&mut self, data: &T) {
        // Plain data of known lengths cannot fail to be written.
        self.parts.push(postcard::to_allocvec(data).unwrap_or_default());
    }

    /// Writes the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, magic: &[u8; 8], version: u32, out: &mut impl Write) -> std::io::Result<()> {
        let mut header = Vec::new();
        header.extend_from_slice(magic);
        header.extend_from_slice(&version.to_le_bytes());
        header.extend_from_slice(&(self.parts.len() as u32).to_le_bytes());
        for part in &self.parts {
            header.extend_from_slice(&(part.len() as u64).to_le_bytes());
            header.extend_from_slice(&checksum(part).to_le_bytes());
        }
        let sum = checksum(&header);
        header.extend_from_slice(&sum.to_le_bytes());
        out.write_all(&header)?;
        let mut at = header.len() as u64;
        for part in &self.parts {
            let padding = padding(at, part.len());
            out.write_all(&vec![0; padding])?;
            out.write_all(part)?;
            at += (padding + part.len()) as u64;
        }
        out.flush()
    }
}

/// Numbers that files have, whatever the order of bytes in this machine's.
pub trait Number: Pod {
    /// The same with the bytes in the order that files have, or back.
    #[must_use]
    fn little_endian(self) -> Self;
}

macro_rules! numbers {
    ($($t:ty),*) => { $(impl Number for $t {
        #[inline(always)]
        fn little_endian(self) -> Self {
            self.to_le()
        }
    })* };
}

numbers!(u8, u32, u64);

impl<const N: usize> Number for [u32; N]
where
    Self: Pod,
{
    #[inline(always)]
    fn little_endian(self) -> Self {
        self.map(u32::to_le)
    }
}

/// The parts of a file that is being read.
#[derive(Debug)]
pub struct SectionReader<R> {
    from: R,
    /// Lengths and sums of the parts to come, the next one last.
    rest: Vec<(u64, u64)>,
    /// The part that was understood last, to be read over: fresh memory costs more than what is read into it.
    scratch: Vec<u8>,
    identity: u64,
    /// How many bytes were read or passed over.
    at: u64,
}

impl<R: Source> SectionReader<R> {
    /// Reads what the file says of itself. `length` is how many bytes it has.
    ///
    /// # Errors
    /// If it is something else, of another version, or damaged.
    pub fn new(magic: &[u8; 8], version: u32, mut from: R, length: u64) -> Result<Self, RecordingError> {
        let mut header = vec![0; 16];
        from.read_exact(&mut header).map_err(|_| RecordingError::NotOne)?;
        if &header[..8] != magic {
            return Err(RecordingError::NotOne);
        }
        let written = number(&header[8..12]) as u32;
        if written != version {
            return Err(RecordingError::OtherVersion(written));
        }
        let n = number(&header[12..16]) as usize;
        if n > MAX_PARTS {
            return Err(RecordingError::Damaged("it says that it has more parts than there are"));
        }
        header.resize(16 + n * 16 + 8, 0);
        from.read_exact(&mut header[16..]).map_err(|_| CUT)?;
        let (header, sum) = header.split_at(16 + n * 16);
        if checksum(header) != number(sum) {
            return Err(RecordingError::Damaged("its beginning is not what was written"));
        }
        let parts: Vec<_> = header[16..].chunks_exact(16).map(|it| (number(&it[..8]), number(&it[8..]))).collect();
        let at = header.len() as u64 + 8;
        let all = parts.iter().try_fold(at, |sum, part| {
            let padding = padding(sum, usize::try_from(part.0).ok()?) as u64;
            sum.checked_add(padding)?.checked_add(part.0)
        });
        if all != Some(length) {
            return Err(RecordingError::Damaged("its length is another one than it says"));
        }
        let identity = number(sum);
        Ok(Self { from, rest: parts.into_iter().rev().collect(), scratch: Vec::new(), identity, at })
    }

    /// A number that files with other content do not have.
    #[must_use]
    pub fn identity(&self) -> u64 {
        self.identity
    }

    /// The next part, with room for `spare` more.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn numbers<T: Number>(&mut self, spare: usize) -> Result<Vec<T>, RecordingError> {
        let length = self.rest.last().and_then(|it| usize::try_from(it.0).ok()).ok_or(NOT_UNDERSTOOD)?;
        if length % size_of::<T>() != 0 {
            return Err(NOT_UNDERSTOOD);
        }
        let n = length / size_of::<T>();
        // Memory that is nothing but zeros is not touched before it is used.
        let mut numbers = vec![T::zeroed(); n + spare];
        numbers.truncate(n);
        self.numbers_into(&mut numbers)?;
        Ok(numbers)
    }

    /// The next part, mapped if it is large. Mapped or not, it is copied before it is written to.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn array<T: Number>(&mut self) -> Result<Array<T>, RecordingError> {
        let n = self.rest.last().and_then(|it| usize::try_from(it.0).ok()).ok_or(NOT_UNDERSTOOD)? / size_of::<T>();
        if let Some(place) = self.place_of(n * size_of::<T>())
            && let Ok(array) = Array::map((&[], 0), place, n, SPARE)
        {
            self.pass(bytemuck::cast_slice(&array), Trust::Nothing)?;
            return Ok(array);
        }
        Ok(self.numbers(0)?.into())
    }

    /// The next part, to be looked at later: mapped if it is large.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn shared(&mut self) -> Result<Bytes, RecordingError> {
        Ok(Bytes::from_owner(self.array::<u8>()?))
    }

    /// The next part, which is one number.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn number(&mut self) -> Result<usize, RecordingError> {
        match self.numbers::<u64>(0)?[..] {
            [number] => usize::try_from(number).map_err(|_| NOT_UNDERSTOOD),
            _ => Err(NOT_UNDERSTOOD),
        }
    }

    /// The next part, into memory that has just the room for it.
    ///
    /// # Errors
    /// If it is damaged, or has another length.
    pub fn numbers_into<T: Number>(&mut self, numbers: &mut [T]) -> Result<(), RecordingError> {
        let (length, sum) = self.next_part()?;
        if length != size_of_val(numbers) {
            return Err(NOT_UNDERSTOOD);
        }
        read_part(&mut self.from, bytemuck::cast_slice_mut(numbers), sum)?;
        if cfg!(target_endian = "big") {
            for it in numbers {
                *it = it.little_endian();
            }
        }
        Ok(())
    }

    /// The next part.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn data<T: DeserializeOwned>(&mut self) -> Result<T, RecordingError> {
        postcard::from_bytes(self.bytes()?).map_err(|_| NOT_UNDERSTOOD)
    }

    /// The bytes of the next part, on loan until the one after it is read.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn bytes(&mut self) -> Result<&[u8], RecordingError> {
        let (length, sum) = self.next_part()?;
        self.scratch.clear();
        self.scratch.resize(length, 0);
        read_part(&mut self.from, &mut self.scratch, sum)?;
        Ok(&self.scratch)
    }

    /// Where in which file the next part lies, if it has this length and can be mapped.
    pub fn place_of(&self, length: usize) -> Option<(BorrowedFd<'_>, u64)> {
        let is_it = length >= ALIGNMENT && self.rest.last()?.0 == length as u64;
        let file = self.from.file().filter(|_| is_it)?;
        Some((file, self.at + padding(self.at, length) as u64))
    }

    /// Goes on behind the next part, which was mapped as these bytes.
    ///
    /// # Errors
    /// If they are damaged.
    pub fn pass(&mut self, mapped: &[u8], trust: Trust) -> Result<(), RecordingError> {
        let (length, sum) = self.next_part()?;
        let is_believed = trust == Trust::Mark && self.from.is_known();
        if length != mapped.len() || !is_believed && checksum(mapped) != sum {
            return Err(OTHER_CONTENT);
        }
        self.from.skip(length as u64).map_err(|_| CUT)
    }

    /// Length and sum of the next part, which is the next to be read then.
    fn next_part(&mut self) -> Result<(usize, u64), RecordingError> {
        let (length, sum) = self.rest.pop().ok_or(NOT_UNDERSTOOD)?;
        let length = usize::try_from(length).map_err(|_| NOT_UNDERSTOOD)?;
        let mut padding = vec![1; padding(self.at, length)];
        self.from.read_exact(&mut padding).map_err(|_| CUT)?;
        if padding.iter().any(|&it| it != 0) {
            return Err(OTHER_CONTENT);
        }
        self.at += (padding.len() + length) as u64;
        Ok((length, sum))
    }

    /// Makes sure that there is nothing else.
    ///
    /// # Errors
    /// If there is.
    pub fn finish(self) -> Result<(), RecordingError> {
        if self.rest.is_empty() { Ok(()) } else { Err(NOT_UNDERSTOOD) }
    }
}

/// A number that changes when bytes are damaged.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

const CUT: RecordingError = RecordingError::Damaged("it ends too early");
const OTHER_CONTENT: RecordingError = RecordingError::Damaged("its content is not what was written");
const NOT_UNDERSTOOD: RecordingError = RecordingError::Damaged("it cannot be understood");

fn read_part(from: &mut impl Read, bytes: &mut [u8], sum: u64) -> Result<(), RecordingError> {
    from.read_exact(bytes).map_err(|_| CUT)?;
    match checksum(bytes) == sum {
        true => Ok(()),
        false => Err(OTHER_CONTENT),
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n, &it| n << 8 | u64::from(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAGIC: &[u8; 8] = b"SECTIONS";

    fn sample() -> Vec<u8> {
        let mut parts = SectionWriter::default();
        parts.numbers(&[1_u64, u64::MAX]);
        parts.numbers(b"text");
        parts.data(&("more", 7_u32));
        let mut out = Vec::new();
        parts.write(MAGIC, 3, &mut out).expect("memory takes it");
        out
    }

    type All = (Vec<u64>, Vec<u8>, (String, u32));

    fn read(bytes: &[u8]) -> Result<All, RecordingError> {
        let mut parts = SectionReader::new(MAGIC, 3, bytes, bytes.len() as u64)?;
        let all = (parts.numbers(1)?, parts.numbers(0)?, parts.data()?);
        parts.finish()?;
        Ok(all)
    }

    #[test]
    fn what_is_written_is_read() {
        let expected = (vec![1, u64::MAX], b"text".to_vec(), ("more".to_owned(), 7));
        assert_eq!(read(&sample()), Ok(expected));
    }

    #[test]
    fn nothing_damaged_is_believed() {
        let bytes = sample();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(read(&damaged).is_err(), "byte {at}, bit {bit}");
            }
            assert!(read(&bytes[..at]).is_err(), "cut at {at}");
        }
        assert!(read(&[bytes.as_slice(), b"x"].concat()).is_err());
        assert!(SectionReader::new(MAGIC, 2, &bytes[..], bytes.len() as u64).is_err());
    }
}
