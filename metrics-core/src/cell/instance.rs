//! The value of a static that is made when it is first asked for.

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::MaybeUninit;
use std::sync::Once;

/// What `LazyLock` is in the standard library, which is ten generic functions for each type of value: a quarter of what
/// a derived struct costs a debug build. This is two, and read by the same instructions. Never dropped, as statics are
/// not.
pub struct Instance<T> {
    once: Once,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: the value is written once, by whichever thread comes first, which `once` lets happen before all reads.
unsafe impl<T: Send + Sync> Sync for Instance<T> {}

impl<T> Instance<T> {
    /// One that was not asked for.
    pub const fn new() -> Self {
        Self { once: Once::new(), value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// The value, made by `make` at the first call.
    ///
    /// # Panics
    /// If `make` does, now or before.
    #[inline]
    pub fn get(&self, make: fn() -> T) -> &T {
        // Not by `UnsafeCell::get`, nor by `cast`: they would be functions for each type, too.
        let value = &raw const self.value as *mut T;
        if !self.once.is_completed() {
            // It captures by value: by reference, both would be written to the stack at each call.
            // SAFETY: `once` calls this once, and nobody has a reference before it is completed.
            complete(&self.once, &mut move || unsafe { value.write(make()) });
        }
        // SAFETY: completed, so it was written, and nothing ever writes again.
        unsafe { &*value }
    }
}

#[cold]
fn complete(once: &Once, write: &mut dyn FnMut()) {
    once.call_once(write);
}

impl<T> Default for Instance<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Instance<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("is_made", &self.once.is_completed()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Instance;
    use std::panic::catch_unwind;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::thread;

    #[test]
    fn it_is_made_once_for_all_threads() {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        static INSTANCE: Instance<Vec<usize>> = Instance::new();
        let get = || INSTANCE.get(|| vec![MADE.fetch_add(1, Relaxed), 7]);
        let threads: Vec<_> = (0..8).map(|_| thread::spawn(move || get().as_ptr().addr())).collect();
        let addresses: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert!(addresses.iter().all(|address| *address == get().as_ptr().addr()));
        assert_eq!((get().as_slice(), MADE.load(Relaxed)), (&[0, 7][..], 1));
    }

    #[test]
    fn one_that_cannot_be_made_is_none_for_ever() {
        static INSTANCE: Instance<String> = Instance::new();
        assert!(catch_unwind(|| INSTANCE.get(|| panic!("no"))).is_err());
        assert!(catch_unwind(|| INSTANCE.get(|| "late".to_owned())).is_err());
    }
}
