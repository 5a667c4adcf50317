//! Exemplars of counters and histograms, as OpenMetrics shows them.

use metrics_core::model::{Exemplar, ExemplarError};
use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, Histogram, LabelSet, LabelValue, NativeOptions, Registry};
use std::sync::Arc;
use std::thread;

fn openmetrics(registry: &Registry) -> String {
    String::from_utf8(metrics_exposition::openmetrics::generate_latest(registry)).unwrap()
}

/// Lines with exemplars, without the times of these.
fn exemplars(registry: &Registry) -> Vec<String> {
    let page = openmetrics(registry);
    let lines = page.lines().filter(|line| line.contains(" # {"));
    lines.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
}

#[derive(Clone, Copy, LabelValue)]
enum Kind {
    Small,
    Large,
}

#[derive(LabelSet)]
struct Dense {
    kind: Kind,
}

#[derive(LabelSet)]
struct Hashed<'a> {
    path: &'a str,
}

#[test]
fn the_last_one_of_each_series_and_bucket_is_shown() {
    let registry = Registry::new();
    let (counter, floats) = (Arc::new(Counter::new()), Arc::new(Counter::<f64>::default()));
    let histogram = Arc::new(Histogram::new(&[0.1, 1.0]));
    registry.register(Definition::new("jobs", "Jobs."), counter.clone()).unwrap();
    registry.register(Definition::new("spent", "Money."), floats.clone()).unwrap();
    registry.register(Definition::new("took", "Time."), histogram.clone()).unwrap();
    counter.inc();
    histogram.observe(0.5);
    assert!(exemplars(&registry).is_empty());
    for id in ["a", "b"] {
        counter.inc_with_exemplar([("trace_id", id)]).unwrap();
        histogram.observe_with_exemplar(0.05, [("trace_id", id), ("span_id", "1")]).unwrap();
    }
    floats.inc_by_with_exemplar(2.5, [("user", "é\"")]).unwrap();
    histogram.observe_with_exemplar(f64::INFINITY, [("", ""); 0]).unwrap();
    let expected = [
        r#"jobs_total 3 # {trace_id="b"} 1.0"#,
        r#"spent_total 2.5 # {user="é\""} 2.5"#,
        r#"took_bucket{le="0.1"} 2 # {trace_id="b",span_id="1"} 0.05"#,
        r#"took_bucket{le="+Inf"} 4 # {} +Inf"#,
    ];
    assert_eq!(exemplars(&registry), expected);
    let text = String::from_utf8(metrics_exposition::text::generate_latest(&registry)).unwrap();
    assert!(!text.contains(" # {"), "this format has none: {text}");
}

#[test]
fn one_that_cannot_be_counts_nothing() {
    let (counter, histogram) = (Counter::new(), Histogram::new(&[1.0]));
    let long = "x".repeat(129);
    for labels in [[("id", long.as_str())], [("__id", "1")], [("", "1")]] {
        assert!(counter.inc_with_exemplar(labels).is_err());
        assert!(histogram.observe_with_exemplar(0.5, labels).is_err());
    }
    let error = counter.inc_with_exemplar([("id", &long)]).unwrap_err();
    assert_eq!(error, ExemplarError::TooLong { chars: 131 });
    assert_eq!((counter.get(), histogram.count()), (0, 0));
    let floats = Counter::<f64>::default();
    floats.inc_by_with_exemplar(-1.0, [("id", "1")]).unwrap();
    assert_eq!(floats.get(), 0.0, "an amount that no counter takes has no exemplar either");
}

#[test]
fn they_end_with_their_series() {
    let registry = Registry::new();
    let (dense, hashed) =
        (Arc::new(Family::<Dense, Counter>::new()), Arc::new(Family::<Hashed<'static>, Histogram>::new()));
    registry.register(Definition::new("dense", "D."), dense.clone()).unwrap();
    registry.register(Definition::new("hashed", "H."), hashed.clone()).unwrap();
    for round in 0..3 {
        for path in ["/a", "/b"] {
            hashed.with(&Hashed { path }).observe_with_exemplar(0.001, [("path", path)]).unwrap();
        }
        for kind in [Kind::Small, Kind::Large] {
            dense.with(&Dense { kind }).inc_with_exemplar([("round", format!("{round}"))]).unwrap();
        }
        let shown = exemplars(&registry);
        assert_eq!(shown.len(), 4, "{shown:?}");
        assert!(shown[0].contains(&format!("round=\"{round}\"")), "{shown:?}");
        dense.clear();
        hashed.clear();
        dense.with(&Dense { kind: Kind::Small }).inc();
        for path in ["/c", "/d", "/e"] {
            hashed.with(&Hashed { path }).observe(0.001);
        }
        assert!(exemplars(&registry).is_empty(), "what has its cells now is another");
        hashed.clear();
    }
}

#[test]
fn threads_may_give_them_at_once() {
    let registry = Registry::new();
    let family = Arc::new(Family::<Hashed<'static>, Counter>::new());
    registry.register(Definition::new("hits", "H."), family.clone()).unwrap();
    let paths: Vec<String> = (0..40).map(|n| format!("/{n}")).collect();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..200 {
                    for path in &paths {
                        family.with(&Hashed { path }).inc_with_exemplar([("path", path)]).unwrap();
                        if round % 50 == 49 {
                            family.remove(&Hashed { path });
                        }
                    }
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..200 {
                for line in exemplars(&registry) {
                    let path = line.split('"').nth(1).unwrap();
                    assert!(
                        line.contains(&format!("# {{path=\"{path}\"}} 1.0")),
                        "an exemplar of another series: {line}"
                    );
                }
            }
        });
    });
}

#[test]
fn native_histograms_keep_those_of_values_far_apart() {
    let registry = Registry::new();
    let native = Arc::new(Histogram::native(NativeOptions::DEFAULT));
    let both = Arc::new(Histogram::with_native(&[0.1, 1.0], NativeOptions::DEFAULT));
    registry.register(Definition::new("native", "N."), native.clone()).unwrap();
    registry.register(Definition::new("both", "B."), both.clone()).unwrap();
    for (id, value) in (0..200).zip([0.001, 0.01, 0.05, 0.5, 0.51, 0.52, 3.0, 1e6, -2.0, f64::NAN].into_iter().cycle())
    {
        for histogram in [&native, &both] {
            histogram.observe_with_exemplar(value, [("id", format!("{id:03}"))]).unwrap();
        }
    }
    let kept = native.to_native().unwrap();
    let values: Vec<_> = kept.exemplars().iter().map(Exemplar::value).collect();
    assert_eq!(values.len(), 10);
    assert!(values.is_sorted(), "{values:?}");
    for far in [-2.0, 0.001, 0.01, 0.05, 3.0, 1e6] {
        assert!(values.contains(&far), "{far} in {values:?}");
    }
    assert!(kept.exemplars().iter().all(|exemplar| exemplar.timestamp().is_some()));

    // No native buckets in this format: the last one of each classic bucket, or of all in one.
    let lines = exemplars(&registry);
    let of = |bucket: &str| lines.iter().filter(|line| line.starts_with(bucket)).count();
    assert_eq!(of(r#"both_bucket{le="0.1"}"#), 1, "{lines:?}");
    assert_eq!(of(r#"both_bucket{le="1.0"}"#), 1, "{lines:?}");
    assert_eq!(of(r#"both_bucket{le="+Inf"}"#), 1, "{lines:?}");
    assert_eq!(of(r#"native_bucket{le="+Inf"}"#), 1, "{lines:?}");

    assert!(native.observe_with_exemplar(1.0, [("id", "x".repeat(200))]).is_err());
    assert_eq!(native.count(), 200);
}
