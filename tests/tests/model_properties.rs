//! Random families of every type, each page read back line by line.

mod any_family;
#[path = "page/line.rs"]
mod line;

use any_family::family;
use line::sample;
use metrics_core::Registry;
use metrics_core::model::{Exemplar, Kind, MetricFamily, Sample, Timestamp};
use metrics_exposition::{openmetrics, text};
use proptest::prelude::*;
use std::sync::Arc;

/// What a line says: name, labels, value, time, exemplar.
type Line = (String, Vec<(String, String)>, u64, Option<String>, Option<String>);

/// Equal for numbers that are, and for all NaN.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn read(page: Vec<u8>) -> Vec<Line> {
    let page = String::from_utf8(page).unwrap();
    let mut lines = Vec::new();
    for line in page.split_terminator('\n').filter(|line| !line.starts_with('#')) {
        let (name, labels, rest) = sample(line).unwrap();
        let (rest, exemplar) = match rest.split_once(" # ") {
            Some((rest, exemplar)) => (rest.to_owned(), Some(exemplar.to_owned())),
            None => (rest, None),
        };
        let (value, time) = match rest.split_once(' ') {
            Some((value, time)) => (value, Some(time.to_owned())),
            None => (&*rest, None),
        };
        let value: f64 = value.replace("Inf", "inf").parse().unwrap();
        lines.push((name, labels, bits(value), time, exemplar));
    }
    lines.sort();
    lines
}

/// Whether OpenMetrics shows sum and count of the point that this sample is of.
fn is_shown(family: &MetricFamily, of: &Sample) -> bool {
    let samples = family.samples();
    let labels = |sample: &Sample| sample.labels.iter().filter(|(n, _)| n != "le").cloned().collect::<Vec<_>>();
    let same: Vec<_> = samples.iter().filter(|s| labels(s) == labels(of) && s.timestamp == of.timestamp).collect();
    let sum = same.iter().find(|s| s.name == "f_sum" || s.name == "f_gsum").map(|s| s.value.as_f64());
    let first = same.iter().find(|s| s.name == "f_bucket").unwrap();
    let is_below_zero = first.labels.last().unwrap().1.starts_with('-');
    match family.desc().kind {
        Kind::Histogram => sum.is_some_and(|sum| sum >= 0.0) && !is_below_zero,
        _ => sum.is_some_and(|sum| sum >= 0.0 || (sum < 0.0 && is_below_zero)),
    }
}

fn expected(family: &MetricFamily, is_openmetrics: bool) -> Vec<Line> {
    let kind = family.desc().kind;
    let mut lines = Vec::new();
    for sample in family.samples() {
        let suffix = &sample.name[1..];
        let hidden = match kind {
            _ if suffix == "_created" => true,
            _ if !is_openmetrics => sample.timestamp.is_some_and(|time| time < Timestamp::from_nanos(0)),
            Kind::Histogram | Kind::GaugeHistogram => suffix != "_bucket" && !is_shown(family, &sample),
            Kind::Summary if matches!(suffix, "" | "_sum") => {
                sample.value.as_f64() < 0.0 || (suffix == "_sum" && sample.value.as_f64().is_nan())
            }
            _ => false,
        };
        if hidden {
            continue;
        }
        let time = |time: Timestamp| if is_openmetrics { time.to_string() } else { time.as_millis().to_string() };
        let has_place = is_openmetrics && matches!(suffix, "_total" | "_bucket");
        // `+Inf` holds all, also what is not a number.
        let le = sample.labels.last().filter(|(_, le)| suffix == "_bucket" && le != "+Inf");
        let le: Option<f64> = le.map(|(_, le)| le.parse().unwrap());
        let is_within = |exemplar: &Exemplar| le.is_none_or(|le| exemplar.value() <= le);
        let exemplar = sample.exemplar.filter(|exemplar| has_place && is_within(exemplar));
        let exemplar = exemplar.map(|exemplar| exemplar.to_string());
        lines.push((sample.name, sample.labels, bits(sample.value.as_f64()), sample.timestamp.map(time), exemplar));
    }
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn pages_say_what_the_model_holds(family in family(false)) {
        let registry = Registry::new();
        let shown = family.clone();
        registry.register_collector(Arc::new(move || vec![shown.clone()])).unwrap();
        prop_assert_eq!(read(openmetrics::generate_latest(&registry)), expected(&family, true));
        prop_assert_eq!(read(text::generate_latest(&registry)), expected(&family, false));
    }

    #[test]
    fn samples_make_the_same_family(family in family(false)) {
        let mut again = MetricFamily::new("f", "Help.", family.desc().kind).unwrap();
        for sample in family.samples() {
            let labels: Vec<_> = sample.labels.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            again.add_sample(&sample.name, &labels, sample.value, sample.timestamp, sample.exemplar, None).unwrap();
        }
        let show = |family: MetricFamily| {
            let registry = Registry::new();
            registry.register_collector(Arc::new(move || vec![family.clone()])).unwrap();
            let lines = read(openmetrics::generate_latest(&registry));
            lines.into_iter().map(|(name, mut labels, value, time, exemplar)| {
                labels.sort();
                (name, labels, value, time, exemplar)
            }).collect::<Vec<_>>()
        };
        let (mut one, mut other) = (show(family), show(again));
        one.sort();
        other.sort();
        prop_assert_eq!(one, other);
    }
}
