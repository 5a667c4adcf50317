//! Exact pages of every type, in each format and with each way to escape names. After a change that is meant, run with
//! `UPDATE_GOLDEN=1` and read the difference.

mod every_type;
mod messages;

use every_type::{INF, at, exemplar};
use metrics_core::Registry;
use metrics_core::model::{
    BucketSpan, CounterMetricFamily, CounterPoint, Exemplar, GaugeHistogramMetricFamily, GaugeHistogramPoint,
    GaugeMetricFamily, HistogramMetricFamily, HistogramPoint, InfoMetricFamily, MetricFamily, NativeBuckets,
    NativeHistogram, StateSetMetricFamily, SummaryMetricFamily, SummaryPoint, UnknownMetricFamily,
};
use metrics_core::name::EscapingScheme;
use metrics_exposition::{EncoderOptions, FORMATS, Format, parse};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

/// Of every type again, with names that not every reader knows.
fn odd_names() -> Result<Vec<MetricFamily>, Box<dyn Error>> {
    let mut requests = CounterMetricFamily::new("http.requests_served", "Requests.", ["http.method", "code"])?;
    let traced = Exemplar::new([("trace.id", "a\"b")], 1.0)?.at(at(12, 500));
    requests.add_metric(["get", "200"], CounterPoint::from(7).exemplar(traced).created(at(10, 250)))?;
    let mut spent = CounterMetricFamily::new("energy.spent", "With a unit.", [])?.with_unit("joules")?;
    spent.add_metric([], CounterPoint::from(0.5).timestamp(at(20, 1)))?;

    let mut load = GaugeMetricFamily::new("cpu.load", "Load.", ["host\"\\\n"])?.with_unit("ratio")?;
    load.add_metric(["\\ \" \n"], 0.25)?;

    let mut latency = HistogramMetricFamily::new("http.latency", "Time to answer.", ["le.to"])?.with_unit("seconds")?;
    let buckets = [(0.5, 3, None), (INF, 5, Some(exemplar("c", 2e6).at(at(13, 0))))];
    latency.add_metric(["a"], HistogramPoint::with_exemplars(buckets)?.sum(4.5).created(at(10, 0)))?;

    let positive = NativeBuckets::from_counts(vec![BucketSpan { offset: -1, length: 2 }], vec![1, 2])?;
    let native = NativeHistogram::new(3, 4.5, positive, NativeBuckets::default())?.with_zero_bucket(0.001, 1)?;
    let native = native.with_exemplars(vec![exemplar("n", 1.0).at(at(14, 0))])?;
    let mut native_only = HistogramMetricFamily::new("native.latency", "Native only.", ["a.b"])?;
    native_only.add_metric(["x"], HistogramPoint::default().native(native).created(at(10, 0)))?;

    let ages = GaugeHistogramPoint::per_bucket(&[-1.0, 60.0], &[2, 0, 1])?.sum(-70.5);
    let mut waiting = GaugeHistogramMetricFamily::new("queue.ages", "Ages of what waits.", ["queue.name"])?;
    waiting.add_metric(["mail"], ages)?;

    let mut sizes = SummaryMetricFamily::new("body size", "Sizes.", ["content type"])?.with_unit("bytes")?;
    let size = SummaryPoint::from((4, 100.0)).quantile(0.5, 20.0).quantile(0.99, 61.5);
    sizes.add_metric(["in"], size.created(at(10, 0)))?;

    let mut build = InfoMetricFamily::new("build.of_this", "What runs.", ["part.of"])?;
    build.add_metric(["web"], [("version", "1.2"), ("commit.hash", "a\nb")])?;

    let mut door = StateSetMetricFamily::new("door:花火", "Of the fridge.", ["floor"])?;
    door.add_metric(["1"], [("open", true), ("shut", false)])?;

    let other = UnknownMetricFamily::single("1st", "", -0.5)?;
    Ok(vec![
        requests.into(),
        spent.into(),
        load.into(),
        latency.into(),
        native_only.into(),
        waiting.into(),
        sizes.into(),
        build.into(),
        door.into(),
        other.into(),
    ])
}

fn registry() -> Registry {
    let (registry, mut families) = (Registry::new(), every_type::all().unwrap());
    families.extend(odd_names().unwrap());
    registry.register_collector(Arc::new(move || families.clone())).unwrap();
    registry
}

fn page(format: &Format, escaping: EscapingScheme) -> Vec<u8> {
    let mut encoder = format.encoder(EncoderOptions { escaping, created: true });
    encoder.encode(&registry());
    encoder.take()
}

/// Messages as text, a line for each metric.
fn shown(format: &Format, page: Vec<u8>) -> String {
    if format.media_type() != "application/vnd.google.protobuf" {
        return String::from_utf8(page).unwrap();
    }
    let mut shown = String::new();
    for family in messages::read(&page) {
        let messages::MetricFamily { name, help, unit, metric, .. } = &family;
        shown += &format!("{:?} {name:?} {unit:?} {help:?}\n", family.r#type());
        metric.iter().for_each(|metric| shown += &format!("  {metric:?}\n"));
    }
    shown
}

#[test]
fn every_format_type_and_escaping() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/every_type");
    for format in FORMATS {
        for escaping in EscapingScheme::ALL {
            // The others nobody can ask for.
            if format.version() == "0.0.4" && escaping != EscapingScheme::Underscores {
                continue;
            }
            let file = match (format.media_type(), format.version()) {
                ("text/plain", version) => format!("{version}-{escaping}.txt"),
                (_, "1.0.0") => format!("{escaping}.om"),
                (_, "2.0.0") => format!("{escaping}.om2"),
                _ => format!("{escaping}.messages"),
            };
            let (path, page) = (folder.join(&file), shown(format, page(format, escaping)));
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                std::fs::write(&path, &page).unwrap();
            }
            let expected = std::fs::read_to_string(&path).unwrap();
            for (number, (line, expected)) in page.split('\n').zip(expected.split('\n')).enumerate() {
                assert_eq!(line, expected, "line {} of {file}", number + 1);
            }
            assert_eq!(page, expected, "{file}");
        }
    }
}

/// Strict readers take each of them.
#[test]
fn they_can_be_read() {
    for escaping in EscapingScheme::ALL {
        for format in FORMATS {
            let page = page(format, escaping);
            let families: Result<Vec<_>, _> = match (format.media_type(), format.version()) {
                ("text/plain", _) => parse::text::parse(&page).collect(),
                ("application/openmetrics-text", "1.0.0") => parse::openmetrics::parse(&page).collect(),
                _ => continue,
            };
            let families = families.unwrap_or_else(|error| panic!("{format:?} {escaping}: {error}"));
            assert!(families.len() >= 18, "{format:?} {escaping}");
        }
    }
}
