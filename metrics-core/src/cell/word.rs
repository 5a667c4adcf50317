use crate::sync::{AtomicU64, Ordering::*};
use std::ptr::NonNull;

/// Places on a word's line, behind the value: when it was last changed (nanoseconds since 1970, 0: never), if that is
/// noted.
const TIME: usize = 1;
/// And whether it is.
const IS_TIMED: usize = 2;

/// A gauge's value: one for all threads, because `set` needs one truth. On a line of its own: two threads
/// that set two gauges on one line would slow each other down sixfold.
#[derive(Debug)]
pub struct Word(NonNull<AtomicU64>);

// SAFETY: an atomic that is never freed.
unsafe impl Send for Word {}
// SAFETY: the same.
unsafe impl Sync for Word {}

impl Word {
    pub(super) fn new(word: NonNull<AtomicU64>) -> Self {
        Self(word)
    }

    #[inline(always)]
    fn word(&self) -> &AtomicU64 {
        // SAFETY: never freed.
        unsafe { self.0.as_ref() }
    }

    /// Where its line is.
    #[cfg(not(loom))]
    pub(super) fn line(&self) -> NonNull<AtomicU64> {
        self.0
    }

    #[cfg(not(loom))]
    pub(crate) fn address(&self) -> usize {
        self.0.addr().get()
    }

    /// From now on, each change notes when it was: for readers in other processes that want the most recent of several.
    #[cfg(not(loom))]
    pub(crate) fn note_times(&self) {
        self.beside(IS_TIMED).store(1, Relaxed);
    }

    /// Makes everything on its line zero.
    #[cfg(not(loom))]
    pub(super) fn clear(&self) {
        [IS_TIMED, TIME, 0].into_iter().for_each(|at| self.beside(at).store(0, Relaxed));
    }

    #[inline(always)]
    fn beside(&self, at: usize) -> &AtomicU64 {
        debug_assert!(at < super::memory::LINE);
        // SAFETY: a word has a line of its own, which is never freed.
        unsafe { self.0.add(at).as_ref() }
    }

    #[inline(always)]
    fn changed(&self) {
        if self.beside(IS_TIMED).load(Relaxed) != 0 {
            self.note_time();
        }
    }

    #[cold]
    #[inline(never)]
    fn note_time(&self) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        // Not back, where two threads meet.
        let _ = self.beside(TIME).fetch_update(Relaxed, Relaxed, |then| (then < now).then_some(now));
    }

    #[inline(always)]
    pub(crate) fn load(&self) -> u64 {
        self.word().load(Relaxed)
    }

    #[inline(always)]
    pub(crate) fn store(&self, value: u64) {
        self.word().store(value, Relaxed);
        self.changed();
    }

    #[inline(always)]
    pub(crate) fn add(&self, n: u64) {
        self.word().fetch_add(n, Relaxed);
        self.changed();
    }

    #[inline(always)]
    pub(crate) fn update(&self, f: impl Fn(u64) -> u64) {
        let _ = self.word().fetch_update(Relaxed, Relaxed, |value| Some(f(value)));
        self.changed();
    }
}

#[cfg(not(loom))]
impl Drop for Word {
    fn drop(&mut self) {
        super::CELLS.recycle_word(Self(self.0));
    }
}
