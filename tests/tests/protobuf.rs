//! The protobuf format: what is written of each type, and where messages begin and end.

#[allow(dead_code, reason = "shared with other tests")]
mod every_type;
mod messages;

use every_type::{INF, all};
use messages::{
    Bucket, BucketSpan, Counter, Exemplar, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType, Quantile,
    Summary, Timestamp, read,
};
use metrics_core::model::{
    GaugeHistogramMetricFamily, GaugeHistogramPoint, HistogramMetricFamily, HistogramPoint, NativeBuckets,
    NativeHistogram,
};
use metrics_core::registry::Definition;
use metrics_core::{Counter as Count, DynamicLabels, Family, Gauge as Level, LabelSet, Registry, model};
use metrics_exposition::http::{Request, handle};
use metrics_exposition::protobuf;
use std::sync::Arc;

/// A registry with what a collector gives.
fn collected(families: Vec<model::MetricFamily>) -> Registry {
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || families.clone())).unwrap();
    registry
}

fn pages(families: Vec<model::MetricFamily>) -> Vec<MetricFamily> {
    read(&protobuf::generate_latest(&collected(families)))
}

fn labels(labels: &[(&str, &str)]) -> Vec<LabelPair> {
    let pair = |(name, value): &(&str, &str)| LabelPair { name: Some((*name).into()), value: Some((*value).into()) };
    labels.iter().map(pair).collect()
}

fn gauge(own: &[(&str, &str)], value: f64) -> Metric {
    Metric { label: labels(own), gauge: Some(Gauge { value: Some(value) }), ..Metric::default() }
}

fn family(name: &str, help: &str, r#type: MetricType, unit: &str, metric: Vec<Metric>) -> MetricFamily {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    MetricFamily { name: text(name), help: text(help), r#type: Some(r#type.into()), metric, unit: text(unit) }
}

fn bucket(bound: f64, count: u64, exemplar: Option<Exemplar>) -> Bucket {
    Bucket { cumulative_count: Some(count), upper_bound: Some(bound), exemplar }
}

fn span(offset: i32, length: u32) -> BucketSpan {
    BucketSpan { offset: Some(offset), length: Some(length) }
}

fn exemplar(id: &str, value: f64, timestamp: Option<Timestamp>) -> Exemplar {
    Exemplar { label: labels(&[("trace_id", id)]), value: Some(value), timestamp }
}

const fn at(seconds: i64, millis: i32) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos: 1_000_000 * millis })
}

#[test]
fn every_type_but_native_histograms() {
    let counter = |value, exemplar, start_timestamp| Some(Counter { value: Some(value), exemplar, start_timestamp });
    let requests = vec![
        Metric {
            label: labels(&[("method", "get")]),
            counter: counter(7.0, Some(exemplar("a", 1.0, at(12, 500))), at(10, 0)),
            ..Metric::default()
        },
        Metric {
            label: labels(&[("method", "put")]),
            counter: counter(0.5, None, None),
            timestamp_ms: Some(-500),
            ..Metric::default()
        },
    ];
    let latency = Histogram {
        sample_count: Some(5),
        sample_sum: Some(4.5),
        bucket: vec![bucket(0.5, 3, None), bucket(1e6, 3, None), bucket(INF, 5, Some(exemplar("c", 2e6, None)))],
        start_timestamp: at(10, 0),
        ..Histogram::default()
    };
    let waiting = Histogram {
        sample_count: Some(3),
        sample_sum: Some(70.5),
        bucket: vec![bucket(1.0, 2, None), bucket(60.0, 2, None), bucket(INF, 3, None)],
        ..Histogram::default()
    };
    let quantile = |quantile, value| Quantile { quantile: Some(quantile), value: Some(value) };
    let size = Summary {
        sample_count: Some(4),
        sample_sum: Some(100.0),
        quantile: vec![quantile(0.5, 20.0), quantile(0.99, 61.5)],
        start_timestamp: None,
    };
    let expected = [
        family(
            "every_build_info",
            "What runs.",
            MetricType::Gauge,
            "",
            vec![gauge(&[("part", "web"), ("version", "1.2"), ("commit", "a\nb")], 1.0)],
        ),
        family(
            "every_door",
            "Of the fridge.",
            MetricType::Gauge,
            "",
            vec![
                gauge(&[("floor", "1"), ("every_door", "open")], 1.0),
                gauge(&[("floor", "1"), ("every_door", "shut")], 0.0),
            ],
        ),
        family(
            "every_latency_seconds",
            "Time to answer.",
            MetricType::Histogram,
            "seconds",
            vec![Metric { histogram: Some(latency), ..Metric::default() }],
        ),
        family(
            "every_load_ratio",
            "Load.",
            MetricType::Gauge,
            "ratio",
            vec![gauge(&[("host", "db\"1\""), ("core", "0")], 0.25)],
        ),
        family(
            "every_other",
            "",
            MetricType::Untyped,
            "",
            vec![Metric { untyped: Some(Gauge { value: Some(-0.5) }), ..Metric::default() }],
        ),
        family("every_requests_total", "Requests.", MetricType::Counter, "", requests),
        family(
            "every_size_bytes",
            "Sizes.",
            MetricType::Summary,
            "bytes",
            vec![Metric { label: labels(&[("kind", "in")]), summary: Some(size), ..Metric::default() }],
        ),
        family(
            "every_waiting",
            "Ages of what waits.",
            MetricType::GaugeHistogram,
            "",
            vec![Metric {
                label: labels(&[("queue", "mail")]),
                histogram: Some(waiting),
                timestamp_ms: Some(20_000),
                ..Metric::default()
            }],
        ),
    ];
    let found = pages(all().unwrap());
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
}

fn native(positive: NativeBuckets, negative: NativeBuckets) -> NativeHistogram {
    NativeHistogram::new(3, -6.5, positive, negative).unwrap()
}

fn counts(spans: &[(i32, u32)], counts: &[u64]) -> NativeBuckets {
    let spans = spans.iter().map(|&(offset, length)| model::BucketSpan { offset, length }).collect();
    NativeBuckets::from_counts(spans, counts.to_vec()).unwrap()
}

/// The only histogram of a page.
fn histogram(family: impl Into<model::MetricFamily>) -> Histogram {
    let [family] = <[MetricFamily; 1]>::try_from(pages(vec![family.into()])).unwrap();
    let [metric] = <[Metric; 1]>::try_from(family.metric).unwrap();
    metric.histogram.unwrap()
}

#[test]
fn a_histogram_in_both_forms() {
    let of_model = model::Exemplar::new([("trace_id", "n")], 3.0).unwrap().at(every_type::at(7, 1));
    let both = native(counts(&[(-2, 2), (3, 1)], &[1, 5, 2]), counts(&[(0, 1)], &[300]));
    let both = both.with_zero_bucket(0.25, 4).unwrap().with_not_a_number(1).with_exemplars(vec![of_model]).unwrap();
    let point = HistogramPoint::cumulative([(0.5, 307), (INF, 313)]).unwrap().native(both);
    let found = histogram(HistogramMetricFamily::single("took", "", point).unwrap());
    let expected = Histogram {
        sample_count: Some(313),
        sample_sum: Some(-6.5),
        bucket: vec![bucket(0.5, 307, None), bucket(INF, 313, None)],
        schema: Some(3),
        zero_threshold: Some(0.25),
        zero_count: Some(4),
        negative_span: vec![span(0, 1)],
        negative_delta: vec![300],
        positive_span: vec![span(-2, 2), span(3, 1)],
        positive_delta: vec![1, 4, -3],
        start_timestamp: None,
        exemplars: vec![exemplar("n", 3.0, at(7, 1))],
    };
    assert_eq!(found, expected);
}

/// Prometheus takes it for a classic one otherwise: `isNativeHistogram` in `model/textparse/protobufparse.go`.
#[test]
fn a_native_histogram_without_buckets_has_a_span_of_none() {
    let empty = || native(NativeBuckets::default(), NativeBuckets::default());
    let of =
        |native| histogram(HistogramMetricFamily::single("took", "", HistogramPoint::native_only(native)).unwrap());
    assert_eq!(of(empty()).positive_span, [span(0, 0)]);
    assert_eq!(of(empty().with_not_a_number(2)).positive_span, [span(0, 0)]);
    for seen in [empty().with_zero_bucket(0.0, 1), empty().with_zero_bucket(0.5, 0)] {
        assert_eq!(of(seen.unwrap()).positive_span, []);
    }
    let below = of(native(NativeBuckets::default(), counts(&[(1, 1)], &[2])));
    assert_eq!((below.positive_span, below.negative_span), (vec![], vec![span(1, 1)]));
    assert_eq!(below.bucket, []);

    let classic = HistogramPoint::cumulative([(INF, 0)]).unwrap();
    let classic = histogram(HistogramMetricFamily::single("took", "", classic).unwrap());
    assert_eq!((classic.schema, classic.positive_span, classic.sample_sum), (None, vec![], None));
}

#[test]
fn gauge_histograms_may_be_native_and_their_sum_below_zero() {
    let point = GaugeHistogramPoint::native_only(native(NativeBuckets::default(), counts(&[(1, 2)], &[2, 1])));
    let family = GaugeHistogramMetricFamily::single("depth", "", point).unwrap();
    let found = pages(vec![family.clone().into()]);
    assert_eq!(found[0].r#type(), MetricType::GaugeHistogram);
    let found = histogram(family);
    assert_eq!((found.sample_count, found.sample_sum), (Some(3), Some(-6.5)));
    assert_eq!(found.negative_delta, [2, -1]);
}

#[derive(LabelSet)]
struct Item<'a> {
    item: &'a str,
}

#[test]
fn constant_labels_come_first_and_names_are_escaped() {
    let registry = Registry::new();
    let labels_of = DynamicLabels::new(["a.b", "ä\"\\\n"]);
    let family = model::DynamicMetricFamily::<model::GaugePoint>::new("depth.of", "", &labels_of);
    let mut family = family.unwrap();
    family.add_metric(&["1", "2\\\"\n"], 3).unwrap();
    let family = model::MetricFamily::from(family);
    for region in ["eu", "u\"s"] {
        let items = Arc::new(Family::<Item<'static>, Level<i64>>::new());
        items.with(&Item { item: "x" }).set(1);
        items.with(&Item { item: "\\" }).set(2);
        registry.with_const_labels([("region", region)]).register(Definition::new("items", "Items."), items).unwrap();
    }
    registry.register_collector(Arc::new(move || vec![family.clone()])).unwrap();
    let found = read(&protobuf::generate_latest(&registry));
    assert_eq!(found[0].name(), "depth_of");
    assert_eq!(found[0].metric, [gauge(&[("a_b", "1"), ("____", "2\\\"\n")], 3.0)]);
    let expected = [
        gauge(&[("region", "eu"), ("item", "x")], 1.0),
        gauge(&[("region", "eu"), ("item", "\\")], 2.0),
        gauge(&[("region", "u\"s"), ("item", "x")], 1.0),
        gauge(&[("region", "u\"s"), ("item", "\\")], 2.0),
    ];
    assert_eq!(found[1].metric, expected);
}

/// Messages as long as takes one byte more for the length than they would if they were one shorter.
#[test]
fn lengths_of_every_size() {
    for around in [1 << 7, 1 << 14, 1 << 21] {
        for help in around - 40..=around {
            let registry = Registry::new();
            registry.register(Definition::new("g", "h".repeat(help)), Arc::new(Level::new())).unwrap();
            registry.register(Definition::new("h", "Behind it."), Arc::new(Level::new())).unwrap();
            let found = read(&protobuf::generate_latest(&registry));
            let lens: Vec<_> = found.iter().map(|family| family.help().len()).collect();
            assert_eq!(lens, [help, 10]);
        }
    }
    assert_eq!(protobuf::generate_latest(&Registry::new()), b"");
}

/// As many series as make some 6 MiB, and one family behind them.
fn large() -> Registry {
    let registry = Registry::new();
    let items = Arc::new(Family::<Item<'static>, Count>::new().max_series(None));
    for n in 0..50_000u64 {
        items.with(&Item { item: &format!("{n:0>90}") }).inc_by(n);
    }
    registry.register(Definition::new("items", "Items."), items).unwrap();
    registry.register(Definition::new("level", "Level."), Arc::new(Level::new())).unwrap();
    registry
}

#[test]
fn a_large_family_goes_on_in_further_messages() {
    let registry = large();
    let page = protobuf::generate_latest(&registry);
    let mut found = read(&page);
    assert_eq!(found.pop().unwrap().name(), "level");
    assert!(found.len() > 10, "{}", found.len());
    let mut n = 0;
    for message in &found {
        let head = MetricFamily { metric: Vec::new(), ..message.clone() };
        assert_eq!(head, family("items_total", "Items.", MetricType::Counter, "", Vec::new()));
        assert!(prost::Message::encoded_len(message) < (256 << 10) + 200);
        for metric in &message.metric {
            assert_eq!(metric.label, labels(&[("item", &format!("{n:0>90}"))]));
            assert_eq!(metric.counter.as_ref().unwrap().value(), f64::from(n));
            n += 1;
        }
    }
    assert_eq!(n, 50_000);

    // In whatever pieces it is taken, always at the end of a message.
    let response = handle(&registry, &Request::new("GET", &[protobuf::CONTENT_TYPE_LATEST.as_bytes()]));
    assert_eq!(response.headers[0].1, protobuf::CONTENT_TYPE_LATEST);
    let mut sent = Vec::new();
    for (number, chunk) in response.body.enumerate() {
        let chunk = chunk.unwrap();
        assert!(number == 0 || chunk.len() < (256 << 10) + (64 << 10), "{}", chunk.len());
        read(&chunk);
        sent.extend_from_slice(&chunk);
    }
    assert!(sent == page);
}
