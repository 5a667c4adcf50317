//! Random families of every type, each page read back by a library and held against the model.

mod any_family;
#[allow(dead_code, reason = "read, not written by hand")]
mod messages;

use any_family::family;
use messages::{LabelPair, Metric, MetricFamily, MetricType, read};
use metrics_core::Registry;
use metrics_core::model::{
    BucketSpan, Exemplar, Kind, NativeBuckets, NativeHistogram, Sample, Timestamp, float_to_go_string,
};
use metrics_exposition::protobuf;
use proptest::prelude::*;
use std::sync::Arc;

/// A sample as it can be compared: equal if name, labels, value to the bit, time, exemplar and native histogram are.
type Line = (String, Vec<(String, String)>, String, Option<i64>, Option<String>);

/// All NaN are equal.
fn number(value: f64) -> String {
    if value.is_nan() { "NaN".to_owned() } else { format!("{:x}", value.to_bits()) }
}

fn pairs(labels: &[LabelPair]) -> Vec<(String, String)> {
    labels.iter().map(|pair| (pair.name().to_owned(), pair.value().to_owned())).collect()
}

fn time(timestamp: &messages::Timestamp) -> Timestamp {
    Timestamp::new(timestamp.seconds, timestamp.nanos.try_into().unwrap()).unwrap()
}

fn exemplar(exemplar: &messages::Exemplar) -> Exemplar {
    let made = Exemplar::new(pairs(&exemplar.label), exemplar.value.unwrap()).unwrap();
    exemplar.timestamp.as_ref().map_or(made.clone(), |timestamp| made.at(time(timestamp)))
}

fn native(histogram: &messages::Histogram) -> Option<NativeHistogram> {
    let buckets = |spans: &[messages::BucketSpan], deltas: &[i64]| {
        // One of no buckets only says that this is a native histogram.
        let spans = spans.iter().filter(|span| span.length() > 0);
        let spans = spans.map(|span| BucketSpan { offset: span.offset(), length: span.length() });
        NativeBuckets::from_deltas(spans.collect(), deltas).unwrap()
    };
    // As Prometheus tells the two apart.
    let is_native = !histogram.positive_span.is_empty()
        || !histogram.negative_span.is_empty()
        || histogram.zero_threshold() > 0.0
        || histogram.zero_count() > 0;
    assert_eq!(is_native, histogram.schema.is_some());
    let positive = buckets(&histogram.positive_span, &histogram.positive_delta);
    let negative = buckets(&histogram.negative_span, &histogram.negative_delta);
    let native = NativeHistogram::new(histogram.schema?.try_into().unwrap(), 0.0, positive, negative).unwrap();
    let native = native.with_zero_bucket(histogram.zero_threshold(), histogram.zero_count()).unwrap();
    let not_a_number = histogram.sample_count() - native.count();
    let exemplars = histogram.exemplars.iter().map(exemplar).collect();
    Some(native.with_not_a_number(not_a_number).with_exemplars(exemplars).unwrap())
}

/// What a metric says, in the words of the model.
fn lines(family: &MetricFamily, metric: &Metric, give: &mut dyn FnMut(Line)) {
    let mut line = |name: &str, extra: Option<(&str, f64)>, value: String, of: Option<&messages::Exemplar>| {
        let mut labels = pairs(&metric.label);
        labels.extend(extra.map(|(name, value)| (name.to_owned(), float_to_go_string(value))));
        give((name.to_owned(), labels, value, metric.timestamp_ms, of.map(|of| exemplar(of).to_string())));
    };
    let created = |timestamp: &messages::Timestamp| number(time(timestamp).as_secs_f64());
    match family.r#type() {
        MetricType::Counter => {
            let counter = metric.counter.as_ref().unwrap();
            line(family.name(), None, number(counter.value.unwrap()), counter.exemplar.as_ref());
            counter.start_timestamp.iter().for_each(|at| line("f_created", None, created(at), None));
        }
        MetricType::Gauge => line(family.name(), None, number(metric.gauge.as_ref().unwrap().value.unwrap()), None),
        MetricType::Untyped => line("f", None, number(metric.untyped.as_ref().unwrap().value.unwrap()), None),
        MetricType::Summary => {
            let summary = metric.summary.as_ref().unwrap();
            for quantile in &summary.quantile {
                line("f", Some(("quantile", quantile.quantile.unwrap())), number(quantile.value.unwrap()), None);
            }
            summary.sample_sum.iter().for_each(|sum| line("f_sum", None, number(*sum), None));
            summary.sample_count.iter().for_each(|count| line("f_count", None, count.to_string(), None));
            summary.start_timestamp.iter().for_each(|at| line("f_created", None, created(at), None));
        }
        MetricType::Histogram | MetricType::GaugeHistogram => {
            let histogram = metric.histogram.as_ref().unwrap();
            let [sum, count] = match family.r#type() {
                MetricType::Histogram => ["f_sum", "f_count"],
                _ => ["f_gsum", "f_gcount"],
            };
            for bucket in &histogram.bucket {
                let le = Some(("le", bucket.upper_bound.unwrap()));
                line("f_bucket", le, bucket.cumulative_count.unwrap().to_string(), bucket.exemplar.as_ref());
            }
            histogram.sample_sum.iter().for_each(|value| line(sum, None, number(*value), None));
            if !histogram.bucket.is_empty() {
                line(count, None, histogram.sample_count.unwrap().to_string(), None);
            }
            native(histogram).iter().for_each(|native| line("f", None, format!("{native:?}"), None));
            histogram.start_timestamp.iter().for_each(|at| line("f_created", None, created(at), None));
        }
    }
}

fn expected(kind: Kind, sample: Sample) -> Line {
    let Sample { name, labels, value, timestamp, exemplar, native_histogram, .. } = sample;
    let is_count = matches!(&*name, "f_bucket" | "f_count" | "f_gcount");
    let value = match native_histogram {
        // The sum is a line of its own.
        Some(native) => {
            let made = NativeHistogram::new(native.schema(), 0.0, native.positive().clone(), native.negative().clone());
            let made = made.unwrap().with_zero_bucket(native.zero_threshold(), native.zero_count()).unwrap();
            let rest = native.count() - made.count();
            format!("{:?}", made.with_not_a_number(rest).with_exemplars(native.exemplars().to_vec()).unwrap())
        }
        None if is_count => value.to_string(),
        None => number(value.as_f64()),
    };
    let exemplar = exemplar.filter(|_| !matches!(kind, Kind::Gauge | Kind::Unknown));
    (name, labels, value, timestamp.map(Timestamp::as_millis), exemplar.map(|exemplar| exemplar.to_string()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn pages_say_what_the_model_holds(family in family(true)) {
        let registry = Registry::new();
        let shown = family.clone();
        registry.register_collector(Arc::new(move || vec![shown.clone()])).unwrap();
        let mut found = Vec::new();
        let page = protobuf::generate_latest(&registry);
        for message in read(&page) {
            prop_assert_eq!(message.help(), "Help.");
            message.metric.iter().for_each(|metric| lines(&message, metric, &mut |line| found.push(line)));
        }
        let kind = family.desc().kind;
        let mut expected: Vec<_> = family.samples().into_iter().map(|sample| expected(kind, sample)).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}
