//! A page as a service has it: requests and their durations by method, route and status.

use metrics_bench::Random;
use metrics_core::registry::Definition;
use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, LabelValue, Registry, SelfMetrics};
use std::sync::Arc;

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Post,
    Delete,
}

#[derive(LabelSet)]
struct Request<'a> {
    method: Method,
    route: &'a str,
    status: u16,
}

#[derive(LabelSet)]
struct Pool<'a> {
    pool: &'a str,
}

const BOUNDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// So many label sets, each with a counter and a histogram; some gauges.
pub(crate) fn registry(series: usize) -> Registry {
    let registry = Registry::new();
    let requests = Arc::new(Family::<Request<'static>, Counter>::new());
    let durations = Arc::new(Family::<Request<'static>, Histogram>::with_buckets(BOUNDS));
    let pools = Arc::new(Family::<Pool<'static>, Gauge>::new());
    let mut random = Random::new(7);
    for k in 0..series {
        let route = route(k / 9);
        let labels = Request {
            method: [Method::Get, Method::Post, Method::Delete][k % 3],
            route: &route,
            status: [200, 404, 500][k / 3 % 3],
        };
        let magnitude = 1 << random.below(12);
        requests.with(&labels).inc_by(random.below(magnitude * 1_000) as u64);
        let duration = durations.with(&labels);
        let usual = 0.001 * (1 << random.below(10)) as f64;
        for _ in 0..random.below(magnitude) {
            duration.observe(usual * 2.0 * random.unit());
        }
        if k % 10 == 0 {
            pools.with(&Pool { pool: &route }).set(random.unit() * 100.0);
        }
    }
    registry.register(Definition::new("http_requests", "Requests answered."), requests).unwrap();
    registry.register(Definition::new("http_request_duration_seconds", "Time to answer."), durations).unwrap();
    registry.register(Definition::new("pool_usage_percent", "How full a pool is."), pools).unwrap();
    registry.register_metrics(Arc::new(SelfMetrics::counting())).unwrap();
    registry
}

fn route(k: usize) -> String {
    const THINGS: [&str; 8] =
        ["orders", "carts", "customers", "products", "invoices", "payments", "returns", "reviews"];
    const VERBS: [&str; 6] = ["", "/{id}", "/{id}/items", "/{id}/items/{item}", "/search", "/export"];
    let (thing, verb) = (THINGS[k % 8], VERBS[k / 8 % 6]);
    format!("/api/v{}/{thing}{verb}", k / 48)
}
