//! Exact bytes of each format for a registry that holds everything. After a change that is meant, run with
//! `UPDATE_GOLDEN=1` and read the difference.

use metrics_core::model::{Exemplar, HistogramMetricFamily, HistogramPoint, Unit, float_to_go_string};
use metrics_core::registry::Definition;
use metrics_core::{
    CallbackCounter, CallbackGauge, Counter, Family, Gauge, Histogram, LabelSet, LabelValue, Metrics, Registry,
};
use metrics_exposition::{EncoderOptions, openmetrics, text};
use std::path::Path;
use std::sync::Arc;

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Post,
}

#[derive(LabelSet)]
struct Request<'a> {
    method: Method,
    route: &'a str,
}

#[derive(LabelSet)]
struct Switch {
    method: Method,
    on: bool,
}

#[derive(Metrics)]
#[metrics(prefix = "golden", const_labels(region = "eu \"west\""))]
struct Golden {
    /// Requests, by method and route.
    requests: Family<Request<'static>, Counter>,
    /// Backslash \ and "quotes" in the help.
    #[metric(unit = Joules)]
    spent: Counter<f64>,
    /// Time to answer.
    #[metric(unit = Seconds, buckets = [0.00001, 0.005, 0.1, 1.0, 2.5, 100000.0, 1000000.0])]
    latency: Family<Request<'static>, Histogram>,
    /// Temperature.
    #[metric(unit = Celsius)]
    temperature: Family<Switch, Gauge>,
    /// Dense, so that all series are there.
    #[metric(preset)]
    switched: Family<Switch, Counter>,
}

#[derive(Metrics)]
struct Plain {
    /// A counter that passed 2^53.
    large: Counter,
    /// Whole and negative.
    level: Gauge<i64>,
    /// Without labels.
    sizes: Histogram,
    /// Bounds below zero: OpenMetrics forbids the sum.
    #[metric(buckets = [-1.5, 0.0, 1.5])]
    drift: Histogram,
    /// One observation was no number.
    #[metric(buckets = [1.0])]
    noise: Histogram,
    /// Has no function, hence no value: left out.
    absent: CallbackGauge,
    /// Has no series: left out.
    empty: Family<Request<'static>, Counter>,
}

fn registry() -> Registry {
    let registry = Registry::new();
    let golden = Golden::register_in(&registry).unwrap();
    for route in ["/", "C:\\temp\"x\"\ny", "/ä/🦀", "", "a\tb\rc", ",}{= #"] {
        golden.requests.with(&Request { method: Method::Get, route }).inc_by(route.len() as u64);
    }
    golden.requests.with(&Request { method: Method::Post, route: "/" }).inc_by(1_234_567_890_123);
    golden.spent.inc_by(0.1);
    golden.spent.inc_by(0.2);
    for seconds in [0.000_001, 0.005, 0.006, 3.0, 1e7] {
        golden.latency.with(&Request { method: Method::Get, route: "/" }).observe(seconds);
    }
    golden.latency.with(&Request { method: Method::Post, route: "\\" });
    for (on, value) in [(false, -40.5), (true, f64::NAN)] {
        golden.temperature.with(&Switch { method: Method::Get, on }).set(value);
    }
    for (on, value) in [(false, f64::INFINITY), (true, f64::NEG_INFINITY)] {
        golden.temperature.with(&Switch { method: Method::Post, on }).set(value);
    }
    golden.switched.with(&Switch { method: Method::Post, on: true }).inc();

    let plain = Plain::register_in(&registry).unwrap();
    plain.large.inc_by((1 << 53) + 1);
    plain.level.set(-12);
    plain.sizes.observe(0.3);
    plain.drift.observe(-1.0);
    plain.noise.observe(f64::NAN);

    // Constant labels only; one family from two registrations; numbers at their limits.
    for (disk, value) in [("sda", 5e-324), ("sdb", f64::MAX), ("sdc", 1e16), ("sdd", -0.0), ("sde", 1e-7)] {
        let definition = Definition {
            unit: Some(Unit::Ratio),
            const_labels: vec![("disk".into(), disk.into())],
            ..Definition::new("disk_used", "Of the disk.")
        };
        registry.register(definition, Arc::new(CallbackGauge::new(move || value))).unwrap();
    }
    let ticks = Arc::new(CallbackCounter::new(|| u64::MAX));
    registry.register(Definition::new("ticks_total", "At the end of u64."), ticks).unwrap();
    registry
}

fn compare(page: &[u8], file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    let page = std::str::from_utf8(page).unwrap();
    for (number, (line, expected)) in page.split('\n').zip(expected.split('\n')).enumerate() {
        assert_eq!(line, expected, "line {} of {file}", number + 1);
    }
    assert_eq!(page, expected, "{file}");
}

#[test]
fn text() {
    compare(&text::generate_latest(&registry()), "everything.txt");
}

#[test]
fn openmetrics() {
    compare(&openmetrics::generate_latest(&registry()), "everything.om");
}

#[test]
fn empty_registry() {
    assert_eq!(text::generate_latest(&Registry::new()), b"");
    assert_eq!(openmetrics::generate_latest(&Registry::new()), b"# EOF\n");
}

#[test]
fn created() {
    let registry = Registry::new();
    let jobs = Arc::new(Counter::<u64>::default());
    let sizes = Arc::new(Histogram::new(&[1.0]));
    registry.register(Definition::new("jobs", "Jobs."), Arc::clone(&jobs)).unwrap();
    registry.register(Definition::new("sizes", "Sizes."), Arc::clone(&sizes)).unwrap();

    let mut encoder = openmetrics::FORMAT.encoder(EncoderOptions { created: true, ..EncoderOptions::default() });
    encoder.encode(&registry);
    let page = String::from_utf8(encoder.take()).unwrap();
    let mut lines = page.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.next(), Some("jobs_total 0"));
    assert_eq!(lines.next(), Some(&*format!("jobs_created {}", jobs.created().as_secs_f64())));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            "sizes_bucket{le=\"1.0\"} 0",
            "sizes_bucket{le=\"+Inf\"} 0",
            "sizes_sum 0",
            "sizes_count 0",
            &format!("sizes_created {}", sizes.created().as_secs_f64())
        ]
    );
}

/// OpenMetrics allows none that the bucket does not count.
#[test]
fn exemplars_lie_in_their_buckets() {
    let exemplar = |value| Some(Exemplar::new([("id", "1")], value).unwrap());
    let buckets = [(1.0, 1, exemplar(1.5)), (2.0, 2, exemplar(2.0)), (f64::INFINITY, 3, exemplar(f64::NAN))];
    let family = HistogramMetricFamily::single("h", "", HistogramPoint::with_exemplars(buckets).unwrap()).unwrap();
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || vec![family.clone().into()])).unwrap();
    let page = "# TYPE h histogram\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"2.0\"} 2 # {id=\"1\"} 2.0\n\
        h_bucket{le=\"+Inf\"} 3 # {id=\"1\"} NaN\n# EOF\n";
    assert_eq!(String::from_utf8(openmetrics::generate_latest(&registry)).unwrap(), page);
}

/// A buffer that is used again holds one page, not two.
#[test]
fn encoders_can_be_used_again() {
    let registry = registry();
    for format in metrics_exposition::FORMATS {
        let expected = format.generate_latest(&registry);
        let mut encoder = format.encoder(EncoderOptions::default());
        for _ in 0..3 {
            encoder.clear();
            encoder.encode(&registry);
            assert_eq!(encoder.as_bytes(), expected, "{format:?}");
        }
    }
}

/// `tests/peers/floats.py` has asked Prometheus for them.
#[test]
fn doubles_as_go_spells_them() {
    let spelled = include_str!("doubles/go.txt");
    assert_eq!(spelled.lines().count(), 10_000);
    for line in spelled.lines() {
        let value: f64 = line.parse().unwrap();
        assert_eq!(float_to_go_string(value), line);
    }
}
