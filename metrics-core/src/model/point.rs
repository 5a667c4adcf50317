use super::{Desc, Exemplar, Labels, NativeHistogram, Number, Timestamp};

/// One series' value at one moment, borrowed for as long as a sink looks at it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Point<'a> {
    /// Of a [`Kind::Counter`](super::Kind::Counter).
    Counter {
        /// Never negative, never NaN.
        value: Number,
        /// One of the increments.
        exemplar: Option<&'a Exemplar>,
        /// When it was zero.
        created: Option<Timestamp>,
    },
    /// Of a [`Kind::Gauge`](super::Kind::Gauge).
    Gauge {
        /// Any number.
        value: Number,
        /// No format of today has a place for it.
        exemplar: Option<&'a Exemplar>,
    },
    /// Of a [`Kind::Histogram`](super::Kind::Histogram). Everything belongs to one moment.
    Histogram {
        /// What the classic form has; no bucket at all if there is only the native one.
        buckets: Buckets<'a>,
        /// Of all observations; NaN once one of them was NaN.
        sum: Option<f64>,
        /// The same observations in native form.
        native: Option<&'a NativeHistogram>,
        /// When it was empty.
        created: Option<Timestamp>,
    },
    /// Of a [`Kind::GaugeHistogram`](super::Kind::GaugeHistogram).
    GaugeHistogram {
        /// What the classic form has; no bucket at all if there is only the native one.
        buckets: Buckets<'a>,
        /// Of all that is counted now; may be negative.
        sum: Option<f64>,
        /// The same in native form.
        native: Option<&'a NativeHistogram>,
    },
    /// Of a [`Kind::Summary`](super::Kind::Summary).
    Summary {
        /// Quantile (0 to 1, rising) and value of each.
        quantiles: &'a [(f64, f64)],
        /// Observations.
        count: Option<u64>,
        /// Of all observations.
        sum: Option<f64>,
        /// When it was empty.
        created: Option<Timestamp>,
    },
    /// Of a [`Kind::Info`](super::Kind::Info): its text is in the labels.
    Info,
    /// One state of a [`Kind::StateSet`](super::Kind::StateSet); all states of a series come one behind the other.
    StateSet {
        /// The state, which is the value of a label named like the family.
        state: &'a str,
        /// Whether it is the case.
        active: bool,
    },
    /// Of a [`Kind::Unknown`](super::Kind::Unknown).
    Unknown {
        /// Any number.
        value: Number,
        /// No format of today has a place for it.
        exemplar: Option<&'a Exemplar>,
    },
}

/// The buckets of a classic histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Buckets<'a> {
    /// Upper bounds, inclusive, sorted, without the last one, +Inf.
    pub bounds: &'a [f64],
    /// How many observations each bucket holds (not cumulative); one more than bounds, or none at all. The total is
    /// their sum.
    pub counts: &'a [u64],
    /// One of the observations of each bucket; as many as counts, or none at all.
    pub exemplars: &'a [Option<Exemplar>],
}

impl<'a> Buckets<'a> {
    /// Each bucket's upper bound, all observations up to there, and its exemplar.
    ///
    /// ```
    /// use metrics_core::model::Buckets;
    /// let buckets = Buckets { bounds: &[0.1, 1.0], counts: &[3, 0, 2], exemplars: &[] };
    /// let cumulative: Vec<_> = buckets.cumulative().map(|(bound, count, _)| (bound, count)).collect();
    /// assert_eq!(cumulative, [(0.1, 3), (1.0, 3), (f64::INFINITY, 5)]);
    /// ```
    pub fn cumulative(self) -> impl Iterator<Item = (f64, u64, Option<&'a Exemplar>)> {
        let mut total = 0u64;
        let bounds = self.bounds.iter().chain([&f64::INFINITY]);
        bounds.zip(self.counts).enumerate().map(move |(at, (bound, count))| {
            total = total.saturating_add(*count);
            (*bound, total, self.exemplars.get(at).and_then(Option::as_ref))
        })
    }

    /// Observations in all buckets.
    pub fn total(self) -> u64 {
        self.counts.iter().fold(0, |total, count| total.saturating_add(*count))
    }
}

/// A [`Point::Counter`] as nearly all of them are: a whole number, without exemplar or time of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count<'a> {
    /// The labels of the series, rendered; see [`Labels::own`].
    pub own: &'a str,
    /// What was counted.
    pub value: u64,
    /// When it was zero.
    pub created: Timestamp,
}

impl<'a> Count<'a> {
    /// A counter without labels at zero.
    pub(crate) const ZERO: Self = Self { own: "", value: 0, created: Timestamp::from_nanos(0) };

    /// The same point, as every sink takes it.
    pub fn point(&self) -> Point<'a> {
        Point::Counter { value: Number::U64(self.value), exemplar: None, created: Some(self.created) }
    }
}

/// What a scrape is written into: an encoder, or any other reader of the registry.
///
/// A scrape calls [`begin`](Self::begin) for each family in the order of the names, and
/// [`point`](Self::point) for each of its series. No lock of the registry or of a metric is held
/// meanwhile, so that a sink may use metrics itself.
pub trait FamilySink {
    /// A new family. It may turn out to have no points.
    fn begin(&mut self, family: &Desc);

    /// A point of the family that was begun last, of its type; `timestamp` only where its source gives one.
    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>);

    /// One or more points of the counters that were begun last, in order, all with the constant labels `scope`. By default
    /// as many calls of [`point`](Self::point). Most lines of most pages come through here, so that a faster way may be
    /// worth it.
    fn counts(&mut self, scope: &str, counts: &[Count<'_>]) {
        for count in counts {
            self.point(Labels { scope, own: count.own }, &count.point(), None);
        }
    }

    /// The family that was begun last is to be left out: forget what came of it since
    /// [`begin`](Self::begin). Called when a collector panicked half-way.
    fn abandon(&mut self);
}
