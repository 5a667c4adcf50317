//! Families: dense and hashed ones, seen from outside.

use metrics_core::testing::{sample_value, samples};
use metrics_core::{Counter, Family, Gauge, Handle, Histogram, LabelSet, LabelValue, Metrics, Registry};
use std::borrow::Cow;
use std::time::Duration;

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Post,
}

#[derive(LabelSet)]
struct Cached {
    method: Method,
    hit: bool,
}

#[derive(LabelSet)]
struct Request<'a> {
    method: Method,
    route: Cow<'a, str>,
    status: u16,
}

#[derive(Metrics)]
struct TestMetrics {
    /// Looked up in the cache.
    lookups: Family<Cached, Counter>,
    /// Entries of the cache.
    entries: Family<Cached, Gauge<i64>>,
    /// Time of a lookup.
    #[metric(unit = Seconds, buckets = [0.1, 1.0])]
    lookup_duration: Family<Cached, Histogram>,
    /// Requests served.
    requests: Family<Request<'static>, Counter>,
    /// Requests that are being served.
    in_flight: Family<Request<'static>, Gauge>,
    /// Time of a request.
    #[metric(unit = Seconds, buckets = [0.1, 1.0])]
    request_duration: Family<Request<'static>, Histogram>,
    /// All of them from the start.
    #[metric(preset)]
    preset: Family<Cached, Counter>,
}

fn metrics() -> (Registry, std::sync::Arc<TestMetrics>) {
    let registry = Registry::new();
    let metrics = TestMetrics::register_in(&registry).unwrap();
    (registry, metrics)
}

const GET_HIT: Cached = Cached { method: Method::Get, hit: true };

fn request(route: &str) -> Request<'_> {
    Request { method: Method::Post, route: route.into(), status: 201 }
}

#[test]
fn a_series_exists_from_its_first_lookup_on() {
    let (registry, metrics) = metrics();
    let hit = [("method", "get"), ("hit", "true")];
    assert_eq!(sample_value(&registry, "lookups_total", &hit), None);
    let _ = metrics.lookups.with(&GET_HIT);
    assert_eq!(sample_value(&registry, "lookups_total", &hit), Some(0.0));
    metrics.lookups.with(&GET_HIT).inc_by(2);
    assert_eq!(sample_value(&registry, "lookups_total", &hit), Some(2.0));
    assert_eq!(metrics.lookups.len(), 1);
}

#[test]
fn preset_series_exist_from_the_start() {
    let (registry, metrics) = metrics();
    assert_eq!(metrics.preset.len(), 4);
    assert_eq!(sample_value(&registry, "preset_total", &[("method", "post"), ("hit", "false")]), Some(0.0));
}

#[test]
fn dense_series_come_back_at_zero() {
    let (registry, metrics) = metrics();
    let labels = [("method", "get"), ("hit", "true")];
    let late = metrics.lookups.with(&GET_HIT).handle();
    metrics.lookups.with(&GET_HIT).inc_by(7);
    metrics.entries.with(&GET_HIT).set(3);
    metrics.lookup_duration.with(&GET_HIT).observe(0.5);

    assert!(metrics.lookups.remove(&GET_HIT) && metrics.entries.remove(&GET_HIT));
    assert!(metrics.lookup_duration.remove(&GET_HIT));
    assert!(!metrics.lookups.remove(&GET_HIT), "it is gone");
    assert_eq!(sample_value(&registry, "lookups_total", &labels), None);

    late.inc(); // lost
    metrics.lookups.with(&GET_HIT).inc();
    metrics.lookup_duration.with(&GET_HIT).observe(2.0);
    let _ = metrics.entries.with(&GET_HIT);
    assert_eq!(sample_value(&registry, "lookups_total", &labels), Some(1.0));
    assert_eq!(sample_value(&registry, "entries", &labels), Some(0.0));
    assert_eq!(sample_value(&registry, "lookup_duration_seconds_count", &labels), Some(1.0));
    assert_eq!(sample_value(&registry, "lookup_duration_seconds_sum", &labels), Some(2.0));
    assert_eq!(metrics.lookups.with(&GET_HIT).get(), 1);
    assert_eq!(metrics.lookup_duration.with(&GET_HIT).counts(), [0, 0, 1]);
    late.inc(); // counts again: it is the same series
    assert_eq!(sample_value(&registry, "lookups_total", &labels), Some(2.0));
}

#[test]
fn hashed_series_come_back_at_zero() {
    let (registry, metrics) = metrics();
    let late = metrics.requests.with(&request("/a")).handle();
    late.inc_by(7);
    assert!(metrics.requests.remove(&request("/a")));
    assert!(!metrics.requests.remove(&request("/a")));
    late.inc(); // lost
    metrics.requests.with(&request("/a")).inc();
    let labels = [("method", "post"), ("route", "/a"), ("status", "201")];
    assert_eq!(sample_value(&registry, "requests_total", &labels), Some(1.0));
    assert_eq!(late.get(), 8);
}

#[test]
fn values_with_other_bounds_are_other_series() {
    #[derive(LabelSet)]
    struct Two<'a> {
        a: &'a str,
        b: &'a str,
    }
    let family = Family::<Two<'static>, Counter>::new();
    family.with(&Two { a: "ab", b: "c" }).inc();
    family.with(&Two { a: "a", b: "bc" }).inc();
    family.with(&Two { a: "", b: "abc" }).inc();
    family.with(&Two { a: "a\",b=\"b", b: "c" }).inc();
    assert_eq!(family.len(), 4);
    assert_eq!(family.with(&Two { a: "ab", b: "c" }).get(), 1);
}

#[test]
fn values_that_read_the_same_are_one_series() {
    #[derive(LabelSet)]
    struct Mixed<'a> {
        number: Option<u8>,
        text: &'a str,
    }
    let family = Family::<Mixed<'static>, Counter>::new();
    family.with(&Mixed { number: None, text: "x" }).inc();
    family.with(&Mixed { number: Some(1), text: "x" }).inc();
    family.with(&Mixed { number: Some(1), text: &String::from("x") }).inc();
    assert_eq!(family.len(), 2);
}

#[test]
fn series_stand_in_the_order_of_their_creation() {
    let (registry, metrics) = metrics();
    for i in (0..3_000).rev() {
        metrics.requests.with(&request(&i.to_string())).inc();
    }
    metrics.requests.remove(&request("2000"));
    let routes: Vec<String> = samples(&registry)
        .into_iter()
        .filter(|sample| sample.name == "requests_total")
        .map(|sample| sample.labels[1].1.clone())
        .collect();
    let expected: Vec<String> = (0..3_000).rev().filter(|i| *i != 2000).map(|i| i.to_string()).collect();
    assert_eq!(routes, expected);
}

#[test]
fn retain_and_clear() {
    let (_, metrics) = metrics();
    for i in 0..5_000 {
        metrics.requests.with(&request(&i.to_string())).inc();
    }
    metrics.requests.retain(|labels| labels.pairs().any(|(name, value)| name == "route" && value.len() == 2));
    assert_eq!(metrics.requests.len(), 90);
    metrics.requests.clear();
    assert!(metrics.requests.is_empty());
    metrics.lookups.with(&GET_HIT).inc();
    metrics.lookups.retain(|labels| labels.pairs().all(|(_, value)| value != "true"));
    assert!(metrics.lookups.is_empty());
}

#[test]
fn retain_ends_though_it_makes_series() {
    let (_, metrics) = metrics();
    let mut next = 0;
    metrics.requests.with(&request("/")).inc();
    metrics.requests.retain(|_| {
        next += 1;
        metrics.requests.with(&request(&next.to_string())).inc();
        true
    });
    assert_eq!(next, 1);
}

/// `keep` is the user's code: it may use the family.
#[test]
fn retain_may_use_the_family() {
    let (_, metrics) = metrics();
    metrics.requests.with(&request("/a")).inc();
    metrics.requests.retain(|_| metrics.requests.with(&request("/a")).get() == 0);
    assert!(metrics.requests.is_empty());
}

#[test]
fn guards_of_a_reference_outlive_it() {
    fn sent<T: Send + 'static>(_: &T) {}
    let (registry, metrics) = metrics();
    let timer = metrics.request_duration.with(&request("/a")).start_timer();
    let in_flight = metrics.in_flight.with(&request("/a")).track_in_progress();
    sent(&timer);
    sent(&in_flight);
    let labels = [("method", "post"), ("route", "/a"), ("status", "201")];
    assert_eq!(sample_value(&registry, "in_flight", &labels), Some(1.0));
    std::thread::spawn(move || drop((timer, in_flight))).join().unwrap();
    assert_eq!(sample_value(&registry, "in_flight", &labels), Some(0.0));
    assert_eq!(sample_value(&registry, "request_duration_seconds_count", &labels), Some(1.0));

    metrics.request_duration.with(&request("/a")).start_timer().discard();
    let elapsed = metrics.request_duration.with(&request("/a")).start_timer().observe();
    assert!(elapsed < Duration::from_secs(60));
    assert_eq!(metrics.request_duration.with(&request("/a")).count(), 2);
}

#[test]
fn a_handle_outlives_its_family() {
    let handles: Vec<Handle<Counter>> = {
        let (_, metrics) = metrics();
        let hashed = metrics.requests.with(&request("/a")).handle();
        vec![hashed.clone(), metrics.lookups.with(&GET_HIT).handle()]
    };
    for handle in handles {
        handle.clone().inc();
        assert_eq!(handle.get(), 1);
    }
}

#[test]
fn metrics_that_are_dropped_leave_nothing_to_the_next() {
    for _ in 0..1_000 {
        let (counter, gauge, histogram) = (Counter::new(), Gauge::new(), Histogram::new(&[1.0]));
        assert_eq!((counter.get(), gauge.get(), histogram.count(), histogram.sum()), (0, 0.0, 0, 0.0));
        counter.inc();
        gauge.set(5.0);
        histogram.observe(0.5);
    }
}

#[test]
fn counters_take_no_amount_that_would_break_them() {
    let counter = Counter::<f64>::default();
    counter.inc_by(1.5);
    for bad in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.5] {
        counter.inc_by(bad);
    }
    assert_eq!(counter.get(), 1.5);
    let rejected = sample_value(Registry::global(), "metrics_core_rejected_updates_total", &[]);
    assert!(rejected >= Some(5.0), "{rejected:?}");
}

#[test]
fn nan_counts_in_the_last_bucket_and_spoils_the_sum() {
    let histogram = Histogram::new(&[1.0, 2.0]);
    histogram.observe(f64::NAN);
    histogram.observe(-f64::NAN);
    histogram.observe(f64::INFINITY);
    histogram.observe(f64::NEG_INFINITY);
    assert_eq!(histogram.counts(), [1, 0, 3]);
    assert!(histogram.sum().is_nan());
}

#[test]
fn counters_are_exact_beyond_doubles() {
    let (registry, metrics) = metrics();
    metrics.lookups.with(&GET_HIT).inc_by((1 << 53) + 1);
    let sample = samples(&registry).into_iter().find(|sample| sample.name == "lookups_total").unwrap();
    assert_eq!(sample.value, metrics_core::model::Number::U64(9_007_199_254_740_993));
}
