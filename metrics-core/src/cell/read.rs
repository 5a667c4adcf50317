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
            let several: [Option<&Arena>; AT_ONCE] = std::array::from_fn(|_| arenas.next());
            if several[0].is_none() {
                break;
            }
            for run in &runs.runs[..runs.len] {
                let (chunk, start) = position(run.lowest);
                let (at, len) = (run.at as usize, run.len as usize);
                let mut copies: [&[AtomicU64]; AT_ONCE] = [&[]; AT_ONCE];
                let chunks = several.iter().flatten().filter_map(|arena| arena.chunk(chunk));
                let found =
                    copies.iter_mut().zip(chunks).map(|(copy, chunk)| *copy = &chunk[start..start + len]).count();
                let (words, copies) = (&mut words[at..at + len], &copies[..found]);
                // Its cells rise, and its words do, too, but for a moment.
                let turn = |words: &mut [u64]| {
                    if run.descends {
                        words.reverse();
                    }
                };
                turn(words);
                add_copies(words, copies, add);
                turn(words);
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

/// Memory answers several readers sooner than one, and with 64 copies it is all that counts.
const AT_ONCE: usize = 8;

/// Adds to each word its cell of each copy.
#[inline(always)]
fn add_copies(words: &mut [u64], mut copies: &[&[AtomicU64]], add: &impl Fn(u64, u64) -> u64) {
    while let [first, others @ ..] = copies {
        copies = if let Some((eight, others)) = copies.split_first_chunk::<AT_ONCE>() {
            add_at_once(words, eight, add);
            others
        } else if let Some((four, others)) = copies.split_first_chunk::<4>() {
            add_at_once(words, four, add);
            others
        } else {
            add_at_once(words, &[first], add);
            others
        };
    }
}

#[inline(always)]
fn add_at_once<const N: usize>(words: &mut [u64], copies: &[&[AtomicU64]; N], add: &impl Fn(u64, u64) -> u64) {
    let copies = copies.map(|copy| &copy[..words.len()]);
    for (i, word) in words.iter_mut().enumerate() {
        *word = copies.iter().fold(*word, |sum, copy| add(sum, copy[i].load(Relaxed)));
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
