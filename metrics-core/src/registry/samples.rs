//! A registry's samples as values.

use super::Registry;
use crate::model::{Desc, FamilySink, Labels, Point, Sample, Timestamp};

impl Registry {
    /// All samples, in the page's order; with those that say when a series was made, or without.
    pub(crate) fn samples(&self, created: bool) -> Vec<Sample> {
        let mut sink = Samples { created, ..Samples::default() };
        let mut scrape = self.scrape();
        while scrape.step(&mut sink).expect("a collector panicked half-way") {}
        sink.samples
    }

    /// The value of one sample, its labels in any order; that of a bucket is cumulative.
    ///
    /// A pass over the family, for tests and the like; see also the module [`testing`](crate::testing).
    ///
    /// ```
    /// use metrics_core::{Gauge, Registry, registry::Definition};
    /// use std::sync::Arc;
    ///
    /// let registry = Registry::new();
    /// registry.register(Definition::new("load", "Load."), Arc::new(Gauge::new()))?;
    /// assert_eq!(registry.get_sample_value("load", &[]), Some(0.0));
    /// assert_eq!(registry.get_sample_value("load", &[("host", "db1")]), None);
    /// # Ok::<(), metrics_core::RegisterError>(())
    /// ```
    ///
    /// # Panics
    /// If a metric panics half-way through a large family.
    pub fn get_sample_value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut samples = self.restricted([name]).samples(true).into_iter();
        samples.find(|sample| sample.is(name, labels)).map(|sample| sample.value.as_f64())
    }
}

#[derive(Default)]
struct Samples {
    created: bool,
    family: Option<Desc>,
    start: usize,
    samples: Vec<Sample>,
}

impl FamilySink for Samples {
    fn begin(&mut self, family: &Desc) {
        self.family = Some(family.clone());
        self.start = self.samples.len();
    }

    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        if let Some(family) = &self.family {
            point.samples(family, labels, timestamp, &mut |sample| {
                if self.created || sample.name.strip_prefix(&family.name) != Some("_created") {
                    self.samples.push(sample);
                }
            });
        }
    }

    fn abandon(&mut self) {
        self.samples.truncate(self.start);
    }
}
