//! The words of a heap: an array that grows, and whose beginning may be a file's, mapped and copied on write. Knows
//! nothing of objects.
//!
//! It is `Vec<u64>` but for where the memory comes from. A mapped file must not be written to while it is mapped:
//! images are replaced as a whole, never changed.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut, Range};
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;

use rustix::mm::{MapFlags, ProtFlags};

/// An array of words.
pub(super) struct Words {
    start: NonNull<u64>,
    len: usize,
    capacity: usize,
    /// The mapping that the array lies in; without one it is a vector's.
    region: Option<Region>,
}

/// Memory that was mapped and is unmapped again.
struct Region {
    start: NonNull<u64>,
    bytes: usize,
}

impl Drop for Region {
    fn drop(&mut self) {
        #[expect(unsafe_code, reason = "unmapping what was mapped is unsafe by nature")]
        // SAFETY: this range was mapped for this region alone, and the array that lay in it is dropped with it.
        let result = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.bytes) };
        debug_assert!(result.is_ok(), "{result:?}");
    }
}

#[expect(unsafe_code, reason = "a pointer does not say by itself that it owns what it points at")]
// SAFETY: the array is owned by this value alone, as a vector's would be.
unsafe impl Send for Words {}

#[expect(unsafe_code, reason = "a pointer does not say by itself that it owns what it points at")]
// SAFETY: a shared reference only reads the array, as a vector's would.
unsafe impl Sync for Words {}

impl Words {
    /// An array whose beginning from `at` on, `n` words, is what a file has from an offset in bytes on. Before it stands
    /// what `lead` has, then zeros. There is room for `spare` more words.
    ///
    /// # Errors
    /// If the system does not map it: there is no memory, or the places are not those of whole pages.
    pub(super) fn map(
        (lead, at): (&[u64], usize),
        (file, offset): (BorrowedFd<'_>, u64),
        n: usize,
        spare: usize,
    ) -> rustix::io::Result<Self> {
        assert!(lead.len() <= at, "what stands before has room");
        let capacity = at + n + spare;
        let (bytes, access) = (capacity * 8, ProtFlags::READ | ProtFlags::WRITE);
        #[expect(unsafe_code, reason = "mapping memory is unsafe by nature")]
        // SAFETY: the system chooses a range that nobody has.
        let start = unsafe {
            let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
            rustix::mm::mmap_anonymous(std::ptr::null_mut(), bytes, access, flags)?
        };
        let start = NonNull::new(start.cast::<u64>()).ok_or(rustix::io::Errno::NOMEM)?;
        let region = Region { start, bytes };
        #[expect(unsafe_code, reason = "mapping memory is unsafe by nature")]
        // SAFETY: `at + n <= capacity`, so the range lies in the region mapped above, which nobody refers to yet. The
        // mapping is private: what is written to it goes to no file.
        unsafe {
            let range = start.as_ptr().add(at).cast();
            rustix::mm::mmap(range, n * 8, access, MapFlags::PRIVATE | MapFlags::FIXED, file, offset)?;
        }
        let mut words = Self { start, len: at + n, capacity, region: Some(region) };
        words[..lead.len()].copy_from_slice(lead);
        Ok(words)
    }

    /// How many words there is room for.
    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Makes room for `n` more words, `exact`ly so if memory is scarce. Whether that worked.
    pub(super) fn try_reserve(&mut self, n: usize, exact: bool) -> bool {
        if self.capacity - self.len >= n {
            return true;
        }
        if self.region.is_some() {
            // What is mapped does not grow in place.
            let more = if exact { n } else { n.max(self.len / 2) };
            let mut words = Vec::new();
            if words.try_reserve_exact(self.len.saturating_add(more)).is_err() {
                return false;
            }
            words.extend_from_slice(self);
            *self = words.into();
            return true;
        }
        let mut words = std::mem::take(self).into_vec();
        let result = if exact { words.try_reserve_exact(n) } else { words.try_reserve(n) };
        *self = words.into();
        result.is_ok()
    }

    /// The vector that the array is. It must not lie in a mapping.
    fn into_vec(self) -> Vec<u64> {
        debug_assert!(self.region.is_none(), "only a vector's memory is a vector's");
        let this = ManuallyDrop::new(self);
        #[expect(unsafe_code, reason = "a vector that was taken apart is put together again")]
        // SAFETY: without a region these are the parts of a vector that nobody else has.
        unsafe {
            Vec::from_raw_parts(this.start.as_ptr(), this.len, this.capacity)
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, n: usize) {
        assert!(self.try_reserve(n, false) || self.try_reserve(n, true), "there is no memory for {n} more words");
    }

    /// Makes sure that `n` more words can be written.
    #[inline(always)]
    fn room_for(&mut self, n: usize) {
        if self.capacity - self.len < n {
            self.grow(n);
        }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, word: u64) {
        self.room_for(1);
        #[expect(unsafe_code, reason = "memory that was never written is written to")]
        // SAFETY: there is room for one more word.
        unsafe {
            self.start.as_ptr().add(self.len).write(word);
        }
        self.len += 1;
    }

    #[inline(always)]
    pub(super) fn extend_from_slice(&mut self, words: &[u64]) {
        self.room_for(words.len());
        #[expect(unsafe_code, reason = "memory that was never written is written to")]
        // SAFETY: there is room for so many words, and a slice of others' words does not overlap it.
        unsafe {
            std::ptr::copy_nonoverlapping(words.as_ptr(), self.start.as_ptr().add(self.len), words.len());
        }
        self.len += words.len();
    }

    pub(super) fn extend_from_within(&mut self, range: Range<usize>) {
        assert!(range.start <= range.end && range.end <= self.len, "what is copied is there");
        self.room_for(range.len());
        #[expect(unsafe_code, reason = "memory that was never written is written to")]
        // SAFETY: the range is in the array, and there is room for so many words after it.
        unsafe {
            let from = self.start.as_ptr().add(range.start);
            std::ptr::copy_nonoverlapping(from, self.start.as_ptr().add(self.len), range.len());
        }
        self.len += range.len();
    }

    /// Makes it so many words long, the new ones being `word`.
    #[inline(always)]
    pub(super) fn resize(&mut self, len: usize, word: u64) {
        if len <= self.len {
            return self.truncate(len);
        }
        let n = len - self.len;
        self.room_for(n);
        for at in 0..n {
            #[expect(unsafe_code, reason = "memory that was never written is written to")]
            // SAFETY: there is room for `n` more words.
            unsafe {
                self.start.as_ptr().add(self.len + at).write(word);
            }
        }
        self.len = len;
    }

    #[inline(always)]
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

impl Extend<u64> for Words {
    #[inline(always)]
    fn extend<I: IntoIterator<Item = u64>>(&mut self, words: I) {
        let mut words = words.into_iter();
        self.room_for(words.size_hint().0);
        let (start, mut len) = (self.start.as_ptr(), self.len);
        while len < self.capacity {
            let Some(word) = words.next() else { break };
            #[expect(unsafe_code, reason = "memory that was never written is written to")]
            // SAFETY: there is room for one more word.
            unsafe {
                start.add(len).write(word);
            }
            len += 1;
        }
        self.len = len;
        for word in words {
            self.push(word);
        }
    }
}

impl From<Vec<u64>> for Words {
    fn from(words: Vec<u64>) -> Self {
        let mut words = ManuallyDrop::new(words);
        let start = NonNull::new(words.as_mut_ptr()).unwrap_or(NonNull::dangling());
        Self { start, len: words.len(), capacity: words.capacity(), region: None }
    }
}

impl Default for Words {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        if self.region.is_none() {
            let empty = Self { start: NonNull::dangling(), len: 0, capacity: 0, region: None };
            drop(std::mem::replace(self, empty).into_vec());
        }
    }
}

impl Deref for Words {
    type Target = [u64];

    #[inline(always)]
    fn deref(&self) -> &[u64] {
        #[expect(unsafe_code, reason = "the array is a pointer and a length")]
        // SAFETY: the first `len` words were written or mapped.
        unsafe {
            std::slice::from_raw_parts(self.start.as_ptr(), self.len)
        }
    }
}

impl DerefMut for Words {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [u64] {
        #[expect(unsafe_code, reason = "the array is a pointer and a length")]
        // SAFETY: the first `len` words were written or mapped, and nobody else refers to them.
        unsafe {
            std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len)
        }
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").field("len", &self.len).field("is_mapped", &self.region.is_some()).finish()
    }
}
