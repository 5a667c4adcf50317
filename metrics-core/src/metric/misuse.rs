//! What is asked of the wrong metric: methods that no type has, so that the error says which one does.
//!
//! They are bounded by traits that nothing implements. A bound of a method is an error of its own (E0277), with the text
//! below; one of an `impl` would hide the method.

use super::family::{Family, Storage};
use super::gauge::{Gauge, GaugeValue};
use super::histogram::Histogram;
use super::summary::Summary;
use super::timer::Timer;
use super::{Child, Counter, CounterValue};
use crate::label::LabelSet;

/// What goes down again.
#[diagnostic::on_unimplemented(
    message = "a counter only goes up",
    label = "a counter cannot be decreased",
    note = "what goes up and down is a `Gauge`; what is in progress just now is `Gauge::track_in_progress`"
)]
#[doc(hidden)]
pub trait GoesDown {}

/// What has a value that is replaced.
#[diagnostic::on_unimplemented(
    message = "a counter only goes up",
    label = "a counter cannot be set",
    note = "add to it: `inc()` or `inc_by(amount)`; what goes up and down is a `Gauge`, and a count that something else \
            keeps is a `CallbackCounter`"
)]
#[doc(hidden)]
pub trait IsSet {}

/// What is added to by another name.
#[diagnostic::on_unimplemented(
    message = "a counter is added to by `inc` and `inc_by`",
    label = "write `inc_by` here",
    note = "what can be subtracted from as well is a `Gauge`"
)]
#[doc(hidden)]
pub trait IsAdded {}

/// What is incremented by an amount.
#[diagnostic::on_unimplemented(
    message = "a gauge is changed by `add` and `sub`",
    label = "write `add` or `sub` here",
    note = "what only goes up, like requests served, is a `Counter`: it has `inc_by`"
)]
#[doc(hidden)]
pub trait IsIncreased {}

/// What observes values.
#[diagnostic::on_unimplemented(
    message = "only a histogram or a summary takes observations",
    label = "`{Self}` keeps one number",
    note = "make the field a `Histogram` (with buckets) or a `Summary` (count and sum); a counter has `inc_by`, a gauge \
            `set`"
)]
#[doc(hidden)]
pub trait Observes {}

/// What is one number.
#[diagnostic::on_unimplemented(
    message = "a histogram or a summary takes observations: `observe(value)`",
    label = "`{Self}` is not one number that could be changed",
    note = "what only goes up is a `Counter`, what goes up and down a `Gauge`"
)]
#[doc(hidden)]
pub trait IsOneNumber {}

/// What is one metric.
#[diagnostic::on_unimplemented(
    message = "a family has a metric for each set of labels",
    label = "say which one: `.with(&labels)` before this",
    note = "a metric without labels is a plain field: `Counter`, `Gauge`, `Histogram`"
)]
#[doc(hidden)]
pub trait IsOneMetric {}

// One line each, because rustc shows them. `for<'never>` lets a bound stand that is known not to hold.

#[rustfmt::skip]
impl<T: CounterValue> Counter<T> {
    #[doc(hidden)]
    pub fn dec(&self) where Self: GoesDown {}
    #[doc(hidden)]
    pub fn dec_by<V>(&self, _: V) where Self: GoesDown {}
    #[doc(hidden)]
    pub fn sub<V>(&self, _: V) where Self: GoesDown {}
    #[doc(hidden)]
    pub fn set<V>(&self, _: V) where Self: IsSet {}
    #[doc(hidden)]
    pub fn add<V>(&self, _: V) where Self: IsAdded {}
    #[doc(hidden)]
    pub fn observe<V>(&self, _: V) where Self: Observes {}
    #[doc(hidden)]
    pub fn observe_duration<V>(&self, _: V) where Self: Observes {}
    #[doc(hidden)]
    pub fn start_timer(&self) -> Timer<&'static Histogram> where Self: Observes { never() }
}

#[rustfmt::skip]
impl<T: GaugeValue> Gauge<T> {
    #[doc(hidden)]
    pub fn inc_by<V>(&self, _: V) where Self: IsIncreased {}
    #[doc(hidden)]
    pub fn dec_by<V>(&self, _: V) where Self: IsIncreased {}
    #[doc(hidden)]
    pub fn observe<V>(&self, _: V) where Self: Observes {}
    #[doc(hidden)]
    pub fn observe_duration<V>(&self, _: V) where Self: Observes {}
    #[doc(hidden)]
    pub fn start_timer(&self) -> Timer<&'static Histogram> where Self: Observes { never() }
}

#[rustfmt::skip]
impl Histogram {
    #[doc(hidden)]
    pub fn inc(&self) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn inc_by<V>(&self, _: V) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn dec(&self) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn add<V>(&self, _: V) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn sub<V>(&self, _: V) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn set<V>(&self, _: V) where for<'never> Self: IsOneNumber {}
}

#[rustfmt::skip]
impl Summary {
    #[doc(hidden)]
    pub fn inc(&self) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn inc_by<V>(&self, _: V) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn dec(&self) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn add<V>(&self, _: V) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn sub<V>(&self, _: V) where for<'never> Self: IsOneNumber {}
    #[doc(hidden)]
    pub fn set<V>(&self, _: V) where for<'never> Self: IsOneNumber {}
}

#[rustfmt::skip]
impl<L: LabelSet<Density: Storage>, M: Child> Family<L, M> {
    #[doc(hidden)]
    pub fn inc(&self) where Self: IsOneMetric {}
    #[doc(hidden)]
    pub fn inc_by<V>(&self, _: V) where Self: IsOneMetric {}
    #[doc(hidden)]
    pub fn dec(&self) where Self: IsOneMetric {}
    #[doc(hidden)]
    pub fn add<V>(&self, _: V) where Self: IsOneMetric {}
    #[doc(hidden)]
    pub fn sub<V>(&self, _: V) where Self: IsOneMetric {}
    #[doc(hidden)]
    pub fn set<V>(&self, _: V) where Self: IsOneMetric {}
    #[doc(hidden)]
    pub fn observe<V>(&self, _: V) where Self: IsOneMetric {}
    #[doc(hidden)]
    pub fn observe_duration<V>(&self, _: V) where Self: IsOneMetric {}
    #[doc(hidden)]
    pub fn start_timer(&self) -> Timer<&'static Histogram> where Self: IsOneMetric { never() }
}

/// A timer is returned so that a call which follows is no error too.
fn never() -> ! {
    unreachable!("nothing implements the bounds")
}
