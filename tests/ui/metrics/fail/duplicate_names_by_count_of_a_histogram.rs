use metrics_core::{Counter, Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    latency: Histogram,
    /// Help.
    #[metric(allow(reserved_suffix))]
    latency_count: Counter,
}

fn main() {}
