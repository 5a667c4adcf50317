//! The most series that a family may have. In a process of its own: it reads the library's own metrics.

use metrics_core::testing::{sample_value, samples};
use metrics_core::{Counter, DEFAULT_MAX_SERIES, Family, Histogram, LabelSet, Metrics, Registry};

#[derive(LabelSet)]
struct Request<'a> {
    path: &'a str,
    status: u16,
}

#[derive(Metrics)]
#[metrics(prefix = "cap")]
struct Capped {
    /// By default.
    plain: Family<Request<'static>, Counter>,
    /// Told otherwise.
    #[metric(max_series = 3)]
    few: Family<Request<'static>, Counter>,
    /// Buckets.
    #[metric(unit = Bytes, buckets = [1.0, 10.0], max_series = 2)]
    sizes: Family<Request<'static>, Histogram>,
    /// Without one.
    #[metric(max_series = off)]
    any: Family<Request<'static>, Counter>,
}

const OVERFLOW: [(&str, &str); 2] = [("path", "__overflow__"), ("status", "__overflow__")];

fn overflowed(family: &str) -> Option<f64> {
    sample_value(Registry::global(), "metrics_core_overflowed_lookups_total", &[("family", family)])
}

#[test]
fn beyond_the_default_all_count_in_one_series() {
    let registry = Registry::new();
    let metrics = Capped::register_in(&registry).unwrap();
    let paths: Vec<String> = (0..2 * DEFAULT_MAX_SERIES).map(|i| format!("/{i}")).collect();
    for path in &paths {
        metrics.plain.with(&Request { path, status: 200 }).inc();
        metrics.any.with(&Request { path, status: 200 }).inc();
    }
    assert_eq!(metrics.plain.len(), DEFAULT_MAX_SERIES + 1);
    assert_eq!(metrics.any.len(), 2 * DEFAULT_MAX_SERIES);
    assert_eq!(sample_value(&registry, "cap_plain_total", &OVERFLOW), Some(DEFAULT_MAX_SERIES as f64));
    assert_eq!(sample_value(&registry, "cap_any_total", &OVERFLOW), None);
    assert_eq!(overflowed("cap_plain"), Some(DEFAULT_MAX_SERIES as f64));
    assert_eq!(overflowed("cap_any"), None);
    // Those that are there go on.
    metrics.plain.with(&Request { path: "/7", status: 200 }).inc();
    assert_eq!(sample_value(&registry, "cap_plain_total", &[("path", "/7"), ("status", "200")]), Some(2.0));
}

#[test]
fn what_is_removed_makes_room() {
    let registry = Registry::new();
    let metrics = Capped::register_in(&registry).unwrap();
    let count = |path| metrics.few.with(&Request { path, status: 1 }).inc();
    ["a", "b", "c", "d", "e"].into_iter().for_each(count);
    assert_eq!(sample_value(&registry, "cap_few_total", &OVERFLOW), Some(2.0));
    assert!(metrics.few.remove(&Request { path: "b", status: 1 }));
    ["d", "e"].into_iter().for_each(count);
    assert_eq!(sample_value(&registry, "cap_few_total", &[("path", "d"), ("status", "1")]), Some(1.0));
    assert_eq!(sample_value(&registry, "cap_few_total", &OVERFLOW), Some(3.0));
    // The overflow series is one as any other.
    metrics.few.retain(|labels| labels.pairs().all(|(_, value)| value != "__overflow__"));
    assert_eq!(sample_value(&registry, "cap_few_total", &OVERFLOW), None);
    assert_eq!(metrics.few.len(), 3);
    count("f");
    assert_eq!(sample_value(&registry, "cap_few_total", &OVERFLOW), Some(1.0));
    metrics.few.clear();
    assert!(metrics.few.is_empty());
    ["a", "b", "c"].into_iter().for_each(count);
    assert_eq!(metrics.few.len(), 3);
    assert_eq!(sample_value(&registry, "cap_few_total", &OVERFLOW), None);
    assert_eq!(overflowed("cap_few"), Some(4.0));
}

#[test]
fn every_metric_type_overflows_and_threads_agree() {
    let registry = Registry::new();
    let metrics = Capped::register_in(&registry).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let sizes = &metrics.sizes;
            scope.spawn(move || {
                for i in 0..1_000 {
                    let path = format!("/{}", (i * 8 + thread) % 4_000);
                    sizes.with(&Request { path: &path, status: 200 }).observe(5.0);
                }
            });
        }
    });
    assert_eq!(metrics.sizes.len(), 3);
    let counts = samples(&registry).into_iter().filter(|sample| sample.name == "cap_sizes_bytes_count");
    assert_eq!(counts.map(|sample| sample.value.as_f64()).sum::<f64>(), 8_000.0);
}

/// One that was made by hand has no name to tell.
#[test]
fn a_family_without_a_name_is_told_by_its_labels() {
    let family = Family::<Request<'static>, Counter>::new().max_series(Some(1));
    ["a", "b", "c"].into_iter().for_each(|path| family.with(&Request { path, status: 1 }).inc());
    assert_eq!(overflowed("{path,status}"), Some(2.0));
    // A set that reads the same as the overflow series is that series.
    #[derive(LabelSet)]
    struct Text<'a> {
        path: &'a str,
    }
    let family = Family::<Text<'static>, Counter>::new().max_series(Some(1));
    ["__overflow__", "a", "b"].into_iter().for_each(|path| family.with(&Text { path }).inc());
    assert_eq!((family.len(), family.with(&Text { path: "__overflow__" }).get()), (2, 2));
}
