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
    /// Adds up each range's first cell by `add`, into as many words.
    pub(super) fn read<'a>(
        &self,
        ranges: impl ExactSizeIterator<Item = &'a Range>,
        words: &mut Vec<u64>,
        add: impl Fn(u64, u64) -> u64,
    ) {
        words.clear();
        words.resize(ranges.len(), 0);
        let runs = runs(ranges.map(Range::first));
        for arena in self.all_arenas() {
            for run in &runs {
                let (chunk, start) = position(run.first);
                let Some(cells) = arena.chunk(chunk) else { continue };
                let words = &mut words[run.at..run.at + run.len];
                for (word, cell) in words.iter_mut().zip(&cells[start..start + run.len]) {
                    *word = add(*word, cell.load(Relaxed));
                }
            }
        }
    }

    /// Adds up histograms of `width` + 1 cells: for each of them the sum (an `f64`) and the buckets, all of one
    /// moment of each thread. Says whether that could be had.
    pub(super) fn read_sequenced<'a>(
        &self,
        ranges: impl ExactSizeIterator<Item = &'a Range> + Clone,
        width: usize,
        words: &mut Vec<u64>,
    ) -> bool {
        words.clear();
        words.resize(ranges.len() * width, 0);
        let mut copy = vec![0; width];
        let mut consistent = true;
        for arena in self.all_arenas() {
            for (range, words) in ranges.clone().zip(words.chunks_exact_mut(width)) {
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
        consistent
    }
}

/// Ids that follow one another within a chunk, as those of series that were created together do.
struct Run {
    first: u32,
    at: usize,
    len: usize,
}

fn runs(firsts: impl Iterator<Item = u32>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, first) in firsts.enumerate() {
        match runs.last_mut() {
            Some(run) if first as usize == run.first as usize + run.len && position(first).1 != 0 => run.len += 1,
            _ => runs.push(Run { first, at, len: 1 }),
        }
    }
    runs
}

#[cfg(not(loom))]
mod global {
    use super::super::{CELLS, Range};

    /// The sum of each range's first cell, a `u64`.
    pub(crate) fn read_u64<'a>(ranges: impl ExactSizeIterator<Item = &'a Range>, words: &mut Vec<u64>) {
        CELLS.read(ranges, words, u64::wrapping_add);
    }

    /// The sum of each range's first cell, an `f64`.
    pub(crate) fn read_f64<'a>(ranges: impl ExactSizeIterator<Item = &'a Range>, words: &mut Vec<u64>) {
        CELLS.read(ranges, words, |a, b| (f64::from_bits(a) + f64::from_bits(b)).to_bits());
    }

    /// The sum and the buckets of each histogram; `width` words each.
    pub(crate) fn read_sequenced<'a>(
        ranges: impl ExactSizeIterator<Item = &'a Range> + Clone,
        width: usize,
        words: &mut Vec<u64>,
    ) {
        // A reading that is not consistent lacks a part of one observation at most, see `consistent_read`.
        let _ = CELLS.read_sequenced(ranges, width, words);
    }
}

#[cfg(not(loom))]
pub(crate) use global::{read_f64, read_sequenced, read_u64};
