//! How instruments are made and read.

use super::journal::{Name, Named};
use super::points::{Cursor, Points};
use crate::cell::Stopped;
use crate::model::{Exemplar, FamilyField, Kind, Options, Point, Scope, Timestamp};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Gives the points of a metric to a scrape.
pub trait Collect: Any + Send + Sync {
    /// Gives some thousand points at most of family number `family`, from `from` on. Says where to go on, or `None` at
    /// the end. A metric is one family, number 0; a [`Family`](crate::Family) of structs of metrics is one for each of
    /// their metrics.
    ///
    /// Series that are created meanwhile may be missed until the next scrape; none is given twice, unless it is removed
    /// and made again meanwhile.
    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor>;

    /// Gives all points of these parts of series, each with the series' labels: this metric and others of its type, which
    /// may be read at one go.
    #[doc(hidden)]
    fn collect_all(&self, parts: &[(&str, Part<'_>)], points: &mut Points<'_>) {
        for (own, part) in parts {
            points.within(own, |points| {
                let mut from = Some(Cursor::START);
                while let Some(cursor) = from {
                    from = part.collect(cursor, points);
                }
            });
        }
    }

    /// See [`Child::restart`].
    #[doc(hidden)]
    fn restart(&self, stopped: &mut Stopped<'static>) {
        let _ = stopped;
    }

    /// Tells other processes what family number `family` is called from now on, with all its series; with `None`, that
    /// they are no more.
    #[doc(hidden)]
    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>) {
        let _ = (stopped, family, named);
    }
}

/// What a struct of metrics shows as one family; see [`Metrics::visit`](crate::Metrics::visit).
#[derive(Clone, Copy)]
pub struct Part<'a> {
    metric: &'a dyn Collect,
    family: usize,
}

impl<'a> Part<'a> {
    /// Family number `family` of a metric.
    pub fn new(metric: &'a dyn Collect, family: usize) -> Self {
        Self { metric, family }
    }

    /// As [`Collect::collect`].
    pub fn collect(&self, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        self.metric.collect(self.family, from, points)
    }

    /// All points of `parts`, which are this one in other series.
    pub(crate) fn collect_all(&self, parts: &[(&str, Part<'_>)], points: &mut Points<'_>) {
        self.metric.collect_all(parts, points);
    }

    /// The metric, which is a `T`.
    pub(super) fn of_type<T: Collect>(&self) -> &'a T {
        let metric: &dyn Any = self.metric;
        metric.downcast_ref().expect("a field has the same type in all series")
    }

    /// See [`Child::restart`].
    pub(crate) fn restart(&self, stopped: &mut Stopped<'static>) {
        self.metric.restart(stopped);
    }

    /// See [`announce`](super::journal::announce).
    pub(crate) fn announce_alone(&self, name: Option<&Arc<Name>>) {
        super::journal::announce(self.metric, self.family, name);
    }

    /// See [`Collect::announce`].
    pub(crate) fn announce(&self, stopped: &mut Stopped<'static>, named: Option<Named<'_>>) {
        self.metric.announce(stopped, self.family, named);
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("family", &self.family).finish_non_exhaustive()
    }
}

/// A type that can be a field of a [`Metrics`](crate::Metrics) struct: [`Counter`](crate::Counter),
/// [`Gauge`](crate::Gauge), [`Histogram`](crate::Histogram) and the other metrics, a [`Family`](crate::Family) of these,
/// or an `Option` of any of them (absent until you set it).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no metric type",
    label = "a field of a metrics struct is a metric (`Counter`, `Gauge`, `Histogram`, …) or a `Family<Labels, …>` of one",
    note = "mark a nested struct of metrics, or a family of one, `#[metric(group)]`, and a field that is no metric `#[metric(skip)]`"
)]
pub trait Instrument: Collect + Sized + 'static {
    /// The type of its family.
    const KIND: Kind;
    /// Names of the labels that its series differ by.
    const LABEL_NAMES: &'static [&'static str];
    /// What each of these labels can be, empty if one of them can be anything.
    const LABEL_VALUES: &'static [&'static [&'static str]] = &[];

    /// Makes it as its field says. Called by the derives.
    fn build(spec: &Spec<'_>) -> Self;

    /// As a scrape sees it; `None` if it is an `Option` that holds nothing.
    fn present(&self) -> Option<&dyn Collect> {
        Some(self)
    }
}

/// A metric that a family can be of. One bound for all that it takes, so that what is none is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no metric type",
    label = "a family is of a metric: `Family<Labels, Counter>`",
    note = "mark a family of a struct of metrics `#[metric(group)]`, and a field that is no metric `#[metric(skip)]`"
)]
#[doc(hidden)]
pub trait InFamily: Child + Instrument {}

impl<I: Instrument> Collect for Option<I> {
    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        self.as_ref()?.collect(family, from, points)
    }

    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>) {
        if let Some(metric) = self {
            metric.announce(stopped, family, named);
        }
    }
}

impl<I: Instrument> Instrument for Option<I> {
    const KIND: Kind = I::KIND;
    const LABEL_NAMES: &'static [&'static str] = I::LABEL_NAMES;
    const LABEL_VALUES: &'static [&'static [&'static str]] = I::LABEL_VALUES;

    fn build(_: &Spec<'_>) -> Self {
        None
    }

    fn present(&self) -> Option<&dyn Collect> {
        self.as_ref().and_then(Instrument::present)
    }
}

/// Takes `buckets = …`: a histogram, or a family of histograms.
#[diagnostic::on_unimplemented(
    message = "option `buckets` does not fit this metric type",
    label = "`{Self}` has no buckets",
    note = "only a `Histogram` or `GaugeHistogram`, or a `Family` of them, has buckets"
)]
pub trait HasBuckets {}

/// Takes `quantiles = …`: a summary, or a family of summaries.
#[diagnostic::on_unimplemented(
    message = "option `quantiles` does not fit this metric type",
    label = "`{Self}` has no quantiles",
    note = "only a `Summary`, or a `Family` of summaries, has quantiles, with the feature `quantiles` of metrics-core"
)]
pub trait HasQuantiles {}
/// Takes `native`: a histogram, or a family of histograms.
#[diagnostic::on_unimplemented(
    message = "option `native` does not fit this metric type",
    label = "`{Self}` has no buckets",
    note = "only a `Histogram`, or a `Family` of histograms, has native buckets"
)]
pub trait HasNative {}

/// Takes `preset`: a family whose label sets are all known at compile time.
#[diagnostic::on_unimplemented(
    message = "option `preset` does not fit this metric type",
    label = "the series of `{Self}` cannot be listed beforehand",
    note = "only a `Family` whose labels are all enums or `bool` can be preset"
)]
pub trait Preset {}

/// Takes `max_series`: a family.
#[diagnostic::on_unimplemented(
    message = "option `max_series` does not fit this metric type",
    label = "`{Self}` has no series that labels could make too many of",
    note = "only a `Family` has a `max_series`"
)]
pub trait Capped {}

/// Takes `ttl_seconds`: a family whose label sets cannot be counted.
#[diagnostic::on_unimplemented(
    message = "option `ttl_seconds` does not fit this metric type",
    label = "`{Self}` has no series that come and go",
    note = "only a `Family` with a label that is no enum or `bool` has a `ttl_seconds`"
)]
pub trait Mortal {}

/// Takes `multiprocess = …`: a gauge or a state set, or a family of them.
#[diagnostic::on_unimplemented(
    message = "option `multiprocess` does not fit this metric type",
    label = "`{Self}` is added up over all processes",
    note = "only a `Gauge` or `StateSet`, or a `Family` of them, has several ways to be one of several processes"
)]
pub trait HasGaugeMode {}

impl<I: Capped> Capped for Option<I> {}
impl<I: HasGaugeMode> HasGaugeMode for Option<I> {}
impl<I: Mortal> Mortal for Option<I> {}
impl<I: HasBuckets> HasBuckets for Option<I> {}
impl<I: HasQuantiles> HasQuantiles for Option<I> {}
impl<I: HasNative> HasNative for Option<I> {}
impl<I: Preset> Preset for Option<I> {}

/// What a metric is built from.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'a> {
    pub(crate) name: &'a str,
    pub(crate) options: &'a Options,
}

impl Spec<'_> {
    /// What is not described: a metric made by hand, which gets its name when it is registered.
    pub(crate) const BARE: Spec<'static> = Spec { name: "", options: &Options::NONE };

    /// Builds the metric of a field.
    pub(crate) fn build_field<I>(field: &FamilyField, scope: &Scope<'_>, build: impl FnOnce(&Spec<'_>) -> I) -> I {
        let name = field.full_name(scope);
        super::first::note(&name);
        build(&Spec { name: &name, options: &field.options })
    }
}

/// What can be a series of a [`Family`](crate::Family): a metric, or a struct of metrics. Sealed: its methods belong to
/// the library.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a series of a family",
    label = "no metric, and no struct of metrics",
    note = "a family has a series of `M` for each set of labels: `Family<Labels, Counter>`, or `Family<Labels, Group>` with a struct that has `#[derive(Metrics)] #[metrics(group)]`"
)]
pub trait Child: Send + Sync + Sized + 'static {
    /// What all children of a family share.
    #[doc(hidden)]
    type Shared: Clone + Send + Sync + fmt::Debug + 'static;

    /// Of a family with labels of these names.
    #[doc(hidden)]
    fn shared(spec: &Spec<'_>, label_names: &'static [&'static str]) -> Self::Shared;

    /// Called while nothing is stopped: a struct of metrics may have fields that the user's code makes.
    #[doc(hidden)]
    fn create(shared: &Self::Shared) -> Self;

    /// What was measured of it. Nothing of what ends only when it is removed.
    #[doc(hidden)]
    fn measure(&self, words: &mut Vec<u64>) {
        words.clear();
    }

    /// Goes on with what came late to another child with these labels: it held `then` when it ended, and in the end
    /// `now`. `is_new`: there was none with these labels meanwhile.
    #[doc(hidden)]
    fn go_on(&self, then: &[u64], now: &[u64], is_new: bool) {
        let _ = (then, now, is_new);
    }

    /// Gives the points of children (labels and child) in their family number `family`.
    #[doc(hidden)]
    fn give<'a>(
        family: usize,
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        points: &mut Points<'_>,
    );

    /// Begins a new life, at zero, of a child that cannot be freed: what its cells hold counts no more from now on.
    /// Called while the cold paths are stopped, and so drops nothing of the user's.
    #[doc(hidden)]
    fn restart(&self, stopped: &mut Stopped<'static>);

    /// See [`Collect::announce`].
    #[doc(hidden)]
    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>) {
        let _ = (stopped, family, named);
    }
}

/// A child that is a few words: what a scrape reads of many at one go.
#[doc(hidden)]
pub trait Measured: Child {
    /// Whether a child is one word, and its point a [`Count`](crate::model::Count), unless it has exemplars.
    const IS_COUNT: bool = false;

    /// Puts what was measured of each child behind one another: as many words for each.
    fn read<'a>(children: impl ExactSizeIterator<Item = &'a Self> + Clone, words: &mut Vec<u64>);

    /// Since when such a child counts, if it has no exemplars.
    #[inline(always)]
    fn count_since(&self) -> Option<Timestamp> {
        None
    }

    /// The point that these words are. Its exemplars are put into `exemplars`.
    fn point<'a>(&'a self, words: &'a [u64], exemplars: &'a mut Vec<Option<Exemplar>>) -> Point<'a>;
}

/// A child that is a metric: it can stand alone, as a field or by hand.
macro_rules! instrument {
    (impl[$($generics:tt)*] $ty:ty, $kind:ident) => {
        impl<$($generics)*> $crate::metric::Collect for $ty {
            fn collect(
                &self,
                _: usize,
                _: $crate::metric::Cursor,
                points: &mut $crate::metric::Points<'_>,
            ) -> Option<$crate::metric::Cursor> {
                <Self as $crate::metric::Child>::give(0, std::iter::once(("", self)), points);
                None
            }

            fn collect_all(&self, parts: &[(&str, $crate::metric::Part<'_>)], points: &mut $crate::metric::Points<'_>) {
                let children = parts.iter().map(|(own, part)| (*own, part.of_type::<Self>()));
                <Self as $crate::metric::Child>::give(0, children, points);
            }

            fn restart(&self, stopped: &mut $crate::cell::Stopped<'static>) {
                $crate::metric::Child::restart(self, stopped);
            }

            fn announce(
                &self,
                stopped: &mut $crate::cell::Stopped<'static>,
                family: usize,
                named: Option<$crate::metric::Named<'_>>,
            ) {
                $crate::metric::Child::announce(self, stopped, family, named);
            }
        }

        impl<$($generics)*> $crate::metric::InFamily for $ty {}

        impl<$($generics)*> $crate::metric::Instrument for $ty {
            const KIND: $crate::model::Kind = $crate::model::Kind::$kind;
            const LABEL_NAMES: &'static [&'static str] = &[];

            fn build(spec: &$crate::metric::Spec<'_>) -> Self {
                use $crate::metric::Child;
                Self::create(&Self::shared(spec, &[]))
            }
        }
    };
}
pub(super) use instrument;
