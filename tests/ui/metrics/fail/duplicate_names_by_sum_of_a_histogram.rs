use metrics_core::{Gauge, Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    latency: Histogram,
    /// Help.
    latency_sum: Gauge,
}

fn main() {}
