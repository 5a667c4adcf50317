//! Numbers of cells.

use super::memory::{CHUNK, CHUNK_BITS};
use std::collections::BTreeMap;

/// What the cells of a series hold: it says how copies of them are added up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layout {
    /// One cell, a `u64`.
    Count,
    /// One cell, an `f64`.
    Sum,
    /// A sequence number, a sum (an `f64`), and this many buckets (`u64`).
    Histogram(u32),
}

impl Layout {
    pub(super) const fn len(self) -> u32 {
        match self {
            Self::Count | Self::Sum => 1,
            // A number that no range can have stays one.
            Self::Histogram(buckets) => buckets.saturating_add(2),
        }
    }

    const fn first(self) -> First {
        match self {
            Self::Count => First::Count,
            Self::Sum => First::Sum,
            Self::Histogram(_) => First::Sequence,
        }
    }
}

/// What begins at a cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(super) enum First {
    /// It is free, and zero in all arenas, or belongs to what began before.
    Nothing,
    Count,
    Sum,
    Sequence,
}

/// Hands out ranges of ids and takes them back. A range never crosses the end of a chunk.
#[derive(Debug)]
pub(super) struct Ids {
    next: u32,
    used: u32,
    /// By length.
    free: BTreeMap<u32, Vec<u32>>,
    /// For each chunk.
    #[allow(clippy::vec_box, reason = "growing should move pointers only")]
    begins: Vec<Box<[First; CHUNK]>>,
}

impl Ids {
    pub(super) const fn new() -> Self {
        Self { next: 0, used: 0, free: BTreeMap::new(), begins: Vec::new() }
    }

    /// The first of the ids that follow one another.
    ///
    /// # Panics
    /// If a range cannot be that long, or four thousand million cells are in use.
    pub(super) fn allocate(&mut self, layout: Layout) -> u32 {
        const LEN: u32 = 1 << CHUNK_BITS;
        let len = layout.len();
        assert!(len <= LEN, "a series takes {len} cells; at most {LEN} are possible: use fewer buckets");
        let first = match self.free.get_mut(&len).and_then(Vec::pop) {
            Some(first) => first,
            None => self.fresh(len),
        };
        self.used += len;
        *self.begin(first) = layout.first();
        first
    }

    fn fresh(&mut self, len: u32) -> u32 {
        const LEN: u32 = 1 << CHUNK_BITS;
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
        *self.begin(first) = First::Nothing;
        self.used -= len;
        self.free.entry(len).or_default().push(first);
    }

    /// Cells that belong to a series.
    pub(super) fn used(&self) -> u32 {
        self.used
    }

    /// Whether it has ever handed some out.
    pub(super) fn has_given(&self) -> bool {
        self.next > 0
    }

    /// What begins at each cell of a chunk.
    pub(super) fn begins(&self, chunk: usize) -> &[First] {
        self.begins.get(chunk).map_or(&[], |begins| &begins[..])
    }

    fn begin(&mut self, id: u32) -> &mut First {
        let (chunk, at) = super::read::position(id);
        while self.begins.len() <= chunk {
            self.begins.push(Box::new([First::Nothing; CHUNK]));
        }
        &mut self.begins[chunk][at]
    }
}
