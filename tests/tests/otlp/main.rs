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
use metrics_core::Registry;
use metrics_core::model::MetricFamily;
use metrics_exposition::otlp::OtlpExporter;
use receiver::pushed::{changing, check_retry_after, counted, rising};
use receiver::{Answer, Received, Receiver};
use std::sync::Arc;

fn taken(_: &Received) -> Answer {
    Answer::status(200).with("Content-Type", "application/x-protobuf")
}

fn push_to(receiver: &Receiver, registry: &Registry) -> OtlpExporter {
    OtlpExporter::new(&receiver.url("/v1/metrics"), registry).unwrap()
}

fn count(metrics: &Registry, name: &str, receiver: &Receiver) -> f64 {
    let labels = [("backend", "otlp"), ("address", &*receiver.url("/v1/metrics"))];
    metrics.get_sample_value(&format!("metrics_exposition_{name}"), &labels).unwrap_or(0.0)
}
