//! Several cells that belong together: a sequence number that is odd while they change.
//!
//! All four orderings are needed; the loom tests fail without any of them.

use crate::sync::{AtomicU64, Ordering::*, fence, relax};

/// Changes cells that only this thread writes.
#[inline(always)]
pub(super) fn owned_write(sequence: &AtomicU64, write: impl FnOnce()) {
    let n = sequence.load(Relaxed);
    sequence.store(n.wrapping_add(1), Relaxed);
    fence(Release); // the odd number before what is written
    write();
    sequence.store(n.wrapping_add(2), Release); // and the even one after
}

/// Changes cells that several threads write: the odd number is their lock.
pub(super) fn shared_write(sequence: &AtomicU64, write: impl FnOnce()) {
    for attempt in 0.. {
        let n = sequence.load(Relaxed);
        if n & 1 == 0 && sequence.compare_exchange(n, n.wrapping_add(1), Acquire, Relaxed).is_ok() {
            fence(Release);
            write();
            return sequence.store(n.wrapping_add(2), Release);
        }
        relax(attempt);
    }
}

/// Reads until nothing has changed meanwhile.
///
/// Not for ever: a process that was killed while it wrote, or the copy of a thread that fork left behind,
/// leaves an odd number that nobody makes even. Then the last reading is taken, and it says no: of a thread that
/// is gone it lacks at most a part of one observation.
pub(super) fn consistent_read(sequence: &AtomicU64, mut read: impl FnMut()) -> bool {
    const ATTEMPTS: u32 = if cfg!(loom) { 4 } else { 1_000_000 };
    for attempt in 0..ATTEMPTS {
        let before = sequence.load(Acquire);
        if before & 1 == 0 {
            read();
            fence(Acquire); // what was read before the second look
            if sequence.load(Relaxed) == before {
                return true;
            }
        }
        relax(attempt);
    }
    read();
    false
}
