//! What a family keeps of each point.

use super::super::{Buckets, Exemplar, NativeHistogram, Number, Point, Timestamp};
use super::FamilyFault;

/// A [`Point`] that owns what it is made of. While samples come in one by one, parts of it may be missing. What is large
/// or rare is in a box: families may have a hundred thousand of these.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Counter { value: Option<Number>, exemplar: Option<Box<Exemplar>>, created: Option<Timestamp> },
    Gauge { value: Option<Number>, exemplar: Option<Box<Exemplar>> },
    Histogram(Box<HistogramValue>),
    GaugeHistogram(Box<HistogramValue>),
    Summary(Box<SummaryValue>),
    Info { is_there: bool },
    StateSet { states: Vec<(String, bool)> },
    Unknown { value: Option<Number>, exemplar: Option<Box<Exemplar>> },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SummaryValue {
    pub(super) quantiles: Vec<(f64, f64)>,
    pub(super) count: Option<u64>,
    pub(super) sum: Option<f64>,
    pub(super) created: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct HistogramValue {
    /// Finite.
    pub(super) bounds: Vec<f64>,
    /// One more than bounds, or none at all.
    pub(super) counts: Vec<u64>,
    /// As many, or none at all.
    pub(super) exemplars: Vec<Option<Exemplar>>,
    /// In all buckets.
    total: u64,
    /// Whether the last bucket was given.
    pub(super) is_whole: bool,
    pub(super) sum: Option<f64>,
    pub(super) native: Option<Box<NativeHistogram>>,
    pub(super) created: Option<Timestamp>,
}

impl Value {
    /// Gives the points that it is: a state set several, what is not complete none.
    pub(super) fn points(&self, give: &mut dyn FnMut(Point<'_>)) {
        match self {
            Self::Counter { value: None, .. }
            | Self::Gauge { value: None, .. }
            | Self::Unknown { value: None, .. }
            | Self::Info { is_there: false } => {}
            Self::Counter { value: Some(value), exemplar, created } => {
                give(Point::Counter { value: *value, exemplar: exemplar.as_deref(), created: *created });
            }
            Self::Gauge { value: Some(value), exemplar } => {
                give(Point::Gauge { value: *value, exemplar: exemplar.as_deref() });
            }
            Self::Histogram(histogram) => give(Point::Histogram {
                buckets: histogram.buckets(),
                sum: histogram.sum,
                native: histogram.native.as_deref(),
                created: histogram.created,
            }),
            Self::GaugeHistogram(histogram) => give(Point::GaugeHistogram {
                buckets: histogram.buckets(),
                sum: histogram.sum,
                native: histogram.native.as_deref(),
            }),
            Self::Summary(summary) => {
                let SummaryValue { quantiles, count, sum, created } = &**summary;
                give(Point::Summary { quantiles, count: *count, sum: *sum, created: *created });
            }
            Self::Info { is_there: true } => give(Point::Info),
            Self::StateSet { states } => {
                states.iter().for_each(|(state, active)| give(Point::StateSet { state, active: *active }));
            }
            Self::Unknown { value: Some(value), exemplar } => {
                give(Point::Unknown { value: *value, exemplar: exemplar.as_deref() });
            }
        }
    }
}

impl HistogramValue {
    fn buckets(&self) -> Buckets<'_> {
        Buckets { bounds: &self.bounds, counts: &self.counts, exemplars: &self.exemplars }
    }

    /// Adds the next bucket: its upper bound, and how many observations lie at or below it.
    pub(super) fn push(&mut self, bound: f64, count: u64, exemplar: Option<Exemplar>) -> Result<(), FamilyFault> {
        let bucket = self.bounds.len();
        let refuse = |rule| Err(FamilyFault::Buckets { bucket, rule });
        if bound.is_nan() || bound == f64::NEG_INFINITY {
            return refuse("its bound is NaN or -Inf; take it out");
        }
        if self.is_whole {
            return refuse("it comes behind that of +Inf; bounds must rise");
        }
        if self.bounds.last().is_some_and(|last| *last >= bound) {
            return refuse("bounds must rise from one to the next; sort them");
        }
        let Some(more) = count.checked_sub(self.total) else {
            return refuse("it holds less than the one before it, whose observations are in it too");
        };
        if self.counts.is_empty() {
            self.counts.push(0);
        }
        if exemplar.is_some() || !self.exemplars.is_empty() {
            self.exemplars.resize(self.counts.len(), None);
        }
        let last = self.counts.len() - 1;
        if let Some(place) = self.exemplars.last_mut() {
            *place = exemplar;
        }
        self.counts[last] = more;
        self.total = count;
        if bound == f64::INFINITY {
            self.is_whole = true;
            return Ok(());
        }
        self.bounds.push(bound);
        self.counts.push(0);
        if !self.exemplars.is_empty() {
            self.exemplars.push(None);
        }
        Ok(())
    }

    /// Says how many observations there are, which the last bucket says too.
    pub(super) fn set_count(&mut self, count: u64) -> Result<(), FamilyFault> {
        let buckets = self.total;
        if self.is_whole && buckets == count {
            return Ok(());
        }
        if self.is_whole || count < buckets {
            return Err(FamilyFault::Count { count, buckets });
        }
        self.push(f64::INFINITY, count, None)
    }

    /// What no bucket alone can say.
    pub(super) fn check_whole(&self) -> Result<(), FamilyFault> {
        if self.counts.is_empty() || self.is_whole { Ok(()) } else { Err(FamilyFault::MissingInf) }
    }

    /// What no sample alone can say.
    pub(super) fn check(&self, is_gauge: bool) -> Result<(), FamilyFault> {
        self.check_whole()?;
        let Some(sum) = self.sum else { return Ok(()) };
        let is_below_zero = self.bounds.first().is_some_and(|bound| *bound < 0.0);
        if !is_gauge && is_below_zero {
            let rule = "a histogram with buckets below zero has none, because it may fall; leave it out";
            return Err(FamilyFault::Sum { sum, rule });
        }
        if is_gauge && sum < 0.0 && !is_below_zero && !self.counts.is_empty() {
            let rule = "it is negative, but no bucket is below zero";
            return Err(FamilyFault::Sum { sum, rule });
        }
        Ok(())
    }
}
