//! Memory of this process alone.
//!
//! Chunks come from segments of addresses. The system gives pages when they are touched, and takes them back when a
//! chunk is released, but the addresses stay: who still reads a released chunk reads zeros, or what its next owner
//! counts, and finds out that it has to read again.

use super::memory::{CHUNK, allocate};
use crate::sync::{AtomicU64, Mutex, Ordering::*, const_fn, lock};
use std::ptr::{NonNull, null_mut};

pub(super) struct Heap {
    segments: Mutex<Segments>,
    /// Chunks that were given and not released.
    used: AtomicU64,
}

/// See [`Heap::hold`].
#[cfg(not(loom))]
pub(super) struct Held<'a> {
    _segments: crate::sync::MutexGuard<'a, Segments>,
}

struct Segments {
    newest: *mut Segment,
}

/// Chunks that lie behind one another: a megabyte. Never freed.
struct Segment {
    start: NonNull<AtomicU64>,
    /// A bit for each chunk that nobody has.
    free: u128,
    older: *mut Self,
}

/// Chunks of a segment.
const LEN: usize = if cfg!(loom) { 4 } else { u128::BITS as usize };
const CHUNK_BYTES: usize = CHUNK * size_of::<AtomicU64>();

// SAFETY: the pointers are to segments, which are never freed, and are guarded by the lock.
unsafe impl Send for Segments {}

impl Heap {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self { segments: Mutex::new(Segments { newest: null_mut() }), used: AtomicU64::new(0) }
        }
    }
}

impl Segments {
    /// The first segment of which `f` makes something.
    fn find<R>(&mut self, mut f: impl FnMut(&mut Segment) -> Option<R>) -> Option<R> {
        let mut next = self.newest;
        // SAFETY: null, or a segment, which is never freed; the lock is held, so nobody else has it.
        while let Some(segment) = unsafe { next.as_mut() } {
            if let Some(found) = f(segment) {
                return Some(found);
            }
            next = segment.older;
        }
        None
    }

    fn grow(&mut self) -> Option<()> {
        let start = system::map(LEN * CHUNK)?;
        let older = self.newest;
        self.newest =
            allocate(1, || Segment { start, free: u128::MAX >> (u128::BITS as usize - LEN), older })?.as_ptr();
        Some(())
    }
}

impl Segment {
    fn take(&mut self) -> Option<NonNull<AtomicU64>> {
        let index = self.free.trailing_zeros() as usize;
        if index == u128::BITS as usize {
            return None;
        }
        self.free &= !(1 << index);
        // SAFETY: a segment is LEN chunks long, and only these have bits.
        Some(unsafe { self.start.add(index * CHUNK) })
    }

    /// Whether it was one of this segment's chunks.
    fn give(&mut self, chunk: NonNull<AtomicU64>) -> Option<()> {
        let index = chunk.addr().get().checked_sub(self.start.addr().get())? / CHUNK_BYTES;
        (index < LEN).then(|| self.free |= 1 << index)
    }
}

impl Heap {
    /// `CHUNK` zeroed cells. `None`: there is no more memory.
    pub(super) fn chunk(&self) -> Option<NonNull<AtomicU64>> {
        let mut segments = lock(&self.segments);
        let chunk = match segments.find(Segment::take) {
            Some(chunk) => chunk,
            None => {
                segments.grow()?;
                segments.find(Segment::take)?
            }
        };
        self.used.store(self.used.load(Relaxed) + 1, Relaxed);
        Some(chunk)
    }

    /// Takes a chunk back. It stays readable.
    pub(super) fn release(&self, chunk: NonNull<AtomicU64>) {
        if !system::give_back(chunk, CHUNK_BYTES) {
            for i in 0..CHUNK {
                // SAFETY: a chunk has CHUNK cells.
                unsafe { chunk.add(i).as_ref() }.store(0, Relaxed);
            }
        }
        // Under the lock, after the zeros: the next owner sees them.
        let mut segments = lock(&self.segments);
        let found = segments.find(|segment| segment.give(chunk));
        debug_assert!(found.is_some(), "it came from here");
        self.used.store(self.used.load(Relaxed) - 1, Relaxed);
    }

    /// Keeps others from it, across a fork.
    #[cfg(not(loom))]
    pub(super) fn hold(&self) -> Held<'_> {
        Held { _segments: lock(&self.segments) }
    }

    /// Bytes of the chunks that were given and not released.
    pub(super) fn bytes(&self) -> u64 {
        self.used.load(Relaxed) * CHUNK_BYTES as u64
    }
}

#[cfg(all(target_os = "linux", not(any(loom, miri))))]
mod system {
    use super::{AtomicU64, NonNull};
    use std::ptr::null_mut;

    /// This many zeroed cells, at the beginning of a page.
    pub(super) fn map(cells: usize) -> Option<NonNull<AtomicU64>> {
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, which takes no address that is in use.
        let start = unsafe { libc::mmap(null_mut(), cells * size_of::<u64>(), protection, flags, -1, 0) };
        if start == libc::MAP_FAILED { None } else { NonNull::new(start.cast()) }
    }

    /// Lets the system have the pages, so that zeros are read there from now on. It cannot where they are locked. Where
    /// pages are larger than a chunk it must not be asked: it would take the neighbours' too.
    pub(super) fn give_back(start: NonNull<AtomicU64>, bytes: usize) -> bool {
        // SAFETY: takes no pointers.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(0);
        if page == 0 || !bytes.is_multiple_of(page) {
            return false;
        }
        // SAFETY: of a private anonymous mapping of ours. Its cells are atomic, so changing under a reader is fine.
        unsafe { libc::madvise(start.as_ptr().cast(), bytes, libc::MADV_DONTNEED) == 0 }
    }
}

#[cfg(not(all(target_os = "linux", not(any(loom, miri)))))]
mod system {
    use super::super::memory::{LINE, Line, allocate};
    use super::{AtomicU64, NonNull};

    pub(super) fn map(cells: usize) -> Option<NonNull<AtomicU64>> {
        if cfg!(loom) {
            // Its atomics are larger: they do not fill lines.
            return allocate(cells, || AtomicU64::new(0));
        }
        Some(allocate(cells / LINE, Line::new)?.cast())
    }

    /// Not known how.
    pub(super) fn give_back(_: NonNull<AtomicU64>, _: usize) -> bool {
        false
    }
}
