//! Adding up what the threads counted.
//!
//! Sums of one cell never go backwards from one scrape to the next: each copy only grows, and a thread that
//! has read a value of it never reads an older one (coherence). Arenas are walked outermost and ranges in
//! the order in which they were made, which is nearly the order of memory.

use super::arena::Arena;
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
        let mut ranges = (0..).zip(ranges);
        let Some((at, first)) = ranges.next() else { return };
        let (mut runs, mut run) = (Runs::NONE, Run::new(at, first.first()));
        for (at, range) in ranges {
            let id = range.first();
            if run.push(id) {
                continue;
            }
            runs.push(run);
            if runs.is_full() {
                self.read_runs(&mut runs, words, &add);
            }
            run = Run::new(at, id);
        }
        runs.push(run);
        self.read_runs(&mut runs, words, &add);
    }

    fn read_runs(&self, runs: &mut Runs, words: &mut [u64], add: &impl Fn(u64, u64) -> u64) {
        let mut arenas = self.all_arenas();
        loop {
            // Four at once: memory answers several readers sooner than one, and with 64 copies it is all that counts.
            let four: [Option<&Arena>; 4] = std::array::from_fn(|_| arenas.next());
            if four[0].is_none() {
                break;
            }
            for run in &runs.runs[..runs.len] {
                let (chunk, start) = position(run.lowest);
                let (at, len) = (run.at as usize, run.len as usize);
                let copies = four.map(|arena| Some(&arena?.chunk(chunk)?[start..start + len]));
                let words = &mut words[at..at + len];
                if run.descends {
                    add_copies(words.iter_mut().rev(), copies, add);
                } else {
                    add_copies(words.iter_mut(), copies, add);
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

/// Adds to each word its cell of each copy that there is.
#[inline(always)]
fn add_copies<'a>(
    words: impl Iterator<Item = &'a mut u64>,
    copies: [Option<&[AtomicU64]>; 4],
    add: &impl Fn(u64, u64) -> u64,
) {
    let add = |sum: u64, cell: &AtomicU64| add(sum, cell.load(Relaxed));
    if let [Some(a), Some(b), Some(c), Some(d)] = copies {
        for ((((word, a), b), c), d) in words.zip(a).zip(b).zip(c).zip(d) {
            *word = add(add(add(add(*word, a), b), c), d);
        }
        return;
    }
    for (i, word) in words.enumerate() {
        for copy in copies.iter().flatten() {
            *word = add(*word, &copy[i]);
        }
    }
}

/// Ids that follow one another within a chunk, as those of series that were created together do: upwards, or downwards
/// where they were used before.
#[derive(Clone, Copy)]
struct Run {
    lowest: u32,
    at: u32,
    len: u32,
    descends: bool,
}

impl Run {
    const fn new(at: u32, id: u32) -> Self {
        Self { lowest: id, at, len: 1, descends: false }
    }

    /// Whether it goes on with this one.
    #[inline(always)]
    fn push(&mut self, id: u32) -> bool {
        let ascends = id == self.lowest.wrapping_add(self.len) && !(id as usize).is_multiple_of(CHUNK);
        if ascends && !self.descends {
            self.len += 1;
            return true;
        }
        self.push_below(id)
    }

    #[inline(never)]
    fn push_below(&mut self, id: u32) -> bool {
        let descends = (self.descends || self.len == 1)
            && self.lowest.checked_sub(1) == Some(id)
            && !(self.lowest as usize).is_multiple_of(CHUNK);
        if descends {
            (self.lowest, self.descends) = (id, true);
            self.len += 1;
        }
        descends
    }
}

/// Some runs, no more than fit on the stack: a scrape does not allocate for each batch of series.
struct Runs {
    runs: [Run; 64],
    len: usize,
}

impl Runs {
    const NONE: Self = Self { runs: [Run::new(0, 0); 64], len: 0 };

    fn push(&mut self, run: Run) {
        self.runs[self.len] = run;
        self.len += 1;
    }

    fn is_full(&self) -> bool {
        self.len == self.runs.len()
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
