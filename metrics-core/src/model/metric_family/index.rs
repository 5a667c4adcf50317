//! Finds a point by its labels.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// The last point of each label set.
#[derive(Clone, Default)]
pub(super) struct Index {
    table: HashTable<Slot>,
    hasher: RandomState,
}

/// The number of a point, and above it as many bits of the hash of its labels as there is room for, so that a table that
/// grows need not read labels that lie anywhere in memory. As many points as have no room would take terabytes.
#[derive(Clone, Copy)]
struct Slot(u64);

/// Of labels that were not found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hash(u64);

impl Index {
    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(super) fn reserve(&mut self, points: usize) {
        self.table.reserve(points, |slot| slot.hash());
    }

    /// The point with these labels, among those that have `labels`.
    pub(super) fn find<'a>(&self, own: &str, labels: impl Fn(usize) -> &'a str) -> Result<usize, Hash> {
        let hash = self.hash(own);
        let is_it = |slot: &Slot| slot.hash() == hash && labels(slot.at()) == own;
        self.table.find(hash, is_it).map(|slot| slot.at()).ok_or(Hash(hash))
    }

    pub(super) fn insert(&mut self, hash: Hash, at: usize) {
        self.table.insert_unique(hash.0, Slot::new(hash.0, at), |slot| slot.hash());
    }

    /// Another point, the number `at`, has the labels now.
    pub(super) fn replace(&mut self, own: &str, before: usize, at: usize) {
        let hash = self.hash(own);
        if let Some(slot) = self.table.find_mut(hash, |slot| slot.at() == before) {
            *slot = Slot::new(hash, at);
        }
    }

    fn hash(&self, own: &str) -> u64 {
        Slot::new(self.hasher.hash_one(own), 0).hash()
    }
}

impl Slot {
    const NUMBER: u32 = 36;

    fn new(hash: u64, at: usize) -> Self {
        Self(hash << Self::NUMBER | at as u64)
    }

    #[allow(clippy::cast_possible_truncation, reason = "was a `usize`")]
    fn at(self) -> usize {
        (self.0 & ((1 << Self::NUMBER) - 1)) as usize
    }

    /// Its bits at both ends: the table looks at the lowest and at the highest.
    fn hash(self) -> u64 {
        self.0 >> Self::NUMBER << Self::NUMBER | self.0 >> Self::NUMBER
    }
}
