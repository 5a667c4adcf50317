//! Helpers for tests: what a registry would expose, as values.
//!
//! Tests of one process share the global registry. Give each test an instance of its own
//! ([`Metrics::register_in`](crate::Metrics::register_in)), or compare before and after.

use crate::Registry;
use crate::model::{Desc, FamilySink, Labels, Point, Sample, Timestamp};

/// All samples of a registry, in the page's order, creation times included.
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
    samples(registry).into_iter().find(|sample| sample.is(name, labels)).map(|sample| sample.value.as_f64())
}

#[derive(Default)]
struct Samples {
    family: Option<Desc>,
    start: usize,
    samples: Vec<Sample>,
}

impl FamilySink for Samples {
    fn begin(&mut self, family: &Desc) {
        self.family = Some(family.clone());
        self.start = self.samples.len();
    }

    fn point(&mut self, labels: Labels<'_>, point: Point<'_>, timestamp: Option<Timestamp>) {
        if let Some(family) = &self.family {
            point.samples(family, labels, timestamp, &mut |sample| self.samples.push(sample));
        }
    }

    fn abandon(&mut self) {
        self.samples.truncate(self.start);
    }
}
