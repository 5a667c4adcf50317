//! The supplier of exemplars, which is one for the whole process.

use metrics_core::registry::Definition;
use metrics_core::{Family, Histogram, LabelSet, Registry, instrument_histogram};
use metrics_core::{remove_exemplar_supplier, set_exemplar_supplier};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

static ASKED: AtomicUsize = AtomicUsize::new(0);

#[derive(LabelSet)]
struct Path<'a> {
    path: &'a str,
}

#[instrument_histogram(name = "supplied")]
fn work() {}

/// Exemplars on the page, as they stand behind ` # `, without their values and times.
fn exemplars(registry: &Registry) -> Vec<String> {
    let page = String::from_utf8(metrics_exposition::openmetrics::generate_latest(registry)).unwrap();
    let behind = page.lines().filter_map(|line| line.split_once(" # "));
    behind.map(|(_, exemplar)| exemplar.split_inclusive('}').next().unwrap().to_owned()).collect()
}

/// One whose every answer has the number of the call.
fn supply(every: Duration, retain: Duration) {
    set_exemplar_supplier(every, retain, || {
        let call = ASKED.fetch_add(1, SeqCst);
        Some(vec![("call".into(), call.to_string())])
    });
}

#[test]
fn timers_and_instrumented_functions_ask_it() {
    let registry = Registry::new();
    let (one, family) = (Arc::new(Histogram::default()), Arc::new(Family::<Path<'static>, Histogram>::new()));
    registry.register(Definition::new("one", "One."), one.clone()).unwrap();
    registry.register(Definition::new("paths", "Paths."), family.clone()).unwrap();
    let long = Duration::from_secs(3_600);

    drop(one.start_timer());
    assert!(exemplars(&registry).is_empty(), "nobody supplies any");

    supply(Duration::ZERO, Duration::ZERO);
    one.observe(0.0);
    assert_eq!(ASKED.load(SeqCst), 0, "what is not timed does not ask");
    drop(one.start_timer());
    drop(family.with(&Path { path: "/" }).start_timer());
    work();
    assert_eq!(exemplars(&registry), [r#"{call="0"}"#, r#"{call="1"}"#]);
    assert_eq!(exemplars(&Registry::global().restricted(["supplied_seconds"])), [r#"{call="2"}"#]);
    drop(one.start_timer());
    assert_eq!(exemplars(&registry)[0], r#"{call="3"}"#, "the last one");

    supply(Duration::ZERO, long);
    drop(one.start_timer());
    assert_eq!(
        (ASKED.load(SeqCst), &*exemplars(&registry)[0]),
        (5, r#"{call="3"}"#),
        "it has not been seen long enough"
    );

    supply(long, Duration::ZERO);
    (0..100).for_each(|_| drop(one.start_timer()));
    assert_eq!((ASKED.load(SeqCst), &*exemplars(&registry)[0]), (6, r#"{call="5"}"#), "once in an hour");

    let rejected = || Registry::global().get_sample_value("metrics_core_rejected_exemplars_total", &[]).unwrap();
    let before = rejected();
    set_exemplar_supplier(Duration::ZERO, Duration::ZERO, || Some(vec![("id".into(), "x".repeat(200))]));
    drop(one.start_timer());
    assert_eq!((rejected(), &*exemplars(&registry)[0]), (before + 1.0, r#"{call="5"}"#));
    set_exemplar_supplier(Duration::ZERO, Duration::ZERO, || None);
    drop(one.start_timer());
    assert_eq!(rejected(), before + 1.0);

    let count = one.count();
    supply(Duration::ZERO, Duration::ZERO);
    remove_exemplar_supplier();
    drop(one.start_timer());
    assert_eq!((ASKED.load(SeqCst), one.count()), (6, count + 1));
}
