use super::*;
use crate::labels::{Clients, Key, MeasuredsSet, Ours, keys};
use fast_telemetry::{DynamicCounter, DynamicHistogram, PrometheusExport};
use measured::metric::histogram::Thresholds;
use measured::text::BufferedTextEncoder;
use measured::{CounterVec, HistogramVec, MetricGroup};
use metrics_bench::{Random, Subject, Workload};
use metrics_core::registry::Definition;
use metrics_core::{Counter, DEFAULT_BUCKETS, Family, Gauge, Histogram, Registry};
use metrics_exposition::{EncoderOptions, Format, openmetrics, protobuf, text};
use prometheus::{HistogramOpts, HistogramVec as PrometheusHistograms, IntCounterVec, Opts};
use prometheus_client::metrics::counter::Counter as ClientCounter;
use prometheus_client::metrics::family::Family as ClientFamily;
use prometheus_client::metrics::histogram::Histogram as ClientHistogram;
use std::hint::black_box;
use std::sync::{Arc, Barrier, Mutex};

pub(crate) const OURS_TOUCHED_BY_8: &str = "metrics-core, touched by 8 threads";
pub(crate) const OURS_OPENMETRICS: &str = "metrics-core, OpenMetrics";
pub(crate) const COPY: &str = "copy and itoa";
pub(crate) const TELEMETRY: &str = "fast-telemetry";
pub(crate) const OURS_PROTOBUF: &str = "metrics-core, protobuf";

const NAME: &str = "http_requests";
const HELP: &str = "Requests.";

pub(crate) fn small() -> Workload {
    Workload { counted: 10, ..Workload::slow(counters(1_000), 41) }
}

pub(crate) fn large() -> Workload {
    Workload::slow(counters(100_000), 15)
}

/// Lines of 93 bytes with values of one to seven digits.
fn counters(series: usize) -> Vec<Subject> {
    let keys = keys(series);
    let mut random = Random::new(5);
    let counted = keys.iter().map(|key| (key, 10u64.pow(1 + u32::try_from(random.below(7)).unwrap_or(0))));
    let counted: Vec<(&Key, u64)> = counted.map(|(key, limit)| (key, random_below(limit))).collect();

    let prometheus = IntCounterVec::new(Opts::new(NAME, HELP), &["path", "tenant"]).unwrap();
    let client = ClientFamily::<Clients, ClientCounter>::default();
    let measured = Measured { http_requests: CounterVec::new() };
    let telemetry = DynamicCounter::new(2);
    for (key, n) in &counted {
        prometheus.with_label_values(&key.array()).inc_by(*n);
        client.get_or_create(&key.clients()).inc_by(*n);
        measured.http_requests.inc_by(key.measureds(), *n);
        telemetry.add(&[("path", &key.path), ("tenant", &key.tenant)], isize::try_from(*n).unwrap());
    }
    let mut subjects = vec![
        measured_subject(series, measured),
        ours_subject(OURS, series, ours(&counted, 1), text::FORMAT),
        ours_subject(OURS_TOUCHED_BY_8, series, ours(&counted, 8), text::FORMAT),
        ours_subject(OURS_OPENMETRICS, series, ours(&counted, 1), openmetrics::FORMAT),
        ours_subject(OURS_PROTOBUF, series, ours(&counted, 1), protobuf::FORMAT),
        prometheus_subject(series, Box::new(prometheus)),
        client_subject(series, client),
        copy_subject(series, &counted),
    ];
    // It has no more series than this.
    if series <= 1_000 {
        subjects.push(telemetry_subject(series, telemetry));
    }
    subjects
}

fn random_below(limit: u64) -> u64 {
    Random::new(limit).next() % limit
}

#[derive(MetricGroup)]
struct Measured {
    /// Requests.
    http_requests: CounterVec<MeasuredsSet>,
}

/// The registry with a family in which so many threads counted. They stay alive: of what ended, copies are added up once
/// and for all.
fn ours(counted: &[(&'static Key, u64)], threads: usize) -> Registry {
    let registry = Registry::new();
    let family = Arc::new(Family::<Ours<'static>, Counter>::new().max_series(None));
    registry.register(Definition::new(NAME, HELP), Arc::clone(&family)).unwrap();
    let (barrier, counted) = (Arc::new(Barrier::new(threads)), Arc::new(counted.to_vec()));
    let count = move || {
        for (key, n) in counted.iter() {
            family.with(&key.ours()).inc_by(n / threads as u64);
        }
        barrier.wait();
    };
    for _ in 1..threads {
        let count = count.clone();
        std::thread::spawn(move || {
            count();
            loop {
                std::thread::park();
            }
        });
    }
    count();
    registry
}

fn ours_subject(who: &'static str, series: usize, registry: Registry, format: Format) -> Subject {
    let encoder = Mutex::new(format.encoder(EncoderOptions::default()));
    Subject::batch(who, series, move || {
        let mut encoder = encoder.lock().unwrap();
        encoder.clear();
        encoder.encode(&registry);
        black_box(encoder.as_bytes().len());
    })
}

fn measured_subject(series: usize, group: impl MetricGroup<BufferedTextEncoder> + Sync + 'static) -> Subject {
    let encoder = Mutex::new(BufferedTextEncoder::new());
    Subject::batch(MEASURED, series, move || {
        let mut encoder = encoder.lock().unwrap();
        group.collect_group_into(&mut *encoder).unwrap();
        black_box(encoder.finish());
    })
}

fn prometheus_subject(series: usize, collector: Box<dyn prometheus::core::Collector>) -> Subject {
    let registry = prometheus::Registry::new();
    registry.register(collector).unwrap();
    let text = Mutex::new(String::new());
    Subject::batch(PROMETHEUS, series, move || {
        let mut text = text.lock().unwrap();
        text.clear();
        prometheus::TextEncoder::new().encode_utf8(&registry.gather(), &mut text).unwrap();
        black_box(text.len());
    })
}

fn client_subject(series: usize, metric: impl prometheus_client::registry::Metric) -> Subject {
    let mut registry = prometheus_client::registry::Registry::default();
    registry.register(NAME, HELP, metric);
    let text = Mutex::new(String::new());
    Subject::batch(CLIENT, series, move || {
        let mut text = text.lock().unwrap();
        text.clear();
        prometheus_client::encoding::text::encode(&mut *text, &registry).unwrap();
        black_box(text.len());
    })
}

fn telemetry_subject(series: usize, metric: impl PrometheusExport + Sync + Send + 'static) -> Subject {
    let text = Mutex::new(String::new());
    Subject::batch(TELEMETRY, series, move || {
        let mut text = text.lock().unwrap();
        text.clear();
        metric.export_prometheus(&mut text, NAME, HELP);
        black_box(text.len());
    })
}

/// What nobody can beat: copying what stands in the line, and the number.
fn copy_subject(series: usize, counted: &[(&Key, u64)]) -> Subject {
    let line = |(key, n): &(&Key, u64)| {
        (format!("{NAME}_total{{path=\"{}\",tenant=\"{}\"}} ", key.path, key.tenant).into_bytes(), *n)
    };
    let lines: Vec<(Vec<u8>, u64)> = counted.iter().map(line).collect();
    let text = Mutex::new(Vec::new());
    Subject::batch(COPY, series, move || {
        let mut text = text.lock().unwrap();
        text.clear();
        for (line, n) in &lines {
            text.extend_from_slice(line);
            text.extend_from_slice(itoa::Buffer::new().format(*n).as_bytes());
            text.push(b'\n');
        }
        black_box(text.len());
    })
}

/// A gauge holds a double, and most of those here are whole.
pub(crate) fn gauges() -> Workload {
    const SERIES: usize = 1_000;
    let registry = Registry::new();
    let family = Arc::new(Family::<Ours<'static>, Gauge>::new());
    registry.register(Definition::new("queue_length", "Waiting."), Arc::clone(&family)).unwrap();
    let mut random = Random::new(7);
    for key in keys(SERIES) {
        let n = random.below(1_000_000) as f64;
        family.with(&key.ours()).set(if random.below(4) == 0 { n / 1_024.0 } else { n });
    }
    let subjects = vec![
        ours_subject(OURS, SERIES, registry.clone(), text::FORMAT),
        ours_subject(OURS_PROTOBUF, SERIES, registry, protobuf::FORMAT),
    ];
    Workload { counted: 10, ..Workload::slow(subjects, 41) }
}

const BOUNDS: usize = DEFAULT_BUCKETS.len();

#[derive(MetricGroup)]
struct MeasuredHistograms {
    /// Requests.
    http_requests: HistogramVec<MeasuredsSet, BOUNDS>,
}

pub(crate) fn histograms() -> Workload {
    const SERIES: usize = 100;
    let keys = keys(SERIES);
    let registry = Registry::new();
    let ours = Arc::new(Family::<Ours<'static>, Histogram>::new());
    registry.register(Definition::new(NAME, HELP), Arc::clone(&ours)).unwrap();
    let prometheus = PrometheusHistograms::new(
        HistogramOpts::new(NAME, HELP).buckets(DEFAULT_BUCKETS.to_vec()),
        &["path", "tenant"],
    );
    let prometheus = prometheus.unwrap();
    let client = ClientFamily::<Clients, ClientHistogram, fn() -> ClientHistogram>::new_with_constructor(|| {
        ClientHistogram::new(DEFAULT_BUCKETS)
    });
    let thresholds = Thresholds::with_buckets(DEFAULT_BUCKETS);
    let measured = MeasuredHistograms {
        http_requests: HistogramVec::with_label_set_and_metadata(MeasuredsSet::new(), thresholds),
    };
    // Whole numbers only.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 20,000")]
    let millis = |seconds: f64| (seconds * 1_000.0) as u64;
    let telemetry = DynamicHistogram::new(&DEFAULT_BUCKETS.map(millis), 2);
    let mut random = Random::new(6);
    for _ in 0..100 * SERIES {
        let key = &keys[random.below(SERIES)];
        let value = 20.0 * random.unit().powi(4);
        ours.with(&key.ours()).observe(value);
        prometheus.with_label_values(&key.array()).observe(value);
        client.get_or_create(&key.clients()).observe(value);
        measured.http_requests.observe(key.measureds(), value);
        telemetry.record(&[("path", &key.path), ("tenant", &key.tenant)], millis(value));
    }
    let subjects = vec![
        measured_subject(SERIES, measured),
        ours_subject(OURS, SERIES, registry.clone(), text::FORMAT),
        ours_subject(OURS_PROTOBUF, SERIES, registry, protobuf::FORMAT),
        prometheus_subject(SERIES, Box::new(prometheus)),
        client_subject(SERIES, client),
        telemetry_subject(SERIES, telemetry),
    ];
    Workload { counted: 10, ..Workload::slow(subjects, 41) }
}
