use metrics_core::{Gauge, Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    latency: Histogram,
    /// Help.
    #[metric(allow(reserved_suffix))]
    latency_sum: Gauge,
}

fn main() {}
