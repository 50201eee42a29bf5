//! An array that grows, and whose beginning may be a file's, mapped and copied on write. Knows nothing of what is in it.
//!
//! It is `Vec` but for where the memory comes from. A mapped file must not be written to while it is mapped: images are
//! replaced as a whole, never changed.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut, Range};
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;

use bytemuck::Pod;
use rustix::mm::{MapFlags, ProtFlags};

/// An array of plain numbers, or of what is made of them.
pub struct Array<T: Pod> {
    start: NonNull<T>,
    len: usize,
    capacity: usize,
    /// The mapping that the array lies in; without one it is a vector's.
    region: Option<Region>,
}

/// Memory that was mapped and is unmapped again.
struct Region {
    start: NonNull<u8>,
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
unsafe impl<T: Pod + Send> Send for Array<T> {}

#[expect(unsafe_code, reason = "a pointer does not say by itself that it owns what it points at")]
// SAFETY: a shared reference only reads the array, as a vector's would.
unsafe impl<T: Pod + Sync> Sync for Array<T> {}

impl<T: Pod> Array<T> {
    /// An array whose beginning from `at` on, `n` items, is what a file has from an offset in bytes on. Before it stands
    /// what `lead` has, then zeros. There is room for `spare` more items.
    ///
    /// # Errors
    /// If the system does not map it: there is no memory, or the places are not those of whole pages.
    pub fn map(
        (lead, at): (&[T], usize),
        (file, offset): (BorrowedFd<'_>, u64),
        n: usize,
        spare: usize,
    ) -> rustix::io::Result<Self> {
        assert!(lead.len() <= at, "what stands before has room");
        let capacity = at.checked_add(n).and_then(|it| it.checked_add(spare)).ok_or(rustix::io::Errno::NOMEM)?;
        let bytes = capacity.checked_mul(size_of::<T>()).ok_or(rustix::io::Errno::NOMEM)?;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        #[expect(unsafe_code, reason = "mapping memory is unsafe by nature")]
        // SAFETY: the system chooses a range that nobody has.
        let start = unsafe {
            let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
            rustix::mm::mmap_anonymous(std::ptr::null_mut(), bytes, access, flags)?
        };
        let start = NonNull::new(start.cast::<T>()).ok_or(rustix::io::Errno::NOMEM)?;
        let region = Region { start: start.cast(), bytes };
        #[expect(unsafe_code, reason = "mapping memory is unsafe by nature")]
        // SAFETY: `at + n <= capacity`, so the range lies in the region mapped above, which nobody refers to yet. The
        // mapping is private: what is written to it goes to no file.
        unsafe {
            let range = start.as_ptr().add(at).cast();
            rustix::mm::mmap(range, n * size_of::<T>(), access, MapFlags::PRIVATE | MapFlags::FIXED, file, offset)?;
        }
        let mut array = Self { start, len: at + n, capacity, region: Some(region) };
        array[..lead.len()].copy_from_slice(lead);
        Ok(array)
    }

    /// How many items there is room for.
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Makes room for `n` more items, `exact`ly so if memory is scarce. Whether that worked.
    pub fn try_reserve(&mut self, n: usize, exact: bool) -> bool {
        if self.capacity - self.len >= n {
            return true;
        }
        if self.region.is_some() {
            // What is mapped does not grow in place.
            let more = if exact { n } else { n.max(self.len / 2) };
            let mut items = Vec::new();
            if items.try_reserve_exact(self.len.saturating_add(more)).is_err() {
                return false;
            }
            items.extend_from_slice(self);
            *self = items.into();
            return true;
        }
        let mut items = std::mem::take(self).into_vec();
        let result = if exact { items.try_reserve_exact(n) } else { items.try_reserve(n) };
        *self = items.into();
        result.is_ok()
    }

    /// The vector that the array is. It must not lie in a mapping.
    fn into_vec(self) -> Vec<T> {
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
        assert!(self.try_reserve(n, false) || self.try_reserve(n, true), "there is no memory for {n} more items");
    }

    /// Makes sure that `n` more items can be written.
    #[inline(always)]
    fn room_for(&mut self, n: usize) {
        if self.capacity - self.len < n {
            self.grow(n);
        }
    }

    /// Adds an item.
    #[inline(always)]
    pub fn push(&mut self, item: T) {
        self.room_for(1);
        #[expect(unsafe_code, reason = "memory that was never written is written to")]
        // SAFETY: there is room for one more item.
        unsafe {
            self.start.as_ptr().add(self.len).write(item);
        }
        self.len += 1;
    }

    /// Adds items.
    #[inline(always)]
    pub fn extend_from_slice(&mut self, items: &[T]) {
        self.room_for(items.len());
        #[expect(unsafe_code, reason = "memory that was never written is written to")]
        // SAFETY: there is room for so many items, and a slice of others' items does not overlap it.
        unsafe {
            std::ptr::copy_nonoverlapping(items.as_ptr(), self.start.as_ptr().add(self.len), items.len());
        }
        self.len += items.len();
    }

    /// Adds what there is in a range.
    ///
    /// # Panics
    /// If there is no such range.
    pub fn extend_from_within(&mut self, range: Range<usize>) {
        assert!(range.start <= range.end && range.end <= self.len, "what is copied is there");
        self.room_for(range.len());
        #[expect(unsafe_code, reason = "memory that was never written is written to")]
        // SAFETY: the range is in the array, and there is room for so many items after it.
        unsafe {
            let from = self.start.as_ptr().add(range.start);
            std::ptr::copy_nonoverlapping(from, self.start.as_ptr().add(self.len), range.len());
        }
        self.len += range.len();
    }

    /// Makes it so many items long, the new ones being `item`.
    #[inline(always)]
    pub fn resize(&mut self, len: usize, item: T) {
        if len <= self.len {
            return self.truncate(len);
        }
        let n = len - self.len;
        self.room_for(n);
        for at in 0..n {
            #[expect(unsafe_code, reason = "memory that was never written is written to")]
            // SAFETY: there is room for `n` more items.
            unsafe {
                self.start.as_ptr().add(self.len + at).write(item);
            }
        }
        self.len = len;
    }

    /// Puts an item before the one at an index, for few items after it.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn insert(&mut self, at: usize, item: T) {
        self.push(item);
        self[at..].rotate_right(1);
    }

    /// Makes it at most so many items long.
    #[inline(always)]
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

impl<T: Pod> Extend<T> for Array<T> {
    #[inline(always)]
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        let mut items = items.into_iter();
        self.room_for(items.size_hint().0);
        let (start, mut len) = (self.start.as_ptr(), self.len);
        while len < self.capacity {
            let Some(item) = items.next() else { break };
            #[expect(unsafe_code, reason = "memory that was never written is written to")]
            // SAFETY: there is room for one more item.
            unsafe {
                start.add(len).write(item);
            }
            len += 1;
        }
        self.len = len;
        for item in items {
            self.push(item);
        }
    }
}

impl<T: Pod> From<Vec<T>> for Array<T> {
    fn from(items: Vec<T>) -> Self {
        let mut items = ManuallyDrop::new(items);
        let start = NonNull::new(items.as_mut_ptr()).unwrap_or(NonNull::dangling());
        Self { start, len: items.len(), capacity: items.capacity(), region: None }
    }
}

impl<T: Pod> Default for Array<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: Pod> Drop for Array<T> {
    fn drop(&mut self) {
        if self.region.is_none() {
            let empty = Self { start: NonNull::dangling(), len: 0, capacity: 0, region: None };
            drop(std::mem::replace(self, empty).into_vec());
        }
    }
}

impl<T: Pod> Deref for Array<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        #[expect(unsafe_code, reason = "the array is a pointer and a length")]
        // SAFETY: the first `len` items were written or mapped.
        unsafe {
            std::slice::from_raw_parts(self.start.as_ptr(), self.len)
        }
    }
}

impl<T: Pod> AsRef<[T]> for Array<T> {
    fn as_ref(&self) -> &[T] {
        self
    }
}

impl<T: Pod> DerefMut for Array<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        #[expect(unsafe_code, reason = "the array is a pointer and a length")]
        // SAFETY: the first `len` items were written or mapped, and nobody else refers to them.
        unsafe {
            std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len)
        }
    }
}

impl<T: Pod> std::fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Array").field("len", &self.len).field("is_mapped", &self.region.is_some()).finish()
    }
}
