//! What an expansion does at the end of a call, besides observing it.

use super::outcome::Outcome;
use crate::label::LabelSet;
use crate::metric::{Child, Family, Observe, Storage};
use crate::registry::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Calls whose report panicked.
static UNREPORTED: AtomicU64 = AtomicU64::new(0);

pub(crate) fn unreported_calls() -> u64 {
    UNREPORTED.load(Relaxed)
}

/// Runs a report that has code of the user in it. If that panics, the call is not reported, and what it returned or
/// panicked with is as it was.
#[inline]
pub fn contain(report: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(report)) {
        UNREPORTED.fetch_add(1, Relaxed);
        forget(payload);
    }
}

/// Asks a closure of the user: its type is that of the outcome because it comes behind it.
#[inline]
pub fn ask<'a, R, T>(outcome: Outcome<'a, R>, closure: impl FnOnce(Outcome<'a, R>) -> T) -> T {
    closure(outcome)
}

/// Observes in a metric of the user.
#[inline]
pub fn observe<I: Observe>(into: &I, elapsed: Duration) {
    into.observe_time(elapsed);
}

/// Observes in a family of the user.
#[inline]
pub fn observe_labels<I: ObserveLabels>(into: &I, labels: &I::Of<'_>, elapsed: Duration) {
    into.observe_labels(labels, elapsed);
}

/// A family of what can be timed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no labels",
    label = "take `labels` off, or name a `Family` of histograms or summaries",
    note = "`into = Shop::global().answer, labels = Request {{ … }}` where `answer: Family<Request<'static>, Histogram>`"
)]
pub trait ObserveLabels {
    /// Its labels, borrowed.
    type Of<'a>;

    /// Observes in the series with these labels.
    fn observe_labels(&self, labels: &Self::Of<'_>, elapsed: Duration);
}

impl<L: LabelSet<Density: Storage>, M: Child + Observe> ObserveLabels for Family<L, M> {
    type Of<'a> = L::Of<'a>;

    #[inline]
    fn observe_labels(&self, labels: &L::Of<'_>, elapsed: Duration) {
        self.with(labels).observe_time(elapsed);
    }
}
