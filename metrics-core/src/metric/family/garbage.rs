//! What nobody finds any more, and somebody may still use.

#![allow(unsafe_code, reason = "frees what is reached without locks")]

use super::Child;
use super::blocks::Block;
use super::series::Series;
use super::table::Table;
use std::collections::VecDeque;
use std::ptr::NonNull;

/// Of one family. Touched only while the cold paths are stopped.
pub(super) struct Garbage<M: Child> {
    /// Series that were unlinked, with the epoch of that, which never gets smaller.
    dead: VecDeque<(u64, NonNull<Series<M>>)>,
    /// Those that only handles keep.
    kept: VecDeque<NonNull<Series<M>>>,
    tables: Vec<(u64, NonNull<Table<M>>)>,
    blocks: Vec<(u64, Block<M>)>,
    /// Dead series at which it is worth looking for what is quiet.
    reap_at: usize,
}

/// What nobody can reach any more.
pub(super) struct Reaped<M: Child> {
    series: Vec<NonNull<Series<M>>>,
    tables: Vec<NonNull<Table<M>>>,
    blocks: Vec<Block<M>>,
}

/// Dead series at which to look for what is quiet: one `membarrier` for all of them.
const REAP: usize = 64;
/// Series that are freed at once.
const BATCH: usize = 256;
/// Tables that wait for the next scrape to free them: that of a large one takes the system a millisecond, for which
/// who makes a series should not wait.
const TABLES: usize = 2;

impl<M: Child> Garbage<M> {
    pub(super) const fn new() -> Self {
        Self { dead: VecDeque::new(), kept: VecDeque::new(), tables: Vec::new(), blocks: Vec::new(), reap_at: REAP }
    }

    /// Series that were unlinked before `epoch` began.
    pub(super) fn retire(&mut self, epoch: u64, series: impl Iterator<Item = NonNull<Series<M>>>) {
        self.dead.extend(series.map(|series| (epoch, series)));
    }

    pub(super) fn retire_table(&mut self, epoch: u64, table: Option<NonNull<Table<M>>>) {
        self.tables.extend(table.map(|table| (epoch, table)));
    }

    pub(super) fn retire_blocks(&mut self, epoch: u64, blocks: Vec<Block<M>>) {
        self.blocks.extend(blocks.into_iter().map(|block| (epoch, block)));
    }

    pub(super) fn is_worth_it(&self, is_scrape: bool) -> bool {
        let is_empty = self.dead.is_empty() && self.kept.is_empty() && self.tables.is_empty() && self.blocks.is_empty();
        self.dead.len() >= self.reap_at || self.tables.len() > TABLES || (is_scrape && !is_empty)
    }

    /// How often [`take`](Self::take) has to be called to look at all.
    pub(super) fn rounds(&self) -> usize {
        self.dead.len().div_ceil(BATCH).max(self.kept.len().div_ceil(BATCH / 2)).max(1)
    }

    /// What was retired before `quiet`, some of it.
    pub(super) fn take(&mut self, quiet: u64, is_scrape: bool) -> Reaped<M> {
        let mut reaped = Reaped { series: Vec::with_capacity(BATCH), tables: Vec::new(), blocks: Vec::new() };
        // SAFETY: what is in these lists was not freed.
        let is_kept = |series| unsafe { Series::is_kept(series) };
        for _ in 0..self.kept.len().min(BATCH / 2) {
            let Some(series) = self.kept.pop_front() else { break };
            if is_kept(series) {
                self.kept.push_back(series);
            } else {
                reaped.series.push(series);
            }
        }
        while reaped.series.len() < BATCH
            && let Some((_, series)) = self.dead.front().copied().filter(|(epoch, _)| *epoch < quiet)
        {
            self.dead.pop_front();
            if is_kept(series) {
                self.kept.push_back(series);
            } else {
                reaped.series.push(series);
            }
        }
        // What pins keep is not looked at again for each single removal.
        let is_all = reaped.series.len() < BATCH;
        self.reap_at = if is_all { REAP.max(2 * self.dead.len()) } else { REAP };
        if is_scrape || self.tables.len() > TABLES {
            reaped.tables.extend(self.tables.extract_if(.., |(epoch, _)| *epoch < quiet).map(|(_, table)| table));
        }
        reaped.blocks.extend(self.blocks.extract_if(.., |(epoch, _)| *epoch < quiet).map(|(_, block)| block));
        reaped
    }

    /// Everything, and the family's table: nobody has a reference or a handle any more.
    pub(super) fn take_all(&mut self, table: Option<NonNull<Table<M>>>) -> Reaped<M> {
        // SAFETY: not freed before.
        let previous = table.and_then(|table| unsafe { table.as_ref() }.previous().map(NonNull::from));
        let tables = self.tables.drain(..).map(|(_, table)| table);
        let dead = self.dead.drain(..).map(|(_, series)| series);
        Reaped {
            series: dead.chain(self.kept.drain(..)).collect(),
            tables: tables.chain(previous).chain(table).collect(),
            blocks: self.blocks.drain(..).map(|(_, block)| block).collect(),
        }
    }
}

impl<M: Child> Reaped<M> {
    pub(super) fn series(&self) -> &[NonNull<Series<M>>] {
        &self.series
    }

    /// Frees it, but for the series' places, which are the blocks'. Not to be called while the cold paths are stopped:
    /// a metric stops them when it is dropped.
    pub(super) fn free(self) -> Vec<NonNull<Series<M>>> {
        for series in &self.series {
            // SAFETY: nobody is pinned any more who could have found it, and no handle keeps it.
            unsafe { Series::drop_metric(*series) };
        }
        for table in self.tables {
            // SAFETY: nobody is pinned any more who could have got it; it came from a box.
            drop(unsafe { Box::from_raw(table.as_ptr()) });
        }
        for block in self.blocks {
            // SAFETY: nobody is pinned any more who could be walking through it, and nothing is in it.
            unsafe { block.free() };
        }
        self.series
    }
}
