//! How the allocator keeps what is given back to it. Sets what holds for the whole process; measures nothing.
//!
//! Each text that is typed into is read anew by whichever thread is free, and what that took is given back at once. The
//! allocator of glibc keeps a heap for each thread, and in each of them what was once needed: sixteen times the largest
//! document, of which one is in use.

/// How many free bytes at the end of a heap are kept for what is needed next.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT_FREE: i32 = 2 << 20;

/// Lets threads share a heap, and gives back to the system what is free at its end. Does nothing where the allocator is
/// another one.
pub(crate) fn share_heap() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[expect(unsafe_code, reason = "a setting of the allocator has no safe name")]
        // SAFETY: it takes two numbers and keeps them; that it refuses is of no harm.
        unsafe {
            libc::mallopt(libc::M_ARENA_MAX, 1);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_FREE);
            libc::mallopt(libc::M_MMAP_THRESHOLD, KEPT_FREE);
        }
    }
}
