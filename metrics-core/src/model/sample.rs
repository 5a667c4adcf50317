use super::{Desc, Exemplar, Kind, Labels, NativeHistogram, Number, Point, Timestamp, float_to_go_string};
use crate::label::{push_quoted, render_pair};
use crate::name::is_legacy_metric_name;
use std::fmt;

/// One line of a page: a number with a name and labels.
///
/// What flows through a scrape are [`Point`]s, of which each is one sample or several; this is for tests, custom
/// collectors and whatever works line by line. Printed as OpenMetrics writes it.
///
/// ```
/// use metrics_core::model::Sample;
/// let sample = Sample::new("jobs_total", &[("queue", "mail")], 3);
/// assert_eq!(sample.to_string(), r#"jobs_total{queue="mail"} 3"#);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// With the suffix of its type: `requests_total`, `latency_seconds_bucket`.
    pub name: String,
    /// In the page's order, constant ones first, that of the type (`le`, `quantile`) last.
    pub labels: Vec<(String, String)>,
    /// A bucket's is cumulative; that of a native histogram is the number of its observations.
    pub value: Number,
    /// Only where its source gives one.
    pub timestamp: Option<Timestamp>,
    /// One of the observations.
    pub exemplar: Option<Exemplar>,
    /// The value, if it is a native histogram.
    pub native_histogram: Option<NativeHistogram>,
}

impl Sample {
    /// Name, labels and value.
    pub fn new(name: impl Into<String>, labels: &[(&str, &str)], value: impl Into<Number>) -> Self {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (name, value) = (name.into(), value.into());
        Self { name, labels, value, timestamp: None, exemplar: None, native_histogram: None }
    }

    /// Whether it has this name and these labels, in any order.
    pub fn is(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        let has = |(name, value): &(&str, &str)| self.labels.iter().any(|(n, v)| n == name && v == value);
        self.name == name && self.labels.len() == labels.len() && labels.iter().all(has)
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut labels = String::new();
        if is_legacy_metric_name(&self.name) {
            f.write_str(&self.name)?;
        } else {
            push_quoted(&mut labels, &self.name);
        }
        for (name, value) in &self.labels {
            render_pair(&mut labels, name, value);
        }
        if !labels.is_empty() {
            write!(f, "{{{labels}}}")?;
        }
        write!(f, " {}", self.value)?;
        self.timestamp.map_or(Ok(()), |timestamp| write!(f, " {timestamp}"))?;
        self.exemplar.as_ref().map_or(Ok(()), |exemplar| write!(f, " # {exemplar}"))
    }
}

impl Point<'_> {
    /// Calls `give` with each sample of a point of this family.
    pub fn samples(
        &self,
        family: &Desc,
        labels: Labels<'_>,
        timestamp: Option<Timestamp>,
        give: &mut dyn FnMut(Sample),
    ) {
        let own: Vec<_> = labels.pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let sample = |suffix: &str, extra: Option<(&str, String)>, value: Number, exemplar: Option<&Exemplar>| {
            let extra = extra.map(|(name, value)| (name.to_owned(), value));
            let labels = own.iter().cloned().chain(extra).collect();
            let (name, exemplar) = (format!("{}{suffix}", family.name), exemplar.cloned());
            Sample { name, labels, value, timestamp, exemplar, native_histogram: None }
        };
        let created = |at: Timestamp| sample("_created", None, at.as_secs_f64().into(), None);
        match *self {
            Self::Counter { value, exemplar, created: at } => {
                give(sample("_total", None, value, exemplar));
                at.into_iter().for_each(|at| give(created(at)));
            }
            Self::Gauge { value, exemplar } | Self::Unknown { value, exemplar } => {
                give(sample("", None, value, exemplar));
            }
            Self::Histogram { buckets, sum, native, .. } | Self::GaugeHistogram { buckets, sum, native } => {
                let [count_suffix, sum_suffix] =
                    if family.kind == Kind::GaugeHistogram { ["_gcount", "_gsum"] } else { ["_count", "_sum"] };
                for (bound, count, exemplar) in buckets.cumulative() {
                    give(sample("_bucket", Some(("le", float_to_go_string(bound))), count.into(), exemplar));
                }
                sum.into_iter().for_each(|sum| give(sample(sum_suffix, None, sum.into(), None)));
                if !buckets.counts.is_empty() {
                    give(sample(count_suffix, None, buckets.total().into(), None));
                }
                if let Some(native) = native {
                    let value = native.count().into();
                    give(Sample { native_histogram: Some(native.clone()), ..sample("", None, value, None) });
                }
                if let Self::Histogram { created: Some(at), .. } = *self {
                    give(created(at));
                }
            }
            Self::Summary { quantiles, count, sum, created: at } => {
                for (quantile, value) in quantiles {
                    give(sample("", Some(("quantile", float_to_go_string(*quantile))), (*value).into(), None));
                }
                sum.into_iter().for_each(|sum| give(sample("_sum", None, sum.into(), None)));
                count.into_iter().for_each(|count| give(sample("_count", None, count.into(), None)));
                at.into_iter().for_each(|at| give(created(at)));
            }
            Self::Info => give(sample("_info", None, 1u64.into(), None)),
            Self::StateSet { state, active } => {
                give(sample("", Some((&family.name, state.to_owned())), u64::from(active).into(), None));
            }
        }
    }
}
