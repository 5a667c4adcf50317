//! Cells: numbers that every thread counts in a copy of its own, and a scrape adds up.
//!
//! A series owns a [`Range`] of ids. Each thread has an arena with a copy of every cell that it has touched,
//! which only it writes: a relaxed load, an add and a relaxed store, no `lock` prefix and no shared line.
//! When a thread ends, its arena waits, counts and all, for the next thread. The number of arenas is
//! bounded; threads beyond the bound, and those that are being torn down, write to one shared arena by
//! atomic read-modify-write. An arena that nobody wants is emptied into that one (see [`fold`]).
//!
//! Ranges of removed series are used again. Who looks a series up is pinned meanwhile; a series is freed
//! when nobody is pinned any more who could have found it (see [`pin`]).
//!
//! All cold paths (making and freeing series, and so ids) go through one lock, [`stop`], so that they can be
//! stopped together. First touches take locks of their own, which nobody holds while it calls the global
//! allocator: an allocator may count its calls in a cell.

mod arena;
mod barrier;
mod fold;
#[cfg(not(loom))]
mod fork;
mod heap;
mod ids;
#[cfg(not(loom))]
mod instance;
mod local;
mod memory;
mod pin;
mod prefetch;
mod published;
mod range;
mod read;
mod roster;
mod sequence;
mod slot;
mod stopped;
mod word;

#[cfg(all(test, loom))]
mod models;

use crate::sync::{AtomicU64, Mutex, const_fn};
use arena::Arena;
use ids::Ids;
use memory::Memory;
use pin::Epochs;
use roster::Roster;

#[allow(unreachable_pub, reason = "they stand in signatures of sealed traits")]
pub use {ids::Layout, memory::Shared, range::Range, stopped::Stopped, word::Word};

#[cfg(not(loom))]
pub use instance::Instance;

#[cfg(not(loom))]
pub(crate) use fold::{fold_idle, unmoved};
#[cfg(not(loom))]
pub(crate) use fork::{hold, hold_touches, let_go, let_go_in_child};
pub(crate) use local::unlikely;
pub(crate) use pin::Pin;
pub(crate) use prefetch::prefetch;
pub(crate) use published::Published;
#[cfg(not(loom))]
pub(crate) use read::{read_f64, read_sequenced, read_u64};
pub(crate) use slot::Slot;
pub(crate) use stopped::StoppedCell;

/// Private arenas that are allowed on a machine of few cores.
const MIN_ARENAS: u64 = 32;
/// The number of arenas that are allowed, before the first metric.
const UNKNOWN: u64 = u64::MAX;

/// All cells of the process.
pub(crate) struct Cells {
    arenas: Roster<Arena>,
    arena_limit: AtomicU64,
    /// Of all threads without an arena.
    shared: Arena,
    shared_grows: Mutex<()>,
    epochs: Epochs,
    cold: Mutex<Cold>,
    /// Odd while a chunk moves from one arena to another.
    moves: AtomicU64,
    memory: Memory,
}

/// What the lock of the cold paths guards.
#[derive(Debug)]
struct Cold {
    ids: Ids,
    words: Vec<Word>,
    has_words: bool,
}

impl Cells {
    const_fn! {
        const fn new() -> Self {
            Self {
                arenas: Roster::new(),
                arena_limit: AtomicU64::new(UNKNOWN),
                shared: Arena::new(0),
                shared_grows: Mutex::new(()),
                epochs: Epochs::new(),
                cold: Mutex::new(Cold { ids: Ids::new(), words: Vec::new(), has_words: false }),
                moves: AtomicU64::new(0),
                memory: Memory::new(),
            }
        }
    }

    /// Everybody's copy of the cells, chunk by chunk.
    fn all_arenas(&self) -> impl Iterator<Item = &Arena> {
        std::iter::once(&self.shared).chain(self.arenas.iter())
    }
}

#[cfg(not(loom))]
mod global {
    use super::local::Local;
    use super::{Cells, Pin, Shared, Stopped};
    use std::sync::atomic::Ordering::Relaxed;

    pub(super) static CELLS: Cells = Cells::new();

    thread_local! {
        static LOCAL: Local = const { Local::new(at_exit) };
        static EXIT: Exit = const { Exit };
    }

    struct Exit;

    impl Drop for Exit {
        fn drop(&mut self) {
            with_local(|local| CELLS.leave(local));
        }
    }

    fn at_exit() -> bool {
        EXIT.try_with(|_| ()).is_ok()
    }

    #[inline(always)]
    pub(super) fn with_local<R>(f: impl FnOnce(&Local) -> R) -> R {
        // Not `LOCAL.with(f)`: a large `f` keeps `with` from being inlined, and a call is most of an increment.
        let local = LOCAL.with(std::ptr::from_ref);
        // SAFETY: this thread's, which has no destructor and so lasts as long as the thread.
        f(unsafe { &*local })
    }

    /// Keeps what is found from now on from being freed, until the pin is dropped.
    #[inline(always)]
    pub(crate) fn pin() -> Pin<'static> {
        with_local(|local| CELLS.pin(local))
    }

    /// A pin where that takes but a few instructions: this thread has pinned before, has no pin now, and needs no fence.
    #[inline(always)]
    pub(crate) fn pin_first() -> Option<Pin<'static>> {
        with_local(|local| CELLS.pin_first(local))
    }

    /// At most this many threads get an arena of their own from now on.
    pub(crate) fn set_arena_limit(limit: usize) {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).min(super::UNKNOWN - 1);
        CELLS.arena_limit.store(limit, Relaxed);
    }

    /// Cells that belong to a series.
    pub(crate) fn used_cells() -> u32 {
        CELLS.stop().used_cells()
    }

    /// Private arenas that a thread has.
    pub(crate) fn used_arenas() -> u64 {
        CELLS.arenas.taken()
    }

    /// Bytes of all chunks, of all arenas.
    pub(crate) fn arena_bytes() -> u64 {
        CELLS.memory.bytes()
    }

    /// Has cells lie in memory that other processes read from now on; whether that is so: not if there are some already.
    pub(crate) fn share(memory: &'static dyn Shared) -> bool {
        let stopped = CELLS.stop();
        let is_first = !stopped.has_cells();
        if is_first {
            CELLS.memory.share(memory);
        }
        is_first
    }

    /// Stops all cold paths of other threads.
    pub(crate) fn stop() -> Stopped<'static> {
        CELLS.stop()
    }
}

#[cfg(not(loom))]
use global::{CELLS, with_local};
#[cfg(not(loom))]
pub(crate) use global::{arena_bytes, pin, pin_first, set_arena_limit, share, stop, used_arenas, used_cells};
