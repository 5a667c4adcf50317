//! Numbers of cells.

use super::memory::CHUNK_BITS;
use std::collections::BTreeMap;

/// Hands out ranges of ids and takes them back. A range never crosses the end of a chunk.
#[derive(Debug)]
pub(super) struct Ids {
    next: u32,
    /// By length.
    free: BTreeMap<u32, Vec<u32>>,
}

impl Ids {
    pub(super) const fn new() -> Self {
        Self { next: 0, free: BTreeMap::new() }
    }

    /// The first of `len` ids that follow one another.
    ///
    /// # Panics
    /// If a range cannot be that long, or four thousand million cells are in use.
    pub(super) fn allocate(&mut self, len: u32) -> u32 {
        const LEN: u32 = 1 << CHUNK_BITS;
        assert!(len > 0 && len <= LEN, "a series takes {len} cells; at most {LEN} are possible: use fewer buckets");
        if let Some(first) = self.free.get_mut(&len).and_then(Vec::pop) {
            return first;
        }
        let rest = LEN - self.next % LEN;
        let skipped = if rest < len { rest } else { 0 };
        let first = self.next.checked_add(skipped);
        let next = first.and_then(|first| first.checked_add(len));
        let (Some(first), Some(next)) = (first, next) else { panic!("all 2^32 cells are in use") };
        self.free.entry(1).or_default().extend((self.next..first).rev());
        self.next = next;
        first
    }

    /// Takes a range back, all of whose cells are zero.
    pub(super) fn give(&mut self, first: u32, len: u32) {
        self.free.entry(len).or_default().push(first);
    }
}
