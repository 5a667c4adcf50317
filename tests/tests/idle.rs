//! Series that end by themselves, and removal by some of their labels.

use metrics_core::registry::Definition;
use metrics_core::testing::{sample_value, samples};
use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, Metrics, Registry};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

#[derive(LabelSet)]
struct Tenant<'a> {
    tenant: &'a str,
    region: &'a str,
}

fn tenant(tenant: &str) -> Tenant<'_> {
    Tenant { tenant, region: "eu" }
}

/// Longer than a pause between two lines here, so that a busy machine changes nothing.
const TTL: Duration = Duration::from_millis(1_500);

#[test]
fn what_nothing_changes_ends_and_begins_at_zero() {
    let family = Arc::new(Family::<Tenant<'static>, Counter>::new().time_to_live(Some(TTL)));
    let histograms = Arc::new(Family::<Tenant<'static>, Histogram>::with_buckets(&[1.0]).time_to_live(Some(TTL)));
    let gauges = Arc::new(Family::<Tenant<'static>, Gauge>::new());
    let registry = Registry::new();
    registry.register(Definition::new("requests", "R."), family.clone()).unwrap();
    registry.register(Definition::new("took", "T."), histograms.clone()).unwrap();
    registry.register(Definition::new("open", "O."), gauges.clone()).unwrap();
    for name in ["idle", "busy", "kept"] {
        family.with(&tenant(name)).inc_by(5);
        histograms.with(&tenant(name)).observe(0.5);
        gauges.with(&tenant(name)).set(1.0);
    }
    let kept = family.with(&tenant("kept")).handle();
    let value = |name: &str| sample_value(&registry, "requests_total", &[("tenant", name), ("region", "eu")]);
    for _ in 0..6 {
        assert_eq!(value("kept"), Some(5.0));
        family.with(&tenant("busy")).inc();
        histograms.with(&tenant("busy")).observe(0.5);
        samples(&registry);
        sleep(TTL / 4);
    }
    samples(&registry);
    assert_eq!([value("idle"), value("busy"), value("kept")], [None, Some(11.0), Some(5.0)]);
    assert_eq!((family.len(), histograms.len(), gauges.len()), (2, 1, 3), "by default, nothing ends");
    family.with(&tenant("idle")).inc();
    assert_eq!(value("idle"), Some(1.0));
    kept.inc();
    assert_eq!(value("kept"), Some(6.0));
}

#[test]
fn it_is_an_option_of_derived_families() {
    #[derive(Metrics)]
    struct Service {
        /// Requests.
        #[metric(ttl_seconds = 1)]
        requests: Family<Tenant<'static>, Counter>,
    }

    let registry = Registry::new();
    let service = Service::register_in(&registry).unwrap();
    service.requests.with(&tenant("a")).inc();
    samples(&registry);
    assert_eq!(service.requests.len(), 1);
    sleep(Duration::from_millis(1_050));
    samples(&registry);
    assert_eq!(service.requests.len(), 0);
}

#[test]
fn some_labels_are_enough_to_remove() {
    let family = Family::<Tenant<'static>, Counter>::new();
    let fill = || {
        for (tenant, region) in [("a", "eu"), ("a", "us"), ("b", "eu"), ("quote\"", "eu")] {
            family.with(&Tenant { tenant, region }).inc();
        }
    };
    fill();
    assert_eq!(family.remove_matching(&[]), Ok(0));
    assert_eq!(family.remove_matching(&[("tenant", "a"), ("region", "asia")]), Ok(0));
    assert_eq!(family.remove_matching(&[("region", "us"), ("tenant", "a")]), Ok(1));
    assert_eq!(family.remove_matching(&[("tenant", "quote\"")]), Ok(1));
    assert_eq!(family.remove_matching(&[("region", "eu")]), Ok(2));
    assert!(family.is_empty());
    fill();
    let error = family.remove_matching(&[("region", "eu"), ("zone", "1")]).unwrap_err();
    assert!(error.to_string().contains("`zone`") && error.to_string().contains("tenant, region"), "{error}");
    assert_eq!(family.len(), 4);
}
