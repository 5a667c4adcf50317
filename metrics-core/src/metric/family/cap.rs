//! The most series that a hashed family may have.
//!
//! Labels that come from outside (a path, a user agent) can have any number of values, and each would cost memory here
//! and in Prometheus for ever. So what is looked up beyond the cap counts in one series whose labels are all
//! `__overflow__`.

use super::super::collect::{Collect, Instrument, Spec};
use super::super::points::{Cursor, Points};
use super::{Family, Handle, Named, Stopped};
use crate::label::LabelSet;
use crate::metric::Counter;
use crate::model::Kind;
use crate::report::report;
use metrics_derive::LabelSet;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{LazyLock, OnceLock};

/// The value of each label of the series that stands for all that are too many.
pub(super) const OVERFLOW: &str = "__overflow__";

/// Series of a hashed family unless it is told otherwise.
pub const DEFAULT_MAX_SERIES: usize = 10_000;

#[derive(LabelSet)]
struct Overflowing<'a> {
    family: &'a str,
}

/// Lookups that counted in an overflow series, by family.
static OVERFLOWED: LazyLock<Family<Overflowing<'static>, Counter>> = LazyLock::new(|| Family::new().max_series(None));

/// [`OVERFLOWED`] as a field of a metrics struct.
#[derive(Debug)]
pub(crate) struct OverflowedLookups;

impl Collect for OverflowedLookups {
    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        OVERFLOWED.collect(family, from, points)
    }

    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>) {
        OVERFLOWED.announce(stopped, family, named);
    }
}

impl Instrument for OverflowedLookups {
    const KIND: Kind = Kind::Counter;
    const LABEL_NAMES: &'static [&'static str] = <Overflowing<'_> as LabelSet>::NAMES;

    fn build(_: &Spec<'_>) -> Self {
        Self
    }
}

#[derive(Debug)]
pub(super) struct Cap {
    max: AtomicUsize,
    /// This family's in [`OVERFLOWED`], once there was one.
    overflowed: OnceLock<Handle<Counter>>,
}

impl Cap {
    pub(super) fn new(max: Option<usize>) -> Self {
        Self { max: AtomicUsize::new(max.unwrap_or(DEFAULT_MAX_SERIES)), overflowed: OnceLock::new() }
    }

    pub(super) fn set(&self, max: usize) {
        self.max.store(max, Relaxed);
    }

    pub(super) fn is_reached(&self, series: usize) -> bool {
        series >= self.max.load(Relaxed)
    }

    /// A lookup went to the overflow series. Not to be called while the cold paths are stopped.
    pub(super) fn count(&self, family: &str, names: &[&str]) {
        match self.overflowed.get() {
            Some(overflowed) => overflowed.inc(),
            None => self.count_first(family, names),
        }
    }

    #[cold]
    fn count_first(&self, family: &str, names: &[&str]) {
        // One that was made by hand does not know its name.
        let family = if family.is_empty() { &format!("{{{}}}", names.join(",")) } else { family };
        let overflowed = OVERFLOWED.with(&Overflowing { family }).handle();
        overflowed.inc();
        if self.overflowed.set(overflowed).is_ok() {
            report(format_args!(
                "{family} has {} series, the most that it may have: others count in one whose labels are all \
                 {OVERFLOW:?}; look for a label with values from outside, or raise its `max_series`",
                self.max.load(Relaxed),
            ));
        }
    }
}
