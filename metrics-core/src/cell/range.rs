use super::Cells;
use super::ids::Layout;
use super::local::{Local, Place};
use super::memory::{CHUNK, CHUNK_BITS};
use super::sequence::{owned_write, shared_write};
use crate::sync::{AtomicU64, Ordering::*};

/// Cells that follow one another and belong to one series. Dropping it zeroes them and lets the next series
/// have them, so it may be dropped only when nobody can write to it any more; ownership sees to that.
#[derive(Debug, Eq, PartialEq)]
pub struct Range {
    /// The chunk, the length (16 bits) and the place in the chunk (16 bits), from the lowest bit on: one load, and
    /// few instructions to take it apart on the hot path.
    packed: u64,
}

#[allow(clippy::cast_possible_truncation, reason = "takes apart what was put together")]
impl Range {
    /// Of cells that lie in one chunk.
    pub(super) fn new(first: u32, len: u32) -> Self {
        const { assert!(CHUNK < 1 << 16) };
        let start = first % CHUNK as u32;
        assert!(start + len <= CHUNK as u32, "it leaves its chunk");
        Self { packed: u64::from(first >> CHUNK_BITS) | u64::from(len) << 32 | u64::from(start) << 48 }
    }

    /// Of no cells.
    pub(crate) fn none() -> Self {
        Self::new(0, 0)
    }

    #[inline(always)]
    pub(super) fn chunk(&self) -> usize {
        self.at().chunk()
    }

    /// Of the first cell, within the chunk.
    #[inline(always)]
    pub(super) fn start(&self) -> usize {
        self.at().start()
    }

    #[inline(always)]
    pub(super) fn len(&self) -> u32 {
        u32::from((self.packed >> 32) as u16)
    }

    pub(super) fn first(&self) -> u32 {
        (self.packed as u32) << CHUNK_BITS | self.start() as u32
    }

    /// Where its first cell is.
    #[inline(always)]
    pub(super) fn at(&self) -> At {
        At(self.packed)
    }
}

/// Where a range's first cell is. Equal only for ranges of one length.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct At(u64);

#[allow(clippy::cast_possible_truncation, reason = "takes apart what was put together")]
impl At {
    pub(super) const NOWHERE: Self = Self(u64::MAX);
    /// To the next cell of the chunk.
    pub(super) const UP: Step = Step(1 << 48);
    /// To the one before.
    pub(super) const DOWN: Step = Step(-(1 << 48));

    #[inline(always)]
    pub(super) fn chunk(self) -> usize {
        self.0 as u32 as usize
    }

    #[inline(always)]
    pub(super) fn start(self) -> usize {
        (self.0 >> 48) as usize
    }

    /// That of a range beside it; nobody's, if that is not in the chunk.
    #[inline(always)]
    pub(super) fn to(self, step: Step) -> Self {
        Self(self.0.wrapping_add_signed(step.0))
    }
}

/// From a cell to one beside it.
#[derive(Clone, Copy)]
pub(super) struct Step(i64);

/// The cells of a histogram: a sequence number, the sum, then the buckets.
pub(super) const SUM: usize = 1;
pub(super) const BUCKETS: usize = Layout::Histogram(0).len() as usize;

impl Cells {
    #[inline(always)]
    pub(super) fn add(&self, local: &Local, range: &Range, n: u64) {
        match local.own(range) {
            // SAFETY: this thread's copy of a cell.
            Some(cell) => bump(unsafe { cell.as_ref() }, n),
            None => self.add_slowly(local, range, n),
        }
    }

    #[cold]
    #[inline(never)]
    fn add_slowly(&self, local: &Local, range: &Range, n: u64) {
        match self.touch(local, range.first()) {
            // SAFETY: this thread's copy of a cell.
            Place::Own(cell) => bump(unsafe { cell.as_ref() }, n),
            Place::Shared(cell) => {
                // SAFETY: cells are never freed.
                unsafe { cell.as_ref() }.fetch_add(n, Relaxed);
            }
        }
    }

    #[inline(always)]
    pub(super) fn add_f64(&self, local: &Local, range: &Range, v: f64) {
        match local.own(range) {
            // SAFETY: this thread's copy of a cell.
            Some(cell) => bump_f64(unsafe { cell.as_ref() }, v),
            None => self.add_f64_slowly(local, range, v),
        }
    }

    #[cold]
    #[inline(never)]
    fn add_f64_slowly(&self, local: &Local, range: &Range, v: f64) {
        match self.touch(local, range.first()) {
            // SAFETY: this thread's copy of a cell.
            Place::Own(cell) => bump_f64(unsafe { cell.as_ref() }, v),
            Place::Shared(cell) => {
                // SAFETY: cells are never freed.
                add_shared_f64(unsafe { cell.as_ref() }, v);
            }
        }
    }

    /// One more in `bucket`, and `v` to the sum, so that no scrape sees one without the other.
    #[inline(always)]
    pub(super) fn observe(&self, local: &Local, range: &Range, bucket: usize, v: f64) {
        assert!(BUCKETS + bucket < range.len() as usize);
        // Every pointer is taken before the odd sequence number: nothing may get between that and the even one.
        match local.own(range) {
            Some(first) => {
                // SAFETY: a range does not leave its chunk, and the bucket is in the range. This thread's copy.
                let [sequence, sum, bucket] = unsafe { cells(first, bucket) };
                owned_write(sequence, || {
                    bump(bucket, 1);
                    bump_f64(sum, v);
                });
            }
            None => self.observe_slowly(local, range, bucket, v),
        }
    }

    #[cold]
    #[inline(never)]
    fn observe_slowly(&self, local: &Local, range: &Range, bucket: usize, v: f64) {
        let place = self.touch(local, range.first());
        let (Place::Own(first) | Place::Shared(first)) = place;
        // SAFETY: as in `observe`.
        let [sequence, sum, bucket] = unsafe { cells(first, bucket) };
        let write = || {
            bump(bucket, 1);
            bump_f64(sum, v);
        };
        match place {
            Place::Own(_) => owned_write(sequence, write),
            Place::Shared(_) => shared_write(sequence, write),
        }
    }
}

/// # Safety
/// `first` begins a range that has this bucket.
#[inline(always)]
pub(super) unsafe fn cells<'a>(first: std::ptr::NonNull<AtomicU64>, bucket: usize) -> [&'a AtomicU64; 3] {
    // SAFETY: the caller says so; cells are never freed.
    unsafe { [first.as_ref(), first.add(SUM).as_ref(), first.add(BUCKETS + bucket).as_ref()] }
}

/// Adds to a cell that several threads write.
pub(super) fn add_shared_f64(cell: &AtomicU64, v: f64) {
    let _ = cell.fetch_update(Relaxed, Relaxed, |bits| Some((f64::from_bits(bits) + v).to_bits()));
}

/// On x86-64 one `add [mem]` instruction, so that not even a signal handler on this thread loses a count.
#[inline(always)]
pub(super) fn bump(cell: &AtomicU64, n: u64) {
    cell.store(cell.load(Relaxed).wrapping_add(n), Relaxed);
}

#[inline(always)]
pub(super) fn bump_f64(cell: &AtomicU64, v: f64) {
    cell.store((f64::from_bits(cell.load(Relaxed)) + v).to_bits(), Relaxed);
}

#[cfg(not(loom))]
mod global {
    use super::super::{CELLS, with_local};
    use super::Range;

    impl Range {
        /// Adds to the first cell, which holds a `u64`. Wraps at 2^64.
        #[inline(always)]
        pub(crate) fn add(&self, n: u64) {
            with_local(|local| CELLS.add(local, self, n));
        }

        /// The first cell's number, which no other range has.
        pub(crate) fn id(&self) -> u32 {
            self.first()
        }

        /// How many cells it has.
        pub(crate) fn count(&self) -> u32 {
            self.len()
        }

        /// Adds to the first cell, which holds an `f64`.
        #[inline(always)]
        pub(crate) fn add_f64(&self, v: f64) {
            with_local(|local| CELLS.add_f64(local, self, v));
        }

        /// Counts `v` in a histogram's bucket.
        #[inline(always)]
        pub(crate) fn observe(&self, bucket: usize, v: f64) {
            with_local(|local| CELLS.observe(local, self, bucket, v));
        }
    }

    impl Drop for Range {
        fn drop(&mut self) {
            if self.len() == 0 {
                return;
            }
            CELLS.recycle(self.first(), self.len());
        }
    }
}
