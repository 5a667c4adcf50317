use metrics_core::{Gauge, Metrics, Summary};

#[derive(Metrics)]
struct M {
    /// Help.
    latency: Summary,
    /// Help.
    latency_count: Gauge,
}

fn main() {}
