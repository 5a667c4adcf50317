//! Pushes to servers of the tests' own; the peers suite has a real Pushgateway.

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#[path = "../certificates/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod certificates;
mod example;
mod faults;
mod guard;
mod requests;
mod server;
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
mod tls;

use metrics_core::{Counter, Family, Gauge, LabelSet, Metrics, Registry};
use metrics_exposition::push::{Options, PushMetrics};
use metrics_exposition::pushgateway::Pushgateway;
use std::sync::Arc;
use std::time::Duration;

#[derive(LabelSet)]
struct Request<'a> {
    endpoint: &'a str,
}

#[derive(Debug, Metrics)]
#[metrics(prefix = "app")]
struct App {
    /// Requests served.
    #[metric(max_series = off)]
    requests: Family<Request<'static>, Counter>,
    /// Memory in use.
    #[metric(unit = Bytes)]
    memory: Gauge,
}

const PAGE: &str = "\
# HELP app_memory_bytes Memory in use.
# TYPE app_memory_bytes gauge
app_memory_bytes 1048576
# HELP app_requests_total Requests served.
# TYPE app_requests_total counter
app_requests_total{endpoint=\"/api/users\"} 100
";

fn app() -> (Registry, Arc<App>) {
    let registry = Registry::new();
    let app = App::register_in(&registry).unwrap();
    app.requests.with(&Request { endpoint: "/api/users" }).inc_by(100);
    app.memory.set(1_048_576.0);
    (registry, app)
}

/// Of so many series more.
fn many(series: u32) -> Registry {
    let (registry, app) = app();
    for number in 0..series {
        app.requests.with(&Request { endpoint: &format!("/a/rather/long/route/{number}") }).inc();
    }
    registry
}

/// Counts on a page of its own.
fn counting(address: &str, registry: &Registry, options: Options) -> (Pushgateway, Registry) {
    let counts = Registry::new();
    let options = options.metrics(PushMetrics::register_in(&counts).unwrap());
    (Pushgateway::new(address, "job", registry).unwrap().options(options), counts)
}

fn counted(counts: &Registry, name: &str, address: &str) -> f64 {
    let labels = [("backend", "pushgateway"), ("address", &*format!("http://{address}/metrics/job/job"))];
    counts.get_sample_value(&format!("metrics_exposition_{name}"), &labels).unwrap_or(0.0)
}

fn short(timeout: u64) -> Options {
    Options::new().timeout(Duration::from_millis(timeout))
}
