use metrics_core::{Gauge, Histogram, Metrics};

#[derive(Metrics)]
#[metrics(group, prefix = "db")]
struct Inner {
    /// Help.
    latency: Histogram,
}

#[derive(Metrics)]
struct M {
    #[metric(group)]
    inner: Inner,
    /// Help.
    db_latency_bucket: Gauge,
}

fn main() {}
