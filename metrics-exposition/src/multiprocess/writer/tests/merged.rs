//! What the collector shows of what the writer wrote.

use super::{cases, run, start};
use crate::multiprocess::MultiprocessCollector;
use metrics_core::Registry;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

pub(super) fn page(directory: &Path) -> Registry {
    let registry = Registry::new();
    registry.register_collector(Arc::new(MultiprocessCollector::new(directory).unwrap())).unwrap();
    registry
}

/// Counts, and lives until it is killed.
pub(super) fn living(directory: &Path) {
    cases::types(directory);
    loop {
        thread::park();
    }
}

const STORE: (&str, &str) = ("store", "main");

#[test]
fn a_living_and_a_dead_process_are_one_page() {
    let directory = tempfile::tempdir().unwrap();
    run("types", directory.path());
    let mut living = start("living", directory.path());
    let registry = page(directory.path());
    let value = |name: &str, labels: &[(&str, &str)]| registry.get_sample_value(name, labels);
    // The last thing that it does.
    let made = [STORE, ("engine", "pg"), ("task", "read")];
    let begin = Instant::now();
    while value("shop_db_made_total", &made) != Some(2.0) {
        assert!(begin.elapsed() < Duration::from_secs(60), "it does not come up");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(value("shop_paid_total", &[STORE]), Some(6.0));
    assert_eq!(value("shop_revenue_euros_total", &[STORE]), Some(5.0));
    assert_eq!(value("shop_tasks_total", &[STORE, ("task", "wash")]), Some(6.0));
    assert_eq!(value("shop_tasks_total", &[STORE, ("task", "a \"b\"\\")]), Some(14.0));
    assert_eq!(value("shop_heat_celsius", &[STORE]), Some(21.5));
    assert_eq!(value("shop_seen", &[STORE, ("pid", &living.id().to_string())]), Some(-1.0));
    assert_eq!(value("shop_answer_seconds_bucket", &[STORE, ("le", "1.0")]), Some(6.0));
    assert_eq!(value("shop_answer_seconds_count", &[STORE]), Some(8.0));
    assert_eq!(value("shop_answer_seconds_sum", &[STORE]), Some(17.0));
    assert_eq!(value("shop_weight_sum", &[STORE]), Some(12.0));
    assert_eq!(value("shop_size_bytes", &[STORE]), Some(412.0));
    assert_eq!(value("shop_build_info", &[STORE, ("version", "1.3")]), Some(1.0));
    assert_eq!(value("shop_age_gsum", &[STORE]), Some(33.0));
    assert_eq!(value("shop_db_open", &made), Some(-4.0), "of living processes alone");
    assert_eq!(value("metrics_multiprocess_losses_total", &[]), Some(0.0));
    living.kill().unwrap();
    living.wait().unwrap();
    assert_eq!(value("shop_db_open", &made), None);
    assert_eq!(value("shop_build_info", &[STORE, ("version", "1.3")]), None);
    assert_eq!(value("shop_paid_total", &[STORE]), Some(6.0), "what was counted stays");
    assert_eq!(value("shop_answer_seconds_count", &[STORE]), Some(8.0));
}
