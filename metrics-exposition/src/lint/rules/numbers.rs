//! How many there are, and what their values are.

use super::super::Family;
use super::{Limits, if_so};
use metrics_core::model::{Kind, Sample};
use std::collections::{HashMap, HashSet};

/// Series from which on a label can be seen to grow with them.
const MANY_SERIES: usize = 100;

pub(super) fn max_series(family: &Family<'_>, limits: &Limits) -> Vec<String> {
    let series = family.series().count();
    if_so(series > limits.series, &format!("has {series} series, more than {}", limits.series))
}

pub(super) fn label_values(family: &Family<'_>) -> Vec<String> {
    let mut values: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut series = 0;
    for labels in family.series() {
        series += 1;
        labels.iter().for_each(|(name, value)| {
            values.entry(name).or_default().insert(value);
        });
    }
    if series < MANY_SERIES {
        return Vec::new();
    }
    // Nine series of ten have a value of their own.
    let near_unique = values.iter().filter(|(_, values)| values.len() * 10 >= series * 9);
    near_unique.map(|(name, values)| format!("label {name:?} has {} values in {series} series", values.len())).collect()
}

pub(super) fn info_value(family: &Family<'_>) -> Vec<String> {
    let other = family.samples().iter().find(|sample| sample.value.as_f64() != 1.0);
    let other = other.filter(|_| family.name().ends_with("_info") && family.kind_in_text() != Kind::Counter);
    other
        .map(|sample| format!("\"_info\" metrics should have the value 1, not {}", sample.value.as_f64()))
        .into_iter()
        .collect()
}

pub(super) fn bucket_count(family: &Family<'_>, limits: &Limits) -> Vec<String> {
    let desc = family.desc();
    let is_bucket = |sample: &&Sample| sample.name.strip_prefix(&*desc.name) == Some("_bucket");
    if !matches!(desc.kind, Kind::Histogram | Kind::GaugeHistogram) {
        return Vec::new();
    }
    let has_native = family.samples().iter().any(|sample| sample.native_histogram.is_some());
    let (mut most, mut fewest, mut now) = (0, usize::MAX, 0);
    for bucket in family.samples().iter().filter(is_bucket) {
        now += 1;
        // The last one of its series.
        if bucket.labels.last().is_some_and(|(_, bound)| bound == "+Inf") {
            (most, fewest, now) = (most.max(now), fewest.min(now), 0);
        }
    }
    let mut found = if_so(most > limits.buckets, &format!("has {most} buckets, more than {}", limits.buckets));
    found.extend(if_so(fewest == 1 && !has_native, "has no bucket but \"+Inf\""));
    found
}

pub(super) fn ratio_range(family: &Family<'_>) -> Vec<String> {
    let is_ratio = family.desc().kind == Kind::Gauge && family.name().ends_with("_ratio");
    let above = family.samples().iter().find(|sample| is_ratio && sample.value.as_f64() > 1.0);
    above.map(|sample| format!("is a ratio of {}, above 1", sample.value.as_f64())).into_iter().collect()
}

pub(super) fn exemplar_place(family: &Family<'_>) -> Vec<String> {
    let is_gauge = matches!(family.desc().kind, Kind::Gauge | Kind::Unknown);
    let has_one = is_gauge && family.samples().iter().any(|sample| sample.exemplar.is_some());
    if_so(has_one, &format!("has an exemplar, which a {} cannot show", family.desc().kind))
}
