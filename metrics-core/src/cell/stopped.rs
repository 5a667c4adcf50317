use super::ids::First;
use super::{Cells, Cold, Layout, Range, Word};
use crate::sync::{AtomicU64, MutexGuard, Ordering::*, lock};
use std::cell::UnsafeCell;
use std::fmt;

/// While one exists, no other thread is in a cold path: none makes or frees a series.
///
/// Whoever holds it does not call the user's code, drop a [`Range`] or a [`Word`], or stop again: each
/// would wait for itself.
pub struct Stopped<'a> {
    cells: &'a Cells,
    cold: MutexGuard<'a, Cold>,
}

impl Cells {
    pub(super) fn stop(&self) -> Stopped<'_> {
        Stopped { cells: self, cold: lock(&self.cold) }
    }

    /// Zeroes a range in all arenas and makes it free.
    ///
    /// The next owner of the ids sees the zeros: whoever hands it the new range does so by release and
    /// acquire, after this. And this sees the last writes: whoever dropped the range came after them.
    pub(super) fn recycle(&self, first: u32, len: u32) {
        let mut stopped = self.stop();
        self.memory.free_cells(first);
        let (chunk, start) = super::read::position(first);
        for cells in self.all_arenas().filter_map(|arena| arena.chunk(chunk)) {
            for cell in &cells[start..start + len as usize] {
                cell.store(0, Relaxed);
            }
        }
        stopped.cold.ids.give(first, len);
    }

    #[cfg(not(loom))]
    pub(super) fn recycle_word(&self, word: Word) {
        let mut stopped = self.stop();
        self.memory.free_word(word.line());
        word.clear();
        stopped.cold.words.push(word);
    }
}

impl Stopped<'_> {
    /// New cells, all zero.
    pub(crate) fn allocate(&mut self, layout: Layout) -> Range {
        self.limit_arenas();
        let first = self.cold.ids.allocate(layout);
        Range::new(first, layout.len())
    }

    /// What begins at each cell of a chunk.
    pub(super) fn begins(&self, chunk: usize) -> &[First] {
        self.cold.ids.begins(chunk)
    }

    /// Cells that belong to a series.
    pub(super) fn used_cells(&self) -> u32 {
        self.cold.ids.used()
    }

    /// Whether there are or were any.
    pub(super) fn has_cells(&self) -> bool {
        self.cold.has_words || self.cold.ids.has_given()
    }

    /// A new word, zero.
    pub(crate) fn allocate_word(&mut self) -> Word {
        self.cold.has_words = true;
        let free = self.cold.words.pop();
        free.unwrap_or_else(|| Word::new(self.cells.memory.word().expect("out of memory for metrics")))
    }

    /// To be called after unlinking something that others may have found; kept with it.
    pub(crate) fn retire(&mut self) -> u64 {
        self.cells.epochs.retire()
    }

    /// Nobody can hold any more what was retired with a number below this one.
    pub(crate) fn quiet_before(&mut self) -> u64 {
        self.cells.epochs.quiet_before()
    }

    /// Here, and not at a thread's first touch, because asking the system may allocate.
    fn limit_arenas(&self) {
        let limit: &AtomicU64 = &self.cells.arena_limit;
        if limit.load(Relaxed) == super::UNKNOWN {
            let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            // Unless somebody sets it meanwhile.
            let default = super::MIN_ARENAS.max(2 * cores as u64);
            let _ = limit.compare_exchange(super::UNKNOWN, default, Relaxed, Relaxed);
        }
    }
}

impl fmt::Debug for Stopped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopped")
    }
}

/// Data that is touched only while the cold paths are stopped, wherever it lies.
pub(crate) struct StoppedCell<T>(UnsafeCell<T>);

// SAFETY: there is one global `Stopped` at a time, so at most one thread gets at the data at once.
unsafe impl<T: Send> Sync for StoppedCell<T> {}

impl<T> StoppedCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// The data; `stopped` cannot be used for another cell meanwhile, so that none is borrowed twice.
    pub(crate) fn get<'a>(&'a self, stopped: &'a mut Stopped<'static>) -> &'a mut T {
        let _: &Cells = stopped.cells;
        // SAFETY: only the global cells (a model's, in a model) give a `Stopped<'static>`, one at a time, and it is
        // borrowed mutably for as long as the data is.
        unsafe { &mut *self.0.get() }
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}

impl<T> fmt::Debug for StoppedCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoppedCell")
    }
}
