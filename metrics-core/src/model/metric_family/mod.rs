//! Metric families that own their data: what custom collectors give, and parsers.

mod error;
mod index;
mod order;
mod point;
mod series;
mod typed;
mod untyped;
mod value;

use super::{Desc, FamilySink, Kind, Labels, Sample};
use crate::name::{self, Validation};
pub use error::{FamilyError, FamilyFault};
use order::LabelOrder;
pub use point::{
    CounterPoint, GaugeHistogramPoint, GaugePoint, HistogramPoint, InfoPoint, StateSetPoint, SummaryPoint, UnknownPoint,
};
use series::Series;
use std::borrow::Cow;
pub use typed::{
    CounterMetricFamily, DynamicMetricFamily, FamilyPoint, GaugeHistogramMetricFamily, GaugeMetricFamily,
    HistogramMetricFamily, InfoMetricFamily, StateSetMetricFamily, SummaryMetricFamily, TypedMetricFamily,
    UnknownMetricFamily,
};
pub use untyped::Added;

/// A metric family with its points, as a custom collector gives it to a scrape.
///
/// Everything is checked when it is added; what is here can be encoded without further ado. Make one through the type
/// of its points ([`CounterMetricFamily`], [`GaugeMetricFamily`] and so on), or sample by sample:
///
/// ```
/// use metrics_core::model::{Kind, MetricFamily};
///
/// let mut jobs = MetricFamily::new("jobs_total", "Jobs done.", Kind::Counter)?;
/// jobs.add_sample("jobs_total", &[("queue", "mail")], 3, None, None, None)?;
/// assert_eq!(jobs.desc().name, "jobs", "the family's name is without the suffix of its type");
/// assert_eq!(jobs.samples()[0].to_string(), r#"jobs_total{queue="mail"} 3"#);
///
/// let error = jobs.add_sample("jobs", &[("queue", "print")], -1, None, None, None).unwrap_err();
/// assert!(error.to_string().contains("metric family `jobs`"));
/// # Ok::<(), metrics_core::model::FamilyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MetricFamily {
    desc: Desc,
    series: Series,
    order: LabelOrder,
}

impl MetricFamily {
    /// A family without points, defined where this is called. A counter may be named with its `_total` or without.
    ///
    /// # Errors
    /// If the name breaks a rule.
    #[track_caller]
    pub fn new(name: &str, help: impl Into<String>, kind: Kind) -> Result<Self, FamilyError> {
        let desc = Desc::new(name::family_name(name, kind), help, kind);
        let family = Self { desc, series: Series::default(), order: LabelOrder::default() };
        match Validation::Utf8.metric_name(&family.desc.name) {
            Ok(()) => Ok(family),
            Err(broken) => Err(family.error(FamilyFault::Name(broken.rule))),
        }
    }

    /// With a unit, which becomes the last word of the name unless it is that already.
    ///
    /// # Errors
    /// If the unit breaks a rule, or the type has none: infos and state sets.
    pub fn with_unit(mut self, unit: impl Into<Cow<'static, str>>) -> Result<Self, FamilyError> {
        let unit = unit.into();
        let checked = name::unit_of(self.desc.kind).and_then(|()| Validation::Utf8.metric_name(&unit));
        if let Err(broken) = checked {
            return Err(self.error(FamilyFault::Unit { unit: unit.into_owned(), rule: broken.rule }));
        }
        name::append_unit(&mut self.desc.name, &unit);
        self.desc.unit = Some(unit);
        Ok(self)
    }

    /// What it is.
    pub fn desc(&self) -> &Desc {
        &self.desc
    }

    /// How many points it has.
    pub fn len(&self) -> usize {
        self.series.len()
    }

    /// Whether it has no point.
    pub fn is_empty(&self) -> bool {
        self.series.len() == 0
    }

    /// All samples of all points, in the order in which they were added.
    pub fn samples(&self) -> Vec<Sample> {
        let mut samples = Vec::new();
        for (own, value, timestamp) in self.series.range(0..self.len()) {
            let labels = Labels { scope: "", own };
            value.points(self.desc.kind, &mut |point| {
                point.samples(&self.desc, labels, timestamp, &mut |sample| samples.push(sample));
            });
        }
        samples
    }

    /// Gives some of the points to a sink, with constant labels before their own: those of `metrics`.
    pub(crate) fn emit(&self, metrics: std::ops::Range<usize>, scope: &str, sink: &mut dyn FamilySink) {
        for (own, value, timestamp) in self.series.range(metrics) {
            value.points(self.desc.kind, &mut |point| sink.point(Labels { scope, own }, &point, timestamp));
        }
    }

    fn error(&self, fault: impl Into<FamilyFault>) -> FamilyError {
        FamilyError { family: self.desc.name.clone(), fault: fault.into() }
    }

    /// Whether labels of this name can be those of the family's series.
    fn check_label(&self, label: &str) -> Result<(), FamilyFault> {
        if let Err(broken) = Validation::Utf8.label_name(label) {
            return Err(FamilyFault::Label { label: label.to_owned(), rule: broken.rule });
        }
        let kind = self.desc.kind;
        if kind.reserved_label() == Some(label) || (kind == Kind::StateSet && label == self.desc.name) {
            return Err(FamilyFault::ReservedLabel { label: label.to_owned(), kind });
        }
        Ok(())
    }
}

/// Two are the same if what a page shows of them is.
impl PartialEq for MetricFamily {
    fn eq(&self, other: &Self) -> bool {
        let what = |desc: &Desc| Desc { location: self.desc.location, ..desc.clone() };
        what(&self.desc) == what(&other.desc) && self.series == other.series
    }
}
