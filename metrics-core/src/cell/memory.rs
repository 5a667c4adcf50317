//! Where cells, words and tables lie.

use crate::sync::AtomicU64;
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

/// Names a series for memory that others read: another process merges series by it.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the heap needs no names")]
pub struct Key<'a> {
    /// The family's whole name, without `_total`.
    pub(crate) family: &'a str,
    /// The series' own labels, rendered.
    pub(crate) labels: &'a str,
}

/// The one seam between cells and the memory that they lie in. In one process that is the heap; several
/// processes that are scraped as one put cells into a file that each of them maps, together with the keys
/// that say what the cells are.
///
/// Implementations must not call the global allocator, which may itself be counting in a cell.
pub(crate) trait Memory: Sync {
    /// `CHUNK` zeroed cells for chunk number `index` of arena number `arena`, valid for ever.
    /// `None`: there is no more memory.
    fn chunk(&self, arena: u32, index: u32) -> Option<NonNull<AtomicU64>>;

    /// Nobody writes to this chunk any more, and what was in it has been moved: it may be given away again, zeroed.
    /// It stays readable for ever: somebody may still be looking at it.
    fn release(&self, arena: u32, index: u32, chunk: NonNull<AtomicU64>);

    /// Bytes of all chunks that were given and not released.
    fn bytes(&self) -> u64;

    /// A zeroed word for `key`, on a line of its own, valid for ever.
    fn word(&self, key: Key<'_>) -> Option<NonNull<AtomicU64>>;

    /// The cells `first..first + len`, all zero, now belong to `key`. Called before they are used.
    fn added(&self, key: Key<'_>, first: u32, len: u32);

    /// They no longer do. Called before they are zeroed.
    fn removed(&self, first: u32, len: u32);
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
