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
    touches: Option<HeldTouches>,
    /// Last, as it was the first.
    _cold: MutexGuard<'static, Cold>,
}

struct HeldTouches {
    _heap: super::heap::Held<'static>,
    participants: HeldRoster<'static, Participant>,
    arenas: HeldRoster<'static, Arena>,
    _shared_grows: MutexGuard<'static, ()>,
}

struct Slot(UnsafeCell<Option<Held>>);

// SAFETY: touched by the thread that forks alone, which holds the lock of the cold paths.
unsafe impl Sync for Slot {}

static HELD: Slot = Slot(UnsafeCell::new(None));

/// Before a fork: waits until no other thread makes or frees a series, and keeps it so.
pub(crate) fn hold() {
    let held = Held { touches: None, _cold: lock(&CELLS.cold) };
    // SAFETY: see `Slot`.
    unsafe { *HELD.0.get() = Some(held) };
}

/// The same of first touches. Behind all that is locked while somebody allocates.
pub(crate) fn hold_touches() {
    let shared_grows = lock(&CELLS.shared_grows);
    let (arenas, participants, heap) = (CELLS.arenas.hold(), CELLS.epochs.participants().hold(), CELLS.memory.hold());
    let touches = HeldTouches { _heap: heap, participants, arenas, _shared_grows: shared_grows };
    // SAFETY: see `Slot`.
    if let Some(held) = unsafe { &mut *HELD.0.get() } {
        held.touches = Some(touches);
    }
}

/// Behind it, in the parent.
pub(crate) fn let_go() {
    // SAFETY: see `Slot`.
    drop(unsafe { (*HELD.0.get()).take() });
}

/// In the child, where nothing but system calls may be done.
pub(crate) fn let_go_in_child() {
    // SAFETY: see `Slot`.
    let mut held = unsafe { (*HELD.0.get()).take() };
    if let Some(Held { touches: Some(touches), .. }) = &mut held {
        with_local(|local| {
            touches.arenas.keep_only(local.arena());
            touches.participants.for_each_but(local.participant(), Participant::forget);
            touches.participants.keep_only(local.participant());
        });
        CELLS.epochs.forked();
    }
}
