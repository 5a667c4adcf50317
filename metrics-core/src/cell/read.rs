//! Adding up what the threads counted.
//!
//! Sums of one cell never go backwards from one scrape to the next: each copy only grows, and a thread that
//! has read a value of it never reads an older one (coherence). Arenas are walked outermost and ranges in
//! the order in which they were made, which is nearly the order of memory.

use super::memory::{CHUNK, CHUNK_BITS};
use super::range::SUM;
use super::sequence::consistent_read;
use super::{Cells, Range};
use crate::sync::{AtomicU64, Ordering::*};

/// Chunk of a cell, and its place there.
pub(super) fn position(id: u32) -> (usize, usize) {
    ((id >> CHUNK_BITS) as usize, id as usize % CHUNK)
}

impl Cells {
    /// Adds each range's first cell to its word, by `add`.
    pub(super) fn read<'a>(
        &self,
        ranges: impl ExactSizeIterator<Item = &'a Range>,
        words: &mut [u64],
        add: impl Fn(u64, u64) -> u64,
    ) {
        let mut runs = Runs::default();
        for (at, range) in ranges.enumerate() {
            if !runs.push(at, range.first()) {
                self.read_runs(&mut runs, words, &add);
                runs.push(at, range.first());
            }
        }
        self.read_runs(&mut runs, words, &add);
    }

    fn read_runs(&self, runs: &mut Runs, words: &mut [u64], add: &impl Fn(u64, u64) -> u64) {
        for arena in self.all_arenas() {
            for run in &runs.runs[..runs.len] {
                let (chunk, start) = position(run.first);
                let Some(cells) = arena.chunk(chunk) else { continue };
                let words = &mut words[run.at..run.at + run.len];
                for (word, cell) in words.iter_mut().zip(&cells[start..start + run.len]) {
                    *word = add(*word, cell.load(Relaxed));
                }
            }
        }
        runs.len = 0;
    }

    /// Adds up histograms of `width` + 1 cells, each to its words: the sum (an `f64`) and the buckets, all of one
    /// moment of each thread. Says whether that could be had.
    pub(super) fn read_sequenced<'a>(
        &self,
        ranges: impl ExactSizeIterator<Item = &'a Range> + Clone,
        width: usize,
        words: &mut Vec<u64>,
    ) -> bool {
        // Behind the result: what is read of one histogram, until it is known to be whole.
        words.resize((ranges.len() + 1) * width, 0);
        let (sums, copy) = words.split_at_mut(ranges.len() * width);
        let mut consistent = true;
        for arena in self.all_arenas() {
            for (range, words) in ranges.clone().zip(sums.chunks_exact_mut(width)) {
                let (chunk, start) = position(range.first());
                let Some(cells) = arena.chunk(chunk) else { continue };
                let cells = &cells[start..=start + width];
                consistent &= consistent_read(&cells[0], || {
                    for (copy, cell) in copy.iter_mut().zip(&cells[SUM..]) {
                        *copy = AtomicU64::load(cell, Relaxed);
                    }
                });
                words[0] = (f64::from_bits(words[0]) + f64::from_bits(copy[0])).to_bits();
                for (word, count) in words[1..].iter_mut().zip(&copy[1..]) {
                    *word = word.wrapping_add(*count);
                }
            }
        }
        words.truncate(ranges.len() * width);
        consistent
    }
}

/// Ids that follow one another within a chunk, as those of series that were created together do.
#[derive(Clone, Copy, Default)]
struct Run {
    first: u32,
    at: usize,
    len: usize,
}

/// Some runs, no more than fit on the stack: a scrape does not allocate for each batch of series.
struct Runs {
    runs: [Run; 64],
    len: usize,
}

impl Default for Runs {
    fn default() -> Self {
        Self { runs: [Run::default(); 64], len: 0 }
    }
}

impl Runs {
    /// Whether there was room.
    fn push(&mut self, at: usize, first: u32) -> bool {
        let (_, start) = position(first);
        if let Some(run) = self.runs[..self.len].last_mut()
            && start != 0
            && first as usize == run.first as usize + run.len
        {
            run.len += 1;
            return true;
        }
        let Some(free) = self.runs.get_mut(self.len) else { return false };
        *free = Run { first, at, len: 1 };
        self.len += 1;
        true
    }
}

#[cfg(not(loom))]
mod global {
    use super::super::{CELLS, Range};

    /// Adds each range's first cell, a `u64`, to its word.
    pub(crate) fn read_u64<'a>(ranges: impl ExactSizeIterator<Item = &'a Range>, words: &mut [u64]) {
        CELLS.read(ranges, words, u64::wrapping_add);
    }

    /// Adds each range's first cell, an `f64`, to its word.
    pub(crate) fn read_f64<'a>(ranges: impl ExactSizeIterator<Item = &'a Range>, words: &mut [u64]) {
        CELLS.read(ranges, words, |a, b| (f64::from_bits(a) + f64::from_bits(b)).to_bits());
    }

    /// Adds the sum and the buckets of each histogram to its `width` words.
    pub(crate) fn read_sequenced<'a>(
        ranges: impl ExactSizeIterator<Item = &'a Range> + Clone,
        width: usize,
        words: &mut Vec<u64>,
    ) {
        // Where it says no, a thread died in the middle of an observation, see `consistent_read`.
        let _ = CELLS.read_sequenced(ranges, width, words);
    }
}

#[cfg(not(loom))]
pub(crate) use global::{read_f64, read_sequenced, read_u64};
