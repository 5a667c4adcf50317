//! One bucket of one histogram as a number, for tables that are read without a lock.

use super::local::{Local, Place};
use super::memory::{CHUNK, CHUNK_BITS};
use super::range::{BUCKETS, bump, bump_f64, cells};
use super::sequence::{owned_write, shared_write};
use super::{Cells, Range};
use crate::sync::AtomicU64;
use std::ptr::NonNull;

/// Says where a bucket's cell lies, and where its histogram's sequence number and sum do: the chunk, the place of the
/// first cell in it, and the place of the bucket, from the lowest bit on.
///
/// It does not keep the cells from being used again: whoever has one sees to it that their [`Range`] lives. Should that
/// fail, something is counted in another series; nothing worse, because cells are never freed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot(u64);

const START: u32 = 32 - CHUNK_BITS;
const PLACE: u32 = START + CHUNK_BITS;

#[allow(clippy::cast_possible_truncation, reason = "takes apart what was put together")]
impl Slot {
    /// Bits of its word; the others may hold something else.
    pub(crate) const BITS: u32 = PLACE + CHUNK_BITS;

    /// The slot of a bucket of a histogram's cells.
    pub(crate) fn new(range: &Range, bucket: usize) -> Self {
        assert!(BUCKETS + bucket < range.len() as usize);
        let place = range.start() + BUCKETS + bucket;
        Self(range.chunk() as u64 | (range.start() as u64) << START | (place as u64) << PLACE)
    }

    /// Never 0: no bucket is the first cell of a chunk.
    pub(crate) fn word(self) -> u64 {
        self.0 & ((1 << Self::BITS) - 1)
    }

    /// What [`word`](Self::word) gave. The bits above may say anything.
    #[inline(always)]
    pub(crate) fn from_word(word: u64) -> Self {
        Self(word)
    }

    /// The bucket, if the word was one that [`new`](Self::new) made, and bucket `also` lies before it: then everything
    /// lies between two places in one chunk.
    #[inline(always)]
    fn bucket(self, also: Option<usize>) -> Option<usize> {
        let bucket = self.place().checked_sub(self.start() + BUCKETS)?;
        also.is_none_or(|also| also < bucket).then_some(bucket)
    }

    #[inline(always)]
    fn chunk(self) -> usize {
        self.0 as usize & ((1 << START) - 1)
    }

    #[inline(always)]
    fn start(self) -> usize {
        (self.0 >> START) as usize % CHUNK
    }

    #[inline(always)]
    fn place(self) -> usize {
        (self.0 >> PLACE) as usize % CHUNK
    }
}

impl Cells {
    /// One more in the slot's bucket, and in bucket `also` of the same histogram, which lies before it, and `v` to the
    /// sum, so that no scrape sees one without the others.
    #[inline(always)]
    pub(super) fn observe_slot(&self, local: &Local, slot: Slot, also: Option<usize>, v: f64) {
        if !self.observe_own_slot(local, slot, also, v) {
            self.observe_slot_slowly(local, slot, also, v);
        }
    }

    /// The same if this thread has copies of the cells, and whether it has. A few instructions, and never a call.
    #[inline(always)]
    #[allow(clippy::unused_self, reason = "the copies are of these cells")]
    pub(super) fn observe_own_slot(&self, local: &Local, slot: Slot, also: Option<usize>, v: f64) -> bool {
        let Some(bucket) = slot.bucket(also) else { return false };
        let own = local.own_at(slot.chunk(), slot.start());
        if let Some(first) = own {
            // SAFETY: the slot has looked at its buckets. This thread's copies.
            owned_write(sequence(first), || unsafe { count(first, bucket, also, v) });
        }
        own.is_some()
    }

    #[cold]
    #[inline(never)]
    fn observe_slot_slowly(&self, local: &Local, slot: Slot, also: Option<usize>, v: f64) {
        let bucket = slot.bucket(also).expect("a slot that was made as one");
        #[allow(clippy::cast_possible_truncation, reason = "ids have 32 bits")]
        let id = (slot.chunk() << CHUNK_BITS | slot.start()) as u32;
        // SAFETY: as in `observe_slot`, the only caller.
        let write = |first| unsafe { count(first, bucket, also, v) };
        match self.touch(local, id) {
            Place::Own(first) => owned_write(sequence(first), || write(first)),
            Place::Shared(first) => shared_write(sequence(first), || write(first)),
        }
    }
}

/// Of the histogram whose first cell that is.
#[inline(always)]
fn sequence<'a>(first: NonNull<AtomicU64>) -> &'a AtomicU64 {
    // SAFETY: cells are never freed.
    unsafe { first.as_ref() }
}

/// # Safety
/// `first` begins a range that has these buckets. Nobody else writes to it meanwhile.
#[inline(always)]
unsafe fn count(first: NonNull<AtomicU64>, bucket: usize, also: Option<usize>, v: f64) {
    // SAFETY: the caller says so.
    let [_, sum, bucket] = unsafe { cells(first, bucket) };
    bump(bucket, 1);
    bump_f64(sum, v);
    if let Some(also) = also {
        // SAFETY: the same.
        let [_, _, also] = unsafe { cells(first, also) };
        bump(also, 1);
    }
}

#[cfg(not(loom))]
mod global {
    use super::super::{CELLS, with_local};
    use super::Slot;

    impl Slot {
        /// Counts `v` in the bucket, and in bucket `also` of the same histogram, which lies before it.
        pub(crate) fn observe(self, also: Option<usize>, v: f64) {
            with_local(|local| CELLS.observe_slot(local, self, also, v));
        }

        /// The same if this thread has copies of the cells, and whether it has.
        #[inline(always)]
        pub(crate) fn observe_own(self, also: Option<usize>, v: f64) -> bool {
            with_local(|local| CELLS.observe_own_slot(local, self, also, v))
        }
    }
}
