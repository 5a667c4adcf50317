//! Metrics where no linker gathers them: registered by hand, they are on the page. Runs on
//! wasm32-unknown-unknown, which has neither clock nor output, and everywhere else; ends in a panic if a line is
//! missing.

use metrics_core::{
    CallbackGauge, Counter, Family, Gauge, Histogram, LabelSet, LabelValue, Metrics, Registry, SelfMetrics,
    instrument_histogram,
};
use metrics_exposition::http::{Request, handle};
use std::sync::Arc;

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Post,
}

/// Dense.
#[derive(LabelSet)]
struct Answer {
    method: Method,
    cached: bool,
}

/// Looked up by hash.
#[derive(LabelSet)]
struct Route<'a> {
    route: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "hand")]
struct HandMetrics {
    /// Answers sent.
    answers: Family<Answer, Counter>,
    /// Requests by route.
    requests: Family<Route<'static>, Counter>,
    /// Orders that wait.
    waiting: Gauge,
    /// What a callback says.
    answer_to_everything: CallbackGauge,
    /// Size of a body.
    #[metric(unit = Bytes, buckets = [1.0, 10.0])]
    body: Histogram,
    /// Time to answer.
    #[metric(unit = Seconds, buckets = [60.0])]
    latency: Histogram,
}

#[instrument_histogram]
fn timed(n: u64) -> u64 {
    n + 1
}

fn main() {
    let registry = Registry::new();
    let metrics = HandMetrics::register_in(&registry).unwrap();
    registry.register_metrics(Arc::new(SelfMetrics::counting())).unwrap();

    metrics.answers.with(&Answer { method: Method::Get, cached: true }).inc();
    metrics.answers.with(&Answer { method: Method::Post, cached: false }).inc_by(2);
    for route in ["/", "/cart", "/"] {
        metrics.requests.with(&Route { route }).inc();
    }
    metrics.requests.with(&Route { route: "/gone" }).inc();
    metrics.requests.remove(&Route { route: "/gone" });
    metrics.waiting.set(3.5);
    metrics.answer_to_everything.set_function(|| 42.0);
    metrics.body.observe(5.0);
    metrics.latency.start_timer().observe();
    assert_eq!(timed(1), 2);

    let answer = handle(&registry, &Request::new("GET", &[b"text/plain"]));
    assert_eq!(answer.status, 200);
    let page: Vec<u8> = answer.body.flat_map(|chunk| Vec::from(chunk.unwrap())).collect();
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("\nmetrics_core_rejected_updates_total 0\n"), "{page}");
    // How long it took nobody knows.
    let (times, samples): (Vec<&str>, Vec<&str>) = page
        .lines()
        .filter(|line| line.starts_with("hand_"))
        .partition(|line| line.starts_with("hand_latency_seconds_sum "));
    assert_eq!(times.len(), 1, "{page}");
    let expected = [
        "hand_answer_to_everything 42",
        r#"hand_answers_total{method="get",cached="true"} 1"#,
        r#"hand_answers_total{method="post",cached="false"} 2"#,
        r#"hand_body_bytes_bucket{le="1.0"} 0"#,
        r#"hand_body_bytes_bucket{le="10.0"} 1"#,
        r#"hand_body_bytes_bucket{le="+Inf"} 1"#,
        "hand_body_bytes_sum 5",
        "hand_body_bytes_count 1",
        r#"hand_latency_seconds_bucket{le="60.0"} 1"#,
        r#"hand_latency_seconds_bucket{le="+Inf"} 1"#,
        "hand_latency_seconds_count 1",
        r#"hand_requests_total{route="/"} 2"#,
        r#"hand_requests_total{route="/cart"} 1"#,
        "hand_waiting 3.5",
    ];
    assert_eq!(samples, expected, "{page}");
}
