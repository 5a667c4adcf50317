//! A value that is replaced as a whole, and read without a lock.

use super::{Pin, Stopped, StoppedCell};
use crate::sync::{AtomicPtr, Ordering::*};
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// Read under a [`Pin`], replaced while the cold paths are stopped. What was replaced is kept until no pin is left that
/// could have found it.
pub(crate) struct Published<T> {
    /// From a box.
    now: AtomicPtr<T>,
    /// With the epoch in which each was replaced.
    old: StoppedCell<Vec<(u64, Former<T>)>>,
    /// It is shared with other threads, and dropped by any of them.
    value: PhantomData<T>,
}

/// From a box, and none as long as somebody may have borrowed it: a box says that nobody has.
struct Former<T>(NonNull<T>);

// SAFETY: it owns what it points to.
unsafe impl<T: Send> Send for Former<T> {}

impl<T> Former<T> {
    /// # Safety
    /// Nobody can have borrowed it.
    unsafe fn into_box(self) -> Box<T> {
        // SAFETY: from a box; the caller says the rest.
        unsafe { Box::from_raw(self.0.as_ptr()) }
    }
}

impl<T> Published<T> {
    pub(crate) fn new(value: T) -> Self {
        let now = AtomicPtr::new(Box::into_raw(Box::new(value)));
        Self { now, old: StoppedCell::new(Vec::new()), value: PhantomData }
    }

    /// The value.
    #[inline(always)]
    pub(crate) fn get<'a>(&'a self, _pin: &'a Pin<'static>) -> &'a T {
        // SAFETY: from a box, and not freed before the pin ends, nor while this is borrowed. Acquire: after all that
        // was done to it before it was published.
        unsafe { &*self.now.load(Acquire) }
    }

    /// The value, which nobody replaces meanwhile.
    pub(crate) fn get_stopped<'a>(&'a self, _stopped: &'a Stopped<'static>) -> &'a T {
        // SAFETY: the same, and replacing it takes `Stopped` by a mutable reference.
        unsafe { &*self.now.load(Relaxed) }
    }

    /// Puts another value in its place.
    pub(crate) fn replace(&self, stopped: &mut Stopped<'static>, value: T) {
        let old = self.now.swap(Box::into_raw(Box::new(value)), AcqRel);
        let epoch = stopped.retire();
        let old = NonNull::new(old).expect("from a box");
        self.old.get(stopped).push((epoch, Former(old)));
    }

    /// Former values that nobody reads any more. To be dropped when the cold paths go on.
    #[must_use = "it is to be dropped when the cold paths go on"]
    pub(crate) fn take_quiet(&self, stopped: &mut Stopped<'static>) -> Vec<Box<T>> {
        if self.old.get(stopped).is_empty() {
            return Vec::new();
        }
        let quiet = stopped.quiet_before();
        let quiet = self.old.get(stopped).extract_if(.., |(epoch, _)| *epoch < quiet);
        // SAFETY: no pin is left that could have found it.
        quiet.map(|(_, former)| unsafe { former.into_box() }).collect()
    }
}

impl<T> Drop for Published<T> {
    fn drop(&mut self) {
        // SAFETY: from a box, and nobody can have borrowed it.
        drop(unsafe { Box::from_raw(self.now.load(Relaxed)) });
        for (_, former) in self.old.get_mut().drain(..) {
            // SAFETY: the same.
            drop(unsafe { former.into_box() });
        }
    }
}

impl<T> fmt::Debug for Published<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Published")
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::{pin, stop};
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_former_value_stays_as_long_as_it_may_be_read() {
        let value = Arc::new(());
        let published = Published::new(Arc::clone(&value));
        let pin = pin();
        let seen = published.get(&pin);
        published.replace(&mut stop(), Arc::new(()));
        assert!(published.take_quiet(&mut stop()).is_empty());
        assert_eq!(Arc::strong_count(seen), 2);
        drop(pin);
        // Pins of other tests keep it too.
        while Arc::strong_count(&value) > 1 {
            drop(published.take_quiet(&mut stop()));
            std::thread::yield_now();
        }
    }
}
