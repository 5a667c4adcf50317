#![allow(unsafe_code, reason = "a bound that nothing meets says in words why a reference is not `Send`")]

use super::{Child, Handle, Storage, Store, fmt};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// A series of a [`Family`](super::Family) or [`DynamicFamily`](super::DynamicFamily), found by its `with`. Dereferences
/// to the metric. `D` says how the family keeps its series.
pub struct Ref<'f, D: Storage, M: Child> {
    found: <D::Store<M> as Store<M>>::Found<'f>,
    store: &'f Arc<D::Store<M>>,
    /// Not `Send`, whichever way the series is kept: a label that becomes a string must not break users.
    not_send: PhantomData<*const ()>,
}

/// Nothing is: what is wrong with sending a [`Ref`], in words that rustc repeats also where a future keeps one.
#[diagnostic::on_unimplemented(
    message = "a series that `with` found stays on its thread",
    label = "it cannot be sent to another thread",
    note = "use it at once: `family.with(&labels).inc()`; to keep the series, across an `.await` or for another thread, \
            call `.handle()`: `family.with(&labels).handle()`"
)]
#[doc(hidden)]
pub trait Keepable {}

// SAFETY: no type is `Keepable`, so this is for none.
unsafe impl<D: Storage, M: Child + Keepable> Send for Ref<'_, D, M> {}
// SAFETY: the same.
unsafe impl<D: Storage, M: Child + Keepable> Sync for Ref<'_, D, M> {}

impl<'f, D: Storage, M: Child> Ref<'f, D, M> {
    #[inline(always)]
    pub(super) fn new(store: &'f Arc<D::Store<M>>, found: <D::Store<M> as Store<M>>::Found<'f>) -> Self {
        Self { found, store, not_send: PhantomData }
    }

    /// Keeps the series: can be stored, cloned and sent, and costs an increment only the increment itself.
    ///
    /// What it counts after the series was removed never gets into a series with other labels; see
    /// [`Family::remove`](super::Family::remove).
    ///
    /// ```
    /// use metrics_core::{Counter, Family, LabelSet};
    /// #[derive(LabelSet)]
    /// struct Tenant<'a> { tenant: &'a str }
    ///
    /// let family = Family::<Tenant<'static>, Counter>::new();
    /// let a = family.with(&Tenant { tenant: "a" }).handle();
    /// std::thread::spawn(move || a.inc()).join().unwrap();
    /// assert_eq!(family.with(&Tenant { tenant: "a" }).get(), 1);
    /// ```
    #[inline]
    pub fn handle(&self) -> Handle<M> {
        self.store.handle(&self.found)
    }

    /// As [`handle`](Self::handle), at the end of the reference.
    pub(in crate::metric) fn into_handle(self) -> Handle<M> {
        self.handle()
    }
}

impl<D: Storage, M: Child> Deref for Ref<'_, D, M> {
    type Target = M;

    #[inline(always)]
    fn deref(&self) -> &M {
        &self.found
    }
}

impl<D: Storage, M: Child + fmt::Debug> fmt::Debug for Ref<'_, D, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ref").field(&**self).finish()
    }
}
