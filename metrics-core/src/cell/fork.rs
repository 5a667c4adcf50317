//! Fork, where cells lie in memory that other processes read.
//!
//! The child gets a copy of everything but the other threads. So all locks of the cells are held across, lest one of those
//! takes one with it; and in the child what only they had is free again.

use super::arena::Arena;
use super::pin::Participant;
use super::roster::Held as HeldRoster;
use super::{CELLS, Cold, with_local};
use crate::sync::{MutexGuard, lock};
use std::cell::UnsafeCell;

struct Held {
    _heap: super::heap::Held<'static>,
    participants: HeldRoster<'static, Participant>,
    arenas: HeldRoster<'static, Arena>,
    _shared_grows: MutexGuard<'static, ()>,
    /// Last, as it was the first.
    _cold: MutexGuard<'static, Cold>,
}

struct Slot(UnsafeCell<Option<Held>>);

// SAFETY: touched by the thread that forks alone, which holds the lock of the cold paths.
unsafe impl Sync for Slot {}

static HELD: Slot = Slot(UnsafeCell::new(None));

/// Before a fork: waits until no other thread makes or frees anything, and keeps it so.
pub(crate) fn hold() {
    let cold = lock(&CELLS.cold);
    let shared_grows = lock(&CELLS.shared_grows);
    let (arenas, participants, heap) = (CELLS.arenas.hold(), CELLS.epochs.participants().hold(), CELLS.memory.hold());
    let held = Held { _heap: heap, participants, arenas, _shared_grows: shared_grows, _cold: cold };
    // SAFETY: see `Slot`.
    unsafe { *HELD.0.get() = Some(held) };
}

/// Behind it, in the parent.
pub(crate) fn let_go() {
    // SAFETY: see `Slot`.
    drop(unsafe { (*HELD.0.get()).take() });
}

/// In the child, where nothing but system calls may be done.
pub(crate) fn let_go_in_child() {
    // SAFETY: see `Slot`.
    let held = unsafe { (*HELD.0.get()).take() };
    if let Some(mut held) = held {
        with_local(|local| {
            held.arenas.keep_only(local.arena());
            held.participants.for_each_but(local.participant(), Participant::forget);
            held.participants.keep_only(local.participant());
        });
        CELLS.epochs.forked();
    }
}
