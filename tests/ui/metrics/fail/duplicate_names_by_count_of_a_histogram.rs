use metrics_core::{Counter, Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    latency: Histogram,
    /// Help.
    latency_count: Counter,
}

fn main() {}
