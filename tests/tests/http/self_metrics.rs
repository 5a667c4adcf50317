//! What handlers count of themselves.

use crate::client::{get, request};
use crate::faults::fragile;
use crate::{axum_server, large, servers, small};
use metrics_core::testing::sample_value;
use metrics_core::{Metrics, Registry};
use metrics_exposition::axum::router_for;
use metrics_exposition::http::{Handler, HandlerMetrics, Options, Request};
use std::sync::Arc;

const GET: Request<'_> = Request::new("GET", &[]);

fn counted() -> (Registry, Options) {
    let counts = Registry::new();
    let options = Options::new().metrics(HandlerMetrics::register_in(&counts).unwrap());
    (counts, options)
}

fn value(counts: &Registry, name: &str, labels: &[(&str, &str)]) -> f64 {
    sample_value(counts, &format!("metrics_exposition_{name}"), labels).unwrap_or_default()
}

#[tokio::test]
async fn scrapes_by_code_and_format() {
    for make in [0, 1, 2] {
        let (counts, options) = counted();
        let (server, address) = servers(Handler::new(&small(), options)).await[make];
        for _ in 0..2 {
            get(address, "/metrics").await;
        }
        request(address, "GET", "/metrics", b"Accept: application/openmetrics-text\r\n").await;
        request(address, "HEAD", "/metrics", b"").await;
        request(address, "POST", "/metrics", b"Content-Length: 0\r\n").await;
        request(address, "OPTIONS", "/metrics", b"").await;
        for (code, format, version, expected) in [
            ("200", "text/plain", "0.0.4", 3.0),
            ("200", "application/openmetrics-text", "1.0.0", 1.0),
            ("405", "", "", 1.0),
            ("200", "", "", 1.0),
        ] {
            let labels = [("code", code), ("format", format), ("version", version)];
            let found = value(&counts, "scrapes_total", &labels);
            assert_eq!(found, expected, "{server} {code} {format}");
        }
        // HEAD has no page.
        assert_eq!(value(&counts, "scrape_duration_seconds_count", &[]), 3.0, "{server}");
    }
}

#[test]
fn bytes_that_were_taken() {
    let (counts, options) = counted();
    let (registry, _) = large();
    let handler = Handler::new(&registry, options);
    let plain: usize = handler.handle(&GET).body.map(|chunk| chunk.unwrap().len()).sum();
    let gzip = handler.handle(&GET.accept_encoding(&[b"gzip"]));
    let gzip: usize = gzip.body.map(|chunk| chunk.unwrap().len()).sum();
    // A client that leaves.
    let first = handler.handle(&GET).body.next().unwrap().unwrap().len();
    assert_eq!(value(&counts, "sent_bytes_total", &[("encoding", "identity")]), (plain + first) as f64);
    assert_eq!(value(&counts, "sent_bytes_total", &[("encoding", "gzip")]), gzip as f64);
    assert_eq!(value(&counts, "scrape_duration_seconds_count", &[]), 3.0);
    assert!(value(&counts, "scrape_duration_seconds_sum", &[]) > 0.0);
}

#[test]
fn pages_that_were_broken_off() {
    let (counts, options) = counted();
    let handler = Handler::new(&fragile(7, || panic!("on purpose")), options);
    assert!(handler.handle(&GET).body.any(|chunk| chunk.is_err()));
    assert_eq!(value(&counts, "broken_pages_total", &[]), 1.0);
}

#[test]
fn handlers_of_one_registry_count_together_on_its_page() {
    let registry = small();
    let counts = HandlerMetrics::register_in(&registry).unwrap();
    let handlers = [
        Handler::new(&registry, Options::new().metrics(Arc::clone(&counts))),
        Handler::new(&registry.restricted(["jobs"]), Options::new().metrics(counts)),
    ];
    for handler in &handlers {
        assert_eq!(handler.handle(&GET).status, 200);
    }
    assert_eq!(
        value(&registry, "scrapes_total", &[("code", "200"), ("format", "text/plain"), ("version", "0.0.4")]),
        2.0
    );
}

#[tokio::test]
async fn by_default_they_count_on_the_page_of_the_global_registry() {
    let address = axum_server(router_for(Registry::global())).await;
    get(address, "/metrics").await;
    let answer = get(address, "/metrics").await;
    let line = "\nmetrics_exposition_scrapes_total{code=\"200\",format=\"text/plain\",version=\"0.0.4\"} ";
    assert!(answer.text().contains(line), "{}", answer.text());
    Registry::global().check().unwrap();
}
