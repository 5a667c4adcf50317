use super::{Desc, Labels, Number, Timestamp};

/// One series' value at one moment, borrowed for as long as a sink looks at it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Point<'a> {
    /// Of a [`Kind::Counter`](super::Kind::Counter).
    Counter {
        /// Never negative, never NaN.
        value: Number,
        /// When it was zero.
        created: Option<Timestamp>,
    },
    /// Of a [`Kind::Gauge`](super::Kind::Gauge).
    Gauge {
        /// Any number.
        value: Number,
    },
    /// Of a [`Kind::Histogram`](super::Kind::Histogram). Counts and sum belong to one moment.
    Histogram {
        /// Upper bounds, inclusive, sorted, without the last one, +Inf.
        bounds: &'a [f64],
        /// How many observations each bucket holds (not cumulative); one more than bounds. The total
        /// is their sum.
        counts: &'a [u64],
        /// Of all observations; NaN once one of them was NaN.
        sum: f64,
        /// When it was empty.
        created: Option<Timestamp>,
    },
}

/// What a scrape is written into: an encoder, or any other reader of the registry.
///
/// A scrape calls [`begin`](Self::begin) for each family in the order of the names, and
/// [`point`](Self::point) for each of its series. No lock of the registry or of a metric is held
/// meanwhile, so that a sink may use metrics itself.
pub trait FamilySink {
    /// A new family. It may turn out to have no points.
    fn begin(&mut self, family: &Desc);

    /// A point of the family that was begun last.
    fn point(&mut self, labels: Labels<'_>, point: Point<'_>);

    /// The family that was begun last is to be left out: forget what came of it since
    /// [`begin`](Self::begin). Called when a collector panicked half-way.
    fn abandon(&mut self);
}
