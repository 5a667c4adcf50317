//! Where cells, words and tables lie.

use super::heap::Heap;
use crate::sync::{AtomicU64, const_fn};
use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr::NonNull;

/// Bits of an id that select a cell of its chunk. 1,024 cells are two pages.
pub(super) const CHUNK_BITS: u32 = if cfg!(loom) { 2 } else { 10 };
/// Cells of a chunk.
pub(super) const CHUNK: usize = 1 << CHUNK_BITS;
/// Cells of what the CPU fetches at once: two cache lines.
pub(super) const LINE: usize = if cfg!(loom) { 4 } else { 16 };

/// Cells of different threads share no cache line, and no pair of lines that is fetched together.
#[repr(align(128))]
pub(super) struct Line {
    _cells: [AtomicU64; LINE],
}

/// Memory that other processes read. Sealed: it is the file of `metrics-exposition`'s multiprocess mode.
///
/// What may be called by a first touch must not call the global allocator, which may itself be counting in a cell.
///
/// # Safety
/// What it gives is zero, aligned, of the length that is said there, nobody else's, and valid for ever.
pub unsafe trait Shared: Sync {
    /// 1,024 cells for chunk number `index` of arena number `arena`, or none if there is no room. Called by first touches.
    fn chunk(&self, arena: u32, index: u32) -> Option<NonNull<AtomicU64>>;

    /// The 16 cells of a line, for a word; or none. Called while the cold paths are stopped.
    fn word(&self) -> Option<NonNull<AtomicU64>>;

    /// The cells from `first` on are about to be zeroed, and will be another series'. Called while the cold paths are
    /// stopped.
    fn free_cells(&self, first: u32);

    /// The same of a word.
    fn free_word(&self, word: NonNull<AtomicU64>);

    /// Bytes of all chunks that were given.
    fn bytes(&self) -> u64;
}

/// The one seam between cells and the memory that they lie in. In one process that is the heap; several processes that
/// are scraped as one put cells into a file that each of them maps. What does not fit there lies on the heap too, and
/// only this process sees it.
pub(super) struct Memory {
    heap: Heap,
    /// Set while there is no cell yet.
    #[cfg(not(loom))]
    shared: std::sync::OnceLock<&'static dyn Shared>,
}

impl Memory {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self {
                heap: Heap::new(),
                #[cfg(not(loom))]
                shared: std::sync::OnceLock::new(),
            }
        }
    }

    #[cfg(not(loom))]
    pub(super) fn hold(&self) -> super::heap::Held<'_> {
        self.heap.hold()
    }

    #[cfg(not(loom))]
    pub(super) fn share(&self, shared: &'static dyn Shared) {
        // A second one is kept from coming here: there are cells by then, or `multiprocess::init` has seen the first.
        let _ = self.shared.set(shared);
    }

    pub(super) fn shared(&self) -> Option<&'static dyn Shared> {
        #[cfg(not(loom))]
        return self.shared.get().copied();
        #[cfg(loom)]
        None
    }

    /// `CHUNK` zeroed cells for chunk number `index` of arena number `arena`, valid for ever.
    /// `None`: there is no more memory.
    pub(super) fn chunk(&self, arena: u32, index: u32) -> Option<NonNull<AtomicU64>> {
        self.shared().and_then(|shared| shared.chunk(arena, index)).or_else(|| self.heap.chunk())
    }

    /// Nobody writes to this chunk of the heap any more, and what was in it has been moved: it may be given away again.
    /// It stays readable for ever: somebody may still be looking at it.
    pub(super) fn release(&self, chunk: NonNull<AtomicU64>) {
        self.heap.release(chunk);
    }

    /// Bytes of all chunks that were given and not released.
    pub(super) fn bytes(&self) -> u64 {
        self.heap.bytes() + self.shared().map_or(0, Shared::bytes)
    }

    /// A zeroed line, valid for ever.
    pub(super) fn word(&self) -> Option<NonNull<AtomicU64>> {
        let shared = self.shared().and_then(Shared::word);
        shared.or_else(|| Some(allocate(1, Line::new)?.cast()))
    }

    pub(super) fn free_cells(&self, first: u32) {
        if let Some(shared) = self.shared() {
            shared.free_cells(first);
        }
    }

    #[cfg(not(loom))]
    pub(super) fn free_word(&self, word: NonNull<AtomicU64>) {
        if let Some(shared) = self.shared() {
            shared.free_word(word);
        }
    }
}

impl Line {
    pub(super) fn new() -> Self {
        Self { _cells: std::array::from_fn(|_| AtomicU64::new(0)) }
    }
}

/// Memory for `len` values, not through the global allocator: that may be counting its calls in a metric,
/// and would come back here.
pub(super) fn allocate<T>(len: usize, new: impl Fn() -> T) -> Option<NonNull<T>> {
    const { assert!(size_of::<T>() > 0) };
    let layout = Layout::array::<T>(len).ok().filter(|layout| layout.size() > 0)?;
    // SAFETY: the layout has a size.
    let start = NonNull::new(unsafe { System.alloc(layout) })?.cast::<T>();
    for i in 0..len {
        // SAFETY: within the block just allocated, aligned for T, and nobody else knows it yet.
        unsafe { start.add(i).write(new()) };
    }
    Some(start)
}
