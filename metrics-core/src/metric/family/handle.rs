#![allow(unsafe_code, reason = "a handle points into the store that it keeps")]

use super::dense::DenseStore;
use super::hashed::HashedStore;
use super::series::Series;
use super::{Child, fmt};
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

/// A series that is kept: see [`Ref::handle`](super::Ref::handle). Dereferences to the metric.
///
/// Cloning and dropping it counts; using it costs what the metric costs. Outlives the family.
pub struct Handle<M: Child> {
    metric: NonNull<M>,
    kept: Kept<M>,
}

enum Kept<M: Child> {
    Dense(Arc<DenseStore<M>>),
    Hashed(Arc<HashedStore<M>>, NonNull<Series<M>>),
}

// SAFETY: it is a shared reference to a metric, which is `Sync`, and a share in its store; the count of
// handles is atomic.
unsafe impl<M: Child> Send for Handle<M> {}
// SAFETY: the same.
unsafe impl<M: Child> Sync for Handle<M> {}

impl<M: Child> Handle<M> {
    /// `metric` is a child of `store`, which frees none of them before itself.
    pub(super) fn dense(store: &Arc<DenseStore<M>>, metric: &M) -> Self {
        Self { metric: NonNull::from(metric), kept: Kept::Dense(Arc::clone(store)) }
    }

    /// # Safety
    /// `series` belongs to `store` and is pinned.
    pub(super) unsafe fn hashed(store: &Arc<HashedStore<M>>, series: NonNull<Series<M>>) -> Self {
        // SAFETY: pinned, so it is not freed before it is counted.
        let metric = unsafe {
            Series::keep(series);
            Series::metric(series)
        };
        Self { metric: NonNull::from(metric), kept: Kept::Hashed(Arc::clone(store), series) }
    }
}

impl<M: Child> Deref for Handle<M> {
    type Target = M;

    #[inline(always)]
    fn deref(&self) -> &M {
        // SAFETY: a dense store frees its children only with itself, and a hashed one no series that has
        // handles; `kept` holds both.
        unsafe { self.metric.as_ref() }
    }
}

impl<M: Child> Clone for Handle<M> {
    fn clone(&self) -> Self {
        let kept = match &self.kept {
            Kept::Dense(store) => Kept::Dense(Arc::clone(store)),
            Kept::Hashed(store, series) => {
                // SAFETY: this handle keeps it.
                unsafe { Series::keep(*series) };
                Kept::Hashed(Arc::clone(store), *series)
            }
        };
        Self { metric: self.metric, kept }
    }
}

impl<M: Child> Drop for Handle<M> {
    fn drop(&mut self) {
        if let Kept::Hashed(_, series) = &self.kept {
            // SAFETY: this handle keeps it until here.
            unsafe { Series::let_go(*series) };
        }
    }
}

impl<M: Child + fmt::Debug> fmt::Debug for Handle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&**self).finish()
    }
}
