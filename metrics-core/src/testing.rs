//! Helpers for tests: what a registry would expose, as values.
//!
//! Tests of one process share the global registry. Give each test an instance of its own
//! ([`Metrics::register_in`](crate::Metrics::register_in)), or compare before and after.

use crate::Registry;
use crate::model::{Desc, FamilySink, Kind, Labels, Number, Point};

/// A sample as a page would show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// With the suffix of its type: `requests_total`, `latency_seconds_bucket`.
    pub name: String,
    /// In the page's order, constant ones first, `le` last.
    pub labels: Vec<(String, String)>,
    /// Buckets are cumulative.
    pub value: Number,
}

/// All samples of a registry, in the page's order.
///
/// # Panics
/// If a collector panics half-way through a large family.
pub fn samples(registry: &Registry) -> Vec<Sample> {
    let mut sink = Samples::default();
    let mut scrape = registry.scrape();
    while scrape.step(&mut sink).expect("a collector panicked half-way") {}
    sink.samples
}

/// The value of one sample, `labels` in any order.
///
/// ```
/// use metrics_core::{Counter, Metrics, Registry, testing::sample_value};
///
/// #[derive(Metrics)]
/// #[metrics(prefix = "batch")]
/// struct Jobs {
///     /// Jobs done.
///     done: Counter,
/// }
///
/// let registry = Registry::new();
/// Jobs::register_in(&registry)?.done.inc();
/// assert_eq!(sample_value(&registry, "batch_done_total", &[]), Some(1.0));
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
pub fn sample_value(registry: &Registry, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let is = |sample: &Sample| {
        let has = |(name, value): &(&str, &str)| sample.labels.iter().any(|(n, v)| n == name && v == value);
        sample.name == name && sample.labels.len() == labels.len() && labels.iter().all(has)
    };
    samples(registry).into_iter().find(is).map(|sample| sample.value.as_f64())
}

#[derive(Default)]
struct Samples {
    family: Option<Desc>,
    start: usize,
    samples: Vec<Sample>,
}

impl Samples {
    fn push(&mut self, labels: Labels<'_>, suffix: &str, le: Option<f64>, value: Number) {
        let Some(family) = &self.family else { return };
        let own = labels.pairs().map(|(name, value)| (name.to_owned(), value.into_owned()));
        let le = le.map(|le| ("le".to_owned(), if le == f64::INFINITY { "+Inf".to_owned() } else { le.to_string() }));
        self.samples.push(Sample { name: format!("{}{suffix}", family.name), labels: own.chain(le).collect(), value });
    }
}

impl FamilySink for Samples {
    fn begin(&mut self, family: &Desc) {
        self.family = Some(family.clone());
        self.start = self.samples.len();
    }

    fn point(&mut self, labels: Labels<'_>, point: Point<'_>) {
        match point {
            Point::Counter { value, .. } => self.push(labels, Kind::Counter.suffixes()[0], None, value),
            Point::Gauge { value } => self.push(labels, "", None, value),
            Point::Histogram { bounds, counts, sum, .. } => {
                let mut total = 0;
                for (le, count) in bounds.iter().chain([&f64::INFINITY]).zip(counts) {
                    total += count;
                    self.push(labels, "_bucket", Some(*le), total.into());
                }
                self.push(labels, "_sum", None, sum.into());
                self.push(labels, "_count", None, total.into());
            }
        }
    }

    fn abandon(&mut self) {
        self.samples.truncate(self.start);
    }
}
