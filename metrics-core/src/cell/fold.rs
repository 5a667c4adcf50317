//! Moving what ended threads have counted to the shared arena, so that their memory comes back.
//!
//! A pool that grew to hundreds of threads and shrank again would otherwise keep hundreds of copies of each cell, and
//! each scrape would add them up. An arena that waited for an owner through a whole scrape is folded by the next one.
//!
//! Who adds up while a chunk moves would see its counts twice, or not at all, so there is a sequence number for all
//! moves; readers read again. A move takes a microsecond or two, and only the cold paths wait for it.

use super::Cells;
use super::arena::Arena;
use super::ids::First;
use super::memory::{CHUNK, CHUNK_BITS};
use super::range::{BUCKETS, SUM, add_shared_f64};
use super::sequence::{consistent_read, owned_write, shared_write};
use crate::sync::{AtomicU64, Ordering::*};
use std::ptr::NonNull;

impl Cells {
    /// Folds the arenas that had no owner since this was called before. Chunk by chunk: nothing waits for more.
    ///
    /// Not where other processes read them: one that was killed in the middle of a move would have a chunk's counts twice,
    /// or not at all.
    pub(super) fn fold_idle(&self) {
        if self.memory.shared().is_some() {
            return;
        }
        while let Some(arena) = self.arenas.take_free(Arena::is_idle) {
            self.fold(arena);
            arena.set_folded();
            // Behind those that still have chunks, which the next thread is better off with.
            self.arenas.give_last(arena);
        }
        self.arenas.for_each_free(Arena::note_idle);
    }

    /// The caller has taken the arena: nobody writes to it.
    fn fold(&self, arena: &Arena) {
        for index in 0..arena.len() {
            let Some(chunk) = arena.chunk(index) else { continue };
            #[allow(clippy::cast_possible_truncation, reason = "ids have 32 bits")]
            let number = index as u32;
            // Before the cold paths are stopped: it may have to be made.
            let shared = self.touch_shared(number << CHUNK_BITS);
            // SAFETY: the first cell of a chunk, by the chunk's address; chunks stay readable for ever.
            let shared = unsafe { shared.cast::<[AtomicU64; CHUNK]>().as_ref() };
            let chunk_start = NonNull::from(chunk).cast();
            {
                // Stopped, so that the ranges in the chunk stay what they are, and nobody else moves one.
                let stopped = self.stop();
                owned_write(&self.moves, || {
                    add_chunk(stopped.begins(index), chunk, shared);
                    arena.forget_chunk(index);
                });
            }
            self.memory.release(chunk_start);
        }
    }

    /// Calls `read` until no chunk moved meanwhile. Says whether that could be had.
    pub(super) fn unmoved(&self, read: impl FnMut()) -> bool {
        consistent_read(&self.moves, read)
    }
}

/// Adds a chunk's cells to those of the shared arena, to which others write at the same time.
fn add_chunk(begins: &[First], from: &[AtomicU64; CHUNK], to: &[AtomicU64; CHUNK]) {
    let add = |at: usize| {
        let count = from[at].load(Relaxed);
        if count != 0 {
            to[at].fetch_add(count, Relaxed);
        }
    };
    let add_sum = |at: usize| {
        let sum = f64::from_bits(from[at].load(Relaxed));
        if sum != 0.0 {
            add_shared_f64(&to[at], sum);
        }
    };
    for (at, first) in begins.iter().enumerate() {
        match first {
            First::Nothing => {}
            First::Count => add(at),
            First::Sum => add_sum(at),
            First::Sequence => {
                let is_touched = from[at].load(Relaxed) != 0;
                let rest = begins[at + BUCKETS..].iter().take_while(|begin| **begin == First::Nothing);
                let end = at + BUCKETS + rest.count();
                if is_touched {
                    shared_write(&to[at], || {
                        add_sum(at + SUM);
                        // Free cells behind the buckets hold nothing.
                        (at + BUCKETS..end).for_each(add);
                    });
                }
            }
        }
    }
}

#[cfg(not(loom))]
mod global {
    use super::super::CELLS;

    /// Folds the arenas that had no owner since this was called before.
    pub(crate) fn fold_idle() {
        CELLS.fold_idle();
    }

    /// Calls `read` until what it has added up is of one moment: until no chunk moved meanwhile.
    pub(crate) fn unmoved(read: impl FnMut()) {
        // Where it says no, a thread stopped in the middle of a move, and will not go on: a debugger, or a fork.
        let _ = CELLS.unmoved(read);
    }
}

#[cfg(not(loom))]
pub(crate) use global::{fold_idle, unmoved};
