use metrics_core::{Gauge, Metrics, Summary};

#[derive(Metrics)]
struct M {
    /// Help.
    latency: Summary,
    /// Help.
    #[metric(allow(reserved_suffix))]
    latency_count: Gauge,
}

fn main() {}
