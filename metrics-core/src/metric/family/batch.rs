#![allow(unsafe_code, reason = "it holds no pointers between one batch and the next")]

use super::Child;
use super::series::Series;
use std::ptr::NonNull;

/// Memory for the series that are read at one go, in whatever family. Not on the stack: on a pool of threads each scrape is
/// another one's, and all their stacks would be as deep.
#[derive(Debug, Default)]
pub(crate) struct Batch(Vec<NonNull<()>>);

// SAFETY: memory only; what it points to is taken out first.
unsafe impl Send for Batch {}
// SAFETY: the same.
unsafe impl Sync for Batch {}

impl Batch {
    pub(super) fn take<M: Child>(&mut self) -> Vec<NonNull<Series<M>>> {
        retyped(std::mem::take(&mut self.0))
    }

    pub(super) fn give<M: Child>(&mut self, batch: Vec<NonNull<Series<M>>>) {
        self.0 = retyped(batch);
    }
}

/// The same memory, empty: it is kept where all items are of one size.
fn retyped<A, B>(mut items: Vec<NonNull<A>>) -> Vec<NonNull<B>> {
    items.clear();
    items.into_iter().map(NonNull::cast).collect()
}
