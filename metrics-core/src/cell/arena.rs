//! A thread's own copy of all cells that it has touched.

use super::memory::{CHUNK, CHUNK_BITS, Memory, allocate};
use crate::sync::{AtomicPtr, AtomicU64, Ordering::*, const_fn, fence};
use std::ptr::{NonNull, null_mut};

/// A growable table of chunks. Only its owner makes chunks and writes cells; everybody reads.
pub(super) struct Arena {
    number: u32,
    table: AtomicPtr<Table>,
    /// For folding. Changed by its owner, or, while it has none, under the lock of the free ones.
    state: AtomicU64,
}

/// It has an owner, or had one since folding was last thought of.
const ACTIVE: u64 = 0;
/// It had none since then.
const IDLE: u64 = 1;
/// There is nothing in it.
const FOLDED: u64 = 2;

/// Pointers to chunks, null where the owner never touched one. Replaced by a longer one when it is too
/// short, and then kept, for readers that are in it: all former ones together are as long as the last.
pub(super) struct Table {
    chunks: NonNull<AtomicPtr<AtomicU64>>,
    len: usize,
}

impl Arena {
    const_fn! {
        pub(super) const fn new(number: u32) -> Self {
            Self { number, table: AtomicPtr::new(null_mut()), state: AtomicU64::new(ACTIVE) }
        }
    }

    /// Chunks that its table has room for.
    pub(super) fn len(&self) -> usize {
        self.table().map_or(0, |table| table.len)
    }

    pub(super) fn set_active(&self) {
        self.state.store(ACTIVE, Relaxed);
    }

    pub(super) fn note_idle(&self) {
        if self.state.load(Relaxed) == ACTIVE {
            self.state.store(IDLE, Relaxed);
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.state.load(Relaxed) == IDLE
    }

    pub(super) fn set_folded(&self) {
        self.state.store(FOLDED, Relaxed);
    }

    /// The arena's chunk number `index`, if its owner has touched it.
    pub(super) fn chunk(&self, index: usize) -> Option<&[AtomicU64; CHUNK]> {
        // Acquire, twice: what the pointers lead to was initialised before they were published.
        let chunk = self.table()?.entry(index)?.load(Acquire);
        // SAFETY: null, or a chunk of CHUNK cells that stays readable for ever.
        unsafe { chunk.cast::<[AtomicU64; CHUNK]>().as_ref() }
    }

    /// What the owner needs to find its cells without looking at the arena.
    pub(super) fn parts(&self) -> (*const AtomicPtr<AtomicU64>, usize) {
        self.table().map_or((std::ptr::null(), 0), |table| (table.chunks.as_ptr().cast_const(), table.len))
    }

    /// Makes sure that the cell exists. `None` when there is no more memory.
    ///
    /// # Safety
    /// Only the owner calls, or who holds the lock of the shared arena.
    pub(super) unsafe fn touch(&self, id: u32, memory: &Memory) -> Option<NonNull<AtomicU64>> {
        let index = (id >> CHUNK_BITS) as usize;
        let entry = match self.table().and_then(|table| table.entry(index)) {
            Some(entry) => entry,
            None => self.grow(index)?.entry(index)?,
        };
        let chunk = match NonNull::new(entry.load(Relaxed)) {
            Some(chunk) => chunk,
            None => {
                let chunk = memory.chunk(self.number, id >> CHUNK_BITS)?;
                // It may have been another arena's before. Who still reads it as that one's, and sees what this
                // thread counts, must also see that it was moved.
                fence(Release);
                // Release: a reader that finds the chunk finds it zeroed.
                entry.store(chunk.as_ptr(), Release);
                chunk
            }
        };
        // SAFETY: a chunk has CHUNK cells.
        Some(unsafe { chunk.add(id as usize % CHUNK) })
    }

    /// Lets a chunk go that its owner touched. Only who took the arena from the free ones calls.
    pub(super) fn forget_chunk(&self, index: usize) {
        if let Some(entry) = self.table().and_then(|table| table.entry(index)) {
            entry.store(null_mut(), Release);
        }
    }

    fn grow(&self, index: usize) -> Option<&Table> {
        let len = (index + 1).next_power_of_two().max(if cfg!(loom) { 1 } else { 64 });
        let chunks = allocate(len, || AtomicPtr::new(null_mut()))?;
        let new = Table { chunks, len };
        if let Some(old) = self.table() {
            for i in 0..old.len {
                if let (Some(from), Some(to)) = (old.entry(i), new.entry(i)) {
                    to.store(from.load(Relaxed), Relaxed);
                }
            }
        }
        let new = allocate(1, move || Table { chunks, len })?;
        self.table.store(new.as_ptr(), Release);
        // SAFETY: initialised just now, never freed.
        Some(unsafe { new.as_ref() })
    }

    fn table(&self) -> Option<&Table> {
        // SAFETY: null, or a table that is never freed.
        unsafe { self.table.load(Acquire).as_ref() }
    }
}

impl Table {
    fn entry(&self, index: usize) -> Option<&AtomicPtr<AtomicU64>> {
        // SAFETY: `chunks` are `len` pointers.
        (index < self.len).then(|| unsafe { self.chunks.add(index).as_ref() })
    }
}
