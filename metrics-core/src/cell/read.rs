//! Adding up what the threads counted.
//!
//! Sums of one cell never go backwards from one scrape to the next: each copy only grows, and a thread that
//! has read a value of it never reads an older one (coherence). Arenas are walked outermost and ranges in
//! the order in which they were made, which is nearly the order of memory.

use super::arena::Arena;
use super::memory::{CHUNK, CHUNK_BITS};
use super::range::{At, SUM, Step};
use super::sequence::consistent_read;
use super::{Cells, Range};
use crate::sync::{AtomicU64, Ordering::*};

type Chunk = [AtomicU64; CHUNK];

/// Chunk of a cell, and its place there.
pub(super) fn position(id: u32) -> (usize, usize) {
    ((id >> CHUNK_BITS) as usize, id as usize % CHUNK)
}

impl Cells {
    /// Sets a word for each range: to the one that comes with it, which was read before, and its first cell of each copy,
    /// added by `add`.
    pub(super) fn read<'a>(
        &self,
        mut ranges: impl ExactSizeIterator<Item = (&'a Range, u64)>,
        mut words: &mut [u64],
        add: impl Fn(u64, u64) -> u64,
    ) {
        debug_assert_eq!(ranges.len(), words.len());
        let mut runs = Runs::NONE;
        while !words.is_empty() {
            let (mut len, mut next, mut step) = (0, At::NOWHERE, At::UP);
            for (word, (range, base)) in words.iter_mut().zip(&mut ranges) {
                *word = base;
                len += 1;
                if range.at() != next {
                    (next, step) = (range.at(), runs.begin(range.at(), len - 1));
                    if runs.is_full() {
                        break;
                    }
                }
                next = next.to(step);
            }
            let (these, others) = words.split_at_mut(len);
            self.read_runs(&mut runs, these, &add);
            words = others;
        }
    }

    fn read_runs(&self, runs: &mut Runs, words: &mut [u64], add: &impl Fn(u64, u64) -> u64) {
        let (mut arenas, mut len) = ([&self.shared; AT_ONCE], 0);
        for arena in self.all_arenas() {
            arenas[len] = arena;
            len += 1;
            if len == AT_ONCE {
                runs.add(&arenas, words, add);
                len = 0;
            }
        }
        runs.add(&arenas[..len], words, add);
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

/// Arenas that are gone through together, and four of them at once: memory answers several readers sooner than one, and
/// with 64 copies it is all that counts.
const AT_ONCE: usize = 8;

/// Adds to each word its cell of each copy, from number `start` on.
#[inline(always)]
fn add_copies<'c>(words: &mut [u64], mut copies: &[Option<&'c Chunk>], start: usize, add: &impl Fn(u64, u64) -> u64) {
    let len = words.len();
    let cells = |copy: &'c Chunk| copy[start..start + len].iter().map(|cell| AtomicU64::load(cell, Relaxed));
    while let [Some(a), others @ ..] = copies {
        copies = if let [Some(b), Some(c), Some(d), others @ ..] = others {
            let cells = cells(a).zip(cells(b)).zip(cells(c)).zip(cells(d));
            for (word, (((a, b), c), d)) in words.iter_mut().zip(cells) {
                *word = add(add(add(add(*word, a), b), c), d);
            }
            others
        } else {
            words.iter_mut().zip(cells(a)).for_each(|(word, a)| *word = add(*word, a));
            others
        };
    }
}

/// Ranges whose first cells follow one another within a chunk, as those of series that were created together do: upwards,
/// or downwards where they were used before. It goes on to where the next one begins.
#[derive(Clone, Copy)]
struct Run {
    first: At,
    /// The word of its first range.
    at: usize,
    descends: bool,
}

/// Some runs, no more than fit on the stack: a scrape does not allocate for each batch of series.
struct Runs {
    runs: [Run; 64],
    len: usize,
}

impl Runs {
    const NONE: Self = Self { runs: [Run { first: At::NOWHERE, at: 0, descends: false }; 64], len: 0 };

    /// A range begins one, or turns one of a single range downwards; where the next one is from there.
    #[inline(never)]
    fn begin(&mut self, first: At, at: usize) -> Step {
        if let Some(run) = self.runs[..self.len].last_mut()
            && run.at + 1 == at
            && run.first.to(At::DOWN) == first
        {
            run.descends = true;
            return At::DOWN;
        }
        self.runs[self.len] = Run { first, at, descends: false };
        self.len += 1;
        At::UP
    }

    fn is_full(&self) -> bool {
        self.len == self.runs.len()
    }

    /// Adds to each run's words what these arenas hold.
    fn add(&self, arenas: &[&Arena], words: &mut [u64], add: &impl Fn(u64, u64) -> u64) {
        let mut rest = words;
        for run in self.runs[..self.len].iter().rev() {
            let (before, words) = rest.split_at_mut(run.at);
            rest = before;
            let (mut copies, mut found) = ([None; AT_ONCE], 0);
            for chunk in arenas.iter().filter_map(|arena| arena.chunk(run.first.chunk())) {
                copies[found] = Some(chunk);
                found += 1;
            }
            if run.descends {
                // Its cells rise, and its words do, too, but for a moment.
                words.reverse();
                add_copies(words, &copies, run.first.start() + 1 - words.len(), add);
                words.reverse();
            } else {
                add_copies(words, &copies, run.first.start(), add);
            }
        }
    }
}

#[cfg(not(loom))]
mod global {
    use super::super::{CELLS, Range};

    /// Sets a word for each range: to the one that comes with it and the range's first cell, both `u64`.
    pub(crate) fn read_u64<'a>(ranges: impl ExactSizeIterator<Item = (&'a Range, u64)>, words: &mut [u64]) {
        CELLS.read(ranges, words, u64::wrapping_add);
    }

    /// The same of `f64`.
    pub(crate) fn read_f64<'a>(ranges: impl ExactSizeIterator<Item = (&'a Range, u64)>, words: &mut [u64]) {
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
