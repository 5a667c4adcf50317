//! Which cell counts a number: a table that observers read without a lock.

use super::index::{INFINITY, LEAST_NORMAL, ZEROTH, round_up, since_zeroth};
use super::labels::{Labels, NOT_A_NUMBER, ZERO, label};
use crate::cell::{Range, Slot};
use crate::metric::journal::NativeLabel;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::*};

/// The cells of a histogram, in ranges that each have a sequence number and a sum of their own, then the classic
/// buckets, then some native ones. An observation changes one range, so that each is whole whenever it is read; what
/// all of them hold is the histogram.
#[derive(Clone, Debug)]
pub(super) struct Segments {
    pub(super) ranges: Vec<Arc<Range>>,
    /// Classic buckets of each.
    pub(super) classic: usize,
}

/// Native buckets of a segment: two cache lines of them.
pub(super) const SEGMENT: usize = 16;

impl Segments {
    /// Cells that they have for native buckets.
    pub(super) fn capacity(&self) -> usize {
        self.ranges.len() * SEGMENT
    }

    /// The slot of a cell.
    pub(super) fn slot(&self, cell: usize) -> Slot {
        Slot::new(&self.ranges[cell / SEGMENT], self.classic + cell % SEGMENT)
    }
}

/// Finds the slot of a number. Holds what one resolution says; for another there is another table.
#[derive(Debug)]
pub(super) struct Table {
    /// Numbers that most are: from the bits of the least on, and how many bits' worth. Neither negative, nor zero bucket,
    /// nor subnormal, nor infinite, nor NaN.
    least: u64,
    usual: u64,
    /// From the finest schema.
    steps: u32,
    /// What is added to an index of the finest schema before it is shifted by so many bits, so that it is rounded up and
    /// becomes a key.
    bias: u64,
    zero_threshold: f64,
    /// Twice as many as there can be buckets, at least, and a power of two. 0, or the key of a bucket and its slot; one
    /// that collides comes behind.
    entries: Box<[AtomicU64]>,
    not_a_number: Slot,
    zero: Slot,
    /// Which life of the histogram it is of.
    pub(super) life: u64,
    pub(super) segments: Segments,
}

/// Above the distance of any index from 0.
const OFFSET: i32 = 1 << 19;
/// Set in the keys of buckets below zero.
const NEGATIVE: u64 = 1 << 20;

/// A bucket among all those of all schemas and of both sides. Never 0.
fn key(is_negative: bool, index: i32) -> u64 {
    const { assert!(Slot::BITS + 21 <= u64::BITS) };
    u64::from((index + OFFSET).cast_unsigned()) | if is_negative { NEGATIVE } else { 0 }
}

impl Table {
    pub(super) fn new(labels: &Labels, segments: Segments, life: u64) -> Self {
        let least = LEAST_NORMAL.max(labels.zero_threshold.to_bits() + 1);
        let len = (2 * segments.capacity()).next_power_of_two();
        let table = Self {
            least,
            usual: INFINITY.saturating_sub(least),
            steps: labels.steps,
            bias: ((i64::from(OFFSET) << labels.steps) + i64::from(round_up(labels.steps)) + ZEROTH).cast_unsigned(),
            zero_threshold: labels.zero_threshold,
            entries: (0..len).map(|_| AtomicU64::new(0)).collect(),
            not_a_number: segments.slot(NOT_A_NUMBER),
            zero: segments.slot(ZERO),
            life,
            segments,
        };
        // The positive ones first: `find_usual` wants each in the first of its entries.
        for (label, cell) in labels.buckets_and_cells().into_iter().rev() {
            table.insert(label, cell);
        }
        table
    }

    /// Whether it says what the labels do, but for cells that it can still take.
    pub(super) fn fits(&self, labels: &Labels) -> bool {
        self.steps == labels.steps
            && self.zero_threshold == labels.zero_threshold
            && labels.len() <= self.segments.capacity()
    }

    /// Lets observers find a cell. By one thread at a time.
    pub(super) fn insert(&self, label: NativeLabel, cell: usize) {
        let (is_negative, index) = match label {
            NativeLabel::Negative(index) => (true, index),
            NativeLabel::Positive(index) => (false, index),
            NativeLabel::NotANumber | NativeLabel::Zero => return,
        };
        let key = key(is_negative, index);
        // There are twice as many entries as cells.
        if let Some(free) = self.probe(self.first(key)).find(|entry| entry.load(Relaxed) == 0) {
            free.store(key << Slot::BITS | self.segments.slot(cell).word(), Release);
        }
    }

    /// Where `value` is counted, if there is a cell for it.
    pub(super) fn find(&self, value: f64) -> Option<Slot> {
        match label(value, self.steps, self.zero_threshold) {
            NativeLabel::NotANumber => Some(self.not_a_number),
            NativeLabel::Zero => Some(self.zero),
            NativeLabel::Negative(index) => self.entry(true, index),
            NativeLabel::Positive(index) => self.entry(false, index),
        }
    }

    /// The same for a usual number in an entry of its own, and sooner.
    #[inline(always)]
    pub(super) fn find_usual(&self, value: f64) -> Option<Slot> {
        let bits = value.to_bits();
        if bits.wrapping_sub(self.least) >= self.usual {
            return None;
        }
        let key = (since_zeroth(bits) + self.bias) >> self.steps;
        // Acquire: after the cell became this bucket's.
        let word = self.probe(key).next()?.load(Acquire); // `first` of a positive one
        (word >> Slot::BITS == key).then(|| Slot::from_word(word))
    }

    fn entry(&self, is_negative: bool, index: i32) -> Option<Slot> {
        let key = key(is_negative, index);
        for entry in self.probe(self.first(key)) {
            // Acquire: after the cell became this bucket's.
            let word = entry.load(Acquire);
            if word >> Slot::BITS == key {
                return Some(Slot::from_word(word));
            }
            if word == 0 {
                break;
            }
        }
        None
    }

    /// Of the entries where a bucket can be the first, if it is masked: buckets that follow one another do so here, and
    /// those of the two sides of zero are as far apart as can be.
    fn first(&self, key: u64) -> u64 {
        if key & NEGATIVE == 0 { key } else { key + self.entries.len() as u64 / 2 }
    }

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "it goes round")]
    fn probe(&self, first: u64) -> impl Iterator<Item = &AtomicU64> {
        let first = first as usize;
        (0..self.entries.len()).map(move |n| &self.entries[(first + n) & (self.entries.len() - 1)])
    }
}
