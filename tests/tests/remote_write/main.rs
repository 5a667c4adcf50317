//! Remote write: what is sent, in both versions, and what is done when the server does not take it.

mod contents;
#[path = "../every_type/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod every_type;
mod faults;
mod messages;
#[path = "../receiver/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod receiver;
mod series;

use messages::{Series, first, second};
use metrics_core::model::MetricFamily;
use metrics_core::{Metrics, Registry};
use metrics_exposition::push::Options;
use metrics_exposition::remote_write::RemoteWrite;
use receiver::pushed::{changing, check_retry_after, counted, rising};
use receiver::{Answer, Received, Receiver};
use std::sync::Arc;

/// What servers of version 2 answer.
fn written(_: &Received) -> Answer {
    Answer::status(204)
        .with("X-Prometheus-Remote-Write-Samples-Written", 1_000_000)
        .with("X-Prometheus-Remote-Write-Histograms-Written", 0)
        .with("X-Prometheus-Remote-Write-Exemplars-Written", 0)
}

/// What servers of version 1 answer.
fn dropped(_: &Received) -> Answer {
    Answer::status(204)
}

fn push_to(receiver: &Receiver, registry: &Registry) -> RemoteWrite {
    RemoteWrite::new(&receiver.url("/api/v1/write"), registry).unwrap()
}

/// All series of these requests, whose version they say.
fn series(received: &[Received]) -> Vec<Series> {
    let version = |request: &Received| request.header("x-prometheus-remote-write-version") == Some("2.0.0");
    received.iter().flat_map(|request| if version(request) { second(request) } else { first(request) }).collect()
}

fn count(metrics: &Registry, name: &str, receiver: &Receiver) -> f64 {
    let labels = [("backend", "remote_write"), ("address", &*receiver.url("/api/v1/write"))];
    metrics.get_sample_value(&format!("metrics_exposition_{name}"), &labels).unwrap_or(0.0)
}
