use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many may do something at a time.
#[derive(Debug)]
pub(super) struct Slots {
    taken: AtomicUsize,
    /// `None`: any number.
    max: Option<usize>,
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(super) struct Slot<'a>(&'a Slots);

impl Slots {
    pub(super) const fn new(max: Option<usize>) -> Self {
        Self { taken: AtomicUsize::new(0), max }
    }

    pub(super) fn take(&self) -> Option<Slot<'_>> {
        // It orders nothing else.
        let is_free = |taken| self.max.is_none_or(|max| taken < max).then_some(taken + 1);
        self.taken.fetch_update(Relaxed, Relaxed, is_free).ok().map(|_| Slot(self))
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Relaxed);
    }
}
