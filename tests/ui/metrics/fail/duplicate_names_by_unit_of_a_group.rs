use metrics_core::{Gauge, Histogram, Metrics};

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    #[metric(unit = Seconds)]
    latency: Histogram,
}

#[derive(Metrics)]
struct M {
    /// Help.
    latency_seconds: Gauge,
    #[metric(group)]
    inner: Inner,
}

fn main() {}
