//! What a registry takes and what it refuses.

use metrics_core::model::{Kind, Unit};
use metrics_core::name::Validation;
use metrics_core::registry::Definition;
use metrics_core::testing::{sample_value, samples};
use metrics_core::{
    CallbackCounter, CallbackGauge, Counter, Family, Gauge, Histogram, LabelSet, Metrics, RegisterError, Registry,
};
use std::sync::Arc;

fn counter() -> Arc<Counter> {
    Arc::new(Counter::new())
}

#[track_caller]
fn refused(registry: &Registry, definition: Definition) -> RegisterError {
    registry.register(definition, counter()).unwrap_err()
}

#[test]
fn names_are_checked_at_run_time_too() {
    let registry = Registry::new();
    registry.set_validation(Validation::Legacy);
    for name in ["", "0a", "a b", "é", "a\n"] {
        let error = refused(&registry, Definition::new(name, "Help."));
        assert!(matches!(&error, RegisterError::Broken { what, .. } if what.contains(name)), "{error}");
        assert!(error.to_string().contains("registry.rs:"), "{error}");
    }
    let blank = refused(&registry, Definition::new("a", " "));
    assert!(blank.to_string().contains("needs help"), "{blank}");
    for label in ["", "0", "__a", "a-b"] {
        let labels = vec![(label.to_owned(), String::new())];
        refused(&registry, Definition { const_labels: labels, ..Definition::new("a", "Help.") });
    }
    let twice = vec![("x".to_owned(), "1".to_owned()), ("x".to_owned(), "2".to_owned())];
    refused(&registry, Definition { const_labels: twice, ..Definition::new("a", "Help.") });
    let le = Definition { const_labels: vec![("le".into(), "1".into())], ..Definition::new("a", "Help.") };
    assert!(registry.register(le.clone(), Arc::new(Histogram::default())).is_err());
    registry.register(le, counter()).unwrap();
}

#[test]
fn a_clash_names_both_places_and_changes_nothing() {
    let registry = Registry::new();
    registry.register(Definition::new("jobs", "Jobs."), counter()).unwrap();
    let error = refused(&registry, Definition::new("jobs", "Jobs."));
    let RegisterError::Clash { location, other_location, .. } = &error else { panic!("{error}") };
    assert_eq!(location.file, file!());
    assert_ne!(location.line, other_location.line);
    assert!(error.to_string().contains(&other_location.to_string()), "{error}");
    assert_eq!(registry.descs().len(), 1);
}

#[test]
fn suffixes_of_types_clash_too() {
    let cases: [(&str, Kind, &str, Kind); 6] = [
        ("jobs", Kind::Counter, "jobs_total", Kind::Gauge),
        ("jobs_total", Kind::Gauge, "jobs", Kind::Counter),
        ("jobs_total", Kind::Counter, "jobs", Kind::Gauge),
        ("time", Kind::Histogram, "time_count", Kind::Gauge),
        ("time_bucket", Kind::Gauge, "time", Kind::Histogram),
        ("time", Kind::Histogram, "time_sum", Kind::Gauge),
    ];
    let register = |registry: &Registry, name: &str, kind| match kind {
        Kind::Counter => registry.register(Definition::new(name, "Help."), counter()),
        Kind::Gauge => registry.register(Definition::new(name, "Help."), Arc::new(Gauge::new())),
        _ => registry.register(Definition::new(name, "Help."), Arc::new(Histogram::default())),
    };
    for (first, kind, second, other) in cases {
        let registry = Registry::new();
        register(&registry, first, kind).unwrap();
        assert!(register(&registry, second, other).is_err(), "{first} {kind}, {second} {other}");
    }
}

#[test]
fn one_name_with_other_constant_labels_is_one_family() {
    let registry = Registry::new();
    let disk = |name: &str| Definition {
        unit: Some(Unit::Bytes),
        const_labels: vec![("disk".into(), name.into())],
        ..Definition::new("read", "Bytes read.")
    };
    let (sda, sdb) = (counter(), counter());
    registry.register(disk("sda"), sda.clone()).unwrap();
    registry.register(disk("sdb"), sdb).unwrap();
    assert!(registry.register(disk("sda"), counter()).is_err(), "the same labels");
    let other_help = Definition { help: "Read.".into(), ..disk("sdc") };
    assert!(registry.register(other_help, counter()).is_err(), "one family has one help");
    let no_label = Definition { const_labels: vec![], ..disk("") };
    assert!(registry.register(no_label, counter()).is_err(), "one family has one set of label names");
    sda.inc_by(5);
    assert_eq!(registry.descs().len(), 1);
    assert_eq!(sample_value(&registry, "read_bytes_total", &[("disk", "sda")]), Some(5.0));
    assert_eq!(sample_value(&registry, "read_bytes_total", &[("disk", "sdb")]), Some(0.0));
}

#[test]
fn suffixes_that_are_there_are_not_doubled() {
    let registry = Registry::new();
    let bytes = Definition { unit: Some(Unit::Bytes), ..Definition::new("sent_bytes_total", "Bytes sent.") };
    registry.register(bytes, counter()).unwrap();
    assert_eq!(samples(&registry)[0].name, "sent_bytes_total");
}

#[test]
fn families_stand_in_the_order_of_their_names() {
    let registry = Registry::new();
    for name in ["b", "c", "a"] {
        registry.register(Definition::new(name, "Help."), counter()).unwrap();
    }
    let names: Vec<String> = registry.descs().into_iter().map(|desc| desc.name).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn callbacks_are_called_for_each_scrape() {
    let registry = Registry::new();
    let gauge = Arc::new(CallbackGauge::default());
    registry.register(Definition::new("size", "Size."), gauge.clone()).unwrap();
    assert!(samples(&registry).is_empty(), "no function, no value");
    gauge.set_function(|| 3u64);
    assert_eq!(sample_value(&registry, "size", &[]), Some(3.0));
    gauge.set_function(|| -1.5);
    assert_eq!(sample_value(&registry, "size", &[]), Some(-1.5));
    registry.register(Definition::new("bad", "Bad."), Arc::new(CallbackCounter::new(|| f64::NAN))).unwrap();
    assert_eq!(sample_value(&registry, "bad_total", &[]), None);
}

#[test]
fn a_source_that_is_refused_does_not_undo_its_first_registration() {
    let registry = Registry::new();
    let metrics = Arc::new(Optional::new());
    registry.register_metrics(Arc::clone(&metrics)).unwrap();
    assert!(registry.register_metrics(metrics).is_err());
    assert_eq!(registry.descs().len(), 2);
}

/// What a callback captured is the user's code when it is dropped.
#[test]
fn a_callback_may_be_replaced_by_the_one_it_drops() {
    struct Again(Arc<CallbackGauge>);

    impl Drop for Again {
        fn drop(&mut self) {
            self.0.set_function(|| 2);
        }
    }

    let gauge = Arc::new(CallbackGauge::default());
    let again = Again(gauge.clone());
    gauge.set_function(move || {
        let _ = &again;
        1
    });
    gauge.set_function(|| 3);
    let registry = Registry::new();
    registry.register(Definition::new("size", "Size."), gauge).unwrap();
    assert_eq!(sample_value(&registry, "size", &[]), Some(2.0));
}

#[test]
fn a_panicking_callback_takes_only_its_family_along() {
    let registry = Registry::new();
    let labelled =
        |label: &str| Definition { const_labels: vec![("l".into(), label.into())], ..Definition::new("b", "B.") };
    registry.register(Definition::new("a", "A."), counter()).unwrap();
    registry.register(labelled("good"), Arc::new(CallbackGauge::new(|| 1u64))).unwrap();
    registry.register(labelled("bad"), Arc::new(CallbackGauge::new(|| -> u64 { panic!("no value") }))).unwrap();
    registry.register(Definition::new("c", "C."), counter()).unwrap();
    let faults = || sample_value(Registry::global(), "metrics_core_collector_faults_total", &[]).unwrap();
    let before = faults();
    let names: Vec<String> = samples(&registry).into_iter().map(|sample| sample.name).collect();
    assert_eq!(names, ["a_total", "c_total"], "its family is left out whole");
    assert!(faults() > before);
}

#[derive(LabelSet)]
struct Tenant<'a> {
    tenant: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "test", const_labels(region = "eu"))]
struct Optional {
    /// Always there.
    always: Counter,
    /// Only if it is set.
    sometimes: Option<Family<Tenant<'static>, Counter>>,
    /// The last one.
    last: Counter,
}

#[test]
fn an_absent_metric_is_no_family() {
    let registry = Registry::new();
    let without = Optional::register_in(&registry).unwrap();
    without.last.inc();
    assert_eq!(registry.descs().len(), 2);
    assert_eq!(sample_value(&registry, "test_last_total", &[("region", "eu")]), Some(1.0));

    let registry = Registry::new();
    let with = Arc::new(Optional { sometimes: Some(Family::new()), ..Optional::new() });
    registry.register_metrics(with.clone()).unwrap();
    with.sometimes.as_ref().unwrap().with(&Tenant { tenant: "x" }).inc();
    with.last.inc();
    with.always.inc();
    let labels = [("tenant", "x"), ("region", "eu")];
    assert_eq!(sample_value(&registry, "test_sometimes_total", &labels), Some(1.0));
    assert_eq!(sample_value(&registry, "test_last_total", &[("region", "eu")]), Some(1.0));
}

#[test]
fn a_struct_is_registered_whole_or_not_at_all() {
    let registry = Registry::new();
    registry.register(Definition::new("test_last", "Help."), counter()).unwrap();
    assert!(Optional::register_in(&registry).is_err());
    assert_eq!(registry.descs().len(), 1);
}
