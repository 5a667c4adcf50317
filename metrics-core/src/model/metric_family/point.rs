//! Points that custom collectors add, each checked when it is made or added.

use super::super::{Exemplar, Kind, NativeHistogram, Number, Timestamp};
use super::FamilyFault;
use super::value::{HistogramValue, StateSetValue, SummaryValue, Value};

/// A counter's value, and what may come with it.
///
/// ```
/// use metrics_core::model::{CounterMetricFamily, CounterPoint, Exemplar, Timestamp};
///
/// let exemplar = Exemplar::new([("trace_id", "4bf92f35")], 1.0)?;
/// let jobs = CounterPoint::from(7).created(Timestamp::from_nanos(1)).exemplar(exemplar);
/// CounterMetricFamily::new("jobs", "Jobs done.", ["queue"])?.add_metric(["mail"], jobs)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CounterPoint {
    value: Number,
    exemplar: Option<Exemplar>,
    created: Option<Timestamp>,
    timestamp: Option<Timestamp>,
}

/// A histogram's buckets, and what may come with them.
///
/// ```
/// use metrics_core::model::HistogramPoint;
///
/// let cumulative = HistogramPoint::cumulative([(0.1, 3), (1.0, 3), (f64::INFINITY, 5)])?.sum(4.5);
/// let each = HistogramPoint::per_bucket(&[0.1, 1.0], &[3, 0, 2])?.sum(4.5);
/// assert_eq!(cumulative, each);
/// # Ok::<(), metrics_core::model::FamilyFault>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistogramPoint {
    value: HistogramValue,
    timestamp: Option<Timestamp>,
}

/// The same of a gauge histogram, which has no time of creation and whose sum may be negative.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GaugeHistogramPoint {
    value: HistogramValue,
    timestamp: Option<Timestamp>,
}

/// Count and sum of a summary, and its quantiles.
///
/// ```
/// use metrics_core::model::SummaryPoint;
/// let latency = SummaryPoint::from((12, 0.75)).quantile(0.5, 0.04).quantile(0.99, 0.3);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryPoint {
    value: SummaryValue,
    timestamp: Option<Timestamp>,
}

/// The labels of an info.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InfoPoint {
    labels: Vec<(String, String)>,
    timestamp: Option<Timestamp>,
}

/// The states of a state set, and whether each is the case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StateSetPoint {
    states: Vec<(String, bool)>,
    timestamp: Option<Timestamp>,
}

impl CounterPoint {
    /// With one of the increments.
    #[must_use]
    pub fn exemplar(self, exemplar: Exemplar) -> Self {
        Self { exemplar: Some(exemplar), ..self }
    }

    /// With when it was zero.
    #[must_use]
    pub fn created(self, created: Timestamp) -> Self {
        Self { created: Some(created), ..self }
    }
}

impl<N: Into<Number>> From<N> for CounterPoint {
    fn from(value: N) -> Self {
        Self { value: value.into(), exemplar: None, created: None, timestamp: None }
    }
}

macro_rules! scalar {
    ($(#[$doc:meta])* $name:ident, $kind:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            value: Number,
            exemplar: Option<Exemplar>,
            timestamp: Option<Timestamp>,
        }

        impl $name {
            /// With an exemplar. No format of today has a place for it: it stays here, and a page goes without it.
            #[must_use]
            pub fn exemplar(self, exemplar: Exemplar) -> Self {
                Self { exemplar: Some(exemplar), ..self }
            }
        }

        impl<N: Into<Number>> From<N> for $name {
            fn from(value: N) -> Self {
                Self { value: value.into(), exemplar: None, timestamp: None }
            }
        }

        impl Sealed for $name {
            const KIND: Kind = Kind::$kind;

            fn into_value(self) -> Result<Value, FamilyFault> {
                Ok(Value::scalar(self.value, self.exemplar, None))
            }
        }
    };
}

scalar! {
    /// A gauge's value, and what may come with it.
    GaugePoint, Gauge
}

scalar! {
    /// A value of unknown type, and what may come with it.
    UnknownPoint, Unknown
}

macro_rules! histogram {
    ($name:ident) => {
        impl $name {
            /// From upper bounds, the last of them +Inf, and how many observations lie at or below each.
            ///
            /// # Errors
            /// If +Inf is missing, bounds do not rise, or counts fall.
            pub fn cumulative(buckets: impl IntoIterator<Item = (f64, u64)>) -> Result<Self, FamilyFault> {
                Self::with_exemplars(buckets.into_iter().map(|(bound, count)| (bound, count, None)))
            }

            /// The same with an observation of each bucket that has one.
            ///
            /// # Errors
            /// As [`cumulative`](Self::cumulative).
            pub fn with_exemplars(
                buckets: impl IntoIterator<Item = (f64, u64, Option<Exemplar>)>,
            ) -> Result<Self, FamilyFault> {
                let mut value = HistogramValue::default();
                for (bound, count, exemplar) in buckets {
                    value.push(bound, count, exemplar)?;
                }
                if !value.is_whole {
                    return Err(FamilyFault::MissingInf);
                }
                Ok(Self { value, timestamp: None })
            }

            /// From finite upper bounds, and how many observations each bucket holds; one more than bounds, the last for
            /// +Inf.
            ///
            /// # Errors
            /// If the last count is missing or there are too many, or bounds do not rise.
            pub fn per_bucket(bounds: &[f64], counts: &[u64]) -> Result<Self, FamilyFault> {
                if counts.len() <= bounds.len() {
                    return Err(FamilyFault::MissingInf);
                }
                if counts.len() > bounds.len() + 1 {
                    let rule = "it has no bound; there is one count more than bounds, for +Inf";
                    return Err(FamilyFault::Buckets { bucket: bounds.len() + 1, rule });
                }
                let mut total = 0u64;
                let bounds = bounds.iter().copied().chain([f64::INFINITY]);
                Self::cumulative(bounds.zip(counts).map(|(bound, count)| {
                    total = total.saturating_add(*count);
                    (bound, total)
                }))
            }

            /// In native form only.
            pub fn native_only(native: NativeHistogram) -> Self {
                Self::default().native(native)
            }

            /// With the sum of all observations.
            #[must_use]
            pub fn sum(mut self, sum: f64) -> Self {
                self.value.sum = Some(sum);
                self
            }

            /// With the same observations in native form.
            #[must_use]
            pub fn native(mut self, native: NativeHistogram) -> Self {
                self.value.sum = self.value.sum.or(Some(native.sum()));
                self.value.native = Some(Box::new(native));
                self
            }
        }
    };
}

histogram!(HistogramPoint);
histogram!(GaugeHistogramPoint);

impl HistogramPoint {
    /// With when it was empty.
    #[must_use]
    pub fn created(mut self, created: Timestamp) -> Self {
        self.value.created = Some(created);
        self
    }
}

impl SummaryPoint {
    /// With the value that this part (0 to 1) of the observations does not exceed.
    #[must_use]
    pub fn quantile(mut self, quantile: f64, value: f64) -> Self {
        self.value.quantiles.push((quantile, value));
        self
    }

    /// With when it was empty.
    #[must_use]
    pub fn created(mut self, created: Timestamp) -> Self {
        self.value.created = Some(created);
        self
    }
}

/// Count and sum.
impl From<(u64, f64)> for SummaryPoint {
    fn from((count, sum): (u64, f64)) -> Self {
        let value = SummaryValue { count: Some(count), sum: Some(sum), ..SummaryValue::default() };
        Self { value, timestamp: None }
    }
}

impl<N: Into<String>, V: Into<String>, const LABELS: usize> From<[(N, V); LABELS]> for InfoPoint {
    fn from(labels: [(N, V); LABELS]) -> Self {
        labels.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for InfoPoint {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(labels: I) -> Self {
        let labels = labels.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { labels, timestamp: None }
    }
}

impl<S: Into<String>, const STATES: usize> From<[(S, bool); STATES]> for StateSetPoint {
    fn from(states: [(S, bool); STATES]) -> Self {
        states.into_iter().collect()
    }
}

impl<S: Into<String>> FromIterator<(S, bool)> for StateSetPoint {
    fn from_iter<I: IntoIterator<Item = (S, bool)>>(states: I) -> Self {
        let states = states.into_iter().map(|(state, active)| (state.into(), active)).collect();
        Self { states, timestamp: None }
    }
}

macro_rules! timed {
    ($($name:ident)*) => {$(
        impl $name {
            /// With when it was measured: only where another system says so. Prometheus takes the time of the scrape
            /// otherwise, and then also notices when the series ends.
            #[must_use]
            pub fn timestamp(self, timestamp: Timestamp) -> Self {
                Self { timestamp: Some(timestamp), ..self }
            }
        }

        impl Timed for $name {
            fn time(&self) -> Option<Timestamp> {
                self.timestamp
            }
        }
    )*};
}

timed!(CounterPoint GaugePoint HistogramPoint GaugeHistogramPoint SummaryPoint InfoPoint StateSetPoint UnknownPoint);

/// What all points have in common.
pub(super) trait Sealed: Timed {
    const KIND: Kind;

    fn into_value(self) -> Result<Value, FamilyFault>;

    /// As it came from another client, of which not all heed each rule.
    fn into_read_value(self) -> Result<Value, FamilyFault>
    where
        Self: Sized,
    {
        self.into_value()
    }

    /// Besides those of the family.
    fn labels(&self) -> &[(String, String)] {
        &[]
    }
}

pub(super) trait Timed {
    fn time(&self) -> Option<Timestamp>;
}

/// A counter's: not below zero, and a number.
pub(super) fn check_counter(value: Number) -> Result<(), FamilyFault> {
    if value.as_f64() >= 0.0 {
        return Ok(());
    }
    let rule = "a counter is never negative, and always a number; make it a gauge if it goes down";
    Err(FamilyFault::Value { value: value.to_string(), rule })
}

/// Of a summary: parts of one, each once, rising; and values that are not negative.
pub(super) fn check_quantile(before: Option<f64>, quantile: f64) -> Result<(), FamilyFault> {
    let refuse = |rule| Err(FamilyFault::Value { value: quantile.to_string(), rule });
    if !(0.0..=1.0).contains(&quantile) {
        return refuse("a quantile is a part of the whole: 0 to 1");
    }
    if before.is_some_and(|before| before >= quantile) {
        return refuse("quantiles must rise from one to the next; sort them");
    }
    Ok(())
}

impl Sealed for CounterPoint {
    const KIND: Kind = Kind::Counter;

    fn into_value(self) -> Result<Value, FamilyFault> {
        check_counter(self.value)?;
        Ok(Value::scalar(self.value, self.exemplar, self.created))
    }
}

impl Sealed for HistogramPoint {
    const KIND: Kind = Kind::Histogram;

    fn into_value(self) -> Result<Value, FamilyFault> {
        self.value.check(false)?;
        Ok(Value::Histogram(Box::new(self.value)))
    }

    fn into_read_value(self) -> Result<Value, FamilyFault> {
        self.value.check_whole()?;
        Ok(Value::Histogram(Box::new(self.value)))
    }
}

impl Sealed for GaugeHistogramPoint {
    const KIND: Kind = Kind::GaugeHistogram;

    fn into_value(self) -> Result<Value, FamilyFault> {
        self.value.check(true)?;
        Ok(Value::Histogram(Box::new(self.value)))
    }

    fn into_read_value(self) -> Result<Value, FamilyFault> {
        self.value.check_whole()?;
        Ok(Value::Histogram(Box::new(self.value)))
    }
}

impl Sealed for SummaryPoint {
    const KIND: Kind = Kind::Summary;

    fn into_value(self) -> Result<Value, FamilyFault> {
        let mut before = None;
        for (quantile, _) in &self.value.quantiles {
            check_quantile(before, *quantile)?;
            before = Some(*quantile);
        }
        Ok(Value::Summary(Box::new(self.value)))
    }
}

impl Sealed for InfoPoint {
    const KIND: Kind = Kind::Info;

    fn into_value(self) -> Result<Value, FamilyFault> {
        Ok(Value::Info { is_there: true })
    }

    fn labels(&self) -> &[(String, String)] {
        &self.labels
    }
}

impl Sealed for StateSetPoint {
    const KIND: Kind = Kind::StateSet;

    fn into_value(self) -> Result<Value, FamilyFault> {
        let twice = |(at, (state, _)): (usize, &(String, bool))| {
            self.states[..at].iter().any(|(other, _)| other == state).then(|| state.clone())
        };
        if let Some(value) = self.states.iter().enumerate().find_map(twice) {
            return Err(FamilyFault::Value { value, rule: "the state is there twice; take one out" });
        }
        Ok(Value::StateSet(Box::new(StateSetValue { states: self.states })))
    }
}
