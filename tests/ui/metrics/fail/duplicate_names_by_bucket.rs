use metrics_core::{Gauge, Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(allow(reserved_suffix))]
    latency_count: Gauge,
    /// Help.
    latency: Histogram,
}

fn main() {}
