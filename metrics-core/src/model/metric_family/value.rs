//! What a family keeps of each point.

use super::super::{Buckets, Exemplar, Kind, NativeHistogram, Number, Point, Timestamp};
use super::FamilyFault;

/// A [`Point`] that owns what it is made of; its type is the family's. While samples come in one by one, parts of it may be
/// missing. What is large or rare is in a box: families may have a hundred thousand of these.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Of a counter, a gauge or an unknown, without anything more.
    Number(Option<Number>),
    /// The same, with more.
    Scalar(Box<ScalarValue>),
    /// Of a gauge histogram, too.
    Histogram(Box<HistogramValue>),
    Summary(Box<SummaryValue>),
    Info {
        is_there: bool,
    },
    StateSet(Box<StateSetValue>),
}

const _: () =
    assert!(size_of::<Value>() == size_of::<Number>(), "in the tag of the number there is room for the other variants");

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ScalarValue {
    pub(super) value: Option<Number>,
    pub(super) exemplar: Option<Exemplar>,
    pub(super) created: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct StateSetValue {
    pub(super) states: Vec<(String, bool)>,
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
    /// Nothing of a point yet.
    pub(super) fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Counter | Kind::Gauge | Kind::Unknown => Self::Number(None),
            Kind::Histogram | Kind::GaugeHistogram => Self::Histogram(Box::default()),
            Kind::Summary => Self::Summary(Box::default()),
            Kind::Info => Self::Info { is_there: false },
            Kind::StateSet => Self::StateSet(Box::default()),
        }
    }

    pub(super) fn scalar(value: Number, exemplar: Option<Exemplar>, created: Option<Timestamp>) -> Self {
        match (&exemplar, created) {
            (None, None) => Self::Number(Some(value)),
            _ => Self::Scalar(Box::new(ScalarValue { value: Some(value), exemplar, created })),
        }
    }

    /// Gives the points that it is: a state set several, what is not complete none.
    pub(super) fn points(&self, kind: Kind, give: &mut dyn FnMut(Point<'_>)) {
        match self {
            Self::Number(value) => give_scalar(kind, *value, None, None, give),
            Self::Scalar(scalar) => give_scalar(kind, scalar.value, scalar.exemplar.as_ref(), scalar.created, give),
            Self::Histogram(histogram) => {
                let (buckets, sum, native) = (histogram.buckets(), histogram.sum, histogram.native.as_deref());
                give(match kind {
                    Kind::GaugeHistogram => Point::GaugeHistogram { buckets, sum, native },
                    _ => Point::Histogram { buckets, sum, native, created: histogram.created },
                });
            }
            Self::Summary(summary) => {
                let SummaryValue { quantiles, count, sum, created } = &**summary;
                give(Point::Summary { quantiles, count: *count, sum: *sum, created: *created });
            }
            Self::Info { is_there: true } => give(Point::Info),
            Self::Info { is_there: false } => {}
            Self::StateSet(set) => {
                set.states.iter().for_each(|(state, active)| give(Point::StateSet { state, active: *active }));
            }
        }
    }
}

fn give_scalar(
    kind: Kind,
    value: Option<Number>,
    exemplar: Option<&Exemplar>,
    created: Option<Timestamp>,
    give: &mut dyn FnMut(Point<'_>),
) {
    let Some(value) = value else { return };
    give(match kind {
        Kind::Counter => Point::Counter { value, exemplar, created },
        Kind::Gauge => Point::Gauge { value, exemplar },
        _ => Point::Unknown { value, exemplar },
    });
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
