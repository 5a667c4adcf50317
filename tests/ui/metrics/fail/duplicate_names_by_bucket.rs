use metrics_core::{Gauge, Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    latency_count: Gauge,
    /// Help.
    latency: Histogram,
}

fn main() {}
