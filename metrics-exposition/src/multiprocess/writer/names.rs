//! What series are known by in the log.

use metrics_core::private::multiprocess::Key;
use std::collections::HashMap;

/// Guarded by a lock that no first touch takes: it allocates.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) known: HashMap<Key, Known>,
    families: u32,
    series: u32,
    /// Blobs that nothing uses any more, by their capacity.
    pub(super) free_blobs: HashMap<u32, Vec<Blob>>,
    /// Bytes of records that say nothing any more.
    pub(super) dead: u64,
}

/// A series that is there.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) series: u32,
    /// Bytes of its records.
    pub(super) bytes: u64,
    /// Of these, the last that says what its native cells mean, and those behind it.
    pub(super) meaning: u64,
    /// What its cells were when it began, if that was not zero.
    pub(super) sums: Vec<u64>,
    /// By slot.
    pub(super) blobs: Vec<(u32, Blob)>,
}

/// Where a text lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blob {
    pub(super) offset: u64,
    /// Of each half.
    pub(super) capacity: u32,
    /// Of the last text.
    pub(super) number: u64,
}

impl Names {
    /// A number that no family has.
    pub(super) fn next_family(&mut self) -> u32 {
        self.families += 1;
        self.families - 1
    }

    /// A number that no series ever had.
    pub(super) fn next_series(&mut self) -> u32 {
        self.series += 1;
        self.series - 1
    }

    /// It is no more.
    pub(super) fn forget(&mut self, key: Key) -> Option<Known> {
        let known = self.known.remove(&key)?;
        self.dead += known.bytes;
        for (_, blob) in &known.blobs {
            self.free_blobs.entry(blob.capacity).or_default().push(*blob);
        }
        Some(known)
    }
}
