use crate::sync::{AtomicU64, Ordering::*};
use std::ptr::NonNull;

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

    #[inline(always)]
    pub(crate) fn load(&self) -> u64 {
        self.word().load(Relaxed)
    }

    #[inline(always)]
    pub(crate) fn store(&self, value: u64) {
        self.word().store(value, Relaxed);
    }

    #[inline(always)]
    pub(crate) fn add(&self, n: u64) {
        self.word().fetch_add(n, Relaxed);
    }

    #[inline(always)]
    pub(crate) fn update(&self, f: impl Fn(u64) -> u64) {
        let _ = self.word().fetch_update(Relaxed, Relaxed, |value| Some(f(value)));
    }
}

#[cfg(not(loom))]
impl Drop for Word {
    fn drop(&mut self) {
        self.store(0);
        super::CELLS.recycle_word(Self(self.0));
    }
}
