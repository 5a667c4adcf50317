//! What is pushed to it, and how that is counted.

use super::{Answer, Received, Receiver};
use metrics_core::model::{GaugeMetricFamily, MetricFamily};
use metrics_core::{Metrics, Registry};
use metrics_exposition::push::{Options, PushMetrics, Pushing};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A registry with what a collector gives, which may change.
pub(crate) fn changing(families: Vec<MetricFamily>) -> (Registry, Arc<Mutex<Vec<MetricFamily>>>) {
    let (registry, families) = (Registry::new(), Arc::new(Mutex::new(families)));
    let of_collector = Arc::clone(&families);
    registry.register_collector(Arc::new(move || of_collector.lock().unwrap().clone())).unwrap();
    (registry, families)
}

/// A gauge that is one more at each collection; the first one is when it is registered.
pub(crate) fn rising() -> Registry {
    let registry = Registry::new();
    let count = AtomicU64::new(0);
    let collect = move || vec![GaugeMetricFamily::single("rising", "", count.fetch_add(1, Relaxed)).unwrap().into()];
    registry.register_collector(Arc::new(collect)).unwrap();
    registry
}

/// Where pushes are counted.
pub(crate) fn counted() -> (Registry, Options) {
    let registry = Registry::new();
    let options = Options::new().metrics(PushMetrics::register_in(&registry).unwrap());
    (registry, options)
}

/// Starts a loop whose first request is answered by `status` and `Retry-After`, and sees whether the next one comes soon.
pub(crate) fn check_retry_after(
    (status, after, is_soon): (u16, &str, bool),
    taken: fn(&Received) -> Answer,
    start: impl FnOnce(&Receiver, Options) -> Pushing,
) {
    let (mut is_first, after) = (true, after.to_owned());
    let receiver = Receiver::new(move |request| match std::mem::take(&mut is_first) {
        true => Answer::status(status).with("Retry-After", &after),
        false => taken(request),
    });
    // By itself it would wait for an hour, or not at all.
    let hour = Duration::from_secs(3_600);
    let back_off = if is_soon { hour } else { Duration::from_millis(1) };
    let options = Options::new().interval(hour).jitter(Duration::ZERO).back_off(back_off, back_off);
    let pushing = start(&receiver, options);
    let end = Instant::now() + Duration::from_secs(if is_soon { 20 } else { 1 });
    let mut received = 0;
    while received < 2 && Instant::now() < end {
        received += receiver.take().len();
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(received == 2, is_soon, "{received}");
    pushing.stop().unwrap();
}
