//! What an expansion does at the end of a call, besides observing it.

use super::outcome::{Ended, Outcome};
use crate::label::LabelSet;
use crate::metric::{
    Child, Counter, CounterValue, Family, Gauge, GaugeValue, Handle, InProgress, Observe, Ref, Storage,
};
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

/// A family of the user, to observe in one of its series. Not one call with the labels: of a family that is none, their type
/// would be an error besides.
#[inline]
pub fn by_labels<I: ObserveLabels>(into: &I) -> I::By<'_> {
    into.by_labels()
}

/// Counts a call that failed.
#[inline]
pub fn count_failure<C: CountFailures>(counter: &C, ended: Ended) {
    if ended.is_failure() {
        counter.count_failure();
    }
}

/// One more in progress, until what is returned is dropped.
#[inline]
pub fn track_in_progress<G: TrackInProgress>(gauge: &G) -> G::Guard<'_> {
    gauge.track()
}

/// A counter, or a series of a family of counters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` counts no errors",
    label = "`count_errors` takes a counter, or a series: `family.with(&labels)`"
)]
pub trait CountFailures {
    /// Counts 1.
    fn count_failure(&self);
}

impl<T: CounterValue> CountFailures for Counter<T> {
    fn count_failure(&self) {
        self.inc();
    }
}

impl<D: Storage, T: CounterValue> CountFailures for Ref<'_, D, Counter<T>> {
    fn count_failure(&self) {
        self.inc();
    }
}

impl<C: CountFailures> CountFailures for &C {
    fn count_failure(&self) {
        (**self).count_failure();
    }
}

/// A gauge, or a series of a family of gauges.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not go up and down",
    label = "`track_in_progress` takes a gauge, or a series: `family.with(&labels)`"
)]
pub trait TrackInProgress {
    /// What keeps it up.
    type Guard<'a>
    where
        Self: 'a;

    /// Goes up.
    fn track(&self) -> Self::Guard<'_>;
}

impl<T: GaugeValue> TrackInProgress for Gauge<T> {
    type Guard<'a>
        = InProgress<&'a Self>
    where
        Self: 'a;

    fn track(&self) -> Self::Guard<'_> {
        self.track_in_progress()
    }
}

impl<D: Storage, T: GaugeValue> TrackInProgress for Ref<'_, D, Gauge<T>> {
    type Guard<'a>
        = InProgress<Handle<Gauge<T>>>
    where
        Self: 'a;

    fn track(&self) -> Self::Guard<'_> {
        self.track_in_progress()
    }
}

impl<G: TrackInProgress> TrackInProgress for &G {
    type Guard<'a>
        = G::Guard<'a>
    where
        Self: 'a;

    fn track(&self) -> Self::Guard<'_> {
        (**self).track()
    }
}

/// A family of what can be timed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no labels",
    label = "take `labels` off, or name a `Family` of histograms or summaries",
    note = "`into = Shop::global().answer, labels = Request {{ … }}` where `answer: Family<Request<'static>, Histogram>`"
)]
pub trait ObserveLabels {
    /// What takes the labels.
    type By<'a>
    where
        Self: 'a;

    /// To observe in a series of it.
    fn by_labels(&self) -> Self::By<'_>;
}

/// Observes in a series of a family. By a function that it holds: if its metrics cannot observe, then that they cannot is
/// said where the family is named, and not here once more.
#[derive(Debug)]
pub struct ByLabels<'a, L: LabelSet<Density: Storage> + 'static, M: Child> {
    family: &'a Family<L, M>,
    observe: fn(&M, Duration),
}

impl<L: LabelSet<Density: Storage> + 'static, M: Child> ByLabels<'_, L, M> {
    /// In that with these labels.
    #[inline]
    pub fn observe(self, labels: &L::Of<'_>, elapsed: Duration) {
        (self.observe)(&self.family.with(labels), elapsed);
    }
}

impl<L: LabelSet<Density: Storage> + 'static, M: Child + Observe> ObserveLabels for Family<L, M> {
    type By<'a> = ByLabels<'a, L, M>;

    #[inline]
    fn by_labels(&self) -> ByLabels<'_, L, M> {
        ByLabels { family: self, observe: M::observe_time }
    }
}

impl<I: ObserveLabels> ObserveLabels for &I {
    type By<'a>
        = I::By<'a>
    where
        Self: 'a;

    #[inline]
    fn by_labels(&self) -> I::By<'_> {
        (**self).by_labels()
    }
}
