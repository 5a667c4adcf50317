//! The rules of Prometheus' `promlint`, with its words: who knows these knows where to look.

use super::super::Family;
use super::if_so;
use metrics_core::model::{Kind, Sample};
use std::collections::HashSet;

/// What may stand in a name, and the base unit that is wanted.
const UNITS: &[(&str, &str)] = &[
    ("amperes", "amperes"),
    ("bytes", "bytes"),
    ("celsius", "celsius"),
    ("grams", "grams"),
    ("joules", "joules"),
    ("kelvin", "kelvin"),
    ("meters", "meters"),
    ("metres", "metres"),
    ("seconds", "seconds"),
    ("volts", "volts"),
    ("minutes", "seconds"),
    ("hours", "seconds"),
    ("days", "seconds"),
    ("weeks", "seconds"),
    ("kelvins", "kelvin"),
    ("fahrenheit", "celsius"),
    ("rankine", "celsius"),
    ("inches", "meters"),
    ("yards", "meters"),
    ("miles", "meters"),
    ("bits", "bytes"),
    ("calories", "joules"),
    ("pounds", "grams"),
    ("ounces", "grams"),
];

/// `mibi` is how promlint spells it.
const PREFIXES: &[&str] = &[
    "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi", "mega", "mibi", "mebi", "giga",
    "gibi", "tera", "tebi", "peta", "pebi",
];

const ABBREVIATIONS: &[&str] = &["s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"];

pub(super) fn help(family: &Family<'_>) -> Vec<String> {
    if_so(family.desc().help.is_empty(), "no help text")
}

/// Of the first word that is a unit.
pub(super) fn metric_units(family: &Family<'_>) -> Vec<String> {
    let found = family.name().split('_').find_map(|word| Some((word, base_unit(word)?)));
    let other = found.filter(|(word, base)| word != base);
    other.map(|(word, base)| format!("use base unit \"{base}\" instead of \"{word}\"")).into_iter().collect()
}

/// The unit in which what `word` says should be measured, if that is a unit.
pub(super) fn base_unit(word: &str) -> Option<&'static str> {
    let find = |word: &str| UNITS.iter().find(|(unit, _)| *unit == word).map(|(_, base)| *base);
    find(word).or_else(|| PREFIXES.iter().filter_map(|prefix| word.strip_prefix(prefix)).find_map(find))
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
    let is_in = kind != Kind::Unknown && has_word(family.name(), kind.as_str());
    if_so(is_in, &format!("metric name should not include type '{kind}'"))
}

pub(super) fn reserved_chars(family: &Family<'_>) -> Vec<String> {
    if_so(family.name().contains(':'), "metric names should not contain ':'")
}

pub(super) fn camel_case(family: &Family<'_>) -> Vec<String> {
    let is_camel_case = |name: &str| {
        name.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
    };
    let metric = "metric names should be written in 'snake_case' not 'camelCase'";
    let label = "label names should be written in 'snake_case' not 'camelCase'";
    let mut found = if_so(is_camel_case(family.name()), metric);
    found.extend(if_so(family.label_names().iter().any(|name| is_camel_case(name)), label));
    found
}

pub(super) fn unit_abbreviations(family: &Family<'_>) -> Vec<String> {
    let has_one = ABBREVIATIONS.iter().any(|abbreviation| has_word(family.name(), abbreviation));
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
fn has_word(name: &str, word: &str) -> bool {
    name.to_lowercase().split('_').skip(1).any(|part| part == word)
}
