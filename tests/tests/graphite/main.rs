//! The Graphite bridge against servers of the tests' own; the peers suite has a real carbon.

mod faults;
mod lines;

use metrics_core::{Counter, Family, Gauge, LabelSet, Metrics, Registry};
use metrics_exposition::graphite::GraphiteBridge;
use metrics_exposition::push::{Options, PushMetrics};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
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

fn app() -> (Registry, Arc<App>) {
    let registry = Registry::new();
    let app = App::register_in(&registry).unwrap();
    app.requests.with(&Request { endpoint: "/api/users" }).inc_by(100);
    app.requests.with(&Request { endpoint: "/api/orders" }).inc_by(50);
    app.memory.set(1_048_576.0);
    (registry, app)
}

/// Of so many series, a line of some fifty bytes for each.
fn many(series: u32) -> Registry {
    let (registry, app) = app();
    for number in 0..series {
        app.requests.with(&Request { endpoint: &format!("/a/rather/long/route/{number}") }).inc();
    }
    registry
}

fn carbon() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// A bridge that counts on a page of its own.
fn counting(address: &str, registry: &Registry, options: Options) -> (GraphiteBridge, Registry) {
    let counts = Registry::new();
    let options = options.metrics(PushMetrics::register_in(&counts).unwrap());
    (GraphiteBridge::new(address, registry).tags(true).options(options), counts)
}

fn counted(counts: &Registry, name: &str, address: &str) -> f64 {
    let labels = [("backend", "graphite"), ("address", address)];
    counts.get_sample_value(&format!("metrics_exposition_{name}"), &labels).unwrap_or(0.0)
}

/// All that comes until the client closes.
fn all(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn lines(stream: &TcpStream, count: usize) -> Vec<String> {
    BufReader::new(stream).lines().take(count).map(Result::unwrap).collect()
}

/// Without times.
fn series(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| line.rsplit_once(' ').unwrap().0).collect()
}

/// Checks that these are whole lines, and gives those that are different.
fn whole(text: &str) -> BTreeSet<&str> {
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        let parts: Vec<_> = line.split(' ').collect();
        let [path, value, time] = parts[..] else { panic!("{line}") };
        assert!(path.starts_with("app_") && value.parse::<f64>().is_ok() && time.len() == 10, "{line}");
    }
    text.lines().collect()
}

fn short(timeout: u64) -> Options {
    Options::new().timeout(Duration::from_millis(timeout))
}
