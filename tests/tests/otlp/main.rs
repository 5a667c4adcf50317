//! OpenTelemetry's protocol: what is sent, and what is done when the server does not take it.

mod contents;
#[path = "../every_type/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod every_type;
mod faults;
mod messages;
#[path = "../receiver/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod receiver;

use messages::{Metric, metrics};
use metrics_core::model::MetricFamily;
use metrics_core::{Metrics, Registry};
use metrics_exposition::otlp::OtlpExporter;
use metrics_exposition::push::{Options, PushMetrics};
use receiver::{Answer, Received, Receiver};
use std::sync::{Arc, Mutex};

fn taken(_: &Received) -> Answer {
    Answer::status(200).with("Content-Type", "application/x-protobuf")
}

fn push_to(receiver: &Receiver, registry: &Registry) -> OtlpExporter {
    OtlpExporter::new(&receiver.url("/v1/metrics"), registry).unwrap()
}

/// A registry with what a collector gives, which may change.
fn changing(families: Vec<MetricFamily>) -> (Registry, Arc<Mutex<Vec<MetricFamily>>>) {
    let (registry, families) = (Registry::new(), Arc::new(Mutex::new(families)));
    let of_collector = Arc::clone(&families);
    registry.register_collector(Arc::new(move || of_collector.lock().unwrap().clone())).unwrap();
    (registry, families)
}

/// Where its pushes are counted.
fn counted() -> (Registry, Options) {
    let registry = Registry::new();
    let options = Options::new().metrics(PushMetrics::register_in(&registry).unwrap());
    (registry, options)
}

fn count(metrics: &Registry, name: &str, receiver: &Receiver) -> f64 {
    let labels = [("backend", "otlp"), ("address", &*receiver.url("/v1/metrics"))];
    metrics.get_sample_value(&format!("metrics_exposition_{name}"), &labels).unwrap_or(0.0)
}
