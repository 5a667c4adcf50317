#![allow(unsafe_code, reason = "a family names no type that depends on what its parameters are")]

//! A family's store, by a type that asks nothing of the family's parameters.
//!
//! rustc reports a bound of a struct's parameters wherever something has a field of it: one forgotten
//! `#[derive(LabelSet)]` would be six errors. So they are bounded where they are used, and the store's type, which
//! depends on them, stands here alone.

use super::{Child, LabelSet, Storage};
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::drop_in_place;
use std::sync::Arc;

type StoreOf<L, M> = <<L as LabelSet>::Density as Storage>::Store<M>;

type Exactly<T> = PhantomData<fn(T) -> T>;

/// An `Arc<StoreOf<L, M>>`.
pub(super) struct Erased<L, M> {
    /// It, in as much room as any `Arc` of a sized type takes.
    store: MaybeUninit<*const ()>,
    drop: unsafe fn(*mut ()),
    /// Of others the store may be another.
    _of: (Exactly<L>, Exactly<M>),
}

// SAFETY: it owns an `Arc` of a store, and stores are `Send` and `Sync` (see `Store`).
unsafe impl<L, M> Send for Erased<L, M> {}
// SAFETY: the same.
unsafe impl<L, M> Sync for Erased<L, M> {}

impl<L: LabelSet<Density: Storage>, M: Child> Erased<L, M> {
    const FITS: () = {
        assert!(size_of::<Arc<StoreOf<L, M>>>() == size_of::<*const ()>());
        assert!(align_of::<Arc<StoreOf<L, M>>>() == align_of::<*const ()>());
    };

    pub(super) fn new(store: StoreOf<L, M>) -> Self {
        const { Self::FITS }
        let (mut room, store) = (MaybeUninit::<*const ()>::uninit(), ManuallyDrop::new(Arc::new(store)));
        // SAFETY: there is room for it; it is not dropped here.
        unsafe { room.as_mut_ptr().cast::<ManuallyDrop<Arc<StoreOf<L, M>>>>().write(store) };
        Self { store: room, drop: drop_as::<Arc<StoreOf<L, M>>>, _of: (PhantomData, PhantomData) }
    }

    #[inline(always)]
    pub(super) fn get(&self) -> &Arc<StoreOf<L, M>> {
        // SAFETY: `new` wrote it, for the same `L` and `M`, and it is there until this is dropped.
        unsafe { &*self.store.as_ptr().cast() }
    }
}

/// # Safety
/// `it` is a `T` that nobody uses any more.
unsafe fn drop_as<T>(it: *mut ()) {
    // SAFETY: the caller says so.
    unsafe { drop_in_place(it.cast::<T>()) };
}

impl<L, M> Drop for Erased<L, M> {
    fn drop(&mut self) {
        // SAFETY: what `new` wrote, and for which it chose the function; for the last time.
        unsafe { (self.drop)(self.store.as_mut_ptr().cast()) };
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::Family;
    use crate::metric::Counter;
    use metrics_derive::{LabelSet, LabelValue};

    #[derive(LabelValue, Clone, Copy)]
    enum Listed {
        One,
        Two,
    }

    #[derive(LabelSet)]
    struct Dense {
        listed: Listed,
    }

    #[derive(LabelSet)]
    struct Hashed<'a> {
        text: &'a str,
    }

    /// Its stores are freed with it, by handles too, which Miri sees.
    #[test]
    fn each_kind_of_store_is_the_one_that_was_put_in() {
        let (dense, hashed) = (Family::<Dense, Counter>::new(), Family::<Hashed<'static>, Counter>::new());
        dense.with(&Dense { listed: Listed::Two }).inc_by(2);
        hashed.with(&Hashed { text: "x" }).inc_by(3);
        let handles =
            (dense.with(&Dense { listed: Listed::Two }).handle(), hashed.with(&Hashed { text: "x" }).handle());
        assert_eq!((dense.len(), hashed.len()), (1, 1));
        assert_eq!(dense.with(&Dense { listed: Listed::One }).get(), 0);
        drop((dense, hashed));
        assert_eq!((handles.0.get(), handles.1.get()), (2, 3));
    }
}
