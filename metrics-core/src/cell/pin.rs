//! Epochs: what keeps a removed series from being used again while somebody may still write to it.

use super::barrier;
use super::roster::{Member, Roster};
use crate::sync::{AtomicU64, Ordering::*, const_fn, fence};
use std::fmt;
use std::ptr::null;

/// Low bits of a pin count how deeply it is nested, the others are the epoch of the outermost.
/// 2^20 at once, and 2^44 removals: half a year at a million a second.
const DEPTH: u64 = 1 << 20;

/// How deeply.
#[inline(always)]
const fn depth(pin: u64) -> u64 {
    pin & (DEPTH - 1)
}

/// A thread's pin: the epoch in which it began, plus its depth. None if that is 0: so its end is one instruction, which
/// leaves the epoch of one that was. Its owner writes, a reaper reads.
pub(super) struct Participant {
    pin: AtomicU64,
}

pub(super) struct Epochs {
    epoch: AtomicU64,
    participants: Roster<Participant>,
    /// Pins of threads that have no participant: those that are being torn down.
    homeless: AtomicU64,
    /// How pins are fenced, found out once.
    fencing: AtomicU64,
}

const UNKNOWN: u64 = 0;
const BY_REAPER: u64 = 1;
const BY_PIN: u64 = 2;

impl Participant {
    fn new(_: u32) -> Self {
        Self { pin: AtomicU64::new(0) }
    }

    /// It is nobody's any more: whoever had it is gone, pinned or not.
    #[cfg(not(loom))]
    pub(super) fn forget(&self) {
        self.pin.store(0, Relaxed);
    }

    #[inline(always)]
    pub(super) fn is_pinned(&self) -> bool {
        depth(self.pin.load(Relaxed)) != 0
    }

    /// One level deeper than `base`.
    #[inline(always)]
    fn begin(&self, base: u64) {
        // Release: a reaper that sees this pin has seen the end of the one before. C++20 ends a release
        // sequence at a relaxed store, so it is needed on entry too.
        self.pin.store(base + 1, Release);
    }
}

/// While one exists, nothing that could be found when it was made is given to somebody else.
///
/// Pins of a thread may end in any order. One that is forgotten costs memory, never correctness.
pub(crate) struct Pin<'a> {
    participant: *const Member<Participant>,
    epochs: &'a Epochs,
}

impl Epochs {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self {
                epoch: AtomicU64::new(DEPTH),
                participants: Roster::new(),
                homeless: AtomicU64::new(0),
                fencing: AtomicU64::new(UNKNOWN),
            }
        }
    }

    #[cfg(not(loom))]
    pub(super) fn participants(&self) -> &Roster<Participant> {
        &self.participants
    }

    /// This is a forked process, and no other thread is in it: none of the homeless, and the kernel is asked again.
    #[cfg(not(loom))]
    pub(super) fn forked(&self) {
        self.homeless.store(0, Relaxed);
        if self.fencing.load(Relaxed) == BY_REAPER {
            // Where that fails, nothing is freed any more; see `barrier`.
            barrier::register();
        }
    }

    /// A record for a new thread, and whether its pins need no fence of their own.
    pub(super) fn join(&self) -> (Option<&Member<Participant>>, bool) {
        if self.fencing.load(Acquire) == UNKNOWN {
            let found = if barrier::register() { BY_REAPER } else { BY_PIN };
            // Who comes first decides for all: a thread that pins without a fence must be seen by
            // every reaper.
            let _ = self.fencing.compare_exchange(UNKNOWN, found, AcqRel, Acquire);
        }
        (self.participants.take(u64::MAX, Participant::new), self.fencing.load(Acquire) == BY_REAPER)
    }

    /// Takes a record back, unless another destructor of the thread still holds a pin: then nobody gets it.
    pub(super) fn leave(&self, participant: &Member<Participant>) {
        if !participant.is_pinned() {
            self.participants.give(participant);
        }
    }

    /// For a thread that needs no fence, which [`join`](Self::join) said.
    #[inline(always)]
    pub(super) fn pin_unfenced<'a>(&'a self, participant: &'a Member<Participant>) -> Pin<'a> {
        self.begin(participant);
        // The other half is the reaper's membarrier.
        barrier::here();
        Pin { participant, epochs: self }
    }

    /// The same for a thread that has no pin now; elsewhere `None`. A few instructions, and never a call.
    #[inline(always)]
    pub(super) fn pin_first<'a>(&'a self, participant: &'a Member<Participant>) -> Option<Pin<'a>> {
        if participant.is_pinned() {
            return None;
        }
        participant.begin(self.now());
        barrier::here();
        Some(Pin { participant, epochs: self })
    }

    pub(super) fn pin_fenced<'a>(&'a self, participant: Option<&'a Member<Participant>>) -> Pin<'a> {
        match participant {
            Some(participant) => self.begin(participant),
            None => {
                self.homeless.fetch_add(1, SeqCst);
            }
        }
        fence(SeqCst);
        Pin { participant: participant.map_or(null(), std::ptr::from_ref), epochs: self }
    }

    #[inline(always)]
    fn begin(&self, participant: &Participant) {
        let pin = participant.pin.load(Relaxed);
        participant.begin(if depth(pin) == 0 { self.now() } else { nested(pin) });
    }

    /// The epoch.
    #[inline(always)]
    fn now(&self) -> u64 {
        // Acquire: who reads it has seen all that was unlinked before it began.
        self.epoch.load(Acquire)
    }

    /// To be called after unlinking, and kept with what was unlinked.
    pub(super) fn retire(&self) -> u64 {
        self.epoch.fetch_add(DEPTH, SeqCst)
    }

    /// Nobody can hold any more what was retired with a number below this one.
    pub(super) fn quiet_before(&self) -> u64 {
        fence(SeqCst);
        if self.fencing.load(Acquire) == BY_REAPER && !barrier::everywhere() {
            return 0; // refused from now on: nothing is known about the pins
        }
        if self.homeless.load(SeqCst) != 0 {
            return 0;
        }
        // Acquire: a pin that has ended, ended after its writes.
        self.participants
            .iter()
            .map(|p| p.pin.load(Acquire))
            .filter(|pin| depth(*pin) != 0)
            .map(|pin| pin - depth(pin))
            .min()
            .unwrap_or(u64::MAX)
    }
}

#[cold]
#[inline(never)]
fn nested(pin: u64) -> u64 {
    assert!(depth(pin) < DEPTH - 1, "a million references to series are held, or were forgotten, on one thread");
    pin
}

impl Drop for Pin<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: null, or a member of the roster, which is never freed.
        match unsafe { self.participant.as_ref() } {
            Some(participant) => {
                participant.pin.store(participant.pin.load(Relaxed) - 1, Release);
            }
            None => {
                self.epochs.homeless.fetch_sub(1, SeqCst);
            }
        }
    }
}

impl fmt::Debug for Pin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}
