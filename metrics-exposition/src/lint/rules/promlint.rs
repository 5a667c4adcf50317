//! The rules of Prometheus' `promlint`, with its words: who knows these knows where to look.

use super::super::Family;
use super::if_so;
use metrics_core::model::{Kind, Sample};
use metrics_core::name::style::{abbreviated_unit, base_unit, is_camel_case};
use std::collections::HashSet;

pub(super) fn help(family: &Family<'_>) -> Vec<String> {
    if_so(family.desc().help.is_empty(), "no help text")
}

/// Of the first word that is a unit.
pub(super) fn metric_units(family: &Family<'_>) -> Vec<String> {
    let found = family.name().split('_').find_map(|word| Some((word, base_unit(word)?)));
    let other = found.filter(|(word, base)| word != base);
    other.map(|(word, base)| format!("use base unit \"{base}\" instead of \"{word}\"")).into_iter().collect()
}

pub(super) fn counter(family: &Family<'_>) -> Vec<String> {
    match (family.desc().kind, family.name().ends_with("_total")) {
        (Kind::Counter, false) => vec!["counter metrics should have \"_total\" suffix".to_owned()],
        (Kind::Counter | Kind::Unknown, _) | (_, false) => Vec::new(),
        (_, true) => vec!["non-counter metrics should not have \"_total\" suffix".to_owned()],
    }
}

pub(super) fn gauge(family: &Family<'_>) -> Vec<String> {
    let is_exempt = matches!(family.kind_in_text(), Kind::Gauge | Kind::Unknown);
    let is_time = family.name().ends_with("_timestamp_seconds");
    if_so(is_time && !is_exempt, "non-gauge metrics should not have \"_timestamp_seconds\" suffix")
}

pub(super) fn histogram_summary_reserved(family: &Family<'_>) -> Vec<String> {
    let (is_histogram, is_summary) = match family.kind_in_text() {
        Kind::Unknown => return Vec::new(),
        kind => (kind == Kind::Histogram, kind == Kind::Summary),
    };
    let (name, labels) = (family.name(), family.label_names());
    [
        (!is_histogram && name.ends_with("_bucket"), "non-histogram metrics should not have \"_bucket\" suffix"),
        (
            !is_histogram && !is_summary && name.ends_with("_count"),
            "non-histogram and non-summary metrics should not have \"_count\" suffix",
        ),
        (
            !is_histogram && !is_summary && name.ends_with("_sum"),
            "non-histogram and non-summary metrics should not have \"_sum\" suffix",
        ),
        (!is_histogram && labels.contains("le"), "non-histogram metrics should not have \"le\" label"),
        (!is_summary && labels.contains("quantile"), "non-summary metrics should not have \"quantile\" label"),
    ]
    .into_iter()
    .flat_map(|(is_so, text)| if_so(is_so, text))
    .collect()
}

/// As promlint does since 2024: another type's name may be a word of the trade.
pub(super) fn metric_type_in_name(family: &Family<'_>) -> Vec<String> {
    let kind = family.kind_in_text();
    let is_in = kind != Kind::Unknown && has_word(family.name(), |word| word == kind.as_str());
    if_so(is_in, &format!("metric name should not include type '{kind}'"))
}

pub(super) fn reserved_chars(family: &Family<'_>) -> Vec<String> {
    if_so(family.name().contains(':'), "metric names should not contain ':'")
}

pub(super) fn camel_case(family: &Family<'_>) -> Vec<String> {
    let metric = "metric names should be written in 'snake_case' not 'camelCase'";
    let label = "label names should be written in 'snake_case' not 'camelCase'";
    let mut found = if_so(is_camel_case(family.name()), metric);
    found.extend(if_so(family.label_names().iter().any(|name| is_camel_case(name)), label));
    found
}

pub(super) fn unit_abbreviations(family: &Family<'_>) -> Vec<String> {
    let has_one = has_word(family.name(), |word| !abbreviated_unit(word).is_empty());
    if_so(has_one, "metric names should not contain abbreviated units")
}

pub(super) fn duplicate_metric<'a>(family: &Family<'a>) -> Vec<String> {
    let mut seen = HashSet::with_capacity(family.samples().len());
    let key = |sample: &'a Sample| {
        let mut labels: Vec<_> = sample.labels.iter().collect();
        labels.sort_unstable();
        (&sample.name, labels)
    };
    if_so(!family.samples().iter().all(|sample| seen.insert(key(sample))), "metric not unique")
}

/// Behind an underscore, in whatever letters.
fn has_word(name: &str, is_one: impl FnMut(&str) -> bool) -> bool {
    name.to_lowercase().split('_').skip(1).any(is_one)
}
