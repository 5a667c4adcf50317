use metrics_core::{Gauge, Histogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = Seconds)]
    latency: Histogram,
    /// Help.
    latency_seconds_count: Gauge,
}

fn main() {}
